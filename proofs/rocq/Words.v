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

(** The same number as an integer over 2^k, if k is enough; and a k that is. *)
Definition float32 (k : Z) (w : int) : Z :=
  let s := exponent32 w - 150 + k in if 0 <=? s then mantissa32 w * 2 ^ s else mantissa32 w / 2 ^ (- s).
Definition enough32 (k : Z) (w : int) : bool := let s := exponent32 w - 150 + k in if 0 <=? s then true else mantissa32 w mod 2 ^ (- s) =? 0.

Lemma power_quotient a k : 0 <= a -> 0 <= k -> (inject_Z 2 ^ (a - k) == 2 ^ a # Z.to_pos (2 ^ k))%Q.
Proof.
  intros Pa P. assert (Pk : 0 < 2 ^ k) by (apply Z.pow_pos_nonneg; lia). rewrite Qpower_minus by discriminate.
  rewrite <- (Zpower_Qpower 2 a Pa), <- (Zpower_Qpower 2 k P). rewrite <- (Z2Pos.id (2 ^ k)) at 1 by trivial.
  generalize (Z.to_pos (2 ^ k)) (2 ^ a). intros p b. unfold Qeq, Qdiv, Qmult, Qinv, inject_Z. simpl. ring.
Qed.

Theorem float32_exact k w : 0 <= k -> enough32 k w = true -> (float32 k w # Z.to_pos (2 ^ k) == value32 w)%Q.
Proof.
  intros P E. unfold float32, value32, enough32 in *. set (s := exponent32 w - 150 + k) in *. cbv zeta in *.
  replace (exponent32 w - 150) with (s - k) by (unfold s; ring). destruct (Z.leb_spec 0 s) as [L|L].
  - rewrite power_quotient by trivial. generalize (Z.to_pos (2 ^ k)) (2 ^ s) (mantissa32 w). intros p b m. unfold Qeq, Qmult, inject_Z. simpl. ring.
  - apply Z.eqb_eq in E. assert (Ps : 0 < 2 ^ (- s)) by (apply Z.pow_pos_nonneg; lia).
    assert (D := Z.div_mod (mantissa32 w) (2 ^ (- s)) ltac:(lia)). rewrite E, Z.add_0_r in D.
    set (q := mantissa32 w / 2 ^ (- s)) in *. rewrite D. replace (s - k) with (0 - (k - s)) by ring. rewrite power_quotient by lia.
    replace (k - s) with (k + - s) by ring. rewrite Z.pow_add_r by lia.
    rewrite Z2Pos.inj_mul by (try apply Z.pow_pos_nonneg; lia). rewrite <- (Z2Pos.id (2 ^ (- s))) at 1 by trivial.
    generalize (Z.to_pos (2 ^ k)) (Z.to_pos (2 ^ (- s))). intros p r. unfold Qeq, Qmult, inject_Z. cbn [Qnum Qden Z.pow]. rewrite !Pos2Z.inj_mul. ring.
Qed.

(** The exponent k of the denominator that is asked for, where all words allow it; 149 always does. *)
Definition exponent_for (k : Z) (rows : list (list int)) : Z := if forallb (forallb (enough32 k)) rows then k else 149.

Theorem exponent_for_enough k rows r w : 0 <= k -> In r rows -> In w r -> let e := exponent_for k rows in 0 <= e /\ enough32 e w = true.
Proof.
  intros P R W. unfold exponent_for. destruct (forallb (forallb (enough32 k)) rows) eqn:E; cbv zeta.
  - split; trivial. rewrite forallb_forall in E. specialize (E r R). rewrite forallb_forall in E. exact (E w W).
  - split; [lia|]. unfold enough32, exponent32. cbv zeta. destruct (Z.leb_spec 0 (Z.max 1 (to_Z ((w >> 23) land 255)%uint63) - 150 + 149)); [reflexivity|lia].
Qed.
(** A list of coefficients, cut into the runs of a row: skip, length, skip, length, ... *)
Fixpoint cut_runs (pattern : list (nat * nat)) (cs : list Z) : list (nat * list Z) :=
  match pattern with [] => [] | (k, n) :: r => (k, firstn n cs) :: cut_runs r (skipn n cs) end.
Definition move (first : nat) (rs : list (nat * list Z)) : list (nat * list Z) :=
  match rs with [] => [] | (k, cs) :: r => ((first + k)%nat, cs) :: r end.

(** x |-> Wx + b with dense rows of binary32 words; and with rows (pattern, first column, coefficients) that share patterns and lists. *)
Definition dense32 (columns : nat) (exponent : Z) (w : list (list int)) (b : list int) : op :=
  let k := exponent_for exponent (b :: w) in
  Affine columns (zip (fun r c => Row [(O, map (float32 k) r)] (float32 k c)) w b) (Z.to_pos (2 ^ k)).
Definition sparse (patterns : list (list (nat * nat))) (lists : list (list Z)) (rows : list (nat * nat * nat)) (b : list Z) : list row :=
  zip (fun r c => let '(p, first, l) := r in Row (move first (cut_runs (nth p patterns []) (nth l lists []))) c) rows b.
Definition sparse32 (columns : nat) (exponent : Z) (patterns : list (list (nat * nat))) (w : list (list int)) (rows : list (nat * nat * nat)) (b : list int) : op :=
  let k := exponent_for exponent (b :: w) in
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
Definition numbers (l : list int) : list nat := map Z.to_nat (integers l).

Definition sparseZ (columns : nat) (denominator : list int) (patterns : list (list (nat * nat))) (w : list (list int))
  (rows : list (nat * nat * nat)) (b : list int) : op :=
  Affine columns (sparse patterns (map integers w) rows (integers b)) (Z.to_pos (integer denominator)).

(** Integers divided by a common denominator. *)
Definition fractions_of (denominator : list int) (l : list int) : list Q :=
  let d := Z.to_pos (integer denominator) in map (fun a => a # d) (integers l).
Definition points_of (denominator : list int) (n : nat) (l : list int) : list (list Q) :=
  let fix cut (fuel : nat) (l : list Q) := match fuel, l with S f, _ :: _ => firstn n l :: cut f (skipn n l) | _, _ => [] end in
  let l := fractions_of denominator l in cut (length l) l.
