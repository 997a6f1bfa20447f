(** Rules that run through finitely many points: Enumeration (theorems/counting.py), ReachesEach, ReachesAll, ReachesLabel (theorems/values.py),
    and Moves (theorems/identity.py). *)
Require Import ZArith QArith List Bool Lia Permutation Orders Mergesort.
From Bijection Require Import Maps OField Network Exact Domains Statements Intervals Hull Values Subsets.
Import ListNotations.
Open Scope Z_scope.

(** ** Vectors in order: many are compared by sorting them *)

Fixpoint lexicographic (d e : Z) (a b : list Z) : comparison :=
  match a, b with
  | [], [] => Eq
  | [], _ :: _ => Lt
  | _ :: _, [] => Gt
  | s :: a', t :: b' => match s * e ?= t * d with Eq => lexicographic d e a' b' | c => c end
  end.
Definition vec_compare (u v : vec) : comparison := lexicographic (Zpos (snd u)) (Zpos (snd v)) (fst u) (fst v).

Lemma lexicographic_opp d e a b : lexicographic e d b a = CompOpp (lexicographic d e a b).
Proof.
  revert b. induction a as [|s a IH]; intros [|t b]; cbn [lexicographic]; trivial. rewrite (Z.compare_antisym (s * e) (t * d)).
  destruct (s * e ?= t * d); cbn [CompOpp]; trivial.
Qed.

Module VecOrder <: TotalLeBool.
  Definition t := vec.
  Definition leb (u v : vec) : bool := match vec_compare u v with Gt => false | _ => true end.
  Lemma leb_total u v : leb u v = true \/ leb v u = true.
  Proof. unfold leb, vec_compare. rewrite (lexicographic_opp (Zpos (snd u)) (Zpos (snd v))). destruct (lexicographic _ _ _ _); cbn [CompOpp]; auto. Qed.
End VecOrder.
Module Sorting := Mergesort.Sort VecOrder.

Fixpoint increasing (v : vec) (l : list vec) : bool :=
  match l with [] => true | w :: r => match vec_compare v w with Lt => increasing w r | _ => false end end.

(** No two vectors of the list are equal. *)
Definition different (l : list vec) : bool := match Sorting.sort l with [] => true | v :: r => increasing v r end.

(** Each vector of l is one of m: right for all lists, and finds it where both are sorted and without repetitions of l. *)
Fixpoint among (l m : list vec) : bool :=
  match m with
  | [] => match l with [] => true | _ => false end
  | w :: m' => match l with [] => true | v :: l' => if same v w then among l' m' else among l m' end
  end.
Fixpoint without_repetition (l : list vec) : list vec :=
  match l with v :: (w :: _) as r => if same v w then without_repetition r else v :: without_repetition r | _ => l end.
Definition all_among (l m : list vec) : bool := among (without_repetition (Sorting.sort l)) (without_repetition (Sorting.sort m)).

Section Order.
Variable K : ofield.
Open Scope K_scope.

Fixpoint before (u v : list K) : Prop :=
  match u, v with
  | [], _ :: _ => True
  | s :: u', t :: v' => s < t \/ (s = t /\ before u' v')
  | _, [] => False
  end.

Lemma before_trans u v w : before u v -> before v w -> before u w.
Proof.
  revert v w. induction u as [|r u IH]; intros [|s v] [|t w]; cbn [before]; try tauto.
  intros [A|(-> & A)] [B|(<- & B)]; [left; apply (lt_trans K r s t); trivial|auto|auto|right; split; [reflexivity|exact (IH _ _ A B)]].
Qed.

Lemma before_irrefl u : ~ before u u.
Proof. induction u as [|s u IH]; cbn [before]; [tauto|]. intros [A|(_ & A)]; [exact (A (le_refl K s))|exact (IH A)]. Qed.

Lemma compare_before u v : vec_compare u v = Lt -> before (emb u) (emb v).
Proof.
  destruct u as (a, d), v as (b, e). unfold vec_compare. cbn [fst snd]. revert b. induction a as [|s a IH]; intros [|t b] E; cbn [lexicographic] in E; try discriminate.
  { exact I. }
  change (emb (s :: a, d)) with (inZ s / inZ (Zpos d) :: emb (a, d) : list K). change (emb (t :: b, e)) with (inZ t / inZ (Zpos e) :: emb (b, e) : list K).
  cbn [before]. destruct (Z.compare_spec (s * Zpos e) (t * Zpos d)) as [C|C|C]; try discriminate.
  - right. split; [apply frac_eq; lia|]. apply IH, E.
  - left. rewrite <- frac_le by lia. lia.
