(** A box around each domain (hull in proofs/domains.py), widths of values, and functionals of outputs. *)
Require Import ZArith QArith List Bool Lia Field.
From Bijection Require Import OField Network Exact Domains Intervals Rank Affine.
Import ListNotations.
Open Scope Z_scope.

Definition point_i (t : Q) : interval := (Some t, Some t).
Fixpoint hull_points (ps : list (list Q)) : list interval :=
  match ps with [] => [] | [p] => map point_i p | p :: r => zip hull2 (map point_i p) (hull_points r) end.

(** An axis-parallel side of a polytope: <a, x> <= b where a has one coefficient that is not 0. *)
Fixpoint sides_of (a : list Q) (b : Q) (sides : list interval) : list interval :=
  match a, sides with
  | c :: a', i :: sides' =>
      if Qeq_bool c 0 then i :: sides_of a' b sides'
      else if forallb (fun t => Qeq_bool t 0) a' then
        (if Qle_bool 0 c then (fst i, meet qmin (snd i) (Some (b / c)%Q)) else (meet qmax (fst i) (Some (b / c)%Q), snd i)) :: sides'
      else sides
  | _, _ => sides
  end.

Definition hull (d : domain) : option (list interval) :=
  match d with
  | Reals n | Integers n => Some (repeat line n)
  | Box sides | Floats sides => Some (map (fun s => (Some (fst s), Some (snd s))) sides)
  | Grid axes => Some (map (fun s => let '(low, high, st) := s in (if Qle_bool 0 st then Some low else None, Some high)) axes)
  | Polytope n sides => Some (fold_left (fun acc s => sides_of (fst s) (snd s) acc) sides (repeat line n))
  | Finite points => match dimension d with Some n => Some (match points with [] => repeat line n | _ => hull_points points end) | None => None end
  | Labels k => Some [(Some 0%Q, Some (inject_Z (Z.max (k - 1) 0)))]
  | Simplex n => Some (repeat (Some 0%Q, Some 1%Q) n)
  end.

Section Sound.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Local Notation inQ := (@OField.inQ K).
Local Notation inZ := (@OField.inZ K).

Lemma line_ok n (x : list K) : length x = n -> Forall2 inside (repeat line n) x.
Proof. intros <-. induction x as [|t x IH]; cbn [length repeat]; constructor; trivial. split; exact I. Qed.

Lemma point_i_ok p : Forall2 inside (map point_i p) (embQ p : list K).
Proof. induction p as [|t p IH]; cbn [map embQ]; constructor; trivial. split; apply le_refl. Qed.

Lemma hull_points_ok ps p n : (forall q, In q ps -> length q = n) -> In p ps -> Forall2 inside (hull_points ps) (embQ p : list K).
Proof.
  assert (Len : forall ps, (forall q, In q ps -> length q = n) -> ps <> [] -> length (hull_points ps) = n).
  { clear ps p. induction ps as [|q [|q' ps] IH]; intros L N; [congruence|cbn [hull_points]; rewrite map_length; apply L; simpl; auto|].
    change (hull_points (q :: q' :: ps)) with (zip hull2 (map point_i q) (hull_points (q' :: ps))).
    assert (E : length (hull_points (q' :: ps)) = n) by (apply IH; [intros r J; apply L; simpl in *; tauto|discriminate]).
    rewrite zip_length; rewrite map_length; [|rewrite E]; apply L; simpl; auto. }
  induction ps as [|q [|q' ps] IH]; intros L J; [destruct J|destruct J as [->|[]]; apply point_i_ok|].
  change (hull_points (q :: q' :: ps)) with (zip hull2 (map point_i q) (hull_points (q' :: ps))).
  assert (L' : forall r, In r (q' :: ps) -> length r = n) by (intros r R; apply L; simpl in *; tauto).
  assert (E : length (hull_points (q' :: ps)) = length (map point_i q)) by (rewrite map_length, Len by (trivial; discriminate); symmetry; apply L; simpl; auto).
  assert (H2 : forall (a b : list interval) (x : list K), length a = length b -> Forall2 inside a x \/ Forall2 inside b x -> Forall2 inside (zip hull2 a b) x).
  { clear. induction a as [|i a IH]; intros [|j b] x L [F|F]; try discriminate; inversion F; subst; cbn [zip]; constructor; trivial.
    - apply hull2_inside. left. trivial.
    - apply IH; [injection L; trivial|left; trivial].
    - apply hull2_inside. right. trivial.
    - apply IH; [injection L; trivial|right; trivial]. }
  apply H2; [symmetry; exact E|]. destruct J as [->|J]; [left; apply point_i_ok|right; apply IH; trivial].
Qed.

Lemma dotK_zero a (x : list K) : forallb (fun t => Qeq_bool t 0) a = true -> dotK (embQ a) x = 0.
Proof.
  revert x. induction a as [|c a IH]; intros [|t x] E; cbn [embQ map dotK forallb] in *; trivial. apply andb_true_iff in E. destruct E as (A & B).
  apply (Qeq_bool_spec K) in A. rewrite A, inQ_0. fold (embQ (K := K) a). rewrite IH by trivial. ring.
Qed.

Lemma inQ_div b c : ~ (c == 0)%Q -> (inQ (b / c) : K) = inQ b / inQ c.
Proof.
  intro N. assert (Nc : (inQ c : K) <> 0) by (rewrite <- inQ_0; intro E; apply N, (inQ_eq K), E).
  assert (E : inQ (b / c) * inQ c = (inQ b : K)). { rewrite <- inQ_mul. apply inQ_eq. field. exact N. }
  rewrite <- E. field. exact Nc.
Qed.

Lemma sides_of_ok a b sides (x : list K) : dotK (embQ a) x <= inQ b -> Forall2 inside sides x -> Forall2 inside (sides_of a b sides) x.
Proof.
  intros H F. revert a H. induction F as [|i t sides x (A & B) F IH]; intros [|c a] H; cbn [sides_of]; try constructor; trivial; try (split; trivial).
  destruct (Qeq_bool c 0) eqn:Z0.
  { constructor; [split; trivial|]. apply IH. apply (Qeq_bool_spec K) in Z0. cbn [embQ map dotK] in H. rewrite Z0, inQ_0 in H.
    replace (0 * t + dotK (map inQ a) x) with (dotK (map inQ a) x) in H by ring. exact H. }
  assert (N : ~ (c == 0)%Q) by (intro E; apply Qeq_bool_iff in E; rewrite E in Z0; discriminate).
  assert (Nc : (inQ c : K) <> 0) by (rewrite <- inQ_0; intro E; apply N, (inQ_eq K), E).
  destruct (forallb _ a) eqn:Za; [|constructor; [split|]; trivial]. cbn [embQ map dotK] in H. fold (embQ (K := K) a) in H. rewrite dotK_zero in H by trivial.
  replace (inQ c * t + 0) with (inQ c * t) in H by ring. assert (E : inQ b = inQ c * inQ (b / c) :> K) by (rewrite inQ_div by trivial; field; trivial).
  rewrite E in H. destruct (Qle_bool 0 c) eqn:P; constructor; trivial; split; cbn [fst snd]; trivial.
  - apply meet_under; trivial. cbn [under]. apply mul_le_cancel with (inQ c); trivial. apply (Qle_bool_spec K) in P. rewrite inQ_0 in P.
    intro Q. apply Nc. apply kle_antisym; trivial.
  - apply meet_above; trivial. cbn [above]. apply qle_false in P. apply (inQ_le K) in P. rewrite inQ_0 in P.
    apply mul_le_cancel with (- inQ c).
    + intro Q. apply Nc. apply kle_antisym; trivial. replace (0:K) with (- (0 : K)) by ring. replace (inQ c) with (- - inQ c) by ring. apply opp_le, Q.
    + replace (- inQ c * inQ (b / c)) with (- (inQ c * inQ (b / c))) by ring. replace (- inQ c * t) with (- (inQ c * t)) by ring. apply opp_le, H.
Qed.

Lemma simplex_ok (x : list K) : Forall (fun t => 0 < t) x -> ksum x <= 1 -> Forall2 inside (repeat (Some 0%Q, Some 1%Q) (length x)) x.
Proof.
  intros P S. assert (H : forall t, In t x -> 0 <= t /\ t <= 1).
  { intros t J. rewrite Forall_forall in P. split; [apply lt_le, P, J|]. apply kle_trans with (ksum x); trivial.
    apply ksum_ge; trivial. intros s U. apply lt_le, P, U. }
  clear P S. induction x as [|t x IH]; cbn [length repeat]; constructor.
  - destruct (H t (or_introl eq_refl)). split; cbn [fst snd above under]; [rewrite inQ_0|rewrite inQ_1]; trivial.
  - apply IH. intros s J. apply H. simpl. auto.
Qed.

Theorem hull_ok d sides (x : list K) : hull d = Some sides -> member d x -> Forall2 inside sides x.
Proof.
  intros E M. destruct d as [n|n|s|n s|axes|s|points|k|n]; cbn [hull member] in *; try (injection E as <-).
  - apply line_ok, M.
  - apply line_ok, M.
  - induction M as [|a t s x B M IH]; cbn [map]; constructor; trivial.
  - destruct M as (L & F). assert (A := line_ok n x L). revert A. generalize (repeat line n). induction F as [|a s H F IH]; intros acc A; cbn [fold_left]; trivial.
    apply IH. apply sides_of_ok; trivial.
  - induction M as [|((low, high), st) t axes x (k & P & E & L) M IH]; cbn [map]; constructor; trivial. split; cbn [fst snd].
    + destruct (Qle_bool 0 st) eqn:Q; cbn [above]; trivial. rewrite E. apply (Qle_bool_spec K) in Q. rewrite inQ_0 in Q.
      replace (inQ low) with (inQ low + 0 : K) at 1 by ring. apply add_le; [apply le_refl|]. apply kmul_nonneg; trivial. apply inZ_nonneg, P.
    + exact L.
  - induction M as [|a t s x (B & _) M IH]; cbn [map]; constructor; trivial.
  - destruct (dimension (Finite points)) as [n|] eqn:N; [|discriminate]. injection E as <-. destruct M as (p & J & ->).
    destruct points as [|q points]; [destruct J|]. apply (hull_points_ok _ p n); trivial. intros r R.
    rewrite <- (embQ_length K r). apply (dimension_spec K (Finite (q :: points)) n); trivial. exists r. auto.
  - destruct M as (i & B & ->). constructor; [|constructor]. split; cbn [fst snd above under].
    + rewrite inQ_0, <- inZ_0. apply inZ_le. lia.
    + rewrite <- inZ_Q. apply inZ_le. lia.
  - destruct M as (<- & P & S). apply simplex_ok; trivial. rewrite S. apply le_refl.
Qed.

(** ** The functional u of the outputs, merged into a last affine operation *)

Fixpoint padd (u v : list Z) : list Z :=
  match u, v with [], _ => v | _, [] => u | a :: u', b :: v' => (a + b)%Z :: padd u' v' end.
Fixpoint psum (us : list Z) (rows : list row) : list Z :=
  match us, rows with c :: us', r :: rows' => padd (zscale c (expand (runs r))) (psum us' rows') | _, _ => [] end.

Lemma dotZ_padd u v (x : list K) : dotZ (padd u v) x = dotZ u x + dotZ v x.
Proof.
  revert v x. induction u as [|a u IH]; intros [|b v] [|t x]; cbn [padd dotZ]; try ring. rewrite IH, inZ_add. ring.
Qed.

Definition functional (f : network) (u : list Q) : network :=
  let '(us, e) := vector u in
  match rev f with
  | Node (Affine c rows d) ins :: pre =>
      rev pre ++ [Node (Affine c [Row [(O, psum us rows)] (zdot us (map constant rows))] (e * d)) ins]
  | _ => f ++ [Node (Affine (length us) [Row [(O, us)] 0] e) [length f]]
  end.

Lemma value_app f nd (x : list K) : value (f ++ [nd]) x = apply (does nd) (map (fun j => nth j (trace f x) []) (inputs nd)).
Proof. unfold value, trace. rewrite fold_left_app. cbn [fold_left]. unfold step at 1. rewrite last_app by discriminate. reflexivity. Qed.

Lemma trace_last f (x : list K) : nth (length f) (trace f x) [] = value f x.
Proof. destruct (trace_split K f x) as (pre & -> & L). rewrite app_nth2 by lia. rewrite L, Nat.sub_diag. reflexivity. Qed.

Lemma dot_rows us e (rows : list row) d (x : list K) :
  dotK (emb (us, e)) (map (fun r => (form (runs r) x + inZ (constant r)) / inZ (Zpos d)) rows) =
  (dotZ (psum us rows) x + inZ (zdot us (map constant rows))) / inZ (Zpos (e * d)).
Proof.
  revert rows. induction us as [|c us IH]; intros [|r rows]; cbn [psum map zdot].
  1, 2, 3: unfold emb; cbn [fst snd map dotK]; destruct x; cbn [dotZ]; rewrite inZ_0; field; apply den_ne.
  change (emb (c :: us, e)) with (inZ c / inZ (Zpos e) :: emb (us, e) : list K). cbn [dotK]. rewrite IH, dotZ_padd, inZ_add, inZ_mul, Pos2Z.inj_mul, inZ_mul.
  rewrite dotZ_zscale, expand_ok. field. split; apply den_ne.
Qed.

Theorem functional_ok f u (x : list K) : value (functional f u) x = [dotK (embQ u) (value f x)].
Proof.
  unfold functional. rewrite <- emb_vector. destruct (vector u) as (us, e).
  assert (Append : value (f ++ [Node (Affine (length us) [Row [(O, us)] 0] e) [length f]]) x = [dotK (emb (us, e)) (value f x)]).
  { rewrite value_app. cbn [does inputs map apply nth runs constant form skipn]. rewrite trace_last. f_equal. rewrite inZ_0.
    clear. generalize (value f x). intro v. revert v. induction us as [|c us IH]; intros [|t v]; cbn [dotZ emb fst snd map dotK].
    1, 2, 3: cbn [length skipn]; field; apply den_ne.
    fold (emb (K := K) (us, e)). change (map (fun a => inZ a / inZ (Zpos e)) us) with (emb (us, e) : list K). rewrite <- IH. cbn [length skipn]. field. apply den_ne. }
  destruct (rev f) as [|[o ins] pre] eqn:R; [exact Append|]. destruct o; try exact Append. clear Append.
  assert (F : f = rev pre ++ [Node (Affine columns rows denominator) ins]) by (rewrite <- (rev_involutive f), R; reflexivity).
  rewrite F, !value_app. cbn [does inputs apply map]. f_equal. rewrite dot_rows. cbn [runs constant form skipn]. f_equal.
  set (v := nth 0 _ []). generalize (psum us rows). intro w. replace (0 : K) with (inZ 0 : K) by reflexivity. rewrite inZ_0. ring.
Qed.

(** ** Widths *)

Definition width_of (o : op) (ws : list nat) : option nat :=
  match o, ws with
  | Affine _ rows _, [_] => Some (length rows)
  | Pointwise l, [w] => if (length (unroll l) =? w)%nat then Some w else None
  | Sum, w :: ws' => if forallb (Nat.eqb w) ws' then Some w else None
  | Stack, _ => Some (fold_right Nat.add O ws)
  | Product, [w; w'] => if (w =? w')%nat then Some w else None
  | Max groups, [_] => Some (length groups)
  | Softmax _, [w] => Some w
  | Argmax, [_] => Some 1%nat
  | _, _ => None
  end.

Fixpoint run_widths (f : network) (ws : list nat) : option (list nat) :=
  match f with
  | [] => Some ws
  | nd :: r =>
      if forallb (fun j => (j <? length ws)%nat) (inputs nd) then
        match width_of (does nd) (map (fun j => nth j ws O) (inputs nd)) with Some w => run_widths r (ws ++ [w]) | None => None end
      else None
  end.
Definition widths (f : network) (n : nat) : option (list nat) := run_widths f [n].

Definition has_width (w : nat) (v : list K) := length v = w.

Lemma width_of_ok o ws vs w : width_of o ws = Some w -> Forall2 has_width ws vs -> has_width w (apply o vs).
Proof.
  unfold has_width. intros E F. destruct o; cbn [width_of apply] in *.
  - destruct F as [|w1 v ws vs L F]; [discriminate|]. destruct F; [|discriminate]. injection E as <-. apply map_length.
  - destruct F as [|w1 v ws vs L F]; [discriminate|]. destruct F; [|discriminate]. destruct (Nat.eqb_spec (length (unroll layers)) w1) as [G|]; [|discriminate].
    injection E as <-. cbn [nth]. rewrite zip_length; congruence.
  - destruct F as [|w1 v ws vs L F]; [discriminate|]. destruct (forallb _ ws) eqn:G; [|discriminate]. injection E as <-. revert v L.
    induction F as [|w2 v2 ws vs L2 F IH]; intros v L; [exact L|]. cbn [forallb] in G. apply andb_true_iff in G. destruct G as (G1 & G2).
    apply Nat.eqb_eq in G1. subst w2. change (vsum (v :: v2 :: vs)) with (zip kadd v (vsum (v2 :: vs))). rewrite zip_length; trivial. rewrite IH; congruence.
  - injection E as <-. induction F as [|w1 v ws vs L F IH]; trivial. cbn [concat fold_right]. rewrite app_length, IH, L. reflexivity.
  - destruct F as [|w1 v ws vs L F]; [discriminate|]. destruct F as [|w2 v2 ws vs L2 F]; [discriminate|]. destruct F; [|discriminate].
    destruct (Nat.eqb_spec w1 w2) as [->|]; [|discriminate]. injection E as <-. cbn [nth]. rewrite zip_length; congruence.
  - destruct F as [|w1 v ws vs L F]; [discriminate|]. destruct F; [|discriminate]. injection E as <-. apply map_length.
  - destruct F as [|w1 v ws vs L F]; [discriminate|]. destruct F; [|discriminate]. injection E as <-. cbn [nth]. rewrite map_length, seq_length. exact L.
  - destruct F as [|w1 v ws vs L F]; [discriminate|]. destruct F; [|discriminate]. injection E as <-. reflexivity.
Qed.

Lemma run_widths_ok f ws r (vs : list (list K)) : run_widths f ws = Some r -> Forall2 has_width ws vs -> Forall2 has_width r (fold_left step f vs).
Proof.
  revert ws vs. induction f as [|nd f IH]; intros ws vs E F; cbn [run_widths fold_left] in *; [injection E as <-; exact F|].
  destruct (forallb _ (inputs nd)) eqn:B; [|discriminate]. destruct (width_of _ _) as [w|] eqn:W; [|discriminate]. apply (IH (ws ++ [w])); trivial.
  unfold step. apply Forall2_app; trivial. constructor; [|constructor]. apply (width_of_ok _ _ _ _ W).
  clear - F B. induction (inputs nd) as [|j l IHl]; cbn [map]; constructor.
  - cbn [forallb] in B. apply andb_true_iff in B. apply (Forall2_nth _ _ has_width); [reflexivity|exact F].
  - apply IHl. cbn [forallb] in B. apply andb_true_iff in B. tauto.
Qed.

Theorem widths_ok f n ws (x : list K) : widths f n = Some ws -> length x = n -> Forall2 has_width ws (trace f x).
Proof. intros E L. apply (run_widths_ok f [n]); trivial. constructor; [exact L|constructor]. Qed.

Theorem width_ok f n ws (x : list K) : widths f n = Some ws -> length x = n -> length (value f x) = last ws O.
Proof.
  intros E L. assert (F := widths_ok f n ws x E L). unfold value. apply (Forall2_last _ _ has_width); [reflexivity|exact F].
Qed.
End Sound.
