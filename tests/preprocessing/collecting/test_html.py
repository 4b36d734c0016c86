import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.preprocessing.collecting import decode_html, parse_html
from companion.preprocessing.collecting.html_tokens import Tag, html_tokens

PAGE = """<!DOCTYPE html><html lang="en-GB"><head><title> A
 page </title><base href="/b/"><link rel="canonical" href="http://a/c">
<meta name="Robots" content="noarchive, NOFOLLOW"><style>p {}</style>
<script>if (a<b) {"</p>"}</script></head>
<body><nav><a href="/nav">Menu</a></nav><header><h1>Head&shy;ing</h1></header>
<p>One <b>bold</b>
   line.<p>Two<br>lines &amp; <a href="x?a=1&amp;b=2">a link</a>
<ul><li>first<li>second <a rel="nofollow" href="/no">x</a></ul>
<table><tr><td>a</td><td>b</td></tr></table>
<pre>  kept
    as it is</pre>
<aside>Advertisement</aside><noscript>No!</noscript><form><button>Go</button>Name</form>
<footer>Copyright <a href="/imprint">Imprint</a></footer></body></html>"""


def test_page_is_taken_apart() -> None:
    page = parse_html(PAGE)
    assert page.title == "A page"
    assert page.language == "en-GB"
    assert page.canonical == "http://a/c"
    assert page.base == "/b/"
    assert page.links == ["/nav", "x?a=1&b=2", "/imprint"]
    assert page.directives == {"noarchive", "nofollow"}
    assert page.text.split("\n") == [
        "Head\xading", "", "One bold line.", "", "Two", "lines & a link", "", "first", "second x",
        "", "a", "b", "", "  kept", "    as it is", "", "Name",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("", ""),
        ("plain text", "plain text"),
        ("<p>never <b>closed", "never closed"),
        ("a</p></div>b", "a\n\nb"),
        ("<nav>x<nav>y</nav>z</nav>w", "w"),
        ("<footer>x", ""),
        ("<script>x</script >y", "y"),
        ("<svg><title>x</title></svg>y<svg/>z", "yz"),
        ("a<br><br>b<br/>c", "a\n\nb\nc"),
        ("<script/>x</script>y", "y"),
        ("<div/>a<div/>b", "a\nb"),
        ("a<!-- b -->c<![CDATA[d]]>", "ac"),
        ("&lt;p&gt; &nope; &#x4e2d;&#0;", "<p> &nope; 中\ufffd"),
        ("a\x00b", "a b"),
        ("<pre>a\n\n  b\n</pre>c", "a\n\n  b\n\nc"),
        ("<title>never closed", ""),
        ("<a href=''>x</a><a>y</a>", "xy"),
        ("a<!-- never closed <p>b", "a"),
        ("a<!-->b<!--c--!>d", "abd"),
        ("a<a href='never closed>b", "a"),
        ("a<![<!b>c", "ac"),  # the standard library's parser raises AssertionError
        ("a<?php echo ?>b</ c>d", "abd"),
        ("1 < 2 <3 </", "1 < 2 <3 </"),
        ("<a title='x>y'>z</a>", "z"),
        ("<style>p</style x>y", "y"),
        ("<svg><title>x</svg>y", "y"),
        ("<div><aside>x</div>y", "y"),  # what is not closed ends with what is around it
        ("<table><tr><td><nav>x<ul><li>y</table>z", "z"),
        ("<aside>x</div>y", ""),
        ("<nav>x</body>y", ""),
    ],
)
def test_broken_markup_is_read(markup: str, text: str) -> None:
    page = parse_html(markup)
    assert page.text == text
    assert page.links == []


PIECES = (
    "<p>|</p>|<b>|</b>|<i class=x>|<div a='1' b=\"2\">|</div>|text |a<b|<!-- c -->|<!--|-->|<!x>"
    "|<?y?>|&amp;|&lt;p&gt;|&copy|&copyx|&#65;|&#x41|&nope;|<a href='?a=1&copy=2&amp;b&lt;=3'>|</a>"
    "|<br/>|< x|>|\"|'|=|<script>|</script>|if(a<b)|<style>|</style>|<title>|</title>|</ x>|</>|<>"
    "|<x-y:z>|<a b c=d/>|<span data-x = y>|<textarea>|</textarea>|<A HREF=U>|<p\n>|<p/|--!>|<!-->"
    "|\r\n"
    "|<a |<p|<script|</script|</title|/|-|!|?|a|<|&|;|#|1"
)


