(** Values that are missed, images that stay inside a set, strictly monotone layers: theorems/values.py and theorems/monotone.py. *)
Require Import ZArith QArith List Bool Lia Field.
From Bijection Require Import Maps OField Network Exact Domains Statements Intervals Hull.
Import ListNotations.
Open Scope Z_scope.

Definition excludes (i : interval) (t : Q) : bool :=
  match fst i with Some l => negb (Qle_bool l t) | None => false end || match snd i with Some u => negb (Qle_bool t u) | None => false end.

Lemma excludes_ok (K : ofield) i t : excludes i t = true -> ~ inside i (inQ t : K).
Proof.
  unfold excludes. rewrite orb_true_iff. intros E (A & B). destruct E as [E|E].
  - destruct (fst i) as [l|]; [|discriminate]. cbn [above] in A. apply (Qle_bool_spec K) in A. rewrite A in E. discriminate.
  - destruct (snd i) as [u|]; [|discriminate]. cbn [under] in B. apply (Qle_bool_spec K) in B. rewrite B in E. discriminate.
Qed.

(** <u, y> of rational vectors. *)
Definition qdot (u y : list Q) : Q := let '(a, d) := vector u in let '(b, e) := vector y in zdot a b # (d * e).

Lemma qdot_ok (K : ofield) u y : (inQ (qdot u y) : K) = dotK (embQ u) (embQ y).
Proof. unfold qdot. rewrite <- !emb_vector. destruct (vector u) as (a, d), (vector y) as (b, e). rewrite dotK_emb. reflexivity. Qed.

Definition Separator (u : list Q) : rule := fun goal =>
  match goal with
  | Not (Reached (Net f) D y) =>
      match hull D with
      | Some sides => match bounds (functional f u) sides with [i] => given (excludes i (qdot u y)) [] | _ => None end
      | None => None
      end
  | _ => None
  end.

Theorem Separator_sound u : sound (Separator u).
Proof.
  intros [| | | | | |[| | | |[f|] D y| |]] gs E K _; try discriminate. cbn [Separator] in E. destruct (hull D) as [sides|] eqn:H; [|discriminate].
  destruct (bounds _ _) as [|i [|? ?]] eqn:B; try discriminate. apply given_some in E. destruct E as (E & _). intros (x & Dx & V). cbn [image] in V.
  assert (F := bounds_ok K (functional f u) sides x (hull_ok K D sides x H Dx)). rewrite functional_ok, V, B in F. inversion F as [|? ? ? ? I _].
  rewrite <- qdot_ok in I. exact (excludes_ok K i _ E I).
Qed.

(** ** Argmax *)

Lemma argmax_from_spec (K : ofield) (l before : list K) (b : K) i :
  (i < length before)%nat -> nth i before k0 = b -> (forall j, (j < length before)%nat -> kle (nth j before k0) b) ->
  (forall j, (j < i)%nat -> ~ kle b (nth j before k0)) ->
  let a := argmax_from b i (length before) l in
  (forall j, (j < length (before ++ l))%nat -> kle (nth j (before ++ l) k0) (nth a (before ++ l) k0)) /\
  (forall j, (j < a)%nat -> ~ kle (nth a (before ++ l) k0) (nth j (before ++ l) k0)).
Proof.
  revert before b i. induction l as [|t l IH]; intros before b i L N M S; cbn [argmax_from].
  { cbv zeta. rewrite app_nil_r, N. split; trivial. }
  replace (before ++ t :: l) with ((before ++ [t]) ++ l) by (rewrite <- app_assoc; reflexivity).
  replace (Datatypes.S (length before)) with (length (before ++ [t])) by (rewrite app_length; simpl; lia).
  destruct (kle_dec t b) as [T|T].
  - apply IH.
    + rewrite app_length. simpl. lia.
    + rewrite app_nth1 by trivial. exact N.
    + intros j J. rewrite app_length in J. simpl in J. destruct (Nat.lt_ge_cases j (length before)) as [B|B].
      * rewrite app_nth1 by trivial. apply M, B.
      * rewrite app_nth2 by trivial. replace (j - length before)%nat with O by lia. exact T.
    + intros j J. rewrite app_nth1 by lia. apply S, J.
  - assert (Lt : kle b t) by (destruct (kle_total K t b); tauto). apply IH.
    + rewrite app_length. simpl. lia.
    + rewrite app_nth2, Nat.sub_diag by lia. reflexivity.
    + intros j J. rewrite app_length in J. simpl in J. destruct (Nat.lt_ge_cases j (length before)) as [B|B].
      * rewrite app_nth1 by trivial. apply kle_trans with b; trivial. apply M, B.
      * rewrite app_nth2 by trivial. replace (j - length before)%nat with O by lia. apply le_refl.
    + intros j J. rewrite app_nth1 by lia. intro F. apply T. apply kle_trans with (nth j before k0); trivial. apply M. lia.
