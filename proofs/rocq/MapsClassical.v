(** What needs classical logic: converses about inverses for all sets, and Cantor–Schröder–Bernstein. *)
Require Import Classical ClassicalEpsilon List.
From Bijection Require Import Maps.

Theorem not_injective_iff_collision A B (D : A -> Prop) (f : A -> B) : ~ injective_on D f <-> exists x y, collision D f x y.
Proof.
  split.
  - intro N. apply NNPP. intro H. apply N. intros x y Dx Dy E. apply NNPP. intro Ne. apply H. exists x, y. repeat split; trivial.
  - intros (x & y & C). exact (collision_refutes _ _ _ _ _ _ C).
Qed.

Theorem injective_iff_left_inverse A B (f : A -> B) : inhabited A -> injective f <-> exists g, forall x, g (f x) = x.
Proof.
  intros a. split.
  - intro I. exists (fun y => epsilon a (fun x => f x = y)). intro x. apply I. apply epsilon_spec with (P := fun t => f t = f x). eauto.
  - intros (g & H) x y E. rewrite <- (H x), <- (H y), E. reflexivity.
Qed.

Theorem surjective_iff_right_inverse A B (f : A -> B) : surjective f <-> exists g, forall y, f (g y) = y.
Proof.
  split.
  - intro S. exists (fun y => proj1_sig (constructive_indefinite_description _ (S y))). intro y. exact (proj2_sig (constructive_indefinite_description _ (S y))).
  - intros (g & H) y. eauto.
Qed.

Theorem bijective_iff_inverse A B (f : A -> B) : bijective f <-> exists g, (forall x, g (f x) = x) /\ (forall y, f (g y) = y).
Proof.
  split.
  - intros (I & S). apply surjective_iff_right_inverse in S. destruct S as (g & H). exists g. split; trivial. intro x. apply I. apply H.
  - intros (g & L & R). exact (two_sided_inverse_bijective _ _ f g L R).
Qed.

(** Two injections make a bijection. *)
Section SchroederBernstein.
Variables A B : Type.
Variables (f : A -> B) (g : B -> A).
Hypothesis (F : injective f) (G : injective g).

(** The points that come from outside the image of g, through f and g back and forth. *)
Inductive chased : A -> Prop :=
| outside x : (forall y, g y <> x) -> chased x
| again x : chased x -> chased (g (f x)).

Lemma inside x : ~ chased x -> exists y, g y = x.
Proof. intro N. apply NNPP. intro H. apply N, outside. intros y E. apply H. eauto. Qed.

Definition h (x : A) : B :=
  match excluded_middle_informative (chased x) with
  | left _ => f x
  | right N => proj1_sig (constructive_indefinite_description _ (inside x N))
  end.

Lemma h_spec x : (chased x /\ h x = f x) \/ (~ chased x /\ g (h x) = x).
Proof.
  unfold h. destruct (excluded_middle_informative (chased x)) as [C|N]; [tauto|right]. split; trivial.
  exact (proj2_sig (constructive_indefinite_description _ (inside x N))).
Qed.

Theorem schroeder_bernstein : exists k : A -> B, bijective k.
Proof.
  exists h. split.
  - intros x y E. destruct (h_spec x) as [(Cx & Hx)|(Nx & Hx)], (h_spec y) as [(Cy & Hy)|(Ny & Hy)].
    + apply F. congruence.
    + exfalso. apply Ny. rewrite <- Hy, <- E, Hx. apply again. trivial.
    + exfalso. apply Nx. rewrite <- Hx, E, Hy. apply again. trivial.
    + congruence.
  - intro y. destruct (classic (chased (g y))) as [C|N].
    + inversion C as [x O E|x Cx E]. { exfalso. exact (O y eq_refl). }
      exists x. apply G in E. destruct (h_spec x) as [(_ & H)|(N & _)]; [congruence|tauto].
    + exists (g y). apply G. destruct (h_spec (g y)) as [(C & _)|(_ & H)]; [tauto|exact H].
Qed.
End SchroederBernstein.
