(** Cutting a cell by a switch that is linear on it: both parts are described by the generators that are computed. *)
Require Import ZArith QArith List Bool Lia Field.
From Bijection Require Import OField Network Exact Domains Rank Affine Cones Walls Homogeneous Cells.
Import ListNotations.
Open Scope Z_scope.

(** The switch b of unit u of node k exists, and the value it depends on is linear. *)
Definition available (f : network) (s : list (list (list signs))) (k u b : nat) : bool :=
  match nth_error f k with
  | Some nd =>
      match inputs nd with j :: _ => (j <=? k)%nat && nth j (linear_values f [true] s) false | [] => false end &&
      match does nd with
      | Pointwise l => match nth_error (unroll l) u with Some (Pieces _ more) => (b <? length more)%nat | _ => false end
      | Max groups => match nth_error groups u with Some g => (b <? length (group_levels [] 1 g))%nat | None => false end
      | _ => false
      end
  | None => false
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
Notation vector := (nat -> K).
Notation at_ray := (at_ray K).
Notation at_g := (at_g K).
Notation hrun := (hrun K).
Notation input_of := (input_of K n).
Local Notation "a · v" := (dot N a v) (at level 40).

Definition valid (g : generator) : Prop := generate f n (ray g) = Some g.

Lemma generate_ok r g : generate f n r = Some g -> ray g = r /\ length r = N /\ (0 <= hd 0 r)%Z /\
  exists out, zhrun (hd 0%Z r) f [(tl r, 1%positive)] = Some (out, levels_at g) /\
    image_at g = fst (last out ([], 1%positive)) ++ [(hd 0 r * Zpos (snd (last out ([], 1%positive))))%Z] /\ denominator_of g = snd (last out ([], 1%positive)).
Proof.
  unfold generate. destruct r as [|w x]; [discriminate|]. destruct ((length x =? n)%nat && (0 <=? w)%Z) eqn:E; [|discriminate].
  apply andb_true_iff in E. destruct E as (L & P). apply Nat.eqb_eq in L. apply Z.leb_le in P. cbn [hd tl length].
  destruct (zhrun w f _) as [(out, ls)|]; [|discriminate]. destruct (last out ([], 1%positive)) as (a, d) eqn:La. intro H. injection H as <-. cbn.
  repeat (split; [congruence || trivial|]). exists out. rewrite La. auto.
Qed.

Lemma generate_valid r g : generate f n r = Some g -> valid g.
Proof. intro E. unfold valid. destruct (generate_ok r g E) as (-> & _). exact E. Qed.

Lemma valid_forward g : valid g -> 0 <= at_g g O.
Proof. intro V. destruct (generate_ok _ _ V) as (_ & _ & P & _). unfold Cells.at_g, Cells.at_ray. destruct (ray g); apply inZ_nonneg; exact P. Qed.

Lemma dot_unit m i (v : vector) : (i < m)%nat -> dot m (fun k => if Nat.eqb k i then 1 else 0) v = v i.
Proof.
  intro L. assert (Z0 : forall m, (m <= i)%nat -> dot m (fun k => if Nat.eqb k i then 1 else 0) v = 0).
  { induction m0 as [|m0 IH]; intro H; cbn [dot]; trivial. rewrite IH by lia. destruct (Nat.eqb_spec m0 i); [lia|]. ring. }
  induction m as [|m IH]; [lia|]. cbn [dot]. destruct (Nat.eqb_spec m i) as [->|Ne].
  - rewrite Z0 by lia. ring.
  - rewrite IH by lia. ring.
Qed.

Lemma input_linear G : linear n G input_of.
Proof.
  exists (map (fun i k => if Nat.eqb k (S i) then 1 else 0) (seq 0 n)). intros v _. unfold Cells.input_of. rewrite map_map. apply map_ext_in. intros i I.
  apply in_seq in I. symmetry. apply dot_unit. lia.
Qed.

Lemma input_at g : valid g -> input_of (at_g g) = emb (tl (ray g), 1%positive).
Proof.
  intro V. destruct (generate_ok _ _ V) as (_ & L & _). unfold Cells.input_of, Cells.at_g, Cells.at_ray, emb. cbn [fst snd]. destruct (ray g) as [|w x]; [discriminate|].
  injection L as L. cbn [tl nth]. rewrite <- L. clear. induction x as [|t x IH]; cbn [length seq map nth]; trivial. rewrite div_one. f_equal.
  rewrite <- IH, <- seq_shift, map_map. reflexivity.
Qed.

Lemma cell_values gs s : gs <> [] -> (forall g, In g gs -> valid g) -> summary gs = Some s ->
  forall i, nth i (linear_values f [true] s) false = true -> linear n (spans K gs) (nth i (hrun f [input_of]) (none K)).
Proof.
  intros Ne V S. apply (values_linear K n gs Ne) with (zs := fun g => [(tl (ray g), 1%positive)]) (ls := levels_at); trivial.
  - intros v (g & I & ->). apply valid_forward, V, I.
  - intros [|[|i]] E; cbn [nth] in *; try discriminate. apply input_linear.
  - intros g I. cbn [map]. rewrite (input_at g) by (apply V, I). split; [reflexivity|]. split; [|apply (summary_ok gs); trivial].
    destruct (generate_ok _ _ (V g I)) as (_ & _ & _ & out & E & _). exists out. exact E.
