(** Maps between sets: injective, surjective, bijective; inverses, composition, cancellation, restriction; the pigeonhole principle.
    Everything here is constructive and uses no axiom. *)
Require Import List Arith Lia FinFun.
Import ListNotations.

Section Definitions.
Variables A B : Type.
Implicit Types (D : A -> Prop) (C : B -> Prop) (f : A -> B).

Definition injective_on D f := forall x y, D x -> D y -> f x = f y -> x = y.
Definition surjective_on D C f := forall y, C y -> exists x, D x /\ f x = y.
Definition maps_into D C f := forall x, D x -> C (f x).
Definition bijective_on D C f := injective_on D f /\ surjective_on D C f /\ maps_into D C f.
Definition collision D f x y := D x /\ D y /\ x <> y /\ f x = f y.
Definition reached D f y := exists x, D x /\ f x = y.

Definition injective f := forall x y, f x = f y -> x = y.
Definition surjective f := forall y, exists x, f x = y.
Definition bijective f := injective f /\ surjective f.
End Definitions.
Arguments injective_on {A B}. Arguments surjective_on {A B}. Arguments maps_into {A B}. Arguments bijective_on {A B}.
Arguments collision {A B}. Arguments reached {A B}. Arguments injective {A B}. Arguments surjective {A B}. Arguments bijective {A B}.

Definition whole (A : Type) : A -> Prop := fun _ => True.

Theorem injective_on_whole A B (f : A -> B) : injective_on (whole A) f <-> injective f.
Proof. unfold injective_on, injective, whole. firstorder. Qed.

Theorem surjective_on_whole A B (f : A -> B) : surjective_on (whole A) (whole B) f <-> surjective f.
Proof. unfold surjective_on, surjective, whole. firstorder. Qed.

Theorem collision_refutes A B (D : A -> Prop) (f : A -> B) x y : collision D f x y -> ~ injective_on D f.
Proof. intros (Dx & Dy & N & E) H. exact (N (H x y Dx Dy E)). Qed.

Theorem missed_refutes A B (D : A -> Prop) (C : B -> Prop) (f : A -> B) y : C y -> ~ reached D f y -> ~ surjective_on D C f.
Proof. intros Cy N H. exact (N (H y Cy)). Qed.

(** ** Inverses *)

Theorem left_inverse_injective A B (D : A -> Prop) (f : A -> B) (g : B -> A) :
  (forall x, D x -> g (f x) = x) -> injective_on D f.
Proof. intros H x y Dx Dy E. rewrite <- (H x Dx), <- (H y Dy), E. reflexivity. Qed.

Theorem right_inverse_surjective A B (D : A -> Prop) (C : B -> Prop) (f : A -> B) (g : B -> A) :
  maps_into C D g -> (forall y, C y -> f (g y) = y) -> surjective_on D C f.
Proof. intros M H y Cy. exists (g y). auto. Qed.

Theorem two_sided_inverse_bijective A B (f : A -> B) (g : B -> A) :
  (forall x, g (f x) = x) -> (forall y, f (g y) = y) -> bijective f.
Proof. intros L R. split. { intros x y E. rewrite <- (L x), <- (L y), E. reflexivity. } intros y. exists (g y). trivial. Qed.

Theorem inverse_unique A B (f : A -> B) (g h : B -> A) : (forall x, g (f x) = x) -> (forall y, f (h y) = y) -> forall y, g y = h y.
Proof. intros L R y. rewrite <- (R y) at 1. apply L. Qed.

(** ** Composition and cancellation *)

Section Composition.
Variables A B C : Type.
Variables (f : A -> B) (g : B -> C) (D : A -> Prop) (E : B -> Prop) (T : C -> Prop).
Let gf x := g (f x).

Theorem injective_compose : injective_on D f -> maps_into D E f -> injective_on E g -> injective_on D gf.
Proof. intros F M G x y Dx Dy H. apply F; auto. Qed.

Theorem surjective_compose : surjective_on D E f -> surjective_on E T g -> surjective_on D T gf.
Proof. intros F G z Tz. destruct (G z Tz) as (y & Ey & <-). destruct (F y Ey) as (x & Dx & <-). exists x. auto. Qed.

