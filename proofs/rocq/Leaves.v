(** Contraction leaves of split trees over two copies: the phases that a case has fixed bound the slopes of the units along secants
    between the two inputs, and with these bounds the network is a contraction up to a matrix (Contraction.v). *)
Require Import ZArith QArith List Bool Lia Field.
From Bijection Require Import Maps OField Network Exact Domains Statements Intervals Rank Affine Hull LayerTree Farkas Copies.
From Bijection Require Homogeneous Secants Strongly Contraction.
Import ListNotations.
Open Scope Z_scope.

(** ** What the constraints tell of a form *)

Fixpoint pivot (g r : list Z) : Z * Z :=
  match g, r with a :: g', b :: r' => if a =? 0 then pivot g' r' else (a, b) | _, _ => (0, 0) end.

(** r >= 0 implies g >= 0: but for the constant they are positive multiples of one another. *)
Definition implies (r g : list Z) : bool :=
  let '(a, b) := pivot (tl g) (tl r) in
  if 0 <? a * b then
    let t := padd (zscale (Z.abs b) g) (zscale (- Z.abs a) r) in
    forallb (Z.eqb 0) (tl t) && (0 <=? hd 0 t)
  else false.

Definition known (h : list constraint) (g : list Z) : bool := existsb (fun c => implies (form_of c) g) h.

(** Whether a unit has points above a breakpoint, and below it, at one of the two inputs. *)
Definition sides_of_breakpoint (N : nat) (h : list constraint) (c : neuron) (b : Q) : bool * bool :=
  let g := at_least N c b in
  (negb (known h (minus g) && known h (at_y N (minus g))), negb (known h g && known h (at_y N g))).

Definition secant_slopes (N : nat) (h : list constraint) (c : neuron) : Q * Q :=
  Secants.slope_range (first c) (map (fun m => (m, sides_of_breakpoint N h c (fst m))) (more c)).

(** A list for all units, node by node. *)
Fixpoint grouped {A} (f : network) (l : list A) : list (list A) :=
  match f with
  | [] => []
  | nd :: r => match does nd with Pointwise acts => let k := length (unroll acts) in firstn k l :: grouped r (skipn k l) | _ => [] :: grouped r l end
  end.

Fixpoint lines (n m : nat) (l : list Z) : list (list Z) := match n with O => [] | S n' => firstn m l :: lines n' m (skipn m l) end.

(** The reason: precision, denominator and width of the matrix, the norm, the matrix. *)
Definition contraction_of (n : nat) (reason : list Z) : Contraction.contraction :=
  match reason with
  | p :: q :: m :: rest => Contraction.Contraction (lines n (Z.to_nat m) (skipn n rest)) (Z.to_pos q) (firstn n rest) (Z.to_pos p)
  | _ => Contraction.Contraction [] 1 [] 1
  end.

Definition contraction_leaf (f : network) (n N : nat) (us : list neuron) (h : list constraint) (reason : list Z) : bool :=
  Strongly.all_bend f && Contraction.contracts f n (grouped f (map (secant_slopes N h) us)) (contraction_of n reason).

Definition split_tree (trees : list tree) : rule := split_tree_with contraction_leaf trees.

(** ** Which neuron a unit is *)

Lemma neurons_units d ss : forall next rows new, neurons next rows d ss = Some new -> length new = length ss /\
  forall i s, nth_error ss i = Some s -> exists c, nth_error new i = Some c /\ s = Pieces (first c) (more c) /\ nth_error rows i = Some (before c) /\ denominator_of c = d.
Proof.
  induction ss as [|s ss IH]; intros next [|r rows] new E; cbn [neurons] in E; try discriminate; try (destruct s; discriminate).
  { injection E as <-. split; [reflexivity|]. intros [|i] s H; discriminate. }
  destruct s as [p m| | | | |]; try discriminate. destruct (neurons (S next) rows d ss) as [l|] eqn:G; [|discriminate]. injection E as <-.
  destruct (IH (S next) rows l G) as (L & H). split; [cbn [length]; congruence|]. intros [|i] t Et; cbn [nth_error] in *.
  - injection Et as <-. eexists. split; [reflexivity|]. auto.
  - apply H, Et.
