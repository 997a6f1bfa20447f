"""Statements, domains, numbers and verdicts in plain words. Imports verdict and proofs; prints nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby
from struct import pack
from typing import TypeAlias, assert_never

from bijection.pictures import side_by_side
from bijection.verdict import Basis, Escape, Missed, Pair, Proved, Refuted, Unknown, Verdict
from proofs.binary32 import LARGEST
from proofs.codec import digest
from proofs.domains import Box, Domain, Finite, Floats, Grid, Integers, Labels, Point, Polytope, Reals, Simplex, contains, hull
from proofs.exact import LINE, vector
from proofs.functions import Function
from proofs.ieee import Binary32
from proofs.network import Argmax, Network, Table
from proofs.statements import (
    Bijective,
    Expands,
    FibreIs,
    Injective,
    Inverts,
    IsIdentity,
    Lipschitz,
    MapsInto,
    Not,
    Reached,
    Statement,
    Surjective,
)
from proofs.theorems.identity import Moves

Factor: TypeAlias = tuple[str, int]  # a set of numbers in words, and how many coordinates in a row it is for

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LONG = 24  # characters of an exact number before it is shown by its size
_SHOWN = 8  # coordinates of a vector, or lines of a table, before it is shown by its start

NEEDED = {
    "computed": "the check itself is the proof",
    "machine": "its soundness is proved in Rocq",
    "cited": "a published theorem must be believed",
}


def statement(asked: Statement, fingerprint: str | None = None) -> str:
    """The statement as a sentence; pass the network's digest if it is known already."""
    if isinstance(asked, Not):
        return f"it is false that {statement(asked.statement, fingerprint)}"
    f = function(asked.f, fingerprint)
    match asked:
        case Injective(_, on):
            return f"{f} is injective on {domain(on)}"
        case Surjective(_, on, onto):
            return f"{f} maps {domain(on)} onto {domain(onto)}"
        case Bijective(_, on, onto):
            return f"{f} is a bijection from {domain(on)} to {domain(onto)}"
        case MapsInto(_, on, into):
            return f"{f} maps {domain(on)} into {domain(into)}"
        case Reached(_, on, value):
            return f"{f} takes the value {point(value)} somewhere on {domain(on)}"
        case IsIdentity(_, on):
            return f"{f} is the identity on {domain(on)}"
        case Lipschitz(_, on, constant):
            return f"{f} has the Lipschitz constant {number(constant)} on {domain(on)}, in the maximum norm"
        case Expands(_, on, constant):
            return f"{f} multiplies distances by at least {number(constant)} on {domain(on)}, in the maximum norm"
        case FibreIs(_, on, value, pieces):
            many = "1 polytope" if len(pieces) == 1 else f"{len(pieces)} polytopes"
            return f"the inputs on {domain(on)} where {f} has the value {point(value)} are exactly those of {many}"
        case Inverts(_, on, onto, pieces):
            many = "1 piece makes" if len(pieces) == 1 else f"{len(pieces)} pieces make"
            back = "" if onto is None else f" and f(g(y)) = y on {domain(onto)}"
            return f"{many} the inverse g of {f}: g(f(x)) = x on {domain(on)}{back}"
        case _:
            assert_never(asked)


def function(f: Function, fingerprint: str | None = None) -> str:
    """What is mapped where, and the start of the digest that tells this function from every other."""
    name = (fingerprint or digest(f))[:8]
    if isinstance(f, Table):
        return f"f: {domain(Labels(len(f.values)))} → ℤ (table {name}…, {count(len(f.values), 'value')})"
    if isinstance(f, Binary32):
        net = f.network
        return f"f: ℝ{power(f.arity)} → {_target(net)} in binary32 arithmetic (network {name}…, {count(len(net.nodes), 'node')})"
    return f"f: ℝ{power(f.arity)} → {_target(f)} (network {name}…, {count(len(f.nodes), 'node')})"


def count(n: int, thing: str) -> str:
    """So many of a thing."""
    return f"{n} {thing}{'' if n == 1 else 's'}"


def _target(f: Network) -> str:
    return domain(Labels(f.widths[f.nodes[-1].inputs[0]])) if _gives_labels(f) else f"ℝ{power(f.width)}"


def _gives_labels(f: Network) -> bool:
    return bool(f.nodes) and isinstance(f.nodes[-1].op, Argmax)


