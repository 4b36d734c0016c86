"""A network drawn to scale: the shape of what each layer gives, and its parameters."""

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.patches import Polygon, Rectangle

from companion.display.svg import drawing
from companion.display.theme import BLUE, GREEN, INK, OLIVE, PINK, VERMILLION


class Layer(NamedTuple):
    """A layer of a network.

    The output's shape is ``(height, width, channels)`` or ``(units,)``, without the batch.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    parameters: int


_WIDTH = 520.0
_SOLID_LEFT, _SOLID_WIDTH = 126.0, 176.0
_SHAPE_LEFT, _BAR_LEFT, _BAR_WIDTH = 312.0, 408.0, 62.0
_TALLEST = 56.0  # pixels of the tallest feature map
_SLANT = 0.35  # of a pixel for each pixel backwards
_THINNEST = 3.0  # so that a vector can be seen
_LEAST_ROW = 36.0


def architecture(layers: Sequence[Layer], *, alt: str, caption: str | None = None) -> None:
    """Draw each layer's output as a solid and its parameters as a bar, all to one scale.

    A solid is as high as the feature map, as deep as the map is wide and as long as it has
    channels; a vector is a rod as long as its units.

    Parameters
    ----------
    layers
        From input to output.
    alt, caption
        As in `companion.display.show`.

    Raises
    ------
    ValueError
        If there is no layer or a shape has neither one nor three axes.
    """
    shapes = [_solid(layer) for layer in layers]
    if not shapes:
        raise ValueError("layers must hold a layer, got none")
    tall = _TALLEST / max(height for height, _, _ in shapes)
    room = _SOLID_WIDTH - max(width for _, width, _ in shapes) * tall * _SLANT
    long = room / max(length for _, _, length in shapes)
    rows = [max(_LEAST_ROW, (h + w * _SLANT) * tall + 14) for h, w, _ in shapes]
    most = max(layer.parameters for layer in layers) or 1
    colors = _colors(layers)
    height = sum(rows) + 2 * 28
    with drawing(alt=alt, caption=caption, width=_WIDTH, height=height) as figure:
        figure.set_layout_engine("none")
        ax = figure.add_axes((0, 0, 1, 1))
        ax.set(xlim=(0, _WIDTH), ylim=(height, 0))
        ax.set_axis_off()
        heads = ((0, "layer"), (_SOLID_LEFT, "output, to scale"), (_SHAPE_LEFT, "shape"))
        for x, text in (*heads, (_BAR_LEFT, "parameters")):
            ax.text(x, 14, text, va="center", weight="bold")
        top = 28.0
        for layer, (h, w, length), row in zip(layers, shapes, rows, strict=True):
            middle = top + row / 2
            _rule(ax, top)
            ax.text(0, middle - 8, layer.name, va="center")
            ax.text(0, middle + 8, layer.kind, va="center", alpha=0.75, size=8.6)
            _draw_solid(ax, middle, length * long, h * tall, w * tall, colors[layer.kind])
            ax.text(_SHAPE_LEFT, middle, " × ".join(map(str, layer.shape)), va="center")
            bar = layer.parameters / most * _BAR_WIDTH
            ax.add_patch(
                Rectangle((_BAR_LEFT, middle - 7), bar, 14, color=colors[layer.kind], linewidth=0)
            )
            count = f"{layer.parameters:,}" if layer.parameters else "–"
            ax.text(_BAR_LEFT + bar + (5 if bar else 0), middle, count, va="center")
            top += row
        _rule(ax, top)
        ax.text(_SHAPE_LEFT, top + 14, "in all", va="center", weight="bold")
        total = sum(layer.parameters for layer in layers)
        ax.text(_BAR_LEFT, top + 14, f"{total:,}", va="center", weight="bold")


def _solid(layer: Layer) -> tuple[int, int, int]:
    """Return height, width and channels of a layer's output; a vector is one pixel high."""
    if len(layer.shape) == 3:
        height, width, channels = layer.shape
        return height, width, channels
    if len(layer.shape) == 1:
        return 1, 1, layer.shape[0]
    raise ValueError(f"shape of {layer.name} must have 1 or 3 axes, got {layer.shape}")


def _colors(layers: Sequence[Layer]) -> dict[str, str]:
    """One colour a kind of layer with parameters; the others stay grey."""
    kinds = dict.fromkeys(layer.kind for layer in layers if layer.parameters)
    palette = (BLUE, VERMILLION, GREEN, PINK, OLIVE)
    chosen = {kind: palette[place % len(palette)] for place, kind in enumerate(kinds)}
    return {layer.kind: chosen.get(layer.kind, "#808080") for layer in layers}


def _rule(ax: Axes, y: float) -> None:
    ax.plot((0, _WIDTH), (y, y), color=INK, alpha=0.15, linewidth=0.75, linestyle="-")


def _draw_solid(
    ax: Axes, middle: float, length: float, height: float, depth: float, color: str
) -> None:
    length, height, shift = max(length, 2), max(height, _THINNEST), depth * _SLANT
    left, right = _SOLID_LEFT, _SOLID_LEFT + length
    top = middle - (height - shift) / 2
    bottom = top + height
    faces = (
        ([(left, top), (right, top), (right, bottom), (left, bottom)], 0.75),
        (
            [(left, top), (left + shift, top - shift), (right + shift, top - shift), (right, top)],
            0.4,
        ),
        (
            [
                (right, top),
                (right + shift, top - shift),
                (right + shift, bottom - shift),
                (right, bottom),
            ],
            0.55,
        ),
    )
    for corners, alpha in faces:
        ax.add_patch(Polygon(corners, facecolor=color, alpha=alpha, linewidth=0))
        ax.add_patch(Polygon(corners, fill=False, edgecolor=color, linewidth=0.9))
