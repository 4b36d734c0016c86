"""Read an HTTP message as archives keep it: start line, fields and body, chunks and compression."""

import contextlib
import gzip
import io
import re
import zlib
from typing import NamedTuple


class HttpMessage(NamedTuple):
    """A message of HTTP/1.1 (RFC 9112).

    Attributes
    ----------
    start : str
        ``HTTP/1.1 200 OK`` of a response, ``GET / HTTP/1.1`` of a request.
    fields : tuple of (str, str)
        Names and values in their order.
    body : bytes
        The content, put together from its chunks and decompressed.
    """

    start: str
    fields: tuple[tuple[str, str], ...]
    body: bytes

    def field(self, name: str) -> str | None:
        """Return the first value of a field; names are compared without regard to case."""
        return next((v for n, v in self.fields if n.lower() == name.lower()), None)

    @property
    def status(self) -> int | None:
        """The status of a response; None for a request."""
        words = self.start.split()
        return int(words[1]) if len(words) > 1 and words[1].isdecimal() else None


def parse_http(message: bytes) -> HttpMessage:
    """Take an HTTP message apart.

    Parameters
    ----------
    message
        Its bytes. A body that does not decode as its fields say is left as it is.

    Returns
    -------
    HttpMessage
        Start line, fields and decoded body.
    """
    head, body = split_head(message)
    # Bytes beyond ASCII are opaque (RFC 9110, section 5.5); Latin-1 keeps them. Among them
    # are 0x85 and 0xA0, parts of characters in UTF-8, but white space to splitlines and strip.
    start, *lines = re.split("\r?\n", head.decode("latin-1"))
    fields: list[tuple[str, str]] = []
    for line in lines:
        name, colon, value = line.partition(":")
        if line[:1] in (" ", "\t") and fields:
            more = line.strip(" \t")
            fields[-1] = fields[-1][0], f"{fields[-1][1]} {more}"
        elif colon:
            fields.append((name.strip(" \t"), value.strip(" \t")))
    parsed = HttpMessage(start, tuple(fields), body)
    if "chunked" in (parsed.field("Transfer-Encoding") or "").lower():
        body = join_chunks(body)
    return parsed._replace(body=decompress(body, parsed.field("Content-Encoding") or ""))


def split_head(message: bytes) -> tuple[bytes, bytes]:
    """Split a message at its first empty line into head and body."""
    end = re.search(rb"\r?\n\r?\n", message)
    return (message[: end.start()], message[end.end() :]) if end else (message, b"")


def join_chunks(body: bytes) -> bytes:
    """Put a body together that was sent in chunks (RFC 9112, section 7.1).

    Parameters
    ----------
    body
        Chunks, each after a line with its length in base 16.

    Returns
    -------
    bytes
        The content. Of a body that breaks off, what has come; of one that is not in chunks, all:
        some archives keep bodies already put together.
    """
    parts: list[bytes] = []
    place = 0
    while (end := body.find(b"\r\n", place)) >= 0:
        size = body[place:end].partition(b";")[0].strip()
        if not size or size.strip(b"0123456789abcdefABCDEF"):
            break
        if (length := int(size, 16)) == 0:
            return b"".join(parts)
        next_line = end + 2 + length
        if body[next_line : next_line + 2] not in (b"\r\n", b"\r", b""):
            break  # a number by chance
        parts.append(body[end + 2 : next_line])
        place = next_line + 2
    return b"".join(parts) or body


def decompress(body: bytes, encoding: str, limit: int = 1 << 28) -> bytes:
    """Undo content encodings: gzip and deflate.

    Parameters
    ----------
    body
        Compressed bytes.
    encoding
        The value of ``Content-Encoding``: one or more, in the order in which they were applied.
    limit
        Largest result; a small body can hold gigabytes.

    Returns
    -------
    bytes
        The content; the body as it is if it is not in that encoding or in an unknown one. Of a
        body that breaks off, what has come.

    Raises
    ------
    ValueError
        If it is longer than `limit`.
    """
    for name in reversed(encoding.lower().split(",")):
        content = _content(body, name.strip(), limit)
        if content is None:
            break
        if len(content) > limit:
            raise ValueError(f"body must unpack to at most {limit} bytes, got more")
        body = content
    return body


def _content(body: bytes, encoding: str, limit: int) -> bytes | None:
    """Undo one encoding up to a byte more than the limit; None if the body is not in it."""
    if encoding in ("gzip", "x-gzip"):
        parts: list[bytes] = []
        left = limit + 1
        file = gzip.GzipFile(fileobj=io.BytesIO(body))  # of one member or several
        try:
            while left and (part := file.read1(left)):
                parts.append(part)
                left -= len(part)
        except (EOFError, OSError, zlib.error):
            return b"".join(parts) or None
        return b"".join(parts)
    if encoding == "deflate":
        for window_bits in (15, -15):  # with zlib's head or not
            with contextlib.suppress(zlib.error):
                return zlib.decompressobj(window_bits).decompress(body, limit + 1)
    return None
