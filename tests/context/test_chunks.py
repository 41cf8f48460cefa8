"""Every line with content is in exactly one chunk, and definitions are never cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sightline.base.text import Text
from sightline.context.access import definitions_of
from sightline.context.chunks import BLOCK_LINES, Chunk, chunks_of, has_content
from support.graphs import graph_of, path

MODULE = """
    import os
    from shop import tax

    RATES = {
        "a": 1,
        "b": 2,
        "c": 3,
        "d": 4,
        "e": 5,
    }
    DEBUG = False


    class Cart:
        \"\"\"A cart.\"\"\"

        limit = 3

        def add(self, item):
            def inner():
                return item
            return inner

        currency = "EUR"

        @property
        def total(self):
            return 0


    def checkout(cart):
        return cart.total


    __all__ = ["Cart", "checkout"]
"""


def cut(text: str, name: str = "m.py") -> list[tuple[str, int, int, bool]]:
    view = graph_of({name: text})
    rows = definitions_of(view, path(name))
    source = view.workspace.read(path(name)).text
    return [
        (rows[chunk.definition].name if chunk.definition >= 0 else "", chunk.first, chunk.last, chunk.head)
        for chunk in chunks_of(source, rows)
    ]


def test_definitions_tables_and_what_lies_between_are_chunks() -> None:
    assert cut(MODULE) == [
        ("", 1, 2, False),
        ("RATES", 4, 10, True),
        ("", 11, 11, False),
        ("Cart", 14, 17, True),
        ("add", 19, 22, True),
        ("Cart", 24, 24, False),
        ("total", 26, 28, True),
        ("checkout", 31, 32, True),
        ("", 35, 35, False),
    ]


def test_long_code_without_definitions_is_cut_at_blank_lines() -> None:
    text = "\n".join(f"x{n} = {n}" if n % 10 else "" for n in range(1, 200))
    chunks = chunks_of(Text.of(text), ())
    assert len(chunks) > 3
    assert all(chunk.lines <= 2 * BLOCK_LINES for chunk in chunks)


def test_an_empty_file_has_no_chunk() -> None:
    assert chunks_of(Text.of(""), ()) == ()
    assert chunks_of(Text.of("\n\n  \n"), ()) == ()


def test_a_comment_right_above_a_definition_goes_with_it() -> None:
    text = "x = 1\n# About f.\n# More.\ndef f():\n    return 1\n# About nothing.\n\n@g\ndef h():\n    return 2\n"
    assert cut(text) == [("", 1, 1, False), ("f", 2, 5, True), ("", 6, 6, False), ("h", 8, 10, True)]


def test_methods_of_go_are_pieces_beside_their_type_and_without_it() -> None:
    get = "// Get gives.\nfunc (t *T) Get() int {\n\treturn t.x\n}\n"
    put = "func (t *T) Put(x int) {\n\tt.x = x\n}\n"
    own = f"package a\n\ntype T struct {{\n\tx int\n}}\n\n{get}\n{put}"
    assert cut(own, "m.go") == [("", 1, 1, False), ("T", 3, 4, True), ("Get", 7, 10, True), ("Put", 12, 14, True)]
    assert cut(f"package a\n\n{get}\n{put}", "m.go") == [("", 1, 1, False), ("Get", 3, 6, True), ("Put", 8, 10, True)]


def test_members_of_an_extension_of_rust_are_pieces() -> None:
    get = "    fn get(&self) -> u8 {\n        self.a\n    }\n"
    text = f"struct S {{\n    a: u8,\n}}\n\nimpl S {{\n{get}\n    const MOST: u8 = 3;\n}}\n"
    assert cut(text, "m.rs") == [("S", 1, 2, True), ("S", 5, 5, True), ("get", 6, 8, True), ("S", 10, 10, False)]


def test_declarations_of_one_line_stay_together() -> None:
    text = "class Port:\n    def a(self): ...\n    def b(self): ...\n\n    def c(self):\n        return 1\n"
    assert cut(text) == [("Port", 1, 3, True), ("c", 5, 6, True)]


def test_closing_brackets_are_no_chunk() -> None:
    assert chunks_of(Text.of("\n}\n});\n"), ()) == ()


LINES = st.sampled_from(
    ["", "x = 1", "def f():", "    pass", "class A:", "    def g(self):", "        return 1", "@d", ")"]
)


@given(st.lists(LINES, max_size=120))
def test_each_line_with_content_is_in_exactly_one_chunk(lines: list[str]) -> None:
    text = "\n".join(lines)
    view = graph_of({"m.py": text.lstrip("\n")})
    source = view.workspace.read(path("m.py")).text
    chunks = chunks_of(source, definitions_of(view, path("m.py")))
    _check_partition(source, chunks)


def _check_partition(source: Text, chunks: tuple[Chunk, ...]) -> None:
    covered = [line for chunk in chunks for line in range(chunk.first, chunk.last + 1)]
    assert len(covered) == len(set(covered))
    content = {line + 1 for line in range(source.line_count) if has_content(source.line_text(line))}
    assert content <= set(covered)
    assert covered == sorted(covered)
