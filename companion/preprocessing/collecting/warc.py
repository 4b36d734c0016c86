"""Web archives: read and write WARC files, Common Crawl's format, and its WET files of plain text.

ISO 28500:2017, published as "The WARC Format 1.1" by the International Internet Preservation
Consortium; section numbers below are its.
"""

import base64
import gzip
import hashlib
import re
import uuid
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import IO, cast

from companion.preprocessing.collecting.http_messages import HttpMessage, parse_http, split_head

_LARGEST_HEAD = 1 << 16  # bytes of a record's header
_PIECE = 1 << 20


class WarcError(ValueError):
    """A web archive is cut off or damaged; the message says at which record."""


@dataclass(frozen=True)
class WarcRecord:
    """One record: its named fields and its block.

    Parameters
    ----------
    fields
        Names and values in their order; some, such as ``WARC-Concurrent-To``, may be repeated.
    content
        The block: of a response the HTTP message, of a conversion the text.
    version
        ``WARC/1.0`` or ``WARC/1.1``.
    """

    fields: tuple[tuple[str, str], ...]
    content: bytes = b""
    version: str = "WARC/1.1"

    def field(self, name: str) -> str | None:
        """Return the first value of a field; names are compared without regard to case."""
        return next((v for n, v in self.fields if n.lower() == name.lower()), None)

    @property
    def kind(self) -> str:
        """``WARC-Type``: warcinfo, request, response, resource, conversion, revisit, metadata."""
        return self.field("WARC-Type") or ""

    @property
    def url(self) -> str | None:
        """``WARC-Target-URI``, without the angle brackets that some programs put around it."""
        target = self.field("WARC-Target-URI")
        return None if target is None else target.removeprefix("<").removesuffix(">")

    @property
    def http(self) -> HttpMessage | None:
        """The HTTP message, if the block is one."""
        return parse_http(self.content) if self._holds_http else None

    @property
    def payload(self) -> bytes:
        """What the record is about: of an HTTP message its body as it was sent, else the block."""
        return split_head(self.content)[1] if self._holds_http else self.content

    @property
    def text(self) -> str:
        """The block as text, for the conversions of a WET file."""
        return self.content.decode("utf-8", errors="replace")

    @property
    def _holds_http(self) -> bool:
        return (self.field("Content-Type") or "").lower().startswith("application/http")

    def wrong_digests(self) -> list[str]:
        """Compare the digests in the fields with the bytes.

        Returns
        -------
        list of str
            The fields whose SHA-1 is another; those in other algorithms are not judged. A
            ``revisit`` has no payload of its own, so that only its block is compared.
        """
        claims = {"WARC-Block-Digest": self.content}
        if self.kind != "revisit":
            claims["WARC-Payload-Digest"] = self.payload
        return [
            name
            for name, data in claims.items()
            if (claimed := self.field(name) or "").lower().startswith("sha1:")
            and claimed[5:].upper() not in _sha1_spellings(data)
        ]


