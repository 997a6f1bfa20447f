(** Infeasible systems of linear inequalities, by trees: a leaf is a nonnegative combination that is a contradiction (Farkas), or has a
    reason of another kind, a node splits into cases, a cut adds a consequence (so bounds are tightened). Copies.v applies such trees to
    two copies of a network.
    Rows are affine forms (constant :: coefficients) that are >= 0, or > 0 if strict. *)
Require Import ZArith QArith List Bool Lia Field.
From Bijection Require Import OField Network Exact Rank Affine Hull LayerTree.
Import ListNotations.
Open Scope Z_scope.

Record constraint := Constraint { strict : bool; form_of : list Z }.

(** Multipliers name constraints by their number. *)
Inductive tree :=
| Leaf (combination : list (nat * Z))
| Other (reason : list Z)
| Split (number : nat) (cases : list tree)
| Cut (combination : list (nat * Z)) (slack : Z) (rest : tree).

(** The combination, and whether a strict constraint takes part. *)
Fixpoint combine (l : list (nat * Z)) (h : list constraint) : option (list Z * bool) :=
  match l with
  | [] => Some ([], false)
  | (k, c) :: r =>
      match nth_error h k, combine r h with
      | Some q, Some (t, s) => if 0 <? c then Some (padd (zscale c (form_of q)) t, strict q || s) else None
      | _, _ => None
      end
  end.

(** 0 > constant, or 0 >= constant where it should be > 0, and no variable. *)
Definition contradiction (t : list Z) (s : bool) : bool :=
  forallb (Z.eqb 0) (tl t) && (let c := hd 0 t in (c <? 0) || (s && (c <=? 0))).

(** A split: at every point one of the groups of constraints holds. *)
Definition alternatives := list (list (list constraint)).

(** What other reasons there are. *)
Section Check.
Variable other : list constraint -> list Z -> bool.

Fixpoint check (splits : alternatives) (h : list constraint) (t : tree) {struct t} : bool :=
  match t with
  | Other reason => other h reason
  | Leaf l => match combine l h with Some (r, s) => contradiction r s | None => false end
  | Split k cases =>
      match nth_error splits k with
      | Some groups =>
          (fix each (ts : list tree) (gs : list (list constraint)) {struct ts} : bool :=
             match ts, gs with
             | t :: ts', g :: gs' => if check splits (g ++ h) t then each ts' gs' else false
             | _, [] => true
             | [], _ :: _ => false
             end) cases groups
      | None => false
      end
  | Cut l c rest => match combine l h with Some (r, _) => if 0 <=? c then check splits (Constraint false (padd r [c]) :: h) rest else false | None => false end
  end.
End Check.

Section Sound.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Variable w : list K.  (* 1 :: the point *)

Definition satisfies (c : constraint) : Prop := if strict c then 0 < dotZ (form_of c) (1 :: w) else 0 <= dotZ (form_of c) (1 :: w).

Lemma satisfies_nonneg c : satisfies c -> 0 <= dotZ (form_of c) (1 :: w).
Proof. unfold satisfies. destruct (strict c); trivial. apply lt_le. Qed.

Lemma combine_ok l h t s : combine l h = Some (t, s) -> Forall satisfies h ->
  0 <= dotZ t (1 :: w) /\ (s = true -> 0 < dotZ t (1 :: w)).
