(** Maps whose inputs can be solved for one after the other (theorems/triangular.py), as far as signs show it: couplings, autoregressive maps.

    For inputs of one level, the lower ones fixed: a coordinate of a value is the same, or it depends on one input of the level alone, strictly
    monotone in it, and perhaps takes all values as that input varies. *)
Require Import ZArith QArith List Bool Lia Field Wf_nat.
From Bijection Require Import Maps OField Network Exact Domains Statements Intervals Hull Monotone Subsets Onto Reads Parts.
Import ListNotations.

(** ** Signs that a coordinate always has *)

Inductive sign := Pos | Neg | Any.
Definition flip (s : sign) : sign := match s with Pos => Neg | Neg => Pos | Any => Any end.
Definition times_s (s t : sign) : sign := match s with Pos => t | Neg => flip t | Any => Any end.
(** Of sums; nothing is the sum without terms. *)
Definition plus_s (s t : option sign) : option sign :=
  match s, t with None, o | o, None => o | Some Pos, Some Pos => Some Pos | Some Neg, Some Neg => Some Neg | _, _ => Some Any end.
Definition coefficient_s (c : Z) (s : sign) : option sign := if (c =? 0)%Z then None else Some (if (0 <? c)%Z then s else flip s).
Fixpoint dot_sign (cs : list Z) (ss : list sign) : option sign :=
  match cs, ss with c :: cs', s :: ss' => plus_s (coefficient_s c s) (dot_sign cs' ss') | _, _ => None end.
