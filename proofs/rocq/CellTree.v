(** Trees of cells, and what tells the images of two nodes apart: the proof of theorems/separated_cells.py. *)
Require Import ZArith QArith List Bool Lia Field.
From Bijection Require Import OField Network Exact Domains Rank Affine Cones Walls Homogeneous Cells Cutting.
Import ListNotations.
Open Scope Z_scope.

(** How a pair of nodes is dealt with: the first or the second is replaced by its children; or a functional U on (f, w) is >= 0 on one
    node (the first, unless swapped) and < 0 on the other, where directions may lie in its kernel; or the first is a leaf, and U < 0 on
    those generators of the other that the leaf has not got too, with U = 0; or a matrix shows that the network is strongly monotone along
    all secants of the two nodes together. *)
Inductive entry :=
| Halve (first_one : bool) (a b : entry)
| Along (swap : bool) (direction : nat) (numerator denominator : Z)
| Beside (swap : bool) (functional : list Z)
| Touching (swap : bool) (functional : list Z)
| Secants (matrix : list (list Z)) (weights : list Q).

(** A cell that is not cut further, with scale * the left inverse of the map on it; or a cut, and how its two parts
    are told apart, or nothing, if that is not needed. *)
Inductive plan :=
| Stop (scale : Z) (inverse : list Z)
| Divide (node unit_ breakpoint : nat) (above below : plan) (told : option entry).

Inductive nodes := One (gs : list generator) | Two (p q : nodes).

Fixpoint every (test : generator -> bool) (t : nodes) : bool :=
  match t with One gs => forallb test gs | Two p q => if every test p then every test q else false end.

Definition at_least (u : list Z) (g : generator) : bool := 0 <=? zdot u (image_at g).
Definition below_zero (u : list Z) (g : generator) : bool := let t := zdot u (image_at g) in if hd 0 (ray g) =? 0 then t <=? 0 else t <? 0.
Definition beside (u : list Z) (p q : nodes) : bool := every (at_least u) p && every (below_zero u) q.
Definition touching (u : list Z) (p q : nodes) : bool :=
  match p with
  | One gs =>
      forallb (at_least u) gs &&
      every (fun g => let t := zdot u (image_at g) in (t <? 0) || ((t =? 0) && existsb (fun g' => forall2b Z.eqb (ray g) (ray g')) gs)) q
  | Two _ _ => false
  end.

Section Grow.
Variables (f : network) (n : nat) (directions : list (list Z)) (secants : list (list Z) -> list Q -> nodes -> nodes -> bool).

Fixpoint deal (e : entry) (p q : nodes) : bool :=
  match e with
  | Halve true a b => match p with Two p1 p2 => if deal a p1 q then deal b p2 q else false | One _ => false end
  | Halve false a b => match q with Two q1 q2 => if deal a p q1 then deal b p q2 else false | One _ => false end
  | Along swap k a b => let u := map (Z.mul b) (nth k directions []) ++ [- a] in if swap then beside u q p else beside u p q
  | Beside swap u => if swap then beside u q p else beside u p q
  | Touching swap u => if swap then touching u q p else touching u p q
  | Secants m ts => secants m ts p q
  end.

(** Whether the map on the cell, which is linear, has this left inverse. *)
Definition inverted (e : Z) (inverse : list Z) (gs : list generator) : bool :=
  match gs with
  | [] => false
  | g0 :: _ =>
      let d := denominator_of g0 in
      let m := length (image_at g0) in
      let rows := map (fun k => (k, firstn m (skipn (k * m) inverse))) (seq 0 (S n)) in
      (0 <? e) && forallb (fun g => Pos.eqb (denominator_of g) d && forallb (fun r => zdot (snd r) (image_at g) =? e * Zpos d * nth (fst r) (ray g) 0) rows) gs
  end.

(** The tree, and whether all its leaves are told apart. *)
Fixpoint grow (c : cell) (pl : plan) : option (nodes * bool) :=
  let gs := map fst c in
  match summary gs with
  | None => None
  | Some s =>
      match pl with
      | Stop e inverse =>
          let known := linear_values f [true] s in
          if forallb (fun b => b) known && (length known =? S (length f))%nat && inverted e inverse gs then Some (One gs, true) else None
      | Divide k u b above below told =>
          if available f s k u b then
            match cut f n (level_in k u b) c with
            | Some (c1, c2) =>
                match grow c1 above, grow c2 below with
                | Some (p, a), Some (q, b) =>
                    Some (Two p q, match told with
                                   | None => false
                                   | Some (Secants m ts) => secants m ts p q
                                   | Some e => if a && b then deal e p q else false
                                   end)
                | _, _ => None
                end
            | None => None
            end
          else None
      end
  end.
