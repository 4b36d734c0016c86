"""Random changes of the training images that leave their class alone."""

import math
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="companion")
class RandomAffine(keras.layers.Layer):  # type: ignore[misc]
    r"""Turn, stretch, slant and move each training image at random, about its centre :math:`c`.

    The pixel at :math:`p` (column, row) of the new image is read, bilinearly, at

    .. math:: c + (I + A)\,R_\theta\,(p - c) + t

    of the old one, and is 0 outside it. :math:`\theta`, the four entries of :math:`A` and the two
    of :math:`t` are uniform, drawn anew for every image of every batch. Outside training the layer
    returns its input.

    Parameters
    ----------
    rotation
        The largest angle :math:`|\theta|`, in degrees.
    stretch
        The largest entry of :math:`|A|`: on the diagonal it scales an axis, off it it slants.
    shift
        The largest entry of :math:`|t|`, in pixels.
    seed
        Of the random numbers; by default drawn from Keras's global generator, which
        ``keras.utils.set_random_seed`` seeds.

    Raises
    ------
    ValueError
        If an amount is negative.

    References
    ----------
    Simard, Steinkraus and Platt (2003), Best practices for convolutional neural networks applied
    to visual document analysis, section 2.
    """

    def __init__(
        self,
        rotation: float = 0.0,
        stretch: float = 0.0,
        shift: float = 0.0,
        seed: int | None = None,
        **layer_options: Any,
    ) -> None:
        for name, amount in (("rotation", rotation), ("stretch", stretch), ("shift", shift)):
            if not amount >= 0:
                raise ValueError(f"{name} must be at least 0, got {amount}")
        super().__init__(**layer_options)
        self.rotation, self.stretch, self.shift, self.seed = rotation, stretch, shift, seed
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, images: Any, training: bool = False) -> Any:
        """Change a batch of images.

        Parameters
        ----------
        images
            ``(batch, height, width, channels)``.
        training
            Whether to change them at all.

        Returns
        -------
        Any
            Images of the same shape.
        """
        if not training:
            return images
        _, height, width, _ = images.shape
        amounts = keras.random.uniform((ops.shape(images)[0], 7), -1, 1, seed=self.generator)
        angle = amounts[:, 0] * math.radians(self.rotation)
        a, b, c, d = ops.unstack(amounts[:, 1:5] * self.stretch, axis=1)
        cos, sin = ops.cos(angle), ops.sin(angle)
        # The matrix (I + A) R, row by row.
        xx, xy = (1 + a) * cos + b * sin, b * cos - (1 + a) * sin
        yx, yy = c * cos + (1 + d) * sin, (1 + d) * cos - c * sin
        x, y = (width - 1) / 2, (height - 1) / 2
        dx, dy = ops.unstack(amounts[:, 5:] * self.shift, axis=1)
        nought = ops.zeros_like(angle)
        transform = ops.stack(
            [xx, xy, x + dx - xx * x - xy * y, yx, yy, y + dy - yx * x - yy * y, nought, nought],
            axis=1,
        )
        return ops.image.affine_transform(
            images, transform, interpolation="bilinear", fill_mode="constant", fill_value=0.0
        )

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Give the shape of the output: that of the input."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Give the arguments from which Keras builds the layer again."""
        own = {
            "rotation": self.rotation,
            "stretch": self.stretch,
            "shift": self.shift,
            "seed": self.seed,
        }
        return {**super().get_config(), **own}
