(** Sets of vectors: domains and codomains (proofs/domains.py), and which rational points lie in them. *)
Require Import ZArith QArith Qround List Bool Lia Field.
From Bijection Require Import OField Network Exact.
Import ListNotations.
Open Scope Z_scope.

Inductive domain :=
| Reals (n : nat)
| Integers (n : nat)
| Box (sides : list (Q * Q))
| Polytope (n : nat) (sides : list (list Q * Q))  (* <a, x> <= b *)
| Grid (axes : list (Q * Q * Q))  (* lower, upper, step *)
| Floats (sides : list (Q * Q))  (* binary32 values between two ends *)
| Finite (points : list (list Q))
| Labels (k : Z)
| Simplex (n : nat).

Section Members.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.

Fixpoint dotK (a x : list K) : K := match a, x with s :: a', t :: x' => s * t + dotK a' x' | _, _ => 0 end.

Definition between (s : Q * Q) (t : K) : Prop := inQ (fst s) <= t /\ t <= inQ (snd s).
Definition integral (t : K) : Prop := exists z, t = inZ z.
Definition on_axis (s : Q * Q * Q) (t : K) : Prop :=
  let '(low, high, st) := s in exists k : Z, (0 <= k)%Z /\ t = inQ low + inZ k * inQ st /\ t <= inQ high.
(** m * 2^(e - 149): the finite binary32 numbers, for -2^24 < m < 2^24 and 0 <= e <= 253. *)
Definition binary32 (t : K) : Prop :=
  exists m e : Z, (- 2 ^ 24 < m < 2 ^ 24)%Z /\ (0 <= e <= 253)%Z /\ t = inZ (m * 2 ^ e)%Z / inZ (2 ^ 149)%Z.

Definition member (d : domain) (x : list K) : Prop :=
  match d with
  | Reals n => length x = n
  | Integers n => length x = n /\ Forall integral x
  | Box sides => Forall2 between sides x
  | Polytope n sides => length x = n /\ Forall (fun s => dotK (embQ (fst s)) x <= inQ (snd s)) sides
  | Grid axes => Forall2 on_axis axes x
  | Floats sides => Forall2 (fun s t => between s t /\ binary32 t) sides x
  | Finite points => exists p, In p points /\ x = embQ p
  | Labels k => exists i, (0 <= i < k)%Z /\ x = [inZ i]
  | Simplex n => length x = n /\ Forall (fun t => 0 < t) x /\ ksum x = 1
  end.
End Members.
Arguments member {K}. Arguments dotK {K}. Arguments between {K}. Arguments integral {K}. Arguments on_axis {K}. Arguments binary32 {K}.

(** ** Membership of rational points *)

Fixpoint forall2b {A B} (f : A -> B -> bool) (l : list A) (m : list B) : bool :=
  match l, m with
  | [], [] => true
  | a :: l', b :: m' => if f a b then forall2b f l' m' else false
  | _, _ => false
  end.

Definition betweenb (s : Q * Q) (t : Q) : bool := Qle_bool (fst s) t && Qle_bool t (snd s).
Definition integralb (t : Q) : bool := Qnum t mod Zpos (Qden t) =? 0.
Definition on_axisb (s : Q * Q * Q) (t : Q) : bool :=
  let '(low, high, st) := s in
  if Qeq_bool st 0 then Qeq_bool t low && Qle_bool t high
  else let k := Qfloor ((t - low) / st) in (0 <=? k) && Qeq_bool t (low + inject_Z k * st) && Qle_bool t high.
Definition binary32b (t : Q) : bool :=
  let n := Qnum t * 2 ^ 149 in
  let a := Z.abs (n / Zpos (Qden t)) in
  let e := Z.max 0 (Z.log2 a - 23) in
  (n mod Zpos (Qden t) =? 0) && (a mod 2 ^ e =? 0) && (e <=? 253).

