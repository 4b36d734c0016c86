"""A small web site on this machine, to try a crawler on."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple, TypeAlias


class SitePage(NamedTuple):
    """What the site answers at one path.

    Attributes
    ----------
    body : str or bytes
        Text is sent in UTF-8.
    content_type : str
        Of the body.
    status : int
        HTTP status.
    fields : mapping of str to str
        Further fields of the header, such as ``Location``.
    """

    body: str | bytes = ""
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    fields: Mapping[str, str] = {}


Pages: TypeAlias = Mapping[str, SitePage | Sequence[SitePage]]
"""By path, with the query if there is one: a page, or several that are answered in turn."""


class SiteRequest(NamedTuple):
    """A request that the site received: path and query, who asked, and when (monotonic seconds)."""

    path: str
    agent: str
    when: float


@dataclass
class LocalSite:
    """A running site: its address, what it serves, and the requests that it received."""

    url: str
    pages: Pages
    requests: list[SiteRequest] = field(default_factory=list)


@contextmanager
def serve(pages: Pages) -> Iterator[LocalSite]:
    """Serve pages at 127.0.0.1, at a port that is free, until the block ends.

    Parameters
    ----------
    pages
        By path, with the query if there is one; another path is answered by status 404. Of
        several pages for a path, each request gets the next one, and in the end the last.

    Yields
    ------
    LocalSite
        The running site.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            agent = self.headers.get("User-Agent", "")
            site.requests.append(SiteRequest(self.path, agent, time.monotonic()))
            page = site.pages.get(self.path, SitePage("Not here.", "text/plain", 404))
            if not isinstance(page, SitePage):
                turn = sum(request.path == self.path for request in site.requests)
                page = page[min(turn, len(page)) - 1]
            body = page.body.encode() if isinstance(page.body, str) else page.body
            self.send_response(page.status)
            fields = {"Content-Type": page.content_type, "Content-Length": str(len(body))}
            for name, value in (fields | dict(page.fields)).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Write nothing to the console."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site = LocalSite(f"http://127.0.0.1:{server.server_port}/", pages)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
