"""Exact numbers, points, matrices and plain text in the notation of LaTeX. Everything here is a string of mathematics without dollars,
but for `prose`, which is text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import groupby

from bijection.words import digits

Entry = Fraction | int

_GROUP = 40  # digits of a number between two places where a line may end
NOT_PRINTED = 10**9  # characters
_LONGEST = 13_000  # bits of a numerator or denominator: Python prints 4300 digits
_OFTEN = 6  # equal entries in a row before their number is written instead
_TALL, _WIDE = 12, 8  # of a matrix that is set as one
_SHORT = 3  # digits of a numerator and denominator that are set one above the other

_ESCAPES = {
    **{c: "\\" + c for c in "&%$#_{}"},
    **{
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "\\": r"\textbackslash{}",
        "|": r"\ensuremath{|}",
        "<": r"\ensuremath{<}",
        ">": r"\ensuremath{>}",
    },
}
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀᴺᴸᴷ", "0123456789+-abcdefghijklmnoprstuvwxyzTNLK", strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789+-aehijklmnoprstuvx", strict=True))
_SIGNS = {
    **{"ℝ": r"\mathbb{R}", "ℤ": r"\mathbb{Z}", "ℚ": r"\mathbb{Q}", "ℕ": r"\mathbb{N}", "ℵ": r"\aleph", "∞": r"\infty"},
    **{
        "≤": r"\le",
        "≥": r"\ge",
        "≠": r"\ne",
        "≡": r"\equiv",
        "≈": r"\approx",
        "∈": r"\in",
        "∉": r"\notin",
        "∋": r"\ni",
        "⊆": r"\subseteq",
        "⊂": r"\subset",
    },
    **{
        "⊇": r"\supseteq",
        "∪": r"\cup",
        "∩": r"\cap",
        "∅": r"\emptyset",
        "∘": r"\circ",
        "×": r"\times",
        "·": r"\cdot",
        "−": "-",
        "±": r"\pm",
    },
    **{
        "→": r"\to",
        "↦": r"\mapsto",
        "⇒": r"\Rightarrow",
        "⇔": r"\Leftrightarrow",
        "⇏": r"\not\Rightarrow",
        "∀": r"\forall",
        "∃": r"\exists",
    },
    **{"Σ": r"\Sigma", "σ": r"\sigma", "λ": r"\lambda", "μ": r"\mu", "τ": r"\tau", "δ": r"\delta", "ε": r"\varepsilon", "κ": r"\kappa"},
    **{"θ": r"\theta", "φ": r"\varphi", "γ": r"\gamma", "α": r"\alpha", "β": r"\beta", "ω": r"\omega", "π": r"\pi", "ρ": r"\rho"},
    **{
        "⟨": r"\langle",
        "⟩": r"\rangle",
        "⌊": r"\lfloor",
        "⌋": r"\rfloor",
        "⌈": r"\lceil",
        "⌉": r"\rceil",
        "∣": "|",
        "‖": r"\|",
        "√": r"\surd",
    },
    **{
        "′": "'",
        "″": "''",
        "⇄": r"\rightleftarrows",
        "½": r"\tfrac12",
        "¼": r"\tfrac14",
        "∎": r"\square",
        "⪰": r"\succeq",
        "≺": r"\prec",
        "⊙": r"\odot",
        "∂": r"\partial",
    },
    **{"Ω": r"\Omega", "Δ": r"\Delta", "Φ": r"\Phi", "η": r"\eta", "ξ": r"\xi", "ψ": r"\psi", "χ": r"\chi", "ν": r"\nu", "∑": r"\sum"},
}
ACCENTS = dict(zip("\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0327\u0328", "`'^~=u.\"rHvck", strict=True))
_WORDS = {
    "–": "--",
    "—": "---",
    "…": r"\dots{}",
    "“": "``",
    "”": "''",
    "’": "'",
    "é": r"\'e",
    "ö": r"\"o",
    "ü": r"\"u",
    "ä": r"\"a",
    "ß": r"\ss{}",
}


def number(q: Entry, *, upright: bool = True) -> str:
    """The exact number; one that is long may be broken across lines. upright: a short fraction is set one above the other."""
    q = Fraction(q)
    sign, top = ("-" if q < 0 else ""), abs(q.numerator)
    if q.denominator == 1:
        return sign + _integer(top)
    if upright and max(top, q.denominator) < 10**_SHORT:
        return rf"{sign}\tfrac{{{top}}}{{{q.denominator}}}"
    return f"{sign}{_integer(top)}/{_integer(q.denominator)}"


def _integer(a: int) -> str:
    if a.bit_length() > _LONGEST:
        return rf"\text{{(an integer of {digits(a)} digits)}}"
    text = str(a)
    if len(text) <= _GROUP:
        return text
    return r"\allowbreak ".join(text[i : i + _GROUP] for i in range(0, len(text), _GROUP))


def length(numbers: Iterable[Entry]) -> int:
    """About how many characters the numbers take, found without writing them; more than anywhere fits if one of them is not printed."""
    total = 0
    for q in numbers:
        a, b = q.numerator, q.denominator
        if max(a.bit_length(), b.bit_length()) > _LONGEST:
            return NOT_PRINTED
        total += 2 + a.bit_length() * 3 // 10 + (b.bit_length() * 3 // 10 + 1 if b != 1 else 0)
    return total


def about(q: Entry) -> str:
    """The number to six digits, after a sign that says so: for numbers too long to be read."""
    q = Fraction(q)
    exponent = digits(q.numerator) - digits(q.denominator) if q else 0
    exponent -= abs(q) < Fraction(10) ** exponent if q else 0
    scaled = q / Fraction(10) ** exponent
    if abs(exponent) <= 6:
        return rf"\approx {float(q):.6g}"
    return rf"\approx {float(scaled):.6g}\cdot 10^{{{exponent}}}"


def size(a: int) -> str:
    """A natural number: exact if it is short, else between two powers of 2."""
    if a.bit_length() <= 64:
        return str(a)
    k = a.bit_length() - 1
    return f"2^{{{k}}}" if a == 1 << k else rf"\approx 2^{{{k}}}"


def is_size(a: int) -> str:
    """'= a' or '≈ 2ᵏ'."""
    text = size(a)
    return text if text.startswith(r"\approx") else f"= {text}"


def vector(x: Sequence[Entry]) -> str:
    """A point as a list in parentheses, which may be broken across lines; a point of the line as a number."""
    if len(x) == 1:
        return number(x[0])
    return f"({_list(x)})"


def equal_runs(x: Sequence[Entry]) -> list[tuple[Entry, int]]:
    """The entries, each with how often it follows itself where that is often enough to be said."""
    found = [(t, len(list(group))) for t, group in groupby(x)]
    return [run for t, count in found for run in ([(t, count)] if count >= _OFTEN else [(t, 1)] * count)]


def _list(x: Sequence[Entry]) -> str:
    """Entries parted by commas; a^{×k} stands for k entries a."""
    return r",\allowbreak ".join(_repeated(number(t, upright=False), count) for t, count in equal_runs(x))


def _repeated(text: str, count: int) -> str:
    if count == 1:
        return text
    return rf"{text if text.isdigit() else f'({text})'}^{{\times {count}}}"


def column(x: Sequence[Entry]) -> str:
    """A vector as a column."""
    return matrix([[t] for t in x])


def matrix(rows: Sequence[Sequence[Entry]]) -> str:
    """A matrix with its entries; a large one in lines, its rows parted by semicolons, so that it may be broken."""
    if len(rows) > _TALL or max(map(len, rows), default=0) > _WIDE:
        return "(" + r";\allowbreak\ ".join(map(_list, rows)) + ")"
    return r"\begin{pmatrix}" + r" \\ ".join(" & ".join(map(number, row)) for row in rows) + r"\end{pmatrix}"


def power(base: str, n: int) -> str:
    """baseⁿ, without the exponent 1."""
    return base if n == 1 else f"{base}^{{{n}}}"


def reals(n: int) -> str:
    """ℝⁿ."""
    return power(r"\mathbb{R}", n)


def escape(text: str) -> str:
    """Plain text, every character for itself."""
    hats = re.sub("(.)\u0302", lambda m: rf"\ensuremath{{\hat {m.group(1)}}}", text)
    parts = re.split(r"(\\ensuremath\{\\hat .\})", hats)
    return "".join(part if k % 2 else "".join(map(_character, part)) for k, part in enumerate(parts))


def _character(c: str) -> str:
    if c in _ESCAPES or c in _WORDS:
        return _ESCAPES.get(c) or _WORDS[c]
    if c in _SIGNS:
        return rf"\ensuremath{{{_SIGNS[c]}}}"
    if c in _RAISED:
        return rf"\ensuremath{{^{{{_RAISED[c]}}}}}"
    if c in _LOWERED:
        return rf"\ensuremath{{_{{{_LOWERED[c]}}}}}"
    parts = unicodedata.normalize("NFD", c)
    if len(parts) == 2 and parts[0].isascii() and parts[1] in ACCENTS:
        return rf"\{ACCENTS[parts[1]]}{{{parts[0]}}}"
    return c if c.isascii() else "?"


def code(text: str) -> str:
    """Plain text in the letters of a program, which may be broken after the signs between words."""
    return r"\texttt{" + re.sub(r"([/.=:]|\\_)(?=.)", r"\1\\allowbreak ", escape(text)) + "}"


def prose(text: str) -> str:
    """Text of a docstring: mathematics in letters of its own, `code`, *stress*, paragraphs."""
    parts = re.split(r"`([^`]*)`", " ".join(text.split()))
    plain = [escape(part) for part in parts[::2]]
    stressed = [re.sub(r"(?<![\w*])\*([^*]+)\*(?![\w*])", r"\\emph{\1}", part) for part in plain]
    code = [rf"\texttt{{{escape(part)}}}" for part in parts[1::2]]
    return "".join(a + b for a, b in zip(stressed, [*code, ""], strict=True))
