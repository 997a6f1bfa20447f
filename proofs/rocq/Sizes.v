(** How many points a domain has (cardinality in proofs/domains.py), over every ordered field. *)
Require Import ZArith QArith Qround List Bool Lia Field.
From Bijection Require Import Maps OField Network Exact Domains Statements Intervals Subsets Points.
Import ListNotations.
Open Scope Z_scope.

(** ** Binary32 numbers in order, in units of 2^(-149): number i is (i - e 2^23) 2^e, where e is 0 below 2^24 and grows by 1 each 2^23 *)

Definition exponent_at (i : Z) : Z := Z.max 0 (i / 2 ^ 23 - 1).
Definition float_up (i : Z) : Z := (i - exponent_at i * 2 ^ 23) * 2 ^ exponent_at i.
Definition float_at (i : Z) : Z := if 0 <=? i then float_up i else - float_up (- i).
Definition last_float : Z := 253 * 2 ^ 23 + (2 ^ 24 - 1).

(** The last float that is at most u units, and the first that is at least u units, with the proof by neighbours. *)
Definition guess (u : Z) : Z :=
  let a := Z.abs u in
  let e := Z.max 0 (Z.log2 a - 23) in
  let i := Z.min last_float (e * 2 ^ 23 + a / 2 ^ e) in
  if 0 <=? u then i else - i.
Definition last_upto (u : Z) : option Z :=
  let g := guess u in let i := if float_at g <=? u then g else g - 1 in
  if (float_at i <=? u) && ((last_float =? i) || (u <? float_at (i + 1))) && (- last_float - 1 <=? i) && (i <=? last_float) then Some i else None.

Definition floats_between (s : Q * Q) : option Z :=
  let b := Qfloor (snd s * inject_Z (2 ^ 149)) in let a := Qfloor (- (fst s) * inject_Z (2 ^ 149)) in
  match last_upto b, last_upto a with Some i, Some j => Some (Z.max 0 (i + j + 1)) | _, _ => None end.

Lemma float_up_next i : 0 <= i -> float_up i < float_up (i + 1).
Proof.
  intro P. unfold float_up, exponent_at. set (q := i / 2 ^ 23). assert (D := Z.div_mod i (2 ^ 23) ltac:(lia)). assert (M := Z.mod_pos_bound i (2 ^ 23) ltac:(lia)).
  fold q in D. set (r := i mod 2 ^ 23) in *. assert (Pq : 0 <= q) by (apply Z.div_pos; lia).
  destruct (Z.eq_dec r (2 ^ 23 - 1)) as [E|N].
  - assert (Q : (i + 1) / 2 ^ 23 = q + 1) by (symmetry; apply (Z.div_unique _ _ _ 0); lia). rewrite Q.
    destruct (Z.eq_dec q 0) as [->|Nq]. { cbn [Z.max]. replace (Z.max 0 (0 - 1)) with 0 by lia. replace (Z.max 0 (0 + 1 - 1)) with 0 by lia. lia. }
    replace (Z.max 0 (q - 1)) with (q - 1) by lia. replace (Z.max 0 (q + 1 - 1)) with (q - 1 + 1) by lia. rewrite Z.pow_add_r by lia.
    assert (T : 0 < 2 ^ (q - 1)) by (apply Z.pow_pos_nonneg; lia). change (2 ^ 1) with 2. nia.
  - assert (Q : (i + 1) / 2 ^ 23 = q) by (symmetry; apply (Z.div_unique _ _ _ (r + 1)); lia). rewrite Q.
    assert (T : 0 < 2 ^ Z.max 0 (q - 1)) by (apply Z.pow_pos_nonneg; lia). nia.
Qed.

Lemma float_up_0 : float_up 0 = 0. Proof. reflexivity. Qed.

Lemma float_up_lt i j : 0 <= i -> i < j -> float_up i < float_up j.
Proof.
  intros P L. replace j with (i + 1 + Z.of_nat (Z.to_nat (j - i - 1))) by lia. generalize (Z.to_nat (j - i - 1)). clear L. intro n. induction n as [|n IH].
  - rewrite Z.add_0_r. apply float_up_next, P.
  - eapply Z.lt_trans; [exact IH|]. replace (i + 1 + Z.of_nat (S n)) with (i + 1 + Z.of_nat n + 1) by lia. apply float_up_next. lia.
Qed.

