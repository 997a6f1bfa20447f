"""LaTeX to PDF by the pdflatex of the machine, if it has one."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

_SECONDS = 300


def to_pdf(source: str, target: str | Path) -> str | None:
    """Write the PDF; None if that went well, else why there is none. The document starts no program."""
    program = shutil.which("pdflatex")
    if program is None:
        return "pdflatex is not installed"
    command = [program, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "paper.tex"]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "paper.tex").write_text(source, encoding="utf-8")
        for _ in range(2):
            try:
                done = subprocess.run(command, cwd=folder, capture_output=True, timeout=_SECONDS, check=False)
            except subprocess.TimeoutExpired:
                return f"pdflatex has not ended after {_SECONDS} s"
            if done.returncode:
                lines = done.stdout.decode("latin-1").splitlines()
                return "pdflatex fails: " + next((line for line in lines if line.startswith("!")), "without a reason")
        shutil.copyfile(Path(folder) / "paper.pdf", target)
    return None
