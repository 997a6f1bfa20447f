(** Contractions (P13): if a matrix M makes ‖I - M J‖ < 1 in a weighted maximum norm, for all J that the slopes of the units allow as
    the secant matrix of f between x and y, then f(x) <> f(y) unless x = y.

    The rows of M J are bounded from the output back to the input: the form M df in dx and the dh of the units, in which each
    dh = c dz, least slope <= c <= greatest slope, is replaced by its range, the last unit first. Bounds are integers over one
    denominator, rounded outwards. *)
Require Import ZArith QArith Qround List Bool Lia Field.
From Bijection Require Import Maps OField Network Exact Domains Statements Intervals Rank Affine Hull RankRules Homogeneous Secants Strongly.
Import ListNotations.
Open Scope Z_scope.

(** The matrix M over its denominator, the weights of the norm ‖x‖ = max |x_i| / weight_i, the denominator of bounds. *)
Record contraction := Contraction { inverse : list (list Z); inverse_over : positive; norm : list Z; precision : positive }.

(** ** Ranges of coefficients: integers over the precision *)

Definition range := (Z * Z)%type.
Definition up (a b : Z) : Z := - ((- a) / b).

Fixpoint start (size : nat) (p d : Z) (form : list Z) : list range :=
  match size with
  | O => []
  | S k => match form with c :: r => (p * c / d, up (p * c) d) :: start k p d r | [] => (0, 0) :: start k p d [] end
  end.

(** The range of t * s for t in the range and a <= s <= b. *)
Definition times (t : range) (a b : Q) : Q * Q :=
  let corners := [inject_Z (fst t) * a; inject_Z (fst t) * b; inject_Z (snd t) * a; inject_Z (snd t) * b]%Q in
  (fold_right qmin (hd 0%Q corners) corners, fold_right qmax (hd 0%Q corners) corners).

Fixpoint spread (c : Q * Q) (d : positive) (form : list Z) (row : list range) : list range :=
  match form, row with
  | a :: form', (l, h) :: row' =>
      (if a =? 0 then (l, h)
       else let '(p, q) := if 0 <? a then c else (snd c, fst c) in
            (l + Qnum p * a / (Zpos (Qden p) * Zpos d), h + up (Qnum q * a) (Zpos (Qden q) * Zpos d)))
      :: spread c d form' row'
  | _, _ => row
  end.

Fixpoint without (v : nat) (row : list range) : list range :=
  match v, row with O, _ :: r => (0, 0) :: r | S v', t :: r => t :: without v' r | _, [] => [] end.

(** The coefficient of a unit goes to those of its input. *)
Definition substitute (b : bend) (row : list range) : list range :=
  spread (times (nth (variable b) row (0, 0)) (least_slope b) (greatest_slope b)) (input_denominator b) (input_form b) (without (variable b) row).

(** A bound of the sum of the |u_j - t_j| weight_j for t_j in the ranges. *)
Fixpoint distance (u norm : list Z) (row : list range) : Z :=
  match u, norm, row with
  | o :: u', w :: norm', (l, h) :: row' => w * Z.max (Z.abs (o - l)) (Z.abs (o - h)) + distance u' norm' row'
  | _, _, _ => 0
  end.

Definition close (n : nat) (p : Z) (norm : list Z) (i : nat) (row : list range) : bool :=
  forallb (fun t => (fst t =? 0) && (snd t =? 0)) (skipn n row) && (distance (map (Z.mul p) (unit n i)) norm row <? p * nth i norm 0).

Definition contracts (f : network) (n : nat) (slopes : list (list (Q * Q))) (c : contraction) : bool :=
  match differences f slopes [(map (variable_form 1) (seq 0 n), 1%positive)] n with
  | Some (ms, size, bs) =>
      let '(rows, e) := last ms ([], 1%positive) in
      let p := Zpos (precision c) in
      (length (norm c) =? n)%nat && (length (inverse c) =? n)%nat && forallb (Z.ltb 0) (norm c) &&
      forallb (fun b => Qle_bool (least_slope b) (greatest_slope b)) bs &&
      forallb (fun im => close n p (norm c) (fst im) (fold_right substitute (start size p (Zpos (e * inverse_over c)) (pcomb (snd im) rows)) bs))
        (combine (seq 0 n) (inverse c))
  | None => false
  end.

(** The rule: the slopes are those on the domain. *)
Definition contraction_rule (c : contraction) : rule := fun goal =>
  match goal with
  | Injective (Net f) D =>
      match hull D, dimension D with
      | Some sides, Some n => let g := pruned f in given (all_bend g && contracts g n (slopes_on g sides) c) []
      | _, _ => None
      end
  | _ => None
  end.

Section Sound.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Local Notation inQ := (@OField.inQ K).
Local Notation inZ := (@OField.inZ K).
Let ne := den_ne K.

(** ** The norm *)

Definition size_of (t : K) : K := kmax t (- t).

Lemma size_bounds t : t <= size_of t /\ - t <= size_of t.
Proof. apply kmax_ge. Qed.

Lemma size_least t s : t <= s -> - t <= s -> size_of t <= s.
Proof. unfold size_of, kmax. destruct (kle_dec t (- t)); trivial. Qed.

