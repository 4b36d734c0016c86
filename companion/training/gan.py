"""Generative adversarial networks: a generator learns from a discriminator that learns beside it.

I. Goodfellow et al., "Generative adversarial nets", NeurIPS 2014; equations and sections are its.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.nn import Adam, Sequential, Tensor, gradients, no_grad
from companion.nn.activations import softplus
from companion.nn.layers.layer import known
from companion.nn.ranges import non_negative, whole
from companion.nn.tensor import TensorLike, as_tensor

Points: TypeAlias = NDArray[np.floating[Any]]


def discriminator_loss(real: TensorLike, fake: TensorLike) -> Tensor:
    """Return −E log D(x) − E log(1 − D(G(z))), from the logits of D (equation 1, negated).

    With log σ(l) = −softplus(−l) it neither overflows nor takes the logarithm of 0. It is log 4
    where D cannot tell the two apart and says 1/2 to all.

    Parameters
    ----------
    real, fake
        The discriminator's logits for examples and for samples, ``(batch, 1)`` each.

    Returns
    -------
    Tensor
        Without axes, in nats.
    """
    return softplus(-as_tensor(real)).mean() + softplus(as_tensor(fake)).mean()


def minimax_loss(fake: TensorLike) -> Tensor:
    """Return E log(1 − D(G(z))), what the generator of the minimax game lowers (equation 1).

    Its derivative by a logit l is −σ(l), which vanishes where D is sure that a sample is none of
    the examples. ``fake`` are the logits of samples, ``(batch, 1)``.
    """
    return -softplus(as_tensor(fake)).mean()


def non_saturating_loss(fake: TensorLike) -> Tensor:
    """Return −E log D(G(z)), whose derivative by a logit l, −σ(−l), does not vanish (section 3).

    Its fixed point is that of `minimax_loss`. ``fake`` are the logits of samples, ``(batch, 1)``.
    """
    return softplus(-as_tensor(fake)).mean()


def gradient_penalty(discriminator: Sequential, real: Points) -> Tensor:
    """Return E ‖∇ₓ l(x)‖² over the examples, l being the discriminator's logit.

    L. Mescheder, A. Geiger, S. Nowozin, "Which training methods for GANs do actually converge?",
    ICML 2018, equation 9: R₁ is γ/2 times this.

    Parameters
    ----------
    discriminator
        Gives ``(batch, 1)``.
    real
        Examples, ``(batch, features)``, one or more.

    Returns
    -------
    Tensor
        Without axes; it can be differentiated by the discriminator's parameters.

    Raises
    ------
    ValueError
        If there are no examples.
    """
    if not len(real):
        raise ValueError("real must hold at least one example, got 0")
    x = Tensor(real.astype(discriminator.dtype), requires_grad=True)
    (slopes,) = gradients(discriminator(x, training=True).sum(), [x], create_graph=True)
    return (slopes * slopes).sum() * (1 / len(real))


@dataclasses.dataclass(eq=False)
class GAN:
    """A generator and a discriminator, trained in turns (algorithm 1, with Adam).

    Parameters
    ----------
    generator
        Makes a sample of each z ~ N(0, I), ``(batch, latent) -> (batch, features)``; built.
    discriminator
        Gives a logit, ``(batch, features) -> (batch, 1)``; D = σ(logit).
    generator_loss
        `non_saturating_loss` or `minimax_loss`.
    penalty
        γ of R₁: γ/2 times `gradient_penalty` is added to the discriminator's loss; at least 0.
    learning_rate
        Of both optimisers, whose β₁ is 0.5 (A. Radford et al., "Unsupervised representation
        learning with deep convolutional GANs", ICLR 2016, section 4).
    seed
        Of the batches and of z.

    Attributes
    ----------
    history : dict
        Losses of each step under ``"discriminator"``, without the penalty, and ``"generator"``.

    Raises
    ------
    ValueError
        If a setting is out of its range, or the networks do not fit one another.
    """

    generator: Sequential
    discriminator: Sequential
    generator_loss: Callable[[TensorLike], Tensor] = non_saturating_loss
    penalty: float = 0.0
    learning_rate: float = 0.001
    seed: int = 0

    def __post_init__(self) -> None:
        non_negative("penalty", self.penalty)
        for name, network in (("generator", self.generator), ("discriminator", self.discriminator)):
            if network.input_shape is None:
                raise ValueError(f"the {name} is not built yet: give it an Input")
        features = self.generator.output_shape(self.generator.input_shape or ())
        logit = self.discriminator.output_shape(self.discriminator.input_shape or ())
        if self.discriminator.input_shape != features or logit != (1,):
            raise ValueError(
                f"discriminator must take {features} and give (1,), "
                f"got {self.discriminator.input_shape} and {logit}"
            )
        self.rng = np.random.default_rng(self.seed)
        self._adam = {
            network: Adam(self.learning_rate, beta_1=0.5)
            for network in (self.generator, self.discriminator)
        }
        self.history: dict[str, list[float]] = {"discriminator": [], "generator": []}

    def fit(self, examples: Points, steps: int, batch_size: int = 64) -> GAN:
        """Take a step of the discriminator and one of the generator, `steps` times.

        Parameters
        ----------
        examples
            ``(examples, features)``; batches are drawn from them with replacement.
        steps, batch_size
            At least 1.

        Returns
        -------
        GAN
            This one; called again it goes on.

        Raises
        ------
        ValueError
            If a number is out of range, or the examples are none, of another shape or not finite.
        """
        x = np.asarray(examples)
        features = known(self.discriminator.input_shape or ())
        if x.shape[1:] != features or not len(x):
            raise ValueError(
                f"examples must have the shape (examples, {', '.join(map(str, features))}) and be "
                f"one or more, got {x.shape}"
            )
        if not np.isfinite(x).all():
            raise ValueError(f"examples must be finite, got {x[~np.isfinite(x)][0]}")
        whole("batch_size", batch_size)
        for _ in range(whole("steps", steps)):
            batch = x[self.rng.integers(len(x), size=batch_size)]
            self.history["discriminator"].append(self.discriminator_step(batch))
            self.history["generator"].append(self.generator_step(batch_size))
        return self

    def discriminator_step(self, real: Points) -> float:
        """Lower the discriminator's loss on a batch and as many samples; return it before."""
        with no_grad():  # in training as in `generator_step`: batch normalisation, dropout
            fake = self.generator(self._prior(len(real)), training=True)
        loss = discriminator_loss(
            self.discriminator(real, training=True), self.discriminator(fake, training=True)
        )
        penalty = gradient_penalty(self.discriminator, real) if self.penalty else 0.0
        self._step(self.discriminator, loss + penalty * (self.penalty / 2))
        return loss.item()

    def generator_step(self, batch_size: int) -> float:
        """Lower the generator's loss on a batch of samples; return it before."""
        samples = self.generator(self._prior(batch_size), training=True)
        loss = self.generator_loss(self.discriminator(samples, training=True))
        self._step(self.generator, loss)
        return loss.item()

    def sample(self, samples: int) -> Points:
        """Return what the generator makes of new z, ``(samples, features)``, outside training."""
        with no_grad():
            return self.generator(self._prior(whole("samples", samples))).value

    def _prior(self, samples: int) -> Points:
        latent = known(self.generator.input_shape or ())
        return self.rng.standard_normal((samples, *latent))

    def _step(self, network: Sequential, loss: Tensor) -> None:
        parameters = list(network.parameters().values())
        for parameter, gradient in zip(parameters, gradients(loss, parameters), strict=True):
            parameter.grad = gradient.value
        self._adam[network].step(parameters)


def optimal_discriminator(p: ArrayLike, q: ArrayLike) -> NDArray[np.float64]:
    """Return D* = p / (p + q), for the densities of examples and of samples (proposition 1).

    Parameters
    ----------
    p, q
        Densities at the same points, ``(points,)``, at least 0.

    Returns
    -------
    numpy.ndarray
        ``(points,)``; not a number where both densities are 0.

    Raises
    ------
    ValueError
        If the shapes differ or a density is below 0 or not finite.
    """
    p, q = _densities(p, q)
    with np.errstate(invalid="ignore"):
        return np.asarray(p / (p + q))


def jensen_shannon(p: ArrayLike, q: ArrayLike, x: ArrayLike) -> float:
    """Return KL(p ‖ m)/2 + KL(q ‖ m)/2 with m = (p + q)/2, integrated by the trapezoidal rule.

    From 0, where p = q, to log 2, where they share no point. The discriminator's best loss is
    log 4 less twice this (theorem 1).

    Parameters
    ----------
    p, q
        Densities at the points, at least 0, ``(points,)``; they should have the integral 1.
    x
        Points, increasing, ``(points,)``, two or more; beyond them the densities should be 0.

    Returns
    -------
    float
        In nats.

    Raises
    ------
    ValueError
        If the shapes differ, a density is below 0 or not finite, or the points do not increase.
    """
    p, q = _densities(p, q)
    points = np.asarray(x, dtype=np.float64)
    if points.shape != p.shape or points.ndim != 1 or len(points) < 2:
        raise ValueError(
            f"x must be two or more points of the shape {p.shape} of p, got {points.shape}"
        )
    if not np.all(np.diff(points) > 0):
        raise ValueError(f"x must increase, got steps down to {np.diff(points).min():g}")
    middle = (p + q) / 2
    return float(np.trapezoid(_relative(p, middle) + _relative(q, middle), points)) / 2


def _relative(p: NDArray[np.float64], m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return p log(p / m), with 0 log 0 = 0."""
    ratio = np.divide(p, m, out=np.ones_like(p), where=p > 0)
    return np.asarray(p * np.log(ratio))


def _densities(p: ArrayLike, q: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    p, q = np.asarray(p, dtype=np.float64), np.asarray(q, dtype=np.float64)
    if p.shape != q.shape:
        raise ValueError(f"q must have the shape of p, {p.shape}, got {q.shape}")
    for name, density in (("p", p), ("q", q)):
        wrong = ~((density >= 0) & (density < np.inf))
        if wrong.any():
            raise ValueError(f"{name} must be finite and at least 0, got {density[wrong][0]:g}")
    return p, q
