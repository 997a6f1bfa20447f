(** Networks with one layer of piecewise-affine activations: the forms of the inputs z of its units, and of the output in the input x and
    the values h of the units (theorems/one_layer.py). *)
Require Import ZArith QArith List Bool Lia Field.
From Bijection Require Import OField Network Exact Domains Intervals Rank Affine Hull Homogeneous Secants.
Import ListNotations.
Open Scope Z_scope.

(** z = (inner (1, x)) / d and f(x) = (outer (1, x, h)) / e, a row for each coordinate. *)
Record layer := Layer { inner : list (list Z); inner_over : positive; units : list activation; outer : list (list Z); outer_over : positive }.

Fixpoint at_layer (f : network) : network * option (list activation * nat * network) :=
  match f with
  | [] => ([], None)
  | Node (Pointwise l) [j] :: r => ([], Some (unroll l, j, r))
  | nd :: r => let '(pre, found) := at_layer r in (nd :: pre, found)
  end.

Definition one_layer (n : nat) (f : network) : option layer :=
  match at_layer f with
  | (pre, Some (us, j, post)) =>
      let N := (n + length us)%nat in
      match arun N pre [(map (fun i => unit (S N) (S i)) (seq 0 n), 1%positive)] with
      | None => None
      | Some ms =>
          let '(rows, d) := nth j ms ([], 1%positive) in
          match arun N post (ms ++ [(map (fun i => unit (S N) (S i)) (seq n (length us)), 1%positive)]) with
          | None => None
          | Some out =>
              let '(last_rows, e) := last out ([], 1%positive) in
              if (length rows =? length us)%nat && forallb (fun r => forallb (Z.eqb 0) (skipn (S n) r)) rows
              then Some (Layer (map (firstn (S n)) rows) d us last_rows e) else None
          end
      end
  | _ => None
  end.

(** The columns of a matrix. *)
Definition columns (n : nat) (rows : list (list Z)) : list (list Z) := map (fun k => map (fun r => nth k r 0) rows) (seq 0 n).

Lemma zdot_padd u v w : zdot u (padd v w) = zdot u v + zdot u w.
Proof. revert v w. induction u as [|a u IH]; intros [|b v] [|c w]; cbn [padd zdot]; try ring. rewrite IH. ring. Qed.
Lemma zdot_comm u v : zdot u v = zdot v u.
Proof. revert v. induction u as [|a u IH]; intros [|b v]; cbn [zdot]; trivial. rewrite IH. ring. Qed.

Lemma zdot_pcomb u cs cols : zdot u (pcomb cs cols) = zdot cs (map (zdot u) cols).
Proof.
  assert (Zero : forall v, zdot v [] = 0) by (intros [|? ?]; reflexivity).
  revert cols. induction cs as [|c cs IH]; intros [|v cols]; cbn [pcomb map zdot]; try apply Zero.
  destruct (Z.eqb_spec c 0) as [->|]; [rewrite IH; ring|]. rewrite zdot_padd, zdot_scale_r, IH. reflexivity.
Qed.

Section Correct.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Local Notation inZ := (@OField.inZ K).
Let ne := den_ne K.

