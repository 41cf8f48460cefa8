"""Postings find what was put in, in as few bytes as the numbers of files allow, and come back from their bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.graph.segments import Postings, PostingsBuilder
from sightline.graph.slices import at_once

few_files = st.integers(0, 0xFFFF)
many_files = st.integers(0, 2**32 - 2)


def _postings(rows: dict[int, set[int]]) -> Postings:
    builder = PostingsBuilder()
    for file, keys in rows.items():
        builder.add(keys, file)
    return at_once(builder.finish())


def _bytes_of(postings: Postings) -> list[memoryview]:
    return [memoryview(part).cast("B") for part in postings.parts]


def _rows(files: st.SearchStrategy[int]) -> st.SearchStrategy[dict[int, set[int]]]:
    return st.dictionaries(files, st.sets(st.integers(0, 2**32 - 1) | st.integers(0, 5), max_size=5), max_size=20)


@given(_rows(few_files) | _rows(many_files))
def test_postings_find_the_files_of_a_key_and_come_back_from_their_bytes(rows: dict[int, set[int]]) -> None:
    made = _postings(rows)
    for postings in (made, Postings.of_bytes(_bytes_of(made), max(rows, default=0) + 1)):
        for key in {key for keys in rows.values() for key in keys}:
            assert list(postings.get(key)) == sorted(file for file, keys in rows.items() if key in keys)
        assert list(postings.get(7)) == sorted(file for file, keys in rows.items() if 7 in keys)


@pytest.mark.parametrize(("largest", "size"), [(0xFFFF, 2), (0x10000, 4)])
def test_a_value_takes_two_bytes_where_all_are_that_small(largest: int, size: int) -> None:
    postings = _postings({0: {1, 2}, largest: {2}})
    assert postings.values.itemsize == size
    assert list(postings.get(2)) == [0, largest]
    again = Postings.of_bytes(_bytes_of(postings), largest + 1)
    assert again.values == postings.values
    with pytest.raises(ValueError, match="do not fit"):
        Postings.of_bytes(_bytes_of(postings), largest)
