"""Contractions in Rocq: as a rule with the slopes on a domain, and as leaves of split trees beside Farkas vectors."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from bijection.export.rocq import HEAD
from bijection.export.rocq_check import check_text, library
from bijection.export.rocq_terms import Terms, matrix, words
from proofs.activations import RELU, leaky_relu
from proofs.network import Network, Node, Pointwise, Sum
from proofs.statements import Injective
from tests.build import affine, box
from tests.rocq.copies import Contraction, Split, Tree, body, file
from tests.rocq.test_copies import LINE, TREE
from tests.rocq.test_corpus import module, run

# x + (two layers)(x), the second coordinate reaches far into the first one: a contraction in a weighted norm only
REACHING = Network(
    2,
    (
        Node(affine([[0, 2], ["1/2", 0]], [0, "-1/3"]), (0,)),
        Node(Pointwise((leaky_relu(Fraction(1, 4)), RELU)), (1,)),
        Node(affine([["3/2", 0], [0, "1/3"]]), (2,)),
        Node(Pointwise((RELU, RELU)), (3,)),
        Node(affine([[1, 0], [0, "1/2"]]), (4,)),
        Node(Sum(), (0, 5)),
    ),
)
SQUARE = Injective(REACHING, box(-1, 1, 2))
WEIGHTED = Contraction(((1, 0), (0, 1)), 1, (7, 2))
# Along a line with slopes 1, 3 and 2: half the slope is close enough to 1 where the first unit is in one phase, or in the other
HALF = Contraction(((1,),), 2, (1,))


def rule(claim: Injective, c: Contraction) -> str:
    """The definitions, the certificate, and the claim as the theorem `verdict`."""
    terms = Terms()
    asserted, proposition = terms.statement(claim), terms.proposition(claim)
    definitions = "\n\n".join(terms.definitions)
    certificate = f"Contraction {matrix(c.matrix)} {c.over} (integers {words(c.norm)}) {c.precision}"
    return f"""{definitions}

Definition evidence : list step := [by_ (contraction_proves ({certificate}))].

Lemma accepted : check evidence [{asserted}] = true.
Proof. vm_cast_no_check (eq_refl true). Qed.

Theorem verdict : forall K : ofield,
  {proposition}.
Proof. exact (kernel evidence {asserted} accepted). Qed.
"""


def mixed(same: Sequence[Contraction]) -> Tree:
    """The tree with contractions where both inputs are in one phase of the first unit."""
    assert isinstance(TREE, Split)
    assert len(TREE.cases) == 4
    return Split(TREE.number, (same[0], *TREE.cases[1:3], same[1]))


def refuted(text: str) -> str:
    """The file up to the lemma that the certificate is refused."""
    return text.partition("\nTheorem verdict")[0].replace("= true", "= false").replace("eq_refl true", "eq_refl false")


RULES = "From Bijection Require Import Contraction.\n"
LEAVES = "From Bijection Require Import Copies Leaves.\n"


def test_a_contraction_is_accepted(rocq: list[str], cache: Path) -> None:
    answer = check_text(f"{HEAD}\n{RULES}\n{rule(SQUARE, WEIGHTED)}\nPrint Assumptions verdict.\n", cache=cache)
    assert answer, answer


def test_what_is_no_contraction_is_refused(rocq: list[str], cache: Path, tmp_path: Path) -> None:
    cases = {
        "another norm": (SQUARE, replace(WEIGHTED, norm=(1, 1))),
        "one multiplier": (SQUARE, replace(WEIGHTED, matrix=((1, 0), (5, 1)))),
        "another sign": (SQUARE, replace(WEIGHTED, matrix=((-1, 0), (0, 1)))),
        "a weight that is not positive": (SQUARE, replace(WEIGHTED, norm=(0, 2))),
        "one line": (SQUARE, replace(WEIGHTED, matrix=((1, 0),))),
        "no precision": (SQUARE, replace(WEIGHTED, precision=1)),
        "one bias": (Injective(replace_bias(), SQUARE.on), WEIGHTED),
        "slopes between 0 and 3": (LINE, HALF),
    }
    texts = [module(i, name, refuted(rule(claim, c))) for i, (name, (claim, c)) in enumerate(cases.items())]
    done = run(rocq, library(cache), tmp_path, RULES + "\n".join(texts))
    assert done.returncode == 0, done.stderr


def replace_bias() -> Network:
    """With a unit that turns inputs back where the other one is always flat."""
    first, *others = REACHING.nodes
    return Network(2, (Node(affine([[0, 2], [-9, 0]], [0, 9]), first.inputs), *others))


def test_leaves_of_both_kinds_are_accepted(rocq: list[str], cache: Path) -> None:
    answer = check_text(file(LINE, [mixed((HALF, HALF))]), cache=cache)
    assert answer, answer


def test_changed_leaves_are_refused(rocq: list[str], cache: Path, tmp_path: Path) -> None:
    cases = {
        "a multiplier at one leaf": mixed((HALF, replace(HALF, matrix=((2,),)))),
        "a multiplier at the other leaf": mixed((replace(HALF, matrix=((-1,),)), HALF)),
        "a leaf without phases": HALF,
        "a norm of nothing": mixed((HALF, replace(HALF, norm=(0,)))),
    }
    texts = [module(i, name, refuted(body(LINE, [tree]))) for i, (name, tree) in enumerate(cases.items())]
    done = run(rocq, library(cache), tmp_path, LEAVES + "\n".join(texts))
    assert done.returncode == 0, done.stderr
