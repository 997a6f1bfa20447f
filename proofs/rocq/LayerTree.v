(** One layer s(Wx + b) on a convex set: a tree of linear dependencies shows that it is injective (theorems/layer_tree.py). *)
Require Import ZArith QArith List Bool Lia Field.
From Bijection Require Import Maps OField Network Exact Domains Statements Intervals Rank Affine RankRules Hull Values Monotone.
Import ListNotations.
Open Scope Z_scope.

(** A flat of a unit: an interval on which its activation is constant. *)
Record flat := Flat { unit_of : nat; left_end : option Q; right_end : option Q }.

(** ** Flats of a monotone piecewise-affine activation, whose neighbouring pieces are not both constant *)

Definition is_flat (p : Q * Q) : bool := Qeq_bool (fst p) 0.

Fixpoint flats_of (u : nat) (p : Q * Q) (more : list (Q * (Q * Q))) (start : option Q) : list flat :=
  match more with
  | [] => if is_flat p then [Flat u start None] else []
  | (b, p') :: r => (if is_flat p then [Flat u start (Some b)] else []) ++ flats_of u p' r (Some b)
  end.

Definition leaning (up : bool) (q : Q) : bool := if up then Qle_bool 0 q else Qle_bool q 0.

Fixpoint monotone_pieces (up : bool) (p : Q * Q) (more : list (Q * (Q * Q))) (start : option Q) : bool :=
  leaning up (fst p) &&
  match more with
  | [] => true
  | (b, p') :: r =>
      match start with Some a => negb (Qle_bool b a) | None => true end && negb (is_flat p && is_flat p') &&
      Qeq_bool (fst p * b + snd p) (qpieces p' r b) && monotone_pieces up p' r (Some b)
  end.

Definition flats_for (u : nat) (s : activation) : option (list flat) :=
  match s with
  | Pieces p more => if monotone_pieces true p more None || monotone_pieces false p more None then Some (flats_of u p more None) else None
  | _ => if strictly_monotone s line then Some [] else None
  end.

Section Flats.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Local Notation inQ := (@OField.inQ K).

Definition ordered (up : bool) (a b : K) : Prop := if up then a <= b else b <= a.
Definition contains_segment (f : flat) (s t : K) : Prop := above (left_end f) s /\ under (right_end f) t.

Lemma ordered_eq up a b c : ordered up a b -> ordered up b c -> a = c -> a = b.
Proof. destruct up; cbn [ordered]; intros H G ->; apply kle_antisym; trivial. Qed.

Lemma affine_ordered up p s t : leaning up (fst p) = true -> s <= t -> ordered up (inQ (fst p) * s + inQ (snd p)) (inQ (fst p) * t + inQ (snd p)).
Proof.
  unfold leaning. intros E L. destruct up; cbn [ordered]; apply (Qle_bool_spec K) in E; rewrite inQ_0 in E; apply add_le; try apply le_refl;
    [apply mul_le_l|apply mul_le_l_neg]; trivial.
Qed.

Lemma ordered_trans up a b c : ordered up a b -> ordered up b c -> ordered up a c.
Proof. destruct up; cbn [ordered]; intros H G; eapply kle_trans; eauto. Qed.

Lemma pieces_ordered up p more start s t : monotone_pieces up p more start = true -> s <= t -> ordered up (pieces p more s) (pieces p more t).
Proof.
  revert p start s t. induction more as [|(b, p') more IH]; intros p start s t E L; cbn [monotone_pieces pieces] in *; apply andb_true_iff in E; destruct E as (E0 & E).
  { apply affine_ordered; trivial. }
  rewrite !andb_true_iff in E. destruct E as (((_ & _) & E2) & E3). apply (Qeq_bool_spec K) in E2. rewrite qpieces_ok, inQ_add, inQ_mul in E2.
  destruct (kle_dec s (inQ b)) as [S|S], (kle_dec t (inQ b)) as [T|T].
  - apply affine_ordered; trivial.
  - apply ordered_trans with (inQ (fst p) * inQ b + inQ (snd p)); [apply affine_ordered; trivial|]. rewrite E2. apply (IH p' (Some b)); trivial. apply lt_le. exact T.
  - exfalso. apply S. apply kle_trans with t; trivial.
  - apply (IH p' (Some b)); trivial.
Qed.

(** The flats of what follows start at b or behind it; at b only if the next piece is constant. *)
Lemma later_flats up u p more b f : monotone_pieces up p more (Some b) = true -> In f (flats_of u p more (Some b)) ->
  exists l, left_end f = Some l /\ inQ b <= inQ l /\ (is_flat p = true \/ inQ b < inQ l).
Proof.
  revert p b. induction more as [|(c, p') more IH]; intros p b E I; cbn [monotone_pieces flats_of] in *; apply andb_true_iff in E; destruct E as (E0 & E).
  - destruct (is_flat p) eqn:F; [destruct I as [<-|[]]|destruct I]. exists b. cbn [left_end]. split; [reflexivity|]. split; [apply le_refl|auto].
  - rewrite !andb_true_iff in E. destruct E as (((E1 & _) & _) & E3). apply negb_true_iff in E1.
    assert (L : inQ b < inQ c) by (rewrite <- (Qle_bool_spec K), E1; discriminate).
    apply in_app_or in I. destruct I as [I|I].
    + destruct (is_flat p) eqn:F; [|destruct I]. destruct I as [<-|[]]. exists b. cbn [left_end]. split; [reflexivity|]. split; [apply le_refl|auto].
    + destruct (IH p' c E3 I) as (l & G & H & _). exists l. split; trivial. assert (B : inQ b < inQ l) by (apply lt_le_trans with (inQ c); trivial).
      split; [apply lt_le, B|auto].
Qed.

Lemma affine_flat p s t : s < t -> inQ (fst p) * s + inQ (snd p) = inQ (fst p) * t + inQ (snd p) -> is_flat p = true.
Proof.
  intros L E. apply (Qeq_bool_spec K). rewrite inQ_0. destruct (mul_zero K (inQ (fst p)) (t - s)) as [H|H]; trivial.
  - replace (inQ (fst p) * (t - s)) with ((inQ (fst p) * t + inQ (snd p)) - (inQ (fst p) * s + inQ (snd p))) by ring. rewrite E. ring.
  - exfalso. apply (lt_ne K s t L). replace t with (t - s + s) by ring. rewrite H. ring.
Qed.

Lemma flat_found up u p more start s t : monotone_pieces up p more start = true -> above start s -> s < t -> pieces p more s = pieces p more t ->
  exists f, In f (flats_of u p more start) /\ contains_segment f s t.
Proof.
  revert p start s t. induction more as [|(b, p') more IH]; intros p start s t E A L V; cbn [flats_of pieces] in *.
  { rewrite (affine_flat p s t L V). eexists. split; [left; reflexivity|]. split; cbn [left_end right_end under]; trivial. }
  assert (E' := E). cbn [monotone_pieces] in E'. apply andb_true_iff in E'. destruct E' as (E0 & E'). rewrite !andb_true_iff in E'.
  destruct E' as (((E1 & E2) & E3) & E4). assert (C := E3). apply (Qeq_bool_spec K) in C. rewrite qpieces_ok, inQ_add, inQ_mul in C.
  destruct (kle_dec s (inQ b)) as [S|S], (kle_dec t (inQ b)) as [T|T].
  - rewrite (affine_flat p s t L V). eexists. split; [left; reflexivity|]. split; cbn [left_end right_end under]; trivial.
  - assert (T' : inQ b < t) by exact T.
    assert (O1 := affine_ordered up p s (inQ b) E0 S). assert (O2 := pieces_ordered up p' more (Some b) (inQ b) t E4 (lt_le K _ _ T')). rewrite <- C in O2.
    assert (Q := ordered_eq up _ _ _ O1 O2 V). assert (W : pieces p' more (inQ b) = pieces p' more t) by (rewrite <- C, <- Q; exact V).
    destruct (IH p' (Some b) (inQ b) t E4 (le_refl K _) T' W) as (f & I & G1 & G2). destruct (eq_dec K s (inQ b)) as [->|N].
    { exists f. split; [apply in_or_app; right; exact I|split; trivial]. }
    exfalso. assert (Sb : s < inQ b). { intro F. apply N. apply kle_antisym; trivial. }
    assert (F := affine_flat p s (inQ b) Sb Q). destruct (later_flats up u p' more b f E4 I) as (l & El & Ll & [F'|F']).
    + rewrite F, F' in E2. discriminate.
    + rewrite El in G1. cbn [above] in G1. exact (F' G1).
  - exfalso. apply S. apply kle_trans with t; trivial. apply lt_le, L.
  - destruct (IH p' (Some b) s t E4 (lt_le K _ _ S) L V) as (f & I & G). exists f. split; [apply in_or_app; right; exact I|exact G].
Qed.

Definition half : K := 1 / (1 + 1).
Definition interior (f : flat) (t : K) : Prop :=
  match left_end f with Some l => inQ l < t | None => True end /\ match right_end f with Some r => t < inQ r | None => True end.

Lemma two_pos : (0 : K) < 1 + 1. Proof. change (1 + 1) with (inZ 2 : K). apply inZ_pos. reflexivity. Qed.

Lemma midpoint (s t : K) : s < t -> s < (s + t) * half /\ (s + t) * half < t.
Proof.
  intro L. assert (N := pos_ne K _ two_pos). assert (H : (0:K) < half).
  { unfold half. rewrite div_eq_mul. apply mul_pos; [apply zero_lt_one|apply inv_pos, two_pos]. }
  assert (D := proj1 (lt_diff K s t) L). split; apply (proj2 (lt_diff K _ _)).
  - replace ((s + t) * half - s) with (half * (t - s)) by (unfold half; field; trivial). apply mul_pos; trivial.
  - replace (t - (s + t) * half) with (half * (t - s)) by (unfold half; field; trivial). apply mul_pos; trivial.
Qed.

(** Equal values at s and t: s = t, or a flat has their midpoint in its interior. *)
Theorem flats_for_ok u s l (x y : K) : flats_for u s = Some l -> activate s x = activate s y -> x = y \/ exists f, In f l /\ interior f ((x + y) * half).
Proof.
  intros E V. destruct (eq_dec K x y) as [|N]; [auto|right].
  assert (Smooth : strictly_monotone s line = true -> False).
  { intro M. apply N. apply (strictly_monotone_ok K s line x y M); trivial; split; exact I. }
  assert (G : forall x y : K, x < y -> activate s x = activate s y -> exists f, In f l /\ interior f ((x + y) * half)).
  { clear x y V N. intros x y L V. destruct s as [p more| | | |al sc|]; cbn [flats_for] in E;
      try (destruct (strictly_monotone _ line); [exfalso; apply Smooth; reflexivity|discriminate]).
    clear Smooth. destruct (monotone_pieces true p more None || monotone_pieces false p more None) eqn:M; [|discriminate]. injection E as <-.
    assert (X : exists f, In f (flats_of u p more None) /\ contains_segment f x y).
    { apply orb_true_iff in M. destruct M as [M|M]; exact (flat_found _ u p more None x y M I L V). }
    destruct X as (f & J & A & B). exists f. split; trivial. destruct (midpoint x y L) as (M1 & M2). split.
    - destruct (left_end f); trivial. cbn [above] in A. apply le_lt_trans with x; trivial.
    - destruct (right_end f); trivial. cbn [under] in B. apply lt_le_trans with y; trivial. }
  destruct (ne_lt K x y N) as [L|L]; [exact (G x y L V)|]. replace (x + y) with (y + x) by ring. exact (G y x L (eq_sym V)).
Qed.
End Flats.
