"""Diagrams are read as they are written, and each rule finds the fault that it is for."""

import pytest

from tools import checks
from tools.diagram_rules import RULES, diagrams_are_sound
from tools.diagrams import DiagramError, Edge, read, sources

GOOD = """\
flowchart TD
  accTitle: Training
  %% a comment
  D[(data)]:::data -->|"x, of a batch"| F([forward pass]):::forward
  D -->|labels| L("loss (mean)"):::loss
  subgraph step [one step]
    direction TB
    F ==> L
    L --> G((gradient)):::gradient --> O[optimiser]:::optimiser
    O --> W[(weights)]:::parameters
    W --> F
  end
  A{activation}:::choice-activation -.-> F
  R[regulariser]:::choice-regulariser -.-> L
  W --> V[validate]
  V -->|improving| F
  V --> T[test]:::test
  T --> M[monitor]:::collection
  M --> D
  class V validation
"""


def sentences(text):
    return [fault.sentence for rule in RULES for fault in rule(read(text))]


# The reader


def test_nodes_have_labels_shapes_roles_and_groups():
    nodes = read(GOOD).nodes
    assert [(n.id, n.label, n.shape, n.role, n.group) for n in nodes.values()] == [
        ("D", "data", "cylinder", "data", ""),
        ("F", "forward pass", "stadium", "forward", "step"),
        ("L", "loss (mean)", "round", "loss", "step"),
        ("G", "gradient", "circle", "gradient", "step"),
        ("O", "optimiser", "square", "optimiser", "step"),
        ("W", "weights", "cylinder", "parameters", "step"),
        ("A", "activation", "diamond", "choice-activation", ""),
        ("R", "regulariser", "square", "choice-regulariser", ""),
        ("V", "validate", "square", "validation", ""),
        ("T", "test", "square", "test", ""),
        ("M", "monitor", "square", "collection", ""),
    ]


def test_arrows_have_labels_and_strokes():
    edges = read(GOOD).edges
    assert edges[0] == Edge("D", "F", "x, of a batch", "normal", 4)
    assert edges[2] == Edge("F", "L", "", "thick", 8)
    assert edges[3:5] == [Edge("L", "G", "", "normal", 9), Edge("G", "O", "", "normal", 9)]
    assert [e.source for e in edges if e.stroke == "dotted"] == ["A", "R"]


def test_subgraphs_hold_the_nodes_of_those_inside_them():
    text = "flowchart LR\nsubgraph a [one]\nA --> B\nsubgraph b [two]\nC\nend\nend\nb --> D"
    diagram = read(text)
    assert [node.id for node in diagram.members("a")] == ["A", "B", "C"]
    assert [node.id for node in diagram.members("b")] == ["C"]
    assert diagram.subgraphs["b"].group == "a"
    assert list(diagram.nodes) == ["A", "B", "C", "D"]


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("", 0, "is empty"),
        ("sequenceDiagram", 1, "must begin with flowchart TD"),
        ("graph TD\nA", 1, "must begin with flowchart TD"),
        ("flowchart TD\n\nA --- B", 3, "is not understood: A --- B"),
        ("flowchart TD\nA --> B;", 2, "is not understood"),
        ("flowchart TD\nA & B --> C", 2, "is not understood"),
        ("flowchart TD\nA -- label --> B", 2, "is not understood"),
        ("flowchart TD\nA -->", 2, "is not understood"),
        ("flowchart TD\nA[f(x)]", 2, "is not understood"),
        ("flowchart TD\nA[/leaning/]", 2, "is not understood"),
        ("flowchart TD\nA[[twice]]", 2, "is not understood"),
        ("flowchart TD\nA[open", 2, "is not understood"),
        ("flowchart TD\nclassDef data fill:red", 2, "is not understood"),
        ("flowchart TD\n%%{init: {}}%%", 2, "is not understood"),
        ("flowchart TD\nA --> end", 2, "uses end, a word of Mermaid's"),
        ("flowchart TD\nend", 2, "uses end"),
        ("flowchart TD\nsubgraph a [b]\nA", 3, "does not end the subgraph a"),
        ("flowchart TD\nA\nsubgraph A [b]\nend", 3, "opens the subgraph A, a name that is taken"),
        (
            "flowchart TD\nsubgraph a [b]\nA\nend\nsubgraph c [d]\nA\nend",
            6,
            "draws A in the subgraphs a and c",
        ),
        ("flowchart TD\nclass A data", 2, "gives a role to A, which is not drawn above"),
    ],
)
def test_what_is_not_understood_is_an_error_that_names_the_line(text, line, sentence):
    with pytest.raises(DiagramError, match=sentence) as caught:
        read(text)
    assert caught.value.line == line


def test_ways_do_not_lead_along_dotted_arrows_or_past_what_is_barred():
    diagram = read("flowchart TD\nA --> B:::step --> C:::loss\nA -.-> D:::data\nC ==> A")
    assert diagram.leads("A", "loss")
    assert not diagram.leads("A", "data")
    assert not diagram.leads("A", "loss", past={"step"})
    assert diagram.leads("C", "loss")


# The rules


def test_a_good_diagram_breaks_no_rule():
    assert sentences(GOOD) == []


def test_a_diagram_without_training_needs_none_of_its_parts():
    assert sentences("flowchart LR\nA[x]:::data --> B[conv]:::forward --> C[ReLU]:::forward") == []


