(** Piecewise-affine networks in homogeneous coordinates (w, x) |-> w f(x/w), at w = 0 the recession network (proofs/subdivision.py):
    they are linear on a cone if none of their switches changes its sign on its generators. *)
Require Import ZArith QArith List Bool Lia Field.
From Bijection Require Import OField Network Exact Domains Rank Affine Monotone Cones.
Import ListNotations.
Open Scope Z_scope.

(** ** Evaluation at integer vectors w :: x, and the levels of switches: z - b w, or the difference of two members of a maximum *)

Definition level := (Z * positive)%type.

Fixpoint unit_levels (more : list (Q * (Q * Q))) (w : Z) (d : positive) (a : Z) : list level :=
  match more with [] => [] | (b, _) :: r => (a * Zpos (Qden b) - Qnum b * (w * Zpos d), (Qden b * d)%positive) :: unit_levels r w d a end.

Fixpoint group_levels (a : list Z) (d : positive) (g : list nat) : list level :=
  match g with [] => [] | i :: r => map (fun j => (nth i a 0 - nth j a 0, d)) r ++ group_levels a d r end.

Fixpoint continuous (p : Q * Q) (more : list (Q * (Q * Q))) : bool :=
  match more with [] => true | (b, p') :: r => Qeq_bool (fst p * b + snd p) (qpieces p' r b) && continuous p' r end.

Definition bent (s : activation) : option ((Q * Q) * list (Q * (Q * Q))) :=
  match s with Pieces p more => if continuous p more then Some (p, more) else None | _ => None end.

Definition zact (l : positive) (w : Z) (d : positive) (s : activation) (a : Z) : option (Z * list level) :=
  match bent s with Some (p, more) => Some (zpieces l p more (w * Zpos d) a, unit_levels more w d a) | None => None end.

(** The value of an operation and the levels of its switches. *)
Definition zhapply (w : Z) (o : op) (xs : list vec) : option (vec * list (list level)) :=
  let '(a, d) := nth 0 xs ([], 1%positive) in
  match o with
  | Affine _ rows e => Some ((map (fun r => zform (runs r) a + constant r * (w * Zpos d)) rows, (e * d)%positive), [])
  | Pointwise l =>
      let ss := unroll l in
      let c := common (flat_map (fun e => denominators (snd e)) l) in
      if (length ss =? length a)%nat then
        match sequence (zip (zact c w d) ss a) with Some r => Some ((map fst r, (c * d)%positive), map snd r) | None => None end
      else None
  | Max groups =>
      if forallb (fun g => negb (length g =? 0)%nat && forallb (fun i => (i <? length a)%nat) g) groups then
        match zapply o xs with Some v => Some (v, map (group_levels a d) groups) | None => None end
      else None
  | Sum | Stack => match zapply o xs with Some v => Some (v, []) | None => None end
  | _ => None
  end.

Fixpoint zhrun (w : Z) (f : network) (vals : list vec) : option (list vec * list (list (list level))) :=
  match f with
  | [] => Some (vals, [])
  | n :: r =>
      match zhapply w (does n) (map (fun j => nth j vals ([], 1%positive)) (inputs n)) with
      | Some (v, l) => match zhrun w r (vals ++ [v]) with Some (out, ls) => Some (out, l :: ls) | None => None end
      | None => None
      end
  end.

(** ** Semantics *)

Section Semantics.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Local Notation inQ := (@OField.inQ K).
Local Notation inZ := (@OField.inZ K).
Let ne := den_ne K.

