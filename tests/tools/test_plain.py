import pytest

from tools.plain import Plain

REFERENCES = r"""
@article{adam, author = {Kingma, Diederik P. and Ba, Jimmy}, year = 2015, eprint = {1412.6980}}
@article{resnet, author = {He, K. and Zhang, X. and Sun, J.}, year = 2016, doi = {10.1/x(70)9}}
@misc{report, author = {{The Group}}, title = {Report}, year = 2020}
@article{dutch, author = {van den Oord, A{\"a}ron}, title = {W}, year = 2016, url = {https://example.org/w}}
"""
ERRATA = """
- id: E01
  section: "5.1"
  severity: A
  quote: "错"
  said: "It is `flat`."
  right: "It is not {cite}`report`."
  sources: []
  test: null
  page: one/page
"""
SITE = "https://us.github.io/book/book"


@pytest.fixture
def plain(checkout):
    checkout.write("book/references.bib", REFERENCES)
    checkout.write("book/errata.yml", ERRATA)
    checkout.write("book/errata.md", "# Errata\n\n```{errata-list}\n```\n")
    checkout.write(
        "book/two.md", "(there)=\n# Two\n\n:::{figure} x.png\n:name: fig-x\n:alt: X\n:::\n"
    )
    checkout.notebook(
        "book/one/other.md", "# Other\n\n(far)=\n## Far away\n\n```{code-cell}\n1\n```\n"
    )

    def translate(*sources: str) -> str:
        cells = "\n\n+++\n\n".join(sources)
        checkout.notebook(
            "book/one/here.md", f"# Here\n\n+++\n\n{cells}\n\n```{{code-cell}}\n1\n```\n"
        )
        book = checkout.book
        (page,) = (page for page in book.pages if page.name == "one/here")
        texts = [cell.source for cell in page.cells if cell.kind == "markdown"][1:]
        return "\n\n".join(Plain(page, book).cell(text) for text in texts)

    return translate


