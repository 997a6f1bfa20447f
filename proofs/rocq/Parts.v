(** Parts of a network: a network that computes some coordinates of its values out of others (segment in proofs/theorems/stages.py, block in
    blocks.py), and the rules Stages and Blocks.

    A part is described by instructions, which say what it copies from the network, and is checked and not constructed: of each coordinate of
    its values it is known which coordinate of the network it is, if any. *)
Require Import ZArith QArith List Bool Lia Field Uint63.
From Bijection Require Import Maps OField Network Exact Domains Statements Words Intervals Hull Reads.
Import ListNotations.

Definition place := (nat * nat)%type.  (* the number of a value of the network, the position in it *)

Inductive instruction :=
| Copy (node : nat) (inputs : list nat)
| Pick (from columns : nat) (picked : list (option nat))
| Join (inputs : list nat).

(** Lists of them as machine words; in [picks], 0 stands for nothing. *)
Definition picks (l : list int) : list (option nat) := map (fun j => match j with O => None | S k => Some k end) (numbers l).
Definition places (values positions : list int) : list place := zip pair (numbers values) (numbers positions).

Definition row_of (p : option nat) : row := match p with Some j => Row [(j, [1%Z])] 0 | None => Row [] 0 end.
Definition built (f : network) (i : instruction) : node :=
  match i with
  | Copy v ins => Node (does (nth v f (Node Argmax []))) ins
  | Pick b columns picked => Node (Affine columns (map row_of picked) 1) [b]
  | Join ins => Node Stack ins
  end.

(** ** What is known of the coordinates of a part *)

Definition view := option place.
Definition is_place (a j : nat) (o : view) : bool := match o with Some (a', j') => (a' =? a)%nat && (j' =? j)%nat | None => false end.
Definition marked (a : nat) (vw : list view) : list bool := zip (is_place a) (seq 0 (length vw)) vw.
Definition seen (a : nat) (ms : list bool) : list view := zip (fun j (b : bool) => if b then Some (a, j) else None) (seq 0 (length ms)) ms.

Section Check.
Variables (f : network) (ws : list nat).

Definition viewed (views : list (list view)) (i : instruction) : option (list view) :=
  match i with
  | Copy v ins =>
      match nth_error f v with
      | Some nd =>
          if forall2b (fun a b => (a <=? v)%nat && (nth a ws O =? length (nth b views []))%nat) (inputs nd) ins
          then Some (seen (S v) (agreeing (does nd) (zip (fun a b => marked a (nth b views [])) (inputs nd) ins)))
          else None
      | None => None
      end
  | Pick b _ picked => Some (map (fun p => match p with Some j => nth j (nth b views []) None | None => None end) picked)
  | Join ins => Some (concat (map (fun b => nth b views []) ins))
  end.

Fixpoint all_viewed (views : list (list view)) (plan : list instruction) : option (list (list view)) :=
  match plan with
  | [] => Some views
  | i :: plan' => match viewed views i with Some vw => all_viewed (views ++ [vw]) plan' | None => None end
  end.

(** The part that computes the coordinates [stop] out of the coordinates [start]. *)
Definition part (start stop : list place) (plan : list instruction) : option network :=
  match all_viewed [map Some start] plan with
  | Some views => if forall2b (fun p o => is_place (fst p) (snd p) o) stop (last views []) then Some (map (built f) plan) else None
  | None => None
  end.
End Check.

Section Sound.
Variable K : ofield.
Add Field Kf : (kth K).
Open Scope K_scope.
Notation vecK := (list K).

Lemma trace_grows (g : network) (vals : list vecK) : exists tail, fold_left step g vals = vals ++ tail.
Proof.
  revert vals. induction g as [|nd g IH]; intro vals; cbn [fold_left]; [exists []; rewrite app_nil_r; reflexivity|].
  destruct (IH (step vals nd)) as (tail & E). rewrite E. unfold step. eexists. rewrite <- app_assoc. reflexivity.
Qed.

