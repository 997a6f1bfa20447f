(** Two inputs at once: the values at x in integers over a common denominator, and the differences to those at y.

    What the two have in common is computed once, and where a layer does not tell them apart the long numbers of y end: differences
    that vanish cost nothing in all later layers. *)
Require Import ZArith QArith List Bool Lia Field.
From Bijection Require Import OField Network Exact.
Import ListNotations.
Open Scope Z_scope.

(** The value at x, and that at y minus that at x. *)
Definition two := (vec * vec)%type.
Definition nothing : two := (([], 1%positive), ([], 1%positive)).

Definition combined (g : Z -> Z -> Z) (v w : vec) : vec := let c := plcm (snd v) (snd w) in (zip g (over c v) (over c w), c).
Definition vanishes (v : vec) : bool := forallb (Z.eqb 0) (fst v).
Definition tidy (v : vec) : vec := if vanishes v then (fst v, 1%positive) else v.
Definition second (t : two) : vec := if vanishes (snd t) then fst t else combined Z.add (fst t) (snd t).
Definition zeros (v : vec) : vec := (map (fun _ => 0) (fst v), 1%positive).

Definition dapply (o : op) (ts : list two) : option two :=
  match o with
  | Affine _ rows e =>
      let '((a, d), (b, c)) := nth 0 ts nothing in
      Some ((map (fun r => zform (runs r) a + constant r * Zpos d) rows, (e * d)%positive),
            if vanishes (b, c) then (map (fun _ => 0) rows, 1%positive) else tidy (map (fun r => zform (runs r) b) rows, (e * c)%positive))
  | _ =>
      match zapply o (map fst ts) with
      | None => None
      | Some v =>
          if forallb (fun t => vanishes (snd t)) ts then Some (v, zeros v)
          else match zapply o (map second ts) with
               | Some w => if (length (fst v) =? length (fst w))%nat then Some (v, tidy (combined Z.sub w v)) else None
               | None => None
               end
      end
  end.

Fixpoint drun (f : network) (vals : list two) : option (list two) :=
  match f with
  | [] => Some vals
  | n :: r => match dapply (does n) (map (fun j => nth j vals nothing) (inputs n)) with Some t => drun r (vals ++ [t]) | None => None end
  end.

(** Whether f has exact values at x and y, which are equal. *)
Definition collide (f : network) (x y : vec) : bool :=
  (length (fst x) =? length (fst y))%nat &&
  match drun f [(x, combined Z.sub y x)] with Some ts => vanishes (snd (last ts nothing)) | None => false end.

Section Correct.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Let ne := den_ne K.

Definition matched (t : two) : Prop := length (fst (fst t)) = length (fst (snd t)).
Definition at_x (t : two) : list K := emb (fst t).
Definition at_y (t : two) : list K := zip kadd (emb (fst t)) (emb (snd t)).

Lemma over_length l v : length (over l v) = length (fst v).
Proof. destruct v as (a, d). cbn [over fst]. destruct (Pos.eqb l d); trivial. apply map_length. Qed.

Lemma combined_length g v w : length (fst v) = length (fst w) -> length (fst (combined g v w)) = length (fst v).
Proof.
  intro L. unfold combined. cbn [fst]. assert (Z0 : forall a b : list Z, length a = length b -> length (zip g a b) = length a).
  { induction a as [|s a IH]; intros [|t b] E; try discriminate; cbn [zip length]; auto. }
  rewrite Z0; rewrite !over_length; trivial.
Qed.

Lemma emb_combined (f : K -> K -> K) g v w : (forall s t d, inZ (g s t) / inZ (Zpos d) = f (inZ s / inZ (Zpos d)) (inZ t / inZ (Zpos d))) ->
  emb (combined g v w) = zip f (emb v) (emb w).
Proof.
  intro H. unfold combined. cbv zeta. rewrite (zip_emb K f g (plcm (snd v) (snd w)) (plcm (snd v) (snd w))) by (intros; apply H).
  rewrite !emb_over; trivial; [apply plcm_r|apply plcm_l].
Qed.

Lemma emb_plus v w : emb (combined Z.add v w) = zip kadd (emb v) (emb w) :> list K.
Proof. apply emb_combined. intros. rewrite inZ_add. field. apply ne. Qed.

Lemma emb_minus v w : emb (combined Z.sub v w) = zip ksub (emb v) (emb w) :> list K.
Proof. apply emb_combined. intros. rewrite inZ_sub. field. apply ne. Qed.

Lemma add_back (u v : list K) : length u = length v -> zip kadd u (zip ksub v u) = v.
Proof. revert v. induction u as [|s u IH]; intros [|t v] L; try discriminate; cbn [zip]; trivial. rewrite IH by (injection L; auto). f_equal. ring. Qed.