Qed.

Lemma crun_units A (g : neuron -> A) N f : forall ms next r us e, crun N f ms next = Some (r, us, e) ->
  (exists later, r = ms ++ later) /\
  forall k nd l j i s, nth_error f k = Some nd -> does nd = Pointwise l -> inputs nd = [j] -> (j < length ms + k)%nat -> nth_error (unroll l) i = Some s ->
    exists c, In c us /\ s = Pieces (first c) (more c) /\ nth_error (nth k (grouped f (map g us)) []) i = Some (g c) /\
      nth_error (fst (nth j r ([], 1%positive))) i = Some (before c) /\ denominator_of c = snd (nth j r ([], 1%positive)).
Proof.
  induction f as [|nd f IH]; intros ms next r us e E; cbn [crun] in E.
  { injection E as <- <- <-. split; [exists []; rewrite app_nil_r; reflexivity|]. intros [|k] nd l j i s H; discriminate. }
  set (read := map (fun j => nth j ms ([], 1%positive)) (inputs nd)) in *.
  assert (Step : forall m us' e', crun N f (ms ++ [m]) e' = Some (r, us', e) -> (exists later, r = ms ++ later) /\
    forall k nd l j i s, nth_error f k = Some nd -> does nd = Pointwise l -> inputs nd = [j] -> (j < length ms + S k)%nat -> nth_error (unroll l) i = Some s ->
      exists c, In c us' /\ s = Pieces (first c) (more c) /\ nth_error (nth k (grouped f (map g us')) []) i = Some (g c) /\
        nth_error (fst (nth j r ([], 1%positive))) i = Some (before c) /\ denominator_of c = snd (nth j r ([], 1%positive))).
  { intros m us' e' C. destruct (IH _ _ _ _ _ C) as ((later & ->) & H). split; [exists (m :: later); rewrite <- app_assoc; reflexivity|].
    intros k nd' l j i s Ek Ed Ei Lj Es. apply (H k nd' l j i s); trivial. rewrite app_length. cbn [length]. lia. }
  destruct (does nd) as [cols rows dd|l0| | | |groups|groups|] eqn:Op.
  2: { destruct (neurons _ _ _ _) as [new|] eqn:Nw; [|discriminate]. destruct (next + length (unroll l0) <=? N)%nat; [|discriminate].
    destruct (crun N f _ _) as [((ms', us'), e')|] eqn:C; [|discriminate]. injection E as <- <- <-. destruct (neurons_units _ _ _ _ _ Nw) as (L & U).
    destruct (Step _ _ _ C) as (Later & H). split; [exact Later|]. intros [|k] nd' l j i s Ek Ed Ei Lj Es; cbn [nth_error] in Ek.
    - injection Ek as <-. rewrite Op in Ed. injection Ed as ->. destruct (U i s Es) as (c & Ec & Ep & Er & Edn). exists c. split; [apply in_or_app; left; apply (nth_error_In _ _ Ec)|]. split; [exact Ep|].
      cbn [grouped nth]. rewrite Op. cbn [nth]. rewrite map_app, firstn_app, map_length, L, Nat.sub_diag, firstn_O, app_nil_r, <- L, <- (map_length g new), firstn_all. split; [apply map_nth_error, Ec|].
      assert (Same : nth j ms' ([], 1%positive) = nth 0 read ([], 1%positive)).
      { unfold read. rewrite Ei. cbn [map nth]. destruct Later as (later & ->). apply app_nth1. lia. }
      rewrite Same. split; trivial.
    - destruct (H k nd' l j i s Ek Ed Ei Lj Es) as (c & Ic & Ep & Eg & Er & Edn). exists c. split; [apply in_or_app; auto|]. split; [exact Ep|]. split; [|split; trivial].
      cbn [grouped nth]. rewrite Op. cbn [nth]. rewrite map_app, skipn_app, map_length, L, Nat.sub_diag, skipn_O, <- L, <- (map_length g new), skipn_all. exact Eg. }
  all: match type of E with match ?a with _ => _ end = _ => destruct a as [m|] eqn:A0; [|discriminate E] end;
    destruct (Step _ _ _ E) as (Later & H); split; [exact Later|]; intros [|k] nd' l j i s Ek Ed Ei Lj Es; cbn [nth_error] in Ek;
    [injection Ek as <-; congruence|]; cbn [grouped nth]; rewrite Op; exact (H k nd' l j i s Ek Ed Ei Lj Es).
Qed.

(** ** Soundness *)

Section Sound.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Local Notation inQ := (@OField.inQ K).
Let ne := den_ne K.

Lemma implies_ok r g (w : list K) : implies r g = true -> 0 <= dotZ r (1 :: w) -> 0 <= dotZ g (1 :: w).
Proof.
  unfold implies. destruct (pivot (tl g) (tl r)) as (a, b). destruct (Z.ltb_spec 0 (a * b)) as [P|]; [|discriminate]. cbv zeta. rewrite andb_true_iff. intros (Z0 & H) R.
  apply (constant_value K w) in Z0. rewrite dotZ_padd, !dotZ_zscale, inZ_opp in Z0. apply Z.leb_le in H. apply (inZ_nonneg K) in H. rewrite <- Z0 in H.
  assert (A : (0 < Z.abs a)%Z) by nia. assert (B : (0 < Z.abs b)%Z) by nia. apply (mul_le_cancel K (inZ (Z.abs b))); [apply inZ_pos, B|].
  replace (inZ (Z.abs b) * 0) with (0 : K) by ring. replace (inZ (Z.abs b) * dotZ g (1 :: w)) with
    ((inZ (Z.abs b) * dotZ g (1 :: w) + - inZ (Z.abs a) * dotZ r (1 :: w)) + inZ (Z.abs a) * dotZ r (1 :: w)) by ring.
  apply le_add_nonneg; trivial. apply kmul_nonneg; trivial. apply inZ_nonneg. lia.
Qed.

Lemma known_ok h g (w : list K) : known h g = true -> Forall (satisfies K w) h -> 0 <= dotZ g (1 :: w).
Proof.
  unfold known. rewrite existsb_exists. intros (c & I & E) H. rewrite Forall_forall in H. apply (implies_ok (form_of c)); trivial. apply satisfies_nonneg, H, I.
Qed.

Lemma inputs_between N h c (ux uy : list K) scale : length ux = N -> length uy = N -> length (before c) = S N ->
  Forall (satisfies K (ux ++ uy ++ zip (fun a b => (b - a) * scale) ux uy)) h ->
  let region := map (fun m => (m, sides_of_breakpoint N h c (fst m))) (more c) in
  Secants.in_region K region (input_of K ux c) /\ Secants.in_region K region (input_of K uy c).
Proof.
  intros Lx Ly Lc H region. set (w := ux ++ uy ++ _) in *.
  assert (Lg : forall b, length (at_least N c b) = S N) by (intro b; unfold at_least; rewrite combine2_length; [exact Lc|]; rewrite Lc; symmetry; apply one_length).
  assert (Lm : forall b, length (minus (at_least N c b)) = S N) by (intro b; unfold minus, zscale; rewrite map_length; apply Lg).
  assert (Factor : forall b : Q, (0 : K) < inZ (Zpos (Qden b)) * inZ (Zpos (denominator_of c))) by (intro b; apply mul_pos; apply den_pos).
  assert (Above : forall u b, 0 <= eval K u (at_least N c b) -> inQ b <= input_of K u c).
  { intros u b E. rewrite (eval_at_least K N c Lc) in E. apply (proj2 (le_diff K _ _)). apply (mul_le_cancel K _ _ _ (Factor b)). 
    replace (inZ (Zpos (Qden b)) * inZ (Zpos (denominator_of c)) * 0) with (0 : K) by ring. exact E. }
  assert (Below : forall u b, 0 <= eval K u (minus (at_least N c b)) -> input_of K u c <= inQ b).
  { intros u b E. rewrite eval_minus, (eval_at_least K N c Lc) in E. apply (proj2 (le_diff K _ _)). apply (mul_le_cancel K _ _ _ (Factor b)).
    replace (inZ (Zpos (Qden b)) * inZ (Zpos (denominator_of c)) * 0) with (0 : K) by ring.
    replace (inZ (Zpos (Qden b)) * inZ (Zpos (denominator_of c)) * (inQ b - input_of K u c)) with (- (inZ (Zpos (Qden b)) * inZ (Zpos (denominator_of c)) * (input_of K u c - inQ b))) by ring. exact E. }
  assert (X : forall r, length r = S N -> known h r = true -> 0 <= eval K ux r) by (intros r L E; rewrite <- (value_x K N ux uy scale Lx Ly r) by lia; apply (known_ok h); trivial).
  assert (Y : forall r, length r = S N -> known h (at_y N r) = true -> 0 <= eval K uy r) by (intros r L E; rewrite <- (value_y K N ux uy scale Lx Ly r) by lia; apply (known_ok h); trivial).
  split; unfold Secants.in_region; apply Forall_forall; intros e I; unfold region in I; apply in_map_iff in I; destruct I as ((b, q) & <- & _); unfold sides_of_breakpoint; cbn [fst snd];
    split; intro F; apply negb_false_iff, andb_true_iff in F; destruct F as (F1 & F2).
  - apply Below, X; trivial.
  - apply Above, X; trivial.
  - apply Below, Y; trivial.
  - apply Above, Y; trivial.
Qed.

Lemma input_at (u : list K) ms vals c j i : map (aval K (1 :: u)) ms = vals -> nth_error (fst (nth j ms ([], 1%positive))) i = Some (before c) ->
  denominator_of c = snd (nth j ms ([], 1%positive)) -> nth i (nth j vals []) 0 = input_of K u c.
Proof.
  intros <- E D. change [] with (aval K (1 :: u) ([], 1%positive)). rewrite (map_nth (aval K (1 :: u))). unfold input_of, eval. rewrite D. unfold aval.
  assert (G := map_nth_error (fun r => dotZ r (1 :: u) / inZ (Zpos (snd (nth j ms ([], 1%positive))))) i _ E). apply (nth_error_nth _ _ 0 G).
Qed.
End Sound.

Theorem contraction_leaf_closes : closes contraction_leaf.
Proof.
  intros K f n N us h reason E x y ms e scale Lx Ly V C ux uy Lux Luy Lb Tx Ty H. unfold contraction_leaf in E. apply andb_true_iff in E. destruct E as (B & E).
  apply (Contraction.contracts_ok K f n _ _ x y E Lx Ly); trivial. intros k nd Ek.
  destruct (Strongly.bends_of f k nd B Ek) as (In_ & Ct). unfold Secants.node_slopes. destruct (does nd) as [| l | | | | | | ] eqn:Op; try (split; exact I).
  destruct (inputs nd) as [|j [|? ?]] eqn:Ei; try contradiction. cbn [hd]. split; [|lia]. intros i s r Es Er.
  destruct (crun_units _ (secant_slopes N h) N f _ _ _ _ _ C) as (_ & U). destruct (U k nd l j i s Ek Op Ei In_ Es) as (c & Ic & Ep & Eg & Eb & Ed).
  rewrite Eg in Er. injection Er as <-. rewrite (input_at K ux ms _ c j i Tx Eb Ed), (input_at K uy ms _ c j i Ty Eb Ed). subst s. cbn [activate]. unfold secant_slopes.
  destruct (inputs_between K N h c ux uy scale Lux Luy (Lb c Ic) H) as (Rx & Ry). set (region := map _ (more c)) in *.
  assert (M : map fst region = more c) by (unfold region; rewrite map_map; apply map_id).
  assert (Bf := Secants.between_flagged K (first c) region (input_of K ux c) (input_of K uy c)). rewrite M in Bf. apply Bf; trivial. exact (Ct i _ Es).
Qed.

Theorem split_tree_proves trees : sound (split_tree trees).
Proof. apply split_tree_with_proves, contraction_leaf_closes. Qed.
