"""The ranking's model as it is learned without one repository: what that repository's cases are measured with.

``models.json`` is written by ``learn_ranking.py`` together with the model that comes with Sightline.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from unittest.mock import patch

from sightline.context import rank
from sightline.context.scoring import RankingModel

MODELS = Path(__file__).parent / "models.json"


def model_without(repository: str) -> RankingModel:
    """The model that never saw ``repository``. Raises ``KeyError`` for one that no model was learned without."""
    return _models()[repository]


@contextmanager
def asked_without(repository: str) -> Generator[None]:
    """Everything that is ranked is ranked by the model that never saw ``repository``."""
    model = model_without(repository)
    with patch.object(rank, "learned_model", lambda: model):
        yield


@cache
def _models() -> dict[str, RankingModel]:
    found = json.loads(MODELS.read_text("utf-8"))
    return {repository: RankingModel.model_validate(model) for repository, model in found.items()}
