"""The dialects by name of an extractor. A language is added by one file beside this and one line here."""

from __future__ import annotations

from collections.abc import Mapping

from sightline.graph.dialect import Dialect
from sightline.graph.dialect_go import GO_DIALECT

DIALECTS: Mapping[str, Dialect] = {"go": GO_DIALECT}
