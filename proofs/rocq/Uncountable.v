(** Over the real numbers the sets of size 2^aleph_0 have more points than the countable ones: the rest of Pigeonhole and TooFewPoints. *)
Require Import Reals Lra ZArith QArith List Bool Lia Classical Arith Cantor.
From Bijection Require Import Maps OField OFieldR Network Exact Domains Statements Sizes Counting.
Import ListNotations.
Open Scope R_scope.

(** ** Sets of natural numbers are real numbers of [0, 1]: the sum of 3^(-i-1) over the set *)

Fixpoint sum (b : nat -> bool) (n : nat) : R :=
  match n with O => 0 | S k => sum b k + (if b k then (/ 3) ^ S k else 0) end.

Lemma third_pos n : 0 < (/ 3) ^ n. Proof. apply pow_lt. lra. Qed.

Lemma sum_tail b n k : sum b (n + k) <= sum b n + ((/ 3) ^ n - (/ 3) ^ (n + k)) / 2.
Proof.
  induction k as [|k IH]; [rewrite Nat.add_0_r; lra|]. rewrite Nat.add_succ_r. cbn [sum pow]. assert (P := third_pos (n + k)). destruct (b (n + k)%nat); cbn [pow]; lra.
Qed.

Lemma sum_le b c n : (forall i, (i < n)%nat -> b i = true -> c i = true) -> sum b n <= sum c n.
Proof.
  induction n as [|n IH]; intro H; cbn [sum]; [lra|]. assert (L := IH (fun i I => H i (Nat.lt_lt_succ_r _ _ I))). assert (P := third_pos (S n)).
  destruct (b n) eqn:B; [rewrite (H n (Nat.lt_succ_diag_r n) B); lra|]. destruct (c n); lra.
Qed.

Lemma sum_grows b n k : sum b n <= sum b (n + k).
Proof. induction k as [|k IH]; [rewrite Nat.add_0_r; lra|]. rewrite Nat.add_succ_r. cbn [sum]. assert (P := third_pos (S (n + k))). destruct (b (n + k)%nat); lra. Qed.

Definition sums (P : nat -> Prop) (r : R) : Prop := exists b n, (forall i, b i = true -> P i) /\ r = sum b n.

Lemma sums_bounded P : bound (sums P).
Proof. exists 1. intros r (b & n & _ & ->). assert (H := sum_tail b 0 n). assert (Q := third_pos n). cbn [Nat.add sum pow] in H. lra. Qed.

Lemma sums_inhabited P : exists r, sums P r.
Proof. exists 0, (fun _ => false), O. split; [discriminate|reflexivity]. Qed.

Definition real_of (P : nat -> Prop) : R := proj1_sig (completeness (sums P) (sums_bounded P) (sums_inhabited P)).

Lemma real_of_lub P : is_lub (sums P) (real_of P).
Proof. exact (proj2_sig (completeness (sums P) (sums_bounded P) (sums_inhabited P))). Qed.

Lemma real_of_unit P : 0 <= real_of P <= 1.
Proof.
  destruct (real_of_lub P) as (U & L). split.
  - apply U. exists (fun _ => false), O. split; [discriminate|reflexivity].
  - apply L. intros r (b & n & _ & ->). assert (H := sum_tail b 0 n). assert (Q := third_pos n). cbn [Nat.add sum pow] in H. lra.
Qed.

Lemma decided (P : nat -> Prop) n : exists b : nat -> bool, forall i, (i < n)%nat -> b i = true <-> P i.
Proof.
  induction n as [|n (b & H)]; [exists (fun _ => false); lia|]. destruct (classic (P n)) as [T|F].
  - exists (fun i => if (i =? n)%nat then true else b i). intros i I. destruct (Nat.eqb_spec i n) as [->|N]; [tauto|]. apply H. lia.
  - exists (fun i => if (i =? n)%nat then false else b i). intros i I. destruct (Nat.eqb_spec i n) as [->|N]; [split; [discriminate|tauto]|]. apply H. lia.
Qed.