Definition below (s : list Q * Q) (x : vec) : bool :=
  let '(a, d) := vector (fst s) in
  zdot a (fst x) * Zpos (Qden (snd s)) <=? Qnum (snd s) * Zpos (d * snd x).

Definition contains (d : domain) (x : list Q) : bool :=
  match d with
  | Reals n => (length x =? n)%nat
  | Integers n => (length x =? n)%nat && forallb integralb x
  | Box sides => forall2b betweenb sides x
  | Polytope n sides => (length x =? n)%nat && let v := vector x in forallb (fun s => below s v) sides
  | Grid axes => forall2b on_axisb axes x
  | Floats sides => forall2b (fun s t => betweenb s t && binary32b t) sides x
  | Finite points => existsb (fun p => same (vector p) (vector x)) points
  | Labels k => match x with [t] => integralb t && (0 <=? Qnum t) && (Qnum t / Zpos (Qden t) <? k) | _ => false end
  | Simplex n =>
      let '(a, d) := vector x in (length x =? n)%nat && forallb (Z.ltb 0) a && (fold_right Z.add 0 a =? Zpos d)
  end.

Section Spec.
Variable K : ofield.
Add Field Kf2 : (kth K).
Open Scope K_scope.
Let ne := den_ne K.

Lemma forall2b_spec A (f : A -> Q -> bool) (P : A -> K -> Prop) l x :
  (forall a t, In a l -> f a t = true <-> P a (inQ t)) -> forall2b f l x = true <-> Forall2 P l (embQ x).
Proof.
  revert x. induction l as [|a l IH]; intros [|t x] H; cbn [forall2b embQ map].
  - split; [constructor | reflexivity].
  - split; [discriminate|]. intro F. inversion F.
  - split; [discriminate|]. intro F. inversion F.
  - assert (Ha := H a t (or_introl eq_refl)). destruct (f a t).
    + rewrite IH by (intros; apply H; right; trivial). split; intro F; [constructor; tauto|]. inversion F. trivial.
    + split; [discriminate|]. intro F. inversion F. tauto.
Qed.

Lemma Qle_bool_spec p q : Qle_bool p q = true <-> (inQ p : K) <= inQ q.
Proof. rewrite Qle_bool_iff. apply inQ_le. Qed.

Lemma Qeq_bool_spec p q : Qeq_bool p q = true <-> (inQ p : K) = inQ q.
Proof. rewrite Qeq_bool_iff. apply inQ_eq. Qed.

Lemma betweenb_spec s t : betweenb s t = true <-> between s (inQ t : K).
Proof. unfold betweenb, between. rewrite andb_true_iff, !Qle_bool_spec. tauto. Qed.

Lemma inZ_Q z : (inZ z : K) = inQ (inject_Z z).
Proof. unfold inQ, inject_Z. cbn [Qnum Qden]. change (inZ 1) with (1:K). field. apply one_ne_zero. Qed.

Lemma integralb_value t : integralb t = true -> (inQ t : K) = inZ (Qnum t / Zpos (Qden t))%Z.
Proof.
  unfold integralb. rewrite Z.eqb_eq. intro H. assert (E := Z.div_mod (Qnum t) (Zpos (Qden t))). rewrite H in E.
  unfold inQ. rewrite E at 1 by lia. rewrite Z.add_0_r, inZ_mul. field. apply ne.
Qed.

Lemma integralb_spec t : integralb t = true <-> integral (inQ t : K).
Proof.
  split. { intro H. eexists. apply integralb_value, H. }
  intros (z & E). rewrite inZ_Q in E. apply inQ_eq in E. unfold Qeq, inject_Z in E. cbn [Qnum Qden] in E.
  unfold integralb. rewrite Z.eqb_eq. rewrite Z.mul_1_r in E. rewrite E. apply Z.mod_mul. lia.
Qed.

