"""From a file's text to its facts blob, with a reason in place of an exception. It reads no file."""

from __future__ import annotations

import logging

from sightline.base.paths import WorkspacePath
from sightline.graph.codec import encode
from sightline.graph.extract_text import EndlessParse
from sightline.graph.parse import parse_rows
from sightline.graph.raw_facts import RawFacts
from sightline.languages.spec import LanguageSpec
from sightline.workspace.source import SourceFile

_log = logging.getLogger(__name__)


def facts_blob(source: SourceFile, language: LanguageSpec) -> tuple[bytes, str]:
    """The blob and an empty reason, or no bytes and why there are none."""
    rows, reason = guarded_rows(source, language)
    return (encode(rows, source.text), "") if rows is not None else (b"", reason)


def guarded_rows(source: SourceFile, language: LanguageSpec) -> tuple[RawFacts | None, str]:
    """The rows and an empty reason, or ``None`` and the reason as :func:`why_without_facts` tells it."""
    try:
        return parse_rows(source.text.data, language), ""
    except Exception as error:  # noqa: BLE001  one file that no extractor was tried on must not stop all others
        return None, why_without_facts(source.path, error)


def why_without_facts(path: WorkspacePath, error: Exception) -> str:
    """``too_deep``, ``too_broken``, or ``failed`` for a bug of ours, which is logged."""
    if isinstance(error, RecursionError):
        return "too_deep"
    if isinstance(error, EndlessParse):
        return "too_broken"
    _log.warning("No facts of %s.", path, exc_info=error)
    return "failed"