Lemma float_at_lt i j : i < j -> float_at i < float_at j.
Proof.
  intro L. unfold float_at. destruct (Z.leb_spec 0 i), (Z.leb_spec 0 j); try lia.
  - apply float_up_lt; lia.
  - assert (A := float_up_lt 0 (- i) ltac:(lia) ltac:(lia)). rewrite float_up_0 in A. assert (B : 0 <= float_up j); [|lia].
    destruct (Z.eq_dec j 0) as [->|]; [rewrite float_up_0; lia|]. assert (C := float_up_lt 0 j ltac:(lia) ltac:(lia)). rewrite float_up_0 in C. lia.
  - assert (A := float_up_lt (- j) (- i) ltac:(lia) ltac:(lia)). lia.
Qed.

Lemma float_at_inj i j : float_at i = float_at j -> i = j.
Proof. intro E. destruct (Z.lt_trichotomy i j) as [L|[L|L]]; trivial; apply float_at_lt in L; lia. Qed.

Lemma float_at_le i j : float_at i <= float_at j -> i <= j.
Proof. intro E. destruct (Z_le_gt_dec i j) as [|L]; trivial. assert (float_at j < float_at i) by (apply float_at_lt; lia). lia. Qed.

Lemma float_at_opp i : float_at (- i) = - float_at i.
Proof.
  unfold float_at. destruct (Z.leb_spec 0 (- i)), (Z.leb_spec 0 i); try lia.
  - replace i with 0 by lia. reflexivity.
  - rewrite Z.opp_involutive. reflexivity.
Qed.

(** These are all. *)
Lemma float_up_found m e : 0 <= m < 2 ^ 24 -> 0 <= e <= 253 -> exists i, 0 <= i <= last_float /\ float_up i = m * 2 ^ e.
Proof.
  intros M E. assert (Pe : 0 < 2 ^ e) by (apply Z.pow_pos_nonneg; lia). set (a := m * 2 ^ e).
  destruct (Z_lt_ge_dec a (2 ^ 24)) as [S|S].
  - exists a. assert (0 <= a) by (unfold a; lia). split; [unfold last_float; lia|]. unfold float_up, exponent_at.
    assert (a / 2 ^ 23 < 2) by (apply Z.div_lt_upper_bound; lia). replace (Z.max 0 (a / 2 ^ 23 - 1)) with 0 by lia. lia.
  - set (k := Z.log2 a - 23). assert (La := Z.log2_spec a ltac:(lia)). assert (Lk : 24 <= Z.log2 a) by (apply Z.log2_le_pow2; lia).
    assert (Ke : k <= e).
    { unfold k. assert (Z.log2 a < 24 + e); [|lia]. apply Z.log2_lt_pow2; [lia|]. unfold a. rewrite Z.pow_add_r by lia. nia. }
    assert (Pk : 0 < 2 ^ k) by (apply Z.pow_pos_nonneg; unfold k; lia).
    set (n := m * 2 ^ (e - k)). assert (An : a = n * 2 ^ k). { unfold a, n. rewrite <- Z.mul_assoc, <- Z.pow_add_r by (unfold k; lia). do 2 f_equal. lia. }
    assert (Bn : 2 ^ 23 <= n < 2 ^ 24).
    { rewrite An in La. replace (Z.log2 (n * 2 ^ k)) with (Z.log2 a) in La by (rewrite An; reflexivity).
      replace (Z.succ (Z.log2 a)) with (24 + k) in La by (unfold k; lia). replace (Z.log2 a) with (23 + k) in La by (unfold k; lia).
      rewrite !Z.pow_add_r in La by (unfold k; lia). split; nia. }
    exists (k * 2 ^ 23 + n). assert (D : (k * 2 ^ 23 + n) / 2 ^ 23 = k + 1) by (symmetry; apply (Z.div_unique _ _ _ (n - 2 ^ 23)); lia).
    split; [unfold last_float, k in *; lia|]. unfold float_up, exponent_at. rewrite D. replace (Z.max 0 (k + 1 - 1)) with k by (unfold k; lia).
    rewrite An. f_equal. lia.
Qed.

Lemma float_at_found m e : - 2 ^ 24 < m < 2 ^ 24 -> 0 <= e <= 253 -> exists i, - last_float <= i <= last_float /\ float_at i = m * 2 ^ e.
Proof.
  intros M E. destruct (float_up_found (Z.abs m) e) as (i & L & F); [lia|trivial|]. destruct (Z_le_gt_dec 0 m) as [S|S].
  - exists i. split; [lia|]. unfold float_at. replace (0 <=? i) with true by lia. rewrite F. f_equal. lia.
  - exists (- i). split; [lia|]. rewrite float_at_opp. unfold float_at. replace (0 <=? i) with true by lia. rewrite F. replace (Z.abs m) with (- m) by lia. lia.
