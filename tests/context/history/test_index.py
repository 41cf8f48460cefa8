"""The numbers of a history, on commits made up."""

from __future__ import annotations

import pytest

from sightline.base.paths import WorkspacePath
from sightline.context.history.commits import Commit
from sightline.context.history.index import NO_HISTORY, Activity, Definition, HistoryIndex, PastCommits
from sightline.context.history.saved import pack_commits, unpack_commits
from sightline.context.tokens import query_terms

ROOT = "/work"


def commit(number: int, message: str, *paths: str, **names: tuple[str, ...]) -> Commit:
    """A commit; ``names`` are changed definitions by the stem of a Python file."""
    terms = tuple(query_terms(message))
    return Commit(
        identifier=f"{number:040x}",
        time=number,
        subject=message,
        terms=terms,
        titled=len(terms),
        changed=len(paths),
        paths=paths,
        definitions={f"{stem}.py": found for stem, found in names.items()},
    )


def index_of(*commits: Commit) -> HistoryIndex:
    return HistoryIndex([PastCommits((("", ROOT),), commits)])


def weights(text: str) -> dict[int, float]:
    return dict.fromkeys(query_terms(text), 1.0)


def likeness(index: HistoryIndex, text: str, **given: float) -> dict[str, float]:
    near = {WorkspacePath(ROOT, f"{stem}.py"): close for stem, close in given.items()}
    return {str(path): round(found.most, 3) for path, found in index.resembling(weights(text), near).files.items()}


def test_the_same_words_are_more_alike_than_some_of_them() -> None:
    index = index_of(
        commit(1, "round tax", "a.py"), commit(2, "round corners button", "b.py"), commit(3, "mail", "c.py")
    )
    found = likeness(index, "round tax")
    assert found["a.py"] > 0.9
    assert 0.1 < found["b.py"] < found["a.py"]
    assert "c.py" not in found


def test_rare_words_say_more() -> None:
    common = [commit(number, "button" if number % 2 else "door", f"{number}.py") for number in range(20)]
    index = index_of(*common, commit(21, "button glow", "a.py"), commit(22, "glow lamp", "b.py"))
    found = likeness(index, "button lamp")
    assert found["b.py"] > found["a.py"]


def test_an_old_commit_and_one_of_many_files_say_less() -> None:
    filler = [commit(number, f"other{number:b}", "z.py") for number in range(2, 700)]
    old = index_of(commit(1, "round tax", "a.py"), *filler, commit(900, "round tax", "b.py"))
    assert likeness(old, "round tax")["b.py"] < 0.8 * likeness(old, "round tax")["a.py"]
    many = index_of(commit(1, "round tax", *(f"{name}.py" for name in "abcdefghi")), commit(2, "round tax", "z.py"))
    assert likeness(many, "round tax")["a.py"] < 0.7 * likeness(many, "round tax")["z.py"]


def test_several_similar_commits_add_up() -> None:
    index = index_of(*(commit(number, "round tax", "a.py") for number in range(4)), commit(9, "round tax", "b.py"))
    found = index.resembling(weights("round tax")).files
    a, b = found[WorkspacePath(ROOT, "a.py")], found[WorkspacePath(ROOT, "b.py")]
    assert a.total > 1.9 * b.total
    assert b.total == b.most
    assert a.commit == "0000000 round tax"


def test_names_and_paths_that_changed_are_words_too() -> None:
    index = index_of(
        commit(1, "cleanup", "a.py", a=("parse_dates",)),
        commit(2, "cleanup", "forms/dates.py"),
        commit(3, "cleanup", "b.py"),
    )
    found = likeness(index, "parse dates of forms")
    assert set(found) == {"a.py", "forms/dates.py"}
    definitions = index.resembling(weights("parse dates")).definitions
    assert definitions[WorkspacePath(ROOT, "a.py")]["parse_dates"].most > 0.2


def test_commits_near_files_that_matter_count_more() -> None:
    index = index_of(commit(1, "round tax", "a.py", "b.py"), commit(2, "round tax", "c.py", "d.py"))
    found = likeness(index, "round tax", a=1.0)
    assert found["b.py"] > 3 * found["d.py"]
    assert found["b.py"] == likeness(index, "round tax")["b.py"]


def test_what_changes_with_many_things_is_no_companion_of_each() -> None:
    index = index_of(
        commit(1, "one", "a.py", "b.py"),
        commit(2, "two", "a.py", "b.py"),
        commit(3, "all", "a.py", *(f"{number}.py" for number in range(30))),
    )
    found = index.changed_with({WorkspacePath(ROOT, "a.py"): 0.5}).files
    scores = {str(path): companion.score for path, companion in found.items()}
    assert scores["b.py"] == pytest.approx(0.5 * 2 / (3 + 3) / (1 + 1 / 4))
    assert scores["7.py"] < scores["b.py"] / 10


def test_definitions_of_an_anchors_own_file_are_companions_of_a_definition_only() -> None:
    index = index_of(commit(1, "one", "a.py", "b.py", a=("f", "g"), b=("h",)))
    a, b = WorkspacePath(ROOT, "a.py"), WorkspacePath(ROOT, "b.py")
    assert {path: set(names) for path, names in index.changed_with({a: 1.0}).definitions.items()} == {b: {"h"}}
    found = index.changed_with({}, {Definition(a, "f"): 1.0})
    assert {path: set(names) for path, names in found.definitions.items()} == {a: {"g"}, b: {"h"}}
    assert set(found.files) == {b}


def test_without_commits_nothing_is_known() -> None:
    a = WorkspacePath(ROOT, "a.py")
    assert len(NO_HISTORY) == 0
    assert NO_HISTORY.resembling(weights("round tax")).files == {}
    assert NO_HISTORY.changed_with({a: 1.0}, {Definition(a, "f"): 1.0}).files == {}
    assert NO_HISTORY.activity(a) == Activity(0, 0.0)
    assert index_of(commit(1, "one", "a.py")).resembling({}).files == {}


def test_a_path_that_no_workspace_can_hold_is_left_out() -> None:
    assert len(index_of(commit(1, "one", "../../etc/passwd"))) == 0


def test_what_is_saved_is_loaded_and_what_is_damaged_is_not() -> None:
    commits = [commit(1, "ä\ud800", "bad\udcff.py", "a.py", a=("f",)), commit(2, "two")]
    data = pack_commits(commits)
    assert list(unpack_commits(data).values()) == commits
    assert unpack_commits(data[:-3]) == {}
    assert unpack_commits(b"") == {}
    assert unpack_commits(b"\x91\x93\x01\x02\x03") == {}
