(** Networks whose slopes on a domain are known, and the rule StronglyMonotone (theorems/monotonicity.py). *)
Require Import ZArith QArith List Bool Lia Field.
From Bijection Require Import Maps OField Network Exact Domains Statements Intervals Hull Homogeneous Secants.
Import ListNotations.
Open Scope Z_scope.

(** ** A network without the values that nobody reads: these become empty *)

Fixpoint prune (reversed : network) (read : list nat) : network :=
  match reversed with
  | [] => []
  | nd :: r => if existsb (Nat.eqb (length reversed)) read then nd :: prune r (inputs nd ++ read) else Node Stack [] :: prune r read
  end.
Definition pruned (f : network) : network := rev (prune (rev f) [length f]).

(** ** Slopes on intervals *)

(** Whether the interval has points above the breakpoint, and below it. *)
Definition beside (i : interval) (b : Q) : bool * bool :=
  (match snd i with Some u => negb (Qle_bool u b) | None => true end, match fst i with Some l => negb (Qle_bool b l) | None => true end).

Definition slopes_of (s : activation) (i : interval) : Q * Q :=
  match s with Pieces p more => slope_range p (map (fun m => (m, beside i (fst m))) more) | _ => (0, 0)%Q end.

Definition bending (s : activation) : bool := match s with Pieces p more => continuous p more | _ => false end.
Definition bends_at (k : nat) (nd : node) : bool :=
  match does nd with Pointwise l => match inputs nd with [j] => (j <=? k)%nat | _ => false end && forallb (fun e => bending (snd e)) l | _ => true end.
Definition all_bend (f : network) : bool := forallb (fun e => bends_at (fst e) (snd e)) (combine (seq 0 (length f)) f).

(** For each node the least and the greatest slopes of its units, where the input lies between the sides. *)
Definition slopes_on (f : network) (sides : list interval) : list (list (Q * Q)) :=
  let vals := run_bounds f [sides] in
  map (fun nd => match does nd with Pointwise l => zip slopes_of (unroll l) (nth (hd O (inputs nd)) vals []) | _ => [] end) f.

Definition StronglyMonotone (matrix : list (list Z)) (weights : list Q) : rule := fun goal =>
  match goal with
  | Injective (Net f) D =>
      match hull D, dimension D with
      | Some sides, Some n =>
          match widths f n with
          | Some ws =>
              let g := pruned f in
              given ((length matrix =? n)%nat && forallb (fun line => length line =? last ws O)%nat matrix && all_bend g &&
                     monotone g n (slopes_on g sides) matrix weights) []
          | None => None
          end
      | _, _ => None
      end
  | _ => None
  end.

Lemma bends_of f k nd : all_bend f = true -> nth_error f k = Some nd ->
  match does nd with Pointwise _ => match inputs nd with [j] => (j < 1 + k)%nat | _ => False end | _ => True end /\
  match does nd with Pointwise l => forall i s, nth_error (unroll l) i = Some s -> bending s = true | _ => True end.
Proof.
  intros B E. unfold all_bend in B. rewrite forallb_forall in B.
  assert (I : In (k, nd) (combine (seq 0 (length f)) f)).
  { assert (H : forall i, nth_error f k = Some nd -> In ((i + k)%nat, nd) (combine (seq i (length f)) f)); [|exact (H O E)].
    clear. revert k. induction f as [|nd' f' IH]; intros [|k] i H; try discriminate; cbn [nth_error length seq combine] in *.
    - injection H as ->. left. f_equal. lia.
    - right. replace (i + S k)%nat with (S i + k)%nat by lia. apply IH, H. }
  specialize (B _ I). unfold bends_at in B. cbn [fst snd] in B. destruct (does nd) as [| l | | | | | | ]; try (split; exact Logic.I).
  apply andb_true_iff in B. destruct B as (B1 & B2). split.
  - destruct (inputs nd) as [|j [|? ?]]; try discriminate. apply Nat.leb_le in B1. lia.
  - intros i s Es. apply nth_error_In, unroll_in in Es. destruct Es as (q & J & <-). rewrite forallb_forall in B2. apply B2, J.
