"""A paper as data: what both the LaTeX and the Markdown are made of. Texts are LaTeX with mathematics between dollars, \\emph, \\textbf,
\\texttt, \\cite and \\ref, and nothing else; `latex.py` prints them, `markdown.py` translates them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a section; a label if it is referred to."""

    text: str
    appendix: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Environment:
    """A theorem, lemma, proposition, definition or question, numbered; `proof` is printed after it unless empty."""

    kind: str
    title: str
    label: str
    text: str
    proof: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """The proof of something that stands earlier, paragraph by paragraph."""

    of: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list; each entry is a text."""

    texts: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the appendix: a symbol and its formula, with a label."""

    label: str
    symbol: str
    formula: str


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of texts under a header; `widths` are their shares of the width of a line, together at most 1."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Lines for a shell."""

    text: str


@dataclass(frozen=True, slots=True)
class Image:
    """Grey images side by side: rows of numbers from 0 (white) to 1 (black), each with its caption."""

    panels: tuple[tuple[str, tuple[tuple[float, ...], ...]], ...]


Block: TypeAlias = Heading | Text | Environment | Proof | Items | Entry | Table | Code | Image


@dataclass(frozen=True, slots=True)
class Reference:
    """A BibTeX entry: its type, key and fields, in LaTeX."""

    kind: str
    key: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """A title, an abstract, blocks, and the publications that they cite."""

    title: str
    abstract: str
    blocks: tuple[Block, ...]
    references: tuple[Reference, ...] = field(default=())
