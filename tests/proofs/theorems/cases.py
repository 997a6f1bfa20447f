"""One way to say that a derivation is accepted, or rejected for a reason."""

import pytest

from proofs.codec import decode_claim, decode_evidence, encode_claim, encode_evidence
from proofs.errors import Rejected
from proofs.kernel import Theorem, check
from proofs.statements import Statement


def proves(claim: Statement, *steps: Theorem) -> bool:
    """The kernel accepts the steps, as bytes."""
    return bool(check(decode_claim(encode_claim(claim)), decode_evidence(encode_evidence(steps))))


def rejects(why: str, claim: Statement, *steps: Theorem) -> None:
    """The kernel rejects the steps, as bytes, with this pattern in its message."""
    with pytest.raises(Rejected, match=why):
        proves(claim, *steps)
