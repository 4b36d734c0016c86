"""Embedding: a table with a row of numbers for each word."""

import dataclasses
from typing import Any

import numpy as np

from companion.nn import initializers
from companion.nn.layers.layer import Layer, Shape, parameter
from companion.nn.names import look_up
from companion.nn.ranges import whole
from companion.nn.tensor import Tensor


@dataclasses.dataclass(eq=False)
class Embedding(Layer):
    """y = E[x]: each whole number becomes the row of that number (Bengio et al. 2003, section 2).

    It equals a dense layer without bias on one-hot rows, whose product is not computed. The
    gradient of E adds up, row by row, those of all places where the number stands.

    Parameters
    ----------
    vocabulary
        Number of words; inputs are whole numbers from 0 to ``vocabulary - 1`` in a floating-point
        tensor: at most 2²⁴ words in float32, which holds whole numbers exactly up to there.
    units
        Length of a row.
    initializer
        Of E, ``(vocabulary, units)``; or the name of one in `companion.nn.initializers`.

    Raises
    ------
    ValueError
        If `vocabulary` or `units` is not positive, or there is nothing of the name.
    """

    vocabulary: int
    units: int
    initializer: str | initializers.Initializer = "normal"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.vocabulary = whole("vocabulary", self.vocabulary)
        self.units = whole("units", self.units)
        self._draw = look_up("initializer", self.initializer, initializers.NAMED)

    def create(self, shape: Shape, rng: np.random.Generator, dtype: np.dtype[Any]) -> None:
        """Set ``embeddings (vocabulary, units)``."""
        exact = 2 ** (np.finfo(dtype).nmant + 1)
        if self.vocabulary > exact:
            raise ValueError(
                f"vocabulary must be at most {exact} in {dtype}, got {self.vocabulary}"
            )
        self.embeddings = parameter(self._draw((self.vocabulary, self.units), rng), dtype)

    def output_shape(self, shape: Shape) -> Shape:
        """Return ``(…, units)``."""
        return *shape, self.units

    def forward(self, x: Tensor, training: bool) -> Tensor:
        """Return ``(batch, …, units)``.

        Raises
        ------
        ValueError
            If an input is not a whole number from 0 to ``vocabulary - 1``.
        """
        words = x.value
        wrong = ~((words >= 0) & (words < self.vocabulary) & (words == np.floor(words)))
        if wrong.any():
            raise ValueError(
                f"Embedding expects whole numbers from 0 to {self.vocabulary - 1}, "
                f"got {words[wrong][0]:.9g}"
            )
        return self.embeddings[words.astype(np.intp)]
