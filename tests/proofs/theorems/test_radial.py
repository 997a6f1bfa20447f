"""Radial flows: the kernel compares functions, whatever the order of operations, and checks both sides of the condition."""

from dataclasses import replace

import numpy as np
import pytest

from bijection.engines.structure.radial import radial_step
from bijection.exact.floating import shadow
from proofs.activations import Reciprocal, Sqrt
from proofs.compose import compose
from proofs.domains import Reals
from proofs.network import Network, Node, Pointwise, Product, Sum
from proofs.statements import Bijective, Injective, IsIdentity, Not, Surjective
from proofs.theorems import Radial
from proofs.theorems.radial import radial, unradial
from tests.build import affine, box, point, q
from tests.proofs.theorems.cases import proves, rejects

STEP = Radial(point(1, -2), q(1), q("-1/2"), q("1/2"))
FLOW = radial(STEP.center, STEP.alpha, STEP.beta, STEP.least)
# the same function: β is multiplied into x − c, and c added again at the end
OTHER = Network(
    2,
    (
        Node(affine([[1, 0], [0, 1]], [-1, 2]), (0,)),
        Node(Product(), (1, 1)),
        Node(affine([[1, 1]]), (2,)),
        Node(Pointwise((Sqrt(),)), (3,)),
        Node(affine([[1], [1]], [1, 1]), (4,)),
        Node(Pointwise((Reciprocal(q("1/2")),) * 2), (5,)),
        Node(affine([["-1/2", 0], [0, "-1/2"]]), (1,)),
        Node(Product(), (6, 7)),
        Node(Sum(), (8, 1)),
        Node(affine([[1, 0], [0, 1]], [1, -2]), (9,)),
    ),
)


@pytest.mark.parametrize("f", [FLOW, OTHER], ids=["as the kernel writes it", "in another order"])
def test_both_ways_of_writing_it_are_seen(f: Network) -> None:
    assert proves(Injective(f, box(0, 1, 2)), STEP)
    assert proves(Surjective(f, Reals(2), box(0, 1, 2)), STEP)
    found = radial_step(f)
    assert found is not None
    assert (found.center, found.alpha, found.beta) == (STEP.center, STEP.alpha, STEP.beta)


def test_where_the_condition_fails_it_is_refuted() -> None:
    strong, step = radial(point(0, 0), q(1), q(-3), q(1)), Radial(point(0, 0), q(1), q(-3), q(1))
    assert proves(Not(Injective(strong, Reals(2))), step)
    rejects("is below −alpha", Injective(strong, Reals(2)), step)
    rejects("is not below −alpha", Not(Injective(FLOW, Reals(2))), STEP)
    rejects("proves nothing else", Not(Injective(strong, box(5, 6, 2))), step)


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (replace(STEP, center=point(1, 2)), "not seen to be this radial flow"),
        (replace(STEP, beta=q(-1)), "not seen to be this radial flow"),
        (replace(STEP, alpha=q(2)), "not seen to be this radial flow"),
        (replace(STEP, least=q(2)), "the least denominator 2"),
        (replace(STEP, alpha=q(0), beta=q(0)), "it must be positive"),
        (replace(STEP, center=point(1)), "a centre of 1 coordinates"),
    ],
)
def test_another_flow_is_rejected(step: Radial, why: str) -> None:
    rejects(why, Injective(FLOW, Reals(2)), step)


def test_what_it_does_not_speak_of() -> None:
    rejects("proves nothing else", Bijective(FLOW, Reals(2), Reals(2)), STEP)
    rejects("proves nothing else", Surjective(FLOW, box(0, 1, 2), Reals(2)), STEP)


@pytest.mark.parametrize("f", [FLOW, OTHER], ids=["as the kernel writes it", "in another order"])
def test_its_inverse_undoes_it(f: Network) -> None:
    g = unradial(STEP.center, STEP.alpha, STEP.beta)
    assert proves(IsIdentity(compose(g, f), Reals(2)), STEP)
    rejects("not seen to be this radial flow", IsIdentity(compose(f, g), Reals(2)), STEP)
    rejects("not seen to be this radial flow", IsIdentity(compose(g, f), Reals(2)), replace(STEP, beta=q("-1/4")))
    rejects("is not above −alpha", IsIdentity(compose(g, f), Reals(2)), replace(STEP, beta=q(-1)))


@pytest.mark.parametrize("beta", ["-1/2", "3"])
def test_the_inverse_has_the_right_values(beta: str) -> None:
    f, g = shadow(radial(point(1, 0), q(1), q(beta), q(1))), shadow(unradial(point(1, 0), q(1), q(beta)))
    x = np.array([[1.0, 0.0], [1.0, 1e-3], [4.0, -4.0], [-30.0, 7.0]])
    assert np.allclose(g(f(x)), x, atol=1e-12)
