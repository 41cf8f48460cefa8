"""What is printed cannot steer the terminal, and an error never shows a key."""

from __future__ import annotations

import json

import pytest

from sightline.cli.output import print_json, printable, report_error


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert printable("a\tb\nc") == "a\tb\nc"
    assert printable("\x1b]0;owned\x07\x1b[2J\x9b31m\x7f\r") == "�]0;owned��[2J�31m��"
    assert printable("a\r\nb") == "a\r\nb"
    assert printable("naïve – 漢字 😀") == "naïve – 漢字 😀"


def test_an_error_is_redacted_in_both_forms(capsys: pytest.CaptureFixture[str]) -> None:
    for as_json in (True, False):
        report_error("x", "the key sk-abcdefghijklmnop1234 was refused", "see sk-abcdefghijklmnop1234", as_json=as_json)
        captured = capsys.readouterr()
        assert "abcdefghijklmnop" not in captured.out + captured.err


def test_json_survives_any_file_name(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"path": "bad\udcff.py"})
    assert json.loads(capsys.readouterr().out) == {"path": "bad\udcff.py"}