Theorem maps_into_compose : maps_into D E f -> maps_into E T g -> maps_into D T gf.
Proof. intros F G x Dx. apply G, F, Dx. Qed.

Theorem bijective_compose : bijective_on D E f -> bijective_on E T g -> bijective_on D T gf.
Proof.
  intros (Fi & Fs & Fm) (Gi & Gs & Gm). repeat split.
  - apply injective_compose; trivial.
  - apply surjective_compose; trivial.
  - apply maps_into_compose; trivial.
Qed.

Theorem cancel_outer : injective_on D gf -> injective_on D f.
Proof. intros H x y Dx Dy F. apply H; trivial. unfold gf. rewrite F. reflexivity. Qed.

Theorem cancel_inner : maps_into D E f -> surjective_on D T gf -> surjective_on E T g.
Proof. intros M H z Tz. destruct (H z Tz) as (x & Dx & <-). exists (f x). auto. Qed.

(** If g o f is injective and f is onto, then g is injective; if g o f is onto and g injective, then f is onto. *)
Theorem cancel_outer_onto : surjective_on D E f -> injective_on D gf -> injective_on E g.
Proof.
  intros S H y y' Ey Ey' F. destruct (S y Ey) as (x & Dx & <-). destruct (S y' Ey') as (x' & Dx' & <-).
  rewrite (H x x' Dx Dx' F). reflexivity.
Qed.

Theorem cancel_inner_injective : maps_into E T g -> maps_into D E f -> injective_on E g -> surjective_on D T gf -> surjective_on D E f.
Proof.
  intros M N G H y Ey. destruct (H (g y) (M y Ey)) as (x & Dx & F). exists x. split; trivial. apply G; auto.
Qed.

Theorem prefix_collides x y : collision D f x y -> collision D gf x y.
Proof. intros (Dx & Dy & N & F). repeat split; trivial. unfold gf. rewrite F. reflexivity. Qed.

Theorem prefix_not_injective : ~ injective_on D f -> ~ injective_on D gf.
Proof. intros H G. apply H, cancel_outer, G. Qed.

Theorem suffix_not_injective : surjective_on D E f -> ~ injective_on E g -> ~ injective_on D gf.
Proof. intros S H G. apply H. apply cancel_outer_onto; trivial. Qed.

Theorem suffix_misses z : maps_into D E f -> ~ reached E g z -> ~ reached D gf z.
Proof. intros M H (x & Dx & F). apply H. exists (f x). auto. Qed.

Theorem suffix_not_surjective : maps_into D E f -> ~ surjective_on E T g -> ~ surjective_on D T gf.
Proof. intros M H G. apply H. apply cancel_inner; trivial. Qed.
End Composition.

(** ** Restriction *)

Theorem injective_subset A B (D D' : A -> Prop) (f : A -> B) : (forall x, D x -> D' x) -> injective_on D' f -> injective_on D f.
Proof. intros S H x y Dx Dy. apply H; auto. Qed.

Theorem surjective_subset A B (D D' : A -> Prop) (C C' : B -> Prop) (f : A -> B) :
  (forall x, D' x -> D x) -> (forall y, C y -> C' y) -> surjective_on D' C' f -> surjective_on D C f.
Proof. intros S T H y Cy. destruct (H y (T y Cy)) as (x & Dx & E). exists x. auto. Qed.

