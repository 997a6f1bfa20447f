import pytest

from proofs.activations import RELU, Tanh
from proofs.domains import Integers, Labels, Reals, Simplex
from proofs.network import Argmax, Network, Node, Pointwise, Product, Softmax, Table
from proofs.statements import Injective, MapsInto, Not, Reached, Surjective
from proofs.theorems import DominatedLabel, Escapes, Misses, Reaches, ReachesAll, ReachesEach, ReachesLabel, Separator, StaysInside
from tests.build import affine, box, chain, finite, grid, layer, point
from tests.proofs.theorems.cases import proves, rejects

DOUBLE = chain(1, affine([[2]]))
EQUAL = chain(1, affine([[1], [1]]), Argmax())
THREE = chain(1, affine([[1], [0], [-1]], [1, 0, 1]), Argmax())  # the middle one never wins
SOFT = chain(2, Softmax(((0, 1),)))


def test_a_preimage_proves_that_a_value_is_reached() -> None:
    assert proves(Reached(DOUBLE, box(0, 1), point(1)), Reaches(point("1/2")))


@pytest.mark.parametrize(
    ("x", "why"),
    [((2,), "outside the domain"), ((1,), "another value there"), ((), "outside the domain")],
    ids=["outside", "other", "short"],
)
def test_a_point_that_is_no_preimage_is_rejected(x: tuple[int, ...], why: str) -> None:
    rejects(why, Reached(DOUBLE, box(0, 1), point(1)), Reaches(point(*x)))


CURVED = chain(1, affine([[1], [2], [2]]), Pointwise((Tanh(),) * 3), Argmax())


def test_scores_that_are_not_rational_show_a_label() -> None:
    assert proves(Reached(CURVED, Reals(1), point(0)), ReachesLabel(point(-1)))
    assert proves(Reached(CURVED, Reals(1), point(0)), ReachesLabel(point(0)))  # all three are 0: the first one wins
    assert proves(Reached(THREE, box(0, 9), point(0)), ReachesLabel(point(6)))


@pytest.mark.parametrize(
    ("label", "x", "why"),
    [
        (0, 1, "label 1 is not known to have a lower score than 0"),
        (1, 1, "label 2 is not known to have a lower score than 1"),  # it has the same one, which no bounds can show
        (2, 1, "label 0 is not known|label 1 is not known"),
        (3, 1, "not a label below 3"),
        ("1/2", 1, "not a label below 3"),
        (1, 10, "outside the domain"),
    ],
)
def test_a_label_that_is_not_shown_is_rejected(label: int | str, x: int, why: str) -> None:
    rejects(why, Reached(CURVED, box(-1, 9), point(label)), ReachesLabel(point(x)))


def test_values_reached_one_by_one_are_all_of_a_finite_codomain() -> None:
    assert proves(Surjective(THREE, Reals(1), finite([0], [2])), ReachesEach(), Reaches(point(6)), ReachesLabel(point(-6)))
    rejects("another value there", Surjective(THREE, Reals(1), Labels(2)), ReachesEach(), Reaches(point(6)), Reaches(point(6)))
    rejects("surjectivity only", Injective(THREE, Reals(1)), ReachesEach())
    rejects("that a classifier reaches a label only", Reached(DOUBLE, Reals(1), point(0)), ReachesLabel(point(0)))


def test_every_label_needs_a_preimage() -> None:
    assert proves(Surjective(DOUBLE, Integers(1), finite([0], [2])), ReachesAll((point(1), point(0), point(0))))
    rejects("is not among the values", Surjective(DOUBLE, Integers(1), finite([0], [2])), ReachesAll((point(0), point(2))))
    rejects("outside the domain", Surjective(DOUBLE, Integers(1), finite([0], [2])), ReachesAll((point(0), point("1/2"))))


def test_no_preimages_reach_no_labels() -> None:
    assert proves(Surjective(DOUBLE, Reals(1), Labels(0)), ReachesAll(()))


def test_finitely_many_preimages_do_not_reach_the_line() -> None:
    rejects("more points than there are preimages", Surjective(DOUBLE, Reals(1), Reals(1)), ReachesAll((point(0),)))


def test_a_missed_value_must_lie_in_the_codomain() -> None:
    rejects("outside the codomain", Not(Surjective(layer(RELU), Reals(1), box(0, 1))), Misses(point(-1)), Separator(point(1)))
    rejects("refutes surjectivity only", Not(Injective(layer(RELU), Reals(1))), Misses(point(-1)))


