"""Which files are tests, by their names alone."""

from __future__ import annotations

from sightline.base.paths import WorkspacePath

_TEST_FOLDERS = frozenset(("test", "tests", "testing", "__tests__", "spec", "specs", "e2e", "fixtures", "__mocks__"))


def is_test(path: WorkspacePath) -> bool:
    """Whether a file is a test by the names that test runners look for."""
    *folders, name = path.relative.split("/")
    stem = name.partition(".")[0]
    named = stem.startswith("test_") or stem.endswith("_test") or stem == "conftest" or ".test." in name
    return named or ".spec." in name or not _TEST_FOLDERS.isdisjoint(folders)
