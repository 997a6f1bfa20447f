"""Fitted scikit-learn estimators, from their attributes: float64 coefficients are read as they are, scikit-learn is not imported.

The network of a classifier ends with its logits (`decision_function`, for linear models); `readout` in `load` appends the
label or the probabilities. An estimator is known by the name of its class or of one of its bases.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np

from bijection.errors import NotSupported
from bijection.frontends.exact import dense, exact
from bijection.frontends.preprocessing import diagonal
from bijection.frontends.readout import readout as read_out
from proofs.activations import RELU, Activation, Sigmoid, Tanh
from proofs.compose import compose
from proofs.errors import Malformed
from proofs.network import Affine, Network, Node, Op, Pointwise

ACTIVATIONS: dict[str, Activation | None] = {"identity": None, "relu": RELU, "logistic": Sigmoid(), "tanh": Tanh()}

REGRESSORS = ("LinearRegression", "Ridge", "RidgeCV", "Lasso", "LassoCV", "ElasticNet", "ElasticNetCV", "SGDRegressor", "LinearSVR")
CLASSIFIERS = ("LogisticRegression", "LogisticRegressionCV", "SGDClassifier", "Perceptron", "RidgeClassifier", "LinearSVC")


def read(model: Any, readout: str | None = None) -> Network:
    """The exact function of a fitted estimator; `readout` as in `bijection.frontends.readout`."""
    *before, last = _steps(model)
    network = _read_one(last)
    if readout is not None:
        _allow(last, readout)
        network = read_out(network, readout)
    return reduce(lambda outer, step: compose(outer, _read_one(step)), reversed(before), network)  # type: ignore[arg-type, return-value]


def _steps(model: Any) -> list[Any]:
    """The estimators of a pipeline, in order; of anything else, itself."""
    if "Pipeline" not in _names(model):
        return [model]
    found = [inner for _, step in model.steps if step is not None and step != "passthrough" for inner in _steps(step)]
    if not found:
        raise Malformed("the pipeline has no steps; at least one estimator is needed")
    return found


def _read_one(model: Any) -> Network:
    for name in _names(model):
        if name in READERS:
            return READERS[name](model)
    raise NotSupported(
        f"{type(model).__name__} is no scikit-learn model that is read here; there are {', '.join(READERS)}, and pipelines of them"
    )


def _perceptron(model: Any) -> Network:
    """MLPClassifier and MLPRegressor up to their logits: hidden layers with the activation, the last one without."""
    weights, biases = _fitted(model, "coefs_"), _fitted(model, "intercepts_")
    out = _fitted(model, "out_activation_")
    if out not in ("identity", "logistic", "softmax"):
        raise NotSupported(f"{type(model).__name__} with the output activation {out!r}; identity, logistic and softmax are read")
    if model.activation not in ACTIVATIONS:
        raise NotSupported(f"{type(model).__name__} with the activation {model.activation!r}; {', '.join(ACTIVATIONS)} are read")
    hidden = ACTIVATIONS[model.activation]
    ops: list[Op] = []
    for k, (w, b) in enumerate(zip(weights, biases, strict=True)):
        if k and hidden is not None:
            ops.append(Pointwise((hidden,) * w.shape[0]))
        ops.append(dense(np.asarray(w).T, b, f"layer {k}"))
    return _chain(weights[0].shape[0], ops)


def _linear(model: Any) -> Network:
    w = np.atleast_2d(_fitted(model, "coef_"))
    if hasattr(w, "toarray") or w.dtype.kind == "O":
        raise NotSupported(f"{type(model).__name__} with sparse coefficients; call .densify() first")
    b = np.broadcast_to(np.asarray(_fitted(model, "intercept_")).ravel(), (w.shape[0],))
    return _chain(w.shape[1], [dense(w, b, type(model).__name__)])


def _standard_scaler(model: Any) -> Network:
    """x ↦ (x − mean)/scale: the real quotient of the stored numbers."""
    n = int(_fitted(model, "n_features_in_"))
    scale = [1 / exact(s) for s in (model.scale_ if model.scale_ is not None else [1] * n)]
    mean = [exact(m) for m in (model.mean_ if model.with_mean else [0] * n)]
    return _chain(n, [diagonal(scale, [-m * s for m, s in zip(mean, scale, strict=True)])])


def _min_max_scaler(model: Any) -> Network:
    scale = [exact(s) for s in _fitted(model, "scale_")]
    if getattr(model, "clip", False):
        raise NotSupported("MinMaxScaler with clip=True; without it the scaling is read exactly")
    return _chain(len(scale), [diagonal(scale, [exact(m) for m in model.min_])])


def _names(model: Any) -> list[str]:
    return [c.__name__ for c in type(model).__mro__]


def _fitted(model: Any, attribute: str) -> Any:
    value = getattr(model, attribute, None)
    if value is None:
        raise Malformed(f"{type(model).__name__} has no {attribute}: it is not fitted; call .fit first")
    return value


def _allow(model: Any, kind: str) -> None:
    """Refuse the readouts that are not what the estimator's own predict or predict_proba computes."""
    name = type(model).__name__
    if kind != "logits" and not getattr(model, "classes_", None) is not None:
        raise Malformed(f"{name} is no fitted classifier; readout {kind!r} needs one")
    if kind != "logits" and getattr(model, "out_activation_", None) == "logistic" and model.n_outputs_ > 1:
        raise NotSupported(f"readout {kind!r} of a multilabel {name}, whose label is a set; ask about its logits")
    if kind != "logits" and getattr(getattr(model, "_label_binarizer", None), "y_type_", "").startswith("multilabel"):
        raise NotSupported(f"readout {kind!r} of a multilabel {name}, whose label is a set; ask about its logits")
    if kind != "softmax" or hasattr(model, "coefs_"):
        return
    logistic = {"LogisticRegression", "LogisticRegressionCV"} & set(_names(model))
    plain = getattr(model, "multi_class", None) in (None, "auto", "deprecated") and getattr(model, "solver", "") != "liblinear"
    if not logistic or not (plain or len(model.classes_) == 2):
        raise NotSupported(f"readout 'softmax' of {name}: its probabilities are not the softmax of its scores; ask about logits or label")


def _chain(arity: int, ops: list[Affine] | list[Op]) -> Network:
    return Network(arity, tuple(Node(op, (i,)) for i, op in enumerate(ops)))


READERS: dict[str, Callable[[Any], Network]] = {
    "MLPClassifier": _perceptron,
    "MLPRegressor": _perceptron,
    "StandardScaler": _standard_scaler,
    "MinMaxScaler": _min_max_scaler,
    **dict.fromkeys((*REGRESSORS, *CLASSIFIERS), _linear),
}
