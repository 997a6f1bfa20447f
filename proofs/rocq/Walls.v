(** A cone that is known by its walls and by its generators, cut by a form: two generators are joined only if they lie in enough common
    walls, and what is found still spans the part (the contract of cut in proofs/subdivision.py). *)
Require Import ZArith List Bool Lia Field Wf_nat.
From Bijection Require Import OField Cones.
Import ListNotations.

(** How many walls two generators have in common. *)
Fixpoint both (u v : list bool) : nat :=
  match u, v with a :: u', b :: v' => (if a && b then S (both u' v') else both u' v') | _, _ => O end.

Section Walls.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Variable N : nat.
Notation vector := (nat -> K).
Local Notation "a · v" := (dot N a v) (at level 40).

(** The generator lies on the right side of all walls, and those that contain it are marked. *)
Definition marked (ws : list vector) (g : vector) (bs : list bool) : Prop := Forall2 (fun a (b : bool) => 0 <= a · g /\ (a · g = 0 -> b = true)) ws bs.
Definition inside_walls (ws : list vector) (v : vector) : Prop := forall a, In a ws -> 0 <= a · v.
Definition is_zero (v : vector) : Prop := forall i, (i < N)%nat -> v i = 0.

Record described (ws : list vector) (G : list (vector * list bool)) : Prop := {
  all_marked : forall g bs, In (g, bs) G -> marked ws g bs;
  spanned : forall v, inside_walls ws v -> cone N (fun g => exists bs, In (g, bs) G) v;
  pointed : forall v, (forall a, In a ws -> a · v = 0) -> is_zero v
}.

(** The generators of the part where h >= 0. *)
Definition part (G : list (vector * list bool)) (h g : vector) : Prop :=
  (exists bs, In (g, bs) G /\ 0 <= h · g) \/
  (exists a ba b bb, In (a, ba) G /\ In (b, bb) G /\ 0 < h · a /\ h · b < 0 /\ (N <= both ba bb + 2)%nat /\ joint N h a b g).

Section Cut.
Variables (ws : list vector) (G : list (vector * list bool)) (h : vector).
Hypothesis D : described ws G.

Definition tight (v : vector) : list vector := filter (fun a => if eq_dec K (a · v) 0 then true else false) ws.
Definition loose (v : vector) : list vector := filter (fun a => if eq_dec K (a · v) 0 then false else true) ws.

Lemma tight_in v a : In a (tight v) <-> In a ws /\ a · v = 0.
Proof. unfold tight. rewrite filter_In. destruct (eq_dec K (a · v) 0); intuition congruence. Qed.
Lemma loose_in v a : In a (loose v) <-> In a ws /\ a · v <> 0.
Proof. unfold loose. rewrite filter_In. destruct (eq_dec K (a · v) 0); intuition congruence. Qed.

Lemma loose_fewer u v a : (forall b, In b ws -> b · v = 0 -> b · u = 0) -> In a ws -> a · v <> 0 -> a · u = 0 -> (length (loose u) < length (loose v))%nat.
Proof.
  unfold loose. intros S I V U. assert (Le : forall l, (forall b, In b l -> b · v = 0 -> b · u = 0) ->
    (length (filter (fun a => if eq_dec K (a · u) 0 then false else true) l) <= length (filter (fun a => if eq_dec K (a · v) 0 then false else true) l))%nat).
  { induction l as [|b l IH]; intro H; cbn [filter]; [lia|]. assert (X := IH (fun c J => H c (or_intror J))). specialize (H b (or_introl eq_refl)).
    destruct (eq_dec K (b · u) 0), (eq_dec K (b · v) 0); cbn [length]; try lia. tauto. }
  clear D. revert I S. induction ws as [|b l IH]; intros I S; [destruct I|]. cbn [filter]. assert (X := Le l (fun c J => S c (or_intror J))).
  destruct I as [->|I].
  - destruct (eq_dec K (a · u) 0), (eq_dec K (a · v) 0); cbn [length]; try lia; tauto.
  - assert (Y := IH I (fun c J => S c (or_intror J))). specialize (S b (or_introl eq_refl)).
    destruct (eq_dec K (b · u) 0), (eq_dec K (b · v) 0); cbn [length]; try lia. tauto.
Qed.