Qed.

Section Sound.
Variable K : ofield.
Open Scope K_scope.
Local Notation inQ := (@OField.inQ K).

Lemma trace_snoc f nd (x : list K) : trace (f ++ [nd]) x = step (trace f x) nd.
Proof. unfold trace. rewrite fold_left_app. reflexivity. Qed.

Lemma prune_length g read : length (prune g read) = length g.
Proof. revert read. induction g as [|nd g IH]; intro read; cbn [prune]; trivial. destruct (existsb (Nat.eqb (length (nd :: g))) read); cbn [length]; rewrite IH; reflexivity. Qed.

Lemma prune_ok (x : list K) f : forall read j, In j read -> nth j (trace (rev (prune (rev f) read)) x) [] = nth j (trace f x) [].
Proof.
  induction f as [|nd f IH] using rev_ind; intros read j J; [reflexivity|]. rewrite rev_app_distr. cbn [rev app prune]. cbn [length]. rewrite rev_length.
  assert (LT : forall g : network, length (trace g x) = S (length g)) by (intro g; unfold trace; rewrite trace_length; reflexivity).
  assert (LP : forall read, length (trace (rev (prune (rev f) read)) x) = S (length f)) by (intro; rewrite LT, rev_length, prune_length, rev_length; reflexivity).
  destruct (existsb (Nat.eqb (S (length f))) read) eqn:E; cbn [rev]; rewrite !trace_snoc; unfold step.
  - destruct (Nat.lt_trichotomy j (S (length f))) as [L|[->|L]].
    + rewrite !app_nth1 by (rewrite ?LP, ?LT; exact L). apply IH, in_or_app. auto.
    + rewrite !app_nth2 by (rewrite ?LP, ?LT; lia). rewrite LP, LT, Nat.sub_diag. cbn [nth]. f_equal. apply map_ext_in. intros i I. apply IH, in_or_app. auto.
    + rewrite !nth_overflow; trivial; rewrite app_length; cbn [length]; rewrite ?LP, ?LT; lia.
  - destruct (Nat.lt_trichotomy j (S (length f))) as [L|[->|L]].
    + rewrite !app_nth1 by (rewrite ?LP, ?LT; exact L). apply IH, J.
    + exfalso. assert (F : existsb (Nat.eqb (S (length f))) read = true) by (apply existsb_exists; exists (S (length f)); split; [exact J|apply Nat.eqb_refl]). congruence.
    + rewrite !nth_overflow; trivial; rewrite app_length; cbn [length]; rewrite ?LP, ?LT; lia.
Qed.

Theorem pruned_ok f (x : list K) : value (pruned f) x = value f x.
Proof.
  assert (V : forall g, value g x = nth (length g) (trace g x) []) by (intro g; symmetry; apply (trace_last K g x)).
  rewrite !V. unfold pruned at 1. assert (L : length (rev (prune (rev f) [length f])) = length f) by (rewrite rev_length, prune_length; apply rev_length).
  rewrite L. apply prune_ok. simpl. auto.
Qed.

