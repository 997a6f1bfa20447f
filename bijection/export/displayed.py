"""Verdicts, networks, sets and counterexamples as short LaTeX for notebooks: what is long is cut, and says so by its dots."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from bijection.export.operations import activation
from bijection.export.pen import Pen, codomain, domain_of
from bijection.export.tex import about, escape, length, number, reals
from bijection.fibres import Fibre
from bijection.local_fibres import LocalFibre
from bijection.notebook import CUT, cut_affine
from bijection.verdict import Escape, Missed, Pair, Proved, Refuted, Unknown
from bijection.words import kind
from proofs.domains import Box, Domain, Finite, Floats, Grid, Point, Polytope
from proofs.functions import Function
from proofs.ieee import Binary32
from proofs.network import Affine, Network, Node, Pointwise, Table, runs
from proofs.statements import Statement

_LONG = 24  # characters of a number
_WIDE = 120  # characters of a point before fewer coordinates are shown


def known(thing: Any) -> bool:
    """Whether it is displayed here."""
    ours = Proved | Refuted | Unknown | Pair | Missed | Escape | Fibre | LocalFibre
    return isinstance(thing, ours | Function | Domain | Statement)


def displayed(thing: Any) -> str:
    """The thing as LaTeX with its own dollars."""
    match thing:
        case Proved() | Refuted() | Unknown():
            found = thing.counterexample
            shown = "" if found is None else f" {displayed(found)}"
            return rf"\textbf{{{kind(thing)}}}: {sentence(thing.statement)}.{shown}"
        case Pair(_, x, y, value):
            equal = "f(x) = f(y)" + ("" if value is None else f" = {vector(value)}")
            return rf"$x = {vector(x)},\quad y = {vector(y)},\quad {equal}$"
        case Missed(value):
            return rf"$f(x) \ne {vector(value)}\ \text{{for all }} x$"
        case Escape(x):
            return rf"$f(x) \text{{ is outside of the codomain at }} x = {vector(x)}$"
        case Fibre():
            many = "1 polytope" if len(thing) == 1 else f"{len(thing)} polytopes"
            relation = "=" if thing.complete else r"\supseteq"
            return rf"$f^{{-1}}\bigl({vector(thing.value)}\bigr) \cap {domain(thing.on)} {relation} \text{{the union of {many}}}$"
        case LocalFibre(_, on, x):
            size = "" if thing.dimension is None else rf"\text{{ of dimension }} {thing.dimension}"
            where = rf"f^{{-1}}(f(x)) \cap {domain(on)}"
            return rf"$\text{{a polytope in }} {where} {size} \text{{ around }} x = {vector(x)}$"
    if isinstance(thing, Function):
        return f"${function(thing)}$"
    return f"${domain(thing)}$" if isinstance(thing, Domain) else f"{sentence(thing)}."


def sentence(statement: Statement) -> str:
    """The statement; the function is f, a long set is named and then cut."""
    inner: Any = getattr(statement, "statement", statement)
    pen = Pen()
    pen.call(inner.f, "f")
    text = pen.says(statement)
    sets = [inner.on, *(getattr(inner, field) for field in ("onto", "into") if hasattr(inner, field))]
    named = [rf"${pen.set(d)} = {domain(d)}$" for d in dict.fromkeys(sets) if pen.set(d).startswith("D_")]
    where = f", where {' and '.join(named)}" if named else ""
    return f"{text}{where}".replace(r"\allowbreak", "")


def scalar(q: Fraction) -> str:
    """The number, exact where it is short, else to six digits after ≈."""
    return number(q) if length([q]) <= _LONG else about(q)


def vector(x: Point) -> str:
    """The point with its first coordinates."""
    if len(x) == 1:
        return scalar(x[0])
    shown = list(map(scalar, x[:CUT]))
    if sum(map(len, shown)) > _WIDE:  # a line of a page
        shown = shown[: CUT // 2]
    dots = [r"\dots"] if len(x) > len(shown) else []
    return r"\left(" + ", ".join([*shown, *dots]) + r"\right)" + (rf"\in {reals(len(x))}" if dots else "")


def matrix(rows: Sequence[Sequence[Fraction]], height: int, width: int) -> str:
    """The first rows and columns of a matrix of this height and width."""
    lines = [[*map(scalar, row[:CUT]), *([r"\cdots"] if width > CUT else [])] for row in rows[:CUT]]
    if height > CUT:
        lines.append([r"\vdots"] * min(width, CUT) + ([r"\ddots"] if width > CUT else []))
    return r"\begin{pmatrix}" + r" \\ ".join(" & ".join(line) for line in lines) + r"\end{pmatrix}"


def domain(d: Domain) -> str:
    """The set; of many different factors, constraints or points the first."""
    pen = Pen()
    short = pen.set(d)
    if not short.startswith("D_"):
        return short.replace(r"\allowbreak", "")
    match d:
        case Polytope(n, normals, offsets):
            many = len(normals)
            a, b = matrix(normals, many, n), matrix([[t] for t in offsets], many, 1)
            return rf"\left\{{x \in {reals(n)} : {a}\,x \le {b}\right\}}"
        case Finite(points):
            dots = [r"\dots"] if len(points) > CUT else []
            return r"\left\{" + ", ".join([*map(vector, points[:CUT]), *dots]) + r"\right\}"
        case Box(lower, upper) | Grid(lower, upper) | Floats(lower, upper):
            sides = [rf"[{scalar(a)}, {scalar(b)}]" for a, b in zip(lower, upper, strict=True)]
            box = r" \times ".join(sides if len(sides) <= 4 else [*sides[:3], r"\cdots", sides[-1]])
            lattice = rf"\left({vector(lower)} + {vector(d.step)}\,\mathbb{{Z}}\right) \cap {box}" if isinstance(d, Grid) else box
            return rf"\mathbb{{F}}_{{32}}^{{{len(lower)}}} \cap {box}" if isinstance(d, Floats) else lattice
        case _:
            raise AssertionError("all other sets are short")


def function(f: Function, name: str = "f") -> str:
    """Where it goes from and to, and its first operations."""
    where = rf"{name} \colon {domain_of(f)} \to {codomain(f)}"
    match f:
        case Table(values):
            return rf"{where},\quad (f(0), f(1), \dots) = {vector(tuple(map(Fraction, values)))}"
        case Binary32(network):
            return rf"{function(network)}\quad\text{{in binary32 arithmetic}}"
        case Network(_, nodes):
            lines = [rf"v_{{{i}}} &= {_node(node)}" for i, node in enumerate(nodes[:CUT], 1)]
            lines += [r"&\ \,\vdots", rf"{name}(x) &= v_{{{len(nodes)}}}"] if len(nodes) > CUT else [rf"{name}(x) &= {_value(len(nodes))}"]
            return rf"\displaystyle {where},\qquad \begin{{aligned}}" + r" \\ ".join(lines) + r"\end{aligned}"


def _value(j: int) -> str:
    return f"v_{{{j}}}" if j else "x"


def _node(node: Node) -> str:
    names = [_value(j) for j in node.inputs]
    match node.op:
        case Affine(columns, all_rows) as op:
            rows, shift = cut_affine(op)
            constant = "" if not any(row.constant for row in all_rows) else " + " + matrix([[t] for t in shift], len(all_rows), 1)
            return rf"{matrix(rows, len(all_rows), columns)}\,{names[0]}{constant}"
        case Pointwise(activations):
            kinds = [activation(s) for s, _ in runs(activations)]
            return f"{kinds[0]}({names[0]})" if len(kinds) == 1 else rf"({', '.join(kinds[:CUT])})({names[0]})"
        case op:
            return rf"\operatorname{{{escape(type(op).__name__)}}}({', '.join(names)})"
