(** An abstract ordered field K, and the maps Z -> K and Q -> K.

    Networks use beside the field operations an exponential and a softplus. Of these the theorems need only that they increase, are
    positive, and exp 0 = 1; so they are part of the structure. For the reals they are the real ones (OFieldR.v). *)
Require Import ZArith QArith Field InitialRing Ring_theory Bool Lia List.
Open Scope Z_scope.

Record ofield := {
  car :> Type;
  k0 : car; k1 : car;
  kadd : car -> car -> car; kmul : car -> car -> car; ksub : car -> car -> car; kopp : car -> car;
  kdiv : car -> car -> car; kinv : car -> car;
  kle : car -> car -> Prop;
  kth : field_theory k0 k1 kadd kmul ksub kopp kdiv kinv eq;
  kle_dec : forall x y, {kle x y} + {~ kle x y};
  kle_trans : forall x y z, kle x y -> kle y z -> kle x z;
  kle_antisym : forall x y, kle x y -> kle y x -> x = y;
  kle_total : forall x y, kle x y \/ kle y x;
  kadd_le : forall x y z, kle x y -> kle (kadd x z) (kadd y z);
  kmul_nonneg : forall x y, kle k0 x -> kle k0 y -> kle k0 (kmul x y);
  kexp : car -> car;
  kexp_0 : kexp k0 = k1;
  kexp_pos : forall x, ~ kle (kexp x) k0;
  kexp_lt : forall x y, ~ kle y x -> ~ kle (kexp y) (kexp x);
  ksoftplus : car -> car;
  ksoftplus_pos : forall x, ~ kle (ksoftplus x) k0;
  ksoftplus_lt : forall x y, ~ kle y x -> ~ kle (ksoftplus y) (ksoftplus x)
}.

Arguments k0 {o}. Arguments k1 {o}. Arguments kadd {o}. Arguments kmul {o}. Arguments ksub {o}. Arguments kopp {o}.
Arguments kdiv {o}. Arguments kinv {o}. Arguments kle {o}. Arguments kle_dec {o}. Arguments kexp {o}. Arguments ksoftplus {o}.

Declare Scope K_scope.
Delimit Scope K_scope with K.
Bind Scope K_scope with car.
Notation "x + y" := (kadd x y) : K_scope.
Notation "x * y" := (kmul x y) : K_scope.
Notation "x - y" := (ksub x y) : K_scope.
Notation "- x" := (kopp x) : K_scope.
Notation "x / y" := (kdiv x y) : K_scope.
Notation "x <= y" := (kle x y) : K_scope.
Notation "x < y" := (~ kle y x) : K_scope.
Notation "0" := k0 : K_scope.
Notation "1" := k1 : K_scope.

Section Order.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Implicit Types x y z : K.

Lemma le_refl x : x <= x.
Proof. destruct (kle_total K x x); trivial. Qed.

Lemma eq_le x y : x = y -> x <= y.
Proof. intros ->. apply le_refl. Qed.

Lemma lt_le x y : x < y -> x <= y.
Proof. intro H. destruct (kle_total K x y); tauto. Qed.

Lemma eq_dec x y : {x = y} + {x <> y}.
Proof.
  destruct (kle_dec x y) as [H|H], (kle_dec y x) as [G|G].
  - left. apply kle_antisym; trivial.
  - right. intros ->. exact (G (le_refl _)).
  - right. intros ->. exact (H (le_refl _)).
  - right. intros ->. exact (H (le_refl _)).
Qed.

Lemma lt_ne x y : x < y -> x <> y.
Proof. intros H ->. exact (H (le_refl _)). Qed.

Lemma ne_lt x y : x <> y -> x < y \/ y < x.
Proof.
  intro H. destruct (kle_dec y x) as [G|G]; [|tauto]. right. intro F. apply H, kle_antisym; trivial.
Qed.

Lemma lt_trans x y z : x < y -> y < z -> x < z.
Proof. intros H G F. apply H. apply kle_trans with z; trivial. apply lt_le. exact G. Qed.

Lemma lt_le_trans x y z : x < y -> y <= z -> x < z.
Proof. intros H G F. apply H. apply kle_trans with z; trivial. Qed.

Lemma le_lt_trans x y z : x <= y -> y < z -> x < z.
Proof. intros H G F. apply G. apply kle_trans with x; trivial. Qed.

