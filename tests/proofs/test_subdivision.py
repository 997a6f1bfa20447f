"""The cells of a network tile its domain, and the network is linear on each of them."""

import random
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from math import comb

import pytest
import z3

from proofs.activations import ABS, RELU, Sigmoid, clip
from proofs.domains import Box, Point, Polytope, Reals, contains, dimension
from proofs.errors import Malformed, Rejected
from proofs.exact import vector
from proofs.limits import Meter
from proofs.network import Argmax, Max, Network, Node, Pointwise, Product, Stack, Sum, Table
from proofs.subdivision import Generator, Subdivision, recession
from proofs.theorems.cell_tree import CellTree
from tests.build import affine, box, chain, layer, point, q
from tests.networks.ground_truth import SQUARE
from tests.proofs.cells import cell_tree, random_point, random_question

SEEDS = range(25)
TWO = chain(2, affine([[1, 0], [0, 1], [1, 1], [1, -1]], [0, "1/2", -1, 0]), Pointwise((RELU,) * 4), affine([[1, -1, 1, 1]] * 2, [-1, 1]))
DEEP = Network(2, (*TWO.nodes, Node(Pointwise((ABS, clip(q(-1), q(1)))), (3,)), Node(Stack(), (4, 0))))


def generators(tree: CellTree, leaf: int) -> list[Generator]:
    return [tree.subdivision.generators[g] for g in sorted(tree.members[leaf])]


def lies_in(cone: Sequence[Generator], x: Point) -> bool:
    """Whether (x, 1) is a sum of nonnegative multiples of the generators; by z3, which shares no code with them."""
    solver = z3.SolverFor("QF_LRA")
    weights = [z3.Real(f"w{k}") for k in range(len(cone))]
    solver.add([t >= 0 for t in weights])
    for j, t in enumerate((*x, Fraction(1))):
        solver.add(z3.Sum([c * g.ray[j] for c, g in zip(weights, cone, strict=True)]) == z3.Q(t.numerator, t.denominator))
    return bool(solver.check() == z3.sat)


def signs(f: Network, x: Point) -> tuple[int, int]:
    """The switches that are positive and that are negative at x, computed afresh."""
    values = f.trace(vector(x))
    forms: list[Fraction] = []
    for node in f.nodes:
        z = values[node.inputs[0]].fractions()
        if isinstance(node.op, Pointwise):
            forms += [t - b for s, t in zip(node.op.activations, z, strict=True) for b in s.breakpoints]  # type: ignore[union-attr]
        elif isinstance(node.op, Max):
            forms += [z[i] - z[j] for group in node.op.groups for i, j in combinations(group, 2)]
    return sum(1 << k for k, t in enumerate(forms) if t > 0), sum(1 << k for k, t in enumerate(forms) if t < 0)


def pattern(cone: Sequence[Generator]) -> tuple[int, int]:
    """The switches that are positive somewhere on the cell, and those that are negative somewhere."""
    positive = negative = 0
    for g in cone:
        positive, negative = positive | g.positive, negative | g.negative
    return positive, negative


