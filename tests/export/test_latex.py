"""Every theorem in a paper that plain pdflatex compiles; what must stand in it, and where long numbers go."""

import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from bijection.export import latex
from bijection.export.paper import verdict_paper
from bijection.export.supplement import APPENDIX, INLINE
from bijection.verdict import Proved, Refuted
from proofs.domains import Reals
from proofs.errors import Malformed
from proofs.statements import Injective
from proofs.theorems import THEOREMS
from proofs.theorems.affine import FullColumnRank
from proofs.theorems.collision import Collision
from tests import verdicts
from tests.build import affine, chain, point
from tests.export.corpus import NAMES, verdict


def family(found: Proved | Refuted) -> str:
    """The file of proofs/theorems that the first theorem of a verdict comes from."""
    return type(found.evidence[0]).__module__.rpartition(".")[2]


FAMILIES: dict[str, list[str]] = defaultdict(list)
for _name in NAMES:
    FAMILIES[family(verdict(_name))].append(_name)


def compiled(source: str, folder: Path, runs: int = 2) -> str:
    """What pdflatex says in its last run; references are known from the second one on."""
    (folder / "paper.tex").write_text(source, encoding="utf-8")
    for _ in range(runs):
        done = subprocess.run(
            ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"], cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-2000:]
    assert (folder / "paper.pdf").read_bytes().startswith(b"%PDF")
    return (folder / "paper.log").read_text(encoding="latin-1")


def together(names: list[str]) -> str:
    """One document with the papers of several verdicts, their labels kept apart."""
    start, _, end = latex.document(verdict_paper(verdict(names[0]))).partition(r"\begin{document}")[0], "", ""
    parts = []
    keys = set()
    for k, name in enumerate(names):
        paper = verdict_paper(verdict(name))
        body = re.sub(r"\\(label|ref)\{([^}]*)\}", rf"\\\1{{{k}:\2}}", latex.fragment(paper.blocks))
        parts.append(body.replace("\\appendix", "\\setcounter{section}{100}"))
        keys |= {line for line in latex.references(paper.references).splitlines() if line.startswith("\\bibitem")}
    bibliography = "\\begin{thebibliography}{9}\\raggedright\n" + "\n".join(sorted(keys)) + "\n\\end{thebibliography}"
    return "\n".join([start, r"\begin{document}", *parts, bibliography, r"\end{document}", end])


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_a_family_of_theorems_compiles(name: str, tmp_path: Path) -> None:
    log = compiled(together(FAMILIES[name]), tmp_path, runs=1)  # that references are defined is tested below, without LaTeX
    assert not re.findall(r"Overfull \\hbox \((\d{2,})", log), "a line is too wide"


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_the_longest_numbers_compile(tmp_path: Path) -> None:
    log = compiled(
        verdicts.refuted(Injective(verdicts.RELU_2, Reals(2)), Collision(point(-(7**900), 1), point(-1, 1))).to_latex(), tmp_path
    )
    assert "undefined" not in log


@pytest.mark.parametrize("name", NAMES)
def test_the_theorem_and_a_lemma_for_each_that_is_more_than_a_definition(name: str) -> None:
    found = verdict(name)
    text = found.to_latex()
    assert text.count(r"\begin{theorem}") == 1
    for step in found.evidence:
        assert rf"\texttt{{{step.name}}}" in text
    for label in re.findall(r"\\ref\{([^}]*)\}", text):
        assert rf"\label{{{label}}}" in text
    for key in re.findall(r"\\cite\{([^}]*)\}", text):
        assert rf"\bibitem{{{key}}}" in text
    assert "?" not in re.sub(r"\\title.*|is this neural network.*\?", "", text), "a character has no translation"


def test_every_theorem_is_compiled() -> None:
    seen = {type(step) for names in FAMILIES.values() for name in names for step in verdict(name).evidence}
    assert seen == set(THEOREMS)


def test_the_pair_and_the_computation_stand_in_the_proof() -> None:
    text = verdicts.collision().to_latex()
    assert r"The function $f$ is not injective on $\mathbb{R}^{2}$." in text
    assert r"$x = (-1/3,\allowbreak 2)$" in text
    assert "They differ in 1 of 2 coordinates" in text
    assert r"$z = (0,\allowbreak 2)$" in text


def test_long_numbers_go_to_the_appendix_and_longer_ones_stay_in_the_files() -> None:
    def paper(digits: int) -> str:
        goal = Injective(verdicts.RELU_2, Reals(2))
        found = verdicts.refuted(goal, Collision(point(-(10 ** (digits - 1)), 1), point(-1, 1)))
        return found.to_latex().replace(r"\allowbreak ", "")

    assert r"\appendix" not in paper(INLINE // 2)
    assert r"$x$ (Appendix~\ref{app:1})" in paper(INLINE + 1)
    assert r"\begin{entry}\label{app:1}" in paper(INLINE + 1)
    assert r"$x$ (field \texttt{x} of step 0 in \texttt{evidence.json})" in paper(APPENDIX + 1)


def test_a_number_that_python_does_not_print_stays_in_the_files() -> None:
    found = verdicts.refuted(Injective(verdicts.RELU_2, Reals(2)), Collision(point(-(7**9000), 1), point(-1, 1)))
    assert "field \\texttt{x} of step 0" in found.to_latex()


def test_a_large_certificate_is_named_by_its_place() -> None:
    n = 30
    f = chain(n, affine([[7 if i == j else 0 for j in range(n)] for i in range(n)]))
    goal = Injective(f, Reals(n))
    inverse = tuple(tuple(int(i == j) * 5 for j in range(n)) for i in range(n))
    text = verdicts.accept(goal, goal, (FullColumnRank(17, tuple(range(n)), inverse),), "rank", 0.1).to_latex()
    assert "The rows $1, \\dots, 30$ of $W$" in text
    assert r"$L$ (Appendix~\ref{app:" in text


def test_the_path_is_written_and_the_fragment_has_no_preamble(tmp_path: Path) -> None:
    found = verdicts.collision()
    text = found.to_latex(tmp_path / "paper.tex")
    assert (tmp_path / "paper.tex").read_text(encoding="utf-8") == text
    assert text.startswith(r"\documentclass")
    part = found.to_latex(document=False)
    assert "documentclass" not in part
    assert part.startswith(r"\section")


def test_an_unknown_verdict_is_no_theorem() -> None:
    with pytest.raises(Malformed, match=r"the verdict is unknown .*there is no theorem to write"):
        verdict_paper(verdicts.unknown())
