"""The little paper about a classifier: definitions, propositions, proofs, tables; every number in it is read from a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from math import isqrt
from typing import Any

from bijection.export import bibliography
from bijection.export.blocks import Block, Code, Environment, Heading, Image, Items, Paper, Table, Text
from bijection.export.classifier import Facts
from bijection.export.derivation import derivation, preorder
from bijection.export.paper import ROUNDED, appendix, cited, define, lemma_blocks, provenance, unique, written_proof
from bijection.export.pen import Pen
from bijection.export.tex import code, escape, reals, size
from bijection.pictures import SIDES
from bijection.verdict import Pair, Proved, Refuted, Unknown, Verdict
from proofs.domains import Domain, Grid, Point, cardinality, hull
from proofs.exact import LINE
from proofs.kernel import Status, Theorem
from proofs.statements import Injective
from proofs.theorems.values import Reaches

FOLDER = "certificates"
_BITS = 32  # of one output of a float program


class Writer:
    """Collects the blocks; propositions take their names and their proofs from the verdicts."""

    def __init__(self, found: Facts, run: Mapping[str, Any]) -> None:
        self.found, self.run, self.pen = found, run, Pen()
        self.pen.call(found.outputs, "f")
        self.pen.call(found.labels, "c")
        self.theorems: list[Theorem] = []
        self.rows: list[tuple[str, ...]] = []

    def proposition(self, name: str, title: str) -> list[Block]:
        """The claim of a verdict with its proof; for an unknown one what was tried."""
        verdict = self.found.verdicts.get(name)
        if verdict is None:
            return []
        if isinstance(verdict, Unknown):
            return [
                Text(
                    rf"Not settled here: whether {self.pen.says(verdict.statement)}. "
                    rf"{escape(verdict.because[:1].upper() + verdict.because[1:])}."
                )
            ]
        self.pen.folder = f"{FOLDER}/{name}/"
        root = derivation(verdict.claim, verdict.evidence)
        claim = self.pen.says(verdict.claim)
        proof = written_proof(root, self.pen)
        self.theorems += [step.theorem for step in preorder(root)]
        self.rows.append((rf"\texttt{{{name}}}", claim, ", ".join(rf"\texttt{{{b.name}}}" for b in verdict.rests_on)))
        self.pen.folder = ""
        text = f"{claim}." if not claim.startswith("$") else f"The map {claim}."
        return [Environment("proposition", title, f"prop:{name}", text, tuple(proof))]

    def images(self, verdict: Verdict | None, on: Domain) -> list[Block]:
        """The pair of a verdict as pictures, if its inputs are square images."""
        pair = verdict.counterexample if verdict is not None else None
        if not isinstance(pair, Pair) or isqrt(len(pair.x)) not in SIDES or isqrt(len(pair.x)) ** 2 != len(pair.x):
            return []
        sides = set(hull(on))
        side = sides.pop() if len(sides) == 1 else LINE
        low = side.lower if side.lower is not None else min(*pair.x, *pair.y)
        high = side.upper if side.upper is not None else max(*pair.x, *pair.y)
        differs = tuple(abs(a - b) for a, b in zip(pair.x, pair.y, strict=True))
        panels = [("$x$", pair.x, low, high), ("$y$", pair.y, low, high), ("where they differ", differs, 0, max(differs))]
        return [Image(tuple((caption, _rows(x, a, b)) for caption, x, a, b in panels))]


def _rows(x: Point, low: Any, high: Any) -> tuple[tuple[float, ...], ...]:
    side = isqrt(len(x))
    grey = [min(1.0, max(0.0, float((t - low) / (high - low)))) if high > low else 0.0 for t in x]
    return tuple(tuple(grey[i : i + side]) for i in range(0, len(x), side))


def classifier_paper(found: Facts, run: Mapping[str, Any]) -> Paper:
    """The paper: what can be said of the classifier, each part from its verdict."""
    w = Writer(found, run)
    body: list[Block] = [*_labels(w), *_outputs(w), *_reached(w), *_grid(w)]
    lemmas = lemma_blocks(w.theorems)
    start: list[Block] = [Heading("The classifier"), *_introduced(w), *map(Text, w.pen.notes()), *_definitions()]
    end: list[Block] = [*_certificates(w), *appendix(w.pen)]
    references = unique([*cited(w.theorems), bibliography.tool(), bibliography.model(found.outputs, run.get("model_file"))])
    blocks = (*start, *body, *([Heading("Lemmas"), *lemmas] if lemmas else []), *end)
    name = code(str((run.get("model_file") or {}).get("name", "given")))
    return Paper(f"Is the classifier {name} invertible?", _abstract(w), blocks, references)


def _abstract(w: Writer) -> str:
    found = w.found
    labels = (
        "not injective"
        if "labels" in found.verdicts or isinstance(found.verdicts.get("labels-pair"), Refuted)
        else "not shown to be injective or not"
    )
    match found.verdicts["outputs-pair"]:
        case Refuted():
            outputs = "are not injective either"
        case Proved():
            outputs = "are injective"
        case _:
            outputs = "are not injective either" if "outputs" in found.verdicts else "are not settled"
    return (
        f"A map is invertible if it is injective and onto. For one given network we show: the map from inputs to labels is {labels}; the "
        f"real-valued outputs {outputs}. We say which "
        "labels are reached, and what changes when the inputs are quantised, as the pixels of images are, and the outputs are "
        "floating-point numbers. Every statement has a certificate that a small program checks again."
    )


def _introduced(w: Writer) -> list[Block]:
    f, k = w.found.outputs, w.found.labels.widths[w.found.labels.nodes[-1].inputs[0]]
    read = "" if f.width == k else r" (its single output $t$ is read as the pair $(0, t)$)"
    return [
        *define(w.pen, f, w.run),
        Text(
            rf"The \emph{{label map}} $c = \operatorname{{argmax}} \circ f\colon {reals(f.arity)} \to \{{0, \dots, {k - 1}\}}$ takes an "
            rf"input to the number of its largest output, the first one if "
            f"several are largest{read}. Inputs are taken from ${w.pen.set(w.found.on)}$; 8-bit inputs from the grid "
            f"${w.pen.set(w.found.grid)}$."
        ),
    ]


def _definitions() -> list[Block]:
    return [
        Environment(
            "definition",
            "invertible",
            "def:invertible",
            r"Let $F\colon X \to Y$ be a map. $F$ is \emph{injective} if $F(x) = F(x')$ implies $x = x'$; equivalently (for $X \neq "
            r"\emptyset$), if some map $G\colon Y \to X$, a left inverse, satisfies $G(F(x)) = x$ for all $x \in X$. $F$ is \emph{onto} "
            r"if every $y \in Y$ is $F(x)$ for some $x \in X$. $F$ is \emph{invertible} (bijective) if it is both; equivalently, if "
            r"some $G\colon Y \to X$ satisfies $G \circ F = \mathrm{id}_X$ and $F \circ G = \mathrm{id}_Y$.",
        ),
        Text(
            r"So two different inputs with one value, a \emph{pair}, show that a map is not invertible, and that no procedure whatever "
            r"recovers the input from the value: for one of the two it fails."
        ),
    ]


def _labels(w: Writer) -> list[Block]:
    found = w.found
    k = found.labels.widths[found.labels.nodes[-1].inputs[0]]
    blocks: list[Block] = [Heading("The label map is not injective"), *w.proposition("labels", "pigeonhole")]
    if not isinstance(cardinality(found.on), int):
        blocks.append(Text("Some label even belongs to infinitely many inputs: finitely many finite sets do not make up an infinite one."))
    if found.first:
        blocks.append(
            Text(
                rf"The proof is constructive: among any ${k + 1}$ different inputs two have the same label. Of the inputs taken in order "
                rf"along the diagonal of the domain, the first {len(found.first)} are enough."
            )
        )
    return [*blocks, *w.proposition("labels-pair", "an explicit pair of inputs with one label")]


def _outputs(w: Writer) -> list[Block]:
    f, on = w.found.outputs, w.found.on
    blocks: list[Block] = [Heading("The real-valued outputs")]
    if "outputs" in w.found.verdicts:
        blocks.append(
            Text(
                rf"Counting settles nothing here: ${reals(f.arity)}$ and ${reals(f.width)}$ are equally large (Cantor), there are "
                rf"injections ${reals(f.arity)} \to {reals(f.width)}$. But $f$ is continuous, and continuous maps do not lower the "
                rf"dimension injectively."
            )
        )
        blocks += w.proposition("outputs", "dimension")
    verdict = w.found.verdicts["outputs-pair"]
    title = "an explicit pair of inputs with the same outputs" if isinstance(verdict.counterexample, Pair) else ""
    return [*blocks, *w.proposition("outputs-pair", title), *w.images(verdict, on)]


def _reached(w: Writer) -> list[Block]:
    blocks: list[Block] = [Heading("Which labels are reached")]
    if "labels-reached" in w.found.verdicts:
        return [
            *blocks,
            Text("All of them, so that the label map is onto; it is no bijection, as it is not injective."),
            *w.proposition("labels-reached", "all labels"),
        ]
    rows, unknown = [], []
    for name, verdict in w.found.verdicts.items():
        if not (name.startswith("label-")):
            continue
        label = name.removeprefix("label-")
        match verdict:
            case Proved(evidence=(Reaches(),)):
                rows.append((label, "reached", rf"an input is in {code(f'{FOLDER}/{name}')}"))
            case Proved():
                rows.append((label, "reached", rf"\texttt{{{FOLDER}/{name}}}"))
            case Refuted():
                rows.append((label, "never reached", rf"\texttt{{{FOLDER}/{name}}}"))
            case Unknown():
                rows.append((label, "not settled", escape(verdict.because)))
                unknown.append(label)
        if not isinstance(verdict, Unknown):
            w.rows.append((rf"\texttt{{{name}}}", w.pen.says(verdict.claim), ", ".join(rf"\texttt{{{b.name}}}" for b in verdict.rests_on)))
            w.theorems += list(verdict.evidence)
    return [*blocks, Table(("label", "verdict", "where"), tuple(rows), (0.12, 0.2, 0.68)), *w.proposition("labels-missed", "not onto")]


def _grid(w: Writer) -> list[Block]:
    f, grid = w.found.outputs, w.found.grid
    count = cardinality(grid)
    assert isinstance(count, int), "a grid is finite"
    blocks: list[Block] = [
        Heading(f"{_kind(grid).capitalize()} inputs and floating-point outputs"),
        Text(
            rf"On the grid ${w.pen.set(grid)}$, a set of ${size(count)}$ points, dimension says nothing: every map on a finite set is "
            "continuous, and some networks are injective on it (almost every linear map is). Counting takes its place."
        ),
        *w.proposition("grid-labels", f"labels of {_kind(grid)} inputs"),
        *w.proposition("grid-count", f"exact outputs of {_kind(grid)} inputs"),
        *w.proposition("grid-pair", "an explicit pair on the grid"),
        *w.images(w.found.verdicts.get("grid-pair"), grid),
    ]
    return [*blocks, _floats(w, count, f.width), *_rounded(w)]


def _kind(grid: Grid) -> str:
    """How inputs on the grid are called."""
    return "8-bit" if set(grid.counts()) == {256} else "quantised"


def _floats(w: Writer, count: int, m: int) -> Block:
    """A float program has finitely many outputs, whatever it computes."""
    bits = count.bit_length() - 1
    start = (
        rf"A program that computes ${m}$ outputs in {_BITS}-bit floating point has at most $(2^{{{_BITS}}})^{{{m}}} = 2^{{{_BITS * m}}}$ "
        rf"different outputs, whatever it computes and however it rounds; on the grid it is run on ${size(count)}$ inputs."
    )
    if count > 1 << (_BITS * m):
        rest = (
            rf" This is more: \emph{{no deterministic program with these outputs is injective on the grid}}, and some output vector "
            rf"belongs to at least $2^{{{max(0, bits - _BITS * m)}}}$ inputs. No weights were used; this holds before and after training."
        )
    else:
        rest = " This is not more, so that counting alone does not settle whether the program is injective on the grid."
    return Text(
        start
        + rest
        + " (Equal real outputs need not be equal float outputs, nor the other way round: the propositions above are about real numbers.)"
    )


def _rounded(w: Writer) -> list[Block]:
    """One float program, whose order of operations is stated."""
    verdict = w.found.verdicts.get("floats-pair")
    if verdict is None:
        return []
    asked = verdict.statement
    assert isinstance(asked, Injective)
    w.pen.call(asked.f, r"\hat f")
    intro = rf"One such program is $\hat f$, the same network in another arithmetic. {ROUNDED}"
    return [Text(intro), *w.proposition("floats-pair", "a float program"), *w.images(verdict, asked.on)]


def _certificates(w: Writer) -> list[Block]:
    return [
        Heading("Certificates"),
        Text(
            rf"Each statement has a folder in \texttt{{{FOLDER}}} with the claim and the evidence, which the kernel of "
            rf"\texttt{{bijection}} \cite{{bijection}} has accepted, as bytes. In the folder of this paper one command checks all of "
            rf"them again:"
        ),
        Code("bijection check ."),
        Table(("folder", "statement", "rests on"), tuple(w.rows), (0.2, 0.45, 0.35)),
        *_status(w),
        *provenance(w.run),
    ]


def _status(w: Writer) -> list[Block]:
    cited_ones = {t.name: t.source for t in w.theorems if t.status is Status.CITED}
    items = tuple(rf"\texttt{{{name}}} uses a published theorem: {escape(source)}." for name, source in cited_ones.items())
    if items:
        return [Items(items), Text("All other theorems are proved in full in their checks or above.")]
    return [Text("No theorem has to be believed beyond the kernel: all are proved above or by their checks.")]
