(** The two rules about the rank of an affine map (theorems/affine.py). *)
Require Import ZArith QArith List Bool Lia Field.
From Bijection Require Import Maps OField Network Exact Domains Statements Rank Affine.
Import ListNotations.
Open Scope Z_scope.

Section Differences.
Variable K : ofield.
Add Field Kf : (kth K).

Lemma dotZ_sub r (x y : list K) : length x = length y -> dotZ r (zip ksub x y) = (dotZ r x - dotZ r y)%K.
Proof.
  revert x y. induction r as [|a r IH]; intros [|s x] [|t y] L; try discriminate; cbn [zip dotZ]; try ring.
  rewrite IH by (injection L; auto). ring.
Qed.

Lemma sub_zero (x y : list K) n : length x = n -> length y = n -> zip ksub x y = repeat k0 n -> x = y.
Proof.
  revert x y. induction n as [|n IH]; intros [|s x] [|t y] Lx Ly E; try discriminate; trivial. cbn [zip repeat] in E. apply cons_inj in E.
  destruct E as (E & F). f_equal; [|apply IH; auto]. replace s with (s - t + t)%K by ring. rewrite E. ring.
Qed.

(** Equal values of an affine map: its rows vanish at the difference. *)
Lemma aval_equal m (x y : list K) : length x = length y -> aval K (k1 :: x) m = aval K (k1 :: y) m ->
  forall r, In r (fst m) -> dotZ (tl r) (zip ksub x y) = k0.
Proof.
  intros L E r I. rewrite dotZ_sub by trivial. unfold aval in E.
  assert (F : (dotZ r (k1 :: x) / inZ (Zpos (snd m)))%K = (dotZ r (k1 :: y) / inZ (Zpos (snd m)))%K).
  { apply (ext_in_map E r I). }
  assert (G : dotZ r (k1 :: x) = dotZ r (k1 :: y)).
  { replace (dotZ r (k1 :: x)) with (inZ (Zpos (snd m)) * (dotZ r (k1 :: x) / inZ (Zpos (snd m))))%K by (field; apply den_ne). rewrite F. field. apply den_ne. }
  destruct r as [|c r]; cbn [tl dotZ] in *; [ring|]. apply (f_equal (fun t => t - inZ c * k1)%K) in G.
  transitivity (inZ c * k1 + dotZ r x - inZ c * k1 - (inZ c * k1 + dotZ r y - inZ c * k1))%K; [ring|]. rewrite G. ring.
Qed.
End Differences.

Definition of_length_b (n : nat) (rows : list (list Z)) : bool := forallb (fun r => (length r =? n)%nat) rows.

Definition FullColumnRank (m : Z) (rows : list nat) (inverse : list (list Z)) : rule := fun goal =>
  match goal with
  | Injective (Net f) D =>
      match dimension D with
      | Some n =>
          match affine_form n f with
          | Some (a, _) =>
              let z := map (fun i => tl (nth i a [])) rows in
              given ((1 <? m) && (length inverse =? n)%nat && forallb (fun i => (i <? length a)%nat) rows &&
                     is_identity m (map (map (fun t => t mod m)) inverse) (transpose n (map (map (fun t => t mod m)) z))) []
          | None => None
          end
      | None => None
      end
  | _ => None
  end.

Lemma zdot_mod m u v : m <> 0 -> (m | zdot u v - zdot (map (fun t => t mod m) u) (map (fun t => t mod m) v)).
Proof.
  intro M. revert v. induction u as [|s u IH]; intros [|t v]; cbn [map zdot]; try (apply Z.divide_0_r).
  replace (s * t + zdot u v - (s mod m * (t mod m) + zdot (map (fun t => t mod m) u) (map (fun t => t mod m) v)))
    with ((s * t - s mod m * (t mod m)) + (zdot u v - zdot (map (fun t => t mod m) u) (map (fun t => t mod m) v))) by ring.
  apply Z.divide_add_r; [|apply IH]. apply Z.mod_divide; trivial. rewrite Zminus_mod, <- Zmult_mod, Z.sub_diag. reflexivity.
Qed.

