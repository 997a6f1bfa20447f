"""Ask whether a network f: X → Y is injective, surjective or bijective; get a proof anyone can re-check, or a counterexample.

>>> import bijection
>>> verdict = bijection.is_injective([[[1, 0], [0, 1]], "relu"])
>>> type(verdict).__name__
'Refuted'
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bijection.frontends import load
    from bijection.inversion.approximate import approximate_inverse
    from bijection.inversion.inverse import inverse
    from bijection.inversion.lipschitz import lipschitz
    from bijection.questions import (
        box,
        decide,
        degree,
        floats,
        image,
        is_bijective,
        is_injective,
        is_surjective,
        local_fibre,
        preimages,
        reached_labels,
    )
    from bijection.verdict import Proved, Refuted, Unknown
    from bijection.wishes import Antipodal, Apart, Between, Near, Sparse
    from proofs.domains import Box, Finite, Floats, Grid, Labels, Polytope, Reals, Simplex
    from proofs.statements import Bijective, Injective, Not, Surjective

_WHERE = {
    "bijection.questions": (
        "box",
        "decide",
        "degree",
        "floats",
        "image",
        "is_bijective",
        "is_injective",
        "is_surjective",
        "local_fibre",
        "preimages",
        "reached_labels",
    ),
    "bijection.frontends": ("load",),
    "bijection.inversion.approximate": ("approximate_inverse",),
    "bijection.inversion.inverse": ("inverse",),
    "bijection.inversion.lipschitz": ("lipschitz",),
    "bijection.verdict": ("Proved", "Refuted", "Unknown"),
    "bijection.wishes": ("Antipodal", "Apart", "Between", "Near", "Sparse"),
    "proofs.domains": ("Box", "Finite", "Floats", "Grid", "Labels", "Polytope", "Reals", "Simplex"),
    "proofs.statements": ("Bijective", "Injective", "Not", "Surjective"),
}

__version__ = "0.1.0"
__all__ = [
    "Antipodal",
    "Apart",
    "Between",
    "Bijective",
    "Box",
    "Finite",
    "Floats",
    "Grid",
    "Injective",
    "Labels",
    "Near",
    "Not",
    "Polytope",
    "Proved",
    "Reals",
    "Refuted",
    "Simplex",
    "Sparse",
    "Surjective",
    "Unknown",
    "approximate_inverse",
    "box",
    "decide",
    "degree",
    "floats",
    "image",
    "inverse",
    "is_bijective",
    "is_injective",
    "is_surjective",
    "lipschitz",
    "load",
    "local_fibre",
    "preimages",
    "reached_labels",
]


def __getattr__(name: str) -> Any:
    for module, names in _WHERE.items():
        if name in names:
            value = getattr(import_module(module), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module 'bijection' has no attribute {name!r}")


if (shell := getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()) is not None:  # a notebook: networks show themselves
    import_module("bijection.notebook").register(shell)
