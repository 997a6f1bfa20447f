(** Layers of strictly monotone activations, and images that stay inside a set: MonotoneLayer, StaysInside. *)
Require Import ZArith QArith List Bool Lia Field Permutation.
From Bijection Require Import Maps OField Network Exact Domains Statements Sets Intervals Hull Values.
Import ListNotations.
Open Scope Z_scope.

(** ** Strictly monotone activations: [up] says in which direction *)

Definition sloped (up : bool) (q : Q) : bool := if up then negb (Qle_bool q 0) else negb (Qle_bool 0 q).

Fixpoint qpieces (p : Q * Q) (more : list (Q * (Q * Q))) (t : Q) : Q :=
  match more with
  | (b, p') :: r => if Qle_bool t b then (fst p * t + snd p)%Q else qpieces p' r t
  | [] => (fst p * t + snd p)%Q
  end.

Fixpoint strictly (up : bool) (p : Q * Q) (more : list (Q * (Q * Q))) (i : interval) : bool :=
  match more with
  | [] => sloped up (fst p)
  | (b, p') :: r =>
      if match fst i with Some l => Qle_bool b l && negb (Qle_bool l b) | None => false end then strictly up p' r i
      else if match snd i with Some u => Qle_bool u b | None => false end then sloped up (fst p)
      else (match fst i with Some l => Qle_bool b l | None => false end || sloped up (fst p)) &&
           Qeq_bool (fst p * b + snd p) (qpieces p' r b) && strictly up p' r (meet qmax (fst i) (Some b), snd i)
  end.

Definition is_point (i : interval) : bool := match i with (Some a, Some b) => Qeq_bool a b | _ => false end.

Definition strictly_monotone (s : activation) (i : interval) : bool :=
  is_point i ||
  match s with
  | Pieces p more => strictly true p more i || strictly false p more i
  | Sigmoid | Tanh | Softplus | Exp => true
  | Elu alpha scale => negb (Qle_bool alpha 0) && negb (Qle_bool scale 0)
  end.

Section Sound.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Local Notation inQ := (@OField.inQ K).

Definition rises (up : bool) (a b : K) : Prop := if up then a < b else b < a.

Lemma rises_trans up a b c : rises up a b -> rises up b c -> rises up a c.
Proof. destruct up; cbn [rises]; intros H G; [apply lt_trans with b|apply lt_trans with b]; trivial. Qed.

Lemma rises_ne up a b : rises up a b -> a <> b.
Proof. destruct up; cbn [rises]; intros H ->; exact (H (le_refl _ _)). Qed.

Lemma affine_rises up p s t : sloped up (fst p) = true -> s < t -> rises up (inQ (fst p) * s + inQ (snd p)) (inQ (fst p) * t + inQ (snd p)).
Proof.
  unfold sloped. intros E L. destruct up; cbn [rises]; apply negb_true_iff in E.
  - assert (P : 0 < inQ (fst p)) by (rewrite <- inQ_0, <- (Qle_bool_spec K), E; discriminate).
    apply add_lt_le; [|apply le_refl]. apply mul_lt_l; trivial.
  - assert (P : inQ (fst p) < 0) by (rewrite <- inQ_0, <- (Qle_bool_spec K), E; discriminate).
    apply add_lt_le; [|apply le_refl]. replace (inQ (fst p) * t) with (- (- inQ (fst p) * t)) by ring. replace (inQ (fst p) * s) with (- (- inQ (fst p) * s)) by ring.
    apply opp_lt. apply mul_lt_l; trivial. replace (0:K) with (- (0 : K)) by ring. apply opp_lt, P.
Qed.

Lemma qpieces_ok p more b : inQ (qpieces p more b) = pieces p more (inQ b).
Proof.
  revert p. induction more as [|(c, p') more IH]; intro p; cbn [qpieces pieces].
  - rewrite inQ_add, inQ_mul. reflexivity.
  - rewrite (if_le_dec K K (inQ b) (inQ c) (Qle_bool b c)) by apply Qle_bool_spec. destruct (Qle_bool b c); [rewrite inQ_add, inQ_mul; reflexivity|apply IH].
Qed.

Lemma strictly_ok up p more i s t : strictly up p more i = true -> inside i s -> inside i t -> s < t -> rises up (pieces p more s) (pieces p more t).
Proof.
  revert p i s t. induction more as [|(b, p') more IH]; intros p i s t E Hs Ht L; cbn [strictly pieces] in *; [apply affine_rises; trivial|].
  destruct (match fst i with Some l => Qle_bool b l && negb (Qle_bool l b) | None => false end) eqn:C1.
  { destruct (fst i) as [l|] eqn:F; [|discriminate]. apply andb_true_iff in C1. destruct C1 as (_ & C). apply negb_true_iff in C.
    assert (Lb : inQ b < inQ l) by (rewrite <- (Qle_bool_spec K), C; discriminate).
    destruct Hs as (A & A'), Ht as (B & B'). assert (A0 := A). assert (B0 := B). rewrite F in A0, B0. cbn [above] in A0, B0.
    destruct (kle_dec s (inQ b)) as [X|_]; [exfalso; apply Lb; apply kle_trans with s; trivial|].
    destruct (kle_dec t (inQ b)) as [X|_]; [exfalso; apply Lb; apply kle_trans with t; trivial|]. apply (IH p' i); trivial; split; trivial. }
  destruct (match snd i with Some u => Qle_bool u b | None => false end) eqn:C2.
  { destruct (snd i) as [u|] eqn:F; [|discriminate]. apply (Qle_bool_spec K) in C2. destruct Hs as (A & A'), Ht as (B & B'). rewrite F in A', B'. cbn [under] in A', B'.
    destruct (kle_dec s (inQ b)) as [_|X]; [|exfalso; apply X; apply kle_trans with (inQ u); trivial].
    destruct (kle_dec t (inQ b)) as [_|X]; [|exfalso; apply X; apply kle_trans with (inQ u); trivial]. apply affine_rises; trivial. }
  rewrite !andb_true_iff in E. destruct E as ((E1 & E2) & E3). apply (Qeq_bool_spec K) in E2. rewrite qpieces_ok, inQ_add, inQ_mul in E2.
  assert (Right : forall u, inside i u -> inQ b <= u -> inside (meet qmax (fst i) (Some b), snd i) u).
  { intros u (A & B) G. split; cbn [fst snd]; trivial. apply meet_above; trivial. }
  assert (Low : forall u, inside i u -> u <= inQ b -> u <> inQ b -> sloped up (fst p) = true).
  { intros u (A & _) G N. apply orb_true_iff in E1. destruct E1 as [E1|E1]; trivial. exfalso. destruct (fst i) as [l|]; [|discriminate].
    apply (Qle_bool_spec K) in E1. apply N. apply kle_antisym; trivial. apply kle_trans with (inQ l); trivial. }
  destruct (kle_dec s (inQ b)) as [S|S], (kle_dec t (inQ b)) as [T|T].
  - apply affine_rises; trivial. apply (Low s); trivial. intros ->. exact (L T).
  - assert (T' : inQ b < t) by exact T. assert (Ib : inside i (inQ b)).
    { destruct Hs as (A & _), Ht as (_ & B). split.
      - destruct (fst i); cbn [above] in *; trivial. apply kle_trans with s; trivial.
      - destruct (snd i); cbn [under] in *; trivial. apply kle_trans with t; trivial. apply lt_le, T'. }
    assert (R : rises up (pieces p' more (inQ b)) (pieces p' more t)).
    { apply (IH p' (meet qmax (fst i) (Some b), snd i)); trivial; apply Right; trivial; [apply le_refl|apply lt_le, T']. }
    rewrite <- E2 in R. destruct (eq_dec K s (inQ b)) as [->|N]; [exact R|]. apply rises_trans with (2 := R).
    apply affine_rises; [apply (Low s); trivial|]. intro G. apply N. apply kle_antisym; trivial.
  - exfalso. apply S. apply kle_trans with t; trivial. apply lt_le, L.
  - apply (IH p' (meet qmax (fst i) (Some b), snd i)); trivial; apply Right; trivial; apply lt_le; [exact S|exact T].
Qed.

Lemma inv_lt (a b : K) : 0 < a -> a < b -> 1 / b < 1 / a.
Proof.
  intros P L. assert (Q : 0 < b) by (apply lt_trans with a; trivial). assert (Na := pos_ne K a P). assert (Nb := pos_ne K b Q).
  apply (proj2 (lt_diff K _ _)). replace (1 / a - 1 / b) with ((b - a) * (kinv a * kinv b)) by (field; split; trivial).
  apply mul_pos; [apply (proj1 (lt_diff K _ _)), L|]. apply mul_pos; apply inv_pos; trivial.
Qed.

Lemma smooth_ok s (t u : K) : match s with Sigmoid | Tanh | Softplus | Exp => True | Elu a c => (0:K) < inQ a /\ (0:K) < inQ c | _ => False end ->
  t < u -> activate s t < activate s u.
Proof.
  intros H L. destruct s as [p more| | | |al sc|]; try contradiction; cbn [activate].
  - assert (E : kexp (- u) < kexp (- t)) by (apply kexp_lt, opp_lt, L). assert (P := exp_pos K (- u)).
    apply inv_lt.
    + replace (0:K) with (0 + 0 : K) by ring. replace (1 + kexp (- u)) with (kexp (- u) + 1) by ring. apply add_lt_le; trivial. apply zero_le_one.
    + replace (1 + kexp (- u)) with (kexp (- u) + 1) by ring. replace (1 + kexp (- t)) with (kexp (- t) + 1) by ring. apply add_lt_le; trivial. apply le_refl.
  - assert (L2 : t + t < u + u) by (apply add_lt_le; [exact L|apply lt_le, L]).
    assert (E : kexp (t + t) < kexp (u + u)) by (apply kexp_lt, L2). assert (P := exp_pos K (t + t)).
    assert (P1 : 0 < kexp (t + t) + 1). { replace (0:K) with (0 + 0 : K) by ring. apply add_lt_le; trivial. apply zero_le_one. }
    assert (E1 : kexp (t + t) + 1 < kexp (u + u) + 1) by (apply add_lt_le; [exact E|apply le_refl]).
    assert (P2 : 0 < kexp (u + u) + 1) by (apply lt_trans with (kexp (t + t) + 1); trivial).
    assert (I := inv_lt _ _ P1 E1). assert (N1 := pos_ne K _ P1). assert (N2 := pos_ne K _ P2).
    replace ((kexp (t + t) - 1) / (kexp (t + t) + 1)) with (- (1 / (kexp (t + t) + 1)) + (- (1 / (kexp (t + t) + 1)) + 1)) by (field; trivial).
    replace ((kexp (u + u) - 1) / (kexp (u + u) + 1)) with (- (1 / (kexp (u + u) + 1)) + (- (1 / (kexp (u + u) + 1)) + 1)) by (field; trivial).
    apply add_lt_le; [apply opp_lt, I|]. apply add_le; [apply lt_le, opp_lt, I|apply le_refl].
  - apply ksoftplus_lt, L.
  - destruct H as (Ha & Hc). assert (M : 0 < inQ sc * inQ al) by (apply mul_pos; trivial).
    destruct (kle_dec 0 t) as [T|T], (kle_dec 0 u) as [U|U].
    + apply mul_lt_l; trivial.
    + exfalso. apply U. apply kle_trans with t; trivial. apply lt_le, L.
    + apply lt_le_trans with 0; [|apply kmul_nonneg; trivial; apply lt_le, Hc].
      replace (0:K) with (inQ sc * inQ al * (1 - 1)) by ring. apply mul_lt_l; trivial.
      assert (X : kexp t < 1) by (rewrite <- (kexp_0 K); apply kexp_lt; exact T).
      replace (kexp t - 1) with (kexp t + - (1)) by ring. replace (1 - 1) with (1 + - (1) : K) by ring. apply add_lt_le; [exact X|apply le_refl].
    + apply mul_lt_l; trivial. replace (kexp t - 1) with (kexp t + - (1)) by ring. replace (kexp u - 1) with (kexp u + - (1)) by ring.
      apply add_lt_le; [apply kexp_lt, L|apply le_refl].
  - apply kexp_lt, L.
Qed.

Lemma strictly_monotone_ok s i (t u : K) : strictly_monotone s i = true -> inside i t -> inside i u -> activate s t = activate s u -> t = u.
Proof.
  intros E Ht Hu V. unfold strictly_monotone in E. apply orb_true_iff in E. destruct E as [E|E].
  { destruct i as ([a|], [b|]); try discriminate. apply (Qeq_bool_spec K) in E. destruct Ht as (A & B), Hu as (C & D). cbn [fst snd above under] in *.
    transitivity (inQ a); [|symmetry]; apply kle_antisym; trivial; rewrite E; trivial. }
  destruct (eq_dec K t u) as [|N]; trivial. exfalso.
  assert (G : forall t u : K, inside i t -> inside i u -> t < u -> activate s t <> activate s u).
  { clear - E. intros t u Ht Hu L. destruct s as [p more| | | |al sc|].
    - apply orb_true_iff in E. destruct E as [E|E]; apply (rises_ne _ _ _ (strictly_ok _ _ _ _ _ _ E Ht Hu L)).
    - apply lt_ne, (smooth_ok Sigmoid); trivial.
    - apply lt_ne, (smooth_ok Tanh); trivial.
    - apply lt_ne, (smooth_ok Softplus); trivial.
    - apply lt_ne, (smooth_ok (Elu al sc)); trivial. apply andb_true_iff in E. destruct E as (A & B). apply negb_true_iff in A, B.
      split; rewrite <- inQ_0, <- (Qle_bool_spec K); [rewrite A|rewrite B]; discriminate.
    - apply lt_ne, (smooth_ok Exp); trivial. }
  destruct (ne_lt K t u N) as [L|L]; [exact (G t u Ht Hu L V)|exact (G u t Hu Ht L (eq_sym V))].
Qed.
End Sound.

Definition MonotoneLayer : rule := fun goal =>
  match goal with
  | Injective (Net [Node (Pointwise l) [O]]) D =>
      match hull D with Some sides => given (forall2b strictly_monotone (unroll l) sides) [] | None => None end
  | _ => None
  end.

Theorem MonotoneLayer_sound : sound MonotoneLayer.
Proof.
  intros [[[|[[|l| | | | | |] [|[|?] [|? ?]]] [|? ?]]|] D| | | | | |] gs E K _; try discriminate. cbn [MonotoneLayer] in E.
  destruct (hull D) as [sides|] eqn:H; [|discriminate]. apply given_some in E. destruct E as (E & _).
  intros x y Dx Dy V. cbn [image] in V. unfold value, trace, step in V. cbn [fold_left last app map nth apply does inputs] in V.
  assert (Fx := hull_ok K D sides x H Dx). assert (Fy := hull_ok K D sides y H Dy). clear H Dx Dy.
  revert sides x y E Fx Fy V. generalize (unroll l). intro ss. induction ss as [|s ss IH]; intros [|i sides] x y E Fx Fy V; try discriminate.
  - inversion Fx. inversion Fy. reflexivity.
  - inversion Fx as [|? t ? x' It Fx']. inversion Fy as [|? u ? y' Iu Fy']. subst. cbn [zip forall2b] in *.
    destruct (strictly_monotone s i) eqn:M; [|discriminate]. apply cons_inj in V. destruct V as (V1 & V2). f_equal.
    + exact (strictly_monotone_ok K s i t u M It Iu V1).
    + exact (IH sides x' y' E Fx' Fy' V2).
Qed.

(** ** Images *)

Definition within (i : interval) (s : Q * Q) : bool :=
  match i with (Some a, Some b) => Qle_bool (fst s) a && Qle_bool b (snd s) | _ => false end.

Definition all_of (n : nat) (group : list nat) : bool := (length group =? n)%nat && forallb (fun i => existsb (Nat.eqb i) group) (seq 0 n).

Definition StaysInside : rule := fun goal =>
  match goal with
  | MapsInto (Table l) D (Reals 1) => Some []
  | MapsInto (Table l) D (Labels k) => given (table_points (length l) D && forallb (fun v => (0 <=? v) && (v <? k)) l) []
  | MapsInto (Net f) D C =>
      match dimension D with
      | None => None
      | Some n =>
          match widths f n, C, rev f with
          | Some ws, Reals m, _ => given (last ws O =? m)%nat []
          | Some ws, Labels k, Node Argmax [j] :: _ => given ((0 <? nth j ws O)%nat && (Z.of_nat (nth j ws O) <=? k)) []
          | Some ws, Simplex m, Node (Softmax [g]) [j] :: _ => given ((nth j ws O =? m)%nat && (0 <? m)%nat && all_of m g) []
          | _, Box box, _ => match hull D with Some sides => given (forall2b within (bounds f sides) box) [] | None => None end
          | _, _, _ => None
          end
      end
  | _ => None
  end.

Section Images.
Variable K : ofield.
Add Field Kf2 : (kth K).
Open Scope K_scope.

Lemma ksum_permutation (l m : list K) : Permutation l m -> ksum l = ksum m.
Proof.
  unfold ksum. induction 1; cbn [fold_right]; trivial; try congruence. ring.
Qed.

Lemma softmax_sum (c : K) (l : list K) : ksum (map (fun t => t / c) l) = ksum l / c.
Proof.
  unfold ksum. induction l as [|t l IH]; cbn [map fold_right]; rewrite ?IH, !div_eq_mul; ring.
Qed.

Lemma at_map (h : K -> K) (x : list K) : map (fun i => h (at_ i x)) (seq 0 (length x)) = map h x.
Proof. induction x as [|t x IH]; cbn [length seq map]; trivial. f_equal. rewrite <- seq_shift, map_map. exact IH. Qed.

Lemma softmax_simplex m g (x : list K) : length x = m -> (0 < m)%nat -> all_of m g = true ->
  member (Simplex m) (map (softmax_at [g] x) (seq 0 (length x))).
Proof.
  intros L P A. unfold all_of in A. rewrite andb_true_iff, Nat.eqb_eq, forallb_forall in A. destruct A as (Lg & A).
  assert (Pm : Permutation (seq 0 m) g).
  { apply NoDup_Permutation_bis; [apply seq_NoDup|rewrite seq_length; lia|]. intros i I. apply A in I. apply existsb_exists in I. destruct I as (j & J & E).
    apply Nat.eqb_eq in E. subst. exact J. }
  set (S := ksum (map (fun j => kexp (at_ j x)) g)).
  assert (ES : S = ksum (map kexp x)).
  { unfold S. rewrite <- (ksum_permutation _ _ (Permutation_map (fun j => kexp (at_ j x)) Pm)), <- L, at_map. reflexivity. }
  assert (PS : 0 < S).
  { rewrite ES. destruct x as [|t x]; [simpl in L; lia|]. cbn [map]. unfold ksum. cbn [fold_right]. apply lt_le_trans with (kexp t); [apply exp_pos|].
    apply (ksum_ge K (map kexp (t :: x)) (kexp t)); [|simpl; auto]. intros s I. apply in_map_iff in I. destruct I as (u & <- & _). apply lt_le, exp_pos. }
  assert (E : map (softmax_at [g] x) (seq 0 (length x)) = map (fun t => t / S) (map kexp x)).
  { rewrite map_map, <- (at_map (fun t => kexp t / S) x). apply map_ext_in. intros i I. unfold softmax_at. cbn [find]. rewrite L in I.
    rewrite (A i I). reflexivity. }
  rewrite E. cbn [member]. rewrite !map_length. split; [exact L|]. split.
  - apply Forall_forall. intros t I. apply in_map_iff in I. destruct I as (u & <- & I). apply in_map_iff in I. destruct I as (w & <- & _).
    rewrite div_eq_mul. apply mul_pos; [apply exp_pos|apply inv_pos, PS].
  - rewrite softmax_sum, <- ES. field. apply pos_ne, PS.
Qed.

Lemma within_ok l box (v : list K) : forall2b within l box = true -> Forall2 inside l v -> Forall2 between box v.
Proof.
  revert box v. induction l as [|i l IH]; intros [|s box] v E F; try discriminate; inversion F as [|? t ? v' (A & B) F']; subst; constructor; cbn [forall2b] in E.
  - destruct i as ([a|], [b|]); cbn [within] in E; try discriminate. destruct (Qle_bool (fst s) a && Qle_bool b (snd s)) eqn:W; [|discriminate].
    apply andb_true_iff in W. destruct W as (W1 & W2). apply (Qle_bool_spec K) in W1, W2. cbn [fst snd above under] in *.
    split; [apply kle_trans with (inQ a)|apply kle_trans with (inQ b)]; trivial.
  - destruct (within i s); [|discriminate]. apply (IH box); trivial.
Qed.

Lemma last_node f nd pre (x : list K) : rev f = nd :: pre -> forall ws n, widths f n = Some ws -> length x = n ->
  value f x = apply (does nd) (map (fun j => nth j (trace (rev pre) x) []) (inputs nd)) /\
  forall j, inputs nd = [j] -> length (nth j (trace (rev pre) x) []) = nth j ws O.
Proof.
  intros R ws n W L. assert (F : f = rev pre ++ [nd]) by (rewrite <- (rev_involutive f), R; reflexivity). split.
  { rewrite F. apply value_app. }
  intros j J. assert (H := widths_ok K f n ws x W L). assert (T : trace f x = trace (rev pre) x ++ [value f x]).
  { rewrite F at 1. unfold trace. rewrite fold_left_app. cbn [fold_left]. unfold step at 1. f_equal. rewrite F, value_app. reflexivity. }
  assert (Jl : (j < length (trace (rev pre) x))%nat).
  { rewrite F in W. unfold widths in W. assert (G : forall g (vs : list (list K)) us r, run_widths (g ++ [nd]) us = Some r -> length us = length vs -> (j < length (fold_left step g vs))%nat).
    { clear - J. induction g as [|m g IH]; intros vs us r E L; cbn [app run_widths fold_left] in *.
      - rewrite J in E. cbn [forallb] in E. destruct (Nat.ltb_spec j (length us)); [lia|discriminate].
      - destruct (forallb _ (inputs m)); [|discriminate]. destruct (width_of _ _) as [w|]; [|discriminate].
        apply (IH _ _ r E). unfold step. rewrite !app_length. simpl. lia. }
    apply (G (rev pre) [x] [n] ws W). reflexivity. }
  assert (N := Forall2_nth _ _ (has_width K) O [] ws (trace f x) j eq_refl H). rewrite T, app_nth1 in N by trivial. exact N.
Qed.
End Images.

Theorem StaysInside_sound : sound StaysInside.
Proof.
  intros [| | |f D C| | |] gs E K _; try discriminate. intros x Dx. destruct f as [f|l]; cbn [StaysInside image] in *.
  - destruct (dimension D) as [n|] eqn:N; [|discriminate]. assert (L := dimension_spec K D n x N Dx).
    assert (Boxes : forall box sides, hull D = Some sides -> forall2b within (bounds f sides) box = true -> member (Box box) (value f x)).
    { intros box sides H W. cbn [member]. apply (within_ok K (bounds f sides)); trivial. apply bounds_ok. apply (hull_ok K D); trivial. }
    destruct (widths f n) as [ws|] eqn:W; destruct C; try discriminate.
    + apply given_some in E. destruct E as (E & _). apply Nat.eqb_eq in E. cbn [member]. rewrite <- E. apply (width_ok K f n); trivial.
    + destruct (hull D) as [s|] eqn:H; [|discriminate]. apply given_some in E. apply (Boxes _ s); tauto.
    + destruct (rev f) as [|[[| | | | | | |] [|j [|? ?]]] pre] eqn:R; try discriminate. apply given_some in E. destruct E as (E & _).
      rewrite andb_true_iff, Nat.ltb_lt, Z.leb_le in E. destruct (last_node K f _ pre x R ws n W L) as (V & J). specialize (J j eq_refl).
      rewrite V. cbn [does inputs apply map nth]. exists (Z.of_nat (argmax (nth j (trace (rev pre) x) []))). split; [|reflexivity].
      assert (B := argmax_below K (nth j (trace (rev pre) x) [])). rewrite J in B.
      assert (Q : nth j (trace (rev pre) x) [] <> []) by (intro Z0; rewrite Z0 in J; simpl in J; lia). specialize (B Q). lia.
    + destruct (rev f) as [|[[| | | | | |[|g [|? ?]]|] [|j [|? ?]]] pre] eqn:R; try discriminate. apply given_some in E. destruct E as (E & _).
      rewrite !andb_true_iff, Nat.ltb_lt, Nat.eqb_eq in E. destruct E as ((E1 & E2) & E3).
      destruct (last_node K f _ pre x R ws n W L) as (V & J). specialize (J j eq_refl). rewrite V. cbn [does inputs apply map nth].
      apply softmax_simplex; trivial. congruence.
    + destruct (hull D) as [s|] eqn:H; [|discriminate]. apply given_some in E. apply (Boxes _ s); tauto.
  - destruct C as [[|[|?]]| | | | | | |k|]; try discriminate; [reflexivity|]. apply given_some in E. destruct E as (E & _).
    rewrite andb_true_iff, forallb_forall in E. destruct E as (T & B). destruct (table_points_spec K _ _ _ T Dx) as (i & Li & ->).
    unfold at_. cbn [nth]. rewrite entry_nth by lia. rewrite Z.sub_0_r. assert (I : In (nth (Z.to_nat i) l 0) l) by (apply nth_In; lia).
    apply B in I. rewrite andb_true_iff, Z.leb_le, Z.ltb_lt in I. exists (nth (Z.to_nat i) l 0). split; [lia|reflexivity].
Qed.
