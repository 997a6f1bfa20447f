"""Who may import whom. The map of the README is true because this file says so."""

import sys
from pathlib import Path

import pytest

from tests.repo.trees import REPOSITORY, imports, name, sources

# Rooms from left to right: a room imports only rooms to its right. Files of bijection/ that stand alone are rooms too.
ORDER = ("__main__", "commands", "inversion", "export", "questions", "driver", "engines", "exact", "proofs")
ONLY_PROOFS = ("frontends", "maps")
ENGINES = ("onto", "grids", "pairs", "complete", "structure")  # the same among the folders of bijection/engines

# A third-party package is imported in one file, so that it can be replaced there. The exceptions, each with its reason:
IN_SEVERAL_FILES = {
    "click": "each command declares its own options",
    "numpy": "arrays are how frontends, floating search and views speak",
    "hypothesis": "strategies, and the search that draws from them, are a room of several files",
    "z3": "questions in linear arithmetic and in floating-point arithmetic are two files",
    "torch": "the reader is one folder of several files",
    "onnx": "the reader is one folder of several files, the writer another room",
    "sympy": "the reader of numbers takes what a sympy object brings along; formulas are written elsewhere",
}


def room(module: str) -> str | None:
    """The room of a module of ours; None for what is not ours or for the vocabulary of bijection."""
    parts = module.split(".")
    if parts[0] == "proofs":
        return "proofs"
    if parts[0] == "bijection" and len(parts) > 1 and parts[1] in (*ORDER, *ONLY_PROOFS):
        return parts[1]
    return None


def home(path: Path) -> str | None:
    return room(".".join(path.relative_to(REPOSITORY).with_suffix("").parts))


ALL = [pytest.param(path, id=name(path)) for path in [*sources("proofs"), *sources("bijection")]]


@pytest.mark.parametrize("path", [pytest.param(p, id=name(p)) for p in sources("proofs")])
def test_the_trusted_room_imports_only_the_standard_library_and_itself(path: Path) -> None:
    allowed = sys.stdlib_module_names | {"proofs"}
    assert [f"{module}, line {line}" for module, line in imports(path) if module.partition(".")[0] not in allowed] == []


@pytest.mark.parametrize("path", ALL)
def test_rooms_import_from_left_to_right_only(path: Path) -> None:
    here = home(path)
    if here is None:
        return
    allowed = {here, "proofs"} | set(ORDER[ORDER.index(here) :] if here in ORDER else ())
    if here in ("__main__", "commands", "questions"):  # where models come in
        allowed |= set(ONLY_PROOFS)
    found = [f"{module}, line {line}" for module, line in imports(path) if (room(module) or here) not in allowed]
    assert found == [], f"the room {here} may import {sorted(allowed)}"


@pytest.mark.parametrize("path", [pytest.param(p, id=name(p)) for p in sources("bijection/engines") if p.parent.name in ENGINES])
def test_folders_of_engines_import_from_left_to_right_only(path: Path) -> None:
    left = tuple(f"bijection.engines.{folder}." for folder in ENGINES[: ENGINES.index(path.parent.name)])
    assert [f"{module}, line {line}" for module, line in imports(path) if module.startswith(left)] == []


def third_party() -> dict[str, list[str]]:
    """Every package from outside that bijection/ imports, with the files that do."""
    used: dict[str, list[str]] = {}
    for path in sources("bijection"):
        for top in sorted({module.partition(".")[0] for module, _ in imports(path)}):
            if top not in sys.stdlib_module_names and top not in ("proofs", "bijection"):
                used.setdefault(top, []).append(name(path))
    return used


@pytest.mark.parametrize("package", sorted(third_party()))
def test_a_third_party_package_is_imported_in_one_file(package: str) -> None:
    files = third_party()[package]
    assert len(files) == 1 or package in IN_SEVERAL_FILES, files


@pytest.mark.parametrize("package", sorted(IN_SEVERAL_FILES))
def test_every_exception_has_a_reason(package: str) -> None:
    assert IN_SEVERAL_FILES[package]
