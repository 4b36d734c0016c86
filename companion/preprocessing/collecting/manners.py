"""How a crawler behaves."""

import re
from dataclasses import dataclass


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
    max_tries
        Requests for one address of a server that is busy (status 429 or 503).
    max_wait
        Seconds that such a server may put the crawler off; if it asks for more, the crawl ends.
    sort_query
        Whether addresses count as the same when the fields of their queries are in another order.

    Raises
    ------
    ValueError
        If a number is negative, `max_tries` is below 1, `agent` is not a product token, or
        `contact` is empty.
    """

    agent: str
    contact: str
    delay: float = 1.0
    max_requests: int = 1000
    max_depth: int = 10
    max_bytes: int = 1 << 21
    timeout: float = 20.0
    max_tries: int = 3
    max_wait: float = 300.0
    sort_query: bool = False

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z_-]+", self.agent):
            raise ValueError(f"agent must be letters, _ and -, got {self.agent!r}")
        if not self.contact.strip() or "\n" in self.contact:
            raise ValueError(f"contact must say where to complain, got {self.contact!r}")
        for name in ("delay", "max_requests", "max_depth", "max_bytes", "timeout", "max_wait"):
            if not (value := getattr(self, name)) >= 0:
                raise ValueError(f"{name} must be 0 or more, got {value}")
        if not self.max_tries >= 1:
            raise ValueError(f"max_tries must be 1 or more, got {self.max_tries}")
