"""Where sourced files of shell scripts are looked for."""

from __future__ import annotations

from sightline.languages.bash_imports import sourced_paths
from sightline.languages.resolver import ImportRequest, ProjectLayout, candidates, is_builtin_module


def test_the_folder_of_the_script_comes_first_then_those_around() -> None:
    found = sourced_paths("a/b/run.sh", "lib/x.sh")
    assert [each for each in found if each.endswith("x.sh")] == ["a/b/lib/x.sh", "a/lib/x.sh", "lib/x.sh"]


def test_helpers_of_bats_need_no_ending() -> None:
    assert sourced_paths("test/a.bats", "test_helper")[:2] == ("test/test_helper", "test/test_helper.bash")


def test_nothing_leads_out_of_the_root() -> None:
    assert not sourced_paths("run.sh", "../other.sh")
    assert sourced_paths("bin/run.sh", "../lib.sh")[0] == "lib.sh"


def test_the_resolver_knows_the_family() -> None:
    found = candidates("bin/run.sh", ImportRequest(module="x.sh", level=1), ProjectLayout())
    assert [each.paths[0] for each in found] == ["bin/x.sh"]
    assert is_builtin_module("/etc/profile", "bash") and not is_builtin_module("lib.sh", "bash")
