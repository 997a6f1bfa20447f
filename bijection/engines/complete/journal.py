"""An append-only file of what a search has done. A cache: the kernel checks all that comes of it."""

from __future__ import annotations

import json
import os
from hashlib import sha256
from pathlib import Path
from typing import Any

from proofs.codec import encode_claim
from proofs.errors import well_formed
from proofs.statements import Statement

_FORMAT, _VERSION = "bijection-journal", 3


class Journal:
    """journal.jsonl in a folder: a line that says which question and seed, then one for each unit of work that is done.

    Each of these lines names its work, which stands for all that its units share: where a search goes another way, it reads no others.
    """

    def __init__(self, folder: str, goal: Statement, seed: int) -> None:
        self.path = Path(folder) / "journal.jsonl"
        self.head = {"format": _FORMAT, "version": _VERSION, "claim": sha256(encode_claim(goal)).hexdigest(), "seed": seed}

    def read(self, work: str) -> dict[str, Any]:
        """The results of the units done before; a journal of another search is refused, a line that was not finished is left out."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if not self.path.exists() or not self.path.read_bytes().strip():
            self._append(self.head)
            return {}
        head, *lines = self.path.read_bytes().split(b"\n")
        same = _loaded(head) == self.head
        well_formed(same, "{} is the journal of another search (claim, seed or version differ); name another folder", str(self.path))
        if lines and lines[-1]:
            self._append(None)  # end the line that was cut off
        out: dict[str, Any] = {}
        for line in lines:
            match _loaded(line):
                case {"work": str(name), "unit": unit, "result": result} if name == work:
                    out[json.dumps(unit)] = result
        return out

    def write(self, work: str, unit: Any, result: Any) -> None:
        """One unit more."""
        self._append({"work": work, "unit": unit, "result": result})

    def _append(self, record: Any) -> None:
        with self.path.open("ab") as file:
            file.write((b"" if record is None else json.dumps(record, separators=(",", ":")).encode()) + b"\n")
            file.flush()
            os.fsync(file.fileno())


def _loaded(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None
