(** A piecewise-affine network is injective if the images of its cells meet only where the cells do (theorems/separated_cells.py).

    The functionals and left inverses that the kernel computes by elimination are part of the certificate here: they are only checked. *)
Require Import ZArith QArith List Bool Lia Field.
From Bijection Require Import Maps OField Network Exact Domains Statements Rank Affine Hull Monotone Cones Walls Homogeneous Cells Cutting CellTree Roots Secants.
Import ListNotations.
Open Scope Z_scope.

(** A cell without a point, or whose generators are all those of another one. *)
Definition idle (c : cell) : bool := forallb (fun a => hd 0 (ray (fst a)) =? 0) c.
Definition part_of (c d : cell) : bool := forallb (fun a => existsb (fun b => forall2b Z.eqb (ray (fst a)) (ray (fst b))) d) c.

Section Check.
Variables (f : network) (n : nat) (directions : list (list Z)) (secants : list (list Z) -> list Q -> nodes -> nodes -> bool).

Fixpoint grow_all (cells : list cell) (plans : list plan) : option (list nodes) :=
  match cells, plans with
  | [], [] => Some []
  | c :: cells', p :: plans' =>
      match grow f n directions secants c p, grow_all cells' plans' with Some (t, true), Some ts => Some (t :: ts) | _, _ => None end
  | _, _ => None
  end.

(** Each pair of roots by an entry, in order. *)
Fixpoint against (t : nodes) (ts : list nodes) (es : list entry) : option (list entry) :=
  match ts with
  | [] => Some es
  | u :: ts' => match es with e :: es' => if deal directions secants e t u then against t ts' es' else None | [] => None end
  end.
Fixpoint deal_all (ts : list nodes) (es : list entry) : bool :=
  match ts with
  | [] => match es with [] => true | _ => false end
  | t :: ts' => match against t ts' es with Some es' => deal_all ts' es' | None => false end
  end.
End Check.

Section Sound.
Variable K : ofield.
Variables (f : network) (n : nat) (secants : list (list Z) -> list Q -> nodes -> nodes -> bool).
Hypothesis secants_ok : forall m ts p q, secants m ts p q = true -> good K f n p -> good K f n q -> separated K f n (Two p q).
Notation inside_node := (inside K n).

Lemma grow_all_ok directions cells plans ts : (forall c, In c cells -> cell_ok K f n c) -> grow_all f n directions secants cells plans = Some ts ->
  Forall (fun t => good K f n t /\ separated K f n t) ts /\ Forall2 (fun c t => forall v, cone (S n) (spans K (map fst c)) v -> inside_node t v) cells ts.
