(** What can be claimed (proofs/statements.py), in the words of Maps.v; and what exact evaluation decides: the theorems that are definitions. *)
Require Import ZArith QArith List Bool Lia.
From Bijection Require Import Maps OField Network Exact Differences Domains.
Import ListNotations.
Open Scope Z_scope.

Inductive function := Net (f : network) | Table (values : list Z).

Definition image {K : ofield} (f : function) (x : list K) : list K :=
  match f with Net f => value f x | Table l => [entry l 0 (at_ 0 x)] end.

Inductive statement :=
| Injective (f : function) (on : domain)
| Surjective (f : function) (on onto : domain)
| Bijective (f : function) (on onto : domain)
| MapsInto (f : function) (on into : domain)
| Reached (f : function) (on : domain) (y : list Q)
| IsIdentity (f : function) (on : domain)
| Not (s : statement).

(** The meaning of a statement over the ordered field K. *)
Fixpoint holds (K : ofield) (s : statement) : Prop :=
  match s with
  | Injective f D => injective_on (member D) (image f : list K -> list K)
  | Surjective f D C => surjective_on (member D) (member C) (image f : list K -> list K)
  | Bijective f D C => bijective_on (member D) (member C) (image f : list K -> list K)
  | MapsInto f D C => maps_into (member D) (member C) (image f : list K -> list K)
  | Reached f D y => reached (member D) (image f : list K -> list K) (embQ y)
  | IsIdentity f D => forall x : list K, member D x -> image f x = x
  | Not s => ~ holds K s
  end.

(** A rule carries its certificate and reduces a goal to subgoals; it is sound if their truth implies that of the goal. *)
Definition rule := statement -> option (list statement).
Definition sound (r : rule) := forall goal subgoals, r goal = Some subgoals -> forall K, Forall (holds K) subgoals -> holds K goal.
Definition sound_in (K : ofield) (r : rule) := forall goal subgoals, r goal = Some subgoals -> Forall (holds K) subgoals -> holds K goal.

Definition given (b : bool) (l : list statement) : option (list statement) := if b then Some l else None.
Lemma given_some b l l' : given b l = Some l' -> b = true /\ l' = l.
Proof. unfold given. destruct b; [|discriminate]. intro E. injection E as <-. auto. Qed.

(** ** Evaluation of functions *)

Fixpoint zentry (l : list Z) (i a d : Z) : Z :=
  match l with [] => 0 | v :: r => if a =? i * d then v else zentry r (i + 1) a d end.

Definition zimage (f : function) (x : vec) : option vec :=
  match f with
  | Net f => zvalue f x
  | Table l => Some ([zentry l 0 (nth 0 (fst x) 0) (Zpos (snd x))], 1%positive)
  end.

Lemma emb_entry (K : ofield) l i a d : (inZ (zentry l i a (Zpos d)) : K) = entry l i (inZ a / inZ (Zpos d))%K.
Proof.
  revert i. induction l as [|v l IH]; intros i; cbn [zentry entry]; [reflexivity|].
  assert (H : (a =? i * Zpos d) = true <-> (inZ a / inZ (Zpos d) = inZ i :> K)%K).
  { rewrite Z.eqb_eq. rewrite (inZ_Q K i). unfold inQ, inject_Z. cbn [Qnum Qden]. rewrite <- frac_eq by lia. lia. }
  destruct (eq_dec K _ _) as [E|E], (a =? i * Zpos d); try reflexivity.
  - apply H in E. discriminate.
  - exfalso. apply E, H. reflexivity.
  - apply IH.
Qed.

Theorem emb_image (K : ofield) f x v : zimage f x = Some v -> image f (emb x : list K) = emb v.
Proof.
  destruct f as [f|l]; cbn [zimage image]; [apply emb_value|]. intro E. injection E as <-. destruct x as (a, d). rewrite emb_nth.
  cbn [fst snd]. rewrite <- emb_entry. unfold emb. cbn [fst snd map]. f_equal. symmetry. apply div_one.
