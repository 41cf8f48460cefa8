"""The user's own ignore file, found without git."""

import pytest

from sightline.base.memory_system import memory_system
from sightline.workspace.global_excludes import is_true, read_global_excludes, setting_of

HOME = {"HOME": "/home/u"}


@pytest.mark.parametrize(
    ("configuration", "value"),
    [
        ("[core]\n\texcludesFile = ~/.ignore\n", "~/.ignore"),
        ("[core] excludesfile=/x\n", "/x"),
        ('[CORE]\nEXCLUDESFILE = "/with space/and#hash" ; comment\n', "/with space/and#hash"),
        ("[core]\nexcludesFile = /first\n[core]\nexcludesFile = /last # why\n", "/last"),
        ('[core "sub"]\nexcludesFile = /x\n', None),
        ("[user]\nexcludesFile = /x\n", None),
        ("[core]\n# excludesFile = /x\n", None),
        ("[core]\nexcludesFile = /a\\\nb\n", "/ab"),
        ('[core]\nexcludesFile = "/q\\"uote\\\\"\n', '/q"uote\\'),
        ("", None),
    ],
)
def test_values_are_read_as_git_reads_them(configuration: str, value: str | None) -> None:
    assert setting_of(configuration, "core", "excludesfile") == value


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("ignorecase = true", True),
        ("IgnoreCase", True),
        ("ignorecase # comment", True),
        ("ignorecase=1", True),
        ('ignoreCase = "yes"', True),
        ("ignorecase = off", False),
        ("ignorecase =", False),
        ("ignorecase = 0", False),
        ("ignorecasement = true", False),
    ],
)
def test_yes_and_no_are_read_as_git_reads_them(line: str, value: bool) -> None:
    assert is_true(setting_of(f"[core]\n\t{line}\n", "core", "ignorecase")) is value


def test_default_is_the_ignore_file_of_the_xdg_folder() -> None:
    assert (
        read_global_excludes(memory_system({"/home/u/.config/git/ignore": "*.swp\n"}, environment=HOME)) == b"*.swp\n"
    )


def test_xdg_folder_can_be_moved() -> None:
    system = memory_system({"/xdg/git/ignore": "x\n"}, environment={**HOME, "XDG_CONFIG_HOME": "/xdg"})
    assert read_global_excludes(system) == b"x\n"


def test_the_home_configuration_wins_over_the_xdg_one_and_the_system_one() -> None:
    files = {
        "/etc/gitconfig": "[core]\nexcludesFile = /etc/ignore\n",
        "/home/u/.config/git/config": "[core]\nexcludesFile = /xdg-ignore\n",
        "/home/u/.gitconfig": "[core]\nexcludesFile = ~/mine\n",
        "/home/u/mine": "mine\n",
        "/xdg-ignore": "xdg\n",
        "/etc/ignore": "etc\n",
    }
    assert read_global_excludes(memory_system(files, environment=HOME)) == b"mine\n"
    del files["/home/u/.gitconfig"]
    assert read_global_excludes(memory_system(files, environment=HOME)) == b"xdg\n"
    del files["/home/u/.config/git/config"]
    assert read_global_excludes(memory_system(files, environment=HOME)) == b"etc\n"


def test_an_empty_value_means_no_file_and_a_relative_one_is_not_guessed() -> None:
    for value in ("", "relative/ignore"):
        files = {"/home/u/.gitconfig": f"[core]\nexcludesFile = {value}\n", "/home/u/.config/git/ignore": "x\n"}
        assert read_global_excludes(memory_system(files, environment=HOME)) == b""


def test_nothing_there_is_nothing_ignored() -> None:
    assert read_global_excludes(memory_system({}, environment=HOME)) == b""
    assert read_global_excludes(memory_system({})) == b""
