"""The forms of a network, evaluated with every atom computed from its meaning, are the values of the network."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.activations import ABS, IDENTITY, RELU, Exp, PiecewiseAffine, Reciprocal, Sigmoid, clip, leaky_relu, value
from proofs.domains import Point
from proofs.limits import Meter
from proofs.network import Argmax, Max, Network, Node, Op, Pointwise, Product, Spline, Stack, Sum
from proofs.theorems.forms import ONE, Atoms, Form, forms
from proofs.theorems.pieces import composed
from tests.build import affine, chain, point, q
from tests.strategies import networks, points_in, rationals, zigzags


def at(atoms: Atoms, form: Form, x: Point) -> Fraction:
    """The value of the form at x."""
    return sum((a * _atom(atoms, atom, x) for atom, a in form.items()), Fraction(0))


def _atom(atoms: Atoms, atom: int, x: Point) -> Fraction:
    if atom == ONE:
        return Fraction(1)
    if atom <= len(x):
        return x[atom - 1]
    if atom in atoms.meaning:
        return at(atoms, atoms.meaning[atom], x)
    if atom in atoms.kinks:
        base, b = atoms.kinks[atom]
        return max(_atom(atoms, base, x) - b, Fraction(0))
    keys = {number: key for key, number in atoms._numbers.items()}
    kind, *parts = keys[atom]  # type: ignore[misc]
    if isinstance(kind, Argmax):
        values = [at(atoms, dict(score), x) for score in parts]
        return Fraction(values.index(max(values)))
    assert kind == "product"
    out = Fraction(1)
    for part in parts:
        out *= at(atoms, dict(part), x)
    return out


@settings(max_examples=300)
@given(st.data())
def test_the_forms_have_the_values_of_the_network(data: st.DataObject) -> None:
    f = data.draw(networks(smooth=False, most=6))
    atoms = Atoms(f.arity)
    out = atoms.run(f)
    for _ in range(3):
        x = data.draw(points_in(f.arity))
        assert tuple(at(atoms, form, x) / out.denominator for form in out.forms) == f(x)


HALVED = Network(1, (Node(affine([["1/2"]]), (0,)), Node(Stack(), (0, 1)), Node(Max(((0, 1),)), (2,))))
DOUBLED = (Node(affine([[2, 0], [0, 2]]), (0,)), Node(Product(), (1, 0)), Node(affine([["1/2", 0], [0, "1/2"]]), (2,)))
RECTIFIED = (Node(affine([[3, 1]]), (0,)), Node(Pointwise((RELU,)), (1,)), Node(affine([[2]]), (2,)), Node(affine([[-3, -1]]), (0,)))
WITH_THE_REST = Network(2, (*RECTIFIED, Node(Sum(), (3, 4)), Node(Pointwise((ABS,)), (5,))))  # ||z|| = |2z⁺ − z|
EQUAL = {
    "abs": (chain(1, Pointwise((ABS,))), chain(1, affine([[1], [-1]]), Max(((0, 1),)))),
    "clip": (
        chain(1, Pointwise((clip(q(0), q(1)),))),
        chain(1, affine([[1], [1]], [0, -1]), Pointwise((RELU, RELU)), affine([[1, -1]])),
    ),
    "max": (chain(2, Max(((0, 1),))), chain(2, affine([[1, 0], [-1, 1]]), Pointwise((IDENTITY, RELU)), affine([[1, 1]]))),
    "leaky": (chain(1, Pointwise((leaky_relu(q("1/2")),))), HALVED),
    "product": (Network(2, (Node(Product(), (0, 0)),)), Network(2, DOUBLED)),
    "abs of abs": (chain(2, affine([[3, 1]]), *[Pointwise((ABS,))] * 2), chain(2, affine([[3, 1]]), Pointwise((ABS,)))),
    "a multiple written out": (chain(2, affine([[3, 1]]), Pointwise((ABS,))), WITH_THE_REST),
}


@pytest.mark.parametrize(("f", "g"), EQUAL.values(), ids=EQUAL)
def test_equal_functions_have_equal_forms(f: Network, g: Network) -> None:
    atoms = Atoms(f.arity)
    assert atoms.run(f) == atoms.run(g)


def test_different_functions_have_different_forms() -> None:
    atoms = Atoms(1)
    assert atoms.run(chain(1, Pointwise((RELU,)))) != atoms.run(chain(1, Pointwise((ABS,))))


def test_the_outputs_are_in_lowest_terms() -> None:
    assert forms(chain(1, affine([["2/4"]], ["3/6"]))) == forms(chain(1, affine([["1/2"]], ["1/2"])))


@settings(max_examples=200)
@given(zigzags(), zigzags(), rationals)
def test_a_composed_activation_has_the_values_of_one_after_the_other(outer: PiecewiseAffine, inner: PiecewiseAffine, t: object) -> None:
    assert value(composed(outer, inner, Meter()), t) == value(outer, value(inner, t))  # type: ignore[arg-type]


def test_an_activation_composed_with_its_inverse_is_the_identity_in_canonical_form() -> None:
    assert composed(leaky_relu(q(2)), leaky_relu(q("1/2")), Meter()) == IDENTITY


def test_a_constant_goes_through_activations() -> None:
    out = forms(chain(1, affine([[0]], [-3]), Pointwise((ABS,))))
    assert (out.forms, out.denominator) == ([{ONE: 3}], 1)
    assert point(3) == chain(1, affine([[0]], [-3]), Pointwise((ABS,)))(point(7))


def test_products_cancel_what_is_never_zero() -> None:
    """x·e^t·e^(−t), x·sigmoid(t)·(1 + e^(−t)) and x·(1 + |t|)/max(1 + |t|, 1) are x; with another bound, or sign, they are not."""
    x, t = affine([[1, 0]]), affine([[0, 1]])

    def times(*factors: tuple[Op, ...]) -> dict[int, int]:
        nodes = [Node(x, (0,))]
        value = 1
        for ops in factors:
            nodes.append(Node(t, (0,)))
            for op in ops:
                nodes.append(Node(op, (len(nodes),)))
            nodes.append(Node(Product(), (value, len(nodes))))
            value = len(nodes)
        out = forms(Network(2, tuple(nodes)))
        return out.forms[0] if out.denominator == 1 else {-1: 1}

    up, down, turn = Pointwise((Exp(),)), affine([["1/3"]]), affine([[-1]])
    size = (affine([[1], [-1]]), Pointwise((RELU, RELU)), affine([[1, 1]], [1]))
    assert times((up,), (turn, up)) == {1: 1}
    assert times((down, up), (affine([["-1/3"]]), up), (up,), (turn, up)) == {1: 1}
    assert times((Pointwise((Sigmoid(),)),), (turn, up, affine([[1]], [1]))) == {1: 1}
    assert times(size, (*size, Pointwise((Reciprocal(Fraction(1)),)))) == {1: 1}
    assert times((up, affine([[1]], [2])), (up, affine([[1]], [2]), Pointwise((Reciprocal(Fraction(2)),)))) == {1: 1}
    assert times(size, (*size, Pointwise((Reciprocal(Fraction(2)),)))) != {1: 1}
    assert times((up,), (up,)) != {1: 1}
    assert times((Pointwise((Sigmoid(),)),), (up, affine([[1]], [1]))) != {1: 1}
    assert times((), (Pointwise((Reciprocal(Fraction(1)),)),)) != {1: 1}


def _splines(least: str, *powers: int, other: str = "1") -> Network:
    """(x, y) ↦ splines of y one after the other, of two bins e^x and e^(−x); the last one has bins for other·x."""
    nodes, value = [Node(affine([[0, 1]]), (0,))], 1
    for k, power in enumerate(powers):
        slope = other if k == len(powers) - 1 else "1"
        nodes.append(Node(affine([[slope, 0], [f"-{slope}", 0]]), (0,)))
        nodes.append(Node(Pointwise((Exp(), Exp())), (len(nodes),)))
        bins = len(nodes)
        nodes.append(Node(Spline(q(least), power), (value, *[bins] * 4)))
        value = len(nodes)
    return Network(2, tuple(nodes))


def test_a_spline_and_its_inverse_cancel_where_the_bins_are_the_same() -> None:
    second = {2: 1}
    assert forms(_splines("1/8", 1, -1)).forms == [second]
    assert forms(_splines("1/8", -1, 1)).forms == [second]
    assert forms(_splines("1/8", 1, 1, -1, -1)).forms == [second]
    assert forms(_splines("1/8", 1, -1, other="2")).forms != [second]
    assert forms(_splines("1/8", 1, 1)).forms != [second]
    atoms = Atoms(2)
    assert atoms.run(_splines("1/8", 1)) != atoms.run(_splines("1/4", 1))
    assert atoms.run(_splines("1/8", 1)) != atoms.run(_splines("1/8", -1))


def test_twice_a_spline_is_not_undone_by_its_inverse() -> None:
    f = _splines("1/8", 1)
    bins = len(f.nodes) - 1
    doubled = Network(2, (*f.nodes, Node(affine([[2]]), (len(f.nodes),)), Node(Spline(q("1/8"), -1), (len(f.nodes) + 1, *[bins] * 4))))
    assert forms(doubled).forms != [{2: 2}]
    assert forms(doubled).forms != [{2: 1}]
