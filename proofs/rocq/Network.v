(** Networks as straight-line code, and what they compute over an ordered field: proofs/network.py and activations.py, word for word.

    Value 0 is the input; node i computes value i+1 from earlier values; the last value is the output. *)
Require Import ZArith QArith List Bool Lia.
From Bijection Require Import OField.
Import ListNotations.

(** ** Syntax *)

(** The form x |-> (sum over the runs) + constant: a run (k, cs) skips k coordinates and multiplies the next ones by cs. *)
Record row := Row { runs : list (nat * list Z); constant : Z }.

(** [Pieces p more]: the piece p = (slope, intercept) up to the first breakpoint of [more], the piece beside it behind it, and so on. *)
Inductive activation :=
| Pieces (first : Q * Q) (more : list (Q * (Q * Q)))
| Sigmoid | Tanh | Softplus
| Elu (alpha scale : Q)
| Exp.

Inductive op :=
| Affine (columns : nat) (rows : list row) (denominator : positive)
| Pointwise (layers : list (nat * activation))
| Sum | Stack | Product
| Max (groups : list (list nat))
| Softmax (groups : list (list nat))
| Argmax.

Record node := Node { does : op; inputs : list nat }.
Definition network := list node.

Definition relu := (Pieces (0, 0) [(0, (1, 0))])%Q.
Definition identity := (Pieces (1, 0) [])%Q.

(** ** Semantics *)

Fixpoint unroll {A} (l : list (nat * A)) : list A :=
  match l with [] => [] | (n, a) :: r => repeat a n ++ unroll r end.

Section Semantics.
Variable K : ofield.
Open Scope K_scope.
Notation vecK := (list K).

Fixpoint dotZ (cs : list Z) (x : vecK) : K :=
  match cs, x with c :: cs', t :: x' => inZ c * t + dotZ cs' x' | _, _ => 0 end.

