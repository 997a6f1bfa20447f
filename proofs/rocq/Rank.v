(** Ranks by certificates modulo a number: integer rows whose kernel is trivial modulo m have a trivial kernel over every ordered field, and
    rows that are independent modulo m reach every vector. By elimination; no determinants. *)
Require Import ZArith Znumtheory List Bool Lia Field.
From Bijection Require Import OField Network Exact.
Import ListNotations.
Open Scope Z_scope.

Lemma prime_divisor m : 1 < m -> exists p, prime p /\ (p | m).
Proof.
  intro H. assert (P : 0 <= m) by lia. revert H. pattern m. apply Zlt_0_ind; [|exact P]. clear m P. intros m IH _ H.
  destruct (prime_dec m) as [P|N]. { exists m. split; [exact P | apply Z.divide_refl]. }
  destruct (not_prime_divide m H N) as (n & L & D). destruct (IH n) as (p & P & E); [lia|lia|].
  exists p. split; [exact P | apply Z.divide_trans with n; trivial].
Qed.

Lemma prime_inverse p a : prime p -> ~ (p | a) -> exists c, (p | a * c - 1).
Proof.
  intros P N. assert (R : rel_prime a p) by (apply rel_prime_sym, prime_rel_prime; trivial).
  destruct (rel_prime_bezout _ _ R) as [u v E]. exists u. exists (- v). lia.
Qed.

Lemma prime_product p a b : prime p -> (p | a * b) -> ~ (p | a) -> (p | b).
Proof. intros P D N. destruct (prime_mult p P a b D); tauto. Qed.

(** ** Linear combinations of integer rows *)

Definition zscale (c : Z) (u : list Z) : list Z := map (Z.mul c) u.

(** a u - b v for rows of one length. *)
Definition combine2 (a b : Z) (u v : list Z) : list Z := zip (fun s t => a * s - b * t) u v.

Lemma zip_length A B C (f : A -> B -> C) u v : length u = length v -> length (zip f u v) = length u.
Proof. revert v. induction u as [|a u IH]; intros [|b v] E; simpl in *; try discriminate; auto. Qed.

Lemma zdot_combine2 a b u v w : length u = length v -> zdot (combine2 a b u v) w = a * zdot u w - b * zdot v w.
Proof.
  revert v w. unfold combine2. induction u as [|s u IH]; intros [|t v] [|r w] E; cbn [zip zdot] in *; try discriminate; try ring.
  rewrite IH by (injection E; auto). ring.
Qed.

Lemma zdot_zero_r u n : zdot u (repeat 0 n) = 0.
Proof. revert n. induction u as [|a u IH]; intros [|n]; cbn [repeat zdot]; trivial. rewrite IH. ring. Qed.

Lemma zdot_scale_r c u v : zdot u (zscale c v) = c * zdot u v.
Proof. revert v. unfold zscale. induction u as [|a u IH]; intros [|b v]; cbn [map zdot]; try ring. rewrite IH. ring. Qed.

Section Kernel.
Variable K : ofield.
Add Field Kf : (kth K).

Lemma dotZ_combine2 a b u v (w : list K) :
  length u = length v -> dotZ (combine2 a b u v) w = (inZ a * dotZ u w - inZ b * dotZ v w)%K.
Proof.
  revert v w. unfold combine2. induction u as [|s u IH]; intros [|t v] [|r w] E; cbn [zip dotZ] in *; try discriminate; try ring.
  rewrite IH by (injection E; auto). rewrite inZ_sub, !inZ_mul. ring.
Qed.

Lemma dotZ_zero_r u n : dotZ u (repeat k0 n) = k0 :> K.
Proof. revert n. induction u as [|a u IH]; intros [|n]; cbn [repeat dotZ]; trivial. rewrite IH. ring. Qed.

(** ** Kernels *)

Definition trivial_modulo (m : Z) (n : nat) (rows : list (list Z)) :=
  forall u, length u = n -> (forall r, In r rows -> (m | zdot r u)) -> forall a, In a u -> (m | a).

Lemma trivial_modulo_prime m p n rows : prime p -> (p | m) -> 1 < m -> trivial_modulo m n rows -> trivial_modulo p n rows.
Proof.
  intros P (q & E) M H u L R a I. assert (q <> 0) by nia.
  assert (D : (m | q * a)).
  { apply (H (zscale q u)).
    - unfold zscale. rewrite map_length. exact L.
    - intros r Ir. rewrite zdot_scale_r, E. apply Z.mul_divide_mono_l. apply R, Ir.
    - apply in_map, I. }
  rewrite E in D. apply Z.mul_divide_cancel_l in D; trivial.
