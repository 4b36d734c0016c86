"""What all optimisers share: the rate of a step, the state of each parameter, saving it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

import numpy as np

from companion.nn.ranges import non_negative
from companion.nn.schedules import Schedule
from companion.nn.tensor import Array, Tensor

PIECE = 2**15  # numbers updated at once: what an update computes on the way stays in the cache


@dataclasses.dataclass(eq=False)
class Optimizer:
    """An update rule for parameters, with what it remembers of their gradients.

    An algorithm names its memory in `slots` and writes its rule in `update`. Parameters are
    recognised by their place: every step must be given the same ones in the same order.

    Parameters
    ----------
    learning_rate
        A number of at least 0, or a function of the step, counted from 0, that returns one.

    Attributes
    ----------
    steps : int
        How many steps were taken.
    """

    learning_rate: float | Schedule = 0.01

    def __post_init__(self) -> None:
        if not callable(self.learning_rate):
            non_negative("learning_rate", self.learning_rate)
        self.reset()

    def reset(self) -> None:
        """Forget all steps and gradients; the settings stay."""
        self.steps = 0
        self._states: list[dict[str, Array]] = []

    def rate(self) -> float:
        """Return the learning rate of the next step."""
        rate = self.learning_rate
        if callable(rate):
            rate = rate(self.steps)
            non_negative(f"the learning rate of step {self.steps}", rate)
        return float(rate)  # a NumPy number would turn float32 into float64

    def slots(self) -> tuple[str, ...]:
        """Return the names of the arrays kept for each parameter, all zero at first."""
        return ()

    def update(self, p: Array, g: Array, state: dict[str, Array], rate: float, t: int) -> None:
        """Change a piece of a parameter in place.

        Parameters
        ----------
        p, g
            The piece and its gradient, ``(numbers,)``; g must not be changed.
        state
            The same piece of each slot, to be changed in place.
        rate
            The learning rate.
        t
            Number of this update, counted from 1.
        """
        raise NotImplementedError

    def step(self, parameters: Iterable[Tensor]) -> None:
        """Change the values of all parameters that have a gradient, in place.

        Parameters
        ----------
        parameters
            Those of earlier steps; one whose `grad` is None is skipped.

        Raises
        ------
        ValueError
            If number or shapes differ from earlier steps, if a tensor comes twice, or if the
            schedule gives a rate below 0. Then nothing is changed.
        """
        parameters = list(parameters)
        rate = self.rate()
        self._recognise(parameters)
        self.steps += 1
        for parameter, state in zip(parameters, self._states, strict=True):
            if parameter.grad is not None:
                self._update_in_pieces(parameter.value, parameter.grad, state, rate)

    def state(self) -> dict[str, Array]:
        """Return a copy of all that is needed to go on later, as a flat dictionary.

        Returns
        -------
        dict of str to numpy.ndarray
            ``"steps"``, and for the parameter at place i its ``"i.shape"``, the number of its
            updates ``"i.t"`` and its slots such as ``"i.m"``, ``(numbers,)``.
        """
        return {"steps": np.array(self.steps)} | {
            f"{i}.{name}": value.copy()
            for i, state in enumerate(self._states)
            for name, value in state.items()
        }

    def set_state(self, state: Mapping[str, Array]) -> None:
        """Go on from what `state` returned.

        Parameters
        ----------
        state
            Of an optimiser of the same kind.

        Raises
        ------
        ValueError
            If a name is missing or unknown; then nothing is changed.
        """
        places = range(sum(name.endswith(".shape") for name in state))
        names = ("shape", "t", *self.slots())
        expected = {"steps", *(f"{i}.{name}" for i in places for name in names)}
        if state.keys() != expected:
            missing, unknown = expected - state.keys(), state.keys() - expected
            raise ValueError(f"state: missing {sorted(missing)}, unknown {sorted(unknown)}")
        self.steps = int(state["steps"])
        self._states = [{name: np.array(state[f"{i}.{name}"]) for name in names} for i in places]

    def _recognise(self, parameters: list[Tensor]) -> None:
        shapes = [parameter.shape for parameter in parameters]
        if len({id(parameter) for parameter in parameters}) < len(parameters):
            raise ValueError("parameters must be different tensors, got one of them twice")
        if not self._states:
            self._states = [self._initial_state(parameter) for parameter in parameters]
        known = [tuple(state["shape"].tolist()) for state in self._states]
        if shapes != known:
            raise ValueError(f"parameters must have the shapes of earlier steps, {known}: {shapes}")

    def _initial_state(self, parameter: Tensor) -> dict[str, Array]:
        return {
            "shape": np.array(parameter.shape, dtype=int),
            "t": np.array(0),
            **{name: np.zeros(parameter.size, parameter.dtype) for name in self.slots()},
        }

    def _update_in_pieces(
        self, value: Array, gradient: Array, state: dict[str, Array], rate: float
    ) -> None:
        state["t"] += 1
        t = int(state["t"])
        p, g = value.reshape(-1), gradient.reshape(-1)
        for start in range(0, p.size, PIECE):
            piece = slice(start, start + PIECE)
            slots = {name: state[name][piece] for name in self.slots()}
            self.update(p[piece], g[piece], slots, rate, t)
        if not value.flags.c_contiguous:  # then p is a copy
            value[...] = p.reshape(value.shape)
