import fnmatch
import random
import re
from urllib.robotparser import RobotFileParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.preprocessing.collecting import RobotsTxt


def allows(text: str, path: str, agent: str = "FooBot") -> bool:
    return RobotsTxt(text).allows(agent, path)


# RFC 9309, section 5.1, its example of several groups, and 5.2, its longest match.
SIMPLE = """\
User-Agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/

User-Agent: foobot
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif

User-Agent: barbot
User-Agent: bazbot
Disallow: /example/page.html

User-Agent: quxbot
"""


@pytest.mark.parametrize(
    ("agent", "path", "allowed"),
    [
        ("other", "/x.gif", False), ("other", "/x.gif?a", True), ("other", "/example/", False),
        ("other", "/publications/a.gif", True), ("other", "/", True),
        ("foobot", "/", False), ("FooBot/2.1", "/example/page.html", True),
        ("foobot", "/example/allowed.gif", True), ("foobot", "/publications/", False),
        ("barbot", "/example/page.html", False), ("barbot", "/example/", True),
        ("BAZBOT", "/example/page.html", False), ("bazbot", "/x.gif", True),
        ("quxbot", "/example/", True), ("foo", "/", True), ("foobotnews", "/example/", False),
    ],
)  # fmt: skip
def test_example_of_the_standard(agent: str, path: str, allowed: bool) -> None:
    assert allows(SIMPLE, path, agent) == allowed


def test_longest_match_of_the_standard() -> None:
    text = "User-Agent: foobot\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n"
    assert not allows(text, "/example/page/disallowed.gif")
    assert allows(text, "/example/page/")


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        # Google's table of which rule wins.
        ("allow: /p\ndisallow: /", "/page", True),
        ("allow: /folder\ndisallow: /folder", "/folder/page", True),
        ("allow: /page\ndisallow: /*.htm", "/page.htm", False),
        ("allow: /page\ndisallow: /*.ph", "/page.php5", True),
        ("allow: /$\ndisallow: /", "/", True),
        ("allow: /$\ndisallow: /", "/page.htm", False),
        ("disallow: /fish*.php", "/fishheads/catfish.php?parameters", False),
        ("disallow: /fish*.php", "/Fish.PHP", True),
        ("disallow: /*.php$", "/filename.php?parameters", True),
        ("disallow: /*.php$", "/folder/filename.php", False),
        ("disallow: /fish/", "/fish", True),
        ("disallow: /a%3cd.html", "/a%3Cd.html", False),  # RFC 9309, section 2.2.2
        ("disallow: /%7Ejoe/", "/~joe/x", False),
        ("disallow: /foo/bar/ツ", "/foo/bar/%E3%83%84", False),
        ("disallow: /a%2fb", "/a/b", True),
        ("disallow:", "/", True),
        ("disallow: /", "/robots.txt", True),
        ("disallow: /a*b*c$", "/a.bb.c.c", False),
        ("disallow: /a*b$", "/ab.", True),
        ("disallow: /ab*b$", "/ab", True),
        ("disallow: *", "/", False),
        ("disallow: /a$b", "/a$b", False),
        ("disallow: /a$b$", "/a$b", False),
        ("disallow: /a$b$", "/a$bc", True),
        # RFC 9309, figure 4: reserved characters of a value are the same escaped or not.
        ("disallow: /foo/bar?baz=https://foo.bar", "/foo/bar?baz=https%3A%2F%2Ffoo.bar", False),
        ("disallow: /foo/bar?baz=https%3a%2F%2Ffoo.bar", "/foo/bar?baz=https://foo.bar", False),
        ("disallow: /private[1]", "/private%5B1%5D", False),
        ("disallow: /foo/bar/%62%61%7A", "/foo/bar/baz", False),
        ("disallow: */checkout/", "/a?next=%2Fcheckout%2F", False),
        ("disallow: /a?b=1%26c=2", "/a?b=1&c=2", True),
        # Figure 6: escaped, the special characters are plain ones.
        ("disallow: /path/file-with-a-%2A.html", "/path/file-with-a-*.html", False),
        ("disallow: /path/file-with-a-%2a.html", "/path/file-with-a-%2A.html", False),
        ("disallow: /path/file-with-a-%2A.html", "/path/file-with-a-x.html", True),
        ("disallow: /path/foo-%24", "/path/foo-$", False),
        ("disallow: /path/foo-%24", "/path/foo-$1", False),
        ("disallow: /path/foo-%24$", "/path/foo-$1", True),
    ],
)
def test_which_rule_wins(rules: str, path: str, allowed: bool) -> None:
    assert allows(f"user-agent: *\n{rules}", path) == allowed


@given(st.text("ab*/$", max_size=8).map(lambda rest: "/" + rest), st.text("ab/$", max_size=10))
def test_a_pattern_is_a_shell_pattern(pattern: str, rest: str) -> None:
    path = f"/{rest}"
    anchored = pattern.endswith("$")
    expression = "".join(".*" if c == "*" else re.escape(c) for c in pattern.removesuffix("$"))
    matches = re.fullmatch(expression + ("" if anchored else ".*"), path) is not None
    assert allows(f"User-agent: *\nDisallow: {pattern}", path) == (not matches)
    shell = pattern.removesuffix("$") + ("" if anchored else "*")
    assert matches == fnmatch.fnmatchcase(path, shell)


