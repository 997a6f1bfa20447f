"""Small files that asked for days or for all memory: each is refused, or done, in a second."""

from fractions import Fraction

import pytest

from proofs.activations import RELU
from proofs.domains import Grid, Reals
from proofs.errors import Malformed
from proofs.exact import Interval
from proofs.ieee import Binary32
from proofs.network import Affine, Network, Node, Pointwise, Product, Row, Softmax, Stack
from proofs.relaxation import Region
from proofs.statements import Injective, IsIdentity, Lipschitz, Not
from proofs.theorems import (
    Agreement,
    Blocks,
    Cancels,
    IntegerCoupling,
    IntermediateValue,
    LipschitzLayers,
    NoRounding,
    SmallRounding,
    Stages,
    Triangular,
)
from proofs.theorems.blocks import dependence
from tests.build import chain, point
from tests.proofs.theorems.cases import proves, rejects

ZERO, ONE = Fraction(0), Fraction(1)


def test_a_wide_softmax_takes_no_quadratic_time() -> None:
    n = 20_000
    whole, single = chain(n, Softmax((tuple(range(n)),))), chain(n, Softmax(tuple((i,) for i in range(n))))
    for f in (whole, single):
        assert proves(Not(Injective(f, Reals(n))), Agreement((ZERO,) * n, (ONE,) * n))
    rejects("does not depend on input 0 alone", Injective(whole, Reals(n)), Triangular((0,) * n, (0,) * n))
    rejects("20000 outputs do not cancel", IsIdentity(whole, Reals(n)), Cancels())
    assert dependence(chain(100, Softmax((tuple(range(100)),)))) == [2**100 - 1] * 100


def test_sets_of_inputs_are_counted_as_memory() -> None:
    n = 100_000
    at = IntermediateValue((ZERO,) * n, 0, 0, point(0, 1, 2))
    rejects("too much memory", Not(Injective(Network(n, ()), Reals(n))), at)
    with pytest.raises(Malformed, match="too much memory"):
        dependence(chain(9000, Affine(9000, (Row(tuple(range(9000)), (1,) * 9000, 0),), 1), Affine(1, (Row((0,), (1,), 0),) * 600_000, 1)))
    assert proves(Injective(Network(40, ()), Reals(40)), Blocks((tuple(range(40)),)), Triangular(tuple(range(40)), tuple(range(40))))


def test_values_that_no_stage_reads_are_counted() -> None:
    n, count = 20_000, 300
    nothing = Node(Affine(n, (Row((), (), 0),), 1), (0,))
    f = Network(n, (Node(Affine(n, (Row((), (), 0),) * n, 1), (0,)), *(Node(nothing.op, (1,)) for _ in range(count)),
                    Node(Stack(), tuple(range(2, count + 2)))))  # fmt: skip
    rejects("goals open", Injective(f, Reals(n)), Stages(((),), (Reals(0),)))


def test_powers_of_two_that_nothing_is_a_multiple_of_but_0() -> None:
    squared = Binary32(Network(1, tuple(Node(Product(), (i, i)) for i in range(60))))
    on = Grid((ZERO,), (ZERO,), (Fraction(2) ** 100,))
    rejects("determine 0 of the 1 inputs", Injective(squared, on), IntegerCoupling())
    rejects("goals open", Injective(squared, on), NoRounding())
    tiny = Grid((ZERO,), (Fraction(1, 10**3999 + 1),), (ONE,))
    rejects("goals open", Injective(squared, tiny), NoRounding())


def test_long_constants_are_counted() -> None:
    row = Row((0,), (10**900 + 7,), 0)
    f = chain(1, *[Affine(1, (row,), 10**900 + 9)] * 1500)
    rejects("constants of over", Lipschitz(f, Reals(1), ONE), LipschitzLayers())
    short = Binary32(chain(1, *[Affine(1, (Row((0,), (2**24 - 1,), 0),), 2**24)] * 500))
    rejects("may hide the spacing", Injective(short, Grid((ZERO,), point(10), (Fraction(1, 10**6),))), SmallRounding(Network(1, ())))


def test_cuts_of_wide_values_are_counted() -> None:
    n = 1000
    whole = Region.whole(chain(n, Pointwise((RELU,) * n), Affine(n, (Row((0,), (1,), 0),), 1)), Reals(n))
    before = whole.meter.work, whole.meter.size
    whole.restricted(0, 0, Interval(ZERO, None))
    assert before[0] - whole.meter.work > 2000 * n
    assert before[1] - whole.meter.size > 100 * n


def test_a_grid_without_coordinates_has_no_spacing() -> None:
    nothing = Network(0, ())
    rejects("without coordinates", Injective(Binary32(nothing), Grid((), (), ())), SmallRounding(nothing))
