(** The tree of linear dependencies: the rule LayerTree (theorems/layer_tree.py). *)
Require Import ZArith QArith List Bool Lia Field.
From Bijection Require Import Maps OField Network Exact Domains Statements Intervals Rank Affine RankRules Hull Values Monotone LayerTree.
Import ListNotations.
Open Scope Z_scope.

(** These flats, with multipliers, cannot hold at once; sides of a polytope help. *)
Record dependency := Dependency { named : list nat; multipliers : list Z; sides : list (nat * Z) }.

(** ** Residues: division by m, or for m = 2^k - c with a small c, as 2^k is c modulo m, two steps that are much faster.
    They are congruent to what they are residues of, not the least ones. *)

Definition reduction (m : Z) : Z -> Z :=
  let k := Z.log2 m + 1 in
  let ones := Z.ones k in
  let c := ones + 1 - m in
  let fold x := Z.land x ones + c * Z.shiftr x k in
  if c * c <? m then fun x => fold (fold x) else fun x => x mod m.

Lemma reduction_ok m : 0 < m -> forall x, (m | reduction m x - x).
Proof.
  intros M x. unfold reduction. set (k := Z.log2 m + 1). assert (K0 : 0 <= k) by (unfold k; assert (H := Z.log2_nonneg m); lia). rewrite Z.ones_equiv.
  set (c := Z.pred (2 ^ k) + 1 - m). assert (F : forall y, (m | Z.land y (Z.pred (2 ^ k)) + c * Z.shiftr y k - y)).
  { intro y. rewrite <- Z.ones_equiv, Z.land_ones, Z.shiftr_div_pow2 by exact K0. exists (- (y / 2 ^ k)).
    assert (P : 2 ^ k <> 0) by (apply Z.pow_nonzero; lia). assert (D := Z.div_mod y (2 ^ k) P). unfold c. rewrite <- Z.sub_1_r. rewrite D at 3. ring. }
  destruct (c * c <? m).
  - set (fold := fun y => Z.land y (Z.pred (2 ^ k)) + c * Z.shiftr y k) in *. change (m | fold (fold x) - x).
    replace (fold (fold x) - x) with ((fold (fold x) - fold x) + (fold x - x)) by ring. apply Z.divide_add_r; apply F.
  - exists (- (x / m)). assert (D := Z.div_mod x m ltac:(lia)). rewrite D at 2. ring.
Qed.

(** ** What vectors modulo m are left; residues are 0, or m, where they vanish. *)

Section Know.
Variables (m : Z) (red : Z -> Z).

Fixpoint split_pivot (r : list Z) (kernel : list (list Z)) : option (list (list Z) * list Z * Z * list (list Z)) :=
  match kernel with
  | [] => None
  | k :: rest =>
      let d := red (zdot r k) in
      if (d =? 0) || (d =? m) then match split_pivot r rest with Some (b, q, d, a) => Some (k :: b, q, d, a) | None => None end
      else Some ([], k, d, rest)
  end.

Definition know (r : list Z) (kernel : list (list Z)) : option (list (list Z)) :=
  match split_pivot r kernel with
  | None => Some kernel
  | Some (b, q, d, a) =>
      if Z.gcd d m =? 1 then Some (map (fun k => let e := red (zdot r k) in zip (fun s t => red (d * s - e * t)) k q) (b ++ a)) else None
  end.
End Know.

(** Every integer vector that the rows send to 0 modulo m is a combination of the kernel modulo m. *)
Definition spans (m : Z) (n : nat) (rows kernel : list (list Z)) :=
  (forall k, In k kernel -> length k = n) /\
  forall u, length u = n -> (forall r, In r rows -> (m | zdot r u)) ->
    exists cs, length cs = length kernel /\ forall w, length w = n -> (m | zdot w u - zdot cs (map (zdot w) kernel)).

Lemma spans_nil m n rows : spans m n rows [] -> trivial_modulo m n rows.
Proof.
  intros (_ & S) u L R a I. destruct (S u L R) as (cs & Lc & H). destruct cs; [|discriminate]. destruct (In_nth _ _ 0 I) as (i & Li & <-).
  specialize (H (unit n i)). assert (Lu : length (unit n i) = n) by (unfold unit; rewrite app_length; cbn [length]; rewrite !repeat_length; lia).
  specialize (H Lu). cbn [zdot] in H. rewrite Z.sub_0_r in H.
  assert (E : zdot (unit n i) u = nth i u 0). 
  { unfold unit. generalize (n - Datatypes.S i)%nat. clear. intro k. revert u. induction i as [|i IH]; intros [|t u]; cbn [repeat app zdot nth]; trivial.
    - replace (zdot (repeat 0 k) u) with 0; [ring|]. revert u. induction k as [|k IHk]; intros [|s u]; cbn [repeat zdot]; trivial. rewrite <- IHk. ring.
    - rewrite IH. ring. }
  rewrite E in H. exact H.
Qed.

