(** A piecewise-affine network is injective if the images of its cells meet only where the cells do (theorems/separated_cells.py).

    The functionals and left inverses that the kernel computes by elimination are part of the certificate here: they are only checked. *)
Require Import ZArith QArith List Bool Lia Field.
From Bijection Require Import Maps OField Network Exact Domains Statements Rank Affine Hull Cones Walls Homogeneous Cells Cutting CellTree Roots.
Import ListNotations.
Open Scope Z_scope.

(** A cell without a point, or whose generators are all those of another one. *)
Definition idle (c : cell) : bool := forallb (fun a => hd 0 (ray (fst a)) =? 0) c.
Definition part_of (c d : cell) : bool := forallb (fun a => existsb (fun b => forall2b Z.eqb (ray (fst a)) (ray (fst b))) d) c.

Section Check.
Variables (f : network) (n : nat) (directions : list (list Z)) (secants : list Z -> nodes -> nodes -> bool).

Fixpoint grow_all (cells : list cell) (plans : list plan) : option (list nodes) :=
  match cells, plans with
  | [], [] => Some []
  | c :: cells', p :: plans' =>
      match grow f n directions secants c p, grow_all cells' plans' with Some (t, true), Some ts => Some (t :: ts) | _, _ => None end
  | _, _ => None
  end.

(** Each pair of roots by an entry, in order. *)
Fixpoint against (t : nodes) (ts : list nodes) (es : list entry) : option (list entry) :=
  match ts with
  | [] => Some es
  | u :: ts' => match es with e :: es' => if deal directions secants e t u then against t ts' es' else None | [] => None end
  end.
Fixpoint deal_all (ts : list nodes) (es : list entry) : bool :=
  match ts with
  | [] => match es with [] => true | _ => false end
  | t :: ts' => match against t ts' es with Some es' => deal_all ts' es' | None => false end
  end.
End Check.

Section Sound.
Variable K : ofield.
Variables (f : network) (n : nat) (secants : list Z -> nodes -> nodes -> bool).
Hypothesis secants_ok : forall l p q, secants l p q = true -> good K f n p -> good K f n q -> separated K f n (Two p q).
Notation inside_node := (inside K n).

Lemma grow_all_ok directions cells plans ts : (forall c, In c cells -> cell_ok K f n c) -> grow_all f n directions secants cells plans = Some ts ->
  Forall (fun t => good K f n t /\ separated K f n t) ts /\ Forall2 (fun c t => forall v, cone (S n) (spans K (map fst c)) v -> inside_node t v) cells ts.
