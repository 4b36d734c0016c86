"""The built book in a real browser: from a server and from files, wide and on a phone."""

import os
import re
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
import yaml

ROOT = Path(__file__).parents[2]
REPOSITORY = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["repository"]["url"]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}

# What a page says of itself once it has settled.
FACTS = """() => ({
  links: [...document.links].map(a => a.href),
  ids: [...document.querySelectorAll("[id]")].map(e => e.id),
  h1: [...document.querySelectorAll("h1")].filter(e => e.offsetParent !== null).length,
  lang: document.documentElement.lang,
  title: document.title,
  mathematics: document.querySelectorAll("span.math, div.math").length,
  rendered: document.querySelectorAll("mjx-container").length,
  misread: document.querySelectorAll("mjx-merror, [data-mml-node=merror]").length,
  diagrams: document.querySelectorAll("pre.mermaid").length,
  drawn: document.querySelectorAll("pre.mermaid svg[aria-labelledby]").length,
  unnamed: [...document.querySelectorAll(
    "img:not([alt]), figure svg:not([aria-label]):not([aria-labelledby])")].map(e => e.outerHTML),
  width: document.documentElement.scrollWidth,
})"""
SETTLED = """() => document.readyState === "complete"
  && (!document.querySelector("span.math, div.math") || window.MathJax?.startup?.promise)
  && [...document.querySelectorAll("pre.mermaid")].every(
    e => e.offsetParent === null || e.querySelector("svg"))"""


def visit(context, url):
    """Open a page; return it with what it complained of and what it asked other hosts for."""
    page = context.new_page()
    faults, foreign = [], []
    page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("requestfailed", lambda request: faults.append(f"failed: {request.url}"))

    def note(request):
        if urlsplit(request.url).hostname not in {None, "", "127.0.0.1"}:
            foreign.append(request.url)

    page.on("request", note)
    page.goto(url)
    page.wait_for_function(SETTLED)
    page.evaluate("() => window.MathJax?.startup?.promise?.then(() => null)")
    return page, faults, foreign


@pytest.fixture(scope="module")
def seen(browser, site, html, pages):
    """Every page, opened over HTTP on a desk and as a file on a phone: facts and faults."""
    found = {}
    for way, root, size in (("http", site, DESK), ("file", html.as_uri(), PHONE)):
        with browser.new_context(viewport=size) as context:
            for name in pages:
                page, faults, foreign = visit(context, f"{root}/{name}.html")
                found[way, name] = page.evaluate(FACTS) | {"faults": faults, "foreign": foreign}
                page.close()
    return found


def test_no_page_has_an_error_in_the_console(seen):
    assert {where: facts["faults"] for where, facts in seen.items() if facts["faults"]} == {}


def test_no_page_asks_another_host_for_anything(seen, html):
    if not (html / "_static" / "vendor").is_dir():
        pytest.skip("MathJax and Mermaid come from a CDN: npm was not there at build time")
    assert {where: facts["foreign"] for where, facts in seen.items() if facts["foreign"]} == {}


def test_mathematics_is_rendered(seen):
    assert any(facts["mathematics"] for facts in seen.values())
    for where, facts in seen.items():
        assert facts["rendered"] >= facts["mathematics"], where
        assert facts["misread"] == 0, where


def test_diagrams_are_drawn_with_a_name(seen):
    assert any(facts["diagrams"] for facts in seen.values())
    for where, facts in seen.items():
        assert facts["drawn"] == facts["diagrams"], where


def test_no_page_is_wider_than_a_phone(seen):
    wide = {where: facts["width"] for where, facts in seen.items() if where[0] == "file"}
    assert {where: width for where, width in wide.items() if width > PHONE["width"]} == {}


def test_pictures_have_alternative_text(seen):
    assert {where: facts["unnamed"] for where, facts in seen.items() if facts["unnamed"]} == {}


def test_each_page_has_one_heading_a_language_and_a_title_of_its_own(seen):
    over_http = [facts for (way, _), facts in seen.items() if way == "http"]
    assert {(facts["h1"], facts["lang"]) for facts in over_http} == {(1, "en")}
    titles = [facts["title"] for facts in over_http]
    assert len(set(titles)) == len(titles)


def test_links_inside_the_book_lead_somewhere(seen, html, site):
    ids = {name: set(facts["ids"]) for (way, name), facts in seen.items() if way == "http"}
    broken = []
    for (way, name), facts in seen.items():
        if way == "http":
            for link in filter(lambda link: link.startswith(site), facts["links"]):
                address, fragment = urldefrag(unquote(link.removeprefix(f"{site}/")))
                target = address.partition("?")[0].removesuffix(".html")
                known = ids.get(target)
                if not (html / address.partition("?")[0]).is_file() or (
                    fragment and known is not None and fragment not in known
                ):
                    broken.append((name, link))
    assert broken == []


def notebooks(html, pages):
    return [name for name in pages if (html / "_sources" / f"{name}.ipynb").is_file()]


def test_notebooks_open_in_colab_and_can_be_downloaded(seen, html, pages):
    found = notebooks(html, pages)
    assert found
    branch = f"{REPOSITORY.removeprefix('https://github.com/')}/blob/main"
    for name in found:
        links = seen["http", name]["links"]
        assert f"https://colab.research.google.com/github/{branch}/{name}.ipynb" in links
        assert any(link.endswith(f"/_sources/{name}.ipynb") for link in links)
        assert f"{REPOSITORY}/edit/main/{name}.md" in links


def test_search_finds_a_page(browser, site, html):
    for root in (site, html.as_uri()):
        with browser.new_context() as context:
            page, faults, _ = visit(context, f"{root}/search.html?q=convolution")
            result = page.wait_for_selector("#search-results li a")
            assert "/book/" in result.evaluate("link => link.href")
            assert faults == []


def test_the_theme_button_turns_the_page_dark_and_redraws_the_diagrams(browser, site, seen):
    name = next(n for (way, n), facts in seen.items() if way == "http" and facts["diagrams"])
    with browser.new_context(viewport=DESK, color_scheme="light") as context:
        page, faults, _ = visit(context, f"{site}/{name}.html")

        def look():
            paper = "() => getComputedStyle(document.body).backgroundColor"
            return page.evaluate(paper), page.inner_html("pre.mermaid")

        light = look()
        for _ in range(3):  # auto, light, dark in some order
            page.click("button.theme-switch-button:visible")
            if page.get_attribute("html", "data-theme") == "dark":
                break
        page.wait_for_function(
            "old => document.querySelector('pre.mermaid').innerHTML != old && "
            "document.querySelector('pre.mermaid svg')",
            arg=light[1],
        )
        dark = look()
    red, green, blue = map(int, re.findall(r"\d+", dark[0])[:3])
    assert red + green + blue < 150
    assert dark[0] != light[0]
    assert faults == []


@pytest.mark.skipif("BOOK_SCREENSHOTS" not in os.environ, reason="BOOK_SCREENSHOTS names no folder")
@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_screenshots_can_be_taken(browser, site, pages, look):
    folder = Path(os.environ["BOOK_SCREENSHOTS"])
    folder.mkdir(parents=True, exist_ok=True)
    scheme = "dark" if look == "dark" else "light"
    size = PHONE if look == "phone" else DESK
    with browser.new_context(viewport=size, color_scheme=scheme) as context:
        for name in pages:
            page, _, _ = visit(context, f"{site}/{name}.html")
            file = folder / f"{name.removeprefix('book/').replace('/', '-')}-{look}.png"
            page.screenshot(path=file)
            page.close()
            assert file.stat().st_size > 0