Qed.

Lemma pivot p n rows : prime p -> (forall r, In r rows -> length r = S n) -> trivial_modulo p (S n) rows ->
  exists before a row after, rows = before ++ (a :: row) :: after /\ ~ (p | a).
Proof.
  intros P L H.
  destruct (in_dec bool_dec true (map (fun r => negb (hd 0 r mod p =? 0)) rows)) as [I|I].
  - apply in_map_iff in I. destruct I as (r & E & I). destruct (in_split _ _ I) as (b & c & ->). destruct r as [|a r].
    { specialize (L [] I). discriminate. }
    exists b, a, r, c. split; trivial. intro D. apply Z.mod_divide in D; [|destruct P; lia]. cbn [hd] in E. rewrite D in E. discriminate.
  - exfalso. assert (Q : (p | 1)).
    { apply (H (1 :: repeat 0 n)).
      - cbn [length]. rewrite repeat_length. reflexivity.
      - intros r Ir. assert (Lr := L r Ir). destruct r as [|a r]; [discriminate|]. cbn [zdot]. rewrite zdot_zero_r.
        destruct (Z.eq_dec (a mod p) 0) as [E|E]. { apply Z.mod_divide in E; [|destruct P; lia]. rewrite Z.add_0_r, Z.mul_1_r. exact E. }
        exfalso. apply I. apply in_map_iff. exists (a :: r). split; trivial. cbn [hd]. apply Z.eqb_neq in E. rewrite E. reflexivity.
      - simpl. auto. }
    apply Z.divide_1_r_nonneg in Q; destruct P; lia.
Qed.

Lemma kernel_modulo_prime p n : forall rows, prime p -> (forall r, In r rows -> length r = n) -> trivial_modulo p n rows ->
  forall v : list K, length v = n -> (forall r, In r rows -> dotZ r v = k0) -> v = repeat k0 n.