Qed.

(** ** The form of a switch *)

Lemma zhrun_spec g fs Fs zs out ls : map (fun F => F (at_g g)) Fs = map emb zs -> zhrun (w_of g) fs zs = Some (out, ls) ->
  map (fun F => F (at_g g)) (hrun fs Fs) = map emb out /\ (forall j d, (j < length zs)%nat -> nth j out d = nth j zs d) /\
  forall k nd, nth_error fs k = Some nd -> exists xs v l, nth_error ls k = Some l /\ zhapply (w_of g) (does nd) xs = Some (v, l) /\
    forall j ins, inputs nd = j :: ins -> (j < length zs + k)%nat -> nth 0 xs ([], 1%positive) = nth j out ([], 1%positive).
Proof.
  assert (W : inZ (w_of g) = at_g g O) by (unfold w_of, Cells.at_g, Cells.at_ray; destruct (ray g); reflexivity).
  revert Fs zs out ls. induction fs as [|nd fs IH]; intros Fs zs out ls E1 E2; cbn [zhrun Cells.hrun] in *.
  { injection E2 as <- <-. split; [exact E1|]. split; [trivial|]. intros [|k] nd E; discriminate. }
  destruct (zhapply _ _ _) as [(v, l)|] eqn:Ev; [|discriminate]. destruct (zhrun _ fs _) as [(out', ls')|] eqn:Er; [|discriminate]. injection E2 as -> <-.
  destruct (IH (Fs ++ [fun v : vector => happly (does nd) (v O) (map (fun j => nth j Fs (none K) v) (inputs nd))]) (zs ++ [v]) out ls') as (A & B & C); trivial.
  { rewrite !map_app, E1. cbn [map]. f_equal. f_equal. rewrite <- W, <- (zhapply_ok K _ _ _ _ _ Ev), map_map. f_equal. apply map_ext. intro j.
    transitivity (nth j (map (fun F => F (at_g g)) Fs) []); [symmetry; exact (map_nth (fun F : vector -> list K => F (at_g g)) Fs (none K) j)|]. rewrite E1. apply nth_emb. }
  split; [exact A|]. split.
  { intros j d L. rewrite B by (rewrite app_length; lia). apply app_nth1, L. }
  intros [|k] nd' E; cbn [nth_error] in *.
  - injection E as <-. eexists. exists v, l. split; [reflexivity|]. split; [exact Ev|]. intros j ins Ei L. rewrite Ei. cbn [map nth].
    rewrite B by (rewrite app_length; lia). symmetry. apply app_nth1. lia.
  - destruct (C k nd' E) as (xs & u & m & P & Q & R). exists xs, u, m. split; [exact P|]. split; [exact Q|]. intros j ins Ei L. apply (R j ins Ei).
    rewrite app_length. cbn [length]. lia.
Qed.

Lemma group_levels_length a d b e g : length (group_levels a d g) = length (group_levels b e g).
Proof. induction g as [|i g IH]; cbn [group_levels]; trivial. rewrite !app_length, !map_length. f_equal. exact IH. Qed.

(** Which pair the level with this number compares. *)
Lemma group_pair g k : (k < length (group_levels [] 1 g))%nat -> exists i j, In i g /\ In j g /\
  forall a d, nth_error (group_levels a d g) k = Some (nth i a 0%Z - nth j a 0%Z, d)%Z.
Proof.
  revert k. induction g as [|i g IH]; intros k L; cbn [group_levels length] in *; [lia|].
  assert (L' : (k < length g + length (group_levels [] 1 g))%nat) by (rewrite app_length, map_length in L; exact L). clear L.
  destruct (Nat.lt_ge_cases k (length g)) as [H|H].
  - destruct (nth_error g k) as [j|] eqn:E; [|apply nth_error_None in E; lia]. exists i, j. split; [simpl; auto|]. split; [right; apply (nth_error_In _ _ E)|].
    intros a d. rewrite nth_error_app1 by (rewrite map_length; lia). apply (map_nth_error (fun j => (nth i a 0 - nth j a 0, d)%Z)), E.
  - destruct (IH (k - length g)%nat) as (p & q & P & Q & E); [lia|]. exists p, q. split; [simpl; auto|]. split; [simpl; auto|].
    intros a d. rewrite nth_error_app2 by (rewrite map_length; lia). rewrite map_length. apply E.
Qed.

Lemma switch_form gs s k u b : gs <> [] -> (forall g, In g gs -> valid g) -> summary gs = Some s -> available f s k u b = true ->
  exists h : vector, forall g, In g gs -> h · at_g g = inZ (fst (level_in k u b g)) / inZ (Zpos (snd (level_in k u b g))).
Proof.
  intros Ne V S A. unfold available in A. destruct (nth_error f k) as [nd|] eqn:Ek; [|discriminate]. apply andb_true_iff in A. destruct A as (A & B).
  destruct (inputs nd) as [|j ins] eqn:Ei; [discriminate|]. apply andb_true_iff in A. destruct A as (Lj & A). apply Nat.leb_le in Lj.
  destruct (cell_values gs s Ne V S j A) as (R & HR).
  assert (All : forall g, In g gs -> exists xs v l z, nth k (levels_at g) [] = l /\ zhapply (w_of g) (does nd) xs = Some (v, l) /\ nth 0 xs ([], 1%positive) = z /\
    map (fun a => a · at_g g) R = emb z).
  { intros g I. destruct (generate_ok _ _ (V g I)) as (_ & _ & _ & out & E & _).
    destruct (zhrun_spec g f [input_of] [(tl (ray g), 1%positive)] out (levels_at g)) as (P & _ & Q).
    - cbn [map]. rewrite (input_at g) by (apply V, I). reflexivity.
    - exact E.
    - destruct (Q k nd Ek) as (xs & v & l & X & Y & Z). exists xs, v, l, (nth j out ([], 1%positive)). split; [apply nth_error_nth, X|]. split; [exact Y|].
      split; [apply (Z j ins Ei); cbn [length]; lia|]. rewrite <- HR by (apply cone_self; exists g; auto).
      transitivity (nth j (map (fun F => F (at_g g)) (hrun f [input_of])) []); [symmetry; exact (map_nth (fun F : vector -> list K => F (at_g g)) _ (none K) j)|].
      rewrite P. apply nth_emb. }
  assert (exists g0, In g0 gs) as (g0 & I0) by (destruct gs as [|g0 gs']; [congruence|exists g0; simpl; auto]).
  assert (Row : forall i g (z : vec), map (fun a => a · at_g g) R = emb z -> (i < length (fst z))%nat -> nth i R (first) · at_g g = inZ (nth i (fst z) 0%Z) / inZ (Zpos (snd z))).
  { intros i g z E L. assert (Len : length R = length (fst z)) by (rewrite <- (map_length (fun a => a · at_g g)), E; apply emb_length).
    transitivity (nth i (map (fun a => a · at_g g) R) 0).
    - rewrite (nth_indep _ 0 (first · at_g g)) by (rewrite map_length, Len; exact L). symmetry. apply (map_nth (fun a => a · at_g g)).
    - rewrite E. destruct z as (a, d). apply emb_nth. }
  destruct (does nd) as [c rows d|l| | | |groups| | ]; try discriminate.
  - destruct (nth_error (unroll l) u) as [[p more| | | |al sc|]|] eqn:Eu; try discriminate. apply Nat.ltb_lt in B.
    destruct (nth_error more b) as [(t, q)|] eqn:Eb; [|apply nth_error_None in Eb; lia].
    exists (fun i => 1 * nth u R first i + - inQ t * first i). intros g I. rewrite dot_left, dot_first.
    destruct (All g I) as (xs & v & lv & z & El & Ez & E0 & E1). unfold level_in. rewrite El. unfold zhapply in Ez. rewrite E0 in Ez. destruct z as (a, d).
    destruct (Nat.eqb_spec (length (unroll l)) (length a)) as [L|]; [|discriminate]. destruct (sequence _) as [r|] eqn:Sq; [|discriminate].
    injection Ez as _ <-. apply zip_some in Sq; trivial. assert (Lu : (u < length a)%nat) by (rewrite <- L; apply nth_error_Some; congruence).
    destruct (nth_error a u) as [x|] eqn:Ex; [|apply nth_error_None in Ex; lia].
    assert (Ec : nth_error (combine (unroll l) a) u = Some (Pieces p more, x)).
    { clear - Eu Ex. revert u a Eu Ex. generalize (unroll l). induction l0 as [|s' l0 IH]; intros [|i] [|t' a] Es Et; try discriminate; cbn [combine nth_error] in *; [congruence|apply IH; trivial]. }
    destruct (Forall2_at' _ _ _ _ _ _ _ Sq Ec) as ((y, lv) & Er & Ez). cbn [fst snd] in Ez. unfold zact, bent in Ez. destruct (continuous p more); [|discriminate]. injection Ez as _ <-.
    rewrite (nth_error_nth _ u [] (map_nth_error snd _ _ Er)). cbn [snd]. destruct (unit_level_sign K more (w_of g) d x b t q Eb) as (lk & Elk & Vk).
    rewrite (@nth_error_nth level _ b _ (0%Z, 1%positive) Elk), Vk, (Row u g (a, d) E1 Lu). cbn [fst snd]. rewrite (nth_error_nth a u 0%Z Ex).
    assert (W : inZ (w_of g) = at_g g O) by (unfold w_of, Cells.at_g, Cells.at_ray; destruct (ray g); reflexivity). rewrite W. ring.
  - destruct (nth_error groups u) as [q|] eqn:Eu; [|discriminate]. apply Nat.ltb_lt in B. destruct (group_pair q b B) as (i & i' & Ii & Ii' & Eb).
    exists (fun m => 1 * nth i R first m + - (1) * nth i' R first m). intros g I. rewrite dot_left.
    destruct (All g I) as (xs & v & lv & z & El & Ez & E0 & E1). unfold level_in. rewrite El. unfold zhapply in Ez. rewrite E0 in Ez. destruct z as (a, d).
    destruct (forallb _ groups) eqn:Q; [|discriminate]. destruct (zapply _ xs); [|discriminate]. injection Ez as _ <-.
    rewrite forallb_forall in Q. specialize (Q q (nth_error_In _ _ Eu)). apply andb_true_iff in Q. destruct Q as (_ & Q). rewrite forallb_forall in Q.
    rewrite (nth_error_nth _ u [] (map_nth_error (group_levels a d) _ _ Eu)), (@nth_error_nth level _ b _ (0%Z, 1%positive) (Eb a d)). cbn [fst snd].
    rewrite (Row i g (a, d) E1) by (apply Nat.ltb_lt, Q, Ii). rewrite (Row i' g (a, d) E1) by (apply Nat.ltb_lt, Q, Ii'). cbn [fst snd]. rewrite inZ_sub. field. apply den_ne.
Qed.

(** ** The parts *)

Definition ghost (c : cell) : list (vector * list bool) := map (fun a => (at_g (fst a), snd a)) c.

Section Parts.
Variables (lev : generator -> level) (c : cell) (ws : list vector) (h : vector).
Hypothesis V : forall g bs, In (g, bs) c -> valid g.
Hypothesis D : described N ws (ghost c).
Hypothesis H : forall g bs, In (g, bs) c -> h · at_g g = inZ (fst (lev g)) / inZ (Zpos (snd (lev g))).

Lemma level_sign g bs : In (g, bs) c -> ((0 < fst (lev g))%Z <-> 0 < h · at_g g) /\ ((fst (lev g) < 0)%Z <-> h · at_g g < 0).
Proof.
  intro I. rewrite (H g bs I). destruct (lev g) as (p, q). cbn [fst snd].
  assert (Z0 : (inZ 0 / inZ 1 : K) = 0) by (rewrite inZ_0; apply (zero_frac K 1)).
  assert (A := frac_le K p (Zpos q) 0 1 ltac:(lia) ltac:(lia)). assert (B := frac_le K 0 1 p (Zpos q) ltac:(lia) ltac:(lia)). rewrite Z0 in A, B.
  split; split; intro L.
  - intro F. apply A in F. lia.
  - destruct (Z_lt_le_dec 0 p) as [|X]; trivial. exfalso. apply L, A. lia.
  - intro F. apply B in F. lia.
  - destruct (Z_lt_le_dec p 0) as [|X]; trivial. exfalso. apply L, B. lia.
Qed.

Lemma nth_zip (F : Z -> Z -> Z) u v i : length u = length v -> (i < length u)%nat -> nth i (zip F u v) 0%Z = F (nth i u 0%Z) (nth i v 0%Z).
Proof. revert v i. induction u as [|a u IH]; intros [|b v] [|i] L Li; try discriminate; cbn [length zip nth] in *; try lia; trivial. apply IH; [injection L; trivial|lia]. Qed.

Lemma marked_in g bs : In (g, bs) c -> marked N ws (at_g g) bs.
Proof. intro I. apply (all_marked _ _ _ _ D). apply in_map_iff. exists (g, bs). auto. Qed.

Definition scaled (t : list Z) (a b : generator) : Prop :=
  exists k : K, 0 < k /\ forall i, (i < N)%nat -> k * at_ray t i = - (h · at_g b) * at_g a i + (h · at_g a) * at_g b i.

Lemma join_ok a ba b bb t bs : In (a, ba) c -> In (b, bb) c -> join lev (a, ba) (b, bb) = Some (t, bs) -> bs = zip andb ba bb /\ scaled t a b.
Proof.
  intros Ia Ib E. unfold join in E. cbn [fst snd] in E. assert (Ha := H a ba Ia). assert (Hb := H b bb Ib).
  destruct (lev a) as (p, q), (lev b) as (r, s). cbn [fst snd] in *. unfold shrink in E.
  set (raw := zip _ (ray a) (ray b)) in *. set (k := fold_right Z.gcd 0%Z raw) in *. destruct ((0 <? k)%Z && _) eqn:T; [|discriminate].
  apply andb_true_iff in T. destruct T as (Pk & T). apply Z.ltb_lt in Pk. apply forall2b_eqb in T. injection E as <- <-. split; [reflexivity|].
  destruct (generate_ok _ _ (V a ba Ia)) as (_ & La & _). destruct (generate_ok _ _ (V b bb Ib)) as (_ & Lb & _).
  exists (inZ k / inZ (Zpos (q * s))). split.
  - rewrite div_eq_mul. apply mul_pos; [apply inZ_pos, Pk|apply inv_pos, den_pos].
  - intros i Li. unfold Cells.at_ray. fold (at_ray (ray a)).
    assert (X : inZ k * inZ (nth i (map (fun t => (t / k)%Z) raw) 0%Z) = inZ (nth i raw 0%Z)).
    { rewrite <- inZ_mul. f_equal. rewrite <- T at 2. symmetry. replace 0%Z with (k * 0)%Z at 1 by ring. apply (map_nth (Z.mul k)). }
    assert (Y : nth i raw 0%Z = (- r * Zpos q * nth i (ray a) 0 + p * Zpos s * nth i (ray b) 0)%Z) by (unfold raw; rewrite nth_zip by lia; reflexivity).
    rewrite Ha, Hb. unfold Cells.at_g, Cells.at_ray. rewrite Pos2Z.inj_mul, inZ_mul.
    transitivity (inZ k * inZ (nth i (map (fun t => (t / k)%Z) raw) 0%Z) / (inZ (Zpos q) * inZ (Zpos s))); [field; split; apply den_ne|].
    rewrite X, Y, inZ_add, !inZ_mul, inZ_opp. field. split; apply den_ne.
Qed.

Lemma marked_and a ba b bb t : marked N ws (at_g a) ba -> marked N ws (at_g b) bb -> 0 < h · at_g a -> h · at_g b < 0 -> scaled t a b -> marked N ws (at_ray t) (zip andb ba bb).
Proof.
  intros Ma Mb Pa Pb (k & Pk & Ek). assert (Pb' : 0 < - (h · at_g b)) by (replace (0:K) with (- (0:K)) by ring; apply opp_lt, Pb).
  assert (Dt : forall w, k * (w · at_ray t) = - (h · at_g b) * (w · at_g a) + (h · at_g a) * (w · at_g b)).
  { intro w. assert (C : combines N (fun i => k * at_ray t i) (- (h · at_g b)) (at_g a) (h · at_g a) (at_g b)) by exact Ek.
    rewrite <- (dot_combines K N w _ _ _ _ _ C). clear. generalize N. intro m. induction m as [|m IH]; cbn [dot]; [ring|]. rewrite <- IH. ring. }
  clear Ek D. unfold marked in *. revert bb Mb. induction Ma as [|w x l ba (P & E) Ma IH]; intros bb Mb; inversion Mb as [|? y ? bb' (P' & E') Mb']; subst; cbn [zip]; constructor; [|apply IH, Mb'].
  assert (A : 0 <= - (h · at_g b) * (w · at_g a)) by (apply kmul_nonneg; trivial; apply lt_le, Pb').
  assert (B : 0 <= (h · at_g a) * (w · at_g b)) by (apply kmul_nonneg; trivial; apply lt_le, Pa). split.
  - apply mul_le_cancel with k; trivial. rewrite Dt. replace (k * 0) with (0:K) by ring. apply le_add_nonneg; trivial.
  - intro Z0. specialize (Dt w). rewrite Z0 in Dt.
    assert (X : - (h · at_g b) * (w · at_g a) = 0). { apply kle_antisym; trivial. replace (- (h · at_g b) * (w · at_g a)) with (- ((h · at_g a) * (w · at_g b))).
      - replace (0:K) with (- (0:K)) by ring. apply opp_le, B.
      - replace (- (h · at_g a * (w · at_g b))) with (- (h · at_g b) * (w · at_g a) - (- (h · at_g b) * (w · at_g a) + h · at_g a * (w · at_g b))) by ring. rewrite <- Dt. ring. }
    assert (Y : (h · at_g a) * (w · at_g b) = 0). { replace ((h · at_g a) * (w · at_g b)) with ((- (h · at_g b) * (w · at_g a) + h · at_g a * (w · at_g b)) - - (h · at_g b) * (w · at_g a)) by ring. rewrite <- Dt, X. ring. }
    rewrite E, E'; trivial.
    + destruct (mul_zero K _ _ Y) as [F|F]; trivial. exfalso. exact (lt_ne K _ _ Pa (eq_sym F)).
    + destruct (mul_zero K _ _ X) as [F|F]; trivial. exfalso. exact (lt_ne K _ _ Pb' (eq_sym F)).
Qed.

Lemma marked_or t bs bs' : marked N ws (at_ray t) bs -> marked N ws (at_ray t) bs' -> marked N ws (at_ray t) (zip orb bs bs').
Proof.
  clear D. unfold marked. intro M. revert bs'. induction M as [|w b l bs (P & E) M IH]; intros bs' M'; inversion M' as [|? b' ? bs2 (P' & E') M2]; subst; cbn [zip]; constructor; [|apply IH, M2].
  split; trivial. intro Z0. rewrite E by trivial. reflexivity.
Qed.

Definition fine (l : list (list Z * list bool)) : Prop := forall t bs, In (t, bs) l -> marked N ws (at_ray t) bs /\ h · at_ray t = 0.

Lemma insert_fine t bs l : marked N ws (at_ray t) bs -> h · at_ray t = 0 -> fine l -> fine (insert t bs l).
Proof.
  intros M Z0. induction l as [|(t', bs') l IH]; intros F u b I; cbn [insert] in I.
  - destruct I as [I|[]]. injection I as <- <-. auto.
  - assert (F' : fine l) by (intros x y J; apply F; simpl; auto). destruct (forall2b Z.eqb t t') eqn:E.
    + apply forall2b_eqb in E. subst t'. destruct I as [I|I]; [|apply F', I]. injection I as <- <-. split; trivial. apply marked_or; trivial. apply (F t bs'). simpl. auto.
    + destruct I as [I|I]; [|apply (IH F'), I]. injection I as <- <-. apply (F t' bs'). simpl. auto.
Qed.

Lemma insert_rays t bs l u : In u (map fst (insert t bs l)) <-> u = t \/ In u (map fst l).
Proof.
  induction l as [|(t', bs') l IH]; cbn [insert map fst]; [simpl; intuition|]. destruct (forall2b Z.eqb t t') eqn:E.
  - apply forall2b_eqb in E. subst t'. cbn [map fst]. simpl. intuition.
  - cbn [map fst]. simpl. rewrite IH. intuition.
Qed.

Lemma joins_ok a ba below l l' : In (a, ba) c -> 0 < h · at_g a -> (forall b bb, In (b, bb) below -> In (b, bb) c /\ h · at_g b < 0) -> fine l -> joins n lev (a, ba) below l = Some l' ->
  fine l' /\ (forall u, In u (map fst l) -> In u (map fst l')) /\
  forall b bb, In (b, bb) below -> (n <= both ba bb + 1)%nat -> exists t, In t (map fst l') /\ scaled t a b.
Proof.
  intros Ia Pa. revert l. induction below as [|(b, bb) below IH]; intros l Hb F E; cbn [joins fst snd] in E.
  { injection E as <-. split; [exact F|]. split; [auto|]. intros b bb []. }
  destruct (Hb b bb (or_introl eq_refl)) as (Ib & Pb). assert (Hb' : forall b bb, In (b, bb) below -> In (b, bb) c /\ h · at_g b < 0) by (intros; apply Hb; simpl; auto).
  destruct (Nat.leb_spec n (both ba bb + 1)) as [L|L].
  - destruct (join lev (a, ba) (b, bb)) as [(t, bs)|] eqn:J; [|discriminate]. destruct (join_ok a ba b bb t bs Ia Ib J) as (-> & S).
    assert (M := marked_and a ba b bb t (marked_in a ba Ia) (marked_in b bb Ib) Pa Pb S).
    assert (Z0 : h · at_ray t = 0).
    { destruct S as (k & Pk & Ek). assert (C : combines N (fun i => k * at_ray t i) (- (h · at_g b)) (at_g a) (h · at_g a) (at_g b)) by exact Ek.
      apply (mul_cancel K k); [apply pos_ne, Pk|]. transitivity (h · (fun i => k * at_ray t i)).
      - clear. generalize N. intro m. induction m as [|m IH]; cbn [dot]; [ring|]. rewrite <- IH. ring.
      - rewrite (dot_combines K N h _ _ _ _ _ C). ring. }
    destruct (IH (insert t (zip andb ba bb) l) Hb' (insert_fine t _ l M Z0 F) E) as (F' & R & Q). split; [exact F'|]. split.
    + intros u I. apply R, insert_rays. auto.
    + intros b' bb' [I|I] L'; [injection I as <- <-; exists t; split; [apply R, insert_rays; auto|exact S]|apply (Q b' bb' I L')].
  - destruct (IH l Hb' F E) as (F' & R & Q). split; [exact F'|]. split; [exact R|]. intros b' bb' [I|I] L'; [injection I as <- <-; lia|apply (Q b' bb' I L')].
Qed.

Lemma all_joins_ok above below l l' : (forall a ba, In (a, ba) above -> In (a, ba) c /\ 0 < h · at_g a) -> (forall b bb, In (b, bb) below -> In (b, bb) c /\ h · at_g b < 0) ->
  fine l -> all_joins n lev above below l = Some l' ->
  fine l' /\ (forall u, In u (map fst l) -> In u (map fst l')) /\
  forall a ba b bb, In (a, ba) above -> In (b, bb) below -> (n <= both ba bb + 1)%nat -> exists t, In t (map fst l') /\ scaled t a b.
Proof.
  revert l. induction above as [|(a, ba) above IH]; intros l Ha Hb F E; cbn [all_joins] in E.
  { injection E as <-. split; [exact F|]. split; [auto|]. intros a ba b bb []. }
  destruct (joins n lev (a, ba) below l) as [l1|] eqn:J; [|discriminate]. destruct (Ha a ba (or_introl eq_refl)) as (Ia & Pa).
  destruct (joins_ok a ba below l l1 Ia Pa Hb F J) as (F1 & R1 & Q1). destruct (IH l1 (fun x y I => Ha x y (or_intror I)) Hb F1 E) as (F2 & R2 & Q2).
  split; [exact F2|]. split; [auto|]. intros a' ba' b bb [I|I] Ib L; [|apply (Q2 a' ba' b bb I Ib L)]. injection I as <- <-.
  destruct (Q1 b bb Ib L) as (t & It & S). exists t. auto.
Qed.

Lemma generate_all_ok l found : generate_all f n l = Some found -> (forall g bs, In (g, bs) found -> valid g /\ In (ray g, bs) l) /\
  forall t, In t (map fst l) -> exists g bs, In (g, bs) found /\ ray g = t.
Proof.
  revert found. induction l as [|(t, bs) l IH]; intros found E; cbn [generate_all] in E; [injection E as <-; split; [intros g bs []|intros t []]|].
  destruct (generate f n t) as [g|] eqn:G; [|discriminate]. destruct (generate_all f n l) as [r|]; [|discriminate]. injection E as <-.
  destruct (IH r eq_refl) as (A & B). destruct (generate_ok t g G) as (R & _). split.
  - intros g' bs' [I|I]; [injection I as <- <-; split; [apply (generate_valid t), G|left; congruence]|destruct (A g' bs' I); split; [|right]; trivial].
  - intros u [<-|I]; [exists g, bs; split; [simpl; auto|exact R]|]. destruct (B u I) as (g' & bs' & J & Q). exists g', bs'. split; [simpl; auto|exact Q].
Qed.

Definition opposite_form : vector := fun i => - h i.
Lemma dot_opposite v : opposite_form · v = - (h · v).
Proof. unfold opposite_form. generalize N. intro m. induction m as [|m IH]; cbn [dot]; [ring|]. rewrite IH. ring. Qed.

(** A cell with the right generators on the side h' >= 0 is the part, for h' = h or -h. *)
Lemma part_described (h' : vector) (child : cell) : (h' = h \/ h' = opposite_form) ->
  (forall g bs, In (g, bs) child -> marked N (h' :: ws) (at_g g) bs) ->
  (forall g bs, In (g, bs) c -> 0 <= h' · at_g g -> exists bs', In (g, bs') child) ->
  (forall a ba b bb, In (a, ba) c -> In (b, bb) c -> 0 < h · at_g a -> h · at_g b < 0 -> (n <= both ba bb + 1)%nat -> exists g bs, In (g, bs) child /\ scaled (ray g) a b) ->
  described N (h' :: ws) (ghost child).
Proof.
  intros Sides M Old New. constructor.
  - intros v bs I. apply in_map_iff in I. destruct I as ((g, bs') & E & I). cbn [fst snd] in E. injection E as <- <-. apply M, I.
  - intros v Iv. assert (Iw : inside_walls N ws v) by (intros a Ia; apply Iv; simpl; auto). assert (Ih : 0 <= h' · v) by (apply Iv; simpl; auto).
    apply (cone_within K N _ _) with (2 := cut_spans K N ws (ghost c) h' D v Iw Ih).
    assert (Joint : forall a ba b bb w, In (a, ba) c -> In (b, bb) c -> 0 < h · at_g a -> h · at_g b < 0 -> (n <= both ba bb + 1)%nat ->
      (exists s, 0 <= s /\ forall i, (i < N)%nat -> w i = s * (- (h · at_g b) * at_g a i + (h · at_g a) * at_g b i)) -> cone N (fun g => exists bs, In (g, bs) (ghost child)) w).
    { intros a ba b bb w Ia Ib Pa Pb L (s & Ps & Ew). destruct (New a ba b bb Ia Ib Pa Pb L) as (g & bs & I & (k & Pk & Ek)).
      apply (cone_times K N _ (s * k) (at_g g)).
      - apply kmul_nonneg; trivial. apply lt_le, Pk.
      - apply cone_self. exists bs. apply in_map_iff. exists (g, bs). auto.
      - intros i Li. rewrite Ew by trivial. rewrite <- (Ek i Li). unfold Cells.at_g. ring. }
    intros w [(bs & I & P)|(a & ba & b & bb & Ia & Ib & Pa & Pb & L & J)].
    + apply in_map_iff in I. destruct I as ((g, bs') & E & I). cbn [fst snd] in E. injection E as <- <-. destruct (Old g bs' I P) as (bs2 & I2).
      apply cone_self. exists bs2. apply in_map_iff. exists (g, bs2). auto.
    + apply in_map_iff in Ia, Ib. destruct Ia as ((ga, ba') & E & Ia), Ib as ((gb, bb') & E' & Ib). cbn [fst snd] in E, E'. injection E as <- <-. injection E' as <- <-.
      destruct Sides as [->| ->].
      * apply (Joint ga ba' gb bb'); trivial; [lia|]. exists 1. split; [apply zero_le_one|]. intros i Li. rewrite (J i Li). ring.
      * rewrite dot_opposite in *. apply (Joint gb bb' ga ba'); trivial.
        { intro F. apply Pb. replace (0:K) with (- (0:K)) by ring. apply opp_le, F. }
        { intro F. apply Pa. replace (0:K) with (- (0:K)) by ring. apply opp_le, F. }
        { assert (Sym : forall u y, both u y = both y u) by (induction u as [|[|] u IHu]; intros [|[|] y]; cbn [both andb]; auto). rewrite Sym. lia. }
        exists 1. split; [apply zero_le_one|]. intros i Li. rewrite (J i Li), !dot_opposite. ring.
  - intros v Z0. apply (pointed _ _ _ _ D). intros a Ia. apply Z0. simpl. auto.
Qed.

Theorem cut_ok above below : cut f n lev c = Some (above, below) ->
  described N (h :: ws) (ghost above) /\ described N (opposite_form :: ws) (ghost below) /\
  (forall g bs, In (g, bs) above -> valid g) /\ (forall g bs, In (g, bs) below -> valid g).
Proof.
  unfold cut. set (up := filter (fun a => (0 <? fst (lev (fst a)))%Z) c). set (down := filter (fun a => (fst (lev (fst a)) <? 0)%Z) c). set (even := filter (fun a => (fst (lev (fst a)) =? 0)%Z) c).
  destruct (all_joins n lev up down []) as [l|] eqn:J; [|discriminate]. destruct (generate_all f n l) as [found|] eqn:G; [|discriminate]. intro E. injection E as <- <-.
  assert (Up : forall g bs, In (g, bs) up <-> In (g, bs) c /\ 0 < h · at_g g).
  { intros g bs. unfold up. rewrite filter_In. cbn [fst]. rewrite Z.ltb_lt. split; intros (I & P); split; trivial; apply (level_sign g bs I), P. }
  assert (Down : forall g bs, In (g, bs) down <-> In (g, bs) c /\ h · at_g g < 0).
  { intros g bs. unfold down. rewrite filter_In. cbn [fst]. rewrite Z.ltb_lt. split; intros (I & P); split; trivial; apply (level_sign g bs I), P. }
  assert (Even : forall g bs, In (g, bs) even <-> In (g, bs) c /\ h · at_g g = 0).
  { intros g bs. unfold even. rewrite filter_In. cbn [fst]. rewrite Z.eqb_eq. split; intros (I & P); split; trivial; destruct (level_sign g bs I) as (A & B).
    - apply kle_antisym; [destruct (kle_dec (h · at_g g) 0) as [|F]; trivial; apply A in F; lia|destruct (kle_dec 0 (h · at_g g)) as [|F]; trivial; apply B in F; lia].
    - rewrite P in A, B. destruct (Z.lt_trichotomy (fst (lev g)) 0) as [L|[L|L]]; trivial; exfalso; [apply B in L|apply A in L]; apply L, le_refl. }
  destruct (all_joins_ok up down [] l (fun a ba I => proj1 (Up a ba) I) (fun b bb I => proj1 (Down b bb) I) (fun t bs I => match I with end) J) as (F & _ & Q).
  destruct (generate_all_ok l found G) as (Gv & Gr).
  assert (Common : forall h', (h' = h \/ h' = opposite_form) -> forall g bs, In (g, bs) (map (fun a => (fst a, true :: snd a)) (even ++ found)) -> marked N (h' :: ws) (at_g g) bs).
  { intros h' Sides g bs I. apply in_map_iff in I. destruct I as ((g', bs') & X & I). cbn [fst snd] in X. injection X as <- <-. apply in_app_iff in I.
    assert (Y : marked N ws (at_g g') bs' /\ h · at_g g' = 0).
    { destruct I as [I|I]; [apply Even in I; destruct I as (I & Z0); split; [apply marked_in, I|exact Z0]|]. destruct (Gv g' bs' I) as (_ & I'). exact (F _ _ I'). }
    destruct Y as (Y & Z0). constructor; [|exact Y]. split; [|reflexivity]. apply eq_le. destruct Sides as [->| ->]; [auto|rewrite dot_opposite, Z0; ring]. }
  assert (New : forall keep a ba b bb, In (a, ba) c -> In (b, bb) c -> 0 < h · at_g a -> h · at_g b < 0 -> (n <= both ba bb + 1)%nat ->
    exists g bs, In (g, bs) (keep ++ map (fun a => (fst a, true :: snd a)) (even ++ found)) /\ scaled (ray g) a b).
  { intros keep a ba b bb Ia Ib Pa Pb L. destruct (Q a ba b bb) as (t & It & S); trivial; [apply Up; auto|apply Down; auto|].
    destruct (Gr t It) as (g & bs & Ig & <-). exists g, (true :: bs). split; [|exact S]. apply in_app_iff. right. apply in_map_iff. exists (g, bs). split; [reflexivity|]. apply in_app_iff. auto. }
  assert (Val : forall keep, (forall g bs, In (g, bs) keep -> In (g, bs) c) -> forall g bs,
    In (g, bs) (map (fun a => (fst a, false :: snd a)) keep ++ map (fun a => (fst a, true :: snd a)) (even ++ found)) -> valid g).
  { intros keep Kc g bs I. apply in_app_iff in I. destruct I as [I|I]; apply in_map_iff in I; destruct I as ((g', bs') & X & I); cbn [fst snd] in X; injection X as <- <-.
    - apply (V g' bs'), Kc, I.
    - apply in_app_iff in I. destruct I as [I|I]; [apply (V g' bs'), (proj1 (Even g' bs') I)|apply (Gv g' bs' I)]. }
  split; [|split; [|split]].
  - apply part_described; [auto| |intros g bs I P|apply New].
    + intros g bs I. apply in_app_iff in I. destruct I as [I|I]; [|apply (Common h); auto]. apply in_map_iff in I. destruct I as ((g', bs') & X & I). cbn [fst snd] in X. injection X as <- <-.
      apply Up in I. destruct I as (I & P). constructor; [|apply marked_in, I]. split; [apply lt_le, P|]. intro Z0. exfalso. exact (lt_ne K _ _ P (eq_sym Z0)).
    + destruct (eq_dec K (h · at_g g) 0) as [Z0|Nz]; [exists (true :: bs)|exists (false :: bs)]; apply in_app_iff; [right|left]; apply in_map_iff; exists (g, bs); split; try reflexivity.
      * apply in_app_iff. left. apply Even. auto.
      * apply Up. split; trivial. intro X. apply Nz, kle_antisym; trivial.
  - apply part_described; [auto| |intros g bs I P|apply New].
    + intros g bs I. apply in_app_iff in I. destruct I as [I|I]; [|apply (Common opposite_form); auto]. apply in_map_iff in I. destruct I as ((g', bs') & X & I). cbn [fst snd] in X. injection X as <- <-.
      apply Down in I. destruct I as (I & P). constructor; [|apply marked_in, I]. rewrite dot_opposite. split; [apply opp_nonneg, lt_le, P|]. intro Z0. exfalso. apply P.
      replace (h · at_g g') with (- - (h · at_g g')) by ring. rewrite Z0. apply eq_le. ring.
    + rewrite dot_opposite in P. destruct (eq_dec K (h · at_g g) 0) as [Z0|Nz]; [exists (true :: bs)|exists (false :: bs)]; apply in_app_iff; [right|left]; apply in_map_iff; exists (g, bs); split; try reflexivity.
      * apply in_app_iff. left. apply Even. auto.
      * apply Down. split; trivial. intro X. apply Nz, kle_antisym; trivial. replace (h · at_g g) with (- - (h · at_g g)) by ring. replace (0:K) with (- (0:K)) by ring. apply opp_le, P.
  - apply Val. intros g bs I. apply (proj1 (Up g bs) I).
  - apply Val. intros g bs I. apply (proj1 (Down g bs) I).
Qed.
End Parts.
End Sound.
