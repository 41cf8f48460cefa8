"""What all sections of the settings share: how strict they are, and who may set a field."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict

#: Marks a setting that only the user may give (user file, environment, editor's machine scope), never a workspace.
USER_ONLY: JsonDict = {"x-scope": "user"}
#: Marks a number that a workspace file may lower but not raise.
NARROWING: JsonDict = {"x-scope": "narrowing"}


def narrowing_to(floor: float) -> JsonDict:
    """Marks a number that a workspace file may lower to ``floor`` at most: what is less is the user's word alone.

    Of a check with no time, or with nothing to run, an edit would pass unseen.
    """
    return {"x-scope": "narrowing", "x-floor": floor}


def narrowing_in_order(*values: str) -> JsonDict:
    """Marks a choice of words, the narrowest first, of which a workspace file may name one that comes earlier."""
    return {"x-scope": "narrowing", "x-order": list(values)}


class Section(BaseModel):
    """Base of all sections: an unknown key is a mistake, and says so."""

    model_config = ConfigDict(extra="forbid", frozen=True)
