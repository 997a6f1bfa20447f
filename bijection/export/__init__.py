"""Verdicts and experiments as something to cite: papers, tables, figures, questions for other tools. May import all of bijection but the
command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bijection.verdict import Verdict
from proofs.errors import Malformed


def export(verdict: Verdict, to: str, path: str | Path | None = None, **options: Any) -> str:
    """The verdict in one of the FORMATS, written to the path if one is given."""
    if to not in FORMATS:
        raise Malformed(f"there is no format {to!r}; the formats are {', '.join(FORMATS)}")
    text = FORMATS[to](verdict, **options)
    if path is not None:
        Path(path).write_text(text, encoding="utf-8")
    return text


def _latex(verdict: Verdict, *, run: Mapping[str, Any] | None = None, document: bool = True) -> str:
    from bijection.export import latex
    from bijection.export.paper import verdict_paper

    written = verdict_paper(verdict, run)
    return latex.document(written) if document else latex.fragment(written.blocks)


def _markdown(verdict: Verdict, *, run: Mapping[str, Any] | None = None) -> str:
    from bijection.export import markdown
    from bijection.export.paper import verdict_paper

    return markdown.document(verdict_paper(verdict, run))


def _bibtex(verdict: Verdict, *, run: Mapping[str, Any] | None = None) -> str:
    from bijection.export.bibliography import bibtex
    from bijection.export.paper import verdict_paper

    return bibtex(verdict_paper(verdict, run).references)


def _smtlib(verdict: Verdict, *, run: Mapping[str, Any] | None = None) -> str:
    from bijection.export.smtlib import question

    return question(verdict.statement)


def _vnnlib(verdict: Verdict, *, run: Mapping[str, Any] | None = None, shapes: Any = None) -> str:
    from bijection.export.vnnlib import question

    return question(verdict.statement, shapes)


def _rocq(verdict: Verdict, *, run: Mapping[str, Any] | None = None) -> str:
    from bijection.export.rocq import text

    return text(verdict)


FORMATS: dict[str, Callable[..., str]] = {
    "latex": _latex,
    "markdown": _markdown,
    "bibtex": _bibtex,
    "smtlib": _smtlib,
    "vnnlib": _vnnlib,
    "rocq": _rocq,
}