Qed.

Lemma float_at_form i : - last_float <= i <= last_float -> exists m e, - 2 ^ 24 < m < 2 ^ 24 /\ 0 <= e <= 253 /\ float_at i = m * 2 ^ e.
Proof.
  assert (U : forall i, 0 <= i <= last_float -> exists m e, - 2 ^ 24 < m < 2 ^ 24 /\ 0 <= e <= 253 /\ float_up i = m * 2 ^ e).
  { clear. intros i L. exists (i - exponent_at i * 2 ^ 23), (exponent_at i). unfold float_up, exponent_at.
    assert (D := Z.div_mod i (2 ^ 23) ltac:(lia)). assert (M := Z.mod_pos_bound i (2 ^ 23) ltac:(lia)). set (q := i / 2 ^ 23) in *. unfold last_float in L.
    assert (0 <= q) by (apply Z.div_pos; lia). assert (q < 255) by (apply Z.div_lt_upper_bound; lia). repeat split; lia. }
  intro L. destruct (Z_le_gt_dec 0 i) as [S|S].
  - destruct (U i ltac:(lia)) as (m & e & A & B & C). exists m, e. repeat split; try lia. unfold float_at. replace (0 <=? i) with true by lia. exact C.
  - destruct (U (- i) ltac:(lia)) as (m & e & A & B & C). exists (- m), e. repeat split; try lia. unfold float_at. replace (0 <=? i) with false by lia. lia.
Qed.

Lemma last_upto_ok u i : last_upto u = Some i -> forall j, - last_float <= j <= last_float -> (float_at j <= u <-> j <= i).
Proof.
  unfold last_upto. cbv zeta. set (k := if float_at (guess u) <=? u then guess u else guess u - 1). destruct (_ && _) eqn:E; [|discriminate]. intro F. injection F as <-. 
  rewrite !andb_true_iff, orb_true_iff, !Z.leb_le, Z.ltb_lt, Z.eqb_eq in E. destruct E as (((A & B) & C) & D). intros j J. split; intro H.
  - destruct B as [B|B]; [lia|]. assert (L : float_at j < float_at (k + 1)) by lia. destruct (Z_le_gt_dec j k) as [|G]; trivial.
    assert (float_at (k + 1) <= float_at j); [|lia]. destruct (Z.eq_dec (k + 1) j) as [->|N]; [lia|]. apply Z.lt_le_incl, float_at_lt. lia.
  - destruct (Z.eq_dec j k) as [->|N]; trivial. assert (float_at j < float_at k) by (apply float_at_lt; lia). lia.
Qed.

(** ** Sizes *)

(** Finite sets, infinite ones that are countable over the reals, and ones that contain a copy of [0, 1]. *)
Inductive cardinal := Finitely (n : Z) | Countably | Uncountably.

Definition axis_size (s : Q * Q * Q) : option Z := if Qle_bool (snd s) 0 then None else Some (Z.max 0 (axis_count s)).
Definition product_of (l : list (option Z)) : option cardinal := match sequence l with Some ns => Some (Finitely (fold_right Z.mul 1 ns)) | None => None end.

Definition cardinality (d : domain) : option cardinal :=
  match d with
  | Reals n => Some (match n with O => Finitely 1 | S _ => Uncountably end)
  | Integers n => Some (match n with O => Finitely 1 | S _ => Countably end)
  | Box sides =>
      if forallb (fun s => Qeq_bool (fst s) (snd s)) sides then Some (Finitely 1)
      else if forallb (fun s => Qle_bool (fst s) (snd s)) sides then Some Uncountably else None
  | Polytope _ _ => None
  | Grid axes => product_of (map axis_size axes)
  | Floats sides => product_of (map floats_between sides)
  | Finite ps => if different (vectors ps) then Some (Finitely (Z.of_nat (length ps))) else None
  | Labels k => Some (Finitely (Z.max 0 k))
  | Simplex n => match n with O => None | S O => Some (Finitely 1) | S (S _) => Some Uncountably end
  end.

Section Sizes.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Local Notation inQ := (@OField.inQ K).
Local Notation inZ := (@OField.inZ K).
Let ne := den_ne K.

Definition sized A (P : A -> Prop) (z : Z) := exists n, size A P n /\ Z.of_nat n = z.

Lemma sized_range A (P : A -> Prop) (f : Z -> A) lo n : (forall i j, f i = f j -> i = j) ->
  (forall t, P t <-> exists k, (lo <= k < lo + n)%Z /\ t = f k) -> sized A P (Z.max 0 n).
