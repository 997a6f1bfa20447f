(** The pigeonhole principle on a network: more listed inputs than the set it maps into has points. *)
Require Import ZArith QArith List Bool Lia.
From Bijection Require Import Maps OField Network Exact Domains Statements Subsets.
Import ListNotations.

Fixpoint all_different (l : list vec) : bool :=
  match l with [] => true | v :: r => if existsb (same v) r then false else all_different r end.

(** Different points of the domain, one more than the set C has: in any |C| + 1 of them two have one value. *)
Definition pigeonhole_at (inputs : list (list Q)) (into : domain) : rule := fun goal =>
  match goal with
  | Not (Injective f D) =>
      match points into with
      | Some ps => given (forallb (contains D) inputs && all_different (map vector inputs) && (length ps <? length inputs)%nat) [MapsInto f D into]
      | None => None
      end
  | _ => None
  end.

Theorem pigeonhole_at_accepts inputs into : sound (pigeonhole_at inputs into).
Proof.
  intros [| | | | | |[f D| | | | | |]] gs E K H; try discriminate. cbn [pigeonhole_at] in E. destruct (points into) as [ps|] eqn:P; [|discriminate].
  apply given_some in E. destruct E as (E & ->). rewrite !andb_true_iff, forallb_forall, Nat.ltb_lt in E. destruct E as ((In_D & Diff) & L).
  inversion_clear H as [|? ? M _]. intro I. apply (not_injective_list _ _ (image f) (map embQ inputs : list (list K)) (map embQ ps)).
  - rewrite <- (map_ext (fun x => emb (vector x)) embQ) by (intro; apply emb_vector). rewrite <- map_map. clear - Diff.
    induction (map vector inputs) as [|v r IH]; cbn [map]; constructor; cbn [all_different] in Diff; destruct (existsb (same v) r) eqn:X; try discriminate; auto.
    intro J. apply in_map_iff in J. destruct J as (u & E & J). assert (Y : existsb (same v) r = true); [|congruence].
    apply existsb_exists. exists u. split; trivial. apply (same_spec K). symmetry. exact E.
  - intros x J. apply in_map_iff in J. destruct J as (q & <- & J). assert (Dq := In_D q J). apply (contains_spec K) in Dq.
    destruct (points_spec K into ps _ P (M _ Dq)) as (p & Jp & ->). apply in_map, Jp.
  - rewrite !map_length. exact L.
  - intros x y Jx Jy. apply in_map_iff in Jx, Jy. destruct Jx as (p & <- & Jx), Jy as (q & <- & Jy). apply I; apply (contains_spec K); apply In_D; trivial.
Qed.
