import random
from fractions import Fraction
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import sympy

import bijection as bj
from bijection.errors import NoInverse, NotSupported
from bijection.exact.floating import shadow
from bijection.export.onnx_model import same_function
from bijection.verdict import Pair, Proved, Refuted, Unknown
from proofs.activations import RELU, Exp, Tanh
from proofs.compose import compose
from proofs.domains import Reals
from proofs.errors import Malformed, NoExactValue
from proofs.network import Network, Node, Pointwise, Product, Stack, Sum
from proofs.statements import Bijective, Injective, IsIdentity
from tests.build import affine, box, chain, finite, point, q
from tests.engines.test_left_inverse import some_point
from tests.inversion.cases import CELLS, COUPLED, LAYERED, NOT_INJECTIVE, SMOOTH

EVERY = {**LAYERED, "absolute values (G11)": CELLS["absolute values (G11)"]}


@pytest.mark.parametrize("f", EVERY.values(), ids=EVERY)
def test_the_inverse_is_exact_and_its_floats_are_near(f: Network) -> None:
    g = bj.inverse(f)
    rng = random.Random("inverse")
    xs = [some_point(rng, f.arity) for _ in range(10)]
    assert [g(f(x)) for x in xs] == xs
    rows = np.array([[float(t) for t in f(x)] for x in xs])
    assert np.allclose(g(rows), [[float(t) for t in x] for x in xs], rtol=1e-9, atol=1e-9)
    assert np.allclose(g(rows[0]), [float(t) for t in xs[0]], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", LAYERED)
def test_a_network_and_its_inverse_are_proved_to_be_the_identity(name: str) -> None:
    f = LAYERED[name]
    g = bj.inverse(f)
    assert g.network is not None
    claims = [proof.statement for proof in g.proofs]
    assert claims[0] == IsIdentity(compose(g.network, f), Reals(f.arity))
    if f.arity == f.width:
        assert claims[1:] == [IsIdentity(compose(f, g.network), Reals(f.width)), Bijective(f, Reals(f.arity), Reals(f.width))]
        assert g.onto == Reals(f.width)
    else:
        assert claims[1:] == [Injective(f, Reals(f.arity))]
        assert g.onto is None
    assert all(isinstance(proof, Proved) for proof in g.proofs)


@pytest.mark.parametrize("name", CELLS)
def test_pieces_are_put_together_and_proved(name: str) -> None:
    f = CELLS[name]
    g = bj.inverse(f)
    assert g.network is not None
    assert g.pieces is not None
    n = Reals(f.arity)
    claims = [IsIdentity(compose(g.network, f), n), IsIdentity(compose(f, g.network), n), Bijective(f, n, n)]
    assert [proof.statement for proof in g.proofs] == claims
    assert {b.name for b in g.proofs[1].rests_on} == {"OtherSide", "InjectiveIsBijective", "LeftInverse", "MaxOfMins"}
    assert len(g.pieces) == 2**f.arity


@pytest.mark.parametrize("f", NOT_INJECTIVE.values(), ids=NOT_INJECTIVE)
def test_without_an_inverse_there_is_a_pair(f: Network) -> None:
    with pytest.raises(NoInverse) as raised:
        bj.inverse(f)
    assert isinstance(raised.value.verdict, Refuted)
    assert isinstance(raised.value.verdict.counterexample, Pair) or f.arity == 1


def test_a_question_that_stays_open_is_said_to_be_open() -> None:
    wide = bj.load([np.random.default_rng(0).normal(size=(40, 20)), "relu", np.random.default_rng(1).normal(size=(60, 40))])
    with pytest.raises(NoInverse) as raised:
        bj.inverse(wide, on=bj.box(-1, 1, 20), within=0)
    assert isinstance(raised.value.verdict, Unknown)


def test_on_a_box_the_inverse_is_one_of_the_image() -> None:
    f = chain(2, affine([[1, 2], [1, 1]]), Pointwise((RELU, RELU)))
    g = bj.inverse(f, on=box(0, 1, 2))
    assert g.onto is None
    assert g(f(point("1/2", "1/3"))) == point("1/2", "1/3")
    with pytest.raises(Malformed, match="no input of the domain has this output"):
        g(point(100, 100))


def test_an_output_of_no_input_of_the_domain_is_refused() -> None:
    g = bj.inverse(chain(1, affine([[2], [-2]]), Pointwise((RELU, RELU))))
    assert g(point(0, 4)) == point(-2)
    with pytest.raises(Malformed, match="no input of the domain has this output"):
        g(point(1, 1))
    with pytest.raises(Malformed, match="an output of 1 numbers; the network has 2"):
        g(point(1))
    with pytest.raises(Malformed, match="an output of the shape"):
        g(np.zeros(3))


def test_a_smooth_coupling_has_an_inverse_in_floats() -> None:
    g = bj.inverse(SMOOTH)
    assert [type(p.statement) for p in g.proofs] == [IsIdentity, IsIdentity, Bijective]
    y = np.array([0.3, 0.25 + 2 * np.tanh(0.3)])
    assert np.allclose(g(y), [0.3, 0.25])
    with pytest.raises(NoExactValue):
        g(point(1, 1))


def test_a_codomain_can_be_named() -> None:
    g = bj.inverse([[[2, 1], [1, 1]]], onto=Reals(2))
    assert g.onto == Reals(2)
    with pytest.raises(NoInverse):
        bj.inverse([[[2, 1], [1, 1]]], on=box(0, 1, 2), onto=box(0, 1, 2))


def test_domains_of_other_kinds() -> None:
    assert bj.inverse([[[2, 1], [1, 1]]], on=finite([0, 1], [1, 1])).onto is None
    with pytest.raises(NotSupported, match="have no inverses of their own"):
        bj.inverse(CELLS["absolute values (G11)"], on=finite([0, 1]))
    with pytest.raises(Malformed, match="a domain in 3 dimensions"):
        bj.inverse([[[2, 1], [1, 1]]], on=Reals(3))


@pytest.mark.parametrize("name", ["leaky layers", "absolute values (G11)", "rectified pairs (G10)"])
def test_the_formula_has_the_values_of_the_inverse(name: str) -> None:
    f = EVERY[name]
    g = bj.inverse(f)
    formula = g.formula()
    rng = random.Random("formula")
    for _ in range(5):
        x = some_point(rng, f.arity)
        values = {sympy.Symbol(f"y{i}", real=True): sympy.Rational(t.numerator, t.denominator) for i, t in enumerate(f(x))}
        assert tuple(Fraction(int(v.p), int(v.q)) for v in formula.subs(values)) == x


def test_the_formula_of_a_coupling_that_is_curved_everywhere() -> None:
    """(x, y) ↦ (x, e^(tanh x)·y + x)."""
    nodes = (
        *(Node(affine([[1, 0]]), (0,)), Node(Pointwise((Tanh(),)), (1,)), Node(Pointwise((Exp(),)), (2,)), Node(affine([[0, 1]]), (0,))),
        *(Node(Product(), (3, 4)), Node(Sum(), (5, 1)), Node(Stack(), (1, 6))),
    )
    g = bj.inverse(Network(2, nodes))
    y0, y1 = sympy.symbols("y0 y1", real=True)
    first, second = g.formula()
    assert sympy.simplify(first - y0) == 0
    assert sympy.simplify(second - (y1 - y0) * sympy.exp(-sympy.tanh(y0))) == 0


@pytest.mark.parametrize("name", ["leaky layers", "coupling", "couplings and leaky layers", "curved"])
def test_the_module_of_torch_is_the_inverse(name: str) -> None:
    torch = pytest.importorskip("torch", reason="the extra 'torch' is not installed")
    f = LAYERED[name] if name != "curved" else compose(COUPLED, scaled_exponentially())
    assert isinstance(f, Network)
    g = bj.inverse(f)
    module = g.to_torch()
    x = torch.randn(50, f.arity, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    y = torch.from_numpy(shadow(f)(x.numpy()))
    assert torch.allclose(module(y), x, rtol=1e-9, atol=1e-9)
    assert np.allclose(module(y[0]).numpy(), g(y[0].numpy()), rtol=1e-12, atol=1e-12)
    if not module.rounded and name != "curved":
        assert same_function(g.network, bj.load(module, input_shape=f.width))  # type: ignore[arg-type]


def scaled_exponentially() -> Network:
    """(a, b, c, d) ↦ (a, b, e^a·c, e^b·d)."""
    first, last = affine([[1, 0, 0, 0], [0, 1, 0, 0]]), affine([[0, 0, 1, 0], [0, 0, 0, 1]])
    nodes = (Node(first, (0,)), Node(Pointwise((Exp(), Exp())), (1,)), Node(last, (0,)), Node(Product(), (2, 3)), Node(Stack(), (1, 4)))
    return Network(4, nodes)


def test_the_onnx_file_is_the_inverse_where_its_weights_are_floats(tmp_path: Path) -> None:
    f = LAYERED["couplings and leaky layers"]
    g = bj.inverse(f)
    written = g.save(tmp_path / "g.onnx")
    assert written.exact
    assert same_function(g.network, bj.load(tmp_path / "g.onnx"))  # type: ignore[arg-type]
    x = np.random.default_rng(0).normal(size=(50, 4))
    (out,) = onnxruntime.InferenceSession(tmp_path / "g.onnx").run(None, {"x": x})
    assert np.allclose(out, g(x), rtol=1e-12, atol=1e-12)


def test_a_rounded_file_is_never_called_the_inverse(tmp_path: Path) -> None:
    g = bj.inverse([[[3]]])
    written = g.save(tmp_path / "g.onnx")
    assert not written.exact
    assert "an approximation: 1 of 2 weights" in str(written)
    assert not same_function(g.network, bj.load(tmp_path / "g.onnx"))  # type: ignore[arg-type]


def test_no_inverse_of_a_table() -> None:
    from proofs.network import Table

    with pytest.raises(NotSupported, match="maps"):
        bj.inverse(Table((1, 0)))


def test_the_inverse_in_words() -> None:
    text = str(bj.inverse([[[2, 1], [1, 1]]]))
    assert "layer by layer" in text
    assert "PROVED" in text


def test_the_smooth_part_alone() -> None:
    g = bj.inverse(SMOOTH)
    assert any(isinstance(node.op, Pointwise) and Tanh() in node.op.activations for node in g.network.nodes)  # type: ignore[union-attr]
    assert q(1) == 1
