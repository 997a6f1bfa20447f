"""Couplings of whole numbers in binary32 arithmetic are injective (F7); what is accepted is injective, point by point."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bijection as bj
from bijection.verdict import Proved
from proofs.activations import RELU, Sigmoid, leaky_relu
from proofs.domains import Grid, points
from proofs.errors import Malformed, NoExactValue, Rejected
from proofs.ieee import Binary32
from proofs.network import Affine, Network, Node, Pointwise, Product, Stack, Sum
from proofs.statements import Injective
from proofs.theorems.integer_coupling import IntegerCoupling
from tests.build import affine, chain, grid, q

MAGIC = 3 * 2**22  # added and taken away, it rounds to a whole number


def coupling(*t: object, size: int = 0) -> Binary32:
    """(a, b) ↦ (a, b + round(t(a))), with size also modulo it."""
    nodes = [Node(affine([[1, 0]]), (0,))]
    for op in t:
        nodes.append(Node(op, (len(nodes),)))
    nodes += [Node(affine([[1]], [MAGIC]), (len(nodes),)), Node(affine([[1]], [-MAGIC]), (len(nodes) + 1,))]
    nodes += [Node(affine([[0, 1]]), (0,)), Node(Sum(), (len(nodes) + 1, len(nodes)))]
    total = len(nodes)
    if size:  # minus size·round(total/size − 1/2 + 1/(2·size)), the floor of a whole number over size
        shift = Fraction(1, 2 * size) - Fraction(1, 2)
        nodes += [Node(affine([[Fraction(1, size)]], [shift]), (total,)), Node(affine([[1]], [MAGIC]), (total + 1,))]
        nodes += [Node(affine([[1]], [-MAGIC]), (total + 2,)), Node(affine([[-size]]), (total + 3,)), Node(Sum(), (total, total + 4))]
        total = len(nodes)
    return Binary32(Network(2, (*nodes, Node(affine([[1, 0]]), (0,)), Node(Stack(), (total + 1, total)))))


def accepted(f: Binary32, on: Grid) -> bool:
    try:
        return IntegerCoupling().reduce(Injective(f, on)) == ()
    except (Rejected, Malformed):
        return False


def injective(f: Binary32, on: Grid) -> bool:
    seen = [f.trace(x)[-1].fractions() for x in points(on, 10**5)]
    return len(set(seen)) == len(seen)


THIRD = affine([["11184811/33554432"]])
NETWORKS = {
    "linear": (THIRD,),
    "relu": (affine([[3], [-5]], [1, 2]), Pointwise((RELU, leaky_relu(Fraction(1, 4)))), affine([["1/8", "-3/16"]])),
    "square": (),
}


@pytest.mark.parametrize("t", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize(("size", "last"), [(0, 255), (256, 255), (16, 15)])
def test_a_coupling_of_whole_numbers_is_injective_whatever_it_adds(t: tuple[object, ...], size: int, last: int) -> None:
    f = coupling(*t, size=size)
    assert accepted(f, grid(0, last, 2))
    assert injective(f, grid(0, 15, 2))


def test_modulo_the_size_of_the_grid_it_is_a_permutation_of_it() -> None:
    f = coupling(THIRD, size=16)
    values = {f.trace(x)[-1].fractions() for x in points(grid(0, 15, 2), 1000)}
    assert values == {x.fractions() for x in points(grid(0, 15, 2), 1000)}


def test_modulo_less_than_the_size_it_collides_and_is_rejected() -> None:
    f = coupling(THIRD, size=16)
    assert not accepted(f, grid(0, 16, 2))
    assert not injective(f, grid(0, 16, 2))


def test_a_sum_that_is_rounded_is_not_believed() -> None:
    large = coupling(affine([[2**24]]))
    assert not accepted(large, grid(0, 255, 2))
    fine = Network(2, (*coupling(THIRD).network.nodes,))
    assert not accepted(Binary32(fine), Grid((q(0), q(0)), (q(1), q(255)), (q("1/1048576"), q("1/16777216"))))


def test_smooth_operations_are_not_known() -> None:
    with pytest.raises(Rejected, match="nothing is known of the digits of Sigmoid"):
        IntegerCoupling().reduce(Injective(coupling(Pointwise((Sigmoid(),))), grid(0, 3, 2)))
    with pytest.raises(Rejected, match="on a grid only"):
        IntegerCoupling().reduce(Injective(chain(1, affine([[1]])), grid(0, 3)))


_SMALL = st.sampled_from([Fraction(t) for t in (0, 0, 1, -1, 2, 3, "1/2", "1/3", "-3/4", MAGIC, -MAGIC, 2**23)])


@st.composite
def programs(draw: st.DrawFn) -> Binary32:
    """Small programs with sums, products and activations; thirds are rounded to binary32."""
    nodes: list[Node] = []
    widths = [2]
    for _ in range(draw(st.integers(1, 5))):
        source = draw(st.integers(0, len(widths) - 1))
        n = widths[source]
        kind = draw(st.sampled_from(["affine", "affine", "affine", "relu", "stack", "sum", "product"]))
        same = [j for j, w in enumerate(widths) if w == n]
        other = draw(st.sampled_from(same))
        if kind == "affine":
            m = draw(st.integers(1, 2))
            rows = [[_single(draw(_SMALL)) for _ in range(n)] for _ in range(m)]
            op: object = affine(rows, [_single(draw(_SMALL)) for _ in range(m)])
            node, width = Node(op, (source,)), m
        elif kind == "relu":
            node, width = Node(Pointwise((draw(st.sampled_from([RELU, leaky_relu(Fraction(1, 2))])),) * n), (source,)), n
        elif kind == "stack":
            node, width = Node(Stack(), (source, other)), 2 * n
        else:
            node, width = Node(Sum() if kind == "sum" else Product(), (source, other)), n
        nodes.append(node)
        widths.append(width)
    return Binary32(Network(2, (*nodes, Node(Stack(), (len(nodes), 0 if draw(st.booleans()) else len(nodes))))))


def _single(t: Fraction) -> Fraction:
    return Fraction(11184811, 2**25) if t == Fraction(1, 3) else t


@settings(max_examples=400, deadline=None)
@given(programs(), st.sampled_from([grid(0, 3, 2), grid(-2, 2, 2), grid(0, 5, 2, step="1/2")]))
def test_what_is_accepted_is_injective_point_by_point(f: Binary32, on: Grid) -> None:
    if accepted(f, on):
        try:
            assert injective(f, on)
        except NoExactValue:
            pytest.fail("an accepted program is not defined everywhere")


def test_decide_finds_it() -> None:
    verdict = bj.decide(Injective(coupling(THIRD, size=256), grid(0, 255, 2)), within=None)
    assert isinstance(verdict, Proved)
    assert [b.name for b in verdict.rests_on] == ["IntegerCoupling"]
    assert isinstance(coupling(THIRD).network.nodes[0].op, Affine)
