"""The labels of a classifier with an input or a proof for each: a dict that can be printed, drawn and saved."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bijection.shown import Shown
from bijection.verdict import Proved, Refuted, Unknown, Verdict
from proofs.domains import Domain, Point
from proofs.errors import Malformed
from proofs.functions import Function
from proofs.statements import Not


class LabelTable(dict[int, Verdict], Shown):
    """The verdict about each label: Proved with an input that has it, Refuted, or Unknown."""

    __slots__ = ()

    @property
    def inputs(self) -> dict[int, Point]:
        """For each label that is reached an input that has it, exact."""
        return {label: verdict.inputs[0] for label, verdict in self.items() if isinstance(verdict, Proved)}

    @property
    def question(self) -> tuple[Function, Domain]:
        """The classifier and the inputs that count."""
        for verdict in self.values():
            asked = verdict.statement.statement if isinstance(verdict.statement, Not) else verdict.statement
            return asked.f, asked.on
        raise Malformed("there are no labels")

    @property
    def reached(self) -> tuple[int, ...]:
        """The labels that some input has."""
        return self._of(Proved)

    @property
    def never(self) -> tuple[int, ...]:
        """The labels that no input of the domain has, the dead classes."""
        return self._of(Refuted)

    @property
    def unknown(self) -> tuple[int, ...]:
        """The labels that are not decided."""
        return self._of(Unknown)

    def _of(self, kind: type) -> tuple[int, ...]:
        return tuple(label for label, verdict in self.items() if isinstance(verdict, kind))

    def __str__(self) -> str:
        from bijection.words import point

        inputs = self.inputs
        words = {Proved: "reached", Refuted: "never reached", Unknown: "unknown"}
        return "\n".join(
            f"label {label}: {words[type(verdict)]} ({verdict.because}){f', at {point(inputs[label])}' if label in inputs else ''}"
            for label, verdict in self.items()
        )

    def __repr__(self) -> str:
        groups = (("reached", self.reached), ("never", self.never), ("unknown", self.unknown))
        told = "; ".join(f"{word}: {', '.join(map(str, labels))}" for word, labels in groups if labels)
        return f"<LabelTable: {told or 'empty'}>"

    def _repr_html_(self) -> str:
        from bijection.export.label_images import html

        return html(self)

    def to_json(self) -> dict[str, Any]:
        """Label by label what the command line's --json prints; `input` is null where none is shown."""
        from bijection.report import rationals

        inputs = self.inputs
        shown = {label: rationals(inputs[label]) if label in inputs else None for label in self}
        return {str(label): {**verdict.to_json(), "input": shown[label]} for label, verdict in self.items()}

    def save(self, folder: str | Path, **run: Any) -> Path:
        """Each verdict in a folder label-K of its own, which `bijection check` re-checks; `run` as for `bijection.evidence.save`."""
        from bijection.evidence import may_write, save

        below = [Path(folder) / f"label-{label}" for label in self]
        for each in below:
            may_write(each)
        for each, verdict in zip(below, self.values(), strict=True):
            save(verdict, each, **run)
        return Path(folder)

    def plot(self, ax: Any = None, path: str | Path | None = None, image: Sequence[int] | None = None) -> Any:
        """Draw the inputs with matplotlib (extra `plot`), on two inputs with the regions of the labels; see `Shown.plot`."""
        from bijection.export.label_images import plot

        return plot(self, ax, path, image)
