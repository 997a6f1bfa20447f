(** A network with one layer of piecewise-affine activations is injective on a box if its pairs of smaller boxes are told apart
    (theorems/separated_boxes.py). *)
Require Import ZArith QArith Qround List Bool Lia Field.
From Bijection Require Import Maps OField Network Exact Domains Statements Intervals Rank Affine Hull Homogeneous Secants OneLayer Convex BoxFacts BoxSecants.
Import ListNotations.
Open Scope Z_scope.

(** ** Boxes that are halved *)

Inductive boxes := Whole (k : facts) | Halved (k : facts) (a b : boxes).
Definition top (t : boxes) : facts := match t with Whole k | Halved k _ _ => k end.

Fixpoint halve (j : nat) (b : list (Z * Z)) : list (Z * Z) * list (Z * Z) :=
  match b, j with
  | [], _ => ([], [])
  | (low, high) :: r, O => let m := (low + high) / 2 in ((low, m) :: r, (m, high) :: r)
  | s :: r, S k => let '(x, y) := halve k r in (s :: x, s :: y)
  end.

Section Check.
Variables (stream : Type) (read_number : stream -> Z * stream).  (* the certificate is a stream of numbers *)

Fixpoint read_numbers (k : nat) (s : stream) : list Z * stream :=
  match k with O => ([], s) | S k' => let '(z, s) := read_number s in let '(zs, s) := read_numbers k' s in (z :: zs, s) end.
Fixpoint read_rows (n m : nat) (s : stream) : list (list Z) * stream :=
  match n with O => ([], s) | S k => let '(r, s) := read_numbers m s in let '(rs, s) := read_rows k m s in (r :: rs, s) end.
(** The exponents of the units: those of the set [named], given as bits, follow, and all others are the usual one. *)
Fixpoint exponents (count : nat) (named usual : Z) (s : stream) : list Z * stream :=
  match count with
  | O => ([], s)
  | S k =>
      let '(e, s) := if Z.odd named then read_number s else (usual, s) in
      let '(es, s) := exponents k (Z.div2 named) usual s in (e :: es, s)
  end.

Variables (G : ground) (n m : nat).

(** 0 stands for no cut, j + 1 for one along coordinate j; the lower half comes first. *)
Fixpoint grow (depth : nat) (b : list (Z * Z)) (s : stream) : option (boxes * stream) :=
  match depth, know G b with
  | S d, Some k =>
      let '(j, s) := read_number s in
      if j =? 0 then Some (Whole k, s)
      else if (0 <? j) && (j <=? Z.of_nat n) then
        let '(x, y) := halve (Z.to_nat (j - 1)) b in
        match grow d x s with
        | Some (a, s) => match grow d y s with Some (b, s) => Some (Halved k a b, s) | None => None end
        | None => None
        end
      else None
  | _, _ => None
  end.

Definition by_matrix (p q : facts) (s : stream) : option stream :=
  let '(named, s) := read_number s in let '(usual, s) := read_number s in
  let '(matrix, s) := read_rows n m s in
  let '(es, s) := exponents (length (kinks G)) named usual s in
  if forallb (fun e => Z.abs e <=? 1000) es && strongly_monotone G n matrix es p q then Some s else None.

(** What is done with a pair of boxes: 1 a functional, 2 a matrix; 3 or 4, the first or the second is taken apart. *)
Fixpoint deal (fuel : nat) (p q : boxes) (s : stream) : option stream :=
  match fuel with
  | O => None
  | S k =>
      let '(kind, s) := read_number s in
      if kind =? 1 then let '(u, s) := read_numbers m s in if separates G u (top p) (top q) then Some s else None
      else if kind =? 2 then by_matrix (top p) (top q) s
      else if kind =? 3 then match p with Halved _ a b => match deal k a q s with Some s => deal k b q s | None => None end | Whole _ => None end
      else if kind =? 4 then match q with Halved _ a b => match deal k p a s with Some s => deal k p b s | None => None end | Whole _ => None end
      else None
  end.

