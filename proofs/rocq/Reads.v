(** Which coordinates of a value are the same at two inputs: an operation is the same in a coordinate that reads only such coordinates. *)
Require Import ZArith QArith List Bool Lia.
From Bijection Require Import OField Network.
Import ListNotations.

(** Both forms read only coordinates that are marked, or with the coefficient 0. *)
Fixpoint dot_reads (cs : list Z) (marks : list bool) : bool :=
  match cs, marks with c :: cs', b :: marks' => if b then dot_reads cs' marks' else (c =? 0)%Z && dot_reads cs' marks' | _, _ => true end.
Fixpoint form_reads (rs : list (nat * list Z)) (marks : list bool) : bool :=
  match rs with
  | [] => true
  | (k, cs) :: r => let marks' := skipn k marks in dot_reads cs marks' && form_reads r (skipn (length cs) marks')
  end.

Fixpoint all_marked (ms : list (list bool)) : list bool := match ms with [] => [] | [m] => m | m :: r => zip andb m (all_marked r) end.
Definition group_marked (m : list bool) (g : list nat) : bool := forallb (fun i => nth i m true) g.

(** The coordinates of the value of an operation in which it agrees, from those in which its inputs do. *)
Definition agreeing (o : op) (ms : list (list bool)) : list bool :=
  let m := nth 0 ms [] in
  match o with
  | Affine _ rows _ => map (fun r => form_reads (runs r) m) rows
  | Pointwise l => zip (fun _ b => b) (unroll l) m
  | Sum => all_marked ms
  | Stack => concat ms
  | Product => zip andb m (nth 1 ms [])
  | Max groups => map (group_marked m) groups
  | Softmax groups =>
      map (fun i => match find (existsb (Nat.eqb i)) groups with Some g => nth i m true && group_marked m g | None => true end) (seq 0 (length m))
  | Argmax => [forallb (fun b => b) m]
  end.

Section Sound.
Variable K : ofield.
Open Scope K_scope.

Inductive agree : list bool -> list K -> list K -> Prop :=
| agree_nil : agree [] [] []
| agree_cons b s t m x y : (b = true -> s = t) -> agree m x y -> agree (b :: m) (s :: x) (t :: y).

Inductive all_agree : list (list bool) -> list (list K) -> list (list K) -> Prop :=
| all_nil : all_agree [] [] []
| all_cons m x y ms xs ys : agree m x y -> all_agree ms xs ys -> all_agree (m :: ms) (x :: xs) (y :: ys).

Lemma agree_length m x y : agree m x y -> length m = length x /\ length m = length y.
Proof. induction 1; cbn [length]; lia. Qed.

Lemma agree_nth m x y i : agree m x y -> nth i m true = true -> at_ i x = at_ i y.
Proof. intro A. revert i. induction A as [|b s t m x y E A IH]; intros [|i] H; unfold at_ in *; cbn [nth] in *; auto. Qed.

Lemma agree_equal m x y : agree m x y -> forallb (fun b => b) m = true -> x = y.
Proof. induction 1 as [|b s t m x y E A IH]; cbn [forallb]; intro F; trivial. apply andb_true_iff in F. destruct F as (-> & F). f_equal; auto. Qed.

Lemma agree_skipn k m x y : agree m x y -> agree (skipn k m) (skipn k x) (skipn k y).
Proof. intro A. revert k. induction A as [|b s t m x y E A IH]; intros [|k]; cbn [skipn]; try constructor; auto. Qed.

Lemma agree_map A (f g : A -> K) (h : A -> bool) l : (forall a, In a l -> h a = true -> f a = g a) -> agree (map h l) (map f l) (map g l).
Proof. induction l as [|a l IH]; intro H; cbn [map]; constructor; [apply H; simpl; auto|]. apply IH. intros b J. apply H. simpl. auto. Qed.

Lemma dot_reads_ok cs m (x y : list K) : agree m x y -> dot_reads cs m = true -> dotZ cs x = dotZ cs y.
Proof.
  intro A. revert cs. induction A as [|b s t m x y E A IH]; intros [|c cs] R; cbn [dotZ dot_reads] in *; trivial. destruct b.
  - rewrite E, (IH cs R) by trivial. reflexivity.
  - apply andb_true_iff in R. destruct R as (Z0 & R). apply Z.eqb_eq in Z0. subst c. rewrite (IH cs R), inZ_0. f_equal.
    rewrite !(Ring_theory.Rmul_0_l (Eqsth K) (Eq_ext kadd kmul kopp) (F_R (kth K))). reflexivity.
Qed.

Lemma form_reads_ok rs m (x y : list K) : agree m x y -> form_reads rs m = true -> form rs x = form rs y.
Proof.
  revert m x y. induction rs as [|(k, cs) rs IH]; intros m x y A R; cbn [form form_reads] in *; trivial. apply andb_true_iff in R. destruct R as (R1 & R2).
  rewrite (dot_reads_ok cs (skipn k m) (skipn k x) (skipn k y)) by (trivial; apply agree_skipn, A). f_equal.
  apply (IH (skipn (length cs) (skipn k m))); trivial. apply agree_skipn, agree_skipn, A.
Qed.

Lemma all_agree_nth ms xs ys k : all_agree ms xs ys -> agree (nth k ms []) (nth k xs []) (nth k ys []).
Proof. intro A. revert k. induction A; intros [|k]; cbn [nth]; try constructor; trivial. Qed.

Lemma agree_zip (f : K -> K -> K) m m' x y x' y' : agree m x y -> agree m' x' y' -> agree (zip andb m m') (zip f x x') (zip f y y').
Proof.
  intro A. revert m' x' y'. induction A as [|b s t m x y E A IH]; intros m' x' y' A'; destruct A' as [|b' s' t' m' x' y' E' A']; cbn [zip]; constructor; auto.
  intro B. apply andb_true_iff in B. destruct B. rewrite E, E' by trivial. reflexivity.
Qed.

Lemma agree_vsum ms xs ys : all_agree ms xs ys -> agree (all_marked ms) (vsum xs) (vsum ys).
Proof.
  induction 1 as [|m x y ms xs ys A As IH]; [constructor|]. destruct As as [|m' x' y' ms xs ys A' As]; [exact A|]. exact (agree_zip kadd _ _ _ _ _ _ A IH).
Qed.

Lemma agree_app m m' x y x' y' : agree m x y -> agree m' x' y' -> agree (m ++ m') (x ++ x') (y ++ y').
Proof. induction 1; cbn [app]; trivial. intro A'. constructor; auto. Qed.

Lemma agree_concat ms xs ys : all_agree ms xs ys -> agree (concat ms) (concat xs) (concat ys).
Proof. induction 1; cbn [concat]; [constructor|]. apply agree_app; trivial. Qed.

Lemma agree_activate l m x y : agree m x y -> agree (zip (fun _ b => b) l m) (zip activate l x) (zip activate l y).
Proof.
  intro A. revert l. induction A as [|b s t m x y E A IH]; intros [|a l]; cbn [zip]; constructor; auto. intro B. rewrite E by trivial. reflexivity.
Qed.

Lemma group_same m x y g : agree m x y -> group_marked m g = true -> map (fun i => at_ i x) g = map (fun i => at_ i y) g.
Proof.
  unfold group_marked. intros A G. rewrite forallb_forall in G. apply map_ext_in. intros i I. apply (agree_nth m); auto.
Qed.

Theorem agreeing_ok o ms xs ys : all_agree ms xs ys -> agree (agreeing o ms) (apply o xs) (apply o ys).
Proof.
  intro As. assert (A := all_agree_nth ms xs ys 0 As). assert (A1 := all_agree_nth ms xs ys 1 As). unfold agreeing, apply. cbv zeta.
  destruct (agree_length _ _ _ A) as (Lx & Ly). destruct o as [cols rows d|l| | | |groups|groups|].
  - apply agree_map. intros r _ R. rewrite (form_reads_ok _ _ _ _ A R). reflexivity.
  - apply agree_activate, A.
  - apply agree_vsum, As.
  - apply agree_concat, As.
  - apply agree_zip; trivial.
  - apply agree_map. intros g _ G. rewrite (group_same _ _ _ _ A G). reflexivity.
  - rewrite <- Lx, <- Ly. apply agree_map. intros i _ H. unfold softmax_at. destruct (find _ groups) as [g|]; [|reflexivity].
    apply andb_true_iff in H. destruct H as (Hi & G). rewrite (agree_nth _ _ _ i A Hi). f_equal. f_equal.
    assert (S := group_same _ _ _ _ A G). rewrite <- !(map_map (fun j => at_ j _) kexp), S. reflexivity.
  - constructor; [|constructor]. intro F. rewrite (agree_equal _ _ _ A F). reflexivity.
Qed.
End Sound.
Arguments agree {K}. Arguments all_agree {K}.
