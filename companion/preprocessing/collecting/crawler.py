"""A polite crawler of one site: it asks slowly, says who it is, and keeps to what it is asked."""

import hashlib
import json
import re
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from os import PathLike
from pathlib import Path
from typing import NamedTuple

from companion.preprocessing.collecting.fetching import Answer, FetchError, fetch
from companion.preprocessing.collecting.html import HtmlPage, decode_html, parse_html
from companion.preprocessing.collecting.robots import RobotsTxt
from companion.preprocessing.collecting.urls import canonical_url, origin

_ROBOTS_HOPS = 5  # RFC 9309, section 2.3.1.2
_LONGEST_WAIT = 300.0  # seconds that a server may put the crawler off
_HTML = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True)
class Manners:
    """How a crawler behaves.

    Parameters
    ----------
    agent
        Its name, the product token that ``robots.txt`` speaks of: letters, ``_`` and ``-``.
    contact
        An address of the web or of mail where a webmaster can complain.
    delay
        Seconds from one request to the next; a longer ``Crawl-delay`` of the site counts instead.
    max_requests
        Requests in all, but for ``robots.txt``.
    max_depth
        Links from the start.
    max_bytes
        Longest page.
    timeout
        Seconds for one answer.
    sort_query
        Whether addresses count as the same when the fields of their queries are in another order.

    Raises
    ------
    ValueError
        If a number is negative, `agent` is not a product token, or `contact` is empty.
    """

    agent: str
    contact: str
    delay: float = 1.0
    max_requests: int = 1000
    max_depth: int = 10
    max_bytes: int = 1 << 21
    timeout: float = 20.0
    sort_query: bool = False

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z_-]+", self.agent):
            raise ValueError(f"agent must be letters, _ and -, got {self.agent!r}")
        if not self.contact.strip() or "\n" in self.contact:
            raise ValueError(f"contact must say where to complain, got {self.contact!r}")
        for name in ("delay", "max_requests", "max_depth", "max_bytes", "timeout"):
            if not (value := getattr(self, name)) >= 0:
                raise ValueError(f"{name} must be 0 or more, got {value}")


class Visit(NamedTuple):
    """What came of one address.

    Attributes
    ----------
    url : str
        The normal address.
    depth : int
        Links from the start.
    outcome : str
        ``page`` for a new page of HTML; ``duplicate``, ``redirect``, ``disallowed`` (by
        robots.txt, and never asked for), ``noindex`` (by the page itself), ``other`` (no HTML),
        ``failed``.
    detail : str
        The page that it duplicates, where it redirects, or why it failed.
    answer : Answer or None
        What the server sent.
    page : HtmlPage or None
        What is in it, for HTML.
    """

    url: str
    depth: int
    outcome: str
    detail: str = ""
    answer: Answer | None = None
    page: HtmlPage | None = None


@dataclass
class CrawlState:
    """Where a crawl stands: enough to go on later.

    Attributes
    ----------
    frontier : deque of (str, int)
        Addresses to be visited, with their depths.
    seen : set of str
        Addresses that are or were in the frontier.
    digests : dict of str to str
        The address of each content, by its SHA-256.
    requests : int
        Made so far.
    """

    frontier: deque[tuple[str, int]] = field(default_factory=deque)
    seen: set[str] = field(default_factory=set)
    digests: dict[str, str] = field(default_factory=dict)
    requests: int = 0

    def save(self, path: str | PathLike[str]) -> None:
        """Write the state to a file, wholly or not at all.

        Parameters
        ----------
        path
            A JSON file, replaced if it is there.
        """
        whole = asdict(self) | {"frontier": list(self.frontier), "seen": sorted(self.seen)}
        partial = Path(f"{path}.partial")
        partial.write_text(json.dumps(whole), encoding="utf-8")
        partial.replace(path)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> "CrawlState":
        """Read a state that was saved."""
        whole = json.loads(Path(path).read_text(encoding="utf-8"))
        frontier = deque((url, depth) for url, depth in whole["frontier"])
        return cls(frontier, set(whole["seen"]), whole["digests"], whole["requests"])


