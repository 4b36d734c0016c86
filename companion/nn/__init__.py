"""Neural networks from scratch, in NumPy alone.

`Tensor` remembers how it was computed and differentiates it; layers, losses and optimisers are
written with it; `Sequential` has the verbs of Keras.
"""

from companion.nn import (
    activations,
    functions,
    heads,
    initializers,
    losses,
    metrics,
    optimizers,
    pruning,
    regularizers,
    schedules,
    windows,
)
from companion.nn.batches import Batches
from companion.nn.checking import grad_check, numerical_gradient
from companion.nn.descent import condition_number, gradient_descent, stable_learning_rate
from companion.nn.early_stopping import EarlyStopping
from companion.nn.exchange import from_keras, to_keras
from companion.nn.graph import trace
from companion.nn.layers import (
    GRU,
    LSTM,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    LayerNormalization,
    MaxPooling2D,
    MultiHeadAttention,
    Reshape,
    ResidualBlock,
    SimpleRNN,
    attention_weights,
    causal_mask,
    scaled_dot_product_attention,
)
from companion.nn.monte_carlo import monte_carlo_predictions
from companion.nn.optimizers import SGD, AdaGrad, Adam, AdamW, RMSProp, clip_gradients
from companion.nn.regularizers import L1, L2
from companion.nn.saving import load, save
from companion.nn.sequential import Input, Sequential
from companion.nn.tensor import Tensor, gradients, no_grad, record

__all__ = [
    "GRU",
    "L1",
    "L2",
    "LSTM",
    "SGD",
    "Activation",
    "AdaGrad",
    "Adam",
    "AdamW",
    "AveragePooling2D",
    "BatchNormalization",
    "Batches",
    "Conv2D",
    "Dense",
    "Dropout",
    "EarlyStopping",
    "Embedding",
    "Flatten",
    "GlobalAveragePooling2D",
    "Input",
    "Layer",
    "LayerNormalization",
    "MaxPooling2D",
    "MultiHeadAttention",
    "RMSProp",
    "Reshape",
    "ResidualBlock",
    "Sequential",
    "SimpleRNN",
    "Tensor",
    "activations",
    "attention_weights",
    "causal_mask",
    "clip_gradients",
    "condition_number",
    "from_keras",
    "functions",
    "grad_check",
    "gradient_descent",
    "gradients",
    "heads",
    "initializers",
    "load",
    "losses",
    "metrics",
    "monte_carlo_predictions",
    "no_grad",
    "numerical_gradient",
    "optimizers",
    "pruning",
    "record",
    "regularizers",
    "save",
    "scaled_dot_product_attention",
    "schedules",
    "stable_learning_rate",
    "to_keras",
    "trace",
    "windows",
]
