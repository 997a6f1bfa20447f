"""How answers show themselves: in notebooks and as figures. The work is done in rooms that are imported when they are needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class Shown:
    """What can be shown: IPython asks for _repr_html_ and _repr_latex_, `plot` draws."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        from bijection.notebook import html

        return html(self)

    def _repr_latex_(self) -> str:
        from bijection.notebook import latex

        return latex(self)

    def plot(self, ax: Any = None, path: str | Path | None = None, image: Sequence[int] | None = None) -> Any:
        """Draw it with matplotlib (extra `plot`), on the axes or on a new figure; the figure.

        path: also write it there, as .svg, .pdf or .png; the same thing gives the same bytes.
        image: the shape of inputs that are images, as (28, 28), or with colours before or after it, as (3, 32, 32) or (32, 32, 3); square
        images, with colours before, need not be told.
        """
        from bijection.export.figures import plot

        return plot(self, ax=ax, path=path, image=image)


@dataclass(frozen=True, slots=True)
class Arrows(Shown):
    """A map between two finite sets, for a figure: the names of their elements, and where each arrow goes, by number."""

    domain: tuple[str, ...]
    codomain: tuple[str, ...]
    values: tuple[int, ...]
    title: str
    marked: frozenset[int] = frozenset()  # arrows to be seen