End Grow.

Section Sound.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Local Notation inZ := (@OField.inZ K).
Variable f : network.
Variable n : nat.
Notation N := (S n).
Notation vector := (nat -> K).
Notation at_g := (at_g K).
Notation spans := (spans K).
Notation output := (output_of K n f).
Local Notation "a · v" := (dot N a v) (at level 40).

(** (f, w) at a vector. *)
Definition pair_at (v : vector) : list K := output v ++ [v O].
Definition val (u : list Z) (v : vector) : K := dotZ u (pair_at v).

Record leaf_ok (gs : list generator) : Prop := {
  leaf_values : forall j, (j <= length f)%nat -> linear n (spans gs) (nth j (hrun K f [input_of K n]) (none K));
  leaf_valid : forall g, In g gs -> valid f n g;
  leaf_linear : exists A : list vector, forall v, cone N (spans gs) v -> pair_at v = map (fun a => a · v) A;
  leaf_image : forall g u, In g gs -> val u (at_g g) = inZ (zdot u (image_at g)) / inZ (Zpos (denominator_of g));
  leaf_injective : forall u v, cone N (spans gs) u -> cone N (spans gs) v -> pair_at u = pair_at v -> forall i, (i < N)%nat -> u i = v i
}.

Lemma last_nth A (l : list A) d k : length l = S k -> last l d = nth k l d.
Proof.
  revert k. induction l as [|a [|b l] IH]; intros k L; [discriminate|injection L as <-; reflexivity|]. destruct k as [|k]; [discriminate|]. cbn [nth].
  change (last (a :: b :: l) d) with (last (b :: l) d). apply IH. injection L as L. cbn [length]. congruence.
Qed.

Lemma hrun_length fs Fs : length (hrun K fs Fs) = (length Fs + length fs)%nat.
Proof. revert Fs. induction fs as [|nd fs IH]; intro Fs; cbn [hrun length]; [lia|]. rewrite IH, app_length. cbn [length]. lia. Qed.

Lemma generator_image g u : valid f n g -> val u (at_g g) = inZ (zdot u (image_at g)) / inZ (Zpos (denominator_of g)).
Proof.
  intro V. destruct (generate_ok f n _ _ V) as (_ & L & _ & out & E & Im & De).
  destruct (zhrun_spec K g f [input_of K n] [(tl (ray g), 1%positive)] out (levels_at g)) as (P & _ & _).
  { cbn [map]. rewrite (input_at K f n g V). reflexivity. } { exact E. }
  assert (Lo : length out = S (length f)) by (rewrite <- (map_length (@emb K)), <- P, map_length, hrun_length; reflexivity).
  rewrite (last_nth _ out _ (length f) Lo) in Im, De. unfold val, pair_at.
  assert (Out : output (at_g g) = emb (nth (length f) out ([], 1%positive))).
  { unfold output_of. transitivity (nth (length f) (map (fun F => F (at_g g)) (hrun K f [input_of K n])) []).
    - symmetry. exact (map_nth (fun F : vector -> list K => F (at_g g)) _ (none K) (length f)).
    - rewrite P. apply nth_emb. }
  rewrite Out, Im, De. destruct (nth (length f) out ([], 1%positive)) as (a, d). cbn [fst snd].
  assert (W : inZ (hd 0%Z (ray g)) = at_g g O) by (unfold Cells.at_g, at_ray; destruct (ray g); reflexivity). rewrite <- W.
  rewrite <- emb_dot. f_equal. unfold emb. cbn [fst snd]. rewrite map_app. f_equal. cbn [map]. f_equal. rewrite inZ_mul. field. apply den_ne.
Qed.

Section Leaf.
Variable gs : list generator.
Hypothesis L : leaf_ok gs.

Lemma val_linear u : exists c : vector, forall v, cone N (spans gs) v -> val u v = c · v.
Proof.
  destruct (leaf_linear _ L) as (A & HA). destruct (rows_linear K n u A) as (c & Hc). exists c. intros v C. unfold val. rewrite (HA v C). apply Hc.
Qed.

Lemma image_nonneg g u : In g gs -> (0 <= zdot u (image_at g))%Z -> 0 <= val u (at_g g).
Proof. intros I P. rewrite (leaf_image _ L) by trivial. rewrite div_eq_mul. apply kmul_nonneg; [apply inZ_nonneg, P|apply lt_le, inv_pos, den_pos]. Qed.

