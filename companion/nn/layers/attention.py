"""Attention: every position of a sequence looks at every other one and takes what it needs."""

import dataclasses
import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from companion.nn.activations import linear, softmax
from companion.nn.functions import where
from companion.nn.initializers import xavier_uniform
from companion.nn.layers.dropout import Dropout
from companion.nn.layers.layer import Layer, Shape, known, parameter
from companion.nn.ranges import whole
from companion.nn.tensor import Array, Tensor


def attention_weights(query: Tensor, key: Tensor, mask: Array | None = None) -> Tensor:
    """Return how much each query attends to each key: softmax(Q Kᵀ / √d).

    The weights of a query are not negative and their sum is 1; they are all 0 where the mask
    leaves a query no key.

    Parameters
    ----------
    query
        ``(…, queries, d)``.
    key
        ``(…, keys, d)``.
    mask
        True where a query may attend to a key, ``(…, queries, keys)``; axes of length 1 and
        missing axes in front are repeated. By default every query may attend to every key.

    Returns
    -------
    Tensor
        ``(…, queries, keys)``.

    Raises
    ------
    TypeError
        If the mask is not of truth values.
    ValueError
        If shapes do not fit.
    """
    scores = (query * (1 / math.sqrt(query.shape[-1]))) @ key.swapaxes(-1, -2)
    if mask is None:
        return softmax(scores)
    if mask.dtype != bool:
        raise TypeError(f"mask must hold truth values, got {mask.dtype}")
    try:
        np.broadcast_shapes(mask.shape, scores.shape)
    except ValueError:
        message = f"mask must fit (…, queries, keys) = {scores.shape}, got {mask.shape}"
        raise ValueError(message) from None
    # The lowest finite number instead of −∞, for which a row without keys would give ∞ − ∞.
    lowest = float(np.finfo(scores.dtype).min)
    return where(mask, softmax(where(mask, scores, lowest)), 0.0)


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Array | None = None,
    dropout: Callable[[Tensor], Tensor] = linear,
) -> Tensor:
    """Return the values, averaged for each query with its attention weights.

    Attention(Q, K, V) = softmax(Q Kᵀ / √d) V (Vaswani et al. 2017, equation 1)

    Parameters
    ----------
    query
        ``(…, queries, d)``.
    key
        ``(…, keys, d)``.
    value
        ``(…, keys, features)``.
    mask
        As in `attention_weights`. A query that may attend to nothing gets zeros.
    dropout
        Applied to the weights, such as a `Dropout` layer in training; by default none is dropped.

    Returns
    -------
    Tensor
        ``(…, queries, features)``.

    Raises
    ------
    TypeError
        If the mask is not of truth values.
    ValueError
        If shapes do not fit.
    """
    return dropout(attention_weights(query, key, mask)) @ value


def causal_mask(length: int) -> Array:
    """Return the mask with which a position attends to itself and to earlier ones only.

    Vaswani et al. 2017, section 3.2.3.

    Parameters
    ----------
    length
        Of the sequence.

    Returns
    -------
    numpy.ndarray
        True on and below the diagonal, ``(length, length)``.
    """
    return np.tri(length, dtype=bool)


@dataclasses.dataclass(eq=False)
class Projection(Layer):
    """A linear map of each position's features, whose kernel keeps the axes of both sides apart.

    Parameters
    ----------
    outputs
        Shape of the output at one position.
    use_bias
        Whether to add a bias, which begins at 0.
    """

    outputs: tuple[int, ...]
    use_bias: bool

    def create(self, shape: Shape, rng: np.random.Generator, dtype: np.dtype[Any]) -> None:
        """Set ``kernel (*inputs, *outputs)``, drawn as one matrix, and ``bias (*outputs)``."""
        inputs = known(shape[1:])
        matrix = xavier_uniform((math.prod(inputs), math.prod(self.outputs)), rng)
        self.kernel = parameter(matrix.reshape(*inputs, *self.outputs), dtype)
        if self.use_bias:
            self.bias = parameter(np.zeros(self.outputs), dtype)

    def output_shape(self, shape: Shape) -> Shape:
        """Return ``(time, *outputs)``."""
        return (shape[0], *self.outputs)

    def flops(self, shape: Shape) -> int:
        """Return 2 · inputs · outputs for each position."""
        return 2 * math.prod(known(shape)) * math.prod(self.outputs)

    def forward(self, x: Tensor, training: bool) -> Tensor:
        """Return ``(batch, time, *outputs)``."""
        batch, time, *inputs = x.shape
        rows = x.reshape(batch * time, math.prod(inputs))
        y = rows @ self.kernel.reshape(math.prod(inputs), -1)
        y = y.reshape(batch, time, *self.outputs)
        return y + self.bias if self.use_bias else y


