"""The drawing of a computation: what stands in it, and where."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from companion import nn
from companion.display.computation import arrange, graph

SVG = "{http://www.w3.org/2000/svg}"


def texts(output):
    svg = re.search(r"<svg.*</svg>", output.content, re.DOTALL)[0]
    return [text.text for text in ET.fromstring(svg).iter(f"{SVG}text")]


def draw(output, names=None):
    computation = nn.trace(output, names)
    tensors = [node.tensor for node in computation.nodes if node.kind != "constant"]
    graph(computation, [g.value for g in nn.gradients(output, tensors)], alt="x")


def neuron():
    w, b = nn.Tensor(0.5, requires_grad=True), nn.Tensor(-0.4, requires_grad=True)
    x, y = nn.Tensor(2.0), nn.Tensor(1.0)
    p = nn.functions.sigmoid(w * x + b)
    loss = (p - y) ** 2
    names = {"w": w, "b": b, "x": x, "y": y, "p": p, "loss": loss}
    return loss, names, nn.gradients(loss, [w, b, p])


def test_graph_writes_names_operations_values_and_gradients(shown):
    loss, names, found = neuron()
    draw(loss, names)
    written = texts(shown[0])
    assert {"w", "b", "x", "y", "×", "+", "−", "p = sigmoid", "loss = ( )²"} <= set(written)
    assert {"0.5", "−0.4", "0.6457"} <= set(written)
    assert {f"∇ {g.item():.4g}".replace("-", "−") for g in found} <= set(written)


def test_graph_writes_no_gradient_of_constants(shown):
    loss, _, _ = neuron()
    draw(loss)
    gradients = [text for text in texts(shown[0]) if re.match("∇ [−0-9]", text)]
    assert len(gradients) == 7  # w, b, and what was computed
    assert texts(shown[0]).count("constant") == 2
    assert texts(shown[0]).count("parameter") == 2


def test_graph_writes_shapes_and_norms_of_arrays(shown):
    x = nn.Tensor(np.array([[3.0, 0.0], [0.0, 4.0]]), requires_grad=True)
    draw((x * x).sum() * 0.5)
    assert {"parameter", "2 × 2", "∇ ‖5‖"} <= set(texts(shown[0]))


def test_graph_refuses_too_few_gradients():
    x = nn.Tensor(2.0, requires_grad=True)
    with pytest.raises(ValueError, match="gradients must be one for each of 2 nodes, got 1"):
        graph(nn.trace(x * 2), [1.0], alt="x")


def test_graph_needs_alt():
    x = nn.Tensor(2.0, requires_grad=True)
    with pytest.raises(ValueError, match="alt must say"):
        graph(nn.trace(x * 2), [2.0, 1.0], alt=" ")


def test_a_tensor_that_went_in_twice_has_two_arrows(shown):
    x = nn.Tensor(3.0, requires_grad=True)
    draw(x * x + x)
    curves = re.findall(r'd="(M [^"]*?)"', shown[0].content)
    routes = [curve for curve in curves if " C " in curve and not curve.rstrip().endswith("z")]
    assert len(set(routes)) == 4


def test_arrange_gives_every_node_its_row_and_every_long_edge_a_place_on_the_way():
    x = nn.Tensor(3.0, requires_grad=True)
    y = nn.functions.tanh(nn.functions.exp(x)) + x
    computation = nn.trace(y)
    rows = arrange(computation)
    depths = [node.depth for node in computation.nodes]
    assert sorted(p for row in rows for p in row if isinstance(p, int)) == list(range(len(depths)))
    assert all(depths[p] == y for y, row in enumerate(rows) for p in row if isinstance(p, int))
    passing = [p for row in rows for p in row if isinstance(p, tuple)]
    assert len(passing) == sum(depths[b] - depths[a] - 1 for a, b in computation.edges) == 2


def test_arrange_crosses_no_edges_of_two_separate_chains():
    a, b = (nn.Tensor(1.0, requires_grad=True) for _ in range(2))
    for _ in range(3):
        a, b = nn.functions.tanh(a), nn.functions.exp(b)
    computation = nn.trace(b - a)
    rows = arrange(computation)
    left = {0 if computation.nodes[row[0]].operation == "exp" else 1 for row in rows[1:4]}
    assert len(left) == 1


def test_graphs_fit_a_phone(shown):
    model = nn.Sequential([nn.Input((4,)), nn.Dense(3, "tanh"), nn.Dense(2)])
    loss = nn.losses.cross_entropy(np.array([0, 1]), model(np.ones((2, 4))))
    draw(loss, model.parameters())
    assert int(re.search(r"max-width: (\d+)px", shown[0].content)[1]) <= 480
    assert len(shown[0].content) < 60_000
    assert not re.search("#0{6}|#f{6}", shown[0].content)
