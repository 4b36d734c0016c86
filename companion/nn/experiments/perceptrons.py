"""Many small perceptrons of one shape, trained side by side: one for each seed of an experiment."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from companion.nn import activations, initializers, losses
from companion.nn.layers.layer import parameter
from companion.nn.names import look_up
from companion.nn.optimizers import Optimizer
from companion.nn.ranges import whole
from companion.nn.tensor import Array, Tensor, TensorLike, as_tensor


class Perceptrons:
    """Multilayer perceptrons h ← φ(h W + b), the last layer without φ, in float64.

    The networks share nothing but their shape: what one learns does not depend on the others.
    Computed together they take hardly longer than one alone, since all are small.

    Parameters
    ----------
    units
        Numbers of inputs, of the units of each hidden layer, and of outputs; ``(2, 1)`` is a
        single neuron with two inputs.
    networks
        How many networks.
    activation
        φ: a function of a tensor, or the name of one in `companion.nn.activations`.
    initializer
        Of each W, or the name of one in `companion.nn.initializers`; b begins at 0.
    seed
        Of the initial values.

    Attributes
    ----------
    kernels, biases : list of Tensor
        W, ``(networks, inputs, units)``, and b, ``(networks, 1, units)``, of each layer.

    Raises
    ------
    ValueError
        If there are fewer than two numbers of units, one is not positive, `networks` is not
        positive, or there is nothing of a name.
    """

    def __init__(
        self,
        units: tuple[int, ...],
        networks: int,
        activation: str | activations.Activation = "tanh",
        initializer: str | initializers.Initializer = "xavier_uniform",
        seed: int = 0,
    ) -> None:
        if len(units) < 2:
            raise ValueError(f"units must name inputs and outputs at least, got {units}")
        sizes = [whole("units", n) for n in units]
        self.networks = whole("networks", networks)
        self._phi = look_up("activation", activation, activations.NAMED)
        draw = look_up("initializer", initializer, initializers.NAMED)
        rng = np.random.default_rng(seed)
        self.kernels, self.biases = [], []
        for fan_in, fan_out in pairwise(sizes):
            kernels = np.stack([draw((fan_in, fan_out), rng) for _ in range(self.networks)])
            self.kernels.append(parameter(kernels, np.dtype(np.float64)))
            biases = np.zeros((self.networks, 1, fan_out))
            self.biases.append(parameter(biases, np.dtype(np.float64)))

    def __call__(self, x: TensorLike) -> Tensor:
        """Return the outputs of all networks for the same examples.

        Parameters
        ----------
        x
            ``(examples, inputs)``.

        Returns
        -------
        Tensor
            ``(networks, examples, outputs)``.
        """
        h = as_tensor(x)
        for kernel, bias in zip(self.kernels[:-1], self.biases[:-1], strict=True):
            h = self._phi(h @ kernel + bias)
        return h @ self.kernels[-1] + self.biases[-1]

    def train(
        self, x: Array, y: Array, loss: str | losses.Loss, optimizer: Optimizer, steps: int
    ) -> None:
        """Train every network on all examples at each step.

        The networks' losses are added up: the gradient of each parameter is that of its own
        network's loss, and the optimisers treat every number for itself.

        Parameters
        ----------
        x
            ``(examples, inputs)``.
        y
            Targets of the examples as `loss` wants them, such as class numbers ``(examples,)``.
        loss
            A function of targets and outputs, or its name in `companion.nn.losses`.
        optimizer
            Its settings stay as they are.
        steps
            How many.

        Raises
        ------
        ValueError
            If there is no loss of this name, or targets and outputs do not fit.
        """
        mean_loss = look_up("loss", loss, losses.NAMED)
        targets = np.broadcast_to(y, (self.networks, *np.shape(y)))
        parameters = [*self.kernels, *self.biases]
        for _ in range(steps):
            for tensor in parameters:
                tensor.grad = None
            (mean_loss(targets, self(x)) * self.networks).backward()
            optimizer.step(parameters)

    def count_parameters(self) -> int:
        """Return the number of trainable numbers of one network."""
        return sum(tensor.size for tensor in (*self.kernels, *self.biases)) // self.networks
