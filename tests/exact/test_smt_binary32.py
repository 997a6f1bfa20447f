"""z3's theory of floating-point numbers means the same as the kernel's arithmetic."""

from fractions import Fraction

import pytest

from bijection.exact.smt_binary32 import two_copies
from bijection.frontends import load
from bijection.questions import floats
from proofs.errors import NoExactValue
from proofs.exact import vector
from proofs.ieee import Binary32

COLLIDING = {
    "3x": [[[3]]],
    "x + 1": [([[1]], [1])],
    "leaky": [[[1]], ("leaky_relu", Fraction(1, 4))],
    "sum": [[[1, Fraction(1, 2)], [0, 1]]],
}


@pytest.mark.parametrize("model", COLLIDING.values(), ids=COLLIDING)
def test_a_pair_is_one_of_the_kernels_arithmetic(model: object) -> None:
    f = load(model, arithmetic="binary32")
    assert isinstance(f, Binary32)
    found = two_copies(f, floats(-2, 2, f.arity), 60)
    assert isinstance(found, tuple), found
    x, y = map(vector, found)
    assert x != y
    assert f.trace(x)[-1] == f.trace(y)[-1]


def test_doubling_loses_nothing_between_one_and_two() -> None:
    f = load([[[2]]], arithmetic="binary32")
    assert isinstance(f, Binary32)
    assert two_copies(f, floats(1, 2, 1), 60) == "none"


def test_what_the_theory_does_not_know() -> None:
    f = load([[[1]], "tanh"], arithmetic="binary32")
    assert isinstance(f, Binary32)
    with pytest.raises(NoExactValue, match="Tanh"):
        two_copies(f, floats(-1, 1, 1), 1)