Qed.

Theorem argmax_spec (K : ofield) (l : list K) : 
  (forall j, (j < length l)%nat -> kle (nth j l k0) (nth (argmax l) l k0)) /\ (forall j, (j < argmax l)%nat -> ~ kle (nth (argmax l) l k0) (nth j l k0)).
Proof.
  destruct l as [|t l]; [split; intros j J; simpl in J; lia|]. apply (argmax_from_spec K l [t] t 0).
  - simpl. lia.
  - reflexivity.
  - intros j J. simpl in J. destruct j; [apply le_refl|lia].
  - intros j J. lia.
Qed.

(** The weights w with those of the label lowered by their sum. *)
Definition qsum (w : list Q) : Q := Qred (fold_right Qplus 0%Q w).
Fixpoint lower_at (l : nat) (s : Q) (w : list Q) : list Q :=
  match w, l with [], _ => [] | q :: w', O => (q - s)%Q :: w' | q :: w', S l' => q :: lower_at l' s w' end.

Definition DominatedLabel (w : list Q) : rule := fun goal =>
  match goal with
  | Not (Reached (Net f) D [label]) =>
      match rev f, hull D, dimension D with
      | Node Argmax [k] :: pre, Some sides, Some n =>
          let g := firstn k f in
          let l := Z.to_nat (Qnum label) in
          match widths g n, bounds (functional g (lower_at l (qsum w) w)) sides with
          | Some ws, [(Some low, _)] =>
              given ((k <? length f)%nat && integralb label && (Zpos (Qden label) =? 1) && (0 <=? Qnum label) && (length w =? last ws O)%nat && (l <? length w)%nat &&
                     forallb (fun t => Qle_bool 0 t) w &&
                     (negb (Qle_bool low 0) ||
                      (Qle_bool 0 low && existsb (fun t => negb (Qeq_bool t 0)) (firstn l w)))) []
          | _, _ => None
          end
      | _, _, _ => None
      end
  | _ => None
  end.

Section Dominated.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Local Notation inQ := (@OField.inQ K).

Lemma dot_lower l s w (v : list K) : (l < length w)%nat -> dotK (embQ (lower_at l s w)) v = dotK (embQ w) v - inQ s * nth l v 0.
Proof.
  revert w v. induction l as [|l IH]; intros [|q w] v L; cbn [length] in L; try lia; destruct v as [|t v]; cbn [lower_at embQ map dotK nth]; try ring.
  - rewrite inQ_sub. ring.
  - fold (embQ (K := K) (lower_at l s w)). rewrite IH by lia. fold (embQ (K := K) w). ring.
Qed.

Lemma dot_below w (v : list K) m : length w = length v -> Forall (fun t => 0 <= t) (embQ w : list K) -> (forall j, (j < length v)%nat -> nth j v 0 <= m) ->
  dotK (embQ w) v <= ksum (embQ w) * m.
