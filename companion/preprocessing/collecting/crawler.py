"""A polite crawler of one site: it asks slowly, says who it is, and keeps to what it is asked."""

import hashlib
import json
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from os import PathLike
from pathlib import Path
from typing import NamedTuple

from companion.preprocessing.collecting.fetching import Answer, FetchError, fetch
from companion.preprocessing.collecting.html import HtmlPage, decode_html, parse_html
from companion.preprocessing.collecting.manners import Manners
from companion.preprocessing.collecting.robots import LARGEST, RobotsTxt
from companion.preprocessing.collecting.urls import canonical_url, origin

_ROBOTS_HOPS = 5  # RFC 9309, section 2.3.1.2
_BUSY = (429, 503)  # "Too Many Requests" (RFC 6585) and "Service Unavailable" (RFC 9110)
_HTML = ("text/html", "application/xhtml+xml")


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
        ``failed``, ``busy`` (the server put it off for longer than the crawler waits).
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

    It leaves neither the host nor the protocol and port of the start. Of a server that is busy
    (status 429 or 503) it asks again after the time in ``Retry-After``, or without that after
    twice, four times … the delay. State is consistent after each visit: saved then, a crawl goes on
    without asking for anything twice.

    Parameters
    ----------
    start
        Where to begin.
    manners
        How to behave.
    state
        Where an earlier crawl stood.
    clock, sleep
        What tells the time and what waits, both in seconds.

    Raises
    ------
    ValueError
        If `start` is no address of the web.
    """

    def __init__(
        self,
        start: str,
        manners: Manners,
        state: CrawlState | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.start = canonical_url(start, sort_query=manners.sort_query)
        self.manners = manners
        self.state = state or CrawlState()
        # When the next request may be made; an earlier crawl may have ended just now.
        self._clock, self._sleep = clock, sleep
        self._ready = clock() + (0 if state is None else manners.delay)
        self._robots: RobotsTxt | None = None
        self._push(self.start, 0)

    def visits(self) -> Iterator[Visit]:
        """Visit one address after the other until none is left or enough requests were made.

        Yields
        ------
        Visit
            What came of each address; requests are made as they are asked for. One that is
            ``busy`` is the last: its address stays in the frontier, for a crawl on a later day.
        """
        state = self.state
        while state.frontier and state.requests < self.manners.max_requests:
            url, depth = state.frontier.popleft()
            visit = self._visit(url, depth)
            if visit.outcome == "busy":
                state.frontier.append((url, depth))
            yield visit
            if visit.outcome == "busy":
                return

    def _visit(self, url: str, depth: int) -> Visit:
        if self._robots is None:
            self._robots = self._read_robots()
        path = url.removeprefix(origin(url))
        if not self._robots.allows(self.manners.agent, path):
            return Visit(url, depth, "disallowed")
        try:
            answer = self._ask_until_free(url)
        except FetchError as error:
            return Visit(url, depth, "failed", str(error))
        visit = Visit(url, depth, "other", answer=answer)
        if self._puts_off(answer):
            return visit._replace(outcome="busy", detail=f"until {answer.field('Retry-After')}")
        if 300 <= answer.status < 400 and answer.location:
            target = self._push(answer.location, depth, base=url)
            return visit._replace(outcome="redirect", detail=target or answer.location)
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
                answer = self._ask_until_free(url, robots=True)
            except FetchError:
                return RobotsTxt.answered(None)
            if answer.status in _BUSY:
                return RobotsTxt.answered(None)  # 429 too: who is overrun has not said yes
            if not 300 <= answer.status < 400:
                return RobotsTxt.answered(answer.status, answer.body)
            url = _normal(answer.location, url)
        return RobotsTxt.answered(404)  # "may assume that it is unavailable"

    def _ask_until_free(self, url: str, robots: bool = False) -> Answer:
        """Ask for an address, and again for as long as the server is busy and may be asked."""
        for tries in range(1, self.manners.max_tries + 1):
            answer = self._ask(url, robots)
            if answer.status not in _BUSY or self._puts_off(answer):
                break
            if not robots and self.state.requests >= self.manners.max_requests:
                break
            wait = answer.retry_after
            if wait is None:
                wait = self.manners.delay * 2**tries
            self._ready = max(self._ready, self._clock() + min(wait, self.manners.max_wait))
        return answer

    def _puts_off(self, answer: Answer) -> bool:
        """Say whether a server that is busy asks for more time than the crawler has."""
        return answer.status in _BUSY and (answer.retry_after or 0) > self.manners.max_wait

    def _ask(self, url: str, robots: bool) -> Answer:
        """Ask for an address when it is time."""
        self._sleep(max(self._ready - self._clock(), 0))
        manners, wait = self.manners, self.manners.delay
        if self._robots is not None:
            wait = max(wait, self._robots.crawl_delay(manners.agent) or 0)
        self.state.requests += not robots
        try:
            return fetch(
                url,
                f"{manners.agent} (+{manners.contact})",
                manners.timeout,
                LARGEST if robots else manners.max_bytes,
                cut=robots,
            )
        finally:
            self._ready = self._clock() + wait


def _normal(url: str | None, base: str | None, sort_query: bool = False) -> str | None:
    """Return the normal form of an address, or None if it is none of the web."""
    try:
        return None if url is None else canonical_url(url, base, sort_query)
    except ValueError:
        return None