def domain(d: Domain) -> str:
    """A domain or codomain in the notation of sets."""
    match d:
        case Reals(n):
            return f"ℝ{power(n)}"
        case Integers(n):
            return f"ℤ{power(n)}"
        case Box(lower, upper):
            return _product([f"[{number(a)}, {number(b)}]" for a, b in zip(lower, upper, strict=True)])
        case Grid(lower, _, step):
            return _product([_axis(a, s, k) for a, s, k in zip(lower, step, d.counts(), strict=True)])
        case Floats(lower, upper):
            if all(a <= -LARGEST and b >= LARGEST for a, b in zip(lower, upper, strict=True)):
                return f"the finite binary32 numbers{power(len(lower))}"
            return f"the binary32 values in {domain(Box(lower, upper))}"
        case Polytope(n, normals):
            return f"a polytope in ℝ{power(n)} ({count(len(normals), 'constraint')})"
        case Finite(points):
            short = len(points) <= 4 and len(points[0]) <= 4
            return "{" + ", ".join(map(point, points)) + "}" if short else f"a set of {len(points)} points of ℝ{power(len(points[0]))}"
        case Labels(k):
            return "the empty set" if k == 0 else _axis(Fraction(0), Fraction(1), k)
        case Simplex(n):
            return f"the open simplex in ℝ{power(n)}"
        case _:
            assert_never(d)


def _axis(lower: Fraction, step: Fraction, count: int) -> str:
    values = [number(lower + k * step) for k in (range(count) if count <= 3 else (0, 1))]
    return "{" + ", ".join(values if count <= 3 else [*values, "…", number(lower + (count - 1) * step)]) + "}"


def _product(factors: Sequence[str]) -> str:
    runs: list[Factor] = [(factor, len(list(group))) for factor, group in groupby(factors)]
    if not runs:
        return "ℝ⁰"
    parts = [factor + (power(count) if count > 1 else "") for factor, count in runs]
    if len(parts) <= 4:
        return " × ".join(parts)
    return f"{parts[0]} × {parts[1]} × … × {parts[-1]} ({len(factors)} factors)"


def power(n: int) -> str:
    """n as a raised exponent; nothing for 1."""
    return "" if n == 1 else str(n).translate(_RAISED)


def number(q: Fraction) -> str:
    """The exact number where it is short, else ≈ a decimal with the digits of its numerator and denominator."""
    if max(q.numerator.bit_length(), q.denominator.bit_length()) <= 4 * _LONG:
        text = str(q)
        if len(text) <= _LONG:
            return text
    return f"≈ {_decimal(q)} ({digits(q.numerator)}/{digits(q.denominator)} digits)"


