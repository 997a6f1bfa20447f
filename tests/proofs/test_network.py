from fractions import Fraction
from math import isqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.activations import RELU, Atan, Elu, Erf, Exp, PiecewiseAffine, Reciprocal, Sigmoid, Sin, Sqrt, Tanh
from proofs.errors import Malformed, NoExactValue
from proofs.exact import vector
from proofs.network import MOST_NUMBERS, Affine, Argmax, Max, Network, Node, Op, Pointwise, Product, Row, Softmax, Stack, Sum, Table
from tests.build import affine, chain, layer, point, q
from tests.strategies import networks, rationals

Values = list[Fraction]


def naive_activation(s: object, t: Fraction) -> Fraction:
    match s:
        case PiecewiseAffine(breakpoints, pieces):
            i = 0
            while i < len(breakpoints) and t > breakpoints[i]:
                i += 1
            return pieces[i][0] * t + pieces[i][1]
        case Elu(_, scale) if t >= 0:
            return scale * t
        case Tanh() | Atan() | Erf() | Sin() if t == 0:
            return Fraction(0)
        case Sqrt() if t <= 0:
            return Fraction(0)
        case Sqrt():
            root = Fraction(isqrt(t.numerator), isqrt(t.denominator))
            if root * root != t:
                raise NoExactValue
            return root
        case Exp() if t == 0:
            return Fraction(1)
        case Reciprocal(least) if t <= least:
            return 1 / least
        case Sigmoid() if t == 0:
            return Fraction(1, 2)
        case _:
            raise NoExactValue


def naive_op(op: Op, inputs: list[Values]) -> Values:
    x = inputs[0]
    match op:
        case Affine(_, rows, d):
            out = []
            for row in rows:
                total = Fraction(row.constant, d)
                for j, a in zip(row.columns, row.coefficients, strict=True):
                    total += Fraction(a, d) * x[j]
                out.append(total)
            return out
        case Pointwise(activations):
            return [naive_activation(s, t) for s, t in zip(activations, x, strict=True)]
        case Sum():
            return [sum(entries, Fraction(0)) for entries in zip(*inputs, strict=True)]
        case Stack():
            return [t for value in inputs for t in value]
        case Product():
            return [s * t for s, t in zip(*inputs, strict=True)]
        case Max(groups):
            return [max(x[i] for i in group) for group in groups]
        case Argmax():
            return [Fraction(min(i for i, t in enumerate(x) if t == max(x)))]
        case Softmax():
            raise NoExactValue


def naive(f: Network, x: Values) -> list[Values]:
    """Every value of the network, one Fraction at a time."""
    values = [x]
    for node in f.nodes:
        values.append(naive_op(node.op, [values[j] for j in node.inputs]))
    return values


@settings(max_examples=300)
@given(st.data())
def test_exact_evaluation_agrees_with_the_naive_one(data: st.DataObject) -> None:
    f = data.draw(networks())
    x = data.draw(st.lists(rationals, min_size=f.arity, max_size=f.arity))
    try:
        expected = naive(f, x)
    except NoExactValue:
        with pytest.raises(NoExactValue):
            f(x)
        return
    try:
        values = f.trace(vector(x))
    except NoExactValue:
        assert any(isinstance(s, Elu | Sigmoid | Tanh) for n in f.nodes if isinstance(n.op, Pointwise) for s in n.op.activations)
        return
    assert [list(v.fractions()) for v in values] == expected


@given(st.data())
def test_the_widths_are_those_of_the_values(data: st.DataObject) -> None:
    f = data.draw(networks(smooth=False))
    x = data.draw(st.lists(rationals, min_size=f.arity, max_size=f.arity))
    assert tuple(map(len, f.trace(vector(x)))) == f.widths


@given(st.data())
def test_the_denominator_of_the_result_does_not_depend_on_the_numerators(data: st.DataObject) -> None:
    f = data.draw(networks(smooth=False))
    points = [data.draw(st.lists(st.integers(-5, 5), min_size=f.arity, max_size=f.arity)) for _ in range(2)]
    one, other = (f.trace(type(vector([]))(tuple(p), 3))[-1].denominator for p in points)
    assert one == other


def test_a_network_without_nodes_is_the_identity() -> None:
    assert Network(2, ())(point(1, "1/2")) == point(1, "1/2")


def test_a_network_on_no_inputs_has_one_value() -> None:
    assert chain(0, affine([[]], [7], 0))(()) == point(7)


def test_a_network_may_have_no_outputs() -> None:
    assert chain(2, affine([], [], 2))(point(1, 2)) == ()


def test_the_first_of_several_largest_is_the_argmax() -> None:
    assert chain(3, Argmax())(point(1, 2, 2)) == point(1)


