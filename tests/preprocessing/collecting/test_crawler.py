import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice, pairwise
from pathlib import Path

import pytest

from companion.preprocessing.collecting import (
    Crawler,
    CrawlState,
    LocalSite,
    Manners,
    SitePage,
    Visit,
    make_record,
    read_warc,
    serve,
    write_warc,
)
from companion.preprocessing.collecting.fetching import FetchError, fetch

FAST = Manners("testbot", "http://example.org/bot", delay=0)


def html(*links: str, text: str = "", head: str = "") -> SitePage:
    anchors = "".join(f'<a href="{link}">x</a>' for link in links)
    return SitePage(f"<head>{head}</head><body><p>{text}</p>{anchors}</body>")


def crawl(site: LocalSite, manners: Manners = FAST, start: str = "") -> dict[str, Visit]:
    visits = list(Crawler(site.url + start, manners).visits())
    found = {"/" + visit.url.removeprefix(site.url): visit for visit in visits}
    assert len(found) == len(visits)  # no address twice
    return found


def outcomes(visits: dict[str, Visit]) -> dict[str, str]:
    return {path: visit.outcome for path, visit in visits.items()}


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


GRAPH = {
    "/robots.txt": SitePage("User-agent: *\nDisallow: /private\n", "text/plain"),
    "/": html("a", "./b/../a#top", "/b?y=1&x=2", "http://elsewhere.example/", "mailto:a@b"),
    "/a": html("/private/x", "/c", "/", text="a"),
    "/b?y=1&x=2": html("/d", text="b"),
    "/c": html("/e", "/missing", "/feed", text="c"),
    "/d": html(text="a copy", head='<link rel="canonical" href="/a">'),
    "/e": html("/old", "/hidden", "/loop1", text="e"),
    "/old": SitePage(status=301, fields={"Location": "/new#x"}),
    "/new": html("/copy", text="new"),
    "/copy": html("/copy", text="new"),
    "/hidden": html("/f", text="h", head='<meta name="robots" content="noindex">'),
    "/f": html("/g", text="f", head='<meta name="robots" content="nofollow">'),
    "/g": html(text="only reached through a page that says nofollow"),
    "/loop1": SitePage(status=302, fields={"Location": "/loop2"}),
    "/loop2": SitePage(status=302, fields={"Location": "/loop1"}),
    "/feed": SitePage("<a href='/g'>", "application/xml"),
}  # fmt: skip


def test_site_is_visited_as_by_hand() -> None:
    with serve(GRAPH) as site:
        visits = crawl(site)
    assert outcomes(visits) == {
        "/": "page", "/a": "page", "/b?y=1&x=2": "page", "/private/x": "disallowed", "/c": "page",
        "/d": "duplicate", "/e": "page", "/missing": "failed", "/feed": "other",
        "/old": "redirect", "/hidden": "noindex", "/loop1": "redirect", "/new": "page",
        "/f": "page", "/loop2": "redirect", "/copy": "duplicate",
    }  # fmt: skip
    assert list(visits)[:3] == ["/", "/a", "/b?y=1&x=2"]  # breadth first
    assert visits["/d"].detail == f"{site.url}a"
    assert visits["/old"].detail == f"{site.url}new"
    assert visits["/missing"].detail == "status 404 Not Found"
    assert [visits[path].depth for path in ("/", "/a", "/c", "/e", "/old", "/new")] == [
        0,
        1,
        2,
        3,
        4,
        4,
    ]
    asked = [request.path for request in site.requests]
    assert asked[0] == "/robots.txt"
    assert len(asked) == len(set(asked)) == 16  # all but the private page, and robots.txt
    assert {request.agent for request in site.requests} == {"testbot (+http://example.org/bot)"}


def test_the_same_content_is_a_duplicate() -> None:
    pages = {"/": html("/x?id=1", "/x?id=2"), "/x?id=1": html(text="x"), "/x?id=2": html(text="x")}
    with serve(pages) as site:
        visits = crawl(site)
    assert visits["/x?id=2"].outcome == "duplicate"
    assert visits["/x?id=2"].detail == f"{site.url}x?id=1"