(** A box and itself. *)
Fixpoint deal_within (fuel : nat) (p : boxes) (s : stream) : option stream :=
  let '(kind, s) := read_number s in
  if kind =? 2 then by_matrix (top p) (top p) s
  else if kind =? 3 then
    match p with
    | Halved _ a b =>
        match deal_within fuel a s with
        | Some s => match deal fuel a b s with Some s => deal_within fuel b s | None => None end
        | None => None
        end
    | Whole _ => None
    end
  else None.
End Check.

Definition root (U : positive) (box : list (Q * Q)) : list (Z * Z) :=
  map (fun s => (Qfloor (fst s * (Zpos U # 1)), Qceiling (snd s * (Zpos U # 1)))) box.

(** U and S are denominators for which everything becomes an integer (others would do as well, with weaker bounds); the certificate is a
    stream of numbers. *)
Definition SeparatedBoxes {stream} (read : stream -> Z * stream) (U s : positive) (depth : nat) (certificate : stream) : rule := fun goal =>
  match goal with
  | Injective (Net f) (Box box) =>
      let n := length box in
      match one_layer n f with
      | Some g =>
          match ground_of n U s g with
          | Some G =>
              match grow stream read G n depth (root U box) certificate with
              | Some (t, st) =>
                  match deal_within stream read G n (length (outer g)) (2 * depth) t st with
                  | Some st => given (fst (read st) =? 5) []
                  | None => None
                  end
              | None => None
              end
          | None => None
          end
      | None => None
      end
  | _ => None
  end.

(** ** Soundness *)

Section Sound.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Local Notation inZ := (@OField.inZ K).
Local Notation inQ := (@OField.inQ K).
Notation in_box := (in_box K).
Notation out := (out K).
Let ne := den_ne K.

Lemma stretched_line s D p (t : K) : inQ (fst (stretched s D p)) * (inZ (Zpos D) * t) + inQ (snd (stretched s D p)) = inZ (Zpos (s * D)) * (inQ (fst p) * t + inQ (snd p)).
Proof. unfold stretched. cbn [fst snd]. rewrite !inQ_red, !inQ_mul, !inQ_Z, Pos2Z.inj_mul, inZ_mul. ring. Qed.

Lemma stretched_pieces s D p more (t : K) : pieces (stretched s D p) (map (fun e => (Qred (fst e * (Zpos D # 1)), stretched s D (snd e))) more) (inZ (Zpos D) * t) =
  inZ (Zpos (s * D)) * pieces p more t.
Proof.
  revert p. induction more as [|(b, p') more IH]; intro p; cbn [map pieces fst snd]; [apply stretched_line|]. rewrite inQ_red, inQ_mul, inQ_Z. assert (P := den_pos K D).
  destruct (kle_dec (inZ (Zpos D) * t) (inQ b * inZ (Zpos D))) as [L|L], (kle_dec t (inQ b)) as [L'|L']; [apply stretched_line| | |apply IH].
  - exfalso. apply L'. apply (mul_le_cancel K (inZ (Zpos D))); trivial. replace (inZ (Zpos D) * inQ b) with (inQ b * inZ (Zpos D)) by ring. exact L.
  - exfalso. apply L. replace (inQ b * inZ (Zpos D)) with (inZ (Zpos D) * inQ b) by ring. apply mul_le_l; trivial. apply lt_le, P.
Qed.

Lemma kink_of_ok s D a k : kink_of s D a = Some k -> kink_ok k /\ forall t : K, value_of K k (inZ (Zpos D) * t) = inZ (Zpos (s * D)) * activate a t.
Proof.
  unfold kink_of. destruct a as [p more| | | |al sc|]; try discriminate. cbv zeta. destruct (continuous _ _) eqn:C; [|discriminate]. intro E. apply some_inj in E. subst k.
  split; [split; [exact C|reflexivity]|]. intro t. apply stretched_pieces.
Qed.

Lemma dotZ_times c w (x : list K) : dotZ w (map (kmul c) x) = c * dotZ w x.
Proof. revert x. induction w as [|a w IH]; intros [|t x]; cbn [map dotZ]; try ring. rewrite IH. ring. Qed.

Definition blown (U : positive) (x : list K) : list K := map (kmul (inZ (2 * Zpos U))) x.

Lemma ground_of_ok n U s f g G : one_layer n f = Some g -> ground_of n U s g = Some G -> ground_ok n G /\ Forall kink_ok (kinks G) /\
  forall x y : list K, length x = n -> length y = n -> value f x = value f y -> forall u, out G u (blown U x) = out G u (blown U y).
Proof.
  intros E1 E2. unfold ground_of in E2. set (D := (2 * inner_over g * U)%positive) in *. destruct (sequence _) as [ks|] eqn:Sq; [|discriminate]. apply some_inj in E2.
  set (cols := columns (S (n + length (units g))) (outer g)) in *. set (rows := map (@tl Z) (inner g)) in *. set (us := skipn n (tl cols)) in *.
  apply sequence_ok in Sq. assert (Lk : length ks = length (units g)) by (apply (f_equal (@length _)) in Sq; rewrite !map_length in Sq; congruence).
  assert (Lc : length cols = S (n + length (units g))) by (unfold cols, columns; rewrite map_length, seq_length; reflexivity).
  destruct (one_layer_ok K n f g (repeat 0 n) E1 (repeat_length _ _)) as (_ & Lu & Li & Lo).
  assert (Lt : length (tl cols) = (n + length (units g))%nat) by (destruct cols; [discriminate|injection Lc; trivial]).
  split; [|split].
  - subst G. constructor; cbn [z_rows forms by_input products by_unit kinks].
    + reflexivity.
    + intros r I. unfold rows in I. apply in_map_iff in I. destruct I as (q & <- & I). specialize (Li q I). destruct q; [discriminate|injection Li; trivial].
    + rewrite firstn_length, Lt. lia.
    + reflexivity.
    + unfold us. rewrite skipn_length, Lt, Lk. lia.
    + reflexivity.
    + congruence.
  - subst G. cbn [kinks]. apply Forall_forall. intros k I. apply (in_map Some) in I. rewrite <- Sq in I. apply in_map_iff in I. destruct I as (a & E & _). apply (kink_of_ok s D a k E).
  - assert (Out : forall x : list K, length x = n -> forall u, out G u (blown U x) = inZ (2 * Zpos (s * D)) * (inZ (Zpos (outer_over g)) * dotZ u (value f x))).
    { intros x Lx u. destruct (one_layer_ok K n f g x E1 Lx) as (V & _). rewrite V. rewrite <- (map_map (fun r => dotZ r (1 :: x ++ h_at K g x)) (fun t => t / inZ (Zpos (outer_over g)))), dotZ_frac.
      replace (inZ (Zpos (outer_over g)) * (dotZ u (map (fun r => dotZ r (1 :: x ++ h_at K g x)) (outer g)) / inZ (Zpos (outer_over g)))) with (dotZ u (map (fun r => dotZ r (1 :: x ++ h_at K g x)) (outer g))) by (field; apply ne).
      rewrite (columns_ok K u (S (n + length (units g))) (outer g)) by exact Lo. fold cols.
      assert (C : cols = hd [] cols :: firstn n (tl cols) ++ us). { unfold us. rewrite firstn_skipn. destruct cols; [discriminate|reflexivity]. }
      rewrite C. cbn [map dotZ]. rewrite map_app, dotZ_app, map_length, firstn_length, Lt, Nat.min_l by lia.
      assert (F : dotZ (map (zdot u) (firstn n (tl cols))) (x ++ h_at K g x) = dotZ (map (zdot u) (firstn n (tl cols))) x).
      { assert (Q : forall (q : list Z) (a b : list K), (length q <= length a)%nat -> dotZ q (a ++ b) = dotZ q a).
        { clear. induction q as [|c q IH]; intros [|t a] b H; cbn [length app dotZ] in *; try lia; trivial. rewrite IH by lia. reflexivity. }
        apply Q. rewrite map_length, firstn_length, Lt. lia. }
      rewrite F. replace (skipn n (x ++ h_at K g x)) with (h_at K g x) by (rewrite <- Lx, skipn_app, Nat.sub_diag, skipn_all; reflexivity).
      assert (Hs : hs_of K G (blown U x) = map (kmul (inZ (Zpos (s * D)))) (h_at K g x)).
      { subst G. unfold hs_of, zs_of, h_at, z_at. cbn [kinks forms unit_of]. clear - Sq Li.
        assert (Z0 : map (fun r => z_of K U r (blown U x)) (inner g) = map (kmul (inZ (Zpos D))) (map (fun r => dotZ r (1 :: x) / inZ (Zpos (inner_over g))) (inner g))).
        { rewrite map_map. apply map_ext_in. intros r I. specialize (Li r I). destruct r as [|c w]; [discriminate|]. unfold z_of, blown. cbn [hd tl dotZ]. rewrite dotZ_times. unfold D.
          rewrite !Pos2Z.inj_mul, !inZ_mul. field. apply den_ne. }
        rewrite Z0. clear Z0 Li. revert Sq. generalize (map (fun r => dotZ r (1 :: x) / inZ (Zpos (inner_over g))) (inner g)). generalize (units g) as acts. intros acts zs. revert ks zs.
        induction acts as [|a acts IH]; intros [|k ks] zs E; try discriminate; [reflexivity|]. cbn [map] in E. injection E as E1 E2. destruct zs as [|z zs]; [reflexivity|]. cbn [map zip]. f_equal; [|apply IH, E2].
        apply (kink_of_ok s D a k E1). }
      unfold BoxFacts.out. rewrite Hs. subst G. unfold stretch, rate. cbn [scale_of unit_of forms constants by_input by_unit]. fold D. unfold blown. rewrite !dotZ_times. unfold D. rewrite !Pos2Z.inj_mul, !inZ_mul. change (inZ 2) with (1 + 1 : K). ring. }
    intros x y Lx Ly V u. rewrite !Out by trivial. rewrite V. reflexivity.
Qed.

Lemma halve_ok j b X : in_box b X -> in_box (fst (halve j b)) X \/ in_box (snd (halve j b)) X.
Proof.
  intro F. revert j. induction F as [|(low, high) t b X (A & B) F IH]; intro j; [left; destruct j; constructor|]. destruct j as [|j]; cbn [halve fst snd] in *.
  - set (m := ((low + high) / 2)%Z). destruct (kle_total K t (inZ (2 * m))); [left|right]; constructor; auto.
  - destruct (IH j) as [H|H]; destruct (halve j b) as (x, y); cbn [fst snd] in *; [left|right]; constructor; auto.
Qed.
Lemma halve_length j b : length (fst (halve j b)) = length b /\ length (snd (halve j b)) = length b.
Proof.
  revert j. induction b as [|(low, high) b IH]; intro j; [destruct j; split; reflexivity|]. destruct j as [|j]; cbn [halve fst snd length]; [auto|]. destruct (IH j) as (A & B). destruct (halve j b). cbn [fst snd length] in *. auto.
Qed.

Section Pairs.
Variables (stream : Type) (read : stream -> Z * stream) (G : ground) (n m : nat).
Hypothesis O : ground_ok n G.
Hypothesis Ko : Forall kink_ok (kinks G).

Fixpoint good (t : boxes) : Prop :=
  know G (sides (top t)) = Some (top t) /\ length (sides (top t)) = n /\
  match t with
  | Whole _ => True
  | Halved k a b => good a /\ good b /\ forall X, in_box (sides k) X -> in_box (sides (top a)) X \/ in_box (sides (top b)) X
  end.
Lemma good_top t : good t -> know G (sides (top t)) = Some (top t) /\ length (sides (top t)) = n.
Proof. destruct t; cbn [good]; tauto. Qed.

Lemma grow_ok depth b s t s' : grow stream read G n depth b s = Some (t, s') -> length b = n -> good t /\ sides (top t) = b.
Proof.
  revert b s t s'. induction depth as [|d IH]; intros b s t s' E L; [discriminate|]. cbn [grow] in E. destruct (know G b) as [k|] eqn:Kn; [|discriminate]. destruct (know_fields G b k Kn) as (Sd & _).
  destruct (read s) as (j, s1). destruct (j =? 0)%Z; [injection E as <- <-; cbn [good top]; rewrite Sd; auto|]. destruct ((0 <? j)%Z && _); [|discriminate].
  assert (H := halve_ok (Z.to_nat (j - 1)) b). assert (Ln := halve_length (Z.to_nat (j - 1)) b). destruct (halve _ b) as (x, y). cbn [fst snd] in *.
  destruct (grow stream read G n d x s1) as [(p, s2)|] eqn:P; [|discriminate]. destruct (grow stream read G n d y s2) as [(q, s3)|] eqn:Q; [|discriminate]. injection E as <- <-.
  destruct (IH x s1 p s2 P) as (Gp & Sp); [destruct Ln; congruence|]. destruct (IH y s2 q s3 Q) as (Gq & Sq); [destruct Ln; congruence|].
  cbn [good top]. rewrite Sd, Sp, Sq. split; [|reflexivity]. split; [exact Kn|]. split; [exact L|]. split; [exact Gp|]. split; [exact Gq|]. exact H.
Qed.

Definition told_apart (p q : boxes) : Prop := forall X Y, in_box (sides (top p)) X -> in_box (sides (top q)) Y -> (forall u, out G u X = out G u Y) -> X = Y.

Lemma by_matrix_ok p q s s' : good p -> good q -> by_matrix stream read G n m (top p) (top q) s = Some s' -> told_apart p q.
Proof.
  unfold by_matrix. intros Gp Gq E X Y Fp Fq V. destruct (read s) as (named, s1), (read s1) as (usual, s2), (read_rows stream read n m s2) as (matrix, s3).
  destruct (exponents _ _ _ _ _ s3) as (es, s4). destruct (_ && strongly_monotone _ _ _ _ _ _)%bool eqn:C; [|discriminate]. rewrite !andb_true_iff in C. destruct C as (_ & C).
  destruct (good_top p Gp) as (Kp & Lp), (good_top q Gq) as (Kq & Lq). apply (strongly_monotone_ok K n G matrix es _ _ _ _ X Y O Ko Lp Lq Kp Kq C Fp Fq V).
Qed.

Lemma deal_ok fuel p q s s' : deal stream read G n m fuel p q s = Some s' -> good p -> good q -> told_apart p q.
Proof.
  revert p q s s'. induction fuel as [|k IH]; intros p q s s' E Gp Gq; [discriminate|]. cbn [deal] in E. destruct (read s) as (kind, s1).
  destruct (kind =? 1)%Z.
  { destruct (read_numbers stream read m s1) as (u, s2). destruct (separates _ _ _ _) eqn:S; [|discriminate]. intros X Y Fp Fq V. exfalso. destruct (good_top p Gp) as (Kp & Lp), (good_top q Gq) as (Kq & Lq).
    apply (separates_ok K n G u _ _ _ _ X Y O Lp Lq Kp Kq S Fp Fq), V. }
  destruct (kind =? 2)%Z; [apply (by_matrix_ok p q s1 s' Gp Gq E)|]. destruct (kind =? 3)%Z.
  { destruct p as [f|f a b]; [discriminate|]. destruct (deal stream read G n m k a q s1) as [s2|] eqn:A; [|discriminate]. destruct Gp as (_ & _ & Ga & Gb & H). intros X Y Fp Fq. destruct (H X Fp) as [F|F].
    - apply (IH a q s1 s2 A Ga Gq X Y F Fq). - apply (IH b q s2 s' E Gb Gq X Y F Fq). }
  destruct (kind =? 4)%Z; [|discriminate]. destruct q as [f|f a b]; [discriminate|]. destruct (deal stream read G n m k p a s1) as [s2|] eqn:A; [|discriminate]. destruct Gq as (_ & _ & Ga & Gb & H). intros X Y Fp Fq. destruct (H Y Fq) as [F|F].
  - apply (IH p a s1 s2 A Gp Ga X Y Fp F). - apply (IH p b s2 s' E Gp Gb X Y Fp F).
Qed.

Lemma deal_within_ok fuel p s s' : deal_within stream read G n m fuel p s = Some s' -> good p -> told_apart p p.
Proof.
  revert s s'. induction p as [f|f a IHa b IHb]; intros s s' E Gp; cbn [deal_within] in E; destruct (read s) as (kind, s1); (destruct (kind =? 2)%Z; [apply (by_matrix_ok _ _ s1 s' Gp Gp E)|]); destruct (kind =? 3)%Z; try discriminate.
  destruct (deal_within stream read G n m fuel a s1) as [s2|] eqn:A; [|discriminate]. destruct (deal stream read G n m fuel a b s2) as [s3|] eqn:B; [|discriminate]. destruct Gp as (_ & _ & Ga & Gb & H). intros X Y Fp Fq V.
  destruct (H X Fp) as [FX|FX], (H Y Fq) as [FY|FY].
  - apply (IHa s1 s2 A Ga X Y FX FY V).
  - apply (deal_ok fuel a b s2 s3 B Ga Gb X Y FX FY V).
  - symmetry. apply (deal_ok fuel a b s2 s3 B Ga Gb Y X FY FX). intro u. symmetry. apply V.
  - apply (IHb s3 s' E Gb X Y FX FY V).
Qed.
End Pairs.

Lemma root_ok U box (x : list K) : Forall2 between box x -> in_box (root U box) (blown U x).
Proof.
  intro F. induction F as [|(low, high) t box x (A & B) F IH]; [constructor|]. unfold root, blown in *. cbn [map fst snd] in *. constructor; [|exact IH]. cbn [fst snd]. rewrite !inZ_mul. set (two := inZ 2).
  assert (P2 : 0 <= two) by (apply inZ_nonneg; lia). assert (PU := lt_le K _ _ (den_pos K U)). split; replace (two * inZ (Zpos U) * t) with (two * (inZ (Zpos U) * t)) by ring; apply mul_le_l; trivial.
  - apply kle_trans with (inQ (low * (Zpos U # 1))). { rewrite <- inQ_Z. apply inQ_le, (Qfloor_le (low * (Zpos U # 1))). }
    rewrite inQ_mul, inQ_Z. replace (inQ low * inZ (Zpos U)) with (inZ (Zpos U) * inQ low) by ring. apply mul_le_l; trivial.
  - apply kle_trans with (inQ (high * (Zpos U # 1))).
    2: { rewrite <- inQ_Z. apply inQ_le, (Qle_ceiling (high * (Zpos U # 1))). }
    rewrite inQ_mul, inQ_Z. replace (inQ high * inZ (Zpos U)) with (inZ (Zpos U) * inQ high) by ring. apply mul_le_l; trivial.
Qed.

Lemma blown_injective U (x y : list K) : blown U x = blown U y -> x = y.
Proof.
  unfold blown. revert y. induction x as [|s x IH]; intros [|t y] E; try discriminate; trivial. cbn [map] in E. apply cons_inj in E. destruct E as (E1 & E2). f_equal; [|apply IH, E2].
  assert (N : inZ (2 * Zpos U) <> 0) by (apply inZ_ne; lia). replace s with (kinv (inZ (2 * Zpos U)) * (inZ (2 * Zpos U) * s)) by (field; exact N). rewrite E1. field. exact N.
Qed.
End Sound.

Theorem SeparatedBoxes_sound {stream} (read : stream -> Z * stream) U s depth certificate : sound (SeparatedBoxes read U s depth certificate).
Proof.
  intros [[f|] D| | | | | |] gs E K _; try discriminate. cbn [SeparatedBoxes] in E. destruct D as [| |box| | | | | |]; try discriminate. set (n := length box) in *.
  destruct (one_layer n f) as [g|] eqn:L; [|discriminate]. destruct (ground_of n U s g) as [G|] eqn:Gr; [|discriminate].
  destruct (grow _ _ _ _ _ _ _) as [(t, st)|] eqn:T; [|discriminate]. destruct (deal_within _ _ _ _ _ _ _ _) as [st'|] eqn:W; [|discriminate]. clear E.
  destruct (ground_of_ok K n U s f g G L Gr) as (O & Ko & Same). destruct (grow_ok K stream read G n depth _ _ t st T) as (Gt & St); [unfold root; apply map_length|].
  intros x y Dx Dy V. cbn [member image] in *. assert (Lx := Forall2_length _ _ _ _ _ Dx). assert (Ly := Forall2_length _ _ _ _ _ Dy). apply (blown_injective K U).
  apply (deal_within_ok K stream read G n _ O Ko _ t st st' W Gt); rewrite ?St; try apply root_ok; trivial. intro u. apply Same; trivial; symmetry; trivial.
Qed.
