(** Inverses, halves of a bijection, cancellation, layers: the rules of theorems/sets.py and theorems/composition.py. *)
Require Import ZArith QArith List Bool Lia.
From Bijection Require Import Maps OField Network Exact Domains Statements.
Import ListNotations.
Open Scope Z_scope.

(** Two networks compose; two tables do where the inner one has values that the outer one knows, on points that the inner one knows. *)
Definition table_points (n : nat) (d : domain) : bool :=
  match d with
  | Labels k => k <=? Z.of_nat n
  | Finite ps => forallb (fun p => match p with [t] => contains (Labels (Z.of_nat n)) [t] | _ => false end) ps
  | _ => false
  end.

Lemma table_points_spec (K : ofield) n d (x : list K) :
  table_points n d = true -> member d x -> exists i, 0 <= i < Z.of_nat n /\ x = [inZ i].
Proof.
  destruct d; try discriminate; cbn [table_points member].
  - rewrite forallb_forall. intros H (p & I & ->). specialize (H p I). destruct p as [|t [|? ?]]; try discriminate.
    apply (contains_spec K) in H. exact H.
  - rewrite Z.leb_le. intros H (i & L & ->). exists i. split; [lia|reflexivity].
Qed.

Definition composition (outer inner : function) (on : domain) : option function :=
  match outer, inner with
  | Net h, Net g => Some (Net (compose h g))
  | Table h, Table g =>
      if table_points (length g) on && forallb (fun v => (0 <=? v) && (v <? Z.of_nat (length h))) g
      then Some (Table (map (fun v => nth (Z.to_nat v) h 0) g)) else None
  | _, _ => None
  end.

Lemma entry_nth (K : ofield) l i j : 0 <= i -> i < j + Z.of_nat (length l) -> j <= i -> entry l j (inZ i : K) = inZ (nth (Z.to_nat (i - j)) l 0).
Proof.
  revert j. induction l as [|v l IH]; intros j P L G; cbn [length] in L; [lia|]. cbn [entry].
  destruct (eq_dec K (inZ i) (inZ j)) as [E|E].
  - apply inZ_inj in E. subst. rewrite Z.sub_diag. reflexivity.
  - assert (N : i <> j) by congruence. rewrite IH by lia. replace (Z.to_nat (i - j)) with (S (Z.to_nat (i - (j + 1)))) by lia. reflexivity.
Qed.

Lemma composition_spec (K : ofield) h g D c (x : list K) :
  composition h g D = Some c -> member D x -> image c x = image h (image g x).
Proof.
  destruct h as [h|h], g as [g|g]; cbn [composition]; try discriminate.
  - intro E. injection E as <-. intros _. apply value_compose.
  - destruct (table_points _ _ && _) eqn:T; [|discriminate]. intro E. injection E as <-. intro M.
    rewrite andb_true_iff, forallb_forall in T. destruct T as (T & B). destruct (table_points_spec K _ _ _ T M) as (i & L & ->).
    cbn [image]. f_equal. unfold at_. cbn [nth]. rewrite !entry_nth by (rewrite ?map_length; lia).
    rewrite Z.sub_0_r. assert (I : In (nth (Z.to_nat i) g 0) g) by (apply nth_In; lia). apply B in I.
    rewrite andb_true_iff, Z.leb_le, Z.ltb_lt in I. rewrite entry_nth by lia. f_equal. rewrite Z.sub_0_r.
    rewrite (nth_indep _ 0 (nth (Z.to_nat 0) h 0)) by (rewrite map_length; lia). apply (map_nth (fun v => nth (Z.to_nat v) h 0)).
Qed.

Definition LeftInverse (g : function) : rule := fun goal =>
  match goal with
  | Injective f D => match composition g f D with Some c => Some [IsIdentity c D] | None => None end
  | _ => None
  end.

Theorem LeftInverse_sound g : sound (LeftInverse g).
Proof.
  intros [f D| | | | | |] gs E K H; try discriminate. cbn [LeftInverse] in E. destruct (composition g f D) as [c|] eqn:C; [|discriminate].
  injection E as <-. inversion_clear H as [|? ? I _]. apply left_inverse_injective with (g := image g). intros x Dx.
  rewrite <- (composition_spec K _ _ _ _ _ C Dx). apply I, Dx.
Qed.

Definition RightInverse (g : function) : rule := fun goal =>
  match goal with
  | Surjective f D C => match composition f g C with Some c => Some [IsIdentity c C; MapsInto g C D] | None => None end
  | _ => None
  end.

