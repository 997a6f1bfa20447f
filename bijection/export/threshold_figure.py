"""The figure of bijection.export.threshold."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from bijection.export.canvas import colours, figure, save, style
from bijection.export.threshold import Tallies, interval, probability_injective

# Thresholds of N/n for n → ∞: from, to, label, whether proved
LITERATURE = (
    (3.3, 3.4, "3.3–3.4  not injective below ᵃ", True),
    (6.698, 6.698, "6.698  full replica symmetry breaking ᵇ", False),
    (7.65, 7.65, "7.65  injective above ᵇ", True),
    (8.34, 8.34, "8.34  Euler characteristic ᵇ", False),
    (9.09, 9.09, "9.09  injective above ᶜ", True),
    (10.5, 10.5, "10.5  injective above ᵃ", True),
)
SOURCES = (
    "Every layer is decided exactly, with a proof or a pair; bars are Wilson 95 % intervals. Vertical lines: with probability → 1 "
    "as n → ∞; solid (red) proved, dashed (blue) predicted.\n"
    "ᵃ Puthawala et al., JMLR 23(105), 2022.  ᵇ Maillard, Bandeira, Belius, Dokmanić, Nakajima, arXiv:2302.14112, who also refute 8.34.  "
    "ᶜ Paleka 2021; Clum 2022."
)
_LAST = 11.0  # N/n at the right border
_CROWDED = 6.0  # up to here points lie low, so that words stand above


def draw(tallies: Tallies, path: Path) -> None:
    """The fractions of injective layers over N/n, with the exact probabilities for n = 1 and 2 and what the literature says."""
    with style():
        made = figure(10.4, 5.4)
        axes = made.add_subplot()
        numbers = sorted({n for n, _ in tallies})
        shades = colours(len(numbers))
        for k, n in enumerate(numbers):
            _points(axes, n, {units: tally for (m, units), tally in tallies.items() if m == n}, shades[k])
        for left, right, label, proved in LITERATURE:
            _literature(axes, left, right, label, proved)
        axes.axvspan(0, 2, color="0.94", zorder=0)
        axes.text(1.0, 0.5, "N < 2n:\nnever injective", ha="center", va="center", color="0.35")
        axes.set(xlim=(0, _LAST), ylim=(-0.03, 1.03), xlabel="N/n, units per input", ylabel="fraction of injective layers")
        axes.set_xticks(range(int(_LAST) + 1))
        made.suptitle("Which Gaussian layers x ↦ ReLU(Wx), W an N × n matrix, are injective on ℝⁿ?", x=0.01, ha="left")
        made.legend(*axes.get_legend_handles_labels(), loc="outside right upper", frameon=False, fontsize=8)
        made.supxlabel(SOURCES, fontsize=6.5, ha="left", x=0.01, color="0.3")
        save(made, path)


def _points(axes: Any, n: int, tallies: dict[int, Counter[str]], colour: Any) -> None:
    units = sorted(tallies)
    fractions = [tallies[k]["injective"] / tallies[k].total() for k in units]
    ends = [interval(tallies[k]) for k in units]
    bars = [[max(0.0, p - low) for p, (low, _) in zip(fractions, ends, strict=True)]]
    bars += [[max(0.0, high - p) for p, (_, high) in zip(fractions, ends, strict=True)]]  # undecided layers lie within the bars
    layers = sorted({tallies[k].total() for k in units})
    count = str(layers[-1]) if len(layers) == 1 else f"{layers[0]}–{layers[-1]}"
    ratios = [k / n for k in units]
    line = "none" if n <= 2 else "-"  # the exact curve instead
    label = f"n = {n}, {count} layers each"
    look = {"fmt": "o", "ms": 3.5, "lw": 0.9, "ls": line, "elinewidth": 0.8, "capsize": 1.5}
    axes.errorbar(ratios, fractions, bars, color=colour, label=label, zorder=3, **look)
    if n <= 2:
        every = range(2 * n, int(_LAST) * n + 1)
        exact = [float(probability_injective(n, k)) for k in every]
        formula = "1 − 2¹⁻ᴺ" if n == 1 else "1 − N(N − 2)·2¹⁻ᴺ"
        look = {"ms": 4.5, "mfc": "none", "mew": 0.7, "lw": 0.7}
        axes.plot([k / n for k in every], exact, "D-", color=colour, label=f"exactly {formula}", zorder=2, **look)


def _literature(axes: Any, left: float, right: float, label: str, proved: bool) -> None:
    colour = "tab:red" if proved else "tab:blue"
    if left < right:
        axes.axvspan(left, right, color=colour, alpha=0.35, lw=0, zorder=1)
    else:
        axes.axvline(left, color=colour, lw=0.9, ls="-" if proved else "--", zorder=1)
    x, y, va, ha = (left - 0.04, 1.02, "top", "right") if left < _CROWDED else (right + 0.06, 0.02, "bottom", "left")
    axes.text(x, y, label, rotation=90, va=va, ha=ha, fontsize=7.5, color=colour)
