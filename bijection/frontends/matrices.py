"""Networks written down as a list of layers: matrices, biases and the names of activations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from bijection.frontends.exact import dense, exact
from proofs.activations import (
    ABS,
    IDENTITY,
    RELU,
    Activation,
    Atan,
    Elu,
    Erf,
    Exp,
    PiecewiseAffine,
    Reciprocal,
    Sigmoid,
    Sin,
    Softplus,
    Sqrt,
    Tanh,
    clip,
    leaky_relu,
)
from proofs.errors import Malformed, well_formed
from proofs.network import Affine, Argmax, Network, Node, Op, Pointwise, Softmax

_SIXTH = Fraction(1, 6)  # torch's hardsigmoid; ONNX's default is ("hardsigmoid", Fraction(1, 5), Fraction(1, 2))

NAMED: dict[str, Activation] = {
    "identity": IDENTITY,
    "linear": IDENTITY,
    "relu": RELU,
    "abs": ABS,
    "sigmoid": Sigmoid(),
    "logistic": Sigmoid(),
    "tanh": Tanh(),
    "softplus": Softplus(),
    "exp": Exp(),
    "atan": Atan(),
    "erf": Erf(),
    "sin": Sin(),
    "sqrt": Sqrt(),
    "elu": Elu(Fraction(1), Fraction(1)),
    "hardtanh": clip(Fraction(-1), Fraction(1)),
    "relu6": clip(Fraction(0), Fraction(6)),
    "hardsigmoid": clip(Fraction(0), Fraction(1), _SIXTH, Fraction(1, 2)),
}

WITH_NUMBERS: dict[str, tuple[int, Callable[..., Activation]]] = {
    "leaky_relu": (1, leaky_relu),
    "elu": (1, lambda alpha: Elu(alpha, Fraction(1))),
    "clip": (2, clip),
    "hardtanh": (2, clip),
    "hardsigmoid": (2, lambda slope, shift: clip(Fraction(0), Fraction(1), slope, shift)),
}


def read(layers: Sequence[Any], arity: int | None = None) -> Network:
    """The composition of the layers, first one first, as an exact function.

    A layer is a matrix W (NumPy array, nested lists of ints, floats, Fractions, or a sympy Matrix), a pair (W, b), the name of
    an activation such as "relu" or "softmax", a name with its numbers such as ("leaky_relu", Fraction(1, 10)), or an
    Activation. Floats stand for the rationals they are. `arity` is needed only where no layer is a matrix.
    """
    parsed = [_layer(layer, f"layer {i}") for i, layer in enumerate(layers)]
    matrices = [p for p in parsed if isinstance(p, Affine)]
    if not matrices and arity is None:
        raise Malformed(f"{len(parsed)} layers and no matrix among them: the number of inputs is open; pass input_shape=(n,)")
    n = matrices[0].columns if arity is None else arity
    width, nodes = n, list[Node]()
    for i, part in enumerate(parsed):
        op = _fitted(part, width, i)
        nodes.append(Node(op, (i,)))
        width = len(op.rows) if isinstance(op, Affine) else 1 if isinstance(op, Argmax) else width
    return Network(n, tuple(nodes))


def _fitted(part: Affine | Activation | str, width: int, i: int) -> Op:
    match part:
        case Affine(columns, rows):
            if columns != width:
                raise Malformed(
                    f"layer {i}: the weight is {len(rows)}×{columns} but its input has width {width}; expected {len(rows)}×{width}"
                )
            return part
        case "softmax":
            well_formed(width > 0, f"layer {i}: softmax of an input of width 0")
            return Softmax((tuple(range(width)),))
        case "argmax":
            return Argmax()
        case str():
            raise AssertionError(part)
        case _:
            return Pointwise((part,) * width)


def _layer(layer: Any, what: str) -> Affine | Activation | str:
    if isinstance(layer, PiecewiseAffine | Sigmoid | Tanh | Softplus | Exp | Atan | Erf | Sin | Sqrt | Reciprocal | Elu):
        return layer
    if isinstance(layer, str):
        return _named(layer, (), what)
    if isinstance(layer, tuple | list) and layer and isinstance(layer[0], str):
        return _named(layer[0], tuple(layer[1:]), what)
    if isinstance(layer, tuple | list) and len(layer) == 2 and _entries(layer[0], what).ndim == 2:
        return dense(_entries(layer[0], what), _bias(layer[1], what), what)
    w = _entries(layer, what)
    if w.ndim != 2:
        raise Malformed(
            f"{what} is {_short(layer)}, of the shape {w.shape}; a layer is a matrix W, a pair (W, b), or the name of an activation, "
            "and a network is a list of layers"
        )
    return dense(w, None, what)


def _named(name: str, numbers: tuple[Any, ...], what: str) -> Activation | str:
    if not numbers and name in ("softmax", "argmax"):
        return name
    if not numbers and name in NAMED:
        return NAMED[name]
    count, make = WITH_NUMBERS.get(name, (0, None))
    if make is not None and len(numbers) == count:
        return make(*(exact(v, f"a number of {name!r} in {what}") for v in numbers))
    if make is not None:
        raise Malformed(f"{what}: {name!r} with {len(numbers)} numbers; it takes {count}, as in ({name!r}{', 1' * count})")
    known = ", ".join(sorted({*NAMED, *WITH_NUMBERS, "softmax", "argmax"}))
    raise Malformed(f"{what}: there is no activation {_short((name, *numbers))}; known are {known}")


def _bias(b: Any, what: str) -> np.ndarray[Any, Any]:
    """A vector; sympy knows only matrices, so a column counts as one."""
    entries = _entries(b, f"the bias of {what}")
    return entries.ravel() if entries.ndim == 2 and entries.shape[1] == 1 else entries


def _entries(value: Any, what: str) -> np.ndarray[Any, Any]:
    """The array itself, or an array of the very objects in the lists: NumPy would round large ints that stand beside a float."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in "iubfO" or value.dtype.itemsize > 8:
            raise Malformed(f"{what} has the type {value.dtype}; pass real numbers of up to 64 bits, or Fractions in an object array")
        return value
    try:
        return np.array(value.tolist() if hasattr(value, "tolist") else value, dtype=object)
    except ValueError:
        raise Malformed(f"{what} is {_short(value)}, whose rows differ in length") from None


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