Theorem RightInverse_sound g : sound (RightInverse g).
Proof.
  intros [|f D C| | | | |] gs E K H; try discriminate. cbn [RightInverse] in E. destruct (composition f g C) as [c|] eqn:Q; [|discriminate].
  injection E as <-. inversion_clear H as [|? ? I H']. inversion_clear H' as [|? ? M _].
  apply right_inverse_surjective with (g := image g); trivial. intros y Cy. rewrite <- (composition_spec K _ _ _ _ _ Q Cy). apply I, Cy.
Qed.

Definition Halves : rule := fun goal =>
  match goal with Bijective f D C => Some [Injective f D; Surjective f D C; MapsInto f D C] | _ => None end.

Theorem Halves_sound : sound Halves.
Proof.
  intros [| |f D C| | | |] gs E K H; try discriminate. injection E as <-.
  inversion_clear H as [|? ? I H']. inversion_clear H' as [|? ? S H'']. inversion_clear H'' as [|? ? M _]. repeat split; assumption.
Qed.

Inductive half := injective_half | surjective_half | into_half.

Definition BrokenHalf (h : half) : rule := fun goal =>
  match goal with
  | Not (Bijective f D C) =>
      Some [Not match h with injective_half => Injective f D | surjective_half => Surjective f D C | into_half => MapsInto f D C end]
  | _ => None
  end.

Theorem BrokenHalf_sound h : sound (BrokenHalf h).
Proof.
  intros [| | | | | |[| |f D C| | | |]] gs E K H; try discriminate. injection E as <-. inversion_clear H as [|? ? N _].
  intros (I & S & M). destruct h; exact (N ltac:(assumption)).
Qed.

Definition CancelOuter (g : function) : rule := fun goal =>
  match goal with
  | Injective f D => match composition g f D with Some c => Some [Injective c D] | None => None end
  | _ => None
  end.

Theorem CancelOuter_sound g : sound (CancelOuter g).
Proof.
  intros [f D| | | | | |] gs E K H; try discriminate. cbn [CancelOuter] in E. destruct (composition g f D) as [c|] eqn:C; [|discriminate].
  injection E as <-. inversion_clear H as [|? ? I _]. intros x y Dx Dy F. apply (I x y Dx Dy).
  rewrite !(composition_spec K _ _ _ _ _ C), F by trivial. reflexivity.
Qed.

Definition CancelInner (g : function) (E : domain) : rule := fun goal =>
  match goal with
  | Surjective f D C => match composition f g E with Some c => Some [Surjective c E C; MapsInto g E D] | None => None end
  | _ => None
  end.

Theorem CancelInner_sound g T : sound (CancelInner g T).
Proof.
  intros [|f D C| | | | |] gs E K H; try discriminate. cbn [CancelInner] in E. destruct (composition f g T) as [c|] eqn:Q; [|discriminate].
  injection E as <-. inversion_clear H as [|? ? S H']. inversion_clear H' as [|? ? M _].
  intros y Cy. destruct (S y Cy) as (t & Tt & <-). exists (image g t). split; [exact (M t Tt)|]. symmetry. exact (composition_spec K _ _ _ _ _ Q Tt).
Qed.

(** ** Layers *)

Definition Through (k : nat) (via : domain) : rule := fun goal =>
  match goal with
  | Injective (Net f) D =>
      given (is_cut f k) [Injective (Net (prefix f k)) D; MapsInto (Net (prefix f k)) D via; Injective (Net (suffix f k)) via]
  | Surjective (Net f) D C => given (is_cut f k) [Surjective (Net (prefix f k)) D via; Surjective (Net (suffix f k)) via C]
  | MapsInto (Net f) D C => given (is_cut f k) [MapsInto (Net (prefix f k)) D via; MapsInto (Net (suffix f k)) via C]
  | _ => None
  end.

Theorem Through_sound k via : sound (Through k via).
Proof.
  intros [[f|]|[f|]| |[f|]| | |] gs E K H; try discriminate; intros; apply given_some in E; destruct E as (cut & ->);
    inversion_clear H as [|? ? A H']; inversion_clear H' as [|? ? B H'']; assert (V := fun x : list K => value_cut K f k x cut); cbn [holds image] in *.
  - inversion_clear H'' as [|? ? C _]. intros x y Dx Dy E. cbn [image] in E. rewrite !V in E. exact (injective_compose _ _ _ _ _ _ _ A B C x y Dx Dy E).
  - intros y Cy. destruct (surjective_compose _ _ _ _ _ _ _ _ A B y Cy) as (x & Dx & E). exists x. cbn [image]. rewrite V. auto.
  - intros x Dx. cbn [image]. rewrite V. exact (maps_into_compose _ _ _ _ _ _ _ _ A B x Dx).
Qed.

Definition PrefixCollides (k : nat) : rule := fun goal =>
  match goal with Not (Injective (Net f) D) => given (is_cut f k) [Not (Injective (Net (prefix f k)) D)] | _ => None end.

Theorem PrefixCollides_sound k : sound (PrefixCollides k).
Proof.
  intros [| | | | | |[[f|] D| | | | | |]] gs E K H; try discriminate. apply given_some in E. destruct E as (cut & ->).
  inversion_clear H as [|? ? N _]. intro I. apply N. intros x y Dx Dy E. apply (I x y Dx Dy). cbn [image] in *. rewrite !(value_cut K f k _ cut), E. reflexivity.
Qed.

Definition SuffixCollides (k : nat) (via : domain) : rule := fun goal =>
  match goal with
  | Not (Injective (Net f) D) => given (is_cut f k) [Surjective (Net (prefix f k)) D via; Not (Injective (Net (suffix f k)) via)]
  | _ => None
  end.

Theorem SuffixCollides_sound k via : sound (SuffixCollides k via).
Proof.
  intros [| | | | | |[[f|] D| | | | | |]] gs E K H; try discriminate. apply given_some in E. destruct E as (cut & ->).
  inversion_clear H as [|? ? S H']. inversion_clear H' as [|? ? N _]. intro I. apply N.
  assert (I' : injective_on (member D) (fun x : list K => value (suffix f k) (value (prefix f k) x))).
  { intros x y Dx Dy E. apply (I x y Dx Dy). cbn [image]. rewrite !(value_cut K f k _ cut). exact E. }
  exact (cancel_outer_onto _ _ _ _ _ _ _ S I').
Qed.

Definition SuffixMisses (k : nat) (via : domain) : rule := fun goal =>
  match goal with
  | Not (Surjective (Net f) D C) => given (is_cut f k) [MapsInto (Net (prefix f k)) D via; Not (Surjective (Net (suffix f k)) via C)]
  | Not (Reached (Net f) D y) => given (is_cut f k) [MapsInto (Net (prefix f k)) D via; Not (Reached (Net (suffix f k)) via y)]
  | _ => None
  end.

Theorem SuffixMisses_sound k via : sound (SuffixMisses k via).
Proof.
  intros [| | | | | |[|[f|] D C| | |[f|] D z| |]] gs E K H; try discriminate; intros; apply given_some in E; destruct E as (cut & ->);
    inversion_clear H as [|? ? M H']; inversion_clear H' as [|? ? N _]; intro O; apply N.
  - intros y Cy. destruct (O y Cy) as (x & Dx & E). exists (value (prefix f k) x). split; [apply M, Dx|].
    cbn [image] in *. rewrite <- (value_cut K f k _ cut). exact E.
  - destruct O as (x & Dx & E). exists (value (prefix f k) x). split; [apply M, Dx|].
    cbn [image] in *. rewrite <- (value_cut K f k _ cut). exact E.
Qed.

(** The value z before the cut is the only one that is sent to y. *)
Definition MissedBefore (k : nat) (via : domain) (z : list Q) : rule := fun goal =>
  match goal with
  | Not (Reached (Net f) D y) =>
      given (is_cut f k && contains via z && maps_to (Net (suffix f k)) z y)
        [MapsInto (Net (prefix f k)) D via; Injective (Net (suffix f k)) via; Not (Reached (Net (prefix f k)) D z)]
  | _ => None
  end.

Theorem MissedBefore_sound k via z : sound (MissedBefore k via z).
Proof.
  intros [| | | | | |[| | | |[f|] D y| |]] gs E K H; try discriminate. apply given_some in E. destruct E as (E & ->).
  rewrite !andb_true_iff, (contains_spec K) in E. destruct E as ((cut & Vz) & E). apply (maps_to_spec K) in E.
  inversion_clear H as [|? ? M H']. inversion_clear H' as [|? ? I H'']. inversion_clear H'' as [|? ? N _].
  intros (x & Dx & F). apply N. exists x. split; trivial. apply (I _ _ (M x Dx) Vz). cbn [image] in *. rewrite <- (value_cut K f k x cut), F, E. reflexivity.
Qed.

(** h = f o g at a cut: what undoes f on one side does so on the other. *)
Definition OtherSide (k : nat) (on : domain) : rule := fun goal =>
  match goal with
  | IsIdentity (Net h) C =>
      given (is_cut h k) [Surjective (Net (suffix h k)) on C; IsIdentity (Net (compose (prefix h k) (suffix h k))) on]
  | _ => None
  end.

Theorem OtherSide_sound k on : sound (OtherSide k on).
Proof.
  intros [| | | | |[h|] C|] gs E K H; try discriminate. apply given_some in E. destruct E as (cut & ->).
  inversion_clear H as [|? ? S H']. inversion_clear H' as [|? ? I _]. intros y Cy. cbn [image]. rewrite (value_cut K h k y cut).
  destruct (S y Cy) as (x & Dx & F). cbn [image] in F. assert (G := I x Dx). cbn [image] in G. rewrite value_compose, F in G. rewrite G. exact F.
Qed.
