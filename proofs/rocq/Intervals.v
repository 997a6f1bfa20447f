(** Interval bounds with rational or infinite ends (proofs/enclosure.py), and boxes around domains. *)
Require Import ZArith QArith Qminmax List Bool Lia Field.
From Bijection Require Import OField Network Exact Domains.
Import ListNotations.
Open Scope Z_scope.

Definition interval := (option Q * option Q)%type.
Definition line : interval := (None, None).

Definition qmin (p q : Q) : Q := if Qle_bool p q then p else q.
Definition qmax (p q : Q) : Q := if Qle_bool p q then q else p.
Definition lift2 (f : Q -> Q -> Q) (a b : option Q) : option Q := match a, b with Some p, Some q => Some (f p q) | _, _ => None end.
Definition hull2 (i j : interval) : interval := (lift2 qmin (fst i) (fst j), lift2 qmax (snd i) (snd j)).
(** The stronger of two bounds. *)
Definition meet (f : Q -> Q -> Q) (a b : option Q) : option Q :=
  match a, b with Some p, Some q => Some (f p q) | Some p, None => Some p | None, o => o end.

(** ** One piece, one activation *)

Definition affine_image (p : Q * Q) (i : interval) : interval :=
  let f t := Qred (fst p * t + snd p) in
  if Qeq_bool (fst p) 0 then (Some (snd p), Some (snd p))
  else if Qle_bool 0 (fst p) then (option_map f (fst i), option_map f (snd i)) else (option_map f (snd i), option_map f (fst i)).