@dataclasses.dataclass(eq=False)
class MultiHeadAttention(Layer):
    """Attention in several subspaces at once.

    head_h = Attention(Q W_h^Q, K W_h^K, V W_h^V); the output is the sum over h of head_h W_h^O
    (Vaswani et al. 2017, section 3.2.2). Called with one tensor it is self-attention, Q = K = V;
    `attend` takes three, and a mask.

    The weights have the order and the shapes of ``keras.layers.MultiHeadAttention``: kernels
    ``(features, heads, key_size)`` and biases ``(heads, key_size)`` of ``query``, ``key`` and
    ``value``, then ``output.kernel (heads, key_size, features)`` and ``output.bias (features,)``.

    Parameters
    ----------
    heads
        Number of subspaces.
    key_size
        Their dimension; by default features / heads, as in the paper.
    use_bias
        Whether the four projections add biases.
    dropout
        Probability that an attention weight is dropped in training.
    causal
        Whether a position attends to itself and to earlier ones only.

    Raises
    ------
    ValueError
        If `heads` or `key_size` is not positive, or `dropout` is outside [0, 1).
    """

    heads: int
    key_size: int | None = None
    use_bias: bool = True
    dropout: float = 0.0
    causal: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self.heads = whole("heads", self.heads)
        if self.key_size is not None:
            self.key_size = whole("key_size", self.key_size)
        self.drop = Dropout(self.dropout)

    def create(self, shape: Shape, rng: np.random.Generator, dtype: np.dtype[Any]) -> None:
        """Set the projections ``query``, ``key``, ``value`` and ``output``."""
        (features,) = known(shape[1:])
        heads = (self.heads, self.size(features))

        def project(inputs: tuple[int, ...], outputs: tuple[int, ...]) -> Projection:
            return Projection(outputs, self.use_bias).build((None, *inputs), rng, dtype)

        self.query = project((features,), heads)
        self.key = project((features,), heads)
        self.value = project((features,), heads)
        self.output = project(heads, (features,))
        self.drop.build((self.heads, None, None), rng, dtype)

    def output_shape(self, shape: Shape) -> Shape:
        """Return ``(time, features)``, the shape of the input."""
        if len(shape) != 2 or shape[1] is None:
            raise ValueError(
                f"MultiHeadAttention takes the shape (time, features), features known; got {shape}"
            )
        self.size(shape[1])
        return shape

    def size(self, features: int) -> int:
        """Return the dimension of a head."""
        if self.key_size is None and features % self.heads:
            raise ValueError(f"{features} features do not divide among {self.heads} heads")
        return self.key_size or features // self.heads

    def flops(self, shape: Shape) -> int:
        """Return 8 · time · features · width + 4 · time² · width with width = heads · key_size."""
        time, features = known(shape)
        width = self.heads * self.size(features)
        return 8 * time * features * width + 4 * time**2 * width

    def forward(self, x: Tensor, training: bool) -> Tensor:
        """Return what each position takes from its own sequence, ``(batch, time, features)``."""
        return self.attend(x, x, x, training=training)

    def attend(
        self,
        query: Tensor | Array,
        key: Tensor | Array,
        value: Tensor | Array,
        mask: Array | None = None,
        training: bool = False,
    ) -> Tensor:
        """Return what each query takes from the values: cross-attention, or with a mask.

        Parameters
        ----------
        query
            ``(batch, queries, features)``.
        key, value
            ``(batch, keys, features)``.
        mask
            True where a query may attend to a key, ``(batch, queries, keys)``, the same for all
            heads; either of the first two axes may have length 1. Padding, for instance, is masked
            by ``(batch, 1, keys)``. `causal` comes on top of it.
        training
            Whether to drop attention weights.

        Returns
        -------
        Tensor
            ``(batch, queries, features)``.

        Raises
        ------
        TypeError
            If the mask is not of truth values.
        ValueError
            If shapes do not fit.
        """
        q = self.query(query).transpose(0, 2, 1, 3)  # (batch, heads, queries, key_size)
        k = self.key(key).transpose(0, 2, 1, 3)  # (batch, heads, keys, key_size)
        v = self.value(value).transpose(0, 2, 1, 3)
        if self.causal:
            causal = causal_mask(q.shape[2])
            mask = causal if mask is None else mask & causal
        if mask is not None:
            mask = mask[..., None, :, :]  # for all heads
        dropout = functools.partial(self.drop, training=training)
        heads = scaled_dot_product_attention(q, k, v, mask, dropout)
        return self.output(heads.transpose(0, 2, 1, 3))