Lemma image_sign g u : In g gs -> ((zdot u (image_at g) <= 0)%Z -> val u (at_g g) <= 0) /\ (val u (at_g g) = 0 -> zdot u (image_at g) = 0%Z).
Proof.
  intro I. rewrite (leaf_image _ L) by trivial. split.
  - intro P. apply (level_nonpos K (zdot u (image_at g), denominator_of g)); trivial.
  - intro E. apply (inZ_inj K). rewrite inZ_0. replace (inZ (zdot u (image_at g))) with (inZ (Zpos (denominator_of g)) * (inZ (zdot u (image_at g)) / inZ (Zpos (denominator_of g)))) by (field; apply den_ne).
    rewrite E. ring.
Qed.

Lemma leaf_nonneg u v : (forall g, In g gs -> (0 <= zdot u (image_at g))%Z) -> cone N (spans gs) v -> 0 <= val u v.
Proof.
  intros H C. destruct (val_linear u) as (c & Hc). rewrite (Hc v C). apply (cone_nonneg K N (spans gs)); trivial.
  intros w (g & I & ->). rewrite <- Hc by (apply cone_self; exists g; auto). apply image_nonneg; auto.
Qed.

(** U <= 0 on all generators: a point where U vanishes is a sum of those where it does. *)
Lemma leaf_nonpos u v : (forall g, In g gs -> (zdot u (image_at g) <= 0)%Z) -> cone N (spans gs) v ->
  val u v <= 0 /\ (val u v = 0 -> cone N (fun w => exists g, In g gs /\ w = at_g g /\ zdot u (image_at g) = 0%Z) v).
