"""A network as formulas: every operation with its numbers where they are few, and in words in any case."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import groupby
from typing import assert_never

from bijection.export.tex import Entry, column, matrix, number, power, reals
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
)
from proofs.network import Affine, Argmax, Max, Network, Node, Op, Pointwise, Product, Row, Softmax, Spline, Stack, Sum, runs

_MANY = 8  # coefficients before their common denominator is put in front
_SHOWN = 12  # operations before a network is described by its sizes


def operations(f: Network) -> tuple[list[Entry], Callable[[], str]]:
    """The numbers of the network, and the formula that writes them: x ↦ the last value of straight-line code."""
    return list(_numbers(f)), lambda: _formula(f)


def _numbers(f: Network) -> Iterator[Entry]:
    for node in f.nodes:
        yield from (0,) * 12  # for the symbols of an operation
        match node.op:
            case Affine(columns, rows):
                yield from (0,) * (len(rows) * columns)
                for row in rows:
                    yield from row.coefficients
                    yield row.constant
            case Pointwise(activations):
                for s, _ in runs(activations):
                    if isinstance(s, PiecewiseAffine) and s not in (RELU, ABS, IDENTITY):
                        yield from (q for piece in s.pieces for q in piece)
                        yield from s.breakpoints
            case Max(groups) | Softmax(groups):
                yield from (i for group in groups for i in group)
            case _:
                pass


def _formula(f: Network) -> str:
    if not f.nodes:
        return r"\bigl(x \mapsto x\bigr)"
    if all(node.inputs == (i,) for i, node in enumerate(f.nodes)):
        argument = "x"
        for node in f.nodes:
            argument = _applied(node.op, [argument])
        return rf"\bigl(x \mapsto {argument}\bigr)"
    lines = [rf"v_{{{i}}} = {_applied(node.op, [_value(j) for j in node.inputs])}" for i, node in enumerate(f.nodes, 1)]
    return rf"\bigl(x \mapsto v_{{{len(f.nodes)}}}\bigr),\ \text{{where}}\ " + r",\ \allowbreak ".join(lines)


def _value(j: int) -> str:
    return f"v_{{{j}}}" if j else "x"


def _applied(op: Op, arguments: Sequence[str]) -> str:
    """The operation applied to what these formulas name."""
    first = arguments[0] if arguments else ""
    match op:
        case Affine():
            return _affine(op, first)
        case Pointwise(activations):
            return _pointwise(activations, first)
        case Sum():
            return " + ".join(arguments)
        case Stack():
            return "(" + "; ".join(arguments) + ")"
        case Product():
            return rf"({arguments[0]}) \odot ({arguments[1]})"
        case Max(groups):
            return r"\max\nolimits_{" + ",".join("(" + ",".join(str(i + 1) for i in group) + ")" for group in groups) + f"}}({first})"
        case Softmax():
            return rf"\mathrm{{softmax}}({first})"
        case Spline():
            name = r"\operatorname{spline}" + ("" if op.power > 0 else "^{-1}")
            return rf"{name}_{{\ge {number(op.least)}}}({'; '.join(arguments)})"
        case Argmax():
            return rf"\operatorname{{argmax}}({first})"
        case _:
            assert_never(op)


def _affine(op: Affine, argument: str) -> str:
    if not op.rows:
        return "()"
    inside = argument if argument == "x" or argument.startswith("v_") else f"({argument})"
    if op.denominator > 1 and len(op.rows) * op.columns > _MANY:
        integers = matrix([dense(row, op.columns) for row in op.rows])
        return rf"\tfrac{{1}}{{{number(op.denominator)}}}\bigl({integers}{inside} + {column([row.constant for row in op.rows])}\bigr)"
    rows = [[Fraction(a, op.denominator) for a in dense(row, op.columns)] for row in op.rows]
    shift = [Fraction(row.constant, op.denominator) for row in op.rows]
    if len(rows) == op.columns == 1:
        factor = number(rows[0][0])
        linear = inside if factor == "1" else f"-{inside}" if factor == "-1" else rf"{factor}\,{inside}"
        return linear + (f" {'-' if shift[0] < 0 else '+'} {number(abs(shift[0]))}" if shift[0] else "")
    linear = matrix(rows) + inside if op.columns else ""
    if not linear:
        return column(shift)
    return linear + (f" + {column(shift)}" if any(shift) else "")


def dense(row: Row, columns: int) -> list[int]:
    """The coefficients of a row with its zeros."""
    line = [0] * columns
    for j, a in zip(row.columns, row.coefficients, strict=True):
        line[j] = a
    return line


def _pointwise(activations: Sequence[Activation], argument: str) -> str:
    kinds = [(s, count) for s, count in runs(activations)]
    if len(kinds) == 1:
        return f"{activation(kinds[0][0])}({argument})"
    return "(" + ",".join(power(activation(s), 1) + (f"^{{\\times {n}}}" if n > 1 else "") for s, n in kinds) + f")({argument})"


def activation(s: Activation) -> str:
    """The name of a scalar function, or its slopes and breakpoints."""
    match s:
        case PiecewiseAffine(breakpoints, pieces):
            named = {RELU: r"\mathrm{relu}", ABS: r"\mathrm{abs}", IDENTITY: r"\mathrm{id}"}.get(s)
            if named is not None:
                return named
            if _is_leaky(s):
                return rf"\mathrm{{leaky}}_{{{number(pieces[0][0])}}}"
            lines = "; ".join(_piece(p, q) for p, q in pieces)
            cuts = rf"\mid {', '.join(map(number, breakpoints))}" if breakpoints else ""
            return rf"[{lines} {cuts}]"
        case Sigmoid():
            return r"\mathrm{sigmoid}"
        case Tanh():
            return r"\tanh"
        case Softplus():
            return r"\mathrm{softplus}"
        case Exp():
            return r"\exp"
        case Atan():
            return r"\arctan"
        case Erf():
            return r"\mathrm{erf}"
        case Sin():
            return r"\sin"
        case Sqrt():
            return r"\mathrm{root}"
        case Reciprocal(least):
            return rf"\mathrm{{inv}}_{{\ge {number(least)}}}"
        case Elu(alpha, scale):
            return rf"\mathrm{{elu}}_{{{number(alpha)},{number(scale)}}}"
        case _:
            assert_never(s)


def _piece(slope: Fraction, intercept: Fraction) -> str:
    """slope·t + intercept."""
    if not slope:
        return number(intercept)
    linear = {1: "t", -1: "-t"}.get(int(slope) if slope.denominator == 1 else 0, f"{number(slope)}t")
    return linear + (f" {'-' if intercept < 0 else '+'} {number(abs(intercept))}" if intercept else "")


def notation(f: Network) -> list[str]:
    """What the symbols in the formula of the network mean, one text for all of them, or none where nothing needs to be said."""
    used = [s for node in f.nodes if isinstance(node.op, Pointwise) for s, _ in runs(node.op.activations)]
    written = "".join(map(activation, dict.fromkeys(used)))
    ops = {type(node.op) for node in f.nodes}
    said = [text for symbol, text in _SCALARS.items() if symbol in written]
    vectors = [text for op, text in _VECTORS.items() if op in ops]
    if said:
        vectors.insert(0, "scalar functions are applied to each coordinate: " + ", ".join(said))
    return [f"Here {'; '.join(vectors)}."] if vectors else []


_SCALARS = {
    r"\mathrm{relu}": r"$\mathrm{relu}(t) = \max(t, 0)$",
    r"\mathrm{leaky}": r"$\mathrm{leaky}_a(t) = t$ for $t \ge 0$ and $at$ for $t < 0$",
    r"\mathrm{abs}": r"$\mathrm{abs}(t) = |t|$",
    r"\mathrm{sigmoid}": r"$\mathrm{sigmoid}(t) = 1/(1 + e^{-t})$",
    r"\mathrm{softplus}": r"$\mathrm{softplus}(t) = \ln(1 + e^t)$",
    r"\mathrm{root}": r"$\mathrm{root}(t) = \sqrt{\max(t, 0)}$",
    r"\mathrm{inv}": r"$\mathrm{inv}_{\ge a}(t) = 1/\max(t, a)$",
    r"\mathrm{elu}": r"$\mathrm{elu}_{a,c}(t) = ct$ for $t \ge 0$ and $ca(e^t - 1)$ for $t < 0$",
    "[": r"$[p_0t + q_0;\, p_1t + q_1;\dots \mid b_1,\dots]$ has these affine pieces, which change at $b_1 < b_2 < \dots$",
}
_VECTORS = {
    Argmax: r"$\operatorname{argmax}$ is the index, counted from $0$, of the largest coordinate, of the first one if there are several",
    Max: r"$\max_{(i,j,\dots),\dots}$ takes for each list the largest of the coordinates in it",
    Product: r"$\odot$ is the product coordinate by coordinate",
    Spline: (
        r"$\operatorname{spline}_{\ge c}(x; w; h; a; b)$ takes a coordinate $t$ of $x$ to "
        r"$\min(t, 0) + \sum hA/(A + B) + \max(t - \sum w, 0)$, the sums over the bins of $t$, $A = hu^2 + awuv$, $B = hv^2 + bwuv$, where "
        r"$u$ is $t$ less the widths of the bins before, cut to $[0, w]$, and $v = w - u$; what is below $c$ in them counts as $c$"
    ),
    Stack: "a semicolon puts vectors one after the other",
}


def summary(f: Network) -> str:
    """What the network does, in words: its operations and the widths of their values."""
    if not f.nodes:
        return f"the identity of ${reals(f.arity)}$"
    kinds = [(_kind(node), f.widths[i]) for i, node in enumerate(f.nodes, 1)]
    if len(kinds) > _SHOWN:
        counted = groupby(sorted(kind for kind, _ in kinds))
        parts = [f"{n} {_plural(kind, n)}" for kind, n in ((kind, len(list(group))) for kind, group in counted)]
        return f"a network of {len(kinds)} operations ({', '.join(parts)}; largest width {max(f.widths)})"
    steps = [f"{kind} to width {width}" for kind, width in kinds]
    return f"a network on {f.arity} input{'s' if f.arity != 1 else ''}: {', '.join(steps)}"


def _plural(kind: str, n: int) -> str:
    return kind if n == 1 else f"{kind}{'es' if kind.endswith('x') else 's'}"


def _kind(node: Node) -> str:
    match node.op:
        case Affine():
            return "affine map"
        case Pointwise(activations):
            names = sorted({_named(s) for s, _ in runs(activations)})
            return "layer of " + "/".join(names)
        case Sum():
            return "sum"
        case Stack():
            return "stack"
        case Product():
            return "product"
        case Max():
            return "maximum"
        case Softmax():
            return "softmax"
        case Spline():
            return "monotone spline" if node.op.power > 0 else "inverse monotone spline"
        case Argmax():
            return "argmax"
        case _:
            assert_never(node.op)


def _is_leaky(s: PiecewiseAffine) -> bool:
    return list(s.breakpoints) == [0] and list(s.pieces[1]) == [1, 0] and s.pieces[0][1] == 0


_NAMED = {RELU: "ReLU", ABS: "absolute values", IDENTITY: "identities"}


def _named(s: Activation) -> str:
    match s:
        case PiecewiseAffine():
            if s in _NAMED:
                return _NAMED[s]
            return "leaky ReLU" if _is_leaky(s) else "piecewise-affine activations"
        case Elu():
            return "ELU"
        case _:
            return type(s).__name__.lower()