Lemma trace_node f v nd (x : vecK) : nth_error f v = Some nd -> (forall j, In j (inputs nd) -> (j <= v)%nat) ->
  nth (S v) (trace f x) [] = apply (does nd) (map (fun j => nth j (trace f x) []) (inputs nd)).
Proof.
  intros E In_v. destruct (nth_error_split _ _ E) as (g & h & -> & L). unfold trace. rewrite fold_left_app. cbn [fold_left].
  set (pre := fold_left step g [x]). assert (Lp : length pre = S v) by (unfold pre; rewrite trace_length, L; reflexivity).
  destruct (trace_grows h (step pre nd)) as (tail & ->). unfold step. rewrite <- app_assoc. rewrite app_nth2 by lia. rewrite Lp, Nat.sub_diag. cbn [app nth].
  f_equal. apply map_ext_in. intros j J. rewrite app_nth1; [reflexivity|]. rewrite Lp. specialize (In_v j J). lia.
Qed.

Lemma skipn_head A k (l : list A) d : nth 0 (skipn k l) d = nth k l d.
Proof. revert l. induction k as [|k IH]; intros [|a l]; trivial. apply IH. Qed.

Lemma skipn_tail A k (l : list A) : skipn (S k) l = tl (skipn k l).
Proof. revert l. induction k as [|k IH]; intros [|a l]; [reflexivity|reflexivity|reflexivity|exact (IH l)]. Qed.

Section Part.
Variables (f : network) (n : nat) (ws : list nat) (x : vecK).
Hypothesis W : widths f n = Some ws.
Hypothesis L : length x = n.
Notation F := (trace f x).

Definition at_place (p : place) : K := at_ (snd p) (nth (fst p) F []).
Definition sees (o : view) (t : K) : Prop := match o with Some p => t = at_place p | None => True end.

Lemma value_width a : length (nth a F []) = nth a ws O.
Proof. apply (Forall2_nth _ _ (has_width K) O ([] : vecK)); [reflexivity|]. apply widths_ok with n; trivial. Qed.

Lemma marked_ok a vw (y : vecK) : Forall2 sees vw y -> nth a ws O = length vw -> agree (marked a vw) (nth a F []) y.
Proof.
  intros S E. assert (Lx := value_width a). rewrite E in Lx. unfold marked.
  assert (G : forall k X, X = skipn k (nth a F []) -> length X = length vw -> agree (zip (is_place a) (seq k (length vw)) vw) X y).
  { clear E Lx. induction S as [|o t vw y O S IH]; intros k [|s X] EX LX; try discriminate; cbn [length seq zip]; constructor.
    - destruct o as [(a', j')|]; cbn [is_place]; [|discriminate]. intro B. apply andb_true_iff in B. destruct B as (B1 & B2). apply Nat.eqb_eq in B1, B2. subst a' j'.
      cbn [sees at_place fst snd] in O. rewrite O. unfold at_place, at_. cbn [fst snd]. rewrite <- skipn_head, <- EX. reflexivity.
    - apply (IH (Datatypes.S k)); [|injection LX; trivial]. rewrite skipn_tail, <- EX. reflexivity. }
  apply (G O); [reflexivity|exact Lx].
Qed.

Lemma seen_ok a ms (y : vecK) : agree ms (nth a F []) y -> Forall2 sees (seen a ms) y.
Proof.
  unfold seen. assert (G : forall k X, X = skipn k (nth a F []) -> agree ms X y -> Forall2 sees (zip (fun j (b : bool) => if b then Some (a, j) else None) (seq k (length ms)) ms) y).
  { intros k X EX A. revert k EX. induction A as [|b s t m X y E A IH]; intros k EX; cbn [length seq zip]; constructor.
    - destruct b; cbn [sees]; trivial. unfold at_place, at_. cbn [fst snd]. rewrite <- skipn_head, <- EX. symmetry. apply E. reflexivity.
    - apply IH. rewrite skipn_tail, <- EX. reflexivity. }
  apply (G O). reflexivity.
Qed.

