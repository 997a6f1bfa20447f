"""Steps of evidence as terms of the Rocq library: a rule with its certificate, and the theorem that it is sound."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from bijection.errors import NotSupported
from bijection.export import rocq_boxes, rocq_cells, rocq_parts
from bijection.export.rocq_terms import Terms, integer, listed, listed_in_lines, matrix, natural, naturals, rational, words
from proofs.exact import common_denominator
from proofs.kernel import Theorem
from proofs.statements import Statement
from proofs.theorems.affine import FullColumnRank, FullRowRank
from proofs.theorems.agreement import Agreement
from proofs.theorems.blocks import Blocks
from proofs.theorems.collision import Collision
from proofs.theorems.composition import MissedBefore, PrefixCollides, SuffixCollides, SuffixMisses, Through
from proofs.theorems.counting import Enumeration, EqualSizes, GridCount, Pigeonhole, TooFewPoints
from proofs.theorems.identity import FixesCells, Moves, OtherSide
from proofs.theorems.layer_tree import Dependency, LayerTree
from proofs.theorems.monotone import MonotoneLayer, OntoLayer
from proofs.theorems.monotonicity import StronglyMonotone
from proofs.theorems.onto import OpenRange
from proofs.theorems.separated_boxes import SeparatedBoxes
from proofs.theorems.separated_cells import SeparatedCells
from proofs.theorems.sets import BrokenHalf, CancelInner, CancelOuter, Halves, LeftInverse, Restriction, RightInverse
from proofs.theorems.stages import Stages
from proofs.theorems.triangular import Triangular
from proofs.theorems.values import DominatedLabel, Escapes, Misses, Reaches, ReachesAll, ReachesEach, ReachesLabel, Separator, StaysInside


def step(theorem: Theorem, terms: Terms, goal: Statement | None = None) -> str:
    """One step: `by_ (NAME_sound certificate)`; trees of cells or boxes are written for a goal."""
    return f"by_ {_proof(f'{theorem.name}_sound', theorem, terms, goal)}"


def real_step(theorem: Theorem, terms: Terms, over_reals_only: bool, goal: Statement | None = None) -> str:
    """One step of a derivation about real numbers."""
    if over_reals_only:
        return f"over_reals {_proof(f'{theorem.name}_sound_in_reals', theorem, terms, goal)}"
    return f"everywhere ({step(theorem, terms, goal)})"


def _proof(name: str, theorem: Theorem, terms: Terms, goal: Statement | None) -> str:
    match theorem:
        case SeparatedCells():
            certificate = rocq_cells.certificate(theorem, goal)
        case FixesCells():
            certificate = rocq_cells.fixing(theorem, goal)
        case Stages() | Blocks():
            certificate = rocq_parts.certificate(theorem, goal, terms)
        case SeparatedBoxes():
            certificate = rocq_boxes.certificate(theorem, goal)
        case _:
            certificate = arguments(theorem, terms)
    return f"({' '.join([name, *certificate])})" if certificate else name


def arguments(theorem: Theorem, terms: Terms) -> list[str]:
    """The certificate of a theorem, field by field."""
    match theorem:
        case Collision(x, y) | Agreement(x, y):
            return [terms.point(x, "x"), terms.point(y, "y")]
        case Reaches(x) | ReachesLabel(x) | Escapes(x) | Moves(x):
            return [terms.point(x, "x")]
        case Misses(value):
            return [terms.point(value, "y")]
        case LeftInverse(g) | RightInverse(g) | CancelOuter(g):
            return [terms.function(g)]
        case CancelInner(g, on):
            return [terms.function(g), terms.domain(on)]
        case BrokenHalf("injective" | "surjective" | "into" as half):
            return [f"{half}_half"]
        case Through(cut, via) | SuffixCollides(cut, via) | SuffixMisses(cut, via):
            return [natural(cut), terms.domain(via)]
        case MissedBefore(cut, via, value):
            return [natural(cut), terms.domain(via), terms.point(value, "z")]
        case OtherSide(cut, on):
            return [natural(cut), terms.domain(on)]
        case Pigeonhole(other) | EqualSizes(other):
            return [terms.domain(other, "C")]
        case PrefixCollides(number) | OpenRange(number):
            return [natural(number)]
        case FullColumnRank(modulus, picked, inverse) | FullRowRank(modulus, picked, inverse):
            return [integer(modulus), naturals(picked), matrix(inverse)]
        case LayerTree(modulus, dependencies, tree):
            named = terms.define("list dependency", "dependencies", dependencies, lambda: _dependencies(dependencies))
            return [integer(modulus), named, f"(map Z.to_nat (integers {words(tree)}))"]
        case StronglyMonotone(lines, weights):
            return _form(lines, weights)
        case Triangular(levels, outputs):
            ranks = {level: rank for rank, level in enumerate(sorted(set(levels)))}
            return [f"(numbers {words(ranks[level] for level in levels)})", f"(numbers {words(outputs)})"]
        case Separator(u) | DominatedLabel(u):
            return [terms.point(u, "u")]
        case Restriction(on, onto):
            return [terms.domain(on), "None" if onto is None else f"(Some {terms.domain(onto, 'C')})"]
        case ReachesAll(points):
            return [terms.points(points)]
        case Halves() | MonotoneLayer() | StaysInside() | Enumeration() | ReachesEach() | TooFewPoints() | GridCount() | OntoLayer():
            return []
        case BrokenHalf(half):
            raise NotSupported(f"BrokenHalf of {half!r} has no form in Rocq; a half is injective, surjective or into")
        case _:
            raise NotSupported(f"{theorem.name} is not proved in proofs/rocq; the table in proofs/README.md lists what is (status machine)")


def _form(lines: Sequence[Sequence[Fraction]], weights: Sequence[Fraction]) -> list[str]:
    """The matrix in integers, and the weights of as many times the form."""
    d = common_denominator(a.denominator for line in lines for a in line)
    return [matrix([int(a * d) for a in line] for line in lines), listed(rational(t * d) for t in weights)]


def _dependencies(dependencies: Sequence[Dependency]) -> str:
    lines = []
    for named, multipliers, sides in dependencies:
        pairs = listed(f"({natural(k)}, {integer(c)})" for k, c in sides)
        lines.append(f"Dependency {naturals(named)} (integers {words(multipliers)}) {pairs}")
    return listed_in_lines(lines)
