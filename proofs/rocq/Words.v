(** How numbers are written in generated files: as machine words, which the parser of Rocq reads thirty times faster than decimal integers.
    Weights that are binary32 numbers are written as their 32 bits. *)
Require Import ZArith QArith Qpower List Bool Lia Uint63.
From Bijection Require Import OField Network.
Import ListNotations.
Open Scope Z_scope.

(** ** Binary32: sign, 8 bits of exponent, 23 bits of mantissa *)

Definition exponent32 (w : int) : Z := Z.max 1 (to_Z (((w >> 23) land 255)%uint63)).
Definition mantissa32 (w : int) : Z :=
  let m := (w land 8388607)%uint63 in
  let a := to_Z (if ((w >> 23) land 255 =? 0)%uint63 then m else (m + 8388608)%uint63) in
  if (w >> 31 =? 0)%uint63 then a else - a.

(** The number that the word w stands for: IEEE 754, finite values. *)
Definition value32 (w : int) : Q := inject_Z (mantissa32 w) * inject_Z 2 ^ (exponent32 w - 150).

(** The same number as an integer over 2^k, and a k that is large enough. *)
Definition float32 (k : Z) (w : int) : Z := mantissa32 w * 2 ^ (exponent32 w - 150 + k).
Definition needed32 (w : int) : Z := if mantissa32 w =? 0 then 0 else 150 - exponent32 w.

Theorem float32_exact k w : 0 <= k -> needed32 w <= k -> (float32 k w # Z.to_pos (2 ^ k) == value32 w)%Q.
Proof.
  intros P L. assert (Pk : 0 < 2 ^ k) by (apply Z.pow_pos_nonneg; lia).
  unfold float32, value32, needed32 in *. destruct (Z.eqb_spec (mantissa32 w) 0) as [->|N].
  { unfold Qeq. simpl. reflexivity. }
  set (a := exponent32 w - 150 + k) in *. assert (Pa : 0 <= a) by (unfold a; lia).
  replace (exponent32 w - 150) with (a - k) by (unfold a; ring). rewrite Qpower_minus by discriminate.
  rewrite <- (Zpower_Qpower 2 a Pa), <- (Zpower_Qpower 2 k P). rewrite <- (Z2Pos.id (2 ^ k)) at 2 by trivial.
  generalize (Z.to_pos (2 ^ k)) (2 ^ a) (mantissa32 w). intros p b m. unfold Qeq, Qdiv, Qmult, Qinv, inject_Z. simpl. ring.
Qed.

Definition needed (rows : list (list int)) : Z := fold_left (fun k r => fold_left (fun k w => Z.max k (needed32 w)) r k) rows 0.

(** A list of coefficients, cut into the runs of a row: skip, length, skip, length, ... *)
Fixpoint cut_runs (pattern : list (nat * nat)) (cs : list Z) : list (nat * list Z) :=
  match pattern with [] => [] | (k, n) :: r => (k, firstn n cs) :: cut_runs r (skipn n cs) end.
Definition move (first : nat) (rs : list (nat * list Z)) : list (nat * list Z) :=
  match rs with [] => [] | (k, cs) :: r => ((first + k)%nat, cs) :: r end.

(** x |-> Wx + b with dense rows of binary32 words; and with rows (pattern, first column, coefficients) that share patterns and lists. *)
Definition dense32 (columns : nat) (w : list (list int)) (b : list int) : op :=
  let k := needed (b :: w) in
  Affine columns (zip (fun r c => Row [(O, map (float32 k) r)] (float32 k c)) w b) (Z.to_pos (2 ^ k)).
Definition sparse (patterns : list (list (nat * nat))) (lists : list (list Z)) (rows : list (nat * nat * nat)) (b : list Z) : list row :=
  zip (fun r c => let '(p, first, l) := r in Row (move first (cut_runs (nth p patterns []) (nth l lists []))) c) rows b.
Definition sparse32 (columns : nat) (patterns : list (list (nat * nat))) (w : list (list int)) (rows : list (nat * nat * nat)) (b : list int) : op :=
  let k := needed (b :: w) in
  Affine columns (sparse patterns (map (map (float32 k)) w) rows (map (float32 k) b)) (Z.to_pos (2 ^ k)).

(** ** Integers of any length: bit 0 says that the next word goes on, bit 1 is the sign (of the last word), 60 bits are digits. *)

Definition digits (w : int) : Z := to_Z ((w >> 2) land 1152921504606846975)%uint63.
Definition is_last (w : int) : bool := (w land 1 =? 0)%uint63.
Definition last_digits (w : int) : Z := if (w land 2 =? 0)%uint63 then digits w else digits w - 2 ^ 60.

Fixpoint integers (l : list int) : list Z :=
  match l with
  | [] => []
  | w :: r =>
      let zs := integers r in
      if is_last w then last_digits w :: zs
      else match zs with z :: zs' => (digits w + 2 ^ 60 * z) :: zs' | [] => [digits w] end
  end.
Definition integer (l : list int) : Z := hd 0 (integers l).

Definition sparseZ (columns : nat) (denominator : list int) (patterns : list (list (nat * nat))) (w : list (list int))
  (rows : list (nat * nat * nat)) (b : list int) : op :=
  Affine columns (sparse patterns (map integers w) rows (integers b)) (Z.to_pos (integer denominator)).

(** Integers divided by a common denominator. *)
Definition fractions_of (denominator : list int) (l : list int) : list Q :=
  let d := Z.to_pos (integer denominator) in map (fun a => a # d) (integers l).
Definition points_of (denominator : list int) (n : nat) (l : list int) : list (list Q) :=
  let fix cut (fuel : nat) (l : list Q) := match fuel, l with S f, _ :: _ => firstn n l :: cut f (skipn n l) | _, _ => [] end in
  let l := fractions_of denominator l in cut (length l) l.
