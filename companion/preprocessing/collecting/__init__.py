"""Where text comes from: crawled pages, web archives, dumps of Wikipedia; and what to keep."""

from companion.preprocessing.collecting.crawler import Crawler, CrawlState, Visit
from companion.preprocessing.collecting.html import HtmlPage, decode_html, parse_html
from companion.preprocessing.collecting.http_messages import HttpMessage, parse_http
from companion.preprocessing.collecting.languages import LanguageGuesser
from companion.preprocessing.collecting.local_site import LocalSite, SitePage, serve
from companion.preprocessing.collecting.manners import Manners
from companion.preprocessing.collecting.quality import (
    c4_clean,
    c4_deduplicate,
    gopher_faults,
)
from companion.preprocessing.collecting.robots import RobotsTxt
from companion.preprocessing.collecting.urls import canonical_url
from companion.preprocessing.collecting.warc import (
    WarcError,
    WarcRecord,
    make_record,
    read_warc,
    write_warc,
)
from companion.preprocessing.collecting.wikipedia import (
    Article,
    DumpError,
    WikiPage,
    articles,
    read_dump,
)
from companion.preprocessing.collecting.wikitext import strip_markup

__all__ = [
    "Article",
    "CrawlState",
    "Crawler",
    "DumpError",
    "HtmlPage",
    "HttpMessage",
    "LanguageGuesser",
    "LocalSite",
    "Manners",
    "RobotsTxt",
    "SitePage",
    "Visit",
    "WarcError",
    "WarcRecord",
    "WikiPage",
    "articles",
    "c4_clean",
    "c4_deduplicate",
    "canonical_url",
    "decode_html",
    "gopher_faults",
    "make_record",
    "parse_html",
    "parse_http",
    "read_dump",
    "read_warc",
    "serve",
    "strip_markup",
    "write_warc",
]
