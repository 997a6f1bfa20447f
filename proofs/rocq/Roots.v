(** Cells whose union is the domain (Subdivision.roots in proofs/subdivision.py): a box by its corners, R^n by its orthants, a polytope by
    what it has in common with each orthant. *)
Require Import ZArith QArith List Bool Lia Field.
From Bijection Require Import OField Network Exact Domains Intervals Rank Affine Cones Walls Homogeneous Cells Cutting CellTree.
Import ListNotations.
Open Scope Z_scope.

Notation rays := (list (list Z * list bool)).

(** Corners and which of the walls x >= lower, x <= upper of each axis they lie in. *)
Fixpoint corners (sides : list (Q * Q)) : list (list Q * list bool) :=
  match sides with
  | [] => [([], [])]
  | (l, u) :: r =>
      let rest := corners r in
      if Qeq_bool l u then map (fun c => (l :: fst c, true :: true :: snd c)) rest
      else map (fun c => (l :: fst c, true :: false :: snd c)) rest ++ map (fun c => (u :: fst c, false :: true :: snd c)) rest
  end.
Definition box_rays (sides : list (Q * Q)) : rays := map (fun c => let '(a, d) := vector (fst c) in (Zpos d :: a, false :: snd c)) (corners sides).

(** The orthant with these signs: the origin, and a direction for each axis. *)
Definition orthant_rays (ss : list Z) : rays :=
  let n := length ss in
  (1 :: map (fun _ => 0) (seq 0 n), false :: map (fun _ => true) (seq 0 n)) ::
  map (fun i => (0 :: map (fun j => if Nat.eqb j i then nth i ss 0 else 0) (seq 0 n), true :: map (fun j => negb (Nat.eqb j i)) (seq 0 n))) (seq 0 n).
Fixpoint all_signs (n : nat) : list (list Z) :=
  match n with O => [[]] | S k => map (cons 1) (all_signs k) ++ map (cons (-1)) (all_signs k) end.

(** b w - <a, x> in integers. *)
Definition side_form (s : list Q * Q) : list Z := fst (vector (snd s :: map Qopp (fst s))).

Fixpoint clip (f : network) (n : nat) (c : cell) (forms : list (list Z)) : option cell :=
  match forms with
  | [] => Some c
  | h :: r =>
      if forallb (Z.eqb 0) h then clip f n c r
      else match cut f n (fun g => (zdot h (ray g), 1%positive)) c with Some (a, _) => clip f n a r | None => None end
  end.

Definition roots (f : network) (n : nat) (d : domain) : option (list cell) :=
  match d with
  | Box sides =>
      if forallb (fun s => Qle_bool (fst s) (snd s)) sides then match generate_all f n (box_rays sides) with Some c => Some [c] | None => None end else None
  | Reals _ => sequence (map (fun ss => generate_all f n (orthant_rays ss)) (all_signs n))
  | Polytope _ sides =>
      sequence (map (fun ss => match generate_all f n (orthant_rays ss) with Some c => clip f n c (map side_form sides) | None => None end) (all_signs n))
  | _ => None
  end.

Section Sound.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Local Notation inQ := (@OField.inQ K).
Local Notation inZ := (@OField.inZ K).
Variable f : network.
Variable n : nat.
Notation N := (S n).
Notation vector_of := (nat -> K).
Notation at_ray := (at_ray K).
Notation at_g := (at_g K).
Local Notation "a · v" := (dot N a v) (at level 40).

Definition place (x : list K) : vector_of := fun i => match i with O => 1 | S k => nth k x 0 end.
Definition unit_at (j : nat) : vector_of := fun k => if Nat.eqb k j then 1 else 0.

Definition cell_ok (c : cell) : Prop := (forall g bs, In (g, bs) c -> valid f n g) /\ exists ws, described N ws (ghost K c).

Lemma described_rays ws (l : rays) c : generate_all f n l = Some c -> (forall t bs, In (t, bs) l -> marked N ws (at_ray t) bs) ->
  (forall v, inside_walls N ws v -> cone N (fun w => exists t bs, In (t, bs) l /\ w = at_ray t) v) -> (forall v, (forall a, In a ws -> a · v = 0) -> is_zero N v) ->
  (forall g bs, In (g, bs) c -> valid f n g) /\ described N ws (ghost K c).
Proof.
  intros G M S P. destruct (generate_all_ok f n l c G) as (Gv & Gr). split; [intros g bs I; apply (Gv g bs I)|]. constructor; trivial.
  - intros v bs I. apply in_map_iff in I. destruct I as ((g, bs') & E & I). injection E as <- <-. apply M, (Gv g bs' I).
  - intros v Iv. apply (cone_within K N _ _) with (2 := S v Iv). intros w (t & bs & I & ->). apply cone_self.
    destruct (Gr t) as (g & bs' & I' & <-). { apply in_map_iff. exists (t, bs). auto. } exists bs'. apply in_map_iff. exists (g, bs'). auto.
Qed.

Lemma Forall2_seq A B (P : A -> B -> Prop) (F : nat -> A) (H : nat -> B) l : (forall i, In i l -> P (F i) (H i)) -> Forall2 P (map F l) (map H l).
Proof. induction l as [|i l IH]; intro X; cbn [map]; constructor; [apply X; simpl; auto|apply IH; intros; apply X; simpl; auto]. Qed.

Lemma at_map (F : nat -> Z) i : (i < n)%nat -> nth i (map F (seq 0 n)) 0%Z = F i.
Proof.
  intro L. rewrite (nth_indep _ 0%Z (F O)) by (rewrite map_length, seq_length; exact L). rewrite map_nth, seq_nth by exact L. reflexivity.
Qed.

(** ** Boxes *)

Fixpoint box_walls (i : nat) (sides : list (Q * Q)) : list vector_of :=
  match sides with
  | [] => []
  | (l, u) :: r => (fun k => 1 * unit_at (S i) k + - inQ l * first k) :: (fun k => inQ u * first k + - (1) * unit_at (S i) k) :: box_walls (S i) r
  end.

Lemma dot_lower i q v : (i < n)%nat -> (fun k => 1 * unit_at (S i) k + - q * first k) · v = v (S i) - q * v O.
Proof. intro L. rewrite (dot_left K N 1 (unit_at (S i)) (- q) first), dot_first. unfold unit_at. rewrite dot_unit by lia. ring. Qed.
Lemma dot_upper i q v : (i < n)%nat -> (fun k => q * first k + - (1) * unit_at (S i) k) · v = q * v O - v (S i).
Proof. intro L. rewrite (dot_left K N q first (- (1)) (unit_at (S i))), dot_first. unfold unit_at. rewrite dot_unit by lia. ring. Qed.

Lemma corner_marked sides : forall i c b v D, In (c, b) (corners sides) -> forallb (fun s => Qle_bool (fst s) (snd s)) sides = true -> 0 < D -> v O = D ->
  (i + length sides <= n)%nat -> (forall k, (k < length sides)%nat -> v (S (i + k)) = D * nth k (embQ c) 0) -> marked N (box_walls i sides) v b.
Proof.
  induction sides as [|(l, u) sides IH]; intros i c b v D I Le PD V0 L V; cbn [corners] in I.
  { destruct I as [I|[]]. injection I as <- <-. constructor. }
  cbn [forallb fst snd] in Le. apply andb_true_iff in Le. destruct Le as (Lu & Le). apply (Qle_bool_spec K) in Lu. cbn [length] in L.
  assert (Tail : forall q c' b', c = q :: c' -> In (c', b') (corners sides) -> marked N (box_walls (S i) sides) v b').
  { intros q c' b' -> J. apply (IH (S i) c' b' v D J Le PD V0); [lia|]. intros k Lk. replace (S (S i + k)) with (S (i + S k)) by lia. rewrite V by (cbn [length]; lia). reflexivity. }
  assert (Head : forall q c', c = q :: c' -> v (S i) = D * inQ q). { intros q c' ->. specialize (V O). rewrite Nat.add_0_r in V. rewrite V by (cbn [length]; lia). reflexivity. }
  assert (Low : forall q c', c = q :: c' -> inQ l <= inQ q -> 0 <= (fun k => 1 * unit_at (S i) k + - inQ l * first k) · v /\ ((fun k => 1 * unit_at (S i) k + - inQ l * first k) · v = 0 -> inQ q = inQ l)).
  { intros q c' Ec Lq. rewrite dot_lower by lia. rewrite (Head q c' Ec), V0. split.
    - replace (D * inQ q - inQ l * D) with (D * (inQ q - inQ l)) by ring. apply kmul_nonneg; [apply lt_le, PD|apply (proj1 (le_diff K _ _)), Lq].
    - intro Z0. apply (mul_cancel K D); [apply pos_ne, PD|]. replace (D * inQ q) with (D * inQ q - inQ l * D + D * inQ l) by ring. rewrite Z0. ring. }
  assert (High : forall q c', c = q :: c' -> inQ q <= inQ u -> 0 <= (fun k => inQ u * first k + - (1) * unit_at (S i) k) · v /\ ((fun k => inQ u * first k + - (1) * unit_at (S i) k) · v = 0 -> inQ q = inQ u)).
  { intros q c' Ec Lq. rewrite dot_upper by lia. rewrite (Head q c' Ec), V0. split.
    - replace (inQ u * D - D * inQ q) with (D * (inQ u - inQ q)) by ring. apply kmul_nonneg; [apply lt_le, PD|apply (proj1 (le_diff K _ _)), Lq].
    - intro Z0. apply (mul_cancel K D); [apply pos_ne, PD|]. replace (D * inQ u) with (inQ u * D - D * inQ q + D * inQ q) by ring. rewrite Z0. ring. }
  cbn [box_walls]. destruct (Qeq_bool l u) eqn:Q.
  - apply (Qeq_bool_spec K) in Q. apply in_map_iff in I. destruct I as ((c', b') & E & J). cbn [fst snd] in E. injection E as <- <-.
    constructor; [|constructor; [|apply (Tail l c' b' eq_refl J)]]; (split; [|reflexivity]); [apply (Low l c'); trivial; apply le_refl|apply (High l c'); trivial].
  - assert (Ne : inQ l <> inQ u) by (intro E; apply (Qeq_bool_spec K) in E; congruence).
    apply in_app_iff in I. destruct I as [I|I]; apply in_map_iff in I; destruct I as ((c', b') & E & J); cbn [fst snd] in E; injection E as <- <-.
    + constructor; [|constructor; [|apply (Tail l c' b' eq_refl J)]].
      * split; [apply (Low l c'); trivial; apply le_refl|reflexivity].
      * destruct (High l c' eq_refl Lu) as (P & X). split; [exact P|]. intro Z0. exfalso. apply Ne, X, Z0.
    + constructor; [|constructor; [|apply (Tail u c' b' eq_refl J)]].
      * destruct (Low u c' eq_refl Lu) as (P & X). split; [exact P|]. intro Z0. exfalso. apply Ne. symmetry. apply X, Z0.
      * split; [apply (High u c'); trivial; apply le_refl|reflexivity].
Qed.

Lemma corner_exists sides (y : nat -> K) : (forall i s, nth_error sides i = Some s -> y i = inQ (fst s) \/ y i = inQ (snd s)) ->
  exists c b, In (c, b) (corners sides) /\ length c = length sides /\ forall i, (i < length sides)%nat -> nth i (embQ c) 0 = y i.
Proof.
  revert y. induction sides as [|(l, u) sides IH]; intros y H; cbn [corners].
  { exists [], []. split; [simpl; auto|]. split; [reflexivity|]. intros i Li. cbn [length] in Li. lia. }
  destruct (IH (fun i => y (S i))) as (c & b & I & Lc & E). { intros i s Es. exact (H (S i) s Es). }
  assert (Next : forall q, inQ q = y O -> length (q :: c) = length ((l, u) :: sides) /\ forall i, (i < length ((l, u) :: sides))%nat -> nth i (embQ (q :: c)) 0 = y i).
  { intros q Eq. split; [cbn [length]; congruence|]. intros [|i] Li; [exact Eq|]. cbn [length] in Li. apply (E i). lia. }
  destruct (H O (l, u) eq_refl) as [Y|Y]; cbn [fst snd] in Y; destruct (Qeq_bool l u) eqn:Q.
  - exists (l :: c), (true :: true :: b). split; [apply in_map_iff; exists (c, b); auto|apply Next; auto].
  - exists (l :: c), (true :: false :: b). split; [apply in_app_iff; left; apply in_map_iff; exists (c, b); auto|apply Next; auto].
  - apply (Qeq_bool_spec K) in Q. exists (l :: c), (true :: true :: b). split; [apply in_map_iff; exists (c, b); auto|apply Next; congruence].
  - exists (u :: c), (false :: true :: b). split; [apply in_app_iff; right; apply in_map_iff; exists (c, b); auto|apply Next; auto].
Qed.

Lemma corner_ray c : let '(a, d) := vector c in forall i, at_ray (Zpos d :: a) i = inZ (Zpos d) * place (embQ c) i.
Proof.
  assert (E := emb_vector K c). destruct (vector c) as (a, d). intros [|i]; unfold Cells.at_ray, place; cbn [nth]; [ring|].
  rewrite <- E. rewrite (emb_nth K a d i : nth i (emb (a, d)) 0 = _). field. apply den_ne.
Qed.

Lemma box_wall_in sides : forall i k s, nth_error sides k = Some s ->
  In (fun j => 1 * unit_at (S (i + k)) j + - inQ (fst s) * first j) (box_walls i sides) /\ In (fun j => inQ (snd s) * first j + - (1) * unit_at (S (i + k)) j) (box_walls i sides).
Proof.
  induction sides as [|(l, u) sides IH]; intros i [|k] s E; try discriminate; cbn [nth_error box_walls] in *.
  - injection E as <-. rewrite Nat.add_0_r. cbn [fst snd]. simpl. auto.
  - destruct (IH (S i) k s E) as (A & B). replace (i + S k)%nat with (S i + k)%nat by lia. simpl. auto.
Qed.

Lemma box_ok sides c : length sides = n -> forallb (fun s => Qle_bool (fst s) (snd s)) sides = true -> generate_all f n (box_rays sides) = Some c ->
  cell_ok c /\ forall x, Forall2 between sides x -> cone N (spans K (map fst c)) (place x).
Proof.
  intros L Le G. set (ws := first :: box_walls 0 sides).
  assert (X : (forall g bs, In (g, bs) c -> valid f n g) /\ described N ws (ghost K c)).
  { apply (described_rays ws (box_rays sides) c G).
    - intros t bs I. apply in_map_iff in I. destruct I as ((q, b) & E & I). cbn [fst snd] in E. assert (R := corner_ray q). destruct (vector q) as (a, d). injection E as <- <-.
      assert (V0 : at_ray (Zpos d :: a) O = inZ (Zpos d)) by reflexivity. constructor.
      + rewrite dot_first, V0. split; [apply lt_le, den_pos|]. intro Z0. exfalso. exact (den_ne K d Z0).
      + apply (corner_marked sides O q b _ (inZ (Zpos d))); trivial; [apply den_pos|lia|]. intros k Lk. rewrite R. reflexivity.
    - (* every point between the walls is a mean of corners: one coordinate after the other is moved to its ends *)
      assert (Step : forall k v, (k <= n)%nat -> 0 <= v O -> (forall i s, nth_error sides i = Some s -> inQ (fst s) * v O <= v (S i) /\ v (S i) <= inQ (snd s) * v O) ->
        (forall i s, (k <= i)%nat -> nth_error sides i = Some s -> v (S i) = inQ (fst s) * v O \/ v (S i) = inQ (snd s) * v O) ->
        cone N (fun w => exists t bs, In (t, bs) (box_rays sides) /\ w = at_ray t) v).
      { induction k as [|k IH]; intros v Lk W B E.
        - set (y := fun i => match nth_error sides i with Some s => if eq_dec K (v (S i)) (inQ (fst s) * v O) then inQ (fst s) else inQ (snd s) | None => 0 end).
          destruct (corner_exists sides y) as (q & b & I & Lq & Ey).
          { intros i s Es. unfold y. rewrite Es. destruct (eq_dec K _ _); auto. }
          assert (R := corner_ray q). assert (J : In (let '(a, d) := vector q in (Zpos d :: a, false :: b)) (box_rays sides)).
          { apply in_map_iff. exists (q, b). split; trivial. }
          destruct (vector q) as (a, d). apply (cone_times K N _ (v O / inZ (Zpos d)) (at_ray (Zpos d :: a))).
          + rewrite div_eq_mul. apply kmul_nonneg; trivial. apply lt_le, inv_pos, den_pos.
          + apply cone_self. eauto.
          + intros i Li. rewrite R. destruct i as [|i]; cbn [place]; [field; apply den_ne|]. rewrite Ey by lia. unfold y.
            destruct (nth_error sides i) as [s|] eqn:Es; [|apply nth_error_None in Es; lia]. destruct (E i s (Nat.le_0_l i) Es) as [X|X]; destruct (eq_dec K _ _) as [Y|Y]; try (field_simplify; [|apply den_ne]);
              try (rewrite Y; field; apply den_ne); try (rewrite X; field; apply den_ne); contradiction.
        - destruct (nth_error sides k) as [(l, u)|] eqn:Es; [|apply nth_error_None in Es; lia]. destruct (B k (l, u) Es) as (B1 & B2). cbn [fst snd] in B1, B2.
          destruct (eq_dec K (v O) 0) as [W0|Nw].
          { apply cone_zero. intros [|i] Li; [exact W0|]. destruct (nth_error sides i) as [s|] eqn:Ei; [|apply nth_error_None in Ei; lia]. destruct (B i s Ei) as (C1 & C2).
            rewrite W0 in C1, C2. apply kle_antisym; [replace (0:K) with (inQ (snd s) * 0) by ring; exact C2|replace (0:K) with (inQ (fst s) * 0) by ring; exact C1]. }
          assert (Pw : 0 < v O) by (intro F; apply Nw, kle_antisym; trivial).
          destruct (eq_dec K (inQ l) (inQ u)) as [Lu|Nlu].
          { apply IH; trivial; [lia|]. intros i s Li Ei. destruct (Nat.eq_dec i k) as [->|Nk]; [|apply E; [lia|exact Ei]]. rewrite Es in Ei. injection Ei as <-. cbn [fst snd]. left.
            apply kle_antisym; trivial. rewrite Lu. exact B2. }
          assert (Plu : 0 < (inQ u - inQ l) * v O).
          { apply mul_pos; trivial. apply (proj1 (lt_diff K _ _)). intro F. apply Nlu. apply kle_antisym; trivial.
            apply mul_le_cancel with (v O); trivial. replace (v O * inQ l) with (inQ l * v O) by ring. replace (v O * inQ u) with (inQ u * v O) by ring. apply kle_trans with (v (S k)); trivial. }
          assert (Nd := pos_ne K _ Plu). assert (Ne2 : inQ u - inQ l <> 0) by (intro F; apply Nd; rewrite F; ring).
          set (p := fun (q : Q) i => if Nat.eqb i (S k) then inQ q * v O else v i).
          assert (P0 : forall q, p q O = v O) by reflexivity.
          assert (Cp : forall q, q = l \/ q = u -> cone N (fun w => exists t bs, In (t, bs) (box_rays sides) /\ w = at_ray t) (p q)).
          { intros q Hq. apply IH; [lia|exact W| |].
            - intros i s Ei. rewrite P0. unfold p. destruct (Nat.eqb_spec (S i) (S k)) as [X|X]; [|apply B, Ei]. injection X as ->. rewrite Es in Ei. injection Ei as <-. cbn [fst snd].
              destruct Hq as [->| ->]; split; try apply le_refl; apply kle_trans with (v (S k)); trivial.
            - intros i s Li Ei. rewrite P0. unfold p. destruct (Nat.eqb_spec (S i) (S k)) as [X|X]; [|apply E; [lia|exact Ei]]. injection X as ->. rewrite Es in Ei. injection Ei as <-. cbn [fst snd].
              destruct Hq as [->| ->]; auto. }
          apply (cone_combines K N _ ((inQ u * v O - v (S k)) / ((inQ u - inQ l) * v O)) (p l) ((v (S k) - inQ l * v O) / ((inQ u - inQ l) * v O)) (p u)); auto.
          + rewrite div_eq_mul. apply kmul_nonneg; [apply (proj1 (le_diff K _ _)), B2|apply lt_le, inv_pos, Plu].
          + rewrite div_eq_mul. apply kmul_nonneg; [apply (proj1 (le_diff K _ _)), B1|apply lt_le, inv_pos, Plu].
          + intros i Li. unfold p. destruct (Nat.eqb_spec i (S k)) as [->|X]; field; split; trivial. }
      intros v Iv. apply (Step n v); trivial.
      + rewrite <- (dot_first K n v). apply Iv. simpl. auto.
      + intros i s Es. assert (Li : (i < n)%nat) by (rewrite <- L; apply nth_error_Some; congruence). destruct (box_wall_in sides O i s Es) as (A & B). cbn [Nat.add] in A, B.
        assert (A' := Iv _ (or_intror A)). assert (B' := Iv _ (or_intror B)). rewrite dot_lower in A' by exact Li. rewrite dot_upper in B' by exact Li.
        split; apply (proj2 (le_diff K _ _)); trivial.
      + intros i s Li Es. assert (i < n)%nat by (rewrite <- L; apply nth_error_Some; congruence). lia.
    - intros v Z0. assert (W : v O = 0) by (rewrite <- (dot_first K n v); apply Z0; simpl; auto). intros [|i] Li; [exact W|].
      destruct (nth_error sides i) as [s|] eqn:Es; [|apply nth_error_None in Es; lia]. destruct (box_wall_in sides O i s Es) as (A & _). cbn [Nat.add] in A.
      assert (A' := Z0 _ (or_intror A)). rewrite dot_lower, W in A' by lia. replace (v (S i)) with (v (S i) - inQ (fst s) * 0) by ring. exact A'. }
  destruct X as (V & D). split; [split; [exact V|exists ws; exact D]|]. intros x Mx.
  assert (Iv : inside_walls N ws (place x)).
  { intros a [<-|Ia]; [rewrite dot_first; apply zero_le_one|].
    assert (B : forall sides i a, (i + length sides <= n)%nat -> (forall k s, nth_error sides k = Some s -> between s (nth (i + k) x 0)) -> In a (box_walls i sides) -> 0 <= a · place x).
    { clear. induction sides as [|(l, u) sides IH]; intros i a Li H I; cbn [box_walls length] in *; [destruct I|]. assert (H0 := H O (l, u) eq_refl). rewrite Nat.add_0_r in H0. destruct H0 as (H1 & H2). cbn [fst snd] in *.
      destruct I as [<-|[<-|I]].
      - rewrite dot_lower by lia. cbn [place]. replace (nth i x 0 - inQ l * 1) with (nth i x 0 - inQ l) by ring. apply (proj1 (le_diff K _ _)), H1.
      - rewrite dot_upper by lia. cbn [place]. replace (inQ u * 1 - nth i x 0) with (inQ u - nth i x 0) by ring. apply (proj1 (le_diff K _ _)), H2.
      - apply (IH (S i) a); trivial; [lia|]. intros k s Es. replace (S i + k)%nat with (i + S k)%nat by lia. apply H, Es. }
    apply (B sides O a); trivial; [lia|]. intros k s Es. cbn [Nat.add]. clear - Mx Es. revert k Es. induction Mx as [|s' t sides x H Mx IH]; intros [|k] Es; try discriminate; cbn [nth_error nth] in *; [injection Es as <-; exact H|apply IH, Es]. }
  apply (cone_within K N _ _) with (2 := spanned _ _ _ _ D (place x) Iv).
  intros w (bs & I). apply in_map_iff in I. destruct I as ((g, bs') & E & I). injection E as <- _. apply cone_self. exists g. split; [|reflexivity]. apply in_map_iff. exists (g, bs'). auto.
Qed.

(** ** Orthants *)

Definition orthant_walls (ss : list Z) : list vector_of := first :: map (fun j k => inZ (nth j ss 0%Z) * unit_at (S j) k + 0 * first k) (seq 0 n).

Lemma dot_axis ss j v : (j < n)%nat -> (fun k => inZ (nth j ss 0%Z) * unit_at (S j) k + 0 * first k) · v = inZ (nth j ss 0%Z) * v (S j).
Proof. intro L. rewrite (dot_left K N (inZ (nth j ss 0%Z)) (unit_at (S j)) 0 first). unfold unit_at. rewrite dot_unit by lia. ring. Qed.

Lemma orthant_described ss c : length ss = n -> (forall j, (j < n)%nat -> nth j ss 0%Z = 1%Z \/ nth j ss 0%Z = (-1)%Z) -> generate_all f n (orthant_rays ss) = Some c ->
  (forall g bs, In (g, bs) c -> valid f n g) /\ described N (orthant_walls ss) (ghost K c).
Proof.
  intros L S G. assert (Sq : forall j, (j < n)%nat -> inZ (nth j ss 0%Z) * inZ (nth j ss 0%Z) = 1 :> K).
  { intros j Lj. rewrite <- inZ_mul, <- inZ_1. f_equal. destruct (S j Lj) as [->| ->]; reflexivity. }
  unfold orthant_rays in G. rewrite L in G. apply (described_rays (orthant_walls ss) _ c G).
  - intros t bs [I|I].
    + injection I as <- <-. constructor; [rewrite dot_first; split; [apply zero_le_one|intro E; exfalso; exact (one_ne_zero K E)]|]. apply Forall2_seq. intros j J. apply in_seq in J.
      rewrite dot_axis by lia. unfold Cells.at_ray. cbn [nth]. rewrite at_map by lia. rewrite inZ_0. split; [apply eq_le; ring|reflexivity].
    + apply in_map_iff in I. destruct I as (i & E & I). injection E as <- <-. apply in_seq in I. constructor; [rewrite dot_first; split; [apply eq_le; reflexivity|reflexivity]|].
      apply Forall2_seq. intros j J. apply in_seq in J. rewrite dot_axis by lia. unfold Cells.at_ray. cbn [nth]. rewrite at_map by lia. destruct (Nat.eqb_spec j i) as [->|Ne].
      * rewrite Sq by lia. split; [apply zero_le_one|]. intro E. exfalso. exact (one_ne_zero K E).
      * rewrite inZ_0. split; [apply eq_le; ring|reflexivity].
  - set (l := (1%Z :: _, _) :: _). intros v Iv.
    assert (W : 0 <= v O) by (rewrite <- (dot_first K n v); apply Iv; left; reflexivity).
    assert (Ax : forall j, (j < n)%nat -> 0 <= inZ (nth j ss 0%Z) * v (Datatypes.S j)).
    { intros j Lj. rewrite <- (dot_axis ss j v Lj). apply Iv. right. apply in_map_iff. exists j. split; [reflexivity|]. apply in_seq. lia. }
    assert (Step : forall k u, (k <= n)%nat -> u O = v O -> (forall j, (j < n)%nat -> u (Datatypes.S j) = if (j <? k)%nat then v (Datatypes.S j) else 0) -> cone N (fun w => exists t bs, In (t, bs) l /\ w = at_ray t) u).
    { induction k as [|k IH]; intros u Lk U0 U.
      - apply (cone_times K N _ (v O) (at_ray (1%Z :: map (fun _ => 0%Z) (seq 0 n)))); trivial.
        + apply cone_self. eexists. eexists. split; [left; reflexivity|reflexivity].
        + intros [|i] Li; [rewrite U0; unfold Cells.at_ray; cbn [nth]; rewrite inZ_1; ring|]. rewrite U by lia. unfold Cells.at_ray. cbn [nth Nat.ltb Nat.leb]. rewrite at_map by lia. rewrite inZ_0. ring.
      - apply (cone_add K N _ (inZ (nth k ss 0%Z) * v (Datatypes.S k)) (at_ray (0%Z :: map (fun j => if Nat.eqb j k then nth k ss 0%Z else 0%Z) (seq 0 n))) (fun i => if Nat.eqb i (Datatypes.S k) then 0 else u i)).
        + apply Ax. lia.
        + eexists. eexists. split; [right; apply in_map_iff; exists k; split; [reflexivity|apply in_seq; lia]|reflexivity].
        + apply IH; [lia|exact U0|]. intros j Lj. destruct (Nat.eqb_spec (Datatypes.S j) (Datatypes.S k)) as [E|Ne].
          * injection E as ->. rewrite Nat.ltb_irrefl. reflexivity.
          * rewrite U by exact Lj. destruct (Nat.ltb_spec j (Datatypes.S k)), (Nat.ltb_spec j k); trivial; lia.
        + intros [|i] Li; [unfold Cells.at_ray; cbn [nth Nat.eqb]; rewrite inZ_0; ring|]. unfold Cells.at_ray. cbn [nth]. rewrite at_map by lia.
          change (Nat.eqb (Datatypes.S i) (Datatypes.S k)) with (Nat.eqb i k). destruct (Nat.eqb_spec i k) as [->|Ne]; [|rewrite inZ_0; ring].
          rewrite U by lia. assert (T : (k <? Datatypes.S k)%nat = true) by (apply Nat.ltb_lt; lia). rewrite T.
          replace (inZ (nth k ss 0%Z) * v (Datatypes.S k) * inZ (nth k ss 0%Z) + 1 * 0) with (inZ (nth k ss 0%Z) * inZ (nth k ss 0%Z) * v (Datatypes.S k)) by ring. rewrite Sq by lia. ring. }
    apply (Step n v); trivial. intros j Lj. assert (T : (j <? n)%nat = true) by (apply Nat.ltb_lt; lia). rewrite T. reflexivity.
  - intros v Z0. intros [|i] Li; [rewrite <- (dot_first K n v); apply Z0; left; reflexivity|].
    assert (X : inZ (nth i ss 0%Z) * v (Datatypes.S i) = 0). { rewrite <- (dot_axis ss i v) by lia. apply Z0. right. apply in_map_iff. exists i. split; [reflexivity|]. apply in_seq. lia. }
    replace (v (Datatypes.S i)) with (inZ (nth i ss 0%Z) * inZ (nth i ss 0%Z) * v (Datatypes.S i)) by (rewrite Sq by lia; ring).
    replace (inZ (nth i ss 0%Z) * inZ (nth i ss 0%Z) * v (Datatypes.S i)) with (inZ (nth i ss 0%Z) * (inZ (nth i ss 0%Z) * v (Datatypes.S i))) by ring. rewrite X. ring.
Qed.

Lemma signs_ok m : (forall ss, In ss (all_signs m) -> length ss = m /\ forall j, (j < m)%nat -> nth j ss 0%Z = 1%Z \/ nth j ss 0%Z = (-1)%Z) /\
  forall y : nat -> K, exists ss, In ss (all_signs m) /\ forall j, (j < m)%nat -> 0 <= inZ (nth j ss 0%Z) * y j.
Proof.
  induction m as [|m (A & B)]; cbn [all_signs].
  { split; [intros ss [<-|[]]; split; [reflexivity|intros; lia]|]. intro y. exists []. split; [simpl; auto|intros; lia]. }
  split.
  - intros ss I. apply in_app_iff in I. destruct I as [I|I]; apply in_map_iff in I; destruct I as (r & <- & I); destruct (A r I) as (L & H);
      (split; [cbn [length]; congruence|]); intros [|j] Lj; cbn [nth]; auto; apply H; lia.
  - intro y. destruct (B (fun j => y (S j))) as (r & I & H). destruct (kle_total K 0 (y O)) as [P|P].
    + exists (1%Z :: r). split; [apply in_app_iff; left; apply in_map, I|]. intros [|j] Lj; cbn [nth]; [rewrite inZ_1; replace (1 * y O) with (y O) by ring; exact P|apply H; lia].
    + exists ((-1)%Z :: r). split; [apply in_app_iff; right; apply in_map, I|]. intros [|j] Lj; cbn [nth]; [|apply H; lia].
      change (inZ (-1)) with (- (1) : K). replace (- (1) * y O) with (- y O) by ring. apply opp_nonneg, P.
Qed.

(** ** Polytopes *)

Lemma dot_front m (a v : vector_of) : dot (S m) a v = a O * v O + dot m (fun i => a (S i)) (fun i => v (S i)).
Proof. induction m as [|m IH]; [cbn [dot]; ring|]. change (dot (S (S m)) a v) with (dot (S m) a v + a (S m) * v (S m)). rewrite IH. cbn [dot]. ring. Qed.

Lemma dot_none m (v : vector_of) : dot m (fun i => inZ (nth i [] 0%Z)) v = 0.
Proof. induction m as [|m IH]; cbn [dot]; trivial. rewrite IH. destruct m; cbn [nth]; rewrite inZ_0; ring. Qed.

Lemma dot_ints h r : length r = N -> (fun i => inZ (nth i h 0%Z)) · at_ray r = inZ (zdot h r).
Proof.
  unfold Cells.at_ray. generalize N. intros m L. revert r m L. induction h as [|c h IH]; intros r m <-; [rewrite dot_none; symmetry; apply inZ_0|].
  destruct r as [|t r]; cbn [length zdot]; [symmetry; apply inZ_0|]. rewrite dot_front. cbn [nth]. rewrite inZ_add, inZ_mul, <- (IH r (length r) eq_refl). reflexivity.
Qed.

Lemma clip_ok forms : forall c c' (ws : list vector_of), (forall g bs, In (g, bs) c -> valid f n g) -> described N ws (ghost K c) -> clip f n c forms = Some c' ->
  (forall g bs, In (g, bs) c' -> valid f n g) /\ exists ws', described N ws' (ghost K c') /\
    forall v, inside_walls N ws v -> (forall h, In h forms -> 0 <= (fun i => inZ (nth i h 0%Z)) · v) -> inside_walls N ws' v.
Proof.
  induction forms as [|h forms IH]; intros c c' ws V D E; cbn [clip] in E; [injection E as <-; eauto|].
  destruct (forallb (Z.eqb 0) h).
  { destruct (IH c c' ws V D E) as (A & ws' & B & H). split; trivial. exists ws'. split; trivial. intros v I F. apply H; trivial. intros q J. apply F. simpl. auto. }
  destruct (cut f n (fun g => (zdot h (ray g), 1%positive)) c) as [(a, b)|] eqn:Ct; [|discriminate].
  destruct (cut_ok K f n (fun g => (zdot h (ray g), 1%positive)) c ws (fun i => inZ (nth i h 0%Z)) V D) with (above := a) (below := b) as (D1 & _ & V1 & _); trivial.
  { intros g bs I. cbn [fst snd]. unfold Cells.at_g. rewrite dot_ints; [symmetry; apply (div_one K)|]. apply (generate_ok f n _ _ (V g bs I)). }
  destruct (IH a c' _ V1 D1 E) as (A & ws' & B & H). split; trivial. exists ws'. split; trivial. intros v I F. apply H.
  - intros q [<-|J]; [apply F; simpl; auto|apply I, J].
  - intros q J. apply F. simpl. auto.
Qed.

Lemma side_form_ok s (x : list K) : length x = n -> dotK (embQ (fst s)) x <= inQ (snd s) -> 0 <= (fun i => inZ (nth i (side_form s) 0%Z)) · place x.
Proof.
  intros L H. unfold side_form. assert (E := emb_vector K (snd s :: map Qopp (fst s))). destruct (vector (snd s :: map Qopp (fst s))) as (a, d). cbn [fst].
  destruct a as [|a0 a]; [discriminate|]. change (emb (K := K) (a0 :: a, d)) with (inZ a0 / inZ (Zpos d) :: emb (K := K) (a, d)) in E. cbn [embQ map] in E. apply cons_inj in E. destruct E as (E0 & E).
  rewrite dot_front. cbn [nth place].
  assert (Y : dot n (fun i => inZ (nth i a 0%Z)) (fun i => nth i x 0) = - (inZ (Zpos d) * dotK (embQ (fst s)) x)).
  { rewrite <- L. clear H L E0. revert a x E. generalize (fst s). intro q. induction q as [|t q IH]; intros [|c a] x E; try discriminate.
    - cbn [embQ map dotK]. transitivity (0:K); [|destruct x; ring]. generalize (length x). intro m. induction m as [|m IHm]; cbn [dot]; trivial. rewrite IHm. destruct m; cbn [nth]; rewrite inZ_0; ring.
    - change (emb (K := K) (c :: a, d)) with (inZ c / inZ (Zpos d) :: emb (K := K) (a, d)) in E. cbn [map] in E. apply cons_inj in E. destruct E as (E1 & E).
      destruct x as [|y x]; cbn [length]; [cbn [dot embQ map dotK]; ring|].
      rewrite dot_front. cbn [nth]. rewrite (IH a x E).
      cbn [embQ map dotK]. assert (C : inZ c = - (inZ (Zpos d) * inQ t)). { rewrite inQ_opp in E1. replace (inZ c) with (inZ (Zpos d) * (inZ c / inZ (Zpos d))) by (field; apply den_ne). rewrite E1. ring. }
      rewrite C. fold (embQ (K := K) q). ring. }
  rewrite Y. assert (C : inZ a0 = inZ (Zpos d) * inQ (snd s)). { rewrite <- E0. field. apply den_ne. } rewrite C.
  replace (inZ (Zpos d) * inQ (snd s) * 1 + - (inZ (Zpos d) * dotK (embQ (fst s)) x)) with (inZ (Zpos d) * (inQ (snd s) - dotK (embQ (fst s)) x)) by ring.
  apply kmul_nonneg; [apply lt_le, den_pos|apply (proj1 (le_diff K _ _)), H].
Qed.

Theorem roots_ok d cells : dimension d = Some n -> roots f n d = Some cells -> (forall c, In c cells -> cell_ok c) /\
  forall x, member d x -> exists c, In c cells /\ cone N (spans K (map fst c)) (place x).
Proof.
  intros Dim E. destruct (signs_ok n) as (Sg & Choose).
  assert (Spanned : forall c ws v, described N ws (ghost K c) -> inside_walls N ws v -> cone N (spans K (map fst c)) v).
  { intros c ws v D I. apply (cone_within K N _ _) with (2 := spanned _ _ _ _ D v I). intros w (bs & J). apply in_map_iff in J. destruct J as ((g, bs') & X & J). injection X as <- _.
    apply cone_self. exists g. split; [|reflexivity]. apply in_map_iff. exists (g, bs'). auto. }
  assert (Inside : forall x ss, In ss (all_signs n) -> (forall j, (j < n)%nat -> 0 <= inZ (nth j ss 0%Z) * nth j x 0) -> inside_walls N (orthant_walls ss) (place x)).
  { intros x ss I H a [<-|J]; [rewrite dot_first; apply zero_le_one|]. apply in_map_iff in J. destruct J as (j & <- & J). apply in_seq in J. rewrite dot_axis by lia. apply H. lia. }
  destruct d as [m|m|sides|m sides|axes|ss|points|k|m]; try discriminate; cbn [roots] in E.
  - apply sequence_ok in E. split.
    + intros c I. assert (J := in_map Some cells c I). rewrite <- E in J. apply in_map_iff in J. destruct J as (ss & G & J). destruct (Sg ss J) as (L & S).
      destruct (orthant_described ss c L S G) as (V & D). split; [exact V|eauto].
    + intros x Mx. destruct (Choose (fun j => nth j x 0)) as (ss & J & H). assert (Q : In (generate_all f n (orthant_rays ss)) (map Some cells)) by (rewrite <- E; apply (in_map (fun ss => generate_all f n (orthant_rays ss))), J).
      apply in_map_iff in Q. destruct Q as (c & G & Ic). destruct (Sg ss J) as (L & S). destruct (orthant_described ss c L S (eq_sym G)) as (_ & D). exists c. split; [exact Ic|].
      apply (Spanned c _ _ D). apply Inside; trivial.
  - destruct (forallb _ sides) eqn:Le; [|discriminate]. destruct (generate_all f n (box_rays sides)) as [c|] eqn:G; [|discriminate]. injection E as <-.
    injection Dim as Dim. destruct (box_ok sides c Dim Le G) as (A & B). split; [intros q [<-|[]]; exact A|]. intros x Mx. exists c. split; [simpl; auto|apply B, Mx].
  - apply sequence_ok in E. split.
    + intros c I. assert (J := in_map Some cells c I). rewrite <- E in J. apply in_map_iff in J. destruct J as (ss & G & J). destruct (Sg ss J) as (L & S).
      destruct (generate_all f n (orthant_rays ss)) as [c0|] eqn:G0; [|discriminate]. destruct (orthant_described ss c0 L S G0) as (V & D).
      destruct (clip_ok _ c0 c _ V D G) as (V' & ws' & D' & _). split; [exact V'|eauto].
    + intros x (Lx & Fx). injection Dim as Dim. destruct (Choose (fun j => nth j x 0)) as (ss & J & H).
      assert (Q : In (match generate_all f n (orthant_rays ss) with Some c => clip f n c (map side_form sides) | None => None end) (map Some cells)).
      { rewrite <- E. apply (in_map (fun ss => match generate_all f n (orthant_rays ss) with Some c => clip f n c (map side_form sides) | None => None end)), J. }
      apply in_map_iff in Q. destruct Q as (c & G & Ic). destruct (Sg ss J) as (L & S). destruct (generate_all f n (orthant_rays ss)) as [c0|] eqn:G0; [|discriminate].
      destruct (orthant_described ss c0 L S G0) as (V & D). destruct (clip_ok _ c0 c _ V D (eq_sym G)) as (_ & ws' & D' & I'). exists c. split; [exact Ic|].
      apply (Spanned c _ _ D'). apply I'; [apply Inside; trivial|]. intros h Ih. apply in_map_iff in Ih. destruct Ih as (s & <- & Is). apply side_form_ok; [congruence|].
      rewrite Forall_forall in Fx. apply Fx, Is.
Qed.
End Sound.