Fixpoint hpieces (p : Q * Q) (more : list (Q * (Q * Q))) (w t : K) : K :=
  match more with
  | [] => inQ (fst p) * t + inQ (snd p) * w
  | (b, p') :: r => if kle_dec t (inQ b * w) then inQ (fst p) * t + inQ (snd p) * w else hpieces p' r w t
  end.

Definition hactivate (w : K) (s : activation) (t : K) : K := match s with Pieces p more => hpieces p more w t | _ => activate s t end.

Definition happly (o : op) (w : K) (xs : list (list K)) : list K :=
  match o with
  | Affine _ rows d => map (fun r => (form (runs r) (nth 0 xs []) + inZ (constant r) * w) / inZ (Zpos d)) rows
  | Pointwise l => zip (hactivate w) (unroll l) (nth 0 xs [])
  | _ => apply o xs
  end.

Lemma hpieces_one p more t : hpieces p more 1 t = pieces p more t.
Proof.
  revert p. induction more as [|(b, p') more IH]; intro p; cbn [hpieces pieces]; [ring|]. replace (inQ b * 1) with (inQ b) by ring.
  destruct (kle_dec t (inQ b)); [ring|apply IH].
Qed.

Lemma happly_one o xs : happly o 1 xs = apply o xs.
Proof.
  destruct o as [c rows d|l| | | | | | ]; try reflexivity; cbn [happly apply].
  - apply map_ext. intro r. replace (inZ (constant r) * 1) with (inZ (constant r)) by ring. reflexivity.
  - generalize (unroll l) (nth 0 xs []). intro ss. induction ss as [|s ss IH]; intros [|t x]; cbn [zip]; trivial. rewrite IH. f_equal.
    destruct s as [p more| | | |al sc|]; cbn [hactivate]; trivial. apply hpieces_one.
Qed.

Lemma emb_hpieces l p more w d a : covers l (denominators (Pieces p more)) ->
  inZ (zpieces l p more (w * Zpos d) a) / inZ (Zpos (l * d)) = hpieces p more (inZ w) (inZ a / inZ (Zpos d)).
Proof.
  assert (Piece : forall p, covers l (piece_denominators p) ->
    inZ (scale l (fst p) * a + scale l (snd p) * (w * Zpos d))%Z / inZ (Zpos (l * d)) = inQ (fst p) * (inZ a / inZ (Zpos d)) + inQ (snd p) * inZ w).
  { intros q H. rewrite Pos2Z.inj_mul, inZ_add, !inZ_mul, !scale_ok by (apply H; simpl; auto). field. split; apply ne. }
  revert p. induction more as [|(b, p') more IH]; intros p H; cbn [zpieces hpieces].
  { apply Piece. intros e I. apply H. simpl in *. tauto. }
  rewrite (if_le_dec K _ (inZ a / inZ (Zpos d)) (inQ b * inZ w) (a * Zpos (Qden b) <=? Qnum b * (w * Zpos d))%Z).
  2: { replace (inQ b * inZ w) with (inZ (Qnum b * w)%Z / inZ (Zpos (Qden b))) by (unfold OField.inQ; rewrite inZ_mul; field; apply ne).
       replace (Qnum b * (w * Zpos d))%Z with (Qnum b * w * Zpos d)%Z by ring. apply leb_frac; lia. }
  destruct (a * Zpos (Qden b) <=? Qnum b * (w * Zpos d))%Z.
  - apply Piece. intros e I. apply H. simpl in *. tauto.
  - apply IH. intros e I. apply H. simpl in *. tauto.
Qed.

Lemma zip_some A B C (f : A -> B -> option C) u v r : length u = length v -> sequence (zip f u v) = Some r ->
  Forall2 (fun ab c => f (fst ab) (snd ab) = Some c) (combine u v) r.
Proof.
  revert v r. induction u as [|a u IH]; intros [|b v] r L E; try discriminate; cbn [zip combine sequence] in *; [injection E as <-; constructor|].
  destruct (f a b) as [c|] eqn:F; [|discriminate]. destruct (sequence (zip f u v)) as [r'|] eqn:S; [|discriminate]. injection E as <-.
  constructor; [exact F|]. apply IH; [injection L; trivial|exact S].
Qed.

Lemma zhapply_ok w o xs v l : zhapply w o xs = Some (v, l) -> happly o (inZ w) (map emb xs) = emb v.
Proof.
  unfold zhapply. destruct (nth 0 xs ([], 1%positive)) as (a, d) eqn:X.
  assert (X' : nth 0 (map emb xs) [] = emb (a, d) :> list K) by (rewrite nth_emb, X; reflexivity).
  destruct o as [c rows e|ls| | | | | | ]; intro E; try discriminate; cbn [happly].
  - injection E as <- _. rewrite X'. unfold emb at 2. cbn [fst snd]. rewrite map_map. apply map_ext. intro r.
    rewrite emb_form, Pos2Z.inj_mul, inZ_add, !inZ_mul. field. split; apply ne.
  - destruct (Nat.eqb_spec (length (unroll ls)) (length a)) as [L|]; [|discriminate].
    destruct (sequence _) as [r|] eqn:S; [|discriminate]. injection E as <- _. rewrite X'. apply zip_some in S; trivial.
    set (c := common _) in *. assert (Cov : forall s, In s (unroll ls) -> covers c (denominators s)).
    { intros s I e J. apply common_multiple. apply unroll_in in I. destruct I as (q & I & <-). apply in_flat_map. eauto. }
    revert L S Cov. generalize (unroll ls). clear X X'. intros ss. revert a r. induction ss as [|s ss IH]; intros [|t a] r L S Cov; try discriminate; cbn [combine] in S; inversion S as [|? (u, lv) ? r' E F]; subst.
    + reflexivity.
    + cbn [map fst]. change (emb (K := K) (t :: a, d)) with (inZ t / inZ (Zpos d) :: emb (K := K) (a, d)).
      change (emb (K := K) (u :: map fst r', (c * d)%positive)) with (inZ u / inZ (Zpos (c * d)) :: emb (K := K) (map fst r', (c * d)%positive)). cbn [zip]. f_equal.
      * cbn [fst snd] in E. unfold zact, bent in E. destruct s as [p more| | | |al sc|]; try discriminate. destruct (continuous p more); [|discriminate].
        injection E as <- _. cbn [hactivate]. symmetry. apply emb_hpieces. apply Cov. simpl. auto.
      * apply IH; [injection L; trivial|exact F|]. intros s' I. apply Cov. simpl. auto.
  - destruct (zapply Sum xs) as [q|] eqn:Z; [|discriminate]. injection E as <- _. apply (emb_apply K) in Z. exact Z.
  - destruct (zapply Stack xs) as [q|] eqn:Z; [|discriminate]. injection E as <- _. apply (emb_apply K) in Z. exact Z.
  - destruct (forallb _ groups); [|discriminate]. destruct (zapply (Max groups) xs) as [q|] eqn:Z; [|discriminate]. injection E as <- _. apply (emb_apply K) in Z. exact Z.
Qed.

(** ** Linear on a cone *)

Variable n : nat.
Notation N := (S n).
Notation vector := (nat -> K).

Definition first : vector := fun i => match i with O => 1 | _ => 0 end.

Lemma dot_left m s (a : vector) t b v : dot m (fun i => s * a i + t * b i) v = s * dot m a v + t * dot m b v.
Proof. induction m as [|m IH]; cbn [dot]; [ring|rewrite IH; ring]. Qed.

Lemma dot_first v : dot N first v = v O.
Proof.
  generalize n. intro m. induction m as [|m IH]; [cbn [dot first]; ring|]. change (dot (S (S m)) first v) with (dot (S m) first v + first (S m) * v (S m)). rewrite IH.
  cbn [first]. ring.
Qed.

Section Linear.
Variable G : vector -> Prop.
Hypothesis forward : forall g, G g -> 0 <= g O.

Definition linear (F : vector -> list K) : Prop := exists A : list vector, forall v, cone N G v -> F v = map (fun a => dot N a v) A.

Lemma cone_below a b : (forall g, G g -> dot N a g <= dot N b g) -> forall v, cone N G v -> dot N a v <= dot N b v.
Proof.
  intros H v C. apply (proj2 (le_diff K _ _)). replace (dot N b v - dot N a v) with (dot N (fun i => 1 * b i + - (1) * a i) v) by (rewrite dot_left; ring).
  apply (cone_nonneg K N G); trivial. intros g I. rewrite dot_left. replace (1 * dot N b g + - (1) * dot N a g) with (dot N b g - dot N a g) by ring.
  apply (proj1 (le_diff K _ _)), H, I.
Qed.

Lemma cone_forward v : cone N G v -> 0 <= v O.
Proof. intro C. rewrite <- dot_first. apply (cone_nonneg K N G); trivial. intros g I. rewrite dot_first. auto. Qed.

Lemma hpieces_at p more w t : 0 <= w -> hpieces p more w (t * w) = w * pieces p more t.
Proof.
  intro P. revert p. induction more as [|(b, p') more IH]; intro p; cbn [hpieces pieces]; [ring|].
  destruct (eq_dec K w 0) as [->|Nw].
  - rewrite IH. destruct (kle_dec (t * 0) (inQ b * 0)), (kle_dec t (inQ b)); ring.
  - assert (Pw : 0 < w) by (intro F; apply Nw, kle_antisym; trivial).
    destruct (kle_dec (t * w) (inQ b * w)) as [L|L], (kle_dec t (inQ b)) as [M|M]; try ring; try apply IH.
    + exfalso. apply M. apply mul_le_cancel with w; trivial. replace (w * t) with (t * w) by ring. replace (w * inQ b) with (inQ b * w) by ring. exact L.
    + exfalso. apply L. replace (t * w) with (w * t) by ring. replace (inQ b * w) with (w * inQ b) by ring. apply mul_le_l; trivial.
Qed.

Lemma unit_linear p more (a : vector) : continuous p more = true ->
  (forall b, In b (map fst more) -> (forall g, G g -> dot N a g <= inQ b * g O) \/ (forall g, G g -> inQ b * g O <= dot N a g)) ->
  exists c : vector, forall v, cone N G v -> hpieces p more (v O) (dot N a v) = dot N c v.
Proof.
  revert p. induction more as [|(b, p') more IH]; intros p Ct H; cbn [hpieces].
  - exists (fun i => inQ (fst p) * a i + inQ (snd p) * first i). intros v _. rewrite dot_left, dot_first. reflexivity.
  - cbn [continuous] in Ct. apply andb_true_iff in Ct. destruct Ct as (Ct & Ct'). apply (Qeq_bool_spec K) in Ct. rewrite qpieces_ok, inQ_add, inQ_mul in Ct.
    assert (Eb : forall v : vector, inQ b * v O = dot N (fun i => inQ b * first i + 0 * first i) v) by (intro v; rewrite dot_left, dot_first; ring).
    destruct (H b (or_introl eq_refl)) as [Lo|Hi].
    + exists (fun i => inQ (fst p) * a i + inQ (snd p) * first i). intros v C. rewrite dot_left, dot_first.
      destruct (kle_dec (dot N a v) (inQ b * v O)) as [_|F]; trivial. exfalso. apply F. rewrite Eb. apply cone_below; trivial. intros g I. rewrite <- Eb. auto.
    + destruct (IH p' Ct') as (c & Hc). { intros b' I. apply H. simpl. auto. }
      exists c. intros v C. rewrite <- (Hc v C). destruct (kle_dec (dot N a v) (inQ b * v O)) as [L|_]; trivial.
      assert (E : dot N a v = inQ b * v O). { apply kle_antisym; trivial. rewrite Eb. apply cone_below; trivial. intros g I. rewrite <- Eb. auto. }
      rewrite E, hpieces_at, <- Ct by (apply cone_forward, C). ring.
Qed.

Lemma some_of_group (A : list vector) (g : list nat) : g <> [] -> (forall i, In i g -> (i < length A)%nat) ->
  (forall i j, In i g -> In j g -> (forall q, G q -> dot N (nth i A first) q <= dot N (nth j A first) q) \/
     (forall q, G q -> dot N (nth j A first) q <= dot N (nth i A first) q)) ->
  exists i, In i g /\ forall v, cone N G v -> largest (map (fun i => at_ i (map (fun a => dot N a v) A)) g) = dot N (nth i A first) v.
Proof.
  intros Ne Le. assert (At : forall i v, (i < length A)%nat -> at_ i (map (fun a => dot N a v) A) = dot N (nth i A first) v).
  { intros i v L. unfold at_. rewrite (nth_indep _ 0 (dot N first v)) by (rewrite map_length; exact L). apply (map_nth (fun a => dot N a v)). }
  induction g as [|i [|j g] IH]; intro H; [congruence| |].
  - exists i. split; [simpl; auto|]. intros v _. cbn [map largest]. apply At, Le. simpl. auto.
  - destruct IH as (k & I & E); [discriminate|intros; apply Le; simpl in *; tauto|intros; apply H; simpl in *; tauto|].
    destruct (H i k) as [L|L]; [simpl; auto|simpl in *; tauto| |].
    + exists k. split; [simpl in *; tauto|]. intros v C. specialize (E v C).
      change (largest (map (fun i => at_ i (map (fun a => dot N a v) A)) (i :: j :: g))) with (kmax (at_ i (map (fun a => dot N a v) A)) (largest (map (fun i => at_ i (map (fun a => dot N a v) A)) (j :: g)))).
      rewrite E, At by (apply Le; simpl; auto). unfold kmax. destruct (kle_dec _ _) as [|F]; trivial. exfalso. apply F. apply cone_below; trivial.
    + exists i. split; [simpl; auto|]. intros v C. specialize (E v C).
      change (largest (map (fun i => at_ i (map (fun a => dot N a v) A)) (i :: j :: g))) with (kmax (at_ i (map (fun a => dot N a v) A)) (largest (map (fun i => at_ i (map (fun a => dot N a v) A)) (j :: g)))).
      rewrite E, At by (apply Le; simpl; auto). unfold kmax. destruct (kle_dec _ _) as [F|]; trivial. apply kle_antisym; trivial. apply cone_below; trivial.
Qed.

(** What is known of the values of an operation's inputs at the generators. *)
Definition calm (o : op) (x : vector -> list K) : Prop :=
  match o with
  | Affine _ _ _ | Sum | Stack => True
  | Pointwise l => forall i s, nth_error (unroll l) i = Some s -> exists p more, s = Pieces p more /\ continuous p more = true /\
      forall b, In b (map fst more) -> (forall g, G g -> nth i (x g) 0 <= inQ b * g O) \/ (forall g, G g -> inQ b * g O <= nth i (x g) 0)
  | Max groups => forall g, In g groups -> g <> [] /\ (forall i q, In i g -> G q -> (i < length (x q))%nat) /\
      forall i j, In i g -> In j g -> (forall q, G q -> at_ i (x q) <= at_ j (x q)) \/ (forall q, G q -> at_ j (x q) <= at_ i (x q))
  | _ => False
  end.

Lemma rows_linear cs (A : list vector) : exists c : vector, forall v, dotZ cs (map (fun a => dot N a v) A) = dot N c v.
Proof.
  revert A. induction cs as [|z cs IH]; intros [|a A]; cbn [map dotZ]; try (exists (fun _ => 0); intro v; clear; induction (S n) as [|m IH]; cbn [dot]; [reflexivity|rewrite <- IH; ring]).
  destruct (IH A) as (c & H). exists (fun i => inZ z * a i + 1 * c i). intro v. rewrite dot_left, H. ring.
Qed.

Lemma operation_linear o Fs : (exists g, G g) -> Forall linear Fs -> calm o (nth 0 Fs (fun _ => [])) -> linear (fun v => happly o (v O) (map (fun F => F v) Fs)).
Proof.
  intros (g0 & I0) L C. assert (Lx : linear (nth 0 Fs (fun _ => []))). { destruct Fs as [|F Fs]; [exists []; reflexivity|]. inversion L. assumption. }
  assert (X : forall v, nth 0 (map (fun F : vector -> list K => F v) Fs) [] = nth 0 Fs (fun _ => []) v) by (intro v; exact (map_nth (fun F : vector -> list K => F v) Fs (fun _ => []) O)).
  destruct o as [c rows d|l| | | |groups| | ]; try contradiction C.
  - destruct Lx as (A & HA). assert (R : forall r : row, exists a : vector, forall v, (dotZ (expand (runs r)) (map (fun a => dot N a v) A) + inZ (constant r) * v O) / inZ (Zpos d) = dot N a v).
    { intro r. destruct (rows_linear (expand (runs r)) A) as (a & Ha). exists (fun i => kinv (inZ (Zpos d)) * (fun i => 1 * a i + inZ (constant r) * first i) i + 0 * a i).
      intro v. rewrite (dot_left N (kinv (inZ (Zpos d))) (fun i => 1 * a i + inZ (constant r) * first i)), dot_left, dot_first, Ha, div_eq_mul. ring. }
    assert (Rs : exists B : list vector, forall v, map (fun r : row => (dotZ (expand (runs r)) (map (fun a => dot N a v) A) + inZ (constant r) * v O) / inZ (Zpos d)) rows = map (fun a => dot N a v) B).
    { clear - R. induction rows as [|r rows (B & IH)]; [exists []; reflexivity|]. destruct (R r) as (a & Ha). exists (a :: B). intro v. cbn [map]. rewrite IH, Ha. reflexivity. }
    destruct Rs as (B & HB). exists B. intros v Cv. rewrite <- HB. cbn [happly]. rewrite X, (HA v Cv). apply map_ext. intro r. rewrite expand_ok. reflexivity.
  - destruct Lx as (A & HA). cbn [calm] in C.
    assert (U : exists B : list vector, forall v, cone N G v -> zip (hactivate (v O)) (unroll l) (map (fun a => dot N a v) A) = map (fun a => dot N a v) B).
    { assert (C' : forall i s, nth_error (unroll l) i = Some s -> exists p more, s = Pieces p more /\ continuous p more = true /\ forall b, In b (map fst more) ->
        (forall g, G g -> nth i (map (fun a => dot N a g) A) 0 <= inQ b * g O) \/ (forall g, G g -> inQ b * g O <= nth i (map (fun a => dot N a g) A) 0)).
      { intros i s E. destruct (C i s E) as (p & more & -> & Ct & Hb). exists p, more. split; trivial. split; trivial. intros b Ib.
        destruct (Hb b Ib) as [Q|Q]; [left|right]; intros g Ig; rewrite <- HA by (apply cone_self, Ig); auto. }
      clear - C' forward. revert A C'. generalize (unroll l). intro ss. induction ss as [|s ss IH]; intros A C'; [exists []; reflexivity|].
      destruct A as [|a A]; [exists []; reflexivity|]. destruct (C' O s eq_refl) as (p & more & -> & Ct & Hb). cbn [map nth] in Hb.
      destruct (unit_linear p more a Ct Hb) as (c & Hc). destruct (IH A) as (B & HB).
      { intros i s E. exact (C' (S i) s E). }
      exists (c :: B). intros v Cv. cbn [map zip hactivate]. rewrite Hc, HB by trivial. reflexivity. }
    destruct U as (B & HB). exists B. intros v Cv. cbn [happly]. rewrite X, (HA v Cv). apply HB, Cv.
  - assert (Sm : linear (fun v => vsum (map (fun F => F v) Fs))).
    { clear - L. induction L as [|F Fs (A & HA) L IH]; [exists []; reflexivity|]. destruct Fs as [|F' Fs]; [exists A; exact HA|]. destruct IH as (B & HB).
      exists (zip (fun a b i => 1 * a i + 1 * b i) A B). intros v Cv. specialize (HB v Cv). specialize (HA v Cv).
      change (vsum (map (fun F0 : vector -> list K => F0 v) (F :: F' :: Fs))) with (zip kadd (F v) (vsum (map (fun F0 : vector -> list K => F0 v) (F' :: Fs)))).
      rewrite HA, HB. clear. revert B. induction A as [|a A IH]; intros [|b B]; cbn [map zip]; trivial. rewrite IH. f_equal.
      change (fun i : nat => 1 * a i + 1 * b i) with (fun i => 1 * a i + 1 * b i). rewrite dot_left. ring. }
    exact Sm.
  - assert (St : linear (fun v => concat (map (fun F => F v) Fs))).
    { clear - L. induction L as [|F Fs (A & HA) L (B & HB)]; [exists []; reflexivity|]. exists (A ++ B). intros v Cv. cbn [map concat]. rewrite HA, HB, map_app by trivial. reflexivity. }
    exact St.
  - destruct Lx as (A & HA). cbn [calm] in C.
    assert (U : exists B : list vector, forall v, cone N G v -> map (fun g => largest (map (fun i => at_ i (map (fun a => dot N a v) A)) g)) groups = map (fun a => dot N a v) B).
    { assert (C' : forall g, In g groups -> exists b : vector, forall v, cone N G v -> largest (map (fun i => at_ i (map (fun a => dot N a v) A)) g) = dot N b v).
      { intros g Ig. destruct (C g Ig) as (Ne & Lt & Pairs). assert (Lt' : forall i, In i g -> (i < length A)%nat).
        { intros i Ii. specialize (Lt i g0 Ii I0). rewrite (HA g0 (cone_self K N G g0 I0)), map_length in Lt. exact Lt. }
        assert (At : forall i q, In i g -> G q -> at_ i (nth 0 Fs (fun _ => []) q) = dot N (nth i A first) q).
        { intros i q Ii Iq. rewrite (HA q (cone_self K N G q Iq)). unfold at_. rewrite (nth_indep _ 0 (dot N first q)) by (rewrite map_length; apply Lt', Ii). apply (map_nth (fun a => dot N a q)). }
        destruct (some_of_group A g Ne Lt') as (i & _ & E).
        { intros i j Ii Ij. destruct (Pairs i j Ii Ij) as [Q|Q]; [left|right]; intros q Iq; rewrite <- !At by trivial; auto. }
        eauto. }
      clear - C'. induction groups as [|g groups IH]; [exists []; reflexivity|]. destruct (C' g (or_introl eq_refl)) as (b & Hb).
      destruct IH as (B & HB). { intros g' I. apply C'. simpl. auto. } exists (b :: B). intros v Cv. cbn [map]. rewrite Hb, HB by trivial. reflexivity. }
    destruct U as (B & HB). exists B. intros v Cv. cbn [happly apply]. rewrite X, (HA v Cv). apply HB, Cv.
Qed.
End Linear.
End Semantics.
Arguments hpieces {K}. Arguments hactivate {K}. Arguments happly {K}. Arguments linear {K}. Arguments calm {K}. Arguments first {K}.
