"""One line of text an epoch, redrawn while the epoch runs."""

import sys
import time
from typing import TextIO


class Progress:
    """Writes how far training is.

    Parameters
    ----------
    epochs
        Number of epochs in all.
    steps
        Steps of one epoch.
    stream
        Where to write; by default the standard output. While an epoch runs, the line is redrawn
        only if this is a terminal.
    """

    def __init__(self, epochs: int, steps: int, stream: TextIO | None = None) -> None:
        self._epochs, self._steps = epochs, steps
        self._stream = stream or sys.stdout
        self._live = self._stream.isatty()
        self._epoch = 0
        self._start = self._drawn = time.monotonic()

    def begin(self, epoch: int) -> None:
        """Note that an epoch, counted from 0, begins."""
        self._epoch, self._start = epoch, time.monotonic()

    def step(self, step: int, loss: float) -> None:
        """Redraw the line after a step, at most ten times a second."""
        now = time.monotonic()
        if self._live and now - self._drawn > 0.1:
            self._drawn = now
            done = 20 * step // self._steps
            bar = "█" * done + "░" * (20 - done)
            self._stream.write(f"\r{self._head()} {bar} {step}/{self._steps}  loss {loss:.4f}")
            self._stream.flush()

    def end(self, logs: dict[str, float]) -> None:
        """Write what the epoch came to."""
        values = "  ".join(f"{name} {value:.4f}" for name, value in logs.items())
        seconds = time.monotonic() - self._start
        clear = "\r\x1b[K" if self._live else ""
        self._stream.write(f"{clear}{self._head()}  {values}  {seconds:.1f} s\n")
        self._stream.flush()

    def _head(self) -> str:
        return f"epoch {self._epoch + 1}/{self._epochs}"
