(** Affine maps: networks of affine operations, sums and stacks multiplied out (theorems/affine.py), and the two rules about their rank. *)
Require Import ZArith QArith List Bool Lia Field.
From Bijection Require Import Maps OField Network Exact Domains Statements Rank.
Import ListNotations.
Open Scope Z_scope.

(** ** Multiplying out. A map is a list of rows (constant :: coefficients) over one denominator. *)

Definition amap := (list (list Z) * positive)%type.

Fixpoint expand (rs : list (nat * list Z)) : list Z :=
  match rs with [] => [] | (k, cs) :: r => repeat 0 k ++ cs ++ expand r end.
Definition dense (n : nat) (rs : list (nat * list Z)) : list Z := let l := expand rs in firstn n l ++ repeat 0 (n - length l).

Definition zadd (u v : list Z) : list Z := zip Z.add u v.

Fixpoint lcomb (n : nat) (cs : list Z) (rows : list (list Z)) : list Z :=
  match cs, rows with c :: cs', r :: rows' => zadd (zscale c r) (lcomb n cs' rows') | _, _ => repeat 0 n end.

Definition aover (c : positive) (m : amap) : list (list Z) := map (zscale (Zpos c / Zpos (snd m))) (fst m).
Fixpoint asum (ms : list (list (list Z))) : list (list Z) :=
  match ms with [] => [] | [m] => m | m :: r => zip zadd m (asum r) end.

Definition aapply (n : nat) (o : op) (ms : list amap) : option amap :=
  match o with
  | Affine _ rows e =>
      let '(a, d) := nth 0 ms ([], 1%positive) in
      Some (map (fun r => zadd (lcomb (S n) (dense (length a) (runs r)) a) (constant r * Zpos d :: repeat 0 n)) rows, (e * d)%positive)
  | Sum => let c := common (map snd ms) in Some (asum (map (aover c) ms), c)
  | Stack => let c := common (map snd ms) in Some (concat (map (aover c) ms), c)
  | _ => None
  end.

Fixpoint arun (n : nat) (f : network) (ms : list amap) : option (list amap) :=
  match f with
  | [] => Some ms
  | nd :: r => match aapply n (does nd) (map (fun j => nth j ms ([], 1%positive)) (inputs nd)) with
               | Some m => arun n r (ms ++ [m]) | None => None end
  end.

Definition unit (n i : nat) : list Z := repeat 0 i ++ 1 :: repeat 0 (n - S i).

Definition affine_form (n : nat) (f : network) : option amap :=
  match f with
  | [Node (Affine _ rows d) [O]] => Some (map (fun r => constant r :: dense n (runs r)) rows, d)
  | _ => match arun n f [(map (fun i => unit (S n) (S i)) (seq 0 n), 1%positive)] with
         | Some ms => Some (last ms ([], 1%positive)) | None => None end
  end.

Section Correct.
Variable K : ofield.
Add Field Kf : (kth K).
Let ne := den_ne K.

Lemma dotZ_app u v (x : list K) : dotZ (u ++ v) x = (dotZ u x + dotZ v (skipn (length u) x))%K.
Proof.
  revert x. induction u as [|a u IH]; intros [|t x]; cbn [app dotZ length skipn]; try ring.
  - destruct v; cbn [dotZ]; ring.
  - rewrite IH. ring.
Qed.

Lemma dotZ_zeros k (x : list K) : dotZ (repeat 0 k) x = k0.
Proof. revert x. induction k as [|k IH]; intros [|t x]; cbn [repeat dotZ]; trivial. rewrite IH, inZ_0. ring. Qed.

Lemma expand_ok rs (x : list K) : dotZ (expand rs) x = form rs x.
Proof.
  revert x. induction rs as [|(k, cs) r IH]; intros x; cbn [expand form]; [destruct x; reflexivity|].
  rewrite dotZ_app, dotZ_zeros, repeat_length, dotZ_app, IH. ring.
Qed.

Lemma dotZ_firstn n u (x : list K) : length x = n -> dotZ (firstn n u) x = dotZ u x.
Proof. revert u x. induction n as [|n IH]; intros [|a u] [|t x] L; try discriminate; cbn [firstn dotZ]; trivial. rewrite IH by (injection L; auto). reflexivity. Qed.

