"""One request for one address, with limits on size and time; redirects are only reported."""

import http.client
import re
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import HTTPErrorProcessor, Request, build_opener

_CHUNK = 1 << 16
_ASCII = bytes(range(128))
_SPACES = re.compile(r"[ \t\r\n]+")  # of a header; 0x85 and 0xA0 are parts of characters there


class FetchError(Exception):
    """There was no whole answer; the message says why."""


class Answer(NamedTuple):
    """What a server answered.

    Attributes
    ----------
    url : str
        What was asked for.
    status : int
        HTTP status, 200 for success.
    reason : str
        The words after it.
    fields : tuple of (str, str)
        The header.
    body : bytes
        The content as it was sent, put together from its chunks.
    when : datetime
        When the answer began.
    """

    url: str
    status: int
    reason: str
    fields: tuple[tuple[str, str], ...]
    body: bytes
    when: datetime

    def field(self, name: str) -> str:
        """Return all values of a field, with commas between; empty if there is none."""
        return ", ".join(value for each, value in self.fields if each.lower() == name.lower())

    @property
    def location(self) -> str:
        """Where a redirect leads; bytes beyond ASCII are escaped as they came."""
        return quote(self.field("Location").encode("latin-1", "replace"), safe=_ASCII)

    @property
    def retry_after(self) -> float | None:
        """Seconds after which the server wants to be asked again (RFC 9110, section 10.2.3).

        The field holds seconds or a date; None if there is none or it is neither.
        """
        value = self.field("Retry-After").strip()
        if value.isascii() and value.isdecimal():
            return float(value)
        try:
            then = parsedate_to_datetime(value)
        except (ValueError, OverflowError):
            return None
        if then.tzinfo is None:  # asctime's form, which has no zone, means UTC
            then = then.replace(tzinfo=UTC)
        return max((then - self.when).total_seconds(), 0.0)

    def message(self) -> bytes:
        """Return the answer as an HTTP message, the block of a ``response`` in a web archive."""
        kept = [f"{n}: {v}" for n, v in self.fields if n.lower() != "transfer-encoding"]
        head = "\r\n".join([f"HTTP/1.1 {self.status} {self.reason}", *kept, "", ""])
        return head.encode("latin-1", "replace") + self.body


class _Untouched(HTTPErrorProcessor):
    """Hands out every answer as it came: neither an exception for 404 nor a hop for 301."""

    def http_response(
        self, request: Request, response: http.client.HTTPResponse
    ) -> http.client.HTTPResponse:
        return response

    https_response = http_response


def fetch(
    url: str, user_agent: str, timeout: float, max_bytes: int, *, cut: bool = False
) -> Answer:
    """Ask for an address once.

    Parameters
    ----------
    url
        A normal address of the web.
    user_agent
        Who asks, and where to complain.
    timeout
        Seconds for the whole answer.
    max_bytes
        Longest body.
    cut
        Whether a longer one is cut there, not refused.

    Returns
    -------
    Answer
        With any status.

    Raises
    ------
    FetchError
        If the server cannot be reached, breaks off, sends more than `max_bytes` (without `cut`), or
        takes longer than `timeout`.
    """
    headers = {"User-Agent": user_agent, "Accept": "text/html, */*;q=0.1"}
    headers["Accept-Encoding"] = "identity"
    deadline = time.monotonic() + timeout
    try:
        with build_opener(_Untouched).open(Request(url, headers=headers), timeout=timeout) as reply:
            when = datetime.now(UTC)
            body = _read(reply, deadline, max_bytes, cut)
            fields = tuple((n, _SPACES.sub(" ", v).strip(" ")) for n, v in reply.headers.items())
            return Answer(url, reply.status, reply.reason or "", fields, body, when)
    except (http.client.HTTPException, URLError, OSError, ValueError) as error:
        reason = error.reason if isinstance(error, URLError) else error
        raise FetchError(f"{type(error).__name__}: {reason}") from error


def _read(reply: http.client.HTTPResponse, deadline: float, max_bytes: int, cut: bool) -> bytes:
    parts: list[bytes] = []
    size = 0
    while chunk := reply.read1(_CHUNK):
        parts.append(chunk)
        size += len(chunk)
        if size > max_bytes:
            if cut:
                return b"".join(parts)[:max_bytes]
            raise FetchError(f"more than {max_bytes:,} bytes")
        if time.monotonic() > deadline:
            raise FetchError(f"not done in time, after {size:,} bytes")
    if reply.length:
        raise FetchError(f"broken off, {reply.length:,} bytes before the end")
    return b"".join(parts)
