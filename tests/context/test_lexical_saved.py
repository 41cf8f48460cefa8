"""The index between two runs: what was saved is used as far as it still holds, and never for anything else."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from sightline.base.changes import ChangeSet, FileEdit
from sightline.base.database import open_cache
from sightline.base.text import Span, TextEdit
from sightline.context import lexical
from sightline.context.file_terms import FileTerms, file_terms
from sightline.context.lexical import IndexClosed, LexicalIndex
from sightline.context.lexical_postings import Postings
from sightline.context.lexical_saved import index_version
from sightline.context.lexical_store import SCHEMA, SCHEMA_VERSION, LexicalStore
from sightline.context.tokens import query_terms
from sightline.graph.view import GraphView
from support.graphs import graph_of, path

FILES = {f"shop/m{n}.py": f"def parcel_{n}(cart):\n    return cart.ship({n})\n" for n in range(60)}
FILES["shop/tax.py"] = "class Tax:\n    def rate(self, country):\n        return country\n"


def found(index: LexicalIndex, text: str) -> list[tuple[str, float]]:
    weights = dict.fromkeys(query_terms(text), 1.0)
    return [(str(hit.path), round(hit.score, 9)) for hit in index.search(weights)]


def followed(view: GraphView, store: LexicalStore | None) -> LexicalIndex:
    index = LexicalIndex(store)
    index.follow(view)
    return index


@pytest.fixture
def store(tmp_path: Path) -> LexicalStore:
    return LexicalStore(str(tmp_path / "words.sqlite"))


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Files whose words are read from here on."""
    seen: list[str] = []

    def counting(text: object, *arguments: object, **keywords: object) -> FileTerms:
        seen.append(text.digest)  # type: ignore[attr-defined]
        return file_terms(text, *arguments, **keywords)  # type: ignore[arg-type]

    monkeypatch.setattr(lexical, "file_terms", counting)
    return seen


def changed(view: GraphView, files: Mapping[str, bytes]) -> GraphView:
    edits = [
        FileEdit(path=path(name), edits=(TextEdit(Span(0, len(view.workspace.read(path(name)).text)), text),))
        for name, text in files.items()
    ]
    base = {path(name): view.workspace.read(path(name)).text.digest for name in files}
    return view.fork(ChangeSet(base=base, edits=tuple(edits)))


def test_the_second_run_reads_no_file_and_answers_the_same(store: LexicalStore, reads: list[str]) -> None:
    first = followed(graph_of(FILES), store)
    assert len(reads) == len(FILES)
    reads.clear()
    second = followed(graph_of(FILES), store)
    assert reads == []
    for query in ("ship a parcel", "tax rate of a country", "m7", "unheard-of"):
        assert found(second, query) == found(first, query)
    view = graph_of(FILES)
    kept, fresh = second.terms_of(view, path("shop/tax.py")), LexicalIndex().terms_of(view, path("shop/tax.py"))
    assert kept is not None
    assert fresh is not None
    assert (kept.digest, kept.data) == (fresh.digest, fresh.data)


def test_only_what_changed_between_two_runs_is_read(store: LexicalStore, reads: list[str]) -> None:
    followed(graph_of(FILES), store)
    reads.clear()
    now = {**FILES, "shop/tax.py": "def levy(zone):\n    return zone\n", "shop/new.py": "def brand_new(): ...\n"}
    del now["shop/m7.py"]
    index = followed(graph_of(now), store)
    assert len(reads) == 2
    for query in ("levy zone", "rate country", "brand new", "m7 parcel 7", "ship"):
        assert dict(found(index, query)) == dict(found(followed(graph_of(now), None), query))


def test_many_changes_are_saved_again(store: LexicalStore, reads: list[str]) -> None:
    followed(graph_of(FILES), store)
    now = {name: text.replace("ship", "send") for name, text in FILES.items()}
    followed(graph_of(now), store)
    reads.clear()
    followed(graph_of(now), store)
    assert reads == []


@pytest.mark.parametrize("damage", [b"", b"garbage", b"\x80", b"\x96\x90\x90\x90\x90\x90\x93\xc4\0\xc4\0\xc4\0"])
def test_damaged_bytes_cost_reading_only(store: LexicalStore, reads: list[str], damage: bytes) -> None:
    store.save(index_version(), damage)
    index = followed(graph_of(FILES), store)
    assert len(reads) == len(FILES)
    assert found(index, "tax rate") == found(followed(graph_of(FILES), None), "tax rate")


