"""A verdict as JSON: the contract for scripts. Rationals are strings "p/q", as in certificates."""

from __future__ import annotations

from typing import Any

from bijection.verdict import Escape, Missed, Pair, Verdict
from bijection.words import kind, statement
from proofs.codec import encode
from proofs.domains import Point


def to_json(verdict: Verdict, fingerprint: str | None = None) -> dict[str, Any]:
    """statement, verdict, counterexample, rests_on, because, seconds; pass the network's digest if it is known already."""
    return {
        "statement": statement(verdict.statement, fingerprint),
        "verdict": kind(verdict),
        "counterexample": counterexample(verdict),
        "rests_on": [{"name": b.name, "status": b.status} for b in verdict.rests_on],
        "because": verdict.because,
        "seconds": round(verdict.seconds, 3),
    }


def counterexample(verdict: Verdict) -> dict[str, list[str]] | None:
    """{"x", "y"} for a collision, {"missed"} for an output never reached, {"escapes"} for an input that leaves the codomain."""
    match verdict.counterexample:
        case Pair(_, x, y):
            return {"x": rationals(x), "y": rationals(y)}
        case Missed(value):
            return {"missed": rationals(value)}
        case Escape(x):
            return {"escapes": rationals(x)}
        case _:
            return None


def rationals(x: Point) -> list[str]:
    """Each coordinate as "p" or "p/q"; integers of more than 8000 bits in hexadecimal ("0x…"), which Python can always read."""
    return [encode(t) for t in x]
