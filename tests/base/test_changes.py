"""A change set and its inverse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.base.changes import ChangeSet, FileCreate, FileEdit, FileRename
from sightline.base.errors import SourceUnavailable
from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text, TextEdit

Texts = dict[WorkspacePath, Text]


def path(name: str) -> WorkspacePath:
    return WorkspacePath("/w", name)


def after(changes: ChangeSet, texts: Texts) -> Texts:
    """All texts after ``changes``; every base digest must hold."""

    def lookup(wanted: WorkspacePath) -> Text:
        if wanted not in texts:
            raise SourceUnavailable(f"{wanted} is not there")
        return texts[wanted]

    assert {one: texts[one].digest for one in changes.base} == dict(changes.base)
    return {one: text for one, text in {**texts, **changes.texts_after(lookup)}.items() if text is not None}


@st.composite
def situations(draw: st.DrawFn) -> tuple[Texts, ChangeSet]:
    """Some files, and a change set that does anything that is allowed to them."""
    names = draw(st.lists(st.sampled_from("abcdef"), unique=True, min_size=1))
    texts = {path(name): Text(draw(st.binary(max_size=10))) for name in names}
    rest = [path(name) for name in draw(st.permutations(names))]
    moving = [rest.pop() for _ in range(draw(st.integers(0, len(rest))))]
    deletes = tuple(rest.pop() for _ in range(draw(st.integers(0, len(rest)))))
    # Files may change places: what moves away makes room.
    targets = draw(st.permutations([*moving, path("g"), path("h/i")]))
    pairs = [(old, new) for old, new in zip(moving, targets, strict=False) if old != new]
    if {new for _, new in pairs} & {old for old, new in zip(moving, targets, strict=False) if old == new}:
        pairs = []
    edited = draw(st.lists(st.sampled_from(sorted({*rest, *moving})), unique=True)) if rest or moving else []
    edits = tuple(FileEdit(path=one, edits=draw(edits_of(texts[one]))) for one in edited)
    created = draw(st.lists(st.sampled_from([path("x"), path("y/z")]), unique=True))
    return texts, ChangeSet(
        base={one: texts[one].digest for one in {*deletes, *edited, *(old for old, _ in pairs)}},
        edits=edits,
        creates=tuple(FileCreate(path=one, text=Text(draw(st.binary(max_size=5)))) for one in created),
        deletes=deletes,
        renames=tuple(FileRename(old=old, new=new) for old, new in pairs),
    )


@st.composite
def edits_of(draw: st.DrawFn, text: Text) -> tuple[TextEdit, ...]:
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6)))
    spans = [Span(start, end) for start, end in zip(cuts[::2], cuts[1::2], strict=False)]
    return tuple(TextEdit(span, draw(st.binary(max_size=3))) for span in spans)


@given(situations())
def test_the_inverse_takes_everything_back_and_its_inverse_does_it_again(situation: tuple[Texts, ChangeSet]) -> None:
    texts, changes = situation
    changed = after(changes, texts)
    inverse = changes.inverse(texts.__getitem__)
    assert after(inverse, changed) == texts
    assert after(inverse.inverse(changed.__getitem__), texts) == changed
    assert set(changes.paths_after) == set(inverse.paths_before)
    assert set(changes.paths_before) == set(inverse.paths_after)
    assert changes.is_empty == (not changes.paths_before and not changes.paths_after)


def test_order_of_meaning() -> None:
    texts = {path("a"): Text(b"aa"), path("b"): Text(b"bb"), path("c"): Text(b"cc")}
    changes = ChangeSet(
        base={one: text.digest for one, text in texts.items()},
        edits=(FileEdit(path=path("a"), edits=(TextEdit(Span(0, 1), b"A"),)),),
        renames=(FileRename(old=path("a"), new=path("b")), FileRename(old=path("b"), new=path("a"))),
        deletes=(path("c"),),
        creates=(FileCreate(path=path("d"), text=Text(b"d")),),
    )
    assert after(changes, texts) == {path("a"): Text(b"bb"), path("b"): Text(b"Aa"), path("d"): Text(b"d")}


def test_an_edit_that_empties_a_moved_file_is_kept() -> None:
    texts = {path("a"): Text(b"all")}
    changes = ChangeSet(
        base={path("a"): texts[path("a")].digest},
        edits=(FileEdit(path=path("a"), edits=(TextEdit(Span(0, 3), b""),)),),
        renames=(FileRename(old=path("a"), new=path("b")),),
    )
    assert after(changes, texts) == {path("b"): Text(b"")}


EDIT_A, EDIT_B = (FileEdit(path=path(name), edits=()) for name in "ab")
A_TO_B, A_TO_C, B_TO_C = (FileRename(old=path(old), new=path(new)) for old, new in ("ab", "ac", "bc"))
CREATE_A, CREATE_B = (FileCreate(path=path(name), text=Text(b"")) for name in "ab")


@pytest.mark.parametrize(
    "parts",
    [
        {"edits": (EDIT_A,), "base": {}},
        {"edits": (EDIT_A, EDIT_A)},
        {"edits": (EDIT_A,), "deletes": (path("a"),)},
        {"deletes": (path("a"), path("a"))},
        {"deletes": (path("a"),), "renames": (A_TO_B,)},
        {"deletes": (path("a"),), "creates": (CREATE_A,)},
        {"renames": (A_TO_B,), "creates": (CREATE_B,)},
        {"renames": (A_TO_B,), "creates": (CREATE_A,)},
        {"renames": (A_TO_C, B_TO_C)},
        {"deletes": (path("b"),), "renames": (A_TO_B,)},
        {"edits": (EDIT_B,), "renames": (A_TO_B,)},
    ],
)
def test_contradictions_are_bugs(parts: dict[str, object]) -> None:
    with pytest.raises(AssertionError):
        ChangeSet(**{"base": {path("a"): "", path("b"): ""}, **parts})  # pyright: ignore[reportArgumentType]  the parts vary


def test_overlapping_edits_of_one_file_are_bugs() -> None:
    with pytest.raises(AssertionError):
        FileEdit(path=path("a"), edits=(TextEdit(Span(0, 2), b""), TextEdit(Span(1, 3), b"")))
