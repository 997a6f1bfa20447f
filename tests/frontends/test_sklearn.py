"""scikit-learn estimators: the network is what predict, decision_function and predict_proba compute."""

import subprocess
import sys
import warnings
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bijection.errors import NotSupported
from bijection.frontends import load
from bijection.frontends import sklearn as frontend
from proofs.errors import Malformed
from proofs.network import Argmax, Network, Pointwise, Softmax

pytest.importorskip("sklearn", reason="the extra 'sklearn' is not installed")

from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, LogisticRegression, Perceptron, Ridge, RidgeClassifier
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, Normalizer, StandardScaler
from sklearn.svm import SVC, LinearSVC

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3))
TWO = (X[:, 0] + X[:, 1] > 0).astype(int)
THREE = (X[:, 0] > 0.5).astype(int) + (X[:, 1] > 0)
MANY = np.stack([X[:, 0] > 0, X[:, 1] > 0], axis=1).astype(int)


def fitted(model: Any, y: np.ndarray) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X, y)


def perceptron(y: np.ndarray, activation: str = "relu") -> Any:
    return fitted(MLPClassifier((5, 4), activation=activation, max_iter=20, random_state=0), y)


def values(network: Network) -> np.ndarray:
    return np.array([[float(v) for v in network([Fraction(t) for t in x])] for x in X[:10]])


@pytest.mark.parametrize("activation", ["relu", "identity"])
def test_a_regressor_agrees_with_predict(activation: str) -> None:
    model = fitted(MLPRegressor(hidden_layer_sizes=(5,), activation=activation, max_iter=20, random_state=0), X @ RNG.normal(size=(3, 2)))
    assert np.allclose(values(load(model)), model.predict(X[:10]))


@pytest.mark.parametrize("activation", ["relu", "identity", "logistic", "tanh"])
def test_the_layers_are_the_stored_coefficients(activation: str) -> None:
    model = perceptron(THREE, activation)
    network = load(model)
    assert (network.arity, network.width) == (3, 3)
    assert sum(isinstance(node.op, Pointwise) for node in network.nodes) == (0 if activation == "identity" else 2)
    row = network.nodes[0].op.rows[0]
    assert [Fraction(c, network.nodes[0].op.denominator) for c in row.coefficients] == [Fraction(w) for w in model.coefs_[0][:, 0]]


@pytest.mark.parametrize("y", [TWO, THREE], ids=["two classes", "three classes"])
def test_a_perceptron_agrees_with_predict_and_predict_proba(y: np.ndarray) -> None:
    model = perceptron(y)
    assert np.array_equal(values(load(model, readout="label")).ravel(), model.predict(X[:10]))
    logits = values(load(model, readout="logits"))
    if logits.shape[1] == 1:
        logits = np.hstack([0 * logits, logits])
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert np.allclose(probabilities, model.predict_proba(X[:10]))


def test_the_readouts_end_in_argmax_and_softmax() -> None:
    model = perceptron(TWO)
    assert isinstance(load(model, readout="label").nodes[-1].op, Argmax)
    assert load(model, readout="softmax").nodes[-1].op == Softmax(((0, 1),))


def test_a_tie_of_two_classes_is_the_first_class_as_in_predict() -> None:
    model = perceptron(TWO)
    model.coefs_ = [0 * w for w in model.coefs_]
    model.intercepts_ = [0 * b for b in model.intercepts_]
    assert model.predict(X[:1])[0] == load(model, readout="label")([0, 0, 0])[0] == 0


def test_linear_models_agree() -> None:
    y = X @ RNG.normal(size=(3,)) + 1
    for model in (LinearRegression(), Ridge(), LinearRegression(fit_intercept=False)):
        assert np.allclose(values(load(fitted(model, y))).ravel(), model.predict(X[:10]))
    for model in (LogisticRegression(), Perceptron(), LinearSVC()):
        for classes in (TWO, THREE):
            fitted(model, classes)
            assert np.allclose(values(load(model)).squeeze(), model.decision_function(X[:10]))
            assert np.array_equal(values(load(model, readout="label")).ravel(), model.predict(X[:10]))


