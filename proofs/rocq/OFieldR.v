(** The real numbers are an ordered field, with the real exponential. The axioms are those of the standard library's real numbers. *)
Require Import Reals Lra RealField.
From Bijection Require Import OField.
Open Scope R_scope.

Definition softplus (t : R) : R := ln (1 + exp t).

Lemma softplus_pos t : ~ softplus t <= 0.
Proof. apply Rlt_not_le. unfold softplus. rewrite <- ln_1. assert (P := exp_pos t). apply ln_increasing; lra. Qed.

Lemma softplus_lt x y : ~ y <= x -> ~ softplus y <= softplus x.
Proof.
  intro H. apply Rnot_le_lt in H. apply Rlt_not_le. unfold softplus. assert (P := exp_pos x). assert (I := exp_increasing x y H).
  apply ln_increasing; lra.
Qed.

Definition R_ofield : ofield.
Proof.
  refine {| car := R; k0 := 0; k1 := 1; kadd := Rplus; kmul := Rmult; ksub := Rminus; kopp := Ropp; kdiv := Rdiv; kinv := Rinv;
            kle := Rle; kth := Rfield; kle_dec := Rle_dec; kexp := exp; kexp_0 := exp_0; ksoftplus := softplus;
            ksoftplus_pos := softplus_pos; ksoftplus_lt := softplus_lt |}.
  - exact Rle_trans.
  - exact Rle_antisym.
  - intros x y. destruct (Rle_lt_dec x y); [left; assumption | right; apply Rlt_le; assumption].
  - intros. apply Rplus_le_compat_r. assumption.
  - exact Rmult_le_pos.
  - intro x. apply Rlt_not_le, exp_pos.
  - intros x y H. apply Rlt_not_le, exp_increasing, Rnot_le_lt, H.
Defined.
