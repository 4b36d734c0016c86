"""What notebooks show: source, tables, and figures for light and dark pages."""

from companion.display.code import source
from companion.display.computation import graph
from companion.display.evaluation import confusion, reliability
from companion.display.heat import heat_map
from companion.display.images import image_grid
from companion.display.lines import curves, intervals
from companion.display.network import Layer, architecture
from companion.display.sounds import sounds
from companion.display.svg import drawing, show
from companion.display.tables import table
from companion.display.theme import COLORS, LINES, MARKERS, style
from companion.display.words import word_graph

__all__ = [
    "COLORS",
    "LINES",
    "MARKERS",
    "Layer",
    "architecture",
    "confusion",
    "curves",
    "drawing",
    "graph",
    "heat_map",
    "image_grid",
    "intervals",
    "reliability",
    "show",
    "sounds",
    "source",
    "style",
    "table",
    "word_graph",
]