BROKEN = [
    (
        "[optimiser]:::optimiser",
        "[optimiser]",
        "optimiser has no role of CONTRIBUTING.md, but none",
    ),
    (":::optimiser", ":::optimizer", "CONTRIBUTING.md, but optimizer"),
    ("  A{activation}:::choice-activation -.-> F\n", "  A{lone}:::step\n", "diagram with lone"),
    ("  D -->|labels| L(", "  L(", "loss (mean) has 1 of the two inputs"),
    ("D -->|labels| L", "D -.->|labels| L", "loss (mean) has 1 of the two inputs"),
    ("    W --> F\n", "", "weights (parameters) leads to no forward"),  # but for validation
    ("((gradient)):::gradient", "((gradient)):::step", "loss (mean) (loss) leads to no gradient"),
    ("    L --> G", "    O -.-> L\n    G", "never comes round: no way back to loss (mean)"),
    ("O --> W[(weights)]", "W[(weights)]", "optimiser (optimiser) leads to no parameters"),
    ("M --> D", "M --> D\n  O --> D", "an arrow changes the data data"),
    ("M --> D", "M --> D\n  step --> D", "an arrow changes the data data"),
    ("A{activation}", "A -.-> R\n  A{activation}", "a sequence of the choices activation and reg"),
    ("subgraph step [one step]", "subgraph step [test]", "test is a subgraph and a node as well"),
    ("  class V", "  class step forward\n  class V", "one step (forward) holds gradient (grad"),
    (":::test", ":::step", ""),
    ("class V validation", "class V step", "test is a test, and nothing is validated before it"),
    ("T --> M", "T --> F\n  T --> M", "test is a test, and training goes on after it"),
    ("V -->|improving| F", "V --> T", "validate decides nothing: no way back to training"),
]


@pytest.mark.parametrize(("old", "new", "sentence"), BROKEN)
def test_each_fault_is_found(old, new, sentence):
    assert old in GOOD
    found = sentences(GOOD.replace(old, new, 1))
    assert any(sentence in each for each in found) if sentence else found == []


def test_alternatives_of_one_axis_or_whole_axes_may_share_a_subgraph():
    frame = "flowchart TD\nsubgraph a [choices]\n{}\nend\na -.-> X[x]:::step"
    one = "A:::choice-rule\nB:::choice-rule"
    several = "A:::choice-rule\nB:::choice-sample"
    mixed = "A:::choice-rule\nB:::choice-rule\nC:::choice-sample"
    assert sentences(frame.format(one)) == []
    assert sentences(frame.format(several)) == []
    assert sentences(frame.format(mixed)) == [
        "choices mixes alternatives of choice-rule, choice-sample",
    ]


def test_a_training_in_one_node_has_a_validation_and_ends_with_the_test():
    process = "flowchart TD\nD[(data)]:::data --> F[train]:::training --> V[validate]:::validation"
    assert sentences(f"{process}\nV --> F\nV --> T[test]:::test") == []
    assert sentences(f"{process}\nV --> T[test]:::test") == [
        "validate decides nothing: no way back to training"
    ]
    (after,) = sentences(f"{process}\nV --> F\nV --> T[test]:::test\nT --> F")
    assert after == "test is a test, and training goes on after it"


# In the book


def test_the_diagrams_of_a_page_are_found_with_their_lines(checkout):
    fence = "```{mermaid}\nflowchart TD\n  A\n```\n"
    indented = ":::{admonition} B\n" + fence.replace("A", "B") + ":::\n"
    example = f"````md\n{fence}````\n"
    checkout.notebook("book/one/page.md", f"# Title\n\n{fence}\n{example}\n{fence}\n{indented}")
    page = next(page for page in checkout.book.pages if page.name == "one/page")
    lines = page.source.read_text().splitlines()
    found = list(sources(page))
    assert [source.text for source in found] == [
        "flowchart TD\n  A\n",
        "flowchart TD\n  A\n",
        "flowchart TD\n  B\n",
    ]
    assert [lines[source.line - 1] for source in found] == ["```{mermaid}"] * 3
    assert len({source.line for source in found}) == 3


def broken(checkout, diagram):
    checkout.write("book/index.md", f"# Home\n\nWelcome.\n\n```{{mermaid}}\n{diagram}\n```\n")
    return [str(violation) for violation in diagrams_are_sound(checkout.book)]


def test_a_broken_diagram_fails_the_checks_with_page_and_line(checkout, capsys):
    unclear = "flowchart TD\n  accTitle: A\n  A --- B"
    (violation,) = broken(checkout, unclear)
    assert violation == "book/index.md:1: line 8: the diagram is not understood: A --- B"
    assert checks.main([], checkout.root) == 1
    assert violation in capsys.readouterr().out
    (violation,) = broken(checkout, "flowchart TD\n  A[one]:::step --> B[two]")
    assert violation.startswith("book/index.md:1: line 7: two has no role of ")
    assert broken(checkout, GOOD) == []


def test_a_diagram_of_the_article_may_break_the_rules_and_must(checkout):
    marked = "flowchart TD\n  %% from the article\n  A[one]:::step"
    assert broken(checkout, f"{marked} --> B[two]") == []
    (violation,) = broken(checkout, f"{marked} --> B[two]:::step")
    assert violation.endswith("line 6: the diagram is marked as the article's, and has no fault")
    (violation,) = broken(checkout, f"{marked} --- B[two]:::step")
    assert "is not understood" in violation