Lemma add_le a b x y : a <= b -> x <= y -> a + x <= b + y.
Proof.
  intros H G. apply kle_trans with (b + x). { apply kadd_le; trivial. }
  replace (b + x) with (x + b) by ring. replace (b + y) with (y + b) by ring. apply kadd_le; trivial.
Qed.

Lemma le_cancel x y z : x + z <= y + z -> x <= y.
Proof.
  intro H. replace x with (x + z + - z) by ring. replace y with (y + z + - z) by ring. apply kadd_le; trivial.
Qed.

Lemma le_diff x y : x <= y <-> 0 <= y - x.
Proof.
  split; intro H.
  - apply le_cancel with x. replace (0 + x) with x by ring. replace (y - x + x) with y by ring. trivial.
  - replace x with (0 + x) by ring. replace y with (y - x + x) by ring. apply kadd_le; trivial.
Qed.

Lemma lt_diff x y : x < y <-> 0 < y - x.
Proof.
  split; intros H G; apply H.
  - apply le_cancel with (- x). replace (x + - x) with (0:K) by ring. replace (y + - x) with (y - x) by ring. trivial.
  - replace (y - x) with (y + - x) by ring. replace (0:K) with (x + - x) by ring. apply kadd_le; trivial.
Qed.

Lemma add_lt_le a b x y : a < b -> x <= y -> a + x < b + y.
Proof.
  intros H G F. apply H. apply le_cancel with x. apply kle_trans with (b + y); trivial. apply add_le; trivial. apply le_refl.
Qed.

Lemma opp_le x y : x <= y -> - y <= - x.
Proof. intro H. apply (proj2 (le_diff _ _)). replace (- x - - y) with (y - x) by ring. apply (proj1 (le_diff x y)); trivial. Qed.

Lemma opp_lt x y : x < y -> - y < - x.
Proof. intros H G. apply H. replace y with (- - y) by ring. replace x with (- - x) by ring. apply opp_le; trivial. Qed.

Lemma opp_nonneg x : x <= 0 -> 0 <= - x.
Proof. intro H. replace (0:K) with (- 0 : K) by ring. apply opp_le; trivial. Qed.

Lemma le_add_nonneg x y : 0 <= x -> 0 <= y -> 0 <= x + y.
Proof. intros. replace (0:K) with (0 + 0 : K) by ring. apply add_le; trivial. Qed.

Lemma mul_le_l c x y : 0 <= c -> x <= y -> c * x <= c * y.
Proof.
  intros H G. apply (proj2 (le_diff _ _)). replace (c * y - c * x) with (c * (y - x)) by ring. apply kmul_nonneg; trivial. apply (proj1 (le_diff x y)); trivial.
Qed.

Lemma mul_le_l_neg c x y : c <= 0 -> x <= y -> c * y <= c * x.
Proof.
  intros H G. apply (proj2 (le_diff _ _)). replace (c * x - c * y) with ((- c) * (y - x)) by ring.
  apply kmul_nonneg. { apply opp_nonneg; trivial. } apply (proj1 (le_diff x y)); trivial.
Qed.

Lemma square_nonneg x : 0 <= x * x.
Proof.
  destruct (kle_total K 0 x) as [H|H]. { apply kmul_nonneg; trivial. }
  replace (x * x) with ((- x) * (- x)) by ring. apply kmul_nonneg; apply opp_nonneg; trivial.
Qed.

Lemma one_ne_zero : (1 : K) <> 0.
Proof. exact (F_1_neq_0 (kth K)). Qed.

Lemma zero_le_one : (0 : K) <= 1.
Proof. replace (1:K) with (1 * 1 : K) by ring. apply square_nonneg. Qed.

Lemma zero_lt_one : (0 : K) < 1.
Proof. intro H. apply one_ne_zero. apply kle_antisym; trivial. apply zero_le_one. Qed.

Lemma mul_zero x y : x * y = 0 -> x = 0 \/ y = 0.
Proof.
  intro H. destruct (eq_dec x 0) as [E|E]; [tauto|right].
  replace y with (kinv x * (x * y)) by (field; trivial). rewrite H. ring.
Qed.

Lemma mul_pos x y : 0 < x -> 0 < y -> 0 < x * y.
Proof.
  intros H G F. assert (E : x * y = 0). { apply kle_antisym; trivial. apply kmul_nonneg; apply lt_le; trivial. }
  destruct (mul_zero _ _ E) as [-> | ->]; [apply H | apply G]; apply le_refl.
Qed.

Lemma pos_ne x : 0 < x -> x <> 0.
Proof. intros H ->. exact (H (le_refl _)). Qed.

