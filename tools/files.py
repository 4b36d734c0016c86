"""Text files that are written in one step, and only if they changed."""

import os
import tempfile
from pathlib import Path


def write(path: Path, text: str) -> bool:
    """Write `text` to `path` if it differs from what is there; return whether it did.

    The file is complete at every moment: a reader sees the old text or the new one.
    """
    if path.exists() and path.read_text("utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink()
        raise
    return True
