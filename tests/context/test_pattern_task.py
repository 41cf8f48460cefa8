"""Tasks that are patterns over the workspace, and what they want looked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.context.pattern_task import MAXIMUM_SOUGHT, MAXIMUM_TITLE, pattern_of
from support.patience import least_cpu_seconds


def said(task: str) -> tuple[str, list[str], list[str]] | None:
    """The kind, and what is old and new; a plain word is marked with ?."""
    found = pattern_of(task)
    if found is None:
        return None
    old, new = ([each.text + ("" if each.sure else "?") for each in side] for side in (found.old, found.new))
    return found.kind, old, new


@pytest.mark.parametrize(
    ("task", "kind", "old", "new"),
    [
        ("Replace `parse` with `parse_date` everywhere", "replace", ["parse"], ["parse_date"]),
        ("refactor: replace interface{} with any in type declarations", "replace", ["interface{}"], ["any?"]),
        ("Use os.replace instead of os.rename", "replace", ["os.rename"], ["os.replace"]),
        ("use errors.New rather than fmt.Errorf, it is cheaper", "replace", ["fmt.Errorf"], ["errors.New"]),
        ("Prefer io.WriteString over fmt.Fprint* functions", "replace", ["fmt.Fprint*"], ["io.WriteString"]),
        ("Instead of get_list, use getlist", "replace", ["get_list"], ["getlist?"]),
        ("Rename Cart.total to Cart.sum", "rename", ["Cart.total"], ["Cart.sum"]),
        ("rename resultcallback to result_callback", "rename", ["resultcallback?"], ["result_callback"]),
        ("please rename footer -> subtitle", "rename", ["footer?"], ["subtitle?"]),
        ("url_path => urlPath", "replace", ["url_path"], ["urlPath"]),
        ("Migrate from py.path to pathlib.Path", "replace", ["py.path"], ["pathlib.Path"]),
        ("Change all uses of sort.Sort to sort.Stable", "replace", ["sort.Sort"], ["sort.Stable"]),
        ("Drop Slot.throttle in favour of Slot.delay", "replace", ["Slot.throttle"], ["Slot.delay"]),
        (
            "drop deprecated bind_arguments and validate_arguments",
            "remove",
            ["bind_arguments", "validate_arguments"],
            [],
        ),
        ("Remove non-Twisted uses of zope.interface", "remove", ["zope.interface"], []),
        ("Stop using the `\\.warn()` method", "remove", ["warn"], []),
        ("don't use deprecated flask.session in flask.ctx", "remove", ["flask.session"], []),
        ("Can you replace LogPrint() by log.Info(...)?", "replace", ["LogPrint"], ["log.Info"]),
        ("cmd: use Fatalf instead of Fatal", "replace", ["Fatal?"], ["Fatalf?"]),
        ("Tidy the tests.\nReplace assertEquals with assert_equal", "replace", ["assertEquals"], ["assert_equal"]),
        ("Use `date.today()`, not `datetime.now()`", "replace", ["datetime.now"], ["date.today"]),
    ],
)
def test_what_is_sought_and_what_shall_stand_there(task: str, kind: str, old: list[str], new: list[str]) -> None:
    assert said(task) == (kind, old, new)


@pytest.mark.parametrize(
    "task",
    [
        "",
        "Add a --dry-run option",
        "Use constants instead of hard coded numbers",
        "Drop Python 3.6",
        "Rename README to README.rst",
        "change file extension from .rst to .md",
        "Remove unneeded code from `_import_module_using_spec`",
        "Avoid a panic for a missing flag value",
        "avoid calling strings.ToLower twice",
        "Do not call watchConfig() when not in watch mode",
        "Convert the docs from reST to MyST",
        "Replace the old log setup with structured logging",
        "Explain why `parse` was replaced",
        "Fix the crash in `parse_date`",
        "Bump attrs from 17.4.0 to 19.2.0",
        "Use url.URL.Query instead of parsing the query",
        "Add a test\n\n- replace `a.b` with `c.d`",
        "Remove (now) unnecessary comments",
        'typo: "weather" -> "whether"',
    ],
)
def test_what_is_no_pattern(task: str) -> None:
    assert pattern_of(task) is None


def test_shapes_and_scope() -> None:
    found = pattern_of("Replace `open()` with Path.read_text in `load_settings` and Config.read")
    assert found is not None
    assert [(each.text, each.shape, each.sure) for each in (*found.old, *found.new)] == [
        ("open", "call", True),
        ("Path.read_text", "dotted", True),
    ]
    assert found.scope == ("load_settings", "Config.read")
    assert not found.everywhere
    everywhere = pattern_of("Replace every `open` by `read`")
    assert everywhere is not None
    assert everywhere.everywhere
    assert everywhere.scope == ()


_WORDS = """replace use rename remove drop from to with instead of all uses the `a.b` foo_bar Foo interface{} x()
, . : ; -> everywhere in and or avoid using `` ' " ( )"""


@given(st.text(max_size=300) | st.lists(st.sampled_from([*_WORDS.split(), "\n"]), max_size=120).map(" ".join))
def test_any_text_is_read(text: str) -> None:
    found = pattern_of(text)
    if found is not None:
        assert 0 < len(found.old) <= MAXIMUM_SOUGHT
        assert (found.kind == "remove") == (not found.new)
        assert all(each.text and each.text == each.text.strip() for each in (*found.old, *found.new))
        assert found == pattern_of(text)


@pytest.mark.parametrize(
    "piece",
    ["replace all uses of the ", "use a, ", "remove a_b and ", "rename `a", "all every each ", "a/`b`", "to " * 9],
)
def test_no_text_takes_long(piece: str) -> None:
    text = "replace " + piece * (MAXIMUM_TITLE // len(piece))
    assert least_cpu_seconds(lambda: pattern_of(text), 0.5) < 0.5
