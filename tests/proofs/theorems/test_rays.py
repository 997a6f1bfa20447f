"""Vectors scaled by a number that depends on them."""

import pytest

from proofs.activations import ABS, RELU, Reciprocal, Sqrt
from proofs.domains import Reals
from proofs.network import Network, Node, Pointwise, Product, Stack
from proofs.statements import Injective
from proofs.theorems import ScaledRays
from tests.build import affine, box, q
from tests.proofs.theorems.cases import proves, rejects

STEP = ScaledRays()


def scaled(weights: list[object], epsilon: object, least: object, root: bool = True, first: object = None) -> Network:
    """x·1/max(√(Σ wᵢxᵢ² + ε), least), or without the root."""
    n = len(weights)
    nodes = [Node(Product(), (0, 0)), Node(affine([weights], [epsilon]), (1,))]  # type: ignore[list-item]
    if root:
        nodes.append(Node(Pointwise((Sqrt(),)), (2,)))
    nodes.append(Node(Pointwise((Reciprocal(q(least)),)), (len(nodes),)))  # type: ignore[arg-type]
    nodes.append(Node(affine([[1]] * n), (len(nodes),)))
    nodes.append(Node(Product(), (0, len(nodes))))
    return Network(n, tuple(nodes))


def softsign(n: int) -> Network:
    nodes = (Node(Pointwise((ABS,) * n), (0,)), Node(affine([[int(i == j) for j in range(n)] for i in range(n)], [1] * n), (1,)))
    return Network(n, (*nodes, Node(Pointwise((Reciprocal(q(1)),) * n), (2,)), Node(Product(), (3, 0))))


@pytest.mark.parametrize("f", [scaled([1, 1, 1], "1/9", "1/4"), scaled(["1/2", 0], 2, 1), softsign(1), softsign(3)])
def test_normalised_vectors_are_told_apart(f: Network) -> None:
    assert proves(Injective(f, Reals(f.arity)), STEP)
    assert proves(Injective(f, box(-1, 2, f.arity)), STEP)


@pytest.mark.parametrize(
    ("f", "why"),
    [
        (scaled([1], 1, 1, root=False), "falls too fast: the homogeneous part has the degree 2"),
        (scaled([1, -1], 1, 1), "the argument of a reciprocal is not known to be at least 1"),
        (scaled([1, 1], "1/4", 1), "the argument of a reciprocal is not known to be at least 1"),
        (scaled([1, 1], 0, "1/8"), "the argument of a reciprocal is not known to be at least"),
        (Network(1, (Node(Product(), (0, 0)),)), "a factor is no reciprocal"),
        (Network(1, (Node(affine([[2]]), (0,)), Node(Product(), (1, 1)))), "no factor of the last product is the input"),
    ],
    ids=["no root", "a difference", "a maximum that matters", "no constant", "a square", "not the input"],
)
def test_what_is_not_known_to_increase_along_rays_is_rejected(f: Network, why: str) -> None:
    rejects(why, Injective(f, Reals(f.arity)), STEP)


def test_a_factor_that_depends_on_another_group_is_rejected() -> None:
    size = Node(Pointwise((ABS, ABS)), (0,))
    crossed = Network(
        2, (size, Node(affine([[0, 1], [1, 0]], [1, 1]), (1,)), Node(Pointwise((Reciprocal(q(1)),) * 2), (2,)), Node(Product(), (0, 3)))
    )
    rejects("depends on inputs that have another one", Injective(crossed, Reals(2)), STEP)


def test_a_constant_plus_a_part_that_is_not_homogeneous_is_rejected() -> None:
    mixed = Network(
        1,
        (
            Node(Product(), (0, 0)),
            Node(Pointwise((ABS,)), (0,)),
            Node(Stack(), (1, 2)),
            Node(affine([[1, 1]], [1]), (3,)),
            Node(Pointwise((Reciprocal(q(1)),)), (4,)),
            Node(Product(), (0, 5)),
        ),
    )
    rejects("homogeneous function and a constant", Injective(mixed, Reals(1)), STEP)


def test_two_groups_are_normalised_apart() -> None:
    rows = [[1, 1, 0, 0], [0, 0, 1, 1]]
    nodes = (
        Node(Product(), (0, 0)),
        Node(affine(rows, ["1/4", 1]), (1,)),
        Node(Pointwise((Sqrt(), Sqrt())), (2,)),
        Node(Pointwise((Reciprocal(q("1/2")), Reciprocal(q(1)))), (3,)),
        Node(affine([[1, 0], [1, 0], [0, 1], [0, 1]]), (4,)),
        Node(Product(), (0, 5)),
    )
    assert proves(Injective(Network(4, nodes), Reals(4)), STEP)
    one_sided = (Node(Pointwise((RELU,)), (0,)), Node(affine([[1]], ["1/2"]), (1,)), Node(Pointwise((Reciprocal(q("1/2")),)), (2,)))
    assert proves(Injective(Network(1, (*one_sided, Node(Product(), (0, 3)))), Reals(1)), STEP)
