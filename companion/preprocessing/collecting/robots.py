"""What a site asks of crawlers in its robots.txt.

M. Koster, G. Illyes, H. Zeller, L. Sassman, RFC 9309, "Robots Exclusion Protocol", 2022.
"""

import re
from typing import NamedTuple

from companion.preprocessing.collecting.urls import normal_octets, utf8

LARGEST = 500 * 1024  # bytes that a crawler must read (section 2.5); the rest is ignored
# Reserved characters that mean the same escaped or not: in a path, and in a query.
_PLAIN_IN_PATH = frozenset(b"!'(),:;@[]")
_PLAIN_IN_QUERY = _PLAIN_IN_PATH | frozenset(b"/?")


class _Rule(NamedTuple):
    allow: bool
    pattern: bytes

    def matches(self, path: bytes) -> bool:
        """Compare octet by octet: ``*`` is any run of them, ``$`` the end of the address."""
        anchored = self.pattern.endswith(b"$")
        first, *others = self.pattern.removesuffix(b"$").split(b"*")
        if not others:
            return path == first if anchored else path.startswith(first)
        last = others.pop() if anchored else b""
        if not path.startswith(first):
            return False
        place = len(first)
        for part in others:  # the leftmost place leaves most room for what follows
            found = path.find(part, place)
            if found < 0:
                return False
            place = found + len(part)
        return path.endswith(last) and len(path) - len(last) >= place


class _Group(NamedTuple):
    agents: set[str]
    rules: list[_Rule]
    delays: dict[str, float]  # of the agents that stand before the line


class RobotsTxt:
    """The rules of one site.

    A crawler obeys the groups that name it, or else those of ``*``; of their rules the one with the
    longest pattern that matches, and of equals the one that allows. What no rule matches is
    allowed, and so is ``/robots.txt``. Lines that the standard does not know, ``Crawl-delay`` among
    them, end no group. The standard library's ``urllib.robotparser`` differs in all this before
    the releases of Python of 2026: the first rule that matches decides, ``*`` and ``$`` inside a
    path are plain characters, the first group counts whose name is a part of the crawler's, groups
    of one name are not put together, and ``Crawl-delay`` ends the names of a group.

    Parameters
    ----------
    text
        The file; a line that cannot be read is passed over. An empty file allows everything.

    Attributes
    ----------
    sitemaps : list of str
        Addresses of lists of the site's pages.
    """

    def __init__(self, text: str | bytes) -> None:
        data = text.encode() if isinstance(text, str) else text
        self.sitemaps: list[str] = []
        self._groups: list[_Group] = []
        naming = False  # whether no rule came since a crawler was named: the next one shares them
        lines = data[:LARGEST].decode("utf-8-sig", "replace")
        for line in re.split(r"\r\n|\r|\n", lines):
            field, colon, rest = line.partition("#")[0].partition(":")
            if not colon:
                continue
            name, value = field.strip().lower(), rest.strip()
            if name == "user-agent":
                if not naming:
                    self._groups.append(_Group(set(), [], {}))
                self._groups[-1].agents.add(_product(value))
                naming = True
            elif name == "sitemap":
                self.sitemaps.append(value)
            elif self._groups:
                _add(self._groups[-1], name, value)
                naming = naming and name not in ("allow", "disallow")  # section 2.2.4

    @classmethod
    def answered(cls, status: int | None, body: bytes = b"") -> "RobotsTxt":
        """Return the rules that follow from the answer to the request of robots.txt.

        Parameters
        ----------
        status
            HTTP status; None if the server could not be reached.
        body
            What it sent.

        Returns
        -------
        RobotsTxt
            Those of the file; everything is allowed if there is none (400 to 499) and nothing if
            the server fails (section 2.3.1).
        """
        if status is not None and 200 <= status < 300:
            return cls(body)
        if status is not None and 400 <= status < 500:
            return cls("")
        return cls("User-agent: *\nDisallow: /")

    def allows(self, agent: str, path: str) -> bool:
        """Say whether a crawler may fetch an address.

        Parameters
        ----------
        agent
            The product token of the crawler, such as ``companionbot``; case does not matter.
        path
            Path and query of the address, starting with ``/``.

        Returns
        -------
        bool
            Whether it may.

        Raises
        ------
        ValueError
            If `path` does not start with a slash.
        """
        if not path.startswith("/"):
            raise ValueError(f"path must start with /, got {path!r}")
        octets = _comparable(utf8(path))
        if octets == b"/robots.txt":
            return True
        octets = octets.replace(b"*", b"%2A").replace(b"$", b"%24")  # of a pattern: section 2.2.3
        _, groups = self._of(agent)
        rules = [rule for group in groups for rule in group.rules if rule.matches(octets)]
        best = max(rules, key=lambda rule: (len(rule.pattern), rule.allow), default=None)
        return best is None or best.allow

    def crawl_delay(self, agent: str) -> float | None:
        """Return the seconds that the site wants between two requests, or None.

        ``Crawl-delay`` is not in the standard, but many sites use it; the longest counts.
        """
        name, groups = self._of(agent)
        return max((group.delays[name] for group in groups if name in group.delays), default=None)

    def _of(self, agent: str) -> tuple[str, list[_Group]]:
        """Return the name by which the file speaks of a crawler, and the groups that do."""
        name = _product(agent)
        if not any(name in group.agents for group in self._groups):
            name = "*"
        return name, [group for group in self._groups if name in group.agents]


def _product(agent: str) -> str:
    """Return the name of a crawler without its version."""
    match = re.match(r"[a-z_-]+", agent.strip().lower())
    return match[0] if match else agent.strip().lower()


def _add(group: _Group, name: str, value: str) -> None:
    if name in ("allow", "disallow") and value:  # an empty one forbids nothing
        pattern = _comparable(value.encode())
        inside = pattern.removesuffix(b"$").replace(b"$", b"%24")  # only at the end it is special
        group.rules.append(
            _Rule(name == "allow", inside + b"$" if pattern.endswith(b"$") else inside)
        )
    elif name == "crawl-delay" and re.fullmatch(r"(?=\.?\d)\d{0,6}(\.\d*)?", value):
        for agent in group.agents:
            group.delays[agent] = max(float(value), group.delays.get(agent, 0.0))


def _comparable(target: bytes) -> bytes:
    """Return the normal form in which a path and a pattern are compared (section 2.2.2)."""
    path, mark, query = normal_octets(target).partition(b"?")
    return _unescaped(path, _PLAIN_IN_PATH) + mark + _unescaped(query, _PLAIN_IN_QUERY)


def _unescaped(text: bytes, octets: frozenset[int]) -> bytes:
    def one(match: re.Match[bytes]) -> bytes:
        octet = int(match[1], 16)
        return bytes([octet]) if octet in octets else match[0]

    return re.sub(rb"%([0-9A-F]{2})", one, text)
