(** Two inputs whose values agree wherever the output depends on them: Agreement (theorems/agreement.py), of networks without softmax. *)
Require Import ZArith QArith List Bool Lia Field.
From Bijection Require Import Maps OField Network Exact Domains Statements Intervals Hull Reads.
Import ListNotations.
Open Scope Z_scope.

(** In which coordinates a value is known to be the same, and both values where they are known. *)
Definition seen_twice := (list bool * option (vec * vec))%type.
Definition nowhere : seen_twice := ([], Some (([], 1%positive), ([], 1%positive))).

Fixpoint both_known (l : list (option (vec * vec))) : option (list vec * list vec) :=
  match l with
  | [] => Some ([], [])
  | Some (u, v) :: r => match both_known r with Some (us, vs) => Some (u :: us, v :: vs) | None => None end
  | None :: _ => None
  end.
Definition equal_at (u v : vec) : list bool := zip (fun s t => s * Zpos (snd v) =? t * Zpos (snd u)) (fst u) (fst v).
Definition vanishing (o : option (vec * vec)) : list bool := match o with Some (u, v) => zip (fun s t => (s =? 0) && (t =? 0)) (fst u) (fst v) | None => [] end.
(** The marks, and those of another list where it is as long. *)
Definition or_marked (m e : list bool) : list bool := if (length m =? length e)%nat then zip orb m e else m.

Definition agreed (o : op) (xs : list seen_twice) : seen_twice :=
  let m := agreeing o (map fst xs) in
  let exact := match both_known (map snd xs) with
               | Some (us, vs) => match zapply o us, zapply o vs with Some u, Some v => Some (u, v) | _, _ => None end
               | None => None
               end in
  let m1 := match exact with Some (u, v) => or_marked m (equal_at u v) | None => m end in
  let zero k := if (length (fst (nth 0 xs nowhere)) =? length (fst (nth 1 xs nowhere)))%nat then vanishing (snd (nth k xs nowhere)) else [] in
  (match o with Product => or_marked (or_marked m1 (zero 0%nat)) (zero 1%nat) | _ => m1 end, exact).

Fixpoint run_agreed (f : network) (vals : list seen_twice) : list seen_twice :=
  match f with [] => vals | nd :: f' => run_agreed f' (vals ++ [agreed (does nd) (map (fun j => nth j vals nowhere) (inputs nd))]) end.

Definition Agreement (x y : list Q) : rule := fun goal =>
  match goal with
  | Not (Injective (Net f) D) =>
      let u := vector x in let v := vector y in
      given (contains D x && contains D y && negb (same u v) && (length x =? length y)%nat &&
             forallb (fun b => b) (fst (last (run_agreed f [(equal_at u v, Some (u, v))]) nowhere))) []
  | _ => None
  end.

Section Sound.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Local Notation emb := (@emb K).

Definition holds_of (p : seen_twice) (a b : list K) : Prop :=
  agree (fst p) a b /\ match snd p with Some (u, v) => a = emb u /\ b = emb v | None => True end.

Inductive all_hold : list seen_twice -> list (list K) -> list (list K) -> Prop :=
| hold_nil : all_hold [] [] []
| hold_cons p a b ps xs ys : holds_of p a b -> all_hold ps xs ys -> all_hold (p :: ps) (a :: xs) (b :: ys).

Lemma hold_app ps xs ys p a b : all_hold ps xs ys -> holds_of p a b -> all_hold (ps ++ [p]) (xs ++ [a]) (ys ++ [b]).
Proof. intros H Q. induction H; cbn [app]; constructor; trivial. constructor. Qed.

Lemma nowhere_holds : holds_of nowhere [] [].
Proof. split; [constructor|]. split; reflexivity. Qed.

Lemma hold_nth ps xs ys j : all_hold ps xs ys -> holds_of (nth j ps nowhere) (nth j xs []) (nth j ys []).
Proof. intro H. revert j. induction H as [|p a b ps xs ys Q H IH]; intros [|j]; cbn [nth]; trivial; apply nowhere_holds. Qed.

Lemma hold_map ps xs ys (js : list nat) : all_hold ps xs ys ->
  all_hold (map (fun j => nth j ps nowhere) js) (map (fun j => nth j xs []) js) (map (fun j => nth j ys []) js).
Proof. intro H. induction js as [|j js IH]; cbn [map]; constructor; trivial. apply hold_nth, H. Qed.

Lemma hold_marks ps xs ys : all_hold ps xs ys -> all_agree (map fst ps) xs ys.
Proof. induction 1 as [|p a b ps xs ys (A & _) H IH]; cbn [map]; constructor; trivial. Qed.