Lemma size_nonneg t : 0 <= size_of t.
Proof.
  destruct (size_bounds t) as (A & B). destruct (kle_total K 0 t) as [H|H]; [apply kle_trans with t; trivial|].
  apply kle_trans with (- t); trivial. apply opp_nonneg, H.
Qed.

Lemma size_zero t : size_of t <= 0 -> t = 0.
Proof.
  intro H. destruct (size_bounds t) as (A & B). apply kle_antisym; [apply kle_trans with (size_of t); trivial|].
  replace t with (- - t) by ring. apply opp_nonneg. apply kle_trans with (size_of t); trivial.
Qed.

Lemma size_add s t : size_of (s + t) <= size_of s + size_of t.
Proof.
  destruct (size_bounds s) as (A & B), (size_bounds t) as (C & D). apply size_least; [apply add_le; trivial|].
  replace (- (s + t)) with (- s + - t) by ring. apply add_le; trivial.
Qed.

Lemma size_mul s t : size_of (s * t) <= size_of s * size_of t.
Proof.
  destruct (size_bounds s) as (A & B), (size_bounds t) as (C & D). assert (P := size_nonneg s).
  assert (H : forall u v : K, u <= size_of s -> - u <= size_of s -> v <= size_of t -> - v <= size_of t -> u * v <= size_of s * size_of t).
  { intros u v U U' V V'. apply kle_trans with (size_of s * size_of v).
    - destruct (size_bounds v) as (E & F). destruct (kle_total K 0 u) as [G|G].
      + apply kle_trans with (u * size_of v); [apply mul_le_l; trivial|]. replace (u * size_of v) with (size_of v * u) by ring. replace (size_of s * size_of v) with (size_of v * size_of s) by ring.
        apply mul_le_l; trivial. apply size_nonneg.
      + replace (u * v) with (- u * - v) by ring. apply kle_trans with (- u * size_of v); [apply mul_le_l; trivial; apply opp_nonneg, G|].
        replace (- u * size_of v) with (size_of v * - u) by ring. replace (size_of s * size_of v) with (size_of v * size_of s) by ring. apply mul_le_l; trivial. apply size_nonneg.
    - apply mul_le_l; trivial. apply size_least; trivial. }
  apply size_least; [apply H; trivial|]. replace (- (s * t)) with (- s * t) by ring. apply H; trivial. replace (- - s) with s by ring. exact A.
Qed.

(** The sum of the |a_j| w_j. *)
Fixpoint weighed (w a : list K) : K := match w, a with s :: w', t :: a' => s * size_of t + weighed w' a' | _, _ => 0 end.

Lemma most (g : nat -> K) n : (0 < n)%nat -> exists i, (i < n)%nat /\ forall j, (j < n)%nat -> g j <= g i.
Proof.
  induction n as [|n IH]; intro P; [lia|]. destruct n as [|n]; [exists O; split; [lia|]; intros j J; replace j with O by lia; apply le_refl|].
  destruct IH as (i & L & M); [lia|]. destruct (kle_dec (g (S n)) (g i)) as [G|G].
  - exists i. split; [lia|]. intros j J. destruct (Nat.eq_dec j (S n)) as [->|]; trivial. apply M. lia.
  - exists (S n). split; [lia|]. intros j J. destruct (Nat.eq_dec j (S n)) as [->|]; [apply le_refl|]. apply kle_trans with (g i); [apply M; lia|apply lt_le, G].
Qed.

(** A x = 0 and ‖I - A‖ < 1 imply x = 0: x_i = <a, x> for the rows a of I - A. *)
Theorem small_norm (w x : list K) : length w = length x -> Forall (fun t => 0 < t) w ->
  (forall i, (i < length x)%nat -> exists a, nth i x 0 = dotK a x /\ length a = length x /\ weighed w a < nth i w 0) -> Forall (fun t => t = 0) x.
