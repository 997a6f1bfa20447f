"""What a runtime does: observations, which are no proofs. They name the program, its version and the machine, and anyone can repeat them.

`observe` runs two inputs through a model as it is executed and compares the outputs bit for bit; `round_trip` measures how far
inverse(forward(x)) is from x, over magnitudes, and searches for the worst input.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from proofs.errors import well_formed

Singles: TypeAlias = np.ndarray[Any, np.dtype[np.float32]]
Batch: TypeAlias = Callable[[Singles], Singles]

_STEPS = 20  # of the search for the worst input
_KEPT = 16


@dataclass(frozen=True, slots=True)
class Runtime:
    """A program that computes float32 outputs of a batch of float32 inputs, with its name, version and settings."""

    name: str
    run: Batch

    def __str__(self) -> str:
        return f"{self.name} on {platform.machine()} ({platform.system()})"


@dataclass(frozen=True, slots=True)
class Observation:
    """Whether two inputs gave outputs that are the same bit for bit, but for the sign of zero; an observation, not a proof."""

    runtime: str
    identical: bool
    first: tuple[str, ...]  # the outputs as patterns of 32 bits
    second: tuple[str, ...]

    def __str__(self) -> str:
        return f"observed with {self.runtime}: the outputs are {'identical' if self.identical else 'not identical'}"


def torch_runtime(module: Any, input_shape: Sequence[int] | None = None) -> Runtime:
    """A torch module in evaluation mode. Each row of a batch gets the shape; the output is flattened again."""
    torch = import_module("torch")
    module = module.eval()

    def run(x: Singles) -> Singles:
        shape = (len(x), *(input_shape or x.shape[1:]))
        with torch.no_grad():
            y = module(torch.from_numpy(np.ascontiguousarray(x)).reshape(shape))
        y = y[0] if isinstance(y, tuple) else y  # flows return their log-determinant as well
        return np.asarray(y.reshape(len(x), -1).numpy(), dtype=np.float32)

    return Runtime(f"PyTorch {version('torch')}", run)


def onnx_runtime(path: str | Path, optimise: bool = False) -> Runtime:
    """An ONNX model, one row at a time if the model fixes the batch. Graph optimisation changes outputs; it is off unless asked for."""
    ort = import_module("onnxruntime")
    settings = ort.SessionOptions()
    level = ort.GraphOptimizationLevel
    settings.graph_optimization_level = level.ORT_ENABLE_ALL if optimise else level.ORT_DISABLE_ALL
    settings.intra_op_num_threads = 1
    session = ort.InferenceSession(str(path), settings, providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    shape = [d if isinstance(d, int) and d > 0 else 1 for d in given.shape[1:]] if len(given.shape) > 1 else []
    fixed = bool(given.shape) and isinstance(given.shape[0], int)

    def run(x: Singles) -> Singles:
        whole = [d if isinstance(d, int) else 1 for d in given.shape] if fixed else [len(x), *shape]
        parts = [x[k : k + 1] for k in range(len(x))] if fixed else [x]
        outputs = [session.run(None, {given.name: part.reshape(whole)})[0] for part in parts]
        return np.concatenate([np.asarray(y, dtype=np.float32).reshape(len(part), -1) for y, part in zip(outputs, parts, strict=True)])

    return Runtime(f"onnxruntime {ort.__version__}, graph optimisation {'on' if optimise else 'off'}", run)


def callable_runtime(run: Batch, name: str = "a Python function") -> Runtime:
    """Any function from batches to batches."""
    return Runtime(name, _quietly(run))


def _quietly(run: Batch) -> Batch:
    """Overflow is what is observed, not a warning."""

    def quiet(x: Singles) -> Singles:
        with np.errstate(all="ignore"):
            return run(x)

    return quiet


def observe(runtime: Runtime, x: Sequence[Any], y: Sequence[Any]) -> Observation:
    """Both inputs through the runtime, each on its own; they must be binary32 numbers and differ."""
    first, second = (_single(t) for t in (x, y))
    well_formed(first.shape == second.shape and bool((first != second).any()), "the two inputs are the same in binary32")
    a, b = (np.ascontiguousarray(runtime.run(t[None])[0]) for t in (first, second))
    identical = bool((a == b).all())
    return Observation(str(runtime), identical, *(tuple(f"{bits:08x}" for bits in v.view(np.uint32)) for v in (a, b)))


def _single(x: Sequence[Any]) -> Singles:
    values = np.array([float(t) for t in x], dtype=np.float32)
    exact = all(float(a) == t for a, t in zip(values, x, strict=True))
    well_formed(exact, "an input is not a vector of binary32 numbers, so it cannot be given to a float32 program")
    return values


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """|inverse(forward(x)) − x| over inputs of one magnitude: the largest entry, its input, the median of the rows' largest entries,
    how many of the rows come back bit for bit, and how many are lost (infinite or NaN)."""

    magnitude: float
    rows: int
    largest: float
    worst: tuple[float, ...]
    median: float
    exact: int
    lost: int


def round_trip(
    forward: Batch, inverse: Batch, n: int, magnitudes: Sequence[float] = (1.0, 100.0, 10_000.0), rows: int = 1000, seed: int = 0
) -> list[RoundTrip]:
    """Normal inputs of each magnitude, then a search from the worst ones that goes where the error grows, within the same magnitude."""
    found = []
    for k, magnitude in enumerate(magnitudes):
        rng = np.random.default_rng([seed, k])
        x = (magnitude * rng.standard_normal((rows, n))).astype(np.float32)
        errors = _errors(forward, inverse, x)
        finite = errors[np.isfinite(errors)]
        worst, largest = _worst(forward, inverse, x, errors, magnitude, rng)
        found.append(
            RoundTrip(
                magnitude,
                rows,
                largest,
                tuple(float(t) for t in worst),
                float(np.median(finite)) if len(finite) else float("inf"),
                int((errors == 0).sum()),
                int(rows - len(finite)),
            )
        )
    return found


def _errors(forward: Batch, inverse: Batch, x: Singles) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The largest |inverse(forward(x)) − x| of each row; infinite where something is no number."""
    with np.errstate(all="ignore"):
        back = inverse(forward(x)).astype(np.float64)
        errors: np.ndarray[Any, np.dtype[np.float64]] = np.abs(back - x).max(axis=1)
    return np.where(np.isnan(errors), np.inf, errors)