def test_the_softmax_of_logistic_regression_is_its_predict_proba() -> None:
    model = fitted(LogisticRegression(), THREE)
    logits = values(load(model))
    assert np.allclose(np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True), model.predict_proba(X[:10]))
    assert isinstance(load(model, readout="softmax").nodes[-1].op, Softmax)


def test_a_pipeline_with_scalers_is_one_network() -> None:
    for scaler in (StandardScaler(), StandardScaler(with_mean=False), StandardScaler(with_std=False), MinMaxScaler(), "passthrough"):
        model = fitted(make_pipeline(scaler, None, make_pipeline(Ridge())), X @ np.array([1.0, 2.0, 3.0]))
        assert np.allclose(values(load(model)).ravel(), model.predict(X[:10]))
    model = fitted(make_pipeline(StandardScaler(), LogisticRegression()), THREE)
    assert np.array_equal(values(load(model, readout="label")).ravel(), model.predict(X[:10]))


def named(name: str, **attributes: Any) -> Any:
    return type(name, (SimpleNamespace,), {})(**attributes)


MLP = {"coefs_": [np.eye(2)], "intercepts_": [np.zeros(2)], "activation": "relu", "out_activation_": "identity"}

REFUSED = {
    "unknown": (SVC(kernel="linear"), None, NotSupported, "SVC is no scikit-learn model that is read here; there are MLPClassifier"),
    "step": (fitted(make_pipeline(Normalizer(), Ridge()), TWO), None, NotSupported, "^Normalizer is no scikit-learn model"),
    "unfitted": (MLPClassifier(), None, Malformed, "MLPClassifier has no coefs_: it is not fitted; call .fit first"),
    "unfitted linear": (Ridge(), None, Malformed, "Ridge has no coef_: it is not fitted"),
    "poisson": (fitted(MLPRegressor("poisson", (2,), max_iter=5), TWO), None, NotSupported, "with the output activation 'exp'"),
    "output": (named("MLPRegressor", **{**MLP, "out_activation_": "exp"}), None, NotSupported, "with the output activation 'exp'"),
    "activation": (named("MLPRegressor", **{**MLP, "activation": "gelu"}), None, NotSupported, "with the activation 'gelu'"),
    "sparse": (named("Ridge", coef_=np.array(object(), dtype=object)), None, NotSupported, "sparse coefficients; call .densify"),
    "clip": (fitted(MinMaxScaler(clip=True), TWO), None, NotSupported, "MinMaxScaler with clip=True"),
    "regressor": (fitted(LinearRegression(), X[:, 0]), "label", Malformed, "LinearRegression is no fitted classifier; readout 'label'"),
    "multilabel": (perceptron(MANY), "label", NotSupported, "readout 'label' of a multilabel MLPClassifier"),
    "scores": (fitted(LinearSVC(), TWO), "softmax", NotSupported, "its probabilities are not the softmax of its scores"),
    "empty": (named("Pipeline", steps=[]), None, Malformed, "the pipeline has no steps"),
}


@pytest.mark.parametrize(("model", "readout", "kind", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_read_is_refused(model: Any, readout: str | None, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        frontend.read(model, readout)


def test_nan_coefficients_are_refused() -> None:
    model = perceptron(TWO)
    model.coefs_[1][0, 0] = np.nan
    with pytest.raises(Malformed, match=r"the weight of layer 1 holds nan at \[0, 0\]"):
        load(model)


def test_the_labels_of_a_multilabel_ridge_classifier_are_a_set() -> None:
    model = RidgeClassifier().fit(X, MANY)
    assert load(model).width == 2
    with pytest.raises(NotSupported, match="whose label is a set"):
        load(model, readout="label")


def test_the_frontend_does_not_import_scikit_learn() -> None:
    code = "import sys, bijection.frontends.sklearn; assert 'sklearn' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
