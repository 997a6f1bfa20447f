(** Exact evaluation at rational points, in integers over one common denominator; and why it is right over every ordered field. *)
Require Import ZArith QArith List Bool Lia Field.
From Bijection Require Import OField Network.
Import ListNotations.
Open Scope Z_scope.

(** The vector of the numbers numerators[i] / denominator. *)
Definition vec := (list Z * positive)%type.

(** ** Evaluation *)

Fixpoint zdot (cs a : list Z) : Z :=
  match cs, a with c :: cs', t :: a' => c * t + zdot cs' a' | _, _ => 0 end.

Fixpoint zform (rs : list (nat * list Z)) (a : list Z) : Z :=
  match rs with
  | [] => 0
  | (k, cs) :: r => let a' := skipn k a in zdot cs a' + zform r (skipn (length cs) a')
  end.

(** Equal denominators, the usual case, cost no division: divisions of long numbers would take most of the time. *)
Definition plcm (a b : positive) : positive := if Pos.eqb a b then a else Z.to_pos (Z.lcm (Zpos a) (Zpos b)).
Definition common (l : list positive) : positive := fold_right plcm 1%positive l.
Definition over (l : positive) (v : vec) : list Z :=
  let '(a, d) := v in if Pos.eqb l d then a else let k := Zpos l / Zpos d in map (Z.mul k) a.

(** A rational over the denominator l, a multiple of its own. *)
Definition scale (l : positive) (q : Q) : Z := if Pos.eqb l (Qden q) then Qnum q else Qnum q * (Zpos l / Zpos (Qden q)).

Definition piece_denominators (p : Q * Q) : list positive := [Qden (fst p); Qden (snd p)].
Definition denominators (s : activation) : list positive :=
  match s with
  | Pieces p more => piece_denominators p ++ flat_map (fun e => piece_denominators (snd e)) more
  | Elu _ s => [Qden s]
  | _ => [2%positive]
  end.

(** The numerator of s(a/d) over l * d. *)
Fixpoint zpieces (l : positive) (p : Q * Q) (more : list (Q * (Q * Q))) (d : Z) (a : Z) : Z :=
  match more with
  | (b, p') :: r => if a * Zpos (Qden b) <=? Qnum b * d then scale l (fst p) * a + scale l (snd p) * d else zpieces l p' r d a
  | [] => scale l (fst p) * a + scale l (snd p) * d
  end.

Definition zactivate (l : positive) (s : activation) (d : Z) : Z -> option Z :=
  match s with
  | Pieces p more => fun a => Some (zpieces l p more d a)
  | Sigmoid => fun a => if a =? 0 then Some (Zpos l / 2 * d) else None
  | Tanh => fun a => if a =? 0 then Some 0 else None
  | Elu _ s => let k := scale l s in fun a => if 0 <=? a then Some (k * a) else None
  | Softplus => fun a => None
  | Exp => fun a => if a =? 0 then Some (Zpos l * d) else None
  end.

Fixpoint sequence {A} (l : list (option A)) : option (list A) :=
  match l with
  | [] => Some []
  | Some a :: r => match sequence r with Some r' => Some (a :: r') | None => None end
  | None :: _ => None
  end.

Fixpoint zvsum (vs : list (list Z)) : list Z :=
  match vs with [] => [] | [v] => v | v :: r => zip Z.add v (zvsum r) end.

Fixpoint zlargest (l : list Z) : Z :=
  match l with [] => 0 | [t] => t | t :: r => Z.max t (zlargest r) end.

Fixpoint zargmax_from (best : Z) (at_ i : nat) (l : list Z) : nat :=
  match l with
  | [] => at_
  | t :: r => if t <=? best then zargmax_from best at_ (S i) r else zargmax_from t i (S i) r
  end.
Definition zargmax (l : list Z) : nat := match l with [] => O | t :: r => zargmax_from t 0 1 r end.

Definition zapply (o : op) (xs : list vec) : option vec :=
  let '(a, d) := nth 0 xs ([], 1%positive) in
  match o with
  | Affine _ rows e => Some (map (fun r => zform (runs r) a + constant r * Zpos d) rows, (e * d)%positive)
  | Pointwise l =>
      let c := common (flat_map (fun e => denominators (snd e)) l) in
      match sequence (zip (fun s t => s t) (unroll (map (fun e => (fst e, zactivate c (snd e) (Zpos d))) l)) a) with
      | Some r => Some (r, (c * d)%positive)
      | None => None
      end
  | Sum => let c := common (map snd xs) in Some (zvsum (map (over c) xs), c)
  | Stack => let c := common (map snd xs) in Some (concat (map (over c) xs), c)
  | Product => let '(b, e) := nth 1 xs ([], 1%positive) in Some (zip Z.mul a b, (d * e)%positive)
  | Max groups => Some (map (fun g => zlargest (map (fun i => nth i a 0) g)) groups, d)
  | Softmax _ => None
  | Argmax => Some ([Z.of_nat (zargmax a)], 1%positive)
  end.

Fixpoint zrun (f : network) (vals : list vec) : option (list vec) :=
  match f with
  | [] => Some vals
  | n :: r =>
      match zapply (does n) (map (fun j => nth j vals ([], 1%positive)) (inputs n)) with
      | Some v => zrun r (vals ++ [v])
      | None => None
      end
  end.

Definition zvalue (f : network) (x : vec) : option vec :=
  match zrun f [x] with Some vals => Some (last vals ([], 1%positive)) | None => None end.

(** A list of rationals over their least common denominator. *)
Definition vector (x : list Q) : vec := let c := common (map Qden x) in (map (scale c) x, c).

Definition same (u v : vec) : bool :=
  let '(a, d) := u in let '(b, e) := v in
  (length a =? length b)%nat && forallb (fun t => t) (zip (fun s t => s * Zpos e =? t * Zpos d) a b).

Definition fractions (v : vec) : list Q := map (fun a => a # snd v) (fst v).

(** ** Correctness *)

Section Correct.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.

Definition emb (v : vec) : list K := map (fun a => inZ a / inZ (Zpos (snd v))) (fst v).
Definition embQ (x : list Q) : list K := map inQ x.

Let ne := den_ne K.

Lemma emb_dot cs a d : dotZ cs (emb (a, d)) = inZ (zdot cs a) / inZ (Zpos d).
Proof.
  revert a. induction cs as [|c cs IH]; intros [|t a]; simpl zdot; cbn [emb map fst snd dotZ];
    try (rewrite inZ_0; field; apply ne).
  change (map (fun a0 => inZ a0 / inZ (Z.pos d)) a) with (emb (a, d)). rewrite IH, inZ_add, inZ_mul. field. apply ne.
Qed.

Lemma emb_skipn k a d : skipn k (emb (a, d)) = emb (skipn k a, d).
Proof. unfold emb. cbn [fst snd]. symmetry. revert k. induction a as [|t a IH]; intros [|k]; simpl; auto. Qed.

Lemma emb_form rs a d : form rs (emb (a, d)) = inZ (zform rs a) / inZ (Zpos d).
Proof.
  revert a. induction rs as [|(k, cs) rs IH]; intros a; cbn [form zform].
  { rewrite inZ_0. field. apply ne. }
  rewrite !emb_skipn, IH, emb_dot, inZ_add. field. apply ne.
Qed.

Lemma plcm_lcm a b : Zpos (plcm a b) = Z.lcm (Zpos a) (Zpos b).
Proof.
  unfold plcm. destruct (Pos.eqb_spec a b) as [<-|_]. { rewrite Z.lcm_diag. reflexivity. } apply Z2Pos.id. assert (0 <= Z.lcm (Zpos a) (Zpos b))%Z by apply Z.lcm_nonneg.
  assert (Z.lcm (Zpos a) (Zpos b) <> 0)%Z; [|lia]. intro E. apply Z.lcm_eq_0 in E. lia.
Qed.

Lemma plcm_l a b : (Zpos a | Zpos (plcm a b))%Z.
Proof. rewrite plcm_lcm. apply Z.divide_lcm_l. Qed.
Lemma plcm_r a b : (Zpos b | Zpos (plcm a b))%Z.
Proof. rewrite plcm_lcm. apply Z.divide_lcm_r. Qed.

Lemma common_multiple l d : In d l -> (Zpos d | Zpos (common l))%Z.
Proof.
  induction l as [|e l IH]; intro H; [destruct H|]. cbn [common fold_right]. fold (common l). destruct H as [->|H]. { apply plcm_l. }
  apply Z.divide_trans with (Zpos (common l)); [auto | apply plcm_r].
Qed.

Lemma quotient l d : (Zpos d | Zpos l)%Z -> inZ (Zpos l / Zpos d)%Z = inZ (Zpos l) / inZ (Zpos d) :> K.
Proof.
  intros (k & E). rewrite E, Z.div_mul by lia. rewrite inZ_mul. field. apply ne.
Qed.

Lemma emb_over l v : (Zpos (snd v) | Zpos l)%Z -> emb (over l v, l) = emb v.
Proof.
  destruct v as (a, d). cbn [snd over]. intro H. destruct (Pos.eqb_spec l d) as [->|_]; [reflexivity|].
  unfold emb. cbn [fst snd]. rewrite map_map. apply map_ext. intro t. rewrite inZ_mul, quotient by trivial. field. split; apply ne.
Qed.

Lemma scale_ok l q : (Zpos (Qden q) | Zpos l)%Z -> inZ (scale l q) = inQ q * inZ (Zpos l) :> K.
Proof.
  intro H. unfold scale, inQ. destruct (Pos.eqb_spec l (Qden q)) as [->|_]; [|rewrite inZ_mul, quotient by trivial]; field; apply ne.
Qed.

Lemma if_le_dec (A : Type) (x y : K) (p : bool) (u v : A) : (p = true <-> x <= y) -> (if kle_dec x y then u else v) = if p then u else v.
Proof. intro H. destruct (kle_dec x y) as [G|G], p; trivial; [|exfalso; apply G, H; reflexivity]. apply H in G. discriminate. Qed.

Lemma leb_frac a b c d : (0 < b)%Z -> (0 < d)%Z -> ((a * d <=? c * b)%Z = true <-> (inZ a / inZ b : K) <= inZ c / inZ d).
Proof. intros. rewrite Z.leb_le. apply frac_le; trivial. Qed.

Definition covers (l : positive) (ds : list positive) := forall d, In d ds -> (Zpos d | Zpos l)%Z.

Lemma emb_piece l p d a : covers l (piece_denominators p) ->
  inZ (scale l (fst p) * a + scale l (snd p) * Zpos d)%Z / inZ (Zpos (l * d)) = inQ (fst p) * (inZ a / inZ (Zpos d)) + inQ (snd p) :> K.
Proof.
  intro H. rewrite Pos2Z.inj_mul, inZ_add, !inZ_mul, !scale_ok by (apply H; simpl; auto). field. split; apply ne.
Qed.

Lemma emb_pieces l p more d a : covers l (denominators (Pieces p more)) ->
  inZ (zpieces l p more (Zpos d) a) / inZ (Zpos (l * d)) = pieces p more (inZ a / inZ (Zpos d)) :> K.
Proof.
  revert p. induction more as [|(b, p') more IH]; intros p H; cbn [zpieces pieces].
  { apply emb_piece. intros e I. apply H. simpl in *. tauto. }
  rewrite (if_le_dec K (inZ a / inZ (Zpos d)) (inQ b) (a * Zpos (Qden b) <=? Qnum b * Zpos d)%Z).
  2: { unfold inQ. apply leb_frac; lia. }
  destruct (a * Zpos (Qden b) <=? Qnum b * Zpos d)%Z.
  - apply emb_piece. intros e I. apply H. simpl in *. tauto.
  - apply IH. intros e I. apply H. simpl in *. tauto.
Qed.

Lemma zero_frac d : inZ 0 / inZ (Zpos d) = 0 :> K.
Proof. rewrite inZ_0. field. apply ne. Qed.

Lemma two_ne : (1 + 1 : K) <> 0.
Proof. change (1 + 1) with (inZ 2 : K). apply ne. Qed.

Lemma emb_activate l s d a r : covers l (denominators s) -> zactivate l s (Zpos d) a = Some r ->
  inZ r / inZ (Zpos (l * d)) = activate s (inZ a / inZ (Zpos d)) :> K.
Proof.
  destruct s as [p more| | | |al sc|]; intros H E; cbn [zactivate activate] in *.
  - injection E as <-. apply emb_pieces. trivial.
  - destruct (Z.eqb_spec a 0) as [->|]; [|discriminate]. injection E as <-.
    rewrite Pos2Z.inj_mul, !inZ_mul, quotient, zero_frac by (apply H; simpl; auto). replace (- (0:K)) with (0:K) by ring. rewrite kexp_0.
    change (inZ 2) with (1 + 1:K). field. repeat split; try apply two_ne; apply ne.
  - destruct (Z.eqb_spec a 0) as [->|]; [|discriminate]. injection E as <-.
    rewrite !zero_frac. replace (0 + 0:K) with (0:K) by ring. rewrite kexp_0. field. apply two_ne.
  - discriminate.
  - destruct (Z.leb_spec 0 a) as [L|]; [|discriminate]. injection E as <-.
    destruct (kle_dec 0 (inZ a / inZ (Zpos d))) as [_|N].
    + rewrite Pos2Z.inj_mul, !inZ_mul, scale_ok by (apply H; simpl; auto). field. split; apply ne.
    + exfalso. apply N. rewrite div_eq_mul. apply kmul_nonneg. { apply inZ_nonneg; trivial. } apply lt_le, inv_pos, den_pos.
  - destruct (Z.eqb_spec a 0) as [->|]; [|discriminate]. injection E as <-. rewrite zero_frac, kexp_0, Pos2Z.inj_mul, inZ_mul. field. split; apply ne.
Qed.

Lemma sequence_ok (A : Type) (l : list (option A)) r : sequence l = Some r -> l = map Some r.
Proof.
  revert r. induction l as [|[a|] l IH]; intros r E; simpl in E; [injection E as <-; reflexivity| |discriminate].
  destruct (sequence l) as [r'|]; [|discriminate]. injection E as <-. simpl. rewrite (IH r'); trivial.
Qed.

Lemma unroll_map A B (g : A -> B) l : unroll (map (fun e => (fst e, g (snd e))) l) = map g (unroll l).
Proof. induction l as [|(n, a) l IH]; simpl; trivial. rewrite map_app, IH. f_equal. induction n; simpl; congruence. Qed.

Lemma unroll_in A (l : list (nat * A)) a : In a (unroll l) -> exists e, In e l /\ snd e = a.
Proof.
  induction l as [|(n, b) l IH]; simpl; [tauto|]. rewrite in_app_iff. intros [I|I].
  - apply repeat_spec in I. subst. eauto.
  - destruct (IH I) as (e & J & E). eauto.
Qed.

Lemma emb_pointwise c ss d a r : (forall s, In s ss -> covers c (denominators s)) ->
  sequence (zip (fun s t => s t) (map (fun s => zactivate c s (Zpos d)) ss) a) = Some r ->
  emb (r, (c * d)%positive) = zip activate ss (emb (a, d)).
Proof.
  intro H. revert a r. induction ss as [|s ss IH]; intros [|t a] r E; simpl in E; try (injection E as <-; reflexivity).
  destruct (zactivate c s (Zpos d) t) as [u|] eqn:F; [|discriminate].
  destruct (sequence _) as [r'|] eqn:G; [|discriminate]. injection E as <-.
  change (emb (u :: r', (c * d)%positive)) with (inZ u / inZ (Zpos (c * d)) :: emb (r', (c * d)%positive)).
  change (emb (t :: a, d)) with (inZ t / inZ (Zpos d) :: emb (a, d)). cbn [zip]. f_equal.
  - apply emb_activate; trivial. apply H. simpl. auto.
  - apply IH; trivial. intros s' I. apply H. simpl. auto.
Qed.

Lemma zip_emb (f : K -> K -> K) (g : Z -> Z -> Z) d e h a b :
  (forall s t, inZ (g s t) / inZ (Zpos h) = f (inZ s / inZ (Zpos d)) (inZ t / inZ (Zpos e))) ->
  emb (zip g a b, h) = zip f (emb (a, d)) (emb (b, e)).
Proof.
  intro H. revert b. induction a as [|s a IH]; intros [|t b]; cbn [zip]; trivial.
  change (emb (g s t :: zip g a b, h)) with (inZ (g s t) / inZ (Zpos h) :: emb (zip g a b, h)). rewrite IH, H. reflexivity.
Qed.

Lemma emb_vsum c vs : emb (zvsum vs, c) = vsum (map (fun v => emb (v, c)) vs).
Proof.
  induction vs as [|v [|w vs] IH]; [reflexivity|reflexivity|]. change (zvsum (v :: w :: vs)) with (zip Z.add v (zvsum (w :: vs))).
  change (vsum (map (fun v => emb (v, c)) (v :: w :: vs))) with (zip kadd (emb (v, c)) (vsum (map (fun v => emb (v, c)) (w :: vs)))).
  rewrite <- IH. apply zip_emb. intros. rewrite inZ_add. field. apply ne.
Qed.

Lemma emb_concat c vs : emb (concat vs, c) = concat (map (fun v => emb (v, c)) vs).
Proof. induction vs as [|v vs IH]; trivial. cbn [concat map]. rewrite <- IH. unfold emb. cbn [fst snd]. apply map_app. Qed.

Lemma map_over xs : map (fun v => emb (v, common (map snd xs))) (map (over (common (map snd xs))) xs) = map emb xs.
Proof. rewrite map_map. apply map_ext_in. intros v I. apply emb_over, common_multiple, in_map, I. Qed.

Lemma frac_max a b d : inZ (Z.max a b) / inZ (Zpos d) = kmax (inZ a / inZ (Zpos d)) (inZ b / inZ (Zpos d)) :> K.
Proof.
  unfold kmax. rewrite (if_le_dec K (inZ a / inZ (Zpos d)) (inZ b / inZ (Zpos d)) (a <=? b)%Z). { unfold Z.max. rewrite Z.leb_compare. destruct (a ?= b)%Z eqn:E; trivial. apply Z.compare_eq in E. subst. reflexivity. }
  rewrite <- leb_frac by lia. rewrite !Z.leb_le. split; nia.
Qed.

Lemma emb_nth a d i : at_ i (emb (a, d)) = inZ (nth i a 0%Z) / inZ (Zpos d).
Proof. unfold at_, emb. cbn [fst snd]. rewrite <- (zero_frac d). apply (map_nth (fun a => inZ a / inZ (Zpos d))). Qed.

Lemma emb_largest a d g : inZ (zlargest (map (fun i => nth i a 0%Z) g)) / inZ (Zpos d) = largest (map (fun i => at_ i (emb (a, d))) g) :> K.
Proof.
  induction g as [|i [|j g] IH]; [apply zero_frac|simpl; symmetry; apply emb_nth|].
  change (zlargest (map (fun i => nth i a 0%Z) (i :: j :: g))) with (Z.max (nth i a 0%Z) (zlargest (map (fun i => nth i a 0%Z) (j :: g)))).
  rewrite frac_max, IH, <- emb_nth. reflexivity.
Qed.

Lemma emb_argmax_from d b i j l : zargmax_from b i j l = argmax_from (inZ b / inZ (Zpos d) : K) i j (emb (l, d)).
Proof.
  revert b i j. induction l as [|t l IH]; intros b i j; [reflexivity|].
  change (emb (t :: l, d)) with (inZ t / inZ (Zpos d) :: emb (l, d)). cbn [zargmax_from argmax_from].
  rewrite (if_le_dec nat (inZ t / inZ (Zpos d)) (inZ b / inZ (Zpos d)) (t <=? b)%Z) by (rewrite <- leb_frac by lia; rewrite !Z.leb_le; split; nia). rewrite <- !IH. reflexivity.
Qed.

Lemma emb_argmax a d : zargmax a = argmax (emb (a, d)).
Proof. destruct a as [|t a]; [reflexivity|]. apply emb_argmax_from. Qed.

Lemma nth_emb i xs : nth i (map emb xs) [] = emb (nth i xs ([], 1%positive)).
Proof. apply (map_nth emb xs ([], 1%positive)). Qed.

Lemma emb_apply o xs v : zapply o xs = Some v -> apply o (map emb xs) = emb v.
Proof.
  unfold zapply, apply. rewrite !nth_emb. destruct (nth 0 xs _) as (a, d). destruct o; intro E.
  - injection E as <-. unfold emb. cbn [fst snd]. rewrite map_map. apply map_ext. intro r.
    change (map (fun a0 => inZ a0 / inZ (Zpos d)) a) with (emb (a, d)). rewrite emb_form, Pos2Z.inj_mul, inZ_add, !inZ_mul. field. split; apply ne.
  - destruct (sequence _) as [r|] eqn:F; [|discriminate]. injection E as <-. symmetry. apply emb_pointwise.
    + intros s I e J. apply common_multiple. apply unroll_in in I. destruct I as (p & I & <-). apply in_flat_map. eauto.
    + rewrite <- F. f_equal. f_equal. symmetry. apply (unroll_map _ _ (fun s => zactivate _ s (Zpos d))).
  - injection E as <-. rewrite emb_vsum, map_over. reflexivity.
  - injection E as <-. rewrite emb_concat, map_over. reflexivity.
  - destruct (nth 1 xs _) as (b, e). injection E as <-. symmetry. apply zip_emb. intros.
    rewrite Pos2Z.inj_mul, !inZ_mul. field. split; apply ne.
  - injection E as <-. unfold emb at 2. cbn [fst snd]. rewrite map_map. apply map_ext. intro g. symmetry. apply emb_largest.
  - discriminate.
  - injection E as <-. unfold emb at 2. cbn [fst snd map]. rewrite <- emb_argmax. f_equal. change (inZ 1) with (1:K). field. apply one_ne_zero.
Qed.

Lemma emb_run f vals r : zrun f vals = Some r -> fold_left step f (map emb vals) = map emb r.
Proof.
  revert vals. induction f as [|n f IH]; intros vals E; cbn [zrun] in E; [injection E as <-; reflexivity|].
  destruct (zapply _ _) as [v|] eqn:F; [|discriminate]. cbn [fold_left]. rewrite <- (IH _ E). f_equal. unfold step. rewrite map_app. f_equal. cbn [map]. f_equal.
  rewrite <- (emb_apply _ _ _ F), map_map. f_equal. apply map_ext. intro j. apply nth_emb.
Qed.

Theorem emb_value f x v : zvalue f x = Some v -> value f (emb x) = emb v.
Proof.
  unfold zvalue, value, trace. destruct (zrun f [x]) as [r|] eqn:E; [|discriminate]. intro F. injection F as <-.
  rewrite (emb_run _ _ _ E : fold_left step f [emb x] = _). clear E. induction r as [|u [|w r] IH]; [reflexivity|reflexivity|exact IH].
Qed.

Lemma emb_vector x : emb (vector x) = embQ x.
Proof.
  unfold vector, emb, embQ. cbn [fst snd]. rewrite map_map. apply map_ext_in. intros q I.
  rewrite scale_ok by (apply common_multiple, in_map, I). field. apply ne.
Qed.

Lemma emb_fractions v : embQ (fractions v) = emb v.
Proof. unfold fractions, embQ, emb. rewrite map_map. apply map_ext. reflexivity. Qed.

Lemma emb_length v : length (emb v) = length (fst v).
Proof. apply map_length. Qed.

Lemma cons_inj (A : Type) (a b : A) l m : a :: l = b :: m -> a = b /\ l = m.
Proof. intro E. injection E as -> ->. split; reflexivity. Qed.

Lemma same_spec u v : same u v = true <-> emb u = emb v.
Proof.
  destruct u as (a, d), v as (b, e). unfold same. rewrite andb_true_iff, Nat.eqb_eq. revert b.
  induction a as [|s a IH]; intros [|t b]; try (split; [intros (L & _); discriminate | discriminate]). { simpl. tauto. }
  change (emb (s :: a, d)) with (inZ s / inZ (Zpos d) :: emb (a, d)). change (emb (t :: b, e)) with (inZ t / inZ (Zpos e) :: emb (b, e)).
  cbn [length zip forallb]. rewrite andb_true_iff, Z.eqb_eq. specialize (IH b). split.
  - intros (L & E & F). f_equal. { apply frac_eq; lia. } apply IH. split; [lia|trivial].
  - intro E. apply cons_inj in E. destruct E as (E & F). apply frac_eq in E; [|lia|lia]. apply IH in F. destruct F. split; [lia|tauto].
Qed.
End Correct.
Arguments emb {K}. Arguments embQ {K}.
