"""Recurrent layers: one step of computation for each position of a sequence, with a memory."""

import dataclasses
from typing import Any, ClassVar, TypeAlias

import numpy as np

from companion.nn.functions import sigmoid, stack, tanh
from companion.nn.initializers import orthogonal, xavier_uniform
from companion.nn.layers.dropout import Dropout
from companion.nn.layers.layer import Layer, Shape, known, parameter
from companion.nn.ranges import whole
from companion.nn.tensor import Array, Tensor

State: TypeAlias = tuple[Tensor, ...]  # h, and for the LSTM c: (batch, units) each


@dataclasses.dataclass(eq=False)
class Recurrent(Layer):
    """What recurrent layers share: (h_t, …) = step(x_t W + b, h_{t−1} U, (h_{t−1}, …)).

    The state begins at 0. x_t W + b is computed for all steps at once. Gradients flow back through
    all steps (backpropagation through time, Werbos 1990).

    Dropout is variational (Gal & Ghahramani 2016, section 4.1): a mask is drawn for each sequence
    of the batch and is the same at every step, one on the inputs and one on h_{t−1} where it
    meets U; the same masks serve all gates.

    The weights have the order and the shapes of Keras's: ``kernel (inputs, gates · units)`` is W,
    ``recurrent_kernel (units, gates · units)`` is U, with the gates side by side, and ``bias``.

    Parameters
    ----------
    units
        Length of the state h.
    return_sequences
        Whether to return h of all steps or of the last alone.
    dropout
        Probability that a feature of the inputs is dropped in training, for a whole sequence.
    recurrent_dropout
        Probability that a unit of h is dropped in training, for a whole sequence.

    Raises
    ------
    ValueError
        If `units` is not positive, or a probability is outside [0, 1).
    """

    units: int
    return_sequences: bool = False
    dropout: float = 0.0
    recurrent_dropout: float = 0.0

    gates: ClassVar[int]
    states: ClassVar[int] = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        self.units = whole("units", self.units)
        self.drop_inputs = Dropout(self.dropout)
        self.drop_state = Dropout(self.recurrent_dropout)

    def create(self, shape: Shape, rng: np.random.Generator, dtype: np.dtype[Any]) -> None:
        """Set ``kernel`` (Xavier), ``recurrent_kernel`` (orthonormal rows) and ``bias``."""
        width = self.gates * self.units
        self.kernel = parameter(xavier_uniform((*known(shape[1:]), width), rng), dtype)
        self.recurrent_kernel = parameter(orthogonal((self.units, width), rng), dtype)
        self.bias = parameter(self.initial_bias(), dtype)
        self.drop_inputs.build((None, *shape[1:]), rng, dtype)
        self.drop_state.build((self.units,), rng, dtype)

    def initial_bias(self) -> Array:
        """Return zeros, ``(gates · units,)``."""
        return np.zeros(self.gates * self.units)

    def output_shape(self, shape: Shape) -> Shape:
        """Return ``(time, units)``, or ``(units,)`` without `return_sequences`."""
        if len(shape) != 2 or shape[1] is None:
            raise ValueError(
                f"{type(self).__name__} takes the shape (time, inputs), inputs known; got {shape}"
            )
        return (shape[0], self.units) if self.return_sequences else (self.units,)

    def flops(self, shape: Shape) -> int:
        """Return 2 · time · gates · units · (inputs + units)."""
        time, inputs = known(shape)
        return 2 * time * self.gates * self.units * (inputs + self.units)

    def forward(self, x: Tensor, training: bool) -> Tensor:
        """Return ``(batch, time, units)``, or ``(batch, units)`` without `return_sequences`."""
        batch, time, inputs = x.shape
        gates, units = self.gates, self.units
        h = Tensor(np.zeros((batch, units), x.dtype))
        ones = Tensor(np.ones((batch, 1, inputs), x.dtype))
        x = x * self.drop_inputs(ones, training)  # one mask for all steps
        h_mask = self.drop_state(Tensor(np.ones_like(h.value)), training)

        b = self.bias.reshape(-1, gates * units)[0]  # the second row, if any, belongs to the step
        z = x.swapaxes(0, 1) @ self.kernel + b
        # Each gate becomes a block of memory of its own, which is faster than columns of a matrix.
        z = z.reshape(time, batch, gates, units).swapaxes(1, 2)  # (time, gates, batch, units)
        U = self.recurrent_kernel.reshape(units, gates, units).swapaxes(0, 1)

        state: State = (h,) * self.states
        outputs = []
        for z_t in unstack(z):
            state = self.step(z_t, (state[0] * h_mask) @ U, state)
            outputs.append(state[0])
        return stack(outputs, axis=1) if self.return_sequences else state[0]

    def step(self, z: Tensor, u: Tensor, state: State) -> State:
        """Compute one step.

        Parameters
        ----------
        z
            x_t W + b, ``(gates, batch, units)``.
        u
            h_{t−1} U, ``(gates, batch, units)``.
        state
            What the step before returned.

        Returns
        -------
        tuple of Tensor
            h_t, and what else must be remembered, ``(batch, units)`` each.
        """
        raise NotImplementedError


