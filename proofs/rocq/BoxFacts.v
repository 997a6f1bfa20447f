(** What is known of a network with one layer on a box, and how two boxes are told apart: by a functional on the outputs, or by a matrix
    for which the network is strongly monotone along all secants between them (theorems/box_tree.py).

    Inputs are multiplied by 2U, the inputs z of the units by D = 2dU, their values by SD, so that everything is an integer if U and S are
    common denominators. On a box f lies within a centre and multiples of the columns [along], one for each side, and of those of the units. *)
Require Import ZArith QArith Qround List Bool Lia Field.
From Bijection Require Import OField Network Exact Domains Intervals Monotone Rank Affine Hull Homogeneous Secants OneLayer Convex.
Import ListNotations.
Open Scope Z_scope.

(** ** Units *)

Record kink := Kink { first_piece : Q * Q; other_pieces : list (Q * (Q * Q)); bends_to : shape }.

(** s * D * sigma(t / D), if the pieces of sigma meet. *)
Definition stretched (s D : positive) (p : Q * Q) : Q * Q := (Qred (fst p * (Zpos s # 1)), Qred (snd p * (Zpos (s * D) # 1))).
Definition kink_of (s D : positive) (a : activation) : option kink :=
  match a with
  | Pieces p more =>
      let p' := stretched s D p in let more' := map (fun e => (Qred (fst e * (Zpos D # 1)), stretched s D (snd e))) more in
      if continuous p' more' then Some (Kink p' more' (shape_of (p', more'))) else None
  | _ => None
  end.

Definition ifloor (q : Q) : Z := if Pos.eqb (Qden q) 1 then Qnum q else Qfloor q.
Definition iceiling (q : Q) : Z := if Pos.eqb (Qden q) 1 then Qnum q else Qceiling q.
Definition value_at (k : kink) (t : Z) : option Z :=
  let v := qpieces (first_piece k) (other_pieces k) (t # 1) in if Pos.eqb (Qden v) 1 then Some (Qnum v) else None.

(** A unit on a box: least <= z <= most, and the values there; 2 (value - tilt z) is [offset], give or take [width]. *)
Record strip := Strip { least : Z; most : Z; at_least : option Z; at_most : option Z; tilt : Z; offset : Z; width : Z }.

Fixpoint reach (cs rs : list Z) : Z := match cs, rs with c :: cs', r :: rs' => Z.abs c * r + reach cs' rs' | _, _ => 0 end.

Definition less_tilt (l : Z) (p : Q * Q) : Q * Q := ((fst p - (l # 1))%Q, snd p).
Definition strip_of (U : positive) (mids radii : list Z) (k : kink) (r : list Z) : option strip :=
  let m := zdot (tl r) mids + 2 * Zpos U * hd 0 r in
  let t := reach (tl r) radii in
  let a := m - t in let b := m + t in
  let va := value_at k a in let vb := value_at k b in
  let l := match va, vb with Some s, Some t => (t - s) / (b - a) | _, _ => 0 end in
  match pieces_image (less_tilt l (first_piece k)) (map (fun e => (fst e, less_tilt l (snd e))) (other_pieces k)) (Some (a # 1), Some (b # 1)) with
  | (Some low, Some high) => let low := ifloor low in let high := iceiling high in Some (Strip a b va vb l (low + high) (high - low))
  | _ => None
  end.

(** ** Boxes *)

(** The network: the layer, its units, the columns of the output for 1, for the inputs and for the units, the rows of z, and the
    columns for the units times what z has of each input, and of 1. *)
Record ground := Ground { unit_of : positive; scale_of : positive; forms : layer; kinks : list kink;
  constants : list Z; by_input : list (list Z); by_unit : list (list Z); z_rows : list (list Z); products : list (list (list Z)); constant_products : list (list Z) }.
Definition rate (G : ground) : positive := (scale_of G * inner_over (forms G))%positive.
Definition stretch (G : ground) : positive := (2 * inner_over (forms G) * unit_of G)%positive.

Definition ground_of (n : nat) (U s : positive) (g : layer) : option ground :=
  match sequence (map (kink_of s (2 * inner_over g * U)) (units g)) with
  | Some ks =>
      let cols := columns (S (n + length (units g))) (outer g) in
      let rows := map (@tl Z) (inner g) in
      let us := skipn n (tl cols) in
      Some (Ground U s g ks (hd [] cols) (firstn n (tl cols)) us rows (map (fun c => zip zscale c us) (columns n rows)) (zip zscale (map (fun r => 2 * Zpos U * hd 0 r) (inner g)) us))
  | None => None
  end.

Record facts := Facts { sides : list (Z * Z); strips : list strip; centre : list Z; along : list (list Z * Z) }.

Definition mids_of (b : list (Z * Z)) : list Z := map (fun s => fst s + snd s) b.
Definition radii_of (b : list (Z * Z)) : list Z := map (fun s => snd s - fst s) b.
(** The columns of the sides, where the units have slopes: [slopes] are these, twice. *)
Definition columns_for (G : ground) (slopes : list Z) : list (list Z) :=
  zip (fun l vs => padd (zscale (2 * Zpos (rate G)) l) (pcomb slopes vs)) (by_input G) (products G).
Definition tilts (ss : list strip) : list Z := map (fun s => 2 * tilt s) ss.
Definition know (G : ground) (b : list (Z * Z)) : option facts :=
  let mids := mids_of b in let radii := radii_of b in
  match sequence (zip (strip_of (unit_of G) mids radii) (kinks G) (inner (forms G))) with
  | Some ss =>
      let cols := columns_for G (tilts ss) in
      let c := padd (zscale (2 * Zpos (scale_of G * stretch G)) (constants G))
                 (padd (pcomb mids cols) (padd (pcomb (tilts ss) (constant_products G)) (pcomb (map offset ss) (by_unit G)))) in
      Some (Facts b ss c (combine cols radii))
  | None => None
  end.

(** ** Functionals *)

Fixpoint spread (u : list Z) (l : list (list Z * Z)) : Z := match l with [] => 0 | (v, r) :: l' => r * Z.abs (zdot u v) + spread u l' end.
Fixpoint bent_spread (u : list Z) (vs : list (list Z)) (p q : list strip) : Z :=
  match vs, p, q with
  | v :: vs', s :: p', t :: q' => let w := width s + width t in (if w =? 0 then 0 else Z.abs (zdot u v) * w) + bent_spread u vs' p' q'
  | _, _, _ => 0
  end.
Definition separates (G : ground) (u : list Z) (p q : facts) : bool :=
  spread u (along p) + spread u (along q) + bent_spread u (by_unit G) (strips p) (strips q) <? zdot u (centre p) - zdot u (centre q).

(** ** Soundness *)

Section Sound.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Local Notation inZ := (@OField.inZ K).
Local Notation inQ := (@OField.inQ K).
Let ne := den_ne K.

Definition within (r : Z) (t : K) : Prop := t <= inZ r /\ - t <= inZ r.

Lemma within_add a b (s t : K) : within a s -> within b t -> within (a + b) (s + t).
Proof. intros (A & B) (C & D). unfold within. rewrite inZ_add. split; [apply add_le; trivial|]. replace (- (s + t)) with (- s + - t) by ring. apply add_le; trivial. Qed.
Lemma within_scale c r (t : K) : within r t -> within (Z.abs c * r) (inZ c * t).
Proof.
  intros (A & B). unfold within. rewrite inZ_mul. destruct (Z.abs_spec c) as [(P & ->)|(P & ->)].
  - assert (Q := inZ_nonneg K c P). split; [|replace (- (inZ c * t)) with (inZ c * - t) by ring]; apply mul_le_l; trivial.
  - assert (Q : 0 <= inZ (- c)) by (apply inZ_nonneg; lia). split; [replace (inZ c * t) with (inZ (- c) * - t) by (rewrite inZ_opp; ring)|replace (- (inZ c * t)) with (inZ (- c) * t) by (rewrite inZ_opp; ring)]; apply mul_le_l; trivial.
Qed.
Lemma within_0 : within 0 0. Proof. split; apply eq_le; rewrite (inZ_0 K); [reflexivity|ring]. Qed.

Lemma reach_ok cs rs (ds : list K) : Forall2 within rs ds -> within (reach cs rs) (dotZ cs ds).
Proof.
  intro F. revert cs. induction F as [|r d rs ds W F IH]; intros [|c cs]; cbn [reach dotZ]; try apply within_0. apply within_add; [apply within_scale, W|apply IH].
Qed.

(** Integers as numbers of the field. *)
Notation ints := (map inZ).
Lemma dotZ_ints a b : dotZ a (ints b) = inZ (zdot a b).
Proof. revert b. induction a as [|s a IH]; intros [|t b]; cbn [map dotZ zdot]; try (symmetry; apply inZ_0). rewrite IH, inZ_add, inZ_mul. reflexivity. Qed.

(** A point of a box, in multiples of 1/2U: how far it is from the middle. *)
Definition in_box (b : list (Z * Z)) (X : list K) : Prop := Forall2 (fun s t => inZ (2 * fst s) <= t /\ t <= inZ (2 * snd s)) b X.
Definition off (b : list (Z * Z)) (X : list K) : list K := zip ksub X (ints (mids_of b)).

Lemma off_within b X : in_box b X -> Forall2 within (radii_of b) (off b X).
Proof.
  intro F. induction F as [|(low, high) t b X (A & B) F IH]; [constructor|]. unfold radii_of, off, mids_of. cbn [map zip fst snd]. constructor; [|exact IH]. cbn [fst snd] in A, B.
  unfold within. split; apply (proj2 (le_diff K _ _)).
  - replace (inZ (high - low) - (t - inZ (low + high))) with (inZ (2 * high) - t) by (rewrite inZ_sub, inZ_add, inZ_mul; change (inZ 2) with (1 + 1 : K); ring). apply (proj1 (le_diff K _ _)), B.
  - replace (inZ (high - low) - - (t - inZ (low + high))) with (t - inZ (2 * low)) by (rewrite inZ_sub, inZ_add, inZ_mul; change (inZ 2) with (1 + 1 : K); ring). apply (proj1 (le_diff K _ _)), A.
Qed.

Lemma from_middle c b X : in_box b X -> dotZ c X = inZ (zdot c (mids_of b)) + dotZ c (off b X).
Proof.
  intro F. revert c. induction F as [|s t b X _ F IH]; intros [|a c]; unfold off, mids_of in *; cbn [map zip dotZ zdot]; rewrite ?inZ_0; try ring.
  rewrite IH, !inZ_add, inZ_mul, !inZ_add. ring.
Qed.

Lemma box_length b X : in_box b X -> length X = length b. Proof. intro F. symmetry. apply (Forall2_length _ _ _ _ _ F). Qed.

(** *** Strips *)

Definition value_of (k : kink) (t : K) : K := pieces (first_piece k) (other_pieces k) t.

Lemma ifloor_ok q : inZ (ifloor q) <= inQ q.
Proof. unfold ifloor. destruct (Pos.eqb_spec (Qden q) 1) as [E|]; [apply eq_le; destruct q as (a, d); cbn [Qden Qnum] in *; subst d; symmetry; apply inQ_Z|]. rewrite <- inQ_Z. apply inQ_le, (Qfloor_le q). Qed.
Lemma iceiling_ok q : inQ q <= inZ (iceiling q).
Proof. unfold iceiling. destruct (Pos.eqb_spec (Qden q) 1) as [E|]; [apply eq_le; destruct q as (a, d); cbn [Qden Qnum] in *; subst d; apply inQ_Z|]. rewrite <- inQ_Z. apply inQ_le, (Qle_ceiling q). Qed.

Lemma value_at_ok k t v : value_at k t = Some v -> value_of k (inZ t) = inZ v.
Proof.
  unfold value_at. destruct (Pos.eqb_spec (Qden (qpieces (first_piece k) (other_pieces k) (t # 1))) 1) as [E|]; [|discriminate]. intro H. injection H as <-.
  unfold value_of. rewrite <- inQ_Z, <- qpieces_ok. set (q := qpieces _ _ _) in *. destruct q as (a, d). cbn [Qden Qnum] in *. subst d. apply inQ_Z.
Qed.

Lemma less_tilt_ok l p more t : pieces (less_tilt l p) (map (fun e => (fst e, less_tilt l (snd e))) more) t = pieces p more t - inZ l * t.
Proof.
  assert (Line : forall p, inQ (fst (less_tilt l p)) * t + inQ (snd (less_tilt l p)) = inQ (fst p) * t + inQ (snd p) - inZ l * t).
  { intro q. unfold less_tilt. cbn [fst snd]. rewrite inQ_sub, inQ_Z. ring. }
  revert p. induction more as [|(b, p') more IH]; intro p; cbn [map pieces fst snd]; [apply Line|]. destruct (kle_dec t (inQ b)); [apply Line|apply IH].
Qed.

Definition z_of (U : positive) (r : list Z) (X : list K) : K := inZ (2 * Zpos U * hd 0%Z r) + dotZ (tl r) X.

Record strip_ok (k : kink) (s : strip) (z : K) : Prop := {
  strip_low : inZ (least s) <= z; strip_high : z <= inZ (most s);
  strip_width : within (width s) ((1 + 1) * (value_of k z - inZ (tilt s) * z) - inZ (offset s));
  strip_least : forall v, at_least s = Some v -> value_of k (inZ (least s)) = inZ v;
  strip_most : forall v, at_most s = Some v -> value_of k (inZ (most s)) = inZ v
}.

Lemma strip_of_ok U b k r s X : strip_of U (mids_of b) (radii_of b) k r = Some s -> in_box b X -> strip_ok k s (z_of U r X).
Proof.
  unfold strip_of. intros E F. set (m := (zdot (tl r) (mids_of b) + 2 * Zpos U * hd 0 r)%Z) in *. set (t := reach (tl r) (radii_of b)) in *.
  set (l := match value_at k (m - t), value_at k (m + t) with Some _, Some _ => _ | _, _ => 0%Z end) in *. clearbody l.
  destruct (pieces_image _ _ _) as ([low|], [high|]) eqn:P; try discriminate. injection E as <-.
  assert (Z0 : z_of U r X = inZ m + dotZ (tl r) (off b X)) by (unfold z_of, m; rewrite (from_middle (tl r) b X F), inZ_add; ring).
  destruct (reach_ok (tl r) _ _ (off_within b X F)) as (R1 & R2). fold t in R1, R2.
  assert (Low : inZ (m - t) <= z_of U r X).
  { apply (proj2 (le_diff K _ _)). rewrite Z0, inZ_sub. replace (inZ m + dotZ (tl r) (off b X) - (inZ m - inZ t)) with (inZ t - - dotZ (tl r) (off b X)) by ring. apply (proj1 (le_diff K _ _)), R2. }
  assert (High : z_of U r X <= inZ (m + t)).
  { apply (proj2 (le_diff K _ _)). rewrite Z0, inZ_add. replace (inZ m + inZ t - (inZ m + dotZ (tl r) (off b X))) with (inZ t - dotZ (tl r) (off b X)) by ring. apply (proj1 (le_diff K _ _)), R1. }
  constructor; cbn [least most width tilt offset at_least at_most]; trivial; try (intros v; apply value_at_ok).
  assert (I := pieces_image_ok K (less_tilt l (first_piece k)) (map (fun e => (fst e, less_tilt l (snd e))) (other_pieces k)) (Some (m - t # 1)%Q, Some (m + t # 1)%Q) (z_of U r X)).
  lapply I; [clear I; intro I|split; cbn [fst snd above under]; rewrite inQ_Z; trivial]. rewrite P, less_tilt_ok in I. fold (value_of k (z_of U r X)) in I. destruct I as (I1 & I2). cbn [fst snd above under] in I1, I2.
  set (g := value_of k (z_of U r X) - inZ l * z_of U r X) in *. assert (A := kle_trans K _ _ _ (ifloor_ok low) I1). assert (B := kle_trans K _ _ _ I2 (iceiling_ok high)).
  unfold within. split; apply (proj2 (le_diff K _ _)); rewrite inZ_sub, inZ_add.
  - replace (inZ (iceiling high) - inZ (ifloor low) - ((1 + 1) * g - (inZ (ifloor low) + inZ (iceiling high)))) with ((1 + 1) * (inZ (iceiling high) - g)) by ring.
    apply kmul_nonneg; [apply le_add_nonneg; apply zero_le_one|apply (proj1 (le_diff K _ _)), B].
  - replace (inZ (iceiling high) - inZ (ifloor low) - - ((1 + 1) * g - (inZ (ifloor low) + inZ (iceiling high)))) with ((1 + 1) * (g - inZ (ifloor low))) by ring.
    apply kmul_nonneg; [apply le_add_nonneg; apply zero_le_one|apply (proj1 (le_diff K _ _)), A].
Qed.

(** *** The output within a box *)

Record ground_ok (n : nat) (G : ground) : Prop := {
  rows_are : z_rows G = map (@tl Z) (inner (forms G)); rows_length : of_length n (z_rows G); inputs_length : length (by_input G) = n;
  products_are : products G = map (fun c => zip zscale c (by_unit G)) (columns n (z_rows G));
  units_length : length (by_unit G) = length (kinks G); constants_are : constant_products G = zip zscale (map (fun r => 2 * Zpos (unit_of G) * hd 0 r)%Z (inner (forms G))) (by_unit G); inner_length : length (inner (forms G)) = length (kinks G)
}.

Definition zs_of (G : ground) (X : list K) : list K := map (fun r => z_of (unit_of G) r X) (inner (forms G)).
Definition hs_of (G : ground) (X : list K) : list K := zip value_of (kinks G) (zs_of G X).
(** A multiple of u f(x). *)
Definition out (G : ground) (u : list Z) (X : list K) : K :=
  inZ (2 * Zpos (scale_of G * stretch G)) * inZ (zdot u (constants G)) + inZ (2 * Zpos (rate G)) * dotZ (map (zdot u) (by_input G)) X
  + (1 + 1) * dotZ (map (zdot u) (by_unit G)) (hs_of G X).

Definition tilted (ch slopes : list Z) : list Z := zip Z.mul ch slopes.

Lemma tilted_product u slopes us w : zdot slopes (map (zdot u) (zip zscale w us)) = zdot (tilted (map (zdot u) us) slopes) w.
Proof.
  unfold tilted. revert us w. induction slopes as [|s slopes IH]; intros [|v us] [|c w]; cbn [map zip zdot]; trivial. rewrite IH, zdot_scale_r. ring.
Qed.

Lemma columns_for_ok n G u slopes (ds : list K) : ground_ok n G -> dotZ (map (zdot u) (columns_for G slopes)) ds =
  inZ (2 * Zpos (rate G)) * dotZ (map (zdot u) (by_input G)) ds + dotZ (tilted (map (zdot u) (by_unit G)) slopes) (map (fun w => dotZ w ds) (z_rows G)).
Proof.
  intro O. rewrite (columns_ok K _ n (z_rows G) ds (rows_length n G O)). unfold columns_for. rewrite (products_are n G O). assert (L : length (by_input G) = length (columns n (z_rows G))).
  { unfold columns. rewrite map_length, seq_length. apply (inputs_length n G O). }
  revert L. generalize (by_input G), (columns n (z_rows G)). intros ls cols. revert cols ds. induction ls as [|l ls IH]; intros [|c cols] [|t ds] L; try discriminate; cbn [map zip dotZ]; try ring.
  rewrite IH by (injection L; trivial). rewrite zdot_padd, zdot_scale_r, zdot_pcomb, tilted_product, inZ_add, inZ_mul. ring.
Qed.

Lemma strips_sum U b X ks rs ss : zip (strip_of U (mids_of b) (radii_of b)) ks rs = map Some ss -> in_box b X ->
  exists es, Forall2 within (map width ss) es /\ forall ch, (1 + 1) * dotZ ch (zip value_of ks (map (fun r => z_of U r X) rs)) =
    dotZ (tilted ch (tilts ss)) (map (fun w => dotZ w X) (map (@tl Z) rs)) + inZ (zdot (tilted ch (tilts ss)) (map (fun r => 2 * Zpos U * hd 0 r)%Z rs))
    + inZ (zdot ch (map offset ss)) + dotZ ch es.
Proof.
  intros E F. revert rs ss E. induction ks as [|k ks IH]; intros [|r rs] [|s ss] E; try discriminate; try (exists []; split; [constructor|]; intros [|c ch]; unfold tilted, tilts; cbn [zip map zdot dotZ]; rewrite inZ_0; ring).
  cbn [zip map] in E. injection E as E1 E2. destruct (IH rs ss E2) as (es & W & H). assert (O := strip_of_ok U b k r s X E1 F).
  exists (((1 + 1) * (value_of k (z_of U r X) - inZ (tilt s) * z_of U r X) - inZ (offset s)) :: es). split; [constructor; [apply (strip_width _ _ _ O)|exact W]|].
  intros [|c ch]; unfold tilted, tilts in *; cbn [zip map zdot dotZ]; [rewrite inZ_0; ring|]. specialize (H ch). set (rest := dotZ ch (zip value_of ks _)) in *.
  set (v := value_of k (z_of U r X)). replace ((1 + 1) * (inZ c * v + rest)) with ((1 + 1) * (inZ c * v) + (1 + 1) * rest) by ring. rewrite H. unfold z_of. set (t := (2 * Zpos U * hd 0 r)%Z).
  rewrite !inZ_add, !inZ_mul. change (inZ 2) with (1 + 1 : K). ring.
Qed.

Lemma sequence_length A (l : list (option A)) r : sequence l = Some r -> length l = length r.
Proof. intro E. apply sequence_ok in E. rewrite E. apply map_length. Qed.

Lemma some_inj A (a b : A) : Some a = Some b -> a = b. Proof. congruence. Qed.
Lemma know_fields G b fs : know G b = Some fs -> sides fs = b /\ zip (strip_of (unit_of G) (mids_of b) (radii_of b)) (kinks G) (inner (forms G)) = map Some (strips fs) /\
  along fs = combine (columns_for G (tilts (strips fs))) (radii_of b) /\
  centre fs = padd (zscale (2 * Zpos (scale_of G * stretch G)) (constants G))
    (padd (pcomb (mids_of b) (columns_for G (tilts (strips fs)))) (padd (pcomb (tilts (strips fs)) (constant_products G)) (pcomb (map offset (strips fs)) (by_unit G)))).
Proof. unfold know. destruct (sequence _) as [ss|] eqn:S; [|discriminate]. intro E. apply some_inj in E. subst fs. apply sequence_ok in S. repeat split. exact S. Qed.

Lemma columns_length n G slopes : ground_ok n G -> length (columns_for G slopes) = n.
Proof. intro O. unfold columns_for. rewrite zip_length; [apply (inputs_length n G O)|]. rewrite (products_are n G O), map_length. unfold columns. rewrite map_length, seq_length. apply (inputs_length n G O). Qed.

Lemma map_combine A B (l : list A) (m : list B) : length l = length m -> map fst (combine l m) = l /\ map snd (combine l m) = m.
Proof. revert m. induction l as [|a l IH]; intros [|b m] L; try discriminate; cbn [combine map fst snd]; [auto|]. destruct (IH m) as (-> & ->); [injection L; trivial|]. auto. Qed.

Lemma along_columns n G b fs : ground_ok n G -> length b = n -> know G b = Some fs ->
  map fst (along fs) = columns_for G (tilts (strips fs)) /\ map snd (along fs) = radii_of b.
Proof. intros O L E. destruct (know_fields G b fs E) as (_ & _ & -> & _). apply map_combine. rewrite (columns_length n G _ O). unfold radii_of. rewrite map_length. congruence. Qed.

Lemma know_ok n G b fs X : ground_ok n G -> length b = n -> know G b = Some fs -> in_box b X ->
  exists es, Forall2 within (map width (strips fs)) es /\ forall u,
    out G u X = inZ (zdot u (centre fs)) + dotZ (map (zdot u) (map fst (along fs))) (off b X) + dotZ (map (zdot u) (by_unit G)) es.
Proof.
  intros O L E F. destruct (know_fields G b fs E) as (_ & S & _ & _). destruct (along_columns n G b fs O L E) as (-> & _). destruct (strips_sum _ b X _ _ _ S F) as (es & W & H). exists es. split; [exact W|].
  intro u. unfold out. fold (zs_of G X) in H. fold (hs_of G X) in H. rewrite H, <- (rows_are n G O). assert (C := columns_for_ok n G u (tilts (strips fs)) X O). rewrite (from_middle _ b X F) in C.
  destruct (know_fields G b fs E) as (_ & _ & _ & ->). rewrite !zdot_padd, zdot_scale_r, !zdot_pcomb, (constants_are n G O), tilted_product, !inZ_add, !inZ_mul.
  rewrite (zdot_comm (mids_of b)), (zdot_comm (map offset _)). set (ch := map (zdot u) (by_unit G)) in *. set (cs := map (zdot u) (columns_for G _)) in *.
  set (T := dotZ (tilted ch _) (map _ (z_rows G))) in *. set (B := inZ (zdot (tilted ch _) _)). set (LX := dotZ (map (zdot u) (by_input G)) X) in *.
  assert (C' : inZ (2 * Zpos (rate G)) * LX + T = inZ (zdot cs (mids_of b)) + dotZ cs (off b X)) by (symmetry; exact C). rewrite inZ_mul in C'.
  set (c0 := inZ 2 * inZ (Zpos (scale_of G * stretch G)) * inZ (zdot u (constants G))). set (k := inZ 2 * inZ (Zpos (rate G))) in *.
  transitivity (c0 + (k * LX + T) + B + inZ (zdot ch (map offset (strips fs))) + dotZ ch es); [ring|]. rewrite C'. ring.
Qed.

(** *** Functionals *)

Lemma spread_reach u l : spread u l = reach (map (zdot u) (map fst l)) (map snd l).
Proof. induction l as [|(v, r) l IH]; cbn [spread map reach fst snd]; [reflexivity|]. rewrite IH. ring. Qed.
Lemma bent_spread_reach u vs p q : length p = length vs -> length q = length vs ->
  bent_spread u vs p q = (reach (map (zdot u) vs) (map width p) + reach (map (zdot u) vs) (map width q))%Z.
Proof.
  revert p q. induction vs as [|v vs IH]; intros [|s p] [|t q] P Q; try discriminate; cbn [bent_spread map reach]; [reflexivity|]. rewrite IH by (injection P; injection Q; trivial).
  destruct (Z.eqb_spec (width s + width t) 0) as [E|]; [|ring]. replace (width t) with (- width s)%Z by lia. ring.
Qed.

Lemma strips_length n G b fs : ground_ok n G -> know G b = Some fs -> length (strips fs) = length (by_unit G).
Proof.
  intros O E. destruct (know_fields G b fs E) as (_ & S & _ & _). apply (f_equal (@length _)) in S. rewrite map_length, zip_length in S by (symmetry; apply (inner_length n G O)).
  rewrite (units_length n G O). congruence.
Qed.

Lemma separates_ok n G u bp bq p q X Y : ground_ok n G -> length bp = n -> length bq = n -> know G bp = Some p -> know G bq = Some q ->
  separates G u p q = true -> in_box bp X -> in_box bq Y -> out G u X <> out G u Y.
Proof.
  intros O Lp Lq Ep Eq S Fp Fq E. destruct (know_ok n G bp p X O Lp Ep Fp) as (es & Wp & Hp), (know_ok n G bq q Y O Lq Eq Fq) as (es' & Wq & Hq). rewrite Hp, Hq in E. clear Hp Hq.
  unfold separates in S. rewrite !spread_reach, bent_spread_reach in S by (apply (strips_length n G bp p O Ep) || apply (strips_length n G bq q O Eq)).
  destruct (along_columns n G bp p O Lp Ep) as (_ & Rp), (along_columns n G bq q O Lq Eq) as (_ & Rq). rewrite Rp, Rq in S.
  assert (A := reach_ok (map (zdot u) (map fst (along p))) _ _ (off_within bp X Fp)). assert (A' := reach_ok (map (zdot u) (map fst (along q))) _ _ (off_within bq Y Fq)).
  assert (B := reach_ok (map (zdot u) (by_unit G)) _ _ Wp). assert (B' := reach_ok (map (zdot u) (by_unit G)) _ _ Wq).
  set (a := dotZ (map (zdot u) (map fst (along p))) _) in *. set (a' := dotZ (map (zdot u) (map fst (along q))) _) in *. set (e := dotZ (map (zdot u) (by_unit G)) es) in *. set (e' := dotZ (map (zdot u) (by_unit G)) es') in *.
  apply Z.ltb_lt, (inZ_lt K) in S. apply S. rewrite inZ_sub. replace (inZ (zdot u (centre p)) - inZ (zdot u (centre q))) with (a' + e' + - a + - e).
  - rewrite !inZ_add. destruct A as (_ & A), B as (_ & B), A' as (A' & _), B' as (B' & _).
    set (r1 := inZ (reach (map (zdot u) (map fst (along p))) (radii_of bp))) in *. set (r2 := inZ (reach (map (zdot u) (map fst (along q))) (radii_of bq))) in *.
    set (r3 := inZ (reach (map (zdot u) (by_unit G)) (map width (strips p)))) in *. set (r4 := inZ (reach (map (zdot u) (by_unit G)) (map width (strips q)))) in *.
    replace (r1 + r2 + (r3 + r4)) with (r2 + r4 + r1 + r3) by ring. repeat apply add_le; trivial.
  - replace (inZ (zdot u (centre p))) with (inZ (zdot u (centre p)) + a + e - a - e) by ring. rewrite E. ring.
Qed.
End Sound.
