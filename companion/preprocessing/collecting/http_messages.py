"""Read an HTTP message as archives keep it: start line, fields and body, chunks and compression."""

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
    # Bytes beyond ASCII are opaque (RFC 9110, section 5.5); Latin-1 keeps them.
    start, *lines = head.decode("latin-1").splitlines() or [""]
    fields: list[tuple[str, str]] = []
    for line in lines:
        name, colon, value = line.partition(":")
        if line[:1] in (" ", "\t") and fields:
            fields[-1] = fields[-1][0], f"{fields[-1][1]} {line.strip()}"
        elif colon:
            fields.append((name.strip(), value.strip()))
    parsed = HttpMessage(start, tuple(fields), body)
    if "chunked" in (parsed.field("Transfer-Encoding") or "").lower():
        body = join_chunks(body)
    return parsed._replace(body=decompress(body, parsed.field("Content-Encoding") or ""))


def split_head(message: bytes) -> tuple[bytes, bytes]:
    """Split a message at its first empty line into head and body."""
    places = [(at, len(end)) for end in (b"\r\n\r\n", b"\n\n") if (at := message.find(end)) >= 0]
    at, length = min(places, default=(len(message), 0))
    return message[:at], message[at + length :]


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
        parts.append(body[end + 2 : end + 2 + length])
        place = end + 2 + length + 2
    return b"".join(parts) or body


def decompress(body: bytes, encoding: str, limit: int = 1 << 28) -> bytes:
    """Undo a content encoding: gzip or deflate.

    Parameters
    ----------
    body
        Compressed bytes.
    encoding
        The value of ``Content-Encoding``.
    limit
        Largest result; a small body can hold gigabytes.

    Returns
    -------
    bytes
        The content; the body as it is if it is not in that encoding or in an unknown one.

    Raises
    ------
    ValueError
        If it is longer than `limit`.
    """
    kinds = {
        "gzip": (31,),
        "x-gzip": (31,),
        "deflate": (15, -15),
    }  # deflate: with zlib's head or not
    for bits in kinds.get(encoding.strip().lower(), ()):
        engine = zlib.decompressobj(bits)
        try:
            content = engine.decompress(body, limit)
        except zlib.error:
            continue
        if engine.unconsumed_tail:
            raise ValueError(f"body must unpack to at most {limit} bytes, got more")
        return content
    return body
