import contextlib
import gzip
import http.client
import io
import random
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from companion.preprocessing.collecting import (
    WarcError,
    WarcRecord,
    make_record,
    parse_http,
    read_warc,
    write_warc,
)
from companion.preprocessing.collecting.http_messages import decompress, join_chunks
from companion.preprocessing.collecting.warc import digest

WHEN = datetime(2024, 2, 29, 12, 30, 1, tzinfo=UTC)


def chunked(body: bytes, size: int) -> bytes:
    parts = [body[i : i + size] for i in range(0, len(body), size)]
    return b"".join(b"%x;x=y\r\n%b\r\n" % (len(p), p) for p in parts) + b"0\r\nA: b\r\n\r\n"


def response(body: bytes, *fields: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *fields, "", ""]).encode() + body


def random_records(seed: int) -> list[WarcRecord]:
    rng = random.Random(seed)
    records = [
        make_record("warcinfo", b"software: x\r\n", WHEN, content_type="application/warc-fields")
    ]
    for i in range(rng.randint(1, 6)):
        body = rng.randbytes(rng.choice([0, 1, 100, 70_000]))
        url = f"http://example.org/{i}?é=ü"
        kind = rng.randrange(4)
        if kind == 0:
            records.append(make_record("response", response(body, "A: b"), WHEN, url=url))
        elif kind == 1:
            sent = response(chunked(gzip.compress(body), 999), "Transfer-Encoding: chunked")
            sent = sent.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n", 1)
            records.append(make_record("response", sent, WHEN, url=url))
        elif kind == 2:
            more = [("WARC-Refers-To", "<urn:uuid:0>"), ("WARC-Identified-Content-Language", "eng")]
            text = "Grüße 中文\n" * i
            records.append(
                make_record(
                    "conversion", text.encode(), WHEN, url=url, content_type="text/plain", more=more
                )
            )
        else:
            records.append(
                make_record("resource", body, WHEN, url=url, content_type="application/x")
            )
    return records


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("name", ["x.warc", "x.warc.gz"])
def test_warcio_reads_what_was_written(tmp_path: Path, seed: int, name: str) -> None:
    records = random_records(seed)
    assert write_warc(tmp_path / name, records[:1]) == 1
    write_warc(tmp_path / name, records[1:])  # appends
    with (tmp_path / name).open("rb") as file:
        count = 0
        for theirs in ArchiveIterator(file, check_digests="raise"):
            ours = records[count]
            assert theirs.rec_type == ours.kind
            assert theirs.rec_headers.get_header("WARC-Target-URI") == ours.url
            assert theirs.rec_headers.get_header("WARC-Record-ID") == ours.field("warc-record-id")
            assert theirs.rec_headers.get_header("WARC-Date") == "2024-02-29T12:30:01Z"
            content = theirs.content_stream().read()  # decoded; a wrong digest raises here
            assert content == (ours.http.body if ours.http else ours.content)
            count += 1
    assert count == len(records)
    assert list(read_warc(tmp_path / name)) == [
        WarcRecord((*r.fields, ("Content-Length", str(len(r.content)))), r.content) for r in records
    ]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # warcio leaves its buffers open
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_warcio_wrote_is_read(tmp_path: Path, seed: int, compress: bool, version: str) -> None:
    rng = random.Random(seed)
    written = []
    with (tmp_path / "w").open("wb") as file:
        writer = WARCWriter(file, gzip=compress, warc_version=version)
        writer.write_record(writer.create_warcinfo_record("w", {"software": "warcio", "é": "ü"}))
        for i in range(rng.randint(1, 6)):
            body = rng.randbytes(rng.choice([0, 5, 5000]))
            encoded = zlib.compress(body) if i % 2 else body
            fields = [("Content-Type", "text/html"), ("X", "y: z")]
            fields += [("Content-Encoding", "deflate")] * (i % 2)
            head = StatusAndHeaders("200 Fine", fields, protocol="HTTP/1.1")
            url = f"http://example.org/{i}/ü"
            record = writer.create_warc_record(
                url, "response", payload=io.BytesIO(encoded), http_headers=head
            )
            writer.write_record(record)
            request = StatusAndHeaders("GET / HTTP/1.1", [("Host", "x")], is_http_request=True)
            writer.write_record(writer.create_warc_record(url, "request", http_headers=request))
            written.append((url, body, record.rec_headers.get_header("WARC-Record-ID")))
    records = list(read_warc(tmp_path / "w"))
    assert records[0].kind == "warcinfo"
    assert "software: warcio" in records[0].text
    responses = [record for record in records if record.kind == "response"]
    assert [record.wrong_digests() for record in records] == [[]] * len(records)
    assert [record.version for record in records] == [f"WARC/{version}"] * len(records)
    found = [(r.url, r.http and r.http.body, r.field("WARC-Record-ID")) for r in responses]
    assert found == written
    assert {r.http.status for r in responses if r.http} == {200}
    requests = [r.http for r in records if r.kind == "request"]
    assert {(r.start, r.status, r.field("host")) for r in requests if r} == {
        ("GET / HTTP/1.1", None, "x")
    }


