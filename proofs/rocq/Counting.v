(** Cardinality: the rules Pigeonhole, TooFewPoints and EqualSizes (theorems/counting.py). *)
Require Import ZArith QArith List Bool Lia.
From Bijection Require Import Maps OField Network Exact Domains Statements Subsets Sizes.
Import ListNotations.
Open Scope Z_scope.

(** Known over every ordered field: finite sets by their sizes, and infinite ones against finite ones. *)
Definition more (a b : option cardinal) : bool :=
  match a, b with
  | Some (Finitely m), Some (Finitely n) => n <? m
  | Some Countably, Some (Finitely _) | Some Uncountably, Some (Finitely _) => true
  | _, _ => false
  end.

Section Sound.
Variable K : ofield.

Lemma more_cases D C : more (cardinality D) (cardinality C) = true ->
  exists n (m : nat), cardinality C = Some (Finitely n) /\ Z.of_nat m = n /\ size (list K) (member C) m /\
    ((exists k, size (list K) (member D) k /\ (m < k)%nat) \/ infinite (list K) (member D)).
Proof.
  unfold more. intro E. destruct (cardinality C) as [[n| |]|] eqn:Ec; try (destruct (cardinality D) as [[?| |]|]; discriminate).
  destruct (finitely K C n Ec) as (m & S & L). exists n, m. repeat (split; trivial). destruct (cardinality D) as [[k| |]|] eqn:Ed; try discriminate.
  - left. apply Z.ltb_lt in E. destruct (finitely K D k Ed) as (k' & S' & L'). exists k'. split; trivial. lia.
  - right. apply (infinitely K D _ Ed). discriminate.
  - right. apply (infinitely K D _ Ed). discriminate.
Qed.

Lemma size_listed A (P : A -> Prop) n : size A P n -> exists l, forall x, P x -> In x l.
Proof. intros (l & _ & _ & H). exists l. intros x Px. apply H, Px. Qed.
End Sound.

Definition Pigeonhole (into : domain) : rule := fun goal =>
  match goal with
  | Not (Injective f D) => given (more (cardinality D) (cardinality into)) [MapsInto f D into]
  | _ => None
  end.

Theorem Pigeonhole_sound into : sound (Pigeonhole into).
Proof.
  intros [| | | | | |[f D| | | | | |]] gs E K H; try discriminate. apply given_some in E. destruct E as (E & ->). inversion_clear H as [|? ? M _].
  destruct (more_cases K D into E) as (n & m & _ & _ & S & [(k & S' & L)|I]).
  - exact (pigeonhole _ _ _ _ _ k m S' S M L).
  - destruct (size_listed _ _ _ S) as (c & F). exact (infinite_to_finite _ _ _ _ _ c I F M).
Qed.

Definition TooFewPoints : rule := fun goal =>
  match goal with
  | Not (Surjective f D C) => given (more (cardinality C) (cardinality D)) []
  | _ => None
  end.

Theorem TooFewPoints_sound : sound TooFewPoints.
Proof.
  intros [| | | | | |[|f D C| | | | |]] gs E K _; try discriminate. apply given_some in E. destruct E as (E & _).
  destruct (more_cases K C D E) as (n & m & _ & _ & S & [(k & S' & L)|I]).
  - exact (too_few_points _ _ _ _ _ m k S S' L).
  - destruct (size_listed _ _ _ S) as (l & F). exact (finite_to_infinite _ _ _ _ _ l I F).
Qed.

Definition equal_sizes (D C : domain) : bool :=
  match cardinality D, cardinality C with Some (Finitely m), Some (Finitely n) => m =? n | _, _ => false end.
Definition one_set (C C' : domain) : bool := subset C C' && subset C' C.

Definition EqualSizes (other : domain) : rule := fun goal =>
  match goal with
  | Injective f D => given (equal_sizes D other) [Surjective f D other]
  | Not (Injective f D) => given (equal_sizes D other) [MapsInto f D other; Not (Surjective f D other)]
  | Surjective f D C => given (equal_sizes D C && one_set C other) [MapsInto f D C; Injective f D]
  | Not (Surjective f D C) => given (equal_sizes D C && one_set C other) [Not (Injective f D)]
  | _ => None
  end.

Theorem EqualSizes_sound other : sound (EqualSizes other).
Proof.
  assert (Sizes : forall (K : ofield) D C, equal_sizes D C = true -> exists n, size (list K) (member D) n /\ size (list K) (member C) n).
  { intros K D C E. unfold equal_sizes in E. destruct (cardinality D) as [[m| |]|] eqn:Ed; try discriminate.
    destruct (cardinality C) as [[n| |]|] eqn:Ec; try discriminate. apply Z.eqb_eq in E. subst n.
    destruct (finitely K D m Ed) as (k & S & L), (finitely K C m Ec) as (k' & S' & L'). exists k. split; trivial. replace k with k' by lia. trivial. }
  assert (Dec : forall (K : ofield) (a b : list K), {a = b} + {a <> b}) by (intros; apply list_eq_dec, eq_dec).
  intros [f D|f D C| | | | |[f D|f D C| | | | |]] gs E K H; try discriminate; cbn [EqualSizes holds] in *; apply given_some in E; destruct E as (E & ->);
    try (apply andb_true_iff in E; destruct E as (E & _)); destruct (Sizes K _ _ E) as (n & Sd & Sc); inversion_clear H as [|? ? A H']; cbn [holds] in *.
  - exact (equal_sizes_injective _ _ _ _ _ n (Dec K) Sd Sc A).
  - inversion_clear H' as [|? ? I _]. exact (equal_sizes_surjective _ _ _ _ _ n (Dec K) Sd Sc A I).
  - inversion_clear H' as [|? ? N _]. intro I. exact (N (equal_sizes_surjective _ _ _ _ _ n (Dec K) Sd Sc A I)).
  - intro S. exact (A (equal_sizes_injective _ _ _ _ _ n (Dec K) Sd Sc S)).
Qed.
