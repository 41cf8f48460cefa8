"""Words of code and prose as terms."""

from __future__ import annotations

import pytest

from sightline.context.tokens import query_terms, stem, sub_words, terms_of_word


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("parse_date", ("parse", "date")),
        ("parseDate", ("parse", "date")),
        ("HTTPServer", ("http", "server")),
        ("HTTPServer2_name", ("http", "server2", "server", "name")),
        ("utf8", ("utf8", "utf")),
        ("__init__", ("init",)),
        ("XMLHttpRequest", ("xml", "http", "request")),
        ("größe", ("größe",)),
        ("GrößeÄndern2", ("größe", "ändern2", "ändern")),
        ("naïve_Überschrift", ("naïve", "überschrift")),
        ("получитьСчёт", ("получить", "счёт")),
        ("名前", ("名前",)),
        ("A", ("a",)),
        ("2024", ("2024",)),
    ],
)
def test_identifiers_fall_into_their_words(word: str, parts: tuple[str, ...]) -> None:
    assert sub_words(word) == parts


@pytest.mark.parametrize(
    "forms",
    [
        ("parse", "parses", "parsed", "parsing"),
        ("copy", "copies"),
        ("proxy", "proxies"),
        ("stop", "stopped", "stopping"),
        ("pass", "passed", "passing"),
        ("cache", "cached", "caching", "caches"),
    ],
)
def test_endings_of_one_word_meet(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1, [stem(form) for form in forms]


@pytest.mark.parametrize(
    ("left", "right"), [("bus", "bu"), ("class", "clas"), ("string", "str"), ("red", "r"), ("status", "statu")]
)
def test_different_words_stay_apart(left: str, right: str) -> None:
    assert stem(left) != stem(right)


def test_styles_of_writing_a_name_share_their_terms() -> None:
    assert terms_of_word("parse_dates") == terms_of_word("parseDates") == terms_of_word("ParseDate")


def test_data_is_no_word() -> None:
    assert terms_of_word("a" * 81) == ()
    assert query_terms("x" * 500) == {}


def test_a_task_keeps_what_tells_code_apart() -> None:
    spelled = list(query_terms("Fix the parsing of `max_age` in cookies, since 2024 it should not fail").values())
    assert spelled == ["parsing", "max", "age", "cookies", "fail"]