Qed.

(** ** Theorems that are definitions *)

Definition Collision (x y : list Q) : rule := fun goal =>
  match goal with
  | Not (Injective f D) =>
      let u := vector x in let v := vector y in
      given (contains D x && contains D y && negb (same u v) &&
             match f with Net f => collide f u v
             | _ => match zimage f u, zimage f v with Some a, Some b => same a b | _, _ => false end end) []
  | _ => None
  end.

Theorem Collision_sound x y : sound (Collision x y).
Proof.
  intros [| | | | | |[f D| | | | | |]] gs E K _; try discriminate. apply given_some in E. destruct E as (E & ->).
  rewrite !andb_true_iff, !(contains_spec K), negb_true_iff in E. destruct E as (((Dx & Dy) & N) & E).
  assert (V : image f (embQ x : list K) = image f (embQ y)).
  { destruct f as [f|l]; [rewrite <- !emb_vector; apply collide_ok, E|].
    destruct (zimage _ (vector x)) as [a|] eqn:A; [|discriminate]. destruct (zimage _ (vector y)) as [b|] eqn:B; [|discriminate].
    apply (emb_image K) in A, B. rewrite emb_vector in A, B. rewrite A, B. apply same_spec. trivial. }
  apply collision_refutes with (x := embQ x) (y := embQ y). repeat split; trivial.
  intro F. rewrite <- !emb_vector in F. apply same_spec in F. rewrite F in N. discriminate.
Qed.

(** The value of f at x is y. *)
Definition maps_to (f : function) (x y : list Q) : bool :=
  match zimage f (vector x) with Some v => same v (vector y) | None => false end.

Lemma maps_to_spec (K : ofield) f x y : maps_to f x y = true -> image f (embQ x : list K) = embQ y.
Proof.
  unfold maps_to. destruct (zimage f (vector x)) as [v|] eqn:E; [|discriminate]. intro H. apply (emb_image K) in E. rewrite emb_vector in E.
  rewrite E, <- (emb_vector K y). apply same_spec. trivial.
Qed.

Definition Reaches (x : list Q) : rule := fun goal =>
  match goal with Reached f D y => given (contains D x && maps_to f x y) [] | _ => None end.

Theorem Reaches_sound x : sound (Reaches x).
Proof.
  intros [| | | |f D y| |] gs E K _; try discriminate. apply given_some in E. destruct E as (E & _).
  rewrite andb_true_iff, (contains_spec K) in E. destruct E as (D1 & E). exists (embQ x). split; trivial. apply maps_to_spec. trivial.
Qed.

Definition Misses (y : list Q) : rule := fun goal =>
  match goal with Not (Surjective f D C) => given (contains C y) [Not (Reached f D y)] | _ => None end.

Theorem Misses_sound y : sound (Misses y).
Proof.
  intros [| | | | | |[|f D C| | | | |]] gs E K H; try discriminate. apply given_some in E. destruct E as (E & ->). inversion_clear H as [|? ? N _].
  apply missed_refutes with (y := embQ y); trivial. apply contains_spec. trivial.
Qed.

Definition Escapes (x : list Q) : rule := fun goal =>
  match goal with
  | Not (MapsInto f D C) =>
      given (contains D x && match zimage f (vector x) with Some v => negb (contains C (fractions v)) | None => false end) []
  | _ => None
  end.

Theorem Escapes_sound x : sound (Escapes x).
Proof.
  intros [| | | | | |[| | |f D C| | |]] gs E K _; try discriminate. apply given_some in E. destruct E as (E & _).
  rewrite andb_true_iff, (contains_spec K) in E. destruct E as (Dx & E). destruct (zimage f (vector x)) as [v|] eqn:V; [|discriminate].
  apply (emb_image K) in V. rewrite emb_vector in V. intro M. specialize (M _ Dx). rewrite V, <- emb_fractions in M.
  apply contains_spec in M. rewrite M in E. discriminate.
Qed.
