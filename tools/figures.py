"""What a figure in an HTML output looks like to those who cannot see it or read in the dark."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from matplotlib.colors import to_rgb

LIGHT, DARK = "#fdfdfc", "#15191e"  # the page, by mode, as book.css has it
READABLE = 3.0  # WCAG 2.2, success criterion 1.4.11: graphics and large text
BACKGROUND = 0.1  # share of a figure from which an area counts as its background

SHAPES = {"path", "line", "polyline", "polygon", "rect", "circle", "ellipse"}
MARKS = SHAPES | {"text", "tspan", "use"}
UNSEEN = {"clippath", "mask", "metadata", "title", "desc", "style"}

Color = tuple[float, float, float]
Style = dict[str, str]


def luminance(color: Color) -> float:
    """Return the relative luminance of an sRGB colour in [0, 1] (WCAG 2.2, definitions)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: Color, b: Color) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, definitions)."""
    darker, lighter = sorted((luminance(a), luminance(b)))
    return (lighter + 0.05) / (darker + 0.05)


def explicit(value: str) -> Color | None:
    """Return the colour that a CSS value fixes; None if it follows the page or there is none."""
    value = value.strip().lower()
    if found := re.fullmatch(r"rgba?\((.*)\)", value):
        parts = re.findall(r"[\d.]+%?", found[1])[:3]
        red, green, blue = (
            float(p[:-1]) / 100 if p.endswith("%") else float(p) / 255 for p in parts
        )
        return red, green, blue
    try:
        return to_rgb(value) if value != "none" else None
    except ValueError:  # currentColor, var(…), url(…)
        return None


def unreadable(value: str) -> bool:
    """Whether a colour is too close to the page in light or in dark mode."""
    color = explicit(value)
    return color is not None and any(
        contrast(color, to_rgb(page)) < READABLE for page in (LIGHT, DARK)
    )


@dataclass
class Picture:
    """An ``<svg>`` or ``<img>`` of an HTML output."""

    from_display: bool  # inside <figure class="companion-figure">
    alt: str
    faint: set[str] = field(default_factory=set)  # what is hard to see, in words


def pictures(html: str) -> list[Picture]:
    """Return the pictures of an HTML output, in order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.pictures


class _Reader(HTMLParser):
    """Follows the elements of an output with the styles that they inherit."""

    def __init__(self) -> None:
        super().__init__()
        self.pictures: list[Picture] = []
        self._open: list[tuple[str, Style]] = []
        self._area = 0.0  # of the figure, in its own units

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {key: value or "" for key, value in attrs}
        self._see(tag, attributes)
        if tag not in {"img", "br", "hr", "meta", "link", "input"}:
            self._open.append((tag, attributes))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._see(tag, {key: value or "" for key, value in attrs})

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def _see(self, tag: str, attributes: Style) -> None:
        if tag == "img":
            self.pictures.append(Picture(self._in_figure(), attributes.get("alt", "")))
        elif tag == "svg":
            alt = attributes.get("aria-label", "") if attributes.get("role") == "img" else ""
            self.pictures.append(Picture(self._in_figure(), alt))
            self._area = _box([float(n) for n in _numbers(attributes.get("viewbox", ""))])
        elif tag in MARKS and self._inside("svg") and not UNSEEN & {name for name, _ in self._open}:
            self.pictures[-1].faint |= set(self._faint(tag, attributes))

    def _inside(self, tag: str) -> bool:
        return any(name == tag for name, _ in self._open)

    def _in_figure(self) -> bool:
        return any(
            "companion-figure" in attributes.get("class", "") for _, attributes in self._open
        )

    def _faint(self, tag: str, attributes: Style) -> list[str]:
        """Return what a reader cannot see of an element in one of the two modes."""
        style: Style = {}
        for inherited in self._ancestors():
            style |= _inheritable(inherited)
        own = _declared(attributes)
        style |= own
        if any(_is_hidden(declared) for declared in (own, *map(_declared, self._ancestors()))):
            return []
        stroke, fill = style.get("stroke", "none"), style.get("fill", "black")
        faint = []
        if unreadable(stroke) and _opacity(style, "stroke-") and tag in SHAPES | {"use"}:
            faint.append(f"lines in {stroke}")
        is_text = tag in {"text", "tspan"}
        # A glyph or a marker; one of strokes alone, such as a tick, has no fill of its own.
        is_glyph = tag == "use" and ("fill" in style or stroke == "none")
        if unreadable(fill) and (is_text or is_glyph) and _opacity(style, "fill-"):
            faint.append(f"text or markers in {fill}")
        if (
            tag in SHAPES
            and not self._inside("defs")
            and self._covers(tag, attributes, style, fill)
        ):
            faint.append(f"a background in {fill}")
        return faint

    def _ancestors(self) -> list[Style]:
        """Return the attributes of the elements that are open, from the first <svg> on."""
        first = next(at for at, (name, _) in enumerate(self._open) if name == "svg")
        return [attributes for _, attributes in self._open[first:]]

    def _covers(self, tag: str, attributes: Style, style: Style, fill: str) -> bool:
        """Whether an element lays a large opaque area in the colour of a page under the text."""
        opacity = _opacity(style, "fill-") * _opacity(style)
        pages = {to_rgb(page) for page in (LIGHT, DARK, "white", "black")}
        if explicit(fill) not in pages or opacity < 0.5 or not self._area:
            return False
        return _size(tag, attributes) >= BACKGROUND * self._area


def _declared(attributes: Style) -> Style:
    """Return the presentation attributes of an element; its style attribute wins."""
    names = ("fill", "stroke", "opacity", "fill-opacity", "stroke-opacity", "display")
    style = {name: attributes[name].strip() for name in names if name in attributes}
    for declaration in attributes.get("style", "").split(";"):
        name, colon, value = declaration.partition(":")
        if colon and name.strip() in names:
            style[name.strip()] = value.strip()
    return {name: value for name, value in style.items() if value != "inherit"}


def _opacity(style: Style, of: str = "") -> float:
    """Return an opacity, given as a number or in per cent; 1 if it is not fixed."""
    found = re.fullmatch(r"([\d.]+)(%?)", style.get(f"{of}opacity", ""))
    return float(found[1]) / (100 if found[2] else 1) if found else 1.0


def _is_hidden(style: Style) -> bool:
    """Whether an element of this style, with all that is inside it, cannot be seen."""
    return style.get("display") == "none" or _opacity(style) == 0


def _inheritable(attributes: Style) -> Style:
    return {name: value for name, value in _declared(attributes).items() if name != "opacity"}


def _size(tag: str, attributes: Style) -> float:
    """Return the area of an element's bounding box; 0 where this would take more geometry."""
    if tag == "rect":
        sides = [re.fullmatch(r"[\d.]+", attributes.get(side, "")) for side in ("width", "height")]
        return float(sides[0][0]) * float(sides[1][0]) if sides[0] and sides[1] else 0.0
    path = attributes.get("d", "") if tag == "path" else attributes.get("points", "")
    if re.search(r"[a-zA-Z]", re.sub(r"[MLCQZz]|e-?\d", "", path)):
        return 0.0
    numbers = [float(n) for n in _numbers(path)]
    if len(numbers) < 4:
        return 0.0
    x, y = numbers[::2], numbers[1::2]
    return (max(x) - min(x)) * (max(y) - min(y))


def _numbers(text: str) -> list[str]:
    return re.findall(r"-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?", text)


def _box(view: list[float]) -> float:
    return view[2] * view[3] if len(view) == 4 else 0.0
