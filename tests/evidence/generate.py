"""The corpus of evidence files, as tables; `python -m tests.evidence.generate` writes the files beside this one.

accepted/NAME and rejected/NAME hold claim.json and evidence.json; the reason of a rejection stands in message.txt, and malformed/NAME
holds bytes that are no evidence at all. A bug that is found in the kernel becomes an entry here.
"""

from pathlib import Path

from proofs.codec import encode_claim, encode_evidence
from tests.evidence.accepting import ACCEPTED
from tests.evidence.malforming import MALFORMED
from tests.evidence.rejecting import REJECTED

HERE = Path(__file__).parent


def folder(kind: str, name: str) -> Path:
    """Where the files of an entry are."""
    return HERE / kind / name.replace(" ", "-")


def write() -> None:
    """Write every file of the corpus."""
    for kind, entries in (("accepted", ACCEPTED), ("rejected", REJECTED), ("malformed", MALFORMED)):
        for name in entries:
            folder(kind, name).mkdir(parents=True, exist_ok=True)
    for name, (claim, steps) in ACCEPTED.items():
        (folder("accepted", name) / "claim.json").write_bytes(encode_claim(claim))
        (folder("accepted", name) / "evidence.json").write_bytes(encode_evidence(steps))
    for name, (claim, steps, message) in REJECTED.items():
        (folder("rejected", name) / "claim.json").write_bytes(encode_claim(claim))
        (folder("rejected", name) / "evidence.json").write_bytes(encode_evidence(steps))
        (folder("rejected", name) / "message.txt").write_text(message + "\n", encoding="utf-8")
    for name, (data, message) in MALFORMED.items():
        (folder("malformed", name) / "claim.json").write_bytes(data)
        (folder("malformed", name) / "evidence.json").write_bytes(encode_evidence(()))
        (folder("malformed", name) / "message.txt").write_text(message + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
