"""The machine's clocks behind the System port, apart from all else there: parsing processes start with this alone."""

from __future__ import annotations

import time


class RealClock:
    """The machine's clocks."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()