Lemma mul_le_cancel c x y : 0 < c -> c * x <= c * y -> x <= y.
Proof.
  intros H G. destruct (kle_dec x y) as [F|F]; trivial. exfalso.
  assert (P : 0 < c * (x - y)). { apply mul_pos; trivial. apply (proj1 (lt_diff y x)). trivial. }
  apply P. apply le_cancel with (c * y). replace (c * (x - y) + c * y) with (c * x) by ring.
  replace (0 + c * y) with (c * y) by ring. trivial.
Qed.

Lemma mul_lt_l c x y : 0 < c -> x < y -> c * x < c * y.
Proof. intros H G F. apply G. apply mul_le_cancel with c; trivial. Qed.

Lemma mul_cancel c x y : c <> 0 -> c * x = c * y -> x = y.
Proof.
  intros H G. destruct (mul_zero c (x - y)) as [F|F]; [|tauto|]. { replace (c * (x - y)) with (c * x - c * y) by ring. rewrite G. ring. }
  replace x with (x - y + y) by ring. rewrite F. ring.
Qed.

Lemma sub_sub x y : 0 - (x - y) = y - x.
Proof. ring. Qed.

Lemma inv_pos x : 0 < x -> 0 < kinv x.
Proof.
  intros H G. assert (E : x * kinv x = 1) by (field; apply pos_ne; trivial).
  apply zero_lt_one. rewrite <- E. replace (0:K) with (x * 0) by ring. apply mul_le_l; trivial. apply lt_le; trivial.
Qed.

Lemma div_eq_mul x y : x / y = x * kinv y.
Proof. apply (Fdiv_def (kth K)). Qed.

(** ** Integers *)

Definition inZ : Z -> K := gen_phiZ k0 k1 kadd kmul kopp.

Let Rth : ring_theory (0:K) 1 kadd kmul ksub kopp eq := F_R (kth K).
Let morph := gen_phiZ_morph (Eqsth K) (Eq_ext kadd kmul kopp) Rth.

Lemma inZ_0 : inZ 0 = 0. Proof. reflexivity. Qed.
Lemma inZ_1 : inZ 1 = 1. Proof. reflexivity. Qed.
Lemma inZ_add a b : inZ (a + b)%Z = inZ a + inZ b. Proof. apply (morph_add morph). Qed.
Lemma inZ_mul a b : inZ (a * b)%Z = inZ a * inZ b. Proof. apply (morph_mul morph). Qed.
Lemma inZ_opp a : inZ (- a)%Z = - inZ a. Proof. apply (morph_opp morph). Qed.
Lemma inZ_sub a b : inZ (a - b)%Z = inZ a - inZ b. Proof. apply (morph_sub morph). Qed.

Lemma inZ_nonneg a : (0 <= a)%Z -> 0 <= inZ a.
Proof.
  revert a. apply Zlt_0_ind. intros a IH Ha. destruct (Z.eq_dec a 0) as [->|E]. { apply le_refl. }
  replace a with ((a - 1) + 1)%Z by ring. rewrite inZ_add, inZ_1.
  apply le_add_nonneg; [apply IH; lia | apply zero_le_one].
Qed.

Lemma inZ_pos a : (0 < a)%Z -> 0 < inZ a.
Proof.
  intros H G. apply zero_lt_one. apply kle_trans with (inZ a); trivial.
  replace a with ((a - 1) + 1)%Z by ring. rewrite inZ_add, inZ_1. replace (1:K) with (0 + 1:K) at 1 by ring.
  apply kadd_le. apply inZ_nonneg. lia.
Qed.

Lemma inZ_ne a : a <> 0%Z -> inZ a <> 0.
Proof.
  intros H E. destruct (Z_lt_le_dec 0 a) as [G|G].
  - exact (pos_ne _ (inZ_pos _ G) E).
  - assert (P : (0 < - a)%Z) by lia. apply (pos_ne _ (inZ_pos _ P)). rewrite inZ_opp, E. ring.
Qed.

Lemma inZ_le a b : (a <= b)%Z <-> inZ a <= inZ b.
Proof.
  split; intro H.
  - apply (proj2 (le_diff _ _)). rewrite <- inZ_sub. apply inZ_nonneg. lia.
  - destruct (Z_le_gt_dec a b) as [G|G]; trivial. exfalso. assert (P : (0 < a - b)%Z) by lia.
    apply (inZ_pos _ P). rewrite inZ_sub. apply le_cancel with (inZ b). replace (inZ a - inZ b + inZ b) with (inZ a) by ring.
    replace (0 + inZ b) with (inZ b) by ring. trivial.
