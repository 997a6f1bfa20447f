"""Values of the vocabulary as terms of the Rocq library in proofs/rocq: numbers, operations, functions, domains, statements.

Numbers are written as machine words, which Rocq reads much faster than decimal integers: binary32 weights as their 32 bits, other
integers 60 bits a word (Words.v).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import groupby
from typing import TypeVar, assert_never

from bijection.errors import NotSupported
from proofs.activations import (
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
from proofs.domains import Box, Domain, Finite, Floats, Grid, Integers, Labels, Polytope, Reals, Simplex
from proofs.exact import vector
from proofs.functions import Function
from proofs.ieee import Binary32
from proofs.network import Affine, Argmax, Max, Network, Op, Pointwise, Product, Softmax, Spline, Stack, Sum, Table, runs
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

T = TypeVar("T")
_SHORT = 2**40  # numbers below are written in decimal where they stand alone


def words(integers: Iterable[int]) -> str:
    """The integers as one list of machine words: bit 0 says that another word follows, bit 1 is the sign of the last; then digits."""
    out: list[str] = []
    for a in integers:
        while not -(2**59) <= a < 2**59:
            out.append(str((a & 2**60 - 1) << 2 | 1))
            a >>= 60
        out.append(str((a & 2**60 - 1) << 2 | (2 if a < 0 else 0)))
    return f"[{'; '.join(out)}]%uint63"


def binary32(numerator: int, denominator: int) -> int | None:
    """The 32 bits of the float with this value, or None if there is none."""
    try:
        bits = struct.pack(">f", numerator / denominator)
    except OverflowError:
        return None
    p, q = struct.unpack(">f", bits)[0].as_integer_ratio()
    return int.from_bytes(bits, "big") if p * denominator == numerator * q else None


def rational(q: Fraction) -> str:
    """One number."""
    if abs(q.numerator) < _SHORT and q.denominator < _SHORT:
        return f"({q.numerator} # {q.denominator})%Q"
    return f"(integer {words([q.numerator])} # Z.to_pos (integer {words([q.denominator])}))%Q"


def rationals(x: Sequence[Fraction]) -> str:
    """A list of numbers over their common denominator."""
    v = vector(x)
    return f"(fractions_of {words([v.denominator])} {words(v.numerators)})"


def natural(n: int) -> str:
    """A natural number; long ones are not written in unary."""
    return f"{n}%nat" if n < 5000 else f"(Z.to_nat {n})"


def naturals(numbers: Iterable[int]) -> str:
    """A list of natural numbers."""
    return listed(map(natural, numbers))


def integer(a: int) -> str:
    """One integer."""
    return f"({a})" if abs(a) < _SHORT else f"(integer {words([a])})"


def matrix(lines: Iterable[Sequence[int]]) -> str:
    """Lines of integers."""
    return f"(map integers {listed_in_lines(map(words, lines))})"


def listed(items: Iterable[str]) -> str:
    """A list of terms."""
    return f"[{'; '.join(items)}]"


def repeated(items: Sequence[T], term: Callable[[T], str]) -> str:
    """A list in which what repeats is written once."""
    return f"(unroll {listed(f'({natural(sum(1 for _ in group))}, {term(item)})' for item, group in groupby(items))})"


class Terms:
    """Terms, and the definitions that they use: long values get a name, and equal ones the same name."""

    def __init__(self) -> None:
        self.definitions: list[str] = []
        self._names: dict[object, str] = {}
        self._count: dict[str, int] = {}

    def define(self, kind: str, stem: str, key: object, body: Callable[[], str]) -> str:
        """The name of the value `key`; its definition is written at the first use."""
        if (kind, key) not in self._names:
            text = body()
            number = self._count[stem] = self._count.get(stem, 0) + 1
            name = stem if number == 1 else f"{stem}_{number}"
            self.definitions.append(f"Definition {name} : {kind} :=\n  {text}.")
            self._names[kind, key] = name
        return self._names[kind, key]

    def function(self, f: Function) -> str:
        """A network or a table."""
        return self.define("function", "f", f, lambda: self._function(f))

    def _function(self, f: Function) -> str:
        match f:
            case Network(_, nodes):
                return f"Net {listed(f'Node {self._op(node.op)} {listed(map(natural, node.inputs))}' for node in nodes)}"
            case Table(values):
                return f"Table (integers {words(values)})"
            case Binary32():
                raise NotSupported(
                    "binary32 arithmetic has no semantics in proofs/rocq; the kernel's check of the saved verdict stands alone"
                )
            case _:
                assert_never(f)

    def _op(self, op: Op) -> str:
        match op:
            case Affine():
                return self.define("op", "affine", op, lambda: self._affine(op))
            case Pointwise(activations):
                layers = (f"({natural(count)}, {self._activation(s)})" for s, count in runs(activations))
                return f"(Pointwise {listed(layers)})"
            case Sum() | Stack() | Product() | Argmax():
                return type(op).__name__
            case Max(groups) | Softmax(groups):
                return f"({type(op).__name__} {listed(listed(map(natural, group)) for group in groups)})"
            case Spline():
                raise NotSupported("a spline is not known in proofs/rocq; the kernel's check of the saved verdict stands alone")
            case _:
                assert_never(op)

    def _activation(self, s: Activation) -> str:
        match s:
            case PiecewiseAffine(breakpoints, pieces):
                if s == RELU:
                    return "relu"
                if s == IDENTITY:
                    return "identity"
                first, *rest = (f"({rational(p)}, {rational(q)})" for p, q in pieces)
                more = (f"({rational(b)}, {piece})" for b, piece in zip(breakpoints, rest, strict=True))
                return self.define("activation", "sigma", s, lambda: f"Pieces {first} {listed(more)}")
            case Sigmoid() | Tanh() | Softplus() | Exp():
                return type(s).__name__
            case Elu(alpha, scale):
                return f"(Elu {rational(alpha)} {rational(scale)})"
            case Atan() | Erf() | Sin() | Sqrt() | Reciprocal():
                raise NotSupported(f"{type(s).__name__} is no activation of proofs/rocq; its theorems cannot speak of this network")
            case _:
                assert_never(s)

    def _affine(self, op: Affine) -> str:
        constants = [row.constant for row in op.rows]
        encode = _floats(op)
        bias = _hexadecimal(encode(constants)) if encode else words(constants)
        write = (lambda c: _hexadecimal(encode(c))) if encode else words
        if encode and all(row.columns == tuple(range(op.columns)) for row in op.rows):
            lines = (write(row.coefficients) for row in op.rows)
            return f"dense32 {natural(op.columns)} {op.denominator.bit_length() - 1}\n  {listed_in_lines(lines)}\n  {bias}"
        patterns: dict[tuple[int, ...], int] = {}
        lists: dict[tuple[int, ...], int] = {}
        rows = []
        for row in op.rows:
            first = row.columns[0] if row.columns else 0
            pattern = patterns.setdefault(tuple(j - first for j in row.columns), len(patterns))
            number = lists.setdefault(row.coefficients, len(lists))
            rows.append(f"({natural(pattern)}, {natural(first)}, {natural(number)})")
        head = (
            f"sparse32 {natural(op.columns)} {op.denominator.bit_length() - 1}"
            if encode
            else f"sparseZ {natural(op.columns)} {words([op.denominator])}"
        )
        shapes = listed(map(_pattern, patterns))
        return f"{head}\n  {shapes}\n  {listed_in_lines(map(write, lists))}\n  {listed(rows)}\n  {bias}"

    def domain(self, d: Domain, stem: str = "D") -> str:
        """A set of vectors."""
        return self.define("domain", stem, d, lambda: self._domain(d))

    def _domain(self, d: Domain) -> str:
        match d:
            case Reals(n) | Integers(n) | Simplex(n):
                return f"{type(d).__name__} {natural(n)}"
            case Box(lower, upper) | Floats(lower, upper):
                sides = repeated(list(zip(lower, upper, strict=True)), lambda s: f"({rational(s[0])}, {rational(s[1])})")
                return f"{type(d).__name__} {sides}"
            case Grid(lower, upper, step):
                axes = list(zip(lower, upper, step, strict=True))
                return f"Grid {repeated(axes, lambda s: f'({rational(s[0])}, {rational(s[1])}, {rational(s[2])})')}"
            case Polytope(n, normals, offsets):
                sides = listed(f"({rationals(a)}, {rational(b)})" for a, b in zip(normals, offsets, strict=True))
                return f"Polytope {natural(n)} {sides}"
            case Finite(points):
                return f"Finite {self.points(points)}"
            case Labels(k):
                return f"Labels {k}"
            case _:
                assert_never(d)

    def point(self, x: Sequence[Fraction], stem: str = "x") -> str:
        """A vector of rationals."""
        return self.define("list Q", stem, tuple(x), lambda: rationals(x))

    def points(self, points: Sequence[Sequence[Fraction]]) -> str:
        """A list of vectors of one length."""
        width = len(points[0]) if points else 0
        if not width:
            return listed("[]" for _ in points)
        v = vector([t for x in points for t in x])
        return f"(points_of {words([v.denominator])} {natural(width)} {words(v.numerators)})"

    def statement(self, s: Statement) -> str:
        """A statement as the kernel in Rocq reads it."""
        match s:
            case Injective(f, on) | IsIdentity(f, on):
                return f"({type(s).__name__} {self.function(f)} {self.domain(on)})"
            case Surjective(f, on, onto) | Bijective(f, on, onto) | MapsInto(f, on, onto):
                return f"({type(s).__name__} {self.function(f)} {self.domain(on)} {self.domain(onto, 'C')})"
            case Reached(f, on, value):
                return f"(Reached {self.function(f)} {self.domain(on)} {self.point(value, 'y')})"
            case Not(positive):
                return f"(Not {self.statement(positive)})"
            case Lipschitz() | Expands():
                raise NotSupported("the kernel in Rocq does not speak of Lipschitz constants")
            case FibreIs():
                raise NotSupported("the kernel in Rocq does not speak of whole fibres; ask about single values")
            case Inverts():
                raise NotSupported("the kernel in Rocq does not speak of inverses in pieces; ask whether the network is bijective")
            case _:
                assert_never(s)

    def proposition(self, s: Statement) -> str:
        """The statement in the words of Maps.v, over a field K."""
        match s:
            case Not(positive):
                return f"~ {self.proposition(positive)}"
            case Injective(f, on):
                return f"injective_on (member {self.domain(on)}) (image {self.function(f)} : list K -> list K)"
            case Surjective(f, on, onto):
                return self._between("surjective_on", f, on, onto)
            case Bijective(f, on, onto):
                return self._between("bijective_on", f, on, onto)
            case MapsInto(f, on, into):
                return self._between("maps_into", f, on, into)
            case Reached(f, on, value):
                y = f"(embQ {self.point(value, 'y')})"
                return f"reached (member {self.domain(on)}) (image {self.function(f)} : list K -> list K) {y}"
            case Lipschitz() | Expands():
                raise NotSupported("the kernel in Rocq does not speak of Lipschitz constants")
            case FibreIs():
                raise NotSupported("the kernel in Rocq does not speak of whole fibres; ask about single values")
            case Inverts():
                raise NotSupported("the kernel in Rocq does not speak of inverses in pieces; ask whether the network is bijective")
            case IsIdentity(f, on):
                return f"(forall x : list K, member {self.domain(on)} x -> image {self.function(f)} x = x)"
            case _:
                assert_never(s)

    def _between(self, word: str, f: Function, on: Domain, onto: Domain) -> str:
        return f"{word} (member {self.domain(on)}) (member {self.domain(onto, 'C')}) (image {self.function(f)} : list K -> list K)"


def listed_in_lines(items: Iterable[str]) -> str:
    """A list of terms, one a line."""
    return "[" + ";\n   ".join(items) + "]"


def _hexadecimal(bits: Iterable[int]) -> str:
    return f"[{'; '.join(map(hex, bits))}]%uint63"


def _pattern(columns: tuple[int, ...]) -> str:
    """The columns as runs: how many to skip, how many to take."""
    found: list[tuple[int, int]] = []
    end = 0  # behind the last run
    for j in columns:
        if found and j == end:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((j - end, 1))
        end = j + 1
    return listed(f"({natural(skip)}, {natural(length)})" for skip, length in found)


def _floats(op: Affine) -> Callable[[Iterable[int]], list[int]] | None:
    """How to write the numbers of the map as binary32 words, if all of them are binary32 numbers."""
    known: dict[int, int] = {}
    d = op.denominator
    if d & (d - 1):
        return None
    for numbers in (*{id(row.coefficients): row.coefficients for row in op.rows}.values(), [row.constant for row in op.rows]):
        for a in numbers:
            if a not in known:
                bits = binary32(a, d)
                if bits is None:
                    return None
                known[a] = bits
    return lambda numbers: [known[a] for a in numbers]