Proof.
  revert plans ts. induction cells as [|c cells IH]; intros [|p plans] ts V E; cbn [grow_all] in E; try discriminate; [injection E as <-; auto|].
  destruct (grow f n directions secants c p) as [(t, [|])|] eqn:G; try discriminate. destruct (grow_all _ _ _ _ cells plans) as [ts'|] eqn:R; [|discriminate]. injection E as <-.
  destruct (V c (or_introl eq_refl)) as (Vc & ws & D). destruct (grow_ok K f n secants secants_ok directions p c ws t true Vc D G) as (Gt & St & It).
  destruct (IH plans ts' (fun c' I => V c' (or_intror I)) R) as (A & B). split; constructor; auto. intros v C. apply It.
  intros a Ia. apply (cone_nonneg K (S n) _ a v) with (2 := C). intros w (g & I & ->). apply in_map_iff in I. destruct I as ((g', bs) & <- & I). cbn [fst].
  assert (M := all_marked _ _ _ _ D (at_g K g') bs). lapply M; [clear M; intro M|apply in_map_iff; exists (g', bs); auto].
  clear - M Ia. unfold marked in M. induction M as [|b x l y (P & _) M IH]; [destruct Ia|]. destruct Ia as [<-|Ia]; auto.
Qed.

Lemma against_ok directions t ts es es' : good K f n t -> Forall (good K f n) ts -> against directions secants t ts es = Some es' -> Forall (told_apart K f n t) ts.
Proof.
  intros G. revert es. induction ts as [|u ts IH]; intros es Gs E; [constructor|]. cbn [against] in E. destruct es as [|e es]; [discriminate|].
  destruct (deal directions secants e t u) eqn:D; [|discriminate]. inversion Gs. constructor; [apply (deal_ok K f n secants secants_ok directions e); trivial|apply (IH es); trivial].
Qed.

Lemma deal_all_ok directions ts es : Forall (good K f n) ts -> deal_all directions secants ts es = true ->
  forall i j p q, (i < j)%nat -> nth_error ts i = Some p -> nth_error ts j = Some q -> told_apart K f n p q.
Proof.
  revert es. induction ts as [|t ts IH]; intros es Gs E i j p q L Ep Eq; [destruct i; discriminate|]. cbn [deal_all] in E.
  destruct (against directions secants t ts es) as [es'|] eqn:A; [|discriminate]. inversion Gs as [|? ? G Gs']; subst. destruct j as [|j]; [lia|]. cbn [nth_error] in Eq.
  destruct i as [|i]; cbn [nth_error] in Ep.
  - injection Ep as <-. assert (F := against_ok directions t ts es es' G Gs' A). rewrite Forall_forall in F. apply F, (nth_error_In _ _ Eq).
  - apply (IH es' Gs' E i j); trivial. lia.
Qed.
End Sound.

Definition no_secants (l : list Z) (p q : nodes) : bool := false.

Definition SeparatedCells (directions : list (list Z)) (kept : list nat) (plans : list plan) (entries : list entry) : rule := fun goal =>
  match goal with
  | Injective (Net f) D =>
      match dimension D with
      | None => None
      | Some n =>
          match roots f n D with
          | None => None
          | Some cells =>
              let chosen := map (fun k => nth k cells []) kept in
              match grow_all f n directions no_secants chosen plans with
              | Some ts =>
                  given (forallb (fun k => k <? length cells)%nat kept && forallb (fun c => if idle c then true else existsb (part_of c) chosen) cells &&
                         deal_all directions no_secants ts entries) []
              | None => None
              end
          end
      end
  | _ => None
  end.

Section Rule.
Variable K : ofield.
Add Field Kf : (kth K).

Lemma place_input n (x : list K) : length x = n -> input_of K n (place K x) = x.
Proof.
  intros <-. unfold input_of, place. induction x as [|t x IH]; cbn [length seq map nth]; trivial. f_equal. rewrite <- seq_shift, map_map. exact IH.
Qed.

Lemma place_output f n (x : list K) : length x = n -> output_of K n f (place K x) = value f x.
Proof. intro L. apply hrun_value; [reflexivity|apply place_input, L]. Qed.

(** A point lies in a node of one of the chosen cells. *)
Lemma chosen_holds n cells kept (v : nat -> K) : v O = k1 -> forallb (fun c => if idle c then true else existsb (part_of c) (map (fun k => nth k cells []) kept)) cells = true ->
  (exists c, In c cells /\ cone (S n) (spans K (map fst c)) v) -> exists c, In c (map (fun k => nth k cells []) kept) /\ cone (S n) (spans K (map fst c)) v.
Proof.
  intros V E (c & I & C). rewrite forallb_forall in E. specialize (E c I). destruct (idle c) eqn:Id.
  - exfalso. apply (one_ne_zero K). rewrite <- V, <- (dot_first K n v). apply kle_antisym.
    + assert (G0 : forall w, spans K (map fst c) w -> dot (S n) first w = k0).
      { intros w (g & J & ->). rewrite dot_first. apply in_map_iff in J. destruct J as ((g', bs) & <- & J). cbn [fst]. unfold idle in Id. rewrite forallb_forall in Id. specialize (Id _ J).
        cbn [fst] in Id. apply Z.eqb_eq in Id. unfold at_g, at_ray. destruct (ray g') as [|w0 x0]; [reflexivity|]. cbn [hd nth] in *. rewrite Id. reflexivity. }
      clear - C G0. induction C as [u Z0|a g u w Pc Ig C IH Ev]; [rewrite dot_zero by trivial; apply le_refl|].
      rewrite (dot_combines K (S n) first _ _ _ _ _ Ev), (G0 g Ig). replace (a * k0 + k1 * dot (S n) first u)%K with (dot (S n) first u) by ring. exact IH.
    + rewrite dot_first, V. apply zero_le_one.
  - apply existsb_exists in E. destruct E as (d & J & P). exists d. split; [exact J|]. apply (cone_within K (S n) _ _) with (2 := C). intros w (g & Ig & ->). apply cone_self.
    apply in_map_iff in Ig. destruct Ig as ((g', bs) & <- & Ig). unfold part_of in P. rewrite forallb_forall in P. specialize (P _ Ig). apply existsb_exists in P. destruct P as ((h, bs') & Ih & Eh).
    cbn [fst] in *. apply forall2b_eqb in Eh. exists h. split; [apply in_map_iff; exists (h, bs'); auto|]. unfold at_g. rewrite Eh. reflexivity.
Qed.
End Rule.

Theorem separated_cells_sound directions kept plans entries : sound (SeparatedCells directions kept plans entries).
Proof.
  intros [[f|] D| | | | | |] gs E K _; try discriminate. cbn [SeparatedCells] in E. destruct (dimension D) as [n|] eqn:N; [|discriminate].
  destruct (roots f n D) as [cells|] eqn:R; [|discriminate]. set (chosen := map (fun k => nth k cells []) kept) in *.
  destruct (grow_all f n directions no_secants chosen plans) as [ts|] eqn:G; [|discriminate]. apply given_some in E. destruct E as (E & _).
  apply andb_true_iff in E. destruct E as (E & Dl). apply andb_true_iff in E. destruct E as (Lt & Cv). rewrite forallb_forall in Lt.
  destruct (roots_ok K f n D cells N R) as (Ok & Cover).
  assert (Sec : forall l p q, no_secants l p q = true -> good K f n p -> good K f n q -> separated K f n (Two p q)) by discriminate.
  destruct (grow_all_ok K f n no_secants Sec directions chosen plans ts) as (Gt & In2).
  { intros c I. apply in_map_iff in I. destruct I as (k & <- & I). apply Ok, nth_In. apply Nat.ltb_lt, Lt, I. } { exact G. }
  assert (Gs : Forall (good K f n) ts) by (apply Forall_impl with (2 := Gt); tauto).
  assert (Pairs := deal_all_ok K f n no_secants Sec directions ts entries Gs Dl).
  assert (Found : forall x : list K, member D x -> exists i t, nth_error ts i = Some t /\ inside K n t (place K x)).
  { intros x Dx. destruct (chosen_holds K n cells kept (place K x) eq_refl Cv (Cover x Dx)) as (c & I & C). apply In_nth_error in I. destruct I as (i & Ei).
    destruct (Forall2_at' _ _ _ _ _ _ _ In2 Ei) as (t & Et & H). exists i, t. split; [exact Et|apply H, C]. }
  intros x y Dx Dy V. cbn [image] in V. assert (Lx := dimension_spec K D n x N Dx). assert (Ly := dimension_spec K D n y N Dy).
  rewrite <- (place_output K f n x Lx), <- (place_output K f n y Ly) in V.
  assert (Same : same_place K n (place K x) (place K y)).
  { destruct (Found x Dx) as (i & t & Ei & Ix), (Found y Dy) as (j & u & Ej & Iy). rewrite Forall_forall in Gt. destruct (Nat.lt_trichotomy i j) as [L|[<-|L]].
    - apply (Pairs i j t u L Ei Ej); trivial.
    - rewrite Ei in Ej. injection Ej as <-. apply (proj2 (Gt t (nth_error_In _ _ Ei))); trivial.
    - intros k Lk. symmetry. apply (Pairs j i u t L Ej Ei); auto. }
  apply nth_ext with (d := k0) (d' := k0); [congruence|]. intros i Li. assert (S := Same (S i)). cbn [place] in S. apply S. lia.
Qed.
