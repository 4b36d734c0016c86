"""Read the Mermaid flow charts of the book: the part of the language that the book uses.

A line that is not understood is an error. A test in `tests/site` compares what is read here with
what Mermaid's own parser reads.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from tools import myst
from tools.pages import Cell, Page

FROM_ARTICLE = "%% from the article"  # the line that excepts a diagram from the rules
BRACKETS = {
    "cylinder": ("[(", ")]"),
    "stadium": ("([", "])"),
    "circle": ("((", "))"),
    "square": ("[", "]"),
    "round": ("(", ")"),
    "diamond": ("{", "}"),
}
STROKES = {"-->": "normal", "==>": "thick", "-.->": "dotted"}

# Mermaid gives the excluded characters meanings of their own outside of quotation marks.
TEXT = r"""(?:"[^"]+"|[^\s"'`|<>()\[\]{}/\\;#&][^"`|<>()\[\]{};#&]*)"""
SHAPE = "|".join(
    rf"{re.escape(left)}(?P<{shape}>{TEXT}){re.escape(right)}"
    for shape, (left, right) in BRACKETS.items()
)
NODE = re.compile(rf"(?P<id>[A-Za-z]\w*)(?:{SHAPE})?(?::::(?P<role>[\w-]+))?")
LINK = re.compile(rf" *(?P<arrow>{'|'.join(map(re.escape, STROKES))})(?:\|(?P<label>{TEXT})\|)? *")
HEAD = re.compile(r"flowchart (?P<direction>TB|TD|BT|LR|RL)")
SUBGRAPH = re.compile(rf"subgraph (?P<id>[A-Za-z]\w*) \[(?P<title>{TEXT})\]")
CLASS = re.compile(r"class (?P<id>[A-Za-z]\w*) (?P<role>[\w-]+)")
IGNORED = re.compile(r"$|%%(?!\{)|acc(Title|Descr): .|direction (TB|TD|BT|LR|RL)$")
RESERVED = {"class", "click", "default", "end", "flowchart", "graph", "href", "style", "subgraph"}


class DiagramError(ValueError):
    """A line of a diagram that is not understood; lines count from 1."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line


@dataclass
class Node:
    """A node; `group` is the innermost subgraph around it."""

    id: str
    line: int
    label: str
    shape: str = "square"
    role: str = ""
    group: str = ""


@dataclass(frozen=True)
class Edge:
    """An arrow between two nodes or subgraphs; `stroke` is normal, thick or dotted."""

    source: str
    target: str
    label: str
    stroke: str
    line: int


@dataclass
class Subgraph:
    """A frame around nodes; `group` is the subgraph around it."""

    id: str
    line: int
    label: str
    role: str = ""
    group: str = ""


@dataclass
class Diagram:
    """A flow chart."""

    nodes: dict[str, Node] = field(default_factory=dict)
    subgraphs: dict[str, Subgraph] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    from_article: bool = False

    def having(self, role: str) -> list[Node]:
        """Return the nodes of a role."""
        return [node for node in self.nodes.values() if node.role == role]

    def members(self, name: str) -> list[Node]:
        """Return the nodes inside a subgraph and those inside it; of a node, that node."""
        if name in self.nodes:
            return [self.nodes[name]]
        inner = [group.id for group in self.subgraphs.values() if group.group == name]
        direct = [node for node in self.nodes.values() if node.group == name]
        return direct + [node for group in inner for node in self.members(group)]

    def leads(self, start: str, role: str, past: Collection[str] = ()) -> bool:
        """Whether arrows lead from a node to one of a role, without nodes of the roles in `past`.

        Dotted arrows do not count: along them goes a choice, and nothing that is computed.
        """
        seen: set[str] = set()
        waiting = [start]
        while waiting:
            here = waiting.pop()
            for edge in self.edges:
                target = self.nodes.get(edge.target)
                if edge.source != here or edge.stroke == "dotted" or target is None:
                    continue
                if target.role == role:
                    return True
                if target.id not in seen and target.role not in past:
                    seen.add(target.id)
                    waiting.append(target.id)
        return False


@dataclass(frozen=True)
class Source:
    """A diagram's text, the cell that it stands in, and the line of the file that opens it."""

    cell: Cell
    line: int
    text: str