def test_the_canonical_address_of_a_page_is_not_asked_for_again() -> None:
    own = '<link rel="canonical" href="/page">'
    pages = {"/": html("/page?from=home", "/page?from=mail"), "/page": html(text="p")}
    pages |= {f"/page?from={x}": html("/page", text=x, head=own) for x in ("home", "mail")}
    with serve(pages) as site:
        visits = crawl(site)
    assert outcomes(visits) == {
        "/": "page",
        "/page?from=home": "page",
        "/page?from=mail": "duplicate",
    }


def test_a_canonical_address_elsewhere_is_no_duplicate() -> None:
    pages = {"/": html(text="x", head='<link rel="canonical" href="http://other.example/">')}
    with serve(pages) as site:
        assert outcomes(crawl(site)) == {"/": "page"}


def test_order_of_the_query_is_ignored_on_demand() -> None:
    pages = {"/": html("/x?a=1&b=2", "/x?b=2&a=1"), "/x?a=1&b=2": html(text="1")}
    with serve(pages) as site:
        assert len(crawl(site)) == 3
        assert len(crawl(site, Manners("testbot", "x", 0, sort_query=True))) == 2


@pytest.mark.parametrize(
    ("robots", "allowed"),
    [
        (SitePage("", status=404), True),
        (SitePage("", status=500), False),
        (SitePage("", status=503), False),
        (SitePage("User-agent: testbot\nDisallow: /", "text/plain"), False),
        (SitePage("User-agent: test\nDisallow: /", "text/plain"), True),
        (SitePage(status=302, fields={"Location": "/rules"}), False),
        (SitePage(status=302, fields={"Location": "/robots.txt"}), True),
    ],
)
def test_robots_txt_is_obeyed(robots: SitePage, allowed: bool) -> None:
    pages = {"/robots.txt": robots, "/": html(), "/rules": SitePage("User-agent: *\nDisallow: /")}
    with serve(pages) as site:
        assert outcomes(crawl(site)) == {"/": "page" if allowed else "disallowed"}
    assert ("/" in [request.path for request in site.requests]) == allowed


@pytest.mark.parametrize(("delay", "crawl_delay"), [(0.15, "0"), (0.0, "0.15"), (0.15, "x")])
def test_requests_keep_their_distance(delay: float, crawl_delay: str) -> None:
    robots = SitePage(f"User-agent: *\nCrawl-delay: {crawl_delay}", "text/plain")
    with serve({"/robots.txt": robots, "/": html("/a", "/b"), "/a": html(text="a")}) as site:
        crawl(site, Manners("testbot", "x", delay))
    times = [request.when for request in site.requests]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    # The delay that robots.txt asks for is known after the first request only.
    assert len(gaps) == 3
    assert min(gaps if delay else gaps[1:]) > 0.14


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(round(seconds, 3))


def busy(after: str | None = None, status: int = 429) -> SitePage:
    return SitePage(status=status, fields={} if after is None else {"Retry-After": after})


def crawl_in(
    time: Time, answers: dict[str, list[SitePage]], manners: Manners
) -> tuple[list[Visit], list[str], CrawlState]:
    with serve(answers) as site:
        crawler = Crawler(site.url, manners, clock=lambda: time.now, sleep=time.sleep)
        visits = list(crawler.visits())
    return visits, [request.path for request in site.requests], crawler.state


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("after", "waits"),
    [
        ("120", [1, 120, 120]),
        ("0", [1, 1, 1]),  # its own delay is the longer one
        (None, [1, 2, 4]),
        ("soon", [1, 2, 4]),
        ("-5", [1, 2, 4]),
        ("Sun, 06 Nov 1994 08:49:37 GMT", [1, 1, 1]),  # is over
        ("Sun, 06 Nov 999999999999 08:49:37 GMT", [1, 2, 4]),
    ],
)
def test_a_server_that_is_busy_is_asked_again_when_it_says(
    status: int, after: str | None, waits: list[float]
) -> None:
    time = Time()
    page = [busy(after, status), busy(after, status), html(text="at last")]
    visits, asked, state = crawl_in(time, {"/": page}, Manners("testbot", "x"))
    assert [visit.outcome for visit in visits] == ["page"]
    assert asked == ["/robots.txt", "/", "/", "/"]
    assert state.requests == 3
    assert [s for s in time.slept if s] == waits


