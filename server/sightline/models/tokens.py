"""How many tokens a text is: estimated from its characters, or counted where a vocabulary is handed in.

An estimate is one division, so it can be asked for every candidate of a context. What it is worth, measured against
the o200k and cl100k vocabularies on Django 5.2, Flask and TypeORM: a single file is off by 7–10 % in the median and
by 25–35 % at the 95th percentile; a prompt of ten files by −14…+10 % for Python and −9…+28 % for TypeScript. Data in
ASCII (base64, minified code) holds two to three times the tokens estimated for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from math import ceil

from sightline.models.messages import Message

PROSE = "prose"
#: For text whose kind is not known, and for whole messages, which mix code and prose.
OTHER = "other"

#: ASCII characters a token. Python, TypeScript, Go and prose: shared/design targets, measured over whole corpora;
#: the rest: files of Django and TypeORM under o200k. Kinds are names of languages in lower case.
CHARACTERS_PER_TOKEN = {
    "python": 4.72,
    "typescript": 4.87,
    "tsx": 4.66,
    "javascript": 4.37,
    "go": 3.57,
    "html": 3.69,
    "css": 3.47,
    "json": 2.56,
    "toml": 3.42,
    PROSE: 4.19,
    OTHER: 4.19,
}

#: Tokens for a byte of UTF-8 beyond ASCII. Measured under o200k and cl100k: Cyrillic 0.15 and 0.26, Chinese 0.23 and
#: 0.33, Japanese 0.23 and 0.30, emoji 0.43 and 0.65.
TOKENS_PER_OTHER_BYTE = 0.28

#: Tokens a chat template adds around one message: markers, the role, line ends.
TOKENS_PER_MESSAGE = 4


#: The share by which an estimate may be off, until a model's server has said enough to know better.
UNKNOWN_MARGIN = 0.35
#: What is always left of it: the next prompt may be in another language than those that were reported.
LEARNED_MARGIN = 0.2
#: Where the model's own vocabulary counts: chat templates differ by a few tokens a message.
EXACT_MARGIN = 0.05
#: Reports after which the margin follows the error that was seen, and how many times that error it is.
_REPORTS_FOR_MARGIN, _ERRORS_IN_MARGIN = 4, 3.0
#: A factor beyond these would speak of something else than a vocabulary.
_FACTORS = (0.6, 1.7)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenCounter:
    """Counts for one model. ``factor`` is what its server reported over what was estimated; 1 until it is known.

    ``error`` is the usual share by which an estimate missed the report, over ``reports`` reports. ``vocabulary`` counts
    exactly, where the model's own is at hand; single pieces of a context are estimated all the same, because that is
    a thousand times faster.
    """

    factor: float = 1.0
    error: float = 0.0
    reports: int = 0
    vocabulary: Callable[[str], int] | None = None

    @property
    def margin(self) -> float:
        """The share by which :meth:`count_messages` may be off."""
        if self.vocabulary is not None:
            return EXACT_MARGIN
        if self.reports < _REPORTS_FOR_MARGIN:
            return UNKNOWN_MARGIN
        return min(UNKNOWN_MARGIN, max(LEARNED_MARGIN, self.error * _ERRORS_IN_MARGIN))

    def count(self, text: str, kind: str = OTHER) -> int:
        """Estimated tokens of ``text``, rounded up. An unknown ``kind`` counts as :data:`OTHER`."""
        # Encoding to ASCII and dropping the rest is the fastest count of ASCII characters (both run in C).
        ascii_characters = len(text) if text.isascii() else len(text.encode("ascii", "ignore"))
        other_bytes = 0 if text.isascii() else len(text.encode("utf-8", "replace")) - ascii_characters
        rate = CHARACTERS_PER_TOKEN.get(kind.lower(), CHARACTERS_PER_TOKEN[OTHER])
        return ceil((ascii_characters / rate + other_bytes * TOKENS_PER_OTHER_BYTE) * self.factor)

    def count_messages(self, messages: Iterable[Message]) -> int:
        """Tokens of a whole prompt with its template: exact but for the template where there is a ``vocabulary``.

        Exact counts take about 0.2 s a megabyte: not on the event loop.
        """
        count = self.vocabulary or self.count
        return sum(count(message.content) + TOKENS_PER_MESSAGE for message in messages)

    def learned(self, *, estimated: int, reported: int) -> TokenCounter:
        """The counter after a server reported ``reported`` tokens for what this one estimated as ``estimated``.

        Moves a quarter of the way, so that one odd prompt does not turn it. Reports that are not plausible for a
        whole prompt (under half, over double) are left out: they speak of something else. A vocabulary learns nothing.
        """
        if self.vocabulary is not None or estimated <= 0 or not 0.5 <= reported / estimated <= 2.0:
            return self
        ratio = reported / estimated
        least, most = _FACTORS
        # The first error is that of no knowledge, and says nothing of what is left once the factor is known.
        share = 0.0 if not self.reports else 1.0 if self.reports == 1 else 0.25
        return replace(
            self,
            factor=min(most, max(least, self.factor * (0.75 + 0.25 * ratio))),
            error=self.error + share * (abs(ratio - 1) - self.error),
            reports=self.reports + 1,
        )


def count_tokens(text: str, kind: str = OTHER) -> int:
    """Estimated tokens of ``text`` for a model nothing is known of. See the head of this file for its error."""
    return _ANY_MODEL.count(text, kind)


def count_messages(messages: Iterable[Message]) -> int:
    """Estimated tokens of a whole prompt for a model nothing is known of."""
    return _ANY_MODEL.count_messages(messages)


_ANY_MODEL = TokenCounter()
