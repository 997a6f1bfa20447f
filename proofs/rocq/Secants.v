(** Secants of networks: units between two slopes, and quadratic forms that show that equal values have equal inputs (P13, P14):
    <dx, M df> - sum t (dh - a dz)(b dz - dh) positive definite in dx and the dh. *)
Require Import ZArith QArith List Bool Lia Field.
From Bijection Require Import OField Network Exact Differences Domains Intervals Rank Affine Hull Monotone Homogeneous.
Import ListNotations.
Open Scope Z_scope.

(** ** Quadratic forms: (s, r) :: q stands for s x^2 + 2 x <r, w> + q(w) *)

Definition quadratic := list (Z * list Z).

Fixpoint add_product (c : Z) (u v : list Z) (q : quadratic) {struct q} : quadratic :=
  match q, u, v with
  | (s, r) :: q', a :: u', b :: v' => (s + 2 * c * a * b, padd r (padd (zscale (c * a) v') (zscale (c * b) u'))) :: add_product c u' v' q'
  | _, _, _ => q
  end.

Fixpoint eliminate (s : Z) (r : list Z) (q : quadratic) : quadratic :=
  match q with
  | [] => []
  | (s1, r1) :: q' =>
      match r with
      | a :: r' => (s * s1 - a * a, padd (zscale s r1) (zscale (- a) r')) :: eliminate s r' q'
      | [] => (s * s1, zscale s r1) :: eliminate s [] q'
      end
  end.

(** Without common factors: entries of what is left divide minors of the matrix. *)
Definition content (q : quadratic) : Z := fold_right (fun e k => Z.gcd (fst e) (fold_right Z.gcd k (snd e))) 0 q.
Definition same_form (q q' : quadratic) : bool := forall2b (fun e e' => (fst e =? fst e') && forall2b Z.eqb (snd e) (snd e')) q q'.
Definition times_form (k : Z) (q : quadratic) : quadratic := map (fun e => (k * fst e, zscale k (snd e))) q.
Definition lowest (q : quadratic) : quadratic :=
  let k := content q in
  let q' := map (fun e => (fst e / k, map (fun t => t / k) (snd e))) q in
  if (0 <? k) && same_form (times_form k q') q then q' else q.

Fixpoint definite (fuel : nat) (q : quadratic) {struct fuel} : bool :=
  match fuel, q with
  | _, [] => true
  | S k, (s, r) :: q' => if 0 <? s then definite k (lowest (eliminate s r q')) else false
  | O, _ :: _ => false
  end.

(** Rows are not longer than what is left of them. *)
Fixpoint triangular (q : quadratic) : bool := match q with [] => true | (_, r) :: q' => (length r <=? length q')%nat && triangular q' end.

(** A form with shorter entries that is less: entries lose h bits, which x^2 + y^2 for each pair of coordinates makes up for. *)
Definition coarse (h : Z) (q : quadratic) : quadratic :=
  let k := Z.of_nat (length q) in map (fun e => (Z.shiftr (fst e) h - k, map (fun t => Z.shiftr t h) (snd e))) q.
Definition kept_bits : Z := 50.
Definition shortened (q : quadratic) : quadratic :=
  let h := fold_right (fun e m => Z.max (Z.log2 (Z.abs (fst e))) m) 0 q - kept_bits in if 0 <? h then coarse h q else q.
Fixpoint coarsely_definite (fuel : nat) (q : quadratic) {struct fuel} : bool :=
  match fuel, q with
  | _, [] => true
  | S k, (s, r) :: q' => if 0 <? s then coarsely_definite k (shortened (eliminate s r q')) else false
  | O, _ :: _ => false
  end.

(** Whether a form is positive definite: by leading bits if they tell, else exactly. *)
Definition judged (size : nat) (q : quadratic) : bool := if triangular q && coarsely_definite size (shortened q) then true else definite size q.

(** ** Slopes of an activation on an interval: at which breakpoints it comes above, and below *)

Definition flagged := list ((Q * (Q * Q)) * (bool * bool)).
Fixpoint slope_range (p : Q * Q) (more : flagged) : Q * Q :=
  match more with
  | [] => (fst p, fst p)
  | ((_, p'), (up, down)) :: r =>
      if up then let '(low, high) := slope_range p' r in if down then (qmin (fst p) low, qmax (fst p) high) else (low, high) else (fst p, fst p)
  end.

(** ** Differences of values as linear forms in dx and the dh of the units that bend *)

Record bend := Bend { input_form : list Z; input_denominator : positive; variable : nat; least_slope : Q; greatest_slope : Q }.

Fixpoint pcomb (cs : list Z) (rows : list (list Z)) : list Z :=
  match cs, rows with c :: cs', r :: rows' => if c =? 0 then pcomb cs' rows' else padd (zscale c r) (pcomb cs' rows') | _, _ => [] end.
Fixpoint psums (ms : list (list (list Z))) : list (list Z) := match ms with [] => [] | [m] => m | m :: r => zip padd m (psums r) end.
Definition variable_form (c : Z) (v : nat) : list Z := repeat 0 v ++ [c].

Fixpoint bends (c d : positive) (v : nat) (l : list (list Z * (Q * Q))) : list (list Z) * nat * list bend :=
  match l with
  | [] => ([], v, [])
  | (r, (a, b)) :: l' =>
      if Qeq_bool a b then let '(rows, v', bs) := bends c d v l' in (zscale (scale c a) r :: rows, v', bs)
      else let '(rows, v', bs) := bends c d (S v) l' in (variable_form (Zpos (c * d)) v :: rows, v', Bend r d v a b :: bs)
  end.

