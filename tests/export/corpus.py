"""The accepted evidence as verdicts, so that every exporter is tried on every theorem."""

from pathlib import Path

from bijection.verdict import Proved, Refuted, accept
from proofs.codec import decode_claim, decode_evidence
from proofs.statements import Not

CORPUS = Path(__file__).parents[1] / "evidence" / "accepted"
NAMES = sorted(folder.name for folder in CORPUS.iterdir())


def verdict(name: str) -> Proved | Refuted:
    """The verdict that the claim and the evidence of this name make."""
    claim = decode_claim((CORPUS / name / "claim.json").read_bytes())
    steps = decode_evidence((CORPUS / name / "evidence.json").read_bytes())
    asked = claim.statement if isinstance(claim, Not) else claim
    return accept(asked, claim, steps, "it is in the corpus", 0.1)