Lemma hold_known ps xs ys us vs : all_hold ps xs ys -> both_known (map snd ps) = Some (us, vs) -> xs = map emb us /\ ys = map emb vs.
Proof.
  intro H. revert us vs. induction H as [|p a b ps xs ys (_ & E) H IH]; intros us vs B; cbn [map both_known] in B; [injection B as <- <-; auto|].
  destruct (snd p) as [(u, v)|]; [|discriminate]. destruct (both_known _) as [(us', vs')|]; [|discriminate]. injection B as <- <-. destruct E as (-> & ->).
  destruct (IH us' vs' eq_refl) as (-> & ->). auto.
Qed.

Lemma or_marked_ok m e (a b : list K) : agree m a b -> (length e = length a -> length e = length b -> agree e a b) -> agree (or_marked m e) a b.
Proof.
  intros A H. unfold or_marked. destruct (Nat.eqb_spec (length m) (length e)) as [L|]; [|exact A]. destruct (agree_length K _ _ _ A) as (La & Lb).
  assert (A' := H ltac:(congruence) ltac:(congruence)). clear - A A'. revert e A'. induction A as [|s c d m a b E A IH]; intros e A'; inversion A' as [|s' c' d' m' a' b' E' A'']; subst; cbn [zip]; constructor; auto.
  intro O. apply orb_true_iff in O. destruct O; auto.
Qed.

Lemma zip_short A B C (g : A -> B -> C) l m : length (zip g l m) = Nat.min (length l) (length m).
Proof. revert m. induction l as [|a l IH]; intros [|b m]; cbn [zip length Nat.min]; auto. Qed.

Lemma equal_at_ok u v : (length (equal_at u v) = length (emb u))%nat -> (length (equal_at u v) = length (emb v))%nat -> agree (equal_at u v) (emb u) (emb v).
Proof.
  destruct u as (a, d), v as (b, e). unfold equal_at, Exact.emb. cbn [fst snd]. rewrite !map_length, zip_short. intros La Lb.
  assert (L : length a = length b) by lia. clear La Lb. revert b L. induction a as [|s a IH]; intros [|t b] L; try discriminate; cbn [zip map]; constructor; [|apply IH; injection L; trivial].
  intro E. apply Z.eqb_eq in E. apply frac_eq; lia.
Qed.

Lemma emb_zero a d : (a =? 0)%Z = true -> inZ a / inZ (Zpos d) = 0 :> K.
Proof. intro E. apply Z.eqb_eq in E. subst. rewrite inZ_0. field. apply den_ne. Qed.

Lemma vanishing_ok p (a b : list K) : holds_of p a b -> length (vanishing (snd p)) = length a -> length (vanishing (snd p)) = length b ->
  Forall2 (fun (z : bool) (ab : K * K) => z = true -> fst ab = 0 /\ snd ab = 0) (vanishing (snd p)) (combine a b).
Proof.
  intros (_ & E). destruct (snd p) as [((u, d), (v, e))|]; cbn [vanishing fst snd] in *.
  2: { intros La _. destruct a; [constructor|discriminate]. }
  destruct E as (-> & ->). unfold Exact.emb. cbn [fst snd]. rewrite !map_length, zip_short. intros La Lb. assert (L : length u = length v) by lia. clear La Lb.
  revert v L. induction u as [|s u IH]; intros [|t v] L; try discriminate; cbn [zip map combine]; constructor; [|apply IH; injection L; trivial].
  intro Z0. apply andb_true_iff in Z0. destruct Z0 as (A & B). cbn [fst snd]. split; apply emb_zero; trivial.
Qed.

Lemma product_zero z (a b c d : list K) (left : bool) : length a = length c -> length b = length d -> length a = length b -> length z = length a ->
  Forall2 (fun (z : bool) (ab : K * K) => z = true -> fst ab = 0 /\ snd ab = 0) z (if left then combine a b else combine c d) -> agree z (zip kmul a c) (zip kmul b d).
Proof.
  revert a b c d. induction z as [|t z IH]; intros [|p a] [|q b] [|r c] [|s d] L1 L2 L3 L4 F; try discriminate; cbn [zip]; [constructor|]. constructor.
  - intro T. destruct left; cbn [combine] in F; inversion F as [|? ? ? ? Z0 _]; destruct (Z0 T) as (A & B); cbn [fst snd] in A, B; rewrite A, B; ring.
  - apply IH; try (cbn [length] in *; lia). destruct left; cbn [combine] in F; inversion F; trivial.
Qed.

