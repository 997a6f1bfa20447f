(** The ends of the open ranges of smooth activations, and numbers that are not positive behind a softmax, are missed: OpenRange (theorems/onto.py). *)
Require Import ZArith QArith List Bool Lia Field.
From Bijection Require Import Maps OField Network Exact Domains Statements Intervals Hull.
Import ListNotations.
Open Scope Z_scope.

Definition ends_of (s : activation) : list Q :=
  match s with
  | Sigmoid => [0; 1]%Q
  | Tanh => [- (1); 1]%Q
  | Softplus | Exp => [0%Q]
  | Elu alpha scale => if Qle_bool alpha 0 || Qle_bool scale 0 then [] else [(- (scale * alpha))%Q]
  | Pieces _ _ => []
  end.

Definition OpenRange (i : nat) : rule := fun goal =>
  match goal with
  | Not (Reached (Net f) _ y) =>
      match rev f with
      | Node (Pointwise l) _ :: _ =>
          given ((i <? length y)%nat && match nth_error (unroll l) i with Some s => existsb (Qeq_bool (nth i y 0%Q)) (ends_of s) | None => false end) []
      | Node (Softmax groups) _ :: _ => given ((i <? length y)%nat && Qle_bool (nth i y 0%Q) 0 && existsb (existsb (Nat.eqb i)) groups) []
      | _ => None
      end
  | _ => None
  end.

Section Sound.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Local Notation inQ := (@OField.inQ K).

Lemma two_ne_zero : (1 + 1 : K) <> 0. Proof. change (1 + 1) with (OField.inZ 2 : K). apply inZ_ne. discriminate. Qed.

Lemma open_range s q (t : K) : In q (ends_of s) -> activate s t <> inQ q.
Proof.
  assert (O := zero_lt_one K). assert (T2 := two_ne_zero). destruct s as [p more| | | |al sc|]; cbn [ends_of activate].
  - intros [].
  - assert (P := exp_pos K (- t)). set (e := kexp (- t)) in *. assert (N : 1 + e <> 0). { apply pos_ne. replace (0:K) with (0 + 0 : K) by ring. apply add_lt_le; [exact O|apply lt_le, P]. }
    intros [<-|[<-|[]]] E; rewrite ?inQ_0, ?inQ_1 in E; assert (M : (1 + e) * (1 / (1 + e)) = 1) by (field; exact N); rewrite E in M.
    + apply (one_ne_zero K). rewrite <- M. ring.
    + apply (pos_ne K e P). replace e with ((1 + e) * 1 - 1) by ring. rewrite M. ring.
  - assert (P := exp_pos K (t + t)). set (e := kexp (t + t)) in *. assert (N : e + 1 <> 0). { apply pos_ne. replace (0:K) with (0 + 0 : K) by ring. apply add_lt_le; [exact P|apply lt_le, O]. }
    intros [<-|[<-|[]]] E; rewrite ?inQ_opp, ?inQ_1 in E; assert (M : (e + 1) * ((e - 1) / (e + 1)) = e - 1) by (field; exact N); rewrite E in M.
    + destruct (mul_zero K (1 + 1) e) as [X|X]; [|exact (T2 X)|exact (pos_ne K e P X)].
      replace ((1 + 1) * e) with (e - 1 - (e + 1) * - (1)) by ring. rewrite M. ring.
    + apply T2. replace (1 + 1 : K) with ((e + 1) * 1 - (e - 1)) by ring. rewrite M. ring.
  - intros [<-|[]] E. rewrite inQ_0 in E. exact (pos_ne K _ (ksoftplus_pos K t) E).
  - destruct (Qle_bool al 0) eqn:A; [intros []|]. destruct (Qle_bool sc 0) eqn:S; [intros []|]. intros [<-|[]]. rewrite inQ_opp, inQ_mul.
    assert (Pa : 0 < inQ al) by (rewrite <- inQ_0, <- (Qle_bool_spec K), A; discriminate). assert (Ps : 0 < inQ sc) by (rewrite <- inQ_0, <- (Qle_bool_spec K), S; discriminate).
    assert (Pm := mul_pos K _ _ Ps Pa). destruct (kle_dec 0 t) as [L|L]; intro E.
    + assert (H : 0 <= inQ sc * t) by (apply kmul_nonneg; trivial; apply lt_le, Ps). rewrite E in H. apply Pm. apply opp_le in H.
      replace (- - (inQ sc * inQ al)) with (inQ sc * inQ al) in H by ring. replace (- (0:K)) with (0:K) in H by ring. exact H.
    + destruct (mul_zero K (inQ sc * inQ al) (kexp t)) as [X|X]; [|exact (pos_ne K _ Pm X)|exact (pos_ne K _ (exp_pos K t) X)].
      replace (inQ sc * inQ al * kexp t) with (inQ sc * inQ al * (kexp t - 1) - - (inQ sc * inQ al)) by ring. rewrite E. ring.
  - intros [<-|[]] E. rewrite inQ_0 in E. exact (pos_ne K _ (exp_pos K t) E).