Lemma on_axisb_spec s t : on_axisb s t = true <-> on_axis s (inQ t : K).
Proof.
  destruct s as ((low, high), st). unfold on_axisb, on_axis. destruct (Qeq_bool st 0) eqn:Z0.
  - rewrite andb_true_iff, Qle_bool_spec, Qeq_bool_spec. apply Qeq_bool_spec in Z0. rewrite inQ_0 in Z0. split.
    + intros (E & L). exists 0%Z. rewrite E, Z0, inZ_0. repeat split; [lia|ring|rewrite <- E; trivial].
    + intros (k & _ & E & L). rewrite Z0 in E. split; trivial. rewrite E. ring.
  - assert (N : ~ (st == 0)%Q). { intro E. apply Qeq_bool_iff in E. rewrite E in Z0. discriminate. }
    rewrite !andb_true_iff, Qle_bool_spec, Z.leb_le, Qeq_bool_iff. split.
    + intros ((P & E) & L). exists (Qfloor ((t - low) / st)). repeat split; trivial.
      apply inQ_eq with (K := K) in E. rewrite E, inQ_add, inQ_mul, <- inZ_Q. reflexivity.
    + intros (k & P & E & L). rewrite inZ_Q, <- inQ_mul, <- inQ_add in E. apply inQ_eq in E.
      assert (F : Qfloor ((t - low) / st) = k). { rewrite <- (Qfloor_Z k). apply Qfloor_comp. rewrite E. field. trivial. }
      rewrite F. repeat split; trivial.
Qed.

Lemma pow_pos e : (0 <= e)%Z -> (0 < 2 ^ e)%Z.
Proof. intro. apply Z.pow_pos_nonneg; lia. Qed.

Lemma two149 : (0 < 2 ^ 149)%Z. Proof. reflexivity. Qed.