@pytest.mark.parametrize(
    "form", ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"]
)
def test_the_three_forms_of_a_date_are_understood(form: str) -> None:
    """RFC 9110, section 5.6.7."""
    time = Time()
    then = datetime.now(UTC) + timedelta(seconds=100)
    answers = {"/": [busy(then.strftime(form)), html(text="x")]}
    visits, _, _ = crawl_in(time, answers, Manners("testbot", "x"))
    assert [visit.outcome for visit in visits] == ["page"]
    assert 90 < max(time.slept) <= 100


@pytest.mark.parametrize("tries", [1, 2, 5])
def test_the_number_of_tries_is_bounded(tries: int) -> None:
    answers = {"/": [html("/a", "/b")], "/a": [busy()], "/b": [html(text="b")]}
    manners = Manners("testbot", "x", max_tries=tries)
    time = Time()
    visits, asked, _ = crawl_in(time, answers, manners)
    assert [visit.outcome for visit in visits] == ["page", "failed", "page"]
    assert visits[1].detail == "status 429 Too Many Requests"
    assert asked == ["/robots.txt", "/", *["/a"] * tries, "/b"]
    # After the last try the next address waits as long.
    assert [s for s in time.slept if s] == [1, 1, *(2**n for n in range(1, tries + 1))]


def test_tries_count_as_requests() -> None:
    manners = Manners("testbot", "x", max_requests=2)
    visits, asked, state = crawl_in(Time(), {"/": [busy()]}, manners)
    assert [visit.outcome for visit in visits] == ["failed"]
    assert (asked, state.requests) == (["/robots.txt", "/", "/"], 2)


def test_a_server_that_puts_off_for_too_long_ends_the_crawl_and_loses_nothing() -> None:
    answers = {"/": [html("/a", "/b")], "/a": [busy("301"), html(text="a")], "/b": [html(text="b")]}
    manners, time = Manners("testbot", "x", max_wait=300), Time()
    visits, asked, state = crawl_in(time, answers, manners)
    assert [visit.outcome for visit in visits] == ["page", "busy"]
    assert visits[1].detail == "until 301"
    assert asked == ["/robots.txt", "/", "/a"]
    assert [url.rpartition("/")[2] for url, _ in state.frontier] == ["b", "a"]
    assert max(time.slept) == 1


def test_robots_txt_of_a_busy_server_is_asked_for_again() -> None:
    rules = SitePage("User-agent: *\nDisallow: /", "text/plain")
    time = Time()
    visits, asked, _ = crawl_in(time, {"/robots.txt": [busy("7"), rules]}, Manners("testbot", "x"))
    assert [visit.outcome for visit in visits] == ["disallowed"]
    assert asked == ["/robots.txt", "/robots.txt"]
    assert [s for s in time.slept if s] == [7]


@pytest.mark.parametrize("status", [429, 503])
def test_nothing_is_asked_of_a_server_too_busy_for_its_robots_txt(status: int) -> None:
    answers = {"/robots.txt": [busy(None, status)], "/": [html()]}
    visits, asked, _ = crawl_in(Time(), answers, Manners("testbot", "x"))
    assert [visit.outcome for visit in visits] == ["disallowed"]
    assert asked == ["/robots.txt"] * 3


def test_a_robots_txt_longer_than_a_page_may_be_is_read() -> None:
    text = "User-agent: *\n" + "# \n" * 1000 + "Disallow: /a\n" + "# \n" * 200_000
    pages = {"/robots.txt": SitePage(text, "text/plain"), "/": html("/a", "/b"), "/b": html()}
    with serve(pages) as site:
        visits = crawl(site, Manners("testbot", "x", 0, max_bytes=500))
    assert outcomes(visits) == {"/": "page", "/a": "disallowed", "/b": "page"}