Qed.

Lemma coordinate ss (v : list K) y i s : zip activate ss v = embQ y -> (i < length y)%nat -> nth_error ss i = Some s -> exists t, activate s t = inQ (nth i y 0%Q).
Proof.
  revert v y i. induction ss as [|a ss IH]; intros [|t v] [|q y] i E L N; cbn [zip embQ map length] in *; try discriminate; try lia.
  apply cons_inj in E. destruct E as (E & F). destruct i as [|i]; cbn [nth nth_error] in *.
  - injection N as <-. exists t. exact E.
  - apply (IH v y i F); trivial. lia.
Qed.

Lemma softmax_positive groups (x : list K) i : existsb (existsb (Nat.eqb i)) groups = true -> 0 < softmax_at groups x i.
Proof.
  intro E. unfold softmax_at. destruct (find (existsb (Nat.eqb i)) groups) as [g|] eqn:F.
  - apply find_some in F. destruct F as (_ & F). apply existsb_exists in F. destruct F as (j & J & F). apply Nat.eqb_eq in F. subst j.
    assert (P : forall s, In s (map (fun j => kexp (at_ j x)) g) -> 0 <= s). { intros s S. apply in_map_iff in S. destruct S as (j & <- & _). apply lt_le, exp_pos. }
    destruct (ksum_ge K _ (kexp (at_ i x)) P (in_map (fun j => kexp (at_ j x)) g i J)) as (L & _).
    rewrite div_eq_mul. apply mul_pos; [apply exp_pos|]. apply inv_pos. eapply lt_le_trans; [apply exp_pos|exact L].
  - apply existsb_exists in E. destruct E as (g & J & E). apply (find_none _ _ F) in J. congruence.
Qed.
End Sound.

Theorem OpenRange_sound i : sound (OpenRange i).
Proof.
  intros [| | | | | |[| | | |[f|] D y| |]] gs E K _; try discriminate. cbn [OpenRange] in E. destruct (rev f) as [|[op ins] pre] eqn:R; [discriminate|].
  assert (F : f = rev pre ++ [Node op ins]) by (rewrite <- (rev_involutive f), R; reflexivity). intros (x & _ & V). cbn [image] in V. rewrite F, value_app in V. cbn [does inputs] in V.
  destruct op as [| l| | | | |groups|]; try discriminate; apply given_some in E; destruct E as (E & _); cbn [apply] in V.
  - rewrite andb_true_iff, Nat.ltb_lt in E. destruct E as (L & E). destruct (nth_error (unroll l) i) as [s|] eqn:N; [|discriminate].
    destruct (coordinate K _ _ y i s V L N) as (t & T). apply existsb_exists in E. destruct E as (q & J & Q). apply (Qeq_bool_spec K) in Q. rewrite Q in T. exact (open_range K s q t J T).
  - rewrite !andb_true_iff, Nat.ltb_lt in E. destruct E as ((L & E) & G). set (v := nth 0 _ []) in V. apply (softmax_positive K groups v i G).
    assert (Lv : (i < length v)%nat). { apply (f_equal (@length _)) in V. rewrite map_length, seq_length, embQ_length in V. lia. }
    apply (f_equal (fun l => nth i l k0)) in V. rewrite <- (inQ_0 K) in V at 2. unfold embQ in V. rewrite map_nth in V.
    rewrite (nth_indep _ k0 (softmax_at groups v O)) in V by (rewrite map_length, seq_length; exact Lv). rewrite map_nth, seq_nth in V by exact Lv. cbn [Nat.add] in V.
    rewrite V, <- inQ_0. apply (Qle_bool_spec K), E.
Qed.