Lemma split_pivot_ok m red r kernel b q d a : split_pivot m red r kernel = Some (b, q, d, a) -> kernel = b ++ q :: a /\ d = red (zdot r q).
Proof.
  revert b. induction kernel as [|k kernel IH]; intros b E; cbn [split_pivot] in E; [discriminate|]. destruct ((red (zdot r k) =? 0) || (red (zdot r k) =? m)).
  - destruct (split_pivot m red r kernel) as [(((b', q'), d'), a')|]; [|discriminate]. injection E as <- <- <- <-. destruct (IH b' eq_refl) as (-> & ->). auto.
  - injection E as <- <- <- <-. auto.
Qed.

Lemma zdot_app u u' v v' : length u = length v -> zdot (u ++ u') (v ++ v') = zdot u v + zdot u' v'.
Proof. revert v. induction u as [|s u IH]; intros [|t v] L; try discriminate; cbn [app zdot]; trivial. rewrite IH by (injection L; auto). ring. Qed.

Definition cong (m a b : Z) := (m | a - b).

Lemma zdot_cong A m cs (f g : A -> Z) l : (forall k, In k l -> cong m (f k) (g k)) -> cong m (zdot cs (map f l)) (zdot cs (map g l)).
Proof.
  unfold cong. revert l. induction cs as [|c cs IH]; intros [|k l] H; cbn [map zdot]; try apply Z.divide_0_r.
  replace (c * f k + zdot cs (map f l) - (c * g k + zdot cs (map g l))) with (c * (f k - g k) + (zdot cs (map f l) - zdot cs (map g l))) by ring.
  apply Z.divide_add_r; [apply Z.divide_mul_r, H; simpl; auto|]. apply IH. intros; apply H; simpl; auto.
Qed.

Section Residues.
Variables (m : Z) (red : Z -> Z).
Hypothesis red_ok : forall x, (m | red x - x).

Lemma zdot_mod_list w u v : length u = length v -> forall d e, cong m (zdot w (zip (fun s t => red (d * s - e * t)) u v)) (d * zdot w u - e * zdot w v).
Proof.
  unfold cong. intros L d e. revert u v L. induction w as [|c w IH]; intros [|s u] [|t v] L; try discriminate; cbn [zip zdot];
    try (replace (0 - (d * 0 - e * 0)) with 0 by ring; apply Z.divide_0_r).
  replace (c * red (d * s - e * t) + zdot w (zip (fun s t => red (d * s - e * t)) u v) - (d * (c * s + zdot w u) - e * (c * t + zdot w v)))
    with (c * (red (d * s - e * t) - (d * s - e * t)) + (zdot w (zip (fun s t => red (d * s - e * t)) u v) - (d * zdot w u - e * zdot w v))) by ring.
  apply Z.divide_add_r; [|apply IH; injection L; auto]. apply Z.divide_mul_r, red_ok.
Qed.

Lemma know_spans n r rows kernel kernel' : length r = n -> know m red r kernel = Some kernel' -> spans m n rows kernel -> spans m n (r :: rows) kernel'.
Proof.
  intros Lr E (Lk & S). unfold know in E. destruct (split_pivot m red r kernel) as [(((b, q), d), a)|] eqn:P.
  2: { injection E as <-. split; trivial. intros u L R. apply S; trivial. intros s I. apply R. simpl. auto. }
  destruct (Z.eqb_spec (Z.gcd d m) 1) as [G|]; [|discriminate]. injection E as <-.
  apply split_pivot_ok in P. destruct P as (-> & Dd). assert (Lq : length q = n) by (apply Lk, in_elt).
  assert (Lab : forall k, In k (b ++ a) -> length k = n) by (intros k I; apply Lk, in_or_app; apply in_app_or in I; simpl; tauto).
  split.
  { intros k I. apply in_map_iff in I. destruct I as (k' & <- & I). cbv zeta. rewrite zip_length; rewrite (Lab k' I); lia. }
  intros u Lu R. destruct (S u Lu) as (cs & Lc & H). { intros s I. apply R. simpl. auto. }
  rewrite app_length in Lc. cbn [length] in Lc. set (nb := length b) in *.
  set (c1 := firstn nb cs). set (rest := skipn nb cs). assert (L1 : length c1 = nb) by (unfold c1; rewrite firstn_length; lia).
  assert (Ec : cs = c1 ++ rest) by (symmetry; apply firstn_skipn). assert (L2 : length rest = Datatypes.S (length a)) by (unfold rest; rewrite skipn_length; lia).
  destruct rest as [|c c2]; [discriminate|]. injection L2 as L2.
  assert (Split : forall w, zdot cs (map (zdot w) (b ++ q :: a)) = zdot (c1 ++ c2) (map (zdot w) (b ++ a)) + c * zdot w q).
  { intro w. rewrite Ec, !map_app, !zdot_app by (rewrite map_length; lia). cbn [map zdot]. ring. }
  destruct (Z.gcd_bezout d m 1) as (i & j & B); [exact G|].
  exists (zscale i (c1 ++ c2)). split.
  { unfold zscale. rewrite !map_length, !app_length. lia. }
  intros w Lw. assert (Hr := H r Lr). assert (Hw := H w Lw). rewrite Split in Hr, Hw.
  assert (Ru : (m | zdot r u)) by (apply R; simpl; auto).
  assert (Sc : forall l, zdot (zscale i (c1 ++ c2)) l = i * zdot (c1 ++ c2) l).
  { intro l. unfold zscale. generalize (c1 ++ c2). clear. intro s. revert l. induction s as [|t s IH]; intros [|x l]; cbn [map zdot]; try ring. rewrite IH. ring. }
  rewrite Sc, map_map. set (cs' := c1 ++ c2) in *.
  assert (Lift : cong m (zdot cs' (map (fun k => zdot w (zip (fun s t => red (d * s - red (zdot r k) * t)) k q)) (b ++ a)))
    (zdot cs' (map (fun k => d * zdot w k - red (zdot r k) * zdot w q) (b ++ a)))).
  { apply zdot_cong. intros k I. apply zdot_mod_list. rewrite (Lab k I). lia. }
  rewrite zdot_map_combine in Lift.
  assert (Ek : cong m (zdot cs' (map (fun k => red (zdot r k)) (b ++ a))) (zdot cs' (map (zdot r) (b ++ a)))).
  { apply zdot_cong. intros k _. apply red_ok. }
  assert (Ed : (m | zdot r q - d)). { rewrite Dd, <- Z.divide_opp_r. replace (- (zdot r q - red (zdot r q))) with (red (zdot r q) - zdot r q) by ring. apply red_ok. }
  change (map (fun x => zdot w x) (b ++ a)) with (map (zdot w) (b ++ a)) in Lift.
  unfold cong in *. destruct Hr as (k1 & Hr), Hw as (k6 & Hw), Ru as (k2 & Ru), Lift as (k5 & Lift), Ek as (k4 & Ek), Ed as (k3 & Ed).
  revert Hr Hw Ru Lift Ek Ed. generalize (zdot cs' (map (fun k => zdot w (zip (fun s t => red (d * s - red (zdot r k) * t)) k q)) (b ++ a))).
  generalize (zdot cs' (map (fun k => red (zdot r k)) (b ++ a))) (zdot cs' (map (zdot r) (b ++ a))) (zdot cs' (map (zdot w) (b ++ a))) (zdot r u) (zdot w u) (zdot r q) (zdot w q).
  clear - B. intros X' X Y ru wu rq wq lifts Hr Hw Ru Lift Ek Ed.
  exists (wu * j + i * d * k6 - i * (k5 - wq * (k2 - k1 + k4 - c * k3))).
  assert (E1 : rq = d + k3 * m) by lia. subst rq. assert (E2 : X = (k2 - k1) * m - c * (d + k3 * m)) by lia. subst X. subst ru.
  assert (E3 : X' = (k2 - k1) * m - c * (d + k3 * m) + k4 * m) by lia. subst X'.
  assert (E4 : lifts = d * Y - ((k2 - k1) * m - c * (d + k3 * m) + k4 * m) * wq + k5 * m) by lia. subst lifts.
  assert (E5 : Y = wu - k6 * m - c * wq) by lia. subst Y. clear - B.
  transitivity (wu * (i * d + j * m) - i * (d * (wu - k6 * m - c * wq) - ((k2 - k1) * m - c * (d + k3 * m) + k4 * m) * wq + k5 * m)); [rewrite B; ring|ring].
Qed.

(** A row may be replaced by its residues. *)
Lemma spans_residues n r rows kernel : spans m n (map red r :: rows) kernel -> spans m n (r :: rows) kernel.
Proof.
  intros (L & S). split; [exact L|]. intros u Lu R. apply S; [exact Lu|]. intros s [<-|I]; [|apply R; simpl; auto].
  assert (C : cong m (zdot (map red r) u) (zdot r u)).
  { rewrite (zdot_comm (map red r)), (zdot_comm r). assert (C := zdot_cong Z m u red (fun k => k) r (fun k _ => red_ok k)). rewrite map_id in C. exact C. }
  unfold cong in C. replace (zdot (map red r) u) with (zdot (map red r) u - zdot r u + zdot r u) by ring. apply Z.divide_add_r; [exact C|]. apply R. simpl. auto.
Qed.
End Residues.

Lemma start_spans m n : spans m n [] (map (unit n) (seq 0 n)).
Proof.
  assert (U : forall i w, zdot w (unit n i) = nth i w 0).
  { intros i w. unfold unit. generalize (n - Datatypes.S i)%nat. intro k. revert i. induction w as [|t w IH]; intros [|i]; cbn [repeat app zdot nth]; trivial.
    - rewrite zdot_zero_r. ring.
    - rewrite IH. ring. }
  split.
  - intros k I. apply in_map_iff in I. destruct I as (i & <- & I). apply in_seq in I. unfold unit. rewrite app_length. cbn [length]. rewrite !repeat_length. lia.
  - intros u Lu _. exists u. split. { rewrite map_length, seq_length. exact Lu. }
    intros w Lw. rewrite map_map, (map_ext _ (fun i => nth i w 0)) by (intro; apply U).
    replace (map (fun i => nth i w 0) (seq 0 n)) with w. { rewrite zdot_comm, Z.sub_diag. apply Z.divide_0_r. }
    rewrite <- Lw. clear. induction w as [|t w IH]; cbn [length seq map nth]; trivial. f_equal. rewrite <- seq_shift, map_map. exact IH.
Qed.

Fixpoint know_all (m : Z) (red : Z -> Z) (rows : list (list Z)) (kernel : list (list Z)) : option (list (list Z)) :=
  match rows with [] => Some kernel | r :: rest => match know m red r kernel with Some k => know_all m red rest k | None => None end end.

(** ** Dependencies *)

Definition term (d : positive) (f : flat) (factor : Z) (r : list Z) : option (list Z) :=
  match (if 0 <? factor then right_end f else if factor <? 0 then left_end f else None) with
  | Some e => Some (padd (zscale (factor * Zpos (Qden e)) r) [- (factor * Qnum e * Zpos d)])
  | None => None
  end.

Fixpoint total (d : positive) (rows : list (list Z)) (flats : list flat) (named : list nat) (mult : list Z) : option (list Z) :=
  match named, mult with
  | [], [] => Some []
  | j :: named', c :: mult' =>
      match nth_error flats j with
      | Some f => match nth_error rows (unit_of f) with
                  | Some r => match term d f c r, total d rows flats named' mult' with Some a, Some b => Some (padd a b) | _, _ => None end
                  | None => None end
      | None => None
      end
  | _, _ => None
  end.

(** A side <a, x> - b <= 0 in integers. *)
Definition side_row (s : list Q * Q) : list Z := fst (vector ((- snd s)%Q :: fst s)).

Fixpoint with_sides (all : list (list Q * Q)) (l : list (nat * Z)) (t : list Z) : option (list Z) :=
  match l with
  | [] => Some t
  | (k, c) :: l' => match nth_error all k with Some s => if 0 <? c then with_sides all l' (padd t (zscale c (side_row s))) else None | None => None end
  end.

Definition constant_nonneg (t : list Z) : bool := match t with [] => true | c :: a => (0 <=? c) && forallb (Z.eqb 0) a end.

(** The largest value of <a, x> on a box. *)
Definition largest_on_box (a : list Z) (box : list (Q * Q)) : Q :=
  Qred (fold_right Qplus 0%Q (zip (fun c s => if 0 <=? c then inject_Z c * snd s else inject_Z c * fst s)%Q a box)).

Definition impossible (D : domain) (d : positive) (rows : list (list Z)) (flats : list flat) (dep : dependency) : bool :=
  match named dep, total d rows flats (named dep) (multipliers dep) with
  | _ :: _, Some t =>
      match D with
      | Reals _ => match sides dep with [] => constant_nonneg t | _ => false end
      | Polytope _ all => match with_sides all (sides dep) t with Some t' => constant_nonneg t' | None => false end
      | Box box => match sides dep, t with
                   | [], c :: a => Qle_bool (largest_on_box (map Z.opp a) box) (inject_Z c)
                   | _, _ => false end
      | _ => false
      end
  | _, _ => false
  end.

(** ** The walk *)

(** For each flat the other flats of its unit, and the row of that unit, reduced. *)
Definition table (red : Z -> Z) (rows : list (list Z)) (flats : list flat) : list (list nat * option (list Z)) :=
  let numbered := combine (seq 0 (length flats)) flats in
  map (fun jf => (map fst (filter (fun ig => (unit_of (snd ig) =? unit_of (snd jf))%nat && negb (fst ig =? fst jf)%nat) numbered),
                  option_map (fun r => map red (tl r)) (nth_error rows (unit_of (snd jf))))) numbered.

Section Walk.
Variables (m : Z) (red : Z -> Z) (units : list (list nat * option (list Z))) (deps : list dependency).

Definition exclude (j : nat) (excluded : list nat) (kernel : list (list Z)) : option (list (list Z)) :=
  match nth_error units j with
  | None => None
  | Some (others, r) =>
      if forallb (fun i => existsb (Nat.eqb i) excluded) others then match r with Some r => know m red r kernel | None => None end
      else Some kernel
  end.

Fixpoint walk (fuel : nat) (excluded : list nat) (kernel : list (list Z)) (tree : list nat) : option (list nat) :=
  match fuel with
  | O => None
  | S fuel' =>
      match kernel, tree with
      | [], _ => Some tree
      | _, [] => None
      | _, k :: rest =>
          match nth_error deps k with
          | None => None
          | Some dep =>
              (fix children (l : list nat) (tree : list nat) : option (list nat) :=
                 match l with
                 | [] => Some tree
                 | j :: l' =>
                     match exclude j excluded kernel with
                     | Some kernel' => match walk fuel' (j :: excluded) kernel' tree with Some tree' => children l' tree' | None => None end
                     | None => None
                     end
                 end) (named dep) rest
          end
      end
  end.
End Walk.

Lemma table_at red rows flats j others row : nth_error (table red rows flats) j = Some (others, row) ->
  exists f, nth_error flats j = Some f /\ row = option_map (fun r => map red (tl r)) (nth_error rows (unit_of f)) /\
    forall i g, nth_error flats i = Some g -> unit_of g = unit_of f -> i <> j -> In i others.
Proof.
  unfold table. set (numbered := combine (seq 0 (length flats)) flats).
  assert (N : forall i g, nth_error numbered i = Some g -> fst g = i /\ nth_error flats i = Some (snd g)).
  { intros i g H. assert (G : forall s, nth_error (combine (seq s (length flats)) flats) i = Some g -> fst g = (s + i)%nat /\ nth_error flats i = Some (snd g)); [|exact (G O H)].
    clear. revert i. induction flats as [|f l IH]; intros [|i] s H; try discriminate; cbn [length seq combine nth_error] in *.
    - injection H as <-. rewrite Nat.add_0_r. auto.
    - destruct (IH i (S s) H) as (A & B). split; [lia|exact B]. }
  assert (M : forall i g, nth_error flats i = Some g -> In (i, g) numbered).
  { intros i g H. assert (G : forall s, In ((s + i)%nat, g) (combine (seq s (length flats)) flats)); [|exact (G O)].
    clear - H. revert i H. induction flats as [|f l IH]; intros [|i] H s; try discriminate; cbn [length seq combine nth_error] in *.
    - injection H as ->. left. rewrite Nat.add_0_r. reflexivity.
    - right. rewrite <- Nat.add_succ_comm. apply IH, H. }
  intro E. destruct (nth_error numbered j) as [(j', f)|] eqn:J.
  - rewrite (map_nth_error _ j numbered J) in E. injection E as <- <-. destruct (N _ _ J) as (Ej & F). cbn [fst snd] in *. subst j'. exists f. split; [exact F|]. split; [reflexivity|].
    intros i g G U D. apply in_map_iff. exists (i, g). split; [reflexivity|]. apply filter_In. split; [apply M, G|]. cbn [fst snd]. rewrite U, Nat.eqb_refl. apply negb_true_iff, Nat.eqb_neq, D.
  - exfalso. apply nth_error_None in J. assert (L : nth_error (map (fun jf : nat * flat => (map fst (filter (fun ig => (unit_of (snd ig) =? unit_of (snd jf))%nat && negb (fst ig =? fst jf)%nat) numbered),
      option_map (fun r => map red (tl r)) (nth_error rows (unit_of (snd jf))))) numbered) j = None) by (apply nth_error_None; rewrite map_length; exact J). congruence.
Qed.

Section Sound.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Local Notation inQ := (@OField.inQ K).
Local Notation inZ := (@OField.inZ K).

Section Path.
Variables (m : Z) (n : nat) (d : positive) (rows : list (list Z)) (flats : list flat) (deps : list dependency) (D : domain).
Variables (v p : list K).
Hypothesis (M : (1 < m)%Z) (Lv : length v = n) (Lrows : forall r, In r rows -> length r = S n).
Variable red : Z -> Z.
Hypothesis red_ok : forall x, (m | red x - x)%Z.

Definition z (r : list Z) : K := dotZ r (1 :: p) / inZ (Zpos d).
Definition flat_at (j : nat) (P : flat -> list Z -> Prop) : Prop :=
  forall f r, nth_error flats j = Some f -> nth_error rows (unit_of f) = Some r -> P f r.
Definition is_excluded (j : nat) : Prop := flat_at j (fun f r => dotZ (tl r) v = 0 \/ ~ interior K f (z r)).

(** A unit whose row does not vanish at v has a flat with p in its interior. *)
Hypothesis units : forall u r, nth_error rows u = Some r -> dotZ (tl r) v = 0 \/
  exists j f, nth_error flats j = Some f /\ unit_of f = u /\ interior K f (z r).
Hypothesis dependencies : forall dep, In dep deps -> ~ (forall j, In j (named dep) -> exists f r, nth_error flats j = Some f /\ nth_error rows (unit_of f) = Some r /\ interior K f (z r)).

Definition state (excluded : list nat) (kernel : list (list Z)) : Prop :=
  (forall j, In j excluded -> is_excluded j) /\
  exists known, spans m n known kernel /\ forall r, In r known -> length r = n /\ dotZ r v = 0.

Lemma state_know excluded r kernel kernel' : length r = n -> dotZ r v = 0 -> know m red (map red r) kernel = Some kernel' -> state excluded kernel -> state excluded kernel'.
Proof.
  intros L Z0 E (X & known & S & Kn). split; trivial. exists (r :: known). split; [apply (spans_residues m red red_ok), (know_spans m red red_ok n (map red r) known kernel); trivial; rewrite map_length; exact L|].
  intros s [<-|I]; auto.
Qed.

Lemma interior_dec f t : {interior K f t} + {~ interior K f t}.
Proof.
  unfold interior. assert (A : {match left_end f with Some l => inQ l < t | None => True end} + {~ match left_end f with Some l => inQ l < t | None => True end}).
  { destruct (left_end f) as [l|]; [|left; trivial]. destruct (kle_dec t (inQ l)); [right; tauto|left; trivial]. }
  assert (B : {match right_end f with Some r => t < inQ r | None => True end} + {~ match right_end f with Some r => t < inQ r | None => True end}).
  { destruct (right_end f) as [r|]; [|left; trivial]. destruct (kle_dec (inQ r) t); [right; tauto|left; trivial]. }
  destruct A, B; tauto.
Qed.

Lemma state_exclude j excluded kernel kernel' : is_excluded j -> exclude m red (table red rows flats) j excluded kernel = Some kernel' -> state excluded kernel ->
  state (j :: excluded) kernel'.
Proof.
  intros X E (S & known & Sp & Kn). unfold exclude in E. destruct (nth_error (table red rows flats) j) as [(others, row)|] eqn:T; [|discriminate].
  destruct (table_at red rows flats j others row T) as (f & F & -> & Others).
  assert (S' : state (j :: excluded) kernel). { split; [intros i [<-|I]; auto|]. exists known. auto. }
  destruct (forallb _ _) eqn:A; [|injection E as <-; exact S'].
  destruct (nth_error rows (unit_of f)) as [r|] eqn:R; [|discriminate]. cbn [option_map] in E.
  apply (state_know _ (tl r) kernel); trivial.
  - assert (Lr := Lrows r (nth_error_In _ _ R)). destruct r; [discriminate|]. injection Lr as Lr. exact Lr.
  - destruct (units (unit_of f) r R) as [Z0|(i & g & G & U & I)]; trivial. rewrite forallb_forall in A.
    assert (J : In i (j :: excluded)).
    { destruct (Nat.eq_dec i j) as [->|N]; [simpl; auto|]. right. assert (H := A i (Others i g G U N)). apply existsb_exists in H. destruct H as (i' & J & Q). apply Nat.eqb_eq in Q. congruence. }
    destruct S' as (S' & _). rewrite <- U in R. destruct (S' i J g r G R) as [Z0|N]; [exact Z0|contradiction].
Qed.

Theorem walk_sound fuel excluded kernel tree r : walk m red (table red rows flats) deps fuel excluded kernel tree = Some r -> state excluded kernel -> v = repeat 0 n.
Proof.
  revert excluded kernel tree r. induction fuel as [|fuel IH]; intros excluded kernel tree r E S; [discriminate|]. cbn [walk] in E.
  destruct kernel as [|k0' kernel].
  { destruct S as (_ & known & Sp & Kn). apply (kernel_modulo K m n known M); trivial.
    - intros s I. apply Kn, I.
    - apply spans_nil, Sp.
    - intros s I. apply Kn, I. }
  destruct tree as [|k rest]; [discriminate|]. destruct (nth_error deps k) as [dep|] eqn:Dk; [|discriminate].
  assert (C : exists j, In j (named dep) /\ is_excluded j).
  { assert (N := dependencies dep (nth_error_In _ _ Dk)). revert N. generalize (named dep). intro l. induction l as [|j l IHl]; intro N; [exfalso; apply N; intros j []|].
    destruct (nth_error flats j) as [f|] eqn:F; [|exists j; split; [simpl; auto|intros f r' F' _; congruence]].
    destruct (nth_error rows (unit_of f)) as [r'|] eqn:R; [|exists j; split; [simpl; auto|intros f' r'' F' R'; congruence]].
    destruct (interior_dec f (z r')) as [I|I].
    - destruct IHl as (i & J & X).
      + intro H. apply N. intros i [<-|J]; [exists f, r'; auto|apply H, J].
      + exists i. split; [simpl; auto|exact X].
    - exists j. split; [simpl; auto|]. intros f' r'' F' R'. rewrite F in F'. injection F' as <-. rewrite R in R'. injection R' as <-. auto. }
  destruct C as (j & J & X). revert rest E J. generalize (named dep). intro l. induction l as [|i l IHl]; intros rest E J; [destruct J|].
  destruct (exclude m red (table red rows flats) i excluded (k0' :: kernel)) as [kernel'|] eqn:Ex; [|discriminate].
  destruct (walk m red (table red rows flats) deps fuel (i :: excluded) kernel' rest) as [tree'|] eqn:W; [|discriminate].
  destruct J as [->|J]; [|exact (IHl tree' E J)]. apply (IH _ _ _ _ W). apply (state_exclude j excluded (k0' :: kernel)); trivial.
Qed.

Lemma know_all_state excluded l kernel kernel' : (forall r, In r l -> length r = n /\ dotZ r v = 0) -> know_all m red (map (map red) l) kernel = Some kernel' ->
  state excluded kernel -> state excluded kernel'.
Proof.
  revert kernel. induction l as [|r l IH]; intros kernel H E S; cbn [map know_all] in E; [injection E as <-; exact S|].
  destruct (know m red (map red r) kernel) as [k|] eqn:Kn; [|discriminate]. apply (IH k); trivial; [intros; apply H; simpl; auto|].
  destruct (H r (or_introl eq_refl)). apply (state_know _ r kernel); trivial.
Qed.
End Path.

(** ** Why named flats cannot hold at once *)

Lemma dotZ_head (c : Z) (x : list K) : dotZ [c] (1 :: x) = inZ c.
Proof. cbn [dotZ]. destruct x; ring. Qed.

Lemma frac_lt (e : Q) (t : K) d : t / inZ (Zpos d) < inQ e -> inZ (Zpos (Qden e)) * t < inZ (Qnum e) * inZ (Zpos d).
Proof.
  intro L. unfold OField.inQ in L. assert (Pd := den_pos K d). assert (Pe := den_pos K (Qden e)). assert (P := mul_pos K _ _ Pd Pe).
  assert (H := mul_lt_l K _ _ _ P L). replace (inZ (Zpos d) * inZ (Zpos (Qden e)) * (t / inZ (Zpos d))) with (inZ (Zpos (Qden e)) * t) in H by (field; apply den_ne).
  replace (inZ (Zpos d) * inZ (Zpos (Qden e)) * (inZ (Qnum e) / inZ (Zpos (Qden e)))) with (inZ (Qnum e) * inZ (Zpos d)) in H by (field; apply den_ne). exact H.
Qed.

Lemma frac_gt (e : Q) (t : K) d : inQ e < t / inZ (Zpos d) -> inZ (Qnum e) * inZ (Zpos d) < inZ (Zpos (Qden e)) * t.
Proof.
  intro L. unfold OField.inQ in L. assert (Pd := den_pos K d). assert (Pe := den_pos K (Qden e)). assert (P := mul_pos K _ _ Pd Pe).
  assert (H := mul_lt_l K _ _ _ P L). replace (inZ (Zpos d) * inZ (Zpos (Qden e)) * (t / inZ (Zpos d))) with (inZ (Zpos (Qden e)) * t) in H by (field; apply den_ne).
  replace (inZ (Zpos d) * inZ (Zpos (Qden e)) * (inZ (Qnum e) / inZ (Zpos (Qden e)))) with (inZ (Qnum e) * inZ (Zpos d)) in H by (field; apply den_ne). exact H.
Qed.

Lemma term_negative d f c r t (p : list K) : term d f c r = Some t -> interior K f (dotZ r (1 :: p) / inZ (Zpos d)) -> dotZ t (1 :: p) < 0.
Proof.
  unfold term. intros E (A & B). set (y := dotZ r (1 :: p)) in *.
  assert (V : forall e, dotZ (padd (zscale (c * Zpos (Qden e)) r) [(- (c * Qnum e * Zpos d))%Z]) (1 :: p) = inZ c * (inZ (Zpos (Qden e)) * y - inZ (Qnum e) * inZ (Zpos d))).
  { intro e. rewrite dotZ_padd, dotZ_zscale, dotZ_head, inZ_opp, !inZ_mul. fold y. ring. }
  destruct (Z.ltb_spec 0 c) as [P|P].
  - destruct (right_end f) as [e|]; [|discriminate]. injection E as <-. rewrite V. apply frac_lt in B.
    replace (0:K) with (inZ c * 0) by ring. apply mul_lt_l; [apply inZ_pos; lia|]. apply (proj2 (lt_diff K _ _)).
    replace (0 - (inZ (Zpos (Qden e)) * y - inZ (Qnum e) * inZ (Zpos d))) with (inZ (Qnum e) * inZ (Zpos d) - inZ (Zpos (Qden e)) * y) by ring. apply (proj1 (lt_diff K _ _)), B.
  - destruct (Z.ltb_spec c 0) as [N|N]; [|discriminate]. destruct (left_end f) as [e|]; [|discriminate]. injection E as <-. rewrite V. apply frac_gt in A.
    replace (inZ c * (inZ (Zpos (Qden e)) * y - inZ (Qnum e) * inZ (Zpos d))) with (- (inZ (- c) * (inZ (Zpos (Qden e)) * y - inZ (Qnum e) * inZ (Zpos d)))) by (rewrite inZ_opp; ring).
    replace (0:K) with (- (inZ (- c) * 0)) by ring. apply opp_lt. apply mul_lt_l; [apply inZ_pos; lia|]. apply (proj1 (lt_diff K _ _)), A.
Qed.

Lemma total_negative d rows flats named mult t (p : list K) : total d rows flats named mult = Some t ->
  (forall j, In j named -> exists f r, nth_error flats j = Some f /\ nth_error rows (unit_of f) = Some r /\ interior K f (dotZ r (1 :: p) / inZ (Zpos d))) ->
  dotZ t (1 :: p) <= 0 /\ (named <> [] -> dotZ t (1 :: p) < 0).
Proof.
  revert mult t. induction named as [|j named IH]; intros [|c mult] t E H; cbn [total] in E; try discriminate.
  { injection E as <-. cbn [dotZ]. split; [apply le_refl|congruence]. }
  destruct (H j (or_introl eq_refl)) as (f & r & F & R & I). rewrite F, R in E. destruct (term d f c r) as [a|] eqn:T; [|discriminate].
  destruct (total d rows flats named mult) as [b|] eqn:U; [|discriminate]. injection E as <-. rewrite dotZ_padd.
  assert (A := term_negative d f c r a p T I). destruct (IH mult b U (fun i J => H i (or_intror J))) as (B & _).
  assert (C : dotZ a (1 :: p) + dotZ b (1 :: p) < 0). { replace (0:K) with (0 + 0 : K) by ring. apply add_lt_le; trivial. }
  split; [apply lt_le, C|auto].
Qed.

Lemma side_row_ok s (x : list K) : dotK (embQ (fst s)) x <= inQ (snd s) -> dotZ (side_row s) (1 :: x) <= 0.
Proof.
  intro H. unfold side_row. assert (E := emb_vector K ((- snd s)%Q :: fst s)). destruct (vector ((- snd s)%Q :: fst s)) as (a, e). cbn [fst].
  assert (G : forall (a : list Z) (y : list K), dotK (emb (a, e)) y = dotZ a y / inZ (Zpos e)).
  { clear. induction a as [|c a IH]; intros [|t y]; try (unfold emb; cbn [fst snd map dotK dotZ]; field; apply den_ne).
    change (emb (c :: a, e)) with (inZ c / inZ (Zpos e) :: emb (a, e) : list K). cbn [dotK dotZ]. rewrite IH. field. apply den_ne. }
  assert (V : dotZ a (1 :: x) = inZ (Zpos e) * (dotK (embQ (fst s)) x - inQ (snd s))).
  { transitivity (inZ (Zpos e) * dotK (emb (a, e)) (1 :: x)); [rewrite G; field; apply den_ne|]. rewrite E. cbn [embQ map dotK]. rewrite inQ_opp.
    fold (embQ (K := K) (fst s)). ring. }
  rewrite V. replace (0:K) with (inZ (Zpos e) * 0) by ring. apply mul_le_l; [apply lt_le, den_pos|]. apply (proj2 (le_diff K _ _)).
  replace (0 - (dotK (embQ (fst s)) x - inQ (snd s))) with (inQ (snd s) - dotK (embQ (fst s)) x) by ring. apply (proj1 (le_diff K _ _)), H.
Qed.

Lemma with_sides_ok all l t t' (x : list K) : (forall s, In s all -> dotK (embQ (fst s)) x <= inQ (snd s)) -> with_sides all l t = Some t' ->
  dotZ t' (1 :: x) <= dotZ t (1 :: x).
Proof.
  intro H. revert t. induction l as [|(k, c) l IH]; intros t E; cbn [with_sides] in E; [injection E as <-; apply le_refl|].
  destruct (nth_error all k) as [s|] eqn:N; [|discriminate]. destruct (Z.ltb_spec 0 c) as [P|]; [|discriminate].
  apply (kle_trans _ _ _ _ (IH _ E)). rewrite dotZ_padd, dotZ_zscale.
  replace (dotZ t (1 :: x)) with (dotZ t (1 :: x) + inZ c * 0) at 2 by ring. apply add_le; [apply le_refl|].
  apply mul_le_l; [apply inZ_nonneg; lia|]. apply side_row_ok, H, (nth_error_In _ _ N).
Qed.

Lemma constant_nonneg_ok t (x : list K) : constant_nonneg t = true -> 0 <= dotZ t (1 :: x).
Proof.
  destruct t as [|c a]; cbn [constant_nonneg dotZ]; [intros _; apply le_refl|]. rewrite andb_true_iff, Z.leb_le. intros (P & F).
  assert (Z0 : dotZ a x = 0).
  { clear P. revert x. induction a as [|s a IH]; intros [|y x]; cbn [dotZ]; trivial. cbn [forallb] in F. apply andb_true_iff in F. destruct F as (F1 & F2).
    apply Z.eqb_eq in F1. subst s. rewrite IH by trivial. rewrite inZ_0. ring. }
  rewrite Z0. replace (inZ c * 1 + 0) with (inZ c) by ring. apply inZ_nonneg, P.
Qed.

Lemma largest_on_box_ok a box (x : list K) : Forall2 between box x -> dotZ a x <= inQ (largest_on_box a box).
Proof.
  intro F. unfold largest_on_box. rewrite inQ_red. revert a. induction F as [|s t box x (A & B) F IH]; intros [|c a]; cbn [zip fold_right dotZ]; try (rewrite inQ_0; apply le_refl).
  rewrite inQ_add. apply add_le; [|apply IH]. destruct (Z.leb_spec 0 c) as [P|P]; rewrite inQ_mul, <- inZ_Q.
  - apply mul_le_l; [apply inZ_nonneg, P|exact B].
  - apply mul_le_l_neg; [rewrite <- inZ_0; apply inZ_le; lia|exact A].
Qed.

Lemma dotZ_opp a (x : list K) : dotZ (map Z.opp a) x = - dotZ a x.
Proof. revert x. induction a as [|c a IH]; intros [|t x]; cbn [map dotZ]; try ring. rewrite IH, inZ_opp. ring. Qed.

Theorem impossible_ok D d rows flats dep (p : list K) : impossible D d rows flats dep = true -> member D p ->
  ~ (forall j, In j (named dep) -> exists f r, nth_error flats j = Some f /\ nth_error rows (unit_of f) = Some r /\ interior K f (dotZ r (1 :: p) / inZ (Zpos d))).
Proof.
  unfold impossible. intros E Mp H. destruct (named dep) as [|j0 l] eqn:N; [discriminate|].
  destruct (total d rows flats (j0 :: l) (multipliers dep)) as [t|] eqn:T; [|discriminate].
  destruct (total_negative d rows flats _ _ t p T H) as (_ & Neg). specialize (Neg ltac:(discriminate)). apply Neg.
  destruct D as [n|n|box|n all|axes|ss|points|k|n]; try discriminate.
  - destruct (sides dep); [|discriminate]. apply constant_nonneg_ok, E.
  - destruct (sides dep); [|discriminate]. destruct t as [|c a]; [discriminate|]. cbn [dotZ]. apply (Qle_bool_spec K) in E. rewrite <- inZ_Q in E.
    assert (B := largest_on_box_ok (map Z.opp a) box p Mp). rewrite dotZ_opp in B. assert (C := kle_trans _ _ _ _ B E).
    apply (le_cancel K _ _ (- dotZ a p)). replace (inZ c * 1 + dotZ a p + - dotZ a p) with (inZ c) by ring. replace (0 + - dotZ a p) with (- dotZ a p) by ring. exact C.
  - destruct (with_sides all (sides dep) t) as [t'|] eqn:W; [|discriminate]. destruct Mp as (_ & F). rewrite Forall_forall in F.
    apply kle_trans with (dotZ t' (1 :: p)); [apply constant_nonneg_ok, E|]. apply (with_sides_ok all (sides dep)); trivial.
Qed.
End Sound.

(** ** The rule *)

Definition lead (r : list Z) : Z := match find (fun a => negb (a =? 0)) r with Some a => Z.abs a | None => 1 end.
Definition opposite (r s : list Z) : bool := forallb (Z.eqb 0) (padd (zscale (lead s) r) (zscale (lead r) s)).

(** Forms that are constant on the domain, as far as it is plain. *)
Definition hyperplanes (n : nat) (D : domain) : list (list Z) :=
  match D with
  | Box box => flat_map (fun i => match nth_error box i with Some s => if Qeq_bool (fst s) (snd s) then [unit n i] else [] | None => [] end) (seq 0 n)
  | Polytope _ sides =>
      let rows := map side_row sides in
      map (@tl Z) (filter (fun r => (length r =? S n)%nat && existsb (opposite r) rows) rows)
  | _ => []
  end.

Definition split_layer (f : network) : network * option (list activation) :=
  match rev f with
  | Node (Pointwise l) [j] :: pre => if (j =? length pre)%nat then (rev pre, Some (unroll l)) else (f, None)
  | _ => (f, None)
  end.

Fixpoint all_flats (u : nat) (ss : list activation) : option (list flat) :=
  match ss with
  | [] => Some []
  | s :: r => match flats_for u s, all_flats (S u) r with Some a, Some b => Some (a ++ b) | _, _ => None end
  end.

Definition convex (D : domain) : bool := match D with Reals _ | Box _ | Polytope _ _ => true | _ => false end.

Definition LayerTree (m : Z) (deps : list dependency) (tree : list nat) : rule := fun goal =>
  match goal with
  | Injective (Net f) D =>
      match dimension D with
      | None => None
      | Some n =>
          let '(pre, acts) := split_layer f in
          match affine_form n pre with
          | None => None
          | Some (rows, d) =>
              let ss := match acts with Some ss => ss | None => repeat identity (length rows) end in
              match all_flats 0 ss with
              | None => None
              | Some flats =>
                  let free := flat_map (fun u => if existsb (fun f => (unit_of f =? u)%nat) flats then [] else match nth_error rows u with Some r => [tl r] | None => [] end) (seq 0 (length rows)) in
                  let red := reduction m in
                  match know_all m red (map (map red) (hyperplanes n D ++ free)) (map (unit n) (seq 0 n)) with
                  | None => None
                  | Some kernel =>
                      given ((1 <? m) && convex D && (length ss =? length rows)%nat && forallb (impossible D d rows flats) deps &&
                             match walk m red (table red rows flats) deps (S (S (length tree))) [] kernel tree with Some [] => true | _ => false end) []
                  end
              end
          end
      end
  | _ => None
  end.

Section Rule.
Variable K : ofield.
Add Field Kf2 : (kth K).
Open Scope K_scope.
Local Notation inQ := (@OField.inQ K).
Local Notation inZ := (@OField.inZ K).

Definition middle (x y : list K) : list K := zip (fun s t => (s + t) * half K) x y.

Lemma two_half : (1 + 1) * half K = 1.
Proof. unfold half. field. apply pos_ne, two_pos. Qed.

Lemma half_pos : 0 < half K.
Proof. unfold half. rewrite div_eq_mul. apply mul_pos; [apply zero_lt_one|apply inv_pos, two_pos]. Qed.

Lemma middle_le (a s t : K) : s <= a -> t <= a -> (s + t) * half K <= a.
Proof.
  intros A B. replace a with ((a + a) * half K). 2: { replace ((a + a) * half K) with (a * ((1 + 1) * half K)) by ring. rewrite two_half. ring. }
  replace ((s + t) * half K) with (half K * (s + t)) by ring. replace ((a + a) * half K) with (half K * (a + a)) by ring.
  apply mul_le_l; [apply lt_le, half_pos|apply add_le; trivial].
Qed.

Lemma middle_ge (a s t : K) : a <= s -> a <= t -> a <= (s + t) * half K.
Proof.
  intros A B. replace a with ((a + a) * half K) at 1. 2: { replace ((a + a) * half K) with (a * ((1 + 1) * half K)) by ring. rewrite two_half. ring. }
  replace ((s + t) * half K) with (half K * (s + t)) by ring. replace ((a + a) * half K) with (half K * (a + a)) by ring.
  apply mul_le_l; [apply lt_le, half_pos|apply add_le; trivial].
Qed.

Lemma dotZ_middle r (x y : list K) : length x = length y -> dotZ r (1 :: middle x y) = (dotZ r (1 :: x) + dotZ r (1 :: y)) * half K.
Proof.
  intro L. assert (G : forall a (x y : list K), length x = length y -> dotZ a (middle x y) = (dotZ a x + dotZ a y) * half K).
  { clear. unfold middle. induction a as [|c a IH]; intros [|s x] [|t y] L; try discriminate; cbn [zip dotZ]; try ring. rewrite IH by (injection L; auto). ring. }
  destruct r as [|c a]; cbn [dotZ]; [ring|]. rewrite G by trivial.
  transitivity (inZ c * ((1 + 1) * half K) + (dotZ a x + dotZ a y) * half K); [rewrite two_half; ring|ring].
Qed.

Lemma dotK_middle a (x y : list K) : length x = length y -> dotK a (middle x y) = (dotK a x + dotK a y) * half K.
Proof.
  unfold middle. revert x y. induction a as [|c a IH]; intros [|s x] [|t y] L; try discriminate; cbn [zip dotK]; try ring. rewrite IH by (injection L; auto). ring.
Qed.

Lemma middle_member D (x y : list K) : convex D = true -> member D x -> member D y -> member D (middle x y).
Proof.
  destruct D as [n|n|box|n sides|axes|ss|points|k|n]; try discriminate; intros _ Mx My; cbn [member] in *.
  - unfold middle. rewrite zip_length; lia.
  - revert y My. induction Mx as [|s t box x (A & B) Mx IH]; intros y My; inversion My as [|? u ? y' (A' & B') My']; subst; cbn [middle zip]; constructor.
    + split; [apply middle_ge|apply middle_le]; trivial.
    + apply IH. trivial.
  - destruct Mx as (Lx & Fx), My as (Ly & Fy). split; [unfold middle; rewrite zip_length; lia|]. rewrite Forall_forall in *. intros s I.
    rewrite dotK_middle by lia. apply middle_le; auto.
Qed.

Lemma lead_pos r : (0 < lead r)%Z.
Proof. unfold lead. destruct (find _ r) as [a|] eqn:E; [|lia]. apply find_some in E. destruct E as (_ & E). apply negb_true_iff, Z.eqb_neq in E. lia. Qed.

Lemma opposite_ok r s (w : list K) : opposite r s = true -> dotZ r w <= 0 -> dotZ s w <= 0 -> dotZ r w = 0.
Proof.
  intros E A B. assert (Z0 : dotZ (padd (zscale (lead s) r) (zscale (lead r) s)) w = 0).
  { unfold opposite in E. revert E. generalize (padd (zscale (lead s) r) (zscale (lead r) s)). clear. intros l. revert w.
    induction l as [|c l IH]; intros [|t w] E; cbn [dotZ]; trivial. cbn [forallb] in E. apply andb_true_iff in E. destruct E as (E1 & E2).
    apply Z.eqb_eq in E1. subst c. rewrite IH by trivial. rewrite inZ_0. ring. }
  rewrite dotZ_padd, !dotZ_zscale in Z0. assert (Ps := inZ_pos K _ (lead_pos s)). assert (Pr := inZ_pos K _ (lead_pos r)).
  apply kle_antisym; trivial. apply mul_le_cancel with (inZ (lead s)); trivial. replace (inZ (lead s) * 0) with (inZ (lead s) * dotZ r w + inZ (lead r) * dotZ s w) by (rewrite Z0; ring).
  replace (inZ (lead s) * dotZ r w) with (inZ (lead s) * dotZ r w + inZ (lead r) * 0) at 2 by ring. apply add_le; [apply le_refl|]. apply mul_le_l; [apply lt_le|]; trivial.
Qed.

Lemma hyperplanes_ok n D (x y : list K) : dimension D = Some n -> member D x -> member D y ->
  forall r, In r (hyperplanes n D) -> length r = n /\ dotZ r (zip ksub x y) = 0.
Proof.
  intros N Mx My. assert (Lx := dimension_spec K D n x N Mx). assert (Ly := dimension_spec K D n y N My).
  destruct D as [k|k|box|k sides|axes|ss|points|k|k]; intros r I; cbn [hyperplanes] in I; try destruct I.
  - apply in_flat_map in I. destruct I as (i & J & I). destruct (nth_error box i) as [s|] eqn:E; [|destruct I]. destruct (Qeq_bool (fst s) (snd s)) eqn:Q; [|destruct I].
    destruct I as [<-|[]]. apply in_seq in J. split. { unfold unit. rewrite app_length. cbn [length]. rewrite !repeat_length. lia. }
    apply (Qeq_bool_spec K) in Q. rewrite unit_dot. clear N Lx Ly J. revert i E y My. cbn [member] in Mx.
    induction Mx as [|s' t box x (A & B) Mx IH]; intros i E y My; [destruct i; discriminate|]. inversion My as [|? u ? y' (A' & B') My']; subst. destruct i as [|i].
    + injection E as ->. cbn [zip nth]. assert (t = inQ (snd s)) as -> by (apply kle_antisym; trivial; rewrite <- Q; trivial).
      assert (u = inQ (snd s)) as -> by (apply kle_antisym; trivial; rewrite <- Q; trivial). ring.
    + cbn [zip nth]. apply (IH i); trivial.
  - apply in_map_iff in I. destruct I as (r' & <- & I). apply filter_In in I. destruct I as (I & E). rewrite andb_true_iff, Nat.eqb_eq, existsb_exists in E.
    destruct E as (L & s' & J & O). apply in_map_iff in I, J. destruct I as (s1 & <- & I), J as (s2 & <- & J). destruct Mx as (_ & Fx), My as (_ & Fy). rewrite Forall_forall in Fx, Fy.
    assert (Zx := opposite_ok _ _ _ O (side_row_ok K s1 x (Fx s1 I)) (side_row_ok K s2 x (Fx s2 J))).
    assert (Zy := opposite_ok _ _ _ O (side_row_ok K s1 y (Fy s1 I)) (side_row_ok K s2 y (Fy s2 J))).
    destruct (side_row s1) as [|c a]; [discriminate|]. injection L as L. cbn [tl dotZ] in *. split; trivial. rewrite dotZ_sub by lia.
    transitivity ((inZ c * 1 + dotZ a x) - (inZ c * 1 + dotZ a y)); [ring|]. rewrite Zx, Zy. ring.
Qed.

Lemma all_flats_ok ss : forall u flats, all_flats u ss = Some flats ->
  (forall i s, nth_error ss i = Some s -> exists l, flats_for (u + i) s = Some l /\ forall f, In f l -> In f flats).
Proof.
  induction ss as [|s ss IH]; intros u flats E i t N; [destruct i; discriminate|]. cbn [all_flats] in E.
  destruct (flats_for u s) as [a|] eqn:A; [|discriminate]. destruct (all_flats (S u) ss) as [b|] eqn:B; [|discriminate]. injection E as <-.
  destruct i as [|i]; cbn [nth_error] in N.
  - injection N as ->. exists a. rewrite Nat.add_0_r. split; trivial. intros f I. apply in_or_app. auto.
  - destruct (IH (S u) b B i t N) as (l & L & H). exists l. replace (u + S i)%nat with (S u + i)%nat by lia. split; trivial. intros f I. apply in_or_app. auto.
Qed.

Lemma flats_for_unit u s l f : flats_for u s = Some l -> In f l -> unit_of f = u.
Proof.
  intros E I. destruct s as [p more| | | |al sc|]; cbn [flats_for] in E; try (destruct (strictly_monotone _ line); [injection E as <-; destruct I|discriminate]).
  destruct (_ || _); [|discriminate]. injection E as <-. revert I. generalize (@None Q). revert p. induction more as [|(b, p') more IH]; intros p start I; cbn [flats_of] in I.
  - destruct (is_flat p); [destruct I as [<-|[]]; reflexivity|destruct I].
  - apply in_app_or in I. destruct I as [I|I]; [destruct (is_flat p); [destruct I as [<-|[]]; reflexivity|destruct I]|apply (IH p' (Some b)), I].
Qed.

Lemma split_layer_ok f pre acts (x y : list K) : split_layer f = (pre, acts) -> value f x = value f y ->
  match acts with Some ss => zip activate ss (value pre x) = zip activate ss (value pre y) | None => pre = f end.
Proof.
  unfold split_layer. intros E V. destruct (rev f) as [|[[c rows d|l| | | | | | ] [|j [|? ?]]] rpre] eqn:R; try (injection E as <- <-; reflexivity).
  destruct (Nat.eqb_spec j (length rpre)) as [J|]; [|injection E as <- <-; reflexivity]. injection E as <- <-.
  assert (F : f = rev rpre ++ [Node (Pointwise l) [j]]) by (rewrite <- (rev_involutive f), R; reflexivity).
  rewrite F, !value_app in V. cbn [does inputs apply map nth] in V. rewrite J, <- rev_length, !trace_last in V. exact V.
Qed.

Lemma nth_error_zip (ss : list activation) (u w : list K) : length ss = length u -> length u = length w -> zip activate ss u = zip activate ss w ->
  forall i s, nth_error ss i = Some s -> activate s (nth i u 0) = activate s (nth i w 0).
Proof.
  revert u w. induction ss as [|s ss IH]; intros [|a u] [|b w] L L' E i t N; try discriminate; [destruct i; discriminate|]. cbn [zip] in E. apply cons_inj in E. destruct E as (E1 & E2).
  destruct i as [|i]; cbn [nth_error nth] in *; [injection N as <-; exact E1|]. apply (IH u w); auto.
Qed.

Lemma aval_nth m (x : list K) i r : nth_error (fst m) i = Some r -> nth i (aval K (1 :: x) m) 0 = dotZ r (1 :: x) / inZ (Zpos (snd m)).
Proof.
  unfold aval. generalize (fst m). intro l. revert i. induction l as [|s l IH]; intros [|i] E; try discriminate; cbn [map nth nth_error] in *; [injection E as ->; reflexivity|apply IH, E].
Qed.

Lemma same_frac d (r : list Z) (x y : list K) : length x = length y -> dotZ r (1 :: x) / inZ (Zpos d) = dotZ r (1 :: y) / inZ (Zpos d) -> dotZ (tl r) (zip ksub x y) = 0.
Proof.
  intros L E. apply (aval_equal K ([r], d) x y L); [|simpl; auto]. unfold aval. cbn [fst snd map]. rewrite E. reflexivity.
Qed.

Lemma middle_frac d r (x y : list K) : length x = length y ->
  dotZ r (1 :: middle x y) / inZ (Zpos d) = (dotZ r (1 :: x) / inZ (Zpos d) + dotZ r (1 :: y) / inZ (Zpos d)) * half K.
Proof. intro L. rewrite dotZ_middle by trivial. rewrite !div_eq_mul. ring. Qed.
End Rule.

Theorem LayerTree_sound m deps tree : sound (LayerTree m deps tree).
Proof.
  intros [[f|] D| | | | | |] gs E K _; try discriminate. cbn [LayerTree] in E. destruct (dimension D) as [n|] eqn:N; [|discriminate].
  destruct (split_layer f) as (pre, acts) eqn:Sp. destruct (affine_form n pre) as [(rows, d)|] eqn:A; [|discriminate].
  set (ss := match acts with Some ss => ss | None => repeat identity (length rows) end) in *.
  destruct (all_flats 0 ss) as [flats|] eqn:F; [|discriminate]. cbv zeta in E.
  destruct (know_all m (reduction m) _ _) as [kernel|] eqn:Kn; [|discriminate]. apply given_some in E. destruct E as (E & _).
  rewrite !andb_true_iff, Z.ltb_lt, Nat.eqb_eq, forallb_forall in E. destruct E as ((((M & C) & Ls) & Im) & W).
  intros x y Dx Dy V. cbn [image] in V. assert (Lx := dimension_spec K D n x N Dx). assert (Ly := dimension_spec K D n y N Dy).
  destruct (affine_form_ok K n pre _ x A Lx) as (Vx & G). destruct (affine_form_ok K n pre _ y A Ly) as (Vy & _).
  assert (Z0 : zip activate ss (value pre x) = zip activate ss (value pre y)).
  { assert (S := split_layer_ok K f pre acts x y Sp V). unfold ss. destruct acts as [l|]; [exact S|]. subst pre. rewrite V. reflexivity. }
  rewrite Vx, Vy in Z0. set (v := zip ksub x y). set (p := middle K x y).
  assert (Lv : length v = n) by (unfold v; rewrite zip_length; lia).
  assert (Units : forall u r, nth_error rows u = Some r -> dotZ (tl r) v = k0 \/
    exists j f, nth_error flats j = Some f /\ unit_of f = u /\ interior K f (z K d p r)).
  { intros u r R. assert (Lu : (u < length ss)%nat) by (rewrite Ls; apply nth_error_Some; rewrite R; discriminate).
    destruct (nth_error ss u) as [s|] eqn:Su; [|apply nth_error_None in Su; lia].
    assert (La : length ss = length (aval K (k1 :: x) (rows, d))) by (unfold aval; rewrite map_length; exact Ls).
    assert (Lb : length (aval K (k1 :: x) (rows, d)) = length (aval K (k1 :: y) (rows, d))) by (unfold aval; rewrite !map_length; reflexivity).
    assert (Q := nth_error_zip K ss (aval K (k1 :: x) (rows, d)) (aval K (k1 :: y) (rows, d)) La Lb Z0 u s Su).
    rewrite (aval_nth K (rows, d) x u r R), (aval_nth K (rows, d) y u r R) in Q. cbn [snd] in Q.
    destruct (all_flats_ok ss 0 flats F u s Su) as (l & Fl & Sub). cbn [Nat.add] in Fl.
    destruct (flats_for_ok K u s l _ _ Fl Q) as [H|(g & I & H)].
    - left. apply (same_frac K d); [lia|exact H].
    - right. destruct (In_nth_error _ _ (Sub g I)) as (j & J). exists j, g. split; [exact J|]. split; [apply (flats_for_unit u s l); trivial|].
      unfold z, p. rewrite middle_frac by lia. exact H. }
  apply (sub_zero K x y n Lx Ly). fold v.
  destruct (walk m _ _ deps (S (S (length tree))) [] kernel tree) as [r|] eqn:Wk; [|discriminate].
  assert (Red := reduction_ok m ltac:(lia)). refine (walk_sound K m n d rows flats deps v p M Lv G (reduction m) Red Units _ _ _ _ _ _ Wk _).
  - intros dep I. apply (impossible_ok K D d rows flats dep p); [apply Im, I|]. apply middle_member; trivial.
  - apply (know_all_state K m n d rows flats v p (reduction m) Red [] _ _ _) with (2 := Kn).
    + intros s I. apply in_app_or in I. destruct I as [I|I]; [apply (hyperplanes_ok K n D x y N Dx Dy s I)|].
      apply in_flat_map in I. destruct I as (u & _ & I). destruct (existsb _ flats) eqn:X; [destruct I|]. destruct (nth_error rows u) as [q|] eqn:R; [|destruct I].
      destruct I as [<-|[]]. split.
      * assert (Lq := G q (nth_error_In _ _ R)). destruct q; [discriminate|]. injection Lq as Lq. exact Lq.
      * destruct (Units u q R) as [H|(j & g & J & U & _)]; trivial. exfalso.
        assert (Y : existsb (fun f => (unit_of f =? u)%nat) flats = true). { apply existsb_exists. exists g. split; [apply (nth_error_In _ _ J)|apply Nat.eqb_eq, U]. }
        congruence.
    + split; [intros j []|]. exists []. split; [apply start_spans|intros s []].
Qed.
