"""A small checkout with a book of one page that keeps every rule, and a package."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tools.book import Book

HEADER = """\
---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

"""

PAGE = """\
# 1.1 A page

![a dog](dog.png)

```{code-cell} ipython3
:tags: [setup, hide-input]

import importlib.util

if importlib.util.find_spec("companion") is None:  # in Colab
    !pip install -q "large-models-companion[notebooks] @ git+https://github.com/us/book"
```

```{code-cell} ipython3
:tags: [parameters]

epochs: int = 3  # passes over the data
# Either of the two.
mode: str = "fast"
```

```{code-cell} ipython3
from companion.metrics import mean

middle = mean([1, 2, epochs])
print(middle)
```

```{code-cell} ipython3
:tags: [check]

assert middle == 2
```

## Exercises

**1.** What is one?

```{code-cell} ipython3
:tags: [exercise]

answer = None  # your number
```

```{code-cell} ipython3
:tags: [solution, hide-input]

from companion import exercises

solution = 1
exercises.check(answer, solution)
```

**2.** What is two?

```{code-cell} ipython3
:tags: [exercise]

answer = None
```

```{code-cell} ipython3
:tags: [solution, hide-input]

solution = 2
exercises.check(answer, solution)
```
"""

FILES = {
    "_config.yml": "repository:\n  url: https://github.com/us/book\n",
    "_toc.yml": "format: jb-book\nroot: book/index\nchapters:\n- file: book/one/page\n",
    "requirements.lock": "numpy==2\n",
    "book/index.md": "# Home\n\nWelcome.\n",
    "book/one/page.md": HEADER + PAGE,
    "companion/__init__.py": "",
    "companion/exercises.py": "def check(answer, solution):\n    print('No answer yet')\n",
    "companion/metrics/__init__.py": "from .averages import mean\n",
    "companion/metrics/averages.py": (
        "def mean(x):\n    from ..sums import total\n    return total(x) / len(x)\n"
    ),
    "companion/sums.py": "def total(x):\n    return sum(x)\n",
    "companion/other.py": "class Other: ...\n",
}


@dataclass
class Checkout:
    """A folder that looks like a clone of the repository."""

    root: Path

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, "utf-8")

    def change(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text("utf-8")
        assert old in text
        self.write(path, text.replace(old, new))

    def notebook(self, path: str, markdown: str) -> None:
        """Write a page with the header of a notebook."""
        self.write(path, HEADER + markdown)

    @property
    def book(self) -> Book:
        return Book(self.root)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = Checkout(tmp_path)
    for path, text in FILES.items():
        made.write(path, text)
    return made
