"""Where the numbers of a paper go: into the sentence, into the appendix, or they stay in the files. One rule for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bijection.export.tex import Entry, about, length, number

INLINE = 160  # characters of a formula that a sentence may hold,
APPENDIX = 12_000  # of one that an entry of the appendix may hold,
ALL = 60_000  # and of the whole appendix
RULE = (
    f"Numbers of up to {INLINE} characters stand where they are used, up to {APPENDIX:,} characters in this appendix (and up to {ALL:,} "
    r"in all of it); what is longer is in \texttt{claim.json} and \texttt{evidence.json} only, where every number is exact. In large "
    "matrices commas part the entries of a row, semicolons the rows."
)


@dataclass(slots=True)
class Supplement:
    """The entries of the appendix, in the order of their use: a symbol, what it is, its formula."""

    entries: list[tuple[str, str, str]] = field(default_factory=list)
    room: int = ALL

    def place(self, symbol: str, numbers: Iterable[Entry], render: Callable[[], str], where: str, *, inline: int = INLINE) -> str:
        """The symbol with its formula, or with the place where the formula is written; fits wherever a name fits.

        numbers: what the formula writes out, to find its length before it is written. where: its place in the files.
        """
        characters = length(numbers)
        if characters <= inline:
            return f"${symbol} = {render()}$" if symbol else f"${render()}$"
        if characters <= min(APPENDIX, self.room):
            self.room -= characters
            self.entries.append((f"app:{len(self.entries) + 1}", symbol, render()))
            return rf"${symbol}$ (Appendix~\ref{{{self.entries[-1][0]}}})"
        return rf"${symbol}$ ({where})"

    def long(self, numbers: Iterable[Entry]) -> bool:
        """Whether these numbers are too many for a sentence."""
        return length(numbers) > INLINE


def shown(q: Entry) -> str:
    """A number, exact if it is short, else to six digits after a sign that says so."""
    return number(q) if length((q,)) <= 40 else about(q)


def equals(q: Entry) -> str:
    """'= q' or '≈ q'."""
    text = shown(q)
    return text if text.startswith(r"\approx") else f"= {text}"
