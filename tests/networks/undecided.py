"""What `decide` does not answer yet: lines leave this table, they do not come back."""

from __future__ import annotations

QUESTIONS: dict[str, tuple[str, ...]] = {
    "coupling, scale x": ("onto",),
    "coupling, scale relu": ("onto",),
    "coupling, scale hard sigmoid": ("onto",),
    "coupling, scale e^x − 1": ("onto",),
    "softmax on sum zero": ("injective",),
    "doubling on ℤ": ("onto", "bijective"),
    "shift on ℤ": ("onto", "bijective"),
    "sum on ℤ²": ("onto",),
    "unimodular on ℤ²": ("onto", "bijective"),
    "table cycle is not the identity": ("identity",),
    "G7 Pinchuk": ("injective", "onto", "bijective"),
}

OPEN: frozenset[str] = frozenset(f"{name}: {question}" for name, questions in QUESTIONS.items() for question in questions)
