"""A paper as Markdown with mathematics between dollars, as notebooks and code hosts show it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import assert_never

from bijection.export.bibliography import in_words
from bijection.export.blocks import Block, Code, Entry, Environment, Heading, Image, Items, Paper, Proof, Table, Text
from bijection.export.tex import ACCENTS

_MATH = re.compile(r"(\$[^$]*\$)")
_STRESSED = re.compile(r"\\emph\{((?:[^{}$]|\$[^$]*\$)*)\}")
_STRONG = re.compile(r"\\textbf\{((?:[^{}$]|\$[^$]*\$)*)\}")
_COMBINING = {sign: accent for accent, sign in ACCENTS.items()}
_ACCENT = re.compile(r"""\\(?:([`'^~=."])\{?([A-Za-z])\}?|([urHvck])\{([A-Za-z])\})""")
_CHARACTERS = {
    r"\ss{}": "ß",
    r"\textasciitilde{}": "~",
    r"\textasciicircum{}": "^",
    r"\textbackslash{}": "\\\\",
    r"\dots{}": "…",
    r"\allowbreak ": "",
    "---": "—",
}
_SHADES = " ░▒▓█"


def document(paper: Paper) -> str:
    """The whole document."""
    numbers = _numbers(paper.blocks)
    parts = [f"# {_text(paper.title, numbers)}"]
    if paper.abstract:
        parts.append("> " + _text(paper.abstract, numbers))
    parts += [_block(block, numbers) for block in paper.blocks]
    if paper.references:
        parts.append("## References")
        parts += [f"[{r.key}] {_text(in_words(r), numbers)}" for r in paper.references]
    return "\n\n".join(parts) + "\n"


def _numbers(blocks: Sequence[Block]) -> dict[str, str]:
    """The number of everything that has a label, as LaTeX would count."""
    numbers: dict[str, str] = {}
    count = entries = 0
    for block in blocks:
        if isinstance(block, Environment):
            count += 1
            numbers[block.label] = str(count)
        elif isinstance(block, Entry):
            entries += 1
            numbers[block.label] = f"A.{entries}"
    return numbers


def _block(block: Block, numbers: dict[str, str]) -> str:
    match block:
        case Heading(text, appendix):
            return f"## {'Appendix A: ' if appendix else ''}{_text(text, numbers)}"
        case Text(text):
            return _text(text, numbers)
        case Environment(kind, title, label, text, proof):
            head = f"**{kind.capitalize()} {numbers[label]}{f' ({_text(title, numbers)})' if title else ''}.** {_text(text, numbers)}"
            return f"{head}\n\n{_proof('*Proof.*', proof, numbers)}" if proof else head
        case Proof(of, paragraphs):
            return _proof(f"*Proof of {_text(of, numbers)}.*", paragraphs, numbers)
        case Items(texts, numbered):
            return "\n".join(f"{f'{i}.' if numbered else '-'} {_text(text, numbers)}" for i, text in enumerate(texts, 1))
        case Entry(label, symbol, formula):
            return f"**{numbers[label]}** {_text(f'${symbol} = {formula}$', numbers)}"
        case Table(header, rows, _):
            lines = ["| " + " | ".join(_text(c, numbers).replace("|", r"\|") for c in row) + " |" for row in (header, *rows)]
            return "\n".join([lines[0], "|" + "---|" * len(header), *lines[1:]])
        case Code(text):
            return f"```sh\n{text}\n```"
        case Image(panels):
            return "\n\n".join(f"{_text(caption, numbers)}:\n\n```\n{_drawn(rows)}\n```" for caption, rows in panels)
        case _:
            assert_never(block)


def _proof(start: str, paragraphs: Sequence[str], numbers: dict[str, str]) -> str:
    return f"{start} " + "\n\n".join(_text(part, numbers) for part in paragraphs) + " ∎"


def _drawn(rows: Sequence[Sequence[float]]) -> str:
    return "\n".join("".join(2 * _SHADES[min(4, int(5 * t))] for t in row).rstrip() for row in rows)


def _text(text: str, numbers: dict[str, str]) -> str:
    """LaTeX text in Markdown; mathematics stays, without places to break it."""
    text = _STRESSED.sub(r"*\1*", _STRONG.sub(r"**\1**", text))
    parts = _MATH.split(text)
    return "".join(part.replace(r"\allowbreak ", "").replace("\n", " ") if k % 2 else _words(part, numbers) for k, part in enumerate(parts))


def _words(text: str, numbers: dict[str, str]) -> str:
    text = re.sub(r"\\ensuremath\{((?:[^{}]|\{[^{}]*\})*)\}", r"$\1$", text)
    text = re.sub(r"\\begin\{itemize\}\s*|\s*\\end\{itemize\}", "", text)
    text = re.sub(r"\s*\\item(\[\])?\s+", "\n- ", text)
    for tex, character in _CHARACTERS.items():
        text = text.replace(tex, character)
    text = _ACCENT.sub(_accented, text)
    text = re.sub(r"\\ref\{([^}]*)\}", lambda m: numbers.get(m.group(1), "?"), text)
    text = re.sub(r"\\cite\{([^}]*)\}", r"[\1]", text)
    text = re.sub(r"\\texttt\{((?:[^{}]|\\[{}])*)\}", lambda m: f"`{_unescaped(m.group(1))}`", text)
    parts = re.split(r"(`[^`]*`)", text)  # code stays as it is typed
    parts[::2] = [part.replace("---", "—").replace("--", "–").replace("~", " ") for part in parts[::2]]
    return _unescaped("".join(parts))


def _accented(found: re.Match[str]) -> str:
    sign, letter = found.group(1) or found.group(3), found.group(2) or found.group(4)
    return unicodedata.normalize("NFC", letter + _COMBINING[sign])


def _unescaped(text: str) -> str:
    return re.sub(r"\\([&%$#_{}])", r"\1", text)