@pytest.mark.parametrize("seed", range(60))
def test_answers_are_those_of_the_standard_library_where_it_is_right(seed: int) -> None:
    """No wildcards, one group a crawler, the longest rules first."""
    rng = random.Random(seed)
    lines = []
    for agent in rng.sample(["alpha", "beta", "*"], k=rng.randint(1, 3)):
        lines.append(f"User-agent: {agent}")
        paths = {"", *("".join(rng.choices("ab/", k=rng.randint(1, 5))) for _ in range(5))}
        lines += [
            f"{rng.choice(['Allow', 'Disallow'])}: /{path}"
            for path in sorted(paths, key=len, reverse=True)
            if not path.startswith("/")  # it takes //a for a host
        ]
        if rng.random() < 0.5:
            lines.append(f"Crawl-delay: {rng.randint(1, 30)}")
        lines.append("")
    lines.append("Sitemap: http://a/map.xml")
    peer = RobotFileParser()
    peer.parse(lines)
    ours = RobotsTxt("\r\n".join(lines))
    assert ours.sitemaps == peer.site_maps()
    for agent in ("alpha", "Beta/1.0", "gamma"):
        assert ours.crawl_delay(agent) == peer.crawl_delay(agent)
        for _ in range(40):
            path = "/" + "".join(rng.choices("ab/", k=rng.randint(0, 6)))
            if not path.startswith("//"):
                assert ours.allows(agent, path) == peer.can_fetch(agent, path)


def test_the_standard_library_differs_where_the_class_says() -> None:
    first = "User-agent: *\nAllow: /\nDisallow: /private"
    peer = RobotFileParser()
    peer.parse(["User-agent: *", "Disallow: /*x"])
    if not peer.can_fetch("x", "/ax"):
        pytest.skip("this release of Python follows the standard")
    peer = RobotFileParser()
    peer.parse(first.split("\n"))
    assert peer.can_fetch("x", "/private")  # the first rule that matches
    assert not allows(first, "/private")
    part = "User-agent: foo\nDisallow: /"
    peer = RobotFileParser()
    peer.parse(part.split("\n"))
    assert not peer.can_fetch("foobar", "/a")  # a part of the name
    assert allows(part, "/a", "foobar")


def test_groups_of_one_name_are_put_together() -> None:
    text = (
        "User-agent: a\nDisallow: /x\n\nUser-agent: b\nDisallow: /y\n\nUser-agent: A\nDisallow: /z"
    )
    assert [allows(text, path, "a") for path in ("/x", "/y", "/z")] == [False, True, False]


def test_a_sitemap_ends_no_group_and_an_unknown_line_is_passed_over() -> None:
    text = "User-agent: a\nSitemap: http://s\nUser-agent: b\nNonsense\nHost: x\nDisallow: / # all"
    assert not allows(text, "/", "a")
    assert not allows(text, "/", "b")
    assert RobotsTxt(text).sitemaps == ["http://s"]


@pytest.mark.parametrize("record", ["Crawl-delay: 5", "Host: x", "Noindex: /", "Clean-param: a"])
def test_other_records_do_not_end_a_group(record: str) -> None:
    """RFC 9309, section 2.2.4: they must not interfere with the rest."""
    text = f"User-agent: a\n{record}\n\nUser-agent: b\nDisallow: /x\n{record}\nDisallow: /y"
    for agent in ("a", "b"):
        assert [allows(text, path, agent) for path in ("/x", "/y", "/z")] == [False, False, True]
    assert allows(f"User-agent: a\nDisallow: /\n{record}\nUser-agent: b\nDisallow: /y", "/x", "b")


def test_a_delay_is_for_the_crawlers_named_before_it() -> None:
    text = "User-agent: a\nCrawl-delay: 60\n\nUser-agent: *\nDisallow: /x"
    robots = RobotsTxt(text)
    assert (robots.crawl_delay("a"), robots.crawl_delay("b")) == (60.0, None)
    assert not robots.allows("a", "/x")


@pytest.mark.parametrize("text", ["", "\ufeff", "Disallow: /", "<html>404</html>", "\x00\xff"])
def test_a_file_without_groups_allows_everything(text: str) -> None:
    assert allows(text, "/x")
    assert RobotsTxt(text).crawl_delay("x") is None


def test_byte_order_mark_and_old_line_ends_are_read() -> None:
    assert not RobotsTxt(b"\xef\xbb\xbfUser-agent: *\rDisallow: /\r").allows("x", "/a")


def test_only_the_first_500_kibibytes_count() -> None:
    long = "User-agent: *\n" + "#" * 500 * 1024 + "\nDisallow: /"
    assert allows(long, "/x")


@pytest.mark.parametrize(
    ("delay", "seconds"),
    [
        ("5", 5.0),
        ("0.5", 0.5),
        ("x", None),
        ("-1", None),
        ("1e9", None),
        ("99999999", None),
        (".5", 0.5),
        ("5.", 5.0),
        (".", None),
    ],
)
def test_crawl_delay_is_a_number(delay: str, seconds: float | None) -> None:
    assert RobotsTxt(f"User-agent: *\nCrawl-delay: {delay}").crawl_delay("x") == seconds


@pytest.mark.parametrize(
    ("status", "allowed"), [(200, False), (404, True), (403, True), (500, False), (None, False)]
)
def test_what_follows_when_there_is_no_file(status: int | None, allowed: bool) -> None:
    robots = RobotsTxt.answered(status, b"User-agent: *\nDisallow: /")
    assert robots.allows("x", "/a") == allowed


def test_a_path_starts_with_a_slash() -> None:
    with pytest.raises(ValueError, match="path must start with /, got 'http://a/'"):
        RobotsTxt("").allows("x", "http://a/")


@given(st.binary(max_size=200))
def test_any_bytes_are_read(data: bytes) -> None:
    RobotsTxt(b"User-agent: *\nDisallow: /" + data).allows("x", "/")