def make_record(
    kind: str,
    content: bytes,
    when: datetime,
    *,
    url: str | None = None,
    content_type: str = "application/http;msgtype=response",
    more: Iterable[tuple[str, str]] = (),
) -> WarcRecord:
    """Make a record with its digests and a name of its own.

    The name, ``WARC-Record-ID``, is computed from the rest, so that the same crawl makes the same
    file.

    Parameters
    ----------
    kind
        Its ``WARC-Type`` (section 6).
    content
        The block.
    when
        When it was collected, with a time zone.
    url
        What was collected.
    content_type
        Of the block; for a WET file ``text/plain``.
    more
        Further fields, such as ``WARC-Refers-To`` in a conversion.

    Returns
    -------
    WarcRecord
        The record.

    Raises
    ------
    ValueError
        If `when` has no time zone, or a field would break out of its line.
    """
    if when.tzinfo is None:
        raise ValueError(f"when must have a time zone, got {when.isoformat()}")
    fields = [
        ("WARC-Type", kind),
        ("WARC-Date", when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")),
        *([("WARC-Target-URI", url)] if url is not None else []),
        *more,
        ("Content-Type", content_type),
        ("WARC-Block-Digest", digest(content)),
    ]
    if content_type.startswith("application/http"):
        fields.append(("WARC-Payload-Digest", digest(split_head(content)[1])))
    if bad := next((v for pair in fields for v in pair if "\n" in v or "\r" in v), None):
        raise ValueError(f"more must hold values of one line, got {bad!r}")
    name = uuid.uuid5(uuid.NAMESPACE_URL, repr(fields)).urn
    return WarcRecord((("WARC-Record-ID", f"<{name}>"), *fields), content)


def digest(data: bytes) -> str:
    """Return the SHA-1 digest of bytes as web archives write it: ``sha1:`` and base 32."""
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def _sha1_spellings(data: bytes) -> tuple[str, str]:
    """Return the digest in base 32 and, as some programs have it, in base 16."""
    sha1 = hashlib.sha1(data, usedforsecurity=False)
    return base64.b32encode(sha1.digest()).decode(), sha1.hexdigest().upper()


def write_warc(path: str | PathLike[str], records: Iterable[WarcRecord]) -> int:
    """Append records to a web archive.

    Parameters
    ----------
    path
        If it ends in ``.gz``, each record is compressed on its own, as the annex of the standard
        recommends: a reader may start at any of them, and appending is safe.
    records
        What to write.

    Returns
    -------
    int
        The number of records.
    """
    count = 0
    compress = Path(path).suffix == ".gz"
    with Path(path).open("ab") as file:
        for record in records:
            data = _record_bytes(record)
            file.write(gzip.compress(data, mtime=0) if compress else data)
            file.flush()
            count += 1
    return count


def _record_bytes(record: WarcRecord) -> bytes:
    named = [f"{n}: {v}" for n, v in record.fields if n.lower() != "content-length"]
    head = [record.version, *named, f"Content-Length: {len(record.content)}", "", ""]
    return "\r\n".join(head).encode() + record.content + b"\r\n\r\n"


def read_warc(path: str | PathLike[str]) -> Iterator[WarcRecord]:
    """Read the records of a WARC or WET file, compressed by gzip or not; one is in memory.

    Parameters
    ----------
    path
        Where it lies.

    Yields
    ------
    WarcRecord
        In the order of the file.

    Raises
    ------
    WarcError
        If the file is cut off or damaged, after the last record that is whole.
    OSError
        If the file cannot be opened.
    """
    count = 0
    with Path(path).open("rb") as raw:
        compressed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        file = cast(IO[bytes], gzip.GzipFile(fileobj=raw) if compressed else raw)
        try:
            while record := _read_record(file):
                yield record
                count += 1
        except (EOFError, OSError, zlib.error, ValueError) as error:
            raise WarcError(f"{path}: record {count + 1} is cut off or damaged: {error}") from error


def _read_record(file: IO[bytes]) -> WarcRecord | None:
    """Read one record, or return None at the end of the file."""
    line = file.readline(_LARGEST_HEAD)
    while line in (b"\r\n", b"\n"):  # what ends the record before
        line = file.readline(_LARGEST_HEAD)
    if not line:
        return None
    version = line.strip()
    if not version.startswith(b"WARC/"):
        raise ValueError(f"it must start with WARC/, got {line[:40]!r}")
    fields = _read_fields(file)
    lengths = [value for name, value in fields if name.lower() == "content-length"]
    if not lengths or not re.fullmatch("[0-9]{1,18}", lengths[0]):
        raise ValueError(f"Content-Length must be a number of bytes, got {lengths[:1]}")
    length = int(lengths[0])
    content = _read_exactly(file, length)
    if len(content) < length:
        raise EOFError(f"its block has {len(content)} of {length} bytes")
    return WarcRecord(tuple(fields), content, version.decode("ascii", "replace"))


def _read_exactly(file: IO[bytes], length: int) -> bytes:
    """Read so many bytes, or up to the end; a damaged length costs no memory that is not filled."""
    parts: list[bytes] = []
    while length and (part := file.read(min(length, _PIECE))):
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def _read_fields(file: IO[bytes]) -> list[tuple[str, str]]:
    fields: list[tuple[str, str]] = []
    size = 0
    while (line := file.readline(_LARGEST_HEAD)).strip():
        size += len(line)
        if size >= _LARGEST_HEAD:
            raise ValueError(f"its header must be shorter than {_LARGEST_HEAD} bytes")
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        name, colon, value = text.partition(":")
        if text[0] in " \t" and fields:  # a folded line goes on with the one before
            fields[-1] = fields[-1][0], f"{fields[-1][1]} {text.strip()}"
        elif colon:
            fields.append((name.strip(), value.strip()))
        else:
            raise ValueError(f"a field must be a name, a colon and a value, got {text[:40]!r}")
    if not line:
        raise EOFError("its header does not end")
    return fields
