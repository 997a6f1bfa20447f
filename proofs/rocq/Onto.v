(** Piecewise-affine activations take every value between two of theirs, over every ordered field; layers of them are onto: OntoLayer
    (theorems/monotone.py; of its smooth activations, which are onto by the intermediate value theorem, nothing is proved here). *)
Require Import ZArith QArith List Bool Lia Field.
From Bijection Require Import Maps OField Network Exact Domains Statements Intervals Hull Subsets.
Import ListNotations.
Open Scope Z_scope.

(** Neighbouring pieces meet, and breakpoints increase. *)
Fixpoint continuous (p : Q * Q) (more : list (Q * (Q * Q))) (start : option Q) : bool :=
  match more with
  | [] => true
  | (b, p') :: r =>
      Qeq_bool (fst p * b + snd p) (fst p' * b + snd p') && match start with Some a => negb (Qle_bool b a) | None => true end && continuous p' r (Some b)
  end.

(** The wanted interval is a part of the other one. *)
Definition part (wanted i : interval) : bool :=
  match fst i with Some a => match fst wanted with Some c => Qle_bool a c | None => false end | None => true end &&
  match snd i with Some b => match snd wanted with Some c => Qle_bool c b | None => false end | None => true end.

Definition takes (s : activation) (side wanted : interval) : bool :=
  match s with
  | Pieces p more =>
      continuous p more None && match side with (Some a, Some b) => Qle_bool a b | _ => true end && part wanted (pieces_image p more side)
  | _ => false
  end.

Fixpoint take_all (ss : list activation) (sides wanted : list interval) : bool :=
  match ss, sides, wanted with
  | [], [], [] => true
  | s :: ss', i :: sides', w :: wanted' => takes s i w && take_all ss' sides' wanted'
  | _, _, _ => false
  end.

Definition OntoLayer : rule := fun goal =>
  match goal with
  | Surjective (Net [Node (Pointwise l) [O]]) D C =>
      match D, hull D, hull C with
      | Reals _, Some sides, Some wanted | Box _, Some sides, Some wanted => given (take_all (unroll l) sides wanted) []
      | _, _, _ => None
      end
  | _ => None
  end.

Section Sound.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Local Notation inQ := (@OField.inQ K).

Lemma meets p more b : continuous p more (Some b) = true -> pieces p more (inQ b) = inQ (fst p) * inQ b + inQ (snd p).
Proof.
  destruct more as [|(c, p') r]; [reflexivity|]. cbn [continuous pieces]. rewrite !andb_true_iff. intros ((_ & C) & _). apply negb_true_iff in C.
  destruct (kle_dec (inQ b) (inQ c)) as [|G]; trivial. destruct G. apply (inQ_le K), qle_false, C.
Qed.

Lemma affine_onto p i (y : K) : (exists s, inside (K := K) i s) -> inside (affine_image p i) y -> exists t, inside i t /\ inQ (fst p) * t + inQ (snd p) = y.
Proof.
  intros (s & Is). unfold affine_image. destruct (Qeq_bool (fst p) 0) eqn:Z0.
  { intros (A & B). cbn [fst snd above under] in A, B. exists s. split; trivial. apply (Qeq_bool_spec K) in Z0. rewrite Z0, inQ_0. replace (0 * s + inQ (snd p)) with (inQ (snd p)) by ring. apply kle_antisym; trivial. }
  assert (N : inQ (fst p) <> 0) by (rewrite <- inQ_0; intro E; apply (Qeq_bool_spec K) in E; congruence).
  set (t := (y - inQ (snd p)) / inQ (fst p)). assert (E : inQ (fst p) * t + inQ (snd p) = y) by (unfold t; field; exact N).
  assert (Sh : forall a b c : K, a + c <= b + c -> a <= b) by (intros a b c; apply le_cancel).
  destruct (Qle_bool 0 (fst p)) eqn:P; intros (A & B); cbn [fst snd] in A, B; exists t; (split; [|exact E]).
  - apply (Qle_bool_spec K) in P. rewrite inQ_0 in P. assert (Pp : 0 < inQ (fst p)) by (intro Q; apply N, kle_antisym; trivial).
    split; [destruct (fst i)|destruct (snd i)]; cbn [option_map above under] in *; trivial; rewrite inQ_red, inQ_add, inQ_mul, <- E in *;
      [apply Sh in A; apply (mul_le_cancel K (inQ (fst p))); trivial|apply Sh in B; apply (mul_le_cancel K (inQ (fst p))); trivial].
  - apply qle_false, (inQ_le K) in P. rewrite inQ_0 in P. assert (Pp : 0 < - inQ (fst p)).
    { intro Q. apply N, kle_antisym; trivial. apply opp_le in Q. replace (- (0 : K)) with (0 : K) in Q by ring. replace (- - inQ (fst p)) with (inQ (fst p)) in Q by ring. exact Q. }
    assert (Flip : forall u v, inQ (fst p) * u <= inQ (fst p) * v -> v <= u).
    { intros u v H. apply (mul_le_cancel K (- inQ (fst p))); trivial. replace (- inQ (fst p) * v) with (- (inQ (fst p) * v)) by ring. replace (- inQ (fst p) * u) with (- (inQ (fst p) * u)) by ring. apply opp_le, H. }
    split; [destruct (fst i)|destruct (snd i)]; cbn [option_map above under] in *; trivial; rewrite inQ_red, inQ_add, inQ_mul, <- E in *;
      [apply Sh in B; apply Flip, B|apply Sh in A; apply Flip, A].
Qed.

(** Two intervals with a common point leave no gap. *)
Lemma hull2_either i j (c y : K) : inside (K := K) i c -> inside j c -> inside (hull2 i j) y -> inside i y \/ inside j y.
Proof.
  destruct i as (a, b), j as (a', b'). unfold inside, hull2. cbn [fst snd]. intros (Ai & Ui) (Aj & Uj) (A & U). destruct (kle_total K y c) as [L|L].
  - assert (X : under b y) by (destruct b; cbn [under] in *; trivial; apply kle_trans with c; trivial).
    assert (Y : under b' y) by (destruct b'; cbn [under] in *; trivial; apply kle_trans with c; trivial).
    destruct a as [a|], a' as [a'|]; cbn [lift2 above] in *; auto. unfold qmin in A. destruct (Qle_bool a a'); cbn [above] in A; auto.
  - assert (X : above a y) by (destruct a; cbn [above] in *; trivial; apply kle_trans with c; trivial).
    assert (Y : above a' y) by (destruct a'; cbn [above] in *; trivial; apply kle_trans with c; trivial).
    destruct b as [b|], b' as [b'|]; cbn [lift2 under] in *; auto. unfold qmax in U. destruct (Qle_bool b b'); cbn [under] in U; auto.
Qed.

Lemma meet_both_above (a : option Q) b (t : K) : above (K := K) (meet qmax a (Some b)) t -> above a t /\ inQ b <= t.
Proof.
  destruct a as [a|]; cbn [meet above]; [|auto]. unfold qmax. destruct (Qle_bool a b) eqn:E; cbn [above]; intro H; split; trivial; eapply kle_trans; try exact H; apply (inQ_le K).
  - apply Qle_bool_iff, E.
  - apply qle_false, E.
Qed.

Lemma meet_both_under (a : option Q) b (t : K) : under (K := K) (meet qmin a (Some b)) t -> under a t /\ t <= inQ b.
Proof.
  destruct a as [a|]; cbn [meet under]; [|auto]. unfold qmin. destruct (Qle_bool a b) eqn:E; cbn [under]; intro H; split; trivial; eapply kle_trans; try exact H; apply (inQ_le K).
  - apply Qle_bool_iff, E.
  - apply qle_false, E.
Qed.

Lemma pieces_onto p more : forall start i (y : K), continuous p more start = true -> (exists s, inside (K := K) i s) -> inside (pieces_image p more i) y ->
  exists t, inside i t /\ pieces p more t = y.
Proof.
  revert p. induction more as [|(b, p') r IH]; intros p start i y C Ne H; cbn [pieces pieces_image] in *; [apply affine_onto; trivial|].
  cbn [continuous] in C. rewrite !andb_true_iff in C. destruct C as ((C1 & _) & C2). apply (Qeq_bool_spec K) in C1. rewrite !inQ_add, !inQ_mul in C1.
  assert (M := meets p' r b C2). destruct i as (lo, hi). cbn [fst snd] in *.
  assert (Right : forall t, inQ b <= t -> pieces p' r t = y -> (if kle_dec t (inQ b) then inQ (fst p) * t + inQ (snd p) else pieces p' r t) = y).
  { intros t L V. destruct (kle_dec t (inQ b)) as [G|G]; trivial. assert (T : t = inQ b) by (apply kle_antisym; trivial). rewrite T in *. rewrite C1, <- M. exact V. }
  assert (FromRight : (exists s, inside (K := K) (meet qmax lo (Some b), hi) s) -> inside (pieces_image p' r (meet qmax lo (Some b), hi)) y ->
    exists t, inside (lo, hi) t /\ (if kle_dec t (inQ b) then inQ (fst p) * t + inQ (snd p) else pieces p' r t) = y).
  { intros Ne' H'. destruct (IH p' (Some b) _ y C2 Ne' H') as (t & (A & B) & V). cbn [fst snd] in A, B. apply meet_both_above in A. destruct A as (A & L).
    exists t. split; [split; trivial|apply Right; trivial]. }
  assert (FromLeft : (exists s, inside (K := K) (lo, meet qmin hi (Some b)) s) -> inside (affine_image p (lo, meet qmin hi (Some b))) y ->
    exists t, inside (lo, hi) t /\ (if kle_dec t (inQ b) then inQ (fst p) * t + inQ (snd p) else pieces p' r t) = y).
  { intros Ne' H'. destruct (affine_onto p _ y Ne' H') as (t & (A & B) & V). cbn [fst snd] in A, B. apply meet_both_under in B. destruct B as (B & L).
    exists t. split; [split; trivial|]. destruct (kle_dec t (inQ b)); [exact V|tauto]. }
  destruct Ne as (s & As & Us). cbn [fst snd] in As, Us.
  destruct (match lo with Some l => negb (Qle_bool l b) | None => false end) eqn:E1.
  { apply FromRight; trivial. destruct lo as [l|]; [|discriminate]. apply negb_true_iff, qle_false, (inQ_le K) in E1. exists s. split; cbn [fst snd]; trivial.
    apply meet_above; trivial. cbn [above] in *. apply kle_trans with (inQ l); trivial. }
  destruct (match hi with Some u => Qle_bool u b | None => false end) eqn:E2.
  { apply FromLeft; trivial. destruct hi as [u|]; [|discriminate]. apply (Qle_bool_spec K) in E2. exists s. split; cbn [fst snd]; trivial.
    apply meet_under; trivial. cbn [under] in *. apply kle_trans with (inQ u); trivial. }
  assert (Al : above (K := K) lo (inQ b)). { destruct lo as [l|]; cbn [above]; trivial. apply negb_false_iff in E1. apply (Qle_bool_spec K), E1. }
  assert (Ub : under (K := K) hi (inQ b)). { destruct hi as [u|]; cbn [under]; trivial. apply (inQ_le K), qle_false, E2. }
  assert (Il : inside (K := K) (lo, meet qmin hi (Some b)) (inQ b)) by (split; cbn [fst snd]; [trivial|apply meet_under; trivial; apply le_refl]).
  assert (Ir : inside (K := K) (meet qmax lo (Some b), hi) (inQ b)) by (split; cbn [fst snd]; [apply meet_above; trivial; apply le_refl|trivial]).
  assert (X : inside (affine_image p (lo, meet qmin hi (Some b))) y \/ inside (pieces_image p' r (meet qmax lo (Some b), hi)) y).
  { apply (hull2_either _ _ (inQ (fst p) * inQ b + inQ (snd p))); [apply affine_image_ok, Il|rewrite C1, <- M; apply pieces_image_ok, Ir|exact H]. }
  destruct X as [X|X].
  - apply FromLeft; eauto.
  - apply FromRight; eauto.
Qed.

Lemma part_ok wanted i (y : K) : part wanted i = true -> inside (K := K) wanted y -> inside i y.
Proof.
  unfold part. rewrite andb_true_iff. intros (A & B) (L & U). split.
  - destruct (fst i) as [a|]; cbn [above]; trivial. destruct (fst wanted) as [c|]; [|discriminate]. apply (Qle_bool_spec K) in A. apply kle_trans with (inQ c); trivial.
  - destruct (snd i) as [b|]; cbn [under]; trivial. destruct (snd wanted) as [c|]; [|discriminate]. apply (Qle_bool_spec K) in B. apply kle_trans with (inQ c); trivial.
Qed.

Lemma take_all_ok ss sides wanted (y : list K) : take_all ss sides wanted = true -> Forall2 (inside (K := K)) wanted y ->
  exists x, Forall2 (inside (K := K)) sides x /\ zip activate ss x = y.
Proof.
  intros E F. revert ss sides E. induction F as [|w t wanted y I F IH]; intros [|s ss] [|i sides] E; try discriminate; [exists []; auto|].
  cbn [take_all] in E. apply andb_true_iff in E. destruct E as (T & E). destruct (IH ss sides E) as (x & Fx & V).
  unfold takes in T. destruct s as [p more| | | | |]; try discriminate. rewrite !andb_true_iff in T. destruct T as ((C & Ne) & P).
  destruct (pieces_onto p more None i t C) as (u & Iu & Vu); [|apply (part_ok w); trivial|].
  - destruct i as ([a|], [b|]); [exists (inQ a)|exists (inQ a)|exists (inQ b)|exists 0]; split; cbn [fst snd above under]; trivial; try apply le_refl; apply (Qle_bool_spec K), Ne.
  - exists (u :: x). split; [constructor; trivial|]. cbn [zip activate]. rewrite Vu, V. reflexivity.
Qed.
End Sound.

Theorem OntoLayer_sound : sound OntoLayer.
Proof.
  intros [|[[|[[|l| | | | | |] [|[|?] [|? ?]]] [|? ?]]|] D C| | | | |] gs E K _; try discriminate. cbn [OntoLayer] in E.
  assert (H : exists sides wanted, hull D = Some sides /\ hull C = Some wanted /\ take_all (unroll l) sides wanted = true /\
    forall x : list K, Forall2 (inside (K := K)) sides x -> member D x).
  { destruct D as [n| |box| | | | | |]; try discriminate; destruct (hull _) as [sides|] eqn:H; try discriminate; destruct (hull C) as [wanted|] eqn:W; try discriminate;
      apply given_some in E; destruct E as (E & _); exists sides, wanted; repeat (split; trivial); intros x F; cbn [hull] in H; injection H as <-; cbn [member].
    - rewrite <- (Forall2_length _ _ _ _ _ F). apply repeat_length.
    - clear E. revert x F. induction box as [|(a, b) box IH]; intros x F; cbn [map] in F; inversion F as [|? ? ? ? (A & B) F']; subst; constructor; [split; trivial|apply IH, F']. }
  destruct H as (sides & wanted & _ & W & T & In_D). intros y Cy. destruct (take_all_ok K _ _ _ y T (hull_ok K C wanted y W Cy)) as (x & Fx & V).
  exists x. split; [apply In_D, Fx|]. cbn [image]. unfold value, trace, step. cbn [fold_left last app map nth apply does inputs]. exact V.
Qed.
