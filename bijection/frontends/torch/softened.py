"""x/(1 + |cx|), which stays between −1/c and 1/c: written so that this is seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from bijection.frontends.code import Code
from bijection.frontends.onnx.activations import each
from bijection.frontends.onnx.arithmetic import scaled_by, total
from bijection.frontends.pieces.terms import Form, Forms, Terms
from bijection.frontends.torch.tracer import Tracer
from bijection.frontends.values import Constant, Tensor, Value
from proofs.activations import ABS, RELU, Reciprocal
from proofs.network import Pointwise


def softened(code: Code, x: Tensor, y: Tensor) -> Fraction | None:
    """The c > 0 with y = 1 + |c·x| for every entry, if there is one."""
    if x.shape != y.shape or not x.index.size:
        return None
    terms = Terms()
    forms = Forms(code, frozenset(), terms)
    found = {
        _factor(code, forms, *(_form(forms, v.value, j) for v, j in ((x, i), (y, k))))
        for i, k in zip(x.index.flat, y.index.flat, strict=True)
    }
    return found.pop() if len(found) == 1 else None


def _form(forms: Forms, value: int, j: int) -> Form:
    found = forms.of(forms.terms.make("coordinate", value, int(j)))
    assert found is not None, "coordinates have forms"
    return found


def _factor(code: Code, forms: Forms, x: Form, y: Form) -> Fraction | None:
    """The c > 0 with y = 1 + |c·x|."""
    (size, weight), *others = y.weights.items() or [(None, None)]
    if size is None or weight is None or others or y.constant != 1 or weight <= 0 or size.op != "coordinate" or x.is_zero:
        return None
    op = code.producer(size.args[0])
    if not isinstance(op, Pointwise) or op.activations[size.args[1]] != ABS:
        return None
    inner = _form(forms, code.nodes[size.args[0] - 1].inputs[0], size.args[1])
    atom, c = next(iter(x.weights.items()), (None, x.constant))
    factor = (inner.constant if atom is None else inner.of(atom)) / c
    return weight * abs(factor) if factor and inner.minus(x.times(factor)).is_zero else None


def is_exponent(node: Any, name: Callable[[Any], str]) -> bool:
    """Whether the node is a quotient of two values that softmax or exp takes: there bounds are needed, elsewhere that it increases."""
    if name(node) not in ("div", "truediv", "divide", "true_divide") or len(node.args) != 2:
        return False
    after = [name(user) for user in node.users] + [name(u) for user in node.users if "pad" in name(user) for u in user.users]
    return any(word in ("softmax", "_softmax", "exp") for word in after)


def softsign(t: Tracer, x: Any, y: Any) -> Value | None:
    """x/y for y = 1 + |cx| as 1/c · (1/(1 + max(−cx, 0)) − 1/(1 + max(cx, 0))); None for other values."""
    c = softened(t.code, x, y) if isinstance(x, Tensor) and isinstance(y, Tensor) else None
    if c is None:
        return None
    one = Constant(np.array(Fraction(1), dtype=object), "1")
    halves = []
    for sign in (Fraction(-1), Fraction(1)):
        (part,) = each(t.code, scaled_by(t.code, replace(x, shared=True), sign * c), RELU)
        halves.append(each(t.code, total(t.code, part, one), Reciprocal(Fraction(1)))[0])
    return scaled_by(t.code, total(t.code, halves[0], scaled_by(t.code, halves[1], Fraction(-1))), 1 / c)