Qed.

Lemma inZ_lt a b : (a < b)%Z <-> inZ a < inZ b.
Proof. split; intro H. { intro G. apply inZ_le in G. lia. } destruct (Z_lt_le_dec a b); trivial. exfalso. apply H, inZ_le. trivial. Qed.

Lemma inZ_inj a b : inZ a = inZ b -> a = b.
Proof. intro H. assert (A := eq_le _ _ H). assert (B := eq_le _ _ (eq_sym H)). apply inZ_le in A, B. lia. Qed.

(** ** Rationals *)

Definition inQ (q : Q) : K := inZ (Qnum q) / inZ (Zpos (Qden q)).

Lemma den_pos p : 0 < inZ (Zpos p). Proof. apply inZ_pos. lia. Qed.
Lemma den_ne p : inZ (Zpos p) <> 0. Proof. apply inZ_ne. lia. Qed.

Lemma inQ_Z a : inQ (a # 1) = inZ a.
Proof. unfold inQ. cbn [Qnum Qden]. change (inZ 1) with (1:K). field. apply one_ne_zero. Qed.

Lemma inQ_add p q : inQ (p + q) = inQ p + inQ q.
Proof.
  unfold inQ, Qplus. cbn [Qnum Qden]. rewrite Pos2Z.inj_mul, inZ_add, !inZ_mul. field. split; apply den_ne.
Qed.

Lemma inQ_mul p q : inQ (p * q) = inQ p * inQ q.
Proof. unfold inQ, Qmult. cbn [Qnum Qden]. rewrite Pos2Z.inj_mul, !inZ_mul. field. split; apply den_ne. Qed.

Lemma inQ_opp p : inQ (- p) = - inQ p.
Proof. unfold inQ, Qopp. cbn [Qnum Qden]. rewrite inZ_opp. field. apply den_ne. Qed.

Lemma inQ_sub p q : inQ (p - q) = inQ p - inQ q.
Proof. unfold Qminus. rewrite inQ_add, inQ_opp. ring. Qed.

Lemma frac_le a b c d : (0 < b)%Z -> (0 < d)%Z -> (a * d <= c * b)%Z <-> inZ a / inZ b <= inZ c / inZ d.
Proof.
  intros Hb Hd. assert (Pb := inZ_pos _ Hb). assert (Pd := inZ_pos _ Hd). assert (P := mul_pos _ _ Pb Pd).
  assert (Nb := pos_ne _ Pb). assert (Nd := pos_ne _ Pd).
  assert (E1 : inZ (a * d)%Z = inZ b * inZ d * (inZ a / inZ b)) by (rewrite inZ_mul; field; trivial).
  assert (E2 : inZ (c * b)%Z = inZ b * inZ d * (inZ c / inZ d)) by (rewrite inZ_mul; field; trivial).
  rewrite inZ_le, E1, E2. split; intro H; [apply mul_le_cancel with (inZ b * inZ d) | apply mul_le_l]; trivial. apply lt_le; trivial.
Qed.

Lemma frac_eq a b c d : (0 < b)%Z -> (0 < d)%Z -> (a * d = c * b)%Z <-> inZ a / inZ b = inZ c / inZ d.
Proof.
  intros Hb Hd. split; intro H.
  - apply kle_antisym; apply frac_le; trivial; lia.
  - assert (A := eq_le _ _ H). assert (B := eq_le _ _ (eq_sym H)). apply frac_le in A, B; trivial. lia.
Qed.

Lemma inQ_le p q : (p <= q)%Q <-> inQ p <= inQ q.
Proof. unfold Qle, inQ. apply frac_le; lia. Qed.

Lemma inQ_eq p q : (p == q)%Q <-> inQ p = inQ q.
Proof. unfold Qeq, inQ. apply frac_eq; lia. Qed.

Lemma inQ_lt p q : (p < q)%Q <-> inQ p < inQ q.
Proof.
  split; intro H. { intro G. apply inQ_le in G. apply Qlt_not_le in H. tauto. }
  apply Qnot_le_lt. intro G. apply H, inQ_le. trivial.
Qed.
Lemma inQ_0 : inQ 0 = 0. Proof. apply inQ_Z. Qed.
End Order.
Arguments inZ {K}. Arguments inQ {K}.