@pytest.mark.parametrize("seed", SEEDS)
def test_a_point_lies_in_the_cells_that_its_signs_say_and_in_no_other(seed: int) -> None:
    rng = random.Random(seed)
    f, on = random_question(rng)
    tree = cell_tree(f, on)
    leaves = [generators(tree, leaf) for leaf in tree.leaves()]
    for _ in range(3):
        x = random_point(rng, f.arity)
        positive, negative = signs(f, x)
        fits = [cone for cone in leaves if not positive & pattern(cone)[1] and not negative & pattern(cone)[0]]
        holding = [cone for cone in fits if lies_in(cone, x)]
        assert bool(holding) is contains(on, vector(x))
        others = [cone for cone in leaves if not any(cone is fit for fit in fits)]
        assert not any(lies_in(cone, x) for cone in rng.sample(others, min(2, len(others))))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_network_is_linear_on_every_leaf_also_in_the_directions(seed: int) -> None:
    rng = random.Random(seed)
    f, on = random_question(rng)
    tree = cell_tree(f, on)
    for leaf in tree.leaves():
        cone = generators(tree, leaf)
        for _ in range(2):
            weights = [Fraction(rng.randint(0, 9)) for _ in cone]
            *x, w = (sum(c * g.ray[j] for c, g in zip(weights, cone, strict=True)) for j in range(f.arity + 1))
            *y, v = (sum(c * g.image[j] / g.factor for c, g in zip(weights, cone, strict=True)) for j in range(f.width + 1))
            assert v == w
            if w:
                assert f([t / w for t in x]) == tuple(t / w for t in y)
                assert contains(on, vector([t / w for t in x]))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_signs_and_levels_of_a_generator_are_those_of_the_point(seed: int) -> None:
    f, on = random_question(random.Random(seed))
    for g in cell_tree(f, on).subdivision.generators:
        *x, w = g.ray
        if w:
            at = tuple(Fraction(t, w) for t in x)
            assert (g.positive, g.negative) == signs(f, at)
            assert tuple(Fraction(t, g.image[-1]) for t in g.image[:-1]) == f(at)
            assert g.positive == sum(1 << k for k, t in enumerate(g.levels) if t > 0)
            assert all(scale > 0 for scale in g.scales)


def area(points: Sequence[Point]) -> Fraction:
    """Twice the area of the convex hull, by its border (Andrew's monotone chain)."""
    ordered = sorted(set(points))
    border: list[Point] = []
    for line in (ordered, ordered[::-1]):
        part: list[Point] = []
        for p in line:
            while len(part) > 1 and _turn(part[-2], part[-1], p) <= 0:
                part.pop()
            part.append(p)
        border += part[:-1]
    pairs = zip(border, border[1:] + border[:1], strict=True)
    return sum((a * d - b * c for (a, b), (c, d) in pairs), Fraction(0))


def _turn(p: Point, q: Point, r: Point) -> Fraction:
    return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])


def corners(cone: Sequence[Generator]) -> list[Point]:
    return [tuple(Fraction(t, g.ray[-1]) for t in g.ray[:-1]) for g in cone]


@pytest.mark.parametrize("seed", range(25))
def test_the_areas_of_the_cells_add_up_to_that_of_the_square(seed: int) -> None:
    """Nothing of the domain is lost, and no two cells overlap."""
    rng = random.Random(f"area {seed}")
    while (question := random_question(rng, 8))[0].arity != 2:
        pass
    for on in (box(-2, 3, 2), Polytope(2, (point(1, 2), point(-3, 1), point(1, -4), point(-1, -1)), point(4, 3, 5, 2))):
        tree, plain = cell_tree(question[0], on), cell_tree(Network(2, ()), on)
        whole = area([p for leaf in plain.leaves() for p in corners(generators(plain, leaf))])
        assert sum(area(corners(generators(tree, leaf))) for leaf in tree.leaves()) == whole > 0


def tangents(count: int, n: int) -> Network:
    """Hyperplanes Σ tʲ·xⱼ = tⁿ for t = 1, 2, …: in general position, and so they are with the axes in the plane."""
    times = range(1, count + 1)
    return chain(n, affine([[t**j for j in range(n)] for t in times], [-(t**n) for t in times], n), Pointwise((RELU,) * count))


@pytest.mark.parametrize(("count", "n"), [(0, 2), (1, 2), (5, 2), (12, 2), (4, 3), (7, 3), (6, 1), (5, 4)])
def test_hyperplanes_in_general_position_make_as_many_cells_as_is_known(count: int, n: int) -> None:
    tree = cell_tree(tangents(count, n), box(-(10**5), 10**5, n))
    assert len(list(tree.leaves())) == sum(comb(count, k) for k in range(n + 1))