def digits(a: int) -> int:
    """How many decimal digits |a| has, without writing them."""
    low = max(0, (a.bit_length() - 1) * 30102 // 100_000)  # 10^low ≤ |a|
    while 10 ** (low + 1) <= abs(a):
        low += 1
    return low + 1


def _decimal(q: Fraction) -> str:
    """q to six significant digits; outside the range of floats by its power of ten."""
    try:
        rounded = float(q)
    except OverflowError:
        rounded = 0.0
    if rounded or not q:
        return f"{rounded:.6g}"
    exponent = digits(q.numerator) - digits(q.denominator)
    exponent -= abs(q) < Fraction(10) ** exponent
    return f"{float(q / Fraction(10) ** exponent):.6g}e{exponent:+d}"


def point(x: Point, most: int = _SHOWN) -> str:
    """A vector, exactly where that is short, else ≈ in decimals; of a long one its start and its length."""
    shown = x[:most]
    tail = "" if len(x) <= most else f", …; {len(x)} coordinates"
    if not any(number(t).startswith("≈") for t in shown):
        return f"({', '.join(map(number, shown))}{tail})"
    longest = max(max(digits(t.numerator), digits(t.denominator)) for t in shown)
    return f"≈ ({', '.join(map(_decimal, shown))}{tail}) (exact fractions of up to {longest} digits)"


def _is(name: str, value: str) -> str:
    return f"{name} {value}" if value.startswith("≈") else f"{name} = {value}"


def not_shown(verdict: Refuted) -> str | None:
    """That a counterexample exists and is not shown; None where there is none to show: of what is somewhere so, and of negations."""
    if verdict.counterexample is not None or isinstance(verdict.statement, Not | Reached):
        return None
    return "No counterexample is shown: the argument proves that there is one without giving it."


def paragraph(verdict: Verdict, *, pictures: bool = False, columns: int = 100, fingerprint: str | None = None) -> str:
    """What was decided, why, the counterexample in short, and what the answer rests on."""
    sentence = statement(verdict.statement, fingerprint)
    lines = [f"{kind(verdict).upper()}: {sentence}", f"because {verdict.because}"]
    match verdict:
        case Unknown(tried=tried):
            lines.append(f"tried: {', '.join(tried) or 'nothing'}; {verdict.seconds:.1f} s")
            return "\n".join(lines)
        case Refuted(evidence=(Moves(x),), statement=IsIdentity(f)):
            lines += ["", f"A point that is moved: {_is('x', point(x))}, {_is('f(x)', point(f(x)))}"]
        case Refuted(counterexample=None) if (told := not_shown(verdict)) is not None:
            lines += ["", told]
        case Refuted(counterexample=found) if found is not None:
            lines += ["", *counterexample(verdict, pictures, columns)]
        case _:
            pass
    lines += ["", "rests on", *(f"  {basis(b)}" for b in verdict.rests_on)]
    return "\n".join(lines)


def kind(verdict: Verdict) -> str:
    """The verdict in one word: proved, refuted or unknown."""
    match verdict:
        case Proved():
            return "proved"
        case Refuted():
            return "refuted"
        case Unknown():
            return "unknown"
        case _:
            assert_never(verdict)


def basis(b: Basis) -> str:
    """A theorem with what it asks one to believe."""
    return f"{b.name} ({b.status}: {NEEDED[b.status]}; {b.source})"


def counterexample(verdict: Refuted, pictures: bool, columns: int) -> list[str]:
    """The counterexample of a refuted statement, line by line."""
    match verdict.counterexample:
        case Pair() as pair:
            return _pair(pair, verdict.statement, pictures, columns)
        case Missed(value):
            return [f"the output {point(value)} is not reached"]
        case Escape(x):
            return [f"the output at {_is('x', point(x))} lies outside the codomain"]
        case _:
            return []


def _bits(x: Fraction) -> str:
    """The binary32 number as C and Python write it in hexadecimal, and its 32 bits."""
    return f"{float(x).hex()} ({pack('>f', float(x)).hex()})"


def _pair(pair: Pair, asked: Statement, pictures: bool, columns: int) -> list[str]:
    lines = ["Two different inputs with exactly the same output:"]
    image = side_by_side(pair.x, pair.y, greys(inputs(asked)), columns) if pictures else None
    if image is not None:
        lines += ["", *image, ""]
    lines += _vectors(pair)
    if pair.value is None:
        lines.append("f(x) = f(y): they agree inside the network already, before its part without rational values")
    else:
        lines.append(_is("f(x) = f(y)", point(pair.value, 12)))
    lines.append(_is("max |x − y|", number(pair.distance)))
    if isinstance(pair.f, Binary32):
        apart = [i for i, (a, b) in enumerate(zip(pair.x, pair.y, strict=True)) if a != b]
        lines += [f"x[{i}] = {_bits(pair.x[i])}, y[{i}] = {_bits(pair.y[i])}" for i in apart[:_SHOWN]]
    else:
        lines.append(_in_floats(pair, asked))
    return lines


def inputs(asked: Statement) -> Domain:
    """The domain that the statement is about."""
    return asked.statement.on if isinstance(asked, Not) else asked.on


def greys(on: Domain) -> tuple[Fraction, Fraction] | None:
    """The range of every pixel, if the domain gives all pixels the same one."""
    sides = set(hull(on))
    side = sides.pop() if len(sides) == 1 else LINE
    return None if side.lower is None or side.upper is None else (side.lower, side.upper)


def _vectors(pair: Pair) -> list[str]:
    """x and y where they are short, else the coordinates in which they differ."""
    if len(pair.x) <= _SHOWN:
        return [_is("x", point(pair.x)), _is("y", point(pair.y))]
    apart = [i for i, (a, b) in enumerate(zip(pair.x, pair.y, strict=True)) if a != b]
    rows = [(f"[{i}]", number(pair.x[i]), number(pair.y[i])) for i in apart[:_SHOWN]]
    wide = [max(len(row[k]) for row in rows) for k in range(2)]
    lines = [f"x and y differ in {len(apart)} of {len(pair.x)} coordinates:"]
    lines += [f"  {i:<{wide[0]}}  x {a:<{wide[1]}}  y {b}" for i, a, b in rows]
    return lines if len(apart) <= _SHOWN else [*lines, f"  … and {len(apart) - _SHOWN} more"]


def _in_floats(pair: Pair, asked: Statement) -> str:
    rounded = pair.in_floats()
    if rounded.collides is None:
        return "rounded to binary32: whether they still collide is not known"
    if not rounded.collides:
        return "rounded to binary32 they no longer collide exactly"
    inside = all(contains(inputs(asked), vector([Fraction(float(t)) for t in array])) for array in (rounded.x, rounded.y))
    return "rounded to binary32 they still collide exactly" + ("" if inside else ", but one of them leaves the domain")
