import random
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.activations import ABS, IDENTITY, RELU, Activation, Sigmoid, clip, leaky_relu
from proofs.domains import Labels, Reals
from proofs.network import Affine, Network, Node, Op, Pointwise, Stack, Sum, Table
from proofs.statements import Injective, MapsInto, Not, Statement, Surjective, negate
from proofs.theorems import Collision, FullColumnRank, Merged, MonotoneLayer, StaysInside, Through
from proofs.theorems.merging import merged
from tests.build import affine, box, chain, point, q
from tests.proofs.theorems.cases import proves, rejects
from tests.strategies import networks, points_in

LEAKY = leaky_relu(q("1/4"))


def two(first: int | str, second: int | str, s: Activation = LEAKY, b: tuple[int | str, int | str] = (0, 0)) -> Network:
    """Two units and their sum."""
    return chain(1, affine([[first], [second]], list(b)), Pointwise((s, s)), affine([[1, 2]]))


def units(f: Network) -> list[int]:
    return [len(node.op.activations) for node in f.nodes if isinstance(node.op, Pointwise)]


@pytest.mark.parametrize(
    "f",
    [
        two(3, 3, Sigmoid()),
        two(1, 2),
        two("1/3", "1/2", RELU),
        two(2, 6, ABS, (1, 3)),
        two(2, 3, IDENTITY),
        two(1, 1, clip(q(0), q(1)), (5, 5)),
        two(0, 0, RELU, (1, 2)),
        two(0, 0, RELU),
    ],
    ids=["equal", "twice", "fractions", "with a bias", "identity", "clip", "constants", "zeros"],
)
def test_equal_units_and_positive_multiples_are_merged(f: Network) -> None:
    g = merged(f)
    assert units(g) == [1]
    assert all(f((t,)) == g((t,)) for t in (q(k) / 3 for k in range(-6, 7)) if not isinstance(f.nodes[1].op.activations[0], Sigmoid))  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "f",
    [
        two(1, -1),
        two(1, 2, Sigmoid()),
        two(1, 2, clip(q(0), q(1))),
        two(1, 1, RELU, (0, 1)),
        two(2, 1, RELU, (1, 1)),
        chain(1, affine([[1], [1]]), Pointwise((RELU, LEAKY)), affine([[1, 2]])),
        chain(1, affine([[1], [1]]), Pointwise((RELU, RELU))),
        chain(2, Pointwise((RELU, RELU)), affine([[1, 2]])),
        chain(1, affine([[1], [1]]), Pointwise((RELU, RELU)), Pointwise((RELU, RELU)), affine([[1, 2]])),
        Network(1, (*two(1, 1).nodes[:2], Node(affine([[1, 2], [1, 1]]), (2,)), Node(Sum(), (2, 3)))),
        Network(1, (*two(1, 1).nodes, Node(Stack(), (1, 3)))),
        Network(1, ()),
    ],
    ids=["opposite", "sigmoid", "clip", "other bias", "other row", "other activation", "last layer", "no rows", "two layers of activations",
         "activations read elsewhere", "rows read elsewhere", "nothing"],
)  # fmt: skip
def test_other_units_stay(f: Network) -> None:
    assert merged(f) == f
    rejects("no equal units", Injective(f, Reals(f.arity)), Merged())


def test_a_unit_that_nobody_reads_goes() -> None:
    assert units(merged(chain(1, affine([[1], [2], [3]], [0, 1, 1]), Pointwise((RELU,) * 3), affine([[1, 0, 1]])))) == [2]
    assert units(merged(chain(1, affine([[1], [1], [3]], [0, 0, 1]), Pointwise((RELU,) * 3), affine([[1, -1, 1]])))) == [1]
    nothing = merged(chain(1, affine([[1], [1]]), Pointwise((RELU,) * 2), affine([[0, 0]], [7])))
    assert units(nothing) == [0]
    assert nothing(point(3)) == point(7)


def test_units_that_become_equal_are_merged_and_all_readers_learn_of_it() -> None:
    deep = chain(1, affine([[1], [2]]), Pointwise((LEAKY,) * 2), affine([[2, 0], [0, 1]]), Pointwise((LEAKY,) * 2), affine([[1, 1]]))
    assert units(merged(deep)) == [1, 1]
    read_twice = Network(1, (*two(1, 2).nodes, Node(affine([[3, 5], [7, 7]]), (2,)), Node(Stack(), (3, 4))))
    assert units(merged(read_twice)) == [1]
    assert all(merged(read_twice)((t,)) == read_twice((t,)) for t in (q(-3), q(2)))


