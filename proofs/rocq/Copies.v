(** Split trees over two copies of a piecewise-affine network: the link from "x <> y with f(x) = f(y)" to linear inequalities, closed by
    Farkas vectors at the leaves (Farkas.v).

    The variables are the inputs and the outputs of all activations: of a copy at x, of one at y, and of their normalised difference
    (y - x)/t, t > 0 the largest |y_j - x_j|. The difference keeps what a relaxation of the two copies loses where x and y are close. *)
Require Import ZArith QArith List Bool Lia Field.
From Bijection Require Import Maps OField Network Exact Domains Statements Intervals Rank Affine Hull Tree Onto Farkas.
Import ListNotations.
Open Scope Z_scope.

(** ** Values as affine forms in the variables *)

(** variable = pieces(before / over). *)
Record neuron := Neuron { variable : nat; before : list Z; denominator_of : positive; first : Q * Q; more : list (Q * (Q * Q)) }.

Fixpoint neurons (next : nat) (rows : list (list Z)) (d : positive) (ss : list activation) : option (list neuron) :=
  match rows, ss with
  | [], [] => Some []
  | r :: rows', Pieces p more :: ss' => match neurons (S next) rows' d ss' with Some l => Some (Neuron next r d p more :: l) | None => None end
  | _, _ => None
  end.

Definition fresh (N next k : nat) : amap := (map (fun i => unit (S N) (S (next + i))) (seq 0 k), 1%positive).

Fixpoint crun (N : nat) (f : network) (ms : list amap) (next : nat) : option (list amap * list neuron * nat) :=
  match f with
  | [] => Some (ms, [], next)
  | nd :: r =>
      let read := map (fun j => nth j ms ([], 1%positive)) (inputs nd) in
      match does nd with
      | Pointwise l =>
          let k := length (unroll l) in
          match neurons next (fst (nth 0 read ([], 1%positive))) (snd (nth 0 read ([], 1%positive))) (unroll l) with
          | Some new =>
              if (next + k <=? N)%nat then
                match crun N r (ms ++ [fresh N next k]) (next + k) with Some (ms', us, e) => Some (ms', new ++ us, e) | None => None end
              else None
          | None => None
          end
      | o => match aapply N o read with Some m => crun N r (ms ++ [m]) next | None => None end
      end
  end.

Definition units_of (f : network) : nat := fold_right (fun nd m => match does nd with Pointwise l => length (unroll l) + m | _ => m end)%nat O f.

(** ** The constraints *)

Definition at_y (N : nat) (r : list Z) : list Z := match r with [] => [] | c :: cs => c :: repeat 0 N ++ cs end.
Definition at_d (N : nat) (r : list Z) : list Z := match r with [] => [] | _ :: cs => 0 :: repeat 0 N ++ repeat 0 N ++ cs end.
Definition minus (r : list Z) : list Z := zscale (-1) r.
Definition zero (r : list Z) : list (list Z) := [r; minus r].
Definition nonneg (r : list Z) : constraint := Constraint false r.