Lemma dense_ok n rs (x : list K) : length x = n -> dotZ (dense n rs) x = form rs x.
Proof. intro L. unfold dense. rewrite dotZ_app, dotZ_zeros, dotZ_firstn, expand_ok by trivial. ring. Qed.

Lemma dense_length n rs : length (dense n rs) = n.
Proof. unfold dense. rewrite app_length, firstn_length, repeat_length. lia. Qed.

Lemma dotZ_zadd u v (w : list K) : length u = length v -> dotZ (zadd u v) w = (dotZ u w + dotZ v w)%K.
Proof.
  revert v w. unfold zadd. induction u as [|s u IH]; intros [|t v] [|r w] E; try discriminate; cbn [zip dotZ]; try ring.
  rewrite IH by (injection E; auto). rewrite inZ_add. ring.
Qed.

Lemma dotZ_zscale c u (w : list K) : dotZ (zscale c u) w = (inZ c * dotZ u w)%K.
Proof. revert w. unfold zscale. induction u as [|s u IH]; intros [|r w]; cbn [map dotZ]; try ring. rewrite IH, inZ_mul. ring. Qed.

Lemma zadd_length u v : length u = length v -> length (zadd u v) = length u.
Proof. apply zip_length. Qed.
Lemma zscale_length c u : length (zscale c u) = length u.
Proof. apply map_length. Qed.

Definition of_length (n : nat) (rows : list (list Z)) := forall r, In r rows -> length r = n.

Lemma lcomb_length n cs rows : of_length n rows -> length (lcomb n cs rows) = n.
Proof.
  revert rows. induction cs as [|c cs IH]; intros [|r rows] L; cbn [lcomb]; try apply repeat_length.
  assert (Lr : length r = n) by (apply L; simpl; auto).
  rewrite zadd_length; rewrite zscale_length; trivial. rewrite IH; trivial. intros r' I. apply L. simpl. auto.
Qed.

Lemma dotZ_lcomb n cs rows (w : list K) : of_length n rows -> dotZ (lcomb n cs rows) w = dotZ cs (map (fun r => dotZ r w) rows).
Proof.
  revert rows. induction cs as [|c cs IH]; intros [|r rows] L; cbn [lcomb map dotZ]; try apply dotZ_zeros.
  assert (L' : of_length n rows) by (intros r' I; apply L; simpl; auto).
  rewrite dotZ_zadd, dotZ_zscale, IH; trivial. rewrite zscale_length, lcomb_length by trivial. apply L. simpl. auto.
Qed.

(** The value of the map at x, with w = 1 :: x. *)
Definition aval (w : list K) (m : amap) : list K := map (fun r => (dotZ r w / inZ (Zpos (snd m)))%K) (fst m).

Lemma dotZ_frac cs d (l : list K) : dotZ cs (map (fun t => (t / inZ (Zpos d))%K) l) = (dotZ cs l / inZ (Zpos d))%K.
Proof. revert l. induction cs as [|c cs IH]; intros [|t l]; cbn [map dotZ]; try (field; apply ne). rewrite IH. field. apply ne. Qed.

Lemma aval_over c m (w : list K) : (Zpos (snd m) | Zpos c) -> map (fun r => (dotZ r w / inZ (Zpos c))%K) (aover c m) = aval w m.
Proof.
  intro H. unfold aover, aval. rewrite map_map. apply map_ext. intro r. rewrite dotZ_zscale, quotient by trivial. field. split; apply ne.
Qed.

Definition good (n : nat) (m : amap) := of_length n (fst m).

