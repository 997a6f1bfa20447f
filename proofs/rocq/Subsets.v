(** Inclusions that are evident (subset in proofs/domains.py), the points of finite sets, and the rule Restriction. *)
Require Import ZArith QArith Qround List Bool Lia Field.
From Bijection Require Import Maps OField Network Exact Domains Statements Intervals Hull Monotone.
Import ListNotations.
Open Scope Z_scope.

Definition side_eqb (s t : list Q * Q) : bool := forall2b Qeq_bool (fst s) (fst t) && Qeq_bool (snd s) (snd t).

Definition axis_inside (inner outer : Q * Q * Q) : bool :=
  let '(a, b, s) := inner in let '(a', b', s') := outer in
  on_axisb outer a && Qle_bool b b' && negb (Qeq_bool s' 0) && integralb (Qred (s / s')) && Qle_bool 0 (s / s').

Definition largest_on (a : list Q) (sides : list (Q * Q)) : Q :=
  Qred (fold_right Qplus 0%Q (zip (fun c s => if Qle_bool 0 c then c * snd s else c * fst s)%Q a sides)).

(** The points of a finite domain, where they are listed plainly. *)
Fixpoint product {A} (l : list (list A)) : list (list A) :=
  match l with [] => [[]] | a :: r => flat_map (fun t => map (cons t) (product r)) a end.

Definition axis_points (s : Q * Q * Q) : option (list Q) :=
  let '(low, high, st) := s in
  if Qle_bool st 0 then None
  else Some (map (fun k => low + inject_Z (Z.of_nat k) * st)%Q (seq 0 (Z.to_nat (Qfloor ((high - low) / st) + 1)))).

Definition axis_count (s : Q * Q * Q) : Z := let '(low, high, st) := s in Qfloor ((high - low) / st) + 1.
Definition most_points : Z := 1000000.
Definition few (d : domain) : bool :=
  match d with Grid axes => fold_right Z.mul 1 (map axis_count axes) <=? most_points | Labels k => k <=? most_points | _ => true end.

Definition points (d : domain) : option (list (list Q)) :=
  if negb (few d) then None else
  match d with
  | Finite ps => Some ps
  | Labels k => Some (map (fun i => [inject_Z (Z.of_nat i)]) (seq 0 (Z.to_nat k)))
  | Grid axes => match sequence (map axis_points axes) with Some l => Some (product l) | None => None end
  | Box sides => if forallb (fun s => Qeq_bool (fst s) (snd s)) sides then Some [map fst sides] else None
  | Reals O | Integers O => Some [[]]
  | Simplex 1 => Some [[1%Q]]
  | _ => None
  end.

Definition subset (inner outer : domain) : bool :=
  match outer with
  | Reals n => match dimension inner with Some m => (m =? n)%nat | None => false end
  | _ => false
  end
  || match inner, outer with
     | Integers n, Integers m | Simplex n, Simplex m => (n =? m)%nat
     | Labels k, Labels l => k <=? l
     | Polytope n s, Polytope m t => (n =? m)%nat && forall2b side_eqb t s
     | _, Box box => match hull inner with Some sides => forall2b within sides box | None => false end
     | Box sides, Polytope n s => (length sides =? n)%nat && forallb (fun t => (length (fst t) =? n)%nat && Qle_bool (largest_on (fst t) sides) (snd t)) s
     | Grid axes, Grid axes' => forall2b axis_inside axes axes'
     | Grid axes, Integers n => (length axes =? n)%nat && forallb (fun s => integralb (fst (fst s)) && integralb (snd s)) axes
     | Floats s, Floats t => forall2b (fun i o => Qle_bool (fst o) (fst i) && Qle_bool (snd i) (snd o)) s t
     | _, _ => false
     end
  || match inner with
     | Finite _ | Labels _ => match points inner with Some ps => forallb (contains outer) ps | None => false end
     | _ => false
     end.

Section Sound.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Local Notation inQ := (@OField.inQ K).
Local Notation inZ := (@OField.inZ K).

Lemma product_spec (l : list (list Q)) (x : list K) : Forall2 (fun a t => exists q, In q a /\ t = inQ q) l x -> exists p, In p (product l) /\ x = embQ p.
Proof.
  intro F. induction F as [|a t l x (q & I & E) F (p & J & ->)]; [exists []; simpl; auto|]. exists (q :: p). split; [|subst; reflexivity].
  cbn [product]. apply in_flat_map. exists q. split; trivial. apply in_map, J.
Qed.

Lemma some_inj A (a b : A) : Some a = Some b -> a = b.
Proof. intro E. injection E as ->. reflexivity. Qed.

Lemma axis_points_spec s l (t : K) : axis_points s = Some l -> on_axis s t -> exists q, In q l /\ t = inQ q.
Proof.
  destruct s as ((low, high), st). unfold axis_points, on_axis. destruct (Qle_bool st 0) eqn:E; [discriminate|]. intro F. apply some_inj in F. subst l.
  intros (k & P & -> & L). assert (S : (0 < st)%Q) by (apply Qnot_le_lt; rewrite <- Qle_bool_iff, E; discriminate).
  exists (low + inject_Z (Z.of_nat (Z.to_nat k)) * st)%Q. rewrite Z2Nat.id by trivial. split.
  - apply in_map_iff. exists (Z.to_nat k). rewrite Z2Nat.id by trivial. split; trivial. apply in_seq. split; [lia|].
    assert (B : (k <= Qfloor ((high - low) / st))%Z).
    { rewrite inZ_Q, <- inQ_mul, <- inQ_add in L. apply inQ_le in L. rewrite <- (Qfloor_Z k). apply Qfloor_resp_le.
      apply Qle_shift_div_l; trivial. apply Qplus_le_l with low. eapply Qle_trans; [|apply (Qle_trans _ high); [exact L|]].
      - rewrite Qplus_comm. apply Qle_refl.
      - setoid_replace (high - low + low)%Q with high by ring. apply Qle_refl. }
    lia.
  - rewrite inQ_add, inQ_mul, <- inZ_Q. reflexivity.
Qed.

Lemma points_spec d ps (x : list K) : points d = Some ps -> member d x -> exists p, In p ps /\ x = embQ p.
Proof.
  unfold points. destruct (few d); [|discriminate]. cbn [negb].
  intros E M. destruct d as [n|n|sides|n sides|axes|sides|l|k|n]; cbn [member] in *; try discriminate.
  - destruct n; [|discriminate]. injection E as <-. exists []. destruct x; [simpl; auto|discriminate].
  - destruct n; [|discriminate]. injection E as <-. destruct M as (M & _). exists []. destruct x; [simpl; auto|discriminate].
  - destruct (forallb _ sides) eqn:F; [|discriminate]. injection E as <-. eexists. split; [left; reflexivity|]. rewrite forallb_forall in F.
    induction M as [|s t sides x (A & B) M IH]; trivial. cbn [map embQ]. f_equal.
    + assert (Q := F s (or_introl eq_refl)). apply (Qeq_bool_spec K) in Q. apply kle_antisym; trivial. rewrite Q. trivial.
    + apply IH. intros r I. apply F. simpl. auto.
  - destruct (sequence _) as [l|] eqn:S; [|discriminate]. injection E as <-. apply product_spec. apply sequence_ok in S.
    revert l S. induction M as [|s t axes x A M IH]; intros [|a l] S; try discriminate; [constructor|]. cbn [map] in S. injection S as S1 S2.
    constructor; [apply (axis_points_spec s); trivial|apply IH, S2].
  - injection E as <-. exact M.
  - injection E as <-. destruct M as (i & B & ->). exists [inject_Z i]. split.
    + apply in_map_iff. exists (Z.to_nat i). rewrite Z2Nat.id by lia. split; trivial. apply in_seq. lia.
    + cbn [embQ map]. rewrite <- inZ_Q. reflexivity.
  - destruct n as [|[|?]]; try discriminate. injection E as <-. destruct M as (L & _ & S). destruct x as [|t [|? ?]]; try discriminate.
    unfold ksum in S. cbn [fold_right] in S. exists [1%Q]. split; [simpl; auto|]. cbn [embQ map]. f_equal. rewrite inQ_1. rewrite <- S. ring.
Qed.

Lemma embQ_eqb p q : forall2b Qeq_bool p q = true -> embQ p = embQ q :> list K.
Proof.
  revert q. induction p as [|a p IH]; intros [|b q] E; try discriminate; trivial. cbn [forall2b embQ map] in *. destruct (Qeq_bool a b) eqn:Q; [|discriminate].
  apply (Qeq_bool_spec K) in Q. f_equal; [exact Q|apply IH, E].
Qed.

Lemma largest_ok a sides (x : list K) : Forall2 between sides x -> length a = length sides -> dotK (embQ a) x <= inQ (largest_on a sides).
Proof.
  intro F. unfold largest_on. rewrite inQ_red. revert a. induction F as [|s t sides x (A & B) F IH]; intros [|c a] L; try discriminate.
  - cbn [zip fold_right embQ map dotK]. rewrite inQ_0. apply le_refl.
  - cbn [zip fold_right embQ map dotK]. rewrite inQ_add. apply add_le; [|apply IH; injection L; auto]. destruct (Qle_bool 0 c) eqn:P; rewrite inQ_mul.
    + apply (Qle_bool_spec K) in P. rewrite inQ_0 in P. apply mul_le_l; trivial.
    + apply qle_false in P. apply (inQ_le K) in P. rewrite inQ_0 in P. apply mul_le_l_neg; trivial.
Qed.

Lemma forall2b_Forall2 A B C (f : A -> B -> bool) (P : A -> C -> Prop) (Q : B -> C -> Prop) l m x :
  (forall a b t, f a b = true -> P a t -> Q b t) -> forall2b f l m = true -> Forall2 P l x -> Forall2 Q m x.
Proof.
  intros H. revert m x. induction l as [|a l IH]; intros [|b m] x E F; try discriminate; inversion F; subst; constructor; cbn [forall2b] in E;
    destruct (f a b) eqn:G; try discriminate; eauto.
Qed.

Theorem subset_ok inner outer (x : list K) : subset inner outer = true -> member inner x -> member outer x.
Proof.
  unfold subset. intros E M. rewrite !orb_true_iff in E. destruct E as [[E|E]|E].
  - destruct outer as [n| | | | | | | |]; try discriminate. destruct (dimension inner) as [m|] eqn:N; [|discriminate].
    apply Nat.eqb_eq in E. subst. apply (dimension_spec K inner n); trivial.
  - assert (Boxes : forall box, match hull inner with Some sides => forall2b within sides box | None => false end = true -> member (Box box) x).
    { intros box H. destruct (hull inner) as [s|] eqn:F; [|discriminate]. apply (within_ok K s); trivial. apply (hull_ok K inner); trivial. }
    destruct inner as [n|n|sides|n sides|axes|sides|l|k|n], outer as [n'|n'|sides'|n' sides'|axes'|sides'|l'|k'|n']; try discriminate; try (apply Boxes, E).
    + apply Nat.eqb_eq in E. subst. exact M.
    + rewrite andb_true_iff, Nat.eqb_eq, forallb_forall in E. destruct E as (L & E). assert (M0 := M). cbn [member] in M. split.
      { rewrite <- L. symmetry. apply (Forall2_length _ _ _ _ _ M). }
      apply Forall_forall. intros s I. specialize (E s I). rewrite andb_true_iff, Nat.eqb_eq in E. destruct E as (La & E). apply (Qle_bool_spec K) in E.
      eapply kle_trans; [|exact E]. apply largest_ok; trivial. congruence.
    + rewrite andb_true_iff, Nat.eqb_eq in E. destruct E as (-> & E). destruct M as (L & M). split; trivial.
      clear Boxes. revert sides M E. induction sides' as [|t sides' IH]; intros [|s sides] M E; try discriminate; constructor; cbn [forall2b] in E; destruct (side_eqb t s) eqn:S; try discriminate.
      * unfold side_eqb in S. apply andb_true_iff in S. destruct S as (S1 & S2). apply embQ_eqb in S1. apply (Qeq_bool_spec K) in S2.
        inversion M as [|? ? A _]. rewrite S1, S2. exact A.
      * apply (IH sides); trivial. inversion M. trivial.
    + rewrite andb_true_iff, Nat.eqb_eq, forallb_forall in E. destruct E as (L & E). cbn [member] in *. split.
      { rewrite <- L. symmetry. apply (Forall2_length _ _ _ _ _ M). }
      clear L Boxes. induction M as [|s t axes x A M IH]; constructor; [|apply IH; intros r I; apply E; simpl; auto].
      specialize (E s (or_introl eq_refl)). destruct s as ((low, high), st). destruct A as (k & P & -> & _). cbn [fst snd] in E. apply andb_true_iff in E. destruct E as (E1 & E2).
      apply (integralb_spec K) in E1, E2. destruct E1 as (a & ->), E2 as (b & ->). exists (a + k * b)%Z. rewrite inZ_add, inZ_mul. reflexivity.
    + cbn [member] in *. refine (forall2b_Forall2 _ _ _ _ _ _ _ _ _ _ E M). clear.
      intros ((a, b), s) ((a', b'), s') t E (k & P & -> & L). unfold axis_inside in E. rewrite !andb_true_iff in E. destruct E as ((((E1 & E2) & E3) & E4) & E5).
      apply (on_axisb_spec K) in E1. destruct E1 as (j & Pj & Ea & _). apply (Qle_bool_spec K) in E2. apply negb_true_iff in E3.
      assert (N : ~ (s' == 0)%Q) by (intro Z0; apply Qeq_bool_iff in Z0; rewrite Z0 in E3; discriminate).
      apply (integralb_spec K) in E4. destruct E4 as (q & Eq). rewrite inQ_red in Eq.
      assert (Es : inQ s = inZ q * inQ s'). { rewrite <- Eq, <- inQ_mul. apply inQ_eq. field. trivial. }
      assert (Pq : (0 <= q)%Z). { apply (inZ_le K). rewrite <- Eq, inZ_0, <- inQ_0. apply (Qle_bool_spec K), E5. }
      exists (j + k * q)%Z. split; [nia|]. split.
      * rewrite Ea, Es, inZ_add, inZ_mul. ring.
      * apply kle_trans with (inQ b); trivial.
    + cbn [member] in *. refine (forall2b_Forall2 _ _ _ _ _ _ _ _ _ _ E M). clear. intros i o t E ((A & B) & F). apply andb_true_iff in E. destruct E as (E1 & E2).
      apply (Qle_bool_spec K) in E1, E2. split; [split|trivial]; [apply kle_trans with (inQ (fst i))|apply kle_trans with (inQ (snd i))]; trivial.
    + apply Z.leb_le in E. destruct M as (i & L & ->). exists i. split; [lia|reflexivity].
    + apply Nat.eqb_eq in E. subst. exact M.
  - destruct (points inner) as [ps|] eqn:P; [|destruct inner; discriminate].
    assert (H : forallb (contains outer) ps = true) by (destruct inner; try discriminate; exact E). rewrite forallb_forall in H.
    destruct (points_spec inner ps x P M) as (p & I & ->). apply contains_spec, H, I.
Qed.
End Sound.

Definition Restriction (on : domain) (onto : option domain) : rule := fun goal =>
  match goal with
  | Injective f D => given (subset D on) [Injective f on]
  | Not (Injective f D) => given (subset on D) [Not (Injective f on)]
  | Surjective f D C =>
      match onto with
      | Some C' => given (subset on D && subset C C') [Surjective f on C']
      | None => given (subset on D) [Surjective f on C]
      end
  | Not (Surjective f D C) =>
      match onto with
      | Some C' => given (subset D on && subset C' C) [Not (Surjective f on C')]
      | None => given (subset D on) [Not (Surjective f on C)]
      end
  | _ => None
  end.

Theorem Restriction_sound on onto : sound (Restriction on onto).
Proof.
  intros [f D|f D C| | | | |[f D|f D C| | | | |]] gs E K H; try discriminate; cbn [Restriction holds] in *.
  - apply given_some in E. destruct E as (E & ->). inversion_clear H as [|? ? I _]. apply (injective_subset _ _ _ (member on)); trivial.
    intros x. apply subset_ok, E.
  - destruct onto as [C'|]; apply given_some in E; destruct E as (E & ->); inversion_clear H as [|? ? S _].
    + apply andb_true_iff in E. destruct E as (E1 & E2). apply (surjective_subset _ _ _ (member on) _ (member C')); trivial; intro; apply subset_ok; trivial.
    + apply (surjective_subset _ _ _ (member on) _ (member C)); trivial. intro; apply subset_ok; trivial.
  - apply given_some in E. destruct E as (E & ->). inversion_clear H as [|? ? N _]. intro I. apply N. apply (injective_subset _ _ _ (member D)); trivial.
    intros x. apply subset_ok, E.
  - destruct onto as [C'|]; apply given_some in E; destruct E as (E & ->); inversion_clear H as [|? ? N _]; intro S; apply N.
    + apply andb_true_iff in E. destruct E as (E1 & E2). apply (surjective_subset _ _ _ (member D) _ (member C)); trivial; intro; apply subset_ok; trivial.
    + apply (surjective_subset _ _ _ (member D) _ (member C)); trivial. intro; apply subset_ok; trivial.
Qed.
