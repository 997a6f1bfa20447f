(** A piecewise-affine network is the identity if it fixes the generators of all its cells: FixesCells (theorems/identity.py). *)
Require Import ZArith QArith List Bool Lia Field.
From Bijection Require Import Maps OField Network Exact Domains Statements Intervals Hull Cones Walls Homogeneous Cells Cutting CellTree Roots Secants SeparatedCells.
Import ListNotations.
Open Scope Z_scope.

Definition fixed (n : nat) (g : generator) : bool :=
  forallb (fun i => nth i (image_at g) 0 =? Zpos (denominator_of g) * nth (S i) (ray g) 0) (seq 0 n).

Definition no_secants (m : list (list Z)) (ts : list Q) (p q : nodes) : bool := false.
Fixpoint grown (f : network) (n : nat) (cells : list cell) (plans : list plan) : option (list nodes) :=
  match cells, plans with
  | [], [] => Some []
  | c :: cells', p :: plans' =>
      match grow f n [] no_secants c p, grown f n cells' plans' with Some (t, _), Some ts => Some (t :: ts) | _, _ => None end
  | _, _ => None
  end.

Definition FixesCells (kept : list nat) (plans : list plan) : rule := fun goal =>
  match goal with
  | IsIdentity (Net f) D =>
      match dimension D with
      | None => None
      | Some n =>
          match widths f n, roots f n D with
          | Some ws, Some cells =>
              let chosen := map (fun k => nth k cells []) kept in
              match grown f n chosen plans with
              | Some ts =>
                  given ((last ws O =? n)%nat && forallb (fun k => k <? length cells)%nat kept && forallb (fun c => if idle c then true else existsb (part_of c) chosen) cells &&
                         forallb (every (fixed n)) ts) []
              | None => None
              end
          | _, _ => None
          end
      end
  | _ => None
  end.

Section Sound.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Variables (f : network) (n : nat).
Notation N := (S n).

Lemma no_secants_ok m ts p q : no_secants m ts p q = true -> good K f n p -> good K f n q -> separated K f n (Two p q).
Proof. discriminate. Qed.

Lemma grown_ok cells plans ts : (forall c, In c cells -> cell_ok K f n c) -> grown f n cells plans = Some ts ->
  Forall (good K f n) ts /\ Forall2 (fun c t => forall v, cone N (spans K (map fst c)) v -> inside K n t v) cells ts.