class Crawler:
    """Visits a site breadth first, page by page, from one address.

    It leaves neither the host nor the protocol and port of the start. State is consistent after
    each visit: saved then, a crawl goes on without asking for anything twice.

    Parameters
    ----------
    start
        Where to begin.
    manners
        How to behave.
    state
        Where an earlier crawl stood.

    Raises
    ------
    ValueError
        If `start` is no address of the web.
    """

    def __init__(self, start: str, manners: Manners, state: CrawlState | None = None) -> None:
        self.start = canonical_url(start, sort_query=manners.sort_query)
        self.manners = manners
        self.state = state or CrawlState()
        # When the next request may be made; an earlier crawl may have ended just now.
        self._ready = time.monotonic() + (0 if state is None else manners.delay)
        self._robots: RobotsTxt | None = None
        self._push(self.start, 0)

    def visits(self) -> Iterator[Visit]:
        """Visit one address after the other until none is left or enough requests were made.

        Yields
        ------
        Visit
            What came of each address; requests are made as they are asked for.
        """
        state = self.state
        while state.frontier and state.requests < self.manners.max_requests:
            url, depth = state.frontier.popleft()
            yield self._visit(url, depth)

    def _visit(self, url: str, depth: int) -> Visit:
        if self._robots is None:
            self._robots = self._read_robots()
        path = url.removeprefix(origin(url))
        if not self._robots.allows(self.manners.agent, path):
            return Visit(url, depth, "disallowed")
        self.state.requests += 1
        try:
            answer = self._ask(url)
        except FetchError as error:
            return Visit(url, depth, "failed", str(error))
        visit = Visit(url, depth, "other", answer=answer)
        if 300 <= answer.status < 400 and answer.field("Location"):
            target = self._push(answer.field("Location"), depth, base=url)
            return visit._replace(outcome="redirect", detail=target or answer.field("Location"))
        if answer.status != 200:
            detail = f"status {answer.status} {answer.reason}".strip()
            return visit._replace(outcome="failed", detail=detail)
        if answer.field("Content-Type").partition(";")[0].strip().lower() in _HTML:
            return self._read_page(visit, answer)
        return visit

    def _read_page(self, visit: Visit, answer: Answer) -> Visit:
        page = parse_html(decode_html(answer.body, answer.field("Content-Type")))
        directives = page.directives | set(
            answer.field("X-Robots-Tag").lower().replace(",", " ").split()
        )
        base = _normal(page.base, visit.url) or visit.url
        original = self._duplicate_of(visit.url, page.canonical, base, answer.body)
        if not directives & {"nofollow", "none"}:
            for link in page.links:
                self._push(link, visit.depth + 1, base)
        visit = visit._replace(page=page)
        if directives & {"noindex", "none"}:
            return visit._replace(outcome="noindex")
        if original is not None:
            return visit._replace(outcome="duplicate", detail=original)
        return visit._replace(outcome="page")

    def _duplicate_of(self, url: str, canonical: str | None, base: str, body: bytes) -> str | None:
        """Return the address that has this page already, or will have when its turn comes."""
        digest = hashlib.sha256(body).hexdigest()
        if (first := self.state.digests.setdefault(digest, url)) != url:
            return first
        own = _normal(canonical, base, self.manners.sort_query)
        if own is None or own == url or origin(own) != origin(url):
            return None
        if own in self.state.seen:
            return own
        self.state.seen.add(own)  # the same page under its own name: no need to ask for it
        return None

    def _push(self, link: str, depth: int, base: str | None = None) -> str | None:
        """Enter an address that is new, near enough and of this site; return its normal form."""
        url = _normal(link, base, self.manners.sort_query)
        if url is None or origin(url) != origin(self.start):
            return url
        if url not in self.state.seen and depth <= self.manners.max_depth:
            self.state.seen.add(url)
            self.state.frontier.append((url, depth))
        return url

    def _read_robots(self) -> RobotsTxt:
        url: str | None = f"{origin(self.start)}/robots.txt"
        for _ in range(_ROBOTS_HOPS + 1):
            if url is None:
                break
            try:
                answer = self._ask(url)
            except FetchError:
                return RobotsTxt.answered(None)
            if not 300 <= answer.status < 400:
                return RobotsTxt.answered(answer.status, answer.body)
            url = _normal(answer.field("Location"), url)
        return RobotsTxt.answered(404)  # "may assume that it is unavailable"

    def _ask(self, url: str) -> Answer:
        """Ask for an address when it is time."""
        time.sleep(max(self._ready - time.monotonic(), 0))
        wait = self.manners.delay
        if self._robots is not None:
            wait = max(wait, self._robots.crawl_delay(self.manners.agent) or 0)
        try:
            answer = fetch(
                url,
                f"{self.manners.agent} (+{self.manners.contact})",
                self.manners.timeout,
                self.manners.max_bytes,
            )
            if answer.status in (429, 503) and answer.field("Retry-After").isdecimal():
                wait = max(wait, min(float(answer.field("Retry-After")), _LONGEST_WAIT))
            return answer
        finally:
            self._ready = time.monotonic() + wait


def _normal(url: str | None, base: str | None, sort_query: bool = False) -> str | None:
    """Return the normal form of an address, or None if it is none of the web."""
    try:
        return None if url is None else canonical_url(url, base, sort_query)
    except ValueError:
        return None
