"""Additive and affine couplings trained on scikit-learn's digits: how far inverse(forward(x)) is from x in float32. A table in Markdown.

python -m tests.benchmark.invertibility [--steps 400] [--blocks 8]

After Behrmann, Vicol, Wang, Grosse, Jacobsen, Understanding and mitigating exploding inverses in invertible neural networks (AISTATS 2021).
Each model is the same stack of FrEIA's ActNorm, coupling and permutation over ℝ⁶⁴, bijective over the reals whatever its weights; it is
trained by maximum likelihood or as a classifier (the first ten outputs are the logits), with the same seed and number of steps. The images
lie in [−1, 1]⁶⁴. Errors are the largest |inverse(forward(x)) − x| of a row: the median of the rows, then the largest; `lost` counts rows
that come back infinite or NaN. `search` climbs from the worst test images, at most 0.1 away from them in each pixel. `condition` is the
median and the largest ratio of singular values of the Jacobian at 16 test images and at 16 Gaussian inputs, by automatic differentiation in
float64.
"""

from __future__ import annotations

import argparse
import copy
import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from bijection.observed import Singles

HEAD = (
    "| couplings | trained as | after training | test images | search | Gaussian | 10 × Gaussian | 100 × Gaussian | uniform | ±1 "
    "| σ max, σ min | condition, test | condition, Gaussian |"
)
COUPLINGS: dict[str, tuple[str, dict[str, float]]] = {
    "additive": ("NICECouplingBlock", {}),
    "affine, scales in (1/e², e²)": ("GLOWCouplingBlock", {"clamp": 2.0}),
    "affine, scales in (1/e⁵, e⁵)": ("GLOWCouplingBlock", {"clamp": 5.0}),
}
N, CLASSES = 64, 10
NEAR = 0.1  # how far the search may go from a test image, in each pixel


def main() -> int:
    """Print the table; exit 2 where a library is not installed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=400, help="of Adam, with batches of 128")
    parser.add_argument("--blocks", type=int, default=8, help="couplings in a model")
    chosen = parser.parse_args()
    if not all(map(find_spec, ("torch", "sklearn", "FrEIA"))):
        print("torch, scikit-learn and FrEIA are needed: pip install 'bijection-nn[torch,flows]' scikit-learn")
        return 2
    import_module("torch").set_num_threads(1)
    train, test = images()
    print(f"{HEAD}\n|{'---|' * (HEAD.count('|') - 1)}", flush=True)
    for kind in COUPLINGS:
        for goal in ("likelihood", "classifier"):
            model, reached = trained(kind, goal, train, test, chosen.steps, chosen.blocks)
            print(f"| {kind} | {goal} | {reached} | {' | '.join(measured(model, test[0]))} |", flush=True)
    return 0


def images() -> tuple[tuple[Singles, Any], tuple[Singles, Any]]:
    """1347 images to train on and 450 to test on, with labels; grey values 0 … 16 with uniform noise, on [−1, 1]."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    digits = load_digits()
    noisy = digits.data + np.random.default_rng(0).random(digits.data.shape)
    x = (2 * noisy / 17 - 1).astype(np.float32)
    a, b, first, second = train_test_split(x, digits.target, test_size=450, random_state=0)
    return (a, first), (b, second)


def stack(kind: str, blocks: int) -> Any:
    """ActNorm, coupling, permutation, over and over."""
    from torch import nn

    framework, modules = import_module("FrEIA.framework"), import_module("FrEIA.modules")

    def subnet(a: int, b: int) -> nn.Module:
        return nn.Sequential(nn.Linear(a, 64), nn.ReLU(), nn.Linear(64, b))

    name, options = COUPLINGS[kind]
    model = framework.SequenceINN(N)
    for k in range(blocks):
        model.append(modules.ActNorm)
        model.append(getattr(modules, name), subnet_constructor=subnet, **options)
        model.append(modules.PermuteRandom, seed=k)
    return model