Fixpoint form_sign (rs : list (nat * list Z)) (ss : list sign) : option sign :=
  match rs with [] => None | (k, cs) :: r => let ss' := skipn k ss in plus_s (dot_sign cs ss') (form_sign r (skipn (length cs) ss')) end.
Definition settled (o : option sign) : sign := match o with Some s => s | None => Any end.
Definition row_sign (ss : list sign) (r : row) : sign := settled (plus_s (form_sign (runs r) ss) (coefficient_s (constant r) Pos)).

Definition interval_sign (i : interval) : sign :=
  if match fst i with Some a => negb (Qle_bool a 0) | None => false end then Pos
  else if match snd i with Some b => negb (Qle_bool 0 b) | None => false end then Neg else Any.
Definition activation_sign (s : activation) : sign := match s with Sigmoid | Softplus | Exp => Pos | _ => Any end.

Definition op_signs (o : op) (ss : list (list sign)) (sides : list interval) : list sign :=
  let s := nth 0 ss [] in
  zip (fun i s => match s with Any => interval_sign i | _ => s end) sides
    match o with
    | Affine _ rows _ => map (row_sign s) rows
    | Pointwise l => zip (fun a _ => activation_sign a) (unroll l) s
    | Stack => concat ss
    | Product => zip times_s s (nth 1 ss [])
    | _ => map (fun _ => Any) sides
    end.

Section Signs.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Local Notation inZ := (@OField.inZ K).

Definition has_sign (s : sign) (t : K) : Prop := match s with Pos => 0 < t | Neg => t < 0 | Any => True end.
Definition sum_has_sign (o : option sign) (t : K) : Prop := match o with Some s => has_sign s t | None => t = 0 end.

Lemma neg_opp (t : K) : t < 0 <-> 0 < - t.
Proof. split; intro H; [replace (0:K) with (- 0 : K) by ring; apply opp_lt, H|replace t with (- - t) by ring; replace (0:K) with (- 0 : K) by ring; apply opp_lt, H]. Qed.

Lemma flip_ok s (t : K) : has_sign s t -> has_sign (flip s) (- t).
Proof. destruct s; cbn [has_sign flip]; trivial; intro H; [apply neg_opp; replace (- - t) with t by ring; exact H|apply neg_opp, H]. Qed.

Lemma times_s_ok s u (a b : K) : has_sign s a -> has_sign u b -> has_sign (times_s s u) (a * b).
Proof.
  destruct s, u; cbn [has_sign times_s flip]; trivial; intros A B.
  - apply mul_pos; trivial.
  - apply neg_opp. replace (- (a * b)) with (a * - b) by ring. apply mul_pos; trivial. apply neg_opp, B.
  - apply neg_opp. replace (- (a * b)) with (- a * b) by ring. apply mul_pos; trivial. apply neg_opp, A.
  - replace (a * b) with (- a * - b) by ring. apply mul_pos; apply neg_opp; trivial.
Qed.

Lemma plus_s_ok o p (a b : K) : sum_has_sign o a -> sum_has_sign p b -> sum_has_sign (plus_s o p) (a + b).
Proof.
  destruct o as [s|], p as [u|]; cbn [sum_has_sign plus_s]; intros A B; subst.
  - destruct s, u; cbn [sum_has_sign has_sign] in *; trivial.
    + replace (0:K) with (0 + 0 : K) by ring. apply add_lt_le; [exact A|apply lt_le, B].
    + replace (0:K) with (0 + 0 : K) by ring. apply add_lt_le; [exact A|apply lt_le, B].
  - replace (a + 0) with a by ring. destruct s; exact A.
  - replace (0 + b) with b by ring. exact B.
  - ring.
Qed.

Lemma coefficient_s_ok c s (t : K) : has_sign s t -> sum_has_sign (coefficient_s c s) (inZ c * t).
Proof.
  intro H. unfold coefficient_s. destruct (Z.eqb_spec c 0) as [->|N]; [cbn [sum_has_sign]; rewrite inZ_0; ring|]. cbn [sum_has_sign].
  destruct (Z.ltb_spec 0 c) as [P|P].
  - exact (times_s_ok Pos s (inZ c) t (inZ_pos K c P) H).
  - apply (times_s_ok Neg s (inZ c) t); trivial. cbn [has_sign]. rewrite <- inZ_0. apply inZ_lt. lia.
Qed.

Lemma dot_sign_ok cs ss (x : list K) : Forall2 has_sign ss x -> sum_has_sign (dot_sign cs ss) (dotZ cs x).
Proof.
  intro F. revert cs. induction F as [|s t ss x H F IH]; intros [|c cs]; cbn [dot_sign dotZ]; try reflexivity. apply plus_s_ok; [apply coefficient_s_ok, H|apply IH].
Qed.

Lemma form_sign_ok rs ss (x : list K) : Forall2 has_sign ss x -> sum_has_sign (form_sign rs ss) (form rs x).
Proof.
  revert ss x. induction rs as [|(k, cs) rs IH]; intros ss x F; cbn [form_sign form]; [reflexivity|].
  apply plus_s_ok; [apply dot_sign_ok, Forall2_skipn, F|apply IH, Forall2_skipn, Forall2_skipn, F].
Qed.

Lemma interval_sign_ok i (t : K) : inside i t -> has_sign (interval_sign i) t.
Proof.
  intros (A & B). unfold interval_sign. destruct (fst i) as [a|]; [destruct (Qle_bool a 0) eqn:E|]; cbn [negb].
  2: { cbn [above] in A. intro G. assert (Qle_bool a 0 = true); [|congruence]. apply (Qle_bool_spec K). rewrite inQ_0. exact (kle_trans _ _ _ _ A G). }
  all: destruct (snd i) as [b|]; [destruct (Qle_bool 0 b) eqn:E'|]; cbn [negb]; try exact I; cbn [under] in B; intro G;
    (assert (Qle_bool 0 b = true); [|congruence]); apply (Qle_bool_spec K); rewrite inQ_0; exact (kle_trans _ _ _ _ G B).
Qed.

Lemma activation_sign_ok s (t : K) : has_sign (activation_sign s) (activate s t).
Proof.
  destruct s; cbn [activation_sign has_sign activate]; trivial.
  - rewrite div_eq_mul. apply mul_pos; [apply zero_lt_one|]. apply inv_pos. replace (0:K) with (0 + 0 : K) by ring. apply add_lt_le; [apply zero_lt_one|apply lt_le, kexp_pos].
  - apply ksoftplus_pos.
  - apply kexp_pos.
Qed.

Lemma div_sign s (t : K) d : has_sign s t -> has_sign s (t / inZ (Zpos d)).
Proof. intro H. rewrite div_eq_mul. replace (t * kinv (inZ (Zpos d))) with (kinv (inZ (Zpos d)) * t) by ring. exact (times_s_ok Pos s _ t (inv_pos K _ (den_pos K d)) H). Qed.

Lemma op_signs_ok o ss sides (xs : list (list K)) : Forall2 (Forall2 has_sign) ss xs -> Forall2 inside sides (apply o xs) -> Forall2 has_sign (op_signs o ss sides) (apply o xs).
Proof.
  intros F S. assert (F0 : forall k, Forall2 has_sign (nth k ss []) (nth k xs [])) by (intro k; apply Forall2_nth; [constructor|exact F]). unfold op_signs.
  assert (Any_ok : Forall2 has_sign (map (fun _ => Any) sides) (apply o xs)).
  { revert S. generalize (apply o xs). intros v S. induction S; cbn [map]; constructor; trivial. exact I. }
  assert (Refine : forall l, Forall2 has_sign l (apply o xs) -> Forall2 has_sign (zip (fun i s => match s with Any => interval_sign i | _ => s end) sides l) (apply o xs)).
  { clear - S. intros l. revert S l. generalize (apply o xs). intros v S. induction S as [|i t sides v It S IH]; intros l L; inversion L as [|s t' l' v' H L' E1 E2]; subst; cbn [zip]; constructor; [|apply IH, L'].
    destruct s; trivial. apply interval_sign_ok, It. }
  apply Refine. destruct o as [cols rows d|l| | | |groups|groups|]; trivial; cbn [apply].
  - clear S Any_ok Refine. induction rows as [|r rows IH]; cbn [map]; constructor; trivial. apply div_sign. unfold row_sign.
    assert (G := plus_s_ok _ _ _ _ (form_sign_ok (runs r) _ _ (F0 O)) (coefficient_s_ok (constant r) Pos 1 (zero_lt_one K))).
    replace (inZ (constant r) * 1) with (inZ (constant r)) in G by ring. destruct (plus_s _ _) as [s|]; [exact G|exact I].
  - assert (A := F0 0%nat). revert A. generalize (nth 0 ss []), (nth 0 xs []), (unroll l). clear. intros a u k A. revert k.
    induction A as [|s t a u H A IH]; intros [|c k]; cbn [zip]; constructor; [apply activation_sign_ok|apply IH].
  - clear - F. induction F; cbn [concat]; [constructor|]. apply Forall2_app; trivial.
  - assert (A := F0 0%nat). assert (B := F0 1%nat). revert A B. generalize (nth 0 ss []), (nth 0 xs []), (nth 1 ss []), (nth 1 xs []). clear. intros a u b v A. revert b v.
    induction A as [|s t a u H A IH]; intros b v B; destruct B as [|s' t' b v H' B]; cbn [zip]; constructor; [apply times_s_ok; trivial|apply IH, B].
Qed.
End Signs.

(** ** What is known of a coordinate, the inputs of lower levels fixed *)

Inductive state := Still | Driven (input : nat) (up onto : bool) | Loose.

Definition turned (c : Z) (s : state) : state :=
  if (c =? 0)%Z then Still else match s with Driven i up o => Driven i (Bool.eqb up (0 <? c)%Z) o | _ => s end.
Definition plus (s t : state) : state :=
  match s, t with
  | Still, u | u, Still => u
  | Driven i up _, Driven j up' _ => if (i =? j)%nat && Bool.eqb up up' then Driven i up false else Loose
  | _, _ => Loose
  end.
Definition times (s : state) (sign_s : sign) (t : state) (sign_t : sign) : state :=
  match s, t with
  | Still, Still => Still
  | Still, Driven i up o => match sign_s with Pos => Driven i up o | Neg => Driven i (negb up) o | Any => Loose end
  | Driven i up o, Still => match sign_t with Pos => Driven i up o | Neg => Driven i (negb up) o | Any => Loose end
  | _, _ => Loose
  end.

Fixpoint dot_state (cs : list Z) (ss : list state) : state :=
  match cs, ss with c :: cs', s :: ss' => plus (turned c s) (dot_state cs' ss') | _, _ => Still end.
Fixpoint form_state (rs : list (nat * list Z)) (ss : list state) : state :=
  match rs with [] => Still | (k, cs) :: r => let ss' := skipn k ss in plus (dot_state cs ss') (form_state r (skipn (length cs) ss')) end.

(** In which direction an activation is strictly monotone on the interval, and whether it takes all values on the line. *)
Definition direction (s : activation) (i : interval) : option bool :=
  match s with
  | Pieces p more => if strictly true p more i then Some true else if strictly false p more i then Some false else None
  | Sigmoid | Tanh | Softplus | Exp => Some true
  | Elu alpha scale => if negb (Qle_bool alpha 0) && negb (Qle_bool scale 0) then Some true else None
  end.
Definition is_line (i : interval) : bool := match i with (None, None) => true | _ => false end.
Definition full (s : activation) : bool := match s with Pieces p more => continuous p more None && is_line (pieces_image p more line) | _ => false end.
Definition activated (s : activation) (i : interval) (t : state) : state :=
  match t with Driven k up o => match direction s i with Some d => Driven k (Bool.eqb up d) (o && full s) | None => Loose end | _ => t end.

Fixpoint zip3 {A B C D} (g : A -> B -> C -> D) (l : list A) (m : list B) (r : list C) : list D :=
  match l, m, r with a :: l', b :: m', c :: r' => g a b c :: zip3 g l' m' r' | _, _, _ => [] end.
Fixpoint sum_states (ss : list (list state)) : list state := match ss with [] => [] | [s] => s | s :: r => zip plus s (sum_states r) end.
Definition is_same (s : state) : bool := match s with Still => true | _ => false end.

Definition op_states (o : op) (ss : list (list state)) (sides : list (list interval)) (signs : list (list sign)) : list state :=
  let s := nth 0 ss [] in
  match o with
  | Affine _ rows _ => map (fun r => form_state (runs r) s) rows
  | Pointwise l => zip3 activated (unroll l) (nth 0 sides []) s
  | Sum => sum_states ss
  | Stack => concat ss
  | Product => zip3 (fun a b '(t, c) => times a b t c) s (nth 0 signs []) (zip pair (nth 1 ss []) (nth 1 signs []))
  | _ => map (fun b : bool => if b then Still else Loose) (agreeing o (map (map is_same) ss))
  end.

(** ** The same of families of values *)

Section Families.
Variable K : ofield.
Add Field Kf2 : (kth K).
Open Scope K_scope.
Local Notation inZ := (@OField.inZ K).
Variable T : Type.
Variable along : nat -> bool -> bool -> (T -> K) -> Prop.

Definition constant_on (g : T -> K) : Prop := forall t u, g t = g u.
Definition meant (s : state) (g : T -> K) : Prop := match s with Still => constant_on g | Driven i up o => along i up o g | Loose => True end.

Hypothesis along_ext : forall i up o g h, (forall t, g t = h t) -> along i up o g -> along i up o h.
Hypothesis along_affine : forall i up o g a b, 0 < a -> along i up o g -> along i up o (fun t => a * g t + b).
Hypothesis along_minus : forall i up o g, along i up o g -> along i (negb up) o (fun t => - g t).
Hypothesis along_plus : forall i up o o' g h, along i up o g -> along i up o' h -> along i up false (fun t => g t + h t).
Hypothesis along_activate : forall i up o g s side d, direction s side = Some d -> (forall t, inside side (g t)) -> along i up o g ->
  along i (Bool.eqb up d) (o && full s) (fun t => activate s (g t)).
(** Some member of the family, where constants are read off. *)
Variable origin : T.

Lemma meant_ext s g h : (forall t, g t = h t) -> meant s g -> meant s h.
Proof. intros E M. destruct s; cbn [meant] in *; trivial; [intros t u; rewrite <- !E; apply M|apply (along_ext _ _ _ g); trivial]. Qed.

Lemma meant_affine s g a b : 0 < a -> meant s g -> meant s (fun t => a * g t + b).
Proof. intros P M. destruct s; cbn [meant] in *; trivial; [intros t u; rewrite (M t u); reflexivity|apply along_affine; trivial]. Qed.

Lemma meant_turned c s g : meant s g -> meant (turned c s) (fun t => inZ c * g t).
Proof.
  intro M. unfold turned. destruct (Z.eqb_spec c 0) as [->|N]. { intros t u. rewrite inZ_0. ring. }
  destruct s as [|i up o|]; cbn [meant] in *; trivial; [intros t u; rewrite (M t u); reflexivity|]. destruct (Z.ltb_spec 0 c) as [P|P].
  - replace (Bool.eqb up true) with up by (destruct up; reflexivity). apply (along_ext _ _ _ (fun t => inZ c * g t + 0)); [intro; ring|]. apply along_affine; trivial. apply inZ_pos, P.
  - replace (Bool.eqb up false) with (negb up) by (destruct up; reflexivity). apply (along_ext _ _ _ (fun t => - (inZ (- c) * g t + 0))); [intro; rewrite inZ_opp; ring|].
    apply along_minus, along_affine; trivial. apply inZ_pos. lia.
Qed.

Lemma meant_shift s g b : meant s g -> constant_on b -> meant s (fun t => g t + b t).
Proof.
  intros M C. apply (meant_ext s (fun t => 1 * g t + b origin)). { intro t. rewrite (C t origin). ring. } apply meant_affine; trivial. apply zero_lt_one.
Qed.

Lemma meant_plus s u g h : meant s g -> meant u h -> meant (plus s u) (fun t => g t + h t).
Proof.
  intros A B. destruct s as [|i up o|].
  - apply (meant_ext _ (fun t => h t + g t)); [intro; ring|]. destruct u; apply meant_shift; trivial.
  - destruct u as [|j up' o'|]; cbn [plus]; [apply meant_shift; trivial| |exact I]. destruct (Nat.eqb_spec i j) as [->|]; [|exact I].
    destruct (Bool.eqb up up') eqn:E; [|exact I]. apply eqb_prop in E. subst. cbn [andb meant] in *. apply (along_plus _ _ o o'); trivial.
  - destruct u; cbn [plus]; exact I.
Qed.

Lemma meant_scaled sg s g k : has_sign K sg k -> meant s g ->
  meant match s with Driven i up o => match sg with Pos => Driven i up o | Neg => Driven i (negb up) o | Any => Loose end | _ => s end (fun t => k * g t).
Proof.
  intros H M. destruct s as [|i up o|]; cbn [meant] in *; trivial; [intros t u; rewrite (M t u); reflexivity|]. destruct sg; cbn [has_sign meant] in *; trivial.
  - apply (along_ext _ _ _ (fun t => k * g t + 0)); [intro; ring|]. apply along_affine; trivial.
  - apply (along_ext _ _ _ (fun t => - (- k * g t + 0))); [intro; ring|]. apply along_minus, along_affine; trivial. apply neg_opp, H.
Qed.

Lemma meant_times s sg u su g h : (forall t, has_sign K sg (g t)) -> (forall t, has_sign K su (h t)) -> meant s g -> meant u h -> meant (times s sg u su) (fun t => g t * h t).
Proof.
  intros Sg Sh A B. destruct s as [|i up o|]; [| |destruct u; exact I].
  - assert (X := meant_scaled sg u h (g origin) (Sg origin) B). assert (Y : forall t, g origin * h t = g t * h t) by (intro t; rewrite (A t origin); reflexivity).
    destruct u as [|j up' o'|]; cbn [times]; [|destruct sg; trivial|exact I]; apply (meant_ext _ _ _ Y), X.
  - destruct u as [|j up' o'|]; cbn [times]; try exact I. assert (X := meant_scaled su (Driven i up o) g (h origin) (Sh origin) A).
    assert (Y : forall t, h origin * g t = g t * h t) by (intro t; rewrite (B t origin); ring). destruct su; trivial; apply (meant_ext _ _ _ Y), X.
Qed.

Definition ev (t : T) (l : list (T -> K)) : list K := map (fun g => g t) l.

Lemma ev_skipn t k l : ev t (skipn k l) = skipn k (ev t l).
Proof. unfold ev. revert k. induction l as [|g l IH]; intros [|k]; cbn [skipn map]; trivial. Qed.

Lemma meant_dot cs ss l : Forall2 meant ss l -> meant (dot_state cs ss) (fun t => dotZ cs (ev t l)).
Proof.
  intro F. revert cs. induction F as [|s g ss l M F IH]; intros [|c cs]; cbn [dot_state ev map dotZ]; try (intros t u; reflexivity).
  apply (meant_plus _ _ (fun t => inZ c * g t) (fun t => dotZ cs (ev t l))); [apply meant_turned, M|apply IH].
Qed.

Lemma meant_form rs ss l : Forall2 meant ss l -> meant (form_state rs ss) (fun t => form rs (ev t l)).
Proof.
  revert ss l. induction rs as [|(k, cs) rs IH]; intros ss l F; cbn [form_state form]; [intros t u; reflexivity|].
  apply (meant_ext _ (fun t => dotZ cs (ev t (skipn k l)) + form rs (ev t (skipn (length cs) (skipn k l))))). { intro t. rewrite !ev_skipn. reflexivity. }
  apply meant_plus; [apply meant_dot, Forall2_skipn, F|apply IH, Forall2_skipn, Forall2_skipn, F].
Qed.

(** The value of an operation, as families. *)
Fixpoint sum_families (ls : list (list (T -> K))) : list (T -> K) :=
  match ls with [] => [] | [l] => l | l :: r => zip (fun g h t => g t + h t) l (sum_families r) end.
Definition op_families (o : op) (ls : list (list (T -> K))) : list (T -> K) :=
  let l := nth 0 ls [] in
  match o with
  | Affine _ rows d => map (fun r t => (form (runs r) (ev t l) + inZ (constant r)) / inZ (Zpos d)) rows
  | Pointwise a => zip (fun s g t => activate s (g t)) (unroll a) l
  | Sum => sum_families ls
  | Stack => concat ls
  | Product => zip (fun g h t => g t * h t) l (nth 1 ls [])
  | _ => map (fun k t => at_ k (apply o (map (ev t) ls))) (seq 0 (length (apply o (map (ev origin) ls))))
  end.

Lemma ev_nth t k ls : nth k (map (ev t) ls) [] = ev t (nth k ls []).
Proof. change [] with (ev t []) at 1. apply map_nth. Qed.

Lemma ev_zip A (f : A -> (T -> K) -> T -> K) (g : A -> K -> K) t l m : (forall a h, f a h t = g a (h t)) -> ev t (zip f l m) = zip g l (ev t m).
Proof. intro E. unfold ev. revert m. induction l as [|a l IH]; intros [|h m]; cbn [zip map]; trivial. rewrite E, IH. reflexivity. Qed.

Lemma ev_zip2 (f : (T -> K) -> (T -> K) -> T -> K) (g : K -> K -> K) t l m : (forall a h, f a h t = g (a t) (h t)) -> ev t (zip f l m) = zip g (ev t l) (ev t m).
Proof. intro E. unfold ev. revert m. induction l as [|a l IH]; intros [|h m]; cbn [zip map]; trivial. rewrite E, IH. reflexivity. Qed.

Lemma all_equal_agree t u ss (ls : list (list (T -> K))) : Forall2 (Forall2 meant) ss ls -> all_agree (map (map is_same) ss) (map (ev t) ls) (map (ev u) ls).
Proof.
  induction 1 as [|s l ss ls F Fs IH]; cbn [map]; constructor; trivial. clear IH Fs. induction F as [|s' g s l M F IH]; cbn [map ev]; constructor; trivial.
  destruct s'; try discriminate. intros _. apply M.
Qed.

Lemma op_families_ok o ss ls t : Forall2 (Forall2 meant) ss ls -> ev t (op_families o ls) = apply o (map (ev t) ls).
Proof.
  intro F. assert (Other : ev t (map (fun k t => at_ k (apply o (map (ev t) ls))) (seq 0 (length (apply o (map (ev origin) ls))))) = apply o (map (ev t) ls)).
  { assert (A := agreeing_ok K o _ _ _ (all_equal_agree origin t ss ls F)). destruct (agree_length _ _ _ _ A) as (L1 & L2). rewrite <- L1, L2. unfold ev at 1. rewrite map_map. apply all_places. reflexivity. }
  destruct o as [cols rows d|l| | | |groups|groups|]; trivial; unfold op_families, apply; rewrite ?ev_nth.
  - unfold ev at 1. rewrite map_map. reflexivity.
  - apply ev_zip. reflexivity.
  - clear. induction ls as [|l [|m ls] IH]; [reflexivity|reflexivity|]. change (sum_families (l :: m :: ls)) with (zip (fun (g h : T -> K) t => g t + h t) l (sum_families (m :: ls))).
    rewrite (ev_zip2 _ kadd) by reflexivity. rewrite IH. reflexivity.
  - unfold ev at 1. rewrite concat_map. reflexivity.
  - apply ev_zip2. reflexivity.
Qed.

Theorem op_states_ok o ss sides signs ls : Forall2 (Forall2 meant) ss ls -> (forall t, Forall2 (Forall2 inside) sides (map (ev t) ls)) ->
  (forall t, Forall2 (Forall2 (has_sign K)) signs (map (ev t) ls)) -> Forall2 meant (op_states o ss sides signs) (op_families o ls).
Proof.
  intros F S G. assert (F0 : forall k, Forall2 meant (nth k ss []) (nth k ls [])) by (intro k; apply Forall2_nth; [constructor|exact F]).
  assert (S0 : forall t k, Forall2 inside (nth k sides []) (ev t (nth k ls []))) by (intros t k; rewrite <- ev_nth; apply Forall2_nth; [constructor|apply S]).
  assert (G0 : forall t k, Forall2 (has_sign K) (nth k signs []) (ev t (nth k ls []))) by (intros t k; rewrite <- ev_nth; apply Forall2_nth; [constructor|apply G]).
  assert (Other : Forall2 meant (map (fun b : bool => if b then Still else Loose) (agreeing o (map (map is_same) ss)))
    (map (fun k t => at_ k (apply o (map (ev t) ls))) (seq 0 (length (apply o (map (ev origin) ls)))))).
  { assert (A := fun t u => agreeing_ok K o _ _ _ (all_equal_agree t u ss ls F)). destruct (agree_length _ _ _ _ (A origin origin)) as (L & _). rewrite <- L.
    assert (H : forall k t u, nth k (agreeing o (map (map is_same) ss)) true = true -> at_ k (apply o (map (ev t) ls)) = at_ k (apply o (map (ev u) ls))) by (intros k t u; apply agree_nth, A).
    clear - H. revert H. generalize (agreeing o (map (map is_same) ss)). intro m.
    assert (Gen : forall (g : nat -> T -> K) m i, (forall k t u, nth k m true = true -> g (i + k)%nat t = g (i + k)%nat u) ->
      Forall2 meant (map (fun b : bool => if b then Still else Loose) m) (map g (seq i (length m)))).
    { clear. intro g. induction m as [|b m IH]; intros i H; cbn [map length seq]; constructor.
      - destruct b; [|exact I]. intros t u. specialize (H O t u eq_refl). rewrite Nat.add_0_r in H. exact H.
      - apply IH. intros k t u N. specialize (H (S k) t u N). replace (S i + k)%nat with (i + S k)%nat by lia. exact H. }
    intro H. exact (Gen (fun k t => at_ k (apply o (map (ev t) ls))) m O H). }
  destruct o as [cols rows d|l| | | |groups|groups|]; trivial; unfold op_states, op_families.
  - clear Other. induction rows as [|r rows IH]; cbn [map]; constructor; trivial.
    apply (meant_ext _ (fun t => kinv (inZ (Zpos d)) * form (runs r) (ev t (nth 0 ls [])) + inZ (constant r) / inZ (Zpos d))).
    { intro t. field. apply den_ne. } apply meant_affine; [apply inv_pos, den_pos|apply meant_form, F0].
  - assert (A := F0 O). assert (B := fun t => S0 t O). clear - A B along_ext along_activate origin. revert A B. generalize (nth 0 ss []), (nth 0 ls []), (nth 0 sides []), (unroll l). intros s g i a A. revert i a.
    induction A as [|s' h s g M A IH]; intros i a B; [assert (B0 := B origin); inversion B0; subst; destruct a; constructor|].
    destruct i as [|i' i]; [assert (B0 := B origin); inversion B0|]. destruct a as [|a' a]; cbn [zip3 zip]; constructor.
    + destruct s' as [|k up o|]; cbn [activated]; [intros t u; rewrite (M t u); reflexivity| |exact I]. destruct (direction a' i') as [d|] eqn:D; [|exact I].
      apply along_activate with (side := i'); trivial. intro t. specialize (B t). inversion B. trivial.
    + apply IH. intro t. specialize (B t). inversion B. trivial.
  - clear - F along_ext along_affine along_plus origin. induction F as [|s l ss ls A F IH]; [constructor|]. destruct F as [|s2 l2 ss ls A2 F]; [exact A|].
    change (sum_states (s :: s2 :: ss)) with (zip plus s (sum_states (s2 :: ss))). change (sum_families (l :: l2 :: ls)) with (zip (fun (g h : T -> K) t => g t + h t) l (sum_families (l2 :: ls))).
    apply Forall2_zip2; trivial. intros. apply meant_plus; trivial.
  - clear - F. induction F; cbn [concat]; [constructor|]. apply Forall2_app; trivial.
  - assert (A := F0 0%nat). assert (B := F0 1%nat). assert (C := fun t => G0 t 0%nat). assert (D := fun t => G0 t 1%nat). revert A B C D.
    generalize (nth 0 ss []), (nth 1 ss []), (nth 0 ls []), (nth 1 ls []), (nth 0 signs []), (nth 1 signs []). clear - along_ext along_affine along_minus origin. intros s u g h sg su A. revert u h sg su.
    induction A as [|s' g' s g M A IH]; intros u h sg su B C D; [assert (C0 := C origin); inversion C0; subst; constructor|].
    destruct sg as [|sg' sg]; [assert (C0 := C origin); inversion C0|]. destruct B as [|u' h' u h M' B]; [destruct su; constructor|].
    destruct su as [|su' su]; [assert (D0 := D origin); inversion D0|]. cbn [zip zip3]. constructor.
    + apply meant_times; trivial; intro t; [specialize (C t); inversion C|specialize (D t); inversion D]; trivial.
    + apply IH; trivial; intro t; [specialize (C t); inversion C|specialize (D t); inversion D]; trivial.
Qed.
End Families.

(** ** Driven a network *)

(** Bounds and signs of each value. *)
Fixpoint knowledge (f : network) (sides : list (list interval)) (signs : list (list sign)) : list (list interval * list sign) :=
  match f with
  | [] => []
  | nd :: f' =>
      let side := node_bounds nd sides in
      let s := op_signs (does nd) (map (fun j => nth j signs []) (inputs nd)) side in
      (side, s) :: knowledge f' (sides ++ [side]) (signs ++ [s])
  end.

Fixpoint run_states (f : network) (known : list (list interval * list sign)) (sides : list (list interval)) (signs : list (list sign)) (ss : list (list state)) : list (list state) :=
  match f, known with
  | nd :: f', (side, s) :: known' =>
      let here {A} (l : list (list A)) := map (fun j => nth j l []) (inputs nd) in
      run_states f' known' (sides ++ [side]) (signs ++ [s]) (ss ++ [op_states (does nd) (here ss) (here sides) (here signs)])
  | _, _ => ss
  end.

Section Run.
Variable K : ofield.
Variable T : Type.
Variable along : nat -> bool -> bool -> (T -> K) -> Prop.
Open Scope K_scope.
Hypothesis along_ext : forall i up o g h, (forall t, g t = h t) -> along i up o g -> along i up o h.
Hypothesis along_affine : forall i up o g a b, 0 < a -> along i up o g -> along i up o (fun t => a * g t + b).
Hypothesis along_minus : forall i up o g, along i up o g -> along i (negb up) o (fun t => - g t).
Hypothesis along_plus : forall i up o o' g h, along i up o g -> along i up o' h -> along i up false (fun t => g t + h t).
Hypothesis along_activate : forall i up o g s side d, direction s side = Some d -> (forall t, inside side (g t)) -> along i up o g ->
  along i (Bool.eqb up d) (o && full s) (fun t => activate s (g t)).
Variable origin : T.
Notation meant := (meant K T along).
Notation ev := (ev K T).

Lemma node_bounds_ok nd sides (vals : list (list K)) : Forall2 (Forall2 inside) sides vals ->
  Forall2 inside (node_bounds nd sides) (apply (does nd) (map (fun j => nth j vals []) (inputs nd))).
Proof.
  intro F. assert (G := run_bounds_ok K [nd] sides vals F). cbn [run_bounds fold_left step] in G. unfold step in G.
  assert (L := Forall2_last _ _ (Forall2 inside) [] [] _ _ (Forall2_nil _) G). rewrite !last_last in L. exact L.
Qed.

Lemma run_states_ok f : forall sides signs ss (ls : list (list (T -> K))), (forall t, Forall2 (Forall2 inside) sides (map (ev t) ls)) ->
  (forall t, Forall2 (Forall2 (has_sign K)) signs (map (ev t) ls)) -> Forall2 (Forall2 meant) ss ls ->
  exists ls', Forall2 (Forall2 meant) (run_states f (knowledge f sides signs) sides signs ss) ls' /\ forall t, fold_left step f (map (ev t) ls) = map (ev t) ls'.
Proof.
  induction f as [|nd f IH]; intros sides signs ss ls S G F; cbn [knowledge run_states fold_left]; [exists ls; auto|].
  set (here := fun A (l : list (list A)) => map (fun j => nth j l []) (inputs nd)).
  assert (Fh : Forall2 (Forall2 meant) (here _ ss) (here _ ls)) by (apply Forall2_map; intro j; apply Forall2_nth; [constructor|exact F]).
  assert (Eh : forall t, map (ev t) (here _ ls) = map (fun j => nth j (map (ev t) ls) []) (inputs nd)) by (intro t; unfold here; rewrite map_map; apply map_ext; intro j; symmetry; apply ev_nth).
  assert (Sh : forall t, Forall2 (Forall2 inside) (here _ sides) (map (ev t) (here _ ls))) by (intro t; rewrite Eh; apply Forall2_map; intro j; apply Forall2_nth; [constructor|apply S]).
  assert (Gh : forall t, Forall2 (Forall2 (has_sign K)) (here _ signs) (map (ev t) (here _ ls))) by (intro t; rewrite Eh; apply Forall2_map; intro j; apply Forall2_nth; [constructor|apply G]).
  assert (V := op_states_ok K T along along_ext along_affine along_minus along_plus along_activate origin (does nd) _ _ _ _ Fh Sh Gh).
  assert (E := fun t => op_families_ok K T along origin (does nd) _ _ t Fh).
  assert (B : forall t, Forall2 inside (node_bounds nd sides) (apply (does nd) (map (ev t) (here _ ls)))) by (intro t; rewrite Eh; apply node_bounds_ok, S).
  destruct (IH (sides ++ [node_bounds nd sides]) (signs ++ [op_signs (does nd) (here _ signs) (node_bounds nd sides)])
    (ss ++ [op_states (does nd) (here _ ss) (here _ sides) (here _ signs)]) (ls ++ [op_families K T origin (does nd) (here _ ls)])) as (ls' & F' & E').
  - intro t. rewrite map_app. apply Forall2_app; [apply S|]. cbn [map]. constructor; [|constructor]. rewrite E. apply B.
  - intro t. rewrite map_app. apply Forall2_app; [apply G|]. cbn [map]. constructor; [|constructor]. rewrite E. apply op_signs_ok; [apply Gh|apply B].
  - apply Forall2_app; trivial. constructor; [exact V|constructor].
  - exists ls'. split; [exact F'|]. intro t. rewrite <- E'. rewrite map_app. cbn [map]. rewrite E, Eh. reflexivity.
Qed.
End Run.

(** ** The rule *)

Definition start (levels : list nat) (level : nat) : list state :=
  zip (fun k l => if (l <? level)%nat then Still else if (l =? level)%nat then Driven k true true else Loose) (seq 0 (length levels)) levels.
Definition final (f : network) (sides : list interval) (known : list (list interval * list sign)) (levels : list nat) (level : nat) : list state :=
  last (run_states f known [sides] [map interval_sign sides] [start levels level]) [].
Definition solves (onto : bool) (k : nat) (s : state) : bool := match s with Driven i _ o => (i =? k)%nat && (negb onto || o) | _ => false end.
Definition all_solved (f : network) (sides : list interval) (onto : bool) (levels outputs : list nat) : bool :=
  let known := knowledge f [sides] [map interval_sign sides] in
  forallb (fun level =>
    let out := final f sides known levels level in
    forallb (fun k => if (nth k levels O =? level)%nat then solves onto k (nth (nth k outputs O) out Loose) else true) (seq 0 (length levels)))
    (nodup Nat.eq_dec levels).

Definition Triangular (levels outputs : list nat) : rule := fun goal =>
  match goal with
  | Injective (Net f) D =>
      match dimension D, hull D with
      | Some n, Some sides => given ((length levels =? n)%nat && all_solved f sides false levels outputs) []
      | _, _ => None
      end
  | Surjective (Net f) (Reals n) C =>
      match dimension C, widths f n with
      | Some m, Some ws =>
          given ((length levels =? n)%nat && (m =? n)%nat && (last ws O =? n)%nat && (length outputs =? n)%nat && forallb (fun l => l <? n)%nat levels &&
                 forallb (fun j => existsb (Nat.eqb j) outputs) (seq 0 n) && all_solved f (repeat line n) true levels outputs) []
      | _, _ => None
      end
  | _ => None
  end.

Section Sound.
Variable K : ofield.
Add Field Kf3 : (kth K).
Open Scope K_scope.

Lemma all_solved_at f sides onto levels outputs k : all_solved f sides onto levels outputs = true -> (k < length levels)%nat ->
  solves onto k (nth (nth k outputs O) (final f sides (knowledge f [sides] [map interval_sign sides]) levels (nth k levels O)) Loose) = true.
Proof.
  unfold all_solved. intros E L. rewrite forallb_forall in E. assert (H := E (nth k levels O)). lapply H; [clear H; intro H|apply nodup_In, nth_In, L].
  rewrite forallb_forall in H. specialize (H k). rewrite Nat.eqb_refl in H. apply H. apply in_seq. lia.
Qed.

Lemma signs_start sides (x : list K) : Forall2 inside sides x -> Forall2 (has_sign K) (map interval_sign sides) x.
Proof. induction 1; cbn [map]; constructor; trivial. apply interval_sign_ok. trivial. Qed.

Section Level.
Variable T : Type.
Variable along : nat -> bool -> bool -> (T -> K) -> Prop.
Hypothesis along_ext : forall i up o g h, (forall t, g t = h t) -> along i up o g -> along i up o h.
Hypothesis along_affine : forall i up o g a b, 0 < a -> along i up o g -> along i up o (fun t => a * g t + b).
Hypothesis along_minus : forall i up o g, along i up o g -> along i (negb up) o (fun t => - g t).
Hypothesis along_plus : forall i up o o' g h, along i up o g -> along i up o' h -> along i up false (fun t => g t + h t).
Hypothesis along_activate : forall i up o g s side d, direction s side = Some d -> (forall t, inside side (g t)) -> along i up o g ->
  along i (Bool.eqb up d) (o && full s) (fun t => activate s (g t)).
Variable origin : T.
Variables (f : network) (n : nat) (sides : list interval) (levels : list nat) (level : nat) (X : T -> list K).
Hypothesis Len : forall t, length (X t) = n.
Hypothesis Levels : length levels = n.
Hypothesis In_sides : forall t, Forall2 inside sides (X t).
Hypothesis lower : forall k, (k < n)%nat -> (nth k levels O < level)%nat -> constant_on K T (fun t => at_ k (X t)).
Hypothesis here : forall k, (k < n)%nat -> nth k levels O = level -> along k true true (fun t => at_ k (X t)).

Lemma final_ok j : meant K T along (nth j (final f sides (knowledge f [sides] [map interval_sign sides]) levels level) Loose) (fun t => at_ j (value f (X t))).
Proof.
  set (l0 := map (fun k t => at_ k (X t)) (seq 0 n)). assert (E0 : forall t, ev K T t l0 = X t) by (intro t; unfold ev, l0; rewrite map_map; apply all_places, Len).
  destruct (run_states_ok K T along along_ext along_affine along_minus along_plus along_activate origin f [sides] [map interval_sign sides] [start levels level] [l0]) as (ls & F & E).
  - intro t. cbn [map]. rewrite E0. constructor; [apply In_sides|constructor].
  - intro t. cbn [map]. rewrite E0. constructor; [apply signs_start, In_sides|constructor].
  - constructor; [|constructor]. unfold start, l0. rewrite Levels.
    assert (H : forall i rest, rest = skipn i levels -> Forall2 (meant K T along)
        (zip (fun k l => if (l <? level)%nat then Still else if (l =? level)%nat then Driven k true true else Loose) (seq i (length rest)) rest) (map (fun k t => at_ k (X t)) (seq i (length rest)))).
    { intros i rest. revert i. induction rest as [|l rest IH]; intros i R; cbn [length seq zip map]; constructor.
      - assert (N : nth i levels O = l) by (rewrite <- skipn_head, <- R; reflexivity). assert (B : (i < n)%nat).
        { rewrite <- Levels. destruct (Nat.lt_ge_cases i (length levels)) as [|G]; trivial. rewrite skipn_all2 in R by trivial. discriminate. }
        destruct (Nat.ltb_spec l level); [apply lower; trivial; lia|]. destruct (Nat.eqb_spec l level); [apply here; congruence|exact I].
      - apply IH. rewrite skipn_tail, <- R. reflexivity. }
    rewrite <- Levels at 1 2. apply (H O levels). reflexivity.
  - assert (Fl : Forall2 (meant K T along) (final f sides (knowledge f [sides] [map interval_sign sides]) levels level) (last ls [])).
    { apply (Forall2_last _ _ (Forall2 (meant K T along))); [constructor|exact F]. }
    assert (V : forall t, value f (X t) = ev K T t (last ls [])).
    { intro t. unfold value, trace. specialize (E t). cbn [map] in E. rewrite E0 in E. rewrite E. clear. induction ls as [|l [|m ls] IH]; trivial. }
    assert (M := Forall2_nth _ _ (meant K T along) Loose (fun _ => 0) _ _ j I Fl).
    apply (meant_ext K T along along_ext _ (nth j (last ls []) (fun _ => 0))); trivial. intro t. rewrite V. unfold at_, ev. symmetry. exact (map_nth (fun g : T -> K => g t) (last ls []) (fun _ => 0) j).
Qed.
End Level.

(** Two inputs. *)
Definition follows (p q : K) (up : bool) (a b : K) : Prop := (p = q -> a = b) /\ (p < q -> rises K up a b) /\ (q < p -> rises K up b a).
Definition between_two (x y : list K) (i : nat) (up _ : bool) (g : bool -> K) : Prop := follows (at_ i x) (at_ i y) up (g true) (g false).

Lemma rises_affine up a b (c d : K) : 0 < c -> rises K up a b -> rises K up (c * a + d) (c * b + d).
Proof. intros P. destruct up; cbn [rises]; intro H; (apply add_lt_le; [apply mul_lt_l; trivial|apply le_refl]). Qed.

Lemma rises_minus up (a b : K) : rises K up a b -> rises K (negb up) (- a) (- b).
Proof. destruct up; cbn [rises negb]; intro H; apply opp_lt, H. Qed.

Lemma rises_plus up (a b c d : K) : rises K up a b -> rises K up c d -> rises K up (a + c) (b + d).
Proof. destruct up; cbn [rises]; intros A B; (apply add_lt_le; [exact A|apply lt_le, B]). Qed.

Lemma direction_ok s side d up (t u : K) : direction s side = Some d -> inside side t -> inside side u -> rises K up t u -> rises K (Bool.eqb up d) (activate s t) (activate s u).
Proof.
  intros D It Iu R. assert (G : forall t u : K, inside side t -> inside side u -> t < u -> rises K d (activate s t) (activate s u)).
  { clear t u It Iu R. intros t u It Iu L. destruct s as [p more| | | |al sc|]; cbn [direction] in D.
    - destruct (strictly true p more side) eqn:S; [injection D as <-; exact (strictly_ok K _ _ _ _ _ _ S It Iu L)|].
      destruct (strictly false p more side) eqn:S'; [injection D as <-; exact (strictly_ok K _ _ _ _ _ _ S' It Iu L)|discriminate].
    - injection D as <-. apply (smooth_ok K Sigmoid); trivial.
    - injection D as <-. apply (smooth_ok K Tanh); trivial.
    - injection D as <-. apply (smooth_ok K Softplus); trivial.
    - destruct (negb (Qle_bool al 0) && negb (Qle_bool sc 0)) eqn:E; [|discriminate]. injection D as <-. apply (smooth_ok K (Elu al sc)); trivial.
      apply andb_true_iff in E. destruct E as (A & B). apply negb_true_iff in A, B. split; rewrite <- inQ_0, <- (Qle_bool_spec K); [rewrite A|rewrite B]; discriminate.
    - injection D as <-. apply (smooth_ok K Exp); trivial. }
  destruct up; cbn [rises] in R.
  - replace (Bool.eqb true d) with d by (destruct d; reflexivity). apply G; trivial.
  - replace (Bool.eqb false d) with (negb d) by (destruct d; reflexivity). specialize (G u t Iu It R). destruct d; exact G.
Qed.

Lemma two_final f n sides levels level (x y : list K) j : length x = n -> length y = n -> length levels = n -> Forall2 inside sides x -> Forall2 inside sides y ->
  (forall k, (k < n)%nat -> (nth k levels O < level)%nat -> at_ k x = at_ k y) ->
  meant K bool (between_two x y) (nth j (final f sides (knowledge f [sides] [map interval_sign sides]) levels level) Loose) (fun b => at_ j (value f (if b then x else y))).
Proof.
  intros Lx Ly Ll Sx Sy Low. apply final_ok with (n := n); trivial.
  - intros i up o g h E (A & B & C). unfold between_two. rewrite <- !E. split; auto.
  - intros i up o g a b P (A & B & C). split; [intro H; rewrite (A H); reflexivity|]. split; intro H; apply rises_affine; auto.
  - intros i up o g (A & B & C). split; [intro H; rewrite (A H); reflexivity|]. split; intro H; apply rises_minus; auto.
  - intros i up o o' g h (A & B & C) (A' & B' & C'). split; [intro H; rewrite (A H), (A' H); reflexivity|]. split; intro H; apply rises_plus; auto.
  - intros i up o g s side d D Is (A & B & C). split; [intro H; rewrite (A H); reflexivity|]. split; intro H; apply (direction_ok _ side); auto.
  - exact true.
  - intros [|]; trivial.
  - intros [|]; trivial.
  - intros k L G [|] [|]; auto. symmetry. auto.
  - intros k L G. split; [trivial|]. split; cbn [rises]; trivial.
Qed.

(** One input that varies. *)
Fixpoint set (i : nat) (t : K) (x : list K) : list K := match x, i with [], _ => [] | _ :: x', O => t :: x' | s :: x', S i' => s :: set i' t x' end.

Lemma set_length i t x : length (set i t x) = length x.
Proof. revert i. induction x as [|s x IH]; intros [|i]; cbn [set length]; auto. Qed.

Lemma set_at i t x k : (i < length x)%nat -> at_ k (set i t x) = if (k =? i)%nat then t else at_ k x.
Proof. unfold at_. revert i k. induction x as [|s x IH]; intros [|i] [|k] L; cbn [set nth length Nat.eqb] in *; try lia; trivial. apply IH. lia. Qed.

Definition on_line (i j : nat) (_ o : bool) (g : K -> K) : Prop := if (j =? i)%nat then o = true -> forall v, exists t, g t = v else constant_on K K g.

Lemma line_final f n levels level (x : list K) i j : length x = n -> length levels = n -> (i < n)%nat -> nth i levels O = level ->
  meant K K (on_line i) (nth j (final f (repeat line n) (knowledge f [repeat line n] [map interval_sign (repeat line n)]) levels level) Loose) (fun t => at_ j (value f (set i t x))).
Proof.
  intros Lx Ll Li Lv. apply final_ok with (n := n); trivial; unfold on_line.
  - intros k up o g h E. destruct (Nat.eqb_spec k i); intro H; [intros O v; destruct (H O v) as (t & <-); exists t; symmetry; apply E|intros t u; rewrite <- !E; apply H].
  - intros k up o g a b P. destruct (Nat.eqb_spec k i); intro H; [|intros t u; rewrite (H t u); reflexivity]. intros O v. destruct (H O ((v - b) / a)) as (t & Ht). exists t. rewrite Ht. field. apply pos_ne, P.
  - intros k up o g. destruct (Nat.eqb_spec k i); intro H; [|intros t u; rewrite (H t u); reflexivity]. intros O v. destruct (H O (- v)) as (t & Ht). exists t. rewrite Ht. ring.
  - intros k up o o' g h. destruct (Nat.eqb_spec k i); intros H H'; [discriminate|intros t u; rewrite (H t u), (H' t u); reflexivity].
  - intros k up o g s side d _ _. destruct (Nat.eqb_spec k i); intro H; [|intros t u; rewrite (H t u); reflexivity]. intros O v. apply andb_true_iff in O. destruct O as (O & Fl).
    unfold full in Fl. destruct s as [p more| | | | |]; try discriminate. apply andb_true_iff in Fl. destruct Fl as (C & Ln).
    destruct (pieces_onto K p more None line v C) as (u & _ & Hu); [exists 0; split; exact I| |].
    { destruct (pieces_image p more line) as ([a|] & [b|]); try discriminate. split; exact I. }
    destruct (H O u) as (t & Ht). exists t. rewrite Ht. exact Hu.
  - exact 0.
  - intro t. rewrite set_length. exact Lx.
  - intro t. apply line_ok. rewrite set_length. exact Lx.
  - intros k Lk G t u. rewrite !set_at by lia. destruct (Nat.eqb_spec k i) as [->|]; [lia|reflexivity].
  - intros k Lk G. destruct (Nat.eqb_spec k i) as [->|N].
    + intros _ v. exists v. rewrite set_at by lia. rewrite Nat.eqb_refl. reflexivity.
    + intros t u. rewrite !set_at by lia. destruct (Nat.eqb_spec k i); [contradiction|reflexivity].
Qed.

Lemma same_output f n sides levels outputs onto (x y : list K) k : length x = n -> length y = n -> length levels = n -> Forall2 inside sides x -> Forall2 inside sides y ->
  all_solved f sides onto levels outputs = true -> (k < n)%nat -> (forall i, (i < n)%nat -> (nth i levels O < nth k levels O)%nat -> at_ i x = at_ i y) ->
  exists up, follows (at_ k x) (at_ k y) up (at_ (nth k outputs O) (value f x)) (at_ (nth k outputs O) (value f y)).
Proof.
  intros Lx Ly Ll Sx Sy A Lk Low. assert (S := all_solved_at f sides onto levels outputs k A ltac:(lia)).
  assert (M := two_final f n sides levels (nth k levels O) x y (nth k outputs O) Lx Ly Ll Sx Sy Low). destruct (nth (nth k outputs O) _ Loose) as [|i up o|]; try discriminate.
  cbn [solves] in S. apply andb_true_iff in S. destruct S as (S & _). apply Nat.eqb_eq in S. subst i. exists up. exact M.
Qed.

Lemma solved_inputs f n C levels outputs (y : list K) : dimension C = Some n -> member C y -> length levels = n -> all_solved f (repeat line n) true levels outputs = true ->
  forall l, exists x, length x = n /\ forall k, (k < n)%nat -> (nth k levels O < l)%nat -> at_ (nth k outputs O) (value f x) = at_ (nth k outputs O) y.
Proof.
  intros Dc Cy Ll A. induction l as [|l (x0 & L0 & H0)]; [exists (repeat 0 n); split; [apply repeat_length|lia]|].
  assert (G : forall ks, (forall k, In k ks -> (k < n)%nat /\ nth k levels O = l) -> exists x, length x = n /\
    forall k, (k < n)%nat -> (nth k levels O < l)%nat \/ In k ks -> at_ (nth k outputs O) (value f x) = at_ (nth k outputs O) y).
  { induction ks as [|i ks IH]; intro B; [exists x0; split; trivial; intros k Lk [Q|[]]; auto|]. destruct IH as (x & Lx & H); [intros k J; apply B; simpl; auto|].
    destruct (in_dec Nat.eq_dec i ks) as [J|J]; [exists x; split; trivial; intros k Lk [Q|[<-|Q]]; auto|]. destruct (B i (or_introl eq_refl)) as (Li & Lv).
    assert (S := all_solved_at f (repeat line n) true levels outputs i A ltac:(lia)). rewrite Lv in S.
    assert (M := line_final f n levels l x i (nth i outputs O) Lx Ll Li Lv). destruct (nth (nth i outputs O) _ Loose) as [|j up o|]; try discriminate.
    cbn [solves negb orb] in S. apply andb_true_iff in S. destruct S as (S1 & S2). apply Nat.eqb_eq in S1. subst j o. cbn [meant] in M. unfold on_line in M. rewrite Nat.eqb_refl in M.
    destruct (M eq_refl (at_ (nth i outputs O) y)) as (t & Ht). exists (set i t x). split; [rewrite set_length; exact Lx|]. intros k Lk Q.
    destruct (Nat.eq_dec k i) as [->|N]; [exact Ht|]. assert (Q' : (nth k levels O < l)%nat \/ In k ks) by (destruct Q as [Q|[Q|Q]]; auto; congruence).
    assert (Lvk : (nth k levels O <= l)%nat) by (destruct Q' as [Q'|Q']; [lia|]; destruct (B k (or_intror Q')); lia). rewrite <- (H k Lk Q').
    destruct (same_output f n (repeat line n) levels outputs true (set i t x) x k) as (u & (E & _)); trivial; try (apply line_ok); rewrite ?set_length; trivial.
    - intros m Lm Low. rewrite set_at by lia. destruct (Nat.eqb_spec m i) as [->|]; [lia|reflexivity].
    - apply E. rewrite set_at by lia. destruct (Nat.eqb_spec k i); [contradiction|reflexivity]. }
  destruct (G (filter (fun k => nth k levels O =? l)%nat (seq 0 n))) as (x & Lx & H).
  { intros k J. apply filter_In in J. destruct J as (J & E). apply in_seq in J. apply Nat.eqb_eq in E. split; [lia|exact E]. }
  exists x. split; trivial. intros k Lk Q. apply H; trivial. destruct (Nat.eq_dec (nth k levels O) l) as [E|N]; [right|left; lia].
  apply filter_In. split; [apply in_seq; lia|apply Nat.eqb_eq, E].
Qed.
End Sound.

Theorem Triangular_sound levels outputs : sound (Triangular levels outputs).
Proof.
  intros [[f|] D|[f|] D C| | | | |] gs E K _; try discriminate.
  - cbn [Triangular] in E. destruct (dimension D) as [n|] eqn:N; [|discriminate]. destruct (hull D) as [sides|] eqn:H; [|discriminate].
    apply given_some in E. destruct E as (E & _). apply andb_true_iff in E. destruct E as (Ll & A). apply Nat.eqb_eq in Ll. intros x y Dx Dy V. cbn [image] in V.
    assert (Lx := dimension_spec K D n x N Dx). assert (Ly := dimension_spec K D n y N Dy). assert (Sx := hull_ok K D sides x H Dx). assert (Sy := hull_ok K D sides y H Dy).
    assert (Eq : forall l k, nth k levels O = l -> (k < n)%nat -> at_ k x = at_ k y).
    { induction l as [l IH] using lt_wf_ind. intros k Lv Lk.
      destruct (same_output K f n sides levels outputs false x y k) as (up & (_ & R & R')); trivial. { intros i Li Low. apply (IH (nth i levels O)); trivial. lia. }
      rewrite V in R, R'. destruct (eq_dec K (at_ k x) (at_ k y)) as [|Ne]; trivial. exfalso. destruct (ne_lt K _ _ Ne) as [L|L]; [apply R in L; exact (rises_ne K _ _ _ L eq_refl)|apply R' in L; exact (rises_ne K _ _ _ L eq_refl)]. }
    apply nth_ext with (d := k0) (d' := k0); [congruence|]. intros k Lk. apply (Eq _ k eq_refl). lia.
  - destruct D as [n| | | | | | | |]; try discriminate. cbn [Triangular] in E. destruct (dimension C) as [m|] eqn:Dc; [|discriminate]. destruct (widths f n) as [ws|] eqn:W; [|discriminate].
    apply given_some in E. destruct E as (E & _). rewrite !andb_true_iff, !Nat.eqb_eq, !forallb_forall in E. destruct E as ((((((Ll & ->) & Lw) & Lo) & Bl) & Cv) & A).
    intros y Cy. destruct (solved_inputs K f n C levels outputs y Dc Cy Ll A n) as (x & Lx & Sx). exists x. split; [exact Lx|]. cbn [image].
    assert (Lv : length (value f x) = n) by (rewrite (width_ok K f n ws x W Lx); exact Lw). assert (Ly := dimension_spec K C n y Dc Cy).
    apply nth_ext with (d := k0) (d' := k0); [congruence|]. intros j Lj. assert (J := Cv j). lapply J; [clear J; intro J|apply in_seq; lia].
    apply existsb_exists in J. destruct J as (j' & J & Ej). apply Nat.eqb_eq in Ej. subst j'. destruct (In_nth _ _ O J) as (k & Lk & Ek).
    assert (R := Sx k ltac:(lia)). rewrite Ek in R. apply R. apply Nat.ltb_lt, Bl, nth_In. lia.
Qed.
