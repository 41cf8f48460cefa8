"""Files that tests read: nothing runs them as they stand there, and some are wrong on purpose."""

from __future__ import annotations

from sightline.base.paths import WorkspacePath

#: Folders of such files by the conventions of Jest, jscodeshift, pytest and Go.
_FOLDERS = frozenset({"fixtures", "__fixtures__", "__testfixtures__", "testdata", "__snapshots__"})


def is_sample(path: WorkspacePath) -> bool:
    """Whether a file stands in a folder of samples."""
    return not _FOLDERS.isdisjoint(path.relative.split("/")[:-1])
