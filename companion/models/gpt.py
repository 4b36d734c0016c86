"""GPT-2's architecture: a Transformer that reads from left to right and predicts the next token.

A. Radford et al., "Language Models are Unsupervised Multitask Learners", 2019, section 2.3, and the
code published with it; sizes are free.
"""

import math
from typing import Any, TypeAlias

import keras
import numpy as np
from keras import layers, ops

from companion.nn.ranges import share, whole

Tensor: TypeAlias = Any  # of whichever backend Keras runs on
Past: TypeAlias = tuple[Tensor, Tensor]

GPT2_SMALL = {"vocabulary": 50_257, "context": 1024, "depth": 12, "heads": 12, "width": 768}
"""The settings of the smallest GPT-2."""

INITIAL_SPREAD = 0.02  # standard deviation of the weights, as in the published code


class CausalSelfAttention(layers.Layer):  # type: ignore[misc]  # Keras has no types
    """Attention of each token to itself and to those before it.

    With queries Q, keys K and values V of each head, softmax(Q Kᵀ / √d + M) V, where M is 0 at what
    may be seen and −∞ at what comes later, and d is the width of a head (A. Vaswani et al.,
    "Attention is all you need", 2017, equation 1).

    Parameters
    ----------
    width, heads
        Of the vectors, and into how many parts they are cut.
    dropout
        Share of the attention weights that training leaves out.
    residual_spread
        Standard deviation of the initial weights of the last projection.
    rng
        Draws the seeds of the weights.
    """

    def __init__(
        self,
        width: int,
        heads: int,
        dropout: float,
        residual_spread: float,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        self.heads = heads
        self.queries_keys_values = layers.Dense(
            3 * width, kernel_initializer=_normal(INITIAL_SPREAD, rng)
        )
        self.projection = layers.Dense(width, kernel_initializer=_normal(residual_spread, rng))
        self.dropout = layers.Dropout(dropout, seed=_seed(rng))

    def call(self, x: Tensor, past: Past | None, training: bool = False) -> tuple[Tensor, Past]:
        """Attend.

        Parameters
        ----------
        x
            ``(batch, new, width)``.
        past
            Keys and values of earlier tokens, ``(batch, heads, earlier, width / heads)`` each.
        training
            Whether to drop weights.

        Returns
        -------
        output, present : tuple
            ``(batch, new, width)``; keys and values with those of the new tokens.
        """
        batch, new, width = ops.shape(x)

        def split(part: Tensor) -> Tensor:  # (batch, heads, new, width / heads)
            parts = ops.reshape(part, (batch, new, self.heads, width // self.heads))
            return ops.transpose(parts, (0, 2, 1, 3))

        queries, keys, values = map(split, ops.split(self.queries_keys_values(x), 3, axis=-1))
        if past is not None:
            keys = ops.concatenate([past[0], keys], axis=2)
            values = ops.concatenate([past[1], values], axis=2)
        scores = ops.matmul(queries, ops.transpose(keys, (0, 1, 3, 2)))
        scores = scores / math.sqrt(width // self.heads)  # (batch, heads, new, all)
        number = ops.shape(keys)[2]
        visible = ops.arange(number)[None] <= ops.arange(number - new, number)[:, None]
        scores = ops.where(visible, scores, float("-inf"))
        # The softmax; that of Keras warns where a first token can see but itself.
        weights = ops.exp(scores - ops.logsumexp(scores, axis=-1, keepdims=True))
        mixed = ops.matmul(self.dropout(weights, training=training), values)
        joined = ops.reshape(ops.transpose(mixed, (0, 2, 1, 3)), (batch, new, width))
        return self.projection(joined), (keys, values)


class Block(layers.Layer):  # type: ignore[misc]  # Keras has no types
    """One of GPT-2's layers: attention, then a network for each token, both added to the input.

    x + attention(norm(x)), and of that, x + MLP(norm(x)): unlike in the first GPT the normalisation
    comes before. The parameters are those of `CausalSelfAttention`.
    """

    def __init__(
        self,
        width: int,
        heads: int,
        dropout: float,
        residual_spread: float,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        self.norm_1 = layers.LayerNormalization(epsilon=1e-5)
        self.attention = CausalSelfAttention(width, heads, dropout, residual_spread, rng)
        self.norm_2 = layers.LayerNormalization(epsilon=1e-5)
        self.expansion = layers.Dense(4 * width, kernel_initializer=_normal(INITIAL_SPREAD, rng))
        self.projection = layers.Dense(width, kernel_initializer=_normal(residual_spread, rng))
        self.dropout = layers.Dropout(dropout, seed=_seed(rng))

    def call(self, x: Tensor, past: Past | None, training: bool = False) -> tuple[Tensor, Past]:
        """Return ``(batch, new, width)`` and the keys and values, as `CausalSelfAttention` does."""
        attended, present = self.attention(self.norm_1(x), past, training=training)
        x = x + self.dropout(attended, training=training)
        hidden = ops.gelu(self.expansion(self.norm_2(x)), approximate=True)
        return x + self.dropout(self.projection(hidden), training=training), present


@keras.saving.register_keras_serializable("companion")
class GPT(keras.Model):  # type: ignore[misc]  # Keras has no types
    """A decoder-only Transformer with the architecture of GPT-2.

    Learnt embeddings of tokens and of positions, blocks with the normalisation before each part, a
    last normalisation, and the embeddings of the tokens once more as the output's weights. Calling
    it with tokens ``(batch, time)`` gives logits ``(batch, time, vocabulary)``, at each place of
    the token after it.

    Parameters
    ----------
    vocabulary
        Number of tokens.
    context
        Largest number of tokens that it can read.
    depth
        Number of blocks.
    heads
        Of the attention.
    width
        Of the vectors; a multiple of `heads`.
    dropout
        Share of the embeddings, attention weights and blocks' outputs that training leaves out, in
        [0, 1).
    seed
        Of the initial weights and the dropout.
    **kwargs
        ``name`` and others of ``keras.Model``.

    Raises
    ------
    ValueError
        If a setting is out of its range.
    """

    def __init__(
        self,
        vocabulary: int,
        context: int = 64,
        depth: int = 2,
        heads: int = 2,
        width: int = 64,
        dropout: float = 0.0,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.settings = {
            "vocabulary": whole("vocabulary", vocabulary),
            "context": whole("context", context),
            "depth": whole("depth", depth),
            "heads": whole("heads", heads),
            "width": whole("width", width),
            "dropout": dropout,
            "seed": seed,
        }
        share("dropout", dropout)
        if width % heads:
            raise ValueError(f"width must be a multiple of the {heads} heads, got {width}")
        rng = np.random.default_rng(seed)
        self.tokens = layers.Embedding(vocabulary, width, _normal(INITIAL_SPREAD, rng))
        self.positions = layers.Embedding(context, width, _normal(INITIAL_SPREAD / 2, rng))
        self.dropout = layers.Dropout(dropout, seed=_seed(rng))
        # Each block adds twice to the sum that goes through all of them.
        residual_spread = INITIAL_SPREAD / math.sqrt(2 * depth)
        self.blocks = [Block(width, heads, dropout, residual_spread, rng) for _ in range(depth)]
        self.norm = layers.LayerNormalization(epsilon=1e-5)
        self(np.zeros((1, 1), dtype=np.int32))  # makes the weights

    def call(self, tokens: Tensor, training: bool = False) -> Tensor:
        """Return the logits of the next token at each place, ``(batch, time, vocabulary)``."""
        return self._forward(tokens, None, training)[0]

    def advance(self, tokens: Tensor, past: list[Past] | None = None) -> tuple[Tensor, list[Past]]:
        """Read further tokens without computing again what the earlier ones gave.

        Parameters
        ----------
        tokens
            The next ones of each text, ``(batch, new)``.
        past
            What the call before returned; none at the beginning of a text.

        Returns
        -------
        logits : tensor
            Of the token after the last one, ``(batch, vocabulary)``.
        past : list of tuple
            For the next call: keys and values of each block.

        Raises
        ------
        ValueError
            If there are more tokens than the model's context.
        """
        logits, past = self._forward(tokens, past, training=False)
        # Writing learns nothing, and PyTorch would keep what gradients need.
        past = [(ops.stop_gradient(keys), ops.stop_gradient(values)) for keys, values in past]
        return logits[:, -1], past

    def get_config(self) -> dict[str, Any]:
        """Return the settings."""
        return {**super().get_config(), **self.settings}

    def _forward(
        self, tokens: Tensor, past: list[Past] | None, training: bool
    ) -> tuple[Tensor, list[Past]]:
        before = past[0][0].shape[2] if past else 0
        time = ops.shape(tokens)[1]
        if isinstance(time, int) and before + time > self.settings["context"]:
            raise ValueError(
                f"tokens must be at most the {self.settings['context']} of the context, "
                f"got {before + time}"
            )
        x = self.tokens(tokens) + self.positions(ops.arange(before, before + time))
        x = self.dropout(x, training=training)
        present = []
        for number, block in enumerate(self.blocks):
            x, keys_values = block(x, past[number] if past else None, training=training)
            present.append(keys_values)
        logits = ops.matmul(self.norm(x), ops.transpose(self.tokens.embeddings))
        return logits, present


def parameter_count(vocabulary: int, context: int, depth: int, width: int, heads: int = 1) -> int:
    r"""Return the number of a GPT's parameters.

    .. math:: (V + C)\,D + L\,(12 D^2 + 13 D) + 2 D

    for V tokens, a context C, L blocks and a width D; the number of heads does not matter.

    Parameters
    ----------
    vocabulary, context, depth, width, heads
        As in `GPT`.

    Returns
    -------
    int
        124,439,808 for `GPT2_SMALL`.
    """
    return (vocabulary + context) * width + depth * (12 * width**2 + 13 * width) + 2 * width


def _normal(spread: float, rng: np.random.Generator) -> keras.initializers.Initializer:
    return keras.initializers.RandomNormal(stddev=spread, seed=_seed(rng))


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(2**31))