Proof.
  intros Lw W H. destruct (Nat.eq_dec (length x) 0) as [Z|Z]; [destruct x; [constructor|discriminate]|].
  assert (Wp : forall i, (i < length x)%nat -> 0 < nth i w 0). { intros i L. rewrite Forall_forall in W. apply W, nth_In. lia. }
  destruct (most (fun i => size_of (nth i x 0) / nth i w 0) (length x)) as (i & Li & M); [lia|].
  set (r := size_of (nth i x 0) / nth i w 0) in M.
  assert (Bound : forall j, (j < length x)%nat -> size_of (nth j x 0) <= r * nth j w 0).
  { intros j L. assert (P := Wp j L). replace (size_of (nth j x 0)) with (nth j w 0 * (size_of (nth j x 0) / nth j w 0)) by (field; apply pos_ne, P).
    replace (r * nth j w 0) with (nth j w 0 * r) by ring. apply mul_le_l; [apply lt_le, P|apply M, L]. }
  assert (Rn : 0 <= r). { unfold r. rewrite div_eq_mul. apply kmul_nonneg; [apply size_nonneg|apply lt_le, inv_pos, Wp, Li]. }
  assert (Sum : forall a v u : list K, length a = length v -> length u = length v -> (forall j, (j < length v)%nat -> size_of (nth j v 0) <= r * nth j u 0) -> size_of (dotK a v) <= r * weighed u a).
  { clear - Rn. induction a as [|s a IH]; intros [|t v] [|q u] La Lu B; try discriminate; cbn [dotK weighed].
    - apply kle_trans with 0; [apply size_least; apply eq_le; ring|apply eq_le; ring].
    - apply kle_trans with (size_of (s * t) + size_of (dotK a v)); [apply size_add|]. replace (r * (q * size_of s + weighed u a)) with (size_of s * (r * q) + r * weighed u a) by ring.
      apply add_le.
      + apply kle_trans with (size_of s * size_of t); [apply size_mul|]. apply mul_le_l; [apply size_nonneg|]. apply (B O). simpl. lia.
      + apply IH; [injection La; trivial|injection Lu; trivial|]. intros j J. apply (B (S j)). simpl. lia. }
  assert (R0 : r <= 0).
  { destruct (H i Li) as (a & X & La & N).
    assert (B := Sum a x w La Lw Bound). rewrite <- X in B. destruct (kle_dec r 0) as [|P]; trivial. exfalso. apply N.
    apply (mul_le_cancel K r); [exact P|]. apply kle_trans with (2 := B). unfold r. apply eq_le. field. apply pos_ne, Wp, Li. }
  apply Forall_forall. intros t I. destruct (In_nth _ _ 0 I) as (j & Lj & <-). apply size_zero. apply kle_trans with (1 := Bound j Lj).
  replace (r * nth j w 0) with (nth j w 0 * r) by ring. apply kle_trans with (nth j w 0 * 0); [apply mul_le_l; trivial; apply lt_le, Wp, Lj|apply eq_le; ring].
Qed.

(** ** Ranges *)

Lemma div_low (a d : Z) : (0 < d)%Z -> inZ (a / d) <= inZ a / inZ d.
Proof.
  intro P. assert (Pd := inZ_pos K d P). apply (mul_le_cancel K (inZ d)); [exact Pd|].
  replace (inZ d * (inZ a / inZ d)) with (inZ a) by (field; apply pos_ne, Pd). rewrite <- inZ_mul. apply inZ_le. apply Z.mul_div_le, P.
Qed.

Lemma div_up (a d : Z) : (0 < d)%Z -> inZ a / inZ d <= inZ (up a d).
Proof.
  intro P. assert (Pd := inZ_pos K d P). unfold up. rewrite inZ_opp. assert (H := div_low (- a) d P). rewrite inZ_opp in H. apply opp_le in H.
  replace (inZ a / inZ d) with (- (- inZ a / inZ d)) by (field; apply pos_ne, Pd). exact H.
Qed.

Variable p : positive.
Definition held (t : range) (u : K) : Prop := inZ (fst t) <= inZ (Zpos p) * u /\ inZ (Zpos p) * u <= inZ (snd t).

Lemma held_zero : held (0%Z, 0%Z) 0.
Proof. split; cbn [fst snd]; rewrite inZ_0; apply eq_le; ring. Qed.

Lemma held_only t u : t = (0%Z, 0%Z) -> held t u -> u = 0.
Proof.
  intros -> (A & B). cbn [fst snd] in *. rewrite inZ_0 in *. assert (E : inZ (Zpos p) * u = 0) by (apply kle_antisym; trivial).
  destruct (mul_zero K _ _ E) as [F|F]; trivial. destruct (ne p F).
Qed.

Lemma start_ok d size : forall form (w : list K), length w = size -> exists ts, Forall2 held (start size (Zpos p) (Zpos d) form) ts /\ dotK ts w = dotZ form w / inZ (Zpos d).
Proof.
  induction size as [|k IH]; intros form [|s w] L; try discriminate; cbn [start].
  - exists []. split; [constructor|]. destruct form; cbn [dotK dotZ]; field; apply ne.
  - destruct form as [|c r].
    + destruct (IH [] w) as (ts & F & E); [injection L; trivial|]. exists (0 :: ts). split; [constructor; [apply held_zero|exact F]|]. cbn [dotK]. rewrite E. cbn [dotZ]. field. apply ne.
    + destruct (IH r w) as (ts & F & E); [injection L; trivial|]. exists (inZ c / inZ (Zpos d) :: ts). split.
      * constructor; [|exact F]. split; cbn [fst snd]; replace (inZ (Zpos p) * (inZ c / inZ (Zpos d))) with (inZ (Zpos p * c) / inZ (Zpos d)) by (rewrite inZ_mul; field; apply ne); [apply div_low|apply div_up]; reflexivity.
      * cbn [dotK dotZ]. rewrite E. field. apply ne.
Qed.

Lemma corner (u a b s : K) : a <= s -> s <= b -> (u * a <= u * s \/ u * b <= u * s) /\ (u * s <= u * a \/ u * s <= u * b).
Proof. intros A B. destruct (kle_total K 0 u) as [P|P]; split; auto using mul_le_l, mul_le_l_neg. Qed.