Proof.
  revert v. induction w as [|q w IH]; intros [|t v] L P B; try discriminate; cbn [embQ map dotK].
  { unfold ksum. cbn [fold_right]. apply eq_le. ring. }
  inversion P as [|? ? Q P']. unfold ksum. cbn [fold_right]. fold (embQ (K := K) w). fold (ksum (embQ (K := K) w)).
  replace ((inQ q + ksum (embQ w)) * m) with (inQ q * m + ksum (embQ w) * m) by ring. apply add_le.
  - apply mul_le_l; trivial. apply (B O). simpl. lia.
  - apply IH; [injection L; auto|trivial|]. intros j J. apply (B (S j)). simpl. lia.
Qed.

(** If no entry exceeds m, the first l are < m and one weight there is > 0, the sum is strictly below. *)
Lemma dot_strictly_below l w (v : list K) m : length w = length v -> Forall (fun t => 0 <= t) (embQ w : list K) ->
  (forall j, (j < length v)%nat -> nth j v 0 <= m) -> (forall j, (j < l)%nat -> (j < length v)%nat -> nth j v 0 < m) ->
  existsb (fun t => negb (Qeq_bool t 0)) (firstn l w) = true -> dotK (embQ w) v < ksum (embQ w) * m.
Proof.
  revert w v. induction l as [|l IH]; intros w v L P A B E; [discriminate|].
  destruct w as [|q w], v as [|t v]; try discriminate. inversion P as [|? ? Q P']. cbn [firstn existsb embQ map dotK] in *.
  unfold ksum. cbn [fold_right]. fold (embQ (K := K) w). fold (ksum (embQ (K := K) w)).
  replace ((inQ q + ksum (embQ w)) * m) with (inQ q * m + ksum (embQ w) * m) by ring.
  assert (A' : forall j, (j < length v)%nat -> nth j v 0 <= m) by (intros j J; apply (A (S j)); simpl; lia).
  assert (B' : forall j, (j < l)%nat -> (j < length v)%nat -> nth j v 0 < m) by (intros j J J'; apply (B (S j)); simpl; lia).
  assert (T : t < m) by (apply (B O); simpl; lia). assert (L' : length w = length v) by (injection L; auto).
  destruct (Qeq_bool q 0) eqn:Eq; cbn [negb orb] in E.
  - replace (inQ q * t + dotK (embQ w) v) with (dotK (embQ w) v + inQ q * t) by ring. replace (inQ q * m + ksum (embQ w) * m) with (ksum (embQ w) * m + inQ q * m) by ring.
    apply add_lt_le; [apply IH; trivial|]. apply mul_le_l; trivial. apply lt_le, T.
  - apply add_lt_le; [|apply dot_below; trivial]. apply mul_lt_l; trivial. intro F. assert (X : inQ q = 0) by (apply kle_antisym; trivial).
    rewrite <- inQ_0 in X. apply inQ_eq in X. apply Qeq_bool_iff in X. rewrite X in Eq. discriminate.
Qed.

Lemma qsum_ok w : inQ (qsum w) = ksum (embQ w).
Proof.
  unfold qsum. rewrite inQ_red. induction w as [|q w IH]; [apply inQ_0|]. cbn [fold_right embQ map]. rewrite inQ_add, IH. reflexivity.
Qed.

Lemma nth_trace f k (x : list K) : (k <= length f)%nat -> nth k (trace f x) [] = value (firstn k f) x.
Proof.
  intro L. rewrite <- (firstn_skipn k f) at 1. unfold trace. rewrite fold_left_app. fold (trace (firstn k f) x).
  assert (A : forall g (vals : list (list K)) j, (j < length vals)%nat -> nth j (fold_left step g vals) [] = nth j vals []).
  { clear. induction g as [|nd g IH]; intros vals j J; cbn [fold_left]; trivial. rewrite IH; unfold step; [apply app_nth1, J|rewrite app_length; simpl; lia]. }
  rewrite A.
  - rewrite <- trace_last, firstn_length, Nat.min_l by trivial. reflexivity.
  - unfold trace. rewrite trace_length, firstn_length. simpl. lia.
Qed.
Lemma value_argmax f pre k (x : list K) : rev f = Node Argmax [k] :: pre -> (k < length f)%nat ->
  value f x = [inZ (Z.of_nat (argmax (value (firstn k f) x)))].
Proof.
  intros R Kl. assert (F : f = rev pre ++ [Node Argmax [k]]) by (rewrite <- (rev_involutive f), R; reflexivity).
  rewrite F at 1. rewrite value_app. cbn [does inputs apply map nth]. do 3 f_equal.
  assert (T : nth k (trace (rev pre) x) [] = nth k (trace f x) []).
  { rewrite F. rewrite F in Kl. rewrite app_length in Kl. cbn [length] in Kl. rewrite !nth_trace by (rewrite ?app_length; cbn [length]; lia).
    rewrite firstn_app. replace (k - length (rev pre))%nat with O by lia. cbn [firstn]. rewrite app_nil_r. reflexivity. }
  rewrite T, nth_trace by lia. reflexivity.
Qed.
End Dominated.

Theorem DominatedLabel_sound w : sound (DominatedLabel w).
Proof.
  intros [| | | | | |[| | | |[f|] D [|label [|? ?]]| |]] gs E K _; try discriminate. cbn [DominatedLabel] in E.
  destruct (rev f) as [|[[| | | | | | |] [|k [|? ?]]] pre] eqn:R; try discriminate. destruct (hull D) as [sides|] eqn:H; [|discriminate].
  destruct (dimension D) as [n|] eqn:N; [|discriminate]. destruct (widths (firstn k f) n) as [ws|] eqn:W; [|discriminate].
  destruct (bounds _ _) as [|[[low|] hi] [|? ?]] eqn:B; try discriminate. apply given_some in E. destruct E as (E & _).
  rewrite !andb_true_iff, Nat.eqb_eq, !Nat.ltb_lt, Z.eqb_eq, Z.leb_le in E. destruct E as (((((((Kl & Il) & Dl) & Pl) & Lw) & Ll) & Pw) & E).
  set (l := Z.to_nat (Qnum label)) in *. intros (x & Dx & V). cbn [image] in V.
  assert (V2 := value_argmax K f pre k x R Kl).
  rewrite V in V2. cbn [embQ map] in V2. apply cons_inj in V2. destruct V2 as (V2 & _).
  set (v := value (firstn k f) x) in *.
  assert (Al : argmax v = l).
  { destruct label as [p d]. cbn [Qnum Qden] in *. assert (d = 1%positive) by lia. subst d. rewrite inQ_Z in V2. apply inZ_inj in V2. unfold l. lia. }
  assert (Lv : length v = length w) by (rewrite Lw; apply (width_ok K _ n); trivial; apply (dimension_spec K D n x N Dx)).
  destruct (argmax_spec K v) as (M1 & M2). rewrite Al in M1, M2.
  assert (Pw' : Forall (fun t => kle k0 t) (embQ w : list K)).
  { apply (Forall_embQ K (fun t => kle k0 t) (fun t => Qle_bool 0 t)); trivial. intro t. rewrite (Qle_bool_spec K), inQ_0. tauto. }
  assert (Bd := bounds_ok K (functional (firstn k f) (lower_at l (qsum w) w)) sides x (hull_ok K D sides x H Dx)).
  rewrite functional_ok, B in Bd. fold v in Bd. inversion Bd as [|? ? ? ? (Low & _) _]. cbn [fst above] in Low.
  rewrite dot_lower, qsum_ok in Low by trivial.
  assert (Up : kle (dotK (embQ w) v) (kmul (ksum (embQ w)) (nth l v k0))) by (apply dot_below; auto).
  apply orb_true_iff in E. destruct E as [E|E].
  - apply negb_true_iff in E. assert (Q : ~ kle (inQ low : K) k0) by (rewrite <- inQ_0, <- (Qle_bool_spec K), E; discriminate).
    apply Q. apply (kle_trans _ _ _ _ Low). apply (proj2 (le_diff K _ _)).
    assert (X := proj1 (le_diff K _ _) Up). eapply kle_trans; [exact X|]. apply eq_le. symmetry. apply (sub_sub K).
  - rewrite andb_true_iff in E. destruct E as (E0 & E1). apply (Qle_bool_spec K) in E0. rewrite inQ_0 in E0.
    assert (S := dot_strictly_below K l w v (nth l v k0) (eq_sym Lv) Pw' M1 (fun j J _ => M2 j J) E1). apply S.
    apply (proj2 (le_diff K _ _)). exact (kle_trans _ _ _ _ E0 Low).
Qed.
