"""What a cell shows: rich content for a browser and plain text for a terminal."""

from dataclasses import dataclass

from IPython.display import display


@dataclass(frozen=True, repr=False)
class Output:
    """One thing to show, in two forms.

    Parameters
    ----------
    mime
        Media type of `content`: ``text/html`` or ``text/markdown``.
    content
        What notebooks and the book render.
    plain
        What a terminal and a screen without HTML print.
    """

    mime: str
    content: str
    plain: str

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {self.mime: self.content, "text/plain": self.plain}

    def __repr__(self) -> str:
        return self.plain

    def emit(self) -> None:
        """Show it below the running cell; without a notebook, print the plain text."""
        display(self)  # type: ignore[no-untyped-call]
