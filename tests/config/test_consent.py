"""The user's word on the tests of a workspace: kept by root, in their own state folder, and asked for once."""

from __future__ import annotations

import pytest

from sightline.base.memory_system import memory_system
from sightline.config.consent import allow_tests, forget_tests, may_run_tests
from sightline.config.locations import Locations
from sightline.engine.check_policy import ConsentWord, Permission

WHERE = Locations(user_settings="/u/s.toml", cache="/c", state="/s")


def test_a_word_holds_for_its_root_alone_until_it_is_forgotten() -> None:
    system = memory_system()
    assert may_run_tests(system, WHERE, "/work") is None
    allow_tests(system, WHERE, "/work", allowed=True)
    allow_tests(system, WHERE, "/other", allowed=False)
    assert may_run_tests(system, WHERE, "/work/") is True
    assert may_run_tests(system, WHERE, "/work/below") is None
    assert may_run_tests(system, WHERE, "/other") is False
    forget_tests(system, WHERE, "/work")
    assert may_run_tests(system, WHERE, "/work") is None
    assert system.files.stat("/s/consent.json").mode == 0o600


@pytest.mark.parametrize("text", ["", "[]", '{"/work": "yes"}', '{"/work": 1}', "\x00"])
def test_a_damaged_file_allows_nothing(text: str) -> None:
    assert may_run_tests(memory_system({"/s/consent.json": text}), WHERE, "/work") is None


@pytest.mark.parametrize(
    ("word", "kept"), [(ConsentWord.ALLOW, True), (ConsentWord.NEVER, False), (ConsentWord.NOT_NOW, None)]
)
async def test_a_person_is_asked_once(word: ConsentWord, kept: bool | None) -> None:
    system = memory_system()
    asked: list[tuple[str, str]] = []

    async def ask(root: str, isolation: str) -> ConsentWord:
        asked.append((root, isolation))
        return word

    permission = Permission(system=system, where=WHERE, ask=ask)
    for _ in range(2):
        assert await permission.given("/work", "isolated") is (word is ConsentWord.ALLOW)
    assert asked == [("/work", "isolated")]
    assert may_run_tests(system, WHERE, "/work") is kept


async def test_where_nobody_can_be_asked_only_what_was_said_counts() -> None:
    system = memory_system()
    permission = Permission(system=system, where=WHERE)
    assert await permission.given("/work", "") is False
    allow_tests(system, WHERE, "/work", allowed=True)
    assert await permission.given("/work", "") is True