Lemma both_count g bs g' bs' v : marked ws g bs -> marked ws g' bs' -> (forall a, In a ws -> a · v = 0 -> a · g = 0 /\ a · g' = 0) ->
  (length (tight v) <= both bs bs')%nat.
Proof.
  clear D. unfold marked, tight. intros M M' H. revert bs' M'. induction M as [|a b l bs (P & E) M IH]; intros bs' M'; inversion M' as [|? b' ? bs2 (P' & E') M2]; subst; cbn [filter both length]; [lia|].
  assert (X := IH (fun c J => H c (or_intror J)) bs2 M2). specialize (H a (or_introl eq_refl)). destruct (eq_dec K (a · v) 0) as [Z0|].
  - destruct (H Z0) as (U & U'). rewrite E, E' by trivial. cbn [andb length]. lia.
  - destruct (b && b')%bool; lia.
Qed.

Lemma some_loose v : ~ is_zero v -> exists a, In a ws /\ a · v <> 0.
Proof.
  intro Nz. destruct (loose v) as [|a l] eqn:E.
  - exfalso. apply Nz, (pointed _ _ D). intros a I. destruct (eq_dec K (a · v) 0) as [|Ne]; trivial. exfalso.
    assert (X : In a (loose v)) by (apply loose_in; auto). rewrite E in X. exact X.
  - exists a. apply loose_in. rewrite E. simpl. auto.
Qed.

Lemma zero_or_not v : is_zero v \/ ~ is_zero v.
Proof.
  unfold is_zero. generalize N. intro n. induction n as [|n IH]; [left; intros; lia|]. destruct IH as [H|H].
  - destruct (eq_dec K (v n) 0) as [E|E].
    + left. intros i L. destruct (Nat.eq_dec i n) as [->|]; [exact E|]. apply H. lia.
    + right. intro F. apply E, F. lia.
  - right. intro F. apply H. intros i L. apply F. lia.
Qed.

(** A face of dimension 2: all pairs are joined. *)
Lemma small_face v : inside_walls ws v -> 0 <= h · v -> (N <= length (tight v) + 2)%nat -> cone N (part G h) v.
Proof.
  intros I V L. assert (C := spanned _ _ D v I).
  assert (Nonneg : forall g a, (exists bs, In (g, bs) G) -> In a (tight v) -> 0 <= a · g).
  { intros g a (bs & J) A. apply tight_in in A. destruct A as (A & _). assert (M := all_marked _ _ D g bs J). clear - M A.
    induction M as [|c b l bs (P & _) M IH]; [destruct A|]. destruct A as [<-|A]; auto. }
  assert (F := cone_face K N _ (tight v) v Nonneg C (fun a A => proj2 (proj1 (tight_in v a) A))).
  set (Gv := fun g => (exists bs, In (g, bs) G) /\ (forall a, In a (tight v) -> a · g = 0)) in *.
  set (New := fun g => (Gv g /\ 0 <= h · g) \/ (exists a b, Gv a /\ Gv b /\ 0 < h · a /\ h · b < 0 /\ joint N h a b g)).
  assert (X : cone N New v).
  { apply (all_pairs K N Gv New h); trivial.
    - intros g Hg P. left. auto.
    - intros a b Ha Hb Pa Pb. exists (fun i => - (h · b) * a i + (h · a) * b i). assert (J : joint N h a b (fun i => - (h · b) * a i + (h · a) * b i)) by (intros i Li; reflexivity).
      split; trivial. right. exists a, b. auto.
    - intros g [(Hg & _)|(a & b & _ & _ & _ & _ & J)] P; trivial. exfalso. apply (lt_ne K _ _ P). rewrite (dot_combines K N h _ _ _ _ _ J). ring.
    - intros g [(_ & P)|(a & b & _ & _ & _ & _ & J)]; trivial. apply eq_le. rewrite (dot_combines K N h _ _ _ _ _ J). ring. }
  apply (cone_within K N New _) with (2 := X). intros g [(((bs & J) & _) & P)|(a & b & ((ba & Ja) & Ta) & ((bb & Jb) & Tb) & Pa & Pb & J)]; apply cone_self.
  - left. eauto.
  - right. exists a, ba, b, bb. repeat (split; trivial). apply Nat.le_trans with (1 := L). apply Nat.add_le_mono_r.
    apply (both_count a ba b bb v (all_marked _ _ D a ba Ja) (all_marked _ _ D b bb Jb)). intros c Ic Zc. split; [apply Ta|apply Tb]; apply tight_in; auto.
Qed.

(** Points where h vanishes are sums of two such points in smaller faces, down to faces of dimension 2. *)
Lemma on_the_cut v : inside_walls ws v -> h · v = 0 -> cone N (part G h) v.
Proof.
  assert (M : forall m v, (length (loose v) < m)%nat -> inside_walls ws v -> h · v = 0 -> cone N (part G h) v).
  2: { apply (M (S (length (loose v)))). lia. }
  clear v. induction m as [|m IH]; intros v Lm I V; [lia|]. destruct (zero_or_not v) as [Z0|Nz]; [apply cone_zero, Z0|].
  destruct (le_lt_dec N (length (tight v) + 2)) as [L|L]; [apply small_face; trivial; apply eq_le; auto|].
  destruct (some_loose v Nz) as (c & Ic & Nc).
  destruct (fewer_equations K N (h :: c :: tight v)) as (z & (i & Li & Ni) & Hz). { cbn [length]. lia. }
  assert (Zh : h · z = 0) by (apply Hz; simpl; auto). assert (Zc : c · z = 0) by (apply Hz; simpl; auto).
  assert (Zt : forall a, In a ws -> a · v = 0 -> a · z = 0) by (intros a Ia Va; apply Hz; right; right; apply tight_in; auto).
  assert (Pv : forall a, In a ws -> a · v <> 0 -> 0 < a · v) by (intros a Ia Na F; apply Na, kle_antisym; [exact F|apply I, Ia]).
  destruct (least K _ (loose v) (fun a => a · z / (a · v))) as (a0 & I0 & M0). { intro E. assert (X : In c (loose v)) by (apply loose_in; auto). rewrite E in X. exact X. }
  apply loose_in in I0. destruct I0 as (I0 & N0). set (s := a0 · z / (a0 · v)) in *.
  set (p := fun i => 1 * z i + - s * v i). assert (Cp : combines N p 1 z (- s) v) by (intros j Lj; reflexivity).
  assert (Dp : forall a, a · p = a · z - s * (a · v)) by (intro a; rewrite (dot_combines K N a _ _ _ _ _ Cp); ring).
  assert (Ip : inside_walls ws p).
  { intros a Ia. rewrite Dp. destruct (eq_dec K (a · v) 0) as [E|E]; [rewrite E, (Zt a Ia E); apply eq_le; ring|].
    apply (proj1 (le_diff K _ _)). assert (X : s <= a · z / (a · v)) by (apply M0, loose_in; auto).
    replace (a · z) with (a · v * (a · z / (a · v))) by (field; trivial). replace (s * (a · v)) with (a · v * s) by ring. apply mul_le_l; trivial. apply I, Ia. }
  assert (Zp0 : a0 · p = 0) by (rewrite Dp; unfold s; field; trivial).
  assert (Tp : forall a, In a ws -> a · v = 0 -> a · p = 0) by (intros a Ia Va; rewrite Dp, Va, (Zt a Ia Va); ring).
  assert (Zhp : h · p = 0) by (rewrite Dp, Zh, V; ring).
  assert (Np : ~ is_zero p).
  { intro Z0. assert (X := dot_zero K N c p Z0). rewrite Dp, Zc in X. assert (S0 : s = 0).
    { apply (mul_cancel K (c · v)); trivial. replace (c · v * s) with (- (0 - s * (c · v))) by ring. rewrite X. ring. }
    apply Ni. specialize (Z0 i Li). unfold p in Z0. rewrite S0 in Z0. replace (z i) with (1 * z i + - (0) * v i) by ring. exact Z0. }
  assert (Cone_p : cone N (part G h) p). { apply IH; trivial. assert (X := loose_fewer p v a0 Tp I0 N0 Zp0). lia. }
  destruct (some_loose p Np) as (d & Id & Nd).
  destruct (least K _ (loose p) (fun a => a · v / (a · p))) as (a1 & I1 & M1). { intro E. assert (X : In d (loose p)) by (apply loose_in; auto). rewrite E in X. exact X. }
  apply loose_in in I1. destruct I1 as (I1 & N1). set (t := a1 · v / (a1 · p)) in *.
  assert (P1 : 0 < a1 · p) by (intro F; apply N1, kle_antisym; [exact F|apply Ip, I1]).
  set (q := fun i => 1 * v i + - t * p i). assert (Cq : combines N q 1 v (- t) p) by (intros j Lj; reflexivity).
  assert (Dq : forall a, a · q = a · v - t * (a · p)) by (intro a; rewrite (dot_combines K N a _ _ _ _ _ Cq); ring).
  assert (Iq : inside_walls ws q).
  { intros a Ia. rewrite Dq. destruct (eq_dec K (a · p) 0) as [E|E]; [rewrite E; replace (a · v - t * 0) with (a · v) by ring; apply I, Ia|].
    apply (proj1 (le_diff K _ _)). assert (X : t <= a · v / (a · p)) by (apply M1, loose_in; auto).
    replace (a · v) with (a · p * (a · v / (a · p))) by (field; trivial). replace (t * (a · p)) with (a · p * t) by ring. apply mul_le_l; trivial. apply Ip, Ia. }
  assert (Nv1 : a1 · v <> 0) by (intro E; apply N1, Tp; trivial).
  apply (cone_combines K N _ 1 q t p); trivial.
  - apply zero_le_one.
  - unfold t. rewrite div_eq_mul. apply kmul_nonneg; [apply I, I1|apply lt_le, inv_pos, P1].
  - apply IH; trivial.
    + assert (X := loose_fewer q v a1). lapply X; [intro Y|].
      * specialize (Y I1 Nv1). lapply Y; [lia|]. rewrite Dq. unfold t. field. exact N1.
      * intros a Ia Va. rewrite Dq, Va, (Tp a Ia Va). ring.
    + rewrite Dq, V, Zhp. ring.
  - intros j Lj. unfold q. ring.
Qed.

Theorem cut_spans v : inside_walls ws v -> 0 <= h · v -> cone N (part G h) v.
Proof.
  intros I V. destruct (cone_split K N _ h v (spanned _ _ D v I)) as (p & q & P & Q & S).
  assert (Sub : forall X u, cone N (fun g => (exists bs, In (g, bs) G) /\ X g) u -> inside_walls ws u).
  { intros X u C a Ia. apply (cone_nonneg K N _ a u) with (2 := C). intros g ((bs & J) & _). assert (M := all_marked _ _ D g bs J). clear - M Ia.
    induction M as [|c b l bs (P & _) M IH]; [destruct Ia|]. destruct Ia as [<-|Ia]; auto. }
  assert (Cp : cone N (part G h) p). { apply (cone_within K N _ _) with (2 := P). intros g ((bs & J) & A). apply cone_self. left. eauto. }
  assert (Hq : h · q <= 0).
  { replace (h · q) with (- (- (h · q))) by ring. replace (0:K) with (- (0:K)) by ring. apply opp_le.
    replace (- (h · q)) with ((fun i => - h i) · q) by (clear; generalize N; intro n; induction n as [|n IH]; cbn [dot]; [ring|rewrite IH; ring]).
    apply (cone_nonneg K N _ _ q) with (2 := Q). intros g (_ & A).
    replace ((fun i => - h i) · g) with (- (h · g)) by (clear; generalize N; intro n; induction n as [|n IH]; cbn [dot]; [ring|rewrite <- IH; ring]).
    apply opp_nonneg, lt_le, A. }
  assert (E := dot_combines K N h _ _ _ _ _ S). assert (Iq := Sub _ q Q). assert (Ip := Sub _ p P).
  destruct (eq_dec K (h · q) 0) as [Z0|Nq].
  - apply (cone_plus K N _ p q v Cp); trivial. apply on_the_cut; trivial.
  - assert (Pq : h · q < 0) by (intro F; apply Nq, kle_antisym; trivial).
    assert (Pp : 0 < h · p). { replace (h · p) with (h · v - h · q) by (rewrite E; ring). apply lt_le_trans with (- (h · q)).
      - replace (0:K) with (- (0:K)) by ring. apply opp_lt, Pq.
      - replace (- (h · q)) with (0 + - (h · q)) by ring. replace (h · v - h · q) with (h · v + - (h · q)) by ring. apply add_le; trivial. apply le_refl. }
    assert (Np : h · p <> 0) by (apply pos_ne, Pp). set (t := - (h · q) / (h · p)).
    assert (Pt : 0 <= t) by (unfold t; rewrite div_eq_mul; apply kmul_nonneg; [apply opp_nonneg, Hq|apply lt_le, inv_pos, Pp]).
    set (r := fun i => t * p i + 1 * q i). assert (Cr : combines N r t p 1 q) by (intros i L; reflexivity).
    assert (R : cone N (part G h) r).
    { apply on_the_cut.
      - intros a Ia. rewrite (dot_combines K N a _ _ _ _ _ Cr). apply le_add_nonneg; apply kmul_nonneg; auto. apply zero_le_one.
      - rewrite (dot_combines K N h _ _ _ _ _ Cr). unfold t. field. exact Np. }
    apply (cone_combines K N _ (1 - t) p 1 r); trivial; [|apply zero_le_one|].
    + apply (proj1 (le_diff K _ _)). unfold t. apply mul_le_cancel with (h · p); trivial. replace (h · p * (- (h · q) / (h · p))) with (- (h · q)) by (field; exact Np).
      apply (proj2 (le_diff K _ _)). replace (h · p * 1 - - (h · q)) with (h · v) by (rewrite E; ring). exact V.
    + intros i L. rewrite S by trivial. unfold r. ring.
Qed.
End Cut.
End Walls.
Arguments marked {K}. Arguments inside_walls {K}. Arguments described {K}. Arguments part {K}. Arguments is_zero {K}.
