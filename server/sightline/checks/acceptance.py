"""What a person takes upon themselves: findings that are applied in spite of, each for a reason that is kept.

A finding is named by its :attr:`~sightline.checks.check.Finding.id`, which stays the same while the lines around move.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sightline.checks.check import Certainty, CheckReport, Finding, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedFinding:
    """A finding that somebody accepted; ``line`` is one-based, ``reason`` may be empty."""

    id: str
    check: str
    path: str
    line: int
    message: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """The user's word: ``reasons`` by the ids of findings; ``everything`` accepts all others too, for ``reason``."""

    reasons: Mapping[str, str] = field(default_factory=dict[str, str])
    everything: bool = False
    reason: str = ""

    def refused(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Certain findings that nobody accepts."""
        return tuple(each for each in _certain(findings) if not self.everything and each.id not in self.reasons)

    def doubted(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Possible findings that nobody accepts: the user is asked about what they speak of."""
        possible = (each for each in findings if each.certainty is Certainty.POSSIBLE)
        return tuple(each for each in possible if not self.everything and each.id not in self.reasons)

    def accepted(self, findings: Iterable[Finding]) -> tuple[AcceptedFinding, ...]:
        """Findings that are accepted."""
        return tuple(
            AcceptedFinding(
                id=each.id,
                check=each.check,
                path=str(each.path),
                line=each.line,
                message=each.message,
                reason=self.reasons.get(each.id, self.reason),
            )
            for each in findings
            if each.id in self.reasons or (self.everything and each.certainty is Certainty.CERTAIN)
        )

    def allows(self, report: CheckReport, *, strict: bool = False) -> bool:
        """Whether an edit with this report may go in; under ``strict`` possible findings must be accepted too."""
        if report.verdict is Verdict.ACCEPT or self.everything:
            return True
        found = report.findings if strict else tuple(_certain(report.findings))
        return bool(found) and all(each.id in self.reasons for each in found)

    def unknown(self, findings: Iterable[Finding]) -> tuple[str, ...]:
        """Ids that name no finding."""
        known = {each.id for each in findings}
        return tuple(each for each in self.reasons if each not in known)


#: Nothing is accepted.
NOTHING = Acceptance()


def _certain(findings: Iterable[Finding]) -> Iterable[Finding]:
    return (each for each in findings if each.certainty is Certainty.CERTAIN)