Proof.
  intros E H. rewrite Forall_forall in H. revert t s E. induction l as [|(k, c) l IH]; intros t s E; cbn [combine] in E.
  { injection E as <- <-. cbn [dotZ]. split; [apply le_refl|discriminate]. }
  destruct (nth_error h k) as [q|] eqn:N; [|discriminate]. destruct (combine l h) as [(t', s')|]; [|discriminate].
  destruct (Z.ltb_spec 0 c) as [P|]; [|discriminate]. injection E as <- <-. destruct (IH t' s' eq_refl) as (A & B).
  assert (Q := H q (nth_error_In _ _ N)). assert (Q0 := satisfies_nonneg q Q). rewrite dotZ_padd, dotZ_zscale.
  assert (C : 0 <= inZ c * dotZ (form_of q) (1 :: w)) by (apply kmul_nonneg; trivial; apply inZ_nonneg; lia).
  split; [apply le_add_nonneg; trivial|]. intro S. replace (0:K) with (0 + 0 : K) by ring. apply orb_true_iff in S. destruct S as [S|S].
  - apply add_lt_le; trivial. apply mul_pos; [apply inZ_pos, P|]. unfold satisfies in Q. rewrite S in Q. exact Q.
  - replace (inZ c * dotZ (form_of q) (1 :: w) + dotZ t' (1 :: w)) with (dotZ t' (1 :: w) + inZ c * dotZ (form_of q) (1 :: w)) by ring. apply add_lt_le; auto.
Qed.

Lemma constant_value t : forallb (Z.eqb 0) (tl t) = true -> dotZ t (1 :: w) = inZ (hd 0%Z t).
Proof.
  intro Z0. destruct t as [|c t]; cbn [dotZ hd tl] in *; [reflexivity|].
  assert (G : dotZ t w = 0). { generalize w. induction t as [|a t IH]; intros [|y x]; cbn [dotZ]; trivial. cbn [forallb] in Z0. apply andb_true_iff in Z0.
    destruct Z0 as (Z1 & Z2). apply Z.eqb_eq in Z1. subst a. rewrite IH by trivial. rewrite inZ_0. ring. }
  rewrite G. ring.
Qed.

Lemma contradiction_ok t s : contradiction t s = true -> 0 <= dotZ t (1 :: w) -> (s = true -> 0 < dotZ t (1 :: w)) -> False.
Proof.
  unfold contradiction. rewrite andb_true_iff. intros (Z0 & E) A B.
  assert (V := constant_value t Z0).
  rewrite V in A, B. cbv zeta in E. apply orb_true_iff in E. destruct E as [E|E].
  - apply Z.ltb_lt in E. apply (inZ_le K 0) in A. lia.
  - apply andb_true_iff in E. destruct E as (E1 & E2). apply Z.leb_le in E2. apply (B E1). rewrite <- inZ_0. apply inZ_le, E2.
Qed.

(** No point satisfies the constraints, if at it each split has one of its cases. *)
Variable other : list constraint -> list Z -> bool.
Hypothesis other_ok : forall h reason, other h reason = true -> ~ Forall satisfies h.

Theorem check_infeasible splits : (forall groups, In groups splits -> exists g, In g groups /\ Forall satisfies g) ->
  forall t h, check other splits h t = true -> ~ Forall satisfies h.
Proof.
  intro S. fix IH 1. intros [l|reason|k cases|l c rest] h E H; cbn [check] in E.
  - destruct (combine l h) as [(r, s)|] eqn:C; [|discriminate]. destruct (combine_ok l h r s C H). apply (contradiction_ok r s); trivial.
  - exact (other_ok h reason E H).
  - destruct (nth_error splits k) as [groups|] eqn:N; [|discriminate]. destruct (S groups (nth_error_In _ _ N)) as (g & J & G). clear N.
    revert groups E J. induction cases as [|t cases IHc]; intros [|g' groups] E J; try (destruct J; fail); try discriminate.
    destruct (check other splits (g' ++ h) t) eqn:T; [|discriminate]. destruct J as [->|J]; [|exact (IHc groups E J)].
    apply (IH t (g ++ h) T). apply Forall_app. auto.
  - destruct (combine l h) as [(r, s)|] eqn:C; [|discriminate]. destruct (Z.leb_spec 0 c) as [P|]; [|discriminate]. destruct (combine_ok l h r s C H) as (A & _).
    apply (IH rest (Constraint false (padd r [c]) :: h) E). constructor; trivial. unfold satisfies. cbn [strict form_of]. rewrite dotZ_padd.
    apply le_add_nonneg; trivial. assert (G : dotZ [c] (1 :: w) = inZ c) by (cbn [dotZ]; destruct w; ring). rewrite G. apply inZ_nonneg, P.
Qed.
End Sound.
