(** No classifier is injective: a map from K^n, n > 0, to finitely many labels is not, whatever it does; in particular argmax after any map. *)
Require Import ZArith List Lia FinFun.
From Bijection Require Import Maps OField Network Domains OFieldQc OFieldR.
Import ListNotations.
Open Scope nat_scope.

Section Field.
Variable K : ofield.

Lemma naturals_infinite (n : nat) : infinite (list K) (fun x => length x = S n).
Proof.
  exists (fun i => inZ (Z.of_nat i) :: repeat k0 n). split.
  - intros i j E. injection E as E. apply inZ_inj in E. lia.
  - intro i. cbn [length]. rewrite repeat_length. reflexivity.
Qed.

Theorem classifier_not_injective B (labels : list B) n (f : list K -> B) :
  (forall x, In (f x) labels) -> ~ injective_on (fun x => length x = S n) f.
Proof.
  intro M. apply infinite_to_finite with (C := fun y => In y labels) (c := labels); auto.
  - apply naturals_infinite.
  - intros x _. apply M.
Qed.

(** g is any map with k + 1 outputs, not only a network. *)
Theorem argmax_never_injective n k (g : list K -> list K) :
  (forall x, length (g x) = S k) -> ~ injective_on (fun x => length x = S n) (fun x => argmax (g x)).
Proof.
  intro W. apply infinite_to_finite with (C := fun i => i < S k) (c := seq 0 (S k)).
  - apply naturals_infinite.
  - intros i L. apply in_seq. lia.
  - intros x _. cbv beta. rewrite <- (W x). apply argmax_below. intro E. assert (L := W x). rewrite E in L. discriminate.
Qed.

(** The recipe: among any k + 2 different inputs two have one label. *)
Theorem argmax_collides_early k (g : list K -> list K) (inputs : list (list K)) :
  (forall x, length (g x) = S k) -> NoDup inputs -> length inputs = S (S k) ->
  exists x y, In x inputs /\ In y inputs /\ x <> y /\ argmax (g x) = argmax (g y).
Proof.
  intros W N L. apply classifier_collides_early with (labels := seq 0 (S k)); trivial.
  - apply Nat.eq_dec.
  - intro x. apply in_seq. rewrite <- (W x). split; [lia|]. apply argmax_below. intro E. assert (F := W x). rewrite E in F. discriminate.
  - rewrite seq_length. exact L.
Qed.
End Field.

Theorem argmax_never_injective_Q n k (g : list Qcanon.Qc -> list Qcanon.Qc) :
  (forall x, length (g x) = S k) -> ~ injective_on (fun x => length x = S n) (fun x => @argmax Qc_ofield (g x)).
Proof. exact (argmax_never_injective Qc_ofield n k g). Qed.

Theorem argmax_never_injective_R n k (g : list Rdefinitions.R -> list Rdefinitions.R) :
  (forall x, length (g x) = S k) -> ~ injective_on (fun x => length x = S n) (fun x => @argmax R_ofield (g x)).
Proof. exact (argmax_never_injective R_ofield n k g). Qed.