@pytest.mark.parametrize(
    ("manners", "paths"),
    [
        (Manners("testbot", "x", 0, max_depth=0), {"/"}),
        (Manners("testbot", "x", 0, max_depth=1), {"/", "/a", "/b?y=1&x=2"}),
        (Manners("testbot", "x", 0, max_requests=2), {"/", "/a"}),
        (Manners("testbot", "x", 0, max_requests=0), set()),
    ],
)
def test_limits_are_kept(manners: Manners, paths: set[str]) -> None:
    with serve(GRAPH) as site:
        assert set(crawl(site, manners)) == paths


def test_an_endless_site_ends_at_the_limit() -> None:
    class Endless(dict[str, SitePage]):
        def get(self, path: str, default: object = None) -> SitePage:
            return html(f"{path}x", f"{path}y", text=path)

    with serve(Endless()) as site:
        assert len(crawl(site, Manners("testbot", "x", 0, max_requests=50))) == 50


def test_a_page_that_is_too_long_is_dropped() -> None:
    with serve({"/": html("/long"), "/long": html(text="x" * 10_000)}) as site:
        visit = crawl(site, Manners("testbot", "x", 0, max_bytes=5_000))["/long"]
    assert (visit.outcome, visit.detail) == ("failed", "more than 5,000 bytes")


def test_a_crawl_that_was_cut_off_goes_on_where_it_stood(tmp_path: Path) -> None:
    with serve(GRAPH) as site:
        whole = [(v.url, v.outcome, v.detail) for v in Crawler(site.url, FAST).visits()]
        before = len(site.requests)
        found = []
        for steps in range(1, 40):  # a process a step, each killed after some visits
            state = CrawlState.load(tmp_path / "s") if found else None
            crawler = Crawler(site.url, FAST, state)
            for visit in islice(crawler.visits(), 1 + steps % 2):
                found.append((visit.url, visit.outcome, visit.detail))
                crawler.state.save(tmp_path / "s")
        asked = [r.path for r in site.requests[before:] if r.path != "/robots.txt"]
    assert found == whole
    assert len(asked) == len(set(asked))
    assert not (tmp_path / "s.partial").exists()


def test_a_crawl_goes_into_a_web_archive_and_comes_out_of_it(tmp_path: Path) -> None:
    with serve(GRAPH) as site:
        visits = crawl(site)
    answers = [visit.answer for visit in visits.values() if visit.answer]
    records = [make_record("response", a.message(), a.when, url=a.url) for a in answers]
    write_warc(tmp_path / "x.warc.gz", records)
    read = list(read_warc(tmp_path / "x.warc.gz"))
    assert [record.wrong_digests() for record in read] == [[]] * len(answers)
    found = [(r.url, r.http.status, r.http.body) for r in read if r.http]
    assert found == [(a.url, a.status, a.body) for a in answers]


@pytest.fixture
def raw_server() -> Iterator[Callable[[bytes, bool], str]]:
    """A server that sends some bytes for an answer and then hangs up, or waits."""
    stop = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    answer: list[tuple[bytes, bool]] = []

    def run() -> None:
        while not stop.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                data, wait = answer[-1]
                connection.sendall(data)
                if wait:
                    stop.wait(5)

    thread = threading.Thread(target=run)
    thread.start()

    def start(data: bytes, wait: bool) -> str:
        answer.append((data, wait))
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"

    yield start
    stop.set()
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