Theorem injective_union A B (D D' : A -> Prop) (f : A -> B) :
  (forall x, D x \/ ~ D x) -> injective_on D f -> injective_on D' f -> (forall x y, D x -> D' y -> f x = f y -> x = y) ->
  injective_on (fun x => D x \/ D' x) f.
Proof. intros _ H H' S x y [Dx|Dx] [Dy|Dy] E; auto. symmetry. apply S; auto. Qed.

(** ** The pigeonhole principle *)

Definition size (A : Type) (D : A -> Prop) (n : nat) := exists l, NoDup l /\ length l = n /\ forall x, In x l <-> D x.

(** With decidable equality of the values, the pair is found. *)
Theorem pigeonhole_list A B (eq : forall a b : B, {a = b} + {a <> b}) (f : A -> B) (l : list A) (c : list B) :
  NoDup l -> (forall x, In x l -> In (f x) c) -> length c < length l ->
  exists x y, In x l /\ In y l /\ x <> y /\ f x = f y.
Proof.
  revert c. induction l as [|a l IH]; intros c N M L; simpl in L; [lia|]. inversion_clear N as [|? ? Na Nl].
  destruct (in_dec eq (f a) (map f l)) as [I|I].
  - apply in_map_iff in I. destruct I as (y & E & Iy). exists a, y. repeat split; simpl; auto. intros ->. tauto.
  - destruct (IH (remove eq (f a) c)) as (x & y & Ix & Iy & H); trivial.
    + intros x Ix. apply in_in_remove. { intro E. apply I. rewrite <- E. apply in_map. trivial. } apply M. simpl. auto.
    + assert (Q := remove_length_lt eq c (f a) (M a (or_introl eq_refl))). lia.
    + exists x, y. simpl. tauto.
Qed.

Lemma not_injective_list A B (f : A -> B) (l : list A) (c : list B) :
  NoDup l -> (forall x, In x l -> In (f x) c) -> length c < length l -> ~ injective_on (fun x => In x l) f.
Proof.
  intros N M L H. assert (N' : NoDup (map f l)).
  { clear M L. induction l as [|a l IH]; simpl; constructor; inversion_clear N as [|? ? Na Nl].
    - intro I. apply in_map_iff in I. destruct I as (y & E & Iy). apply Na. rewrite (H a y); simpl; auto.
    - apply IH; trivial. intros x y Ix Iy. apply H; simpl; auto. }
  assert (Q : length (map f l) <= length c). { apply NoDup_incl_length; trivial. intros z I. apply in_map_iff in I. destruct I as (x & <- & Ix). auto. }
  rewrite map_length in Q. lia.
Qed.

Theorem pigeonhole A B (D : A -> Prop) (C : B -> Prop) (f : A -> B) n m :
  size A D n -> size B C m -> maps_into D C f -> m < n -> ~ injective_on D f.
Proof.
  intros (l & N & <- & Hl) (c & Nc & <- & Hc) M L H. apply (not_injective_list A B f l c); trivial.
  { intros x Ix. apply Hc, M, Hl, Ix. } intros x y Ix Iy. apply H; apply Hl; trivial.
Qed.

Theorem too_few_points A B (D : A -> Prop) (C : B -> Prop) (f : A -> B) n m :
  size A D n -> size B C m -> n < m -> ~ surjective_on D C f.
Proof.
  intros (l & N & <- & Hl) (c & Nc & <- & Hc) L H.
  assert (Q : length c <= length (map f l)).
  { apply NoDup_incl_length; trivial. intros y Iy. apply in_map_iff. destruct (H y (proj1 (Hc y) Iy)) as (x & Dx & E).
    exists x. split; trivial. apply Hl, Dx. }
  rewrite map_length in Q. lia.
Qed.

(** Between finite sets of one size: injective = onto. *)
Theorem equal_sizes_injective A B (D : A -> Prop) (C : B -> Prop) (f : A -> B) n :
  (forall a b : A, {a = b} + {a <> b}) -> size A D n -> size B C n -> surjective_on D C f -> injective_on D f.
Proof.
  intros eqA (l & N & Ll & Hl) (c & Nc & Lc & Hc) S x y Dx Dy E. destruct (eqA x y) as [|Ne]; trivial. exfalso.
  assert (Q : length c <= length (map f (remove eqA y l))).
  { apply NoDup_incl_length; trivial. intros z Iz. destruct (S z (proj1 (Hc z) Iz)) as (t & Dt & <-). apply in_map_iff.
    destruct (eqA t y) as [->|Nt].
    - exists x. split; trivial. apply in_in_remove; trivial. apply Hl, Dx.
    - exists t. split; trivial. apply in_in_remove; trivial. apply Hl, Dt. }
  rewrite map_length in Q. assert (P := remove_length_lt eqA l y (proj2 (Hl y) Dy)). lia.
Qed.

Theorem equal_sizes_surjective A B (D : A -> Prop) (C : B -> Prop) (f : A -> B) n :
  (forall a b : B, {a = b} + {a <> b}) -> size A D n -> size B C n -> maps_into D C f -> injective_on D f -> surjective_on D C f.
Proof.
  intros eqB (l & N & Ll & Hl) (c & Nc & Lc & Hc) M H y Cy.
  destruct (in_dec eqB y (map f l)) as [I|I].
  { apply in_map_iff in I. destruct I as (x & E & Ix). exists x. split; trivial. apply Hl, Ix. }
  exfalso. apply (not_injective_list A B f l (remove eqB y c)); trivial.
  - intros x Ix. apply in_in_remove. { intro E. apply I. rewrite <- E. apply in_map, Ix. } apply Hc, M, Hl, Ix.
  - assert (P := remove_length_lt eqB c y (proj2 (Hc y) Cy)). lia.
  - intros x x' Ix Ix'. apply H; apply Hl; trivial.
Qed.

(** ** From an infinite set to a finite one *)

Definition infinite A (D : A -> Prop) := exists e : nat -> A, injective e /\ forall n, D (e n).

(** The sharp form: of any |labels| + 1 different inputs two have one label. *)
Theorem classifier_collides_early A B (eq : forall a b : B, {a = b} + {a <> b}) (f : A -> B) (labels : list B) (inputs : list A) :
  (forall x, In (f x) labels) -> NoDup inputs -> length inputs = S (length labels) ->
  exists x y, In x inputs /\ In y inputs /\ x <> y /\ f x = f y.
Proof. intros M N L. apply (pigeonhole_list A B eq f inputs labels); auto. lia. Qed.

Lemma first_points A (e : nat -> A) n : injective e -> NoDup (map e (seq 0 n)).
Proof. intro H. apply FinFun.Injective_map_NoDup; [exact H | apply seq_NoDup]. Qed.

Theorem infinite_to_finite A B (D : A -> Prop) (C : B -> Prop) (f : A -> B) (c : list B) :
  infinite A D -> (forall y, C y -> In y c) -> maps_into D C f -> ~ injective_on D f.
Proof.
  intros (e & I & De) F M H. apply (not_injective_list A B f (map e (seq 0 (S (length c)))) c).
  - apply first_points, I.
  - intros x Ix. apply in_map_iff in Ix. destruct Ix as (n & <- & _). auto.
  - rewrite map_length, seq_length. lia.
  - intros x y Ix Iy. apply in_map_iff in Ix, Iy. destruct Ix as (n & <- & _), Iy as (m & <- & _). apply H; trivial.
Qed.

Theorem finite_to_infinite A B (D : A -> Prop) (C : B -> Prop) (f : A -> B) (l : list A) :
  infinite B C -> (forall x, D x -> In x l) -> ~ surjective_on D C f.
Proof.
  intros (e & I & Ce) F O.
  assert (Q : length (map e (seq 0 (S (length l)))) <= length (map f l)).
  { apply NoDup_incl_length. { apply first_points, I. } intros y Iy. apply in_map_iff in Iy. destruct Iy as (n & <- & _).
    destruct (O (e n) (Ce n)) as (x & Dx & E). apply in_map_iff. exists x. auto. }
  rewrite !map_length, seq_length in Q. lia.
Qed.

(** ** Cantor *)

Theorem cantor A (f : A -> A -> Prop) : ~ forall P : A -> Prop, exists a, forall x, f a x <-> P x.
Proof. intro H. destruct (H (fun x => ~ f x x)) as (a & E). specialize (E a). tauto. Qed.

Theorem cantor_surjective A (f : A -> (A -> Prop)) : ~ surjective f.
Proof. intro H. apply (cantor A f). intro P. destruct (H P) as (a & E). exists a. intro x. rewrite E. tauto. Qed.

Theorem cantor_injective A (g : (A -> Prop) -> A) : (forall P Q, g P = g Q -> forall x, P x <-> Q x) -> False.
Proof.
  intro H. set (R := fun a => exists P, g P = a /\ ~ P a).
  assert (E : ~ R (g R)). { intros (P & F & N). apply N. apply (H P R F (g R)). exists P. auto. }
  apply E. exists R. auto.
Qed.

(** The two-valued form: no list of 0-1-sequences has them all. *)
Theorem cantor_bool A (f : A -> A -> bool) : ~ surjective f.
Proof.
  intro H. destruct (H (fun x => negb (f x x))) as (a & E). assert (D := f_equal (fun h => h a) E). simpl in D. destruct (f a a); discriminate.
Qed.
