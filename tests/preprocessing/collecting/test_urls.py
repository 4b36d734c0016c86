from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from companion.preprocessing.collecting import canonical_url


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("HTTP://Example.COM", "http://example.com/"),  # RFC 3986, sections 6.2.2.1 and 6.2.3
        ("http://example.com:80/", "http://example.com/"),
        ("http://example.com:/", "http://example.com/"),
        ("https://example.com:443/a", "https://example.com/a"),
        ("https://example.com:80/a", "https://example.com:80/a"),
        ("http://a/%7euser/%7Ex%2fy%3a%20", "http://a/~user/~x%2Fy%3A%20"),  # 6.2.2.2
        ("http://a/b/c/./../../g", "http://a/g"),  # 5.2.4
        ("http://a/../..", "http://a/"),
        ("http://a/b/..", "http://a/"),
        ("http://a/b/.", "http://a/b/"),
        ("http://a//b///c", "http://a//b///c"),
        ("http://a/b#c?d", "http://a/b"),
        ("http://a/?", "http://a/"),
        ("http://a?b=C&a", "http://a/?b=C&a"),
        ("http://a/ü?ö=中 x", "http://a/%C3%BC?%C3%B6=%E4%B8%AD%20x"),
        ("http://bücher.example/", "http://xn--bcher-kva.example/"),
        (" http://a/\tb\n", "http://a/b"),
        ("http://user:pw@A:8080/", "http://user:pw@a:8080/"),
        ("http://[::1]:80/x", "http://[::1]/x"),
        ("http://a/%zz%", "http://a/%zz%"),
        ("http://%41.example/", "http://a.example/"),
        ("http://b%C3%BCcher.example/", "http://xn--bcher-kva.example/"),
        ("http://ü ser@a/", "http://%C3%BC%20ser@a/"),
        ("http://a/\ud800", "http://a/%EF%BF%BD"),  # not "?", which would begin a query
        ("http://a_b.example./", "http://a_b.example./"),
    ],
)
def test_addresses_have_their_normal_form(url: str, normal: str) -> None:
    assert canonical_url(url) == normal


# RFC 3986, section 5.4; there with the base http://a/b/c/d;p?q, and fragments.
REFERENCES = {
    "g": "/b/c/g", "./g": "/b/c/g", "g/": "/b/c/g/", "/g": "/g", "?y": "/b/c/d;p?y",
    "g?y": "/b/c/g?y", "#s": "/b/c/d;p?q", "g#s": "/b/c/g", ";x": "/b/c/;x", "g;x": "/b/c/g;x",
    "": "/b/c/d;p?q", ".": "/b/c/", "./": "/b/c/", "..": "/b/", "../": "/b/", "../g": "/b/g",
    "../..": "/", "../../": "/", "../../g": "/g", "../../../g": "/g", "../../../../g": "/g",
    "/./g": "/g", "/../g": "/g", "g.": "/b/c/g.", ".g": "/b/c/.g", "g..": "/b/c/g..",
    "./../g": "/b/g", "./g/.": "/b/c/g/", "g/./h": "/b/c/g/h", "g/../h": "/b/c/h",
    "g;x=1/./y": "/b/c/g;x=1/y", "g;x=1/../y": "/b/c/y", "g?y/./x": "/b/c/g?y/./x",
}  # fmt: skip


@pytest.mark.parametrize("reference", REFERENCES)
def test_references_are_resolved_as_in_the_standard(reference: str) -> None:
    assert canonical_url(reference, "http://a/b/c/d;p?q") == f"http://a{REFERENCES[reference]}"


@pytest.mark.parametrize(
    "url",
    [
        "", "a/b", "mailto:a@b", "javascript:alert(1)", "ftp://a/", "file:///etc/passwd", "http://",
        "http:///x", "http://a:b/", "http://a:99999/", "http://[::1/", "http://" + "ü" * 99 + "/",
        "http://:80/", "http://a b/", "http://a\\b/", "http://a%2Fb/", "http://a%20b/", "http://a<b/",
        "http://a:8２/", "http://a:" + "8" * 5000 + "/", "data:text/html,x",
    ],
)  # fmt: skip
def test_what_is_no_address_of_the_web_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"url must|IPv6|label|idna"):
        canonical_url(url)


def test_query_is_sorted_on_demand() -> None:
    assert canonical_url("http://a/?b=2&a=1&&c") == "http://a/?b=2&a=1&&c"
    assert canonical_url("http://a/?b=2&a=1&&c", sort_query=True) == "http://a/?a=1&b=2&c"


PATHS = st.text("abc/.%~ ü2Ff;=?&#:@+'()", max_size=30)


@given(PATHS)
def test_normal_form_is_normal_and_means_the_same(path: str) -> None:
    url = f"http://example.org/{path}"
    normal = canonical_url(url)
    assert canonical_url(normal) == normal
    assert normal.isascii()
    assert "#" not in normal
    assume("%" not in path and path == path.strip())
    parts = urlsplit(url)
    if "." not in path:
        assert unquote(urlsplit(normal).path) == parts.path
    assert unquote(urlsplit(normal).query) == parts.query
