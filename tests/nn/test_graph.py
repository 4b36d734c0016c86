import numpy as np
import pytest

from companion.nn.functions import relu
from companion.nn.graph import trace
from companion.nn.losses import mean_squared_error
from companion.nn.tensor import Tensor, gradients, no_grad


def neuron():
    x, w, b = Tensor(np.ones((4, 3))), Tensor(np.ones(3), True), Tensor(0.5, True)
    return {"x": x, "w": w, "b": b}, relu(x * w + b)


def test_nodes_say_what_was_computed_from_what():
    names, output = neuron()
    graph = trace(output, names)
    rows = [(n.name, n.kind, n.operation, n.shape) for n in graph.nodes]
    assert rows == [
        ("x", "constant", "", (4, 3)),
        ("w", "parameter", "", (3,)),
        ("", "computed", "multiply", (4, 3)),
        ("b", "parameter", "", ()),
        ("", "computed", "add", (4, 3)),
        ("", "computed", "relu", (4, 3)),
    ]
    assert graph.edges == ((0, 2), (1, 2), (2, 4), (3, 4), (4, 5))


def test_depth_puts_results_behind_inputs_and_given_tensors_next_to_their_use():
    graph = trace(neuron()[1])
    assert [n.depth for n in graph.nodes] == [0, 0, 1, 1, 2, 3]
    assert all(graph.nodes[a].depth < graph.nodes[b].depth for a, b in graph.edges)


def test_a_given_tensor_that_is_used_often_stands_above_its_first_use():
    x, w = Tensor(np.ones(2), requires_grad=True), Tensor(np.ones(2), requires_grad=True)
    graph = trace(((x * 2.0) * w).sum() + w.sum(), {"w": w})
    (depth,) = (node.depth for node in graph.nodes if node.name == "w")
    uses = [graph.nodes[b].depth for a, b in graph.edges if graph.nodes[a].name == "w"]
    assert depth == min(uses) - 1


def test_the_order_and_the_depths_fit_a_long_computation_with_branches():
    x = Tensor(np.ones(2), requires_grad=True)
    left, right = x * 2.0, x
    for _ in range(5000):
        right = -right
    graph = trace(left + right)
    assert len(graph.nodes) == 5004
    assert all(a < b for a, b in graph.edges)
    assert graph.nodes[-1].depth == 5001
    assert graph.nodes[-1].operation == "add"


def test_a_tensor_that_is_used_twice_is_one_node_with_two_edges():
    x = Tensor(3.0, requires_grad=True)
    graph = trace(x * x)
    assert len(graph.nodes) == 2
    assert graph.edges == ((0, 1), (0, 1))


def test_forward_values_and_backward_gradients_can_be_read():
    x, w = Tensor([[1.0, 2.0]]), Tensor([[3.0], [4.0]], requires_grad=True)
    loss = mean_squared_error([[10.0]], x @ w)
    graph = trace(loss)
    asked = [node.tensor for node in graph.nodes if node.kind != "constant"]
    found = gradients(loss, asked)
    assert graph.nodes[-1].tensor is loss
    assert found[-1].item() == 1
    assert found[asked.index(w)].value.tolist() == [[2.0], [4.0]]  # 2 (11 − 10) x
    assert all(g.shape == t.shape for g, t in zip(found, asked, strict=True))


def test_what_comes_from_constants_alone_is_one_constant():
    data = Tensor([1.0, 2.0]) * 3.0
    graph = trace(data * Tensor([1.0, 1.0], requires_grad=True))
    assert [(n.kind, n.operation) for n in graph.nodes] == [
        ("constant", ""),
        ("parameter", ""),
        ("computed", "multiply"),
    ]


def test_the_graph_of_a_gradient_can_be_traced_too():
    x = Tensor(2.0, requires_grad=True)
    (slope,) = gradients(x**3, [x], create_graph=True)
    kinds = {node.kind for node in trace(slope).nodes}
    assert kinds == {"computed", "parameter", "constant"}


def test_without_a_recording_there_is_no_graph():
    x = Tensor(2.0, requires_grad=True)
    with no_grad():
        y = x * 2.0
    for tensor in (x, y, Tensor(1.0)):
        with pytest.raises(ValueError, match="there is no graph"):
            trace(tensor)


def test_names_must_belong_to_tensors_of_the_computation():
    x = Tensor(2.0, requires_grad=True)
    with pytest.raises(ValueError, match="do not occur in the computation: other, unused"):
        trace(x * 2.0, {"x": x, "unused": Tensor(1.0), "other": Tensor(1.0)})
