(** Cells of a piecewise-affine network, written down by generators: on which of them the network is linear, and how they are cut. *)
Require Import ZArith QArith List Bool Lia Field.
From Bijection Require Import OField Network Exact Domains Rank Affine Cones Walls Homogeneous.
Import ListNotations.
Open Scope Z_scope.

(** A ray w :: x with w >= 0; denominator * (f(x/w) w, w) there, in integers; the levels of all switches. *)
Record generator := Generator { ray : list Z; image_at : list Z; denominator_of : positive; levels_at : list (list (list level)) }.
Definition cell := list (generator * list bool).

Definition generate (f : network) (n : nat) (r : list Z) : option generator :=
  match r with
  | w :: x =>
      if (length x =? n)%nat && (0 <=? w) then
        match zhrun w f [(x, 1%positive)] with
        | Some (vals, ls) => let '(a, d) := last vals ([], 1%positive) in Some (Generator r (a ++ [w * Zpos d]) d ls)
        | None => None
        end
      else None
  | [] => None
  end.

(** ** Which values of the network are linear on a cell *)

Section Zip.
Context {A B C : Type}.
Variable f : A -> B -> option C.
Fixpoint exactly (u : list A) (v : list B) : option (list C) :=
  match u, v with
  | [], [] => Some []
  | a :: u', b :: v' => match f a b, exactly u' v' with Some c, Some r => Some (c :: r) | _, _ => None end
  | _, _ => None
  end.

Lemma exactly_spec (P : A -> C -> Prop) (Q : B -> C -> Prop) u v r : (forall a b c, f a b = Some c -> P a c /\ Q b c) ->
  exactly u v = Some r -> Forall2 P u r /\ Forall2 Q v r.
