"""Couplings as files for Rocq: checked, and refused once an order, a sign or an activation is changed; and where signs do not tell."""

from pathlib import Path

import pytest

from bijection.errors import NotSupported
from bijection.export import rocq as writer
from bijection.export.rocq_check import Outcome, check_text
from bijection.verdict import Proved, accept
from proofs.activations import Exp, Softplus, Tanh, leaky_relu
from proofs.domains import Reals
from proofs.kernel import Status, check
from proofs.network import Network, Node, Pointwise, Product, Stack
from proofs.statements import Injective, Surjective
from proofs.theorems import Triangular
from tests.build import affine, box, chain, q
from tests.evidence.accepting import ACCEPTED

SOLVED = "Triangular_sound (numbers [0; 4]%uint63) (numbers [0; 4]%uint63)"
CHANGES = {
    "nothing": ("", "", Outcome.CHECKED),
    "the levels": (SOLVED, SOLVED.replace("[0; 4]", "[4; 0]", 1), Outcome.FAILED),
    "the outputs": (SOLVED, "Triangular_sound (numbers [0; 4]%uint63) (numbers [4; 0]%uint63)", Outcome.FAILED),
    "one level": (SOLVED, SOLVED.replace("[0; 4]", "[0; 0]", 1), Outcome.FAILED),
    "the scale, which may vanish": ("(Pointwise [(1%nat, Exp)])", "(Pointwise [(1%nat, Tanh)])", Outcome.FAILED),
    "what is scaled": ("Node Product [3%nat; 4%nat]", "Node Product [3%nat; 2%nat]", Outcome.FAILED),
}


@pytest.mark.parametrize(("old", "new", "outcome"), CHANGES.values(), ids=CHANGES.keys())
def test_couplings_are_checked_and_fail_when_they_are_changed(old: str, new: str, outcome: Outcome, rocq: list[str], cache: Path) -> None:
    text = writer.source(*ACCEPTED["a RealNVP coupling is a bijection"])
    assert old in text
    assert check_text(text.replace(old, new), cache=cache).outcome is outcome


def scaled(*scale: Pointwise) -> Network:
    """(x, y) ↦ (x, y·scale(x))."""
    nodes = [Node(affine([[1, 0]]), (0,)), *(Node(op, (k,)) for k, op in enumerate(scale, 1))]
    k = len(nodes)
    return Network(2, (*nodes, Node(affine([[0, 1]]), (0,)), Node(Product(), (k, k + 1)), Node(Stack(), (1, k + 2))))


TWO = Network(1, (Node(Pointwise((Tanh(),)), (0,)), Node(Stack(), (0, 1)), Node(affine([[1, 1]]), (2,))))  # x + tanh x
BOTH = Triangular((0, 1), (0, 1))
ASKED = {
    "e^x": (Injective(scaled(Pointwise((Exp(),))), Reals(2)), BOTH, Status.MACHINE),
    "softplus, onto": (Surjective(scaled(Pointwise((Softplus(),))), Reals(2), Reals(2)), BOTH, Status.MACHINE),
    "a positive side": (Injective(scaled(), box(1, 2, 2)), BOTH, Status.MACHINE),
    "leaky units": (
        Surjective(chain(2, affine([[1, 0], [5, -1]]), Pointwise((leaky_relu(q("1/2")),) * 2)), Reals(2), Reals(2)),
        BOTH,
        Status.MACHINE,
    ),
    "a sum of two that increase, onto": (
        Surjective(TWO, Reals(1), Reals(1)),
        Triangular((0,), (0,)),
        Status.COMPUTED,  # that needs the intermediate value theorem
    ),
    "and injective": (
        Injective(TWO, Reals(1)),
        Triangular((0,), (0,)),
        Status.MACHINE,
    ),
}


@pytest.mark.parametrize(("claim", "theorem", "status"), ASKED.values(), ids=ASKED.keys())
def test_the_status_is_that_of_the_signs(
    claim: Injective | Surjective, theorem: Triangular, status: Status, rocq: list[str], cache: Path
) -> None:
    assert check(claim, (theorem,))["Triangular"][1] is status
    outcome = Outcome.CHECKED if status is Status.MACHINE else Outcome.FAILED
    assert check_text(writer.source(claim, (theorem,)), cache=cache).outcome is outcome


def test_what_needs_slopes_is_not_written() -> None:
    claim, (theorem,) = ACCEPTED["a cube is strictly increasing"]
    verdict = accept(claim, claim, (theorem,), "an odd power", 0.0)
    assert isinstance(verdict, Proved)
    with pytest.raises(NotSupported, match="Triangular: not proved in proofs/rocq"):
        writer.text(verdict)


def test_a_coupling_rests_on_machine_checked_theorems_alone() -> None:
    found = check(*ACCEPTED["a RealNVP coupling is a bijection"])
    assert {status for _, status in found.values()} == {Status.MACHINE}
