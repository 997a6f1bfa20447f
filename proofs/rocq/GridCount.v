(** A finite grid has more points than the lattice of possible values has within the bounds of the outputs: GridCount (theorems/counting.py). *)
Require Import ZArith QArith Qround List Bool Lia Field.
From Bijection Require Import Maps OField Network Exact Domains Statements Intervals Hull Subsets Sizes.
Import ListNotations.
Open Scope Z_scope.

(** ** The denominator of a value does not depend on the numerators of the input *)

Definition is_pieces (s : activation) : bool := match s with Pieces _ _ => true | _ => false end.
Definition rational_valued (nd : node) : bool :=
  match does nd with Pointwise l => forallb (fun e => is_pieces (snd e)) l | Softmax _ => false | _ => true end.

Lemma sequence_total A (f : list (Z -> option A)) a : (forall g, In g f -> forall t, g t <> None) -> sequence (zip (fun s t => s t) f a) <> None.
Proof.
  revert a. induction f as [|g f IH]; intros [|t a] H; cbn [zip sequence]; try discriminate. destruct (g t) eqn:G; [|exfalso; exact (H g (or_introl eq_refl) t G)].
  specialize (IH a (fun g' J => H g' (or_intror J))). destruct (sequence _); [discriminate|congruence].
Qed.

Lemma snd_nth (xs ys : list vec) k : map snd xs = map snd ys -> snd (nth k xs ([], 1%positive)) = snd (nth k ys ([], 1%positive)).
Proof.
  revert ys k. induction xs as [|v xs IH]; intros [|w ys] k E; try discriminate; [reflexivity|]. cbn [map] in E.
  apply cons_inj in E. destruct E as (E & F). destruct k as [|k]; cbn [nth]; [exact E|apply IH, F].
Qed.

Lemma zapply_denominator nd (xs ys : list vec) v : rational_valued nd = true -> map snd xs = map snd ys -> zapply (does nd) xs = Some v ->
  exists w, zapply (does nd) ys = Some w /\ snd w = snd v.
