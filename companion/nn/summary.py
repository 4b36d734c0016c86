"""A network as a table: what each layer gives, and what it costs."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from companion.nn.layers.layer import Layer, Shape


class Row(NamedTuple):
    """One layer of a network."""

    name: str
    kind: str
    shape: Shape  # of its output, without the batch axis
    parameters: int
    flops: int  # of a forward pass of one example


class Summary(list[Row]):
    """The rows of a network; as text, a table."""

    @property
    def parameters(self) -> int:
        """Trainable parameters of the whole network."""
        return sum(row.parameters for row in self)

    @property
    def flops(self) -> int:
        """Floating-point operations of a forward pass of one example."""
        return sum(row.flops for row in self)

    def __str__(self) -> str:
        head = ("layer", "kind", "output shape", "parameters", "FLOPs")
        body = [
            (row.name, row.kind, str(row.shape), f"{row.parameters:,}", f"{row.flops:,}")
            for row in self
        ]
        total = ("in all", "", "", f"{self.parameters:,}", f"{self.flops:,}")
        widths = [max(map(len, column)) for column in zip(head, *body, total, strict=True)]
        lines = [
            "  ".join(
                cell.rjust(width) if i > 2 else cell.ljust(width)
                for i, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in (head, *body, total)
        ]
        return "\n".join(lines)


def summarize(layers: Iterable[Layer], shape: Shape) -> Summary:
    """Return a row for each of some layers in a row.

    Parameters
    ----------
    layers
        With their parameters made.
    shape
        Of the input, without the batch axis.

    Returns
    -------
    Summary
        Rows in the order of the layers; a layer is called by its class and its place among those
        of the class, as in Keras.

    Raises
    ------
    ValueError
        If an axis that a count needs has no known length.
    """
    rows, kinds = Summary(), Counter[str]()
    for layer in layers:
        kind = type(layer).__name__
        name = kind.lower() + (f"_{kinds[kind]}" if kinds[kind] else "")
        kinds[kind] += 1
        flops = layer.flops(shape)
        shape = layer.output_shape(shape)
        rows.append(Row(name, kind, shape, layer.count_parameters(), flops))
    return rows