Lemma row_of_value p (y : vecK) : (form (runs (row_of p)) y + inZ (constant (row_of p))) / inZ 1 = match p with Some j => at_ j y | None => 0 end.
Proof.
  rewrite div_one. destruct p as [j|]; cbn [row_of runs constant form]; rewrite inZ_0; [|ring]. unfold at_. rewrite <- (skipn_head _ j y).
  destruct (skipn j y) as [|t r]; cbn [dotZ nth]; [ring|]. change (inZ 1) with (1 : K). destruct r; cbn [dotZ]; ring.
Qed.

Lemma viewed_ok views vals i vw : Forall2 (Forall2 sees) views vals -> viewed f ws views i = Some vw ->
  Forall2 sees vw (apply (does (built f i)) (map (fun j => nth j vals []) (inputs (built f i)))).
Proof.
  intros S E. assert (At : forall b, Forall2 sees (nth b views []) (nth b vals [])) by (intro b; apply Forall2_nth; [constructor|exact S]).
  destruct i as [v ins|b columns picked|ins]; cbn [viewed built does inputs map] in *.
  - destruct (nth_error f v) as [nd|] eqn:N; [|discriminate]. destruct (forall2b _ (inputs nd) ins) eqn:B; [|discriminate]. injection E as <-.
    rewrite (nth_error_nth f v (Node Argmax []) N). apply seen_ok. rewrite (trace_node f v nd x N).
    + apply agreeing_ok. clear N. revert ins B. induction (inputs nd) as [|a l IH]; intros [|b ins] B; try discriminate; cbn [map zip]; constructor.
      * cbn [forall2b] in B. destruct ((a <=? v)%nat && _) eqn:Q; [|discriminate]. apply andb_true_iff in Q. destruct Q as (_ & Q). apply Nat.eqb_eq in Q. apply marked_ok; trivial.
      * apply IH. cbn [forall2b] in B. destruct ((a <=? v)%nat && _); [exact B|discriminate].
    + clear N. revert ins B. induction (inputs nd) as [|a l IH]; intros [|b ins] B j J; try discriminate; [destruct J|]. cbn [forall2b] in B.
      destruct ((a <=? v)%nat && _) eqn:Q; [|discriminate]. apply andb_true_iff in Q. destruct Q as (Q & _). apply Nat.leb_le in Q. destruct J as [<-|J]; [exact Q|]. apply (IH ins B j J).
  - injection E as <-. cbn [apply nth]. rewrite map_map. induction picked as [|p picked IH]; cbn [map]; constructor; trivial. rewrite row_of_value. destruct p as [j|]; [|exact I].
    unfold at_. apply Forall2_nth; [exact I|apply At].
  - injection E as <-. cbn [apply]. induction ins as [|b ins IH]; cbn [map concat]; [constructor|]. apply Forall2_app; [apply At|exact IH].
Qed.

Lemma all_viewed_ok plan views vals out : Forall2 (Forall2 sees) views vals -> all_viewed f ws views plan = Some out ->
  Forall2 (Forall2 sees) out (fold_left step (map (built f) plan) vals).
Proof.
  revert views vals. induction plan as [|i plan IH]; intros views vals S E; cbn [all_viewed map fold_left] in *; [injection E as <-; exact S|].
  destruct (viewed f ws views i) as [vw|] eqn:V; [|discriminate]. apply (IH (views ++ [vw])); trivial. unfold step. apply Forall2_app; trivial. constructor; [|constructor].
  apply (viewed_ok views vals i vw S V).
Qed.

Definition fetched (ps : list place) : vecK := map at_place ps.

