"""What is done to an input before the network sees it, as a part of the function: x ↦ (x − mean)/std, exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm, prod
from typing import Any

import numpy as np

from bijection.frontends.exact import exact
from proofs.compose import compose
from proofs.errors import Malformed, well_formed
from proofs.network import Affine, Network, Node, Row


def diagonal(scale: Sequence[Fraction], shift: Sequence[Fraction]) -> Affine:
    """x ↦ scale·x + shift, coordinate by coordinate."""
    common = lcm(*(q.denominator for q in (*scale, *shift)))
    rows = (Row((i,), (int(s * common),), int(t * common)) for i, (s, t) in enumerate(zip(scale, shift, strict=True)))
    return Affine(len(scale), tuple(rows), common)


def preprocessed(network: Network, given: Mapping[str, Any], input_shape: Sequence[int] | None = None) -> Network:
    """x ↦ network((x − mean)/std), with foolbox's dict(mean=…, std=…, axis=…); what is left out is 0 and 1.

    mean and std are numbers, or one number per input coordinate, or one per channel: then `axis` names the axis of the
    channels (counted from the end if negative) in an input of the shape `input_shape`.
    """
    unknown = set(given) - {"mean", "std", "axis"}
    well_formed(not unknown, f"preprocessing has the entries {sorted(unknown)}; it takes mean, std and axis")
    axis = given.get("axis")
    mean = _spread(given.get("mean", 0), "mean", network.arity, axis, input_shape)
    std = _spread(given.get("std", 1), "std", network.arity, axis, input_shape)
    well_formed(all(std), "preprocessing divides by a std of 0")
    layer = diagonal([1 / s for s in std], [-m / s for m, s in zip(mean, std, strict=True)])
    return compose(network, Network(network.arity, (Node(layer, (0,)),)))  # type: ignore[return-value]  # both are networks


def _spread(value: Any, what: str, arity: int, axis: int | None, shape: Sequence[int] | None) -> list[Fraction]:
    given = np.asarray(value) if isinstance(value, np.ndarray) else np.array(value, dtype=object)
    entries = [exact(v, f"the {what} of the preprocessing") for v in given.ravel()]
    if given.ndim == 0:
        return entries * arity
    if axis is None:
        well_formed(len(entries) == arity, f"{len(entries)} numbers as {what} for {arity} inputs; give one, {arity}, or an axis")
        return entries
    well_formed(shape is not None and prod(shape) == arity, f"preprocessing by axis needs input_shape, with {arity} entries in all")
    assert shape is not None
    if not -len(shape) <= axis < len(shape) or shape[axis] != len(entries):
        raise Malformed(f"{len(entries)} numbers as {what} do not fit axis {axis} of an input of the shape {tuple(shape)}")
    lined = np.array(entries, dtype=object).reshape([-1 if i == axis % len(shape) else 1 for i in range(len(shape))])
    return list(np.broadcast_to(lined, tuple(shape)).ravel())