Proof.
  intros H C. destruct (val_linear u) as (c & Hc). set (c' := fun i => - c i : K).
  assert (Dc : forall w, c' · w = - (c · w)) by (intro w; unfold c'; generalize N; intro m; induction m as [|m IH]; cbn [dot]; [ring|rewrite IH; ring]).
  assert (On : forall w, spans gs w -> 0 <= c' · w).
  { intros w (g & I & ->). rewrite Dc, <- Hc by (apply cone_self; exists g; auto). apply opp_nonneg. apply image_sign; auto. }
  split.
  - rewrite (Hc v C). replace (c · v) with (- (c' · v)) by (rewrite Dc; ring). replace (0:K) with (- (0:K)) by ring. apply opp_le. apply (cone_nonneg K N (spans gs)); trivial.
  - intro Z0. assert (X := cone_face K N (spans gs) [c'] v). lapply X; [clear X; intro X|intros w a Iw [<-|[]]; auto]. specialize (X C).
    lapply X; [clear X; intro X|intros a [<-|[]]; rewrite Dc, <- (Hc v C), Z0; ring].
    apply (cone_within K N _ _) with (2 := X). intros w ((g & I & ->) & T). apply cone_self. exists g. split; [exact I|]. split; [reflexivity|].
    apply (image_sign g u I). rewrite (Hc (at_g g)) by (apply cone_self; exists g; auto). specialize (T c' (or_introl eq_refl)). rewrite Dc in T.
    replace (c · at_g g) with (- - (c · at_g g)) by ring. rewrite T. ring.
Qed.
End Leaf.

Fixpoint inside (t : nodes) (v : vector) : Prop := match t with One gs => cone N (spans gs) v | Two p q => inside p v \/ inside q v end.
Fixpoint good (t : nodes) : Prop := match t with One gs => leaf_ok gs | Two p q => good p /\ good q end.

Lemma every_leaf test t v : every test t = true -> good t -> inside t v -> exists gs, leaf_ok gs /\ cone N (spans gs) v /\ forall g, In g gs -> test g = true.
Proof.
  induction t as [gs|p IHp q IHq]; cbn [every good inside]; intros E G I.
  - exists gs. rewrite forallb_forall in E. auto.
  - destruct (every test p) eqn:Ep; [|discriminate]. destruct G, I; auto.
Qed.

Definition same_place (u v : vector) : Prop := forall i, (i < N)%nat -> u i = v i.
Definition told_apart (p q : nodes) : Prop :=
  forall u v, inside p u -> inside q v -> u O = 1 -> v O = 1 -> output u = output v -> same_place u v.

Lemma told_apart_sym p q : told_apart p q -> told_apart q p.
Proof. intros H u v Iu Iv U V E i L. symmetry. apply (H v u); auto. Qed.

Lemma beside_ok u p q : beside u p q = true -> good p -> good q -> told_apart p q.
Proof.
  unfold beside. rewrite andb_true_iff. intros (Ep & Eq) Gp Gq x y Ix Iy X Y E.
  destruct (every_leaf _ p x Ep Gp Ix) as (gs & Lg & Cx & Hg). destruct (every_leaf _ q y Eq Gq Iy) as (hs & Lh & Cy & Hh). exfalso.
  assert (V : val u x = val u y) by (unfold val, pair_at; rewrite E, X, Y; reflexivity).
  assert (P : 0 <= val u x) by (apply (leaf_nonneg gs Lg); trivial; intros g I; apply Z.leb_le, Hg, I).
  destruct (leaf_nonpos hs Lh u y) as (Q & R); trivial.
  { intros g I. specialize (Hh g I). unfold below_zero in Hh. destruct (hd 0 (ray g) =? 0)%Z; [apply Z.leb_le|apply Z.ltb_lt in Hh; lia]; exact Hh. }
  assert (Z0 : val u y = 0) by (apply kle_antisym; trivial; rewrite <- V; exact P).
  assert (W : y O = 0).
  { assert (C := R Z0). rewrite <- (dot_first K n y). apply kle_antisym.
    - assert (G0 : forall w, (exists g, In g hs /\ w = at_g g /\ zdot u (image_at g) = 0%Z) -> dot N first w = 0).
      { intros w (g & I & -> & T). rewrite dot_first. specialize (Hh g I). unfold below_zero in Hh. rewrite T in Hh. destruct (Z.eqb_spec (hd 0%Z (ray g)) 0) as [H0|]; [|discriminate].
        unfold Cells.at_g, at_ray. destruct (ray g) as [|w0 x0]; [apply inZ_0|]. cbn [hd nth] in *. rewrite H0. apply inZ_0. }
      clear - C G0. induction C as [v Z0|c g w v Pc Ig C IH Ev]; [rewrite dot_zero by trivial; apply le_refl|].
      rewrite (dot_combines K N first _ _ _ _ _ Ev), (G0 g Ig). replace (c * 0 + 1 * (first · w)) with (first · w) by ring. exact IH.
    - rewrite dot_first, Y. apply zero_le_one. }
  rewrite Y in W. exact (one_ne_zero K W).
Qed.

Lemma touching_ok u p q : touching u p q = true -> good p -> good q -> told_apart p q.
Proof.
  unfold touching. destruct p as [gs|]; [|discriminate]. rewrite andb_true_iff. intros (Ep & Eq) Lg Gq x y Ix Iy X Y E. cbn [good inside] in Lg, Ix.
  destruct (every_leaf _ q y Eq Gq Iy) as (hs & Lh & Cy & Hh).
  assert (Pr : pair_at x = pair_at y) by (unfold pair_at; rewrite E, X, Y; reflexivity).
  assert (V : val u x = val u y) by (unfold val; rewrite Pr; reflexivity). rewrite forallb_forall in Ep.
  assert (P : 0 <= val u x) by (apply (leaf_nonneg gs Lg); trivial; intros g I; apply Z.leb_le, Ep, I).
  destruct (leaf_nonpos hs Lh u y) as (Q & R); trivial.
  { intros g I. specialize (Hh g I). cbv beta zeta in Hh. apply orb_true_iff in Hh. destruct Hh as [T|T]; [apply Z.ltb_lt in T; lia|]. apply andb_true_iff in T. destruct T as (T & _). apply Z.eqb_eq in T. lia. }
  assert (Z0 : val u y = 0) by (apply kle_antisym; trivial; rewrite <- V; exact P).
  refine (leaf_injective _ Lg x y Ix _ Pr). apply (cone_within K N _ _) with (2 := R Z0). intros w (g & I & -> & T).
  specialize (Hh g I). cbv beta zeta in Hh. rewrite T in Hh. cbn [Z.ltb Z.compare orb Z.eqb andb] in Hh. apply existsb_exists in Hh. destruct Hh as (g' & I' & Eg).
  apply forall2b_eqb in Eg. apply cone_self. exists g'. split; [exact I'|]. unfold Cells.at_g. rewrite Eg. reflexivity.
Qed.

Definition separated (t : nodes) : Prop := told_apart t t.

Section Deal.
Variable secants : list (list Z) -> list Q -> nodes -> nodes -> bool.
Hypothesis secants_ok : forall m ts p q, secants m ts p q = true -> good p -> good q -> separated (Two p q).

Lemma deal_ok directions e p q : deal directions secants e p q = true -> good p -> good q -> told_apart p q.
Proof.
  revert p q. induction e as [[|] a IHa b IHb|[|] k num den|[|] u|[|] u|m ts]; intros p q E Gp Gq; cbn [deal] in E.
  - destruct p as [gs|p1 p2]; [discriminate|]. destruct (deal directions secants a p1 q) eqn:A; [|discriminate]. cbn [good] in Gp. destruct Gp as (G1 & G2).
    intros u v [Iu|Iu] Iv; [apply (IHa p1 q)|apply (IHb p2 q)]; trivial.
  - destruct q as [gs|q1 q2]; [discriminate|]. destruct (deal directions secants a p q1) eqn:A; [|discriminate]. cbn [good] in Gq. destruct Gq as (G1 & G2).
    intros u v Iu [Iv|Iv]; [apply (IHa p q1)|apply (IHb p q2)]; trivial.
  - apply told_apart_sym. apply (beside_ok _ q p E); trivial.
  - apply (beside_ok _ p q E); trivial.
  - apply told_apart_sym. apply (beside_ok _ q p E); trivial.
  - apply (beside_ok _ p q E); trivial.
  - apply told_apart_sym. apply (touching_ok _ q p E); trivial.
  - apply (touching_ok _ p q E); trivial.
  - assert (S := secants_ok m ts p q E Gp Gq). intros u v Iu Iv. apply S; cbn [inside]; auto.
Qed.

Lemma leaf_checked gs s e inverse : gs <> [] -> (forall g, In g gs -> valid f n g) -> summary gs = Some s ->
  (forall j, (j <= length f)%nat -> nth j (linear_values f [true] s) false = true) -> inverted n e inverse gs = true -> leaf_ok gs.
Proof.
  intros Ne V S Lin Inv. assert (Vals : forall j, (j <= length f)%nat -> linear n (spans gs) (nth j (hrun K f [input_of K n]) (none K))) by (intros j Lj; apply (cell_values K f n gs s Ne V S), Lin, Lj). assert (Im : forall g u, In g gs -> val u (at_g g) = inZ (zdot u (image_at g)) / inZ (Zpos (denominator_of g))) by (intros g u I; apply generator_image, V, I).
  assert (Lf : exists A : list vector, forall v, cone N (spans gs) v -> pair_at v = map (fun a => a · v) A).
  { destruct (Vals (length f) (le_n _)) as (A & HA). exists (A ++ [first]). intros v C. unfold pair_at. rewrite map_app. cbn [map]. rewrite dot_first. f_equal. apply HA, C. }
  constructor; trivial. intros u v Cu Cv E i Li. unfold inverted in Inv. destruct gs as [|g0 gs'] eqn:Gs; [congruence|]. rewrite <- Gs in *.
  set (d := denominator_of g0) in *. set (m := length (image_at g0)) in *. apply andb_true_iff in Inv. destruct Inv as (Pe & Inv). apply Z.ltb_lt in Pe. rewrite forallb_forall in Inv.
  set (r := firstn m (skipn (i * m) inverse)). destruct Lf as (A & HA). destruct (rows_linear K n r A) as (c & Hc).
  set (e_i := fun k => if Nat.eqb k i then 1 else 0 : K). set (t := fun k => inZ e * e_i k + 0 * e_i k).
  assert (Dt : forall w : vector, t · w = inZ e * w i). { intro w. unfold t. rewrite (dot_left K N (inZ e) e_i 0 e_i w). unfold e_i. rewrite dot_unit by exact Li. ring. }
  assert (On : forall w, spans gs w -> c · w = t · w).
  { intros w (g & I & ->). rewrite <- Hc, <- HA by (apply cone_self; exists g; auto). change (dotZ r (pair_at (at_g g))) with (val r (at_g g)). rewrite (Im g r I), Dt.
    specialize (Inv g I). apply andb_true_iff in Inv. destruct Inv as (Ed & Inv). apply Pos.eqb_eq in Ed. rewrite forallb_forall in Inv.
    assert (X := Inv (i, r)). lapply X; [clear X; cbn [fst snd]; intro X|]. 2: { apply in_map_iff. exists i. split; [reflexivity|]. apply in_seq. lia. }
    apply Z.eqb_eq in X. rewrite X, Ed, !inZ_mul. unfold Cells.at_g, at_ray. field. apply den_ne. }
  assert (All : forall w, cone N (spans gs) w -> dotZ r (pair_at w) = inZ e * w i).
  { intros w C. rewrite (HA w C), Hc, <- Dt. apply kle_antisym; apply (cone_below K n (spans gs)); trivial; intros x Ix; apply eq_le; rewrite On by trivial; reflexivity. }
  apply (mul_cancel K (inZ e)); [apply pos_ne, inZ_pos, Pe|]. rewrite <- (All u Cu), <- (All v Cv), E. reflexivity.
Qed.

Theorem grow_ok directions pl : forall c ws t ok, (forall g bs, In (g, bs) c -> valid f n g) -> described N ws (ghost K c) ->
  grow f n directions secants c pl = Some (t, ok) -> good t /\ (ok = true -> separated t) /\ forall v, inside_walls N ws v -> inside t v.
Proof.
  induction pl as [e inverse|k u b above IHa below IHb told]; intros c ws t ok V D E; cbn [grow] in E.
  all: destruct (summary (map fst c)) as [s|] eqn:S; [|discriminate].
  all: assert (Ne : map fst c <> []) by (intro X; rewrite X in S; discriminate).
  all: assert (V' : forall g, In g (map fst c) -> valid f n g) by (intros g I; apply in_map_iff in I; destruct I as ((g', bs) & <- & I); apply (V g' bs I)).
  - cbv zeta in E. destruct (forallb _ _) eqn:Fl; [|discriminate]. destruct (Nat.eqb_spec (length (linear_values f [true] s)) (Datatypes.S (length f))) as [Lk|]; [|discriminate].
    assert (Lin : forall j, (j <= length f)%nat -> nth j (linear_values f [true] s) false = true) by (intros j Lj; rewrite forallb_forall in Fl; apply Fl, nth_In; lia).
    destruct (inverted n e inverse (map fst c)) eqn:Inv; [|discriminate]. injection E as <- <-.
    assert (L := leaf_checked _ s e inverse Ne V' S Lin Inv). split; [exact L|]. split.
    + intros _ x y Cx Cy X Y Exy. refine (leaf_injective _ L x y Cx Cy _). unfold pair_at. rewrite Exy, X, Y. reflexivity.
    + intros v Iv. cbn [inside]. apply (cone_within K N _ _) with (2 := spanned _ _ _ _ D v Iv). intros w (bs & I). apply cone_self.
      apply in_map_iff in I. destruct I as ((g, bs') & X & I). injection X as <- _. exists g. split; [|reflexivity]. apply in_map_iff. exists (g, bs'). auto.
  - destruct (available f s k u b) eqn:Av; [|discriminate]. destruct (switch_form K f n (map fst c) s k u b Ne V' S Av) as (h & Hh).
    destruct (cut f n (level_in k u b) c) as [(c1, c2)|] eqn:C; [|discriminate].
    destruct (cut_ok K f n (level_in k u b) c ws h V D) with (above := c1) (below := c2) as (D1 & D2 & V1 & V2); trivial.
    { intros g bs I. apply Hh. apply in_map_iff. exists (g, bs). auto. }
    destruct (grow f n directions secants c1 above) as [(p, ok1)|] eqn:Gp; [|discriminate].
    destruct (grow f n directions secants c2 below) as [(q, ok2)|] eqn:Gq; [|discriminate]. injection E as <- <-.
    destruct (IHa c1 _ p ok1 V1 D1 Gp) as (G1 & S1 & I1). destruct (IHb c2 _ q ok2 V2 D2 Gq) as (G2 & S2 & I2). split; [split; trivial|]. split.
    + assert (Case : forall e, (if ok1 && ok2 then deal directions secants e p q else false) = true -> separated (Two p q)).
      { intros e Dl. destruct (ok1 && ok2) eqn:Oks; [|discriminate]. apply andb_true_iff in Oks. destruct Oks as (O1 & O2).
        assert (T := deal_ok directions e p q Dl G1 G2). assert (T' := told_apart_sym _ _ T).
        intros x y [Ix|Ix] [Iy|Iy]; [apply S1|apply T|apply T'|apply S2]; trivial. }
      destruct told as [e|]; [|discriminate]. destruct e; try apply Case. intro X. apply (secants_ok matrix weights p q X G1 G2).
    + intros v Iv. cbn [inside]. destruct (kle_total K 0 (h · v)) as [H|H]; [left; apply I1|right; apply I2]; intros a [<-|Ia]; auto.
      rewrite (dot_opposite K n h). apply opp_nonneg, H.
Qed.
End Deal.
End Sound.
