"""JSON as TypeScript writes it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.languages.jsonc import parse_json

_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1, // one\n "b": [1, 2,],}', {"a": 1, "b": [1, 2]}),
        ('/* head */ {"url": "http://x/*y*/", "c": ",}"}', {"url": "http://x/*y*/", "c": ",}"}),
        ('\ufeff{"q": "a\\"//b"}', {"q": 'a"//b'}),
        ("", None),
        ("{", None),
        ('{"a": }', None),
    ],
)
def test_comments_and_commas(text: str, value: object) -> None:
    assert parse_json(text) == value


@given(_VALUES)
def test_plain_json_is_read_as_json_reads_it(value: object) -> None:
    assert parse_json(json.dumps(value)) == value


@given(st.text())
def test_never_raises(text: str) -> None:
    parse_json(text)


def test_deep_nesting_is_no_value() -> None:
    assert parse_json("[" * 200_000) is None
