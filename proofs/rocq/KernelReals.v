(** The kernel for statements about real numbers: beside the rules for every ordered field, it knows some that hold over the reals only. *)
Require Import List Bool.
From Bijection Require Import OField OFieldR Statements Kernel.
Import ListNotations.

Record real_step := over_reals { real_rule : rule; real_sound : sound_in R_ofield real_rule }.
Arguments over_reals {real_rule}.
Definition everywhere (s : step) : real_step := over_reals (fun goal subgoals E => is_sound s goal subgoals E R_ofield).

Definition check_reals (steps : list real_step) (goals : list statement) : bool := run (map real_rule steps) goals.

Theorem kernel_reals steps claim : check_reals steps [claim] = true -> holds R_ofield claim.
Proof.
  intro E. assert (F : Forall (holds R_ofield) [claim]); [|inversion F; assumption]. apply (run_sound R_ofield (map real_rule steps)); [|exact E].
  apply Forall_forall. intros r J. apply in_map_iff in J. destruct J as (s & <- & _). exact (real_sound s).
Qed.
