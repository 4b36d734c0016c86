import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from companion import datasets
from companion.datasets import Dataset, SourceError
from companion.datasets.__main__ import main


class Given:
    def __init__(self, content: bytes | None) -> None:
        self.content = content

    def __str__(self) -> str:
        return "given"

    def deliver(self, folder: Path) -> None:
        if self.content is None:
            raise SourceError("host is down")
        (folder / "a.bin").write_bytes(self.content)


@pytest.fixture(autouse=True)
def tiny(
    make_dataset: Callable[..., Dataset], content: bytes, monkeypatch: pytest.MonkeyPatch
) -> Dataset:
    dataset = make_dataset(Given(content))
    monkeypatch.setitem(datasets.DATASETS, "tiny", dataset)
    return dataset


def test_fetch_prints_the_folder_and_list_and_verify_see_the_file(
    capsys: pytest.CaptureFixture[str], cache_root: Path
) -> None:
    assert main(["list"]) == 0
    assert "tiny  0.1 MB, 0 of 1 files here\n  A tiny data set\n" in capsys.readouterr().out
    assert main(["verify"]) == 0  # nothing here, nothing to check
    assert capsys.readouterr().out == "no data set is here\n"
    assert main(["fetch", "tiny", "tiny"]) == 0
    assert capsys.readouterr().out == f"{cache_root / 'tiny'}\n" * 2
    assert main(["list"]) == 0
    assert "tiny  0.1 MB, 1 of 1 files here" in capsys.readouterr().out
    assert main(["verify"]) == 0
    assert capsys.readouterr().out == "tiny/a.bin: OK\n"


def test_verify_fails_on_a_damaged_file(
    capsys: pytest.CaptureFixture[str], cache_root: Path
) -> None:
    main(["fetch", "tiny"])
    (cache_root / "tiny" / "a.bin").write_bytes(b"short")
    capsys.readouterr()
    assert main(["verify"]) == 1
    assert capsys.readouterr().out == "tiny/a.bin: 5 bytes long, expected 102400\n"


def test_verify_fails_on_a_named_data_set_that_is_not_here(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["verify", "tiny"]) == 1
    assert capsys.readouterr().out == "tiny/a.bin: missing\n"


def test_fetch_that_fails_reports_on_stderr_and_goes_on(
    capsys: pytest.CaptureFixture[str],
    make_dataset: Callable[..., Dataset],
    monkeypatch: pytest.MonkeyPatch,
    cache_root: Path,
) -> None:
    broken = Dataset("broken", "", "", make_dataset().files, (Given(None),))
    monkeypatch.setitem(datasets.DATASETS, "broken", broken)
    assert main(["fetch", "broken", "tiny"]) == 1
    out, err = capsys.readouterr()
    assert out == f"{cache_root / 'tiny'}\n"
    assert "given: host is down" in err


def test_cache_that_cannot_be_read_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(dataset: Dataset) -> dict[str, str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(datasets.cache, "verify", refuse)
    assert main(["verify", "tiny"]) == 1
    assert capsys.readouterr().err == "[Errno 13] Permission denied\n"


def test_path_prints_the_folder_of_the_cache_or_of_a_data_set(
    capsys: pytest.CaptureFixture[str], cache_root: Path
) -> None:
    assert main(["path"]) == 0
    assert main(["path", "tiny"]) == 0
    assert capsys.readouterr().out == f"{cache_root}\n{cache_root / 'tiny'}\n"
    assert not cache_root.exists()


@pytest.mark.parametrize("command", ["fetch", "verify", "path"])
def test_unknown_name_gets_the_nearest_one(
    capsys: pytest.CaptureFixture[str], command: str
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([command, "mnits"])
    assert "got 'mnits'; did you mean 'mnist'?" in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["fetch"], ["nonsense"], ["path", "mnist", "mnist"]])
def test_wrong_command_line_exits_with_2(
    capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(words)
    assert "usage: python -m companion.datasets" in capsys.readouterr().err


def test_module_runs_and_explains_itself(
    run_python: Callable[..., subprocess.Popen[str]],
) -> None:
    code = (
        "import runpy, sys; sys.argv[1:] = ['--help']\n"
        "runpy.run_module('companion.datasets', run_name='__main__')"
    )
    out, err = run_python(code).communicate()
    assert "COMPANION_MIRROR" in out
    assert "exit codes" in out
    assert err == ""


def test_fetch_by_name_is_the_fetch_of_the_command(cache_root: Path, content: bytes) -> None:
    assert datasets.fetch("tiny")["a.bin"].read_bytes() == content
    with pytest.raises(ValueError, match=r"must be one of .*mnist, .*tiny, got 'imagenet'$"):
        datasets.fetch("imagenet")
    with pytest.raises(ValueError, match="did you mean 'mnist'"):
        datasets.find("MNIST")


def test_import_brings_neither_keras_nor_tensorflow(
    run_python: Callable[..., subprocess.Popen[str]],
) -> None:
    code = (
        "import sys, companion.datasets\n"
        "heavy = {'keras', 'tensorflow', 'torch', 'jax', 'matplotlib', 'scipy', 'IPython'}\n"
        "print(heavy & sys.modules.keys())"
    )
    out, err = run_python(code).communicate()
    assert (out, err) == ("set()\n", "")
