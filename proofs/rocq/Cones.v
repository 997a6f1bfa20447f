(** Cones that finitely many vectors span, cut by a half-space: the double description method (the contract of cut in proofs/subdivision.py).

    Vectors of K^N are functions on indices, of which those below N matter. *)
Require Import ZArith List Bool Lia Field Wf_nat.
From Bijection Require Import OField.
Import ListNotations.

Section Cones.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Variable N : nat.
Notation vector := (nat -> K).

Fixpoint dot (n : nat) (a v : vector) : K := match n with O => 0 | S k => dot k a v + a k * v k end.
Local Notation "a · v" := (dot N a v) (at level 40).

(** v = s * p + t * q *)
Definition combines (v : vector) (s : K) (p : vector) (t : K) (q : vector) := forall i, (i < N)%nat -> v i = s * p i + t * q i.

Lemma dot_combines a v s p t q : combines v s p t q -> a · v = s * (a · p) + t * (a · q).
Proof.
  unfold combines. generalize N. intros n H. induction n as [|n IH]; cbn [dot]; [ring|]. rewrite IH by (intros; apply H; lia). rewrite H by lia. ring.
Qed.

Lemma dot_zero a v : (forall i, (i < N)%nat -> v i = 0) -> a · v = 0.
Proof. generalize N. intros n H. induction n as [|n IH]; cbn [dot]; trivial. rewrite IH by (intros; apply H; lia). rewrite H by lia. ring. Qed.

Inductive cone (G : vector -> Prop) : vector -> Prop :=
| cone_zero v : (forall i, (i < N)%nat -> v i = 0) -> cone G v
| cone_add c g u v : 0 <= c -> G g -> cone G u -> combines v c g 1 u -> cone G v.

