"""Named statements about networks whose truth is known, and why: the yardstick for every part that gives answers.

Each one that z3 or enumeration can reach is verified by them in test_zoo.py, which lists the others with a reason.
"""

from __future__ import annotations

from tests.networks.build import Entry
from tests.networks.elementwise import CURVED
from tests.networks.false_rules import FALSE_RULES
from tests.networks.flows import FLOWS
from tests.networks.ground_truth import GROUND_TRUTH
from tests.networks.layers import LAYERS
from tests.networks.more_false_rules import MORE_FALSE_RULES
from tests.networks.small import AFFINE, EMPTY, LATTICES, TABLES

_LITERATURE = {**GROUND_TRUTH, **FALSE_RULES, **MORE_FALSE_RULES}
ZOO: dict[str, Entry] = {**LAYERS, **AFFINE, **LATTICES, **TABLES, **EMPTY, **_LITERATURE, **FLOWS, **CURVED}

__all__ = ["ZOO", "Entry"]