Definition difference (o : op) (ms : list amap) (slopes : list (Q * Q)) (v : nat) : option (amap * nat * list bend) :=
  let '(a, d) := nth 0 ms ([], 1%positive) in
  let c := common (map snd ms) in
  match o with
  | Affine _ rows e => Some ((map (fun r => pcomb (expand (runs r)) a) rows, (e * d)%positive), v, [])
  | Sum => Some ((psums (map (aover c) ms), c), v, [])
  | Stack => Some ((concat (map (aover c) ms), c), v, [])
  | Pointwise l =>
      if (length a =? length slopes)%nat && (length (unroll l) =? length slopes)%nat then
        let c := common (map (fun s => Qden (fst s)) slopes) in
        let '(rows, v', bs) := bends c d v (combine a slopes) in Some ((rows, (c * d)%positive), v', bs)
      else None
  | _ => None
  end.

Fixpoint differences (f : network) (slopes : list (list (Q * Q))) (ms : list amap) (v : nat) : option (list amap * nat * list bend) :=
  match f with
  | [] => Some (ms, v, [])
  | nd :: r =>
      match difference (does nd) (map (fun j => nth j ms ([], 1%positive)) (inputs nd)) (hd [] slopes) v with
      | Some (m, v', bs) => match differences r (tl slopes) (ms ++ [m]) v' with Some (out, v'', bs') => Some (out, v'', bs ++ bs') | None => None end
      | None => None
      end
  end.

Definition bend_low (b : bend) : list Z :=
  padd (variable_form (Zpos (Qden (least_slope b) * input_denominator b)) (variable b)) (zscale (- Qnum (least_slope b)) (input_form b)).
Definition bend_high (b : bend) : list Z :=
  padd (zscale (Qnum (greatest_slope b)) (input_form b)) (variable_form (- Zpos (Qden (greatest_slope b) * input_denominator b)) (variable b)).

Definition add_row (c : Z) (rows : list (list Z)) (im : nat * list Z) (q : quadratic) : quadratic := add_product c (variable_form 1 (fst im)) (pcomb (snd im) rows) q.
Definition add_bend (bt : bend * Z) (q : quadratic) : quadratic := add_product (- snd bt) (bend_low (fst bt)) (bend_high (fst bt)) q.

(** Whether the form for the matrix M (in integers) and the weights t is positive definite. *)
Definition monotone (f : network) (n : nat) (slopes : list (list (Q * Q))) (matrix : list (list Z)) (weights : list Q) : bool :=
  match differences f slopes [(map (variable_form 1) (seq 0 n), 1%positive)] n with
  | Some (ms, size, bs) =>
      let '(rows, e) := last ms ([], 1%positive) in
      let of_bend b t := (t * (Zpos e # (Qden (least_slope b) * Qden (greatest_slope b) * input_denominator b * input_denominator b)))%Q in
      let '(nums, den) := vector (zip of_bend bs weights) in
      let q0 := repeat (0, []) size in
      let q1 := fold_right (add_row (Zpos den) rows) q0 (combine (seq 0 n) matrix) in
      let q2 := fold_right add_bend q1 (combine bs nums) in
      (length bs =? length weights)%nat && forallb (Z.leb 0) nums && judged size q2
  | None => false
  end.

Section Sound.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Local Notation inQ := (@OField.inQ K).
Local Notation inZ := (@OField.inZ K).
Let ne := den_ne K.

Fixpoint qval (q : quadratic) (w : list K) : K :=
  match q, w with (s, r) :: q', x :: w' => inZ s * x * x + (1 + 1) * x * dotZ r w' + qval q' w' | _, _ => 0 end.

Lemma add_product_ok c u v q (w : list K) : length q = length w -> qval (add_product c u v q) w = qval q w + (1 + 1) * inZ c * dotZ u w * dotZ v w.
Proof.
  revert u v w. induction q as [|(s, r) q IH]; intros u v [|x w] L; try discriminate; cbn [add_product qval].
  - destruct u, v; cbn [dotZ]; ring.
  - destruct u as [|a u]; [cbn [qval dotZ]; ring|]. destruct v as [|b v]; [cbn [qval dotZ]; ring|]. cbn [qval dotZ]. rewrite IH by (injection L; trivial).
    rewrite !dotZ_padd, !dotZ_zscale, inZ_add, !inZ_mul. change (inZ 2) with (1 + 1 : K). ring.
Qed.

Lemma add_product_length c u v q : length (add_product c u v q) = length q.
Proof. revert u v. induction q as [|(s, r) q IH]; intros [|a u] [|b v]; cbn [add_product length]; auto. Qed.

Lemma eliminate_ok s r q (w : list K) : length q = length w -> qval (eliminate s r q) w = inZ s * qval q w - dotZ r w * dotZ r w.
Proof.
  revert r w. induction q as [|(s1, r1) q IH]; intros r [|x w] L; try discriminate; cbn [eliminate qval].
  - destruct r; cbn [dotZ]; ring.
  - destruct r as [|a r]; cbn [qval dotZ]; rewrite IH by (injection L; trivial); rewrite ?dotZ_padd, !dotZ_zscale, ?inZ_sub, !inZ_mul, ?inZ_opp; cbn [dotZ]; ring.
Qed.

Lemma eliminate_length s r q : length (eliminate s r q) = length q.
Proof. revert r. induction q as [|(s1, r1) q IH]; intros [|a r]; cbn [eliminate length]; auto. Qed.

Lemma times_form_ok k q (w : list K) : qval (times_form k q) w = inZ k * qval q w.
Proof. revert w. induction q as [|(s, r) q IH]; intros [|x w]; cbn [times_form map qval fst snd]; try ring. fold (times_form k q). rewrite IH, dotZ_zscale, inZ_mul. ring. Qed.

Lemma same_form_eq q q' : same_form q q' = true -> q = q'.
Proof.
  revert q'. induction q as [|(s, r) q IH]; intros [|(s', r') q'] E; try discriminate; trivial. unfold same_form in E. cbn [forall2b fst snd] in E.
  destruct (Z.eqb_spec s s') as [->|]; [|discriminate]. destruct (forall2b Z.eqb r r') eqn:R; [|discriminate]. cbn [andb] in E.
  assert (X : r = r'). { clear - R. revert r' R. induction r as [|a r IH]; intros [|b r'] R; cbn [forall2b] in R; try discriminate; trivial. destruct (Z.eqb_spec a b) as [->|]; [|discriminate]. f_equal. apply IH, R. }
  rewrite X. f_equal. apply IH, E.
Qed.

Lemma lowest_ok q (w : list K) : length (lowest q) = length q /\ (0 < qval (lowest q) w -> 0 < qval q w).
Proof.
  unfold lowest. set (k := content q). set (q' := map _ q). destruct ((0 <? k)%Z && same_form (times_form k q') q) eqn:E; [|split; trivial].
  apply andb_true_iff in E. destruct E as (P & E). apply Z.ltb_lt in P. apply same_form_eq in E. split; [apply map_length|]. intro H. rewrite <- E, times_form_ok.
  apply mul_pos; [apply inZ_pos, P|exact H].
Qed.

Lemma zero_values r (w : list K) : Forall (fun t => t = 0) w -> dotZ r w = 0.
Proof. intro Z0. revert r. induction Z0 as [|t w T Z0 IH]; intros [|c r]; cbn [dotZ]; trivial. rewrite IH, T. ring. Qed.
Lemma zero_qval q (w : list K) : Forall (fun t => t = 0) w -> qval q w = 0.
Proof. intro Z0. revert q. induction Z0 as [|t w T Z0 IH]; intros [|(s, r) q]; cbn [qval]; trivial. rewrite IH, T, zero_values by trivial. ring. Qed.

Lemma all_zero (w : list K) : {Forall (fun t => t = 0) w} + {~ Forall (fun t => t = 0) w}.
Proof. apply Forall_dec. intro t. apply eq_dec. Qed.

Lemma definite_ok fuel q (w : list K) : definite fuel q = true -> length q = length w -> ~ Forall (fun t => t = 0) w -> 0 < qval q w.
Proof.
  revert q w. induction fuel as [|k IH]; intros [|(s, r) q] [|x w] E L Nz; try discriminate; try (exfalso; apply Nz; constructor; fail). cbn [definite] in E.
  destruct (Z.ltb_spec 0 s) as [P|]; [|discriminate]. assert (Ps := inZ_pos K _ P). injection L as L.
  destruct (all_zero w) as [Z0|Nw].
  - cbn [qval]. rewrite zero_values, zero_qval by trivial. assert (Nx : x <> 0) by (intros ->; apply Nz; constructor; trivial).
    replace (inZ s * x * x + (1 + 1) * x * 0 + 0) with (inZ s * (x * x)) by ring. apply mul_pos; trivial. intro F. assert (X : x * x = 0) by (apply kle_antisym; trivial; apply square_nonneg).
    destruct (mul_zero K _ _ X); contradiction.
  - destruct (lowest_ok (eliminate s r q) w) as (Le & Pe).
    assert (X : 0 < qval (eliminate s r q) w) by (apply Pe, (IH _ _ E); [rewrite Le, eliminate_length; exact L|exact Nw]).
    rewrite eliminate_ok in X by exact L. cbn [qval]. intro F. apply X.
    replace (inZ s * qval q w - dotZ r w * dotZ r w) with
      (inZ s * (inZ s * x * x + (1 + 1) * x * dotZ r w + qval q w) - (inZ s * x + dotZ r w) * (inZ s * x + dotZ r w)) by ring.
    set (t := inZ s * x + dotZ r w). apply kle_trans with (inZ s * 0 - 0).
    + replace (inZ s * 0 - 0) with (inZ s * 0 + - 0) by ring. set (v := inZ s * x * x + (1 + 1) * x * dotZ r w + qval q w) in *.
      replace (inZ s * v - t * t) with (inZ s * v + - (t * t)) by ring. apply add_le; [apply mul_le_l; trivial; apply lt_le, Ps|]. apply opp_le, square_nonneg.
    + apply eq_le. ring.
Qed.

Lemma padd_length u v : length (padd u v) = Nat.max (length u) (length v).
Proof. revert v. induction u as [|a u IH]; intros [|b v]; cbn [padd length]; trivial. rewrite IH. reflexivity. Qed.

(** *** Forms with shorter entries *)

Fixpoint norm2 (w : list K) : K := match w with [] => 0 | x :: w' => x * x + norm2 w' end.
Lemma norm2_nonneg w : 0 <= norm2 w.
Proof. induction w as [|x w IH]; cbn [norm2]; [apply le_refl|]. apply le_add_nonneg; [apply square_nonneg|exact IH]. Qed.

Lemma shiftr_ok t h : (0 <= h)%Z -> exists e, t = (2 ^ h * Z.shiftr t h + e)%Z /\ (0 <= e <= 2 ^ h)%Z.
Proof. intro P. rewrite Z.shiftr_div_pow2 by exact P. assert (Q : (0 < 2 ^ h)%Z) by (apply Z.pow_pos_nonneg; lia). exists (t mod 2 ^ h)%Z. split; [apply Z.div_mod; lia|]. assert (X := Z.mod_pos_bound t _ Q). lia. Qed.

Lemma coarse_row h r (x : K) w : (0 <= h)%Z -> (length r <= length w)%nat ->
  inZ (2 ^ h)%Z * ((1 + 1) * x * dotZ (map (fun t => Z.shiftr t h) r) w - (inZ (Z.of_nat (length w)) * (x * x) + norm2 w)) <= (1 + 1) * x * dotZ r w.
Proof.
  intros P. set (c := inZ (2 ^ h)%Z : K). assert (Pc : 0 <= c) by (apply inZ_nonneg, Z.pow_nonneg; lia).
  revert w. induction r as [|t r IH]; intros [|y w] L; cbn [length] in L; try lia; cbn [map dotZ].
  - apply eq_le. cbn [length norm2]. rewrite inZ_0. ring.
  - replace ((1 + 1) * x * 0) with (0:K) by ring. replace (c * (0 - (inZ (Z.of_nat (length (y :: w))) * (x * x) + norm2 (y :: w)))) with (- (c * (inZ (Z.of_nat (length (y :: w))) * (x * x) + norm2 (y :: w)))) by ring.
    replace (0:K) with (- (0:K)) by ring. apply opp_le. apply kmul_nonneg; [exact Pc|]. apply le_add_nonneg; [|apply norm2_nonneg]. apply kmul_nonneg; [apply inZ_nonneg; lia|apply square_nonneg].
  - destruct (shiftr_ok t h P) as (e & E & B1 & B2). cbn [length norm2]. rewrite Nat2Z.inj_succ. unfold Z.succ. rewrite inZ_add. change (inZ 1) with (1:K). specialize (IH w ltac:(lia)).
    set (d := dotZ r w) in *. set (d' := dotZ (map _ r) w) in *. set (k := inZ (Z.of_nat (length w)) : K) in *. set (N := norm2 w) in *. set (s := inZ (Z.shiftr t h) : K).
    assert (T : inZ t = c * s + inZ e) by (rewrite E at 1; rewrite inZ_add, inZ_mul; reflexivity). rewrite T.
    replace (c * ((1 + 1) * x * (s * y + d') - ((k + 1) * (x * x) + (y * y + N)))) with (c * ((1 + 1) * x * d' - (k * (x * x) + N)) + ((1 + 1) * x * (c * s * y) - c * (x * x + y * y))) by ring.
    replace ((1 + 1) * x * ((c * s + inZ e) * y + d)) with ((1 + 1) * x * d + ((1 + 1) * x * (c * s * y) + (1 + 1) * inZ e * (x * y))) by ring.
    apply add_le; [exact IH|]. apply (proj2 (le_diff K _ _)).
    replace ((1 + 1) * x * (c * s * y) + (1 + 1) * inZ e * (x * y) - ((1 + 1) * x * (c * s * y) - c * (x * x + y * y))) with (inZ e * ((x + y) * (x + y)) + (c - inZ e) * (x * x + y * y)) by ring.
    apply le_add_nonneg; [apply kmul_nonneg; [apply inZ_nonneg, B1|apply square_nonneg]|]. apply kmul_nonneg; [apply (proj1 (le_diff K _ _)), inZ_le, B2|apply le_add_nonneg; apply square_nonneg].
Qed.

Lemma coarse_sum h k q (w : list K) : (0 <= h)%Z -> length q = length w -> triangular q = true ->
  inZ (2 ^ h)%Z * (qval (map (fun e => (Z.shiftr (fst e) h - k, map (fun t => Z.shiftr t h) (snd e))%Z) q) w - inZ (Z.of_nat (length q) - k) * norm2 w) <= qval q w.
Proof.
  intro P. set (c := inZ (2 ^ h)%Z : K). revert w. induction q as [|(s, r) q IH]; intros [|x w] L T; try discriminate; cbn [map qval norm2 fst snd].
  { apply eq_le. ring. }
  cbn [triangular] in T. apply andb_true_iff in T. destruct T as (T1 & T2). apply Nat.leb_le in T1. injection L as L. specialize (IH w L T2). rewrite L in T1. assert (R := coarse_row h r x w P T1). fold c in R.
  destruct (shiftr_ok s h P) as (e & E & B1 & _). set (f := inZ (Z.shiftr s h) : K). assert (S : inZ s = c * f + inZ e) by (rewrite E at 1; rewrite inZ_add, inZ_mul; reflexivity). rewrite S.
  cbn [length]. rewrite Nat2Z.inj_succ. unfold Z.succ. rewrite !inZ_sub, inZ_add in *. change (inZ 1) with (1:K) in *. fold f. rewrite <- L in R. set (m := inZ (Z.of_nat (length q)) : K) in *. set (d := inZ k : K) in *.
  set (Q := qval _ w) in *. set (D := (1 + 1) * x * dotZ (map _ r) w) in *. set (N := norm2 w) in *.
  replace (c * ((f - d) * x * x + D + Q - (m + 1 - d) * (x * x + N))) with (c * (f * x * x - x * x) + c * (D - (m * (x * x) + N)) + c * (Q - (m - d) * N)) by ring.
  apply add_le; [|exact IH]. apply add_le; [|exact R]. apply (proj2 (le_diff K _ _)). replace ((c * f + inZ e) * x * x - c * (f * x * x - x * x)) with (inZ e * (x * x) + c * (x * x)) by ring.
  apply le_add_nonneg; (apply kmul_nonneg; [apply inZ_nonneg|apply square_nonneg]); [exact B1|apply Z.pow_nonneg; lia].
Qed.

Lemma shortened_ok q (w : list K) : length q = length w -> triangular q = true -> length (shortened q) = length q /\ triangular (shortened q) = true /\ (0 < qval (shortened q) w -> 0 < qval q w).
Proof.
  intros L T. unfold shortened. destruct (Z.ltb_spec 0 (fold_right (fun e m => Z.max (Z.log2 (Z.abs (fst e))) m) 0%Z q - kept_bits)) as [P|_]; [|auto]. set (h := (_ - kept_bits)%Z) in *. unfold coarse. cbv zeta.
  assert (X := coarse_sum h (Z.of_nat (length q)) q w ltac:(lia) L T). split; [apply map_length|]. split.
  - generalize (Z.of_nat (length q)). generalize h. clear - T. intros h k. induction q as [|(s, r) q IH]; trivial. cbn [map triangular fst snd] in *. rewrite !map_length. apply andb_true_iff in T. destruct T as (A & B). rewrite A, IH; trivial.
  - intros H F. rewrite Z.sub_diag in X. set (Q := qval (map _ q) w) in *. assert (Y := kle_trans K _ _ _ X F). rewrite inZ_0 in Y.
    apply H. apply (mul_le_cancel K (inZ (2 ^ h)%Z)); [apply inZ_pos, Z.pow_pos_nonneg; lia|]. replace (inZ (2 ^ h)%Z * 0) with (0:K) by ring. replace (inZ (2 ^ h)%Z * Q) with (inZ (2 ^ h)%Z * (Q - 0 * norm2 w)) by ring. exact Y.
Qed.

Lemma eliminate_triangular s r q : triangular q = true -> (length r <= length q)%nat -> triangular (eliminate s r q) = true.
Proof.
  revert r. induction q as [|(s1, r1) q IH]; intros r T L; trivial. cbn [triangular] in T. apply andb_true_iff in T. destruct T as (A & B). apply Nat.leb_le in A.
  destruct r as [|a r]; cbn [eliminate triangular]; rewrite eliminate_length, andb_true_iff, Nat.leb_le; (split; [|apply IH; cbn [length] in *; trivial; lia]).
  - unfold zscale. rewrite map_length. exact A.
  - rewrite padd_length. unfold zscale. rewrite !map_length. cbn [length] in L. lia.
Qed.

Lemma coarsely_definite_ok fuel q (w : list K) : coarsely_definite fuel q = true -> length q = length w -> triangular q = true -> ~ Forall (fun t => t = 0) w -> 0 < qval q w.
Proof.
  revert q w. induction fuel as [|k IH]; intros [|(s, r) q] [|x w] E L T Nz; try discriminate; try (exfalso; apply Nz; constructor; fail). cbn [coarsely_definite] in E.
  destruct (Z.ltb_spec 0 s) as [P|]; [|discriminate]. assert (Ps := inZ_pos K _ P). injection L as L. cbn [triangular] in T. apply andb_true_iff in T. destruct T as (T1 & T2). apply Nat.leb_le in T1.
  destruct (all_zero w) as [Z0|Nw].
  - cbn [qval]. rewrite zero_values, zero_qval by trivial. assert (Nx : x <> 0) by (intros ->; apply Nz; constructor; trivial).
    replace (inZ s * x * x + (1 + 1) * x * 0 + 0) with (inZ s * (x * x)) by ring. apply mul_pos; trivial. intro F. assert (X : x * x = 0) by (apply kle_antisym; trivial; apply square_nonneg).
    destruct (mul_zero K _ _ X); contradiction.
  - assert (Le : length (eliminate s r q) = length w) by (rewrite eliminate_length; exact L). destruct (shortened_ok (eliminate s r q) w Le (eliminate_triangular s r q T2 T1)) as (Ls & Ts & Pe).
    assert (X : 0 < qval (eliminate s r q) w) by (apply Pe, (IH _ _ E); [congruence|exact Ts|exact Nw]).
    rewrite eliminate_ok in X by exact L. cbn [qval]. intro F. apply X.
    replace (inZ s * qval q w - dotZ r w * dotZ r w) with
      (inZ s * (inZ s * x * x + (1 + 1) * x * dotZ r w + qval q w) - (inZ s * x + dotZ r w) * (inZ s * x + dotZ r w)) by ring.
    set (t := inZ s * x + dotZ r w). set (v := inZ s * x * x + (1 + 1) * x * dotZ r w + qval q w) in *. apply kle_trans with (inZ s * 0 + - 0).
    + replace (inZ s * v - t * t) with (inZ s * v + - (t * t)) by ring. apply add_le; [apply mul_le_l; trivial; apply lt_le, Ps|]. apply opp_le, square_nonneg.
    + apply eq_le. ring.
Qed.

Lemma judged_ok size q (w : list K) : judged size q = true -> length q = length w -> ~ Forall (fun t => t = 0) w -> 0 < qval q w.
Proof.
  unfold judged. intros E L Nz. destruct (triangular q && coarsely_definite size (shortened q))%bool eqn:C; [|apply (definite_ok size); trivial].
  apply andb_true_iff in C. destruct C as (T & C). destruct (shortened_ok q w L T) as (Ls & Ts & P). apply P, (coarsely_definite_ok size); trivial. congruence.
Qed.

(** ** Slopes *)

Definition in_region (more : flagged) (t : K) : Prop :=
  Forall (fun e => (fst (snd e) = false -> t <= inQ (fst (fst e))) /\ (snd (snd e) = false -> inQ (fst (fst e)) <= t)) more.

Lemma region_between more s t u : in_region more s -> in_region more t -> s <= u -> u <= t -> in_region more u.
Proof.
  intros S T A B. unfold in_region in *. rewrite Forall_forall in *. intros e I. destruct (S e I) as (S1 & S2), (T e I) as (T1 & T2). split; intro H.
  - apply kle_trans with t; auto.
  - apply kle_trans with s; auto.
Qed.

Definition sloped (r : Q * Q) (ds dv : K) : Prop := inQ (fst r) * ds <= dv /\ dv <= inQ (snd r) * ds.

Lemma slope_range_ok p more (s t : K) : continuous p (map fst more) = true -> in_region more s -> in_region more t -> s <= t ->
  sloped (slope_range p more) (t - s) (pieces p (map fst more) t - pieces p (map fst more) s).
Proof.
  revert p s t. induction more as [|((b, p'), (up, down)) more IH]; intros p s t Ct Rs Rt L; cbn [map fst pieces slope_range].
  { split; cbn [fst snd]; apply eq_le; ring. }
  cbn [map fst continuous] in Ct. apply andb_true_iff in Ct. destruct Ct as (Cb & Ct). apply (Qeq_bool_spec K) in Cb. rewrite qpieces_ok, inQ_add, inQ_mul in Cb.
  inversion Rs as [|? ? (Us & Ds) Rs']; subst. inversion Rt as [|? ? (Ut & Dt) Rt']; subst. cbn [fst snd] in *.
  set (rest := pieces p' (map fst more)) in *. set (head := fun u : K => inQ (fst p) * u + inQ (snd p)).
  assert (AtB : head (inQ b) = rest (inQ b)) by exact Cb.
  assert (Value : forall u, (if kle_dec u (inQ b) then inQ (fst p) * u + inQ (snd p) else rest u) = if kle_dec u (inQ b) then head u else rest u) by reflexivity.
  destruct up.
  2: { destruct (kle_dec s (inQ b)) as [_|F]; [|exfalso; apply F; auto]. destruct (kle_dec t (inQ b)) as [_|F]; [|exfalso; apply F; auto]. split; cbn [fst snd]; apply eq_le; ring. }
  specialize (IH p'). destruct (slope_range p' more) as (lo, hi) eqn:Sl. unfold sloped in *. cbn [fst snd] in IH.
  assert (Late : forall u, inQ b <= u -> (if kle_dec u (inQ b) then head u else rest u) = rest u).
  { intros u H. destruct (kle_dec u (inQ b)) as [F|]; trivial. assert (u = inQ b) as -> by (apply kle_antisym; trivial). exact AtB. }
  rewrite !Value. destruct down; cbn [fst snd].
  2: { rewrite !Late by (auto; apply kle_trans with s; auto). apply IH; trivial. }
  destruct (qmin_le K (fst p) lo) as (M1 & M2), (qmax_le K (fst p) hi) as (N1 & N2).
  assert (Scale : forall c q d : K, c <= q -> 0 <= d -> c * d <= q * d) by (intros c q d H P; replace (c * d) with (d * c) by ring; replace (q * d) with (d * q) by ring; apply mul_le_l; trivial).
  assert (Pd : forall u v : K, u <= v -> 0 <= v - u) by (intros u v H; apply (proj1 (le_diff K u v)), H).
  destruct (kle_dec t (inQ b)) as [T|T].
  - destruct (kle_dec s (inQ b)) as [S|S]; [|exfalso; apply S; apply kle_trans with t; trivial]. unfold head.
    replace (inQ (fst p) * t + inQ (snd p) - (inQ (fst p) * s + inQ (snd p))) with (inQ (fst p) * (t - s)) by ring. split; apply Scale; auto.
  - assert (Bt : inQ b <= t) by (apply lt_le; exact T). destruct (kle_dec s (inQ b)) as [S|S].
    + assert (Rb : in_region more (inQ b)) by (apply (region_between more s t); trivial). destruct (IH (inQ b) t Ct Rb Rt' Bt) as (X1 & X2).
      replace (rest t - (inQ (fst p) * s + inQ (snd p))) with (inQ (fst p) * (inQ b - s) + (rest t - rest (inQ b))) by (rewrite <- AtB; unfold head; ring).
      replace (t - s) with ((inQ b - s) + (t - inQ b)) by ring. split.
      * replace (inQ (qmin (fst p) lo) * (inQ b - s + (t - inQ b))) with (inQ (qmin (fst p) lo) * (inQ b - s) + inQ (qmin (fst p) lo) * (t - inQ b)) by ring.
        apply add_le; [apply Scale; auto|]. apply kle_trans with (2 := X1). apply Scale; auto.
      * replace (inQ (qmax (fst p) hi) * (inQ b - s + (t - inQ b))) with (inQ (qmax (fst p) hi) * (inQ b - s) + inQ (qmax (fst p) hi) * (t - inQ b)) by ring.
        apply add_le; [apply Scale; auto|]. apply kle_trans with (1 := X2). apply Scale; auto.
    + destruct (IH s t Ct Rs' Rt' L) as (X1 & X2). split; [apply kle_trans with (2 := X1)|apply kle_trans with (1 := X2)]; apply Scale; auto.
Qed.

(** dh = c dz for some a <= c <= b. *)
Definition between_slopes (r : Q * Q) (dz dh : K) : Prop := 0 <= (dh - inQ (fst r) * dz) * (inQ (snd r) * dz - dh).

Lemma between_flagged p more (s t : K) : continuous p (map fst more) = true -> in_region more s -> in_region more t ->
  between_slopes (slope_range p more) (s - t) (pieces p (map fst more) s - pieces p (map fst more) t).
Proof.
  intros Ct Rs Rt. unfold between_slopes. destruct (kle_total K s t) as [L|L].
  - destruct (slope_range_ok p more s t Ct Rs Rt L) as (A & B). set (f := pieces p (map fst more)) in *. destruct (slope_range p more) as (a, b). cbn [fst snd] in *.
    replace ((f s - f t - inQ a * (s - t)) * (inQ b * (s - t) - (f s - f t))) with (((f t - f s) - inQ a * (t - s)) * (inQ b * (t - s) - (f t - f s))) by ring.
    apply kmul_nonneg; apply (proj1 (le_diff K _ _)); trivial.
  - destruct (slope_range_ok p more t s Ct Rt Rs L) as (A & B). apply kmul_nonneg; apply (proj1 (le_diff K _ _)); trivial.
Qed.

(** ** Differences *)

Notation dval := (aval K).
Definition short (v : nat) (m : amap) : Prop := forall r, In r (fst m) -> (length r <= v)%nat.

Lemma pcomb_ok cs rows (w : list K) : dotZ (pcomb cs rows) w = dotZ cs (map (fun r => dotZ r w) rows).
Proof.
  revert rows. induction cs as [|c cs IH]; intros [|r rows]; cbn [pcomb map dotZ]; trivial. destruct (Z.eqb_spec c 0) as [->|].
  - rewrite IH, inZ_0. ring.
  - rewrite dotZ_padd, dotZ_zscale, IH. ring.
Qed.

Lemma pcomb_short v cs rows : (forall r, In r rows -> (length r <= v)%nat) -> (length (pcomb cs rows) <= v)%nat.
Proof.
  revert rows. induction cs as [|c cs IH]; intros [|r rows] H; cbn [pcomb length]; try lia. destruct (c =? 0)%Z; [apply IH; intros; apply H; simpl; auto|].
  rewrite padd_length. unfold zscale. rewrite map_length. assert (A := H r (or_introl eq_refl)). assert (B := IH rows (fun q I => H q (or_intror I))). lia.
Qed.

Lemma dotZ_extend r (w u : list K) : (length r <= length w)%nat -> dotZ r (w ++ u) = dotZ r w.
Proof. revert w. induction r as [|c r IH]; intros [|t w] L; cbn [length app dotZ] in *; try lia; trivial. rewrite IH by lia. reflexivity. Qed.

Lemma dval_extend m (w u : list K) : short (length w) m -> dval (w ++ u) m = dval w m.
Proof. intro S. unfold aval. apply map_ext_in. intros r I. rewrite dotZ_extend by (apply S, I). reflexivity. Qed.

Lemma variable_dot c v (w : list K) : dotZ (variable_form c v) w = inZ c * nth v w 0.
Proof. unfold variable_form. revert w. induction v as [|v IH]; intros [|t w]; cbn [repeat app dotZ nth]; try ring. rewrite IH, inZ_0. ring. Qed.

Definition bend_ok (w : list K) (b : bend) : Prop :=
  (length (input_form b) <= length w)%nat /\ (variable b < length w)%nat /\
  between_slopes (least_slope b, greatest_slope b) (dotZ (input_form b) w / inZ (Zpos (input_denominator b))) (nth (variable b) w 0).

Lemma bend_extend w u b : bend_ok w b -> bend_ok (w ++ u) b.
Proof.
  intros (A & B & C). unfold bend_ok. rewrite app_length, dotZ_extend, app_nth1 by trivial. repeat split; trivial; lia.
Qed.

Lemma equal_slopes a b (dz dh : K) : inQ a = inQ b -> between_slopes (a, b) dz dh -> dh = inQ a * dz.
Proof.
  unfold between_slopes. cbn [fst snd]. intros -> H. assert (X : (dh - inQ b * dz) * (dh - inQ b * dz) = 0).
  { apply kle_antisym; [|apply square_nonneg]. replace ((dh - inQ b * dz) * (dh - inQ b * dz)) with (- ((dh - inQ b * dz) * (inQ b * dz - dh))) by ring.
    replace (0:K) with (- (0:K)) by ring. apply opp_le, H. }
  assert (Y : dh - inQ b * dz = 0) by (destruct (mul_zero K _ _ X); trivial). replace dh with (dh - inQ b * dz + inQ b * dz) by ring. rewrite Y. ring.
Qed.

Lemma bends_ok c d : forall l v rows v' bs (w : list K) (dh : list K), bends c d v l = (rows, v', bs) -> length w = v ->
  (forall r s, In (r, s) l -> (length r <= v)%nat) -> (forall r s, In (r, s) l -> covers c [Qden (fst s)]) ->
  Forall2 (fun rs h => between_slopes (snd rs) (dotZ (fst rs) w / inZ (Zpos d)) h) l dh ->
  exists u, length (w ++ u) = v' /\ dval (w ++ u) (rows, (c * d)%positive) = dh /\ short v' (rows, (c * d)%positive) /\ Forall (bend_ok (w ++ u)) bs.
Proof.
  induction l as [|(r, (a, b)) l IH]; intros v rows v' bs w dh E Lw Lr Cv F; cbn [bends] in E; inversion F as [|? h ? dh' H F']; subst.
  { injection E as <- <- <-. exists []. rewrite app_nil_r. split; [reflexivity|]. split; [reflexivity|]. split; [intros r []|constructor]. }
  cbn [fst snd] in H. assert (Lr' : forall r s, In (r, s) l -> (length r <= length w)%nat) by (intros; apply (Lr r0 s); simpl; auto).
  assert (Cv' : forall r s, In (r, s) l -> covers c [Qden (fst s)]) by (intros r0 s I; apply (Cv r0 s); simpl; auto).
  assert (Lr0 := Lr r (a, b) (or_introl eq_refl)). assert (Ca := Cv r (a, b) (or_introl eq_refl)). cbn [fst] in Ca.
  destruct (Qeq_bool a b) eqn:Q.
  - apply (Qeq_bool_spec K) in Q. destruct (bends c d (length w) l) as ((rows1, v1), bs1) eqn:B. injection E as <- <- <-.
    destruct (IH (length w) rows1 v1 bs1 w dh' B eq_refl Lr' Cv' F') as (u & L & D & S & O). exists u. split; [exact L|]. split; [|split; [|exact O]].
    + unfold aval in *. cbn [fst snd map] in *. f_equal; [|exact D]. rewrite dotZ_zscale, dotZ_extend by exact Lr0. rewrite (equal_slopes a b _ h Q H).
      rewrite scale_ok by (apply Ca; simpl; auto). rewrite Pos2Z.inj_mul, inZ_mul. field. split; apply ne.
    + intros q [<-|I]; [unfold zscale; rewrite map_length; rewrite app_length in L; lia|apply S, I].
  - destruct (bends c d (S (length w)) l) as ((rows1, v1), bs1) eqn:B. injection E as <- <- <-.
    destruct (IH (S (length w)) rows1 v1 bs1 (w ++ [h]) dh' B) as (u & L & D & S & O).
    + rewrite app_length. cbn [length]. lia.
    + intros q s I. assert (X := Lr' q s I). lia.
    + exact Cv'.
    + clear - F' Lr'. induction F' as [|(q, s) k l dh' H F' IH]; constructor; [|apply IH; intros; apply (Lr' r s0); simpl; auto]. cbn [fst snd] in *.
      rewrite dotZ_extend by (apply (Lr' q s); simpl; auto). exact H.
    + rewrite <- app_assoc in *. cbn [app] in *. exists (h :: u). split; [exact L|]. split; [|split].
      * unfold aval in *. cbn [fst snd map] in *. f_equal; [|exact D]. rewrite variable_dot, app_nth2, Nat.sub_diag by lia. cbn [nth]. field. apply ne.
      * intros q [<-|I]; [unfold variable_form; rewrite app_length, repeat_length; cbn [length]; rewrite app_length in L; cbn [length] in L; lia|apply S, I].
      * constructor; [|exact O]. unfold bend_ok. cbn [input_form variable input_denominator least_slope greatest_slope]. rewrite app_length. cbn [length].
        split; [lia|]. split; [lia|]. rewrite dotZ_extend by exact Lr0. rewrite app_nth2, Nat.sub_diag by lia. exact H.
Qed.

Lemma form_minus rs (u v : list K) : length u = length v -> form rs u - form rs v = form rs (zip ksub u v).
Proof.
  intro L. assert (X : u = zip kadd (zip ksub u v) v). { clear - L. revert v L. induction u as [|s u IH]; intros [|t v] L; try discriminate; cbn [zip]; trivial. rewrite <- IH by (injection L; trivial). f_equal. ring. }
  rewrite X at 1. rewrite (form_plus K rs (zip ksub u v) v); [ring|]. rewrite zip_length; exact L.
Qed.

(** What is known of two traces: the differences of their values are the forms at w. *)
Definition traced (w : list K) (m : amap) (xy : list K * list K) : Prop :=
  length (fst xy) = length (snd xy) /\ zip ksub (fst xy) (snd xy) = dval w m /\ short (length w) m.

Definition node_slopes (nd : op) (slopes : list (Q * Q)) (x y : list K) : Prop :=
  match nd with
  | Pointwise l => forall i s r, nth_error (unroll l) i = Some s -> nth_error slopes i = Some r ->
      between_slopes r (nth i x 0 - nth i y 0) (activate s (nth i x 0) - activate s (nth i y 0))
  | _ => True
  end.

Lemma traced_extend w u m xy : traced w m xy -> traced (w ++ u) m xy.
Proof. intros (A & B & C). split; [exact A|]. split; [rewrite dval_extend; trivial|]. intros r I. rewrite app_length. specialize (C r I). lia. Qed.

Lemma difference_ok o ms slopes v m v' bs (w : list K) (xys : list (list K * list K)) :
  difference o ms slopes v = Some (m, v', bs) -> length w = v -> Forall2 (traced w) ms xys ->
  node_slopes o slopes (fst (nth 0 xys ([], []))) (snd (nth 0 xys ([], []))) ->
  exists u, length (w ++ u) = v' /\ traced (w ++ u) m (apply o (map fst xys), apply o (map snd xys)) /\ Forall (bend_ok (w ++ u)) bs.
Proof.
  unfold difference. intros E Lw T Hs.
  assert (T0 : traced w (nth 0 ms ([], 1%positive)) (nth 0 xys ([], []))). { destruct T; cbn [nth]; [split; [reflexivity|]; split; [reflexivity|intros r []]|assumption]. }
  assert (X0 : nth 0 (map fst xys) [] = fst (nth 0 xys ([], [])) /\ nth 0 (map snd xys) [] = snd (nth 0 xys ([], []))) by (destruct xys; auto). destruct X0 as (X0 & Y0).
  destruct (nth 0 ms ([], 1%positive)) as (a, d). destruct (nth 0 xys ([], [])) as (x, y). cbn [fst snd] in *. destruct T0 as (L0 & D0 & S0). cbn [fst snd] in *.
  assert (Over : forall c, (forall q, In q ms -> (Zpos (snd q) | Zpos c)%Z) -> Forall2 (fun m xy => length (fst xy) = length (snd xy) /\ zip ksub (fst xy) (snd xy) = map (fun r => dotZ r w / inZ (Zpos c)) (aover c m) /\
      (forall r, In r (aover c m) -> (length r <= length w)%nat)) ms xys).
  { intros c H. clear - T H. induction T as [|q xy ms xys (A & B & C) T IH]; constructor; [|apply IH; intros; apply H; simpl; auto]. split; [exact A|]. split.
    - rewrite B. symmetry. apply aval_over, H. simpl. auto.
    - intros r I. unfold aover in I. apply in_map_iff in I. destruct I as (r' & <- & I). unfold zscale. rewrite map_length. apply C, I. }
  destruct o as [c0 rows e|l| | | | | | ]; try discriminate.
  - injection E as <- <- <-. exists []. rewrite app_nil_r. split; [exact Lw|]. split; [|constructor]. cbn [apply]. rewrite X0, Y0. split; [cbn [fst snd]; rewrite !map_length; reflexivity|]. cbn [fst snd]. split.
    + unfold aval. cbn [fst snd]. rewrite map_map. assert (Z : forall r : row, (form (runs r) x + inZ (constant r)) / inZ (Zpos e) - (form (runs r) y + inZ (constant r)) / inZ (Zpos e) = dotZ (pcomb (expand (runs r)) a) w / inZ (Zpos (e * d))).
      { intro r. rewrite pcomb_ok. transitivity ((form (runs r) x - form (runs r) y) / inZ (Zpos e)); [field; apply ne|]. rewrite form_minus, D0 by exact L0. unfold aval. cbn [fst snd].
        rewrite <- expand_ok, <- (map_map (fun r => dotZ r w) (fun t => t / inZ (Zpos d))), dotZ_frac, Pos2Z.inj_mul, inZ_mul. field. split; apply ne. }
      clear - Z. induction rows as [|r rows IH]; cbn [map zip]; trivial. rewrite Z, IH. reflexivity.
    + intros r I. cbn [fst] in I. apply in_map_iff in I. destruct I as (q & <- & I). apply pcomb_short. intros r' I'. apply S0, I'.
  - destruct ((length a =? length slopes)%nat && (length (unroll l) =? length slopes)%nat) eqn:Ls; [|discriminate]. apply andb_true_iff in Ls. destruct Ls as (La & Ll).
    apply Nat.eqb_eq in La, Ll. set (c := common _) in *. destruct (bends c d v (combine a slopes)) as ((rows, v1), bs1) eqn:B. injection E as <- <- <-. cbn [apply]. rewrite X0, Y0.
    assert (Lx : length x = length a). { apply (f_equal (@length _)) in D0. unfold aval in D0. rewrite map_length in D0. cbn [fst] in D0. rewrite zip_length in D0; trivial. }
    assert (Lh : length (zip activate (unroll l) x) = length (zip activate (unroll l) y)) by (rewrite !zip_length; congruence).
    destruct (bends_ok c d (combine a slopes) v rows v1 bs1 w (zip ksub (zip activate (unroll l) x) (zip activate (unroll l) y)) B Lw) as (u & U1 & U2 & U3 & U4).
    + intros r s I. apply in_combine_l in I. rewrite <- Lw. apply S0, I.
    + intros r s I. apply in_combine_r in I. intros e [<-|[]]. apply common_multiple. apply (in_map (fun s => Qden (fst s))), I.
    + clear - Hs L0 D0 La Ll Lx. cbn [node_slopes] in Hs. unfold aval in D0. cbn [fst snd] in D0. revert Hs Ll. generalize (unroll l). intros ss Hs Ll. revert ss slopes x y L0 D0 La Ll Lx Hs.
      induction a as [|r a IH]; intros [|s ss] [|q slopes] [|t x] [|t' y] L0 D0 La Ll Lx Hs; try discriminate; cbn [combine zip]; constructor.
      * cbn [fst snd]. cbn [zip map] in D0. apply cons_inj in D0. destruct D0 as (<- & _). exact (Hs O s q eq_refl eq_refl).
      * cbn [zip map] in D0. apply cons_inj in D0. destruct D0 as (_ & D0). apply IH; auto. intros i s' q' Es Eq. exact (Hs (S i) s' q' Es Eq).
    + exists u. split; [exact U1|]. split; [|exact U4]. split; [exact Lh|]. cbn [fst snd]. split; [symmetry; exact U2|]. intros r I. rewrite U1. apply U3, I.
  - injection E as <- <- <-. exists []. rewrite app_nil_r. split; [exact Lw|]. split; [|constructor]. set (c := common (map snd ms)) in *.
    assert (O := Over c (fun q I => common_multiple _ _ (in_map snd ms q I))). clearbody c. cbn [apply]. clear - O.
    assert (Z : length (vsum (map fst xys)) = length (vsum (map snd xys)) /\ zip ksub (vsum (map fst xys)) (vsum (map snd xys)) = map (fun r => dotZ r w / inZ (Zpos c)) (psums (map (aover c) ms)) /\
      (forall r, In r (psums (map (aover c) ms)) -> (length r <= length w)%nat)).
    { induction O as [|m (x, y) ms xys (A & B & C) O IH]; [cbn [map vsum psums zip]; split; [reflexivity|]; split; [reflexivity|intros r []]|]. cbn [fst snd] in *.
      destruct O as [|m' (x', y') ms xys (A' & B' & C') O]; [cbn [map vsum psums fst snd]; auto|]. destruct IH as (P & Q & R).
      change (vsum (map fst ((x, y) :: (x', y') :: xys))) with (zip kadd x (vsum (map fst ((x', y') :: xys)))). change (vsum (map snd ((x, y) :: (x', y') :: xys))) with (zip kadd y (vsum (map snd ((x', y') :: xys)))).
      change (psums (map (aover c) (m :: m' :: ms))) with (zip padd (aover c m) (psums (map (aover c) (m' :: ms)))).
      revert P Q R. generalize (vsum (map fst ((x', y') :: xys))) (vsum (map snd ((x', y') :: xys))) (psums (map (aover c) (m' :: ms))) (aover c m) B C. clear - A.
      intros u v q rows B C P Q R. assert (Lz : forall (F : K -> K -> K) (a b a' b' : list K), length a = length b -> length a' = length b' -> length (zip F a a') = length (zip F b b')).
      { clear. intros F. induction a as [|s a IH]; intros [|t b] [|s' a'] [|t' b'] E E'; try discriminate; cbn [zip length]; auto. }
      split; [apply Lz; trivial|]. split.
      - clear R C. revert y u v q rows A B P Q. induction x as [|s x IH]; intros [|t y] u v q rows A B P Q; try discriminate; cbn [zip].
        + destruct rows; [reflexivity|discriminate].
        + destruct rows as [|r rows]; [discriminate|]. cbn [zip map] in B. apply cons_inj in B. destruct B as (B0 & B). destruct u as [|s' u], v as [|t' v]; try discriminate; cbn [zip].
          * destruct q; [reflexivity|discriminate].
          * destruct q as [|r' q]; [discriminate|]. cbn [zip map] in Q. apply cons_inj in Q. destruct Q as (Q0 & Q). cbn [zip map]. f_equal; [|apply IH; auto].
            rewrite dotZ_padd. transitivity ((s - t) + (s' - t')); [ring|]. rewrite B0, Q0. field. apply den_ne.
      - clear - C R. revert q R. induction rows as [|r rows IH]; intros [|r' q] R t I; cbn [zip] in I; try destruct I as [<-|I]; try contradiction.
        + rewrite padd_length. assert (X := C r (or_introl eq_refl)). assert (Y := R r' (or_introl eq_refl)). lia.
        + apply (IH (fun a J => C a (or_intror J)) q (fun a J => R a (or_intror J))), I. }
    exact Z.
  - injection E as <- <- <-. exists []. rewrite app_nil_r. split; [exact Lw|]. split; [|constructor]. set (c := common (map snd ms)) in *.
    assert (O := Over c (fun q I => common_multiple _ _ (in_map snd ms q I))). clearbody c. cbn [apply]. clear - O.
    assert (Z : length (concat (map fst xys)) = length (concat (map snd xys)) /\ zip ksub (concat (map fst xys)) (concat (map snd xys)) = map (fun r => dotZ r w / inZ (Zpos c)) (concat (map (aover c) ms)) /\
      (forall r, In r (concat (map (aover c) ms)) -> (length r <= length w)%nat)).
    { induction O as [|m (x, y) ms xys (A & B & C) O (P & Q & R)]; [cbn [map concat zip]; split; [reflexivity|]; split; [reflexivity|intros r []]|]. cbn [map concat fst snd] in *. split; [rewrite !app_length; congruence|]. split.
      - rewrite map_app, <- B, <- Q. clear - A. revert y A. induction x as [|s x IH]; intros [|t y] A; try discriminate; cbn [app zip]; trivial. rewrite IH by (injection A; trivial). reflexivity.
      - intros r I. apply in_app_iff in I. destruct I as [I|I]; auto. }
    exact Z.
Qed.

Lemma differences_ok f : forall slopes ms v out v' bs (w : list K) (xys : list (list K * list K)),
  differences f slopes ms v = Some (out, v', bs) -> length w = v -> Forall2 (traced w) ms xys ->
  (forall k nd, nth_error f k = Some nd -> let j := hd O (inputs nd) in
     node_slopes (does nd) (nth k slopes []) (nth j (fold_left step f (map fst xys)) []) (nth j (fold_left step f (map snd xys)) []) /\
     match does nd with Pointwise _ => match inputs nd with [j] => (j < length xys + k)%nat | _ => False end | _ => True end) ->
  exists u, length (w ++ u) = v' /\ Forall2 (traced (w ++ u)) out (combine (fold_left step f (map fst xys)) (fold_left step f (map snd xys))) /\ Forall (bend_ok (w ++ u)) bs.
Proof.
  induction f as [|nd f IH]; intros slopes ms v out v' bs w xys E Lw T Hs; cbn [differences fold_left] in *.
  { injection E as <- <- <-. exists []. rewrite app_nil_r. split; [exact Lw|]. split; [|constructor]. replace (combine (map fst xys) (map snd xys)) with xys; [exact T|].
    clear. induction xys as [|(x, y) xys IH]; cbn [map combine fst snd]; congruence. }
  destruct (difference _ _ _ _) as [((m, v1), bs1)|] eqn:D; [|discriminate]. destruct (differences f _ _ v1) as [((out', v2), bs2)|] eqn:R; [|discriminate]. injection E as <- <- <-.
  assert (Keep : forall (vals : list (list K)) j, (j < length vals)%nat -> forall g, nth j (fold_left step g vals) [] = nth j vals []).
  { intros vals j Lj g. revert vals Lj. induction g as [|q g IHg]; intros vals Lj; cbn [fold_left]; trivial. rewrite IHg by (unfold step; rewrite app_length; lia). unfold step. apply app_nth1, Lj. }
  set (xy := fun j => nth j xys ([], [])).
  assert (X : forall j, nth j (map fst xys) [] = fst (xy j) /\ nth j (map snd xys) [] = snd (xy j)) by (intro j; unfold xy; split; [apply (map_nth fst xys ([], []))|apply (map_nth snd xys ([], []))]).
  destruct (difference_ok _ _ _ v m v1 bs1 w (map xy (inputs nd)) D Lw) as (u & U1 & U2 & U3).
  { clear - T. induction (inputs nd) as [|j ins IH]; cbn [map]; constructor; trivial. unfold xy. clear IH ins. revert j. induction T as [|q p ms xys H T IH]; intros [|j]; cbn [nth]; auto; split; try reflexivity; split; try reflexivity; intros r []. }
  { destruct (Hs O nd eq_refl) as (H & P). cbv zeta in H. destruct (does nd) as [| l | | | | | | ]; try exact I. destruct (inputs nd) as [|j [|? ?]]; try contradiction. cbn [hd map nth] in *.
    rewrite (Keep (step (map fst xys) nd) j), (Keep (step (map snd xys) nd) j) in H by (unfold step; rewrite app_length, map_length; cbn [length]; lia).
    unfold step in H. rewrite !app_nth1 in H by (rewrite map_length; lia). destruct (X j) as (X1 & X2). rewrite X1, X2 in H. destruct slopes; exact H. }
  assert (S1 : step (map fst xys) nd = map fst (xys ++ [(apply (does nd) (map fst (map xy (inputs nd))), apply (does nd) (map snd (map xy (inputs nd))))])).
  { rewrite map_app. unfold step. cbn [map fst]. do 3 f_equal. rewrite map_map. apply map_ext. intro j. apply X. }
  assert (S2 : step (map snd xys) nd = map snd (xys ++ [(apply (does nd) (map fst (map xy (inputs nd))), apply (does nd) (map snd (map xy (inputs nd))))])).
  { rewrite map_app. unfold step. cbn [map snd]. do 3 f_equal. rewrite map_map. apply map_ext. intro j. apply X. }
  rewrite S1, S2. destruct (IH (tl slopes) (ms ++ [m]) v1 out' v2 bs2 (w ++ u) (xys ++ [(apply (does nd) (map fst (map xy (inputs nd))), apply (does nd) (map snd (map xy (inputs nd))))]) R U1) as (u' & V1 & V2 & V3).
  - apply Forall2_app; [|constructor; [exact U2|constructor]]. clear - T. induction T; constructor; trivial. apply traced_extend. assumption.
  - intros k nd' Ek. destruct (Hs (S k) nd' Ek) as (H & P). rewrite S1, S2 in H. split; [destruct slopes; [destruct k; exact H|exact H]|]. rewrite app_length. cbn [length]. destruct (does nd'); trivial.
    destruct (inputs nd') as [|j [|? ?]]; trivial. lia.
  - rewrite <- app_assoc in *. exists (u ++ u'). split; [exact V1|]. split; [exact V2|]. apply Forall_app. split; [|exact V3].
    rewrite app_assoc. apply Forall_impl with (2 := U3). intros b. apply bend_extend.
Qed.

Lemma bend_product b (w : list K) : bend_ok w b -> 0 <= dotZ (bend_low b) w * dotZ (bend_high b) w.
Proof.
  intros (_ & _ & H). unfold between_slopes in H. cbn [fst snd] in H. unfold bend_low, bend_high. rewrite !dotZ_padd, !variable_dot, !dotZ_zscale, !inZ_opp.
  set (z := dotZ (input_form b) w) in *. set (h := nth (variable b) w 0) in *. set (D := input_denominator b) in *. destruct (least_slope b) as (an, ad), (greatest_slope b) as (bn, bd). cbn [Qnum Qden].
  unfold OField.inQ in H. cbn [Qnum Qden] in H. rewrite !Pos2Z.inj_mul, !inZ_mul.
  replace ((inZ (Zpos ad) * inZ (Zpos D) * h + - inZ an * z) * (inZ bn * z + - (inZ (Zpos bd) * inZ (Zpos D)) * h)) with
    (inZ (Zpos ad) * inZ (Zpos bd) * (inZ (Zpos D) * inZ (Zpos D)) * ((h - inZ an / inZ (Zpos ad) * (z / inZ (Zpos D))) * (inZ bn / inZ (Zpos bd) * (z / inZ (Zpos D)) - h))) by (field; repeat split; apply ne).
  apply kmul_nonneg; trivial. repeat (apply kmul_nonneg); apply lt_le, den_pos.
Qed.

(** Equal values: the forms of the output vanish at the differences of inputs and units. *)
Lemma equal_values f n slopes ms size bs (x y : list K) : differences f slopes [(map (variable_form 1) (seq 0 n), 1%positive)] n = Some (ms, size, bs) ->
  length x = n -> length y = n ->
  (forall k nd, nth_error f k = Some nd -> let j := hd O (inputs nd) in
     node_slopes (does nd) (nth k slopes []) (nth j (trace f x) []) (nth j (trace f y) []) /\
     match does nd with Pointwise _ => match inputs nd with [j] => (j < 1 + k)%nat | _ => False end | _ => True end) ->
  value f x = value f y ->
  exists u, length (zip ksub x y ++ u) = size /\ Forall (bend_ok (zip ksub x y ++ u)) bs /\ forall r, In r (fst (last ms ([], 1%positive))) -> dotZ r (zip ksub x y ++ u) = 0.
Proof.
  intros D Lx Ly Hs V.
  destruct (differences_ok f slopes _ n ms size bs (zip ksub x y) [(x, y)] D) as (u & U1 & U2 & U3).
  { rewrite zip_length; congruence. }
  { constructor; [|constructor]. split; [cbn [fst snd]; congruence|]. assert (Lz : length (zip ksub x y) = n) by (rewrite zip_length; congruence). cbn [fst snd]. split.
    - unfold aval. cbn [fst snd]. rewrite map_map. transitivity (map (fun i => nth i (zip ksub x y) 0) (seq 0 n)).
      + rewrite <- Lz. generalize (zip ksub x y). intro l. induction l as [|t l IH]; cbn [length seq map nth]; trivial. f_equal. rewrite <- seq_shift, map_map. exact IH.
      + apply map_ext. intro i. rewrite variable_dot. field. apply one_ne_zero.
    - intros r I. cbn [fst] in I. apply in_map_iff in I. destruct I as (i & <- & I). apply in_seq in I. unfold variable_form. rewrite app_length, repeat_length. cbn [length]. lia. }
  { exact Hs. }
  cbn [map fst snd] in U2. fold (trace f x) in U2. fold (trace f y) in U2. set (w := zip ksub x y ++ u) in *. exists u.
  assert (Last : traced w (last ms ([], 1%positive)) (value f x, value f y)).
  { assert (Lt : length (trace f x) = length (trace f y)) by (unfold trace; rewrite !trace_length; reflexivity). unfold value. clear - U2 Lt. revert U2 Lt. generalize (trace f x) (trace f y). intros tx ty. revert tx ty.
    induction ms as [|m ms IH]; intros [|a tx] [|b ty] F Lt; try discriminate; cbn [combine] in F; inversion F as [|? ? ? ? H F']; subst.
    - split; [reflexivity|]. split; [reflexivity|intros r []].
    - destruct ms as [|m' ms]; destruct tx as [|a' tx], ty as [|b' ty]; try discriminate; cbn [combine] in F'; try (inversion F'; fail); [exact H|]. apply (IH (a' :: tx) (b' :: ty)); [exact F'|injection Lt; intro; cbn [length]; congruence]. }
  fold w. split; [exact U1|]. split; [exact U3|]. destruct (last ms ([], 1%positive)) as (rows, e).
  destruct Last as (_ & Dv & _). cbn [fst snd] in Dv.
  cbn [fst]. intros r I. assert (Zs : Forall (fun t => t = 0) (zip ksub (value f x) (value f y))).
    { rewrite V. clear. induction (value f y) as [|t l IH]; cbn [zip]; constructor; trivial. ring. }
    rewrite Dv in Zs. unfold aval in Zs. cbn [fst snd] in Zs. rewrite Forall_forall in Zs. assert (X := Zs (dotZ r w / inZ (Zpos e)) (in_map (fun r => dotZ r w / inZ (Zpos e)) rows r I)).
    replace (dotZ r w) with (inZ (Zpos e) * (dotZ r w / inZ (Zpos e))) by (field; apply ne). rewrite X. ring.
Qed.

Theorem monotone_ok f n slopes matrix weights (x y : list K) : monotone f n slopes matrix weights = true -> length x = n -> length y = n ->
  (forall k nd, nth_error f k = Some nd -> let j := hd O (inputs nd) in
     node_slopes (does nd) (nth k slopes []) (nth j (trace f x) []) (nth j (trace f y) []) /\
     match does nd with Pointwise _ => match inputs nd with [j] => (j < 1 + k)%nat | _ => False end | _ => True end) ->
  value f x = value f y -> x = y.
Proof.
  intros M Lx Ly Hs V. unfold monotone in M. destruct (differences f slopes _ n) as [((ms, size), bs)|] eqn:D; [|discriminate].
  destruct (equal_values f n slopes ms size bs x y D Lx Ly Hs V) as (u & U1 & U3 & Zr). set (w := zip ksub x y ++ u) in *.
  destruct (last ms ([], 1%positive)) as (rows, e). destruct (vector _) as (nums, den). rewrite !andb_true_iff in M. destruct M as ((_ & Nn) & Df). cbn [fst] in Zr.
  assert (Q0 : qval (repeat (0%Z, []) size) w = 0 /\ length (repeat (0%Z, @nil Z) size) = length w).
  { rewrite repeat_length, U1. split; [|reflexivity]. generalize w. clear. induction size as [|k IH]; intros [|t w]; cbn [repeat qval]; trivial. rewrite IH, inZ_0. cbn [dotZ]. ring. }
  destruct Q0 as (Q0 & L0). set (q0 := repeat (0%Z, []) size) in *.
  set (q1 := fold_right (add_row (Zpos den) rows) q0 (combine (seq 0 n) matrix)) in *.
  assert (Q1 : qval q1 w = 0 /\ length q1 = length w).
  { unfold q1. clear q1 Df. induction (combine (seq 0 n) matrix) as [|im l IH]; cbn [fold_right]; [auto|]. destruct IH as (A & B). unfold add_row at 1 3. split; [|rewrite add_product_length; exact B].
    rewrite add_product_ok by exact B. rewrite A, (pcomb_ok (snd im) rows w). replace (dotZ (snd im) (map (fun r => dotZ r w) rows)) with (0:K); [ring|].
    symmetry. apply zero_values. apply Forall_forall. intros t I. apply in_map_iff in I. destruct I as (r & <- & I). apply Zr, I. }
  destruct Q1 as (Q1 & L1). set (q2 := fold_right add_bend q1 (combine bs nums)) in *.
  assert (Q2 : qval q2 w <= 0 /\ length q2 = length w).
  { unfold q2. clear q2 Df. rewrite forallb_forall in Nn. assert (Nn' : forall bt, In bt (combine bs nums) -> (0 <= snd bt)%Z /\ bend_ok w (fst bt)).
    { intros (b, t) I. split; [apply Z.leb_le, Nn, (in_combine_r _ _ _ _ I)|]. rewrite Forall_forall in U3. apply U3, (in_combine_l _ _ _ _ I). }
    induction (combine bs nums) as [|bt l IH]; cbn [fold_right]; [split; [rewrite Q1; apply le_refl|exact L1]|]. destruct IH as (A & B); [intros; apply Nn'; simpl; auto|].
    unfold add_bend at 1 3. split; [|rewrite add_product_length; exact B]. rewrite add_product_ok by exact B. destruct (Nn' bt (or_introl eq_refl)) as (P & O). assert (X := bend_product _ _ O).
    replace (0:K) with (0 + 0 : K) by ring. apply add_le; [exact A|]. rewrite inZ_opp.
    replace ((1 + 1) * - inZ (snd bt) * dotZ (bend_low (fst bt)) w * dotZ (bend_high (fst bt)) w) with (- ((1 + 1) * inZ (snd bt) * (dotZ (bend_low (fst bt)) w * dotZ (bend_high (fst bt)) w))) by ring.
    replace (0:K) with (- (0:K)) by ring. apply opp_le. apply kmul_nonneg; [|exact X]. apply kmul_nonneg; [change (1 + 1) with (inZ 2 : K); apply inZ_nonneg; lia|apply inZ_nonneg, P]. }
  destruct Q2 as (Q2 & L2). destruct (all_zero w) as [Zw|Nz]; [|exfalso; exact (judged_ok size q2 w Df L2 Nz Q2)].
  unfold w in Zw. apply Forall_app in Zw. destruct Zw as (Zw & _). clear - Zw Lx Ly. rewrite <- Ly in Lx. clear Ly n. revert y Lx Zw. induction x as [|s x IH]; intros [|t y] L Z; try discriminate; trivial.
  cbn [zip] in Z. inversion Z as [|? ? H Z']; subst. f_equal; [|apply IH; auto]. replace s with (s - t + t) by ring. rewrite H. ring.
Qed.
End Sound.
