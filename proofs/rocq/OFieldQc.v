(** The rationals are an ordered field. They have no exponential; any increasing positive function with value 1 at 0 does in its place. *)
Require Import QArith Qcanon Lqa Bool.
From Bijection Require Import OField.

Definition growing (q : Q) : Q := (if Qle_bool q 0 then / (1 - q) else 1 + q)%Q.

Lemma growing_pos q : (0 < growing q)%Q.
Proof.
  unfold growing. destruct (Qle_bool q 0) eqn:E.
  - apply Qle_bool_iff in E. apply Qinv_lt_0_compat. lra.
  - assert (N : ~ (q <= 0)%Q) by (rewrite <- Qle_bool_iff, E; discriminate). apply Qnot_le_lt in N. lra.
Qed.

Lemma growing_lt p q : (p < q)%Q -> (growing p < growing q)%Q.
Proof.
  intro L. unfold growing. destruct (Qle_bool p 0) eqn:P, (Qle_bool q 0) eqn:E.
  - apply Qle_bool_iff in P, E. apply -> Qinv_lt_contravar; lra.
  - apply Qle_bool_iff in P. assert (N : ~ (q <= 0)%Q) by (rewrite <- Qle_bool_iff, E; discriminate). apply Qnot_le_lt in N.
    apply Qle_lt_trans with 1%Q; [|lra]. change (/ (1 - p) <= / 1)%Q.
    destruct (Qeq_dec p 0) as [Z|Z]. { rewrite Z. discriminate. }
    apply Qlt_le_weak. apply Qle_lt_or_eq in P. destruct P as [P|P]; [|tauto]. apply -> Qinv_lt_contravar; lra.
  - apply Qle_bool_iff in E. assert (N : ~ (p <= 0)%Q) by (rewrite <- Qle_bool_iff, P; discriminate). apply Qnot_le_lt in N. lra.
  - lra.
Qed.

Definition growc (t : Qc) : Qc := Q2Qc (growing t).

Lemma growc_value t : (growc t == growing t)%Q.
Proof. apply Qred_correct. Qed.

Lemma growc_pos t : ~ (growc t <= 0)%Qc.
Proof. intro H. unfold Qcle in H. rewrite growc_value in H. assert (P := growing_pos t). change (this 0) with 0%Q in H. lra. Qed.

Lemma growc_lt x y : ~ (y <= x)%Qc -> ~ (growc y <= growc x)%Qc.
Proof.
  intros H G. unfold Qcle in *. rewrite !growc_value in G. apply Qnot_le_lt in H. apply growing_lt in H. lra.
Qed.

Definition Qc_ofield : ofield.
Proof.
  refine {| car := Qc; k0 := 0%Qc; k1 := 1%Qc; kadd := Qcplus; kmul := Qcmult; ksub := Qcminus; kopp := Qcopp; kdiv := Qcdiv; kinv := Qcinv;
            kle := Qcle; kth := Qcft; kexp := growc; ksoftplus := growc; kexp_pos := growc_pos; ksoftplus_pos := growc_pos;
            kexp_lt := growc_lt; ksoftplus_lt := growc_lt |}.
  - intros x y. destruct (Qclt_le_dec y x) as [H|H]; [right|left; exact H]. apply Qclt_not_le. exact H.
  - exact Qcle_trans.
  - exact Qcle_antisym.
  - intros x y. destruct (Qclt_le_dec x y) as [H|H]; [left; apply Qclt_le_weak; exact H | right; exact H].
  - intros x y z H. apply Qcplus_le_compat; [exact H | apply Qcle_refl].
  - intros x y H G. replace 0%Qc with (0 * y)%Qc by ring. apply Qcmult_le_compat_r; assumption.
  - apply Qc_is_canon. rewrite growc_value. reflexivity.
Defined.
