"""What a local model is trusted with when its server tells nothing: sizes by its name, and the user's own limits.

None of it ever touches a model of a cloud service.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Window in tokens by size, the largest first: (least billions of parameters, tokens).
WINDOWS_BY_SIZE = ((70.0, 32_768), (30.0, 16_384), (13.0, 8_192), (0.0, 4_096))

#: Output tokens while memory is short: unless somebody says otherwise, and at most.
PRESSED_DEFAULT = 1_024
PRESSED_LIMIT = 2_048

#: ``7b``, ``1.5B``, ``8x7b``: not within a longer word, and not the active part of a mixture (``30b-a3b``).
_SIZE = re.compile(r"(?<![a-z0-9.])(?:(\d{1,3})x)?(\d{1,4}(?:\.\d{1,3})?)b(?![a-z0-9])", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalLimits:
    """The user's limits for local models, in tokens: of the window, and of one reply."""

    token_limit: int | None = None
    max_tokens: int | None = None

    def window(self, *, told: int | None) -> int | None:
        """The window in force, where the server tells ``told``: never more than that, and ``None`` for no limit."""
        known = [tokens for tokens in (self.token_limit, told) if tokens is not None]
        return min(known, default=None)

    def pressed_default(self, *, edits: bool) -> int:
        """The limit on a reply nobody limited, while memory is short. An edit gets all there is."""
        return PRESSED_LIMIT if edits else PRESSED_DEFAULT


def billions(model: str) -> float | None:
    """Billions of parameters as the model's name tells them; ``None`` where it does not. The whole of a mixture."""
    sizes = [float(size) * int(experts or 1) for experts, size in _SIZE.findall(model)]
    return max(sizes, default=None)


def assumed_window(model: str) -> int:
    """A window, in tokens, that a model of this size is nearly always loaded with. For when nothing better is known."""
    size = billions(model) or 0.0
    return next(tokens for least, tokens in WINDOWS_BY_SIZE if size >= least)


#: Bits of a weight as names tell them: ``q4_K_M``, ``Q8_0``, ``iq3_xs``, ``4bit``, ``fp16``, ``bf16``.
_BITS = re.compile(r"(?<![a-z0-9])(?:i?q([2-8])(?:[_-]|$)|([348])[-_]?bit|(?:fp|bf|f)(8|16|32))", re.IGNORECASE)
#: What servers load where the name does not say: Ollama's usual 4 bits.
_USUAL_BITS = 4


def weight(model: str) -> float | None:
    """Gigabytes that the model takes at least, by its name alone; ``None`` where that tells no size."""
    size = billions(model)
    if size is None:
        return None
    found = _BITS.search(model)
    bits = int(next(group for group in found.groups() if group)) if found else _USUAL_BITS
    return size * bits / 8


#: Bytes that the cache of one token takes for a model of a billion parameters; it grows with the square root of those
#: (Llama 3 8B: 131 kB, Qwen 2.5 32B: 262 kB, Llama 3 70B: 328 kB, at 16 bits).
_CACHE_BYTES = 45_000
#: Tokens that servers keep a cache for where nobody says more.
USUAL_WINDOW = 4_096


def memory_need(model: str, window: int | None = None) -> float | None:
    """Gigabytes that the model takes with a cache of ``window`` tokens, by its name alone; ``None`` without a size."""
    weights, size = weight(model), billions(model)
    if weights is None or size is None:
        return None
    return weights + (window or USUAL_WINDOW) * _CACHE_BYTES * size**0.5 / 1e9
