"""The same thing again: platform variants, parallel classes, overloads, counterparts."""

from __future__ import annotations

import pytest

from sightline.context.relations.parallel import is_opposite, is_parallel, name_words
from sightline.context.relations.relation import RelationKind
from support.graphs import graph_of
from support.relations import found


def test_platform_variants_of_go() -> None:
    text = "package term\n\nfunc Width() int {\n\treturn 80\n}\n"
    view = graph_of({"term/width_linux.go": text, "term/width_windows.go": text, "other/width.go": text})
    assert found(view, "term/width_linux.go:3", RelationKind.TWIN) == ["term/width_windows.go:3", "other/width.go:3"]


def test_platform_variants_of_rust() -> None:
    body = "pub fn width() -> u32 {\n    80\n}\n"
    view = graph_of({"src/lib.rs": "mod unix;\nmod windows;\n", "src/unix.rs": body, "src/windows.rs": body})
    assert found(view, "src/unix.rs:1", RelationKind.TWIN) == ["src/windows.rs:1"]


def test_methods_of_parallel_classes_without_a_common_base() -> None:
    one = "class {} {{\n  connect(name) {{\n    return name;\n  }}\n}}\n"
    view = graph_of(
        {
            "src/postgres/PostgresDriver.ts": "export " + one.format("PostgresDriver"),
            "src/mysql/MysqlDriver.ts": "export " + one.format("MysqlDriver"),
            "src/far/away/Cable.ts": "export " + one.format("Cable"),
        }
    )
    twins = found(view, "src/postgres/PostgresDriver.ts:2", RelationKind.TWIN)
    assert twins == ["src/mysql/MysqlDriver.ts:2"]


def test_overloads_of_java() -> None:
    view = graph_of(
        {
            "Writer.java": (
                "class Writer {\n    void value(int x) {\n        put(x);\n    }\n\n"
                "    void value(long x) {\n        put(x);\n    }\n}\n"
            )
        }
    )
    assert found(view, "Writer.java:2", RelationKind.TWIN) == ["Writer.java:6"]


def test_counterparts_beside() -> None:
    view = graph_of(
        {
            "codec.py": """
                def encode_date(value):
                    return str(value)


                def decode_date(text):
                    return text


                def encode_time(value):
                    return str(value)


                def unrelated(value):
                    return value
            """
        }
    )
    assert found(view, "codec.py:1", RelationKind.PARALLEL) == ["codec.py:5", "codec.py:9"]


def test_the_other_languages_of_a_workspace_have_no_twins() -> None:
    view = graph_of(
        {"a.py": "def run(x):\n    return x\n", "a.go": "package a\n\nfunc run(x int) int {\n\treturn x\n}\n"}
    )
    assert found(view, "a.py:1", RelationKind.TWIN) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("encode_date", "decode_date"),
        ("JSONEncoder", "JSONDecoder"),
        ("Client", "AsyncClient"),
        ("read", "aread"),
        ("_send_async", "_send"),
    ],
)
def test_opposites(one: str, other: str) -> None:
    assert is_opposite(name_words(one), name_words(other))
    assert is_opposite(name_words(other), name_words(one))


@pytest.mark.parametrize(("one", "other"), [("encode", "encode"), ("read", "road"), ("encode_date", "decode_time")])
def test_no_opposites(one: str, other: str) -> None:
    assert not is_opposite(name_words(one), name_words(other))


def test_names_parallel_in_all_words_but_one() -> None:
    assert is_parallel(name_words("PostgresDriver"), name_words("MysqlDriver"))
    assert not is_parallel(name_words("Postgres"), name_words("Mysql"))
    assert not is_parallel(name_words("PostgresDriver"), name_words("MysqlClient"))
