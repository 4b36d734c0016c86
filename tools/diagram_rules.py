"""Rules for what the diagrams of the book say: that training is shown as it is.

Each node says its role. CONTRIBUTING.md lists the roles and the rules.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tools.book import Book
from tools.diagrams import Diagram, DiagramError, Node, Source, read, sources
from tools.violations import Violation, Violations

CYCLE = ("loss", "gradient", "optimiser", "parameters", "forward")
ROLES = {*CYCLE, "data", "collection", "step", "training", "validation", "test", "use"}
CHOICE = "choice-"  # what follows is the axis of the choice


@dataclass(frozen=True)
class Fault:
    """A place in a diagram that breaks a rule; lines count from 1."""

    line: int
    sentence: str


Faults = Iterator[Fault]


def roles_are_declared(diagram: Diagram) -> Faults:
    """Require a known role of each node, and of a subgraph that has one."""
    for thing in (diagram.nodes | diagram.subgraphs).values():
        known = thing.role in ROLES or thing.role.startswith(CHOICE)
        if not known and (thing.role or thing.id in diagram.nodes):
            role = thing.role or "none"
            yield Fault(thing.line, f"{thing.label} has no role of CONTRIBUTING.md, but {role}")


def nothing_is_isolated(diagram: Diagram) -> Faults:
    """Require that all nodes hang together; standing in one subgraph is no connection."""
    wholes = [{name} for name in diagram.nodes]
    for edge in diagram.edges:
        ends = {node.id for end in (edge.source, edge.target) for node in diagram.members(end)}
        touched = [whole for whole in wholes if whole & ends]
        wholes = [whole for whole in wholes if not whole & ends] + [set().union(*touched)]
    largest = max(wholes, key=len, default=set())
    for whole in wholes:
        if whole != largest:
            nodes = [node for node in diagram.nodes.values() if node.id in whole]
            labels = ", ".join(node.label for node in nodes)
            yield Fault(nodes[0].line, f"no arrow joins the rest of the diagram with {labels}")


def losses_compare(diagram: Diagram) -> Faults:
    """Require at least two things that go into each loss: outputs and labels."""
    for node in diagram.having("loss"):
        into = {e.source for e in diagram.edges if e.target == node.id and e.stroke != "dotted"}
        if len(into) < 2:
            yield Fault(node.line, f"{node.label} has {len(into)} of the two inputs of a loss")


def training_comes_round(diagram: Diagram) -> Faults:
    """Require, where there is a loss, the cycle of loss, gradient, optimiser, parameters, forward.

    From each node of one of these roles a way must lead to the next, through steps alone.
    """
    if not diagram.having("loss"):
        return
    for role, following in zip(CYCLE, (*CYCLE[1:], CYCLE[0]), strict=True):
        past = ROLES - {role, following, "step"}
        for node in diagram.having(role):
            if not diagram.leads(node.id, following, past):
                yield Fault(node.line, f"{node.label} ({role}) leads to no {following}")
            if role == "loss" and not diagram.leads(node.id, "loss"):
                yield Fault(node.line, f"training never comes round: no way back to {node.label}")


def data_are_given(diagram: Diagram) -> Faults:
    """Refuse arrows into data but from what collects them: training does not change its data."""
    for edge in diagram.edges:
        for node in diagram.members(edge.target):
            source = diagram.nodes.get(edge.source)
            if node.role == "data" and (source is None or source.role != "collection"):
                yield Fault(edge.line, f"an arrow changes the data {node.label}")


def choices_are_apart(diagram: Diagram) -> Faults:
    """Refuse arrows between choices, and subgraphs that mix the alternatives of several axes.

    A subgraph holds alternatives of one axis, or whole axes, each once.
    """
    choice = {node.id: node for node in diagram.nodes.values() if node.role.startswith(CHOICE)}
    for edge in diagram.edges:
        if edge.source in choice and edge.target in choice:
            ends = f"{choice[edge.source].label} and {choice[edge.target].label}"
            yield Fault(edge.line, f"an arrow makes a sequence of the choices {ends}")
    for group in diagram.subgraphs.values():
        axes = [node.role for node in choice.values() if node.group == group.id]
        if len(set(axes)) not in {0, 1, len(axes)}:
            mixed = ", ".join(sorted(set(axes)))
            yield Fault(group.line, f"{group.label} mixes alternatives of {mixed}")


def subgraphs_hold_what_they_say(diagram: Diagram) -> Faults:
    """Require that a subgraph with a role holds this role alone, and that no node repeats it."""
    labels = {node.label for node in diagram.nodes.values()}
    for group in diagram.subgraphs.values():
        for node in diagram.members(group.id):
            if group.role not in ("", node.role):
                sentence = f"{group.label} ({group.role}) holds {node.label} ({node.role})"
                yield Fault(node.line, sentence)
        if group.label in labels:
            yield Fault(group.line, f"{group.label} is a subgraph and a node as well")


def tests_come_last(diagram: Diagram) -> Faults:
    """Require where training is shown that the validation decides about it, and the test does not.

    Training is a loss and all that belongs to it, or one node that stands for it.
    """
    if not diagram.having("loss") + diagram.having("training"):
        return
    for node in diagram.having("test"):
        if not diagram.having("validation"):
            yield Fault(node.line, f"{node.label} is a test, and nothing is validated before it")
        if _decides(diagram, node):
            yield Fault(node.line, f"{node.label} is a test, and training goes on after it")
    for node in diagram.having("validation"):
        if not _decides(diagram, node):
            yield Fault(node.line, f"{node.label} decides nothing: no way back to training")


def _decides(diagram: Diagram, node: Node) -> bool:
    past = {"collection"}  # with other data training begins anew
    return any(diagram.leads(node.id, role, past) for role in ("forward", "training"))


RULES: tuple[Callable[[Diagram], Faults], ...] = (
    roles_are_declared,
    nothing_is_isolated,
    losses_compare,
    training_comes_round,
    data_are_given,
    choices_are_apart,
    subgraphs_hold_what_they_say,
    tests_come_last,
)


def diagrams_are_sound(book: Book) -> Violations:
    """Require that each diagram can be read and keeps the rules, but for those of the article.

    Those must break one, or the line that excepts them is wrong.
    """
    for page in book.pages:
        for source in sources(page):
            for fault in _faults(source):
                line = source.line + fault.line
                yield Violation(page.path, source.cell.number, f"line {line}: {fault.sentence}")


def _faults(source: Source) -> list[Fault]:
    try:
        diagram = read(source.text)
    except DiagramError as error:
        return [Fault(error.line, f"the diagram {error}")]
    faults = [fault for rule in RULES for fault in rule(diagram)]
    if not diagram.from_article:
        return faults
    return [] if faults else [Fault(1, "the diagram is marked as the article's, and has no fault")]
