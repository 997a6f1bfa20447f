(** The kernel (proofs/kernel.py): evidence is the list of the steps of a derivation in preorder. *)
Require Import List Bool.
From Bijection Require Import OField Statements.
Import ListNotations.

(** A step is a rule with the proof that it is sound; subgoals are computed downwards from the claim. *)
Record step := by_ { rule_of : rule; is_sound : sound rule_of }.
Arguments by_ {rule_of}.

Fixpoint check (steps : list step) (goals : list statement) : bool :=
  match steps, goals with
  | [], [] => true
  | s :: steps', goal :: goals' => match rule_of s goal with Some subgoals => check steps' (subgoals ++ goals') | None => false end
  | _, _ => false
  end.

Lemma check_sound steps goals (K : ofield) : check steps goals = true -> Forall (holds K) goals.
Proof.
  revert goals. induction steps as [|s steps IH]; intros [|goal goals] E; cbn [check] in E; try discriminate; [constructor|].
  destruct (rule_of s goal) as [subgoals|] eqn:R; [|discriminate]. apply IH in E. apply Forall_app in E. destruct E as (A & B).
  constructor; [|exact B]. exact (is_sound s goal subgoals R K A).
Qed.

Theorem kernel steps claim : check steps [claim] = true -> forall K : ofield, holds K claim.
Proof. intros E K. apply check_sound with (K := K) in E. inversion E. assumption. Qed.