Lemma slopes_of_ok s i (t u : K) : bending s = true -> inside i t -> inside i u -> between_slopes K (slopes_of s i) (t - u) (activate s t - activate s u).
Proof.
  destruct s as [p more| | | |al sc|]; try discriminate. cbn [bending slopes_of activate]. intros C T U.
  assert (R : forall v : K, inside i v -> in_region K (map (fun m => (m, beside i (fst m))) more) v).
  { intros v (A & B). unfold in_region. apply Forall_forall. intros e I. apply in_map_iff in I. destruct I as ((b, p') & <- & _). unfold beside. cbn [fst snd]. split.
    - destruct (snd i) as [q|]; [|discriminate]. intro F. apply negb_false_iff, (Qle_bool_spec K) in F. cbn [under] in B. apply kle_trans with (inQ q); trivial.
    - destruct (fst i) as [q|]; [|discriminate]. intro F. apply negb_false_iff, (Qle_bool_spec K) in F. cbn [above] in A. apply kle_trans with (inQ q); trivial. }
  assert (B := between_flagged K p (map (fun m => (m, beside i (fst m))) more) t u). rewrite map_map, map_id in B. apply B; auto.
Qed.

(** What monotone_ok and its like ask of two traces. *)
Theorem slopes_on_ok f sides (x y : list K) : all_bend f = true -> Forall2 inside sides x -> Forall2 inside sides y ->
  forall k nd, nth_error f k = Some nd -> let j := hd O (inputs nd) in
    node_slopes K (does nd) (nth k (slopes_on f sides) []) (nth j (trace f x) []) (nth j (trace f y) []) /\
    match does nd with Pointwise _ => match inputs nd with [j] => (j < 1 + k)%nat | _ => False end | _ => True end.
Proof.
  intros B X Y k nd E j. destruct (bends_of f k nd B E) as (P & C). split; [|exact P]. unfold node_slopes. destruct (does nd) as [| l | | | | | | ] eqn:Op; try exact I.
  destruct (inputs nd) as [|j' [|? ?]] eqn:In_; try contradiction. cbn [hd] in j. subst j. rename j' into j. intros i s r Es Er. specialize (C i s Es).
  assert (Sl : nth k (slopes_on f sides) [] = zip slopes_of (unroll l) (nth j (run_bounds f [sides]) [])).
  { unfold slopes_on. set (vals := run_bounds f [sides]). set (g := fun nd => match does nd with Pointwise l => zip slopes_of (unroll l) (nth (hd O (inputs nd)) vals []) | _ => [] end).
    rewrite (nth_error_nth _ k [] (map_nth_error g k f E)). unfold g. rewrite Op, In_. reflexivity. }
  rewrite Sl in Er.
  assert (Bs : forall z : list K, Forall2 inside sides z -> Forall2 inside (nth j (run_bounds f [sides]) []) (nth j (trace f z) [])).
  { intros z Z0. apply Forall2_nth; [constructor|]. apply run_bounds_ok. constructor; [exact Z0|constructor]. }
  assert (Bx := Bs x X). assert (By := Bs y Y). clear Bs Sl.
  revert Es Er Bx By. generalize (unroll l) (nth j (run_bounds f [sides]) []) (nth j (trace f x) []) (nth j (trace f y) []). clear - C. intros ss is u v.
  revert ss is u v. induction i as [|i IH]; intros [|s' ss] [|d is] u v Es Er U V; try discriminate; cbn [nth_error zip] in *; inversion U as [|? a ? u' A U']; inversion V as [|? b ? v' B V']; subst.
  - injection Es as ->. injection Er as <-. cbn [nth]. apply slopes_of_ok; trivial.
  - cbn [nth]. apply (IH ss is); trivial.
Qed.
End Sound.

Theorem StronglyMonotone_sound matrix weights : sound (StronglyMonotone matrix weights).
Proof.
  intros [[f|] D| | | | | |] gs E K _; try discriminate. cbn [StronglyMonotone] in E. destruct (hull D) as [sides|] eqn:H; [|discriminate].
  destruct (dimension D) as [n|] eqn:N; [|discriminate]. destruct (widths f n) as [ws|]; [|discriminate]. apply given_some in E. destruct E as (E & _).
  rewrite !andb_true_iff in E. destruct E as ((_ & B) & M). intros x y Dx Dy V. cbn [image] in V.
  apply (monotone_ok K (pruned f) n (slopes_on (pruned f) sides) matrix weights); trivial.
  - apply (dimension_spec K D n x N Dx).
  - apply (dimension_spec K D n y N Dy).
  - apply slopes_on_ok; trivial; apply (hull_ok K D); trivial.
  - rewrite !pruned_ok. exact V.
Qed.
