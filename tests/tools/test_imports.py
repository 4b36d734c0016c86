import pytest

from tools.imports import Package, parse_cell, strings

FILES = {
    "companion/__init__.py": "__version__ = '1'\n",
    "companion/a/__init__.py": "from .one import f\n",
    "companion/a/one.py": "def f():\n    from ..b import g\n    return g\n",
    "companion/a/two.py": "from companion.a import one\n",
    "companion/a/table.csv": "1,2\n",
    "companion/a/data/more.json": "{}\n",
    "companion/b.py": "import numpy\n\ndef g(): ...\n",
    "companion/c/__init__.py": "",
    "companion/c/deep/__init__.py": "",
    "companion/c/deep/x.py": "from ... import d\n",
    "companion/d.py": "'''Like companion.b.'''\n",
    "companion/f/__init__.py": "",
    "companion/f/__main__.py": "from companion import d\n",
    "companion/e.py": "import importlib\nimportlib.import_module('companion.d')\n",
}
ALL_OF_A = ["__init__", "a/__init__", "a/data/more.json", "a/one", "a/table.csv", "b"]


@pytest.fixture
def package(tmp_path):
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return Package(tmp_path)


def reached(package, *cells):
    paths = (path.relative_to(package.root / "companion") for path in package.reached(list(cells)))
    return [path.as_posix().removesuffix(".py") for path in paths]


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("x = 1", []),
        ("import numpy as np\nfrom companions import x", []),
        ("import companion", ["__init__"]),
        ("import companion.b as b", ["__init__", "b"]),
        ("import companion.b", ["__init__", "b"]),
        ("from companion import b", ["__init__", "b"]),
        ("from companion import __version__", ["__init__"]),
        ("from companion.b import g", ["__init__", "b"]),
        ("from companion.b import *", ["__init__", "b"]),
        ("import companion\ncompanion.b.g()", ["__init__", "b"]),
        ("import companion as c\nc.b", ["__init__", "b"]),
        (
            "from companion import c\nc.deep.x",
            ["__init__", "c/__init__", "c/deep/__init__", "c/deep/x", "d"],
        ),
        ("from companion import a", ALL_OF_A),
        ("def f():\n    import companion.a", ALL_OF_A),
        ("import companion.a.two", [*ALL_OF_A[:5], "a/two", "b"]),
        ("import companion.d", ["__init__", "d"]),
        ("import companion.e", ["__init__", "d", "e"]),
        ("!python -m companion.d", ["__init__", "d"]),
        ("!python -m companion.f", ["__init__", "d", "f/__init__", "f/__main__"]),
        ("import companion.f", ["__init__", "f/__init__"]),
    ],
)
def test_reached_files(package, code, names):
    assert reached(package, code) == names


def test_all_cells_count(package):
    assert reached(package, "import companion.b", "import companion.d") == ["__init__", "b", "d"]


def test_circular_imports_end(package):
    (package.root / "companion/b.py").write_text("from companion import d\n")
    (package.root / "companion/d.py").write_text("from companion import b\n")
    assert reached(package, "import companion.b") == ["__init__", "b", "d"]


def test_compiled_files_do_not_count(package):
    cache = package.root / "companion/__pycache__"
    cache.mkdir()
    (cache / "b.cpython-311.pyc").write_text("")
    assert reached(package, "import companion.b") == ["__init__", "b"]


def test_cells_may_hold_shell_lines():
    assert parse_cell("!ls\n%time x = 1\nx").body


def test_strings_are_found_in_all_cells():
    assert strings(["open('a.csv')", "x = {'b': 1}"]) == {"a.csv", "b"}
