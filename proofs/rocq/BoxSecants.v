(** Two boxes told apart by a matrix M for which <dx, M df> > 0 along all secants between them: each unit that bends is bounded from
    both boxes (theorems/box_tree.py, theorems/one_layer.py). *)
Require Import ZArith QArith Qround List Bool Lia Field.
From Bijection Require Import OField Network Exact Domains Intervals Monotone Rank Affine Hull Homogeneous Secants OneLayer Convex BoxFacts.
Import ListNotations.
Open Scope Z_scope.



Definition refine (f : Z -> Z -> Z) (secant : Z -> Z -> Z -> Z -> Z) (t a b : Z) (va vb : option Z) : Z :=
  match va, vb with Some va, Some vb => if a =? b then t else f t (secant a b va vb) | _, _ => t end.
Definition flagged_by (low high : Z) (more : list (Q * (Q * Q))) : flagged :=
  map (fun e => (e, (negb (Qle_bool (high # 1) (fst e)), negb (Qle_bool (fst e) (low # 1))))) more.
Definition secants_between (k : kink) (s t : strip) : Z * Z :=
  let '(a, b) := slope_range (first_piece k) (flagged_by (Z.min (least s) (least t)) (Z.max (most s) (most t)) (other_pieces k)) in
  let a := ifloor a in let b := iceiling b in
  if a =? b then (a, b)
  else match bends_to k with
       | Convex => (refine Z.max secant_below a (least s) (least t) (at_least s) (at_least t), refine Z.min secant_above b (most s) (most t) (at_most s) (at_most t))
       | Concave => (refine Z.max secant_below a (most s) (most t) (at_most s) (at_most t), refine Z.min secant_above b (least s) (least t) (at_least s) (at_least t))
       | Other => (a, b)
       end.

Definition slopes_between (ks : list kink) (p q : list strip) : list (Z * Z) := zip (fun k st => secants_between k (fst st) (snd st)) ks (combine p q).

(** Sums of forms. *)
Fixpoint plus_times (c : Z) (r q : quadratic) : quadratic :=
  match r, q with (s, u) :: r', (t, v) :: q' => (t + c * s, padd v (zscale c u)) :: plus_times c r' q' | _, _ => q end.

Fixpoint square (u : list Z) : quadratic := match u with [] => [] | a :: u' => (a * a, zscale a u') :: square u' end.

(** What a unit of slopes between a and a + d takes from 2^(h+1) <dx, M df>, compared to the slope a: its column v, its row w. For p = M v and
    any k is p w c >= - d (2^k p - w)^2 / (4 2^k) if 0 <= c <= d, as (2^k p - w)^2 + 4 2^k p w is a square too. *)
Definition bent_form (matrix : list (list Z)) (h k : Z) (v w : list Z) (d : Z) (q : quadratic) : quadratic :=
  if d =? 0 then q
  else
    let r := padd (zscale (Z.shiftl 1 (Z.max k 0)) (map (fun m => zdot m v) matrix)) (zscale (- Z.shiftl 1 (Z.max (- k) 0)) w) in
    plus_times (- Z.shiftl d (h - Z.abs k)) (square r) q.
Fixpoint bent_forms (matrix : list (list Z)) (h : Z) (es : list Z) (slopes : list (Z * Z)) (vs ws : list (list Z)) (form : quadratic) : option quadratic :=
  match es, slopes, vs, ws with
  | k :: es', (a, b) :: slopes', v :: vs', w :: ws' =>
      if (a <=? b) && (Z.abs k <=? h) then bent_forms matrix h es' slopes' vs' ws' (bent_form matrix h k v w (b - a) form) else None
  | [], [], [], [] => Some form
  | _, _, _, _ => None
  end.
Definition start_form (n : nat) (matrix : list (list Z)) (h : Z) (cols : list (list Z)) : quadratic :=
  fold_right (fun im => add_product (Z.shiftl 1 h) (variable_form 1 (fst im)) (map (zdot (snd im)) cols)) (repeat (0, []) n) (combine (seq 0 n) matrix).

Definition strongly_monotone (G : ground) (n : nat) (matrix : list (list Z)) (es : list Z) (p q : facts) : bool :=
  let h := fold_right (fun k m => Z.max (Z.abs k) m) 0 es in
  let slopes := slopes_between (kinks G) (strips p) (strips q) in
  (length matrix =? n)%nat &&
  match bent_forms matrix h es slopes (by_unit G) (z_rows G) (start_form n matrix h (columns_for G (map (fun s => 2 * fst s) slopes))) with
  | Some form => judged n form
  | None => false
  end.

Section Sound.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Local Notation inZ := (@OField.inZ K).
Local Notation inQ := (@OField.inQ K).
Notation value_of := (value_of K).
Notation strip_ok := (strip_ok K).
Notation out := (out K).

(** *** Slopes *)

Definition kink_ok (k : kink) : Prop := continuous (first_piece k) (other_pieces k) = true /\ bends_to k = shape_of (first_piece k, other_pieces k).

Lemma flagged_by_pieces low high more : map fst (flagged_by low high more) = more.
Proof. unfold flagged_by. rewrite map_map. apply map_id. Qed.

Lemma in_flagged low high more (t : K) : inZ low <= t -> t <= inZ high -> in_region K (flagged_by low high more) t.
Proof.
  intros A B. unfold in_region, flagged_by. apply Forall_forall. intros e I. apply in_map_iff in I. destruct I as (x & <- & _). cbn [fst snd]. rewrite !negb_false_iff, !(Qle_bool_spec K), !inQ_Z.
  split; intro H; [apply kle_trans with (inZ high)|apply kle_trans with (inZ low)]; trivial.
Qed.

Lemma steep_max F a b (s t : K) : steep K F (inZ a) s t -> steep K F (inZ b) s t -> steep K F (inZ (Z.max a b)) s t.
Proof. intros A B. destruct (Z.max_spec a b) as [(_ & ->)|(_ & ->)]; trivial. Qed.
Lemma flat_min F a b (s t : K) : flat_to K F (inZ a) s t -> flat_to K F (inZ b) s t -> flat_to K F (inZ (Z.min a b)) s t.
Proof. intros A B. destruct (Z.min_spec a b) as [(_ & ->)|(_ & ->)]; trivial. Qed.

Lemma secants_ok k s t z z' a b : kink_ok k -> strip_ok k s z -> strip_ok k t z' -> secants_between k s t = (a, b) ->
  steep K (value_of k) (inZ a) z z' /\ flat_to K (value_of k) (inZ b) z z'.
Proof.
  intros (Ct & Sh) S T E. unfold secants_between in E. set (low := Z.min (least s) (least t)) in *. set (high := Z.max (most s) (most t)) in *.
  destruct (slope_range _ _) as (qa, qb) eqn:R. set (a0 := ifloor qa) in *. set (b0 := iceiling qb) in *.
  assert (In1 : inZ low <= z /\ z <= inZ high).
  { split; [apply kle_trans with (2 := strip_low _ _ _ _ S)|apply kle_trans with (1 := strip_high _ _ _ _ S)]; apply inZ_le; unfold low, high; lia. }
  assert (In2 : inZ low <= z' /\ z' <= inZ high).
  { split; [apply kle_trans with (2 := strip_low _ _ _ _ T)|apply kle_trans with (1 := strip_high _ _ _ _ T)]; apply inZ_le; unfold low, high; lia. }
  assert (Range : forall x y : K, inZ low <= x -> x <= inZ high -> inZ low <= y -> y <= inZ high -> x <= y ->
    inZ a0 * (y - x) <= value_of k y - value_of k x /\ value_of k y - value_of k x <= inZ b0 * (y - x)).
  { intros x y X1 X2 Y1 Y2 L. assert (H := slope_range_ok K (first_piece k) (flagged_by low high (other_pieces k)) x y).
    rewrite flagged_by_pieces, R in H. destruct (H Ct (in_flagged low high _ x X1 X2) (in_flagged low high _ y Y1 Y2) L) as (H1 & H2). cbn [fst snd] in H1, H2. fold (value_of k x) (value_of k y) in H1, H2.
    assert (P : 0 <= y - x) by (apply (proj1 (le_diff K _ _)), L). split.
    - apply kle_trans with (2 := H1). replace (inZ a0 * (y - x)) with ((y - x) * inZ a0) by ring. replace (inQ qa * (y - x)) with ((y - x) * inQ qa) by ring. apply mul_le_l; [exact P|apply ifloor_ok].
    - apply kle_trans with (1 := H2). replace (inZ b0 * (y - x)) with ((y - x) * inZ b0) by ring. replace (inQ qb * (y - x)) with ((y - x) * inQ qb) by ring. apply mul_le_l; [exact P|apply iceiling_ok]. }
  destruct In1 as (I1 & I2), In2 as (I3 & I4).
  assert (A : steep K (value_of k) (inZ a0) z z') by (split; intro L; apply Range; trivial).
  assert (B : flat_to K (value_of k) (inZ b0) z z') by (split; intro L; apply Range; trivial).
  destruct (Z.eqb a0 b0); [injection E as <- <-; auto|]. assert (Sp := shape_ok K (first_piece k, other_pieces k)). rewrite <- Sh in Sp. cbn [fst snd] in Sp.
  destruct (bends_to k); [| |injection E as <- <-; auto]; injection E as <- <-; unfold refine; split.
  - destruct (at_least s) as [v|] eqn:V; trivial. destruct (at_least t) as [v'|] eqn:V'; trivial. destruct (Z.eqb_spec (least s) (least t)) as [|N]; trivial. apply steep_max; trivial.
    apply steep_secant; trivial; [apply (strip_least _ _ _ _ S v V)|apply (strip_least _ _ _ _ T v' V')|apply (strip_low _ _ _ _ S)|apply (strip_low _ _ _ _ T)].
  - destruct (at_most s) as [v|] eqn:V; trivial. destruct (at_most t) as [v'|] eqn:V'; trivial. destruct (Z.eqb_spec (most s) (most t)) as [|N]; trivial. apply flat_min; trivial.
    apply flat_secant; trivial; [apply (strip_most _ _ _ _ S v V)|apply (strip_most _ _ _ _ T v' V')|apply (strip_high _ _ _ _ S)|apply (strip_high _ _ _ _ T)].
  - destruct (at_most s) as [v|] eqn:V; trivial. destruct (at_most t) as [v'|] eqn:V'; trivial. destruct (Z.eqb_spec (most s) (most t)) as [|N]; trivial. apply steep_max; trivial.
    assert (X := flat_secant K (fun x => - value_of k x) (most s) (most t) (- v) (- v') z z' Sp N). cbv beta in X. rewrite (strip_most _ _ _ _ S v V), (strip_most _ _ _ _ T v' V'), !inZ_opp in X.
    specialize (X eq_refl eq_refl (strip_high _ _ _ _ S) (strip_high _ _ _ _ T)). apply steep_opposite in X. unfold secant_above in X. rewrite !Z.opp_involutive, inZ_opp in X.
    replace (- - inZ (secant_below (most s) (most t) v v')) with (inZ (secant_below (most s) (most t) v v')) in X by ring. exact X.
  - destruct (at_least s) as [v|] eqn:V; trivial. destruct (at_least t) as [v'|] eqn:V'; trivial. destruct (Z.eqb_spec (least s) (least t)) as [|N]; trivial. apply flat_min; trivial.
    assert (X := steep_secant K (fun x => - value_of k x) (least s) (least t) (- v) (- v') z z' Sp N). cbv beta in X. rewrite (strip_least _ _ _ _ S v V), (strip_least _ _ _ _ T v' V'), !inZ_opp in X.
    specialize (X eq_refl eq_refl (strip_low _ _ _ _ S) (strip_low _ _ _ _ T)). apply flat_opposite in X. unfold secant_above. rewrite inZ_opp. exact X.
Qed.

(** *** Forms *)

Lemma square_ok u (w : list K) : qval K (square u) w = dotZ u w * dotZ u w.
Proof. revert w. induction u as [|a u IH]; intros [|x w]; cbn [square qval dotZ]; try ring. rewrite IH, dotZ_zscale, inZ_mul. ring. Qed.
Lemma square_length u : length (square u) = length u. Proof. induction u; cbn [square length]; auto. Qed.
Lemma plus_times_ok c r q (w : list K) : (length r <= length q)%nat -> qval K (plus_times c r q) w = qval K q w + inZ c * qval K r w.
Proof.
  revert q w. induction r as [|(s, u) r IH]; intros [|(t, v) q] w L; cbn [length] in L; try lia; destruct w as [|x w]; cbn [plus_times qval]; try ring.
  rewrite IH by lia. rewrite dotZ_padd, dotZ_zscale, inZ_add, inZ_mul. ring.
Qed.
Lemma plus_times_length c r q : length (plus_times c r q) = length q.
Proof. revert q. induction r as [|(s, u) r IH]; intros [|(t, v) q]; cbn [plus_times length]; auto. Qed.

Lemma shiftl_ok a h : (0 <= h)%Z -> inZ (Z.shiftl a h) = inZ a * inZ (2 ^ h)%Z :> K.
Proof. intro P. rewrite Z.shiftl_mul_pow2, inZ_mul by exact P. reflexivity. Qed.

Lemma half_square (u v : K) : 0 <= u - v * v -> u = 0 -> v = 0.
Proof. intros H ->. assert (X : v * v = 0). { apply kle_antisym; [|apply square_nonneg]. apply (proj2 (le_diff K _ _)). exact H. } destruct (mul_zero K _ _ X); trivial. Qed.

(** pi and omega are <p, dx> and <w, dx>; y is what the unit moves beside its least slope. *)
Lemma bent_form_ok matrix h k v w d q (dx : list K) y : (Z.abs k <= h)%Z -> (0 <= d)%Z -> length q = length dx -> (length w <= length q)%nat -> (length matrix <= length q)%nat ->
  0 <= y * (inZ (2 * d) * dotZ w dx - y) ->
  qval K (bent_form matrix h k v w d q) dx <= qval K q dx + (1 + 1) * inZ (2 ^ h)%Z * (y * dotZ (map (fun m => zdot m v) matrix) dx) /\
  length (bent_form matrix h k v w d q) = length q.
Proof.
  intros P Pd Lq Lw Lm Y. set (p := map (fun m => zdot m v) matrix). set (pi := dotZ p dx). set (om := dotZ w dx) in *.
  set (c := inZ (2 ^ h)%Z : K). set (D := inZ d : K) in *. rewrite inZ_mul in Y. change (inZ 2) with (1 + 1 : K) in Y. fold D in Y.
  unfold bent_form. fold p. destruct (Z.eqb_spec d 0) as [E|N].
  { split; [|reflexivity]. assert (Z0 : D = 0) by (unfold D; rewrite E; reflexivity). rewrite (half_square 0 y) by (trivial; rewrite Z0 in Y; replace (0 - y * y) with (y * ((1 + 1) * 0 * om - y)) by ring; exact Y). apply eq_le. ring. }
  cbv zeta. set (al := inZ (2 ^ Z.max k 0)%Z : K). set (ga := inZ (2 ^ Z.max (- k) 0)%Z : K). set (be := inZ (2 ^ (h - Z.abs k))%Z : K).
  split; [|rewrite !plus_times_length; reflexivity].
  rewrite plus_times_ok, square_ok, dotZ_padd, !dotZ_zscale, !inZ_opp, !shiftl_ok by (try lia; rewrite square_length, padd_length; unfold zscale, p; rewrite !map_length; lia). rewrite inZ_1. fold D pi om al ga be.
  assert (AB : c = al * be * ga). { unfold al, be, ga, c. rewrite <- !inZ_mul, <- !Z.pow_add_r by lia. do 2 f_equal. lia. }
  assert (PD : 0 < D) by (apply inZ_pos; lia). assert (Pb : 0 <= be) by (apply inZ_nonneg, Z.pow_nonneg; lia).
  set (r := al * pi - ga * om). replace (1 * al * pi + - (1 * ga) * om) with r by (unfold r; ring).
  apply (proj2 (le_diff K _ _)). replace (qval K q dx + (1 + 1) * c * (y * pi) - (qval K q dx + - (D * be) * (r * r))) with (be * ((1 + 1) * (al * ga) * (y * pi) + D * (r * r))) by (rewrite AB; ring).
  apply kmul_nonneg; [exact Pb|]. apply (mul_le_cancel K D); [exact PD|]. replace (D * 0) with (0:K) by ring.
  replace (D * ((1 + 1) * (al * ga) * (y * pi) + D * (r * r))) with ((D * r + ga * y) * (D * r + ga * y) + ga * ga * (y * ((1 + 1) * D * om - y))) by (unfold r; ring).
  apply le_add_nonneg; [apply square_nonneg|]. apply kmul_nonneg; [apply square_nonneg|exact Y].
Qed.

(** *** All units *)

Fixpoint strips_all (ks : list kink) (ws : list (list Z)) (ss : list strip) (zs : list K) : Prop :=
  match ks, ws, ss, zs with
  | k :: ks', w :: ws', s :: ss', z :: zs' => strip_ok k s z /\ strips_all ks' ws' ss' zs'
  | [], [], [], [] => True
  | _, _, _, _ => False
  end.
Fixpoint moves (ks : list kink) (ws : list (list Z)) (slopes : list (Z * Z)) (dx zs zs' : list K) : list K :=
  match ks, ws, slopes, zs, zs' with
  | k :: ks', w :: ws', s :: ss', z :: r, z' :: r' => ((1 + 1) * (value_of k z - value_of k z') - inZ (2 * fst s) * dotZ w dx) :: moves ks' ws' ss' dx r r'
  | _, _, _, _, _ => []
  end.
Fixpoint cross (matrix : list (list Z)) (dx : list K) (vs : list (list Z)) (ys : list K) : K :=
  match vs, ys with v :: vs', y :: ys' => y * dotZ (map (fun m => zdot m v) matrix) dx + cross matrix dx vs' ys' | _, _ => 0 end.

Lemma moves_sum ks ws p q dx zs zs' ch : strips_all ks ws p zs -> strips_all ks ws q zs' ->
  (1 + 1) * dotZ ch (zip value_of ks zs) - (1 + 1) * dotZ ch (zip value_of ks zs') =
  dotZ (tilted ch (map (fun s => 2 * fst s)%Z (slopes_between ks p q))) (map (fun w => dotZ w dx) ws) + dotZ ch (moves ks ws (slopes_between ks p q) dx zs zs').
Proof.
  unfold slopes_between, tilted. revert ws p q zs zs' ch. induction ks as [|k ks IH]; intros [|w ws] [|s p] [|t q] [|z zs] [|z' zs'] ch A B; try (destruct A; fail); try (destruct B; fail).
  - destruct ch; cbn [zip dotZ moves map combine]; ring.
  - destruct A as (_ & A), B as (_ & B). destruct ch as [|c ch]; [cbn [zip dotZ moves map combine]; ring|]. specialize (IH ws p q zs zs' ch A B). cbn [zip dotZ moves map combine fst snd].
    set (r := dotZ ch (zip value_of ks zs)) in *. set (r' := dotZ ch (zip value_of ks zs')) in *. set (T := dotZ (zip Z.mul ch _) _) in *. set (M := dotZ ch (moves _ _ _ _ _ _)) in *.
    replace ((1 + 1) * (inZ c * value_of k z + r) - (1 + 1) * (inZ c * value_of k z' + r')) with ((1 + 1) * inZ c * (value_of k z - value_of k z') + ((1 + 1) * r - (1 + 1) * r')) by ring.
    rewrite IH, inZ_mul. ring.
Qed.

Lemma bent_forms_ok matrix h (dx : list K) : forall es ks vs ws p q form form' zs zs', bent_forms matrix h es (slopes_between ks p q) vs ws form = Some form' ->
  Forall kink_ok ks -> strips_all ks ws p zs -> strips_all ks ws q zs' -> zip ksub zs zs' = map (fun w => dotZ w dx) ws ->
  length form = length dx -> (forall w, In w ws -> (length w <= length form)%nat) -> (length matrix <= length form)%nat ->
  qval K form' dx <= qval K form dx + (1 + 1) * inZ (2 ^ h)%Z * cross matrix dx vs (moves ks ws (slopes_between ks p q) dx zs zs') /\ length form' = length dx.
Proof.
  induction es as [|k es IH]; intros ks vs ws p q form form' zs zs' E Ko Sp Sq Dz Lf Lw Lm; (destruct ks as [|u ks], ws as [|w ws], p as [|s p], zs as [|z zs]; try (destruct Sp; fail)); (destruct q as [|t q], zs' as [|z' zs']; try (destruct Sq; fail)).
  - destruct vs; [|discriminate]. injection E as <-. cbn [cross]. split; [apply eq_le; ring|exact Lf].
  - cbn [slopes_between zip combine bent_forms] in E. discriminate.
  - cbn [slopes_between zip combine bent_forms] in E. discriminate.
  - unfold slopes_between in *. cbn [combine zip map fst snd] in *. destruct vs as [|v vs]; [cbn [bent_forms] in E; destruct (secants_between u s t); discriminate|]. cbn [bent_forms] in E. destruct (secants_between u s t) as (a, b) eqn:Sec.
    destruct ((a <=? b)%Z && (Z.abs k <=? h)%Z) eqn:Ck; [|discriminate]. rewrite !andb_true_iff, !Z.leb_le in Ck. destruct Ck as (Ab & P1).
    destruct Sp as (S & Sp), Sq as (T & Sq). inversion Ko as [|? ? Ku Ko']; subst. apply cons_inj in Dz. destruct Dz as (Dz & Dzs).
    destruct (secants_ok u s t z z' a b Ku S T Sec) as (St & Fl). assert (Btw := steep_between K _ _ _ _ _ St Fl).
    set (y := (1 + 1) * (value_of u z - value_of u z') - inZ (2 * a) * dotZ w dx).
    destruct (bent_form_ok matrix h k v w (b - a) form dx y P1 ltac:(lia) Lf (Lw w (or_introl eq_refl)) Lm) as (B1 & B2).
    { rewrite Dz in Btw. replace (y * (inZ (2 * (b - a)) * dotZ w dx - y)) with
        ((1 + 1) * (1 + 1) * ((value_of u z - value_of u z' - inZ a * dotZ w dx) * (inZ b * dotZ w dx - (value_of u z - value_of u z')))).
      - apply kmul_nonneg; [apply kmul_nonneg; apply le_add_nonneg; apply zero_le_one|exact Btw].
      - unfold y. rewrite !inZ_mul, inZ_sub. change (inZ 2) with (1 + 1 : K). ring. }
    destruct (IH ks vs ws p q _ form' zs zs' E Ko' Sp Sq Dzs) as (C1 & C2); try (rewrite B2; trivial); [intros; apply Lw; simpl; auto|]. split; [|exact C2].
    apply kle_trans with (1 := C1). cbn [moves cross fst snd]. fold y. set (X := cross matrix dx vs _). set (W := y * dotZ _ dx) in *.
    replace (qval K form dx + (1 + 1) * inZ (2 ^ h)%Z * (W + X)) with (qval K form dx + (1 + 1) * inZ (2 ^ h)%Z * W + (1 + 1) * inZ (2 ^ h)%Z * X) by ring. apply kadd_le, B1.
Qed.

(** *** The matrix *)

Fixpoint weigh (matrix : list (list Z)) (dx : list K) (F : list Z -> K) : K :=
  match matrix, dx with m :: r, t :: dx' => t * F m + weigh r dx' F | _, _ => 0 end.

Lemma weigh_add matrix dx F G : weigh matrix dx (fun m => F m + G m) = weigh matrix dx F + weigh matrix dx G.
Proof. revert dx. induction matrix as [|m r IH]; intros [|t dx]; cbn [weigh]; try ring. rewrite IH. ring. Qed.
Lemma weigh_zero matrix dx F : (forall m, F m = 0) -> weigh matrix dx F = 0.
Proof. intro H. revert dx. induction matrix as [|m r IH]; intros [|t dx]; cbn [weigh]; trivial. rewrite IH, H. ring. Qed.

Lemma weigh_cross matrix dx vs ys : weigh matrix dx (fun m => dotZ (map (zdot m) vs) ys) = cross matrix dx vs ys.
Proof.
  revert ys. induction vs as [|v vs IH]; intros [|y ys]; try (apply weigh_zero; reflexivity). cbn [cross map dotZ]. rewrite <- IH, weigh_add. f_equal. clear.
  revert dx. induction matrix as [|m r IH]; intros [|t dx]; cbn [weigh map dotZ]; try ring. rewrite IH. ring.
Qed.

Lemma start_ok n matrix h cols (dx : list K) : (0 <= h)%Z -> length matrix = n -> length dx = n ->
  qval K (start_form n matrix h cols) dx = (1 + 1) * inZ (2 ^ h)%Z * weigh matrix dx (fun m => dotZ (map (zdot m) cols) dx) /\ length (start_form n matrix h cols) = n.
Proof.
  intros Ph Lm Ld. unfold start_form. set (c := inZ (2 ^ h)%Z : K).
  assert (Gen : forall l : list (nat * list Z), qval K (fold_right (fun im => add_product (Z.shiftl 1 h) (variable_form 1 (fst im)) (map (zdot (snd im)) cols)) (repeat (0%Z, []) n) l) dx =
    (1 + 1) * c * fold_right (fun im acc => nth (fst im) dx 0 * dotZ (map (zdot (snd im)) cols) dx + acc) 0 l /\
    length (fold_right (fun im => add_product (Z.shiftl 1 h) (variable_form 1 (fst im)) (map (zdot (snd im)) cols)) (repeat (0%Z, @nil Z) n) l) = n).
  { induction l as [|im l (IH & L)]; cbn [fold_right].
    - split; [|apply repeat_length]. rewrite <- Ld. clear. induction dx as [|t dx IH]; cbn [length repeat qval]; [ring|]. rewrite IH, inZ_0. cbn [dotZ]. ring.
    - split; [|rewrite add_product_length; exact L]. rewrite add_product_ok by congruence. rewrite IH, variable_dot, shiftl_ok by exact Ph. fold c. rewrite inZ_1. ring. }
  destruct (Gen (combine (seq 0 n) matrix)) as (A & B). split; [|exact B]. rewrite A. f_equal. clear A B Gen. rewrite <- Lm in *. clear Lm n.
  assert (Off : forall M a d, length d = length M -> (forall i, nth (a + i) dx 0 = nth i d 0) ->
    fold_right (fun im acc => nth (fst im) dx 0 * dotZ (map (zdot (snd im)) cols) dx + acc) 0 (combine (seq a (length M)) M) = weigh M d (fun m => dotZ (map (zdot m) cols) dx)).
  { induction M as [|m M IH]; intros a [|t d] L H; try discriminate; cbn [length seq combine fold_right weigh fst snd]; [reflexivity|]. rewrite (IH (S a) d); [|injection L; trivial|].
    - specialize (H O). rewrite Nat.add_0_r in H. cbn [nth] in H. rewrite H. reflexivity.
    - intro i. specialize (H (S i)). rewrite Nat.add_succ_r in H. exact H. }
  apply Off; [exact Ld|reflexivity].
Qed.

Lemma z_difference U r (X Y : list K) : length X = length Y -> z_of K U r X - z_of K U r Y = dotZ (tl r) (zip ksub X Y).
Proof.
  intro L. unfold z_of. transitivity (dotZ (tl r) X - dotZ (tl r) Y); [ring|]. generalize (tl r). intro w. revert X Y L. induction w as [|c w IH]; intros [|s X] [|t Y] L; try discriminate; cbn [zip dotZ]; try ring.
  rewrite <- IH by (injection L; trivial). ring.
Qed.

Lemma strips_all_of U b X ks rs ss : in_box K b X -> zip (strip_of U (mids_of b) (radii_of b)) ks rs = map Some ss -> length rs = length ks ->
  strips_all ks (map (@tl Z) rs) ss (map (fun r => z_of K U r X) rs).
Proof.
  intro F. revert rs ss. induction ks as [|k ks IH]; intros [|r rs] [|s ss] E L; try discriminate; cbn [map strips_all]; trivial. cbn [zip map] in E. injection E as E1 E2.
  split; [apply (strip_of_ok K U b k r s X E1 F)|apply IH; [exact E2|injection L; trivial]].
Qed.

Lemma all_equal (X Y : list K) : length X = length Y -> Forall (fun t => t = 0) (zip ksub X Y) -> X = Y.
Proof.
  revert Y. induction X as [|s X IH]; intros [|t Y] L Z; try discriminate; trivial. cbn [zip] in Z. inversion Z as [|? ? H Z']; subst. f_equal; [|apply IH; auto]. replace s with (s - t + t) by ring. rewrite H. ring.
Qed.

Theorem strongly_monotone_ok n G matrix es bp bq p q X Y : ground_ok n G -> Forall kink_ok (kinks G) -> length bp = n -> length bq = n -> know G bp = Some p -> know G bq = Some q ->
  strongly_monotone G n matrix es p q = true -> in_box K bp X -> in_box K bq Y -> (forall u, out G u X = out G u Y) -> X = Y.
Proof.
  intros O Ko Lp Lq Ep Eq S Fp Fq V. unfold strongly_monotone in S. set (h := fold_right _ 0%Z es) in *. apply andb_true_iff in S. destruct S as (Lm & S). apply Nat.eqb_eq in Lm.
  destruct (bent_forms _ _ _ _ _ _ _) as [form|] eqn:B; [|discriminate].
  assert (Ph : (0 <= h)%Z) by (unfold h; clear; induction es; cbn [fold_right]; lia).
  assert (LX := box_length K bp X Fp). assert (LY := box_length K bq Y Fq). set (dx := zip ksub X Y).
  assert (Ld : length dx = n) by (unfold dx; rewrite zip_length; congruence).
  destruct (know_fields G bp p Ep) as (_ & Sp & _ & _), (know_fields G bq q Eq) as (_ & Sq & _ & _).
  assert (Ap := strips_all_of _ bp X _ _ _ Fp Sp (inner_length n G O)). assert (Aq := strips_all_of _ bq Y _ _ _ Fq Sq (inner_length n G O)). rewrite <- (rows_are n G O) in Ap, Aq. fold (zs_of K G X) in Ap. fold (zs_of K G Y) in Aq.
  assert (Dz : zip ksub (zs_of K G X) (zs_of K G Y) = map (fun w => dotZ w dx) (z_rows G)).
  { rewrite (rows_are n G O). unfold zs_of. rewrite map_map. generalize (inner (forms G)). intro l. induction l as [|r l IH]; cbn [map zip]; [reflexivity|]. rewrite IH, z_difference by congruence. reflexivity. }
  set (slopes := slopes_between (kinks G) (strips p) (strips q)) in *. set (cols := columns_for G (map (fun s => 2 * fst s)%Z slopes)) in *.
  destruct (start_ok n matrix h cols dx Ph Lm Ld) as (Q0 & L0).
  destruct (bent_forms_ok matrix h dx _ _ _ _ _ _ _ _ _ _ B Ko Ap Aq Dz) as (Q1 & L1); try congruence.
  { intros w I. rewrite L0, (rows_length n G O w I). apply le_n. } { rewrite L0, Lm. apply le_n. }
  fold slopes in Q1. set (ys := moves _ _ _ _ _ _) in Q1.
  assert (Zero : forall u, dotZ (map (zdot u) cols) dx + dotZ (map (zdot u) (by_unit G)) ys = 0).
  { intro u. unfold cols. rewrite (columns_for_ok K n G u _ _ O).
    assert (M := moves_sum _ _ _ _ dx _ _ (map (zdot u) (by_unit G)) Ap Aq). fold slopes in M. fold ys in M.
    assert (W := V u). unfold BoxFacts.out in W. fold (hs_of K G X) (hs_of K G Y) in M. set (L := map (zdot u) (by_input G)) in *.
    assert (Dl : dotZ L dx = dotZ L X - dotZ L Y). { unfold dx. assert (LL : length X = length Y) by congruence. clear - LL. revert X Y LL. induction L as [|c l IH]; intros [|s X] [|t Y] LL; try discriminate; cbn [zip dotZ]; try ring. rewrite IH by (injection LL; trivial). ring. }
    rewrite Dl. set (T := dotZ (tilted _ _) _) in *. set (E := dotZ _ ys) in *. set (hx := dotZ _ (hs_of K G X)) in *. set (hy := dotZ _ (hs_of K G Y)) in *.
    replace (inZ (2 * Zpos (rate G)) * (dotZ L X - dotZ L Y) + T + E) with (inZ (2 * Zpos (rate G)) * (dotZ L X - dotZ L Y) + (T + E)) by ring. rewrite <- M.
    set (k := inZ (2 * Zpos (rate G))) in *. set (k0 := inZ (2 * Zpos (scale_of G * stretch G)) * inZ (zdot u (constants G))) in *.
    transitivity (k0 + k * dotZ L X + (1 + 1) * hx - (k0 + k * dotZ L Y + (1 + 1) * hy)); [ring|]. rewrite W. ring. }
  assert (Total : weigh matrix dx (fun m => dotZ (map (zdot m) cols) dx) + cross matrix dx (by_unit G) ys = 0).
  { rewrite <- weigh_cross, <- weigh_add. apply weigh_zero. exact Zero. }
  rewrite Q0 in Q1. set (W := weigh _ _ _) in *. set (C := cross _ _ _ _) in *.
  replace ((1 + 1) * inZ (2 ^ h)%Z * W + (1 + 1) * inZ (2 ^ h)%Z * C) with ((1 + 1) * inZ (2 ^ h)%Z * (W + C)) in Q1 by ring. rewrite Total in Q1. replace ((1 + 1) * inZ (2 ^ h)%Z * 0) with (0:K) in Q1 by ring.
  destruct (all_zero K dx) as [Z0|Nz]; [apply all_equal; [congruence|exact Z0]|]. exfalso. exact (judged_ok K n form dx S L1 Nz Q1).
Qed.
End Sound.
