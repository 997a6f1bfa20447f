"""Labels to the last tie: each is shown by an input or excluded by a proof, and the answers are those of z3 and of trying all points."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import pytest
import z3

from bijection.engines.onto.labels import decided
from bijection.engines.proposal import Search
from bijection.label_table import LabelTable
from bijection.questions import reached_labels
from bijection.verdict import Proved, Refuted
from proofs.activations import ABS, RELU, Sigmoid, clip, leaky_relu
from proofs.domains import Domain, Grid, Integers, Polytope, Reals, contains, points
from proofs.exact import vector
from proofs.ieee import Binary32
from proofs.network import Affine, Argmax, Max, Network, Op, Pointwise, Softmax
from tests.build import affine, box, chain, finite, grid, point

LEAKY = leaky_relu(Fraction(1, 10))
TINY = f"1/{2**30}"


def table(f: Network, on: Domain) -> LabelTable:
    return reached_labels(f, on, within=None)


def scores(*rows: list[int | str], shift: list[int | str] | None = None) -> Network:
    return chain(len(rows[0]), affine(list(rows), shift), Argmax())


EMPTY = Polytope(1, (point(1), point(-1)), point(0, -1))
LINE = Polytope(2, (point(1, 1), point(-1, -1)), point("1/7", "-1/7"))  # x₀ + x₁ = 1/7
POOLED = chain(2, affine([[1, 0], [0, 1], [-1, -1]]), Max(((0, 1, 2), (2,))), affine([[1, 0], [0, 1], [-1, 0]], [0, 0, "1/8"]), Argmax())
HIDDEN = chain(1, affine([[1], [-1]]), Pointwise((RELU, RELU)), affine([[1, 1], [-1, -1], [0, 0]], [0, 0, TINY]), Argmax())
DEAD: list[tuple[str, Network, Domain, set[int]]] = [
    ("equal rows", scores([1, 2], [1, 2], [0, 1]), Reals(2), {0, 2}),
    ("a mixture in thirds", scores([3, 0], [0, 3], [1, 2]), Reals(2), {0, 1}),
    ("a mixture that comes first", scores([1, 2], [3, 0], [0, 3]), Reals(2), {0, 1, 2}),
    ("at one tie only", scores([0], [1], [-1]), Reals(1), {0, 1, 2}),
    ("largest at a tie with an earlier one", scores([1], [0], [-1]), Reals(1), {0, 2}),
    ("all scores constant", scores([0], [0], [0], shift=[1, 1, 1]), Reals(1), {0}),
    ("on a ray", scores([1], [0], shift=[-10, 10**6]), Polytope(1, (point(-1),), point(0)), {0, 1}),
    ("not on the other ray", scores([1], [0], shift=[-10, 10**6]), Polytope(1, (point(1),), point(0)), {1}),
    ("in a sliver", scores([1], [0], [-1], shift=[0, TINY, 0]), box(-1, 1), {0, 1, 2}),
    ("behind units, in a sliver", HIDDEN, box(-1, 1), {0, 2}),
    ("outside the box", scores([1], [0], shift=[0, 5]), box(0, 4), {1}),
    ("at the corner of the box", scores([0], [1], shift=[5, 0]), box(0, 5), {0}),
    ("at the corner, as the earlier one", scores([1], [0], shift=[0, 5]), box(0, 5), {0, 1}),
    ("no inputs at all", scores([1], [0]), EMPTY, set()),
    ("on a line in the plane", scores([1, 1], [0, 0], shift=[0, "1/7"]), LINE, {0}),
    ("with maxima", POOLED, Reals(2), {0, 2}),
    ("with maxima, on a box", POOLED, box(1, 2, 2), {0}),
    ("a single point", scores([1], [0]), box(3, 3), {0}),
    ("between the points of a grid", scores([-1], [0], [1], shift=["1/4", 0, "-3/4"]), grid(0, 255), {0, 2}),
    ("between the integers", scores([-1], [0], [1], shift=["1/4", 0, "-3/4"]), Integers(1), {0, 2}),
    ("on few points", scores([1], [-1]), finite([-2], [-1]), {1}),
    ("one label", scores([1]), Reals(1), {0}),
]


@pytest.mark.parametrize(("f", "on", "reached"), [case[1:] for case in DEAD], ids=[case[0] for case in DEAD])
def test_labels_that_are_reached_somewhere_and_nowhere(f: Network, on: Domain, reached: set[int]) -> None:
    found = table(f, on)
    assert set(found.reached) == reached
    assert set(found.never) == set(found) - reached
    for label, x in found.inputs.items():
        assert contains(on, vector(x))
        assert f(x) == point(label)


def test_smooth_scores_tie_too() -> None:
    tied = chain(
        1, affine([[1], [1], [2]], [0, 0, 9]), Pointwise((Sigmoid(),) * 3), affine([[1, 0, 0], [0, 1, 0], [0, 0, "1/4"]]), Argmax()
    )
    assert table(tied, box(-1, 1)).never == (1, 2)
    assert table(chain(2, Softmax(((0, 1),)), Argmax()), Reals(2)).reached == (0, 1)


def test_a_label_that_no_point_of_a_large_grid_has_is_proved_so() -> None:
    strip = chain(2, affine([[1, 1], [-1, -1]], ["-21/2", "21/2"]), Pointwise((RELU, RELU)), affine([[1, 1], [0, 0]], [0, "1/4"]), Argmax())
    assert table(strip, grid(0, 63, 2)).never == (1,)  # |x₀ + x₁ − 21/2| < 1/4
    assert table(strip, grid(0, 63, 2, step="1/2")).reached == (0, 1)


def test_binary32_labels_are_shown_or_tried() -> None:
    f = scores([1, 0], [0, 1], [1, 1], shift=[0, 0, -1])
    found = reached_labels(f, grid(0, 2, 2), arithmetic="binary32", within=None)
    assert found.reached == (0, 1, 2)
    assert all(isinstance(v.statement.f, Binary32) for v in found.values())  # type: ignore[union-attr]
    assert reached_labels(Binary32(f), grid(0, 1, 2), within=None).never == (2,)


def test_labels_outside_of_those_there_are_are_none() -> None:
    assert list(decided(scores([1], [0]), Reals(1), [-1, 2], Search(1e18))) == []


def _network(rng: random.Random) -> Network:
    n, k, style = rng.choice([1, 1, 2, 2, 3]), rng.choice([2, 3, 4]), rng.choice([0, 0, 1])

    def weight() -> Any:
        return rng.choice([-2, -1, -1, 0, 0, 0, 1, 1, 2]) if style == 0 else Fraction(rng.randrange(-40, 41), 16)

    ops: list[Op] = []
    width = n
    for _ in range(rng.choice([0, 1, 1, 2])):
        h = rng.choice([1, 2, 3, 4])
        ops.append(affine([[weight() for _ in range(width)] for _ in range(h)], [weight() for _ in range(h)]))
        if rng.random() < 0.25:
            ops.append(Max(tuple(tuple(sorted(rng.sample(range(h), min(h, rng.choice([1, 2]))))) for _ in range(h))))
        else:
            ops.append(Pointwise((rng.choice([RELU, LEAKY, ABS, clip(Fraction(0), Fraction(1))]),) * h))
        width = h
    rows, shift = [[weight() for _ in range(width)] for _ in range(k)], [weight() for _ in range(k)]
    if rng.random() < 0.6:  # one score a mixture of two others, so that ties are everywhere
        i, j, m, t = rng.randrange(k), rng.randrange(k), rng.randrange(k), rng.choice([0, Fraction(1, 2), Fraction(1, 3)])
        rows[i] = [t * a + (1 - t) * b for a, b in zip(rows[j], rows[m], strict=True)]
        shift[i] = t * shift[j] + (1 - t) * shift[m] + rng.choice([0, 0, Fraction(1, 2**30), -Fraction(1, 2**30)])
    return chain(n, *ops, affine(rows, shift), Argmax())


def _domain(rng: random.Random, n: int) -> Domain:
    match rng.randrange(5):
        case 0:
            return Reals(n)
        case 1:
            return box(-rng.randrange(3), rng.randrange(3), n)
        case 2:
            normals = [tuple(Fraction(rng.randrange(-2, 3)) for _ in range(n)) for _ in range(rng.choice([1, 2, 4]))]
            return Polytope(n, tuple(normals), tuple(Fraction(rng.randrange(-1, 3)) for _ in normals))
        case 3:
            return grid(-2, 2, n, step=rng.choice(["1", "1/2"]))
        case _:
            return grid(0, 1, n, step="1/15")


def _never_by_z3(f: Network, on: Domain, label: int) -> bool:
    """z3's word on whether no real input has the label; the network is written out here anew."""
    x = [z3.Real(f"x{i}") for i in range(f.arity)]
    solver, values = z3.Solver(), [x]

    def number(t: Fraction) -> Any:
        return z3.Q(t.numerator, t.denominator)

    def form(row: Any, v: list[Any], d: int) -> Any:
        return z3.Sum([z3.Q(a, d) * v[j] for j, a in zip(row.columns, row.coefficients, strict=True)] + [z3.Q(row.constant, d)])

    def unit(s: Any, t: Any) -> Any:
        lines = [number(p) * t + number(q) for p, q in s.pieces]
        out = lines[-1]
        for b, line in reversed(list(zip(s.breakpoints, lines, strict=False))):
            out = z3.If(t <= number(b), line, out)
        return out

    def largest(members: list[Any]) -> Any:
        out = members[0]
        for t in members[1:]:
            out = z3.If(t > out, t, out)
        return out

    for node in f.nodes[:-1]:
        v = values[node.inputs[0]]
        match node.op:
            case Affine(_, rows, d):
                values.append([form(row, v, d) for row in rows])
            case Pointwise(activations):
                values.append([unit(s, t) for s, t in zip(activations, v, strict=True)])
            case Max(groups):
                values.append([largest([v[j] for j in group]) for group in groups])
    match on:
        case Reals():
            pass
        case Polytope(_, normals, offsets):
            solver.add(
                [z3.Sum([number(a) * t for a, t in zip(e, x, strict=True)]) <= number(b) for e, b in zip(normals, offsets, strict=True)]
            )
        case _:
            solver.add([t >= number(a) for t, a in zip(x, on.lower, strict=True)])  # type: ignore[union-attr]
            solver.add([t <= number(b) for t, b in zip(x, on.upper, strict=True)])  # type: ignore[union-attr]
    g = values[-1]
    solver.add([g[label] > t for t in g[:label]] + [g[label] >= t for t in g[label + 1 :]])
    return bool(solver.check() == z3.unsat)


@pytest.mark.parametrize("seed", range(80))
def test_random_classifiers_are_decided_as_z3_and_enumeration_decide_them(seed: int) -> None:
    rng = random.Random(seed)
    f = _network(rng)
    on = _domain(rng, f.arity)
    found = table(f, on)
    tried = {int(f(x.fractions())[0]) for x in points(on, 10**5)} if isinstance(on, Grid) else None
    for label, verdict in found.items():
        never = _never_by_z3(f, on, label) if tried is None else label not in tried
        assert isinstance(verdict, Refuted if never else Proved), label
