"""Keras models of couplings (needs tensorflow and tf2onnx): the architectures of github.com/jaekookang/invertible_neural_networks.

There, in each layer the coordinates are reversed by a variable of indices, and halves are multiplied by e^(tanh …) and shifted, by networks
of Dense layers; either one half by the other (`one_sided`), or both by turns. `additive` leaves the scales out, as NICE does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf


class Conditioner(keras.layers.Layer):
    """Log-scale and shift for one half, from the other one."""

    def __init__(self, half: int, depth: int, hidden: int) -> None:
        super().__init__()
        self.hidden = [keras.layers.Dense(hidden, activation="relu", bias_initializer="random_normal") for _ in range(depth)]
        self.log_scale = keras.layers.Dense(half, activation="tanh", bias_initializer="random_normal")
        self.shift = keras.layers.Dense(half, bias_initializer="random_normal")

    def call(self, x: Any) -> Any:
        """(log-scale, shift)."""
        for layer in self.hidden:
            x = layer(x)
        return self.log_scale(x), self.shift(x)


class Coupling(keras.layers.Layer):
    """Reversed coordinates, then one half or both halves transformed."""

    def __init__(self, n: int, depth: int, hidden: int, kind: str) -> None:
        super().__init__()
        self.n, self.kind = n, kind
        self.by_first = Conditioner(n - n // 2, depth, hidden)
        self.by_second = Conditioner(n // 2, depth, hidden)
        self.index = tf.Variable(list(reversed(range(n))), trainable=False, dtype="int64")

    def call(self, x: Any) -> Any:
        """From the data to the latent variable."""
        a, b = self._halves(tf.transpose(tf.gather(tf.transpose(x), self.index)))
        if self.kind != "one-sided":
            a = self._there(a, *self.by_second(b))
        return tf.concat([a, self._there(b, *self.by_first(a))], axis=-1)

    def inverse(self, y: Any) -> Any:
        """Back."""
        a, b = self._halves(y)
        b = self._back(b, *self.by_first(a))
        if self.kind != "one-sided":
            a = self._back(a, *self.by_second(b))
        return tf.transpose(tf.gather(tf.transpose(tf.concat([a, b], axis=-1)), tf.math.invert_permutation(self.index)))

    def _halves(self, x: Any) -> tuple[Any, Any]:
        x = tf.reshape(x, [-1, self.n])
        return x[:, : self.n // 2], x[:, self.n // 2 :]

    def _there(self, x: Any, log_scale: Any, shift: Any) -> Any:
        return x + shift if self.kind == "additive" else x * tf.exp(log_scale) + shift

    def _back(self, y: Any, log_scale: Any, shift: Any) -> Any:
        return y - shift if self.kind == "additive" else (y - shift) * tf.exp(-log_scale)


class Flow(keras.Model):
    """Couplings one after the other."""

    def __init__(self, n: int, couplings: int, depth: int, hidden: int, kind: str = "two-sided") -> None:
        super().__init__()
        self.n, self.couplings = n, [Coupling(n, depth, hidden, kind) for _ in range(couplings)]

    def call(self, x: Any) -> Any:
        """From the data to the latent variable."""
        for coupling in self.couplings:
            x = coupling(x)
        return x

    def inverse(self, y: Any) -> Any:
        """Back."""
        for coupling in reversed(self.couplings):
            y = coupling.inverse(y)
        return y


def flow(n: int, couplings: int, depth: int, hidden: int, kind: str = "two-sided", seed: int = 0) -> Flow:
    """A model with the weights that the seed gives."""
    keras.utils.set_random_seed(seed)
    model = Flow(n, couplings, depth, hidden, kind)
    model(np.zeros((1, n), np.float32))
    return model


def export(model: Flow, file: str | Path) -> None:
    """Write the model as ONNX, the way Keras does (through tf2onnx)."""
    signature = [keras.InputSpec(shape=(None, model.n), dtype="float32")]
    model.export(str(file), format="onnx", input_signature=signature, verbose=False)