Lemma first_difference P Q n : (forall i, (i < n)%nat -> P i <-> Q i) -> P n -> ~ Q n -> real_of Q < real_of P.
Proof.
  intros Same Pn Qn. destruct (decided P n) as (b & B). assert (T := third_pos (S n)).
  assert (Low : sum b n + (/ 3) ^ S n <= real_of P).
  { apply (real_of_lub P). exists (fun i => if (i <? n)%nat then b i else (i =? n)%nat), (S n). split.
    - intros i. destruct (Nat.ltb_spec i n) as [I|I]; [apply B, I|]. intro E. apply Nat.eqb_eq in E. subst. exact Pn.
    - cbn [sum]. rewrite Nat.ltb_irrefl, Nat.eqb_refl. f_equal. clear - B. assert (H : forall m, (m <= n)%nat -> sum b m = sum (fun i => if (i <? n)%nat then b i else (i =? n)%nat) m).
      { induction m as [|m IH]; intro L; cbn [sum]; trivial. rewrite <- IH by lia. replace (m <? n)%nat with true by (symmetry; apply Nat.ltb_lt; lia). reflexivity. }
      apply H. lia. }
  assert (High : real_of Q <= sum b n + (/ 3) ^ S n / 2); [|lra].
  apply (real_of_lub Q). intros r (c & m & C & ->).
  assert (Cb : forall k, (k <= n)%nat -> sum c k <= sum b k).
  { intros k K. apply sum_le. intros i I E. apply B; [lia|]. apply Same; [lia|]. apply C, E. }
  destruct (Nat.le_gt_cases m n) as [L|L].
  - assert (X := Cb m L). replace n with (m + (n - m))%nat at 1 by lia. assert (Y := sum_grows b m (n - m)). lra.
  - replace m with (S n + (m - S n))%nat by lia. assert (X := sum_tail c (S n) (m - S n)). assert (Y := third_pos (S n + (m - S n))).
    assert (F : c n = false) by (destruct (c n) eqn:F; trivial; destruct (Qn (C n F))). cbn [sum] in X. rewrite F in X. assert (W := Cb n (Nat.le_refl n)). lra.
Qed.

Theorem real_of_injective P Q : real_of P = real_of Q -> forall n, P n <-> Q n.
Proof.
  intros E n. induction n as [n IH] using lt_wf_ind. split; intro H; apply NNPP; intro N.
  - assert (L := first_difference P Q n IH H N). lra.
  - assert (L := first_difference Q P n (fun i I => iff_sym (IH i I)) H N). lra.
Qed.

(** ** Lists of integers are countable *)

Definition natural_of (z : Z) : nat := if (0 <=? z)%Z then (2 * Z.to_nat z)%nat else (2 * Z.to_nat (- z) + 1)%nat.
Fixpoint code (l : list Z) : nat := match l with [] => O | z :: r => S (Cantor.to_nat (natural_of z, code r)) end.

Lemma code_injective l m : code l = code m -> l = m.
Proof.
  revert m. induction l as [|z l IH]; intros [|y m] E; cbn [code] in E; try discriminate; trivial. apply eq_add_S in E.
  apply (f_equal Cantor.of_nat) in E. rewrite !Cantor.cancel_of_to in E. injection E as E F. f_equal; [|apply IH, F].
  unfold natural_of in E. destruct (Z.leb_spec 0 z), (Z.leb_spec 0 y); lia.
Qed.

Lemma inZ_IZR z : (inZ z : R_ofield) = IZR z.
Proof.
  assert (N : forall n : nat, (inZ (Z.of_nat n) : R_ofield) = IZR (Z.of_nat n)).
  { induction n as [|n IH]; [reflexivity|]. rewrite Nat2Z.inj_succ. unfold Z.succ. rewrite inZ_add, IH, plus_IZR. reflexivity. }
  destruct (Z_le_gt_dec 0 z) as [L|L].
  - rewrite <- (Z2Nat.id z L). apply N.
  - replace z with (- (Z.of_nat (Z.to_nat (- z))))%Z by lia. rewrite inZ_opp, N, opp_IZR. reflexivity.
Qed.

Definition label (x : list R) : nat := code (map up x).

