"""The paper about a classifier as a folder: LaTeX, Markdown, PDF, and one folder with claim and evidence for each statement."""

from __future__ import annotations

import shutil
from pathlib import Path

from bijection import evidence
from bijection.export import latex, markdown
from bijection.export.bibliography import bibtex
from bijection.export.classifier import Facts
from bijection.export.classifier_paper import FOLDER, classifier_paper
from bijection.export.pdf import to_pdf
from bijection.verdict import Unknown
from proofs.errors import well_formed

_OURS = ("paper.tex", "paper.md", "paper.pdf", "references.bib", FOLDER)


def may_write(folder: Path) -> Path:
    """The folder, if it is new, empty or holds a paper of ours; Malformed otherwise. Ask this before a long search."""
    if folder.exists():
        well_formed(folder.is_dir(), f"{folder} is a file; name a folder to write the paper in")
        others = sorted(p.name for p in folder.iterdir() if p.name not in _OURS)
        well_formed(not others, f"{folder} holds other files ({', '.join(others[:3])}); name a new or empty folder")
    return folder


def write(found: Facts, folder: Path, *, command: str, model_file: Path, seed: int) -> str | None:
    """Write everything, a folder for each verdict that is not unknown; None, or why there is no PDF."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder / FOLDER, ignore_errors=True)
    (folder / "paper.pdf").unlink(missing_ok=True)
    for name, verdict in found.verdicts.items():
        if not isinstance(verdict, Unknown):
            evidence.save(verdict, folder / FOLDER / name, command=command, model_file=model_file, seed=seed)
    run = evidence.run(sum(v.seconds for v in found.verdicts.values()), command, model_file, seed)
    paper = classifier_paper(found, run)
    source = latex.document(paper)
    (folder / "paper.tex").write_text(source, encoding="utf-8")
    (folder / "paper.md").write_text(markdown.document(paper), encoding="utf-8")
    (folder / "references.bib").write_text(bibtex(paper.references), encoding="utf-8")
    return to_pdf(source, folder / "paper.pdf")