Lemma at_layer_ok f pre us j post : at_layer f = (pre, Some (us, j, post)) -> exists l, us = unroll l /\ f = pre ++ Node (Pointwise l) [j] :: post.
Proof.
  revert pre. induction f as [|nd f IH]; intros pre E; [discriminate|]. cbn [at_layer] in E.
  assert (General : (let '(pre, found) := at_layer f in (nd :: pre, found)) = (pre, Some (us, j, post)) -> exists l, us = unroll l /\ nd :: f = pre ++ Node (Pointwise l) [j] :: post).
  { destruct (at_layer f) as (pre', found). intro F. injection F as <- ->. destruct (IH pre' eq_refl) as (l & A & B). exists l. split; [exact A|]. rewrite B. reflexivity. }
  destruct nd as [[c rows d|l| | | | | | ] [|i [|? ?]]]; try (apply General; exact E). injection E as <- <- <- <-. exists l. split; reflexivity.
Qed.

Lemma units_at (w : list K) a N k : (a + k <= N)%nat -> length w = S N -> map (fun i => dotZ (unit (S N) (S i)) w) (seq a k) = firstn k (skipn a (tl w)).
Proof.
  intros L Lw. destruct w as [|t w]; [discriminate|]. cbn [tl]. injection Lw as Lw. rewrite (map_ext _ (fun i => nth i w 0)).
  2: { intro i. rewrite unit_dot. reflexivity. }
  clear t. subst N. revert a L. induction k as [|k IH]; intros a L; [reflexivity|]. cbn [seq map]. rewrite (IH (S a)) by lia.
  clear IH. revert a L. induction w as [|t w IH]; intros [|a] L; cbn [length] in L; try lia; [reflexivity|]. cbn [skipn nth]. apply IH. lia.
Qed.

Lemma short_row (r : list Z) n (x h : list K) : length r = S (n + length h) -> length x = n -> forallb (Z.eqb 0) (skipn (S n) r) = true ->
  dotZ r (1 :: x ++ h) = dotZ (firstn (S n) r) (1 :: x).
Proof.
  intros L Lx Z0. rewrite <- (firstn_skipn (S n) r) at 1. rewrite dotZ_app, firstn_length, Nat.min_l by lia.
  assert (T : dotZ (skipn (S n) r) (skipn (S n) (1 :: x ++ h)) = 0).
  { generalize (skipn (S n) (1 :: x ++ h)). revert Z0. generalize (skipn (S n) r). clear. induction l as [|c l IH]; intros E w; [reflexivity|]. cbn [forallb] in E. apply andb_true_iff in E.
    destruct E as (E1 & E2). apply Z.eqb_eq in E1. subst c. destruct w as [|t w]; [reflexivity|]. cbn [dotZ]. rewrite IH, inZ_0 by exact E2. ring. }
  rewrite T. change (1 :: x ++ h) with ((1 :: x) ++ h).
  assert (Q : forall (q : list Z) (a b : list K), (length q <= length a)%nat -> dotZ q (a ++ b) = dotZ q a).
  { clear. induction q as [|c q IH]; intros [|t a] b H; cbn [length app dotZ] in *; try lia; trivial. rewrite IH by lia. reflexivity. }
  rewrite Q by (rewrite firstn_length; cbn [length]; lia). ring.
Qed.

(** The inputs of the units, and their values. *)
Definition z_at (g : layer) (x : list K) : list K := map (fun r => dotZ r (1 :: x) / inZ (Zpos (inner_over g))) (inner g).
Definition h_at (g : layer) (x : list K) : list K := zip activate (units g) (z_at g x).

Theorem one_layer_ok n f g (x : list K) : one_layer n f = Some g -> length x = n ->
  value f x = map (fun r => dotZ r (1 :: x ++ h_at g x) / inZ (Zpos (outer_over g))) (outer g) /\
  length (units g) = length (inner g) /\ (forall r, In r (inner g) -> length r = S n) /\ (forall r, In r (outer g) -> length r = S (n + length (units g))).
Proof.
  unfold one_layer. intros E Lx. destruct (at_layer f) as (pre & [((us, j), post)|]) eqn:A; [|discriminate]. destruct (at_layer_ok f pre us j post A) as (l & Eu & Ef).
  set (N := (n + length us)%nat) in *. set (start := (map (fun i => unit (S N) (S i)) (seq 0 n), 1%positive)) in *.
  destruct (arun N pre [start]) as [ms|] eqn:R; [|discriminate]. destruct (nth j ms ([], 1%positive)) as (rows, d) eqn:J.
  set (own := (map (fun i => unit (S N) (S i)) (seq n (length us)), 1%positive)) in *. destruct (arun N post (ms ++ [own])) as [out|] eqn:P; [|discriminate].
  destruct (last out ([], 1%positive)) as (last_rows, e) eqn:La. destruct (Nat.eqb_spec (length rows) (length us)) as [Lu|]; [|discriminate]. cbn [andb] in E.
  destruct (forallb _ rows) eqn:Z0; [|discriminate]. injection E as <-. cbn [inner inner_over units outer outer_over].
  assert (Good : forall a k, (a + k <= N)%nat -> good (S N) (map (fun i => unit (S N) (S i)) (seq a k), 1%positive)).
  { intros a k L r I. apply in_map_iff in I. destruct I as (i & <- & I). apply in_seq in I. unfold unit. rewrite app_length. cbn [length]. rewrite !repeat_length. lia. }
  set (g := Layer (map (firstn (S n)) rows) d us last_rows e). set (h := h_at g x).
  assert (Lh : length h = length us).
  { unfold h, h_at, z_at. cbn [units inner inner_over g]. rewrite zip_length; [reflexivity|rewrite !map_length; congruence]. }
  set (v := x ++ h). assert (Lv : length (1 :: v) = S N) by (unfold v, N; cbn [length]; rewrite app_length; lia).
  assert (Start : aval K (1 :: v) start = x).
  { unfold aval, start. cbn [fst snd]. rewrite map_map. rewrite (map_ext _ (fun i => dotZ (unit (S N) (S i)) (1 :: v))) by (intro; apply div_one).
    rewrite (units_at (1 :: v) 0 N n) by (trivial; lia). cbn [tl skipn]. unfold v. rewrite <- Lx, firstn_app, Nat.sub_diag, firstn_all. apply app_nil_r. }
  assert (Own : aval K (1 :: v) own = h).
  { unfold aval, own. cbn [fst snd]. rewrite map_map. rewrite (map_ext _ (fun i => dotZ (unit (S N) (S i)) (1 :: v))) by (intro; apply div_one).
    rewrite (units_at (1 :: v) n N (length us)) by (trivial; lia). cbn [tl]. unfold v. rewrite <- Lx, skipn_app, Nat.sub_diag, skipn_all. cbn [app skipn]. rewrite <- Lh. apply firstn_all. }
  destruct (fun G => arun_ok K N pre [start] ms v G R) as (Tr & Gm). { intros q [<-|[]]. apply Good. lia. }
  cbn [map] in Tr. rewrite Start in Tr.
  assert (Gr : of_length (S N) rows).
  { intros r I. destruct (Nat.lt_ge_cases j (length ms)) as [Lj|Lj].
    - apply (Gm (nth j ms ([], 1%positive))); [apply nth_In, Lj|]. rewrite J. exact I.
    - rewrite nth_overflow in J by exact Lj. injection J as <- _. destruct I. }
  assert (Hz : apply (Pointwise l) [nth j (map (aval K (1 :: v)) ms) []] = h).
  { cbn [apply nth]. change [] with (aval K (1 :: v) ([], 1%positive)). rewrite (map_nth (aval K (1 :: v))), J. rewrite <- Eu. unfold h, h_at. cbn [units g]. f_equal.
    unfold aval, z_at. cbn [fst snd inner inner_over g]. rewrite map_map. apply map_ext_in. intros r I. f_equal. apply short_row; [rewrite Lh; apply Gr, I|exact Lx|].
    rewrite forallb_forall in Z0. apply Z0, I. }
  destruct (fun G => arun_ok K N post (ms ++ [own]) out v G P) as (Tp & Go).
  { intros q I. apply in_app_iff in I. destruct I as [I|[<-|[]]]; [apply Gm, I|apply Good; lia]. }
  assert (Trace : trace f x = map (aval K (1 :: v)) out).
  { unfold trace. rewrite Ef, fold_left_app, Tr. cbn [fold_left]. rewrite <- Tp, map_app. f_equal. unfold step. cbn [does inputs map]. rewrite Hz, Own. reflexivity. }
  split; [|split; [|split]].
  - unfold value. rewrite Trace. fold v. assert (Q : last (map (aval K (1 :: v)) out) [] = aval K (1 :: v) (last out ([], 1%positive))).
    { clear. induction out as [|a [|b r] IH]; [reflexivity|reflexivity|exact IH]. }
    rewrite Q, La. reflexivity.
  - rewrite map_length. congruence.
  - intros r I. apply in_map_iff in I. destruct I as (q & E & I). change (firstn (S n) q = r) in E. rewrite <- E, firstn_length, (Gr q I). unfold N. lia.
  - intros r I. assert (X := La). destruct out as [|o out] using rev_ind; [injection X as <- _; destruct I|]. rewrite last_last in X. subst o. apply (Go (last_rows, e)); [apply in_app_iff; simpl; auto|exact I].
Qed.

(** ** Columns *)

Lemma dotZ_map_add (F G : nat -> Z) l (w : list K) : dotZ (map (fun k => F k + G k)%Z l) w = dotZ (map F l) w + dotZ (map G l) w.
Proof. revert w. induction l as [|k l IH]; intros [|t w]; cbn [map dotZ]; try ring. rewrite IH, inZ_add. ring. Qed.

Lemma dotZ_entries c (r : list Z) n (w : list K) : length r = n -> dotZ (map (fun k => c * nth k r 0)%Z (seq 0 n)) w = inZ c * dotZ r w.
Proof.
  intros <-. revert w. induction r as [|a r IH]; intro w; cbn [length seq map dotZ]; [ring|]. destruct w as [|t w]; [cbn [dotZ]; ring|].
  cbn [dotZ nth]. rewrite <- seq_shift, map_map, inZ_mul. cbn [nth]. rewrite IH. ring.
Qed.

Lemma columns_ok u n rows (w : list K) : of_length n rows -> dotZ u (map (fun r => dotZ r w) rows) = dotZ (map (zdot u) (columns n rows)) w.
Proof.
  unfold columns. rewrite map_map. revert rows. induction u as [|c u IH]; intros rows L.
  - cbn [dotZ zdot]. symmetry. generalize (seq 0 n) w. clear. induction l as [|k l IH]; intros [|t w]; cbn [map dotZ]; trivial. rewrite IH, inZ_0. ring.
  - destruct rows as [|r rows].
    + cbn [map dotZ zdot]. symmetry. generalize (seq 0 n) w. clear. induction l as [|k l IH]; intros [|t w]; cbn [map dotZ]; trivial. rewrite IH, inZ_0. ring.
    + cbn [map dotZ zdot]. rewrite dotZ_map_add, dotZ_entries by (apply L; simpl; auto). rewrite IH by (intros q I; apply L; simpl; auto). reflexivity.
Qed.
End Correct.
