"""A paper as LaTeX that plain pdflatex compiles: article, amsmath, amssymb, amsthm; color only where there are images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from bijection.export.bibliography import in_words
from bijection.export.blocks import Block, Code, Entry, Environment, Heading, Image, Items, Paper, Proof, Reference, Table, Text

_PREAMBLE = r"""\documentclass[11pt]{article}
\usepackage[a4paper,margin=28mm]{geometry}
\usepackage{amsmath,amssymb,amsthm,color}
\newtheorem{theorem}{Theorem}
\newtheorem{proposition}[theorem]{Proposition}
\newtheorem{lemma}[theorem]{Lemma}
\theoremstyle{definition}
\newtheorem{definition}[theorem]{Definition}
\newtheorem{entry}{}[section]
\allowdisplaybreaks
\emergencystretch=4em
\let\looseitemize\itemize
\def\itemize{\looseitemize\itemsep=0pt\parskip=0pt\relax}
\renewcommand{\allowbreak}{\penalty0\hskip 0pt plus 0.25em\relax}
\hbadness=10000
"""


def document(paper: Paper) -> str:
    """The whole document."""
    parts = [_PREAMBLE, r"\begin{document}", rf"\begin{{center}}\LARGE {paper.title}\end{{center}}"]
    if paper.abstract:
        parts.append(f"\\begin{{abstract}}\n{paper.abstract}\n\\end{{abstract}}")
    return "\n".join([*parts, fragment(paper.blocks), references(paper.references), r"\end{document}", ""])


def fragment(blocks: Sequence[Block]) -> str:
    """The blocks alone, to be read into a document that has the environments theorem, proposition, lemma, definition and entry."""
    return "\n\n".join(_block(block, first_appendix=block is _first(blocks)) for block in blocks)


def _first(blocks: Sequence[Block]) -> Block | None:
    return next((b for b in blocks if isinstance(b, Heading) and b.appendix), None)


def _block(block: Block, *, first_appendix: bool) -> str:
    match block:
        case Heading(text):
            return (r"\appendix" + "\n" if first_appendix else "") + rf"\section{{{text}}}"
        case Text(text):
            return text
        case Environment(kind, title, label, text, proof):
            head = f"\\begin{{{kind}}}" + (f"[{title}]" if title else "") + (f"\\label{{{label}}}" if label else "")
            body = f"{head}\n{text}\n\\end{{{kind}}}"
            return body + (f"\n{_proof('', proof)}" if proof else "")
        case Proof(of, paragraphs):
            return _proof(f"[Proof of {of}]", paragraphs)
        case Items(texts, numbered):
            kind = "enumerate" if numbered else "itemize"
            return f"\\begin{{{kind}}}\n" + "\n".join(rf"\item {text}" for text in texts) + f"\n\\end{{{kind}}}"
        case Entry(label, symbol, formula):
            return f"\\begin{{entry}}\\label{{{label}}}\\upshape\\raggedright\n${symbol} = {formula}$\n\\end{{entry}}"
        case Table(header, rows, widths):
            lines = [" & ".join(rf"\textbf{{{cell}}}" for cell in header), r"\hline", *(" & ".join(row) for row in rows)]
            body = " \\\\\n".join(lines).replace("\\hline \\\\", "\\hline\\noalign{\\vskip 1mm}")
            columns = "".join(rf"p{{{share - 0.03:.2f}\textwidth}}" for share in widths)
            start = "\\begin{center}\\small\\def\\arraystretch{1.15}\n"
            return f"{start}\\begin{{tabular}}{{{columns}}}\n{body}\n\\end{{tabular}}\n\\end{{center}}"
        case Code(text):
            return f"\\begin{{verbatim}}\n{text}\n\\end{{verbatim}}"
        case Image(panels):
            return "\\begin{center}\n" + "\\qquad\n".join(map(_panel, panels)) + "\n\\end{center}"
        case _:
            assert_never(block)


def _proof(of: str, paragraphs: Sequence[str]) -> str:
    return f"\\begin{{proof}}{of}\n" + "\n\n".join(paragraphs) + "\n\\end{proof}"


def _panel(panel: tuple[str, tuple[tuple[float, ...], ...]]) -> str:
    """An image of grey squares in a frame, its caption below."""
    caption, rows = panel
    side = 36 / max(map(len, rows))
    lines = []
    for row in rows:
        cells = "".join(
            rf"\textcolor[gray]{{{1 - t:.2f}}}{{\rule{{{side:.3f}mm}}{{{side:.3f}mm}}}}" if t else rf"\kern{side:.3f}mm" for t in row
        )
        lines.append(rf"\hbox{{\vrule width0pt height{side:.3f}mm{cells}}}")
    picture = r"\vbox{\offinterlineskip " + "%\n".join(lines) + "}"
    return rf"\begin{{tabular}}{{@{{}}c@{{}}}}\fboxsep=0.4mm\fbox{{{picture}}}\\[1mm] \small {caption}\end{{tabular}}"


def references(entries: Sequence[Reference]) -> str:
    """The list of references."""
    if not entries:
        return ""
    lines = [rf"\bibitem{{{r.key}}} {in_words(r)}" for r in entries]
    return "\\begin{thebibliography}{9}\\raggedright\n" + "\n".join(lines) + "\n\\end{thebibliography}"