Lemma trivial_mod m n rows : m <> 0 -> trivial_modulo m n (map (map (fun t => t mod m)) rows) -> trivial_modulo m n rows.
Proof.
  intros M H u L R. apply H; trivial. intros r I. apply in_map_iff in I. destruct I as (r' & <- & I). specialize (R r' I).
  assert (D1 := zdot_mod m r' u M). assert (D2 := zdot_mod m (map (fun t => t mod m) r') u M).
  rewrite map_map in D2. rewrite (map_ext (fun x => (x mod m) mod m) (fun t => t mod m)) in D2 by (intros; apply Z.mod_mod; trivial).
  set (a := zdot r' u) in *. set (b := zdot (map (fun t => t mod m) r') u) in *. set (c := zdot (map (fun t => t mod m) r') (map (fun t => t mod m) u)) in *.
  replace b with ((b - c) - (a - c) + a) by ring. apply Z.divide_add_r; [apply Z.divide_sub_r|]; assumption.
Qed.

Theorem FullColumnRank_sound m rows inverse : sound (FullColumnRank m rows inverse).
Proof.
  intros [[f|] D| | | | | |] gs E K _; try discriminate. cbn [FullColumnRank] in E.
  destruct (dimension D) as [n|] eqn:N; [|discriminate]. destruct (affine_form n f) as [(a, d)|] eqn:A; [|discriminate].
  apply given_some in E. destruct E as (E & _). rewrite !andb_true_iff, Z.ltb_lt, Nat.eqb_eq, forallb_forall in E. destruct E as (((M & Li) & R) & I).
  intros x y Dx Dy V. assert (Lx := dimension_spec K D n x N Dx). assert (Ly := dimension_spec K D n y N Dy).
  destruct (affine_form_ok K n f _ x A Lx) as (Vx & G). destruct (affine_form_ok K n f _ y A Ly) as (Vy & _). cbn [image] in V. rewrite Vx, Vy in V.
  apply (sub_zero K x y n Lx Ly). set (z := map (fun i => tl (nth i a [])) rows) in *.
  assert (Lz : forall r, In r z -> length r = n /\ exists r', In r' a /\ r = tl r').
  { intros r J. apply in_map_iff in J. destruct J as (i & <- & J). apply R in J. rewrite Nat.ltb_lt in J.
    assert (Q := nth_In a [] J). assert (L := G _ Q). destruct (nth i a []) as [|c r'] eqn:F; [discriminate|]. cbn [tl]. split.
    - injection L as L. exact L.
    - exists (c :: r'). auto. }
  apply (kernel_modulo K m n z M).
  - intros r J. apply Lz, J.
  - apply trivial_mod; [lia|]. apply left_inverse_trivial with (inverse := map (map (fun t => t mod m)) inverse); trivial.
    + rewrite map_length. exact Li.
    + intros r J. apply in_map_iff in J. destruct J as (r' & <- & J). rewrite map_length. apply Lz, J.
  - rewrite zip_length; lia.
  - intros r J. destruct (Lz r J) as (_ & r' & I' & ->). apply (aval_equal K (a, d) x y); trivial. lia.
Qed.

(** ** Onto *)

Definition FullRowRank (m : Z) (columns : list nat) (inverse : list (list Z)) : rule := fun goal =>
  match goal with
  | Surjective (Net f) (Reals n) C =>
      match dimension C, affine_form n f with
      | Some k, Some (a, _) =>
          let z := map (fun r => map (fun j => nth j (tl r) 0) columns) a in
          given ((1 <? m) && (length inverse =? length columns)%nat && (length a =? k)%nat && of_length_b k inverse &&
                 forallb (fun j => (j <? n)%nat) columns && is_identity m z (transpose k inverse)) []
      | _, _ => None
      end
  | _ => None
  end.

Lemma zdot_comm u v : zdot u v = zdot v u.
Proof. revert v. induction u as [|s u IH]; intros [|t v]; cbn [zdot]; trivial. rewrite IH. ring. Qed.

Lemma right_inverse_independent m rows cols : 1 < m -> length cols = length rows -> is_identity m rows cols = true -> independent_modulo m rows.
Proof.
  intros M L E u Lu H b Ib. destruct (In_nth _ _ 0 Ib) as (i & Hi & <-).
  set (s := map (fun r => zdot r (nth i cols [])) rows).
  destruct (zdot_delta m i s O u) as [F|F].
  - unfold s. rewrite map_length. exact Lu.
  - intros j Lj. unfold s in *. rewrite map_length in Lj. rewrite (nth_indep _ 0 (zdot [] (nth i cols []))) by (rewrite map_length; exact Lj).
    rewrite (map_nth (fun r => zdot r (nth i cols []))). rewrite Nat.add_0_l, Nat.eqb_sym. apply is_identity_spec; trivial; lia.
  - lia.
  - rewrite Nat.sub_0_r, zdot_comm in F. specialize (H (nth i cols [])). fold s in H.
    replace (nth i u 0) with (zdot u s - (zdot u s - nth i u 0)) by ring. apply Z.divide_sub_r; trivial.
  - unfold s in F. rewrite map_length in F. lia.
Qed.

Section Scatter.
Variable K : ofield.
Add Field Kf2 : (kth K).

(** v spread over the columns, 0 elsewhere. *)
Fixpoint scatter (n : nat) (columns : list nat) (v : list K) : list K :=
  match columns, v with j :: c, t :: v' => bump K j t (scatter n c v') | _, _ => repeat k0 n end.

Lemma scatter_length n c v : length (scatter n c v) = n.
Proof. revert v. induction c as [|j c IH]; intros [|t v]; cbn [scatter]; try apply repeat_length. rewrite bump_length. apply IH. Qed.

Lemma dotZ_scatter n c v r : length r = n -> dotZ r (scatter n c v) = dotZ (map (fun j => nth j r 0) c) v.
Proof.
  intro L. revert v. induction c as [|j c IH]; intros [|t v]; cbn [scatter map dotZ]; try apply dotZ_zero_r.
  rewrite dotZ_bump by (rewrite scatter_length; exact L). rewrite IH. ring.
Qed.
Lemma solved c d (t : K) : ((inZ c * k1 + (inZ (Zpos d) * t - inZ c)) / inZ (Zpos d))%K = t.
Proof. field. apply den_ne. Qed.
End Scatter.

Theorem FullRowRank_sound m columns inverse : sound (FullRowRank m columns inverse).
Proof.
  intros [|[f|] [n| | | | | | | |] C| | | | |] gs E K _; try discriminate. cbn [FullRowRank] in E.
  destruct (dimension C) as [k|] eqn:N; [|discriminate]. destruct (affine_form n f) as [(a, d)|] eqn:A; [|discriminate].
  apply given_some in E. destruct E as (E & _). unfold of_length_b in E. rewrite !andb_true_iff, Z.ltb_lt, !Nat.eqb_eq, !forallb_forall in E.
  destruct E as (((((M & Li) & La) & Ri) & Rc) & I). intros y Cy. assert (Ly := dimension_spec K C k y N Cy).
  assert (G : of_length (S n) a).
  { destruct (affine_form_ok K n f _ (repeat k0 n) A) as (_ & G); [apply repeat_length|exact G]. }
  set (z := map (fun r => map (fun j => nth j (tl r) 0) columns) a) in *.
  set (target := zip (fun r t => (inZ (Zpos d) * t - inZ (hd 0%Z r))%K) a y).
  destruct (reach_modulo K m (length columns) z M) with (y := target) as (v & Lv & F).
  - intros r J. apply in_map_iff in J. destruct J as (r' & <- & _). apply map_length.
  - apply right_inverse_independent with (cols := transpose k inverse); trivial.
    unfold transpose, z. rewrite !map_length, seq_length. lia.
  - unfold target, z. rewrite zip_length, map_length; lia.
  - exists (scatter K n columns v). split; [apply scatter_length|]. cbn [image].
    destruct (affine_form_ok K n f _ (scatter K n columns v) A (scatter_length K n columns v)) as (-> & _).
    unfold z, target in F. apply Forall2_map_zip in F; [|lia]. unfold aval. cbn [fst snd].
    clear - F G. induction F as [|r t a y E F IH]; [reflexivity|]. cbn [map]. f_equal.
    + assert (Lr := G r (or_introl eq_refl)). destruct r as [|c r]; [discriminate|]. injection Lr as Lr. cbn [dotZ hd tl] in *.
      rewrite dotZ_scatter, E by trivial. apply solved.
    + apply IH. intros r' J. apply G. simpl. auto.
Qed.
