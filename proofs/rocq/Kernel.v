(** The kernel (proofs/kernel.py): evidence is the list of the steps of a derivation in preorder. *)
Require Import List Bool.
From Bijection Require Import OField Statements.
Import ListNotations.

(** Subgoals are computed downwards from the claim. *)
Fixpoint run (rules : list rule) (goals : list statement) : bool :=
  match rules, goals with
  | [], [] => true
  | r :: rules', goal :: goals' => match r goal with Some subgoals => run rules' (subgoals ++ goals') | None => false end
  | _, _ => false
  end.

Lemma run_sound (K : ofield) rules goals : Forall (sound_in K) rules -> run rules goals = true -> Forall (holds K) goals.
Proof.
  intro S. revert goals. induction S as [|r rules Sr S IH]; intros [|goal goals] E; cbn [run] in E; try discriminate; [constructor|].
  destruct (r goal) as [subgoals|] eqn:R; [|discriminate]. apply IH in E. apply Forall_app in E. destruct E as (A & B).
  constructor; [|exact B]. exact (Sr goal subgoals R A).
Qed.

(** A step is a rule with the proof that it is sound. *)
Record step := by_ { rule_of : rule; is_sound : sound rule_of }.
Arguments by_ {rule_of}.

Definition check (steps : list step) (goals : list statement) : bool := run (map rule_of steps) goals.

Theorem kernel steps claim : check steps [claim] = true -> forall K : ofield, holds K claim.
Proof.
  intros E K. assert (F : Forall (holds K) [claim]); [|inversion F; assumption]. apply (run_sound K (map rule_of steps)); [|exact E].
  apply Forall_forall. intros r J. apply in_map_iff in J. destruct J as (s & <- & _). intros goal subgoals R. exact (is_sound s goal subgoals R K).
Qed.
