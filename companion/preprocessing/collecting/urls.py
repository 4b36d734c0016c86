"""One spelling for each address."""

import re
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ENCODED = re.compile(rb"%([0-9A-Fa-f]{2})|([^!-~]|[\"<>\\^`{|}])")


def canonical_url(url: str, base: str | None = None, sort_query: bool = False) -> str:
    """Return the normal form of an address, so that equal pages have equal addresses.

    Scheme and host in small letters, a host of other scripts in ASCII (by IDNA 2003), no default
    port, no ``.`` and ``..`` in the path, ``/`` for an empty one, letters and digits unencoded,
    everything else encoded in capitals, no fragment.

    Parameters
    ----------
    url
        An address, or a reference to be resolved against `base`.
    base
        The address of the page that holds the reference.
    sort_query
        Whether the fields of the query are put in order. That is a guess: a server may tell
        ``?a&b`` from ``?b&a``.

    Returns
    -------
    str
        An absolute address.

    Raises
    ------
    ValueError
        If the address is not of the web (``http`` or ``https``), has no host or one with a
        character that no host has, or a port that is not a number up to 65535.

    References
    ----------
    T. Berners-Lee, R. Fielding, L. Masinter, RFC 3986, sections 5.2.4 and 6.2.2 to 6.2.3.
    """
    cleaned = re.sub(r"[\t\r\n]", "", url.strip())  # as browsers do
    absolute = urljoin(base, cleaned) if base else cleaned
    parts = urlsplit(absolute)
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS:
        raise ValueError(f"url must start with http: or https:, got {url!r}")
    path = _remove_dot_segments(_normal_escapes(parts.path)) or "/"
    query = _normal_escapes(parts.query)
    if sort_query:
        query = "&".join(sorted(filter(None, query.split("&"))))
    return urlunsplit((scheme, _normal_authority(url, parts.netloc, scheme), path, query, ""))


def origin(url: str) -> str:
    """Return scheme, host and port of a normal address: what one ``robots.txt`` speaks for."""
    scheme, rest = url.split("://", 1)
    return f"{scheme}://{rest.partition('/')[0]}"


def _normal_authority(url: str, netloc: str, scheme: str) -> str:
    user, at, place = netloc.rpartition("@")
    match = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(?::([0-9]{0,9}))?", place)
    if match is None or int(match[2] or 0) > 65535:
        raise ValueError(f"url must have a host, and a port up to 65535 if any, got {url!r}")
    host = unquote(match[1]).lower()
    if not host.isascii():
        host = host.encode("idna").decode()  # a UnicodeError is a ValueError
    if not host.startswith("[") and (bad := re.search(r"[^a-z0-9._~!$&'()*+,;=-]", host)):
        raise ValueError(f"url must have a host without {bad[0]!r}, got {url!r}")
    user = _normal_escapes(user)
    port = int(match[2]) if match[2] else _DEFAULT_PORTS[scheme]
    return f"{user}{at}{host}" + ("" if port == _DEFAULT_PORTS[scheme] else f":{port}")


def normal_octets(text: bytes) -> bytes:
    """Decode the escapes of letters, digits and ``-._~``; write the others in capitals.

    What may not stand in an address, a space or a byte beyond ASCII, is escaped.

    Parameters
    ----------
    text
        A path or a query.

    Returns
    -------
    bytes
        Its normal form (RFC 3986, section 6.2.2).
    """

    def one(match: re.Match[bytes]) -> bytes:
        octet = int(match[1], 16) if match[1] else match[2][0]
        return bytes([octet]) if octet in _UNRESERVED else b"%%%02X" % octet

    return _ENCODED.sub(one, text)


def _normal_escapes(text: str) -> str:
    return normal_octets(utf8(text)).decode()


def utf8(text: str) -> bytes:
    """Return text in UTF-8, U+FFFD for what has no code there: halves of surrogate pairs."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text).encode()


def _remove_dot_segments(path: str) -> str:
    out: list[str] = []
    segments = path.split("/")
    for segment in segments[1:]:
        if segment == "..":
            del out[-1:]
        elif segment != ".":
            out.append(segment)
    if segments[-1] in (".", ".."):
        out.append("")
    return "/" + "/".join(out)