Proof.
  intro H. revert v r. induction u as [|a u IH]; intros [|b v] r E; cbn [exactly] in E; try discriminate; [injection E as <-; auto|].
  destruct (f a b) as [c|] eqn:F; [|discriminate]. destruct (exactly u v) as [r'|] eqn:G; [|discriminate]. injection E as <-.
  destruct (H a b c F), (IH v r' G). auto.
Qed.
End Zip.

(** Whether a switch is positive, and whether it is negative, on some generator. *)
Definition signs := (bool * bool)%type.
Definition mark (l : level) (s : signs) : signs := (fst s || (0 <? fst l), snd s || (fst l <? 0)).

Fixpoint summary (gs : list generator) : option (list (list (list signs))) :=
  match gs with
  | [] => None
  | [g] => Some (map (map (map (fun l => mark l (false, false)))) (levels_at g))
  | g :: r => match summary r with Some s => exactly (exactly (exactly (fun l s => Some (mark l s)))) (levels_at g) s | None => None end
  end.

Fixpoint linear_values (f : network) (known : list bool) (s : list (list (list signs))) : list bool :=
  match f, s with
  | nd :: r, m :: s' =>
      linear_values r (known ++ [forallb (fun j => nth j known false) (inputs nd) && forallb (forallb (fun t => negb (fst t && snd t))) m]) s'
  | _, _ => known
  end.

Definition marks (l : level) (s : signs) : Prop := (0 < fst l -> fst s = true) /\ (fst l < 0 -> snd s = true).
Definition covered (ls : list (list (list level))) (s : list (list (list signs))) : Prop := Forall2 (Forall2 (Forall2 marks)) ls s.

Lemma Forall2_trans A B C (P : A -> B -> Prop) (Q : B -> C -> Prop) (R : A -> C -> Prop) l m k :
  (forall a b c, P a b -> Q b c -> R a c) -> Forall2 P l m -> Forall2 Q m k -> Forall2 R l k.
Proof. intros H F. revert k. induction F; intros k G; inversion G; subst; constructor; eauto. Qed.

Lemma summary_ok gs s : summary gs = Some s -> forall g, In g gs -> covered (levels_at g) s.
Proof.
  revert s. induction gs as [|g [|g' gs] IH]; intros s E; [discriminate| |].
  - injection E as <-. intros h [<-|[]]. unfold covered. generalize (levels_at g). intro ls.
    induction ls as [|l ls IHl]; cbn [map]; constructor; trivial. clear. induction l as [|u l IHl]; cbn [map]; constructor; trivial.
    clear. induction u as [|v u IHu]; cbn [map]; constructor; trivial. split; intro H; cbn [mark fst snd orb]; apply Z.ltb_lt; exact H.
  - change (match summary (g' :: gs) with Some s => exactly (exactly (exactly (fun l s => Some (mark l s)))) (levels_at g) s | None => None end = Some s) in E.
    destruct (summary (g' :: gs)) as [s0|]; [|discriminate].
    set (le := fun s t : signs => (fst s = true -> fst t = true) /\ (snd s = true -> snd t = true)).
    assert (X : Forall2 (Forall2 (Forall2 marks)) (levels_at g) s /\ Forall2 (Forall2 (Forall2 le)) s0 s).
    { assert (H0 : forall (l : level) (s t : signs), Some (mark l s) = Some t -> marks l t /\ le s t).
      { intros l u t H. injection H as <-. unfold marks, le, mark. cbn [fst snd]. split; split; intro H;
          try (rewrite (proj2 (Z.ltb_lt _ _) H); apply orb_true_r); rewrite H; reflexivity. }
      assert (H2 : forall u v r, exactly (fun (l : level) (s : signs) => Some (mark l s)) u v = Some r -> Forall2 marks u r /\ Forall2 le v r).
      { intros u v r. apply exactly_spec. exact H0. }
      assert (H3 : forall u v r, exactly (exactly (fun (l : level) (s : signs) => Some (mark l s))) u v = Some r -> Forall2 (Forall2 marks) u r /\ Forall2 (Forall2 le) v r).
      { intros u v r. apply exactly_spec. exact H2. }
      revert E. apply exactly_spec. exact H3. }
    destruct X as (X & Y). intros h [<-|I]; [exact X|].
    refine (Forall2_trans _ _ _ _ _ _ _ _ _ _ (IH s0 eq_refl h I) Y). intros a b c. apply Forall2_trans. intros a' b' c'. apply Forall2_trans.
    intros l t u (P & Q) (R & S). split; auto.
Qed.

(** ** Cutting *)

Definition level_in (node unit_ b : nat) (g : generator) : level := nth b (nth unit_ (nth node (levels_at g) []) []) (0, 1%positive).

Definition shrink (raw : list Z) : option (list Z) :=
  let k := fold_right Z.gcd 0 raw in
  let r := map (fun t => t / k) raw in
  if (0 <? k) && forall2b Z.eqb (map (Z.mul k) r) raw then Some r else None.

Section Cut.
Variables (f : network) (n : nat) (lev : generator -> level).

Definition join (a b : generator * list bool) : option (list Z * list bool) :=
  let '(p, q) := lev (fst a) in
  let '(r, s) := lev (fst b) in
  match shrink (zip (fun u v => - r * Zpos q * u + p * Zpos s * v) (ray (fst a)) (ray (fst b))) with
  | Some t => Some (t, zip andb (snd a) (snd b))
  | None => None
  end.

Fixpoint insert (t : list Z) (bs : list bool) (l : list (list Z * list bool)) : list (list Z * list bool) :=
  match l with
  | [] => [(t, bs)]
  | (t', bs') :: r => if forall2b Z.eqb t t' then (t', zip orb bs bs') :: r else (t', bs') :: insert t bs r
  end.

Fixpoint joins (a : generator * list bool) (below : cell) (l : list (list Z * list bool)) : option (list (list Z * list bool)) :=
  match below with
  | [] => Some l
  | b :: r =>
      if (n <=? both (snd a) (snd b) + 1)%nat then match join a b with Some (t, bs) => joins a r (insert t bs l) | None => None end
      else joins a r l
  end.

Fixpoint all_joins (above below : cell) (l : list (list Z * list bool)) : option (list (list Z * list bool)) :=
  match above with [] => Some l | a :: r => match joins a below l with Some l' => all_joins r below l' | None => None end end.

Fixpoint generate_all (l : list (list Z * list bool)) : option cell :=
  match l with
  | [] => Some []
  | (t, bs) :: r => match generate f n t, generate_all r with Some g, Some c => Some ((g, bs) :: c) | _, _ => None end
  end.

(** The two parts of a cell; a wall is put in front. *)
Definition cut (c : cell) : option (cell * cell) :=
  let above := filter (fun a => 0 <? fst (lev (fst a))) c in
  let below := filter (fun a => fst (lev (fst a)) <? 0) c in
  let between := filter (fun a => fst (lev (fst a)) =? 0) c in
  match all_joins above below [] with
  | Some l =>
      match generate_all l with
      | Some found =>
          let common := map (fun a => (fst a, true :: snd a)) (between ++ found) in
          Some (map (fun a => (fst a, false :: snd a)) above ++ common, map (fun a => (fst a, false :: snd a)) below ++ common)
      | None => None
      end
  | None => None
  end.
End Cut.

(** ** Soundness *)

Lemma Forall2_at A B (P : A -> B -> Prop) l m i b : Forall2 P l m -> nth_error m i = Some b -> exists a, nth_error l i = Some a /\ P a b.
Proof. intro F. revert i. induction F as [|a c l m H F IH]; intros [|i] E; try discriminate; cbn [nth_error] in *; [injection E as <-; eauto|apply IH, E]. Qed.
Lemma Forall2_at' A B (P : A -> B -> Prop) l m i a : Forall2 P l m -> nth_error l i = Some a -> exists b, nth_error m i = Some b /\ P a b.
Proof. intro F. revert i. induction F as [|c b l m H F IH]; intros [|i] E; try discriminate; cbn [nth_error] in *; [injection E as <-; eauto|apply IH, E]. Qed.

Lemma forall2b_eqb u v : forall2b Z.eqb u v = true -> u = v.
Proof.
  revert v. induction u as [|a u IH]; intros [|b v] E; cbn [forall2b] in E; try discriminate; trivial. destruct (Z.eqb_spec a b) as [->|]; [|discriminate].
  f_equal. apply IH, E.
Qed.

Section Sound.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Local Notation inQ := (@OField.inQ K).
Local Notation inZ := (@OField.inZ K).
Variable n : nat.
Notation N := (S n).
Notation vector := (nat -> K).

Definition at_ray (r : list Z) : vector := fun i => inZ (nth i r 0%Z).
Definition at_g (g : generator) : vector := at_ray (ray g).
Definition spans (gs : list generator) (v : vector) : Prop := exists g, In g gs /\ v = at_g g.

Notation values := (list (vector -> list K)).
Definition none : vector -> list K := fun _ => [].
Fixpoint hrun (f : network) (Fs : values) : values :=
  match f with
  | [] => Fs
  | nd :: r => hrun r (Fs ++ [fun v => happly (does nd) (v O) (map (fun j => nth j Fs none v) (inputs nd))])
  end.
Definition input_of : vector -> list K := fun v => map (fun i => v (S i)) (seq 0 n).
Definition output_of (f : network) : vector -> list K := nth (length f) (hrun f [input_of]) none.

Lemma hrun_value f x (v : vector) : v O = 1 -> input_of v = x -> output_of f v = value f x.
Proof.
  intros V I. assert (R : forall f Fs, map (fun F => F v) (hrun f Fs) = fold_left step f (map (fun F => F v) Fs)).
  { induction f0 as [|nd f0 IH]; intro Fs; cbn [hrun fold_left]; trivial. rewrite IH, map_app. cbn [map]. f_equal. unfold step. f_equal. f_equal.
    rewrite V, happly_one. f_equal. apply map_ext. intro j. symmetry. exact (map_nth (fun F : vector -> list K => F v) Fs none j). }
  unfold output_of. transitivity (nth (length f) (map (fun F => F v) (hrun f [input_of])) []).
  { symmetry. exact (map_nth (fun F : vector -> list K => F v) (hrun f [input_of]) none (length f)). }
  rewrite R. cbn [map]. rewrite I.
  change (fold_left step f [x]) with (trace f x). destruct (trace_split K f x) as (pre & -> & L). rewrite app_nth2 by lia. rewrite L, Nat.sub_diag. reflexivity.
Qed.

Lemma unit_level_sign more w d a k b p' : nth_error more k = Some (b, p') ->
  exists l, nth_error (unit_levels more w d a) k = Some l /\ (inZ (fst l) / inZ (Zpos (snd l)) = inZ a / inZ (Zpos d) - inQ b * inZ w).
Proof.
  revert k. induction more as [|(c, q) more IH]; intros [|k] E; try discriminate; cbn [nth_error unit_levels] in *; [|apply IH, E].
  injection E as -> ->. eexists. split; [reflexivity|]. cbn [fst snd]. unfold OField.inQ. rewrite inZ_sub, !inZ_mul, Pos2Z.inj_mul, !inZ_mul. field. split; apply den_ne.
Qed.

Lemma level_nonpos (l : level) (t : K) : inZ (fst l) / inZ (Zpos (snd l)) = t -> (fst l <= 0)%Z -> t <= 0.
Proof.
  intros <- H. rewrite div_eq_mul. replace (inZ (fst l) * kinv (inZ (Zpos (snd l)))) with (- (inZ (- fst l) * kinv (inZ (Zpos (snd l))))) by (rewrite inZ_opp; ring).
  replace (0:K) with (- (0:K)) by ring. apply opp_le. apply kmul_nonneg; [apply inZ_nonneg; lia|apply lt_le, inv_pos, den_pos].
Qed.
Lemma level_nonneg (l : level) (t : K) : inZ (fst l) / inZ (Zpos (snd l)) = t -> (0 <= fst l)%Z -> 0 <= t.
Proof. intros <- H. rewrite div_eq_mul. apply kmul_nonneg; [apply inZ_nonneg; lia|apply lt_le, inv_pos, den_pos]. Qed.

Lemma group_position g i j : In i g -> In j g -> i = j \/
  (exists k, forall a d, nth_error (group_levels a d g) k = Some (nth i a 0%Z - nth j a 0%Z, d)%Z) \/
  (exists k, forall a d, nth_error (group_levels a d g) k = Some (nth j a 0%Z - nth i a 0%Z, d)%Z).
Proof.
  assert (First : forall i j g, In j g -> exists k, forall a d, nth_error (group_levels a d (i :: g)) k = Some (nth i a 0%Z - nth j a 0%Z, d)%Z).
  { clear. intros i j g I. apply In_nth_error in I. destruct I as (k & E). exists k. intros a d. cbn [group_levels].
    rewrite nth_error_app1 by (rewrite map_length; apply nth_error_Some; congruence). rewrite (map_nth_error _ k g E). reflexivity. }
  induction g as [|m g IH]; intros Hi Hj; [destruct Hi|]. destruct Hi as [<-|Hi], Hj as [<-|Hj]; [auto|right; left; auto|right; right; auto|].
  assert (Later : forall i j, (exists k, forall a d, nth_error (group_levels a d g) k = Some (nth i a 0%Z - nth j a 0%Z, d)%Z) ->
    exists k, forall a d, nth_error (group_levels a d (m :: g)) k = Some (nth i a 0%Z - nth j a 0%Z, d)%Z).
  { clear. intros i j (k & E). exists (length g + k)%nat. intros a d. cbn [group_levels]. rewrite nth_error_app2 by (rewrite map_length; lia). rewrite map_length.
    replace (length g + k - length g)%nat with k by lia. apply E. }
  destruct (IH Hi Hj) as [E|[E|E]]; auto.
Qed.

(** A switch that does not have both signs. *)
Lemma one_sign (gs : list generator) (l : generator -> level) (s : signs) : (forall g, In g gs -> marks (l g) s) -> negb (fst s && snd s) = true ->
  (forall g, In g gs -> (fst (l g) <= 0)%Z) \/ (forall g, In g gs -> (0 <= fst (l g))%Z).
Proof.
  intros M E. destruct s as ([|], [|]); try discriminate; [right|left|left]; intros g I; destruct (M g I) as (P & Q); cbn [fst snd] in *.
  - destruct (Z_lt_le_dec (fst (l g)) 0) as [L|L]; [discriminate (Q L)|exact L].
  - destruct (Z_lt_le_dec 0 (fst (l g))) as [L|L]; [discriminate (P L)|exact L].
  - destruct (Z_lt_le_dec 0 (fst (l g))) as [L|L]; [discriminate (P L)|exact L].
Qed.

Section Linear.
Variable gs : list generator.
Hypothesis some : gs <> [].
Hypothesis forward : forall g, spans gs g -> 0 <= g O.
Notation lin := (linear n (spans gs)).

Definition w_of (g : generator) : Z := hd 0%Z (ray g).

(** What evaluation at all generators says of an operation. *)
Lemma calm_from o (F : vector -> list K) (z : generator -> vec) (l : generator -> list (list level)) m :
  (forall g, In g gs -> F (at_g g) = emb (z g)) ->
  (forall g, In g gs -> exists (xs : list vec) v, nth 0 xs ([], 1%positive) = z g /\ zhapply (w_of g) o xs = Some (v, l g)) ->
  (forall g, In g gs -> Forall2 (Forall2 marks) (l g) m) ->
  forallb (forallb (fun t => negb (fst t && snd t))) m = true -> calm (spans gs) o F.
Proof.
  intros HF HZ HM C. rewrite forallb_forall in C.
  assert (W : forall g : generator, inZ (w_of g) = at_g g O) by (intro g; unfold w_of, at_g, at_ray; destruct (ray g); reflexivity).
  destruct gs as [|g0 gs'] eqn:Gs; [congruence|]. rewrite <- Gs in *. assert (I0 : In g0 gs) by (rewrite Gs; simpl; auto).
  destruct o as [c rows d|ls| | | |groups| | ]; cbn [calm]; trivial; try (destruct (HZ g0 I0) as (xs & v & _ & E); unfold zhapply in E; destruct (nth 0 xs _); discriminate).
  - (* Pointwise *)
    intros i s Es.
    assert (One : forall g, In g gs -> exists p more t lv, s = Pieces p more /\ continuous p more = true /\ nth_error (fst (z g)) i = Some t /\
      nth_error (l g) i = Some lv /\ lv = unit_levels more (w_of g) (snd (z g)) t).
    { intros g I. destruct (HZ g I) as (xs & v & E0 & E). unfold zhapply in E. rewrite E0 in E. destruct (z g) as (a, d) eqn:Za. cbn [fst snd].
      destruct (Nat.eqb_spec (length (unroll ls)) (length a)) as [L|]; [|discriminate]. destruct (sequence _) as [r|] eqn:S; [|discriminate].
      injection E as _ El. apply zip_some in S; trivial. rewrite <- El.
      assert (Ea : exists t, nth_error a i = Some t). { destruct (nth_error a i) as [t|] eqn:Q; [eauto|]. apply nth_error_None in Q. assert (i < length (unroll ls))%nat by (apply nth_error_Some; congruence). lia. }
      destruct Ea as (t & Et). assert (Ec : nth_error (combine (unroll ls) a) i = Some (s, t)).
      { clear - Es Et. revert i a Es Et. generalize (unroll ls). induction l as [|s' l IH]; intros [|i] [|t' a] Es Et; try discriminate; cbn [combine nth_error] in *; [congruence|apply IH; trivial]. }
      destruct (Forall2_at' _ _ _ _ _ _ _ S Ec) as ((u, lv) & Er & Ez). cbn [fst snd] in Ez. unfold zact, bent in Ez.
      destruct s as [p more| | | |al sc|]; try discriminate. destruct (continuous p more) eqn:Ct; [|discriminate]. injection Ez as _ <-.
      exists p, more, t, (unit_levels more (w_of g) d t). repeat (split; trivial). rewrite (map_nth_error snd _ _ Er). reflexivity. }
    destruct (One g0 I0) as (p & more & _ & _ & -> & Ct & _). exists p, more. split; trivial. split; trivial.
    intros b Ib. apply in_map_iff in Ib. destruct Ib as ((b', p') & Eb & Ib). cbn [fst] in Eb. subst b'. apply In_nth_error in Ib. destruct Ib as (k & Ek).
    assert (Two : forall g, In g gs -> exists lv, nth_error (nth i (l g) []) k = Some lv /\ inZ (fst lv) / inZ (Zpos (snd lv)) = nth i (F (at_g g)) 0 - inQ b * at_g g O).
    { intros g I. destruct (One g I) as (p1 & more1 & t & lv & Ep & _ & Et & El & ->). injection Ep as <- <-.
      destruct (unit_level_sign more (w_of g) (snd (z g)) t k b p' Ek) as (lk & Elk & V). exists lk. split.
      - rewrite (nth_error_nth (l g) i [] El). exact Elk.
      - rewrite V, HF, W by trivial. f_equal. destruct (z g) as (a, d). cbn [fst snd] in *. rewrite (emb_nth K a d i : nth i (emb (a, d)) 0 = _). rewrite (nth_error_nth a i 0%Z Et). reflexivity. }
    assert (Sg : exists s, negb (fst s && snd s) = true /\ forall g, In g gs -> marks (nth k (nth i (l g) []) (0%Z, 1%positive)) s).
    { destruct (One g0 I0) as (_ & _ & _ & lv0 & _ & _ & _ & El0 & _). destruct (Forall2_at' _ _ _ _ _ _ _ (HM g0 I0) El0) as (m1 & Em1 & F1).
      destruct (Two g0 I0) as (lk0 & Elk0 & _). rewrite (nth_error_nth (l g0) i [] El0) in Elk0. destruct (Forall2_at' _ _ _ _ _ _ _ F1 Elk0) as (s & Es1 & _).
      exists s. split. { specialize (C m1 (nth_error_In _ _ Em1)). rewrite forallb_forall in C. apply C, (nth_error_In _ _ Es1). }
      intros g I. destruct (Forall2_at _ _ _ _ _ _ _ (HM g I) Em1) as (lv & Elv & F2). destruct (Forall2_at _ _ _ _ _ _ _ F2 Es1) as (lk & Elk & Mk).
      rewrite (nth_error_nth (l g) i [] Elv), (@nth_error_nth level lv k _ (0%Z, 1%positive) Elk). exact Mk. }
    destruct Sg as (s & Cs & Ms). destruct (one_sign gs (fun g => nth k (nth i (l g) []) (0%Z, 1%positive)) s Ms Cs) as [Q|Q]; [left|right]; intros v (g & I & ->).
    + destruct (Two g I) as (lk & Elk & V). specialize (Q g I). cbv beta in Q. rewrite (@nth_error_nth level _ k _ (0%Z, 1%positive) Elk) in Q.
      assert (X := level_nonpos lk _ V Q). apply (proj2 (le_diff K _ _)). replace (inQ b * at_g g O - nth i (F (at_g g)) 0) with (- (nth i (F (at_g g)) 0 - inQ b * at_g g O)) by ring.
      apply opp_nonneg, X.
    + destruct (Two g I) as (lk & Elk & V). specialize (Q g I). cbv beta in Q. rewrite (@nth_error_nth level _ k _ (0%Z, 1%positive) Elk) in Q.
      apply (proj2 (le_diff K _ _)). exact (level_nonneg lk _ V Q).
  - (* Max *)
    assert (One : forall g, In g gs -> forallb (fun q => negb (length q =? 0)%nat && forallb (fun i => (i <? length (fst (z g)))%nat) q) groups = true /\
      l g = map (group_levels (fst (z g)) (snd (z g))) groups).
    { intros g I. destruct (HZ g I) as (xs & v & E0 & E). unfold zhapply in E. rewrite E0 in E. destruct (z g) as (a, d). cbn [fst snd].
      destruct (forallb _ groups) eqn:Q; [|discriminate]. destruct (zapply _ xs); [|discriminate]. injection E as _ <-. auto. }
    intros q Iq. destruct (One g0 I0) as (Q0 & _). rewrite forallb_forall in Q0. specialize (Q0 q Iq). apply andb_true_iff in Q0. destruct Q0 as (Ne & _).
    split; [destruct q; [discriminate|discriminate]|]. split.
    { intros i v Ii (g & I & ->). destruct (One g I) as (Q & _). rewrite forallb_forall in Q. specialize (Q q Iq). apply andb_true_iff in Q. destruct Q as (_ & Q).
      rewrite forallb_forall in Q. specialize (Q i Ii). apply Nat.ltb_lt in Q. rewrite HF by trivial. rewrite emb_length. exact Q. }
    intros i j Ii Ij. apply In_nth_error in Iq. destruct Iq as (r & Er).
    assert (Main : forall i j, (exists k, forall a d, nth_error (group_levels a d q) k = Some (nth i a 0%Z - nth j a 0%Z, d)%Z) ->
      (forall v, spans gs v -> at_ i (F v) <= at_ j (F v)) \/ (forall v, spans gs v -> at_ j (F v) <= at_ i (F v))).
    { clear i j Ii Ij. intros i j (k & Ek).
      assert (El : forall g, In g gs -> nth_error (l g) r = Some (group_levels (fst (z g)) (snd (z g)) q)) by (intros g I; destruct (One g I) as (_ & ->); apply map_nth_error, Er).
      assert (Sg : exists s, negb (fst s && snd s) = true /\ forall g, In g gs -> marks (nth i (fst (z g)) 0%Z - nth j (fst (z g)) 0%Z, snd (z g))%Z s).
      { destruct (Forall2_at' _ _ _ _ _ _ _ (HM g0 I0) (El g0 I0)) as (m1 & Em1 & F1). destruct (Forall2_at' _ _ _ _ _ _ _ F1 (Ek _ _)) as (s & Es1 & _).
        exists s. split. { specialize (C m1 (nth_error_In _ _ Em1)). rewrite forallb_forall in C. apply C, (nth_error_In _ _ Es1). }
        intros g I. destruct (Forall2_at _ _ _ _ _ _ _ (HM g I) Em1) as (lv & Elv & F2). rewrite (El g I) in Elv. injection Elv as <-.
        destruct (Forall2_at _ _ _ _ _ _ _ F2 Es1) as (lk & Elk & Mk). rewrite Ek in Elk. injection Elk as <-. exact Mk. }
      destruct Sg as (s & Cs & Ms).
      assert (Df : forall g, In g gs -> inZ (nth i (fst (z g)) 0%Z - nth j (fst (z g)) 0%Z) / inZ (Zpos (snd (z g))) = at_ i (F (at_g g)) - at_ j (F (at_g g))).
      { intros g I. rewrite HF by trivial. destruct (z g) as (a, d). cbn [fst snd]. rewrite !emb_nth, inZ_sub. field. apply den_ne. }
      destruct (one_sign gs (fun g => (nth i (fst (z g)) 0%Z - nth j (fst (z g)) 0%Z, snd (z g))%Z) s Ms Cs) as [Q|Q]; [left|right]; intros v (g & I & ->).
      - specialize (Q g I). cbv beta in Q. assert (X := level_nonpos (_, snd (z g)) _ (Df g I) Q). apply (proj2 (le_diff K _ _)).
        replace (at_ j (F (at_g g)) - at_ i (F (at_g g))) with (- (at_ i (F (at_g g)) - at_ j (F (at_g g)))) by ring. apply opp_nonneg, X.
      - specialize (Q g I). cbv beta in Q. apply (proj2 (le_diff K _ _)). exact (level_nonneg (_, snd (z g)) _ (Df g I) Q). }
    destruct (group_position q i j Ii Ij) as [<-|[E|E]]; [left; intros; apply le_refl|apply Main, E|]. destruct (Main j i E) as [H|H]; [right|left]; exact H.
Qed.

Definition value_of (g : generator) (nd : node) (zs : list vec) : vec :=
  match zhapply (w_of g) (does nd) (map (fun j => nth j zs ([], 1%positive)) (inputs nd)) with Some (v, _) => v | None => ([], 1%positive) end.

Lemma values_linear f Fs known s (zs : generator -> list vec) (ls : generator -> list (list (list level))) : length known = length Fs ->
  (forall i, nth i known false = true -> lin (nth i Fs none)) ->
  (forall g, In g gs -> map (fun F => F (at_g g)) Fs = map emb (zs g) /\ (exists out, zhrun (w_of g) f (zs g) = Some (out, ls g)) /\ covered (ls g) s) ->
  forall i, nth i (linear_values f known s) false = true -> lin (nth i (hrun f Fs) none).
Proof.
  revert Fs known s zs ls. induction f as [|nd f IH]; intros Fs known s zs ls Len Kn Z i; cbn [linear_values hrun]; [apply Kn|].
  assert (exists g0, In g0 gs) as (g0 & I0) by (destruct gs as [|g0 gs']; [congruence|exists g0; simpl; auto]).
  destruct s as [|m s].
  { exfalso. destruct (Z g0 I0) as (_ & (out & E) & Cv). cbn [zhrun] in E.
    destruct (zhapply _ _ _) as [(v, l)|]; [|discriminate]. destruct (zhrun _ f _) as [(o', ls')|]; [|discriminate]. injection E as _ E. rewrite <- E in Cv. inversion Cv. }
  set (ok := forallb (fun j => nth j known false) (inputs nd) && forallb (forallb (fun t => negb (fst t && snd t))) m).
  set (G := fun v : vector => happly (does nd) (v O) (map (fun j => nth j Fs none v) (inputs nd))).
  assert (W : forall g : generator, inZ (w_of g) = at_g g O) by (intro g; unfold w_of, at_g, at_ray; destruct (ray g); reflexivity).
  assert (Nth : forall g j, In g gs -> nth j Fs none (at_g g) = emb (nth j (zs g) ([], 1%positive))).
  { intros g j I. destruct (Z g I) as (E1 & _).
    transitivity (nth j (map (fun F => F (at_g g)) Fs) []); [symmetry; exact (map_nth (fun F : vector -> list K => F (at_g g)) Fs none j)|].
    rewrite E1. apply nth_emb. }
  assert (Step : forall g, In g gs -> 
    zhapply (w_of g) (does nd) (map (fun j => nth j (zs g) ([], 1%positive)) (inputs nd)) = Some (value_of g nd (zs g), hd [] (ls g)) /\
    (exists out, zhrun (w_of g) f (zs g ++ [value_of g nd (zs g)]) = Some (out, tl (ls g))) /\
    Forall2 (Forall2 marks) (hd [] (ls g)) m /\ covered (tl (ls g)) s /\ G (at_g g) = emb (value_of g nd (zs g))).
  { intros g I. destruct (Z g I) as (E1 & (out & E2) & Cv). cbn [zhrun] in E2. unfold value_of. destruct (zhapply _ _ _) as [(v, l)|] eqn:Ev; [|discriminate].
    destruct (zhrun _ f _) as [(out', ls')|] eqn:Er; [|discriminate]. injection E2 as -> E2. rewrite <- E2 in *. inversion Cv as [|? ? ? ? M Cv']; subst.
    cbn [hd tl]. split; [reflexivity|]. split; [exists out; reflexivity|]. split; [exact M|]. split; [exact Cv'|].
    unfold G. rewrite <- W. rewrite <- (zhapply_ok K _ _ _ _ _ Ev), map_map. f_equal. apply map_ext. intro j. apply Nth, I. }
  intro Hi. refine (IH (Fs ++ [G]) (known ++ [ok]) s (fun g => zs g ++ [value_of g nd (zs g)]) (fun g => tl (ls g)) _ _ _ i Hi).
  - rewrite !app_length. cbn [length]. lia.
  - intros k Hk. destruct (Nat.lt_trichotomy k (length known)) as [L|[->|L]].
    + rewrite app_nth1 in * by lia. apply Kn, Hk.
    + rewrite app_nth2 in Hk by lia. rewrite Nat.sub_diag in Hk. cbn [nth] in Hk. unfold ok in Hk. apply andb_true_iff in Hk. destruct Hk as (Hin & Hm).
      rewrite Len, app_nth2, Nat.sub_diag by lia. cbn [nth].
      assert (L : lin (fun v => happly (does nd) (v O) (map (fun F => F v) (map (fun j => nth j Fs none) (inputs nd))))).
      { apply operation_linear; trivial.
        - exists (at_g g0), g0. auto.
        - apply Forall_forall. intros F IF. apply in_map_iff in IF. destruct IF as (j & <- & Ij). apply Kn. rewrite forallb_forall in Hin. apply Hin, Ij.
        - apply (calm_from (does nd) _ (fun g => nth 0 (map (fun j => nth j (zs g) ([], 1%positive)) (inputs nd)) ([], 1%positive)) (fun g => hd [] (ls g)) m); trivial.
          + intros g I. destruct (inputs nd) as [|j ins]; [reflexivity|]. cbn [map nth]. apply Nth, I.
          + intros g I. destruct (Step g I) as (E & _). eexists. eexists. split; [reflexivity|exact E].
          + intros g I. apply (Step g I). }
      destruct L as (A & HA). exists A. intros v Cv. rewrite <- (HA v Cv). unfold G. rewrite map_map. reflexivity.
    + rewrite nth_overflow in Hk by (rewrite app_length; cbn [length]; lia). discriminate.
  - intros g I. destruct (Z g I) as (E1 & _). destruct (Step g I) as (_ & E3 & _ & Cv & E6). split; [|split; trivial].
    rewrite !map_app, E1. cbn [map]. rewrite E6. reflexivity.
Qed.
End Linear.
End Sound.
