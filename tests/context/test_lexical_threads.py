"""The index is asked in one thread while another changes it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import pytest

from sightline.base.text import Text
from sightline.context.lexical import LexicalIndex
from sightline.context.tokens import query_terms
from support.graphs import graph_of, path

FILES = {f"m{n}.py": f"def f{n}(cart):\n    return cart\n" for n in range(30)}


@pytest.fixture
def hasty_switching() -> Iterator[None]:
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty_switching")
def test_questions_beside_changes_see_whole_files_only() -> None:
    view = graph_of(FILES)
    index = LexicalIndex()
    index.follow(view)
    weights = dict.fromkeys(query_terms("cart"), 1.0)
    failures: list[BaseException] = []
    done = threading.Event()

    def change() -> None:
        for n in range(400):
            index.update(path(f"m{n % 30}.py"), Text.of(f"def g{n}(cart):\n    return cart\n"), ())
        done.set()

    def ask() -> None:
        try:
            while not done.is_set():
                assert len(index.search(weights)) == 30
                assert index.terms_of(view, path("m3.py")) is not None
                index.files_called("m3.py")
        except BaseException as error:  # noqa: BLE001  handed to the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=work) for work in (change, ask, ask)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    assert len(index.search(weights)) == 30