Lemma add_zeros (u : list K) w : length u = length (fst w) -> vanishes w = true -> zip kadd u (emb w) = u.
Proof.
  destruct w as (w, d). unfold vanishes. cbn [fst]. revert w. induction u as [|s u IH]; intros [|t w] L E; try discriminate; trivial. cbn [forallb] in E. apply andb_true_iff in E.
  destruct E as (E1 & E2). apply Z.eqb_eq in E1. subst t. change (emb (K := K) (0%Z :: w, d)) with (inZ 0 / inZ (Zpos d) :: emb (K := K) (w, d)). cbn [zip].
  rewrite IH by (trivial; injection L; auto). rewrite zero_frac. f_equal. ring.
Qed.

Lemma emb_tidy v : emb (tidy v) = emb v :> list K.
Proof.
  unfold tidy. destruct (vanishes v) eqn:E; trivial. destruct v as (a, d). cbn [fst]. unfold vanishes in E. cbn [fst] in E. unfold emb. cbn [fst snd].
  apply map_ext_in. intros t I. rewrite forallb_forall in E. apply E, Z.eqb_eq in I. subst t. rewrite !zero_frac. reflexivity.
Qed.

Lemma tidy_length v : length (fst (tidy v)) = length (fst v).
Proof. unfold tidy. destruct (vanishes v); reflexivity. Qed.

Lemma emb_second t : matched t -> emb (second t) = at_y t.
Proof.
  intro M. unfold second, at_y. destruct (vanishes (snd t)) eqn:E; [|apply emb_plus].
  symmetry. apply add_zeros; trivial. rewrite emb_length. exact M.
Qed.

Lemma seconds ts : Forall matched ts -> map emb (map second ts) = map at_y ts.
Proof. intro M. rewrite map_map. apply map_ext_in. intros t I. rewrite Forall_forall in M. apply emb_second, M, I. Qed.

Lemma dotZ_plus cs (u v : list K) : length u = length v -> dotZ cs (zip kadd u v) = dotZ cs u + dotZ cs v.
Proof. revert u v. induction cs as [|c cs IH]; intros [|s u] [|t v] L; try discriminate; cbn [zip dotZ]; try ring. rewrite IH by (injection L; auto). ring. Qed.

Lemma skipn_zip k (u v : list K) : skipn k (zip kadd u v) = zip kadd (skipn k u) (skipn k v).
Proof. revert u v. induction k as [|k IH]; intros [|s u] [|t v]; cbn [zip skipn]; trivial. destruct (skipn k u); reflexivity. Qed.

Lemma form_plus rs (u v : list K) : length u = length v -> form rs (zip kadd u v) = form rs u + form rs v.
Proof.
  revert u v. induction rs as [|(k, cs) rs IH]; intros u v L; cbn [form]; [ring|].
  rewrite !skipn_zip, dotZ_plus, IH by (rewrite !skipn_length; lia). ring.
Qed.

Lemma dapply_ok o ts t : Forall matched ts -> dapply o ts = Some t ->
  apply o (map at_x ts) = at_x t /\ apply o (map at_y ts) = at_y t /\ matched t.