Proof.
  revert plans ts. induction cells as [|c cells IH]; intros [|p plans] ts V E; cbn [grown] in E; try discriminate; [injection E as <-; auto|].
  destruct (grow f n [] no_secants c p) as [(t, ok)|] eqn:G; try discriminate. destruct (grown f n cells plans) as [ts'|] eqn:R; [|discriminate]. injection E as <-.
  destruct (V c (or_introl eq_refl)) as (Vc & ws & D). destruct (grow_ok K f n no_secants no_secants_ok [] p c ws t ok Vc D G) as (Gt & _ & It).
  destruct (IH plans ts' (fun c' I => V c' (or_intror I)) R) as (A & B). split; constructor; auto. intros v C. apply It.
  intros a Ia. apply (cone_nonneg K N _ a v) with (2 := C). intros w (g & I & ->). apply in_map_iff in I. destruct I as ((g', bs) & <- & I). cbn [fst].
  assert (M := all_marked _ _ _ _ D (at_g K g') bs). lapply M; [clear M; intro M|apply in_map_iff; exists (g', bs); auto].
  clear - M Ia. unfold marked in M. induction M as [|b x l y (P & _) M IH]; [destruct Ia|]. destruct Ia as [<-|Ia]; auto.
Qed.

Definition picks_one (i : nat) : list Z := repeat 0%Z i ++ [1%Z].

Lemma dotZ_one i (x : list K) : dotZ (picks_one i) x = nth i x 0.
Proof.
  unfold picks_one. revert x. induction i as [|i IH]; intros [|t x]; cbn [repeat app dotZ nth]; trivial.
  - change (inZ 1) with (1 : K). destruct x; cbn [dotZ]; ring.
  - rewrite inZ_0, IH. ring.
Qed.

Lemma zdot_one i x : zdot (picks_one i) x = nth i x 0%Z.
Proof.
  unfold picks_one. revert x. induction i as [|i IH]; intros [|t x]; cbn [repeat app zdot nth]; trivial.
  - destruct x; cbn [zdot]; ring.
  - rewrite IH. ring.
Qed.

Lemma fixed_leaf gs v i : leaf_ok K f n gs -> (forall g, In g gs -> fixed n g = true) -> cone N (spans K gs) v -> (i < n)%nat -> nth i (pair_at K f n v) 0 = v (S i).
Proof.
  intros L Fx C Li. rewrite <- dotZ_one. change (dotZ (picks_one i) (pair_at K f n v)) with (val K f n (picks_one i) v).
  destruct (val_linear K f n gs L (picks_one i)) as (c & Hc). set (e := fun k => if Nat.eqb k (S i) then 1 else 0 : K).
  assert (De : forall w : nat -> K, dot N e w = w (S i)) by (intro w; unfold e; apply dot_unit; lia).
  assert (On : forall w, spans K gs w -> dot N c w = dot N e w).
  { intros w (g & I & ->). rewrite <- Hc by (apply cone_self; exists g; auto). rewrite (leaf_image K f n gs L g _ I), De, zdot_one. specialize (Fx g I). unfold fixed in Fx.
    rewrite forallb_forall in Fx. specialize (Fx i). lapply Fx; [clear Fx; intro Fx|apply in_seq; lia]. apply Z.eqb_eq in Fx. rewrite Fx, inZ_mul. unfold at_g, at_ray. field. apply den_ne. }
  rewrite (Hc v C), <- De. apply kle_antisym; apply (cone_below K n (spans K gs)); trivial; intros x Ix; apply eq_le; rewrite On by trivial; reflexivity.
Qed.
End Sound.

Theorem FixesCells_sound kept plans : sound (FixesCells kept plans).
Proof.
  intros [| | | | |[f|] D|] gs E K _; try discriminate. cbn [FixesCells] in E. destruct (dimension D) as [n|] eqn:N; [|discriminate].
  destruct (widths f n) as [ws|] eqn:W; [|discriminate]. destruct (roots f n D) as [cells|] eqn:R; [|discriminate]. cbv zeta in E.
  set (chosen := map (fun k => nth k cells []) kept) in *. destruct (grown f n chosen plans) as [ts|] eqn:G; [|discriminate]. apply given_some in E. destruct E as (E & _).
  apply andb_true_iff in E. destruct E as (E & Fx). apply andb_true_iff in E. destruct E as (E & Cv). apply andb_true_iff in E. destruct E as (Lw & Lt).
  apply Nat.eqb_eq in Lw. rewrite forallb_forall in Lt, Fx. destruct (roots_ok K f n D cells N R) as (Ok & Cover).
  destruct (grown_ok K f n chosen plans ts) as (Gt & In2).
  { intros c I. apply in_map_iff in I. destruct I as (k & <- & I). apply Ok, nth_In. apply Nat.ltb_lt, Lt, I. } { exact G. }
  intros x Dx. cbn [image]. assert (Lx := dimension_spec K D n x N Dx). assert (Lv : length (value f x) = n) by (rewrite (width_ok K f n ws x W Lx); exact Lw).
  destruct (chosen_holds K n cells kept (place K x) eq_refl Cv (Cover x Dx)) as (c & I & C). apply In_nth_error in I. destruct I as (i & Ei).
  destruct (Forall2_at' _ _ _ _ _ _ _ In2 Ei) as (t & Et & H). assert (It := nth_error_In _ _ Et). rewrite Forall_forall in Gt.
  destruct (every_leaf K f n (fixed n) t (place K x) (Fx t It) (Gt t It) (H _ C)) as (ls & Lf & Cx & Hg).
  apply nth_ext with (d := k0) (d' := k0); [congruence|]. intros k Lk. rewrite Lv in Lk.
  assert (P := fixed_leaf K f n ls (place K x) k Lf Hg Cx Lk). unfold pair_at in P. rewrite (place_output K f n x Lx), app_nth1 in P by lia. exact P.
Qed.
