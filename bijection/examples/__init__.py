"""Small networks trained on real data, and real inputs to ask about; README.md says where they come from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from proofs.domains import Point
from proofs.errors import Malformed


@dataclass(frozen=True, slots=True)
class Sample:
    """A real input and the label that a person gave it."""

    label: int
    pixels: Point


def path(name: str) -> Path:
    """The file of that name in this folder, for example `path("digits.onnx")`."""
    folder = Path(__file__).parent
    if not (folder / name).is_file():
        known = sorted(p.name for p in folder.iterdir() if p.suffix in {".onnx", ".json"})
        raise Malformed(f"no example is called {name!r}; there are {', '.join(known)}")
    return folder / name


def digits_samples() -> tuple[Sample, ...]:
    """Ten handwritten digits that digits.onnx was not trained on, one per class: 8×8 grey levels 0 … 16, row by row."""
    data = json.loads(path("digits_samples.json").read_text(encoding="utf-8"))
    return tuple(Sample(entry["label"], tuple(Fraction(p) for p in entry["pixels"])) for entry in data["samples"])
