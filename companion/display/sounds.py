"""Sounds to listen to, each with its name and a player."""

from base64 import b64encode
from collections.abc import Mapping
from html import escape

import numpy as np
from numpy.typing import ArrayLike

from companion.display.output import Output
from companion.preprocessing.audio import encode_wav


def sounds(clips: Mapping[str, ArrayLike], rate: int, *, caption: str | None = None) -> None:
    """Show a player for each clip; what is heard lies in the page itself.

    If a sample exceeds 1 in magnitude, all clips are made softer alike.

    Parameters
    ----------
    clips
        Floating-point samples ``(samples,)`` by the name of what is heard.
    rate
        Samples a second, in hertz. A second at 16 kHz takes 43 kB of the page.
    caption
        Text under the players.

    Raises
    ------
    ValueError
        If there is no clip, or one is empty, not finite, or not of floating-point samples of one
        channel.
    """
    samples = {name: np.asarray(clip) for name, clip in clips.items()}
    if not samples:
        raise ValueError("clips must not be empty, got none")
    for name, clip in samples.items():
        if clip.dtype.kind != "f" or clip.ndim != 1 or not clip.size:
            raise ValueError(
                "clips must hold floating-point samples of shape (samples,) and not be empty, "
                f"got {clip.dtype} {clip.shape} for {name!r}"
            )
        if not np.isfinite(clip).all():
            raise ValueError(f"clips must be finite, got {name!r} with a sample that is not")
    loudest = max(1.0, *(float(np.abs(clip).max()) for clip in samples.values()))
    players = "\n".join(
        f'<div style="margin: .4em 0"><div>{escape(name)}</div>\n'
        f'<audio controls preload="metadata" aria-label="{escape(name)}" '
        f'style="width: 100%; max-width: 360px; height: 40px" '
        f'src="data:audio/wav;base64,{b64encode(encode_wav(clip / loudest, rate)).decode()}">'
        "</audio></div>"
        for name, clip in samples.items()
    )
    below = f"\n<figcaption>{escape(caption)}</figcaption>" if caption else ""
    html = f'<figure class="companion-sounds" style="margin: 1em 0">\n{players}{below}\n</figure>'
    plain = "\n".join(
        f"{name}: {clip.size / rate:.2f} s of sound" for name, clip in samples.items()
    )
    Output("text/html", html, plain).emit()
