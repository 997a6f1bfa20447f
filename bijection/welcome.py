"""How far a pair is what was wished for, in words: what was moved and by how much, how far apart is far, what is promised (T4)."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import assert_never

from bijection.verdict import Pair, Refuted, Verdict
from bijection.wishes import Antipodal, Apart, Between, Near, Sparse, Wish, cost, distance
from bijection.words import domain, inputs
from proofs.compose import cuts
from proofs.domains import Box, Domain, Integers, Point, Reals, hull
from proofs.errors import NoExactValue
from proofs.network import Argmax, Network


def compared(verdict: Verdict, wish: Wish | None) -> Verdict:
    """The verdict, its reason followed by how near its pair comes to the wish."""
    if wish is None or not (isinstance(verdict, Refuted) and isinstance(verdict.counterexample, Pair)):
        return verdict
    said = _said(wish, verdict.counterexample, inputs(verdict.statement))
    return replace(verdict, because=f"{verdict.because}; {said}")


def _said(wish: Wish, pair: Pair, on: Domain) -> str:
    match wish:
        case Near(given):
            return f"both lie within {_size(_furthest(pair, given))} of the given input; {_changed(pair, given)} differ from it"
        case Sparse(given):
            return f"{_changed(pair, given)} differ from the given input, none by more than {_size(_furthest(pair, given))}"
        case Between(first, second):
            ways = [(distance(p, first), distance(q, second)) for p, q in ((pair.x, pair.y), (pair.y, pair.x))]
            a, b = min(ways, key=lambda way: sorted(way, reverse=True))
            moved = f"the first given input is moved by at most {_size(a)} in a coordinate, the second by at most {_size(b)}"
            return moved + _labels(pair, first, second)
        case Antipodal():
            return _symmetric(pair, on) + _apart(pair, on)
        case Apart():
            return _apart(pair, on)
        case _:
            assert_never(wish)


def _furthest(pair: Pair, given: Point) -> Fraction:
    return cost(Near(given), pair.x, pair.y)


def _changed(pair: Pair, given: Point) -> str:
    return f"{cost(Sparse(given), pair.x, pair.y)} of {len(given)} coordinates"


def _labels(pair: Pair, first: Point, second: Point) -> str:
    """Which outputs are the largest ones: at the given inputs, and for the pair, where it is one for both or a tie."""
    f = pair.f
    if not isinstance(f, Network) or f.width < 2 or pair.value is None:
        return ""
    try:
        before = [_winners(f(x)) for x in (first, second)]
    except NoExactValue:
        return ""
    after = _winners(pair.value)
    return f"; the largest output was {before[0]} for the one and {before[1]} for the other and is {after} for both now"


def _winners(values: Point) -> str:
    top = max(values)
    winners = [str(i) for i, t in enumerate(values) if t == top]
    return f"number {winners[0]}" if len(winners) == 1 else f"a tie of numbers {', '.join(winners)}"


def _symmetric(pair: Pair, on: Domain) -> str:
    sides = hull(on)
    if all(
        s.lower is not None and s.upper is not None and a + b == s.lower + s.upper for a, b, s in zip(pair.x, pair.y, sides, strict=True)
    ):
        return "they are symmetric about the middle of the domain, and "
    return "they are not symmetric about the middle of the domain, and "


def _apart(pair: Pair, on: Domain) -> str:
    """The distance in the maximum norm, beside the largest possible and what Borsuk and Ulam promise."""
    widths = [None if s.lower is None or s.upper is None else s.upper - s.lower for s in hull(on)]
    lies = f"max |x − y| is {_size(pair.distance)}"
    known = [w for w in widths if w is not None]
    if len(known) < len(widths):
        return f"{lies}; {domain(on)} has no largest distance" if isinstance(on, Reals | Integers) else lies
    if pair.distance == max(known):
        j = next(j for j, (a, b) in enumerate(zip(pair.x, pair.y, strict=True)) if abs(a - b) == pair.distance)
        return f"{lies}, the largest that the domain allows: coordinate {j} goes from one end to the other"
    return f"{lies}, where the domain allows no more than {_size(max(known))}{_promised(pair, on, known)}"


def _promised(pair: Pair, on: Domain, widths: list[Fraction]) -> str:
    """What Borsuk–Ulam says of a box (T4): of any k + 1 sides, if the network is continuous and goes through ℝᵏ, one is spanned."""
    f = pair.f
    if not (isinstance(on, Box) and isinstance(f, Network)) or any(isinstance(node.op, Argmax) for node in f.nodes):
        return ""
    narrowest = min(f.widths[k] for k in cuts(f) if k > 0)
    promised = sorted(widths, reverse=True)[narrowest] if narrowest < len(widths) else Fraction(0)
    return f" and some symmetric pair is at least {_size(promised)} apart by the theorem of Borsuk and Ulam" if promised else ""


def _size(t: Fraction) -> str:
    """The number exactly if that is short, else rounded."""
    text = str(t)
    return text if len(text) <= 12 else f"≈ {float(t):.4g}"