@pytest.mark.parametrize("count", [0, 1, 5, 12])
def test_lines_and_the_two_axes_make_as_many_cells_of_the_plane_as_is_known(count: int) -> None:
    tree = cell_tree(tangents(count, 2), Reals(2))
    assert len(list(tree.leaves())) == sum(comb(count + 2, k) for k in range(3))


def test_the_piecewise_linear_square_has_eight_cells() -> None:
    tree = cell_tree(SQUARE, Reals(2))
    assert len(list(tree.leaves())) == 8
    assert all(tree.injective_on(leaf) for leaf in tree.leaves())
    assert len(list(cell_tree(SQUARE, box(-1, 1, 2)).leaves())) == 8


@pytest.mark.parametrize(
    ("on", "leaves", "rays"),
    [
        (Box(point(0, 0), point(0, 0)), 1, 1),
        (Box(point(-1, 1), point(1, 1)), 2, 3),
        (Polytope(2, (point(1, 1), point(-1, -1), point(1, 0), point(-1, 0)), point(0, 0, 1, 1)), 2, 3),
        (Polytope(3, (point(1, 0, 0), point(-1, 0, 0)), point(1, -1)), 4, 5),
    ],
    ids=["a point", "a segment", "a slanting segment", "a plane in space"],
)
def test_the_domain_may_be_flat(on: Box | Polytope, leaves: int, rays: int) -> None:
    tree = cell_tree(layer(*(ABS,) * dimension(on)), on)
    assert len(list(tree.leaves())) == leaves
    assert len({g for leaf in tree.leaves() for g in tree.members[leaf]}) == rays
    assert all(tree.injective_on(leaf) for leaf in tree.leaves())


def test_a_flat_square_in_space_is_no_problem() -> None:
    on = Box(point(0, -1, -1), point(0, 1, 1))
    tree = cell_tree(chain(3, Pointwise((RELU,) * 3), affine([[1, 1, 1], [0, 1, 0], [0, 0, 1]])), on)
    assert [tree.injective_on(leaf) for leaf in tree.leaves()].count(True) == 1  # where both units are active
    assert len(list(tree.leaves())) == 4


def test_an_empty_polytope_has_no_cells() -> None:
    nothing = Polytope(2, (point(1, 0), point(-1, 0)), point(-1, -1))
    assert Subdivision(layer(RELU, RELU), nothing).roots() == []


def test_a_polytope_far_from_an_orthant_has_no_cell_in_it_though_they_share_directions() -> None:
    tree = cell_tree(layer(RELU, RELU), Polytope(2, (point(-1, 0), point(0, -1)), point(-1, -1)))  # x ≥ 1, y ≥ 1
    assert len(tree.roots) == 1
    assert {g.ray for g in generators(tree, 0)} == {(0, 1, 0), (1, 0, 0), (1, 1, 1)}


def test_no_inputs_make_one_cell() -> None:
    f = chain(0, affine([[], []], [1, 2]), Pointwise((RELU, RELU)))
    for on in (Reals(0), Box((), ()), Polytope(0, ((),), point(0))):
        assert len(list(cell_tree(f, on).leaves())) == 1
    assert Subdivision(f, Polytope(0, ((),), point(-1))).roots() == []


def test_sides_that_do_not_matter_or_are_there_twice_change_nothing() -> None:
    normals = (point(-1, 0), point(0, -1), point(1, 1))
    once = cell_tree(TWO, Polytope(2, normals, point(0, 0, 1)))
    twice = cell_tree(TWO, Polytope(2, (*normals, *normals, point(1, 0), point(2, 2)), point(0, 0, 1, 0, 0, 1, 1, 7)))
    rays = [{frozenset(g.ray for g in generators(tree, leaf)) for leaf in tree.leaves()} for tree in (once, twice)]
    assert rays[0] == rays[1]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_recession_network_is_the_slope_far_out(seed: int) -> None:
    rng = random.Random(seed)
    f, _ = random_question(rng)
    x, r = random_point(rng, f.arity), random_point(rng, f.arity)
    near, far = (f([a + t * b for a, b in zip(x, r, strict=True)]) for t in (10**9, 2 * 10**9))
    limit = recession(f)(r)
    assert all(abs((b - a) / 10**9 - c) < Fraction(1, 10**5) for a, b, c in zip(near, far, limit, strict=True))
    assert recession(f)([2 * t for t in r]) == tuple(2 * t for t in limit)