Lemma aover_good n c m : good n m -> of_length n (aover c m).
Proof. intros G r I. apply in_map_iff in I. destruct I as (r' & <- & I). rewrite zscale_length. apply G, I. Qed.

Lemma zip_zadd n a b : of_length n a -> of_length n b -> of_length n (zip zadd a b).
Proof.
  revert b. induction a as [|r a IH]; intros [|s b] A B q I; cbn [zip] in I; try destruct I as [<-|I]; try contradiction.
  - rewrite zadd_length; [apply A|rewrite (A r), (B s)]; simpl; auto.
  - apply (IH b); trivial; intros z J; [apply A|apply B]; simpl; auto.
Qed.

Lemma asum_length n ms : (forall m, In m ms -> of_length n m) -> of_length n (asum ms).
Proof.
  induction ms as [|m [|m' ms] IH]; intro H; [intros r []|apply H; simpl; auto|].
  change (asum (m :: m' :: ms)) with (zip zadd m (asum (m' :: ms))). apply zip_zadd; [apply H; simpl; auto|]. apply IH. intros; apply H; simpl in *; tauto.
Qed.

Lemma zip_aval n c a b (w : list K) : of_length n a -> of_length n b ->
  map (fun r => (dotZ r w / inZ (Zpos c))%K) (zip zadd a b) =
  zip kadd (map (fun r => (dotZ r w / inZ (Zpos c))%K) a) (map (fun r => (dotZ r w / inZ (Zpos c))%K) b).
Proof.
  revert b. induction a as [|r a IH]; intros [|s b] A B; cbn [zip map]; trivial. f_equal.
  - rewrite dotZ_zadd by (rewrite (A r), (B s); simpl; auto). field. apply ne.
  - apply IH; intros z J; [apply A|apply B]; simpl; auto.
Qed.

Lemma asum_ok n c ms (w : list K) : (forall m, In m ms -> of_length n m) ->
  map (fun r => (dotZ r w / inZ (Zpos c))%K) (asum ms) = vsum (map (map (fun r => (dotZ r w / inZ (Zpos c))%K)) ms).
Proof.
  induction ms as [|m [|m' ms] IH]; intro H; [reflexivity|reflexivity|].
  change (asum (m :: m' :: ms)) with (zip zadd m (asum (m' :: ms))).
  assert (H' : forall q, In q (m' :: ms) -> of_length n q) by (intros; apply H; simpl in *; tauto).
  rewrite (zip_aval n) by (try apply asum_length; trivial; apply H; simpl; auto). rewrite IH by trivial. reflexivity.
Qed.

Lemma aapply_ok n o ms m (x : list K) : (forall q, In q ms -> good (S n) q) -> aapply n o ms = Some m ->
  apply o (map (aval (k1 :: x)) ms) = aval (k1 :: x) m /\ good (S n) m.
Proof.
  intros G E. destruct o; try discriminate; cbn [aapply apply] in *.
  - change [] with (aval (k1 :: x) ([], 1%positive)). rewrite (map_nth (aval (k1 :: x))).
    assert (Ga : good (S n) (nth 0 ms ([], 1%positive))). { destruct ms; [intros r []|]. apply G. simpl. auto. }
    destruct (nth 0 ms ([], 1%positive)) as (a, d). injection E as <-. split.
    + unfold aval. cbn [fst snd]. rewrite map_map. apply map_ext. intro r.
      rewrite dotZ_zadd by (rewrite lcomb_length by exact Ga; cbn [length]; rewrite repeat_length; reflexivity).
      rewrite dotZ_lcomb by exact Ga. rewrite dense_ok by (rewrite map_length; reflexivity).
      cbn [dotZ]. rewrite dotZ_zeros, Pos2Z.inj_mul, !inZ_mul. rewrite <- !expand_ok.
      rewrite <- (map_map (fun r => dotZ r (k1 :: x)) (fun t => (t / inZ (Zpos d))%K)), dotZ_frac. field. split; apply ne.
    + intros r I. apply in_map_iff in I. destruct I as (r' & <- & I).
      rewrite zadd_length; rewrite lcomb_length by exact Ga; cbn [length]; rewrite ?repeat_length; reflexivity.
  - injection E as <-. set (c := common (map snd ms)). assert (H : forall q, In q (map (aover c) ms) -> of_length (S n) q).
    { intros q I. apply in_map_iff in I. destruct I as (q' & <- & I). apply aover_good, G, I. }
    split; [|apply asum_length, H]. unfold aval at 2. cbn [fst snd]. rewrite (asum_ok (S n)) by exact H. f_equal. rewrite map_map.
    apply map_ext_in. intros q I. symmetry. apply aval_over. apply common_multiple, in_map, I.
  - injection E as <-. set (c := common (map snd ms)). split.
    + unfold aval at 2. cbn [fst snd]. rewrite concat_map, map_map. f_equal. apply map_ext_in. intros q I. symmetry. apply aval_over. apply common_multiple, in_map, I.
    + intros r I. apply in_concat in I. destruct I as (q & I & J). apply in_map_iff in I. destruct I as (q' & <- & I). apply (aover_good (S n) c q' (G q' I)), J.
Qed.

Lemma arun_ok n f ms r (x : list K) : (forall q, In q ms -> good (S n) q) -> arun n f ms = Some r ->
  fold_left step f (map (aval (k1 :: x)) ms) = map (aval (k1 :: x)) r /\ (forall q, In q r -> good (S n) q).
Proof.
  revert ms. induction f as [|nd f IH]; intros ms G E; cbn [arun] in E. { injection E as <-. split; trivial. }
  destruct (aapply _ _ _) as [m|] eqn:F; [|discriminate].
  destruct (fun G' => aapply_ok n _ _ m x G' F) as (A & Gm).
  { intros q I. apply in_map_iff in I. destruct I as (j & <- & _). destruct (Nat.lt_ge_cases j (length ms)) as [L|L].
    - apply G, nth_In, L.
    - rewrite nth_overflow by exact L. intros r' []. }
  cbn [fold_left]. destruct (IH (ms ++ [m])) as (B & Gr).
  - intros q I. apply in_app_or in I. destruct I as [I|[<-|[]]]; [apply G, I|exact Gm].
  - exact E.
  - split; trivial. rewrite <- B. f_equal. unfold step. rewrite map_app. f_equal. cbn [map]. f_equal. rewrite <- A, map_map. f_equal.
    apply map_ext. intro j. change [] with (aval (k1 :: x) ([], 1%positive)) at 1. apply (map_nth (aval (k1 :: x))).
Qed.

Lemma unit_dot n i (w : list K) : dotZ (unit n i) w = nth i w k0.
Proof.
  unfold unit. generalize (n - S i)%nat as k. intro k. revert w. induction i as [|i IH]; intros [|t w]; cbn [repeat app dotZ nth]; trivial.
  - rewrite dotZ_zeros, inZ_1. ring.
  - rewrite IH, inZ_0. ring.
Qed.

Lemma start_ok n (x : list K) : length x = n -> aval (k1 :: x) (map (fun i => unit (S n) (S i)) (seq 0 n), 1%positive) = x.
Proof.
  intro L. unfold aval. cbn [fst snd]. rewrite map_map. rewrite (map_ext _ (fun i => nth i x k0)).
  2: { intro i. rewrite unit_dot. cbn [nth]. apply div_one. }
  subst n. clear. induction x as [|t x IH]; cbn [length seq map nth]; trivial. f_equal. rewrite <- seq_shift, map_map. exact IH.
Qed.

Theorem affine_form_ok n f m (x : list K) : affine_form n f = Some m -> length x = n -> value f x = aval (k1 :: x) m /\ good (S n) m.
Proof.
  intros E L. unfold affine_form in E.
  assert (General : forall m, match arun n f [(map (fun i => unit (S n) (S i)) (seq 0 n), 1%positive)] with
    | Some ms => Some (last ms ([], 1%positive)) | None => None end = Some m -> value f x = aval (k1 :: x) m /\ good (S n) m).
  { clear E m. intros m E. destruct (arun n f _) as [r|] eqn:R; [|discriminate]. injection E as <-.
    destruct (fun G => arun_ok n f _ r x G R) as (A & G).
    { intros q [<-|[]] r' I. cbn [fst] in I. apply in_map_iff in I. destruct I as (i & <- & I). apply in_seq in I.
      unfold unit. rewrite app_length. cbn [length]. rewrite !repeat_length. lia. }
    cbn [map] in A. rewrite start_ok in A by trivial. split.
    - unfold value, trace. rewrite A. clear. induction r as [|u [|v r] IH]; [reflexivity|reflexivity|exact IH].
    - clear - G. induction r as [|u [|v r] IH]; [intros q []|apply G; simpl; auto|]. apply IH. intros q I. apply G. simpl in *. tauto. }
  destruct f as [|[[c rows d| | | | | | | ] [|[|?] [|? ?]]] [|? ?]]; try (apply General; exact E).
  clear General. injection E as <-. split.
  - unfold value, trace, step, aval. cbn [fold_left last app map nth apply fst snd inputs does]. rewrite map_map. apply map_ext. intro r.
    cbn [dotZ]. rewrite dense_ok by trivial. f_equal. ring.
  - intros r I. cbn [fst] in I. apply in_map_iff in I. destruct I as (r' & <- & I). cbn [length]. rewrite dense_length. reflexivity.
Qed.
End Correct.