Lemma cone_plus G p q v : cone G p -> cone G q -> combines v 1 p 1 q -> cone G v.
Proof.
  intro P. revert q v. induction P as [p Z0|c g u p C I P IH E]; intros q v Q H.
  - inversion Q as [w Z1|c g u w C I Q' E]; subst.
    + apply cone_zero. intros i L. rewrite H, Z0, Z1 by trivial. ring.
    + apply cone_add with c g u; trivial. intros i L. rewrite H, Z0, E by trivial. ring.
  - apply (cone_add G c g (fun i => u i + q i) v C I).
    + apply (IH q); trivial. intros i L. ring.
    + intros i L. rewrite H, E by trivial. ring.
Qed.

Lemma cone_times G s p v : 0 <= s -> cone G p -> (forall i, (i < N)%nat -> v i = s * p i) -> cone G v.
Proof.
  intros S P. revert v. induction P as [p Z0|c g u p C I P IH E]; intros v H.
  - apply cone_zero. intros i L. rewrite H, Z0 by trivial. ring.
  - apply (cone_add G (s * c) g (fun i => s * u i) v); trivial; [apply kmul_nonneg; trivial|apply IH; trivial|]. intros i L. rewrite H, E by trivial. ring.
Qed.

Lemma cone_combines G s p t q v : 0 <= s -> 0 <= t -> cone G p -> cone G q -> combines v s p t q -> cone G v.
Proof.
  intros S T P Q H. apply (cone_plus G (fun i => s * p i) (fun i => t * q i)).
  - apply (cone_times G s p); trivial.
  - apply (cone_times G t q); trivial.
  - intros i L. rewrite H by trivial. ring.
Qed.

Lemma cone_self (G : vector -> Prop) g : G g -> cone G g.
Proof. intro I. apply (cone_add G 1 g (fun _ => 0)); trivial; [apply zero_le_one|apply cone_zero; trivial|]. intros i L. ring. Qed.

Lemma cone_within (G H : vector -> Prop) v : (forall g, G g -> cone H g) -> cone G v -> cone H v.
Proof.
  intro S. induction 1 as [p Z0|c g u p C I P IH E]; [apply cone_zero; trivial|].
  apply (cone_combines H c g 1 u); trivial; [apply zero_le_one|apply S, I].
Qed.

Lemma cone_nonneg (G : vector -> Prop) a v : (forall g, G g -> 0 <= a · g) -> cone G v -> 0 <= a · v.
Proof.
  intro H. induction 1 as [p Z0|c g u p C I P IH E]; [rewrite dot_zero by trivial; apply le_refl|].
  rewrite (dot_combines a _ _ _ _ _ E). apply le_add_nonneg; [apply kmul_nonneg; auto|]. replace (1 * (a · u)) with (a · u) by ring. exact IH.
Qed.

(** The part of a sum of generators that lies in a face. *)
Lemma cone_face (G : vector -> Prop) (T : list vector) v : (forall g a, G g -> In a T -> 0 <= a · g) -> cone G v ->
  (forall a, In a T -> a · v = 0) -> cone (fun g => G g /\ forall a, In a T -> a · g = 0) v.
Proof.
  intros H. induction 1 as [p Z0|c g u p C I P IH E]; intro F; [apply cone_zero; trivial|].
  assert (Parts : forall a, In a T -> c * (a · g) = 0 /\ a · u = 0).
  { intros a J. specialize (F a J). rewrite (dot_combines a _ _ _ _ _ E) in F. assert (A : 0 <= c * (a · g)) by (apply kmul_nonneg; auto).
    assert (B : 0 <= a · u) by (apply (cone_nonneg G); trivial; intros; apply H; trivial).
    assert (X : c * (a · g) = - (a · u)). { replace (c * (a · g)) with (c * (a · g) + 1 * (a · u) - a · u) by ring. rewrite F. ring. }
    assert (Y : a · u = 0). { apply kle_antisym; trivial. rewrite X in A. replace (a · u) with (- - (a · u)) by ring. replace (0:K) with (- (0:K)) by ring. apply opp_le. exact A. }
    split; trivial. rewrite X, Y. ring. }
  assert (U : cone (fun g => G g /\ forall a, In a T -> a · g = 0) u) by (apply IH; intros a J; apply (Parts a J)).
  destruct (eq_dec K c 0) as [->|Nc].
  - apply (cone_times _ 1 u); trivial; [apply zero_le_one|]. intros i L. rewrite E by trivial. ring.
  - apply (cone_add _ c g u); trivial. split; trivial. intros a J. destruct (Parts a J) as (X & _). destruct (mul_zero K _ _ X); tauto.
Qed.

(** A sum of generators, by the sign of a form on them. *)
Lemma cone_split (G : vector -> Prop) h v : cone G v ->
  exists p q, cone (fun g => G g /\ 0 <= h · g) p /\ cone (fun g => G g /\ h · g < 0) q /\ combines v 1 p 1 q.
Proof.
  induction 1 as [v Z0|c g u v C I P IH E].
  - exists (fun _ => 0), (fun _ => 0). split; [|split]; try (apply cone_zero; trivial). intros i L. rewrite Z0 by trivial. ring.
  - destruct IH as (p & q & Hp & Hq & S). destruct (kle_dec 0 (h · g)) as [A|A].
    + exists (fun i => c * g i + p i), q. split; [|split]; trivial. { apply (cone_add _ c g p); trivial; [split; trivial|]. intros i L. ring. }
      intros i L. rewrite E, S by trivial. ring.
    + exists p, (fun i => c * g i + q i). split; [|split]; trivial. { apply (cone_add _ c g q); trivial; [split; trivial|]. intros i L. ring. }
      intros i L. rewrite E, S by trivial. ring.
Qed.

(** The vector between a (h > 0) and b (h < 0) at which h vanishes. *)
Definition joint (h a b g : vector) := combines g (- (h · b)) a (h · a) b.

(** ** All pairs *)

Section Pairs.
Variables (G New : vector -> Prop) (h : vector).
Hypothesis old : forall g, G g -> 0 <= h · g -> New g.
Hypothesis joints : forall a b, G a -> G b -> 0 < h · a -> h · b < 0 -> exists g, New g /\ joint h a b g.
Hypothesis news : forall g, New g -> 0 < h · g -> G g.
Hypothesis above : forall g, New g -> 0 <= h · g.

Lemma lower_one g c p v : G g -> h · g < 0 -> 0 <= c -> cone New p -> combines v 1 p c g -> 0 <= h · v -> cone New v.
Proof.
  intros Gg Hg Hc P. revert c Hc v. induction P as [p Z0|d a u p D I P IH E]; intros c Hc v H V.
  - rewrite (dot_combines h _ _ _ _ _ H), (dot_zero h p Z0) in V.
    assert (C0 : c = 0). { destruct (eq_dec K c 0) as [|Nc]; trivial. exfalso. assert (Pc : 0 < c) by (intro F; apply Nc, kle_antisym; trivial).
      assert (X := mul_lt_l K c _ _ Pc Hg). apply X. replace (c * 0) with (0:K) by ring. replace (c * (h · g)) with (1 * 0 + c * (h · g)) by ring. exact V. }
    apply cone_zero. intros i L. rewrite H, Z0, C0 by trivial. ring.
  - destruct (eq_dec K (h · a) 0) as [Za|Na].
    + apply (cone_add New d a (fun i => u i + c * g i)); trivial.
      * apply (IH c Hc). { intros i L. ring. }
        assert (W : combines v d a 1 (fun i => u i + c * g i)) by (intros i L; rewrite H, E by trivial; ring).
        rewrite (dot_combines h _ _ _ _ _ W), Za in V. replace (h · (fun i => u i + c * g i)) with (d * 0 + 1 * (h · (fun i => u i + c * g i))) by ring. exact V.
      * intros i L. rewrite H, E by trivial. ring.
    + assert (Pa : 0 < h · a) by (intro F; apply Na, kle_antisym; [exact F|apply above, I]).
      assert (Nz : h · a <> 0) by exact Na. assert (Ng : h · g <> 0) by (apply lt_ne, Hg).
      assert (Pg : 0 < - (h · g)). { replace (0:K) with (- (0:K)) by ring. apply opp_lt, Hg. }
      assert (Ng' : - (h · g) <> 0) by (apply pos_ne, Pg).
      destruct (joints a g (news a I Pa) Gg Pa Hg) as (j & J & Ej).
      destruct (kle_dec 0 (d * (h · a) + c * (h · g))) as [A|A].
      * apply (cone_add New (c / (h · a)) j (fun i => (d + c * (h · g) / (h · a)) * a i + u i)); trivial.
        { rewrite div_eq_mul. apply kmul_nonneg; trivial. apply lt_le, inv_pos, Pa. }
        { apply (cone_add New (d + c * (h · g) / (h · a)) a u); trivial; [|intros i L; ring].
          replace (d + c * (h · g) / (h · a)) with ((d * (h · a) + c * (h · g)) * kinv (h · a)) by (field; trivial). apply kmul_nonneg; trivial. apply lt_le, inv_pos, Pa. }
        intros i L. rewrite H, E, Ej by trivial. field. trivial.
      * apply (cone_add New (d / - (h · g)) j (fun i => u i + (c + d * (h · a) / (h · g)) * g i)); trivial.
        { rewrite div_eq_mul. apply kmul_nonneg; trivial. apply lt_le, inv_pos, Pg. }
        { apply (IH (c + d * (h · a) / (h · g))).
          - replace (c + d * (h · a) / (h · g)) with ((- (d * (h · a) + c * (h · g))) * kinv (- (h · g))) by (field; split; trivial).
            apply kmul_nonneg; [|apply lt_le, inv_pos, Pg]. apply opp_nonneg, lt_le, A.
          - intros i L. ring.
          - assert (W : combines v (d / - (h · g)) j 1 (fun i => u i + (c + d * (h · a) / (h · g)) * g i)).
            { intros i L. rewrite H, E, Ej by trivial. field. split; trivial. }
            assert (Zj : h · j = 0) by (rewrite (dot_combines h _ _ _ _ _ Ej); ring).
            rewrite (dot_combines h _ _ _ _ _ W), Zj in V. replace (d / - (h · g) * 0 + 1 * (h · (fun i => u i + (c + d * (h · a) / (h · g)) * g i))) with
              (h · (fun i => u i + (c + d * (h · a) / (h · g)) * g i)) in V by ring. exact V. }
        intros i L. rewrite H, E, Ej by trivial. field. split; trivial.
Qed.

Lemma all_pairs v : cone G v -> 0 <= h · v -> cone New v.
Proof.
  intros Gv V. destruct (cone_split G h v Gv) as (p & q & P & Q & S). clear Gv.
  assert (P' : cone New p). { apply (cone_within _ New _) with (2 := P). intros g (I & A). apply cone_self, old; trivial. }
  clear P. revert p v P' S V. induction Q as [q Z0|c g u q C (I & A) Q IH E]; intros p v P S V.
  - apply (cone_times New 1 p); trivial; [apply zero_le_one|]. intros i L. rewrite S, Z0 by trivial. ring.
  - assert (W : combines v 1 (fun i => p i + c * g i) 1 u) by (intros i L; rewrite S, E by trivial; ring).
    apply (IH (fun i => p i + c * g i) v); trivial. apply (lower_one g c p); trivial; [intros i L; ring|].
    assert (U : h · u <= 0).
    { clear - Q. induction Q as [q Z0|c g u q C (I & A) Q IH E]; [rewrite dot_zero by trivial; apply le_refl|]. rewrite (dot_combines h _ _ _ _ _ E).
      replace (0:K) with (c * 0 + 1 * 0 : K) by ring. apply add_le; apply mul_le_l; trivial; [apply lt_le, A|apply zero_le_one]. }
    rewrite (dot_combines h _ _ _ _ _ W) in V. apply kle_trans with (1 := V). replace (h · (fun i => p i + c * g i)) with (1 * (h · (fun i => p i + c * g i)) + 1 * 0) at 2 by ring.
    apply add_le; [apply le_refl|]. apply mul_le_l; trivial. apply zero_le_one.
Qed.
End Pairs.

(** ** Homogeneous systems *)

Lemma fewer_equations n (eqs : list vector) : (length eqs < n)%nat -> exists z : vector, (exists i, (i < n)%nat /\ z i <> 0) /\ forall a, In a eqs -> dot n a z = 0.
Proof.
  revert eqs. induction n as [|n IH]; intros eqs L; [lia|].
  assert (Ext : forall m (a u v : vector), (forall i, (i < m)%nat -> u i = v i) -> dot m a u = dot m a v).
  { induction m as [|m IHm]; intros a u v H; cbn [dot]; trivial. rewrite (IHm a u v), H by (intros; try apply H; lia). reflexivity. }
  assert (Zero : forall m (a v : vector), (forall i, (i < m)%nat -> v i = 0) -> dot m a v = 0).
  { induction m as [|m IHm]; intros a v H; cbn [dot]; trivial. rewrite IHm, H by (intros; try apply H; lia). ring. }
  assert (C : (forall a, In a eqs -> a n = 0) \/ exists l1 a l2, eqs = l1 ++ a :: l2 /\ a n <> 0).
  { clear - eqs. induction eqs as [|a eqs IH]; [left; intros ? []|]. destruct (eq_dec K (a n) 0) as [E|E].
    - destruct IH as [H|(l1 & b & l2 & -> & H)]; [left; intros b [<-|J]; auto|right]. exists (a :: l1), b, l2. split; trivial.
    - right. exists [], a, eqs. split; trivial. }
  destruct C as [H|(l1 & a & l2 & -> & Na)].
  - exists (fun i => if Nat.eqb i n then 1 else 0). split.
    + exists n. rewrite Nat.eqb_refl. split; [lia|apply one_ne_zero].
    + intros a J. cbn [dot]. rewrite (H a J), Zero; [ring|]. intros i Li. destruct (Nat.eqb_spec i n); trivial. lia.
  - destruct (IH (map (fun b i => b i - b n / a n * a i) (l1 ++ l2))) as (z & (i & Li & Nz) & Hz).
    { rewrite map_length, app_length. rewrite app_length in L. cbn [length] in L. lia. }
    set (w := fun i => if Nat.eqb i n then - (dot n a z) / a n else z i). exists w.
    assert (Wz : forall b, dot n b w = dot n b z). { intro b. apply Ext. intros j Lj. unfold w. destruct (Nat.eqb_spec j n); trivial. lia. }
    assert (Wn : w n = - (dot n a z) / a n) by (unfold w; rewrite Nat.eqb_refl; reflexivity).
    split.
    + exists i. split; [lia|]. unfold w. destruct (Nat.eqb_spec i n); [lia|exact Nz].
    + intros b J. cbn [dot]. rewrite Wz, Wn. rewrite in_app_iff in J. destruct J as [J|[<-|J]]; [|field; exact Na|].
      all: assert (X := Hz (fun i => b i - b n / a n * a i)); assert (Y : dot n (fun i => b i - b n / a n * a i) z = dot n b z - b n / a n * dot n a z)
        by (clear; generalize n at 1 4 7; intro m; induction m as [|m IHm]; cbn [dot]; [ring|rewrite IHm; ring]);
        rewrite Y in X; (replace (dot n b z + b n * (- dot n a z / a n)) with (dot n b z - b n / a n * dot n a z) by (field; exact Na)); apply X;
        apply in_map_iff; exists b; split; trivial; apply in_app_iff; tauto.
Qed.

Lemma least (A : Type) (l : list A) (f : A -> K) : l <> [] -> exists a, In a l /\ forall b, In b l -> f a <= f b.
Proof.
  induction l as [|a [|b l] IH]; intro H; [congruence|exists a; split; [simpl; auto|intros c [<-|[]]; apply le_refl]|].
  destruct IH as (c & I & M); [discriminate|]. destruct (kle_total K (f a) (f c)) as [L|L].
  - exists a. split; [simpl; auto|]. intros d [<-|J]; [apply le_refl|]. apply kle_trans with (f c); auto.
  - exists c. split; [simpl in *; auto|]. intros d [<-|J]; auto.
Qed.
End Cones.
Arguments dot {K}. Arguments combines {K}. Arguments cone {K}. Arguments joint {K}.
