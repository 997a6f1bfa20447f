(** Certificates of many short numbers, as one stream of machine words: digits of 12 bits, five to a word, and bit 0 of each says that
    another digit of the same number follows. *)
Require Import ZArith List Uint63.
Import ListNotations.
Open Scope Z_scope.

Record stream := Stream { digits_left : nat; word : int; later : list int }.
Definition digit_of (k : nat) (w : int) (r : list int) : Z * stream := (to_Z_rec 12 (w land 4095)%uint63, Stream k (w >> 12)%uint63 r).
Definition read_digit (s : stream) : Z * stream :=
  match digits_left s, later s with
  | S k, r => digit_of k (word s) r
  | O, w :: r => digit_of 4 w r
  | O, [] => (0, s)
  end.
Fixpoint read_natural (fuel : nat) (s : stream) : Z * stream :=
  match fuel with
  | O => (0, s)
  | S k => let '(d, s) := read_digit s in if Z.odd d then let '(r, s) := read_natural k s in (Z.div2 d + Z.shiftl r 11, s) else (Z.div2 d, s)
  end.
(** 0, -1, 1, -2, 2, ... *)
Definition read_number (s : stream) : Z * stream := let '(z, s) := read_natural 1000 s in (if Z.odd z then - Z.succ (Z.div2 z) else Z.div2 z, s).
Definition words_of (l : list int) : stream := Stream 0 0%uint63 l.