Lemma agreed_ok o ps xs ys : all_hold ps xs ys -> holds_of (agreed o ps) (apply o xs) (apply o ys).
Proof.
  intro H. unfold agreed. cbv zeta. set (exact := match both_known _ with Some _ => _ | None => _ end).
  assert (Ex : match exact with Some (u, v) => apply o xs = emb u /\ apply o ys = emb v | None => True end).
  { unfold exact. destruct (both_known (map snd ps)) as [(us, vs)|] eqn:B; [|exact I]. destruct (hold_known _ _ _ _ _ H B) as (-> & ->).
    destruct (zapply o us) as [u|] eqn:U; [|exact I]. destruct (zapply o vs) as [v|] eqn:V; [|exact I]. split; apply emb_apply; trivial. }
  split; cbn [fst snd]; [|exact Ex]. assert (A := agreeing_ok K o _ _ _ (hold_marks _ _ _ H)).
  assert (A1 : agree match exact with Some (u, v) => or_marked (agreeing o (map fst ps)) (equal_at u v) | None => agreeing o (map fst ps) end (apply o xs) (apply o ys)).
  { destruct exact as [(u, v)|]; [|exact A]. destruct Ex as (E1 & E2). apply or_marked_ok; [exact A|]. rewrite E1, E2. apply equal_at_ok. }
  destruct o; try exact A1. assert (H0 := hold_nth _ _ _ 0%nat H). assert (H1 := hold_nth _ _ _ 1%nat H). cbn [apply] in A1 |- *.
  destruct (agree_length K _ _ _ (proj1 H0)) as (M1 & M2). destruct (agree_length K _ _ _ (proj1 H1)) as (M3 & M4).
  assert (Shape : length (nth 0 xs []) = length (nth 0 ys []) /\ length (nth 1 xs []) = length (nth 1 ys [])) by (split; congruence). destruct Shape as (S0 & S1).
  assert (Z0 : forall k e, (k = 0 \/ k = 1)%nat -> e = (if (length (fst (nth 0 ps nowhere)) =? length (fst (nth 1 ps nowhere)))%nat then vanishing (snd (nth k ps nowhere)) else []) ->
    length e = length (zip kmul (nth 0 xs []) (nth 1 xs [])) -> length e = length (zip kmul (nth 0 ys []) (nth 1 ys [])) ->
    agree e (zip kmul (nth 0 xs []) (nth 1 xs [])) (zip kmul (nth 0 ys []) (nth 1 ys []))).
  { intros k e Kk Ee Lx Ly. destruct (Nat.eqb_spec (length (fst (nth 0 ps nowhere))) (length (fst (nth 1 ps nowhere)))) as [Le|_].
    - subst e. assert (Le' : length (nth 0 xs []) = length (nth 1 xs [])) by congruence. rewrite zip_short in Lx. destruct Kk as [->| ->].
      + apply (product_zero _ _ _ _ _ true); try congruence; [lia|]. apply vanishing_ok; trivial; lia.
      + apply (product_zero _ _ _ _ _ false); try congruence; [lia|]. apply vanishing_ok; trivial; lia.
    - subst e. cbn [length] in Lx, Ly. destruct (zip kmul (nth 0 xs []) _); [|discriminate]. destruct (zip kmul (nth 0 ys []) _); [constructor|discriminate]. }
  apply or_marked_ok; [apply or_marked_ok; [exact A1|]|]; intros L1 L2; [apply (Z0 0%nat)|apply (Z0 1%nat)]; auto.
Qed.

Lemma run_agreed_ok f ps xs ys : all_hold ps xs ys -> all_hold (run_agreed f ps) (fold_left step f xs) (fold_left step f ys).
Proof.
  revert ps xs ys. induction f as [|nd f IH]; intros ps xs ys H; cbn [run_agreed fold_left]; trivial. apply IH. unfold step. apply hold_app; trivial.
  apply agreed_ok, hold_map, H.
Qed.
End Sound.

Theorem Agreement_sound x y : sound (Agreement x y).
Proof.
  intros [| | | | | |[[f|] D| | | | | |]] gs E K _; try discriminate. cbn [Agreement] in E. apply given_some in E. destruct E as (E & _).
  rewrite !andb_true_iff, !(contains_spec K), negb_true_iff, Nat.eqb_eq in E. destruct E as ((((Dx & Dy) & N) & L) & M).
  assert (S : all_hold K [(equal_at (vector x) (vector y), Some (vector x, vector y))] [embQ x] [embQ y]).
  { constructor; [|constructor]. rewrite <- !emb_vector. split; cbn [fst snd]; [|auto]. apply equal_at_ok; unfold equal_at, Exact.emb, vector; cbn [fst snd]; rewrite zip_short, !map_length; lia. }
  assert (R := run_agreed_ok K f _ _ _ S).
  assert (V : value f (embQ x : list K) = value f (embQ y)).
  { unfold value, trace. apply (agree_equal K (fst (last (run_agreed f [(equal_at (vector x) (vector y), Some (vector x, vector y))]) nowhere))); [|exact M].
    clear - R. induction R as [|p a b ps xs ys Q R IH]; [apply nowhere_holds|]. destruct R; [exact (proj1 Q)|exact IH]. }
  apply collision_refutes with (x := embQ x) (y := embQ y). repeat split; trivial.
  intro F. rewrite <- !emb_vector in F. apply same_spec in F. rewrite F in N. discriminate.
Qed.
