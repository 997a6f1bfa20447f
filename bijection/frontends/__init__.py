"""Models in: one verb, `load`. Nothing is imported here that the model did not already bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from math import prod
from pathlib import Path
from typing import Any

from bijection.errors import NotSupported
from proofs.errors import well_formed
from proofs.functions import Function
from proofs.ieee import Binary32
from proofs.network import Network, Table

_KERAS = "python -m tf2onnx.convert --keras MODEL --output model.onnx"
_TORCH = (
    "bijection.load(Model(…), input_shape=…, weights='FILE')  # where it holds a state dict\n"
    "    model = torch.load(…).eval()  # in your own session, from a source that you trust\n    bijection.load(model, input_shape=…)"
)
_PICKLE = "model = joblib.load(…)  # or pickle.load, in your own session, from a source that you trust\n    bijection.load(model)"

REFUSED: dict[str, str] = {
    ".pt": f"a torch file is a pickle, which runs code when it is opened; do so yourself:\n    {_TORCH}",
    ".pth": f"a torch file is a pickle, which runs code when it is opened; do so yourself:\n    {_TORCH}",
    ".pkl": f"a pickle runs code when it is opened; do so yourself:\n    {_PICKLE}",
    ".pickle": f"a pickle runs code when it is opened; do so yourself:\n    {_PICKLE}",
    ".joblib": f"a joblib file is a pickle, which runs code when it is opened; do so yourself:\n    {_PICKLE}",
    ".h5": f"Keras files can carry code; convert to ONNX:\n    {_KERAS}\n    bijection.load('model.onnx')",
    ".keras": f"Keras files can carry code; convert to ONNX:\n    {_KERAS}\n    bijection.load('model.onnx')",
    ".tflite": "convert to ONNX:\n    python -m tf2onnx.convert --tflite MODEL --output model.onnx\n    bijection.load('model.onnx')",
    ".safetensors": "it holds weights without the network around them; put them into the module they belong to:\n"
    "    model.load_state_dict(safetensors.torch.load_file(…))\n    bijection.load(model.eval(), input_shape=…)",
    ".npz": "it holds arrays without the network around them; name the layers:\n"
    "    a = numpy.load(…)\n    bijection.load([(a['w0'], a['b0']), 'relu', (a['w1'], a['b1'])])",
}

READ = (".onnx", ".nnet")
ARITHMETICS = ("real", "binary32")


def load(
    model: Any,
    *,
    input_shape: Sequence[int] | int | None = None,
    readout: str | None = None,
    preprocessing: Mapping[str, Any] | None = None,
    arithmetic: str = "real",
    weights: str | Path | None = None,
) -> Function:
    """The exact function of a model: of each stored float, the rational that it is.

    A model is a path to an .onnx or .nnet file, the bytes or ModelProto of an ONNX model, a torch module, a fitted scikit-learn
    estimator, one matrix, a list of layers such as [(W, b), "relu", W2], or a Network, Binary32 or Table, returned as it is.
    `input_shape`, without the batch, is needed where the model does not fix it. `readout` is "logits", "label", "argmin" (the label where
    outputs are costs) or "softmax". `preprocessing=dict(mean=…, std=…)` puts x ↦ (x − mean)/std before the network.
    `arithmetic="binary32"` gives another function: every operation is rounded, in the order that `Binary32` states; all weights must
    then be binary32 numbers, and what a torch module computes from its weights alone is what torch computes. `weights` is a .pt or .pth
    file with the state dict of a torch module, read by torch with weights_only=True.
    """
    if weights is not None:
        well_formed("torch" in _brought(model), "weights for a {}; they are put into a torch module", type(model).__name__)
        model = _frontend("torch.weights").with_weights(model, Path(weights))
    well_formed(arithmetic in ARITHMETICS, "arithmetic {}; it is one of {}", arithmetic, ARITHMETICS)
    shape = _shape(input_shape)
    function, done = _read(model, shape, readout, arithmetic == "binary32")
    if not isinstance(function, Network):
        plain = readout is None and preprocessing is None and (arithmetic == "real" or isinstance(function, Binary32))
        well_formed(plain, "a {} takes no readout, no preprocessing and no other arithmetic", type(function).__name__)
        return function
    if shape is not None:
        size = prod(shape)
        well_formed(size == function.arity, f"input_shape {shape} has {size} entries, but the network takes {function.arity} inputs")
    if readout is not None and not done:
        function = import_module("bijection.frontends.readout").readout(function, readout)
    if preprocessing is not None:
        function = import_module("bijection.frontends.preprocessing").preprocessed(function, preprocessing, shape)
    return Binary32(function) if arithmetic == "binary32" else function


def _read(model: Any, shape: tuple[int, ...] | None, readout: str | None, rounded: bool) -> tuple[Function, bool]:
    """The function, and whether the readout is already part of it."""
    if isinstance(model, Network | Binary32 | Table):
        return model, False
    if isinstance(model, str | Path):
        return _read_file(Path(model)), False
    if isinstance(model, bytes):
        return _frontend("onnx.reader").read(model), False
    brought = _brought(model)
    if "torch" in brought:
        return _frontend("torch.reader").read(model, shape, rounded), False
    if "sklearn" in brought:
        return _frontend("sklearn").read(model, readout), True
    if "onnx" in brought:
        return _frontend("onnx.reader").read(model), False
    if {"numpy", "sympy"} & brought:
        return _frontend("matrices").read([model]), False
    if isinstance(model, list | tuple):
        return _frontend("matrices").read(model, None if shape is None else prod(shape)), False
    raise NotSupported(
        f"a {type(model).__name__} is no model that can be read; pass a path to an .onnx or .nnet file, a torch module, "
        "a scikit-learn estimator, or a list of layers such as [(W, b), 'relu']"
    )


def _brought(model: Any) -> set[str]:
    """The packages that the model's class and its bases come from."""
    return {c.__module__.partition(".")[0] for c in type(model).__mro__}


def _read_file(path: Path) -> Network:
    suffix = path.suffix.lower()
    if suffix in REFUSED:
        raise NotSupported(f"{path.name}: files of the kind {suffix} are not opened; {REFUSED[suffix]}")
    if suffix not in READ:
        raise NotSupported(f"{path.name}: the suffix {suffix!r} is not known; models are read from {' and '.join(READ)} files")
    well_formed(path.is_file(), f"there is no file {path}")
    return _frontend("onnx.reader" if suffix == ".onnx" else "nnet").read(path)  # type: ignore[no-any-return]


def _frontend(name: str) -> Any:
    return import_module(f"bijection.frontends.{name}")


def _shape(given: Sequence[int] | int | None) -> tuple[int, ...] | None:
    if given is None:
        return None
    shape = (given,) if isinstance(given, int) else tuple(given)
    whole = all(isinstance(d, int) and not isinstance(d, bool) and d >= 0 for d in shape)
    well_formed(whole, f"input_shape {given!r}; pass the whole numbers of its dimensions, without the batch")
    return shape