def test_digest_is_that_of_the_standard_library() -> None:
    """The SHA-1 of nothing, in base 32, is known from many archives."""
    assert digest(b"") == "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"


def test_wrong_digests_are_named() -> None:
    record = make_record("response", response(b"body"), WHEN, url="http://a/")
    assert record.wrong_digests() == []
    changed = WarcRecord(record.fields, record.content + b"!")
    assert changed.wrong_digests() == ["WARC-Block-Digest", "WARC-Payload-Digest"]
    sha256 = WarcRecord((("WARC-Block-Digest", "sha256:00"),), b"x")
    assert sha256.wrong_digests() == []
    base16 = "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709"
    assert WarcRecord((("WARC-Block-Digest", base16),)).wrong_digests() == []


def test_the_same_crawl_makes_the_same_record() -> None:
    first = make_record("resource", b"x", WHEN, url="http://a/", content_type="text/plain")
    again = make_record("resource", b"x", WHEN, url="http://a/", content_type="text/plain")
    other = make_record("resource", b"x", WHEN, url="http://b/", content_type="text/plain")
    assert first == again
    assert first.field("WARC-Record-ID") != other.field("WARC-Record-ID")


def test_the_text_of_a_wet_file_is_read(tmp_path: Path) -> None:
    """As Common Crawl writes it: one gzip member a record, lines that end in CR LF or LF."""
    record = (
        "WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: <http://example.org/>\r\n"
        "Folded: a\r\n  b\r\nContent-Type: text/plain\r\nContent-Length: 7\r\n\r\nGrüße\r\n\r\n"
    ).encode()
    path = tmp_path / "x.warc.wet.gz"
    path.write_bytes(gzip.compress(record) + gzip.compress(record.replace(b"\r\n", b"\n")))
    records = list(read_warc(path))
    assert [(r.url, r.text, r.http, r.field("folded")) for r in records] == [
        ("http://example.org/", "Grüße", None, "a b")
    ] * 2
    assert records[0].payload == "Grüße".encode()