def test_an_activation_in_the_left_piece_at_its_breakpoint() -> None:
    assert layer(RELU)(point(0)) == point(0)


def test_a_softmax_has_no_exact_value() -> None:
    with pytest.raises(NoExactValue, match="softmax has no exact rational value"):
        chain(1, Softmax(((0,),)))(point(0))


def test_a_table_gives_its_values() -> None:
    assert [Table((5, -1))([k]) for k in range(2)] == [point(5), point(-1)]


@pytest.mark.parametrize(
    "x", [point(2), point(-1), point("1/2"), point(0, 0), ()], ids=["behind", "before", "between", "a pair", "nothing"]
)
def test_a_table_has_no_value_elsewhere(x: tuple[Fraction, ...]) -> None:
    with pytest.raises(Malformed, match="a table of 2 values has no entry"):
        Table((5, -1))(x)


def test_an_input_of_another_length_is_refused() -> None:
    with pytest.raises(Malformed, match="an input of 1 coordinates for a network on 2"):
        Network(2, ())(point(1))


def test_squaring_without_end_is_refused() -> None:
    f = Network(1, tuple(Node(Product(), (i, i)) for i in range(60)))
    with pytest.raises(Malformed, match="a product of up to"):
        f(point(3))


_SHAPES = {
    "a column outside": (lambda: Affine(1, (Row((1,), (1,), 0),), 1), "row 0 reaches outside the 1 columns"),
    "a negative column": (lambda: Affine(1, (Row((-1,), (1,), 0),), 1), "row 0 reaches outside"),
    "columns out of order": (lambda: Affine(2, (Row((1, 0), (1, 1), 0),), 1), "row 0: columns do not increase strictly"),
    "a column twice": (lambda: Affine(2, (Row((0, 0), (1, 1), 0),), 1), "columns do not increase strictly"),
    "a coefficient missing": (lambda: Affine(2, (Row((0, 1), (1,), 0),), 1), "row 0: 2 columns, 1 coefficients"),
    "denominator zero": (lambda: Affine(0, (), 0), "affine map with denominator 0; it must be positive"),
    "negative columns": (lambda: Affine(-1, (), 1), "affine map on -1 columns"),
    "an empty maximum": (lambda: Max(((),)), "maximum 0 is over the coordinates"),
    "a negative coordinate": (lambda: Max(((-1,),)), "maximum 0 is over the coordinates"),
    "a softmax that leaves one out": (lambda: Softmax(((0, 2),)), "do not partition"),
    "a softmax with an empty group": (lambda: Softmax(((0,), ())), "an empty group"),
    "a negative arity": (lambda: Network(-1, ()), "a network on -1 inputs"),
    "an arity without end": (lambda: Network(10**12, ()), f"the limit is {MOST_NUMBERS}"),
    "a value from the future": (lambda: Network(1, (Node(Argmax(), (1,)),)), "node 0 reads the values"),
    "a value before the first": (lambda: Network(1, (Node(Argmax(), (-1,)),)), "node 0 reads the values"),
    "a matrix of another shape": (lambda: chain(2, affine([[1]])), r"node 0 \(Affine\): 1×1 matrix on an input of width 2; expected 1×2"),
    "too few activations": (lambda: chain(2, Pointwise((RELU,))), r"node 0 \(Pointwise\): 1 activations on an input of width 2"),
    "a maximum outside": (lambda: chain(1, Max(((1,),))), "a maximum reads outside the input's width 1"),
    "a wider softmax": (lambda: chain(1, Softmax(((0, 1),))), "softmax over 2 coordinates of 1"),
    "the largest of none": (lambda: chain(0, Argmax()), "the largest of no coordinates"),
    "a sum of two widths": (lambda: Network(2, (Node(Argmax(), (0,)), Node(Sum(), (0, 1)))), "a sum of vectors of the widths"),
    "a sum of nothing": (lambda: Network(2, (Node(Sum(), ()),)), "a sum of vectors of the widths"),
    "a stack of nothing": (lambda: Network(2, (Node(Stack(), ()),)), "a stack of no vectors"),
    "a product of three": (lambda: Network(1, (Node(Product(), (0, 0, 0)),)), "a product of vectors of the widths"),
    "an argmax of two": (lambda: Network(1, (Node(Argmax(), (0, 0)),)), "takes one input, got 2"),
}


@pytest.mark.parametrize(("make", "message"), _SHAPES.values(), ids=_SHAPES.keys())
def test_a_shape_that_does_not_fit_is_refused_with_its_place(make: object, message: str) -> None:
    with pytest.raises(Malformed, match=message):
        make()  # type: ignore[operator]


def test_a_row_may_hold_a_zero_coefficient() -> None:
    assert chain(1, Affine(1, (Row((0,), (0,), 4),), 2))(point(q(9))) == point(2)
