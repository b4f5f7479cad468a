"""The command as its users call it."""

import sys

import pytest

from electrode_homog.cli import main


@pytest.fixture
def command(monkeypatch, capsys, tmp_path):
    """Call the command in an empty folder: (exit code, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["electrode-homog", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main()
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return int(stopped.value.code or 0), out, err

    return call