Lemma times_ok t a b (u s : K) : held t u -> inQ a <= s -> s <= inQ b -> inQ (fst (times t a b)) <= inZ (Zpos p) * u * s /\ inZ (Zpos p) * u * s <= inQ (snd (times t a b)).
Proof.
  intros (L & H) A B. set (v := inZ (Zpos p) * u) in *. unfold times. cbn [fst snd hd]. set (cs := [_; _; _; _]).
  assert (Low : forall q c, In c cs -> (inQ c : K) <= q -> inQ (fold_right qmin (inject_Z (fst t) * a)%Q cs) <= q).
  { intros q c I C. apply kle_trans with (inQ c); trivial. clear - I. revert I. generalize cs. induction cs0 as [|d l IH]; intro I; [destruct I|]. cbn [fold_right]. destruct (qmin_le K d (fold_right qmin (inject_Z (fst t) * a)%Q l)) as (X & Y).
    destruct I as [->|I]; [exact X|]. apply kle_trans with (1 := Y). apply IH, I. }
  assert (High : forall q c, In c cs -> q <= (inQ c : K) -> q <= inQ (fold_right qmax (inject_Z (fst t) * a)%Q cs)).
  { intros q c I C. apply kle_trans with (inQ c); trivial. clear - I. revert I. generalize cs. induction cs0 as [|d l IH]; intro I; [destruct I|]. cbn [fold_right]. destruct (qmax_le K d (fold_right qmax (inject_Z (fst t) * a)%Q l)) as (X & Y).
    destruct I as [->|I]; [exact X|]. apply kle_trans with (2 := Y). apply IH, I. }
  assert (Val : forall z q, (inQ (inject_Z z * q)%Q : K) = inQ q * inZ z) by (intros z q; rewrite inQ_mul, <- inZ_Q; ring).
  destruct (corner v _ _ s A B) as ([C|C] & [D|D]); split.
  all: try (destruct (corner (inQ a) _ _ v L H) as (E & F)). all: try (destruct (corner (inQ b) _ _ v L H) as (E' & F')).
  all: replace (v * inQ a) with (inQ a * v) in * by ring; replace (v * inQ b) with (inQ b * v) in * by ring.
  all: try (destruct E as [E|E]); try (destruct F as [F|F]); try (destruct E' as [E'|E']); try (destruct F' as [F'|F']).
  all: first
    [ apply (Low _ (inject_Z (fst t) * a)%Q); [simpl; auto|]; rewrite Val; apply kle_trans with (2 := C); assumption
    | apply (Low _ (inject_Z (snd t) * a)%Q); [simpl; auto|]; rewrite Val; apply kle_trans with (2 := C); assumption
    | apply (Low _ (inject_Z (fst t) * b)%Q); [simpl; auto|]; rewrite Val; apply kle_trans with (2 := C); assumption
    | apply (Low _ (inject_Z (snd t) * b)%Q); [simpl; auto|]; rewrite Val; apply kle_trans with (2 := C); assumption
    | apply (High _ (inject_Z (fst t) * a)%Q); [simpl; auto|]; rewrite Val; apply kle_trans with (1 := D); assumption
    | apply (High _ (inject_Z (snd t) * a)%Q); [simpl; auto|]; rewrite Val; apply kle_trans with (1 := D); assumption
    | apply (High _ (inject_Z (fst t) * b)%Q); [simpl; auto|]; rewrite Val; apply kle_trans with (1 := D); assumption
    | apply (High _ (inject_Z (snd t) * b)%Q); [simpl; auto|]; rewrite Val; apply kle_trans with (1 := D); assumption ].
Qed.

Lemma spread_ok c d (u : K) : inQ (fst c) <= inZ (Zpos p) * u -> inZ (Zpos p) * u <= inQ (snd c) -> forall form row ts w, Forall2 held row ts -> length ts = length w ->
  exists ts', Forall2 held (spread c d form row) ts' /\ length ts' = length w /\ dotK ts' w = dotK ts w + u * (dotZ form w / inZ (Zpos d)).
