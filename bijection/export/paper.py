"""A verdict as a paper: the theorem, the lemmas it needs, its proof along the derivation, what must be believed, the numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import proofs.network
from bijection.export import bibliography
from bijection.export.blocks import Block, Code, Entry, Environment, Heading, Paper, Proof, Reference, Table, Text
from bijection.export.derivation import Step, derivation, preorder
from bijection.export.operations import notation, operations, summary
from bijection.export.pen import Pen, codomain, domain_of
from bijection.export.supplement import RULE
from bijection.export.tex import code, escape
from bijection.export.words import words_of
from bijection.verdict import Proved, Refuted, Unknown, Verdict
from bijection.words import NEEDED
from proofs.codec import digest
from proofs.errors import Malformed
from proofs.functions import Function
from proofs.ieee import Binary32
from proofs.kernel import Theorem
from proofs.statements import Bijective, Injective, Not, Surjective

_MOST_STEPS = 120  # of a derivation that are written out
EXACT = "All arithmetic is that of real numbers; every stored float counts as the rational number that it is, and nothing is rounded."
ROUNDED = (
    "All arithmetic is that of IEEE~754 binary32: after each product and each sum the result is rounded to the nearest binary32 number, "
    "ties to even; sums go from left to right, a constant is added last, nothing is fused, and every other activation is correctly rounded."
)
_RECHECK = "bijection check FOLDER\npython -m proofs check claim.json evidence.json"


def verdict_paper(verdict: Verdict, run: Mapping[str, Any] | None = None) -> Paper:
    """The verdict as a paper; run: what a saved verdict says about its making. Malformed for an unknown verdict, which proves nothing."""
    if isinstance(verdict, Unknown):
        raise Malformed(
            f"the verdict is unknown ({verdict.because}); there is no theorem to write. Export the question to SMT-LIB or VNN-LIB"
        )
    root = derivation(verdict.claim, verdict.evidence)
    f = (verdict.claim.statement if isinstance(verdict.claim, Not) else verdict.claim).f
    pen = Pen()
    pen.call(f, "f")
    function = define(pen, f, run)
    statement = Environment("theorem", "", "thm:claim", capital(pen.says(verdict.claim)) + ".")
    proof = written_proof(root, pen)
    lemmas = lemma_blocks(step.theorem for step in preorder(root))
    blocks: list[Block] = [Heading("The claim"), *function, *map(Text, pen.notes()), statement]
    if lemmas:
        blocks += [Heading("Lemmas"), *lemmas]
    blocks += [Heading("Proof"), Proof(r"Theorem~\ref{thm:claim}", tuple(proof))]
    blocks += [Heading("What must be believed"), *believed(verdict, run)]
    blocks += appendix(pen)
    references = unique([*cited(step.theorem for step in preorder(root)), bibliography.tool(), bibliography.model(f, _file(run))])
    return Paper(title(verdict), "", tuple(blocks), references)


def title(verdict: Proved | Refuted) -> str:
    """What is shown, in a few words."""
    negated, inner = isinstance(verdict.claim, Not), verdict.claim.statement if isinstance(verdict.claim, Not) else verdict.claim
    f = inner.f
    kind = "table" if isinstance(f, proofs.network.Table) else "network"
    sizes = f"from ${domain_of(f)}$ to ${codomain(f)}$"
    match inner:
        case Injective():
            what = "is not injective" if negated else "is injective"
        case Surjective():
            what = "is not onto" if negated else "is onto"
        case Bijective():
            what = "is not bijective" if negated else "is bijective"
        case _:
            return f"A fact about a {kind} {sizes}"
    return f"A {kind} {sizes} that {what}"


def capital(text: str) -> str:
    """The sentence, whose first letter may be a formula."""
    return f"The function {text}" if text.startswith("$") else text[:1].upper() + text[1:]


def define(pen: Pen, f: Function, run: Mapping[str, Any] | None = None) -> list[Block]:
    """What the function of the claim is: sizes, digest, formula or where it stands, notation."""
    name = pen.name(f)
    fingerprint = digest(f)
    key = rf"\cite{{model-{fingerprint[:8]}}}"
    mapping = rf"${name}\colon {domain_of(f)} \to {codomain(f)}$"
    start = rf"Let {mapping} be the function {key} with the digest \texttt{{{fingerprint[:8]}}}\dots{{}}: "
    if isinstance(f, proofs.network.Table):
        formula = pen.supplement.place(name, f.values, lambda: pen.table(f), r"in \texttt{claim.json}")
        return [Text(f"{start}the table {formula}.")]
    network, arithmetic = (f.network, ROUNDED) if isinstance(f, Binary32) else (f, EXACT)
    formula = pen.supplement.place(name, *operations(network), r"its coefficients are in \texttt{claim.json}")
    file = _file(run)
    read = f" It was read from the file {code(file['name'])}." if file else ""
    return [Text(f"{start}{summary(network)}; in formulas, {formula}.{read} {arithmetic}"), *map(Text, notation(network))]


def written_proof(root: Step, pen: Pen) -> list[str]:
    """One paragraph for each step, in the order of the evidence."""
    paragraphs = []
    for count, step in enumerate(preorder(root)):
        if count == _MOST_STEPS:
            paragraphs.append(f"The remaining steps, in the same manner, are in {pen.evidence()}, steps {step.number} and following.")
            break
        before = rf"\emph{{Proof of ({step.label}).}} " if step.label else ""
        text = words_of(type(step.theorem)).use(step, pen)
        if len(step.premises) == 1:
            text += f" {pen.claims(step)[0]}."
        elif step.premises:
            text += "\n\\begin{itemize}\n" + "\n".join(f"\\item[] {claim}." for claim in pen.claims(step)) + "\n\\end{itemize}"
        paragraphs.append(before + text)
    return paragraphs


def lemma_blocks(theorems: Iterable[Theorem]) -> list[Block]:
    """A lemma for each theorem that is more than a definition, once."""
    blocks: list[Block] = []
    for theorem in dict.fromkeys(type(t) for t in theorems):
        said = words_of(theorem)
        blocks += [Environment("lemma", a.title, a.label, a.lemma, (a.proof,)) for a in said.after]
        if said.lemma:
            blocks.append(Environment("lemma", said.title, f"lem:{theorem.name}", said.lemma, (said.proof,) if said.proof else ()))
    return list(dict.fromkeys(blocks))


def cited(theorems: Iterable[Theorem]) -> list[Reference]:
    """The publications that the theorems name."""
    return [entry for theorem in dict.fromkeys(type(t) for t in theorems) for entry in bibliography.of_theorem(theorem)]


def unique(references: Iterable[Reference]) -> tuple[Reference, ...]:
    """Each reference once, in the order of the first mention."""
    return tuple({entry.key: entry for entry in references}.values())


def believed(verdict: Proved | Refuted, run: Mapping[str, Any] | None) -> list[Block]:
    """The theorems with their status, how to check again, and how the evidence was found."""
    rows = tuple((rf"\texttt{{{b.name}}}", b.status, escape(b.source)) for b in verdict.rests_on)
    claim, evidence = verdict.files()
    sizes = f"({len(claim):,} and {len(evidence):,} bytes)"
    texts: list[Block] = [
        Text(
            rf"The claim and the evidence {sizes} were accepted, as bytes, by the kernel of \texttt{{bijection}} \cite{{bijection}}, a "
            rf"program that uses nothing but "
            "the standard library of Python. The proof rests on"
        ),
        Table(("theorem", "status", "source"), rows, (0.28, 0.14, 0.58)),
        Text(
            "; ".join(rf"\emph{{{status}}}: {escape(NEEDED[status])}" for status in dict.fromkeys(b.status for b in verdict.rests_on)) + "."
        ),
        Text(r"In the folder that holds \texttt{claim.json} and \texttt{evidence.json} either of these commands checks them again:"),
        Code(_RECHECK.replace("FOLDER", ".")),
    ]
    return [*texts, *provenance(run)]


def provenance(run: Mapping[str, Any] | None) -> list[Block]:
    """How the evidence was found, which nobody has to believe."""
    if not run:
        return []
    command = f" by {code(str(run['command']))}" if run.get("command") else ""
    seed = f", seed {run['seed']}" if run.get("seed") is not None else ""
    packages = ", ".join(f"{escape(name)} {escape(str(v))}" for name, v in (run.get("packages") or {}).items())
    made = f"Python {escape(str(run.get('python')))}" + (f", {packages}" if packages else "")
    return [
        Text(
            f"The evidence was found{command}{seed}, in {run.get('seconds')} seconds, with bijection "
            f"{escape(str(run.get('bijection')))}, {made}."
        )
    ]


def appendix(pen: Pen) -> list[Block]:
    """The numbers that are too long for a sentence."""
    entries = pen.supplement.entries
    return [Heading("Numbers", appendix=True), Text(RULE), *(Entry(*entry) for entry in entries)] if entries else []


def _file(run: Mapping[str, Any] | None) -> dict[str, str] | None:
    file = (run or {}).get("model_file")
    return file if isinstance(file, dict) and {"name", "sha256"} <= file.keys() else None
