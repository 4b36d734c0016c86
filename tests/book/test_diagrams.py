"""The article's two diagrams, as the pages show them, and every fault that the errata name."""

import re
from itertools import pairwise

import pytest

from tools import diagram_rules
from tools.book import Book
from tools.diagrams import read, sources


@pytest.fixture(scope="module")
def pages():
    return {page.name: page for page in Book().pages}


def diagrams(page):
    return [read(source.text) for source in sources(page)]


@pytest.fixture(scope="module")
def first(pages):
    (diagram,) = (d for d in diagrams(pages["concepts/flow"]) if d.from_article)
    return diagram


@pytest.fixture(scope="module")
def second(pages):
    (diagram,) = (d for d in diagrams(pages["concepts/concept-map"]) if d.from_article)
    return diagram


def found(rule, diagram):
    return [fault.sentence for fault in rule(diagram)]


def labels(diagram, role):
    return [node.label for node in diagram.having(role)]


# Section 2.3


def test_diagram_1_is_that_of_the_article(first):
    assert (len(first.nodes), len(first.edges), len(first.subgraphs)) == (12, 11, 0)
    ids = list("ABCDEFGHIJKL")
    assert [(e.source, e.target) for e in first.edges] == list(pairwise(ids))
    assert found(diagram_rules.roles_are_declared, first) == []
    assert found(diagram_rules.nothing_is_isolated, first) == []


def test_diagram_1_has_no_loop(first):
    sentence = "training never comes round: no way back to loss function"
    assert sentence in found(diagram_rules.training_comes_round, first)


def test_diagram_1_gives_the_loss_no_labels(first):
    sentence = "loss function has 1 of the two inputs of a loss"
    assert found(diagram_rules.losses_compare, first) == [sentence]


def test_diagram_1_has_no_gradient_between_loss_and_optimiser(first):
    assert labels(first, "gradient") == []
    sentence = "loss function (loss) leads to no gradient"
    assert sentence in found(diagram_rules.training_comes_round, first)


def test_diagram_1_mixes_layers_with_steps_and_shows_no_parameters(first):
    assert first.subgraphs == {}
    assert len(labels(first, "forward")) == 5
    assert labels(first, "parameters") == []
    sentences = found(diagram_rules.training_comes_round, first)
    assert "optimiser (optimiser) leads to no parameters" in sentences
    assert "update parameters (optimiser) leads to no parameters" in sentences


def test_diagram_1_evaluates_once_and_splits_nothing(first):
    sentence = "evaluate model is a test, and nothing is validated before it"
    assert found(diagram_rules.tests_come_last, first) == [sentence]
    ways_out = [edge.source for edge in first.edges]
    assert len(set(ways_out)) == len(ways_out)  # nothing is split: no node has two


def test_diagram_1_ends_before_deployment_and_monitoring(first):
    assert labels(first, "use") == labels(first, "collection") == []


# Section 2.3.2


def test_diagram_2_is_that_of_the_article(second):
    assert (len(second.nodes), len(second.edges), len(second.subgraphs)) == (21, 18, 3)
    assert found(diagram_rules.roles_are_declared, second) == []


def test_diagram_2_puts_activation_and_backpropagation_after_the_update(second):
    sentences = found(diagram_rules.training_comes_round, second)
    assert "loss function (loss) leads to no gradient" in sentences  # but through the optimiser
    assert second.leads("H", "gradient")
    assert "activation (forward) leads to no loss" in sentences  # but through the gradient
    assert second.leads("K", "loss")


def test_diagram_2_changes_the_input_data(second):
    sentence = "an arrow changes the data input data"
    assert found(diagram_rules.data_are_given, second) == [sentence]


@pytest.mark.parametrize("ends", ["ReLU and tanh", "tanh and sigmoid", "SGD and Adam"])
def test_diagram_2_makes_sequences_of_alternatives(second, ends):
    sentence = f"an arrow makes a sequence of the choices {ends}"
    assert sentence in found(diagram_rules.choices_are_apart, second)


def test_diagram_2_puts_batch_descent_beside_adam(second):
    sentences = found(diagram_rules.choices_are_apart, second)
    assert "an arrow makes a sequence of the choices Adam and batch GD" in sentences
    assert "optimiser mixes alternatives of choice-rule, choice-sample" in sentences


def test_diagram_2_takes_forward_pass_and_update_for_backpropagation(second):
    sentences = found(diagram_rules.subgraphs_hold_what_they_say, second)
    assert "backpropagation (gradient) holds forward pass (forward)" in sentences
    assert "backpropagation (gradient) holds update weights (optimiser)" in sentences


@pytest.mark.parametrize(
    "nodes", ["ReLU, tanh, sigmoid", "SGD, Adam, batch GD", "forward pass, compute gradients"]
)
def test_diagram_2_joins_no_subgraph_with_the_rest(second, nodes):
    sentences = found(diagram_rules.nothing_is_isolated, second)
    assert any(f"no arrow joins the rest of the diagram with {nodes}" in s for s in sentences)
    assert len(sentences) == 3


@pytest.mark.parametrize("label", ["activation", "optimiser", "backpropagation"])
def test_diagram_2_shows_three_things_twice(second, label):
    sentences = found(diagram_rules.subgraphs_hold_what_they_say, second)
    assert f"{label} is a subgraph and a node as well" in sentences


def test_diagram_2_has_no_labels_regulariser_or_prediction(second):
    sentence = "loss function has 1 of the two inputs of a loss"
    assert found(diagram_rules.losses_compare, second) == [sentence]
    assert labels(second, "choice-regulariser") == labels(second, "use") == []


# What stands in their place


def test_every_arrow_of_the_corrected_flow_is_named_by_a_line_of_code(pages):
    page = pages["concepts/flow"]
    named = set()
    for cell in page.code():
        for comment in re.findall(r"# (.+→.+)", cell.source):
            stages = [stage.split(", ") for stage in comment.split(" → ")]
            for before, after in pairwise(stages):
                named |= {(source, target) for source in before for target in after}
    drawn = {
        (diagram.nodes[edge.source].label, diagram.nodes[edge.target].label)
        for diagram in diagrams(page)
        for edge in diagram.edges
        if not diagram.from_article
    }
    assert len(drawn) == 21
    assert named == drawn


@pytest.mark.parametrize("page", ["concepts/flow", "concepts/concept-map"])
def test_the_corrected_diagrams_have_what_those_of_the_article_lack(pages, page):
    corrected = [d for d in diagrams(pages[page]) if not d.from_article]
    roles = {node.role for diagram in corrected for node in diagram.nodes.values()}
    assert roles >= {"data", "use", *diagram_rules.CYCLE}
