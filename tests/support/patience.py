"""How long a test waits for what must happen. It is no bound on speed: only what hangs reaches it, and a loaded machine
holds any step up for seconds.
"""

from __future__ import annotations

from typing import Final

#: Seconds.
PATIENCE: Final = 60.0