def sources(page: Page) -> Iterator[Source]:
    """Yield the diagrams of a page, in order."""
    lines = [line.strip() for line in page.source.read_text("utf-8").splitlines()]
    at = 0
    for cell in page.cells:
        if cell.kind != "markdown":
            continue
        for fence in myst.directives(cell.source):
            if fence.name == "mermaid":
                wanted = [line.strip() for line in fence.source.splitlines()]
                while lines[at : at + len(wanted)] != wanted:
                    at += 1
                yield Source(cell, at + 1, fence.body)
                at += len(wanted)


def read(text: str) -> Diagram:
    """Read a diagram.

    Raises
    ------
    DiagramError
        If a line is not understood.
    """
    reader = _Reader()
    for number, line in enumerate(text.splitlines(), start=1):
        reader.take(number, line.strip())
    return reader.finish()


class _Reader:
    def __init__(self) -> None:
        self.diagram = Diagram()
        self.open: list[str] = []  # the subgraphs around the line, from the outermost
        self.begun = False
        self.line = 0

    def take(self, number: int, text: str) -> None:
        self.line = number
        if text == FROM_ARTICLE:
            self.diagram.from_article = True
        if IGNORED.match(text):
            return
        if not self.begun:
            if not HEAD.fullmatch(text):
                raise self.error(f"must begin with flowchart TD or another direction, got {text}")
            self.begun = True
        elif found := SUBGRAPH.fullmatch(text):
            self.subgraph(found)
        elif text == "end" and self.open:
            self.open.pop()
        elif found := CLASS.fullmatch(text):
            self.role(found)
        else:
            self.statement(text)

    def subgraph(self, found: re.Match[str]) -> None:
        name, title = found["id"], found["title"].strip('"')
        if name in self.diagram.nodes or name in self.diagram.subgraphs:
            raise self.error(f"opens the subgraph {name}, a name that is taken")
        self.diagram.subgraphs[name] = Subgraph(name, self.line, title, group=self.group)
        self.open.append(name)

    def role(self, found: re.Match[str]) -> None:
        known = self.diagram.nodes | self.diagram.subgraphs
        if found["id"] not in known:
            raise self.error(f"gives a role to {found['id']}, which is not drawn above it")
        known[found["id"]].role = found["role"]

    def statement(self, text: str) -> None:
        """Read a node, or nodes joined by arrows."""
        at, before, link = 0, "", None
        while node := NODE.match(text, at):
            name = self.node(node)
            if link is not None:
                label, stroke = (link["label"] or "").strip('" '), STROKES[link["arrow"]]
                self.diagram.edges.append(Edge(before, name, label, stroke, self.line))
            if node.end() == len(text):
                return
            link = LINK.match(text, node.end())
            if link is None:
                break
            at, before = link.end(), name
        raise self.error(f"is not understood: {text}")

    def node(self, found: re.Match[str]) -> str:
        name = found["id"]
        if name in RESERVED:
            raise self.error(f"uses {name}, a word of Mermaid's, as a name")
        if name in self.diagram.subgraphs:
            return name
        node = self.diagram.nodes.setdefault(name, Node(name, self.line, name))
        shape = next((shape for shape in BRACKETS if found[shape]), None)
        if shape is not None:
            node.label, node.shape = found[shape].strip('" '), shape
        node.role = found["role"] or node.role
        if self.group:
            if node.group not in ("", self.group):
                raise self.error(f"draws {name} in the subgraphs {node.group} and {self.group}")
            node.group = self.group
        return name

    def finish(self) -> Diagram:
        if not self.begun:
            raise self.error("is empty")
        if self.open:
            raise self.error(f"does not end the subgraph {self.open[-1]}")
        return self.diagram

    @property
    def group(self) -> str:
        return self.open[-1] if self.open else ""

    def error(self, sentence: str) -> DiagramError:
        return DiagramError(self.line, sentence)