class SimpleRNN(Recurrent):
    """h_t = tanh(x_t W + b + h_{t−1} U) (Elman 1990).

    Settings: see `Recurrent`. ``bias (units,)`` begins at 0. Gradients shrink or grow
    exponentially with the number of steps (Bengio et al. 1994), which is what GRU and LSTM cure.
    """

    gates = 1

    def step(self, z: Tensor, u: Tensor, state: State) -> State:
        """Return h_t."""
        return (tanh((z + u)[0]),)


class GRU(Recurrent):
    """The gated recurrent unit.

    z_t = σ(x_t W_z + b_z + h_{t−1} U_z + c_z),
    r_t = σ(x_t W_r + b_r + h_{t−1} U_r + c_r),
    ĥ_t = tanh(x_t W_h + b_h + r_t ∘ (h_{t−1} U_h + c_h)),
    h_t = z_t ∘ h_{t−1} + (1 − z_t) ∘ ĥ_t

    (Cho et al. 2014, equations 5 to 8, but with r_t after the product with U_h, as in cuDNN, in
    PyTorch, and in Keras with ``reset_after=True``.)

    Settings: see `Recurrent`. The gates stand in the order z, r, h; ``bias (2, 3 · units)`` holds
    the b in its first row and the c in its second, which all begin at 0.
    """

    gates = 3

    def initial_bias(self) -> Array:
        """Return zeros, ``(2, 3 · units)``."""
        return np.zeros((2, self.gates * self.units))

    def step(self, z: Tensor, u: Tensor, state: State) -> State:
        """Return h_t."""
        (h,) = state
        x_z, x_r, x_h = unstack(z)
        h_z, h_r, h_h = unstack(u + self.bias[1].reshape(self.gates, 1, self.units))
        update, reset = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
        proposal = tanh(x_h + reset * h_h)
        return (update * h + (1.0 - update) * proposal,)


class LSTM(Recurrent):
    """Long short-term memory.

    i_t, f_t, o_t = σ(x_t W_k + b_k + h_{t−1} U_k) for k = i, f, o,
    ĉ_t = tanh(x_t W_c + b_c + h_{t−1} U_c),
    c_t = f_t ∘ c_{t−1} + i_t ∘ ĉ_t,
    h_t = o_t ∘ tanh(c_t)

    (Hochreiter & Schmidhuber 1997, with the forget gate f of Gers et al. 2000).

    Settings: see `Recurrent`. The gates stand in the order i, f, c, o; ``bias (4 · units,)`` begins
    at 1 for f, so that the memory lasts at first (Jozefowicz et al. 2015), and at 0
    for the others.
    """

    gates = 4
    states = 2

    def initial_bias(self) -> Array:
        """Return 1 for the forget gate and 0 for the others, ``(4 · units,)``."""
        return np.repeat([0.0, 1.0, 0.0, 0.0], self.units)

    def step(self, z: Tensor, u: Tensor, state: State) -> State:
        """Return h_t and c_t."""
        _, c = state
        i, f, proposal, o = unstack(z + u)
        c = sigmoid(f) * c + sigmoid(i) * tanh(proposal)
        return sigmoid(o) * tanh(c), c


def unstack(x: Tensor) -> list[Tensor]:
    """Return the parts of a tensor along its first axis: the inverse of `stack`.

    The gradient of a part is an array as large as what it was taken from. A long axis is therefore
    halved first: n parts cost about n log n numbers instead of n².
    """
    n = len(x)
    if n <= 8:
        return [x[i] for i in range(n)]
    return unstack(x[: n // 2]) + unstack(x[n // 2 :])
