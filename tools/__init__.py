"""What builds the book: notebooks from their sources, their execution, the checks."""