def test_a_file_that_is_no_database_costs_reading_only(tmp_path: Path) -> None:
    (tmp_path / "words.sqlite").write_bytes(b"no database" * 1000)
    index = followed(graph_of(FILES), LexicalStore(str(tmp_path / "words.sqlite")))
    assert len(found(index, "ship")) == 60


def test_a_flipped_bit_costs_reading_only(tmp_path: Path, store: LexicalStore, reads: list[str]) -> None:
    followed(graph_of(FILES), store)
    connection = open_cache(str(tmp_path / "words.sqlite"), version=SCHEMA_VERSION, schema=SCHEMA)
    data = bytearray(connection.execute("SELECT data FROM lexical").fetchone()[0])
    data[len(data) // 2] ^= 1
    connection.execute("UPDATE lexical SET data = ?", (bytes(data),))
    connection.close()
    reads.clear()
    index = followed(graph_of(FILES), store)
    assert len(reads) == len(FILES)
    assert found(index, "tax rate") == found(followed(graph_of(FILES), None), "tax rate")


def test_what_another_version_saved_is_not_used(
    store: LexicalStore, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    followed(graph_of(FILES), store)
    reads.clear()
    monkeypatch.setattr(lexical, "index_version", lambda: "another")
    followed(graph_of(FILES), store)
    assert len(reads) == len(FILES)


def test_words_read_while_the_graph_knew_another_text_are_read_again() -> None:
    """The disk was ahead of the graph: chunks without definitions must not outlive that moment."""
    before = graph_of({"a.py": "def one(): ...\n"})
    after = graph_of({"a.py": "x = 1\n\n\ndef two():\n    return x\n"})
    ahead = GraphView(after.workspace, before.state, before.layouts, before.cache)
    index = followed(ahead, None)
    index.follow(after)
    terms = index.terms_of(after, path("a.py"))
    assert terms is not None
    assert [terms.chunk(number).definition for number in range(terms.chunk_count)] == [-1, 1]


def test_a_question_takes_over_from_the_patient_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its pauses are so long here that the test would not end if they were kept."""
    monkeypatch.setattr(lexical, "PAUSE_SECONDS", 3.0)
    view, index = graph_of(FILES), LexicalIndex()
    began = threading.Event()
    synchronise = index.synchronise

    def telling(*arguments: object) -> object:
        began.set()
        return synchronise(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(index, "synchronise", telling)
    thread = threading.Thread(target=index.follow_patiently, args=(view,))
    thread.start()
    assert began.wait(30)
    index.follow(view)
    assert len(found(index, "ship")) == 60
    thread.join(30)
    assert not thread.is_alive()


def test_closing_ends_the_patient_thread_and_whoever_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexical, "PAUSE_SECONDS", 1000.0)
    index = LexicalIndex()
    thread = threading.Thread(target=index.follow_patiently, args=(graph_of(FILES),))
    thread.start()
    index.close()
    thread.join(30)
    assert not thread.is_alive()
    with pytest.raises(IndexClosed):
        index.follow(graph_of(FILES))


def test_a_late_patient_thread_does_not_take_the_index_back() -> None:
    view = graph_of(FILES)
    fork = changed(view, {"shop/tax.py": b"def levy(zone): ...\n"})
    newer = replace(fork.workspace, revision=view.revision + 1)
    later = GraphView(newer, fork.state, fork.layouts, fork.cache)
    index = followed(later, None)
    index.follow_patiently(view)
    assert [name for name, _ in found(index, "levy")] == ["shop/tax.py"]


def test_postings_are_the_same_packed_or_not() -> None:
    packed, fresh = Postings(), Postings()
    for value in range(200):
        packed.add(value % 7, value)
        fresh.add(value % 7, value)
        if value % 50 == 0:
            packed.pack()
    for term in range(9):
        assert list(packed[term]) == list(fresh[term])
    packed.pack(lambda value: value + 1000 if value % 2 else None)
    assert list(packed[3]) == [value + 1000 for value in range(3, 200, 7) if value % 2]
    assert Postings.of_tables(*packed.tables())[3] == packed[3]
    keys, offsets, values = packed.tables()
    with pytest.raises(ValueError, match="do not fit"):
        Postings.of_tables(keys, offsets[:-1], values)


@pytest.mark.parametrize("cut", [0, 5, 30])
def test_cut_terms_are_refused(cut: int) -> None:
    view = graph_of(FILES)
    terms = LexicalIndex().terms_of(view, path("shop/tax.py"))
    assert terms is not None
    with pytest.raises(ValueError, match=r"fit|header|multiple"):
        FileTerms("", terms.data[:cut])