Proof.
  intros A B. induction form as [|a form IH]; intros row ts w F L.
  { exists ts. split; [destruct row; exact F|]. split; [exact L|]. cbn [dotZ]. field. apply ne. }
  destruct F as [|(l, h) t row ts (T1 & T2) F]; destruct w as [|s w]; try discriminate.
  { exists []. split; [constructor|]. split; [reflexivity|]. cbn [dotK dotZ]. field. apply ne. }
  destruct (IH row ts w F) as (ts' & F' & L' & E); [injection L; trivial|]. exists (t + u * (inZ a / inZ (Zpos d)) :: ts'). cbn [spread]. cbn [fst snd] in T1, T2. split; [|split; [cbn [length]; congruence|]].
  2: { cbn [dotK dotZ]. rewrite E. field. apply ne. }
  constructor; [|exact F'].
  assert (Part : forall q : Q, inZ (Qnum q * a) / inZ (Zpos (Qden q) * Zpos d) = inQ q * inZ a / inZ (Zpos d)) by (intro q; unfold OField.inQ; rewrite !inZ_mul; field; split; apply ne).
  assert (Id : 0 <= kinv (inZ (Zpos d))) by (apply lt_le, inv_pos, den_pos).
  assert (Goal : forall q1 q2, inQ q1 * inZ a <= inZ (Zpos p) * u * inZ a -> inZ (Zpos p) * u * inZ a <= inQ q2 * inZ a ->
    held (l + Qnum q1 * a / (Zpos (Qden q1) * Zpos d), h + up (Qnum q2 * a) (Zpos (Qden q2) * Zpos d))%Z (t + u * (inZ a / inZ (Zpos d)))).
  { intros q1 q2 Q1 Q2. assert (Split : inZ (Zpos p) * (t + u * (inZ a / inZ (Zpos d))) = inZ (Zpos p) * t + kinv (inZ (Zpos d)) * (inZ (Zpos p) * u * inZ a)) by (field; apply ne).
    split; cbn [fst snd]; rewrite inZ_add, Split; apply add_le; trivial.
    - apply kle_trans with (inZ (Qnum q1 * a) / inZ (Zpos (Qden q1) * Zpos d)); [apply div_low; reflexivity|]. rewrite Part.
      replace (inQ q1 * inZ a / inZ (Zpos d)) with (kinv (inZ (Zpos d)) * (inQ q1 * inZ a)) by (field; apply ne). apply mul_le_l; trivial.
    - apply kle_trans with (inZ (Qnum q2 * a) / inZ (Zpos (Qden q2) * Zpos d)); [|apply div_up; reflexivity]. rewrite Part.
      replace (inQ q2 * inZ a / inZ (Zpos d)) with (kinv (inZ (Zpos d)) * (inQ q2 * inZ a)) by (field; apply ne). apply mul_le_l; trivial. }
  assert (Comm : forall s t : K, s * t = t * s) by (intros; ring).
  destruct (Z.eqb_spec a 0) as [->|N].
  - rewrite inZ_0. replace (t + u * (0 / inZ (Zpos d))) with t by (field; apply ne). split; trivial.
  - destruct (Z.ltb_spec 0 a) as [P|P].
    + destruct c as (c1, c2). cbn [fst snd] in *. assert (Pa := inZ_nonneg K a ltac:(lia)). apply Goal; rewrite !(Comm _ (inZ a)); apply mul_le_l; trivial.
    + cbn [fst snd]. assert (Pa : inZ a <= 0) by (rewrite <- inZ_0; apply inZ_le; lia). apply Goal; rewrite !(Comm _ (inZ a)); apply mul_le_l_neg; trivial.
Qed.

Lemma without_ok v row ts (w : list K) : Forall2 held row ts -> length ts = length w ->
  exists ts', Forall2 held (without v row) ts' /\ length ts' = length w /\ dotK ts w = dotK ts' w + nth v ts 0 * nth v w 0.
Proof.
  intro F. revert v w. induction F as [|r t row ts H F IH]; intros v [|s w] L; try discriminate.
  { exists []. split; [destruct v; constructor|]. split; [reflexivity|]. destruct v; cbn [nth dotK]; ring. }
  destruct v as [|v]; cbn [without nth].
  - exists (0 :: ts). split; [constructor; [apply held_zero|exact F]|]. split; [exact L|]. cbn [dotK]. ring.
  - destruct (IH v w) as (ts' & F' & L' & E); [injection L; trivial|]. exists (t :: ts'). split; [constructor; trivial|]. split; [cbn [length]; congruence|]. cbn [dotK]. rewrite E. ring.
Qed.

(** Between two slopes: a slope between them. *)
Lemma slope_between a b (dz dh : K) : inQ a <= inQ b -> between_slopes K (a, b) dz dh -> exists s, inQ a <= s /\ s <= inQ b /\ dh = s * dz.
Proof.
  unfold between_slopes. cbn [fst snd]. intros L H. destruct (eq_dec K dz 0) as [->|N].
  - exists (inQ a). split; [apply le_refl|]. split; [exact L|]. replace ((dh - inQ a * 0) * (inQ b * 0 - dh)) with (- (dh * dh)) in H by ring.
    assert (E : dh * dh = 0). { apply kle_antisym; [|apply square_nonneg]. replace (dh * dh) with (- - (dh * dh)) by ring. replace (0 : K) with (- (0 : K)) by ring. apply opp_le, H. }
    destruct (mul_zero K _ _ E) as [->| ->]; ring.
  - set (s := dh / dz). assert (E : dh = s * dz) by (unfold s; field; exact N). rewrite E in H.
    replace ((s * dz - inQ a * dz) * (inQ b * dz - s * dz)) with ((s - inQ a) * (inQ b - s) * (dz * dz)) in H by ring.
    assert (P : 0 < dz * dz). { intro F. destruct (mul_zero K dz dz) as [Q|Q]; try contradiction. apply kle_antisym; [exact F|apply square_nonneg]. }
    assert (Q : 0 <= (s - inQ a) * (inQ b - s)).
    { apply (mul_le_cancel K (dz * dz)); [exact P|]. replace (dz * dz * 0) with (0 : K) by ring. replace (dz * dz * ((s - inQ a) * (inQ b - s))) with ((s - inQ a) * (inQ b - s) * (dz * dz)) by ring. exact H. }
    exists s. split; [|split; [|exact E]].
    + destruct (kle_dec (inQ a) s) as [|F]; trivial. exfalso. assert (X : 0 < inQ a - s) by (apply (proj1 (lt_diff K _ _)), F).
      assert (Y : 0 < inQ b - s) by (apply (proj1 (lt_diff K _ _)), lt_le_trans with (inQ a); trivial). apply (mul_pos K _ _ X Y).
      replace ((inQ a - s) * (inQ b - s)) with (- ((s - inQ a) * (inQ b - s))) by ring. replace (0 : K) with (- (0 : K)) by ring. apply opp_le, Q.
    + destruct (kle_dec s (inQ b)) as [|F]; trivial. exfalso. assert (X : 0 < s - inQ b) by (apply (proj1 (lt_diff K _ _)), F).
      assert (Y : 0 < s - inQ a) by (apply (proj1 (lt_diff K _ _)), le_lt_trans with (inQ b); trivial). apply (mul_pos K _ _ Y X).
      replace ((s - inQ a) * (s - inQ b)) with (- ((s - inQ a) * (inQ b - s))) by ring. replace (0 : K) with (- (0 : K)) by ring. apply opp_le, Q.
Qed.

Lemma substitute_ok b row ts (w : list K) : Qle_bool (least_slope b) (greatest_slope b) = true -> bend_ok K w b -> Forall2 held row ts -> length ts = length w ->
  exists ts', Forall2 held (substitute b row) ts' /\ length ts' = length w /\ dotK ts' w = dotK ts w.
Proof.
  intros O (_ & _ & B) F L. apply (Qle_bool_spec K) in O. destruct (slope_between _ _ _ _ O B) as (s & S1 & S2 & E).
  destruct (without_ok (variable b) row ts w F L) as (ts1 & F1 & L1 & E1).
  assert (H : held (nth (variable b) row (0, 0)%Z) (nth (variable b) ts 0)) by (apply Forall2_nth; [apply held_zero|exact F]).
  destruct (times_ok _ _ _ _ s H S1 S2) as (T1 & T2). set (u := nth (variable b) ts 0) in *.
  destruct (spread_ok (times (nth (variable b) row (0, 0)%Z) (least_slope b) (greatest_slope b)) (input_denominator b) (u * s)) with (form := input_form b) (row := without (variable b) row) (ts := ts1) (w := w) as (ts' & F' & L' & E'); trivial.
  { replace (inZ (Zpos p) * (u * s)) with (inZ (Zpos p) * u * s) by ring. exact T1. }
  { replace (inZ (Zpos p) * (u * s)) with (inZ (Zpos p) * u * s) by ring. exact T2. }
  exists ts'. split; [exact F'|]. split; [exact L'|]. rewrite E', E1, E. ring.
Qed.

Lemma substitutes_ok bs row ts (w : list K) : forallb (fun b => Qle_bool (least_slope b) (greatest_slope b)) bs = true -> Forall (bend_ok K w) bs -> Forall2 held row ts -> length ts = length w ->
  exists ts', Forall2 held (fold_right substitute row bs) ts' /\ length ts' = length w /\ dotK ts' w = dotK ts w.
Proof.
  intros O B F L. induction B as [|b bs Hb B IH]; cbn [fold_right forallb] in *; [exists ts; auto|]. apply andb_true_iff in O. destruct O as (O1 & O2).
  destruct (IH O2) as (ts1 & F1 & L1 & E1). destruct (substitute_ok b _ ts1 w O1 Hb F1 L1) as (ts2 & F2 & L2 & E2). exists ts2. split; [exact F2|]. split; [exact L2|]. congruence.
Qed.

(** ** The rows of I - M J *)

Lemma distance_ok us norm row ts : Forall2 held row ts -> (length us <= length ts)%nat -> length norm = length us -> Forall (fun q => (0 < q)%Z) norm ->
  weighed (map inZ norm) (zip (fun o t => inZ o / inZ (Zpos p) - t) us ts) <= inZ (distance us norm row) / inZ (Zpos p).
Proof.
  intro F. revert us norm. induction F as [|(l, h) t row ts (A & B) F IH]; intros [|o us] [|q norm] Lu Ln Q; try discriminate; cbn [map zip weighed distance length] in *; try lia.
  1, 2: rewrite inZ_0; apply eq_le; field; apply ne.
  inversion Q as [|? ? Qp Q']; subst. cbn [fst snd] in *. rewrite inZ_add, inZ_mul.
  replace ((inZ q * inZ (Z.max (Z.abs (o - l)) (Z.abs (o - h))) + inZ (distance us norm row)) / inZ (Zpos p)) with
    (inZ q * (inZ (Z.max (Z.abs (o - l)) (Z.abs (o - h))) / inZ (Zpos p)) + inZ (distance us norm row) / inZ (Zpos p)) by (field; apply ne).
  apply add_le; [|apply IH; trivial; lia]. apply mul_le_l; [apply inZ_nonneg; lia|].
  assert (Scale : forall u : K, inZ (Zpos p) * u <= inZ (Z.max (Z.abs (o - l)) (Z.abs (o - h))) -> u <= inZ (Z.max (Z.abs (o - l)) (Z.abs (o - h))) / inZ (Zpos p)).
  { intros u H. apply (mul_le_cancel K (inZ (Zpos p))); [apply den_pos|]. replace (inZ (Zpos p) * (inZ (Z.max (Z.abs (o - l)) (Z.abs (o - h))) / inZ (Zpos p))) with (inZ (Z.max (Z.abs (o - l)) (Z.abs (o - h)))) by (field; apply ne). exact H. }
  apply size_least; apply Scale.
  - replace (inZ (Zpos p) * (inZ o / inZ (Zpos p) - t)) with (inZ o + - (inZ (Zpos p) * t)) by (field; apply ne). apply kle_trans with (inZ (o - l)); [|apply inZ_le; lia].
    rewrite inZ_sub. replace (inZ o - inZ l) with (inZ o + - inZ l) by ring. apply add_le; [apply le_refl|apply opp_le, A].
  - replace (inZ (Zpos p) * - (inZ o / inZ (Zpos p) - t)) with (inZ (Zpos p) * t + - inZ o) by (field; apply ne). apply kle_trans with (inZ (h - o)); [|apply inZ_le; lia].
    rewrite inZ_sub. replace (inZ h - inZ o) with (inZ h + - inZ o) by ring. apply add_le; [exact B|apply le_refl].
Qed.

Lemma rest_zero n row ts (x u : list K) : length x = n -> Forall2 held row ts -> length ts = length (x ++ u) -> forallb (fun t => (fst t =? 0)%Z && (snd t =? 0)%Z) (skipn n row) = true ->
  dotK ts (x ++ u) = dotK (firstn n ts) x.
Proof.
  intros <-. revert row ts. induction x as [|s x IH]; intros row ts F L Z.
  - cbn [length skipn app firstn dotK] in *. clear L. revert u. induction F as [|(l, h) t row ts H F IH]; intros [|q u]; cbn [dotK]; trivial. cbn [forallb fst snd] in Z. rewrite !andb_true_iff, !Z.eqb_eq in Z. destruct Z as ((-> & ->) & Z).
    rewrite IH by exact Z. rewrite (held_only _ t eq_refl H). ring.
  - destruct F as [|r t row ts H F]; [discriminate|]. cbn [length skipn app firstn dotK] in *. rewrite (IH row ts); trivial. injection L. trivial.
Qed.

Lemma unit_combination n i ts (x : list K) : length x = n -> length ts = n -> (i < n)%nat -> dotK ts x = 0 ->
  nth i x 0 = dotK (zip (fun o t => inZ o / inZ (Zpos p) - t) (map (Z.mul (Zpos p)) (unit n i)) ts) x.
Proof.
  intros Lx Lt Li Z0. assert (G : forall us, length us = n -> dotK (zip (fun o t => inZ o / inZ (Zpos p) - t) (map (Z.mul (Zpos p)) us) ts) x = dotZ us x - dotK ts x).
  { clear - Lx Lt ne. subst n. revert ts Lt. induction x as [|s x IH]; intros [|t ts] Lt [|o us] L; try discriminate; cbn [map zip dotK dotZ]; [ring|].
    rewrite IH by (injection Lt; injection L; trivial). rewrite inZ_mul. field. apply ne. }
  rewrite G, Z0, unit_dot; [ring|]. unfold unit. rewrite app_length. cbn [length]. rewrite !repeat_length. lia.
Qed.
End Sound.

Lemma numbered A (l : list A) i a s n : nth_error l i = Some a -> (i < n)%nat -> In ((s + i)%nat, a) (combine (seq s n) l).
Proof.
  revert l s n. induction i as [|i IH]; intros [|b l] s [|n] E L; try discriminate; try lia; cbn [nth_error seq combine] in *.
  - injection E as ->. left. rewrite Nat.add_0_r. reflexivity.
  - right. rewrite <- Nat.add_succ_comm. apply IH; [exact E|lia].
Qed.

Lemma start_length size p d form : length (start size p d form) = size.
Proof. revert form. induction size as [|k IH]; intros [|c r]; cbn [start length]; auto. Qed.

Lemma zip_firstn A B C (g : A -> B -> C) u v n : length u = n -> zip g u (firstn n v) = zip g u v.
Proof. intros <-. revert v. induction u as [|a u IH]; intros [|b v]; cbn [length firstn zip]; trivial. rewrite IH. reflexivity. Qed.

Lemma all_equal A (a : A) l : Forall (fun t => t = a) l -> l = repeat a (length l).
Proof. induction 1 as [|t l -> F IH]; cbn [length repeat]; [reflexivity|]. rewrite <- IH. reflexivity. Qed.

Section Theorem_.
Variable K : ofield.
Add Field Kf2 : (kth K).
Let ne := den_ne K.

Theorem contracts_ok f n slopes c (x y : list K) : contracts f n slopes c = true -> length x = n -> length y = n ->
  (forall k nd, nth_error f k = Some nd -> let j := hd O (inputs nd) in
     node_slopes K (does nd) (nth k slopes []) (nth j (trace f x) []) (nth j (trace f y) []) /\
     match does nd with Pointwise _ => match inputs nd with [j] => (j < 1 + k)%nat | _ => False end | _ => True end) ->
  value f x = value f y -> x = y.
Proof.
  intros C Lx Ly Hs V. unfold contracts in C. destruct (differences f slopes _ n) as [((ms, size), bs)|] eqn:D; [|discriminate].
  destruct (equal_values K f n slopes ms size bs x y D Lx Ly Hs V) as (u & U1 & U2 & Z0). set (dx := zip ksub x y) in *. set (w := dx ++ u) in *.
  destruct (last ms ([], 1%positive)) as (rows, e). cbn [fst] in Z0. cbv zeta in C. rewrite !andb_true_iff, !Nat.eqb_eq in C. destruct C as ((((Ln & Li) & Np) & Or) & R).
  assert (Ld : length dx = n) by (unfold dx; rewrite zip_length; congruence).
  assert (Np' : Forall (fun q => (0 < q)%Z) (norm c)) by (rewrite forallb_forall in Np; apply Forall_forall; intros q I; apply Z.ltb_lt, Np, I).
  apply (sub_zero K x y n Lx Ly). fold dx. rewrite <- Ld. apply all_equal. apply (small_norm K (map inZ (norm c))).
  - rewrite map_length. congruence.
  - apply Forall_forall. intros t I. apply in_map_iff in I. destruct I as (q & <- & I). apply inZ_pos. rewrite Forall_forall in Np'. apply Np', I.
  - intros i L. rewrite Ld in L. destruct (nth_error (inverse c) i) as [line|] eqn:El; [|apply nth_error_None in El; lia]. rewrite forallb_forall in R.
    specialize (R _ (numbered _ _ _ _ O n El L)). cbn [Nat.add fst snd] in R. unfold close in R. apply andb_true_iff in R. destruct R as (Rest & Dist). apply Z.ltb_lt in Dist.
    destruct (start_ok K (precision c) (e * inverse_over c) size (pcomb line rows) w U1) as (ts0 & F0 & E0).
    assert (L0 : length ts0 = length w) by (rewrite <- (Forall2_length _ _ _ _ _ F0), start_length; congruence).
    destruct (substitutes_ok K (precision c) bs _ ts0 w Or U2 F0 L0) as (ts & F & Lt & E). rewrite E0, pcomb_ok in E.
    rewrite (zero_values K line (map (fun r => dotZ r w) rows)) in E.
    2: { apply Forall_forall. intros t I. apply in_map_iff in I. destruct I as (r & <- & I). apply Z0, I. }
    assert (E' : dotK ts w = k0) by (rewrite E; field; apply ne). unfold w in E'. rewrite (rest_zero K (precision c) n _ ts dx u Ld F Lt Rest) in E'.
    assert (Ln' : (n <= length ts)%nat) by (rewrite Lt; unfold w; rewrite app_length; lia).
    set (us := map (Z.mul (Zpos (precision c))) (unit n i)) in *. assert (Lu : length us = n).
    { unfold us, unit. rewrite map_length, app_length. cbn [length]. rewrite !repeat_length. lia. }
    exists (zip (fun o t => inZ o / inZ (Zpos (precision c)) - t)%K us (firstn n ts)). split; [|split].
    + apply (unit_combination K (precision c) n i); trivial. rewrite firstn_length. lia.
    + rewrite zip_length; rewrite ?firstn_length; lia.
    + assert (B := distance_ok K (precision c) us (norm c) _ ts F ltac:(lia) ltac:(lia) Np'). rewrite <- (zip_firstn _ _ _ _ us ts n Lu) in B.
      apply le_lt_trans with (1 := B). rewrite (nth_indep _ k0 (inZ 0)) by (rewrite map_length; lia). rewrite map_nth. intro F1. apply (Zlt_not_le _ _ Dist). apply (inZ_le K).
      rewrite inZ_mul. set (far := distance us _ _) in *. replace (@inZ K far) with (inZ (Zpos (precision c)) * (inZ far / inZ (Zpos (precision c))) : K)%K by (field; apply ne).
      apply mul_le_l; [apply lt_le, den_pos|exact F1].
Qed.
End Theorem_.

Theorem contraction_proves c : sound (contraction_rule c).
Proof.
  intros [[f|] D| | | | | |] gs E K _; try discriminate. cbn [contraction_rule] in E. destruct (hull D) as [sides|] eqn:H; [|discriminate].
  destruct (dimension D) as [n|] eqn:N; [|discriminate]. apply given_some in E. destruct E as (E & _). apply andb_true_iff in E. destruct E as (B & C).
  intros x y Dx Dy V. cbn [image] in V. apply (contracts_ok K (pruned f) n (slopes_on (pruned f) sides) c); trivial.
  - apply (dimension_spec K D n x N Dx).
  - apply (dimension_spec K D n y N Dy).
  - apply slopes_on_ok; trivial; apply (hull_ok K D); trivial.
  - rewrite !pruned_ok. exact V.
Qed.
