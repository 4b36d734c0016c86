"""Experiments that pages of the book run: small problems on which an idea can be seen."""
