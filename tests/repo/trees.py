"""What the repository tests read: every source file, as text and as a syntax tree."""

import ast
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def sources(room: str) -> list[Path]:
    """The Python files of a room, in order."""
    return sorted((REPOSITORY / room).rglob("*.py"))


def name(path: Path) -> str:
    """The path from the repository, for ids and messages."""
    return path.relative_to(REPOSITORY).as_posix()


def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> list[tuple[str, int]]:
    """Every module that the file imports, anywhere in it, with its line; relative imports made absolute."""
    package = ".".join(path.relative_to(REPOSITORY).with_suffix("").parts)
    found = []
    for node in ast.walk(tree(path)):
        match node:
            case ast.Import(names):
                found += [(alias.name, node.lineno) for alias in names]
            case ast.ImportFrom(module, names, level):
                base = package.split(".")[: -level or None] if level else []
                stem = ".".join([*base, module] if module else base)
                found += [(f"{stem}.{alias.name}", node.lineno) for alias in names]
    return found