Proof.
  intros I H. exists (Z.to_nat n). split; [|lia]. exists (map (fun k => f (lo + Z.of_nat k)%Z) (seq 0 (Z.to_nat n))). split; [|split].
  - apply FinFun.Injective_map_NoDup; [|apply seq_NoDup]. intros i j E. apply I in E. lia.
  - rewrite map_length, seq_length. reflexivity.
  - intro t. rewrite in_map_iff, H. split.
    + intros (k & <- & J). apply in_seq in J. exists (lo + Z.of_nat k)%Z. split; [lia|reflexivity].
    + intros (k & L & ->). exists (Z.to_nat (k - lo)). rewrite Z2Nat.id by lia. split; [f_equal; lia|]. apply in_seq. lia.
Qed.

Lemma sized_one A (P : A -> Prop) a : (forall x, P x <-> x = a) -> sized A P 1.
Proof.
  intro H. exists 1%nat. split; trivial. exists [a]. split; [constructor; [simpl; tauto|constructor]|]. split; trivial.
  intro x. rewrite H. simpl. split; [intros [->|[]]; trivial|auto].
Qed.

Lemma in_product (ls : list (list K)) x : In x (product ls) <-> Forall2 (fun l t => In t l) ls x.
Proof.
  revert x. induction ls as [|l ls IH]; intro x; cbn [product].
  - split; [intros [<-|[]]; constructor|intro F; inversion F; simpl; auto].
  - rewrite in_flat_map. split.
    + intros (t & J & M). apply in_map_iff in M. destruct M as (y & <- & M). constructor; trivial. apply IH, M.
    + intro F. inversion F as [|? t ? y J F']; subst. exists t. split; trivial. apply in_map, IH, F'.
Qed.

Lemma NoDup_product (ls : list (list K)) : Forall (NoDup (A := K)) ls -> NoDup (product ls).
Proof.
  induction 1 as [|l ls N F IH]; cbn [product]; [constructor; [simpl; tauto|constructor]|]. induction N as [|t l Nt N IHl]; cbn [flat_map]; [constructor|].
  assert (App : forall (u v : list (list K)), NoDup u -> NoDup v -> (forall x, In x u -> ~ In x v) -> NoDup (u ++ v)).
  { clear. intros u v U V D. induction U as [|a u Na U IH]; cbn [app]; trivial. constructor; [|apply IH; intros; apply D; simpl; auto].
    rewrite in_app_iff. intros [J|J]; [tauto|]. exact (D a (or_introl eq_refl) J). }
  apply App; trivial.
  - apply FinFun.Injective_map_NoDup; trivial. intros a b E. apply cons_inj in E. tauto.
  - intros x J M. apply in_map_iff in J. destruct J as (y & <- & _). apply in_flat_map in M. destruct M as (s & Js & M).
    apply in_map_iff in M. destruct M as (z & E & _). apply cons_inj in E. destruct E as (-> & _). tauto.
Qed.

Lemma length_product (ls : list (list K)) : length (product ls) = fold_right Nat.mul 1%nat (map (@length K) ls).
Proof.
  induction ls as [|l ls IH]; cbn [product map fold_right]; trivial. rewrite <- IH. generalize (product ls). intro p. clear.
  induction l as [|t l IH]; cbn [flat_map length]; trivial. rewrite app_length, map_length, IH. reflexivity.
Qed.

Lemma sized_product A (P : A -> K -> Prop) (g : A -> option Z) l c : (forall a n, In a l -> g a = Some n -> sized K (P a) n) ->
  product_of (map g l) = Some c -> exists z, c = Finitely z /\ sized (list K) (fun x => Forall2 P l x) z.
Proof.
  unfold product_of. intros H E. destruct (sequence _) as [ns|] eqn:Sq; [|discriminate]. injection E as <-. eexists. split; [reflexivity|].
  apply sequence_ok in Sq. 
  assert (L : exists ls : list (list K), Forall (NoDup (A := K)) ls /\ Z.of_nat (fold_right Nat.mul 1%nat (map (@length K) ls)) = fold_right Z.mul 1%Z ns /\
    forall x, Forall2 (fun l t => In t l) ls x <-> Forall2 P l x).
  { revert ns Sq. induction l as [|a l IH]; intros [|n ns] Sq; try discriminate.
    - exists []. split; [constructor|]. split; trivial. intro x. split; intro F; inversion F; constructor.
    - cbn [map] in Sq. injection Sq as Sa Sq. destruct (H a n (or_introl eq_refl) Sa) as (k & (la & Na & La & Ma) & Lk).
      destruct (IH (fun b m J => H b m (or_intror J)) ns Sq) as (ls & N & L & M). exists (la :: ls). split; [constructor; trivial|]. split.
      + cbn [map fold_right]. rewrite Nat2Z.inj_mul, L, La, Lk. reflexivity.
      + intro x. split; intro F; inversion F; subst; constructor; try apply Ma; try apply M; trivial. }
  destruct L as (ls & N & L & M). exists (length (product ls)). split; [|rewrite length_product; exact L].
  exists (product ls). split; [apply NoDup_product, N|]. split; trivial. intro x. rewrite in_product. apply M.
Qed.

Lemma axis_sized s n : axis_size s = Some n -> sized K (on_axis s) n.
Proof.
  destruct s as ((low, high), st). unfold axis_size, axis_count, on_axis. cbn [snd]. destruct (Qle_bool st 0) eqn:Z0; [discriminate|].
  assert (B : forall z, (z < Qfloor ((high - low) / st) + 1)%Z <-> (z <= Qfloor ((high - low) / st))%Z) by (intro; lia). revert B.
  set (c := (Qfloor ((high - low) / st) + 1)%Z). intros B0 E. apply some_inj in E. subst n.
  assert (P : (0 < st)%Q) by (apply Qnot_le_lt; rewrite <- Qle_bool_iff, Z0; discriminate).
  assert (Pk : (0 : K) < inQ st) by (rewrite <- inQ_0, <- inQ_lt; exact P).
  apply (sized_range K _ (fun k => inQ low + inZ k * inQ st) 0).
  - intros i j E. apply (inZ_inj K). apply (mul_cancel K (inQ st)); [apply pos_ne, Pk|].
    replace (inQ st * inZ i) with (inQ low + inZ i * inQ st - inQ low) by ring. rewrite E. ring.
  - intro t. assert (B : forall k, inQ low + inZ k * inQ st <= inQ high <-> (k < c)%Z).
    { intro k. rewrite B0, inZ_Q, <- inQ_mul, <- inQ_add, <- inQ_le. split; intro H.
      - rewrite <- (Qfloor_Z k). apply Qfloor_resp_le. apply Qle_shift_div_l; trivial.
        apply (Qplus_le_l _ _ low). setoid_replace (high - low + low)%Q with high by ring. rewrite Qplus_comm. exact H.
      - assert (G : (inject_Z k <= (high - low) / st)%Q). { eapply Qle_trans; [|apply Qfloor_le]. rewrite <- Zle_Qle. exact H. }
        apply (Qmult_le_r _ _ st P) in G. setoid_replace ((high - low) / st * st)%Q with (high - low)%Q in G by (field; apply Qnot_eq_sym, Qlt_not_eq, P).
        apply (Qplus_le_r _ _ low) in G. setoid_replace (low + (high - low))%Q with high in G by ring. exact G. }
    split.
    + intros (k & K0 & -> & L). exists k. split; [|reflexivity]. apply B in L. lia.
    + intros (k & L & ->). exists k. split; [lia|]. split; trivial. apply B. lia.
Qed.

Lemma units_le z q : inZ z / inZ (2 ^ 149) <= inQ q <-> (z <= Qfloor (q * inject_Z (2 ^ 149)))%Z.
Proof.
  unfold OField.inQ. rewrite <- frac_le by (try exact two149; lia). split; intro H.
  - rewrite <- (Qfloor_Z z). apply Qfloor_resp_le. unfold Qle, Qmult, inject_Z. cbn [Qnum Qden]. rewrite Pos.mul_1_r. lia.
  - assert (G : (inject_Z z <= q * inject_Z (2 ^ 149))%Q). { eapply Qle_trans; [|apply Qfloor_le]. rewrite <- Zle_Qle. exact H. }
    unfold Qle, Qmult, inject_Z in G. cbn [Qnum Qden] in G. rewrite Pos.mul_1_r in G. lia.
Qed.

Lemma floats_sized s n : floats_between s = Some n -> sized K (fun t => between s t /\ binary32 t) n.
Proof.
  destruct s as (a, b). unfold floats_between. cbn [fst snd]. destruct (last_upto (Qfloor (b * _))) as [i|] eqn:I; [|discriminate].
  destruct (last_upto (Qfloor (- a * _))) as [j|] eqn:J; [|discriminate]. intro E. apply some_inj in E. subst n.
  assert (Hi := last_upto_ok _ _ I). assert (Hj := last_upto_ok _ _ J).
  assert (Bi : (i <= last_float)%Z). { unfold last_upto in I. destruct (_ && _) eqn:T in I; [|discriminate]. apply some_inj in I. rewrite !andb_true_iff, !Z.leb_le in T. lia. }
  assert (Bj : (j <= last_float)%Z). { unfold last_upto in J. destruct (_ && _) eqn:T in J; [|discriminate]. apply some_inj in J. rewrite !andb_true_iff, !Z.leb_le in T. lia. }
  replace (i + j + 1)%Z with (i + 1 - - j)%Z by ring. apply (sized_range K _ (fun k => inZ (float_at k) / inZ (2 ^ 149)) (- j)).
  - intros k l E. apply frac_eq in E; try exact two149. apply float_at_inj. apply Z.mul_cancel_r in E; [exact E|discriminate].
  - assert (In_range : forall k, (- last_float <= k <= last_float)%Z -> between (a, b) (inZ (float_at k) / inZ (2 ^ 149)) <-> (- j <= k <= i)%Z).
    { intros k L. unfold between. cbn [fst snd]. rewrite units_le, (Hi k L).
      assert (O : inQ a <= inZ (float_at k) / inZ (2 ^ 149) <-> (- j <= k)%Z); [|rewrite O; reflexivity].
      transitivity (- k <= j)%Z; [|lia]. rewrite <- (Hj (- k)%Z) by lia. rewrite float_at_opp, <- units_le, inZ_opp, inQ_opp.
      assert (N2 : inZ (2 ^ 149) <> 0) by (apply inZ_ne; discriminate).
      replace (- inZ (float_at k) / inZ (2 ^ 149)) with (- (inZ (float_at k) / inZ (2 ^ 149))) by (field; exact N2). split; intro H; [apply opp_le, H|].
      apply opp_le in H. replace (- - inQ a) with (inQ a) in H by ring. replace (- - (inZ (float_at k) / inZ (2 ^ 149))) with (inZ (float_at k) / inZ (2 ^ 149)) in H by ring. exact H. }
    intro t. split.
    + intros (B & m & e & M & E & ->). destruct (float_at_found m e M E) as (k & L & F). rewrite <- F in *. exists k. split; [|reflexivity].
      apply In_range in B; trivial. lia.
    + intros (k & L & ->). assert (Lk : (- last_float <= k <= last_float)%Z) by lia. split; [apply In_range; trivial; lia|].
      destruct (float_at_form k Lk) as (m & e & M & E & F). exists m, e. rewrite F. auto.
Qed.

Theorem finitely d n : cardinality d = Some (Finitely n) -> sized (list K) (member d) n.
Proof.
  destruct d as [m|m|sides|m sides|axes|sides|ps|k|m]; cbn [cardinality member]; try discriminate.
  - destruct m; [|discriminate]. intro E. injection E as <-. apply (sized_one _ _ []). intro x. destruct x; simpl; split; congruence.
  - destruct m; [|discriminate]. intro E. injection E as <-. apply (sized_one _ _ []). intro x. split.
    + intros (L & _). destruct x; [reflexivity|discriminate L].
    + intros ->. split; [reflexivity|constructor].
  - destruct (forallb _ sides) eqn:F; [|destruct (forallb (fun s => Qle_bool (fst s) (snd s)) sides); discriminate]. intro E. injection E as <-. apply (sized_one _ _ (embQ (map fst sides))).
    rewrite forallb_forall in F. induction sides as [|s sides IH]; intro x; cbn [map embQ].
    { split; [intro H; inversion H; reflexivity|intros ->; constructor]. }
    assert (Q := F s (or_introl eq_refl)). apply (Qeq_bool_spec K) in Q. assert (IH' := fun y => IH (fun r J => F r (or_intror J)) y). clear IH. split.
    + intro H. inversion H as [|? t ? y (A & B) H']; subst. f_equal; [apply kle_antisym; trivial; rewrite Q; trivial|apply IH', H'].
    + intros ->. constructor; [split; [apply le_refl|rewrite Q; apply le_refl]|]. apply IH'. reflexivity.
  - intro E. destruct (sized_product _ on_axis axis_size axes _ (fun a n _ => axis_sized a n) E) as (z & F & S). injection F as ->. exact S.
  - intro E. destruct (sized_product _ _ floats_between sides _ (fun a n _ => floats_sized a n) E) as (z & F & S). injection F as ->. exact S.
  - destruct (different _) eqn:F; [|discriminate]. intro E. injection E as <-. exists (length ps). split; trivial.
    exists (map embQ ps). split; [rewrite <- map_embQ; apply different_NoDup, F|]. split; [apply map_length|].
    intro x. rewrite in_map_iff. split; intros (p & A & B); exists p; auto.
  - intro E. injection E as <-. apply (sized_range _ _ (fun i => [inZ i]) 0).
    + intros i j E. apply cons_inj in E. destruct E as (E & _). apply (inZ_inj K), E.
    + intro x. reflexivity.
  - destruct m as [|[|m]]; try discriminate. intro E. injection E as <-. apply (sized_one _ _ [1]). intro x. split.
    + intros (L & _ & S). destruct x as [|t [|? ?]]; try discriminate. unfold ksum in S. cbn [fold_right] in S. f_equal. rewrite <- S. ring.
    + intros ->. split; trivial. split; [repeat constructor; apply zero_lt_one|]. unfold ksum. cbn [fold_right]. ring.
Qed.

(** A copy of [0, 1]. *)
Definition segment (sides : list (Q * Q)) (t : K) : list K := map (fun s => inQ (fst s) + (inQ (snd s) - inQ (fst s)) * t) sides.

Lemma ksum_repeat n t : ksum (repeat t n) = inZ (Z.of_nat n) * t.
Proof.
  unfold ksum. induction n as [|n IH]; [cbn [repeat fold_right]; change (inZ (Z.of_nat 0)) with (0 : K); ring|]. cbn [repeat fold_right]. rewrite IH.
  replace (Z.of_nat (S n)) with (Z.of_nat n + 1)%Z by lia. rewrite inZ_add, inZ_1. ring.
Qed.

Theorem uncountably d : cardinality d = Some Uncountably ->
  exists e : K -> list K, (forall t, 0 <= t -> t <= 1 -> member d (e t)) /\ forall s t, e s = e t -> s = t.
Proof.
  destruct d as [m|m|sides|m sides|axes|sides|ps|k|m]; cbn [cardinality member]; try discriminate.
  - destruct m as [|m]; [discriminate|]. intros _. exists (fun t => t :: repeat 0 m). split; [intros; cbn [length]; rewrite repeat_length; reflexivity|].
    intros s t E. apply cons_inj in E. tauto.
  - destruct m; discriminate.
  - destruct (forallb _ sides) eqn:F; [discriminate|]. destruct (forallb (fun s => Qle_bool _ _) sides) eqn:G; [|discriminate]. intros _.
    exists (segment sides). split.
    + intros t P L. rewrite forallb_forall in G. clear F. induction sides as [|s sides IH]; cbn [segment map]; constructor.
      * assert (H := G s (or_introl eq_refl)). apply (Qle_bool_spec K) in H. split.
        { apply (proj2 (le_diff K _ _)). replace (inQ (fst s) + (inQ (snd s) - inQ (fst s)) * t - inQ (fst s)) with ((inQ (snd s) - inQ (fst s)) * t) by ring.
          apply kmul_nonneg; trivial. apply (proj1 (le_diff K _ _)), H. }
        { apply (proj2 (le_diff K _ _)). replace (inQ (snd s) - (inQ (fst s) + (inQ (snd s) - inQ (fst s)) * t)) with ((inQ (snd s) - inQ (fst s)) * (1 - t)) by ring.
          apply kmul_nonneg; [apply (proj1 (le_diff K _ _)), H|apply (proj1 (le_diff K _ _)), L]. }
      * apply IH. intros r J. apply G. simpl. auto.
    + intros s t. clear G. induction sides as [|p sides IH]; [discriminate|]. cbn [forallb segment map] in *. intro E. apply cons_inj in E. destruct E as (E & E').
      destruct (Qeq_bool (fst p) (snd p)) eqn:Q; [apply IH; trivial|]. apply (mul_cancel K (inQ (snd p) - inQ (fst p))).
      * intro H. assert (X : inQ (fst p) = inQ (snd p)). { replace (inQ (snd p)) with (inQ (snd p) - inQ (fst p) + inQ (fst p)) by ring. rewrite H. ring. }
        apply (Qeq_bool_spec K) in X. congruence.
      * replace ((inQ (snd p) - inQ (fst p)) * s) with (inQ (fst p) + (inQ (snd p) - inQ (fst p)) * s - inQ (fst p)) by ring. rewrite E. ring.
  - unfold product_of. destruct (sequence _); discriminate.
  - unfold product_of. destruct (sequence _); discriminate.
  - destruct (different _); discriminate.
  - destruct m as [|[|m]]; try discriminate. intros _. set (c := inZ (Z.of_nat (S m))). assert (Pc : 0 < c) by (apply inZ_pos; lia). assert (P4 : 0 < inZ 4) by (apply inZ_pos; lia).
    assert (Nc := pos_ne K _ Pc). assert (N4 := pos_ne K _ P4). set (r := fun t => (1 + t) / inZ 4).
    assert (P1 := zero_lt_one K).
    exists (fun t => r t :: repeat ((1 - r t) / c) (S m)). split.
    + intros t P L. assert (R0 : 0 < r t).
      { unfold r. rewrite div_eq_mul. apply mul_pos; [|apply inv_pos, P4]. replace (0:K) with (0 + 0 : K) by ring. apply add_lt_le; trivial. }
      assert (R1 : 0 < 1 - r t).
      { apply (proj1 (lt_diff K _ _)). intro H. assert (X := mul_le_l K (inZ 4) _ _ (lt_le K _ _ P4) H). unfold r in X. replace (inZ 4 * ((1 + t) / inZ 4)) with (1 + t) in X by (field; exact N4).
        assert (Y : inZ 4 <= inZ 2); [|apply inZ_le in Y; lia]. replace (inZ 4) with (inZ 4 * 1) by ring. apply (kle_trans _ _ _ _ X).
        change 2%Z with (1 + 1)%Z. rewrite inZ_add, inZ_1. apply add_le; [apply le_refl|exact L]. }
      split; [cbn [length]; rewrite repeat_length; reflexivity|]. split.
      * constructor; trivial. apply Forall_forall. intros u J. apply repeat_spec in J. subst u. rewrite div_eq_mul. apply mul_pos; trivial. apply inv_pos, Pc.
      * change (r t + ksum (repeat ((1 - r t) / c) (S m)) = 1). rewrite ksum_repeat. fold c. field. exact Nc.
    + intros s t E. apply cons_inj in E. destruct E as (E & _). unfold r in E.
      replace s with (inZ 4 * ((1 + s) / inZ 4) - 1) by (field; exact N4). rewrite E. field. exact N4.
Qed.

Lemma kinv_small i : let t := 1 / inZ (Z.of_nat (S i)) in 0 <= t /\ t <= 1.
Proof.
  cbv zeta. assert (P : 0 < inZ (Z.of_nat (S i))) by (apply inZ_pos; lia). apply div_between; [apply zero_le_one| |exact P].
  rewrite <- inZ_1. apply inZ_le. lia.
Qed.

Theorem infinitely d c : cardinality d = Some c -> (forall n, c <> Finitely n) -> infinite (list K) (member d).
Proof.
  intros E N. destruct c as [n| |]; [destruct (N n eq_refl)| |].
  - destruct d as [m|m|sides|m sides|axes|sides|ps|k|m]; cbn [cardinality] in E; try discriminate.
    + destruct m; discriminate.
    + destruct m as [|m]; [discriminate|]. exists (fun i => inZ (Z.of_nat i) :: repeat 0 m). split.
      * intros i j H. apply cons_inj in H. destruct H as (H & _). apply (inZ_inj K) in H. lia.
      * intro i. split; [cbn [length]; rewrite repeat_length; reflexivity|]. constructor; [exists (Z.of_nat i); reflexivity|].
        apply Forall_forall. intros t J. apply repeat_spec in J. subst. exists 0%Z. reflexivity.
    + destruct (forallb _ sides); [discriminate|]. destruct (forallb (fun s => Qle_bool (fst s) (snd s)) sides); discriminate.
    + unfold product_of in E. destruct (sequence _); discriminate.
    + unfold product_of in E. destruct (sequence _); discriminate.
    + destruct (different _); discriminate.
    + destruct m as [|[|m]]; discriminate.
  - destruct (uncountably d E) as (e & M & I). exists (fun i => e (1 / inZ (Z.of_nat (S i)))). split.
    + intros i j H. apply I in H. assert (A : inZ (Z.of_nat (S i)) <> 0) by (apply inZ_ne; lia). assert (B : inZ (Z.of_nat (S j)) <> 0) by (apply inZ_ne; lia).
      assert (F : inZ (Z.of_nat (S i)) = inZ (Z.of_nat (S j))).
      { replace (inZ (Z.of_nat (S i))) with (inZ (Z.of_nat (S i)) * inZ (Z.of_nat (S j)) * (1 / inZ (Z.of_nat (S j)))) by (field; exact B). rewrite <- H. field. exact A. }
      apply (inZ_inj K) in F. lia.
    + intro i. destruct (kinv_small i). apply M; trivial.
Qed.
End Sizes.