Lemma label_injective (x y : list R_ofield) : Forall integral x -> Forall integral y -> label x = label y -> x = y.
Proof.
  intros X Y E. apply code_injective in E. revert y Y E. induction X as [|t x (z & ->) X IH]; intros [|u y] Y E; try discriminate; trivial.
  inversion Y as [|? ? (w & ->) Y']; subst. cbn [map] in E. injection E as E F. f_equal; [|apply IH; trivial]. f_equal.
  rewrite !inZ_IZR in E. assert (U : forall a : Z, up (IZR a) = (a + 1)%Z); [|rewrite !U in E; lia].
  intro a. symmetry. apply tech_up; rewrite plus_IZR; lra.
Qed.

(** ** The rules *)

Definition beyond (a b : option cardinal) : bool := match a, b with Some Uncountably, Some Countably => true | _, _ => false end.

Lemma countably_integers d : cardinality d = Some Countably -> exists n, d = Integers n.
Proof.
  destruct d as [m|m|sides|m sides|axes|sides|ps|k|m]; cbn [cardinality]; try discriminate; eauto.
  - destruct m; discriminate.
  - destruct (forallb _ sides); [discriminate|]. destruct (forallb (fun s => Qle_bool (fst s) (snd s)) sides); discriminate.
  - unfold product_of. destruct (sequence _); discriminate.
  - unfold product_of. destruct (sequence _); discriminate.
  - destruct (Points.different _); discriminate.
  - destruct m as [|[|m]]; discriminate.
Qed.

Lemma beyond_cases a b : beyond (cardinality a) (cardinality b) = true -> exists n (e : R_ofield -> list R_ofield), b = Integers n /\
  (forall t, 0 <= t <= 1 -> member a (e t)) /\ forall s t, e s = e t -> s = t.
Proof.
  unfold beyond. intro E. destruct (cardinality a) as [[?| |]|] eqn:A; try discriminate. destruct (cardinality b) as [[?| |]|] eqn:B; try discriminate.
  destruct (countably_integers _ B) as (n & ->). destruct (uncountably R_ofield a A) as (e & M & I). exists n, e. split; trivial. split; trivial.
  intros t (P & L). apply M; trivial.
Qed.

Definition PigeonholeOfReals (into : domain) : rule := fun goal =>
  match goal with
  | Not (Injective f D) => given (beyond (cardinality D) (cardinality into)) [MapsInto f D into]
  | _ => None
  end.

Theorem Pigeonhole_sound_in_reals into : sound_in R_ofield (PigeonholeOfReals into).
Proof.
  intros [| | | | | |[f D| | | | | |]] gs E H; try discriminate. apply given_some in E. destruct E as (E & ->). inversion_clear H as [|? ? M _].
  destruct (beyond_cases D into E) as (n & e & -> & De & Ie). intro I. 
  apply (cantor_injective nat (fun P => label (image f (e (real_of P))))). intros P Q F. apply real_of_injective.
  assert (DP := De _ (real_of_unit P)). assert (DQ := De _ (real_of_unit Q)). apply Ie, (I _ _ DP DQ).
  apply label_injective; trivial; [apply (M _ DP)|apply (M _ DQ)].
Qed.

Definition TooFewRationals : rule := fun goal =>
  match goal with Not (Surjective f D C) => given (beyond (cardinality C) (cardinality D)) [] | _ => None end.

Theorem TooFewPoints_sound_in_reals : sound_in R_ofield TooFewRationals.
Proof.
  intros [| | | | | |[|f D C| | | | |]] gs E _; try discriminate. apply given_some in E. destruct E as (E & _).
  destruct (beyond_cases C D E) as (n & e & -> & Ce & Ie). intro S.
  apply (cantor nat (fun a i => exists (x : list R_ofield) P, member (Integers n) x /\ label x = a /\ image f x = e (real_of P) /\ P i)). intro P.
  destruct (S _ (Ce _ (real_of_unit P))) as (x & Dx & F). exists (label x). intro i. split.
  - intros (y & Q & Dy & L & G & Qi). assert (X : y = x) by (apply label_injective; trivial; [apply Dy|apply Dx]). subst y.
    rewrite F in G. apply Ie in G. apply (real_of_injective _ _ G), Qi.
  - intro Pi. exists x, P. auto.
Qed.