@pytest.mark.parametrize(
    ("f", "on", "u", "y"),
    [
        (chain(1, affine([[1], [1]])), Reals(1), (1, -1), (0, 1)),
        (chain(1, Pointwise((RELU,)), affine([[1]], [3])), Reals(1), (1,), (2,)),
        (layer(Tanh()), Reals(1), (1,), (2,)),
        (chain(2, affine([[1, 0], [0, 0]])), Integers(2), (0, 1), (5, 1)),
        (SOFT, Reals(2), (1, 0), (2, 0)),
    ],
    ids=["subspace", "cone", "bounded", "flat output", "softmax"],
)
def test_a_separator_shows_that_a_value_is_missed(f: Network, on: object, u: tuple[int, ...], y: tuple[int, ...]) -> None:
    assert proves(Not(Reached(f, on, point(*y))), Separator(point(*u)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("u", "why"), [((0,), "does not separate"), ((-1,), "does not separate"), ((), "needs 1 coordinates"), ((1, 1), "needs 1")], ids=str
)
def test_a_functional_that_does_not_separate_is_rejected(u: tuple[int, ...], why: str) -> None:
    rejects(why, Not(Reached(layer(RELU), Reals(1), point(2))), Separator(point(*u)))


def test_a_supremum_that_is_not_attained_is_not_separated() -> None:
    """1 is never reached by tanh, but its closed bounds contain it: refused, not accepted."""
    rejects("does not separate", Not(Reached(layer(Tanh()), Reals(1), point(1))), Separator(point(1)))


def test_a_mixture_of_labels_dominates_one() -> None:
    assert proves(Not(Reached(THREE, Reals(1), point(1))), DominatedLabel(point(1, 0, 1)))


def test_ties_go_to_the_first_label() -> None:
    assert proves(Not(Reached(EQUAL, Reals(1), point(1))), DominatedLabel(point(1, 0)))
    rejects("not dominated everywhere", Not(Reached(EQUAL, Reals(1), point(0))), DominatedLabel(point(0, 1)))
    line = chain(1, affine([[1], [0], [-1]]), Argmax())  # the middle one is largest at 0 only, where the first one is as large
    assert line(point(0)) == point(0)
    assert proves(Not(Reached(line, Reals(1), point(1))), DominatedLabel(point(1, 0, 1)))
    late = chain(1, affine([[0], [1], [-1]]), Argmax())  # and as the first of them it wins there
    assert late(point(0)) == point(0)
    rejects("not dominated everywhere", Not(Reached(late, Reals(1), point(0))), DominatedLabel(point(0, 1, 1)))


@pytest.mark.parametrize(
    ("label", "weights", "why"),
    [
        (("1",), (0, 0), "not dominated everywhere"),
        (("1",), (0, 1), "not dominated everywhere"),
        (("1",), (-1, 0), "not 2 numbers ≥ 0"),
        (("1",), (1,), "not 2 numbers ≥ 0"),
        (("2",), (1, 0), "2 is not a label below 2"),
        (("-1",), (1, 0), "-1 is not a label below 2"),
        (("1/2",), (1, 0), "1/2 is not a label below 2"),
    ],
    ids=["no weights", "weight on itself", "negative", "short", "too large", "negative label", "half"],
)
def test_weights_that_do_not_dominate_are_rejected(label: tuple[str], weights: tuple[int, ...], why: str) -> None:
    rejects(why, Not(Reached(EQUAL, Reals(1), point(*label))), DominatedLabel(point(*weights)))


def test_a_network_that_does_not_end_with_an_argmax_has_no_labels() -> None:
    rejects("a classifier misses it only", Not(Reached(DOUBLE, Reals(1), point(0))), DominatedLabel(point(1)))


@pytest.mark.parametrize(
    ("f", "on", "into"),
    [
        (DOUBLE, Reals(1), Reals(1)),
        (DOUBLE, box(0, 1), box(0, 2)),
        (EQUAL, Reals(1), Labels(2)),
        (EQUAL, Reals(1), box(0, 1)),
        (SOFT, Reals(2), Simplex(2)),
        (SOFT, Reals(2), box(0, 1, 2)),
        (Table((2, 0)), Labels(2), Labels(3)),
        (Table(()), Labels(0), Labels(0)),
    ],
    ids=["space", "bounds", "labels", "labels in a box", "simplex", "simplex in a box", "table", "empty table"],
)
def test_images_stay_inside(f: Network | Table, on: object, into: object) -> None:
    assert proves(MapsInto(f, on, into), StaysInside())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("f", "on", "into", "why"),
    [
        (DOUBLE, Reals(1), box(0, 2), "exceed the box"),
        (Network(1, (Node(Product(), (0, 0)),)), box(-1, 1), box("1/9", 1), "exceed the box"),
        (EQUAL, Reals(1), Labels(1), "not known to lie below 1"),
        (DOUBLE, Labels(2), Labels(9), "not known to be integers"),
        (chain(2, Softmax(((0,), (1,)))), Reals(2), Simplex(2), "does not end with a softmax over all outputs"),
        (Table((-1,)), Labels(1), Labels(9), "a value of the table is negative"),
        (Table((3,)), Labels(1), Labels(3), "not known to lie below 3"),
        (Table((0,)), Labels(1), box(0, 1), "not evident for a Box"),
        (DOUBLE, grid(0, 1), grid(0, 2), "not evident for a Grid"),
    ],
    ids=["unbounded", "square", "fewer labels", "no labels", "two groups", "negative", "large", "table in a box", "grid"],
)
def test_an_image_that_is_not_seen_to_stay_inside_is_rejected(f: Network | Table, on: object, into: object, why: str) -> None:
    rejects(why, MapsInto(f, on, into), StaysInside())  # type: ignore[arg-type]


def test_a_point_that_escapes() -> None:
    assert proves(Not(MapsInto(DOUBLE, box(0, 1), box(0, 1))), Escapes(point(1)))
    rejects("lies inside the set", Not(MapsInto(DOUBLE, box(0, 1), box(0, 1))), Escapes(point("1/2")))
    rejects("outside the domain", Not(MapsInto(DOUBLE, box(0, 1), box(0, 1))), Escapes(point(2)))
    rejects("refutes MapsInto only", MapsInto(DOUBLE, box(0, 1), box(0, 1)), Escapes(point(1)))
