import pytest

from tools import conda

LOCK = """\
jax==0.12.0 ; python_full_version < '3.12' \\
    --hash=sha256:aa
jax==0.13.0 ; python_full_version >= '3.12' \\
    --hash=sha256:bb
    # via large-models-companion (pyproject.toml)
types-pyyaml==6.1 \\
    --hash=sha256:cc
"""
ENVIRONMENT = """\
# By hand.
dependencies:
  - python=3.12
  - nodejs=20
  - pip:
      # the tests
      - jax==0.1
      - types-PyYAML==6.0.12
      # torch==2.13.0 for the tests
"""


def test_the_lock_is_read_for_one_python():
    assert conda.locked(LOCK, "3.11") == {"jax": "0.12.0", "types-pyyaml": "6.1"}
    assert conda.locked(LOCK, "3.12") == {"jax": "0.13.0", "types-pyyaml": "6.1"}


def test_the_pins_are_rewritten_and_nothing_else(tmp_path, capsys):
    (tmp_path / "requirements.lock").write_text(LOCK)
    (tmp_path / "environment.yml").write_text(ENVIRONMENT)
    right = ENVIRONMENT.replace("==0.1\n", "==0.13.0\n").replace("==6.0.12", "==6.1")
    conda.main(tmp_path)
    assert (tmp_path / "environment.yml").read_text() == right
    assert capsys.readouterr().out == "wrote environment.yml\n"
    conda.main(tmp_path)
    assert capsys.readouterr().out == ""


def test_a_package_that_is_not_locked_is_named():
    with pytest.raises(ValueError, match=r"what requirements\.lock has, got scipy"):
        conda.pinned(ENVIRONMENT + "      - scipy==1.18\n", LOCK)


def test_an_environment_without_python_is_refused():
    with pytest.raises(ValueError, match="must pin python=VERSION"):
        conda.pinned("dependencies: []\n", LOCK)