Proof.
  intros R E. assert (D : forall k, snd (nth k xs ([], 1%positive)) = snd (nth k ys ([], 1%positive))).
  { intro k. apply snd_nth, E. }
  assert (D0 := D 0%nat). assert (D1 := D 1%nat). unfold rational_valued in R. unfold zapply.
  destruct (nth 0%nat xs ([], 1%positive)) as (a, d), (nth 0%nat ys ([], 1%positive)) as (b, e). cbn [snd] in D0. subst e. cbv iota beta.
  destruct (does nd) as [cols rows e|l| | | |groups|groups|]; try discriminate.
  - intro F. injection F as <-. eexists. split; reflexivity.
  - set (c := common _). set (fs := unroll (map (fun e0 => (fst e0, zactivate c (snd e0) (Zpos d))) l)).
    assert (T : sequence (zip (fun s t => s t) fs b) <> None).
    { apply sequence_total. intros g J. apply unroll_in in J. destruct J as (p & J & <-). apply in_map_iff in J. destruct J as (q & <- & J). rewrite forallb_forall in R.
      specialize (R q J). cbn [snd]. destruct (snd q); try discriminate. }
    destruct (sequence (zip _ fs a)) as [r|]; [|discriminate]. intro F. injection F as <-. destruct (sequence (zip _ fs b)) as [r'|]; [|congruence]. eexists. split; reflexivity.
  - rewrite E. intro F. injection F as <-. eexists. split; reflexivity.
  - rewrite E. intro F. injection F as <-. eexists. split; reflexivity.
  - destruct (nth 1%nat xs ([], 1%positive)) as (a', d'), (nth 1%nat ys ([], 1%positive)) as (b', e'). cbn [snd] in D1. subst e'. intro F. injection F as <-. eexists. split; reflexivity.
  - intro F. injection F as <-. eexists. split; reflexivity.
  - intro F. injection F as <-. eexists. split; reflexivity.
Qed.

Lemma zvalue_denominator f (x y : vec) v : forallb rational_valued f = true -> snd x = snd y -> zvalue f x = Some v -> exists w, zvalue f y = Some w /\ snd w = snd v.
Proof.
  intros R E. unfold zvalue. assert (G : forall (xs ys : list vec) r, map snd xs = map snd ys -> zrun f xs = Some r -> exists r', zrun f ys = Some r' /\ map snd r = map snd r').
  { clear x y v E. induction f as [|nd f IH]; intros xs ys r E F; cbn [zrun] in *; [injection F as <-; eauto|].
    cbn [forallb] in R. apply andb_true_iff in R. destruct R as (R1 & R2). destruct (zapply _ _) as [v|] eqn:A; [|discriminate].
    assert (M : map snd (map (fun j => nth j xs ([], 1%positive)) (inputs nd)) = map snd (map (fun j => nth j ys ([], 1%positive)) (inputs nd))).
    { rewrite !map_map. apply map_ext. intro j. apply snd_nth, E. }
    destruct (zapply_denominator nd _ _ v R1 M A) as (w & B & S). rewrite B. apply (IH R2 (xs ++ [v])); trivial. rewrite !map_app. f_equal; [exact E|]. cbn [map]. f_equal. symmetry. exact S. }
  destruct (zrun f [x]) as [r|] eqn:F; [|discriminate]. intro H. injection H as <-. destruct (G [x] [y] r) as (r' & F' & M); [cbn [map]; f_equal; exact E|exact F|].
  rewrite F'. eexists. split; [reflexivity|]. clear - M. revert r' M. induction r as [|a [|b r] IH]; intros [|a' [|b' r']] M; try discriminate; [reflexivity|cbn [map last] in *; apply cons_inj in M; symmetry; apply M|].
  apply (IH (b' :: r')). apply cons_inj in M. apply M.
Qed.

(** ** The rule *)

Definition lattice_points (q : positive) (i : interval) : option Z :=
  match i with
  | (Some a, Some b) => Some (Z.max 0 (Qfloor (b * inject_Z (Zpos q)) + Qfloor (- a * inject_Z (Zpos q)) + 1))
  | _ => None
  end.

Definition GridCount : rule := fun goal =>
  match goal with
  | Not (Injective (Net f) (Grid axes)) =>
      let d := common (map (fun s => Qden (fst (fst s))) axes ++ map (fun s => Qden (snd s)) axes) in
      match zvalue f (map (fun s => scale d (fst (fst s))) axes, d), hull (Grid axes), cardinality (Grid axes) with
      | Some v, Some sides, Some (Finitely n) =>
          match product_of (map (lattice_points (snd v)) (bounds f sides)) with
          | Some (Finitely m) => given (forallb rational_valued f && (m <? n)) []
          | _ => None
          end
      | _, _, _ => None
      end
  | _ => None
  end.

Section Sound.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Local Notation inQ := (@OField.inQ K).
Local Notation inZ := (@OField.inZ K).

Lemma floor_spec z (q : positive) b : inZ z / inZ (Zpos q) <= inQ b <-> (z <= Qfloor (b * inject_Z (Zpos q)))%Z.
Proof.
  unfold OField.inQ. rewrite <- frac_le by lia. split; intro H.
  - rewrite <- (Qfloor_Z z). apply Qfloor_resp_le. unfold Qle, Qmult, inject_Z. cbn [Qnum Qden]. rewrite Pos.mul_1_r. lia.
  - assert (G : (inject_Z z <= b * inject_Z (Zpos q))%Q). { eapply Qle_trans; [|apply Qfloor_le]. rewrite <- Zle_Qle. exact H. }
    unfold Qle, Qmult, inject_Z in G. cbn [Qnum Qden] in G. rewrite Pos.mul_1_r in G. lia.
Qed.

Definition on_lattice (q : positive) (i : interval) (t : K) : Prop := inside i t /\ exists z, t = inZ z / inZ (Zpos q).

Lemma lattice_sized q i n : lattice_points q i = Some n -> sized K (on_lattice q i) n.
Proof.
  destruct i as ([a|], [b|]); try discriminate. unfold lattice_points. set (u := Qfloor (b * _)). set (v := Qfloor (- a * _)). intro E. apply some_inj in E. subst n.
  assert (Nq := den_ne K q). replace (u + v + 1)%Z with (u + 1 - - v)%Z by ring. apply (sized_range K _ (fun k => inZ k / inZ (Zpos q)) (- v)).
  - intros k l E. apply frac_eq in E; try lia. apply Z.mul_cancel_r in E; [exact E|discriminate].
  - assert (B : forall k, inside (Some a, Some b) (inZ k / inZ (Zpos q)) <-> (- v <= k <= u)%Z).
    { intro k. unfold inside. cbn [fst snd above under]. rewrite floor_spec. fold u.
      assert (O : inQ a <= inZ k / inZ (Zpos q) <-> (- v <= k)%Z); [|rewrite O; reflexivity].
      transitivity (- k <= v)%Z; [|lia]. unfold v. rewrite <- floor_spec, inZ_opp, inQ_opp.
      replace (- inZ k / inZ (Zpos q)) with (- (inZ k / inZ (Zpos q))) by (field; exact Nq). split; intro H; [apply opp_le, H|].
      apply opp_le in H. replace (- - inQ a) with (inQ a) in H by ring. replace (- - (inZ k / inZ (Zpos q))) with (inZ k / inZ (Zpos q)) in H by ring. exact H. }
    intro t. split.
    + intros (I & k & ->). exists k. split; [|reflexivity]. apply B in I. lia.
    + intros (k & L & ->). split; [apply B; lia|]. exists k. reflexivity.
Qed.

Lemma grid_vector axes d (x : list K) : covers d (map (fun s => Qden (fst (fst s))) axes) -> covers d (map (fun s => Qden (snd s)) axes) ->
  Forall2 on_axis axes x -> exists a, x = emb (a, d).
Proof.
  intros Cl Cs F. induction F as [|((low, high), st) t axes x (k & _ & E & _) F IH]; [exists []; reflexivity|].
  destruct IH as (a & ->); [intros e J; apply Cl; simpl; auto|intros e J; apply Cs; simpl; auto|].
  exists ((scale d low + k * scale d st)%Z :: a). change (emb ((scale d low + k * scale d st)%Z :: a, d)) with (inZ (scale d low + k * scale d st) / inZ (Zpos d) :: emb (a, d) : list K).
  apply (f_equal2 cons); [|reflexivity]. rewrite E, inZ_add, inZ_mul.
  rewrite (scale_ok K d low) by (apply Cl; simpl; auto). rewrite (scale_ok K d st) by (apply Cs; simpl; auto). field. apply den_ne.
Qed.
End Sound.

Theorem GridCount_sound : sound GridCount.
Proof.
  intros [| | | | | |[[f|] D| | | | | |]] gs E K _; try discriminate. destruct D as [| | | |axes| | | |]; try discriminate. cbn [GridCount] in E. cbv zeta in E.
  set (d := common _) in *. destruct (zvalue f _) as [v|] eqn:V; [|discriminate]. destruct (hull (Grid axes)) as [sides|] eqn:H; [|discriminate].
  destruct (cardinality (Grid axes)) as [[n| |]|] eqn:C; try discriminate. destruct (product_of (map (lattice_points (snd v)) (bounds f sides))) as [[m| |]|] eqn:P; try discriminate.
  apply given_some in E. destruct E as (E & _). apply andb_true_iff in E. destruct E as (R & L). apply Z.ltb_lt in L.
  destruct (finitely K _ _ C) as (k & S & Lk). destruct (sized_product K _ (on_lattice K (snd v)) (lattice_points (snd v)) (bounds f sides) _ (fun i j _ => lattice_sized K (snd v) i j) P) as (z & Ez & l & Sl & Ll).
  injection Ez as ->. apply (pigeonhole _ _ _ (fun y => Forall2 (on_lattice K (snd v)) (bounds f sides) y) _ k l S Sl); [|lia].
  intros x Dx. cbn [image]. assert (B := bounds_ok K f sides x (hull_ok K _ sides x H Dx)).
  destruct (grid_vector K axes d x) as (a & ->); [intros e J; apply common_multiple, in_or_app; auto|intros e J; apply common_multiple, in_or_app; auto|exact Dx|].
  destruct (zvalue_denominator f (map (fun s => scale d (fst (fst s))) axes, d) (a, d) v R eq_refl V) as (w & W & Sw). apply (emb_value K) in W. rewrite W in B |- *. clear - B Sw.
  rewrite <- Sw. destruct w as (b, q). cbn [snd]. revert B. generalize (bounds f sides). clear. induction b as [|t b IH]; intros ss B.
  - inversion B. constructor.
  - change (emb (t :: b, q)) with (kdiv (inZ t) (inZ (Zpos q)) :: emb (b, q) : list K) in *. inversion B as [|i ? ss' ? I B' E1 E2]. constructor.
    + split; [exact I|]. exists t. reflexivity.
    + apply IH, B'.
Qed.
