"""``git log`` output as commits."""

from __future__ import annotations

from sightline.context.history.commits import LONGEST_SUBJECT, MOST_FILES, Commit, parse_log, parse_patches
from sightline.context.tokens import query_terms

ONE, TWO, ROOT = "1" * 40, "2" * 40, "3" * 40


def logged(identifier: str, message: str, *changes: tuple[str, ...], parents: str = ROOT) -> bytes:
    """One commit as git prints it; a change is a status with one path, or with the old and the new one."""
    raw = "\n" if changes else ""
    for status, *names in changes:
        raw += f":100644 100644 a1b2 c3d4 {status}\0" + "".join(f"{name}\0" for name in names)
    return f"{identifier}\x001700000000\0{parents}\0{message}\0{raw}".encode("utf-8", "surrogateescape")


def only(data: bytes) -> Commit:
    (commit,) = parse_log(data)
    return commit


def test_a_commit_tells_its_subject_its_words_and_its_files() -> None:
    commit = only(logged(ONE, "Round the tax\n\nOf every cart.\n", ("M", "shop/cart.py"), ("A", "shop/tax.py")))
    assert commit.identifier == ONE
    assert commit.time == 1_700_000_000
    assert commit.subject == "Round the tax"
    assert set(commit.terms) == set(query_terms("round tax every cart"))
    assert commit.paths == ("shop/cart.py", "shop/tax.py")
    assert commit.added == ("shop/tax.py",)
    assert commit.definitions is None


def test_a_rename_counts_for_the_new_name_and_tells_the_old_one() -> None:
    commit = only(logged(ONE, "Move", ("R097", "old name.py", "new\nname.py"), ("D", "gone.py")))
    assert commit.paths == ("new\nname.py", "gone.py")
    assert commit.renames == {"new\nname.py": "old name.py"}


def test_any_name_is_read_as_it_is() -> None:
    names = ("ä ö.py", ":100644 000000 a b M", "1" * 40, '"quoted".py', "tab\there.py", "bad\udcff.py")
    commit = only(logged(ONE, "Odd names", *(("M", name) for name in names)))
    assert commit.paths == names


def test_commits_follow_each_other_with_or_without_files() -> None:
    data = logged(ONE, "One", ("M", "a.py")) + logged(TWO, "", parents="") + logged(ROOT, "Three", ("M", "c.py"))
    assert [(commit.identifier, commit.subject, commit.paths) for commit in parse_log(data)] == [
        (ONE, "One", ("a.py",)),
        (TWO, "", ()),
        (ROOT, "Three", ("c.py",)),
    ]


def test_output_that_ends_anywhere_gives_the_commits_before() -> None:
    first = logged(ONE, "One", ("M", "a.py"), ("R100", "b.py", "c.py"))
    whole = first + logged(TWO, "Two", ("M", "d.py"))
    for end in range(len(whole)):
        commits = parse_log(whole[:end], whole=False)
        assert [commit.identifier for commit in commits] in ([], [ONE])
        assert all(commit.paths == ("a.py", "c.py") for commit in commits if commit.identifier == ONE)


def test_a_commit_of_many_files_or_without_a_parent_is_no_evidence_but_its_renames_are_followed() -> None:
    many = [("R100", f"old/{number}.py", f"new/{number}.py") for number in range(MOST_FILES + 1)]
    commit = only(logged(ONE, "Move everything", *many))
    assert (commit.paths, commit.terms, commit.changed) == ((), (), MOST_FILES + 1)
    assert commit.renames["new/7.py"] == "old/7.py"
    first = only(logged(ONE, "Begin", ("A", "a.py"), parents=""))
    assert (first.paths, first.terms, first.definitions) == ((), (), {})


def test_a_subject_is_one_short_line_without_secrets_or_control_characters() -> None:
    assert only(logged(ONE, "Use\x1b[31m  ghp_" + "a1" * 20 + " now")).subject == "Use�[31m [redacted] now"
    assert len(only(logged(ONE, "long " * 2000)).subject) == LONGEST_SUBJECT


def test_trailers_are_no_words_of_a_commit() -> None:
    message = "Round the tax\n\nSigned-off-by: Ada Lovelace <ada@example.org>\nCo-authored-by: Bob <bob@example.org>\n"
    assert set(only(logged(ONE, message)).terms) == set(query_terms("round tax"))


def test_patches_are_told_apart_by_commit() -> None:
    patch = "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -3 +3 @@ def one():\n-    pass\n+commit me\n"
    data = f"commit {ONE}\n\n{patch}commit {TWO}\ncommit {ROOT}\n\n{patch.replace('one', 'two')}".encode()
    assert parse_patches(data) == {ONE: {"a.py": ("one",)}, TWO: {}, ROOT: {"a.py": ("two",)}}
