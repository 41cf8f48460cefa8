"""The prompts that were handed out for other chats, kept while their replies may come back: the newest few."""

from __future__ import annotations

from collections import OrderedDict

from sightline.tasks.by_hand import HandedOut

#: Each holds the snapshot it was made from.
MOST_HANDED_OUT = 10


class HandedOutPrompts:
    """By the names of their turns. Used from one event loop."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, HandedOut] = OrderedDict()

    def keep(self, handed: HandedOut) -> None:
        """Takes the place of one with the same name."""
        self._kept[handed.request.turn] = handed
        self._kept.move_to_end(handed.request.turn)
        if len(self._kept) > MOST_HANDED_OUT:
            self._kept.popitem(last=False)

    def find(self, turn: str) -> HandedOut | None:
        """The prompt of a turn, the last one if none is named; ``None`` where it is not known."""
        if turn:
            return self._kept.get(turn)
        return next(reversed(self._kept.values()), None)
