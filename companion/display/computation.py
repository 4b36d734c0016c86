"""A recorded computation drawn from top to bottom: values downwards, gradients upwards."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Protocol, TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path
from numpy.typing import ArrayLike, NDArray

from companion.display.svg import drawing
from companion.display.theme import BLUE, INK, VERMILLION


class Node(Protocol):
    """A box, such as a node of `companion.nn.graph`, which need not be loaded to draw it."""

    @property
    def kind(self) -> str:
        """``"constant"``, ``"parameter"`` or ``"computed"``."""

    @property
    def name(self) -> str:
        """Of the tensor, or empty."""

    @property
    def operation(self) -> str:
        """What computed it, or empty."""

    @property
    def depth(self) -> int:
        """The row that it stands in, from the top."""

    @property
    def tensor(self) -> Any:
        """What has a `value`."""


class Computation(Protocol):
    """Boxes and the arrows between them."""

    @property
    def nodes(self) -> Sequence[Node]:
        """Boxes, the output last."""

    @property
    def edges(self) -> Sequence[tuple[int, int]]:
        """Pairs of places in `nodes`, from what went in to what came out."""


# A place in a row: a node, or one step of an edge that passes by.
Place: TypeAlias = "int | tuple[int, int]"
Rows: TypeAlias = "list[list[Place]]"

_SYMBOLS = {
    **{"add": "+", "subtract": "−", "multiply": "×", "divide": "÷", "negate": "−"},
    **{"matmul": "@", "power 2": "( )²"},
}
_BOX, _STEP = 102.0, 116.0  # pixels: width of a box, and from one to the next
_LINE, _GAP, _HEAD = 17.0, 26.0, 30.0
_HIGH = 3 * _LINE + 6
_SWEEPS = 4


def graph(
    computation: Computation,
    gradients: Sequence[ArrayLike],
    *,
    alt: str,
    caption: str | None = None,
) -> None:
    """Draw a computation: in each box what it is, its value, and below the gradient of the output.

    Parameters have a blue box, constants a dotted one and no gradient. Of an array stand there its
    shape and the Euclidean norm of its gradient.

    Parameters
    ----------
    computation
        What ``nn.trace`` returns.
    gradients
        One for each node that is not a constant, in their order.
    alt, caption
        As in `companion.display.show`.

    Raises
    ------
    ValueError
        If there are not as many gradients as nodes that have one.
    """
    nodes = computation.nodes
    count = sum(node.kind != "constant" for node in nodes)
    if len(gradients) != count:
        raise ValueError(f"gradients must be one for each of {count} nodes, got {len(gradients)}")
    left = iter(gradients)
    rows = arrange(computation)
    columns = max(map(len, rows))
    width = max(columns * _STEP + 8, 300.0)
    height = _HEAD + len(rows) * (_HIGH + _GAP)
    at = {
        place: (width / 2 + (i - (len(row) - 1) / 2) * _STEP, _HEAD + y * (_HIGH + _GAP))
        for y, row in enumerate(rows)
        for i, place in enumerate(row)
    }
    with drawing(alt=alt, caption=caption, width=width, height=height) as figure:
        figure.set_layout_engine("none")
        ax = figure.add_axes((0, 0, 1, 1))
        ax.set(xlim=(0, width), ylim=(height - _GAP + 8, 0))
        ax.set_axis_off()
        ax.text(4, 12, "value ↓", va="center", weight="bold")
        ax.text(84, 12, "∇ gradient ↑", va="center", weight="bold", color=VERMILLION)
        _draw_edges(ax, computation, at)
        for i, node in enumerate(nodes):
            _draw_box(ax, *at[i], node, None if node.kind == "constant" else next(left))


def arrange(computation: Computation) -> Rows:
    """Order the nodes of each row, and the edges that pass it, so that few edges cross.

    Each row in turn is sorted by the mean place of its neighbours in the row above, then in the
    row below, several times (Sugiyama et al. 1981, the barycentre method).

    Parameters
    ----------
    computation
        Nodes of depth d come into row d.

    Returns
    -------
    list of list
        For each row, from left to right, the number of a node, or ``(edge, row)`` for an edge.
    """
    depths = [node.depth for node in computation.nodes]
    rows: Rows = [[] for _ in range(max(depths) + 1)]
    for i, depth in enumerate(depths):
        rows[depth].append(i)
    above: dict[Place, list[Place]] = {}
    below: dict[Place, list[Place]] = {}
    for number, edge in enumerate(computation.edges):
        route = _route(number, edge, depths)
        for depth, place in enumerate(route[1:-1], depths[edge[0]] + 1):
            rows[depth].append(place)
        for a, b in pairwise(route):
            below.setdefault(a, []).append(b)
            above.setdefault(b, []).append(a)
    places = {place: x for row in rows for place, x in _centred(row)}
    for _ in range(_SWEEPS):
        for neighbours, order in ((above, rows[1:]), (below, rows[-2::-1])):
            for row in order:
                wishes = {place: _mean(places, neighbours.get(place, [place])) for place in row}
                row.sort(key=wishes.__getitem__)
                places.update(_centred(row))
    return rows


def _route(number: int, edge: tuple[int, int], depths: Sequence[int]) -> list[Place]:
    source, target = edge
    return [source, *((number, row) for row in range(depths[source] + 1, depths[target])), target]


def _centred(row: Sequence[Place]) -> list[tuple[Place, float]]:
    return [(place, i - (len(row) - 1) / 2) for i, place in enumerate(row)]


def _mean(places: dict[Place, float], wanted: Sequence[Place]) -> float:
    return sum(places[place] for place in wanted) / len(wanted)


def _draw_edges(ax: Axes, computation: Computation, at: dict[Place, tuple[float, float]]) -> None:
    depths = [node.depth for node in computation.nodes]
    times, drawn = Counter(computation.edges), Counter[tuple[int, int]]()
    for number, edge in enumerate(computation.edges):
        shift = 14 * (drawn[edge] - (times[edge] - 1) / 2)  # a tensor that went in twice
        drawn[edge] += 1
        route = _route(number, edge, depths)
        start = at[route[0]]
        points, codes = [(start[0] + shift, start[1] + _HIGH)], [Path.MOVETO]
        for place in route[1:]:
            (x0, y0), (x, y) = points[-1], at[place]
            middle = (y0 + y) / 2
            points += [(x0, middle), (x + shift, middle), (x + shift, y)]
            codes += [Path.CURVE4] * 3
            if isinstance(place, tuple):
                points.append((x + shift, y + _HIGH))
                codes.append(Path.LINETO)
        ax.add_patch(
            FancyArrowPatch(
                path=Path(points, codes),
                arrowstyle="-|>,head_length=4,head_width=2.4",
                color=INK,
                alpha=0.55,
                linewidth=0.9,
            )
        )


def _draw_box(ax: Axes, x: float, y: float, node: Node, gradient: ArrayLike | None) -> None:
    color = BLUE if node.kind == "parameter" else INK
    box: Any = {
        "edgecolor": color,
        "linestyle": ":" if node.kind == "constant" else "-",
        "linewidth": 1.4 if node.kind == "parameter" else 0.8,
    }
    corner = (x - _BOX / 2 + 4, y + 4)
    size = (_BOX - 8, _HIGH - 8)
    ax.add_patch(FancyBboxPatch(corner, *size, "round,pad=4", facecolor="none", **box))
    symbol = _SYMBOLS.get(node.operation, node.operation)
    title = " = ".join(filter(None, (node.name, symbol))) or node.kind
    lines = [(title, INK), (_brief(node.tensor.value), INK)]
    if gradient is not None:
        lines.append((f"∇ {_size(np.asarray(gradient))}", VERMILLION))
    top = y + _HIGH / 2 - _LINE * (len(lines) - 1) / 2
    for i, (text, ink) in enumerate(lines):
        weight = "normal" if i else "bold"
        ax.text(x, top + i * _LINE, text, ha="center", va="center", color=ink, weight=weight)


def _brief(value: NDArray[np.floating[Any]]) -> str:
    return _number(value.item()) if value.size == 1 else " × ".join(map(str, value.shape))


def _size(gradient: NDArray[np.floating[Any]]) -> str:
    if gradient.size == 1:
        return _number(gradient.item())
    return f"‖{_number(float(np.linalg.norm(gradient)))}‖"


def _number(value: float) -> str:
    return f"{value:.4g}".replace("-", "−")
