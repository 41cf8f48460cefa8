"""The memory of this machine, and that of graphics cards by a library in NVML's form."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from sightline.base.machine_memory import read_memory


class FakeNvml(ModuleType):
    """Two cards of 8 bytes, of which ``free`` are free; ``driver`` says whether one answers."""

    class NVMLError(Exception): ...

    def __init__(self, *, driver: bool = True, free: tuple[int, ...] = (3, 4), breaks: bool = False) -> None:
        super().__init__("pynvml")
        self.driver, self.free, self.breaks = driver, free, breaks
        self.open = 0

    def nvmlInit(self) -> None:  # noqa: N802  its names
        if not self.driver:
            raise self.NVMLError("no driver")
        self.open += 1

    def nvmlShutdown(self) -> None:  # noqa: N802  its names
        self.open -= 1

    def nvmlDeviceGetCount(self) -> int:  # noqa: N802  its names
        return len(self.free)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:  # noqa: N802  its names
        return index

    def nvmlDeviceGetMemoryInfo(self, handle: int) -> Any:  # noqa: N802  its names
        if self.breaks:
            raise self.NVMLError("lost")
        return SimpleNamespace(total=8, free=self.free[handle])


@pytest.mark.parametrize(
    ("library", "told"),
    [
        (FakeNvml(), (16, 7)),
        (FakeNvml(free=()), (0, 0)),
        (FakeNvml(driver=False), (0, 0)),
        (FakeNvml(breaks=True), (0, 0)),
        (None, (0, 0)),
    ],
    ids=["cards", "no card", "no driver", "a card that is lost", "no library"],
)
def test_memory_of_cards(monkeypatch: pytest.MonkeyPatch, library: FakeNvml | None, told: tuple[int, int]) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", library)
    memory = read_memory()
    assert 0 < memory.available < memory.total
    assert (memory.graphics_total, memory.graphics_free) == told
    assert library is None or library.open == 0