def trained(kind: str, goal: str, train: tuple[Singles, Any], test: tuple[Singles, Any], steps: int, blocks: int) -> tuple[Any, str]:
    """The model after training, and what it reached on the test images."""
    import torch

    torch.manual_seed(0)
    started, model = time.perf_counter(), stack(kind, blocks)
    x, label = torch.from_numpy(train[0]), torch.from_numpy(train[1])
    model(x)  # ActNorm starts from the first batch
    optimiser = torch.optim.Adam(model.parameters(), lr=5e-4)
    for _ in range(steps):
        batch = torch.randint(0, len(x), (128,))
        loss = _loss(model, x[batch], label[batch], goal)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 10.0)
        optimiser.step()
    model.eval()
    with torch.no_grad():
        unseen, right = torch.from_numpy(test[0]), torch.from_numpy(test[1])
        if goal == "classifier":
            reached = f"{100 * float((model(unseen, jac=False)[0][:, :CLASSES].argmax(1) == right).float().mean()):.1f} % right"
        else:
            reached = f"{float(_loss(model, unseen, right, goal)) / N:.2f} nats per pixel"
    return model, f"{reached}, {time.perf_counter() - started:.0f} s"


def _loss(model: Any, x: Any, label: Any, goal: str) -> Any:
    import torch

    z, log_determinant = model(x)
    if goal == "classifier":
        return torch.nn.functional.cross_entropy(z[:, :CLASSES], label)
    return (0.5 * (z**2).sum(1) + 0.5 * N * float(np.log(2 * np.pi)) - log_determinant).mean()


def measured(model: Any, test: Singles) -> list[str]:
    """The other cells of a row."""
    rng = np.random.default_rng(1)
    gaussian = rng.standard_normal((450, N)).astype(np.float32)
    inputs: list[Any] = [
        gaussian,
        10 * gaussian,
        100 * gaussian,
        rng.uniform(-1, 1, gaussian.shape),
        rng.choice([-1.0, 1.0], gaussian.shape),
    ]
    trip = _trip(model)
    at_test, at_gaussian = singular(model, test[:16]), singular(model, gaussian[:16])
    ends = f"{at_test[:, 0].max():.2g}, {at_test[:, -1].min():.2g}"
    conditions = [s[:, 0] / s[:, -1] for s in (at_test, at_gaussian)]
    return [
        _shown(trip(test)),
        f"{climbed(trip, test, rng):.1e}",
        *(_shown(trip(x.astype(np.float32))) for x in inputs),
        ends,
        *(f"{np.median(c):.1e}, {c.max():.1e}" for c in conditions),
    ]


def _trip(model: Any) -> Callable[[Singles], Singles]:
    """The largest |inverse(forward(x)) − x| of each row."""
    import torch

    def errors(x: Singles) -> Singles:
        with torch.no_grad():
            given = torch.tensor(x)
            back = model(model(given, jac=False)[0], rev=True, jac=False)[0]
        with np.errstate(all="ignore"):
            found = np.abs(back.numpy().astype(np.float64) - x).max(axis=1)
        return np.where(np.isfinite(found), found, np.inf)

    return errors


def climbed(trip: Callable[[Singles], Singles], test: Singles, rng: np.random.Generator, steps: int = 60) -> float:
    """The largest error that a random climb from the 16 worst test images finds near them."""
    start = np.argsort(trip(test))[::-1][:16]
    centre = np.repeat(test[start], 9, axis=0)
    best = centre.copy()
    for step in range(steps):
        moved = best + (NEAR * 0.95**step * rng.standard_normal(best.shape)).astype(np.float32)
        moved[::9] = best[::9]  # the best so far stays
        moved = np.clip(moved, centre - NEAR, centre + NEAR)
        score = trip(moved).reshape(16, 9)
        chosen = moved.reshape(16, 9, N)[np.arange(16), score.argmax(axis=1)]
        best = np.repeat(chosen, 9, axis=0)
    return float(trip(best).max())


def singular(model: Any, x: Singles) -> Singles:
    """The singular values of the Jacobian at each input, the largest first, in float64."""
    import torch

    exact = copy.deepcopy(model).double()
    found = []
    for row in torch.from_numpy(x).double():
        jacobian = torch.autograd.functional.jacobian(lambda v: exact(v[None], jac=False)[0][0], row)
        found.append(np.linalg.svd(jacobian.numpy(), compute_uv=False))
    return np.stack(found)


def _shown(errors: Singles) -> str:
    """The median and the largest error, and how many rows are lost."""
    finite = errors[np.isfinite(errors)]
    lost = len(errors) - len(finite)
    if not len(finite):
        return "all lost"
    return f"{np.median(finite):.1e}, {finite.max():.1e}" + (f", {lost} lost" if lost else "")


if __name__ == "__main__":
    sys.exit(main())