Proof.
  intros M E. assert (General : match zapply o (map fst ts) with None => None | Some v =>
      if forallb (fun t => vanishes (snd t)) ts then Some (v, zeros v)
      else match zapply o (map second ts) with
           | Some w => if (length (fst v) =? length (fst w))%nat then Some (v, tidy (combined Z.sub w v)) else None | None => None end end = Some t ->
    apply o (map at_x ts) = at_x t /\ apply o (map at_y ts) = at_y t /\ matched t).
  { clear E. destruct (zapply o (map fst ts)) as [v|] eqn:V; [|discriminate]. apply (emb_apply K) in V. rewrite map_map in V.
    destruct (forallb (fun t => vanishes (snd t)) ts) eqn:N.
    - intro E. injection E as <-. assert (Z0 : vanishes (zeros v) = true).
      { unfold vanishes, zeros. cbn [fst]. induction (fst v); trivial. }
      assert (L : length (fst v) = length (fst (zeros v))) by (unfold zeros; cbn [fst]; rewrite map_length; reflexivity).
      split; [exact V|]. split; [|exact L]. unfold at_y at 2. cbn [fst snd]. rewrite (add_zeros (emb v) (zeros v)) by (trivial; rewrite emb_length; exact L).
      rewrite <- V. f_equal. apply map_ext_in. intros t I. rewrite forallb_forall in N. specialize (N t I). rewrite Forall_forall in M. specialize (M t I).
      unfold at_y. apply add_zeros; trivial. rewrite emb_length. exact M.
    - destruct (zapply o (map second ts)) as [w|] eqn:W; [|discriminate]. apply (emb_apply K) in W. rewrite seconds in W by exact M.
      destruct (Nat.eqb_spec (length (fst v)) (length (fst w))) as [L|]; [|discriminate]. intro E. injection E as <-.
      split; [exact V|]. unfold at_y at 2, matched. cbn [fst snd]. split.
      + rewrite W, emb_tidy, emb_minus. symmetry. apply add_back. rewrite !emb_length. exact L.
      + rewrite tidy_length, combined_length; congruence. }
  destruct o as [c0 rows e| | | | | | |]; try exact (General E). clear General. cbn [dapply apply] in *.
  assert (G : matched (nth 0 ts nothing)). { destruct ts as [|q ts]; [reflexivity|]. inversion M. assumption. }
  change [] with (at_x nothing) at 1. change (@nil K) with (at_y nothing) at 1. rewrite !map_nth. destruct (nth 0 ts nothing) as ((a, d), (b, c)).
  injection E as <-. unfold at_x, at_y, matched in *. cbn [fst snd] in *.
  assert (A : map (fun r => (form (runs r) (emb (a, d)) + inZ (constant r)) / inZ (Zpos e)) rows =
    emb (K := K) (map (fun r => (zform (runs r) a + constant r * Zpos d)%Z) rows, (e * d)%positive)).
  { unfold emb at 2. cbn [fst snd]. rewrite map_map. apply map_ext. intro r. rewrite emb_form, Pos2Z.inj_mul, inZ_add, !inZ_mul. field. split; apply ne. }
  assert (L : length (emb (a, d) : list K) = length (emb (b, c) : list K)) by (rewrite !emb_length; exact G).
  split; [exact A|]. destruct (vanishes (b, c)) eqn:Z0.
  - split; [|cbn [fst]; rewrite !map_length; reflexivity].
    rewrite (add_zeros (emb (a, d)) (b, c)) by (trivial; rewrite emb_length; exact G). rewrite A. symmetry.
    apply add_zeros; [rewrite emb_length; cbn [fst]; rewrite !map_length; reflexivity|]. unfold vanishes. cbn [fst]. clear. induction rows; trivial.
  - split; [|rewrite tidy_length; cbn [fst]; rewrite !map_length; reflexivity].
    rewrite emb_tidy, <- A. unfold emb at 4. cbn [fst snd]. rewrite map_map.
    transitivity (map (fun r => (form (K := K) (runs r) (emb (a, d)) + inZ (constant r)) / inZ (Zpos e) + inZ (zform (runs r) b) / inZ (Zpos (e * c))) rows).
    + apply map_ext. intro r. rewrite form_plus, (emb_form K (runs r) b) by trivial. rewrite Pos2Z.inj_mul, inZ_mul. field. split; apply ne.
    + clear. induction rows as [|r rows IH]; cbn [map zip]; trivial. rewrite IH. reflexivity.
Qed.

Lemma drun_ok f ts r : Forall matched ts -> drun f ts = Some r ->
  fold_left step f (map at_x ts) = map at_x r /\ fold_left step f (map at_y ts) = map at_y r /\ Forall matched r.
Proof.
  revert ts. induction f as [|n f IH]; intros ts M E; cbn [drun] in E; [injection E as <-; auto|].
  destruct (dapply _ _) as [t|] eqn:D; [|discriminate]. apply dapply_ok in D.
  2: { apply Forall_forall. intros q I. apply in_map_iff in I. destruct I as (j & <- & _). destruct (nth_in_or_default j ts nothing) as [J| ->]; [|reflexivity].
       rewrite Forall_forall in M. apply M, J. }
  rewrite !map_map in D. destruct D as (A & B & C). cbn [fold_left]. destruct (IH (ts ++ [t])) as (P & Q & R); trivial.
  { apply Forall_app. auto. }
  rewrite !map_app in P, Q. cbn [map] in P, Q. split; [|split; trivial].
  - rewrite <- P. f_equal. unfold step. f_equal. f_equal. rewrite <- A. f_equal. apply map_ext. intro j. apply (map_nth at_x ts nothing).
  - rewrite <- Q. f_equal. unfold step. f_equal. f_equal. rewrite <- B. f_equal. apply map_ext. intro j. apply (map_nth at_y ts nothing).
Qed.

Theorem collide_ok f x y : collide f x y = true -> value f (emb x : list K) = value f (emb y : list K).
Proof.
  unfold collide. rewrite andb_true_iff, Nat.eqb_eq. intros (L & E). destruct (drun f _) as [r|] eqn:D; [|discriminate].
  apply drun_ok in D.
  2: { constructor; [|constructor]. unfold matched. cbn [fst snd]. rewrite combined_length; congruence. }
  cbn [map] in D. unfold at_x at 1, at_y at 1 in D. cbn [fst snd] in D. rewrite emb_minus, add_back in D by (rewrite !emb_length; exact L).
  destruct D as (A & B & M). unfold value, trace. rewrite A, B.
  assert (Last : forall g : two -> list K, g nothing = [] -> last (map g r) [] = g (last r nothing)).
  { intros g G. clear - G. induction r as [|u [|v r] IH]; [symmetry; exact G|reflexivity|exact IH]. }
  rewrite !Last by reflexivity. assert (G : matched (last r nothing)).
  { clear - M. induction r as [|u [|v r] IH]; [reflexivity|inversion M; assumption|]. apply IH. inversion M. assumption. }
  unfold at_x, at_y, matched in *. symmetry. apply add_zeros; [rewrite emb_length; exact G|exact E].
Qed.
End Correct.