Theorem part_ok start stop plan g : part f ws start stop plan = Some g -> value g (fetched start) = fetched stop.
Proof.
  unfold part. destruct (all_viewed _ _ _ plan) as [views|] eqn:E; [|discriminate]. destruct (forall2b (fun p o => is_place (fst p) (snd p) o) stop (last views [])) eqn:B; [|discriminate]. intro G. injection G as <-.
  assert (S : Forall2 (Forall2 sees) views (trace (map (built f) plan) (fetched start))).
  { apply (all_viewed_ok plan [map Some start] [fetched start] views); trivial. constructor; [|constructor]. unfold fetched. clear. induction start as [|p l IH]; cbn [map]; constructor; trivial. reflexivity. }
  assert (O : Forall2 sees (last views []) (value (map (built f) plan) (fetched start))) by (apply (Forall2_last _ _ (Forall2 sees)); [constructor|exact S]).
  clear - B O. revert B. generalize stop. induction O as [|o t vw y S O IH]; intros [|p l] B; try discriminate; [reflexivity|]. cbn [forall2b] in B. destruct (is_place (fst p) (snd p) o) eqn:P; [|discriminate].
  cbn [fetched map]. fold (fetched l). rewrite (IH l B). f_equal. destruct o as [(a, j)|]; [|discriminate]. cbn [is_place] in P. apply andb_true_iff in P. destruct P as (P1 & P2).
  apply Nat.eqb_eq in P1, P2. cbn [sees] in S. rewrite S, P1, P2. destruct p. reflexivity.
Qed.
End Part.
End Sound.

(** ** All inputs, all outputs *)

Definition first_places (n : nat) : list place := map (pair O) (seq 0 n).
Definition last_places (f : network) (m : nat) : list place := map (pair (length f)) (seq 0 m).

Section Ends.
Variable K : ofield.
Variables (f : network) (n : nat) (ws : list nat).
Hypothesis W : widths f n = Some ws.
Notation fetched := (fetched K f).

Lemma all_places (v : list K) m : length v = m -> map (fun i => at_ i v) (seq 0 m) = v.
Proof. intros <-. unfold at_. induction v as [|t v IH]; cbn [length seq map nth]; trivial. f_equal. rewrite <- seq_shift, map_map. exact IH. Qed.

Lemma trace_first (x : list K) : nth 0 (trace f x) [] = x.
Proof. unfold trace. destruct (trace_grows K f [x]) as (tail & ->). reflexivity. Qed.

Lemma trace_end (x : list K) : nth (length f) (trace f x) [] = value f x.
Proof.
  destruct (trace_split K f x) as (pre & E & L). rewrite E, app_nth2, L, Nat.sub_diag by lia. reflexivity.
Qed.

Lemma first_fetched (x : list K) : length x = n -> fetched x (first_places n) = x.
Proof.
  intro L. unfold Parts.fetched, first_places. rewrite map_map. cbn [at_place fst snd]. etransitivity; [|exact (all_places x n L)]. apply map_ext. intro i.
  unfold at_place. cbn [fst snd]. rewrite trace_first. reflexivity.
Qed.

Lemma last_fetched (x : list K) : length x = n -> fetched x (last_places f (last ws O)) = value f x.
Proof.
  intro L. unfold Parts.fetched, last_places. rewrite map_map. etransitivity; [|exact (all_places (value f x) _ (width_ok K f n ws x W L))]. apply map_ext. intro i.
  unfold at_place. cbn [fst snd]. rewrite trace_end. reflexivity.
Qed.
End Ends.

(** ** Stages *)

Fixpoint parts (f : network) (ws : list nat) (start : list place) (stages : list (list place)) (plans : list (list instruction)) : option (list network) :=
  match stages, plans with
  | [], [] => Some []
  | stop :: stages', plan :: plans' =>
      match part f ws start stop plan, parts f ws stop stages' plans' with Some g, Some gs => Some (g :: gs) | _, _ => None end
  | _, _ => None
  end.

Fixpoint injective_parts (gs : list network) (on : domain) (sets : list domain) : list statement :=
  match gs, sets with
  | g :: gs', e :: sets' =>
      let rest := injective_parts gs' e sets' in
      Injective (Net g) on :: match e with Reals _ => rest | _ => MapsInto (Net g) on e :: rest end
  | _, _ => []
  end.

Fixpoint surjective_parts (gs : list network) (on : domain) (sets : list domain) : list statement :=
  match gs, sets with g :: gs', e :: sets' => Surjective (Net g) on e :: surjective_parts gs' e sets' | _, _ => [] end.

Definition has_dimension (stage : list place) (e : domain) : bool := match dimension e with Some k => (k =? length stage)%nat | None => false end.

