"""Affine maps x ↦ Wx + b: ranks by certificates modulo a number (L1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from proofs.domains import Reals
from proofs.errors import Brief, Rejected, require
from proofs.exact import common_denominator
from proofs.functions import Function
from proofs.kernel import Status
from proofs.limits import MOST_ENTRIES, Meter, digits
from proofs.network import Affine, Network, Row, Stack, Sum
from proofs.statements import Injective, Statement, Surjective

Matrix = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, repr=False)
class FullColumnRank(Brief):
    """L·Z ≡ I (mod m) for some rows Z of the integer-scaled matrix of W, m ≥ 2 ⇒ x ↦ Wx + b is injective on every set.

    Proof: det(L·Z) ≡ 1 (mod m), so it is not 0, so Z has full column rank over ℚ, so Wv = 0 implies v = 0.
    `rows` lists the rows used, `inverse` is L.
    """

    modulus: int
    rows: tuple[int, ...]
    inverse: Matrix
    name: ClassVar[str] = "FullColumnRank"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary (L1)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Injective(f, D) outright, for a network that is one affine map."""
        if not isinstance(goal, Injective):
            raise Rejected("full column rank proves injectivity only")
        require(self.modulus >= 2, "the modulus is {}; it must be at least 2", self.modulus)
        shaped = len(self.inverse) == goal.f.arity and all(len(line) == len(self.rows) for line in self.inverse)
        require(shaped, "L is not a matrix of {} rows and {} columns", goal.f.arity, len(self.rows))
        w = affine_form(goal.f)
        require(all(0 <= i < len(w.rows) for i in self.rows), "the certificate names a row that is not there")
        z = [dense(w.rows[i], w.columns, self.modulus) for i in self.rows]
        require(is_identity(self.inverse, z, w.columns, self.modulus), "L·Z is not the identity modulo {}", self.modulus)
        return ()


@dataclass(frozen=True, slots=True, repr=False)
class FullRowRank(Brief):
    """Z·R ≡ I (mod m) for some columns Z of the integer-scaled matrix of W, m ≥ 2 ⇒ x ↦ Wx + b maps ℝⁿ onto ℝᵐ.

    Proof: as for FullColumnRank, Z has full row rank, so Wx = y − b has a solution for every y.
    """

    modulus: int
    columns: tuple[int, ...]
    inverse: Matrix
    name: ClassVar[str] = "FullRowRank"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary (L1)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Surjective(f, ℝⁿ, C) outright, for a network that is one affine map."""
        if not (isinstance(goal, Surjective) and isinstance(goal.on, Reals)):
            raise Rejected("full row rank proves that a map of all of ℝⁿ is onto")
        require(self.modulus >= 2, "the modulus is {}; it must be at least 2", self.modulus)
        shaped = len(self.inverse) == len(self.columns) and all(len(line) == goal.f.width for line in self.inverse)
        require(shaped, "R is not a matrix of {} rows and {} columns", len(self.columns), goal.f.width)
        w = affine_form(goal.f)
        require(all(0 <= j < w.columns for j in self.columns), "the certificate names a column that is not there")
        picked = [[line[j] for j in self.columns] for line in (dense(row, w.columns, self.modulus) for row in w.rows)]
        require(is_identity(picked, self.inverse, len(w.rows), self.modulus), "Z·R is not the identity modulo {}", self.modulus)
        return ()


def affine_form(f: Function) -> Affine:
    """The single affine map that a network of affine maps, sums and stacks is."""
    if not isinstance(f, Network):
        raise Rejected("a table is not an affine map")
    if len(f.nodes) == 1 and isinstance(f.nodes[0].op, Affine):
        return f.nodes[0].op
    size = sum(f.widths)
    require(10 * size <= MOST_ENTRIES, "affine maps with {} rows together are not multiplied out", size)
    meter = Meter()
    values = [Affine(f.arity, tuple(Row((j,), (1,), 0) for j in range(f.arity)), 1)]
    for node in f.nodes:
        inputs = [values[j] for j in node.inputs]
        match node.op:
            case Affine():
                values.append(after(node.op, inputs[0], meter))
            case Sum():
                values.append(after(_adder(len(inputs), len(inputs[0].rows)), _stacked(inputs, meter), meter))
            case Stack():
                values.append(_stacked(inputs, meter))
            case _:
                raise Rejected(f"{type(node.op).__name__} is not affine")
    return values[-1]


def after(outer: Affine, inner: Affine, meter: Meter) -> Affine:
    """The affine map outer ∘ inner."""
    lengths = [len(row.columns) for row in inner.rows]
    entries = [sum(lengths[i] for i in row.columns) for row in outer.rows]
    work = (sum(entries) + outer.entries) * (150 + digits(outer.bits) * digits(inner.bits))
    meter.take(work, sum(min(e, inner.columns) for e in entries) * (300 + outer.bits + inner.bits))
    rows = []
    for row in outer.rows:
        total: dict[int, int] = {}
        constant = row.constant * inner.denominator
        for i, c in zip(row.columns, row.coefficients, strict=True):
            constant += c * inner.rows[i].constant
            for j, a in zip(inner.rows[i].columns, inner.rows[i].coefficients, strict=True):
                total[j] = total.get(j, 0) + c * a
        columns = tuple(sorted(j for j, a in total.items() if a))
        rows.append(Row(columns, tuple(total[j] for j in columns), constant))
    return Affine(inner.columns, tuple(rows), outer.denominator * inner.denominator)


def _stacked(parts: Sequence[Affine], meter: Meter) -> Affine:
    d = common_denominator(part.denominator for part in parts)
    rows = []
    for part in parts:
        k = d // part.denominator
        meter.take(part.entries * (50 + digits(part.bits) * digits(k.bit_length())), part.entries * (300 + part.bits + k.bit_length()))
        rows += [Row(r.columns, tuple(k * a for a in r.coefficients), k * r.constant) for r in part.rows]
    return Affine(parts[0].columns, tuple(rows), d)


def _adder(count: int, width: int) -> Affine:
    """The sum of `count` stacked vectors."""
    rows = (Row(tuple(range(i, count * width, width)), (1,) * count, 0) for i in range(width))
    return Affine(count * width, tuple(rows), 1)


def dense(row: Row, columns: int, modulus: int) -> list[int]:
    """The row with its zeros, modulo m."""
    line = [0] * columns
    for j, a in zip(row.columns, row.coefficients, strict=True):
        line[j] = a % modulus
    return line


def is_identity(a: Sequence[Sequence[int]], b: Sequence[Sequence[int]], n: int, modulus: int) -> bool:
    """Whether a·b ≡ I of size n (mod m ≥ 2).

    Each line of b is packed into one long integer, a slot per entry wide enough for a whole scalar product; then a line of
    the product costs one multiplication of a long integer by a short one per entry of a.
    """
    shaped = len(a) == n and all(len(line) == len(b) for line in a) and all(len(line) == n for line in b)
    if not shaped or modulus < 2:
        return False
    size = (2 * modulus.bit_length() + len(b).bit_length() + 7) // 8
    Meter().take(n * n * len(b) * digits(modulus.bit_length()) ** 2, 8 * size * n * len(b))
    packed = [int.from_bytes(b"".join((e % modulus).to_bytes(size, "little") for e in line), "little") for line in b]
    for i, line in enumerate(a):
        total = sum((e % modulus) * p for e, p in zip(line, packed, strict=True) if e)
        data = total.to_bytes(size * n, "little")
        entries = (int.from_bytes(data[k : k + size], "little") % modulus for k in range(0, size * n, size))
        if any(entry != (i == j) for j, entry in enumerate(entries)):
            return False
    return True
