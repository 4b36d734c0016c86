"""The tested package behind the book *Large Models in Workflows*."""

__version__ = "0.1.0"
