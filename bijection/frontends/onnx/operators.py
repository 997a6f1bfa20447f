"""The table of ONNX operators that are read: one line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from bijection.frontends.code import Code
from bijection.frontends.onnx import activations, arithmetic, constants, enlarge, norms, reduce, shapes, windows
from bijection.frontends.values import Call, Values

Handler: TypeAlias = Callable[[Code, Call], Values]

OPERATORS: Mapping[str, Handler] = {
    "Abs": activations.absolute,
    "Add": arithmetic.sum_,
    "ArgMax": reduce.argmax,
    "ArgMin": reduce.argmin,
    "AveragePool": windows.average_pool,
    "BatchNormalization": reduce.batch_normalization,
    "Cast": constants.cast,
    "Celu": activations.celu,
    "Clip": activations.clip_,
    "Concat": shapes.concat,
    "Constant": constants.constant_,
    "ConstantOfShape": constants.constant_of_shape,
    "Conv": windows.conv,
    "Cos": norms.cosine,
    "Div": arithmetic.div,
    "Dropout": shapes.dropout,
    "Atan": activations.atan,
    "Elu": activations.elu,
    "Erf": activations.erf,
    "Exp": activations.exp,
    "Expand": enlarge.expand,
    "Flatten": shapes.flatten,
    "Gather": shapes.gather,
    "Gelu": activations.gelu,
    "Gemm": arithmetic.gemm,
    "GlobalAveragePool": windows.global_average_pool,
    "GlobalMaxPool": windows.global_max_pool,
    "GroupNormalization": norms.group_norm,
    "HardSigmoid": activations.hard_sigmoid,
    "HardSwish": activations.hard_swish,
    "Identity": shapes.identity,
    "InstanceNormalization": norms.instance_norm,
    "LayerNormalization": norms.layer_norm,
    "LeakyRelu": activations.leaky,
    "LogSoftmax": norms.log_softmax,
    "MatMul": arithmetic.matmul,
    "Max": reduce.max_,
    "MaxPool": windows.max_pool,
    "Min": reduce.min_,
    "Mish": activations.mish,
    "Mul": arithmetic.mul,
    "Neg": arithmetic.neg,
    "PRelu": activations.prelu,
    "Pad": enlarge.pad,
    "Pow": norms.pow_,
    "RMSNormalization": norms.rms_norm,
    "Reciprocal": norms.reciprocal,
    "ReduceMax": reduce.reduce_max,
    "ReduceMean": reduce.reduce_mean,
    "ReduceMin": reduce.reduce_min,
    "ReduceSum": reduce.reduce_sum,
    "Relu": activations.relu,
    "Reshape": shapes.reshape,
    "Resize": enlarge.resize,
    "Selu": activations.selu,
    "Shrink": activations.shrink,
    "SimplifiedLayerNormalization": norms.rms_norm,
    "Sin": norms.sine,
    "Shape": constants.shape_,
    "Sigmoid": activations.sigmoid,
    "Size": constants.size,
    "Slice": shapes.slice_,
    "Softmax": reduce.softmax,
    "Softplus": activations.softplus,
    "Softsign": activations.softsign,
    "Split": shapes.split,
    "Sqrt": norms.sqrt_,
    "Squeeze": shapes.squeeze,
    "Sub": arithmetic.sub,
    "Sum": arithmetic.sum_,
    "Swish": activations.swish,
    "Tanh": activations.tanh,
    "ThresholdedRelu": activations.thresholded,
    "Tile": enlarge.tile,
    "Transpose": shapes.transpose,
    "Unsqueeze": shapes.unsqueeze,
    "Upsample": enlarge.resize,
}

_QUANTISED = "integer arithmetic that rounds; use the float model it was made from"
_BRANCHES = "its subgraph is not read; export without control flow"
_STEPS = "not continuous, and a network here is made of continuous steps; ask about the part before it"

REMEDIES: Mapping[str, str] = {
    "ConvInteger": _QUANTISED,
    "MatMulInteger": _QUANTISED,
    "QLinearConv": _QUANTISED,
    "QLinearMatMul": _QUANTISED,
    "QuantizeLinear": _QUANTISED,
    "DequantizeLinear": _QUANTISED,
    "DynamicQuantizeLinear": _QUANTISED,
    "If": _BRANCHES,
    "Loop": _BRANCHES,
    "Scan": _BRANCHES,
    "Where": _STEPS,
    "Sign": _STEPS,
    "Floor": _STEPS,
    "Ceil": _STEPS,
    "Round": _STEPS,
}
OTHERWISE = "express it with the operators that bijection.frontends.onnx.reader.supported_operators() lists"
