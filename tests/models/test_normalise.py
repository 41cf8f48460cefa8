"""What a model writes for a value is read as it was meant, and nothing it writes breaks the reading."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from sightline.models.normalise import DEEPEST, MOST_VALUES, boolean, fitted, nothing, number, parsed, plain


class Plan(BaseModel):
    """What a plan's step might hold."""

    name: str
    risky: bool = False
    files: int = 0
    share: float = 0.0
    steps: list[str] = []


@pytest.mark.parametrize("text", ["True ", "yes", " YES.", "y", "on", "1", "'true'", "`true`", "Enabled", True, 1, 1.0])
def test_what_means_true(text: object) -> None:
    assert boolean(text) is True


@pytest.mark.parametrize("text", ["False\n", "no", "N", "off", "0", '"false"', "disabled", False, 0])
def test_what_means_false(text: object) -> None:
    assert boolean(text) is False


@pytest.mark.parametrize("text", ["", "perhaps", "true false", "2", 2, 0.5, None, [], {}, object(), float("nan")])
def test_what_means_neither(text: object) -> None:
    assert boolean(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (" 1,000 ", 1000),
        ("0.5", 0.5),
        ("-3", -3),
        ("'7'", 7),
        ("1e3", 1000.0),
        (4, 4),
        (True, None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
        (float("inf"), None),
        ("９", 9.0),
        ("9" * 5_000, None),
        ("ten", None),
        (None, None),
        ([], None),
    ],
)
def test_numbers_in_quotes(text: object, value: float | None) -> None:
    assert number(text) == value
    assert type(number(text)) is type(value)


def test_nothing_is_said_in_many_words() -> None:
    assert all(nothing(word) for word in (None, "", " None ", "null", "N/A", "undefined"))
    others: list[object] = [0, False, "no", [], {}]
    assert not any(nothing(word) for word in others)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        ('Here it is:\n```json\n{"a": 1, "b": [true, null,],}\n```\nDone.', {"a": 1, "b": [True, None]}),
        ("{'a': 'b'}", {"a": "b"}),
        ('{"a": 1 "b": 2}', {"a": 1, "b": 2}),
        ('{"a": {"b": [1, 2', {"a": {"b": [1, 2]}}),
        ('{"a": 1, // why\n "b": 2}', {"a": 1, "b": 2}),
        ('{"a": NaN}', {"a": None}),
        ("no value here", None),
        ("", None),
    ],
)
def test_json_with_mistakes_is_mended(text: str, value: object) -> None:
    assert parsed(text) == value


def test_a_plan_with_sloppy_values_fits() -> None:
    reply = '```json\n{"name": "x", "risky": "True ", "files": "3.0", "share": "0,5", "extra": 1, "steps": ["a",]}\n```'
    plan = fitted(Plan, reply)
    assert plan == Plan(name="x", risky=True, files=3, share=5.0, steps=["a"])
    assert fitted(Plan, {"name": "x", "risky": "perhaps"}) is None
    assert fitted(Plan, {"risky": True}) is None
    assert fitted(Plan, "[1, 2]") is None
    # A text that looks like a boolean stays a text where a text is wanted.
    assert fitted(Plan, {"name": "yes"}) == Plan(name="yes")


def test_what_is_nested_without_end_is_cut() -> None:
    deep: Any = "bottom"
    for _ in range(100):
        deep = {"in": [deep]}
    found: Any = plain(deep)
    for _ in range(DEEPEST // 2):
        found = found["in"][0]
    assert found is None
    assert parsed("[" * 100 + "1" + "]" * 100) is not None
    assert parsed("[" * 100 + "1") is not None
    for text in ("[" * 5_000 + "]" * 5_000, "[" * 200_000, '{"a":' * 3_000):
        assert parsed(text) is None
    assert fitted(Plan, '{"name": ' + '{"a": ' * 5_000) is None


def test_what_contains_itself_is_cut_and_what_is_there_twice_is_not() -> None:
    cycle: dict[str, Any] = {"name": "x"}
    cycle["self"] = [cycle]
    assert plain(cycle) == {"name": "x", "self": [None]}
    twice = ["a"]
    assert plain([twice, twice]) == [["a"], ["a"]]
    assert fitted(Plan, cycle) == Plan(name="x")


def test_ten_thousand_elements_are_kept_and_no_more_than_the_bound() -> None:
    assert plain(list(range(10_000))) == list(range(10_000))
    assert parsed(json.dumps({"a": list(range(10_000))})) == {"a": list(range(10_000))}
    wide = plain([list(range(1_000)) for _ in range(100)])
    assert sum(len(row) for row in wide if row) <= MOST_VALUES


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)
_ANYTHING = _JSON | st.binary() | st.sets(st.integers()) | st.tuples(_JSON) | st.complex_numbers()


@given(_ANYTHING)
def test_any_value_is_read(value: object) -> None:
    assert boolean(value) in (None, True, False)
    read = number(value)
    assert read is None or read == read
    json.dumps(plain(value), allow_nan=False)
    assert fitted(Plan, value) is None or isinstance(fitted(Plan, value), Plan)


@given(st.text(alphabet="{}[]\",:'\\/`truefalsn0-e. \n", max_size=80) | st.text())
def test_any_text_is_read(text: str) -> None:
    json.dumps(parsed(text), allow_nan=False)
    assert boolean(text) in (None, True, False)
    assert fitted(Plan, text) is None or isinstance(fitted(Plan, text), Plan)


@given(_JSON)
def test_json_without_mistakes_is_read_as_it_is(value: object) -> None:
    text = json.dumps(plain(value))
    assert parsed(text) == json.loads(text)
