"""A verdict as a file for the proof assistant Rocq (Coq): the claim in the words of proofs/rocq, proved by its verified kernel.

The file defines the network, the domain and the evidence; one lemma says that the kernel of proofs/rocq accepts them, which Rocq computes;
the last theorem is the claim, over every ordered field, so in particular over the reals.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from bijection.errors import NotSupported
from bijection.export.rocq_goals import explicit, goals, over_reals_only
from bijection.export.rocq_steps import real_step, step
from bijection.export.rocq_terms import Terms, listed_in_lines
from bijection.verdict import Unknown, Verdict
from bijection.words import statement as in_words
from proofs.codec import digest
from proofs.kernel import Status, Theorem, standing
from proofs.statements import Not, Statement
from proofs.theorems.agreement import Agreement
from proofs.theorems.monotone import OntoLayer
from proofs.theorems.monotonicity import StronglyMonotone
from proofs.theorems.triangular import Triangular

_PARTLY = OntoLayer | StronglyMonotone | Triangular | Agreement  # Rocq has the rule for some goals only

HEAD = """From Bijection Require Import Theorems.
Require Import ZArith QArith List Uint63.
Import ListNotations.
Open Scope Z_scope.
"""


def text(verdict: Verdict) -> str:
    """The file for a verdict that is proved or refuted; NotSupported where a theorem it rests on is not formalised."""
    if isinstance(verdict, Unknown):
        raise NotSupported("an unknown verdict claims nothing; there is nothing to prove in Rocq")
    proved = list(zip(verdict.evidence, goals(verdict.claim, verdict.evidence), strict=True))
    steps = [explicit(step, goal) for step, goal in proved]
    missing = sorted({step.name for step, (_, goal) in zip(steps, proved, strict=True) if not _formalised(step, goal or verdict.claim)})
    if missing:
        raise NotSupported(f"{', '.join(missing)}: not proved in proofs/rocq; the table in proofs/README.md lists what is (status machine)")
    return source(verdict.claim, steps)


def _formalised(theorem: Theorem, goal: Statement) -> bool:
    """Whether the Rocq library has the rule; of bounds it has coarser ones that may do, but smooth layers are not onto there at all, and
    have no slopes, nor are inputs solved for by slopes, nor does a softmax agree."""
    return (standing(theorem, goal) if isinstance(theorem, _PARTLY) else theorem.status) is Status.MACHINE


def source(claim: Statement, evidence: Sequence[Theorem]) -> str:
    """The file for a claim and evidence for it, accepted or not."""
    f = (claim.statement if isinstance(claim, Not) else claim).f
    comment = f"{in_words(claim)}. SHA-256 of the function's description: {digest(f)}. Written by bijection {_version()}."
    comment = comment.replace("(*", "( *").replace("*)", "* )").replace('"', "'")  # strings and comments nest in comments of Rocq
    return f"(* {comment} *)\n{HEAD}\n{body(claim, evidence)}\nPrint Assumptions verdict.\n"


def body(claim: Statement, evidence: Sequence[Theorem]) -> str:
    """The definitions, the evidence, and the claim as the theorem `verdict`."""
    terms = Terms()
    asserted, proposition = terms.statement(claim), terms.proposition(claim)
    open_goals = goals(claim, evidence)
    real = [over_reals_only(theorem, goal) for theorem, goal in zip(evidence, open_goals, strict=True)]
    if any(real):
        kind, check, kernel, field = "real_step", "check_reals", "kernel_reals", "let K := R_ofield in"
        steps = [real_step(theorem, terms, only, goal) for theorem, only, goal in zip(evidence, real, open_goals, strict=True)]
        imported = "From Bijection Require Import TheoremsReals.\n\n"  # the reals take a second to load
    else:
        kind, check, kernel, field = "step", "check", "kernel", "forall K : ofield,"
        steps, imported = [step(theorem, terms, goal) for theorem, goal in zip(evidence, open_goals, strict=True)], ""
    definitions = "\n\n".join(terms.definitions)
    return f"""{imported}{definitions}

Definition evidence : list {kind} :=
  {listed_in_lines(steps)}.

Lemma accepted : {check} evidence [{asserted}] = true.
Proof. vm_cast_no_check (eq_refl true). Qed.

Theorem verdict : {field}
  {proposition}.
Proof. exact ({kernel} evidence {asserted} accepted). Qed.
"""


def _version() -> str:
    try:
        return version("bijection-nn")
    except PackageNotFoundError:
        return "from a source tree"