Definition case_of := (option Q * option Q * (Q * Q))%type.
Fixpoint cases (p : Q * Q) (more : list (Q * (Q * Q))) (start : option Q) : list case_of :=
  match more with [] => [(start, None, p)] | (b, p') :: r => (start, Some b, p) :: cases p' r (Some b) end.

Section Rows.
Variable N : nat.
Variable c : neuron.
Let one := 1 :: repeat 0 N.
Let d := Zpos (denominator_of c).
Let h := unit (S N) (S (variable c)).
Let z := before c.

Definition at_least (b : Q) : list Z := combine2 (Zpos (Qden b)) (Qnum b * d) z one.
Definition graph (p : Q * Q) : list Z :=
  let '(a, b) := p in
  combine2 (d * Zpos (Qden a) * Zpos (Qden b)) 1 h (combine2 (Qnum a * Zpos (Qden b)) (- (Qnum b * Zpos (Qden a) * d)) z one).
Definition on_case (k : case_of) : list (list Z) :=
  let '(lo, hi, p) := k in
  match lo with Some b => [at_least b] | None => [] end ++ match hi with Some b => [minus (at_least b)] | None => [] end ++ zero (graph p).

(** Differences: slope s, and between the slopes of all pieces. *)
Definition over_slope (s : Q) : list Z := combine2 (d * Zpos (Qden s)) (Qnum s) h z.
Definition least : Q := fold_right (fun m s => qmin (fst (snd m)) s) (fst (first c)) (more c).
Definition greatest : Q := fold_right (fun m s => qmax (fst (snd m)) s) (fst (first c)) (more c).
Definition rising : list (list Z) := [z; over_slope least; minus (over_slope greatest)].
Definition difference (i j : nat) (k : case_of) : list (list Z) :=
  if (i =? j)%nat then zero (over_slope (fst (snd k))) else if (i <? j)%nat then rising else map minus rising.

(** The phase at x, at y, at both, and the sign of the difference. *)
Definition choices : alternatives :=
  let ks := cases (first c) (more c) None in
  let numbered := List.combine (seq 0 (length ks)) ks in
  [ map (fun k => map nonneg (on_case k)) ks;
    map (fun k => map (fun r => nonneg (at_y N r)) (on_case k)) ks;
    flat_map (fun a => map (fun b => map nonneg (on_case (snd a) ++ map (at_y N) (on_case (snd b)) ++ map (at_d N) (difference (fst a) (fst b) (snd a))))
      numbered) numbered;
    [map (fun r => nonneg (at_d N r)) rising; map (fun r => nonneg (at_d N (minus r))) rising] ].
End Rows.

(** What holds of all members of the domain. *)
Fixpoint interval_rows (i : nat) (sides : list interval) : list (list Z) :=
  match sides with
  | [] => []
  | (lo, hi) :: r =>
      match lo with Some a => [- Qnum a :: repeat 0 i ++ [Zpos (Qden a)]] | None => [] end ++
      match hi with Some b => [Qnum b :: repeat 0 i ++ [- Zpos (Qden b)]] | None => [] end ++ interval_rows (S i) r
  end.
Definition domain_rows (D : domain) : list (list Z) :=
  match D with
  | Polytope _ sides => map (fun s => minus (side_row s)) sides
  | _ => match hull D with Some sides => interval_rows 0 sides | None => [] end
  end.

(** The inputs differ most in coordinate i, and there y is larger. *)
Definition apart (N : nat) (r : list Z) : list Z := padd (at_y N r) (minus r).
Definition root (N n : nat) (rows out : list (list Z)) (i : nat) : list constraint :=
  let e j := unit (S N) (S j) in
  Constraint true (apart N (e i)) ::
  map nonneg
    (rows ++ map (at_y N) rows ++ flat_map (fun r => zero (apart N r) ++ zero (at_d N r)) out ++
     flat_map (fun j => [padd (apart N (e i)) (minus (apart N (e j))); padd (apart N (e i)) (apart N (e j))]) (seq 0 n) ++
     zero (padd [-1] (at_d N (e i))) ++ flat_map (fun j => [padd [1] (minus (at_d N (e j))); padd [1] (at_d N (e j))]) (seq 0 n)).

(** Trees as lists of integers in preorder: 0, pairs; 1, number, cases; 2, pairs, slack, rest; 3, another reason. *)
Fixpoint pairs (n : nat) (l : list Z) : list (nat * Z) * list Z :=
  match n, l with S n', k :: c :: r => let '(ps, r') := pairs n' r in ((Z.to_nat k, c) :: ps, r') | _, _ => ([], l) end.
Fixpoint decode (depth : nat) (l : list Z) : option (tree * list Z) :=
  match depth, l with
  | S depth', 0 :: n :: r => let '(ps, r') := pairs (Z.to_nat n) r in Some (Leaf ps, r')
  | S depth', 1 :: k :: n :: r =>
      let fix several (n : nat) (l : list Z) : option (list tree * list Z) :=
        match n with
        | O => Some ([], l)
        | S n' => match decode depth' l with
                  | Some (t, r) => match several n' r with Some (ts, r') => Some (t :: ts, r') | None => None end
                  | None => None end
        end in
      match several (Z.to_nat n) r with Some (ts, r') => Some (Split (Z.to_nat k) ts, r') | None => None end
  | S depth', 2 :: n :: r =>
      match pairs (Z.to_nat n) r with
      | (ps, c :: r') => match decode depth' r' with Some (t, r'') => Some (Cut ps c t, r'') | None => None end
      | _ => None
      end
  | S depth', 3 :: n :: r => Some (Other (firstn (Z.to_nat n) r), skipn (Z.to_nat n) r)
  | _, _ => None
  end.
Definition tree_of (l : list Z) : tree := match decode 1000 l with Some (t, []) => t | _ => Leaf [] end.

(** One tree for each coordinate; Leaves.v tells which other leaves there are. *)
Section Rule.
Variable other : network -> nat -> nat -> list neuron -> list constraint -> list Z -> bool.

Definition split_tree_with (trees : list tree) : rule := fun goal =>
  match goal with
  | Injective (Net f) D =>
      match dimension D with
      | Some n =>
          let N := (n + units_of f)%nat in
          match crun N f [fresh N 0 n] n with
          | Some (ms, us, e) =>
              let rows := domain_rows D in
              let out := fst (last ms ([], 1%positive)) in
              let splits := flat_map (choices N) us in
              given ((e =? N)%nat && forallb (fun r => (length r <=? S n)%nat) rows && forallb (fun c => continuous (first c) (more c) None) us &&
                     forall2b (fun i t => check (other f n N us) splits (root N n rows out i) t) (seq 0 n) trees) []
          | None => None
          end
      | None => None
      end
  | _ => None
  end.
End Rule.

(** ** Proofs *)

Section Sound.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Local Notation inQ := (@OField.inQ K).
Local Notation inZ := (@OField.inZ K).
Let ne := den_ne K.

Fixpoint hidden (f : network) (vals : list (list K)) : list K :=
  match f with
  | [] => []
  | nd :: r =>
      let v := apply (does nd) (map (fun j => nth j vals []) (inputs nd)) in
      match does nd with Pointwise _ => v | _ => [] end ++ hidden r (vals ++ [v])
  end.

Definition eval (u : list K) (r : list Z) : K := dotZ r (1 :: u).
Definition input_of (u : list K) (c : neuron) : K := eval u (before c) / inZ (Zpos (denominator_of c)).
Definition fires (N : nat) (u : list K) (c : neuron) : Prop :=
  nth (variable c) u 0 = pieces (first c) (more c) (input_of u c) /\ length (before c) = S N /\ (variable c < N)%nat.

Lemma skipn_cons (u : list K) n a l : skipn n u = a :: l -> nth n u 0 = a /\ skipn (S n) u = l.
Proof.
  revert u. induction n as [|n IH]; intros [|t u] E; cbn [skipn nth] in *; try discriminate.
  - injection E as -> ->. split; reflexivity.
  - apply IH in E. exact E.
Qed.

Lemma skipn_more (u v t : list K) n : skipn n u = v ++ t -> skipn (n + length v) u = t.
Proof.
  revert n. induction v as [|a v IH]; intros n E; cbn [length app] in *; [rewrite Nat.add_0_r; exact E|]. apply skipn_cons in E. destruct E as (_ & E).
  rewrite <- Nat.add_succ_comm. apply IH, E.
Qed.

Lemma fresh_ok N next (u v t : list K) : skipn next u = v ++ t -> aval K (1 :: u) (fresh N next (length v)) = v.
Proof.
  intro E. unfold aval, fresh. cbn [fst snd]. rewrite map_map. rewrite (map_ext _ (fun i => nth (next + i) u 0)).
  2: { intro i. rewrite unit_dot. cbn [nth]. apply div_one. }
  revert next E. induction v as [|a v IH]; intros next E; cbn [length seq map]; trivial. apply skipn_cons in E. destruct E as (A & B).
  rewrite Nat.add_0_r, A. f_equal. rewrite <- seq_shift, map_map. rewrite <- (IH (S next) B) at 2. apply map_ext. intro i. f_equal. lia.
Qed.

Lemma unit_length N i : (i < N)%nat -> length (unit (S N) (S i)) = S N.
Proof. intro L. unfold unit. rewrite app_length. cbn [length]. rewrite !repeat_length. lia. Qed.

Lemma fresh_good N next k : (next + k <= N)%nat -> good (S N) (fresh N next k).
Proof. intros L r J. cbn [fresh fst] in J. apply in_map_iff in J. destruct J as (i & <- & J). apply in_seq in J. apply unit_length. lia. Qed.

Lemma neurons_ok N u d ss : forall next rows l t, neurons next rows d ss = Some l -> of_length (S N) rows -> (next + length ss <= N)%nat ->
  skipn next u = zip activate ss (map (fun r => dotZ r (1 :: u) / inZ (Zpos d)) rows) ++ t -> Forall (fires N u) l /\ length rows = length ss.
Proof.
  induction ss as [|s ss IH]; intros next [|r rows] l t E L B F; cbn [neurons] in E; try discriminate; try (destruct s; discriminate).
  { injection E as <-. split; [constructor|reflexivity]. }
  destruct s as [p m| | | | |]; try discriminate. destruct (neurons (S next) rows d ss) as [l'|] eqn:G; [|discriminate]. injection E as <-.
  cbn [map zip app] in F. apply skipn_cons in F. destruct F as (F1 & F2). cbn [length] in *.
  destruct (IH (S next) rows l' t G) as (A & C); trivial; [intros q J; apply L; simpl; auto|lia|]. split; [|congruence].
  constructor; trivial. split; [exact F1|]. split; [apply L; simpl; auto|]. cbn [variable]. lia.
Qed.

Lemma crun_ok N f : forall ms next r us e vals u t, crun N f ms next = Some (r, us, e) -> (forall q, In q ms -> good (S N) q) ->
  map (aval K (1 :: u)) ms = vals -> skipn next u = hidden f vals ++ t ->
  map (aval K (1 :: u)) r = fold_left step f vals /\ Forall (fires N u) us /\ (forall q, In q r -> good (S N) q) /\ (next + length (hidden f vals))%nat = e.
Proof.
  induction f as [|nd f IH]; intros ms next r us e vals u t E G V S0; cbn [crun fold_left hidden] in *.
  { injection E as <- <- <-. split; trivial. split; [constructor|]. split; [exact G|apply Nat.add_0_r]. }
  assert (Read : map (fun j => nth j vals []) (inputs nd) = map (aval K (1 :: u)) (map (fun j => nth j ms ([], 1%positive)) (inputs nd))).
  { rewrite map_map. apply map_ext. intro j. rewrite <- V. change [] with (aval K (1 :: u) ([], 1%positive)) at 1. apply (map_nth (aval K (1 :: u))). }
  set (read := map (fun j => nth j ms ([], 1%positive)) (inputs nd)) in *.
  assert (Gr : forall q, In q read -> good (S N) q).
  { intros q J. apply in_map_iff in J. destruct J as (j & <- & _). destruct (Nat.lt_ge_cases j (length ms)) as [L|L]; [apply G, nth_In, L|].
    rewrite nth_overflow by exact L. intros r' []. }
  assert (Step : forall m us' e', crun N f (ms ++ [m]) e' = Some (r, us', e) -> good (S N) m -> apply (does nd) (map (fun j => nth j vals []) (inputs nd)) = aval K (1 :: u) m ->
    skipn e' u = hidden f (vals ++ [apply (does nd) (map (fun j => nth j vals []) (inputs nd))]) ++ t ->
    map (aval K (1 :: u)) r = fold_left step f (step vals nd) /\ Forall (fires N u) us' /\ (forall q, In q r -> good (S N) q) /\
    (e' + length (hidden f (vals ++ [apply (does nd) (map (fun j => nth j vals []) (inputs nd))])))%nat = e).
  { intros m us' e' C Gm A Sk. apply (IH _ _ _ _ _ _ u t C); trivial.
    - intros q J. apply in_app_or in J. destruct J as [J|[<-|[]]]; auto.
    - rewrite map_app, V. cbn [map]. unfold step. rewrite A. reflexivity. }
  destruct (does nd) as [cols rows dd|l| | | |groups|groups|] eqn:Op.
  2: { destruct (neurons _ _ _ _) as [new|] eqn:Nw; [|discriminate]. destruct (Nat.leb_spec (next + length (unroll l)) N) as [B|]; [|discriminate].
    destruct (crun N f _ _) as [((ms', us'), e')|] eqn:C; [|discriminate]. injection E as <- <- <-.
    assert (Rd : nth 0 (map (aval K (1 :: u)) read) [] = aval K (1 :: u) (nth 0 read ([], 1%positive))).
    { change [] with (aval K (1 :: u) ([], 1%positive)) at 1. apply (map_nth (aval K (1 :: u))). }
    cbn [apply] in *. rewrite Read, Rd in *.
    set (m := nth 0 read ([], 1%positive)) in *. rewrite <- app_assoc in S0.
    assert (Gm : good (S N) m). { unfold m. destruct read as [|q read']; [intros r' []|apply Gr; simpl; auto]. }
    destruct (neurons_ok N u (snd m) (unroll l) next (fst m) new _ Nw Gm B S0) as (A & L).
    assert (Lz : length (zip activate (unroll l) (aval K (1 :: u) m)) = length (unroll l)) by (rewrite zip_length; trivial; unfold aval; rewrite map_length; symmetry; exact L).
    destruct (Step (fresh N next (length (unroll l))) us' (next + length (unroll l))%nat C) as (P & Q & R0 & Len).
    - apply fresh_good, B.
    - symmetry. rewrite <- Lz. apply (fresh_ok N next u _ _ S0).
    - rewrite <- Lz. apply skipn_more. exact S0.
    - split; trivial. split; [apply Forall_app; auto|]. split; [exact R0|]. rewrite app_length, Lz. lia. }
  all: match type of E with match ?a with _ => _ end = _ => destruct a as [m|] eqn:A; [|discriminate E] end;
    destruct (aapply_ok K N _ read m u Gr A) as (V2 & Gm); rewrite <- Read in V2; exact (Step m us next E Gm V2 S0).
Qed.


(** *** The two copies and their difference *)

Lemma dotZ_left cs (u t : list K) : (length cs <= length u)%nat -> dotZ cs (u ++ t) = dotZ cs u.
Proof.
  revert u. induction cs as [|c cs IH]; intros [|a u] L; cbn [length app dotZ] in *; trivial; [lia|]. rewrite IH by lia. reflexivity.
Qed.

Lemma dotZ_skip cs (u t : list K) : dotZ (repeat 0%Z (length u) ++ cs) (u ++ t) = dotZ cs t.
Proof. induction u as [|a u IH]; cbn [length repeat app dotZ]; trivial. rewrite IH, inZ_0. ring. Qed.

Lemma eval_minus u r : eval u (minus r) = - eval u r.
Proof. unfold eval, minus. rewrite dotZ_zscale. replace (inZ (-1)) with (- (1 : K)); [ring|]. change (-1)%Z with (- (1))%Z. rewrite inZ_opp, inZ_1. reflexivity. Qed.

Lemma eval_combine2 u a b r r' : length r = length r' -> eval u (combine2 a b r r') = inZ a * eval u r - inZ b * eval u r'.
Proof. apply dotZ_combine2. Qed.

Lemma combine2_length a b u v : length u = length v -> length (combine2 a b u v) = length u.
Proof. apply zip_length. Qed.

Section Copies.
Variable N : nat.
Variables ux uy : list K.
Variable scale : K.
Hypothesis Lx : length ux = N.
Hypothesis Ly : length uy = N.
Hypothesis Positive : 0 < scale.
Let du := zip (fun a b => (b - a) * scale) ux uy.
Let w := ux ++ uy ++ du.

Lemma value_x r : (length r <= S N)%nat -> dotZ r (1 :: w) = eval ux r.
Proof. intro L. unfold eval, w. destruct r as [|c cs]; trivial. cbn [length dotZ] in *. rewrite dotZ_left; trivial. lia. Qed.

Lemma value_y r : (length r <= S N)%nat -> dotZ (at_y N r) (1 :: w) = eval uy r.
Proof.
  intro L. unfold eval, w, at_y. destruct r as [|c cs]; trivial. cbn [length dotZ] in *. f_equal. rewrite <- Lx, dotZ_skip, dotZ_left; trivial. lia.
Qed.

Lemma value_d r : dotZ (at_d N r) (1 :: w) = (eval uy r - eval ux r) * scale.
Proof.
  unfold eval, w, at_d. destruct r as [|c cs]; [cbn [dotZ]; ring|]. cbn [dotZ]. rewrite inZ_0.
  replace (repeat 0%Z N ++ repeat 0%Z N ++ cs) with (repeat 0%Z (length ux) ++ repeat 0%Z (length uy) ++ cs) by (rewrite Lx, Ly; reflexivity).
  rewrite !dotZ_skip. assert (E : dotZ cs du = (dotZ cs uy - dotZ cs ux) * scale); [|rewrite E; ring].
  unfold du. assert (L : length ux = length uy) by congruence. clear - L. revert ux uy L. induction cs as [|c cs IH]; intros [|a u] [|b v] L; try discriminate; cbn [zip dotZ]; try ring.
  rewrite IH by (injection L; auto). ring.
Qed.

Lemma value_apart r : (length r <= S N)%nat -> dotZ (apart N r) (1 :: w) = eval uy r - eval ux r.
Proof.
  intro L. unfold apart. rewrite dotZ_padd, value_y by trivial. unfold minus. rewrite dotZ_zscale, value_x by trivial.
  replace (inZ (-1)) with (- (1 : K)); [ring|]. change (-1)%Z with (- (1))%Z. rewrite inZ_opp, inZ_1. reflexivity.
Qed.

Definition good_at (r : list Z) : Prop := satisfies K w (nonneg r).
Lemma good_x r : (length r <= S N)%nat -> 0 <= eval ux r -> good_at r.
Proof. intros L H. unfold good_at, satisfies. cbn [strict nonneg form_of]. rewrite value_x; trivial. Qed.
Lemma good_y r : (length r <= S N)%nat -> 0 <= eval uy r -> good_at (at_y N r).
Proof. intros L H. unfold good_at, satisfies. cbn [strict nonneg form_of]. rewrite value_y; trivial. Qed.
Lemma good_d r : 0 <= eval uy r - eval ux r -> good_at (at_d N r).
Proof. intro H. unfold good_at, satisfies. cbn [strict nonneg form_of]. rewrite value_d. apply kmul_nonneg; trivial. apply lt_le, Positive. Qed.

Lemma good_all rs : Forall good_at rs -> Forall (satisfies K w) (map nonneg rs).
Proof. intro F. induction F; cbn [map]; constructor; trivial. Qed.

(** *** A neuron *)

Section Neuron.
Variable c : neuron.
Hypothesis Length : length (before c) = S N.
Hypothesis Number : (variable c < N)%nat.
Let h (u : list K) := nth (variable c) u 0.
Let D := inZ (Zpos (denominator_of c)) : K.

Lemma eval_one u : eval u (1%Z :: repeat 0%Z N) = 1.
Proof. unfold eval. cbn [dotZ]. rewrite dotZ_zeros, inZ_1. ring. Qed.

Lemma eval_h u : eval u (unit (S N) (S (variable c))) = h u.
Proof. unfold eval. rewrite unit_dot. reflexivity. Qed.

Lemma eval_before u : eval u (before c) = D * input_of u c.
Proof. unfold input_of. fold D. field. apply ne. Qed.

Lemma one_length : length (1%Z :: repeat 0%Z N) = S N.
Proof. cbn [length]. rewrite repeat_length. reflexivity. Qed.

Lemma eval_at_least u b : eval u (at_least N c b) = inZ (Zpos (Qden b)) * D * (input_of u c - inQ b).
Proof.
  unfold at_least. rewrite eval_combine2 by (rewrite one_length; exact Length). rewrite eval_one, eval_before, inZ_mul. fold D.
  unfold OField.inQ. field. apply ne.
Qed.

Lemma eval_graph u p : eval u (graph N c p) = D * inZ (Zpos (Qden (fst p))) * inZ (Zpos (Qden (snd p))) * (h u - (inQ (fst p) * input_of u c + inQ (snd p))).
Proof.
  destruct p as (a, b). unfold graph. cbn [fst snd]. rewrite eval_combine2.
  2: { rewrite combine2_length, unit_length; trivial; try (rewrite one_length; exact Length). symmetry. exact Length. }
  rewrite eval_combine2 by (rewrite one_length; exact Length). rewrite eval_one, eval_h, eval_before, !inZ_mul, inZ_opp, !inZ_mul, inZ_1. fold D.
  unfold OField.inQ. field. split; apply ne.
Qed.

Lemma eval_over_slope u s : eval u (over_slope N c s) = D * inZ (Zpos (Qden s)) * (h u - inQ s * input_of u c).
Proof.
  unfold over_slope. rewrite eval_combine2 by (rewrite unit_length; trivial; symmetry; exact Length). rewrite eval_h, eval_before, inZ_mul. fold D.
  unfold OField.inQ. field. apply ne.
Qed.

Lemma lengths k : Forall (fun r => length r = S N) (on_case N c k).
Proof.
  destruct k as ((lo, hi), (a, b)). unfold on_case.
  assert (A : forall q, length (at_least N c q) = S N) by (intro; unfold at_least; rewrite combine2_length; trivial; rewrite one_length; exact Length).
  assert (G : length (graph N c (a, b)) = S N).
  { unfold graph. rewrite combine2_length; rewrite unit_length; trivial. rewrite combine2_length; [symmetry; exact Length|]. rewrite one_length. exact Length. }
  assert (M : forall r, length (minus r) = length r) by (intro; apply zscale_length).
  apply Forall_app. split; [destruct lo; repeat constructor; apply A|]. apply Forall_app. split; [destruct hi; repeat constructor; rewrite M; apply A|].
  repeat constructor; rewrite ?M; exact G.
Qed.

Lemma D_pos : 0 < D. Proof. apply den_pos. Qed.

Lemma on_case_ok u k : above (fst (fst k)) (input_of u c) -> under (snd (fst k)) (input_of u c) ->
  h u = inQ (fst (snd k)) * input_of u c + inQ (snd (snd k)) -> Forall (fun r => 0 <= eval u r) (on_case N c k).
Proof.
  destruct k as ((lo, hi), p). cbn [fst snd]. intros A U G. unfold on_case. apply Forall_app. split; [|apply Forall_app; split].
  - destruct lo as [b|]; constructor; [|constructor]. rewrite eval_at_least. apply kmul_nonneg; [apply lt_le, mul_pos; [apply den_pos|apply D_pos]|].
    apply (proj1 (le_diff K _ _)). exact A.
  - destruct hi as [b|]; constructor; [|constructor]. rewrite eval_minus, eval_at_least.
    replace (- (inZ (Zpos (Qden b)) * D * (input_of u c - inQ b))) with (inZ (Zpos (Qden b)) * D * (inQ b - input_of u c)) by ring.
    apply kmul_nonneg; [apply lt_le, mul_pos; [apply den_pos|apply D_pos]|]. apply (proj1 (le_diff K _ _)). exact U.
  - assert (E : eval u (graph N c p) = 0). { rewrite eval_graph, G. ring. }
    repeat constructor; rewrite ?eval_minus, E; apply eq_le; ring.
Qed.

Let dz := input_of uy c - input_of ux c.
Let dh := h uy - h ux.

Lemma slope_value s : eval uy (over_slope N c s) - eval ux (over_slope N c s) = D * inZ (Zpos (Qden s)) * (dh - inQ s * dz).
Proof. rewrite !eval_over_slope. unfold dh, dz. ring. Qed.

Lemma slope_factor (s : Q) : 0 <= D * inZ (Zpos (Qden s)).
Proof. apply lt_le, mul_pos; [apply D_pos|apply den_pos]. Qed.

Lemma minus_value r : eval uy (minus r) - eval ux (minus r) = - (eval uy r - eval ux r).
Proof. rewrite !eval_minus. ring. Qed.

Lemma rising_ok : 0 <= dz -> inQ (least c) * dz <= dh -> dh <= inQ (greatest c) * dz -> Forall good_at (map (at_d N) (rising N c)).
Proof.
  intros P L G. unfold rising. cbn [map]. repeat constructor; apply good_d.
  - rewrite !eval_before. replace (D * input_of uy c - D * input_of ux c) with (D * dz) by (unfold dz; ring). apply kmul_nonneg; trivial. apply lt_le, D_pos.
  - rewrite slope_value. apply kmul_nonneg; [apply slope_factor|]. apply (proj1 (le_diff K _ _)), L.
  - rewrite minus_value, slope_value. match goal with |- 0 <= - (?a * ?b) => replace (- (a * b)) with (a * - b) by ring end.
    apply kmul_nonneg; [apply slope_factor|]. replace (- (dh - inQ (greatest c) * dz)) with (inQ (greatest c) * dz - dh) by ring. apply (proj1 (le_diff K _ _)), G.
Qed.

Lemma falling_ok : dz <= 0 -> dh <= inQ (least c) * dz -> inQ (greatest c) * dz <= dh -> Forall good_at (map (at_d N) (map minus (rising N c))).
Proof.
  intros P L G. unfold rising. cbn [map]. repeat constructor; apply good_d; rewrite minus_value.
  - rewrite !eval_before. replace (- (D * input_of uy c - D * input_of ux c)) with (D * - dz) by (unfold dz; ring).
    apply kmul_nonneg; [apply lt_le, D_pos|apply opp_nonneg, P].
  - rewrite slope_value. match goal with |- 0 <= - (?a * ?b) => replace (- (a * b)) with (a * - b) by ring end.
    apply kmul_nonneg; [apply slope_factor|]. replace (- (dh - inQ (least c) * dz)) with (inQ (least c) * dz - dh) by ring. apply (proj1 (le_diff K _ _)), L.
  - rewrite minus_value, slope_value. match goal with |- 0 <= - - ?a => replace (- - a) with a by ring end.
    apply kmul_nonneg; [apply slope_factor|]. apply (proj1 (le_diff K _ _)), G.
Qed.
End Neuron.
End Copies.

(** *** Pieces *)

Fixpoint index (more : list (Q * (Q * Q))) (t : K) : nat :=
  match more with [] => O | (b, _) :: r => if kle_dec t (inQ b) then O else S (index r t) end.

Lemma index_monotone more s t : s <= t -> (index more s <= index more t)%nat.
Proof.
  intro L. induction more as [|(b, p) r IH]; cbn [index]; [lia|]. destruct (kle_dec s (inQ b)), (kle_dec t (inQ b)) as [T|]; try lia.
  destruct n. apply kle_trans with t; trivial.
Qed.

Lemma cases_ok p more start t : above start t -> exists k, nth_error (cases p more start) (index more t) = Some k /\
  above (fst (fst k)) t /\ under (snd (fst k)) t /\ pieces p more t = inQ (fst (snd k)) * t + inQ (snd (snd k)).
Proof.
  revert p start. induction more as [|(b, p') r IH]; intros p start A; cbn [cases index pieces].
  { eexists. split; [reflexivity|]. cbn [fst snd under]. auto. }
  destruct (kle_dec t (inQ b)) as [T|T].
  - eexists. split; [reflexivity|]. cbn [fst snd under]. auto.
  - cbn [nth_error]. apply IH. cbn [above]. apply lt_le, T.
Qed.

Lemma index_case p more start t : nth_error (cases p more start) (index more t) <> None.
Proof.
  revert p start. induction more as [|(b, p') r IH]; intros p start; cbn [cases index]; [discriminate|]. destruct (kle_dec t (inQ b)); cbn [nth_error]; [discriminate|apply IH].
Qed.

Definition slopes_in (lo hi : Q) (p : Q * Q) (more : list (Q * (Q * Q))) : Prop :=
  ((inQ lo : K) <= inQ (fst p) /\ (inQ (fst p) : K) <= inQ hi) /\
  Forall (fun m => (inQ lo : K) <= inQ (fst (snd m)) /\ (inQ (fst (snd m)) : K) <= inQ hi) more.

Lemma secant lo hi p more start s t : continuous p more start = true -> slopes_in lo hi p more -> s <= t ->
  inQ lo * (t - s) <= pieces p more t - pieces p more s /\ pieces p more t - pieces p more s <= inQ hi * (t - s).
Proof.
  assert (Line : forall (q : Q * Q) s t, (inQ lo : K) <= inQ (fst q) /\ (inQ (fst q) : K) <= inQ hi -> s <= t ->
    inQ lo * (t - s) <= inQ (fst q) * t + inQ (snd q) - (inQ (fst q) * s + inQ (snd q)) /\ inQ (fst q) * t + inQ (snd q) - (inQ (fst q) * s + inQ (snd q)) <= inQ hi * (t - s)).
  { clear. intros q s t (A & B) L. replace (inQ (fst q) * t + inQ (snd q) - (inQ (fst q) * s + inQ (snd q))) with (inQ (fst q) * (t - s)) by ring.
    assert (P : 0 <= t - s) by (apply (proj1 (le_diff K _ _)), L).
    split; [replace (inQ lo * (t - s)) with ((t - s) * inQ lo) by ring|replace (inQ hi * (t - s)) with ((t - s) * inQ hi) by ring];
      replace (inQ (fst q) * (t - s)) with ((t - s) * inQ (fst q)) by ring; apply mul_le_l; trivial. }
  revert p start s t. induction more as [|(b, p') r IH]; intros p start s t C (A & B) L; cbn [pieces]; [apply Line; trivial|].
  cbn [continuous] in C. rewrite !andb_true_iff in C. destruct C as ((C1 & _) & C2). apply (Qeq_bool_spec K) in C1. rewrite !inQ_add, !inQ_mul in C1.
  inversion B as [|? ? B1 B2]; subst. cbn [snd] in B1.
  destruct (kle_dec t (inQ b)) as [T|T], (kle_dec s (inQ b)) as [S0|S0].
  - apply Line; trivial.
  - destruct S0. apply kle_trans with t; trivial.
  - assert (Left : pieces p' r (inQ b) = inQ (fst p) * inQ b + inQ (snd p)).
    { rewrite C1. destruct r as [|(b', p'') r]; [reflexivity|]. cbn [continuous] in C2. rewrite !andb_true_iff in C2. destruct C2 as ((_ & C2) & _). apply negb_true_iff in C2.
      cbn [pieces]. destruct (kle_dec (inQ b) (inQ b')) as [|G]; trivial. destruct G. apply (inQ_le K), qle_false, C2. }
    destruct (IH p' (Some b) (inQ b) t C2 (conj B1 B2) (lt_le K _ _ T)) as (X & Y). rewrite Left in X, Y.
    destruct (Line p s (inQ b) A S0) as (U & V). split.
    + replace (inQ lo * (t - s)) with (inQ lo * (t - inQ b) + inQ lo * (inQ b - s)) by ring.
      replace (pieces p' r t - (inQ (fst p) * s + inQ (snd p))) with (pieces p' r t - (inQ (fst p) * inQ b + inQ (snd p)) + (inQ (fst p) * inQ b + inQ (snd p) - (inQ (fst p) * s + inQ (snd p)))) by ring.
      apply add_le; trivial.
    + replace (inQ hi * (t - s)) with (inQ hi * (t - inQ b) + inQ hi * (inQ b - s)) by ring.
      replace (pieces p' r t - (inQ (fst p) * s + inQ (snd p))) with (pieces p' r t - (inQ (fst p) * inQ b + inQ (snd p)) + (inQ (fst p) * inQ b + inQ (snd p) - (inQ (fst p) * s + inQ (snd p)))) by ring.
      apply add_le; trivial.
  - apply (IH p' (Some b)); trivial. split; trivial.
Qed.

Lemma slopes_ok c : slopes_in (least c) (greatest c) (first c) (more c).
Proof.
  unfold least, greatest, slopes_in. induction (more c) as [|m l (IH1 & IH2)]; cbn [fold_right]; [split; [split; apply le_refl|constructor]|].
  set (a := fold_right _ _ l) in *. set (b := fold_right (fun m s => qmax _ s) _ l) in *.
  destruct (qmin_le K (fst (snd m)) a) as (A1 & A2), (qmax_le K (fst (snd m)) b) as (B1 & B2). destruct IH1 as (I1 & I2).
  split; [split; [apply kle_trans with (inQ a)|apply kle_trans with (inQ b)]; trivial|]. constructor; [split; trivial|].
  apply Forall_forall. intros q J. rewrite Forall_forall in IH2. destruct (IH2 q J) as (J1 & J2). split; [apply kle_trans with (inQ a)|apply kle_trans with (inQ b)]; trivial.
Qed.

(** *** Each choice has a case that holds *)

Lemma numbered_in A (l : list A) i k s : nth_error l i = Some k -> In ((s + i)%nat, k) (List.combine (seq s (length l)) l).
Proof.
  revert i s. induction l as [|a l IH]; intros [|i] s E; cbn [nth_error length seq List.combine] in *; try discriminate.
  - injection E as ->. left. rewrite Nat.add_0_r. reflexivity.
  - right. rewrite <- Nat.add_succ_comm. apply IH, E.
Qed.

Section Pair.
Variable N : nat.
Variables ux uy : list K.
Variable scale : K.
Hypothesis Lx : length ux = N.
Hypothesis Ly : length uy = N.
Hypothesis Positive : 0 < scale.
Let w := ux ++ uy ++ zip (fun a b => (b - a) * scale) ux uy.
Let good := good_at ux uy scale.

Lemma zero_good r : dotZ r (1 :: w) = 0 -> Forall good (zero r).
Proof.
  intro E. repeat constructor; unfold good, good_at, satisfies; cbn [strict nonneg form_of]; [fold w; rewrite E; apply le_refl|].
  fold w. unfold minus. rewrite dotZ_zscale, E. apply eq_le. ring.
Qed.

Lemma choices_ok c : fires N ux c -> fires N uy c -> continuous (first c) (more c) None = true ->
  forall groups, In groups (choices N c) -> exists g, In g groups /\ Forall (satisfies K w) g.
Proof.
  intros (Fx & Length & Number) (Fy & _ & _) C groups J. set (zx := input_of ux c) in *. set (zy := input_of uy c) in *.
  destruct (cases_ok (first c) (more c) None zx I) as (kx & Nx & Ax & Ux & Px). destruct (cases_ok (first c) (more c) None zy I) as (ky & Ny & Ay & Uy & Py).
  rewrite Px in Fx. rewrite Py in Fy. set (ks := cases (first c) (more c) None) in *. set (i := index (more c) zx) in *. set (j := index (more c) zy) in *.
  assert (Gx : Forall good (on_case N c kx)).
  { assert (L := lengths N c Length Number kx). assert (E := on_case_ok N c Length Number ux kx Ax Ux Fx). rewrite Forall_forall in *.
    intros r R. apply good_x with (N := N); trivial; [rewrite (L r R); lia|apply E, R]. }
  assert (Gy : Forall good (map (at_y N) (on_case N c ky))).
  { assert (L := lengths N c Length Number ky). assert (E := on_case_ok N c Length Number uy ky Ay Uy Fy). rewrite Forall_forall in *.
    intros r R. apply in_map_iff in R. destruct R as (q & <- & R). apply good_y; trivial; [rewrite (L q R); lia|apply E, R]. }
  assert (Up : zx <= zy -> Forall good (map (at_d N) (rising N c))).
  { intro L. destruct (secant (least c) (greatest c) _ _ None zx zy C (slopes_ok c) L) as (A & B). rewrite Px, Py, <- Fx, <- Fy in A, B.
    apply rising_ok; trivial. apply (proj1 (le_diff K _ _)), L. }
  assert (Down : zy <= zx -> Forall good (map (at_d N) (map minus (rising N c)))).
  { intro L. destruct (secant (least c) (greatest c) _ _ None zy zx C (slopes_ok c) L) as (A & B). rewrite Px, Py, <- Fx, <- Fy in A, B.
    assert (Opp : forall a b : K, a - b = - (b - a)) by (intros; ring). apply falling_ok; trivial; fold zx zy.
    - rewrite Opp. assert (P : 0 <= zx - zy) by (apply (proj1 (le_diff K _ _)), L). apply opp_le in P. replace (- (0 : K)) with (0 : K) in P by ring. exact P.
    - rewrite (Opp (nth (variable c) uy 0)), (Opp zy). replace (inQ (least c) * - (zx - zy)) with (- (inQ (least c) * (zx - zy))) by ring. apply opp_le, A.
    - rewrite (Opp (nth (variable c) uy 0)), (Opp zy). replace (inQ (greatest c) * - (zx - zy)) with (- (inQ (greatest c) * (zx - zy))) by ring. apply opp_le, B. }
  destruct J as [<-|[<-|[<-|[<-|[]]]]].
  - exists (map nonneg (on_case N c kx)). split; [apply (in_map (fun k => map nonneg (on_case N c k))), (nth_error_In _ _ Nx)|apply good_all, Gx].
  - exists (map (fun r => nonneg (at_y N r)) (on_case N c ky)). split; [apply (in_map (fun k => map (fun r => nonneg (at_y N r)) (on_case N c k))), (nth_error_In _ _ Ny)|].
    rewrite <- map_map. apply good_all, Gy.
  - eexists. split.
    + apply in_flat_map. exists (i, kx). split; [apply (numbered_in _ ks i kx 0 Nx)|].
      apply in_map_iff. exists (j, ky). split; [reflexivity|apply (numbered_in _ ks j ky 0 Ny)].
    + cbn [fst snd]. apply good_all. apply Forall_app. split; [exact Gx|]. apply Forall_app. split; [exact Gy|]. unfold difference.
      destruct (Nat.eqb_spec i j) as [E|E]; [|destruct (Nat.ltb_spec i j) as [L|L]].
      * rewrite E, Ny in Nx. injection Nx as ->. set (s := fst (snd kx)) in *. cbn [map zero].
        assert (V : eval uy (over_slope N c s) - eval ux (over_slope N c s) = 0).
        { rewrite slope_value by trivial. fold zx zy. rewrite Fx, Fy. ring. }
        repeat constructor; apply good_d; trivial; rewrite ?eval_minus; [rewrite V; apply le_refl|].
        replace (- eval uy (over_slope N c s) - - eval ux (over_slope N c s)) with (- (eval uy (over_slope N c s) - eval ux (over_slope N c s))) by ring. rewrite V. apply eq_le. ring.
      * apply Up. destruct (kle_total K zx zy) as [|G]; trivial. apply (index_monotone (more c)) in G. fold i j in G. lia.
      * apply Down. destruct (kle_total K zy zx) as [|G]; trivial. apply (index_monotone (more c)) in G. fold i j in G. lia.
  - destruct (kle_total K zx zy) as [L|L].
    + exists (map (fun r => nonneg (at_d N r)) (rising N c)). split; [simpl; auto|]. rewrite <- map_map. apply good_all, Up, L.
    + exists (map (fun r => nonneg (at_d N (minus r))) (rising N c)). split; [simpl; auto|].
      replace (map (fun r => nonneg (at_d N (minus r))) (rising N c)) with (map nonneg (map (at_d N) (map minus (rising N c)))) by (rewrite !map_map; reflexivity).
      apply good_all, Down, L.
Qed.
End Pair.

(** *** The root *)

Lemma interval_rows_ok sides (pre x : list K) : Forall2 (inside (K := K)) sides x ->
  Forall (fun r => 0 <= dotZ r (1 :: pre ++ x)) (interval_rows (length pre) sides).
Proof.
  assert (V : forall c a (pre x : list K) t, dotZ (c :: repeat 0%Z (length pre) ++ [a]) (1 :: pre ++ t :: x) = inZ c + inZ a * t).
  { clear. intros c a pre x t. cbn [dotZ]. rewrite dotZ_skip. cbn [dotZ]. destruct x; ring. }
  intro F. revert pre. induction F as [|(lo, hi) t sides x (A & B) F IH]; intro pre; cbn [interval_rows]; [constructor|].
  apply Forall_app. split; [|apply Forall_app; split].
  - destruct lo as [a|]; constructor; [|constructor]. rewrite V, inZ_opp. cbn [fst above] in A. 
    replace (- inZ (Qnum a) + inZ (Zpos (Qden a)) * t) with (inZ (Zpos (Qden a)) * (t - inQ a)) by (unfold OField.inQ; field; apply ne).
    apply kmul_nonneg; [apply lt_le, den_pos|]. apply (proj1 (le_diff K _ _)), A.
  - destruct hi as [a|]; constructor; [|constructor]. rewrite V, inZ_opp. cbn [snd under] in B.
    replace (inZ (Qnum a) + - inZ (Zpos (Qden a)) * t) with (inZ (Zpos (Qden a)) * (inQ a - t)) by (unfold OField.inQ; field; apply ne).
    apply kmul_nonneg; [apply lt_le, den_pos|]. apply (proj1 (le_diff K _ _)), B.
  - specialize (IH (pre ++ [t])). rewrite app_length, <- app_assoc in IH. cbn [length app] in IH. rewrite Nat.add_1_r in IH. exact IH.
Qed.

Lemma domain_rows_ok D (x : list K) : member D x -> Forall (fun r => 0 <= dotZ r (1 :: x)) (domain_rows D).
Proof.
  intro M. assert (General : Forall (fun r => 0 <= dotZ r (1 :: x)) (match hull D with Some sides => interval_rows 0 sides | None => [] end)).
  { destruct (hull D) as [sides|] eqn:H; [|constructor]. apply (interval_rows_ok sides [] x). apply (hull_ok K D); trivial. }
  destruct D; try exact General. clear General. destruct M as (_ & F). cbn [domain_rows]. rewrite Forall_forall in *. intros r J.
  apply in_map_iff in J. destruct J as (s & <- & J). unfold minus. rewrite dotZ_zscale. replace (inZ (-1)) with (- (1 : K)).
  - replace (- (1) * dotZ (side_row s) (1 :: x)) with (- dotZ (side_row s) (1 :: x)) by ring. apply opp_nonneg. apply side_row_ok, F, J.
  - change (-1)%Z with (- (1))%Z. rewrite inZ_opp, inZ_1. reflexivity.
Qed.

Lemma most (g : nat -> K) n : (0 < n)%nat -> exists i, (i < n)%nat /\ forall j, (j < n)%nat -> g j <= g i.
Proof.
  induction n as [|n IH]; intro P; [lia|]. destruct n as [|n]; [exists O; split; [lia|]; intros j J; replace j with O by lia; apply le_refl|].
  destruct IH as (i & L & M); [lia|]. destruct (kle_dec (g (S n)) (g i)) as [G|G].
  - exists i. split; [lia|]. intros j J. destruct (Nat.eq_dec j (S n)) as [->|]; trivial. apply M. lia.
  - exists (S n). split; [lia|]. intros j J. destruct (Nat.eq_dec j (S n)) as [->|]; [apply le_refl|]. apply kle_trans with (g i); [apply M; lia|apply lt_le, G].
Qed.

Lemma kmax_apart (s t : K) : s <> t -> 0 < kmax (s - t) (t - s).
Proof.
  intros N Z0. destruct (kmax_ge K (s - t) (t - s)) as (A & B). apply N. apply kle_antisym; apply (proj2 (le_diff K _ _)).
  - replace (t - s) with (- (s - t)) by ring. apply opp_nonneg. apply kle_trans with (kmax (s - t) (t - s)); trivial.
  - replace (s - t) with (- (t - s)) by ring. apply opp_nonneg. apply kle_trans with (kmax (s - t) (t - s)); trivial.
Qed.

Lemma kmax_cases (s t : K) : kmax s t = s \/ kmax s t = t.
Proof. unfold kmax. destruct (kle_dec s t); auto. Qed.

Lemma differ (x y : list K) : length x = length y -> x = y \/ exists j, (j < length x)%nat /\ nth j x 0 <> nth j y 0.
Proof.
  revert y. induction x as [|s x IH]; intros [|t y] L; try discriminate; [auto|]. destruct (eq_dec K s t) as [->|E].
  - destruct (IH y) as [->|(j & J & N)]; [injection L; auto|auto|]. right. exists (S j). split; [simpl; lia|exact N].
  - right. exists O. split; [simpl; lia|exact E].
Qed.

Lemma root_ok N n rows out i (x y tx ty : list K) : (n <= N)%nat -> length x = n -> length y = n -> length (x ++ tx) = N -> length (y ++ ty) = N -> (i < n)%nat ->
  (forall r, In r rows -> (length r <= S n)%nat) -> Forall (fun r => 0 <= dotZ r (1 :: x)) rows -> Forall (fun r => 0 <= dotZ r (1 :: y)) rows ->
  (forall r, In r out -> length r = S N /\ eval (x ++ tx) r = eval (y ++ ty) r) ->
  0 < nth i y 0 - nth i x 0 -> (forall j, (j < n)%nat -> nth j y 0 - nth j x 0 <= nth i y 0 - nth i x 0 /\ nth j x 0 - nth j y 0 <= nth i y 0 - nth i x 0) ->
  Forall (satisfies K ((x ++ tx) ++ (y ++ ty) ++ zip (fun a b => (b - a) * kinv (nth i y 0 - nth i x 0)) (x ++ tx) (y ++ ty))) (root N n rows out i).
Proof.
  intros Nn Lx Ly LX LY I Lr Rx Ry Out P Most. set (ux := x ++ tx) in *. set (uy := y ++ ty) in *. set (t := nth i y 0 - nth i x 0) in *.
  assert (Ps : 0 < kinv t) by (apply inv_pos, P). set (w := ux ++ uy ++ zip _ ux uy).
  assert (Ex : forall j, (j < n)%nat -> eval ux (unit (S N) (S j)) = nth j x 0). { intros j J. unfold eval. rewrite unit_dot. cbn [nth]. unfold ux. apply app_nth1. lia. }
  assert (Ey : forall j, (j < n)%nat -> eval uy (unit (S N) (S j)) = nth j y 0). { intros j J. unfold eval. rewrite unit_dot. cbn [nth]. unfold uy. apply app_nth1. lia. }
  assert (Le : forall j, (j < n)%nat -> (length (unit (S N) (S j)) <= S N)%nat) by (intros j J; rewrite unit_length; lia).
  assert (Va : forall j, (j < n)%nat -> dotZ (apart N (unit (S N) (S j))) (1 :: w) = nth j y 0 - nth j x 0).
  { intros j J. unfold w. rewrite (value_apart N ux uy (kinv t)) by (trivial; apply Le, J). rewrite Ex, Ey by trivial. reflexivity. }
  assert (Vd : forall j, (j < n)%nat -> dotZ (at_d N (unit (S N) (S j))) (1 :: w) = (nth j y 0 - nth j x 0) * kinv t).
  { intros j J. unfold w. rewrite (value_d N ux uy (kinv t)) by trivial. rewrite Ex, Ey by trivial. reflexivity. }
  assert (Vm : forall r, dotZ (minus r) (1 :: w) = - dotZ r (1 :: w)).
  { intro r. unfold minus. rewrite dotZ_zscale. replace (inZ (-1)) with (- (1 : K)); [ring|]. change (-1)%Z with (- (1))%Z. rewrite inZ_opp, inZ_1. reflexivity. }
  assert (Vc : forall c, dotZ [c] (1 :: w) = inZ c) by (intro c; cbn [dotZ]; destruct w; ring).
  assert (Small : forall j, (j < n)%nat -> (nth j y 0 - nth j x 0) * kinv t <= 1 /\ - (1) <= (nth j y 0 - nth j x 0) * kinv t).
  { intros j J. destruct (Most j J) as (A & B). assert (T : t * kinv t = 1) by (field; apply pos_ne, P). assert (Q := lt_le K _ _ Ps). split.
    - rewrite <- T. replace ((nth j y 0 - nth j x 0) * kinv t) with (kinv t * (nth j y 0 - nth j x 0)) by ring. replace (t * kinv t) with (kinv t * t) by ring. apply mul_le_l; trivial.
    - rewrite <- T. replace ((nth j y 0 - nth j x 0) * kinv t) with (- (kinv t * (nth j x 0 - nth j y 0))) by ring. apply opp_le. replace (t * kinv t) with (kinv t * t) by ring. apply mul_le_l; trivial. }
  assert (Good : forall r, 0 <= dotZ r (1 :: w) -> good_at ux uy (kinv t) r) by (intros r H; exact H).
  unfold root. constructor. { unfold satisfies. cbn [strict form_of]. rewrite Va by trivial. exact P. }
  apply (good_all ux uy (kinv t)). repeat (apply Forall_app; split).
  - rewrite Forall_forall in Rx |- *. intros r J. apply Good. unfold w. rewrite (value_x N ux uy (kinv t)) by (trivial; specialize (Lr r J); lia).
    unfold eval, ux. specialize (Lr r J). specialize (Rx r J). destruct r as [|c cs]; trivial. cbn [length dotZ] in *. rewrite dotZ_left by lia. exact Rx.
  - rewrite Forall_forall in Ry |- *. intros r' J. apply in_map_iff in J. destruct J as (r & <- & J). apply Good. unfold w. rewrite (value_y N ux uy (kinv t)) by (trivial; specialize (Lr r J); lia).
    unfold eval, uy. specialize (Lr r J). specialize (Ry r J). destruct r as [|c cs]; trivial. cbn [length dotZ] in *. rewrite dotZ_left by lia. exact Ry.
  - apply Forall_forall. intros r' J. apply in_flat_map in J. destruct J as (r & J & R). destruct (Out r J) as (L & E). revert r' R. apply Forall_forall.
    apply Forall_app. split; apply zero_good.
    + rewrite (value_apart N ux uy (kinv t)) by (trivial; lia). rewrite E. ring.
    + rewrite (value_d N ux uy (kinv t)) by trivial. rewrite E. ring.
  - apply Forall_forall. intros r J. apply in_flat_map in J. destruct J as (j & J & R). apply in_seq in J. destruct (Most j ltac:(lia)) as (A & B).
    destruct R as [<-|[<-|[]]]; apply Good; rewrite dotZ_padd, ?Vm, !Va by lia; fold t.
    + replace (t + - (nth j y 0 - nth j x 0)) with (t - (nth j y 0 - nth j x 0)) by ring. apply (proj1 (le_diff K _ _)), A.
    + replace (t + (nth j y 0 - nth j x 0)) with (t - (nth j x 0 - nth j y 0)) by ring. apply (proj1 (le_diff K _ _)), B.
  - apply zero_good. fold w. rewrite dotZ_padd, Vc, Vd by trivial. fold t. change (-1)%Z with (- (1))%Z. rewrite inZ_opp, inZ_1. field. apply pos_ne, P.
  - apply Forall_forall. intros r J. apply in_flat_map in J. destruct J as (j & J & R). apply in_seq in J. destruct (Small j ltac:(lia)) as (A & B).
    destruct R as [<-|[<-|[]]]; apply Good; rewrite dotZ_padd, ?Vm, Vc, Vd, inZ_1 by lia.
    + apply (proj1 (le_diff K _ _)) in A. replace (1 + - ((nth j y 0 - nth j x 0) * kinv t)) with (1 - (nth j y 0 - nth j x 0) * kinv t) by ring. exact A.
    + apply (proj1 (le_diff K _ _)) in B. replace (1 + (nth j y 0 - nth j x 0) * kinv t) with ((nth j y 0 - nth j x 0) * kinv t - - (1)) by ring. exact B.
Qed.
Lemma sub_self (t : K) : t - t = 0.
Proof. ring. Qed.
End Sound.

Lemma forall2b_some A B (f : A -> B -> bool) l m a : forall2b f l m = true -> In a l -> exists b, f a b = true.
Proof.
  revert m. induction l as [|c l IH]; intros [|b m] E J; cbn [forall2b] in E; try discriminate; [destruct J|]. destruct (f c b) eqn:F; [|discriminate].
  destruct J as [->|J]; [exists b; exact F|exact (IH m E J)].
Qed.

(** Another leaf closes a case: it is not so at two inputs with equal values. *)
Definition closes (other : network -> nat -> nat -> list neuron -> list constraint -> list Z -> bool) : Prop :=
  forall (K : ofield) f n N us h reason, other f n N us h reason = true -> forall (x y : list K) ms e scale, length x = n -> length y = n -> value f x = value f y ->
    crun N f [fresh N 0 n] n = Some (ms, us, e) -> let ux := x ++ hidden K f [x] in let uy := y ++ hidden K f [y] in
    length ux = N -> length uy = N -> (forall c, In c us -> length (before c) = S N) ->
    map (aval K (k1 :: ux)) ms = trace f x -> map (aval K (k1 :: uy)) ms = trace f y ->
    Forall (satisfies K (ux ++ uy ++ zip (fun a b => kmul (ksub b a) scale) ux uy)) h -> x = y.

Theorem split_tree_with_proves other trees : closes other -> sound (split_tree_with other trees).
Proof.
  intros Closes [[f|] D| | | | | |] gs E K _; try discriminate. cbn [split_tree_with] in E. destruct (dimension D) as [n|] eqn:Dim; [|discriminate]. cbv zeta in E.
  set (N := (n + units_of f)%nat) in *. destruct (crun N f _ n) as [((ms, us), e)|] eqn:C; [|discriminate]. apply given_some in E. destruct E as (E & _).
  rewrite !andb_true_iff, Nat.eqb_eq, !forallb_forall in E. destruct E as (((En & Short) & Cont) & Trees).
  set (out := fst (last ms ([], 1%positive))) in *. set (den := snd (last ms ([], 1%positive))).
  assert (Run : forall z : list K, length z = n -> let u := z ++ hidden K f [z] in
    length u = N /\ map (aval K (k1 :: u)) ms = trace f z /\ Forall (fires K N u) us /\ value f z = map (fun r => kdiv (eval K u r) (inZ (Zpos den))) out /\ forall r, In r out -> length r = S N).
  { intros z Lz u. assert (Nn : (n <= N)%nat) by (unfold N; lia).
    destruct (crun_ok K N f [fresh N 0 n] n ms us e [z] u [] C) as (A & B & G & L).
    - intros q [<-|[]]. apply fresh_good. exact Nn.
    - cbn [map]. f_equal. rewrite <- Lz. apply (fresh_ok K N 0 u z (hidden K f [z])). reflexivity.
    - unfold u. rewrite app_nil_r, skipn_app, <- Lz, skipn_all, Nat.sub_diag. reflexivity.
    - split; [unfold u; rewrite app_length; lia|]. split; [exact A|]. split; trivial.
      assert (Gl : good (S N) (last ms ([], 1%positive))).
      { clear - G. induction ms as [|q [|q' ms] IH]; [intros r []|apply G; simpl; auto|]. apply IH. intros p J. apply G. simpl in *. tauto. }
      split; [|exact Gl]. unfold value, trace. rewrite <- A. clear - ms.
      unfold out, den. induction ms as [|q [|q' ms] IH]; [reflexivity|reflexivity|exact IH]. }
  assert (Rows : forall r, In r (domain_rows D) -> (length r <= S n)%nat) by (intros r J; apply Nat.leb_le, Short, J).
  assert (Apart : forall (x y : list K) i, member D x -> member D y -> value f x = value f y -> (i < n)%nat -> ~ kle (ksub (nth i y k0) (nth i x k0)) k0 ->
    (forall j, (j < n)%nat -> kle (ksub (nth j y k0) (nth j x k0)) (ksub (nth i y k0) (nth i x k0)) /\
      kle (ksub (nth j x k0) (nth j y k0)) (ksub (nth i y k0) (nth i x k0))) -> False).
  { intros x y i Dx Dy F I P Most. assert (Lx := dimension_spec K D n x Dim Dx). assert (Ly := dimension_spec K D n y Dim Dy).
    destruct (Run x Lx) as (Lux & Tx & Fx & Vx & Lo), (Run y Ly) as (Luy & Ty & Fy & Vy & _). destruct (forall2b_some _ _ _ _ _ i Trees) as (t & T); [apply in_seq; lia|].
    set (ux := x ++ hidden K f [x]) in *. set (uy := y ++ hidden K f [y]) in *. set (s := kinv (ksub (nth i y k0) (nth i x k0))).
    refine (check_infeasible K (ux ++ uy ++ zip (fun a b => kmul (ksub b a) s) ux uy) (other f n N us) _ (flat_map (choices N) us) _ _ _ T _).
    - intros h reason O H. apply P. assert (Eq : x = y).
      { apply (Closes K f n N us h reason O x y ms e s); trivial. intros c J. rewrite Forall_forall in Fx. apply (Fx c J). }
      rewrite Eq, sub_self. apply le_refl.
    - intros groups J. apply in_flat_map in J. destruct J as (c & Jc & J). rewrite Forall_forall in Fx, Fy.
      apply (choices_ok K N ux uy s) with (c := c); auto. apply inv_pos, P.
    - apply root_ok; trivial.
      + unfold N. lia.
      + apply domain_rows_ok, Dx.
      + apply domain_rows_ok, Dy.
      + intros r J. split; [apply Lo, J|]. fold ux uy. rewrite Vx, Vy in F. assert (X := ext_in_map F r J). cbv beta in X.
        apply (mul_cancel K (kinv (inZ (Zpos den)))); [apply pos_ne, inv_pos, den_pos|]. rewrite !div_eq_mul in X.
        assert (Comm : forall a b : K, kmul a b = kmul b a) by (intros; apply (Ring_theory.Rmul_comm (F_R (kth K)))). rewrite !(Comm (kinv _)). exact X. }
  intros x y Dx Dy F. cbn [image] in F. assert (Lx := dimension_spec K D n x Dim Dx). assert (Ly := dimension_spec K D n y Dim Dy).
  destruct (differ K x y) as [|(j & J & Ne)]; [congruence|trivial|]. exfalso. rewrite Lx in J.
  set (a := fun i => ksub (nth i y k0) (nth i x k0)). set (b := fun i => ksub (nth i x k0) (nth i y k0)).
  destruct (most K (fun i => kmax (a i) (b i)) n) as (i & I & M); [lia|]. cbv beta in M.
  assert (P : ~ kle (kmax (a i) (b i)) k0).
  { intro Z0. apply (kmax_apart K (nth j y k0) (nth j x k0)); [congruence|]. exact (kle_trans _ _ _ _ (M j J) Z0). }
  destruct (kmax_cases K (a i) (b i)) as [Q|Q]; rewrite Q in P, M.
  - apply (Apart x y i Dx Dy F I P). intros k Lk. destruct (kmax_ge K (a k) (b k)) as (A & B). split; [exact (kle_trans _ _ _ _ A (M k Lk))|exact (kle_trans _ _ _ _ B (M k Lk))].
  - apply (Apart y x i Dy Dx (eq_sym F) I P). intros k Lk. destruct (kmax_ge K (a k) (b k)) as (A & B). split; [exact (kle_trans _ _ _ _ B (M k Lk))|exact (kle_trans _ _ _ _ A (M k Lk))].
Qed.
