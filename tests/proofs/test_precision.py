"""Enclosures of exp, ln, arctan and the smooth activations hold what ball arithmetic says, and are narrow."""

from collections.abc import Callable
from fractions import Fraction

import pytest
from flint import arb, ctx, fmpq
from hypothesis import given
from hypothesis import strategies as st

from proofs import transcendental
from proofs.activations import Activation, Elu, Sigmoid, Softplus, Tanh
from proofs.errors import Malformed
from proofs.ieee import _enclosed as enclosed

FUNCTIONS: dict[str, tuple[Callable[[Fraction, int], tuple[int, int]], Callable[[arb], arb]]] = {
    "exp": (transcendental.exp, lambda t: t.exp()),
    "arctan": (transcendental.arctan, lambda t: t.atan()),
    "erf": (transcendental.erf, lambda t: t.erf()),
}
ELU = Elu(Fraction(3, 2), Fraction(5, 4))
ACTIVATIONS: list[tuple[Activation, Callable[[arb], arb]]] = [
    (Sigmoid(), lambda t: 1 / (1 + (-t).exp())),
    (Tanh(), lambda t: t.tanh()),
    (Softplus(), lambda t: (1 + t.exp()).log()),
    (ELU, lambda t: t * arb(fmpq(5, 4)) if t >= 0 else (t.exp() - 1) * arb(fmpq(15, 8))),
]
NUMBERS = st.fractions(-40, 40, max_denominator=10**6)
PRECISIONS = st.integers(8, 400)


@pytest.fixture(autouse=True)
def precise() -> None:
    ctx.prec = 1500


def holds(bounds: tuple[int, int], value: arb, p: int, width: int) -> None:
    lo, hi = bounds
    scaled = value * arb(2) ** p
    assert (scaled - lo).upper() >= 0
    assert (hi - scaled).upper() >= 0
    assert (scaled - lo).mid() > -1e-90
    assert (hi - scaled).mid() > -1e-90
    assert hi - lo <= width


@pytest.mark.parametrize("name", FUNCTIONS)
@given(t=NUMBERS, p=PRECISIONS)
def test_functions(name: str, t: Fraction, p: int) -> None:
    ours, theirs = FUNCTIONS[name]
    holds(ours(t, p), theirs(arb(fmpq(t.numerator, t.denominator))), p, 3)


@given(t=st.fractions(Fraction(1, 10**9), 10**9, max_denominator=10**9), p=PRECISIONS)
def test_ln(t: Fraction, p: int) -> None:
    holds(transcendental.ln(t, p), arb(fmpq(t.numerator, t.denominator)).log(), p, 3)


@pytest.mark.parametrize(("activation", "theirs"), ACTIVATIONS, ids=lambda a: type(a).__name__)
@given(t=NUMBERS, p=PRECISIONS)
def test_activations(activation: Activation, theirs: Callable[[arb], arb], t: Fraction, p: int) -> None:
    holds(enclosed(activation, t, p), theirs(arb(fmpq(t.numerator, t.denominator))), p, 12)


def test_pi() -> None:
    holds(transcendental.pi(1000), arb.pi(), 1000, 3)


def test_what_is_too_much_is_refused() -> None:
    with pytest.raises(Malformed, match="the exponential function at"):
        transcendental.exp(Fraction(10**9), 20)
    with pytest.raises(Malformed, match="a precision of"):
        transcendental.exp(Fraction(1, 3), 10**9)
    with pytest.raises(Malformed, match="the logarithm of 0"):
        transcendental.ln(Fraction(0), 20)
