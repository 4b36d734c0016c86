"""The recorded computation as a graph of nodes and edges, for drawing."""

import dataclasses
from collections.abc import Mapping

from companion.nn.tensor import Tensor, history


@dataclasses.dataclass(frozen=True)
class Node:
    """A tensor of a computation.

    Attributes
    ----------
    tensor
        Its `value` is what flowed forwards; what flows backwards is ``gradients(output, [tensor])``
        unless it is a constant.
    kind
        ``"constant"``: given, without a gradient, such as data and numbers in formulas;
        ``"parameter"``: given with ``requires_grad=True``; ``"computed"``: everything else.
    name
        That given to `trace`, or empty.
    depth
        Row of a drawing from top to bottom: a computed node stands below all that it needs, a given
        one just above its first use.
    """

    tensor: Tensor
    kind: str
    name: str
    depth: int

    @property
    def operation(self) -> str:
        """What computed it, such as ``"matmul"``; empty for a given tensor."""
        return self.tensor.operation if self.kind == "computed" else ""

    @property
    def shape(self) -> tuple[int, ...]:
        """Length along each axis."""
        return self.tensor.shape


@dataclasses.dataclass(frozen=True)
class Graph:
    """A computation.

    Attributes
    ----------
    nodes
        In an order in which each stands behind all that it was computed from; the output is last.
    edges
        Pairs of places in `nodes`, from an input to what it went into, in the order of the inputs;
        a tensor that went in twice has two edges.
    """

    nodes: tuple[Node, ...]
    edges: tuple[tuple[int, int], ...]


def trace(output: Tensor, names: Mapping[str, Tensor] | None = None) -> Graph:
    """Return how a tensor was computed.

    Parameters
    ----------
    output
        The result, computed with at least one tensor that requires a gradient.
    names
        Of tensors in the computation, such as ``{"x": x, **model.parameters()}``.

    Returns
    -------
    Graph
        What is recorded below `output`: what was computed from constants alone is one constant.

    Raises
    ------
    ValueError
        If nothing is recorded, or a named tensor does not occur.
    """
    if not output.links:
        raise ValueError("output was given, or computed without recording: there is no graph")
    tensors = _in_order(output)
    place = {id(tensor): i for i, tensor in enumerate(tensors)}
    named = {id(tensor): name for name, tensor in (names or {}).items()}
    if absent := sorted(name for key, name in named.items() if key not in place):
        raise ValueError(f"names that do not occur in the computation: {', '.join(absent)}")
    edges = tuple((place[id(p)], i) for i, tensor in enumerate(tensors) for p, _ in tensor.links)
    nodes = tuple(
        Node(tensor, _kind(tensor), named.get(id(tensor), ""), depth)
        for tensor, depth in zip(tensors, _depths(len(tensors), edges), strict=True)
    )
    return Graph(nodes, edges)


def _in_order(output: Tensor) -> list[Tensor]:
    # Inputs, given ones just before their first use, then what was computed from them.
    found: dict[int, Tensor] = {}
    for tensor in reversed(history(output)):
        for parent, _ in tensor.links:
            found.setdefault(id(parent), parent)
        if tensor.links:
            found[id(tensor)] = tensor
    return list(found.values())


def _kind(tensor: Tensor) -> str:
    if tensor.links:
        return "computed"
    return "parameter" if tensor.requires_grad else "constant"


def _depths(count: int, edges: tuple[tuple[int, int], ...]) -> list[int]:
    depths = [0] * count
    for source, target in edges:  # ordered by target: the depth of a source is final
        depths[target] = max(depths[target], depths[source] + 1)
    first_use: dict[int, int] = {}
    for source, target in edges:
        first_use[source] = min(depths[target], first_use.get(source, depths[target]))
    for given in set(range(count)) - {target for _, target in edges}:
        depths[given] = first_use[given] - 1
    return depths