@pytest.mark.parametrize(
    ("myst", "markdown"),
    [
        # references
        ("{doc}`other`", "[Other](other.ipynb)"),
        ("{doc}`that one <other>`", "[that one](other.ipynb)"),
        ("{doc}`/book/one/other`", "[Other](other.ipynb)"),
        ("{doc}`../two`", f"[Two]({SITE}/two.html)"),
        ("[](other.md)", "[Other](other.ipynb)"),
        ("[a *b*](../two.md)", f"[a *b*]({SITE}/two.html)"),
        ("[a](other)", "[a](other.ipynb)"),
        ("[{term}`a`](other.md#far)", "[a](other.ipynb)"),
        ("[a](https://x.org/a.md)", "[a](https://x.org/a.md)"),
        ("[a](data.csv)", "[a](data.csv)"),
        ("{ref}`far`", "[Far away](other.ipynb)"),
        ("{ref}`go <far>`", "[go](other.ipynb)"),
        ("[](#far)", "[Far away](other.ipynb)"),
        ("{ref}`there`", f"[Two]({SITE}/two.html#there)"),
        ("{ref}`erratum-E01`", f"[Correction E01]({SITE}/errata.html#erratum-e01)"),
        ("{numref}`Figure %s <fig-x>`", f"[Figure]({SITE}/two.html#fig-x)"),
        ("(near)=\n## Near by\n\n{ref}`near`", "## Near by\n\n*Near by*"),
        # sources
        ("{cite}`adam`", "([Kingma and Ba, 2015](https://arxiv.org/abs/1412.6980))"),
        (
            "{cite:p}`resnet, report`",
            "([He et al., 2016](https://doi.org/10.1/x%2870%299); The Group, 2020)",
        ),
        ("{cite:t}`dutch`", "van den Oord ([2016](https://example.org/w))"),
        ("{cite:t}`report`", "The Group (2020)"),
        # names
        ("{term}`gradient`, {term}`slopes <gradient>`", "gradient, slopes"),
        ("{func}`companion.metrics.f`", "`companion.metrics.f()`"),
        ("{py:func}`~companion.metrics.f`", "`f()`"),
        ("{class}`~a.B`, {mod}`a`, {meth}`~B.c`", "`B`, `a`, `c()`"),
        ("{func}`the mean <a.mean>`", "`the mean`"),
        ("{math}`x^2` and {sub}`2`", "$x^2$ and <sub>2</sub>"),
        # not markup
        ("`` {ref}`far` `` and `{ref}`", "`` {ref}`far` `` and `{ref}`"),
        ("$a_{doc}`x`$ and \\{ref}`far`", "$a_{doc}`x`$ and \\{ref}`far`"),
        ("```python\n{ref}`far`  # (x)=\n% no\n```", "```python\n{ref}`far`  # (x)=\n% no\n```"),
        # equations
        ("$$\nx\n$$ (eq-a)\n\n{eq}`eq-a`", "$$\nx \\tag{1}\n$$\n\n(1)"),
        (":::{math}\n:label: eq-a\nx\n:::\n\n{eq}`eq-a`", "$$\nx \\tag{1}\n$$\n\n(1)"),
        ("$$x$$", "$$x$$"),
        # lines
        ("(label)=\n## A\n\n% a comment\nb\n\n{.class #id}\nc", "## A\n\nb\n\nc"),
        ("Term\n: What it is.", "**Term**: What it is."),
        ("![A](a.png){width=50%}", "![A](a.png)"),
        # admonitions
        (":::{note}\nHi {term}`a`.\n:::", "> **Note**\n>\n> Hi a."),
        (":::{note} Hi\nthere\n:::", "> **Note**\n>\n> Hi\n> there"),
        ("```{seealso}\nx\n```", "> **See also**\n>\n> x"),
        (":::{admonition} Mind {term}`a`\n:class: tip\n\nx\n:::", "> **Mind a**\n>\n> x"),
        (
            "::::{warning}\nx\n\n:::{dropdown} More\ny\n\n```py\n{ref}`z`\n```\n:::\n::::",
            "> **Warning**\n>\n> x\n>\n"
            "> > **More**\n> >\n> > y\n> >\n> > ```py\n> > {ref}`z`\n> > ```",
        ),
        ("- a\n\n  :::{tip}\n  b\n  :::", "- a\n\n  > **Tip**\n  >\n  > b"),
        # other directives
        (
            ":::{figure} a.png\n:alt: A {x}\n:name: b\nThe *caption*.\n:::",
            "![A {x}](a.png)\n\nThe *caption*.",
        ),
        ("```{image} a.png\n:alt: A\n```", "![A](a.png)"),
        ("```{mermaid}\n:caption: C\nA --> B\n```", "```mermaid\nA --> B\n```\n\nC"),
        ("```mermaid\nA --> B\n```", "```mermaid\nA --> B\n```"),
        (":::{table} T\n| a |\n| - |\n:::", "**T**\n\n| a |\n| - |"),
        (":::{table}\n| {term}`b` |\n| - |\n:::", "| b |\n| - |"),
        (
            ":::{list-table} T\n:header-rows: 1\n* - a\n  - {term}`b`\n* - c\n    d\n  - e\n:::",
            "**T**\n\n| a | b |\n| --- | --- |\n| c d | e |",
        ),
        (":::{list-table}\n* - a\n  - b\n:::", "|  |  |\n| --- | --- |\n| a | b |"),
        (
            "::::{tab-set}\n:::{tab-item} A\n1\n:::\n:::{tab-item} B\n2\n:::\n::::",
            "**A**\n\n1\n**B**\n\n2",
        ),
        ("```{card} T\nhead\n^^^\nbody\n+++\nfoot\n```", "**T**\n\nhead\n\nbody\n\nfoot"),
        ("```{code-block} python\n:linenos:\nx = {y}\n```", "```python\nx = {y}\n```"),
        ("a\n\n```{contents}\n```\n\nb", "a\n\nb"),
        (
            ":::{correction} E01\n:::",
            "> **Correction E01**\n>\n> **The article says:** It is `flat`.\n>\n"
            "> **Right is:** It is not (The Group, 2020). "
            f"[More …]({SITE}/errata.html#erratum-e01)",
        ),
    ],
)
def test_plain_markdown(plain, myst, markdown):
    assert plain(myst) == markdown


def test_equations_are_numbered_through_the_page(plain):
    assert plain("$$\nx\n$$ (a)", "$$\ny\n$$ (b)", "{eq}`b`, {eq}`a`").endswith("(2), (1)")


def test_nothing_of_myst_is_left_in_code_next_to_it(plain):
    source = "```python\nx = 1\n```\n\n{term}`a`\n\n~~~\n:::{note}\n:::\n~~~"
    assert plain(source) == source.replace("{term}`a`", "a")


@pytest.mark.parametrize(
    ("myst", "message"),
    [
        ("{nonsense}`x`", "book/one/here.md: the role nonsense has no plain form"),
        (":::{nonsense}\n:::", "book/one/here.md: the directive nonsense has no plain form"),
        ("{cite}`nobody`", "book/one/here.md: no source 'nobody' in book/references.bib"),
        (":::{correction} E99\n:::", "book/one/here.md: no erratum 'E99' in book/errata.yml"),
        ("{doc}`nowhere`", "book/one/here.md: no page nowhere"),
        ("{ref}`nowhere`", "book/one/here.md: no label nowhere"),
        ("{eq}`nowhere`", "book/one/here.md: no equation nowhere on the page"),
    ],
)
def test_what_cannot_be_translated_is_refused(plain, myst, message):
    with pytest.raises(ValueError, match="^" + message.replace(".", r"\.") + "$"):
        plain(myst)