Qed.

Lemma increasing_NoDup v l : increasing v l = true -> NoDup (map emb (v :: l) : list (list K)).
Proof.
  assert (B : forall l v, increasing v l = true -> forall w, In w (map emb l : list (list K)) -> before (emb v) w).
  { clear. induction l as [|w l IH]; intros v E u J; [destruct J|]. cbn [increasing] in E. destruct (vec_compare v w) eqn:C; try discriminate.
    apply compare_before in C. destruct J as [<-|J]; trivial. apply (before_trans _ (emb w)); trivial. apply IH; trivial. }
  revert v. induction l as [|w l IH]; intros v E; [constructor; [simpl; tauto|constructor]|]. assert (B' := B _ _ E). cbn [map] in *. constructor.
  - intro J. exact (before_irrefl _ (B' _ J)).
  - cbn [increasing] in E. destruct (vec_compare v w); try discriminate. apply IH, E.
Qed.

Theorem different_NoDup l : different l = true -> NoDup (map emb l : list (list K)).
Proof.
  intro E. apply (Permutation_NoDup (l := map emb (Sorting.sort l))). { apply Permutation_map, Permutation_sym, Sorting.Permuted_sort. }
  unfold different in E. destruct (Sorting.sort l); [constructor|]. apply increasing_NoDup, E.
Qed.

Lemma among_in l m v : among l m = true -> In v l -> exists w, In w m /\ emb v = emb w :> list K.
Proof.
  revert l. induction m as [|w m IH]; intros [|u l] E J; cbn [among] in E; try (destruct J; fail); try discriminate.
  destruct (same u w) eqn:S.
  - destruct J as [<-|J]; [exists w; split; [simpl; auto|apply same_spec, S]|]. destruct (IH _ E J) as (w' & J' & F). exists w'. simpl. auto.
  - destruct (IH _ E J) as (w' & J' & F). exists w'. simpl. auto.
Qed.

Lemma without_repetition_in l v : In v l -> exists w, In w (without_repetition l) /\ emb v = emb w :> list K.
Proof.
  revert v. induction l as [|u [|u' l] IH]; intros v J; [destruct J|exists v; auto|].
  change (without_repetition (u :: u' :: l)) with (if same u u' then without_repetition (u' :: l) else u :: without_repetition (u' :: l)).
  destruct (same u u') eqn:S.
  - destruct J as [<-|J]; [|apply IH, J]. destruct (IH u' (or_introl eq_refl)) as (w & A & B). exists w. split; trivial.
    apply (same_spec K) in S. congruence.
  - destruct J as [<-|J]; [exists u; simpl; auto|]. destruct (IH v J) as (w & A & B). exists w. simpl. auto.
Qed.

Lemma without_repetition_incl l v : In v (without_repetition l) -> In v l.
Proof.
  induction l as [|u [|u' l] IH]; intro J; trivial.
  change (without_repetition (u :: u' :: l)) with (if same u u' then without_repetition (u' :: l) else u :: without_repetition (u' :: l)) in J.
  destruct (same u u'); [right; apply IH, J|]. destruct J as [<-|J]; [left; reflexivity|right; apply IH, J].
Qed.

Theorem all_among_in l m v : all_among l m = true -> In v l -> exists w, In w m /\ emb v = emb w :> list K.
Proof.
  intros E J. assert (J' : In v (Sorting.sort l)) by (apply (Permutation_in v (Sorting.Permuted_sort l)), J).
  destruct (without_repetition_in _ _ J') as (w & Jw & ->). destruct (among_in _ _ _ E Jw) as (w' & Jw' & ->). exists w'. split; trivial.
  apply without_repetition_incl in Jw'. exact (Permutation_in w' (Permutation_sym (Sorting.Permuted_sort m)) Jw').
Qed.
End Order.

(** ** The graph of a function on listed points *)

Definition vectors (ps : list (list Q)) : list vec := map vector ps.
Definition values (f : function) (ps : list (list Q)) : option (list vec) := sequence (map (zimage f) (vectors ps)).

Section Graph.
Variable K : ofield.

Lemma map_embQ ps : map emb (vectors ps) = map embQ ps :> list (list K).
Proof. unfold vectors. rewrite map_map. apply map_ext. intro. apply emb_vector. Qed.

Lemma values_ok f ps vs : values f ps = Some vs -> map (image f) (map embQ ps) = map emb vs :> list (list K).
Proof.
  unfold values. intro E. apply sequence_ok in E. rewrite <- map_embQ. revert vs E. induction (vectors ps) as [|x l IH]; intros [|v vs] E; try discriminate; trivial.
  cbn [map] in *. injection E as A B. rewrite (IH vs B). f_equal. apply emb_image, A.
Qed.

Lemma value_listed f ps vs p : values f ps = Some vs -> In p ps -> exists v, In v vs /\ image f (embQ p : list K) = emb v.
Proof.
  intros E J. apply (in_map (embQ (K := K))) in J. apply (in_map (image f)) in J. rewrite (values_ok _ _ _ E) in J. apply in_map_iff in J.
  destruct J as (v & F & J). exists v. auto.
Qed.

Lemma listed_value f ps vs v : values f ps = Some vs -> In v vs -> exists p, In p ps /\ image f (embQ p : list K) = emb v.
Proof.
  intros E J. apply (in_map (emb (K := K))) in J. rewrite <- (values_ok _ _ _ E) in J. apply in_map_iff in J. destruct J as (x & F & J).
  apply in_map_iff in J. destruct J as (p & <- & J). exists p. auto.
Qed.
End Graph.

Lemma NoDup_map_injective A B (g : A -> B) l x y : NoDup (map g l) -> In x l -> In y l -> g x = g y -> x = y.
Proof.
  induction l as [|a l IH]; intros N Jx Jy E; [destruct Jx|]. cbn [map] in N. inversion_clear N as [|? ? Na Nl].
  destruct Jx as [<-|Jx], Jy as [<-|Jy]; trivial; [exfalso; apply Na; rewrite E; apply in_map, Jy|exfalso; apply Na; rewrite <- E; apply in_map, Jx|auto].
Qed.

(** ** The rules *)

Definition Enumeration : rule := fun goal =>
  let computed D f (test : list (list Q) -> list vec -> bool) :=
    match points D with
    | Some ps => match values f ps with Some vs => given (test ps vs) [] | None => None end
    | None => None
    end in
  match goal with
  | Injective f D => computed D f (fun _ vs => different vs)
  | Surjective f D C =>
      match points C with
      | Some ys => computed D f (fun ps vs => forallb (contains D) ps && all_among (vectors ys) vs)
      | None => None
      end
  | MapsInto f D C => computed D f (fun _ vs => forallb (fun v => contains C (fractions v)) vs)
  | IsIdentity f D => computed D f (fun ps vs => forall2b same (vectors ps) vs)
  | Not (Reached f D y) => let v := vector y in computed D f (fun _ vs => negb (existsb (same v) vs))
  | _ => None
  end.

Theorem Enumeration_sound : sound Enumeration.
Proof.
  assert (Open : forall D f test gs, match points D with Some ps => match values f ps with Some vs => given (test ps vs) [] | None => None end | None => None end = Some gs ->
    exists ps vs, points D = Some ps /\ values f ps = Some vs /\ test ps vs = true).
  { intros D f test gs E. destruct (points D) as [ps|]; [|discriminate]. destruct (values f ps) as [vs|] eqn:V; [|discriminate].
    apply given_some in E. destruct E as (E & _). exists ps, vs. auto. }
  intros [f D|f D C| |f D C| |f D|[| | | |f D y| |]] gs E K _; try discriminate; cbn [Enumeration holds] in *.
  - destruct (Open _ _ _ _ E) as (ps & vs & P & V & T). intros x y Dx Dy F. apply (different_NoDup K) in T. rewrite <- (values_ok K _ _ _ V) in T.
    destruct (points_spec K D ps x P Dx) as (p & Jp & ->), (points_spec K D ps y P Dy) as (q & Jq & ->).
    apply (NoDup_map_injective _ _ (image f) (map embQ ps)); trivial; apply in_map; trivial.
  - destruct (points C) as [ys|] eqn:Y; [|discriminate]. destruct (Open _ _ _ _ E) as (ps & vs & P & V & T). apply andb_true_iff in T. destruct T as (I & T).
    rewrite forallb_forall in I. intros y Cy. destruct (points_spec K C ys y Y Cy) as (q & Jq & ->).
    destruct (all_among_in K _ _ (vector q) T (in_map vector _ _ Jq)) as (v & Jv & F). destruct (listed_value K _ _ _ _ V Jv) as (p & Jp & G).
    exists (embQ p). split; [apply contains_spec, I, Jp|]. rewrite G, <- F. apply emb_vector.
  - destruct (Open _ _ _ _ E) as (ps & vs & P & V & T). rewrite forallb_forall in T. intros x Dx. destruct (points_spec K D ps x P Dx) as (p & Jp & ->).
    destruct (value_listed K _ _ _ _ V Jp) as (v & Jv & ->). rewrite <- emb_fractions. apply contains_spec, T, Jv.
  - destruct (Open _ _ _ _ E) as (ps & vs & P & V & T). intros x Dx. destruct (points_spec K D ps x P Dx) as (p & Jp & ->).
    assert (W := values_ok K _ _ _ V). clear - T W Jp. unfold vectors in T. revert vs T W. induction ps as [|q ps IH]; intros [|v vs] T W; try discriminate; [destruct Jp|].
    cbn [map forall2b] in *. destruct (same (vector q) v) eqn:S; [|discriminate]. apply cons_inj in W. destruct W as (W & W').
    destruct Jp as [->|Jp]; [|exact (IH Jp vs T W')]. apply (same_spec K) in S. rewrite emb_vector in S. congruence.
  - destruct (Open _ _ _ _ E) as (ps & vs & P & V & T). apply negb_true_iff in T. intros (x & Dx & F). destruct (points_spec K D ps x P Dx) as (p & Jp & ->).
    destruct (value_listed K _ _ _ _ V Jp) as (v & Jv & G). assert (S : existsb (same (vector y)) vs = true); [|congruence].
    apply existsb_exists. exists v. split; trivial. apply (same_spec K). rewrite emb_vector. congruence.
Qed.

Definition ReachesEach : rule := fun goal =>
  match goal with
  | Surjective f D C =>
      match points C with Some ys => given (Z.of_nat (length ys) <=? 10000) (map (Reached f D) ys) | None => None end
  | _ => None
  end.

Theorem ReachesEach_sound : sound ReachesEach.
Proof.
  intros [|f D C| | | | |] gs E K H; try discriminate. cbn [ReachesEach] in E. destruct (points C) as [ys|] eqn:Y; [|discriminate].
  apply given_some in E. destruct E as (_ & ->).
  intros y Cy. destruct (points_spec K C ys y Y Cy) as (q & Jq & ->). rewrite Forall_forall in H. exact (H _ (in_map (Reached f D) _ _ Jq)).
Qed.

Definition ReachesAll (xs : list (list Q)) : rule := fun goal =>
  match goal with
  | Surjective f D C =>
      match points C, values f xs with
      | Some ys, Some vs => given (forallb (contains D) xs && all_among (vectors ys) vs) []
      | _, _ => None
      end
  | _ => None
  end.

Theorem ReachesAll_sound xs : sound (ReachesAll xs).
Proof.
  intros [|f D C| | | | |] gs E K _; try discriminate. cbn [ReachesAll] in E. destruct (points C) as [ys|] eqn:Y; [|discriminate].
  destruct (values f xs) as [vs|] eqn:V; [|discriminate]. apply given_some in E. destruct E as (E & _). apply andb_true_iff in E. destruct E as (I & T).
  rewrite forallb_forall in I. intros y Cy. destruct (points_spec K C ys y Y Cy) as (q & Jq & ->).
  destruct (all_among_in K _ _ (vector q) T (in_map vector _ _ Jq)) as (v & Jv & F). destruct (listed_value K _ _ _ _ V Jv) as (p & Jp & G).
  exists (embQ p). split; [apply contains_spec, I, Jp|]. rewrite G, <- F. apply emb_vector.
Qed.

Definition Moves (x : list Q) : rule := fun goal =>
  match goal with
  | Not (IsIdentity f D) =>
      given (contains D x && match zimage f (vector x) with Some v => negb (same v (vector x)) | None => false end) []
  | _ => None
  end.

Theorem Moves_sound x : sound (Moves x).
Proof.
  intros [| | | | | |[| | | | |f D|]] gs E K _; try discriminate. apply given_some in E. destruct E as (E & _).
  rewrite andb_true_iff, (contains_spec K) in E. destruct E as (Dx & E). destruct (zimage f (vector x)) as [v|] eqn:V; [|discriminate].
  apply (emb_image K) in V. intro I. specialize (I _ Dx). rewrite emb_vector in V. rewrite V, <- (emb_vector K x) in I. apply same_spec in I.
  rewrite I in E. discriminate.
Qed.

(** ** A label that is reached: its score is the largest, the first of them *)

Definition beaten (l : nat) (low : option Q) (j : nat) (i : interval) : bool :=
  (j =? l)%nat || match low, snd i with Some a, Some b => negb (Qle_bool a b) || (Qle_bool b a && (l <? j)%nat) | _, _ => false end.

Definition ReachesLabel (x : list Q) : rule := fun goal =>
  match goal with
  | Reached (Net f) D [label] =>
      match rev f with
      | Node Argmax [k] :: _ =>
          let sides := bounds (firstn k f) (map point_i x) in
          let l := Z.to_nat (Qnum label) in
          given ((k <? length f)%nat && contains D x && (Zpos (Qden label) =? 1) && (0 <=? Qnum label) && (l <? length sides)%nat &&
                 forallb (fun j => beaten l (fst (nth l sides line)) j (nth j sides line)) (seq 0 (length sides))) []
      | _ => None
      end
  | _ => None
  end.

Theorem ReachesLabel_sound x : sound (ReachesLabel x).
Proof.
  intros [| | | |[f|] D [|label [|? ?]]| |] gs E K _; try discriminate. cbn [ReachesLabel] in E.
  destruct (rev f) as [|[[| | | | | | |] [|k [|? ?]]] pre] eqn:R; try discriminate. apply given_some in E. destruct E as (E & _).
  rewrite !andb_true_iff, !Nat.ltb_lt, Z.eqb_eq, Z.leb_le, (contains_spec K), forallb_forall in E. destruct E as (((((Kl & Dx) & Dl) & Pl) & Ll) & B).
  exists (embQ x). split; trivial. cbn [image]. rewrite (value_argmax K f pre k (embQ x) R Kl).
  assert (F := bounds_ok K (firstn k f) _ _ (point_i_ok K x)). set (v := value (firstn k f) (embQ x : list K)) in *. set (sides := bounds _ _) in *.
  set (l := Z.to_nat (Qnum label)) in *. assert (L := Forall2_length _ _ _ _ _ F).
  assert (In_side : forall j, inside (nth j sides line) (nth j v k0)) by (intro j; apply Forall2_nth; [split; exact I|exact F]).
  assert (A : argmax v = l).
  { destruct (argmax_spec K v) as (M1 & M2).
    assert (Av : (argmax v < length v)%nat) by (apply argmax_below; intro X; rewrite X in L; simpl in L; lia).
    destruct (Nat.eq_dec (argmax v) l) as [|N]; trivial. exfalso.
    assert (X := B (argmax v) ltac:(apply in_seq; lia)). unfold beaten in X. apply orb_true_iff in X. destruct X as [X|X]; [apply Nat.eqb_eq in X; congruence|].
    assert (Il := In_side l). assert (Ia := In_side (argmax v)). destruct (nth l sides line) as ([a|] & hi); cbn [fst] in X; [|discriminate].
    destruct (nth (argmax v) sides line) as (lo & [b|]); cbn [snd] in X; [|discriminate]. destruct Il as (Il & _), Ia as (_ & Ia). cbn [fst snd above under] in Il, Ia.
    apply orb_true_iff in X. destruct X as [X|X].
    - apply negb_true_iff in X. assert (Q : ~ kle (inQ a) (inQ b : K)) by (rewrite <- (Qle_bool_spec K), X; discriminate).
      apply Q. apply (kle_trans _ _ _ _ Il). apply (kle_trans _ _ _ _ (M1 l ltac:(lia))). exact Ia.
    - apply andb_true_iff in X. destruct X as (X & Y). apply Nat.ltb_lt in Y. apply (Qle_bool_spec K) in X. apply (M2 l Y).
      apply (kle_trans _ _ _ _ Ia). apply (kle_trans _ _ _ _ X). exact Il. }
  rewrite A. cbn [embQ map]. f_equal. destruct label as [p d]. cbn [Qnum Qden] in *. assert (d = 1%positive) by lia. subst d.
  rewrite inQ_Z. f_equal. unfold l. lia.
Qed.