(** The parts, and the width of the output. *)
Definition staged (stages : list (list place)) (via : list domain) (plans : list (list instruction)) (f : network) (D : domain) : option (list network * nat) :=
  match dimension D with
  | None => None
  | Some n =>
      match widths f n with
      | None => None
      | Some ws =>
          match parts f ws (first_places n) (stages ++ [last_places f (last ws O)]) plans with
          | Some gs => if forall2b has_dimension stages via then Some (gs, last ws O) else None
          | None => None
          end
      end
  end.

Definition Stages (stages : list (list place)) (via : list domain) (plans : list (list instruction)) : rule := fun goal =>
  match goal with
  | Injective (Net f) D => match staged stages via plans f D with Some (gs, m) => Some (injective_parts gs D (via ++ [Reals m])) | None => None end
  | Surjective (Net f) D C => match staged stages via plans f D with Some (gs, _) => Some (surjective_parts gs D (via ++ [C])) | None => None end
  | Not (Injective (Net f) D) =>
      match staged stages via plans f D, via with
      | Some ([g; h; _], _), [e; _] => Some [Surjective (Net g) D e; Not (Injective (Net h) e)]
      | _, _ => None
      end
  | _ => None
  end.

Section Stages.
Variable K : ofield.
Variables (f : network) (n : nat) (ws : list nat).
Hypothesis W : widths f n = Some ws.
Notation fetched := (fetched K f).

Lemma last_cons A (a : A) l d : last (a :: l) d = last l a.
Proof. revert a d. induction l as [|b l IH]; intros a d; [reflexivity|]. change (last (a :: b :: l) d) with (last (b :: l) d). rewrite !IH. reflexivity. Qed.

Lemma injective_chain stages : forall start plans gs D sets (x y : list K), parts f ws start stages plans = Some gs -> forall2b has_dimension stages sets = true ->
  Forall (holds K) (injective_parts gs D sets) -> length x = n -> length y = n -> member D (fetched x start) -> member D (fetched y start) ->
  fetched x (last stages start) = fetched y (last stages start) -> fetched x start = fetched y start.
