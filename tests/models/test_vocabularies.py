"""Exact counts by vocabularies that a package ships: compared with counts of tiktoken 0.14, taken once."""

from __future__ import annotations

import sys

import pytest

from sightline.models.catalogue import read_catalogue
from sightline.models.vocabularies import SHIPPED, vocabulary

shipped = pytest.mark.skipif(sys.version_info >= (3, 14), reason="rs-bpe has no wheel for this Python")

RUSSIAN = "Привет, как дела? Это проверка оценки токенов для обычного русского текста. " * 20
CHINESE = "这是一个用于测试标记估计的普通中文文本，包含一些标点符号。" * 20


@shipped
@pytest.mark.parametrize(
    ("text", "o200k", "cl100k"),
    [
        ("", 0, 0),
        ("hello world", 2, 2),
        (RUSSIAN, 381, 641),
        (CHINESE, 400, 580),
        ("<|endoftext|> x", 8, 8),
        (" " * 1_000, 9, 9),
    ],
)
def test_a_text_is_counted_as_its_model_reads_it(text: str, o200k: int, cl100k: int) -> None:
    counts = [vocabulary("o200k_base"), vocabulary("cl100k_base")]
    assert [count and count(text) for count in counts] == [o200k, cl100k]


@shipped
def test_a_lone_surrogate_counts_as_what_is_sent_for_it() -> None:
    count = vocabulary("o200k_base")
    assert count is not None
    assert count("a\ud800b") == count("a?b")


def test_what_is_not_at_hand_is_not() -> None:
    assert vocabulary(None) is None
    assert vocabulary("gpt-oss") is None
    assert vocabulary("bpe") is None


def test_without_the_package_nothing_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rs_bpe", None)
    monkeypatch.setitem(sys.modules, "rs_bpe.bpe", None)
    assert vocabulary.__wrapped__("o200k_base") is None


def test_the_list_of_models_names_vocabularies_that_are_shipped() -> None:
    from importlib.resources import files  # noqa: PLC0415

    text = files("sightline.models").joinpath("catalogue.toml").read_text(encoding="utf-8")
    catalogue = read_catalogue(text)
    named = {entry.tokenizer for entry in (*catalogue.family, *catalogue.model)} - {None}
    assert named == SHIPPED
