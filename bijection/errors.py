"""Whose fault is it?  `Malformed` (proofs.errors): the input.  `NotSupported`: nobody's, not built yet.  `EngineBug`: ours."""

from __future__ import annotations

from typing import Any


class NotSupported(Exception):
    """The input is right, but this version cannot treat it; the message says what, where, and the way round."""


class EngineBug(AssertionError):
    """The toolkit contradicted itself: please report it. Never a statement about the network."""


class NoInverse(Exception):
    """The network has no inverse of the kind asked for, or none is known: `verdict` says which, with the counterexample."""

    def __init__(self, verdict: Any) -> None:
        self.verdict = verdict
        super().__init__(str(verdict))
