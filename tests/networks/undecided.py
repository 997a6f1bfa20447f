"""What `decide` does not answer yet: lines leave this table, they do not come back."""

from __future__ import annotations

QUESTIONS: dict[str, tuple[str, ...]] = {
    "sigmoid onto [0, 1]": ("onto",),
    "leaky layers, singular first": ("onto",),
    "leaky layers, singular last": ("onto",),
    "crelu 2 decoded": (
        "onto",
        "bijective",
    ),
    "maxpool overlapping": ("onto",),
    "maxpool circular": ("onto",),
    "sorting": ("onto",),
    "sorting onto the half plane": ("onto",),
    "softmax": (
        "injective",
        "onto",
        "bijective",
    ),
    "softmax on sum zero": ("injective",),
    "softmax after relu": ("onto",),
    "two softmaxes": ("injective",),
    "gate": ("onto",),
    "affine three factors": ("onto",),
    "sum on a square": ("onto",),
    "scaling onto a box": (
        "onto",
        "bijective",
    ),
    "doubling on ℤ": (
        "onto",
        "bijective",
    ),
    "shift on ℤ": (
        "onto",
        "bijective",
    ),
    "sum on ℤ²": ("onto",),
    "unimodular on ℤ²": (
        "onto",
        "bijective",
    ),
    "table cycle is not the identity": ("identity",),
    "reached from nothing": ("reached",),
    "identity is the identity": ("identity",),
    "scaled identity is not": ("identity",),
    "G1 PL z²": ("onto",),
    "G2 fold": ("onto",),
    "G5 hole": ("onto",),
    "G5 hole at 0": ("reached",),
    "G5 recession": ("onto",),
    "G7 Pinchuk": (
        "injective",
        "onto",
        "bijective",
    ),
    "G8 not P": ("onto",),
    "G8 Murty 2": (
        "onto",
        "bijective",
    ),
    "G8 Murty 3": (
        "onto",
        "bijective",
    ),
    "G8 shear": (
        "onto",
        "bijective",
    ),
    "G8 leading minors": ("onto",),
    "G10 decoded": (
        "onto",
        "bijective",
    ),
    "G11 AVE ab = 2": ("onto",),
    "G14 bounded below": ("onto",),
    "G14 onto": ("onto",),
    "G17 packing 256 levels": (
        "injective",
        "onto",
        "bijective",
    ),
    "G26 swap": ("onto",),
    "G26 swap, identity": ("onto",),
    "G27 overshooting residual": ("onto",),
    "G28 orthant, not P": ("onto",),
    "G28 box, not P": ("onto",),
    "PL tent": ("onto",),
    "x²": (
        "injective",
        "onto",
        "bijective",
    ),
    "x³": (
        "injective",
        "onto",
        "bijective",
    ),
    "xy": ("onto",),
    "every layer of an injective network is injective": (
        "onto",
        "bijective",
    ),
    "softmax is monotone, so injective": ("injective",),
    "softmax onto its simplex": ("onto",),
    "a missed value is far away": ("reached",),
}

OPEN: frozenset[str] = frozenset(f"{name}: {question}" for name, questions in QUESTIONS.items() for question in questions)