Proof.
  induction n as [|n IH]; intros rows P L H v Lv R. { destruct v; [reflexivity|discriminate]. }
  destruct (pivot p n rows P L H) as (before & a & row & after & -> & Na).
  destruct v as [|x v]; [discriminate|]. injection Lv as Lv.
  assert (Lp : length (a :: row) = S n) by (apply L, in_elt). injection Lp as Lp.
  assert (L' : forall r, In r (before ++ after) -> length r = S n /\ In r (before ++ (a :: row) :: after)).
  { intros r I. assert (J : In r (before ++ (a :: row) :: after)) by (apply in_or_app; apply in_app_or in I; simpl; tauto). auto. }
  assert (E : v = repeat k0 n).
  { apply (IH (map (fun r => combine2 a (hd 0 r) (tl r) row) (before ++ after))); trivial.
    - intros r I. apply in_map_iff in I. destruct I as (r' & <- & I). destruct (L' r' I) as (Lr & _). destruct r' as [|b r']; [discriminate|].
      injection Lr as Lr. unfold combine2. cbn [tl]. rewrite zip_length; lia.
    - intros u Lu Ru b Ib. destruct (prime_inverse p a P Na) as (c & Hc).
      apply (H (- c * zdot row u :: u)); [cbn [length]; lia | | simpl; auto].
      intros r Ir. apply in_app_or in Ir. cbn [In] in Ir.
      assert (Pr : (p | zdot (a :: row) (- c * zdot row u :: u))).
      { cbn [zdot]. replace (a * (- c * zdot row u) + zdot row u) with (- (zdot row u * (a * c - 1))) by ring.
        apply Z.divide_opp_r, Z.divide_mul_r, Hc. }
      assert (Q : r = a :: row \/ In r (before ++ after)) by (rewrite in_app_iff; intuition congruence).
      destruct Q as [->|Q]; [exact Pr|]. destruct (L' r Q) as (Lr & _). destruct r as [|b' r]; [discriminate|]. injection Lr as Lr.
      apply (prime_product p a); trivial. set (w := - c * zdot row u :: u) in *.
      replace (a * zdot (b' :: r) w) with ((a * zdot (b' :: r) w - b' * zdot (a :: row) w) + b' * zdot (a :: row) w) by ring.
      apply Z.divide_add_r; [|apply Z.divide_mul_r, Pr]. unfold w at 1 2. cbn [zdot].
      assert (S := Ru _ (in_map (fun r => combine2 a (hd 0 r) (tl r) row) _ _ Q)). cbn [hd tl] in S. rewrite zdot_combine2 in S by lia.
      replace (a * (b' * (- c * zdot row u) + zdot r u) - b' * (a * (- c * zdot row u) + zdot row u)) with (a * zdot r u - b' * zdot row u) by ring.
      exact S.
    - intros r I. apply in_map_iff in I. destruct I as (r' & <- & I). destruct (L' r' I) as (Lr & J). destruct r' as [|b r']; [discriminate|]. injection Lr as Lr.
      cbn [hd tl]. rewrite dotZ_combine2 by lia. assert (R1 := R _ J). assert (R2 := R (a :: row) (in_elt _ _ _)). cbn [dotZ] in R1, R2.
      transitivity (inZ a * (inZ b * x + dotZ r' v) - inZ b * (inZ a * x + dotZ row v))%K; [ring|]. rewrite R1, R2. ring. }
  cbn [repeat]. f_equal; [|exact E]. assert (R2 := R (a :: row) (in_elt _ _ _)). cbn [dotZ] in R2. rewrite E, dotZ_zero_r in R2.
  destruct (mul_zero K (inZ a) x) as [F|F]; trivial.
  - rewrite <- R2. ring.
  - exfalso. assert (A0 : a = 0) by (apply (inZ_inj K); exact F). apply Na. rewrite A0. apply Z.divide_0_r.
Qed.

Theorem kernel_modulo m n rows : 1 < m -> (forall r, In r rows -> length r = n) -> trivial_modulo m n rows ->
  forall v : list K, length v = n -> (forall r, In r rows -> dotZ r v = k0) -> v = repeat k0 n.
Proof.
  intros M L H. destruct (prime_divisor m M) as (p & P & D). apply (kernel_modulo_prime p n rows P L).
  apply (trivial_modulo_prime m p n rows P D M H).
Qed.

(** ** Rows that reach everything *)

Definition independent_modulo (m : Z) (rows : list (list Z)) :=
  forall u, length u = length rows -> (forall w, (m | zdot u (map (fun r => zdot r w) rows))) -> forall a, In a u -> (m | a).

Lemma independent_modulo_prime m p rows : prime p -> (p | m) -> 1 < m -> independent_modulo m rows -> independent_modulo p rows.
Proof.
  intros P (q & E) M H u L R a I. assert (q <> 0) by nia.
  assert (S : forall v, zdot (zscale q u) v = q * zdot u v).
  { clear. unfold zscale. intro v. revert v. induction u as [|b u IH]; intros [|c v]; cbn [map zdot]; try ring. rewrite IH. ring. }
  assert (D : (m | q * a)).
  { apply (H (zscale q u)).
    - unfold zscale. rewrite map_length. exact L.
    - intros w. rewrite S, E. apply Z.mul_divide_mono_l, R.
    - apply in_map, I. }
  rewrite E in D. apply Z.mul_divide_cancel_l in D; trivial.
Qed.

Lemma zdot_map_combine A u (f g : A -> Z) a c l :
  zdot u (map (fun r => a * f r - g r * c) l) = a * zdot u (map f l) - zdot u (map g l) * c.
Proof. revert l. induction u as [|s u IH]; intros [|t l]; cbn [map zdot]; try ring. rewrite IH. ring. Qed.

Fixpoint bump (j : nat) (t : K) (v : list K) : list K :=
  match v, j with [], _ => [] | x :: v', O => (x + t)%K :: v' | x :: v', S j' => x :: bump j' t v' end.

Lemma bump_length j t v : length (bump j t v) = length v.
Proof. revert j. induction v as [|x v IH]; intros [|j]; simpl; auto. Qed.

Lemma dotZ_bump j t v r : length r = length v -> dotZ r (bump j t v) = (dotZ r v + inZ (nth j r 0%Z) * t)%K.
Proof.
  revert j v. induction r as [|a r IH]; intros j [|x v] L; try discriminate; cbn [bump].
  - destruct j; cbn [bump nth dotZ]; change (inZ 0) with (k0 : K); ring.
  - injection L as L. destruct j as [|j]; cbn [bump nth dotZ]; [|rewrite IH by trivial]; ring.
Qed.

Lemma nth_combine2 j a b u v : length u = length v -> nth j (combine2 a b u v) 0 = a * nth j u 0 - b * nth j v 0.
Proof.
  revert j v. unfold combine2. induction u as [|s u IH]; intros j [|t v] E; try discriminate; cbn [zip].
  - destruct j; cbn [nth]; ring.
  - injection E as E. destruct j; cbn [nth]; auto.
Qed.

Lemma Forall2_map_zip A B C D (P : B -> D -> Prop) (f : A -> B) (g : A -> C -> D) l m :
  length l = length m -> Forall2 P (map f l) (zip g l m) -> Forall2 (fun a c => P (f a) (g a c)) l m.
Proof.
  revert m. induction l as [|a l IH]; intros [|c m] L H; try discriminate; constructor; cbn [map zip] in H; inversion H; subst; trivial.
  apply IH; trivial. injection L as L. exact L.
Qed.

Lemma reach_modulo_prime p n : prime p -> forall rows, (forall r, In r rows -> length r = n) -> independent_modulo p rows ->
  forall y : list K, length y = length rows -> exists v, length v = n /\ Forall2 (fun r t => dotZ r v = t) rows y.
Proof.
  intro P. assert (P1 : 1 < p) by (destruct P; trivial).
  intro rows. remember (length rows) as k eqn:Lk. revert rows Lk. induction k as [|k IH]; intros rows Lk L H y Ly.
  { destruct rows; [|discriminate]. destruct y; [|discriminate]. exists (repeat k0 n). rewrite repeat_length. split; trivial. }
  destruct rows as [|r0 rest]; [discriminate|]. destruct y as [|y0 ys]; [discriminate|]. injection Lk as Lk. injection Ly as Ly.
  assert (L0 : length r0 = n) by (apply L; simpl; auto). assert (Lr : forall r, In r rest -> length r = n) by (intros; apply L; simpl; auto).
  assert (J : exists j, ~ (p | nth j r0 0)).
  { destruct (in_dec bool_dec true (map (fun a => negb (a mod p =? 0)) r0)) as [I|I].
    - apply in_map_iff in I. destruct I as (a & E & I). destruct (In_nth _ _ 0 I) as (j & _ & F). exists j. rewrite F. intro D.
      apply Z.mod_divide in D; [|lia]. rewrite D in E. discriminate.
    - exfalso. assert (A : forall a, In a r0 -> (p | a)).
      { intros a Ia. apply Z.mod_divide; [lia|]. destruct (Z.eq_dec (a mod p) 0) as [|E]; trivial. exfalso. apply I. apply in_map_iff.
        exists a. split; trivial. apply Z.eqb_neq in E. rewrite E. reflexivity. }
      assert (Q : (p | 1)).
      { apply (H (1 :: repeat 0 (length rest))). { cbn [length]. rewrite repeat_length. lia. } 2: { simpl. auto. }
        intro w. cbn [map zdot].
        replace (zdot (repeat 0 (length rest)) (map (fun r => zdot r w) rest)) with 0.
        2: { clear. induction rest as [|r l IHl]; cbn [length repeat map zdot]; auto. }
        rewrite Z.add_0_r, Z.mul_1_l. clear - A. revert w. induction r0 as [|a r IHr]; intros [|t w]; cbn [zdot]; try apply Z.divide_0_r.
        apply Z.divide_add_r; [apply Z.divide_mul_l, A; simpl; auto|]. apply IHr. intros b Ib. apply A. simpl. auto. }
      apply Z.divide_1_r_nonneg in Q; lia. }
  destruct J as (j & Nj). set (a := nth j r0 0) in *. set (red := fun r => combine2 a (nth j r 0) r r0).
  assert (Na : inZ a <> k0 :> K). { intro E. apply Nj. fold a. replace a with 0; [apply Z.divide_0_r|]. symmetry. apply (inZ_inj K). exact E. }
  destruct (IH (map red rest)) with (y := zip (fun r t => (inZ a * t - inZ (nth j r 0%Z) * y0)%K) rest ys) as (v & Lv & Hv).
  - rewrite map_length. exact Lk.
  - intros r I. apply in_map_iff in I. destruct I as (r' & <- & I). unfold red, combine2. rewrite zip_length; rewrite (Lr r' I); lia.
  - intros u Lu Hu b Ib. apply (prime_product p a); trivial.
    rewrite map_length in Lu.
    apply (H ((- zdot u (map (fun r => nth j r 0) rest)) :: zscale a u)).
    + cbn [length]. unfold zscale. rewrite map_length. lia.
    + intro w. cbn [map zdot]. specialize (Hu w). rewrite map_map in Hu.
      assert (E : map (fun r => zdot (red r) w) rest = map (fun r => a * zdot r w - nth j r 0 * zdot r0 w) rest).
      { apply map_ext_in. intros r I. unfold red. rewrite zdot_combine2; trivial. rewrite (Lr r I). lia. }
      rewrite E, zdot_map_combine in Hu.
      assert (S : forall u v, zdot (zscale a u) v = a * zdot u v).
      { clear. unfold zscale. intro u. induction u as [|b u IH]; intros [|c v]; cbn [map zdot]; try ring. rewrite IH. ring. }
      rewrite S. replace (- zdot u (map (fun r => nth j r 0) rest) * zdot r0 w + a * zdot u (map (fun r => zdot r w) rest)) with
        (a * zdot u (map (fun r => zdot r w) rest) - zdot u (map (fun r => nth j r 0) rest) * zdot r0 w) by ring. exact Hu.
    + simpl. right. apply in_map, Ib.
  - rewrite zip_length; lia.
  - exists (bump j ((y0 - dotZ r0 v) / inZ a)%K v). rewrite bump_length. split; trivial.
    assert (E0 : dotZ r0 (bump j ((y0 - dotZ r0 v) / inZ a)%K v) = y0). { rewrite dotZ_bump by lia. fold a. field. exact Na. }
    constructor; trivial. apply Forall2_map_zip in Hv; [|lia].
    assert (Q : forall r t, In r rest -> dotZ (red r) v = (inZ a * t - inZ (nth j r 0%Z) * y0)%K -> dotZ r (bump j ((y0 - dotZ r0 v) / inZ a)%K v) = t).
    { intros r t I E. apply (mul_cancel K (inZ a)); trivial. set (v' := bump j ((y0 - dotZ r0 v) / inZ a)%K v) in *.
      assert (F : dotZ (red r) v' = dotZ (red r) v).
      { unfold v'. assert (Lq : length (red r) = n) by (unfold red, combine2; rewrite zip_length; rewrite (Lr r I); lia).
        rewrite dotZ_bump by lia. unfold red at 2. rewrite nth_combine2 by (rewrite (Lr r I); lia). fold a.
        replace (a * nth j r 0 - nth j r 0 * a) with 0 by ring. change (inZ 0) with (k0 : K). ring. }
      unfold red in F at 1. rewrite dotZ_combine2 in F by (rewrite (Lr r I); lia). rewrite E0, E in F.
      transitivity (inZ a * dotZ r v' - inZ (nth j r 0%Z) * y0 + inZ (nth j r 0%Z) * y0)%K; [ring|]. rewrite F. ring. }
    clear - Hv Q. induction Hv as [|r t l m E Hv IHv]; constructor.
    + apply Q; simpl; auto.
    + apply IHv. intros r' t' I. apply Q. simpl. auto.
Qed.

Theorem reach_modulo m n rows : 1 < m -> (forall r, In r rows -> length r = n) -> independent_modulo m rows ->
  forall y : list K, length y = length rows -> exists v, length v = n /\ Forall2 (fun r t => dotZ r v = t) rows y.
Proof.
  intros M L H. destruct (prime_divisor m M) as (p & P & D). apply (reach_modulo_prime p n P rows L).
  apply (independent_modulo_prime m p rows P D M H).
Qed.
End Kernel.

(** ** The certificates *)

(** a . b = delta_ij modulo m for the rows a_i and the columns b_j. *)
Definition is_identity (m : Z) (a b : list (list Z)) : bool :=
  let fix rows (i : nat) (l : list (list Z)) :=
    match l with
    | [] => true
    | r :: l' =>
        let fix columns (j : nat) (l : list (list Z)) :=
          match l with
          | [] => true
          | c :: l' => if (zdot r c - (if Nat.eqb i j then 1 else 0)) mod m =? 0 then columns (S j) l' else false
          end in
        if columns O b then rows (S i) l' else false
    end in
  rows O a.

Lemma is_identity_spec m a b : m <> 0 -> is_identity m a b = true ->
  forall i j, (i < length a)%nat -> (j < length b)%nat -> (m | zdot (nth i a []) (nth j b []) - (if Nat.eqb i j then 1 else 0)).
Proof.
  intros M. unfold is_identity. set (columns := fun i r => fix columns (j : nat) (l : list (list Z)) :=
    match l with [] => true | c :: l' => if (zdot r c - (if Nat.eqb i j then 1 else 0)) mod m =? 0 then columns (S j) l' else false end).
  assert (C : forall i r l k, columns i r k l = true -> forall j, (j < length l)%nat -> (m | zdot r (nth j l []) - (if Nat.eqb i (k + j) then 1 else 0))).
  { intros i r l. induction l as [|c l IH]; intros k E j L; cbn [length] in L; [lia|]. cbn in E.
    destruct (Z.eqb_spec ((zdot r c - (if Nat.eqb i k then 1 else 0)) mod m) 0) as [D|]; [|discriminate].
    destruct j as [|j]. { rewrite Nat.add_0_r. apply Z.mod_divide; trivial. }
    replace (k + S j)%nat with (S k + j)%nat by lia. apply IH; trivial. lia. }
  assert (R : forall l k, (fix rows (i : nat) (l : list (list Z)) :=
    match l with [] => true | r :: l' => if columns i r O b then rows (S i) l' else false end) k l = true ->
    forall i j, (i < length l)%nat -> (j < length b)%nat -> (m | zdot (nth i l []) (nth j b []) - (if Nat.eqb (k + i) j then 1 else 0))).
  { induction l as [|r l IH]; intros k E i j Li Lj; cbn [length] in Li; [lia|]. destruct (columns k r O b) eqn:F; [|discriminate].
    destruct i as [|i]. { rewrite Nat.add_0_r. apply (C k r b O F j Lj). }
    replace (k + S i)%nat with (S k + i)%nat by lia. apply IH; trivial. lia. }
  intro E. exact (R a O E).
Qed.

Definition column (j : nat) (rows : list (list Z)) : list Z := map (fun r => nth j r 0) rows.
Definition transpose (n : nat) (rows : list (list Z)) : list (list Z) := map (fun j => column j rows) (seq 0 n).

(** (sum over e of l_e z_e) . u = sum over e of l_e (z_e . u). *)
Lemma zdot_columns n l rows u : length u = n -> (forall r, In r rows -> length r = n) ->
  zdot (map (fun c => zdot l c) (transpose n rows)) u = zdot l (map (fun r => zdot r u) rows).
Proof.
  intros Lu. revert rows. induction l as [|a l IH]; intros [|r rows] L; cbn [map zdot].
  1, 2: unfold transpose; rewrite map_map; cbn [zdot]; clear; generalize (seq 0 n); intro s; revert u; induction s as [|i s IH]; intros [|t u]; cbn [map zdot]; trivial; rewrite IH; ring.
  - unfold transpose. rewrite map_map. cbn [column map zdot]. clear. generalize (seq 0 n). intro s. revert u.
    induction s as [|i s IH]; intros [|t u]; cbn [map zdot]; trivial. rewrite IH. ring.
  - rewrite <- (IH rows) by (intros; apply L; simpl; auto). unfold transpose. rewrite !map_map. cbn [column map zdot].
    assert (Lr : length r = n) by (apply L; simpl; auto). fold (column). clear IH L.
    assert (G : forall (f : nat -> Z) s, (forall i, (i < length r)%nat -> True) ->
       zdot (map (fun i => a * nth i r 0 + f i) s) u = a * zdot (map (fun i => nth i r 0) s) u + zdot (map f s) u).
    { intros f s _. revert u Lu. clear. intros u _. revert u. induction s as [|i s IH]; intros [|t u]; cbn [map zdot]; try ring. rewrite IH. ring. }
    rewrite (G (fun i => zdot l (column i rows))) by trivial. f_equal. f_equal. f_equal.
    rewrite <- Lr. clear. induction r as [|b r IH]; cbn [length seq map nth]; trivial. f_equal. rewrite <- seq_shift, map_map. exact IH.
Qed.

(** A row that is modulo m the i-th unit row picks the i-th entry. *)
Lemma zdot_delta m i : forall s k v, length v = length s -> (forall j, (j < length s)%nat -> (m | nth j s 0 - (if Nat.eqb i (k + j) then 1 else 0))) ->
    (k <= i)%nat -> (m | zdot s v - nth (i - k) v 0) \/ (length s <= i - k)%nat.
Proof.
  induction s as [|t s IH]; intros k v Lv H Hk; [right; simpl; lia|]. destruct v as [|w v]; [discriminate|]. injection Lv as Lv. cbn [zdot].
    assert (H0 := H O ltac:(simpl; lia)). rewrite Nat.add_0_r in H0. cbn [nth] in H0.
    assert (Z0 : forall s k v, (i < k)%nat -> (forall j, (j < length s)%nat -> (m | nth j s 0 - (if Nat.eqb i (k + j) then 1 else 0))) -> (m | zdot s v)).
    { clear. induction s as [|t s IH]; intros k v Hk H; [apply Z.divide_0_r|]. destruct v as [|w v]; [apply Z.divide_0_r|]. cbn [zdot].
      assert (H0 := H O ltac:(simpl; lia)). rewrite Nat.add_0_r in H0. cbn [nth] in H0. replace (Nat.eqb i k) with false in H0 by (symmetry; apply Nat.eqb_neq; lia).
      rewrite Z.sub_0_r in H0. apply Z.divide_add_r; [apply Z.divide_mul_l, H0|]. apply (IH (S k)); [lia|]. intros j Lj.
      specialize (H (S j) ltac:(simpl; lia)). replace (S k + j)%nat with (k + S j)%nat by lia. exact H. }
    destruct (Nat.eqb_spec i k) as [->|N].
    - left. rewrite Nat.sub_diag. cbn [nth]. replace (t * w + zdot s v - w) with ((t - 1) * w + zdot s v) by ring.
      apply Z.divide_add_r; [apply Z.divide_mul_l, H0|]. apply (Z0 s (S k)); [lia|]. intros j Lj.
      specialize (H (S j) ltac:(simpl; lia)). replace (S k + j)%nat with (k + S j)%nat by lia. exact H.
    - rewrite Z.sub_0_r in H0. destruct (IH (S k) v Lv) as [D|G].
      + intros j Lj. specialize (H (S j) ltac:(simpl; lia)). replace (S k + j)%nat with (k + S j)%nat by lia. exact H.
      + lia.
      + left. replace (i - k)%nat with (S (i - S k)) by lia. cbn [nth]. replace (t * w + zdot s v - nth (i - S k) v 0) with (t * w + (zdot s v - nth (i - S k) v 0)) by ring.
        apply Z.divide_add_r; [apply Z.divide_mul_l, H0|exact D].
      + right. simpl. lia.
Qed.

(** L . Z = I modulo m. *)
Lemma left_inverse_trivial m n inverse rows : 1 < m -> length inverse = n -> (forall r, In r rows -> length r = n) ->
  is_identity m inverse (transpose n rows) = true -> trivial_modulo m n rows.
Proof.
  intros M Li L E u Lu R b Ib. destruct (In_nth _ _ 0 Ib) as (i & Hi & <-).
  assert (S := is_identity_spec m _ _ ltac:(lia) E i). set (l := nth i inverse []) in *.
  assert (D : forall l, (m | zdot l (map (fun r => zdot r u) rows))).
  { clear - R. induction rows as [|r rows IH]; intros [|a l]; cbn [map zdot]; try apply Z.divide_0_r.
    apply Z.divide_add_r; [apply Z.divide_mul_r, R; simpl; auto|]. apply IH. intros; apply R; simpl; auto. }
  specialize (D l). rewrite <- (zdot_columns n l rows u Lu L) in D.
  destruct (zdot_delta m i (map (fun c => zdot l c) (transpose n rows)) O u) as [F|F].
  - unfold transpose. rewrite !map_length, seq_length. exact Lu.
  - intros j Lj. rewrite map_length in Lj. rewrite (nth_indep _ 0 (zdot l [])) by (rewrite map_length; exact Lj).
    rewrite (map_nth (fun c => zdot l c)). apply S; [lia|exact Lj].
  - lia.
  - rewrite Nat.sub_0_r in F. replace (nth i u 0) with (zdot (map (fun c => zdot l c) (transpose n rows)) u - (zdot (map (fun c => zdot l c) (transpose n rows)) u - nth i u 0)) by ring.
    apply Z.divide_sub_r; trivial.
  - unfold transpose in F. rewrite !map_length, seq_length in F. lia.
Qed.