Fixpoint form (rs : list (nat * list Z)) (x : vecK) : K :=
  match rs with
  | [] => 0
  | (k, cs) :: r => let x' := skipn k x in dotZ cs x' + form r (skipn (length cs) x')
  end.

Fixpoint pieces (p : Q * Q) (more : list (Q * (Q * Q))) (t : K) : K :=
  match more with
  | (b, p') :: r => if kle_dec t (inQ b) then inQ (fst p) * t + inQ (snd p) else pieces p' r t
  | [] => inQ (fst p) * t + inQ (snd p)
  end.

Definition activate (s : activation) (t : K) : K :=
  match s with
  | Pieces p more => pieces p more t
  | Sigmoid => 1 / (1 + kexp (- t))
  | Tanh => (kexp (t + t) - 1) / (kexp (t + t) + 1)
  | Softplus => ksoftplus t
  | Elu alpha scale => if kle_dec 0 t then inQ scale * t else inQ scale * inQ alpha * (kexp t - 1)
  | Exp => kexp t
  end.

Fixpoint zip {A B C} (f : A -> B -> C) (u : list A) (v : list B) : list C :=
  match u, v with a :: u', b :: v' => f a b :: zip f u' v' | _, _ => [] end.

Fixpoint vsum (vs : list vecK) : vecK :=
  match vs with [] => [] | [v] => v | v :: r => zip kadd v (vsum r) end.

Definition kmax (x y : K) : K := if kle_dec x y then y else x.

Fixpoint largest (l : vecK) : K :=
  match l with [] => 0 | [t] => t | t :: r => kmax t (largest r) end.

(** The first index of a largest entry. *)
Fixpoint argmax_from (best : K) (at_ i : nat) (l : vecK) : nat :=
  match l with
  | [] => at_
  | t :: r => if kle_dec t best then argmax_from best at_ (S i) r else argmax_from t i (S i) r
  end.
Definition argmax (l : vecK) : nat := match l with [] => O | t :: r => argmax_from t 0 1 r end.

Definition at_ (i : nat) (x : vecK) : K := nth i x 0.
Definition ksum (l : vecK) : K := fold_right kadd 0 l.

Definition softmax_at (groups : list (list nat)) (x : vecK) (i : nat) : K :=
  match find (existsb (Nat.eqb i)) groups with
  | Some g => kexp (at_ i x) / ksum (map (fun j => kexp (at_ j x)) g)
  | None => 0
  end.

Definition apply (o : op) (xs : list vecK) : vecK :=
  let x := nth 0 xs [] in
  match o with
  | Affine _ rows d => map (fun r => (form (runs r) x + inZ (constant r)) / inZ (Zpos d)) rows
  | Pointwise l => zip activate (unroll l) x
  | Sum => vsum xs
  | Stack => concat xs
  | Product => zip kmul x (nth 1 xs [])
  | Max groups => map (fun g => largest (map (fun i => at_ i x) g)) groups
  | Softmax groups => map (softmax_at groups x) (seq 0 (length x))
  | Argmax => [inZ (Z.of_nat (argmax x))]
  end.

Definition step (vals : list vecK) (n : node) : list vecK :=
  vals ++ [apply (does n) (map (fun j => nth j vals []) (inputs n))].

Definition trace (f : network) (x : vecK) : list vecK := fold_left step f [x].
Definition value (f : network) (x : vecK) : vecK := last (trace f x) [].

(** A table k |-> values[k], as a function on vectors of width 1. *)
Fixpoint entry (l : list Z) (i : Z) (t : K) : K :=
  match l with [] => 0 | v :: r => if eq_dec K t (inZ i) then inZ v else entry r (i + 1)%Z t end.
End Semantics.
Arguments value {K}. Arguments trace {K}. Arguments apply {K}. Arguments activate {K}. Arguments pieces {K}. Arguments form {K}.
Arguments dotZ {K}. Arguments vsum {K}. Arguments kmax {K}. Arguments largest {K}. Arguments argmax {K}. Arguments argmax_from {K}.
Arguments at_ {K}. Arguments ksum {K}. Arguments step {K}. Arguments entry {K}. Arguments softmax_at {K}.

(** ** The index of a largest entry is an index *)

Section Argmax.
Variable K : ofield.

Lemma argmax_from_below (l : list K) (b : K) i j : (i < j -> argmax_from b i j l < j + length l)%nat.
Proof.
  revert b i j. induction l as [|t l IH]; intros b i j L; cbn [argmax_from length]; [lia|].
  destruct (kle_dec t b). { specialize (IH b i (S j)). lia. } specialize (IH t j (S j)). lia.
Qed.

Lemma argmax_below (l : list K) : l <> [] -> (argmax l < length l)%nat.
Proof. destruct l as [|t l]; [congruence|]. intros _. cbn [argmax length]. apply (argmax_from_below l t 0 1). lia. Qed.

End Argmax.

(** ** Composition, and the two parts at a cut *)

Definition shift (s : nat) (n : node) : node := Node (does n) (map (fun j => j + s)%nat (inputs n)).
Definition compose (outer inner : network) : network := inner ++ map (shift (length inner)) outer.

Definition unshift (s : nat) (n : node) : node := Node (does n) (map (fun j => j - s)%nat (inputs n)).
Definition prefix (f : network) (k : nat) : network := firstn k f.
Definition suffix (f : network) (k : nat) : network := map (unshift k) (skipn k f).
Definition is_cut (f : network) (k : nat) : bool :=
  (k <=? length f)%nat && forallb (fun n => forallb (fun j => k <=? j)%nat (inputs n)) (skipn k f).

Section Composition.
Variable K : ofield.
Notation vecK := (list K).

Lemma trace_length f (vals : list vecK) : length (fold_left step f vals) = (length vals + length f)%nat.
Proof. revert vals. induction f; intros vals; simpl; [lia|]. rewrite IHf. unfold step. rewrite app_length. simpl. lia. Qed.

Lemma run_shift (f : network) (pre vals : list vecK) :
  fold_left step (map (shift (length pre)) f) (pre ++ vals) = pre ++ fold_left step f vals.
Proof.
  revert vals. induction f as [|n f IH]; intros vals; simpl; [reflexivity|].
  assert (E : step (pre ++ vals) (shift (length pre) n) = pre ++ step vals n); [|rewrite E; apply IH].
  unfold step. rewrite <- app_assoc. do 3 f_equal. unfold shift. simpl. rewrite map_map. f_equal. apply map_ext.
  intros j. rewrite app_nth2 by lia. f_equal. lia.
Qed.

Lemma last_app (A : Type) (d : A) (u v : list A) : v <> [] -> last (u ++ v) d = last v d.
Proof. induction u as [|a u IH]; intro H; simpl; [reflexivity|]. destruct (u ++ v) eqn:E. { apply app_eq_nil in E. tauto. } rewrite <- E at 1. rewrite E in *. apply IH. trivial. Qed.

Lemma trace_split (f : network) (x : vecK) : exists pre, trace f x = pre ++ [value f x] /\ length pre = length f.
Proof.
  exists (removelast (trace f x)). assert (L := trace_length f [x]). fold (trace f x) in L. simpl in L.
  assert (N : trace f x <> []). { intro E. rewrite E in L. discriminate. }
  assert (S := app_removelast_last [] N). split; [exact S|]. apply (f_equal (@length _)) in S. rewrite app_length in S. simpl in S. lia.
Qed.

Theorem value_compose (h g : network) (x : vecK) : value (compose h g) x = value h (value g x).
Proof.
  unfold value at 1, trace, compose. rewrite fold_left_app. fold (trace g x).
  destruct (trace_split g x) as (pre & E & L). rewrite E, <- L, run_shift, last_app; [reflexivity|].
  assert (M := trace_length h [value g x]). intro F. rewrite F in M. simpl in M. lia.
Qed.

Lemma parts (f : network) (k : nat) : is_cut f k = true -> f = compose (suffix f k) (prefix f k).
Proof.
  unfold is_cut, compose, suffix, prefix. rewrite andb_true_iff, forallb_forall, Nat.leb_le. intros (L & H).
  rewrite <- (firstn_skipn k f) at 1. f_equal. rewrite firstn_length, Nat.min_l by trivial. rewrite map_map.
  rewrite <- map_id at 1. apply map_ext_in. intros [o ins] I. apply H in I. simpl in I. rewrite forallb_forall in I.
  unfold shift, unshift. simpl. f_equal. rewrite map_map. rewrite <- map_id at 1. apply map_ext_in. intros j J.
  apply I in J. apply Nat.leb_le in J. lia.
Qed.

Theorem value_cut (f : network) (k : nat) (x : vecK) :
  is_cut f k = true -> value f x = value (suffix f k) (value (prefix f k) x).
Proof. intro H. rewrite (parts f k H) at 1. apply value_compose. Qed.
End Composition.