@pytest.mark.parametrize("seed", range(40))
def test_broken_markup_is_cut_into_tokens_as_by_libxml2(seed: int) -> None:
    """Its tokenizer is that of the HTML standard since version 2.14."""
    etree = pytest.importorskip("lxml.etree")
    if etree.LIBXML_VERSION < (2, 14):
        pytest.skip("an older tokenizer")

    class Peer:
        def __init__(self) -> None:
            self.text = ""
            self.tags: list[tuple[str, dict[str, str]]] = []

        def start(self, name: str, attributes: dict[str, str]) -> None:
            self.tags.append((name, dict(attributes)))

        def data(self, text: str) -> None:
            self.text += text

        def close(self) -> "Peer":
            return self

    rng = random.Random(seed)
    for _ in range(50):
        # It ends <script/> and <title/> at once, as XML would, and the standard does not.
        markup = "<body><p>" + "".join(rng.choices(PIECES.split("|"), k=rng.randint(1, 10)))
        markup = re.sub(r"(<(?:script|title|style|textarea)[^>]*)/", r"\1", markup)
        peer = etree.fromstring(markup, etree.HTMLParser(target=Peer()))
        ours = list(html_tokens(markup))
        text = "".join(token for token in ours if isinstance(token, str))
        tags = [(t.name, t.attributes) for t in ours if isinstance(t, Tag) and not t.closing]
        assert "".join(text.split()) == "".join(peer.text.split()), markup
        assert tags == [tag for tag in peer.tags if tag[0] not in ("html", "head")], markup


@pytest.mark.parametrize(
    "piece", ["<a ", "<a b='", "<!--", "<![", "</a", "<", "&a", "<script>", "<svg><title>", "<li>"]
)
def test_much_broken_markup_is_read(piece: str) -> None:
    """html.parser needs minutes for the first of these."""
    assert len(parse_html(piece * (300_000 // len(piece))).text) <= 300_000


@given(st.text("<>/ab\"'=&;!-\n p", max_size=80))
def test_any_text_is_read(markup: str) -> None:
    assert "\0" not in parse_html(markup).text


def test_deep_nesting_is_no_trap() -> None:
    assert parse_html("<div>" * 50_000 + "x").text == "x"
    assert parse_html("<nav>" * 50_000 + "x" + "</nav>" * 50_000 + "y").text == "y"


@pytest.mark.parametrize("robots", ["none", "NOINDEX,NOFOLLOW"])
def test_none_is_noindex_and_nofollow(robots: str) -> None:
    page = parse_html(f'<meta name="robots" content="{robots}">')
    assert page.directives == {"noindex", "nofollow"}


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "Grüße 中文 €"),
        ("windows-1252", "Grüße “x” €"),
        ("windows-1251", "Привет, мир"),
        ("koi8-r", "Привет, мир"),
        ("shift_jis", "日本語テキスト"),
        ("euc-jp", "日本語テキスト"),
        ("gb18030", "汉字"),
        ("big5", "漢字"),
        ("euc-kr", "한국어"),
    ],
)
@pytest.mark.parametrize("quote", ['"', "'", ""])
def test_encoding_is_that_of_the_header_or_of_the_page(
    encoding: str, text: str, quote: str
) -> None:
    header = f"text/html; Charset={quote}{encoding}{quote}"
    assert decode_html(text.encode(encoding), header) == text
    meta = f"<meta charset={quote}{encoding}{quote}>{text}"
    assert decode_html(meta.encode(encoding)) == meta
    old = f"<META http-equiv=Content-Type content={quote}text/html;charset={encoding}{quote}>{text}"
    assert decode_html(old.encode(encoding), "text/html") == old
    other = b"<meta charset=utf-8>" + text.encode(encoding)
    assert decode_html(other, header).endswith(text)  # the header comes first


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_mark_comes_before_everything(encoding: str) -> None:
    assert decode_html("Grüße 中".encode(encoding), "text/html; charset=koi8-r") == "Grüße 中"


def test_names_mean_on_the_web_what_browsers_make_of_them() -> None:
    assert decode_html(b"\x93x\x94 \x80", "text/html; charset=ISO-8859-1") == "“x” €"
    assert decode_html("丂".encode("gbk"), "text/html; charset=gb2312") == "丂"
    assert decode_html("<meta charset=utf-16>ü".encode()) == "<meta charset=utf-16>ü"


@pytest.mark.parametrize(
    "label", ["utf-7", "UTF7", "unicode_escape", "raw-unicode-escape", "utf-32", "punycode", "idna"]
)
def test_what_no_browser_decodes_is_not_decoded(label: str) -> None:
    body = b"+ADw-script+AD4- \\x3cscript"
    assert decode_html(body, f"text/html; charset={label}") == body.decode()


@pytest.mark.parametrize("label", ["nonsense", "hex", "base64", ""])
def test_unknown_names_are_passed_over(label: str) -> None:
    assert decode_html("ü".encode(), f"text/html; charset={label}") == "ü"


def test_without_a_hint_utf8_is_tried_and_then_windows_1252() -> None:
    assert decode_html("Grüße".encode()) == "Grüße"
    assert decode_html("Grüße".encode("cp1252")) == "Grüße"
    assert decode_html(b"\x81\xff") == "\ufffdÿ"
    assert decode_html(b"") == ""


def test_wrong_bytes_are_replaced() -> None:
    assert decode_html(b"a\xffb", "text/html; charset=utf-8") == "a\ufffdb"