Lemma binary32b_spec t : binary32b t = true <-> binary32 (inQ t : K).
Proof.
  unfold binary32b, binary32. set (n := (Qnum t * 2 ^ 149)%Z). set (u := (n / Zpos (Qden t))%Z). set (e := Z.max 0 (Z.log2 (Z.abs u) - 23)).
  rewrite !andb_true_iff, !Z.eqb_eq, Z.leb_le.
  assert (Pe : (0 < 2 ^ e)%Z) by (apply pow_pos; lia).
  assert (V : forall a : Z, (n = a * Zpos (Qden t))%Z <-> (inQ t : K) = inZ a / inZ (2 ^ 149)%Z).
  { intro a. unfold inQ. rewrite <- frac_eq by (try exact two149; lia). unfold n. tauto. }
  split.
  - intros ((D & A) & E). exists (u / 2 ^ e)%Z, e. assert (U : (u = u / 2 ^ e * 2 ^ e)%Z).
    { apply Z.mod_divide in A; [|lia]. apply (proj1 (Z.divide_abs_r _ _)) in A. destruct A as (q & A). rewrite A, Z.div_mul; lia. }
    split; [|split; [lia|]].
    + assert (B : (Z.abs u < 2 ^ 24 * 2 ^ e)%Z).
      { destruct (Z.eq_dec (Z.abs u) 0) as [->|N0]. { apply Z.mul_pos_pos; [reflexivity|trivial]. }
        rewrite <- Z.pow_add_r by lia. destruct (Z.log2_spec (Z.abs u)) as (_ & B); [lia|].
        eapply Z.lt_le_trans; [exact B|]. apply Z.pow_le_mono_r; lia. }
      set (v := (u / 2 ^ e)%Z) in *. clearbody v. rewrite U, Z.abs_mul, (Z.abs_eq (2 ^ e)) in B by lia.
      apply Z.mul_lt_mono_pos_r in B; lia.
    + apply V. rewrite <- U. unfold u. apply Z.mod_divide in D; [|lia]. destruct D as (q & D). rewrite D, Z.div_mul; lia.
  - intros (m & e' & Bm & Be & E). apply V in E. assert (U : u = (m * 2 ^ e')%Z) by (unfold u; rewrite E; apply Z.div_mul; lia).
    assert (Le : (e <= e')%Z).
    { unfold e. destruct (Z.eq_dec (Z.abs u) 0) as [->|N0]. { simpl. lia. }
      assert (Q : (Z.log2 (Z.abs u) < 24 + e')%Z); [|lia]. apply Z.log2_lt_pow2; [lia|]. rewrite U, Z.abs_mul, (Z.abs_eq (2 ^ e')) by (assert (P := pow_pos e'); lia).
      rewrite Z.pow_add_r by lia. apply Z.mul_lt_mono_pos_r. { apply pow_pos. lia. } lia. }
    repeat split; [| |lia].
    + rewrite E. apply Z.mod_mul. lia.
    + apply Z.mod_divide; [lia|]. apply Z.divide_abs_r. rewrite U. apply Z.divide_mul_r. exists (2 ^ (e' - e))%Z.
      rewrite <- Z.pow_add_r by lia. f_equal. lia.
Qed.

Lemma dotK_emb (a b : list Z) d e : dotK (emb (a, d)) (emb (b, e)) = inZ (zdot a b) / inZ (Zpos (d * e)) :> K.
Proof.
  rewrite Pos2Z.inj_mul, inZ_mul. revert b.
  induction a as [|s a IH]; intros [|t b]; try (cbn [emb map fst snd dotK zdot]; rewrite inZ_0; field; split; apply ne).
  change (emb (s :: a, d)) with (inZ s / inZ (Zpos d) :: emb (a, d) : list K). change (emb (t :: b, e)) with (inZ t / inZ (Zpos e) :: emb (b, e) : list K).
  cbn [dotK zdot]. rewrite IH, inZ_add, inZ_mul. field. split; apply ne.
Qed.

Lemma below_spec s x : below s (vector x) = true <-> dotK (embQ (fst s)) (embQ x) <= (inQ (snd s) : K).
Proof.
  unfold below. rewrite <- !emb_vector. destruct (vector (fst s)) as (a, d), (vector x) as (b, e). cbn [fst snd].
  rewrite dotK_emb. unfold inQ. apply leb_frac; lia.
Qed.

Lemma embQ_length x : length (embQ x : list K) = length x. Proof. apply map_length. Qed.

Lemma Forall_embQ (P : K -> Prop) (p : Q -> bool) x : (forall t, p t = true <-> P (inQ t)) -> forallb p x = true <-> Forall P (embQ x).
Proof.
  intro H. induction x as [|t x IH]; cbn [forallb embQ map]. { split; [constructor | reflexivity]. }
  rewrite andb_true_iff, IH, H. split; [intros (A & B); constructor; trivial|]. intro F. inversion F. tauto.
Qed.

Lemma ksum_emb a d : ksum (emb (a, d)) = inZ (fold_right Z.add 0%Z a) / inZ (Zpos d) :> K.
Proof.
  induction a as [|t a IH]. { symmetry. apply zero_frac. }
  change (emb (t :: a, d)) with (inZ t / inZ (Zpos d) :: emb (a, d) : list K). unfold ksum in *. cbn [fold_right].
  rewrite IH, inZ_add. field. apply ne.
Qed.

Lemma positive_emb a d : forallb (Z.ltb 0) a = true <-> Forall (fun t => 0 < t) (emb (a, d) : list K).
Proof.
  induction a as [|t a IH]; cbn [forallb]. { split; [constructor | reflexivity]. }
  change (emb (t :: a, d)) with (inZ t / inZ (Zpos d) :: emb (a, d) : list K).
  assert (H : (0 <? t)%Z = true <-> (0:K) < inZ t / inZ (Zpos d)).
  { rewrite Z.ltb_lt. rewrite <- (zero_frac K xH), <- frac_le by lia. lia. }
  rewrite andb_true_iff, IH, H. split; [intros (A & B); constructor; trivial|]. intro F. inversion F. tauto.
Qed.

Lemma one_frac d : inZ (Zpos d) / inZ (Zpos d) = 1 :> K.
Proof. field. apply ne. Qed.

Lemma div_one t : t / inZ 1 = t :> K.
Proof. change (inZ 1) with (1:K). field. apply one_ne_zero. Qed.

Theorem contains_spec d x : contains d x = true <-> member d (embQ x : list K).
Proof.
  destruct d as [n|n|sides|n sides|axes|sides|points|k|n]; cbn [contains member].
  - rewrite embQ_length, Nat.eqb_eq. tauto.
  - rewrite embQ_length, andb_true_iff, Nat.eqb_eq, (Forall_embQ integral integralb x integralb_spec). tauto.
  - apply forall2b_spec. intros a t _. apply betweenb_spec.
  - rewrite embQ_length, andb_true_iff, Nat.eqb_eq, forallb_forall, Forall_forall. setoid_rewrite below_spec. tauto.
  - apply forall2b_spec. intros a t _. apply on_axisb_spec.
  - apply forall2b_spec. intros a t _. rewrite andb_true_iff, betweenb_spec, binary32b_spec. tauto.
  - rewrite existsb_exists. setoid_rewrite (same_spec K). setoid_rewrite emb_vector. split; intros (p & I & E); exists p; auto.
  - destruct x as [|t [|t' x]]; try (split; [discriminate|]; intros (i & _ & E); discriminate).
    rewrite !andb_true_iff, Z.leb_le, Z.ltb_lt. split.
    + intros ((I & P) & L). exists (Qnum t / Zpos (Qden t))%Z. split. { split; trivial. apply Z.div_pos; lia. }
      cbn [embQ map]. f_equal. apply integralb_value, I.
    + intros (i & L & E). apply cons_inj in E. destruct E as (E & _). assert (I : integralb t = true) by (apply integralb_spec; exists i; exact E).
      assert (V := integralb_value t I). rewrite E in V. apply inZ_inj in V. subst i. split; [|lia]. split; trivial.
      destruct (Z_lt_le_dec (Qnum t) 0) as [H|]; trivial. assert (Qnum t / Zpos (Qden t) < 0)%Z by (apply Z.div_lt_upper_bound; lia). lia.
  - destruct (vector x) as (a, d) eqn:V. rewrite embQ_length, <- emb_vector, V, !andb_true_iff, Nat.eqb_eq, Z.eqb_eq, (positive_emb a d), ksum_emb.
    rewrite <- and_assoc. apply and_iff_compat_l. rewrite <- (one_frac d). rewrite <- frac_eq by lia. rewrite Z.mul_cancel_r by lia. reflexivity.
Qed.
End Spec.

(** ** Dimension *)

Definition dimension (d : domain) : option nat :=
  match d with
  | Reals n | Integers n | Simplex n | Polytope n _ => Some n
  | Box sides | Floats sides => Some (length sides)
  | Grid axes => Some (length axes)
  | Labels _ => Some 1%nat
  | Finite points => let n := length (hd [] points) in if forallb (fun p => (length p =? n)%nat) points then Some n else None
  end.

Lemma Forall2_length A B (P : A -> B -> Prop) l m : Forall2 P l m -> length l = length m.
Proof. induction 1; simpl; congruence. Qed.

Lemma dimension_spec (K : ofield) d n (x : list K) : dimension d = Some n -> member d x -> length x = n.
Proof.
  intros E M. destruct d as [m|m|sides|m sides|axes|sides|points|k|m]; cbn [dimension member] in *; try (injection E as <-).
  - exact M.
  - tauto.
  - symmetry. apply (Forall2_length _ _ _ _ _ M).
  - tauto.
  - symmetry. apply (Forall2_length _ _ _ _ _ M).
  - symmetry. apply (Forall2_length _ _ _ _ _ M).
  - destruct (forallb _ points) eqn:F; [|discriminate]. injection E as <-. rewrite forallb_forall in F. destruct M as (p & I & ->).
    rewrite embQ_length. apply Nat.eqb_eq, F, I.
  - destruct M as (i & _ & ->). reflexivity.
  - tauto.
Qed.