@pytest.mark.parametrize("name", ["x.warc", "x.warc.gz"])
def test_an_archive_that_is_cut_off_gives_its_whole_records_and_then_an_error(
    tmp_path: Path, name: str
) -> None:
    records = [
        make_record("response", response(b"x" * n), WHEN, url=f"http://a/{n}")
        for n in (9, 99, 5000)
    ]
    write_warc(tmp_path / name, records)
    whole = (tmp_path / name).read_bytes()
    cut = tmp_path / f"cut-{name}"
    damaged = 0
    for length in range(1, len(whole), 23):
        cut.write_bytes(whole[:length])
        found: list[bytes] = []
        with contextlib.suppress(WarcError):
            found.extend(record.content for record in read_warc(cut))
            damaged -= 1  # a cut between two records is no damage
        damaged += 1
        assert found == [record.content for record in records[: len(found)]]
    assert damaged >= len(range(1, len(whole), 23)) - 3
    cut.write_bytes(whole[:-50])
    with pytest.raises(WarcError, match="record 3 is cut off or damaged"):
        list(read_warc(cut))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", "record 1 .* must start with WARC/, got b'HTTP"),
        (b"WARC/1.0\r\nA: b\r\n\r\n", r"Content-Length must be a number of bytes, got \[\]"),
        (b"WARC/1.0\r\nContent-Length: -1\r\n\r\n", r"got \['-1'\]"),
        (b"WARC/1.0\r\nContent-Length: 9\r\n\r\nabc", "its block has 3 of 9 bytes"),
        (b"WARC/1.0\r\nno colon\r\n\r\n", "a name, a colon and a value, got 'no colon'"),
        (b"WARC/1.0\r\nA: b", "header does not end"),
        (b"WARC/1.0\r\n" + b"A: b\r\n" * 20_000, "shorter than 65536 bytes"),
        (b"\x1f\x8bnonsense", "record 1"),
        # A length that no memory holds, one that no machine counts, one in other digits.
        (b"WARC/1.0\r\nContent-Length: 99999999999999\r\n\r\nabc", "3 of 99999999999999 bytes"),
        (b"WARC/1.0\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", "must be a number of bytes"),
        ("WARC/1.0\r\nContent-Length: ٣\r\n\r\nabc".encode(), r"got \['٣'\]"),
    ],
)
def test_damage_is_named(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(WarcError, match=message):
        list(read_warc(tmp_path / "x"))


def test_an_empty_archive_has_no_records(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"")
    assert list(read_warc(tmp_path / "x")) == []


def test_bad_fields_are_refused() -> None:
    with pytest.raises(ValueError, match="when must have a time zone"):
        make_record("resource", b"", datetime(2024, 1, 1))
    with pytest.raises(ValueError, match="values of one line"):
        make_record("resource", b"", WHEN, more=[("A", "b\r\nContent-Length: 0")])


@given(st.binary(max_size=300), st.integers(1, 50))
def test_chunks_are_put_together(body: bytes, size: int) -> None:
    assert join_chunks(chunked(body, size)) == body


def test_a_body_that_breaks_off_or_is_not_in_chunks_is_kept() -> None:
    assert join_chunks(b"4\r\nabcd\r\n5\r\nab") == b"abcdab"
    assert join_chunks(b"<html>\r\n") == b"<html>\r\n"
    assert join_chunks(b"1\r\n is a number by chance") == b"1\r\n is a number by chance"
    assert join_chunks(b"") == b""


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate", "GZIP"])
def test_compressed_bodies_are_unpacked(encoding: str) -> None:
    body = b"abc" * 1000
    packed = zlib.compress(body) if encoding == "deflate" else gzip.compress(body)
    assert decompress(packed, encoding) == body
    assert decompress(b"plain", encoding) == b"plain"
    with pytest.raises(ValueError, match="at most 100 bytes"):
        decompress(packed, encoding, 100)


def test_a_body_of_several_members_or_encodings_is_unpacked() -> None:
    members = gzip.compress(b"abc") + gzip.compress(b"def")
    assert decompress(members, "gzip") == b"abcdef"
    assert decompress(members + b"\x1f\x8bdamage", "gzip") == b"abcdef"
    for length in range(len(members)):
        left = decompress(members[:length], "gzip")
        assert b"abcdef".startswith(left) or left == members[:length]  # not even begun
    many = gzip.compress(b"") * 50_000
    assert decompress(many + members, "gzip") == b"abcdef"  # in time proportional to the length
    assert decompress(gzip.compress(zlib.compress(b"abc")), "Deflate, GZIP") == b"abc"
    assert decompress(b"", "gzip") == b""
    with pytest.raises(ValueError, match="at most 5 bytes"):
        decompress(members, "gzip", 5)
    assert decompress(members, "gzip", 6) == b"abcdef"


@pytest.mark.parametrize("seed", range(25))
def test_the_head_of_a_message_is_read_as_by_the_standard_library(seed: int) -> None:
    """Fields with bytes beyond ASCII: 0x85 and 0xA0, white space to str, are halves of Å, à."""
    rng = random.Random(seed)
    fields = {f"X-{i}": "".join(rng.choices("aÅà…\x0b\x1c中 ;", k=9)).strip(" ") for i in range(5)}
    end = rng.choice(["\r\n", "\n"])
    body = rng.randbytes(30)
    head = end.join(["HTTP/1.1 200 OK", *(f"{n}: {v}" for n, v in fields.items()), "", ""])
    message = head.encode() + body

    class Wire:
        def makefile(self, mode: str) -> io.BytesIO:
            return io.BytesIO(message)

    peer = http.client.HTTPResponse(Wire())  # type: ignore[arg-type]
    peer.begin()
    ours = parse_http(message)
    for name, value in fields.items():
        assert (ours.field(name) or "").encode("latin-1").decode() == value
    assert (ours.status, ours.body) == (peer.status, peer.read())


def test_line_ends_may_be_mixed() -> None:
    assert parse_http(b"HTTP/1.1 200 OK\nA: b\n\r\nbody").body == b"body"


def test_raw_deflate_and_unknown_encodings() -> None:
    engine = zlib.compressobj(wbits=-15)
    assert decompress(engine.compress(b"abc") + engine.flush(), "deflate") == b"abc"
    assert decompress(b"abc", "br") == b"abc"


@given(st.binary(max_size=200))
def test_any_bytes_are_some_message(message: bytes) -> None:
    parsed = parse_http(message)
    assert parsed.status is None or parsed.status >= 0
    parse_http(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + message)


def test_an_empty_message_has_nothing() -> None:
    assert parse_http(b"") == ("", (), b"")
    assert parse_http(b"HTTP/1.1 204 No Content\n\n").status == 204
    assert parse_http(b"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n").field("a") == "b c"
