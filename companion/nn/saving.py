"""Networks in files: settings as JSON and weights as arrays in one ``.npz``, nothing pickled."""

from __future__ import annotations

import dataclasses
import json
import os
import secrets
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from companion.nn import layers
from companion.nn.regularizers import L1, L2
from companion.nn.sequential import Sequential

_SETTINGS = "settings"


def save(model: Sequential, path: str | os.PathLike[str]) -> None:
    """Write a network to a file, which appears complete or not at all.

    Parameters
    ----------
    model
        With its parameters made. How it was compiled is not kept.
    path
        Where to, usually ending in ``.npz``.

    Raises
    ------
    ValueError
        If the network is not built.
    TypeError
        If a setting is a function of yours, which cannot be written down: use a name.
    """
    if model.input_shape is None:
        raise ValueError("the network is not built yet: there are no weights to save")
    settings = {"input_shape": model.input_shape, "model": _describe(model)}
    text = np.array(json.dumps(settings))
    path = Path(path)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with part.open("xb") as file:
            np.savez(file, **{_SETTINGS: text}, **model.weights())  # type: ignore[arg-type]
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def load(path: str | os.PathLike[str], custom: Iterable[type] = ()) -> Sequential:
    """Read a network that `save` wrote.

    Parameters
    ----------
    path
        The file.
    custom
        Classes of yours that the network uses.

    Returns
    -------
    Sequential
        With its weights, not compiled.

    Raises
    ------
    ValueError
        If the file does not hold a network, or names an unknown class.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            settings = json.loads(str(file[_SETTINGS]))
            weights = {name: file[name] for name in file.files if name != _SETTINGS}
        described, shape = settings["model"], tuple(settings["input_shape"])
    except (EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} does not hold a network: {error}") from error
    ours = (vars(layers)[name] for name in layers.__all__)
    kinds = {kind.__name__: kind for kind in (*ours, L1, L2, Sequential, *custom)}
    model: Sequential = _make(described, kinds)
    model.build(shape, model.rng, model.dtype)
    model.set_weights(weights)
    return model


def _describe(value: Any) -> Any:
    # Settings are numbers, words, or dataclasses and lists of settings.
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: _describe(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {"kind": type(value).__name__, **fields}
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, list | tuple):
        return [_describe(item) for item in value]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise TypeError(f"cannot save {value!r}: only settings given by name or number can be written")


def _make(described: Any, kinds: dict[str, type]) -> Any:
    if isinstance(described, dict):
        settings = {name: _make(value, kinds) for name, value in described.items()}
        kind = settings.pop("kind")
        if kind not in kinds:
            raise ValueError(f"the file names an unknown class {kind}: give it as custom")
        return kinds[kind](**settings)
    if isinstance(described, list):
        items = [_make(item, kinds) for item in described]
        return items if any(isinstance(item, dict) for item in described) else tuple(items)
    return described