Proof.
  induction stages as [|stop stages IH]; intros start [|plan plans] gs D sets x y E B H Lx Ly Dx Dy V; cbn [parts] in E; try discriminate; [exact V|].
  destruct (part f ws start stop plan) as [g|] eqn:P; [|discriminate]. destruct (parts f ws stop stages plans) as [gs'|] eqn:Ps; [|discriminate]. injection E as <-.
  destruct sets as [|e sets]; [discriminate|]. cbn [forall2b] in B. destruct (has_dimension stop e) eqn:Dim; [|discriminate].
  assert (Px := part_ok K f n ws x W Lx start stop plan g P). assert (Py := part_ok K f n ws y W Ly start stop plan g P). rewrite last_cons in V.
  cbn [injective_parts] in H. inversion_clear H as [|? ? I H']. cbn [holds] in I.
  assert (In_e : member e (fetched x stop) /\ member e (fetched y stop) /\ Forall (holds K) (injective_parts gs' e sets)).
  { assert (M : maps_into (member D) (member e) (image (Net g) : list K -> list K) -> member e (fetched x stop) /\ member e (fetched y stop)).
    { intro M. rewrite <- Px, <- Py. split; apply M; trivial. }
    destruct e; try (inversion_clear H' as [|? ? M' H'']; cbn [holds] in M'; destruct (M M'); auto).
    unfold has_dimension in Dim. cbn [dimension] in Dim. apply Nat.eqb_eq in Dim. cbn [member]. unfold Parts.fetched. rewrite !map_length. auto. }
  destruct In_e as (Ex & Ey & H''). assert (S := IH stop plans gs' e sets x y Ps B H'' Lx Ly Ex Ey V). apply (I _ _ Dx Dy). cbn [image]. rewrite Px, Py. exact S.
Qed.

Lemma surjective_chain stages (D0 : list K -> Prop) : (forall x, D0 x -> length x = n) -> forall start plans gs D sets, parts f ws start stages plans = Some gs ->
  length stages = length sets -> Forall (holds K) (surjective_parts gs D sets) -> (forall z, member D z -> exists x, D0 x /\ fetched x start = z) ->
  forall z, member (last sets D) z -> exists x, D0 x /\ fetched x (last stages start) = z.
Proof.
  intro Len. induction stages as [|stop stages IH]; intros start [|plan plans] gs D sets E Ls H R z Mz; cbn [parts] in E; try discriminate.
  { destruct sets; [|discriminate]. apply R, Mz. }
  destruct (part f ws start stop plan) as [g|] eqn:P; [|discriminate]. destruct (parts f ws stop stages plans) as [gs'|] eqn:Ps; [|discriminate]. injection E as <-.
  destruct sets as [|e sets]; [discriminate|]. rewrite last_cons in Mz |- *. cbn [surjective_parts] in H. inversion_clear H as [|? ? S H']. cbn [holds] in S.
  apply (IH stop plans gs' e sets Ps); trivial; [injection Ls; trivial|]. intros w Ew. destruct (S w Ew) as (v & Dv & V). cbn [image] in V. destruct (R v Dv) as (x & Dx & Fx).
  exists x. split; trivial. rewrite <- V, <- Fx. symmetry. apply (part_ok K f n ws x W (Len x Dx) start stop plan g P).
Qed.
End Stages.

Lemma forall2b_same_length A B (p : A -> B -> bool) l m : forall2b p l m = true -> length l = length m.
Proof. revert m. induction l as [|a l IH]; intros [|b m] E; try discriminate; trivial. cbn [forall2b length] in *. destruct (p a b); [|discriminate]. f_equal. apply IH, E. Qed.

Lemma forall2b_app A B (p : A -> B -> bool) l m a b : forall2b p l m = true -> p a b = true -> forall2b p (l ++ [a]) (m ++ [b]) = true.
Proof. revert m. induction l as [|c l IH]; intros [|d m] E Q; try discriminate; cbn [app forall2b] in *; [rewrite Q; reflexivity|]. destruct (p c d); [apply IH; trivial|discriminate]. Qed.

Theorem Stages_sound stages via plans : sound (Stages stages via plans).
Proof.
  assert (Open : forall f D gs m, staged stages via plans f D = Some (gs, m) -> exists n ws, dimension D = Some n /\ widths f n = Some ws /\ m = last ws O /\
      parts f ws (first_places n) (stages ++ [last_places f (last ws O)]) plans = Some gs /\ forall2b has_dimension stages via = true).
  { unfold staged. intros f D gs m E. destruct (dimension D) as [n|]; [|discriminate]. destruct (widths f n) as [ws|] eqn:W; [|discriminate].
    destruct (parts _ _ _ _ _) as [ps|] eqn:P; [|discriminate]. destruct (forall2b _ _ _) eqn:B; [|discriminate]. injection E as <- <-. exists n, ws. auto. }
  intros [[f|] D|[f|] D C| | | | |[[f|] D| | | | | |]] gs E K H; try discriminate; cbn [Stages] in E; destruct (staged stages via plans f D) as [(ps, m)|] eqn:St; try discriminate;
    apply Open in St; clear Open; destruct St as (n & ws & N & W & -> & P & B); assert (Len := fun x : list K => dimension_spec K D n x N).
  - injection E as <-. intros x y Dx Dy V. cbn [image] in V. rewrite <- (first_fetched K f n x), <- (first_fetched K f n y) by auto.
    apply (injective_chain K f n ws W (stages ++ [last_places f (last ws O)]) (first_places n) plans ps D (via ++ [Reals (last ws O)])); auto.
    + apply forall2b_app; trivial. unfold has_dimension, last_places. cbn [dimension]. rewrite map_length, seq_length. apply Nat.eqb_refl.
    + rewrite first_fetched; auto.
    + rewrite first_fetched; auto.
    + rewrite last_last, !(last_fetched K f n ws W) by auto. exact V.
  - injection E as <-. intros y Cy. destruct (surjective_chain K f n ws W (stages ++ [last_places f (last ws O)]) (member D) Len (first_places n) plans ps D (via ++ [C])) with (z := y) as (x & Dx & Fx); trivial.
    + rewrite !app_length. cbn [length]. rewrite (forall2b_same_length _ _ _ _ _ B). reflexivity.
    + intros z Dz. exists z. split; trivial. apply first_fetched; auto.
    + rewrite last_last. exact Cy.
    + exists x. split; trivial. cbn [image]. rewrite last_last, (last_fetched K f n ws W) in Fx by auto. exact Fx.
  - destruct ps as [|g [|h [|l [|? ?]]]]; try discriminate. destruct via as [|e [|e2 [|? ?]]]; try discriminate. injection E as <-.
    inversion_clear H as [|? ? S H']. inversion_clear H' as [|? ? NI _]. destruct stages as [|s1 [|s2 [|? ?]]]; try discriminate; cbn [forall2b] in B; try (destruct (has_dimension s1 e); discriminate).
    2: { destruct (has_dimension s1 e); [|discriminate]. destruct (has_dimension s2 e2); discriminate. }
    cbn [app parts] in P. destruct plans as [|p1 [|p2 [|p3 [|? ?]]]]; try discriminate; cbn [parts] in P;
      repeat match type of P with context [part ?f ?ws ?a ?b ?c] => let Q := fresh "Q" in destruct (part f ws a b c) eqn:Q; [|discriminate] end; try discriminate.
    injection P as -> -> ->. intro I. apply NI. intros z z' Ez Ez' V. cbn [image] in V.
    destruct (S z Ez) as (x & Dx & Fx). destruct (S z' Ez') as (y & Dy & Fy). cbn [image] in Fx, Fy.
    assert (X1 := part_ok K f n ws x W (Len x Dx) _ _ _ _ Q). assert (Y1 := part_ok K f n ws y W (Len y Dy) _ _ _ _ Q).
    assert (X2 := part_ok K f n ws x W (Len x Dx) _ _ _ _ Q0). assert (Y2 := part_ok K f n ws y W (Len y Dy) _ _ _ _ Q0).
    assert (X3 := part_ok K f n ws x W (Len x Dx) _ _ _ _ Q1). assert (Y3 := part_ok K f n ws y W (Len y Dy) _ _ _ _ Q1).
    rewrite first_fetched in X1, Y1 by auto. rewrite <- X1, Fx in X2. rewrite <- Y1, Fy in Y2. rewrite (last_fetched K f n ws W) in X3, Y3 by auto.
    assert (E : x = y). { apply (I x y Dx Dy). cbn [image]. rewrite <- X3, <- Y3, <- X2, <- Y2, V. reflexivity. }
    rewrite <- Fx, <- Fy, E. reflexivity.
Qed.

(** ** Blocks: groups of inputs, and for each one outputs that depend on no other input *)

Definition factor (D : domain) (group : list nat) : option domain :=
  match D with
  | Reals _ => Some (Reals (length group))
  | Box sides => Some (Box (map (fun i => nth i sides (0, 0)%Q) group))
  | _ => None
  end.

Fixpoint injective_blocks (f : network) (ws : list nat) (D : domain) (n : nat) (blocks : list (list nat * list nat * list instruction)) : option (list statement) :=
  match blocks with
  | [] => Some []
  | (group, outputs, plan) :: blocks' =>
      match part f ws (map (pair O) group) (map (pair (length f)) outputs) plan, factor D group, injective_blocks f ws D n blocks' with
      | Some g, Some d, Some goals => if forallb (fun i => i <? n)%nat group then Some (Injective (Net g) d :: goals) else None
      | _, _, _ => None
      end
  end.

Definition Blocks (blocks : list (list nat * list nat * list instruction)) : rule := fun goal =>
  match goal with
  | Injective (Net f) D =>
      match dimension D with
      | None => None
      | Some n =>
          match widths f n with
          | None => None
          | Some ws =>
              if forallb (fun i => existsb (fun b => existsb (Nat.eqb i) (fst (fst b))) blocks) (seq 0 n) then injective_blocks f ws D n blocks else None
          end
      end
  | _ => None
  end.

Section Factor.
Variable K : ofield.

Lemma factor_ok D group d (x : list K) n : factor D group = Some d -> dimension D = Some n -> forallb (fun i => i <? n)%nat group = true -> member D x ->
  member d (map (fun i => at_ i x) group).
Proof.
  intros E N B M. rewrite forallb_forall in B. destruct D as [m|m|sides|m sides|axes|sides|l|k|m]; cbn [factor] in E; try discriminate; injection E as <-; cbn [member] in *; [apply map_length|].
  injection N as <-. induction group as [|i group IH]; cbn [map]; constructor; [|apply IH; intros; apply B; simpl; auto].
  assert (L : (i < length sides)%nat) by (apply Nat.ltb_lt, B; simpl; auto). clear - M L. revert i L. induction M as [|s t sides x S M IH]; intros [|i] L; cbn [length] in L; try lia; unfold at_ in *; cbn [nth]; auto.
  apply IH. lia.
Qed.
End Factor.

Theorem Blocks_sound blocks : sound (Blocks blocks).
Proof.
  intros [[f|] D| | | | | |] gs E K H; try discriminate. cbn [Blocks] in E. destruct (dimension D) as [n|] eqn:N; [|discriminate].
  destruct (widths f n) as [ws|] eqn:W; [|discriminate]. destruct (forallb _ (seq 0 n)) eqn:Cv; [|discriminate]. rewrite forallb_forall in Cv.
  intros x y Dx Dy V. cbn [image] in V. assert (Lx := dimension_spec K D n x N Dx). assert (Ly := dimension_spec K D n y N Dy).
  assert (Same : forall b, In b blocks -> forall i, In i (fst (fst b)) -> at_ i x = at_ i y).
  { clear Cv. revert gs E H. induction blocks as [|((group, outputs), plan) bs IH]; intros gs E H b J; [destruct J|]. cbn [injective_blocks] in E.
    destruct (part f ws _ _ plan) as [g|] eqn:P; [|discriminate]. destruct (factor D group) as [d|] eqn:F; [|discriminate].
    destruct (injective_blocks f ws D n bs) as [goals|] eqn:R; [|discriminate]. destruct (forallb _ group) eqn:B; [|discriminate]. injection E as <-.
    inversion_clear H as [|? ? I H']. destruct J as [<-|J]; [|apply (IH goals eq_refl H' b J)]. cbn [fst holds] in *.
    assert (Start : forall z : list K, length z = n -> fetched K f z (map (pair O) group) = map (fun i => at_ i z) group).
    { intros z Lz. unfold fetched. rewrite map_map. apply map_ext. intro i. unfold at_place. cbn [fst snd]. rewrite trace_first. reflexivity. }
    assert (Stop : fetched K f x (map (pair (length f)) outputs) = fetched K f y (map (pair (length f)) outputs)).
    { unfold fetched. apply map_ext_in. intros p J. apply in_map_iff in J. destruct J as (i & <- & _). unfold at_place. cbn [fst snd]. rewrite !trace_end, V. reflexivity. }
    rewrite <- (part_ok K f n ws x W Lx _ _ _ _ P), <- (part_ok K f n ws y W Ly _ _ _ _ P), !Start in Stop by trivial.
    assert (Q := I _ _ (factor_ok K D group d x n F N B Dx) (factor_ok K D group d y n F N B Dy) Stop).
    intros i J. clear - Q J. induction group as [|j group IH]; [destruct J|]. cbn [map] in Q. injection Q as Q Q'. destruct J as [<-|J]; auto. }
  apply nth_ext with (d := k0) (d' := k0); [congruence|]. intros i Li. rewrite Lx in Li. assert (C := Cv i). lapply C; [clear C; intro C|apply in_seq; lia].
  apply existsb_exists in C. destruct C as (b & J & C). apply existsb_exists in C. destruct C as (j & J' & C). apply Nat.eqb_eq in C. subst j. exact (Same b J i J').
Qed.