Proof.
  revert plans ts. induction cells as [|c cells IH]; intros [|p plans] ts V E; cbn [grow_all] in E; try discriminate; [injection E as <-; auto|].
  destruct (grow f n directions secants c p) as [(t, [|])|] eqn:G; try discriminate. destruct (grow_all _ _ _ _ cells plans) as [ts'|] eqn:R; [|discriminate]. injection E as <-.
  destruct (V c (or_introl eq_refl)) as (Vc & ws & D). destruct (grow_ok K f n secants secants_ok directions p c ws t true Vc D G) as (Gt & St & It).
  destruct (IH plans ts' (fun c' I => V c' (or_intror I)) R) as (A & B). split; constructor; auto. intros v C. apply It.
  intros a Ia. apply (cone_nonneg K (S n) _ a v) with (2 := C). intros w (g & I & ->). apply in_map_iff in I. destruct I as ((g', bs) & <- & I). cbn [fst].
  assert (M := all_marked _ _ _ _ D (at_g K g') bs). lapply M; [clear M; intro M|apply in_map_iff; exists (g', bs); auto].
  clear - M Ia. unfold marked in M. induction M as [|b x l y (P & _) M IH]; [destruct Ia|]. destruct Ia as [<-|Ia]; auto.
Qed.

Lemma against_ok directions t ts es es' : good K f n t -> Forall (good K f n) ts -> against directions secants t ts es = Some es' -> Forall (told_apart K f n t) ts.
Proof.
  intros G. revert es. induction ts as [|u ts IH]; intros es Gs E; [constructor|]. cbn [against] in E. destruct es as [|e es]; [discriminate|].
  destruct (deal directions secants e t u) eqn:D; [|discriminate]. inversion Gs. constructor; [apply (deal_ok K f n secants secants_ok directions e); trivial|apply (IH es); trivial].
Qed.

Lemma deal_all_ok directions ts es : Forall (good K f n) ts -> deal_all directions secants ts es = true ->
  forall i j p q, (i < j)%nat -> nth_error ts i = Some p -> nth_error ts j = Some q -> told_apart K f n p q.
Proof.
  revert es. induction ts as [|t ts IH]; intros es Gs E i j p q L Ep Eq; [destruct i; discriminate|]. cbn [deal_all] in E.
  destruct (against directions secants t ts es) as [es'|] eqn:A; [|discriminate]. inversion Gs as [|? ? G Gs']; subst. destruct j as [|j]; [lia|]. cbn [nth_error] in Eq.
  destruct i as [|i]; cbn [nth_error] in Ep.
  - injection Ep as <-. assert (F := against_ok directions t ts es es' G Gs' A). rewrite Forall_forall in F. apply F, (nth_error_In _ _ Eq).
  - apply (IH es' Gs' E i j); trivial. lia.
Qed.
End Sound.

(** ** Secants of two nodes: between which slopes the units are there *)

Fixpoint generators (t : nodes) : list generator := match t with One gs => gs | Two p q => generators p ++ generators q end.

Definition node_ranges (nd : node) (m : list (list signs)) : list (Q * Q) :=
  match does nd with
  | Pointwise l => zip (fun s sg => match s with Pieces p more => slope_range p (combine more sg) | _ => (0, 0)%Q end) (unroll l) m
  | _ => []
  end.

Definition earlier (k : nat) (nd : node) : bool := match does nd with Pointwise _ => match inputs nd with [j] => (j <=? k)%nat | _ => false end | _ => true end.

Definition along_secants (f : network) (n : nat) (matrix : list (list Z)) (weights : list Q) (p q : nodes) : bool :=
  match summary (generators p ++ generators q) with
  | Some s => forallb (fun e => earlier (fst e) (snd e)) (combine (seq 0 (length f)) f) && monotone f n (zip node_ranges f s) matrix weights
  | None => false
  end.

Section Secants.
Variable K : ofield.
Add Field Kf2 : (kth K).
Open Scope K_scope.
Variables (f : network) (n : nat).
Notation N := (S n).
Notation F j := (nth j (hrun K f [input_of K n]) (none K)).

Lemma trace_at (v : nat -> K) j : v O = 1 -> nth j (trace f (input_of K n v)) [] = F j v.
Proof.
  intro V. assert (R : forall f Fs, map (fun F => F v) (hrun K f Fs) = fold_left step f (map (fun F => F v) Fs)).
  { induction f0 as [|nd f0 IH]; intro Fs; cbn [hrun fold_left]; trivial. rewrite IH, map_app. cbn [map]. f_equal. unfold step. f_equal. f_equal.
    rewrite V, happly_one. f_equal. apply map_ext. intro i. symmetry. exact (map_nth (fun F : (nat -> K) -> list K => F v) Fs (none K) i). }
  unfold trace. change [input_of K n v] with (map (fun F : (nat -> K) -> list K => F v) [input_of K n]). rewrite <- R.
  exact (map_nth (fun F : (nat -> K) -> list K => F v) (hrun K f [input_of K n]) (none K) j).
Qed.

(** The levels of a unit at a generator. *)
Lemma levels_of_unit g k nd l j i s : valid f n g -> nth_error f k = Some nd -> does nd = Pointwise l -> inputs nd = [j] -> (j <= k)%nat -> nth_error (unroll l) i = Some s ->
  exists p more lv, s = Pieces p more /\ continuous p more = true /\ nth_error (nth k (levels_at g) []) i = Some lv /\ length lv = length more /\
    forall b t q, nth_error more b = Some (t, q) -> exists lk, nth_error lv b = Some lk /\ inZ (fst lk) / inZ (Zpos (snd lk)) = nth i (F j (at_g K g)) 0 - inQ t * at_g K g O.
Proof.
  intros V Ek Ed Ei Lj Es. destruct (generate_ok f n _ _ V) as (_ & _ & _ & out & E & _).
  destruct (zhrun_spec K g f [input_of K n] [(tl (ray g), 1%positive)] out (levels_at g)) as (P & _ & Q).
  { cbn [map]. rewrite (input_at K f n g V). reflexivity. } { exact E. }
  destruct (Q k nd Ek) as (xs & v & lvs & El & Ez & E0). rewrite Ed in Ez. specialize (E0 j [] Ei). lapply E0; [clear E0; intro E0|cbn [length]; lia].
  assert (Fj : F j (at_g K g) = emb (nth j out ([], 1%positive))).
  { transitivity (nth j (map (fun F => F (at_g K g)) (hrun K f [input_of K n])) []).
    - symmetry. exact (map_nth (fun F : (nat -> K) -> list K => F (at_g K g)) _ (none K) j).
    - rewrite P. apply nth_emb. }
  unfold zhapply in Ez. rewrite E0 in Ez. destruct (nth j out ([], 1%positive)) as (a, d).
  destruct (Nat.eqb_spec (length (unroll l)) (length a)) as [L|]; [|discriminate]. destruct (sequence _) as [r|] eqn:Sq; [|discriminate].
  injection Ez as _ <-. apply zip_some in Sq; trivial. assert (Li : (i < length a)%nat) by (rewrite <- L; apply nth_error_Some; congruence).
  destruct (nth_error a i) as [x|] eqn:Ex; [|apply nth_error_None in Ex; lia].
  assert (Ec : nth_error (combine (unroll l) a) i = Some (s, x)).
  { clear - Es Ex. revert i a Es Ex. generalize (unroll l). induction l0 as [|s' l0 IH]; intros [|i] [|t' a] Es Et; try discriminate; cbn [combine nth_error] in *; [congruence|apply IH; trivial]. }
  destruct (Forall2_at' _ _ _ _ _ _ _ Sq Ec) as ((y, lv) & Er & Ez). cbn [fst snd] in Ez. unfold zact, bent in Ez. destruct s as [p more| | | |al sc|]; try discriminate.
  destruct (continuous p more) eqn:Ct; [|discriminate]. injection Ez as _ <-. exists p, more, (unit_levels more (w_of g) d x). split; [reflexivity|]. split; [exact Ct|].
  split; [rewrite (nth_error_nth _ k [] El); apply (map_nth_error snd _ _ Er)|]. split.
  { clear. induction more as [|(b, q) more IH]; cbn [unit_levels length]; auto. }
  intros b t q Eb. destruct (unit_level_sign K more (w_of g) d x b t q Eb) as (lk & Elk & Vk). exists lk. split; [exact Elk|]. rewrite Vk, Fj.
  rewrite (emb_nth K a d i : nth i (emb (a, d)) 0 = _), (nth_error_nth a i 0%Z Ex).
  assert (W : inZ (w_of g) = at_g K g O) by (unfold w_of, at_g, at_ray; destruct (ray g); reflexivity). rewrite W. reflexivity.
Qed.

Lemma inside_leaf t v : good K f n t -> inside K n t v -> exists gs, leaf_ok K f n gs /\ cone N (spans K gs) v /\ forall g, In g gs -> In g (generators t).
Proof.
  induction t as [gs|p IHp q IHq]; cbn [good inside generators]; intros G I; [exists gs; auto|]. destruct G as (G1 & G2). destruct I as [I|I]; [destruct (IHp G1 I) as (gs & A & B & C)|destruct (IHq G2 I) as (gs & A & B & C)];
    exists gs; (split; [exact A|]; split; [exact B|]; intros g J; apply in_app_iff; auto).
Qed.

Lemma along_secants_ok matrix weights p q : along_secants f n matrix weights p q = true -> good K f n p -> good K f n q -> separated K f n (Two p q).
Proof.
  unfold along_secants. destruct (summary _) as [s|] eqn:Sm; [|discriminate]. rewrite andb_true_iff. intros (Ea & M) Gp Gq u v Iu Iv U V E. rewrite forallb_forall in Ea.
  assert (Cov := summary_ok _ s Sm). assert (G : good K f n (Two p q)) by (split; trivial).
  assert (Lin : forall w : nat -> K, length (input_of K n w) = n) by (intro w; unfold input_of; rewrite map_length, seq_length; reflexivity).
  assert (X : input_of K n u = input_of K n v).
  { apply (monotone_ok K f n (zip node_ranges f s) matrix weights); trivial.
    - intros k nd Ek. cbv zeta. assert (Er := Ea (k, nd)). lapply Er; [clear Er; cbn [fst snd]; intro Er|].
      2: { clear - Ek. assert (H : forall i, nth_error f k = Some nd -> In ((i + k)%nat, nd) (combine (seq i (length f)) f)).
           { clear Ek. revert k. induction f as [|nd' f' IH]; intros [|k] i H; try discriminate; cbn [nth_error length seq combine] in *.
             - injection H as ->. left. f_equal. lia.
             - right. replace (i + S k)%nat with (S i + k)%nat by lia. apply IH, H. }
           exact (H O Ek). }
      unfold earlier in Er. unfold node_slopes. destruct (does nd) as [| l | | | | | | ] eqn:Ed; try (split; exact I). destruct (inputs nd) as [|j [|? ?]] eqn:Ei; try discriminate. apply Nat.leb_le in Er. cbn [hd]. split; [|lia].
      intros i a r Es Rr. rewrite !trace_at by trivial.
      assert (Lk : (k < length f)%nat) by (apply nth_error_Some; congruence).
      assert (Some_g : exists g0, In g0 (generators (Two p q)) /\ valid f n g0).
      { destruct (inside_leaf (Two p q) u G Iu) as (gs & L & C & Sub). destruct gs as [|g gs].
        - exfalso. apply (one_ne_zero K). rewrite <- U. clear - C. assert (H : forall w, cone N (spans K []) w -> w O = 0); [|apply H, C].
          induction 1 as [w Z0|c g x w Pc (g' & [] & _) C' IH Ew]. apply Z0. lia.
        - exists g. split; [apply Sub; simpl; auto|apply (leaf_valid _ _ _ _ L); simpl; auto]. }
      destruct Some_g as (g0 & I0 & V0). destruct (levels_of_unit g0 k nd l j i a V0 Ek Ed Ei Er Es) as (pc & more & lv0 & -> & Ct & El0 & Ll0 & _).
      (* the signs of this unit *)
      assert (Sk : exists m sg, nth_error s k = Some m /\ nth_error m i = Some sg /\ length sg = length more /\
        forall g, In g (generators (Two p q)) -> valid f n g -> Forall2 marks (nth i (nth k (levels_at g) []) []) sg).
      { assert (C0 := Cov g0 I0). assert (Lv : exists lv, nth_error (levels_at g0) k = Some lv /\ nth_error lv i = Some lv0).
        { destruct (nth_error (levels_at g0) k) as [lv|] eqn:Q.
          - exists lv. split; [reflexivity|]. rewrite (nth_error_nth _ k [] Q) in El0. exact El0.
          - exfalso. rewrite nth_overflow in El0 by (apply nth_error_None, Q). destruct i; discriminate. }
        destruct Lv as (lv & Q1 & Q2). destruct (Forall2_at' _ _ _ _ _ _ _ C0 Q1) as (m & Em & F1). destruct (Forall2_at' _ _ _ _ _ _ _ F1 Q2) as (sg & Esg & F2).
        exists m, sg. split; [exact Em|]. split; [exact Esg|]. split; [rewrite <- Ll0; symmetry; apply (Forall2_length _ _ _ _ _ F2)|].
        intros g I Vg. destruct (Forall2_at _ _ _ _ _ _ _ (Cov g I) Em) as (lg & Elg & F3). destruct (Forall2_at _ _ _ _ _ _ _ F3 Esg) as (lu & Elu & F4).
        rewrite (nth_error_nth _ k [] Elg), (nth_error_nth _ i [] Elu). exact F4. }
      destruct Sk as (m & sg & Em & Esg & Lsg & Mk).
      assert (Rng : r = slope_range pc (combine more sg)).
      { assert (Zn : nth k (zip node_ranges f s) [] = node_ranges nd m).
        { clear - Ek Em. revert k s Ek Em. induction f as [|nd' f' IH]; intros [|k] [|m' s] Ek Em; try discriminate; cbn [nth_error zip nth] in *; [congruence|apply IH; trivial]. }
        rewrite Zn in Rr. unfold node_ranges in Rr. rewrite Ed in Rr. clear - Rr Es Esg. revert i m Rr Es Esg. generalize (unroll l). induction l0 as [|a l0 IH]; intros [|i] [|x m] Rr Es Esg; try discriminate; cbn [zip nth_error] in *.
        - injection Es as ->. injection Esg as ->. injection Rr as <-. reflexivity.
        - apply (IH i m); trivial. }
      subst r. assert (Mf : map (@fst (Q * (Q * Q)) (bool * bool)) (combine more sg) = more).
      { clear - Lsg. revert sg Lsg. induction more as [|x more IH]; intros [|y sg] L; try discriminate; cbn [combine map fst]; trivial. rewrite IH by (injection L; trivial). reflexivity. }
      assert (Reg : forall w : nat -> K, inside K n (Two p q) w -> w O = 1 -> in_region K (combine more sg) (nth i (F j w) 0)).
      { intros w Iw W. destruct (inside_leaf (Two p q) w G Iw) as (gs & L & C & Sub). destruct (leaf_values _ _ _ _ L j ltac:(lia)) as (A & HA).
        assert (Unit : exists h : nat -> K, forall y, cone N (spans K gs) y -> nth i (F j y) 0 = dot N h y).
        { exists (nth i A (fun _ => 0)). intros y Cy. rewrite (HA y Cy). destruct (Nat.lt_ge_cases i (length A)) as [Li|Li].
          - rewrite (nth_indep _ 0 (dot N (fun _ => 0) y)) by (rewrite map_length; exact Li). apply (map_nth (fun a => dot N a y)).
          - rewrite !nth_overflow by (rewrite ?map_length; exact Li). clear. generalize N. intro m. induction m as [|m IH]; cbn [dot]; [reflexivity|rewrite <- IH; ring]. }
        destruct Unit as (h & Hh). unfold in_region. apply Forall_forall. intros ((t, q'), (up, down)) Ie. cbn [fst snd]. apply In_nth_error in Ie. destruct Ie as (b & Eb).
        assert (Eb' : nth_error more b = Some (t, q') /\ nth_error sg b = Some (up, down)).
        { clear - Eb. revert sg b Eb. induction more as [|x more IH]; intros [|y sg] [|b] Eb; try discriminate; cbn [combine nth_error] in *; [injection Eb as -> ->; auto|apply IH, Eb]. }
        destruct Eb' as (Eb1 & Eb2).
        assert (At : forall g, In g gs -> exists lk, marks lk (up, down) /\ inZ (fst lk) / inZ (Zpos (snd lk)) = dot N h (at_g K g) - inQ t * at_g K g O).
        { intros g Ig. assert (Vg := leaf_valid _ _ _ _ L g Ig). destruct (levels_of_unit g k nd l j i (Pieces pc more) Vg Ek Ed Ei Er Es) as (pc' & more' & lv & Epc & _ & Elv & _ & Hl).
          injection Epc as <- <-. destruct (Hl b t q' Eb1) as (lk & Elk & Vk). exists lk. split.
          - assert (Mg := Mk g (Sub g Ig) Vg). rewrite (nth_error_nth _ i [] Elv) in Mg. destruct (Forall2_at' _ _ _ _ _ _ _ Mg Elk) as (sg' & Es' & Mm). rewrite Eb2 in Es'. injection Es' as <-. exact Mm.
          - rewrite Vk, Hh by (apply cone_self; exists g; auto). reflexivity. }
        assert (Ew : forall y : nat -> K, inQ t * y O = dot N (fun i => inQ t * first i + 0 * first i) y) by (intro y; rewrite (dot_left K N (inQ t) first 0 first y), dot_first; ring).
        assert (Ew1 : inQ t = inQ t * w O) by (rewrite W; ring). rewrite (Hh w C), Ew1, Ew.
        split; intro Fl; subst; apply (cone_below K n (spans K gs)); trivial; intros y (g & Ig & ->); rewrite <- Ew; destruct (At g Ig) as (lk & (M1 & M2) & Vk); cbn [fst snd] in M1, M2.
        - assert (P0 : (fst lk <= 0)%Z) by (destruct (Z_lt_le_dec 0 (fst lk)) as [Q|Q]; [discriminate (M1 Q)|exact Q]). assert (H0 := level_nonpos K lk _ Vk P0).
          apply (proj2 (le_diff K _ _)). replace (inQ t * at_g K g O - dot N h (at_g K g)) with (- (dot N h (at_g K g) - inQ t * at_g K g O)) by ring. apply opp_nonneg, H0.
        - assert (P0 : (0 <= fst lk)%Z) by (destruct (Z_lt_le_dec (fst lk) 0) as [Q|Q]; [discriminate (M2 Q)|exact Q]). apply (proj2 (le_diff K _ _)). exact (level_nonneg K lk _ Vk P0). }
      cbn [activate]. assert (Bf := between_flagged K pc (combine more sg) (nth i (F j u) 0) (nth i (F j v) 0)). rewrite Mf in Bf. apply Bf; [exact Ct|apply Reg; trivial|apply Reg; trivial].
    - transitivity (output_of K n f u); [symmetry; apply hrun_value; trivial|]. rewrite E. apply hrun_value; trivial. }
  intros i Li. destruct i as [|i]; [congruence|]. assert (H := f_equal (fun l => nth i l 0) X). cbv beta in H.
  assert (At : forall w : nat -> K, nth i (input_of K n w) 0 = w (S i)).
  { intro w. unfold input_of. rewrite (nth_indep _ 0 (w (S O))) by (rewrite map_length, seq_length; lia). rewrite (map_nth (fun i => w (S i)) (seq 0 n) O i), seq_nth by lia. reflexivity. }
  rewrite !At in H. exact H.
Qed.
End Secants.

Definition SeparatedCells (directions : list (list Z)) (kept : list nat) (plans : list plan) (entries : list entry) : rule := fun goal =>
  match goal with
  | Injective (Net f) D =>
      match dimension D with
      | None => None
      | Some n =>
          match roots f n D with
          | None => None
          | Some cells =>
              let chosen := map (fun k => nth k cells []) kept in
              match grow_all f n directions (along_secants f n) chosen plans with
              | Some ts =>
                  given (forallb (fun k => k <? length cells)%nat kept && forallb (fun c => if idle c then true else existsb (part_of c) chosen) cells &&
                         deal_all directions (along_secants f n) ts entries) []
              | None => None
              end
          end
      end
  | _ => None
  end.

Section Rule.
Variable K : ofield.
Add Field Kf : (kth K).

Lemma place_input n (x : list K) : length x = n -> input_of K n (place K x) = x.
Proof.
  intros <-. unfold input_of, place. induction x as [|t x IH]; cbn [length seq map nth]; trivial. f_equal. rewrite <- seq_shift, map_map. exact IH.
Qed.

Lemma place_output f n (x : list K) : length x = n -> output_of K n f (place K x) = value f x.
Proof. intro L. apply hrun_value; [reflexivity|apply place_input, L]. Qed.

(** A point lies in a node of one of the chosen cells. *)
Lemma chosen_holds n cells kept (v : nat -> K) : v O = k1 -> forallb (fun c => if idle c then true else existsb (part_of c) (map (fun k => nth k cells []) kept)) cells = true ->
  (exists c, In c cells /\ cone (S n) (spans K (map fst c)) v) -> exists c, In c (map (fun k => nth k cells []) kept) /\ cone (S n) (spans K (map fst c)) v.
Proof.
  intros V E (c & I & C). rewrite forallb_forall in E. specialize (E c I). destruct (idle c) eqn:Id.
  - exfalso. apply (one_ne_zero K). rewrite <- V, <- (dot_first K n v). apply kle_antisym.
    + assert (G0 : forall w, spans K (map fst c) w -> dot (S n) first w = k0).
      { intros w (g & J & ->). rewrite dot_first. apply in_map_iff in J. destruct J as ((g', bs) & <- & J). cbn [fst]. unfold idle in Id. rewrite forallb_forall in Id. specialize (Id _ J).
        cbn [fst] in Id. apply Z.eqb_eq in Id. unfold at_g, at_ray. destruct (ray g') as [|w0 x0]; [reflexivity|]. cbn [hd nth] in *. rewrite Id. reflexivity. }
      clear - C G0. induction C as [u Z0|a g u w Pc Ig C IH Ev]; [rewrite dot_zero by trivial; apply le_refl|].
      rewrite (dot_combines K (S n) first _ _ _ _ _ Ev), (G0 g Ig). replace (a * k0 + k1 * dot (S n) first u)%K with (dot (S n) first u) by ring. exact IH.
    + rewrite dot_first, V. apply zero_le_one.
  - apply existsb_exists in E. destruct E as (d & J & P). exists d. split; [exact J|]. apply (cone_within K (S n) _ _) with (2 := C). intros w (g & Ig & ->). apply cone_self.
    apply in_map_iff in Ig. destruct Ig as ((g', bs) & <- & Ig). unfold part_of in P. rewrite forallb_forall in P. specialize (P _ Ig). apply existsb_exists in P. destruct P as ((h, bs') & Ih & Eh).
    cbn [fst] in *. apply forall2b_eqb in Eh. exists h. split; [apply in_map_iff; exists (h, bs'); auto|]. unfold at_g. rewrite Eh. reflexivity.
Qed.
End Rule.

Theorem SeparatedCells_sound directions kept plans entries : sound (SeparatedCells directions kept plans entries).
Proof.
  intros [[f|] D| | | | | |] gs E K _; try discriminate. cbn [SeparatedCells] in E. destruct (dimension D) as [n|] eqn:N; [|discriminate].
  destruct (roots f n D) as [cells|] eqn:R; [|discriminate]. set (chosen := map (fun k => nth k cells []) kept) in *.
  destruct (grow_all f n directions (along_secants f n) chosen plans) as [ts|] eqn:G; [|discriminate]. apply given_some in E. destruct E as (E & _).
  apply andb_true_iff in E. destruct E as (E & Dl). apply andb_true_iff in E. destruct E as (Lt & Cv). rewrite forallb_forall in Lt.
  destruct (roots_ok K f n D cells N R) as (Ok & Cover).
  assert (Sec := along_secants_ok K f n).
  destruct (grow_all_ok K f n (along_secants f n) Sec directions chosen plans ts) as (Gt & In2).
  { intros c I. apply in_map_iff in I. destruct I as (k & <- & I). apply Ok, nth_In. apply Nat.ltb_lt, Lt, I. } { exact G. }
  assert (Gs : Forall (good K f n) ts) by (apply Forall_impl with (2 := Gt); tauto).
  assert (Pairs := deal_all_ok K f n (along_secants f n) Sec directions ts entries Gs Dl).
  assert (Found : forall x : list K, member D x -> exists i t, nth_error ts i = Some t /\ inside K n t (place K x)).
  { intros x Dx. destruct (chosen_holds K n cells kept (place K x) eq_refl Cv (Cover x Dx)) as (c & I & C). apply In_nth_error in I. destruct I as (i & Ei).
    destruct (Forall2_at' _ _ _ _ _ _ _ In2 Ei) as (t & Et & H). exists i, t. split; [exact Et|apply H, C]. }
  intros x y Dx Dy V. cbn [image] in V. assert (Lx := dimension_spec K D n x N Dx). assert (Ly := dimension_spec K D n y N Dy).
  rewrite <- (place_output K f n x Lx), <- (place_output K f n y Ly) in V.
  assert (Same : same_place K n (place K x) (place K y)).
  { destruct (Found x Dx) as (i & t & Ei & Ix), (Found y Dy) as (j & u & Ej & Iy). rewrite Forall_forall in Gt. destruct (Nat.lt_trichotomy i j) as [L|[<-|L]].
    - apply (Pairs i j t u L Ei Ej); trivial.
    - rewrite Ei in Ej. injection Ej as <-. apply (proj2 (Gt t (nth_error_In _ _ Ei))); trivial.
    - intros k Lk. symmetry. apply (Pairs j i u t L Ej Ei); auto. }
  apply nth_ext with (d := k0) (d' := k0); [congruence|]. intros i Li. assert (S := Same (S i)). cbn [place] in S. apply S. lia.
Qed.
