"""`python -m proofs check CLAIM EVIDENCE [--permit NAME …]`: exit 0 accepted, 1 rejected, 2 malformed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path

from proofs.codec import decode_claim, decode_evidence
from proofs.errors import Malformed, Rejected, brief
from proofs.kernel import Status, Theorem, check
from proofs.theorems import THEOREMS


def main(arguments: list[str] | None = None) -> int:
    """Check the evidence file against the claim file and say what the proof rests on."""
    parser = argparse.ArgumentParser(prog="python -m proofs", description=__doc__)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("check", help="check an evidence file against a claim file")
    command.add_argument("claim", type=Path)
    command.add_argument("evidence", type=Path)
    command.add_argument("--permit", nargs="*", metavar="NAME", help="accept only these cited theorems (none, if no name is given)")
    chosen = parser.parse_args(arguments)
    cited = sorted(theorem.name for theorem in THEOREMS if theorem.status is Status.CITED)
    unknown = sorted(set(chosen.permit or ()) - set(cited))
    if unknown:
        print(f"malformed: {', '.join(map(brief, unknown))}: no cited theorem; the cited theorems are {', '.join(cited)}")
        return 2
    try:
        claim = decode_claim(chosen.claim.read_bytes())
        evidence = decode_evidence(chosen.evidence.read_bytes())
        rests_on = check(claim, evidence, _permission(chosen.permit))
    except (Malformed, OSError, MemoryError) as error:
        print(f"malformed: {str(error) or 'out of memory'}")
        return 2
    except Rejected as error:
        print(f"rejected: {error}")
        return 1
    print("accepted")
    for name, (theorem, status) in rests_on.items():
        print(f"  rests on {name} ({status.value}): {theorem.source}")
    return 0


def _permission(names: list[str] | None) -> Callable[[Theorem], bool]:
    return lambda theorem: names is None or theorem.status is not Status.CITED or theorem.name in names


if __name__ == "__main__":
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a message must not fail on a terminal without ℝ
    sys.exit(main())
