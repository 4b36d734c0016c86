import pytest

from tools.files import write


def test_a_file_is_written_only_if_its_text_differs(tmp_path):
    path = tmp_path / "deep" / "x.txt"
    assert write(path, "é\n")
    before = path.stat()
    assert not write(path, "é\n")
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert path.stat().st_ino == before.st_ino
    assert write(path, "e\n")
    assert path.read_bytes() == b"e\n"
    assert [each.name for each in path.parent.iterdir()] == ["x.txt"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "x.txt"
    write(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write(path, "\ud800")
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["x.txt"]