HIDDEN = two(1, 2)
CANCELLED = chain(1, affine([[1], [2]]), Pointwise((LEAKY,) * 2), affine([[-2, 1]]))
LAYERS = (
    Through(1, Reals(1)), FullColumnRank(3, (0,), ((1,),)), StaysInside(),
    Through(1, Reals(1)), MonotoneLayer(), StaysInside(), FullColumnRank(3, (0,), ((2,),)),
)  # fmt: skip


def test_what_holds_of_the_merged_network_holds() -> None:
    assert proves(Injective(HIDDEN, Reals(1)), Merged(), *LAYERS)
    assert proves(Not(Injective(CANCELLED, Reals(1))), Merged(), Collision(point(1), point(2)))


def test_the_statement_stays_what_it_is() -> None:
    g = merged(HIDDEN)
    statements: list[tuple[Statement, Statement]] = [
        (Injective(HIDDEN, box(0, 1)), Injective(g, box(0, 1))),
        (Surjective(HIDDEN, Reals(1), box(0, 1)), Surjective(g, Reals(1), box(0, 1))),
        (MapsInto(HIDDEN, Reals(1), Reals(1)), MapsInto(g, Reals(1), Reals(1))),
    ]
    for ours, theirs in statements:
        assert Merged().reduce(ours) == (theirs,)
        assert Merged().reduce(negate(ours)) == (negate(theirs),)


def test_a_table_has_no_units() -> None:
    rejects("a table has no units", Injective(Table((0, 1)), Labels(2)), Merged())


def _copied(f: Network, rng: random.Random) -> Network:
    """The network with every unit of its layers twice, one of them with some zero entries and another factor."""
    nodes = [node.op for node in f.nodes]
    out: list[Op] = []
    copied = None
    for op in nodes:
        if copied is not None and isinstance(op, Affine):
            op = _double(op, copied, rng)
        copied = None
        if isinstance(op, Pointwise) and out and isinstance(out[-1], Affine):
            before = out[-1]
            copied = len(op.activations)
            out[-1] = Affine(before.columns, before.rows * 2, before.denominator)
            op = Pointwise(op.activations * 2)
        out.append(op)
    return chain(f.arity, *out)


def _double(op: Affine, width: int, rng: random.Random) -> Affine:
    lines: list[list[int | str]] = []
    for row in op.rows:
        line = [Fraction(0)] * width
        for j, a in zip(row.columns, row.coefficients, strict=True):
            line[j] = Fraction(a, op.denominator)
        part = [Fraction(rng.randint(-3, 3)) for _ in line]
        lines.append([*(str(p) for p in part), *(str(a - p) for a, p in zip(line, part, strict=True))])
    return affine(lines, [str(Fraction(row.constant, op.denominator)) for row in op.rows], 2 * width)


@pytest.mark.parametrize("seed", range(30))
def test_a_network_that_is_hidden_behind_copies_comes_back(seed: int) -> None:
    rng = random.Random(seed)
    widths = [rng.randint(1, 3) for _ in range(4)]
    ops: list[Op] = []
    for n, m in pairwise(widths):
        w: list[list[int | str]] = [[rng.randint(-5, 5) for _ in range(n)] for _ in range(m)]
        ops += [affine(w, [rng.randint(-2, 2) for _ in range(m)]), Pointwise((rng.choice([RELU, LEAKY, ABS, clip(q(0), q(1))]),) * m)]
    plain = chain(widths[0], *ops[:-1])
    hidden = _copied(plain, rng)
    assert units(merged(hidden)) == units(merged(plain))
    for _ in range(5):
        x = point(*(Fraction(rng.randint(-6, 6), 2) for _ in range(widths[0])))
        assert plain(x) == hidden(x) == merged(hidden)(x)


@settings(max_examples=50)
@given(st.data())
def test_merging_changes_no_value(data: st.DataObject) -> None:
    f = data.draw(networks(smooth=False))
    x = data.draw(points_in(f.arity))
    assert merged(f)(x) == f(x)
