"""Every diagram of the book, as Mermaid's own parser reads it and as ours does."""

import re
from html import unescape

import pytest

from tools.book import Book
from tools.diagrams import DiagramError, read, sources

PARSE = """async text => {
  await mermaid.parse(text);  // loads the parser, and throws if the text is wrong
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
  return {
    nodes: [...db.getVertices().values()],
    edges: db.getEdges(),
    subgraphs: db.getSubGraphs(),
  };
}"""


@pytest.fixture(scope="module")
def parse(browser, html):
    """Mermaid's parser, from the script that the book's pages load."""
    script = html / "_static" / "vendor" / "mermaid" / "mermaid.min.js"
    if not script.is_file():
        pytest.skip("Mermaid comes from a CDN: npm was not there at build time")
    with browser.new_context() as context:
        page = context.new_page()
        page.add_script_tag(path=script)
        yield lambda text: page.evaluate(PARSE, text)


# One diagram with everything that our reader knows.
EVERYTHING = """flowchart LR
  accTitle: All
  %% a comment
  A[square] --> B(round) ==> C([stadium]):::step
  C -.->|"a, (b)"| D((circle)):::choice-rule
  subgraph outer ["outer: one"]
    direction TB
    D -->|label| E{diamond}
    subgraph inner [inner]
      F[(cylinder θ)] --> G["f(x); a | b"]
    end
  end
  inner --> A
  class inner gradient
  class G use
"""


def diagrams():
    yield "here", EVERYTHING
    for page in Book().pages:
        for source in sources(page):
            yield f"{page.path}:{source.line}", source.text


def seen_by_mermaid(found, subgraphs):
    return {
        "nodes": {
            node["id"]: (plain(node["text"]), node.get("type", "square"), *node["classes"])
            for node in found["nodes"]
            if node["id"] not in subgraphs  # an arrow to a subgraph makes a node of it as well
        },
        "edges": [
            (edge["start"], edge["end"], plain(edge["text"]), edge["stroke"], edge["type"])
            for edge in found["edges"]
        ],
        "subgraphs": {
            group["id"]: (plain(group["title"]), set(group["nodes"]), *group["classes"])
            for group in found["subgraphs"]
        },
    }


def seen_by_us(diagram):
    things = (diagram.nodes | diagram.subgraphs).values()
    inside = {name: {t.id for t in things if t.group == name} for name in diagram.subgraphs}
    return {
        "nodes": {
            node.id: (plain(node.label), node.shape, *filter(None, [node.role]))
            for node in diagram.nodes.values()
        },
        "edges": [
            (edge.source, edge.target, plain(edge.label), edge.stroke, "arrow_point")
            for edge in diagram.edges
        ],
        "subgraphs": {
            group.id: (plain(group.label), inside[group.id], *filter(None, [group.role]))
            for group in diagram.subgraphs.values()
        },
    }


def plain(text):
    return unescape(re.sub(r"<br ?/?>", "<br>", text))


def test_mermaid_sees_the_nodes_edges_and_subgraphs_that_we_see(parse):
    count = 0
    for place, text in diagrams():
        ours = read(text)
        assert seen_by_mermaid(parse(text), ours.subgraphs) == seen_by_us(ours), place
        count += 1
    assert count > 1


@pytest.mark.parametrize("line", ["A[f(x)]", "A --> end", "A -->", "A[open"])
def test_mermaid_too_refuses_what_we_refuse(parse, line):
    text = f"flowchart TD\n  {line}"
    with pytest.raises(DiagramError):
        read(text)
    with pytest.raises(Exception, match="Parse error"):
        parse(text)