def test_a_clip_is_flat_at_infinity_and_an_absolute_value_is_not() -> None:
    f = chain(1, affine([[1], [1], [1]], [5, 1, "1/2"]), Pointwise((clip(q(-1), q(1)), ABS, RELU)), Max(((0, 1), (2,))))
    assert (recession(f)([2]), recession(f)([-2])) == (point(2, 2), point(2, 0))


@pytest.mark.parametrize("op", [Pointwise((Sigmoid(), RELU)), Argmax(), Product()], ids=["smooth activation", "argmax", "product"])
def test_what_is_not_piecewise_affine_and_continuous_has_no_cells(op: object) -> None:
    f = Network(2, (Node(op, (0, 0) if isinstance(op, Product) else (0,)),))  # type: ignore[arg-type]
    with pytest.raises(Rejected, match="piecewise affine"):
        Subdivision(f, Reals(2))


def test_a_table_and_too_many_inputs_have_no_cells() -> None:
    with pytest.raises(Rejected, match="a table has no cells"):
        Subdivision(Table((0, 1)), Reals(1))  # type: ignore[arg-type]
    with pytest.raises(Rejected, match="13 inputs; cells are written down for at most 12"):
        Subdivision(Network(13, ()), Reals(13)).roots()
    with pytest.raises(Rejected, match="13 inputs; the corners of a box are written down for at most 12"):
        Subdivision(Network(13, ()), box(0, 1, 13)).roots()


def test_equal_members_of_a_maximum_are_no_switch_that_changes() -> None:
    tree = cell_tree(chain(2, affine([[1, 0], [1, 0], [0, 1]]), Max(((0, 1), (0, 0), (1, 2)))), box(-1, 1, 2))
    assert len(list(tree.leaves())) == 2


def test_a_side_without_a_normal_is_no_wall() -> None:
    """Were it one, every two generators would seem to have an edge between them, and their number would grow without need."""
    nothing, all_of_it = ((point(0, 0), point(-1, 1)), point(0, 1)), ((point(-1, 1),), point(1))
    trees = [cell_tree(TWO, Polytope(2, *sides)) for sides in (nothing, all_of_it)]
    assert len(trees[0].subdivision.generators) == len(trees[1].subdivision.generators)


def test_a_switch_may_be_used_only_when_those_before_it_have_one_sign() -> None:
    s = Subdivision(DEEP, box(-3, 3, 2))
    (root,) = s.roots()
    mixed = s.mixed(root)
    assert s.switches == 4 + 1 + 2
    assert set(s.available(mixed)) == {0, 1, 2, 3}
    assert s.before[4:] == [15] * 3
    assert mixed >> 4


@pytest.mark.parametrize("work", [10**4, 10**5, 10**6])
def test_cells_are_cut_within_a_budget(work: int) -> None:
    s = Subdivision(tangents(8, 3), box(-9, 9, 3), meter=Meter(work=work))
    with pytest.raises(Malformed, match="too much work"):
        CellTree(s, grown_all(s))


def grown_all(s: Subdivision) -> tuple[int, ...]:
    return tuple(cell_tree(s.f, s.on).cuts)


def test_sums_of_sums_are_linear_on_the_same_cells() -> None:
    twice = Network(2, (Node(Pointwise((ABS, ABS)), (0,)), Node(Sum(), (1, 1, 0)), Node(Stack(), (2, 0))))
    assert len(list(cell_tree(twice, Reals(2)).leaves())) == 4
