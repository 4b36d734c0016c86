"""Addresses in the book's repository, all made from the one in `_config.yml`."""

from urllib.parse import quote

from sphinx.config import Config


def file_url(config: Config, path: str, lines: tuple[int, int] | None = None) -> str:
    """Return the address of a file of the repository, or of some of its lines."""
    options = config.html_theme_options
    anchor = f"#L{lines[0]}-L{lines[1]}" if lines else ""
    repository = options["repository_url"].rstrip("/")
    return f"{repository}/blob/{options['repository_branch']}/{quote(path)}{anchor}"