Fixpoint pieces_image (p : Q * Q) (more : list (Q * (Q * Q))) (i : interval) : interval :=
  match more with
  | [] => affine_image p i
  | (b, p') :: r =>
      let left := affine_image p (fst i, meet qmin (snd i) (Some b)) in
      let right := pieces_image p' r (meet qmax (fst i) (Some b), snd i) in
      if match fst i with Some l => negb (Qle_bool l b) | None => false end then right
      else if match snd i with Some u => Qle_bool u b | None => false end then left
      else hull2 left right
  end.

Definition enclosure (s : activation) (i : interval) : interval :=
  match s with
  | Pieces p more => pieces_image p more i
  | Sigmoid => (Some 0, Some 1)%Q
  | Tanh => (Some (-1 # 1), Some 1)%Q
  | Softplus | Exp => (Some 0%Q, None)
  | Elu alpha scale =>
      if negb (Qle_bool alpha 0) && negb (Qle_bool scale 0) then
        (match fst i with Some l => if Qle_bool 0 l then Some (scale * l)%Q else Some (- (scale * alpha))%Q | None => Some (- (scale * alpha))%Q end,
         option_map (fun u => scale * qmax u 0)%Q (snd i))
      else line
  end.

(** ** Operations *)

(** The extreme of a form: positive coefficients take [plus], negative ones [minus], numerators over one denominator. *)
Fixpoint extreme (cs : list Z) (plus minus : list (option Z)) : option Z :=
  match cs, plus, minus with
  | c :: cs', p :: plus', m :: minus' =>
      match extreme cs' plus' minus' with
      | None => None
      | Some rest =>
          if c =? 0 then Some rest
          else match (if 0 <? c then p else m) with Some e => Some (c * e + rest) | None => None end
      end
  | _, _, _ => Some 0
  end.

Fixpoint extreme_form (rs : list (nat * list Z)) (plus minus : list (option Z)) : option Z :=
  match rs with
  | [] => Some 0
  | (k, cs) :: r =>
      let plus := skipn k plus in let minus := skipn k minus in
      match extreme cs plus minus, extreme_form r (skipn (length cs) plus) (skipn (length cs) minus) with
      | Some a, Some b => Some (a + b) | _, _ => None end
  end.

Definition end_denominators (i : interval) : list positive :=
  match fst i with Some q => [Qden q] | None => [] end ++ match snd i with Some q => [Qden q] | None => [] end.
Definition ends (d : positive) (f : interval -> option Q) (sides : list interval) : list (option Z) := map (fun i => option_map (scale d) (f i)) sides.

Definition affine_bounds (rows : list row) (e : positive) (sides : list interval) : list interval :=
  let d := common (flat_map end_denominators sides) in
  let low := ends d fst sides in let high := ends d snd sides in
  let finish r o := option_map (fun t => Qred ((t + constant r * Zpos d) # (e * d))) o in
  map (fun r => (finish r (extreme_form (runs r) low high), finish r (extreme_form (runs r) high low))) rows.

Definition add_i (i j : interval) : interval := (lift2 Qplus (fst i) (fst j), lift2 Qplus (snd i) (snd j)).
Fixpoint sum_i (l : list (list interval)) : list interval := match l with [] => [] | [v] => v | v :: r => zip add_i v (sum_i r) end.

Definition is_zero (i : interval) : bool := match i with (Some a, Some b) => Qeq_bool a 0 && Qeq_bool b 0 | _ => false end.
(** A lower bound of products, where an end may be infinite: by the signs, where they are plain. *)
Definition is_nonneg (i : interval) : bool := match fst i with Some a => Qle_bool 0 a | None => false end.
Definition opp_i (i : interval) : interval := (option_map Qopp (snd i), option_map Qopp (fst i)).
Definition least_product (i j : interval) : option Q :=
  let low i j := if is_nonneg j then lift2 Qmult (fst i) (fst j) else lift2 Qmult (snd i) (fst j) in
  if is_nonneg i then low i j
  else if is_nonneg j then low j i
  else let i := opp_i i in let j := opp_i j in
       if is_nonneg i then low i j else if is_nonneg j then low j i else None.

Definition times_i (i j : interval) : interval :=
  if is_zero i || is_zero j then (Some 0, Some 0)%Q
  else match i, j with
       | (Some p, Some q), (Some r, Some s) =>
           (Some (Qred (qmin (qmin (p * r) (p * s)) (qmin (q * r) (q * s)))), Some (Qred (qmax (qmax (p * r) (p * s)) (qmax (q * r) (q * s)))))%Q
       | _, _ => (least_product i j, option_map Qopp (least_product (opp_i i) j))
       end.

Definition max_i (i j : interval) : interval := (meet qmax (fst i) (fst j), lift2 qmax (snd i) (snd j)).
Fixpoint largest_i (l : list interval) : interval := match l with [] => (Some 0%Q, Some 0%Q) | [i] => i | i :: r => max_i i (largest_i r) end.

Definition zero_i : interval := (Some 0%Q, Some 0%Q).
Definition op_bounds (o : op) (xs : list (list interval)) : list interval :=
  let x := nth 0 xs [] in
  match o with
  | Affine _ rows e => affine_bounds rows e x
  | Pointwise l => zip enclosure (unroll l) x
  | Sum => sum_i xs
  | Stack => concat xs
  | Product => zip times_i x (nth 1 xs [])
  | Max groups => map (fun g => largest_i (map (fun i => nth i x zero_i) g)) groups
  | Softmax _ => map (fun _ => (Some 0%Q, Some 1%Q)) x
  | Argmax => [(Some 0%Q, Some (inject_Z (Z.max 0 (Z.of_nat (length x) - 1))))]
  end.

(** The square of one number, not the product of two. *)
Definition square_i (i : interval) : interval :=
  (match fst i, snd i with
   | Some a, _ => if Qle_bool 0 a then Some (a * a)%Q else match snd i with Some b => if Qle_bool b 0 then Some (b * b)%Q else Some 0%Q | None => Some 0%Q end
   | None, Some b => if Qle_bool b 0 then Some (b * b)%Q else Some 0%Q
   | None, None => Some 0%Q
   end,
   match fst i, snd i with Some a, Some b => Some (qmax (a * a) (b * b)) | _, _ => None end).

Definition node_bounds (n : node) (vals : list (list interval)) : list interval :=
  let xs := map (fun j => nth j vals []) (inputs n) in
  match does n, inputs n with Product, [j; k] => if (j =? k)%nat then map square_i (nth j vals []) else op_bounds (does n) xs | _, _ => op_bounds (does n) xs end.

Fixpoint run_bounds (f : network) (vals : list (list interval)) : list (list interval) :=
  match f with [] => vals | n :: r => run_bounds r (vals ++ [node_bounds n vals]) end.
Definition bounds (f : network) (sides : list interval) : list interval := last (run_bounds f [sides]) [].

(** ** Soundness *)

Section Sound.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Let ne := den_ne K.

Definition above (a : option Q) (t : K) : Prop := match a with Some q => inQ q <= t | None => True end.
Definition under (a : option Q) (t : K) : Prop := match a with Some q => t <= inQ q | None => True end.
Definition inside (i : interval) (t : K) : Prop := above (fst i) t /\ under (snd i) t.

Lemma inQ_le1 p q : (p <= q)%Q -> (inQ p : K) <= inQ q.
Proof. apply inQ_le. Qed.

Lemma qle_false p q : Qle_bool p q = false -> (q <= p)%Q.
Proof. intro E. apply Qlt_le_weak, Qnot_le_lt. rewrite <- Qle_bool_iff, E. discriminate. Qed.

Lemma above_min p q t : above (Some p) t \/ above (Some q) t -> above (Some (qmin p q)) t.
Proof.
  unfold qmin. cbn [above]. destruct (Qle_bool p q) eqn:E; intros [H|H]; trivial; eapply kle_trans; try exact H; apply inQ_le.
  - apply Qle_bool_iff, E.
  - apply qle_false, E.
Qed.

Lemma under_max p q t : under (Some p) t \/ under (Some q) t -> under (Some (qmax p q)) t.
Proof.
  unfold qmax. cbn [under]. destruct (Qle_bool p q) eqn:E; intros [H|H]; trivial; eapply kle_trans; try exact H; apply inQ_le.
  - apply Qle_bool_iff, E.
  - apply qle_false, E.
Qed.

Lemma meet_above a b t : above a t -> above b t -> above (meet qmax a b) t.
Proof. destruct a, b; cbn [meet above]; trivial. unfold qmax. destruct (Qle_bool _ _); auto. Qed.
Lemma meet_under a b t : under a t -> under b t -> under (meet qmin a b) t.
Proof. destruct a, b; cbn [meet under]; trivial. unfold qmin. destruct (Qle_bool _ _); auto. Qed.

Lemma hull2_inside i j t : inside i t \/ inside j t -> inside (hull2 i j) t.
Proof.
  destruct i as (a, b), j as (c, d). unfold inside, hull2. cbn [fst snd]. intro H. split.
  - destruct a as [a|], c as [c|]; cbn [lift2]; try exact I. apply above_min. tauto.
  - destruct b as [b|], d as [d|]; cbn [lift2]; try exact I. apply under_max. tauto.
Qed.

Lemma inQ_red q : (inQ (Qred q) : K) = inQ q.
Proof. apply inQ_eq, Qred_correct. Qed.

Lemma affine_image_ok p i t : inside i t -> inside (affine_image p i) (inQ (fst p) * t + inQ (snd p)).
Proof.
  intros (A & B). unfold affine_image. destruct (Qeq_bool (fst p) 0) eqn:Z0.
  { apply (Qeq_bool_spec K) in Z0. rewrite inQ_0 in Z0. split; cbn [fst snd above under]; rewrite Z0; apply eq_le; ring. }
  destruct (Qle_bool 0 (fst p)) eqn:P.
  - apply (Qle_bool_spec K) in P. rewrite inQ_0 in P. split; cbn [fst snd]; [destruct (fst i)|destruct (snd i)]; cbn [option_map above under] in *; trivial;
      rewrite inQ_red, inQ_add, inQ_mul; apply add_le; try apply le_refl; apply mul_le_l; trivial.
  - apply qle_false in P. apply (inQ_le K) in P. rewrite inQ_0 in P. split; cbn [fst snd]; [destruct (snd i)|destruct (fst i)]; cbn [option_map above under] in *; trivial;
      rewrite inQ_red, inQ_add, inQ_mul; apply add_le; try apply le_refl; apply mul_le_l_neg; trivial.
Qed.

Lemma pieces_image_ok p more i t : inside i t -> inside (pieces_image p more i) (pieces p more t).
Proof.
  revert p i. induction more as [|(b, p') more IH]; intros p i H; cbn [pieces pieces_image]; [apply affine_image_ok, H|].
  destruct H as (A & B). destruct (kle_dec t (inQ b)) as [L|L].
  - assert (X : inside (affine_image p (fst i, meet qmin (snd i) (Some b))) (inQ (fst p) * t + inQ (snd p))).
    { apply affine_image_ok. split; cbn [fst snd]; [exact A|]. apply meet_under; trivial. }
    destruct (fst i) as [l|] eqn:F.
    + destruct (Qle_bool l b) eqn:E; cbn [negb].
      * destruct (match snd i with Some u => Qle_bool u b | None => false end); [exact X|]. apply hull2_inside. left. exact X.
      * exfalso. assert (N : ~ (l <= b)%Q) by (rewrite <- Qle_bool_iff, E; discriminate). apply N, (inQ_le K). cbn [above] in A. apply kle_trans with t; trivial.
    + destruct (match snd i with Some u => Qle_bool u b | None => false end); [exact X|]. apply hull2_inside. left. exact X.
  - assert (X : inside (pieces_image p' more (meet qmax (fst i) (Some b), snd i)) (pieces p' more t)).
    { apply IH. split; cbn [fst snd]; [|exact B]. apply meet_above; trivial. cbn [above]. apply lt_le. exact L. }
    destruct (match fst i with Some l => negb (Qle_bool l b) | None => false end); [exact X|].
    destruct (snd i) as [u|] eqn:F.
    + destruct (Qle_bool u b) eqn:E.
      * exfalso. apply L. cbn [under] in B. apply kle_trans with (inQ u); trivial. apply (Qle_bool_spec K), E.
      * apply hull2_inside. right. exact X.
    + apply hull2_inside. right. exact X.
Qed.

Lemma exp_pos (t : K) : 0 < kexp t. Proof. apply kexp_pos. Qed.
Lemma exp_nonpos (t : K) : ~ 0 <= t -> kexp t <= 1.
Proof. intro N. rewrite <- (kexp_0 K). apply lt_le. apply kexp_lt. exact N. Qed.

Lemma div_between (a b : K) : 0 <= a -> a <= b -> 0 < b -> 0 <= a / b /\ a / b <= 1.
Proof.
  intros A L P. assert (I := inv_pos K b P). rewrite div_eq_mul. split; [apply kmul_nonneg; trivial; apply lt_le, I|].
  replace 1 with (kinv b * b) by (field; apply pos_ne, P). replace (a * kinv b) with (kinv b * a) by ring. apply mul_le_l; trivial. apply lt_le, I.
Qed.

Lemma inQ_1 : (inQ 1 : K) = 1. Proof. apply inQ_Z. Qed.

Lemma enclosure_ok s i t : inside i t -> inside (enclosure s i) (activate s t).
Proof.
  intro H. destruct s as [p more| | | |al sc|]; cbn [enclosure activate].
  - apply pieces_image_ok, H.
  - assert (P := exp_pos (- t)). assert (Q : (0:K) <= 1) by apply zero_le_one.
    destruct (div_between 1 (1 + kexp (- t))) as (A & B); trivial.
    + replace (1:K) with (1 + 0 : K) at 1 by ring. apply add_le; [apply le_refl|apply lt_le, P].
    + replace (0:K) with (0 + 0 : K) by ring. replace (1 + kexp (- t)) with (kexp (- t) + 1) by ring. apply add_lt_le; trivial.
    + split; cbn [fst snd above under]; [rewrite inQ_0|rewrite inQ_1]; trivial.
  - set (e := kexp (t + t)). assert (P : 0 < e) by apply exp_pos. assert (Q : (0:K) <= 1) by apply zero_le_one.
    assert (P1 : 0 < e + 1). { replace (0:K) with (0 + 0 : K) by ring. apply add_lt_le; trivial. }
    assert (N := pos_ne K _ P1). destruct (div_between e (e + 1)) as (A & B); trivial.
    + apply lt_le, P.
    + replace e with (e + 0) at 1 by ring. apply add_le; [apply le_refl|exact Q].
    + clear H. assert (E : (e - 1) / (e + 1) = e / (e + 1) + (e / (e + 1) - 1)) by (field; trivial). rewrite E. clear E. generalize dependent (e / (e + 1)). intros q A B.
      split; cbn [fst snd above under]; apply (proj2 (le_diff K _ _)).
      * replace (inQ (-1 # 1) : K) with (0 - 1 : K). 2: { unfold inQ. cbn [Qnum Qden]. change (inZ (-1)) with (- (1) : K). rewrite div_one. ring. }
        replace (q + (q - 1) - (0 - 1)) with (q + q) by ring. apply le_add_nonneg; trivial.
      * rewrite inQ_1. replace (1 - (q + (q - 1))) with ((1 - q) + (1 - q)) by ring. apply le_add_nonneg; apply (proj1 (le_diff K _ _)), B.
  - split; cbn [fst snd above under]; trivial. rewrite inQ_0. apply lt_le. apply ksoftplus_pos.
  - destruct (Qle_bool al 0) eqn:Ea; [split; exact I|]. destruct (Qle_bool sc 0) eqn:Es; [split; exact I|]. cbn [negb andb].
    apply qle_false in Ea, Es. apply (inQ_le K) in Ea, Es. rewrite inQ_0 in Ea, Es. destruct H as (A & B).
    assert (M : (0 : K) <= inQ sc * inQ al) by (apply kmul_nonneg; trivial).
    assert (Low : forall u : K, (if kle_dec 0 t then inQ sc * t else inQ sc * inQ al * (kexp t - 1)) = u -> inQ (- (sc * al)) <= u).
    { intros u <-. rewrite inQ_opp, inQ_mul. destruct (kle_dec 0 t) as [L|L].
      - apply kle_trans with 0. { replace (0:K) with (- 0 : K) by ring. apply opp_le, M. } apply kmul_nonneg; trivial.
      - replace (- (inQ sc * inQ al) : K) with (inQ sc * inQ al * (0 - 1) : K) by ring. apply mul_le_l; trivial. apply (proj2 (le_diff K _ _)).
        replace (kexp t - 1 - (0 - 1)) with (kexp t) by ring. apply lt_le, exp_pos. }
    split; cbn [fst snd].
    + destruct (fst i) as [l|]; [destruct (Qle_bool 0 l) eqn:L0|]; cbn [above]; try (apply Low; reflexivity).
      apply (Qle_bool_spec K) in L0. rewrite inQ_0 in L0. cbn [above] in A. destruct (kle_dec 0 t) as [L|L].
      * rewrite inQ_mul. apply mul_le_l; trivial.
      * exfalso. apply L. apply kle_trans with (inQ l); trivial.
    + destruct (snd i) as [u|]; cbn [option_map under]; trivial. cbn [under] in B. rewrite inQ_mul.
      assert (X : inQ u <= (inQ (qmax u 0) : K) /\ (0:K) <= inQ (qmax u 0)).
      { rewrite <- (inQ_0 K). unfold qmax. destruct (Qle_bool u 0) eqn:E; split; try apply le_refl; apply inQ_le.
        - apply Qle_bool_iff, E. - apply qle_false, E. }
      destruct X as (X1 & X2). destruct (kle_dec 0 t) as [L|L].
      * apply mul_le_l; trivial. apply kle_trans with (inQ u); trivial.
      * apply kle_trans with (0:K).
        { apply (proj2 (le_diff K _ _)). replace (0 - inQ sc * inQ al * (kexp t - 1)) with (inQ sc * inQ al * (1 - kexp t)) by ring.
          apply kmul_nonneg; trivial. apply (proj1 (le_diff K _ _)), exp_nonpos, L. }
        apply kmul_nonneg; trivial.
  - split; cbn [fst snd above under]; trivial. rewrite inQ_0. apply lt_le, exp_pos.
Qed.

(** Operations. *)

Lemma extreme_low d cs sides x e : covers d (flat_map end_denominators sides) -> Forall2 inside sides x ->
  extreme cs (ends d fst sides) (ends d snd sides) = Some e -> inZ e / inZ (Zpos d) <= dotZ cs x.
Proof.
  intros C F. revert cs e C. induction F as [|i t sides x (A & B) F IH]; intros [|c cs] e C E; cbn [ends map extreme dotZ] in *;
    try (injection E as <-; rewrite zero_frac; apply le_refl).
  assert (C' : covers d (flat_map end_denominators sides)) by (intros q J; apply C; cbn [flat_map]; apply in_or_app; auto).
  assert (Ci : covers d (end_denominators i)) by (intros q J; apply C; cbn [flat_map]; apply in_or_app; auto).
  destruct (extreme cs _ _) as [rest|] eqn:R; [|discriminate]. specialize (IH cs rest C' R).
  destruct (Z.eqb_spec c 0) as [->|N]. { injection E as <-. rewrite inZ_0. replace (0 * t + dotZ cs x) with (dotZ cs x) by ring. exact IH. }
  assert (Step : forall q, covers d [Qden q] -> inZ c * inQ q <= inZ c * t -> inZ (c * scale d q + rest)%Z / inZ (Zpos d) <= inZ c * t + dotZ cs x).
  { intros q Cq L. rewrite inZ_add, inZ_mul, scale_ok by (apply Cq; simpl; auto).
    replace ((inZ c * (inQ q * inZ (Zpos d)) + inZ rest) / inZ (Zpos d) : K) with (inZ c * inQ q + inZ rest / inZ (Zpos d) : K) by (field; apply ne).
    apply add_le; trivial. }
  unfold end_denominators in Ci.
  destruct (Z.ltb_spec 0 c) as [P|P].
  - destruct (fst i) as [q|]; [|discriminate]. cbn [option_map] in E. injection E as <-. apply Step.
    + intros z J. apply Ci, in_or_app. left. exact J.
    + apply mul_le_l; [apply inZ_nonneg; lia|exact A].
  - destruct (snd i) as [q|]; [|discriminate]. cbn [option_map] in E. injection E as <-. apply Step.
    + intros z J. apply Ci, in_or_app. right. exact J.
    + apply mul_le_l_neg; [rewrite <- inZ_0; apply inZ_le; lia|exact B].
Qed.

Lemma extreme_high d cs sides x e : covers d (flat_map end_denominators sides) -> Forall2 inside sides x ->
  extreme cs (ends d snd sides) (ends d fst sides) = Some e -> dotZ cs x <= inZ e / inZ (Zpos d).
Proof.
  intros C F. revert cs e C. induction F as [|i t sides x (A & B) F IH]; intros [|c cs] e C E; cbn [ends map extreme dotZ] in *;
    try (injection E as <-; rewrite zero_frac; apply le_refl).
  assert (C' : covers d (flat_map end_denominators sides)) by (intros q J; apply C; cbn [flat_map]; apply in_or_app; auto).
  assert (Ci : covers d (end_denominators i)) by (intros q J; apply C; cbn [flat_map]; apply in_or_app; auto).
  destruct (extreme cs _ _) as [rest|] eqn:R; [|discriminate]. specialize (IH cs rest C' R).
  destruct (Z.eqb_spec c 0) as [->|N]. { injection E as <-. rewrite inZ_0. replace (0 * t + dotZ cs x) with (dotZ cs x) by ring. exact IH. }
  assert (Step : forall q, covers d [Qden q] -> inZ c * t <= inZ c * inQ q -> inZ c * t + dotZ cs x <= inZ (c * scale d q + rest)%Z / inZ (Zpos d)).
  { intros q Cq L. rewrite inZ_add, inZ_mul, scale_ok by (apply Cq; simpl; auto).
    replace ((inZ c * (inQ q * inZ (Zpos d)) + inZ rest) / inZ (Zpos d) : K) with (inZ c * inQ q + inZ rest / inZ (Zpos d) : K) by (field; apply ne).
    apply add_le; trivial. }
  unfold end_denominators in Ci.
  destruct (Z.ltb_spec 0 c) as [P|P].
  - destruct (snd i) as [q|]; [|discriminate]. cbn [option_map] in E. injection E as <-. apply Step.
    + intros z J. apply Ci, in_or_app. right. exact J.
    + apply mul_le_l; [apply inZ_nonneg; lia|exact B].
  - destruct (fst i) as [q|]; [|discriminate]. cbn [option_map] in E. injection E as <-. apply Step.
    + intros z J. apply Ci, in_or_app. left. exact J.
    + apply mul_le_l_neg; [rewrite <- inZ_0; apply inZ_le; lia|exact A].
Qed.

Lemma Forall2_skipn A B (P : A -> B -> Prop) k l m : Forall2 P l m -> Forall2 P (skipn k l) (skipn k m).
Proof. intro F. revert k. induction F; intros [|k]; cbn [skipn]; auto. Qed.

Lemma ends_skipn d f k sides : skipn k (ends d f sides) = ends d f (skipn k sides).
Proof. unfold ends. revert k. induction sides as [|i s IH]; intros [|k]; cbn [map skipn]; auto. Qed.

Lemma covers_skipn d k sides : covers d (flat_map end_denominators sides) -> covers d (flat_map end_denominators (skipn k sides)).
Proof.
  intros C q J. apply C. apply in_flat_map in J. destruct J as (i & J & Q). apply in_flat_map. exists i. split; trivial.
  rewrite <- (firstn_skipn k sides). apply in_or_app. auto.
Qed.

Lemma extreme_form_low d rs sides x e : covers d (flat_map end_denominators sides) -> Forall2 inside sides x ->
  extreme_form rs (ends d fst sides) (ends d snd sides) = Some e -> inZ e / inZ (Zpos d) <= form rs x.
Proof.
  revert sides x e. induction rs as [|(k, cs) rs IH]; intros sides x e C F E; cbn [extreme_form form] in *.
  { injection E as <-. rewrite zero_frac. apply le_refl. }
  rewrite !ends_skipn in E. destruct (extreme cs _ _) as [a|] eqn:A; [|discriminate]. destruct (extreme_form rs _ _) as [b|] eqn:B; [|discriminate].
  injection E as <-. rewrite inZ_add. replace ((inZ a + inZ b) / inZ (Zpos d) : K) with (inZ a / inZ (Zpos d) + inZ b / inZ (Zpos d) : K) by (field; apply ne).
  assert (C1 := covers_skipn d k sides C). assert (F1 := Forall2_skipn _ _ _ k _ _ F). apply add_le.
  - apply (extreme_low d cs (skipn k sides)); trivial.
  - apply (IH (skipn (length cs) (skipn k sides))); trivial; [apply covers_skipn, C1 | apply Forall2_skipn, F1].
Qed.

Lemma extreme_form_high d rs sides x e : covers d (flat_map end_denominators sides) -> Forall2 inside sides x ->
  extreme_form rs (ends d snd sides) (ends d fst sides) = Some e -> form rs x <= inZ e / inZ (Zpos d).
Proof.
  revert sides x e. induction rs as [|(k, cs) rs IH]; intros sides x e C F E; cbn [extreme_form form] in *.
  { injection E as <-. rewrite zero_frac. apply le_refl. }
  rewrite !ends_skipn in E. destruct (extreme cs _ _) as [a|] eqn:A; [|discriminate]. destruct (extreme_form rs _ _) as [b|] eqn:B; [|discriminate].
  injection E as <-. rewrite inZ_add. replace ((inZ a + inZ b) / inZ (Zpos d) : K) with (inZ a / inZ (Zpos d) + inZ b / inZ (Zpos d) : K) by (field; apply ne).
  assert (C1 := covers_skipn d k sides C). assert (F1 := Forall2_skipn _ _ _ k _ _ F). apply add_le.
  - apply (extreme_high d cs (skipn k sides)); trivial.
  - apply (IH (skipn (length cs) (skipn k sides))); trivial; [apply covers_skipn, C1 | apply Forall2_skipn, F1].
Qed.

Lemma div_le (a b : K) e : a <= b -> a / inZ (Zpos e) <= b / inZ (Zpos e).
Proof.
  intro L. rewrite !div_eq_mul. replace (a * kinv (inZ (Zpos e))) with (kinv (inZ (Zpos e)) * a) by ring.
  replace (b * kinv (inZ (Zpos e))) with (kinv (inZ (Zpos e)) * b) by ring. apply mul_le_l; trivial. apply lt_le, inv_pos, den_pos.
Qed.

Lemma affine_bounds_ok rows e sides x : Forall2 inside sides x ->
  Forall2 inside (affine_bounds rows e sides) (map (fun r => (form (runs r) x + inZ (constant r)) / inZ (Zpos e)) rows).
Proof.
  intro F. unfold affine_bounds. set (d := common (flat_map end_denominators sides)).
  assert (C : covers d (flat_map end_denominators sides)) by (intros q J; apply common_multiple, J).
  assert (V : forall t c, (inQ (Qred ((t + c * Zpos d) # (e * d))) : K) = (inZ t / inZ (Zpos d) + inZ c) / inZ (Zpos e)).
  { intros t c. rewrite inQ_red. unfold inQ. cbn [Qnum Qden]. rewrite Pos2Z.inj_mul, inZ_add, !inZ_mul. field. split; apply ne. }
  induction rows as [|r rows IH]; cbn [map]; constructor; trivial. split; cbn [fst snd].
  - destruct (extreme_form (runs r) (ends d fst sides) (ends d snd sides)) as [t|] eqn:E; cbn [option_map above]; trivial. rewrite V. apply div_le. apply add_le; [|apply le_refl].
    apply (extreme_form_low d (runs r) sides); trivial.
  - destruct (extreme_form (runs r) (ends d snd sides) (ends d fst sides)) as [t|] eqn:E; cbn [option_map under]; trivial. rewrite V. apply div_le. apply add_le; [|apply le_refl].
    apply (extreme_form_high d (runs r) sides); trivial.
Qed.

Lemma Forall2_zip A B D (P : A -> D -> Prop) (f : B -> A -> A) (g : B -> D -> D) l u v :
  (forall b a d, P a d -> P (f b a) (g b d)) -> Forall2 P u v -> Forall2 P (zip f l u) (zip g l v).
Proof. intros H F. revert l. induction F as [|a d u v Q F IH]; intros [|b l]; cbn [zip]; auto. Qed.

Lemma Forall2_zip2 A B (P : A -> B -> Prop) (f : A -> A -> A) (g : B -> B -> B) u v u' v' :
  (forall a b a' b', P a b -> P a' b' -> P (f a a') (g b b')) -> Forall2 P u v -> Forall2 P u' v' -> Forall2 P (zip f u u') (zip g v v').
Proof. intros H F. revert u' v'. induction F as [|a d u v Q F IH]; intros u' v' F'; destruct F'; cbn [zip]; auto. Qed.

Lemma add_i_ok i j s t : inside i s -> inside j t -> inside (add_i i j) (s + t).
Proof.
  destruct i as (a, b), j as (c, d). intros (A & B) (C & D). split; cbn [fst snd add_i] in *.
  - destruct a, c; cbn [lift2 above] in *; trivial. rewrite inQ_add. apply add_le; trivial.
  - destruct b, d; cbn [lift2 under] in *; trivial. rewrite inQ_add. apply add_le; trivial.
Qed.

Lemma sum_i_ok xs vals : Forall2 (Forall2 inside) xs vals -> Forall2 inside (sum_i xs) (vsum vals).
Proof.
  intro F. induction F as [|x v xs vals X F IH]; [constructor|]. destruct F as [|x' v' xs vals X' F]; [exact X|].
  change (sum_i (x :: x' :: xs)) with (zip add_i x (sum_i (x' :: xs))). change (vsum (v :: v' :: vals)) with (zip kadd v (vsum (v' :: vals))).
  apply Forall2_zip2; trivial. intros. apply add_i_ok; trivial.
Qed.

Lemma qmin_le p q : (inQ (qmin p q) : K) <= inQ p /\ (inQ (qmin p q) : K) <= inQ q.
Proof.
  unfold qmin. destruct (Qle_bool p q) eqn:E; split; try apply le_refl; apply inQ_le; [apply Qle_bool_iff, E|apply qle_false, E].
Qed.
Lemma qmax_le p q : (inQ p : K) <= inQ (qmax p q) /\ (inQ q : K) <= inQ (qmax p q).
Proof.
  unfold qmax. destruct (Qle_bool p q) eqn:E; split; try apply le_refl; apply inQ_le; [apply Qle_bool_iff, E|apply qle_false, E].
Qed.

(** c t lies between c p and c q if t lies between p and q. *)
Lemma bilinear (p q t c : K) : p <= t -> t <= q -> (c * p <= c * t /\ c * t <= c * q) \/ (c * q <= c * t /\ c * t <= c * p).
Proof.
  intros A B. destruct (kle_total K 0 c) as [P|P].
  - left. split; apply mul_le_l; trivial.
  - right. split; apply mul_le_l_neg; trivial.
Qed.

Lemma is_nonneg_ok i (s : K) : is_nonneg i = true -> inside i s -> 0 <= s.
Proof.
  unfold is_nonneg. intros E (A & _). destruct (fst i) as [a|]; [|discriminate]. apply (Qle_bool_spec K) in E. rewrite inQ_0 in E. apply kle_trans with (inQ a); trivial.
Qed.

Lemma opp_i_ok i (s : K) : inside i s -> inside (opp_i i) (- s).
Proof.
  destruct i as (a, b). intros (A & B). split; cbn [fst snd opp_i] in *; [destruct b|destruct a]; cbn [option_map above under] in *; trivial; rewrite inQ_opp; apply opp_le; trivial.
Qed.

(** i >= 0: the least product is that of the lower ends, if the other lower end is not negative, and of the upper and the lower end otherwise. *)
Lemma low_ok i j (s t : K) : is_nonneg i = true -> inside i s -> inside j t ->
  above (if is_nonneg j then lift2 Qmult (fst i) (fst j) else lift2 Qmult (snd i) (fst j)) (s * t).
Proof.
  intros E Hi Hj. assert (P := is_nonneg_ok i s E Hi). destruct (is_nonneg j) eqn:F.
  - assert (P' := is_nonneg_ok j t F Hj). unfold is_nonneg in E, F. destruct Hi as (A & _), Hj as (C & _). destruct (fst i) as [a|]; [|discriminate]. destruct (fst j) as [c|]; [|discriminate].
    apply (Qle_bool_spec K) in F. rewrite inQ_0 in F. cbn [lift2 above] in *. rewrite inQ_mul. apply kle_trans with (s * inQ c); [|apply mul_le_l; trivial].
    replace (inQ a * inQ c : K) with (inQ c * inQ a : K) by ring. replace (s * inQ c) with (inQ c * s) by ring. apply mul_le_l; trivial.
  - destruct Hi as (_ & B), Hj as (C & _). unfold is_nonneg in F. destruct (snd i) as [b|], (fst j) as [c|]; try exact I. apply qle_false, (inQ_le K) in F. rewrite inQ_0 in F.
    cbn [lift2 above under] in *. rewrite inQ_mul. apply kle_trans with (s * inQ c); [|apply mul_le_l; trivial].
    replace (inQ b * inQ c : K) with (inQ c * inQ b : K) by ring. replace (s * inQ c) with (inQ c * s) by ring. apply mul_le_l_neg; trivial.
Qed.

Lemma least_product_ok i j (s t : K) : inside i s -> inside j t -> above (least_product i j) (s * t).
Proof.
  intros Hi Hj. unfold least_product. cbv zeta. destruct (is_nonneg i) eqn:E; [apply low_ok; trivial|]. destruct (is_nonneg j) eqn:F.
  { replace (s * t) with (t * s) by ring. assert (X := low_ok j i t s F Hj Hi). rewrite E in X. exact X. }
  replace (s * t) with (- s * - t) by ring. assert (Oi := opp_i_ok i s Hi). assert (Oj := opp_i_ok j t Hj). destruct (is_nonneg (opp_i i)) eqn:E'; [apply low_ok; trivial|].
  destruct (is_nonneg (opp_i j)) eqn:F'; [|exact I]. replace (- s * - t) with (- t * - s) by ring.
  assert (X := low_ok (opp_i j) (opp_i i) (- t) (- s) F' Oj Oi). rewrite E' in X. exact X.
Qed.

Lemma unbounded_product_ok i j (s t : K) : inside i s -> inside j t -> inside (least_product i j, option_map Qopp (least_product (opp_i i) j)) (s * t).
Proof.
  intros Hi Hj. split; cbn [fst snd]; [apply least_product_ok; trivial|]. assert (X := least_product_ok (opp_i i) j (- s) t (opp_i_ok i s Hi) Hj).
  destruct (least_product (opp_i i) j) as [q|]; cbn [option_map above under] in *; trivial. rewrite inQ_opp. replace (s * t) with (- (- s * t)) by ring. apply opp_le, X.
Qed.

Lemma times_i_ok i j s t : inside i s -> inside j t -> inside (times_i i j) (s * t).
Proof.
  assert (Zr : forall i (s : K), is_zero i = true -> inside i s -> s = 0).
  { intros ([a|], [b|]) u E (A & B); cbn [is_zero] in E; try discriminate. apply andb_true_iff in E. destruct E as (Ea & Eb).
    apply (Qeq_bool_spec K) in Ea, Eb. rewrite inQ_0 in Ea, Eb. cbn [fst snd above under] in *. rewrite Ea in A. rewrite Eb in B. apply kle_antisym; trivial. }
  intros Hi Hj. unfold times_i. destruct (is_zero i || is_zero j) eqn:E.
  - assert (X : s * t = 0). { apply orb_true_iff in E. destruct E as [E|E]; [rewrite (Zr _ _ E Hi)|rewrite (Zr _ _ E Hj)]; ring. }
    rewrite X. split; cbn [fst snd above under]; rewrite inQ_0; apply le_refl.
  - destruct i as ([p|], [q|]), j as ([r|], [u|]); try (apply unbounded_product_ok; trivial). destruct Hi as (A & B), Hj as (C & D). cbn [fst snd above under] in *.
    assert (X := bilinear (inQ p) (inQ q) s t A B). assert (Y := bilinear (inQ r) (inQ u) t (inQ p) C D). assert (W := bilinear (inQ r) (inQ u) t (inQ q) C D).
    replace (t * inQ p) with (inQ p * t) in X by ring. replace (t * inQ q) with (inQ q * t) in X by ring. replace (t * s) with (s * t) in X by ring.
    rewrite <- !inQ_mul in Y, W.
    destruct (qmin_le (p * r) (p * u)) as (m1 & m2), (qmin_le (q * r) (q * u)) as (m3 & m4).
    destruct (qmin_le (qmin (p * r) (p * u)) (qmin (q * r) (q * u))) as (m5 & m6).
    destruct (qmax_le (p * r) (p * u)) as (n1 & n2), (qmax_le (q * r) (q * u)) as (n3 & n4).
    destruct (qmax_le (qmax (p * r) (p * u)) (qmax (q * r) (q * u))) as (n5 & n6).
    assert (Lp : inQ (qmin (qmin (p * r) (p * u)) (qmin (q * r) (q * u))) <= inQ p * t).
    { destruct Y as [(Y & _)|(Y & _)]; eapply kle_trans; [|exact Y| |exact Y]; eapply kle_trans; try exact m5; trivial. }
    assert (Lq : inQ (qmin (qmin (p * r) (p * u)) (qmin (q * r) (q * u))) <= inQ q * t).
    { destruct W as [(Y' & _)|(Y' & _)]; eapply kle_trans; [|exact Y'| |exact Y']; eapply kle_trans; try exact m6; trivial. }
    assert (Up : inQ p * t <= inQ (qmax (qmax (p * r) (p * u)) (qmax (q * r) (q * u)))).
    { destruct Y as [(_ & Y)|(_ & Y)]; (eapply kle_trans; [exact Y|]); eapply kle_trans; try exact n5; trivial. }
    assert (Uq : inQ q * t <= inQ (qmax (qmax (p * r) (p * u)) (qmax (q * r) (q * u)))).
    { destruct W as [(_ & Y')|(_ & Y')]; (eapply kle_trans; [exact Y'|]); eapply kle_trans; try exact n6; trivial. }
    split; cbn [fst snd above under]; rewrite inQ_red; destruct X as [(X1 & X2)|(X1 & X2)].
    + apply kle_trans with (inQ p * t); trivial.
    + apply kle_trans with (inQ q * t); trivial.
    + apply kle_trans with (inQ q * t); trivial.
    + apply kle_trans with (inQ p * t); trivial.
Qed.

Lemma kmax_ge (s t : K) : s <= kmax s t /\ t <= kmax s t.
Proof. unfold kmax. destruct (kle_dec s t) as [L|L]; split; try apply le_refl; trivial. apply lt_le. exact L. Qed.

Lemma max_i_ok i j s t : inside i s -> inside j t -> inside (max_i i j) (kmax s t).
Proof.
  destruct i as (a, b), j as (c, d). intros (A & B) (C & D). cbn [fst snd] in *. destruct (kmax_ge s t) as (G & H). split; cbn [fst snd max_i].
  - apply meet_above; [destruct a|destruct c]; cbn [above] in *; trivial; [apply kle_trans with s|apply kle_trans with t]; trivial.
  - destruct b as [b|], d as [d|]; cbn [lift2]; try exact I. destruct (qmax_le b d) as (M & N). cbn [under] in *. unfold kmax.
    destruct (kle_dec s t); [apply kle_trans with (inQ d)|apply kle_trans with (inQ b)]; trivial.
Qed.

Lemma zero_i_ok : inside zero_i (0 : K).
Proof. split; cbn [fst snd above under zero_i]; rewrite inQ_0; apply le_refl. Qed.

Lemma largest_i_ok l v : Forall2 inside l v -> inside (largest_i l) (largest v).
Proof.
  intro F. induction F as [|i t l v X F IH]; [apply zero_i_ok|]. destruct F; [exact X|]. apply max_i_ok; trivial.
Qed.

Lemma Forall2_nth A B (P : A -> B -> Prop) a b l m j : P a b -> Forall2 P l m -> P (nth j l a) (nth j m b).
Proof. intros H F. revert j. induction F; intros [|j]; cbn [nth]; auto. Qed.

Lemma Forall2_map A B C (P : B -> C -> Prop) (f : A -> B) (g : A -> C) l : (forall a, P (f a) (g a)) -> Forall2 P (map f l) (map g l).
Proof. intro H. induction l; cbn [map]; auto. Qed.

Lemma ksum_ge l (t : K) : (forall s, In s l -> 0 <= s) -> In t l -> t <= ksum l /\ 0 <= ksum l.
Proof.
  unfold ksum. induction l as [|s l IH]; intros P J; [destruct J|]. cbn [fold_right].
  assert (N : 0 <= fold_right kadd 0 l).
  { clear - P. induction l as [|a l IH]; [apply le_refl|]. cbn [fold_right]. apply le_add_nonneg; [apply P; simpl; auto|]. apply IH. intros u [->|J]; apply P; simpl; auto. }
  assert (S0 : 0 <= s) by (apply P; simpl; auto). split; [|apply le_add_nonneg; trivial]. destruct J as [->|J].
  - replace t with (t + 0) at 1 by ring. apply add_le; [apply le_refl|exact N].
  - destruct (IH (fun u U => P u (or_intror U)) J) as (L & _). replace t with (0 + t) by ring. apply add_le; trivial.
Qed.

Lemma softmax_ok groups x i : inside (Some 0%Q, Some 1%Q) (softmax_at groups x i : K).
Proof.
  unfold softmax_at. destruct (find (existsb (Nat.eqb i)) groups) as [g|] eqn:E.
  - apply find_some in E. destruct E as (_ & E). apply existsb_exists in E. destruct E as (j & J & E). apply Nat.eqb_eq in E. subst j.
    assert (P : forall s, In s (map (fun j => kexp (at_ j x)) g) -> 0 <= s). { intros s S. apply in_map_iff in S. destruct S as (j & <- & _). apply lt_le, exp_pos. }
    destruct (ksum_ge _ (kexp (at_ i x)) P (in_map (fun j => kexp (at_ j x)) g i J)) as (L & _).
    destruct (div_between (kexp (at_ i x)) (ksum (map (fun j => kexp (at_ j x)) g))) as (A & B); trivial.
    + apply lt_le, exp_pos.
    + eapply lt_le_trans; [apply exp_pos|exact L].
    + split; cbn [fst snd above under]; [rewrite inQ_0|rewrite inQ_1]; trivial.
  - split; cbn [fst snd above under]; [rewrite inQ_0; apply le_refl|rewrite inQ_1; apply zero_le_one].
Qed.

Lemma op_bounds_ok o xs vals : Forall2 (Forall2 inside) xs vals -> Forall2 inside (op_bounds o xs) (apply o vals).
Proof.
  intro F. assert (X : Forall2 inside (nth 0 xs []) (nth 0 vals [])) by (apply Forall2_nth; auto).
  destruct o; cbn [op_bounds apply].
  - apply affine_bounds_ok, X.
  - apply (Forall2_zip _ _ _ inside enclosure activate); trivial. intros. apply enclosure_ok. trivial.
  - apply sum_i_ok, F.
  - clear X. induction F; cbn [concat]; auto. apply Forall2_app; trivial.
  - apply Forall2_zip2; trivial. { intros. apply times_i_ok; trivial. } apply Forall2_nth; auto.
  - apply Forall2_map. intro g. apply largest_i_ok. apply Forall2_map. intro i. apply Forall2_nth; trivial. apply zero_i_ok.
  - assert (L := Forall2_length _ _ _ _ _ X). revert L. generalize (nth 0 vals []) at 1 3. intros v L.
    assert (M : forall (f : nat -> K) k n (l : list interval), length l = n -> (forall i, inside (Some 0%Q, Some 1%Q) (f i)) ->
      Forall2 inside (map (fun _ => (Some 0%Q, Some 1%Q)) l) (map f (seq k n))).
    { intros f k n l. revert k n. induction l as [|a l IHl]; intros k [|n] E H; try discriminate; cbn [map seq]; constructor; auto. }
    apply M; trivial. intro i. apply softmax_ok.
  - constructor; [|constructor]. set (v := nth 0 vals []) in *. assert (L := Forall2_length _ _ _ _ _ X). split; cbn [fst snd above under].
    + rewrite inQ_0, <- inZ_0. apply inZ_le. lia.
    + rewrite <- inZ_Q. apply inZ_le. rewrite L. destruct v as [|t v]; [cbn; lia|].
      assert (B := argmax_below K (t :: v) ltac:(discriminate)). lia.
Qed.

Lemma square_i_ok i t : inside i t -> inside (square_i i) (t * t).
Proof.
  assert (Zero : above (Some 0%Q) (t * t)) by (cbn [above]; rewrite inQ_0; apply square_nonneg).
  assert (Low : forall a, Qle_bool 0 a = true -> inQ a <= t -> above (Some (a * a)%Q) (t * t)).
  { intros a P L. apply (Qle_bool_spec K) in P. rewrite inQ_0 in P. cbn [above]. rewrite inQ_mul. apply kle_trans with (inQ a * t); [apply mul_le_l; trivial|].
    replace (inQ a * t) with (t * inQ a) by ring. apply mul_le_l; trivial. apply kle_trans with (inQ a); trivial. }
  assert (High : forall b, Qle_bool b 0 = true -> t <= inQ b -> above (Some (b * b)%Q) (t * t)).
  { intros b P L. apply (Qle_bool_spec K) in P. rewrite inQ_0 in P. cbn [above]. rewrite inQ_mul. assert (T : t <= 0) by (apply kle_trans with (inQ b); trivial).
    apply kle_trans with (inQ b * t); [apply mul_le_l_neg; trivial|]. replace (inQ b * t) with (t * inQ b) by ring. apply mul_le_l_neg; trivial. }
  destruct i as ([a|], [b|]); intros (A & B); cbn [fst snd above under] in A, B; unfold square_i; cbn [fst snd]; split; cbn [fst snd].
  - destruct (Qle_bool 0 a) eqn:E; [apply Low; trivial|]. destruct (Qle_bool b 0) eqn:F; [apply High; trivial|exact Zero].
  - apply under_max. cbn [under]. rewrite !inQ_mul. destruct (kle_total K 0 t) as [T|T].
    + right. assert (P : 0 <= inQ b) by (apply kle_trans with t; trivial). apply kle_trans with (t * inQ b); [apply mul_le_l; trivial|].
      replace (t * inQ b) with (inQ b * t) by ring. apply mul_le_l; trivial.
    + left. assert (P : inQ a <= 0) by (apply kle_trans with t; trivial). apply kle_trans with (t * inQ a); [apply mul_le_l_neg; trivial|].
      replace (t * inQ a) with (inQ a * t) by ring. apply mul_le_l_neg; trivial.
  - destruct (Qle_bool 0 a) eqn:E; [apply Low; trivial|exact Zero].
  - exact I.
  - destruct (Qle_bool b 0) eqn:F; [apply High; trivial|exact Zero].
  - exact I.
  - exact Zero.
  - exact I.
Qed.

Lemma run_bounds_ok f xs vals : Forall2 (Forall2 inside) xs vals -> Forall2 (Forall2 inside) (run_bounds f xs) (fold_left step f vals).
Proof.
  revert xs vals. induction f as [|n f IH]; intros xs vals F; cbn [run_bounds fold_left]; trivial. apply IH. unfold step. apply Forall2_app; trivial.
  constructor; [|constructor]. assert (At : forall j, Forall2 inside (nth j xs []) (nth j vals [])) by (intro j; apply Forall2_nth; auto).
  assert (General : Forall2 inside (op_bounds (does n) (map (fun j => nth j xs []) (inputs n))) (apply (does n) (map (fun j => nth j vals []) (inputs n)))).
  { apply op_bounds_ok. apply Forall2_map. exact At. }
  unfold node_bounds. destruct n as [o ins]. cbn [does inputs] in *. destruct o; try exact General. destruct ins as [|j [|k [|? ?]]]; try exact General.
  destruct (Nat.eqb_spec j k) as [->|]; [|exact General]. cbn [apply map nth]. clear General. induction (At k); cbn [map zip]; constructor; trivial. apply square_i_ok. assumption.
Qed.

Lemma Forall2_last A B (P : A -> B -> Prop) a b l m : P a b -> Forall2 P l m -> P (last l a) (last m b).
Proof. intros H F. induction F as [|x y l m X F IH]; trivial. destruct F; trivial. Qed.

Theorem bounds_ok f sides (x : list K) : Forall2 inside sides x -> Forall2 inside (bounds f sides) (value f x).
Proof. intro F. unfold bounds, value, trace. apply Forall2_last; auto. apply run_bounds_ok. auto. Qed.
End Sound.
Arguments inside {K}. Arguments above {K}. Arguments under {K}.
