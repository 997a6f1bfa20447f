"""The trusted room computes with integers and rationals only."""

import ast
from pathlib import Path

import pytest

from tests.repo.trees import imports, name, sources, tree

EXACT_MATH = {f"math.{word}" for word in ("gcd", "lcm", "isqrt", "floor", "ceil", "prod")}  # floor and ceil of a Fraction are exact
INEXACT = {"random", "numpy", "decimal", "cmath", "statistics", "time", "logging", "pickle", "ctypes"}
# Every division of the room; a new one is written here by someone who has looked that one side is a Fraction.
RATIONAL_DIVISIONS = {
    "t / pivot",
    "(lower - shift) / slope",
    "(upper - shift) / slope",
    "b / a[i]",
    "-1 / side.lower ** 2",
    "-1 / side.upper ** 2",
    "1 / (1 + square.lower)",
    "1 / (1 + square.upper)",
    "(b - q) / p",
    "1 / inverse.lower",
    "1 / inverse.upper",
    "e.lower / (1 + e.lower)",
    "e.upper / (1 + e.upper)",
    "u / (2 + u)",
    "a / (a + most - b)",
    "b / (b + least - a)",
    "t / 2 ** halvings",
    "low / a",
    "high / a",
    "1 / (2 * values.upper)",
    "1 / a",
    "1 / a ** 2",
    "2 / a ** 2",
    "2 / a ** 4",
    "a ** 2 / 2",
    "Fraction((a * scale).__floor__()) / scale",
    "1 / (2 * values.lower)",
    "t / Fraction(2) ** k",
    "(m - 1) / (m + 1)",
    "1 / t",
    "t / 2",
    "(t - _HALF) / (1 + t / 2)",
    "sum((abs(c) * x[j] for j, c in zip(r.columns, r.coefficients, strict=True)), Fraction(0)) / d",
    "1 / least",
    "-1 / least ** 2",
    "1 / max(domain.upper, least)",
    "1 / max(t, least)",
    "h * low / (low + high)",
    "2 * h * y * w / (c + Fraction(p, q) + 2 * h * y)",
    "1 / (least if domain.lower is None else max(domain.lower, least))",
}
FILES = [pytest.param(path, id=name(path)) for path in sources("proofs")]


@pytest.mark.parametrize("path", FILES)
def test_no_float_is_written(path: Path) -> None:
    literals = [node.lineno for node in ast.walk(tree(path)) if isinstance(node, ast.Constant) and isinstance(node.value, float | complex)]
    assert literals == []


@pytest.mark.parametrize("path", FILES)
def test_no_float_is_made(path: Path) -> None:
    """`float()` may stand in a pattern of the codec, which refuses floats; it is never called and never annotated."""
    parsed = tree(path)
    patterns = {id(node.cls) for node in ast.walk(parsed) if isinstance(node, ast.MatchClass)}
    words = [node for node in ast.walk(parsed) if isinstance(node, ast.Name) and node.id in ("float", "complex", "round", "eval", "exec")]
    assert [f"{node.id}, line {node.lineno}" for node in words if id(node) not in patterns] == []


@pytest.mark.parametrize("path", FILES)
def test_nothing_inexact_is_imported(path: Path) -> None:
    modules = [module for module, _ in imports(path)]
    assert [m for m in modules if m.partition(".")[0] in INEXACT] == []
    assert [m for m in modules if m.partition(".")[0] == "math" and m not in EXACT_MATH] == []


@pytest.mark.parametrize("path", FILES)
def test_division_is_of_fractions(path: Path) -> None:
    """`/` of two integers would be a float; where it is written, one side is a Fraction by its construction."""
    divisions = [ast.unparse(n) for n in ast.walk(tree(path)) if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Div)]
    assert set(divisions) <= RATIONAL_DIVISIONS, set(divisions) - RATIONAL_DIVISIONS
