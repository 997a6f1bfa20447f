"""The same papers as Markdown: no LaTeX is left outside of mathematics."""

import re
from pathlib import Path

import pytest

from bijection import evidence
from bijection.export import export
from tests import verdicts
from tests.export.corpus import NAMES, verdict


@pytest.mark.parametrize("name", NAMES)
def test_nothing_but_mathematics_is_latex(name: str) -> None:
    text = verdict(name).to_markdown()
    outside = re.sub(r"\$[^$]*\$|```.*?```", "", text, flags=re.DOTALL)
    assert re.findall(r"\\[a-zA-Z]+", outside) == []
    assert "allowbreak" not in text
    assert text.count("$") % 2 == 0
    assert text.startswith("# ")
    assert text.endswith("\n")


def test_theorem_proof_and_references(tmp_path: Path) -> None:
    text = verdicts.pigeonhole().to_markdown(tmp_path / "paper.md")
    assert (tmp_path / "paper.md").read_text(encoding="utf-8") == text
    assert "**Theorem 1.** The function $f$ is not injective on $\\mathbb{R}^{2}$." in text
    assert "**Lemma 2 (pigeonhole principle).**" in text
    assert "By Lemma 2 it is enough to prove: **(1)** $f$ maps $\\mathbb{R}^{2}$ into $\\{0, 1, 2\\}$." in text
    assert "| `Pigeonhole` | machine |" in text
    assert re.search(r"\[model-[0-9a-f]{8}\] \*The exact network", text)


def test_commands_can_be_typed_as_they_stand(tmp_path: Path) -> None:
    evidence.save(verdicts.collision(), tmp_path / "v", command="bijection decide a_b.onnx --injective --on box:0,1 # 50% & more")
    text = export(evidence.read(tmp_path / "v"), "markdown", run=evidence.record(tmp_path / "v")["run"])
    assert "found by `bijection decide a_b.onnx --injective --on box:0,1 # 50% & more`, in" in text
