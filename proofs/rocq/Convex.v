(** Secants of convex and of concave piecewise-affine functions: their slopes increase, or decrease, with both of their ends; so the slopes
    between two intervals lie between those of two secants (theorems/box_tree.py). *)
Require Import ZArith QArith Qround List Bool Lia Field.
From Bijection Require Import OField Network Exact Domains Intervals Monotone Homogeneous Secants.
Import ListNotations.
Open Scope Z_scope.

Definition pieces_of := ((Q * Q) * list (Q * (Q * Q)))%type.

(** Slopes increase, pieces meet, and breakpoints are in order. *)
Fixpoint rising (p : Q * Q) (more : list (Q * (Q * Q))) : bool :=
  match more with
  | [] => true
  | (b, p') :: r =>
      Qle_bool (fst p) (fst p') && Qeq_bool (fst p * b + snd p) (fst p' * b + snd p') &&
      match r with (b', _) :: _ => Qle_bool b b' | [] => true end && rising p' r
  end.
Definition negated (p : Q * Q) : Q * Q := (- fst p, - snd p)%Q.
Definition all_negated (more : list (Q * (Q * Q))) : list (Q * (Q * Q)) := map (fun e => (fst e, negated (snd e))) more.

Inductive shape := Convex | Concave | Other.
Definition shape_of (s : pieces_of) : shape :=
  if rising (fst s) (snd s) then Convex else if rising (negated (fst s)) (all_negated (snd s)) then Concave else Other.

(** The slope of the secant from a to b, rounded down and up. *)
Definition secant_below (a b va vb : Z) : Z := if b <? a then (va - vb) / (a - b) else (vb - va) / (b - a).
Definition secant_above (a b va vb : Z) : Z := - (secant_below a b (- va) (- vb)).

Section Sound.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Local Notation inZ := (@OField.inZ K).
Local Notation inQ := (@OField.inQ K).

Definition supported (F : K -> K) : Prop := forall t, exists m, forall s, F t + m * (s - t) <= F s.
Definition steep (F : K -> K) (lo s t : K) : Prop := (t <= s -> lo * (s - t) <= F s - F t) /\ (s <= t -> lo * (t - s) <= F t - F s).
Definition flat_to (F : K -> K) (hi s t : K) : Prop := (t <= s -> F s - F t <= hi * (s - t)) /\ (s <= t -> F t - F s <= hi * (t - s)).

Lemma factor_nonneg (m d : K) : 0 < d -> 0 <= m * d -> 0 <= m.
Proof. intros P H. apply (mul_le_cancel K d); trivial. replace (d * 0) with (0:K) by ring. replace (d * m) with (m * d) by ring. exact H. Qed.

Lemma lt_sub (s t : K) : s < t -> 0 < t - s. Proof. apply lt_diff. Qed.
Lemma le_sub (s t : K) : s <= t -> 0 <= t - s. Proof. apply le_diff. Qed.

(** A supported function with G c <= G a, c < a, increases behind a, and is at most G a between. *)
Lemma behind (G : K -> K) (a c : K) : supported G -> c < a -> G c <= G a ->
  (forall u v, a <= u -> u <= v -> G u <= G v) /\ (forall t, c <= t -> t <= a -> G t <= G a).
Proof.
  intros S L H.
  assert (N1 : forall x, a <= x -> G a <= G x).
  { intros x X. destruct (S a) as (m & M). assert (P : 0 <= m).
    { apply (factor_nonneg m (a - c)); [apply lt_sub, L|]. assert (Q := kle_trans K _ _ _ (M c) H). apply (le_cancel K _ _ (G a + m * (c - a))).
      replace (m * (a - c) + (G a + m * (c - a))) with (G a) by ring. replace (0 + (G a + m * (c - a))) with (G a + m * (c - a)) by ring. exact Q. }
    apply kle_trans with (2 := M x). replace (G a) with (G a + 0) at 1 by ring. apply add_le; [apply le_refl|]. apply kmul_nonneg; trivial. apply le_sub, X. }
  split.
  - intros u v U V. destruct (kle_dec u a) as [E|E]; [assert (u = a) as -> by (apply kle_antisym; trivial); auto|].
    destruct (S u) as (m & M). assert (P : 0 <= m).
    { apply (factor_nonneg m (u - a)); [apply lt_sub, E|]. assert (Q := kle_trans K _ _ _ (M a) (N1 u U)). apply (le_cancel K _ _ (G u + m * (a - u))).
      replace (m * (u - a) + (G u + m * (a - u))) with (G u) by ring. replace (0 + (G u + m * (a - u))) with (G u + m * (a - u)) by ring. exact Q. }
    apply kle_trans with (2 := M v). replace (G u) with (G u + 0) at 1 by ring. apply add_le; [apply le_refl|]. apply kmul_nonneg; trivial. apply le_sub, V.
  - intros t Ct Ta. destruct (kle_dec (G t) (G a)) as [|B]; trivial. exfalso. destruct (S t) as (m & M).
    assert (Hc : G t + m * (c - t) <= G a) by (apply kle_trans with (1 := M c), H). assert (Ha := M a).
    destruct (kle_total K 0 m) as [P|P]; apply B.
    + apply kle_trans with (2 := Ha). replace (G t) with (G t + 0) at 1 by ring. apply add_le; [apply le_refl|]. apply kmul_nonneg; trivial. apply le_sub, Ta.
    + apply kle_trans with (2 := Hc). replace (G t) with (G t + 0) at 1 by ring. apply add_le; [apply le_refl|].
      replace (m * (c - t)) with ((- m) * (t - c)) by ring. apply kmul_nonneg; [apply opp_nonneg, P|apply le_sub, Ct].
Qed.

Lemma tilt F lo : supported F -> supported (fun x => F x - lo * x).
Proof. intros S t. destruct (S t) as (m & M). exists (m - lo). intro s. apply (le_cancel K _ _ (lo * s)).
  replace (F s - lo * s + lo * s) with (F s) by ring. replace (F t - lo * t + (m - lo) * (s - t) + lo * s) with (F t + m * (s - t)) by ring. apply M. Qed.

Lemma to_tilt (F : K -> K) lo s t : F t - lo * t <= F s - lo * s <-> lo * (s - t) <= F s - F t.
Proof.
  split; intro H; apply (proj2 (le_diff K _ _)); apply (proj1 (le_diff K _ _)) in H.
  - replace (F s - F t - lo * (s - t)) with (F s - lo * s - (F t - lo * t)) by ring. exact H.
  - replace (F s - lo * s - (F t - lo * t)) with (F s - F t - lo * (s - t)) by ring. exact H.
Qed.

Lemma steep_one F (lo a c s t : K) : supported F -> c < a -> lo * (a - c) <= F a - F c -> a <= s -> c <= t -> steep F lo s t.
Proof.
  intros S L H As Ct. apply to_tilt in H. destruct (behind _ a c (tilt F lo S) L H) as (N & B). cbv beta in N, B.
  destruct (kle_total K a t) as [At|Ta].
  - split; intro O; apply to_tilt; apply N; trivial.
  - split; intro O; apply to_tilt.
    + apply kle_trans with (F a - lo * a); [apply B|apply N]; trivial. apply le_refl.
    + assert (t = a) as -> by (apply kle_antisym; trivial; apply kle_trans with s; trivial). assert (s = a) as -> by (apply kle_antisym; trivial). apply le_refl.
Qed.

Lemma steep_sym F lo s t : steep F lo s t -> steep F lo t s. Proof. intros (A & B). split; trivial. Qed.

Lemma steep_secant F (a c va vc : Z) s t : supported F -> a <> c -> F (inZ a) = inZ va -> F (inZ c) = inZ vc -> inZ a <= s -> inZ c <= t ->
  steep F (inZ (secant_below a c va vc)) s t.
Proof.
  intros S N Ea Ec As Ct. unfold secant_below. destruct (Z.ltb_spec c a) as [L|L].
  - apply (steep_one F _ (inZ a) (inZ c)); trivial; [apply inZ_lt, L|]. rewrite Ea, Ec, <- !inZ_sub, <- inZ_mul. apply inZ_le. rewrite Z.mul_comm. apply Z.mul_div_le. lia.
  - apply steep_sym. apply (steep_one F _ (inZ c) (inZ a)); trivial; [apply inZ_lt; lia|]. rewrite Ea, Ec, <- !inZ_sub, <- inZ_mul. apply inZ_le. rewrite Z.mul_comm. apply Z.mul_div_le. lia.
Qed.

Lemma flipped (F : K -> K) : supported F -> supported (fun x => F (- x)).
Proof. intros S t. destruct (S (- t)) as (m & M). exists (- m). intro s. replace (- m * (s - t)) with (m * (- s - - t)) by ring. apply M. Qed.

Lemma flat_secant F (b d vb vd : Z) s t : supported F -> b <> d -> F (inZ b) = inZ vb -> F (inZ d) = inZ vd -> s <= inZ b -> t <= inZ d ->
  flat_to F (inZ (secant_above b d vb vd)) s t.
Proof.
  intros S N Eb Ed Sb Td.
  assert (X : steep (fun x => F (- x)) (inZ (secant_below (- b) (- d) vb vd)) (- s) (- t)).
  { apply steep_secant; [apply flipped, S|lia| | | |].
    - rewrite <- Eb, inZ_opp. f_equal. ring. - rewrite <- Ed, inZ_opp. f_equal. ring.
    - rewrite inZ_opp. apply opp_le, Sb. - rewrite inZ_opp. apply opp_le, Td. }
  assert (Same : secant_below (- b) (- d) vb vd = secant_below b d (- vb) (- vd)).
  { unfold secant_below. destruct (Z.ltb_spec (- d) (- b)) as [A|A], (Z.ltb_spec d b) as [B|B]; try lia; f_equal; lia. }
  rewrite Same in X. unfold secant_above. rewrite inZ_opp. set (w := inZ (secant_below b d (- vb) (- vd))) in *. clearbody w. destruct X as (X1 & X2). cbv beta in X1, X2.
  replace (- - s) with s in * by ring. replace (- - t) with t in * by ring. split; intro O.
  - assert (Y := X2 (opp_le K _ _ O)). apply (proj2 (le_diff K _ _)). apply (proj1 (le_diff K _ _)) in Y. replace (- w * (s - t) - (F s - F t)) with (F t - F s - w * (- t - - s)) by ring. exact Y.
  - assert (Y := X1 (opp_le K _ _ O)). apply (proj2 (le_diff K _ _)). apply (proj1 (le_diff K _ _)) in Y. replace (- w * (t - s) - (F t - F s)) with (F s - F t - w * (- s - - t)) by ring. exact Y.
Qed.

Lemma flat_opposite F w s t : steep (fun x => - F x) w s t -> flat_to F (- w) s t.
Proof.
  intros (A & B). split; intro O; apply (proj2 (le_diff K _ _)); [assert (Y := A O)|assert (Y := B O)]; apply (proj1 (le_diff K _ _)) in Y; cbv beta in Y.
  - replace (- w * (s - t) - (F s - F t)) with (- F s - - F t - w * (s - t)) by ring. exact Y.
  - replace (- w * (t - s) - (F t - F s)) with (- F t - - F s - w * (t - s)) by ring. exact Y.
Qed.
Lemma steep_opposite F w s t : flat_to (fun x => - F x) w s t -> steep F (- w) s t.
Proof.
  intros (A & B). split; intro O; apply (proj2 (le_diff K _ _)); [assert (Y := A O)|assert (Y := B O)]; apply (proj1 (le_diff K _ _)) in Y; cbv beta in Y.
  - replace (F s - F t - - w * (s - t)) with (w * (s - t) - (- F s - - F t)) by ring. exact Y.
  - replace (F t - F s - - w * (t - s)) with (w * (t - s) - (- F t - - F s)) by ring. exact Y.
Qed.

Lemma steep_between F lo hi s t : steep F lo s t -> flat_to F hi s t -> 0 <= (F s - F t - lo * (s - t)) * (hi * (s - t) - (F s - F t)).
Proof.
  intros (A & B) (C & D). destruct (kle_total K t s) as [O|O].
  - apply kmul_nonneg; apply le_sub; auto.
  - replace ((F s - F t - lo * (s - t)) * (hi * (s - t) - (F s - F t))) with ((F t - F s - lo * (t - s)) * (hi * (t - s) - (F t - F s))) by ring.
    apply kmul_nonneg; apply le_sub; auto.
Qed.

(** ** Pieces that rise are supported *)

Notation line p t := (inQ (fst p) * t + inQ (snd p)).

Lemma rising_head p b p' r : rising p ((b, p') :: r) = true ->
  (inQ (fst p) <= inQ (fst p') /\ line p (inQ b) = line p' (inQ b)) /\ (forall s, s <= inQ b -> pieces p' r s = line p' s) /\ rising p' r = true.
Proof.
  cbn [rising]. rewrite !andb_true_iff. intros (((A & B) & C) & D). apply (Qle_bool_spec K) in A. apply (Qeq_bool_spec K) in B. rewrite !inQ_add, !inQ_mul in B.
  split; [auto|]. split; [|exact D]. intros s Ls. destruct r as [|(b', p'') r]; cbn [pieces]; trivial. apply (Qle_bool_spec K) in C.
  destruct (kle_dec s (inQ b')) as [|F]; trivial. exfalso. apply F. apply kle_trans with (inQ b); trivial.
Qed.

Lemma line_shift p p' (b s : K) : line p b = line p' b -> line p' s - line p s = (inQ (fst p') - inQ (fst p)) * (s - b).
Proof. intro E. apply (f_equal (fun t => t - line p' b)) in E. replace (line p' b - line p' b) with (0:K) in E by ring.
  replace (line p' s - line p s) with (line p' s - line p s + (line p b - line p' b)) by (rewrite E; ring). ring. Qed.

Lemma rising_above p more (s : K) : rising p more = true -> line p s <= pieces p more s.
Proof.
  revert p. induction more as [|(b, p') r IH]; intros p E; cbn [pieces]; [apply le_refl|]. destruct (rising_head p b p' r E) as ((A & B) & _ & D).
  destruct (kle_dec s (inQ b)) as [|F]; [apply le_refl|]. apply kle_trans with (2 := IH p' D). apply (proj2 (le_diff K _ _)). rewrite (line_shift p p' (inQ b)) by exact B.
  apply kmul_nonneg; apply le_sub; trivial. apply lt_le, F.
Qed.

Lemma rising_supported p more : rising p more = true -> supported (pieces p more).
Proof.
  revert p. induction more as [|(b, p') r IH]; intros p E t.
  - exists (inQ (fst p)). intro s. cbn [pieces]. apply eq_le. ring.
  - destruct (rising_head p b p' r E) as ((A & B) & C & D). cbn [pieces]. destruct (kle_dec t (inQ b)) as [T|T].
    + exists (inQ (fst p)). intro s. replace (line p t + inQ (fst p) * (s - t)) with (line p s) by ring. apply (rising_above p ((b, p') :: r) s E).
    + destruct (IH p' D t) as (m & M). exists m. intro s. apply kle_trans with (1 := M s). destruct (kle_dec s (inQ b)) as [S|S]; [|apply le_refl].
      rewrite (C s S). apply (proj2 (le_diff K _ _)). replace (line p s - line p' s) with (- (line p' s - line p s)) by ring. rewrite (line_shift p p' (inQ b)) by exact B.
      replace (- ((inQ (fst p') - inQ (fst p)) * (s - inQ b))) with ((inQ (fst p') - inQ (fst p)) * (inQ b - s)) by ring. apply kmul_nonneg; apply le_sub; trivial.
Qed.

Lemma pieces_negated p more (t : K) : pieces (negated p) (all_negated more) t = - pieces p more t.
Proof.
  revert p. induction more as [|(b, p') r IH]; intros p; cbn [all_negated map fst snd pieces]; [unfold negated; cbn [fst snd]; rewrite !inQ_opp; ring|].
  destruct (kle_dec t (inQ b)); [unfold negated; cbn [fst snd]; rewrite !inQ_opp; ring|apply IH].
Qed.

Lemma supported_ext F G : (forall t, F t = G t) -> supported F -> supported G.
Proof. intros H S t. destruct (S t) as (m & M). exists m. intro s. rewrite <- !H. apply M. Qed.

Lemma shape_ok s : match shape_of s with
  | Convex => supported (pieces (fst s) (snd s)) | Concave => supported (fun t => - pieces (fst s) (snd s) t) | Other => True end.
Proof.
  unfold shape_of. destruct (rising (fst s) (snd s)) eqn:E; [apply rising_supported, E|]. destruct (rising (negated _) _) eqn:N; [|exact I].
  apply (supported_ext _ _ (pieces_negated (fst s) (snd s))). apply rising_supported, N.
Qed.
End Sound.
