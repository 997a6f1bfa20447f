"""Decide a VNN-LIB query: which statement its unsatisfiability follows from, and which inputs satisfy it.

unsat is answered when a statement is proved from which it follows (conditions that are not understood are left out of it, which only makes
it harder to prove); sat only when every condition of the query has been computed, exactly, for the inputs that are printed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from bijection.questions import decide
from bijection.verdict import Pair, Proved, Refuted, Verdict
from bijection.vnnlib.query import Comparison, Condition, Declared, Element, Junction, Query, Tensor
from proofs.domains import Box, Domain, Point, Polytope, Reals
from proofs.errors import Malformed, NoExactValue
from proofs.functions import Function
from proofs.network import Network
from proofs.statements import Injective, Positive, Reached


@dataclass(frozen=True, slots=True)
class Answer:
    """sat, unsat, unknown or timed-out; for sat the values of all variables in the order of declaration; and a sentence."""

    result: str
    because: str
    assignment: tuple[tuple[Tensor, Point], ...] = field(default=())

    def lines(self) -> Iterator[str]:
        """What the standard wants on standard output."""
        yield self.result
        for tensor, values in self.assignment:
            yield f"{tensor.name} real [{','.join(map(str, tensor.shape))}]"
            yield from map(decimal, values)


def decimal(q: Fraction) -> str:
    """The exact number: a decimal where it is a finite one, else a quotient of integers."""
    rest = q.denominator
    for p in (2, 5):
        while rest % p == 0:
            rest //= p
    if rest != 1 or q.denominator.bit_length() > 4000:
        return f"{q.numerator}/{q.denominator}"
    places = 1
    while 10**places % q.denominator:
        places += 1
    digits = f"{abs(q.numerator) * (10**places // q.denominator):0{places + 1}d}"
    return ("-" if q < 0 else "") + f"{digits[:-places]}.{digits[-places:]}"


def verify(query: Query, f: Function, *, within: float, seed: int = 0, progress: Callable[[str], None] | None = None) -> Answer:
    """The answer to the query where all networks in it are the function f."""
    started = time.monotonic()
    asked = statement(query, f)
    if isinstance(asked, str):
        return Answer("unknown", asked)
    verdict = decide(asked, within=within, seed=seed, progress=progress)
    if isinstance(asked, Injective):
        unsat, found = isinstance(verdict, Proved), _pair(verdict)
    else:
        unsat, found = isinstance(verdict, Refuted), [(x,) for x in verdict.inputs[:1]] if isinstance(verdict, Proved) else []
    if unsat:
        return Answer("unsat", verdict.because)
    for inputs in found:
        values = _values(query, f, inputs)
        if values is not None and all(c.holds({t.name: v for t, v in values}) for c in query.conditions):
            return Answer("sat", verdict.because, values)
    if isinstance(verdict, Proved | Refuted):
        return Answer("unknown", "there are such inputs, but none is known that satisfies every condition of the query exactly")
    late = time.monotonic() - started >= within - 0.05
    return Answer("timed-out" if late else "unknown", verdict.because)


def _pair(verdict: Verdict) -> list[tuple[Point, ...]]:
    match verdict.counterexample:
        case Pair(_, x, y):
            return [(x, y), (y, x)]
        case _:
            return []


def _values(query: Query, f: Function, inputs: tuple[Point, ...]) -> tuple[tuple[Tensor, Point], ...] | None:
    """The inputs and the outputs of all networks, exact; None where an output has no exact value."""
    values = []
    for network, x in zip(query.networks, inputs, strict=True):
        assert isinstance(f, Network)
        try:
            values += [(network.input, x), (network.output, f(x))]
        except (NoExactValue, Malformed):
            return None
    return tuple(values)


def statement(query: Query, f: Function) -> Positive | str:
    """The statement that the query is the negation of, or is contained in it; else a sentence that says why there is none.

    Injective(f, D) for two networks: the query must imply X ≠ U and Y = V. Reached(f, D, y) for one: the query must imply Y = y. D contains
    every input that satisfies the conditions on inputs alone.
    """
    match query.networks:
        case (one,):
            value = _fixed(query.conditions, one.output)
            if value is None:
                return "a query about one network is treated if its conditions fix every output by equations"
            return Reached(f, _domain(query.conditions, [one]), value)
        case (one, two):
            if not any(_apart(c, one.input, two.input) for c in query.conditions):
                return "a query about two networks is treated if some condition says that their inputs differ (an or of !=, < and >)"
            equal = {e for c in query.conditions for e in _equated(c, one.output, two.output)}
            if equal != set(range(one.output.size)):
                return "a query about two networks is treated if its conditions say that all of their outputs are equal"
            return Injective(f, _domain(query.conditions, [one, two]))
        case _:
            return f"the query is about {len(query.networks)} networks; one or two are treated"


def _fixed(conditions: Sequence[Condition], output: Tensor) -> Point | None:
    """The value that equations give to every element of the output."""
    found: dict[int, Fraction] = {}
    for c in conditions:
        if isinstance(c, Comparison) and c.relation == "==" and len(c.form.terms) == 1:
            ((name, i), q), *_ = c.form.terms.items()
            if name == output.name:
                found.setdefault(i, -c.form.constant / q)
    return tuple(found[i] for i in range(output.size)) if len(found) == output.size else None


def _apart(c: Condition, x: Tensor, u: Tensor) -> bool:
    """Whether the condition implies that x and u differ somewhere."""
    match c:
        case Junction(every, parts):
            return (any if every else all)(_apart(part, x, u) for part in parts) and bool(parts)
        case Comparison(relation, form):
            return relation in ("!=", "<", ">") and _difference(form.terms, x, u) is not None and form.constant == 0


def _equated(c: Condition, y: Tensor, v: Tensor) -> list[int]:
    if isinstance(c, Comparison) and c.relation == "==" and c.form.constant == 0:
        i = _difference(c.form.terms, y, v)
        return [] if i is None else [i]
    return []


def _difference(terms: Mapping[Element, Fraction], a: Tensor, b: Tensor) -> int | None:
    """The i for which the form is a multiple of a[i] − b[i]."""
    if len(terms) != 2 or sum(terms.values()) != 0:
        return None
    (first, i), (second, j) = terms
    return i if i == j and {first, second} == {a.name, b.name} else None


def _domain(conditions: Sequence[Condition], networks: Sequence[Declared]) -> Domain:
    """A box, a polytope or ℝⁿ that contains the inputs of each network: the conditions that all of them have, and hulls of their bounds."""
    n = networks[0].input.size
    boxes, sides = zip(*(_constraints(conditions, network.input) for network in networks), strict=True)
    lower = [_hull([box[i][0] for box in boxes], min) for i in range(n)]
    upper = [_hull([box[i][1] for box in boxes], max) for i in range(n)]
    common = [side for side in sides[0] if all(side in other for other in sides[1:])]
    ends = list(zip(lower, upper, strict=True))
    if not common and all(a is None and b is None for a, b in ends):
        return Reals(n)
    bounded = all(a is not None and b is not None and a <= b for a, b in ends)
    if not common and bounded:
        return Box(tuple(a for a in lower if a is not None), tuple(b for b in upper if b is not None))
    unit = [tuple(Fraction(int(i == j)) for j in range(n)) for i in range(n)]
    rows = [(unit[i], b) for i, (_, b) in enumerate(ends) if b is not None]
    rows += [(tuple(-t for t in unit[i]), -a) for i, (a, _) in enumerate(ends) if a is not None]
    rows += common
    return Polytope(n, tuple(a for a, _ in rows), tuple(b for _, b in rows))


def _hull(ends: Sequence[Fraction | None], widest: Callable[[Sequence[Fraction]], Fraction]) -> Fraction | None:
    known = [end for end in ends if end is not None]
    return widest(known) if len(known) == len(ends) else None


Ends = list[tuple[Fraction | None, Fraction | None]]


def _constraints(conditions: Sequence[Condition], x: Tensor) -> tuple[Ends, list[tuple[Point, Fraction]]]:
    """Bounds of single elements of x, and other inequalities ⟨a, x⟩ ≤ b, that the conditions imply; strict ones are relaxed."""
    ends: Ends = [(None, None)] * x.size
    sides: list[tuple[Point, Fraction]] = []
    for c in conditions:
        if not isinstance(c, Comparison) or c.relation == "!=" or not c.form.terms or any(name != x.name for name, _ in c.form.terms):
            continue
        signs = {"<": (1,), "<=": (1,), ">": (-1,), ">=": (-1,), "==": (1, -1)}[c.relation]
        for sign in signs:  # sign·form ≤ 0
            bound = -sign * c.form.constant
            if len(c.form.terms) > 1:
                sides.append((tuple(sign * c.form.terms.get((x.name, i), Fraction(0)) for i in range(x.size)), bound))
                continue
            ((_, i), q), *_ = c.form.terms.items()
            end, (low, high) = bound / (sign * q), ends[i]
            if sign * q > 0:
                ends[i] = (low, end if high is None else min(high, end))
            else:
                ends[i] = (end if low is None else max(low, end), high)
    return ends, sides
