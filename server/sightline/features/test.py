"""``/test``: tests for the selected code, in the workspace's own manner."""

from sightline.features.model_feature import ModelFeature

FEATURE = ModelFeature(
    name="test",
    title="Write tests for this",
    action="refactor.rewrite",
    task="Write tests for the selected code, in the manner of the tests that are there.",
)