def _worst(
    forward: Batch, inverse: Batch, x: Singles, errors: np.ndarray[Any, np.dtype[np.float64]], magnitude: float, rng: np.random.Generator
) -> tuple[Singles, float]:
    order = np.argsort(errors)[::-1][:_KEPT]
    kept, scores = x[order], errors[order]
    for step in range(_STEPS):
        scale = np.float32(magnitude * 0.5 ** (step / 4))
        moved = np.repeat(kept, 8, axis=0)
        wide = moved + float(scale) * rng.standard_normal(moved.shape)  # in binary64, which does not overflow
        most = min(4 * magnitude, float(np.finfo(np.float32).max))
        moved = np.clip(wide, -most, most).astype(np.float32)
        tried, new = np.concatenate([kept, moved]), np.concatenate([scores, _errors(forward, inverse, moved)])
        best = np.argsort(new)[::-1][:_KEPT]
        kept, scores = tried[best], new[best]
        if np.isinf(scores[0]):
            break
    return kept[0], float(scores[0])


def singular_values(forward: Batch, x: Sequence[float]) -> tuple[float, float]:
    """The largest and the smallest singular value of the Jacobian at x, by central differences in the runtime's own arithmetic."""
    at = np.asarray(x, dtype=np.float32)
    n = len(at)
    step = np.float32(2.0**-8) * np.maximum(np.abs(at), np.float32(2.0**-4))
    ahead, behind = (np.repeat(at[None], n, axis=0) + sign * np.diag(step) for sign in (1, -1))
    width = (ahead - behind).diagonal().astype(np.float64)
    jacobian = (forward(ahead.astype(np.float32)).astype(np.float64) - forward(behind.astype(np.float32))) / width[:, None]
    values = np.linalg.svd(jacobian, compute_uv=False)
    return float(values[0]), float(values[-1])