@pytest.mark.parametrize(
    ("data", "wait", "message"),
    [
        (b"", False, "RemoteDisconnected|ConnectionResetError"),
        (b"nonsense\r\n\r\n", False, "BadStatusLine"),
        (OK + b"Content-Length: 100\r\n\r\nabc", False, "97 bytes before the end|IncompleteRead"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab", False, "IncompleteRead"),
        (OK + b"Content-Length: 9\r\n\r\nabc", True, "timed out"),
        (OK + b"A: " + b"x" * 70_000 + b"\r\n\r\n", False, "LineTooLong|line"),
    ],
)
def test_an_answer_that_is_not_whole_is_none(
    raw_server: Callable[[bytes, bool], str], data: bytes, wait: bool, message: str
) -> None:
    with pytest.raises(FetchError, match=message):
        fetch(raw_server(data, wait), "testbot", timeout=0.3, max_bytes=1000)


def test_chunks_are_put_together_and_their_header_is_dropped(
    raw_server: Callable[[bytes, bool], str],
) -> None:
    data = OK + b"Transfer-Encoding: chunked\r\nX: \xfc\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    answer = fetch(raw_server(data, False), "testbot", timeout=3, max_bytes=1000)
    assert answer.body == b"abcde"
    assert answer.message() == OK + b"X: \xfc\r\n\r\nabcde"


def test_nobody_at_home_is_a_failure_and_robots_txt_forbids() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(FetchError, match="refused"):
        fetch(f"http://127.0.0.1:{port}/", "testbot", 1, 100)
    visits = list(Crawler(f"http://127.0.0.1:{port}/", FAST).visits())
    assert [visit.outcome for visit in visits] == ["disallowed"]


def test_a_slow_server_is_left_at_the_deadline() -> None:
    class Slow(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            for _ in range(100):
                try:
                    self.wfile.write(b"x")
                    self.wfile.flush()
                except OSError:
                    return
                stop.wait(0.03)

        def log_message(self, *_: object) -> None:
            pass

    stop = threading.Event()
    with ThreadingHTTPServer(("127.0.0.1", 0), Slow) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        with pytest.raises(FetchError, match="not done in time"):
            fetch(f"http://127.0.0.1:{server.server_port}/", "testbot", 0.3, 1000)
        stop.set()
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"agent": "my bot"}, "agent must be letters, _ and -, got 'my bot'"),
        ({"agent": ""}, "agent must be"),
        ({"contact": " "}, "contact must say where to complain"),
        ({"contact": "a\nb"}, "contact must"),
        ({"delay": -1}, "delay must be 0 or more, got -1"),
        ({"timeout": float("nan")}, "timeout must be 0 or more, got nan"),
        ({"max_depth": -1}, "max_depth"),
        ({"max_tries": 0}, "max_tries must be 1 or more, got 0"),
        ({"max_wait": -1}, "max_wait must be 0 or more, got -1"),
    ],
)
def test_bad_manners_are_named(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Manners(**{"agent": "a", "contact": "b", **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("start", ["ftp://a/", "file:///etc/passwd", "example.org", ""])
def test_a_start_is_an_address_of_the_web(start: str) -> None:
    with pytest.raises(ValueError, match="url must start with http: or https:"):
        Crawler(start, FAST)


def test_a_redirect_in_utf_8_is_followed() -> None:
    wire = "/voilà".encode().decode("latin-1")  # the byte 0xA0 at its end is no space
    pages = {"/": SitePage(status=302, fields={"Location": wire}), "/voil%C3%A0": html(text="x")}
    with serve(pages) as site:
        assert outcomes(crawl(site)) == {"/": "redirect", "/voil%C3%A0": "page"}


def test_no_redirect_leads_off_the_host() -> None:
    """Neither to another host, nor to another port of the same, nor to a file."""
    for target in ("http://localhost:1/", "file:///etc/passwd", "http://127.0.0.1:1/"):
        with serve({"/": SitePage(status=302, fields={"Location": target})}) as site:
            visits = crawl(site)
        assert outcomes(visits) == {"/": "redirect"}


def test_E71_a_page_that_robots_txt_forbids_is_never_asked_for() -> None:
    """The article gathers by crawling and names no rule; here the crawler keeps the site's."""
    with serve(GRAPH) as site:
        visits = crawl(site)
    assert visits["/private/x"].outcome == "disallowed"
    assert all(not request.path.startswith("/private") for request in site.requests)
