"""To which root a path belongs."""

import pytest

from sightline.base.paths import WorkspacePath
from sightline.workspace.roots import owner, owner_of_real


@pytest.mark.parametrize(
    ("absolute", "expected"),
    [
        ("/w/a.py", WorkspacePath("/w", "a.py")),
        ("/w/in/a.py", WorkspacePath("/w/in", "a.py")),
        ("/w/inner/a.py", WorkspacePath("/w", "inner/a.py")),
        ("/w/in/../a.py", WorkspacePath("/w", "a.py")),
        ("/w", None),
        ("/w/in", WorkspacePath("/w", "in")),
        ("/wide/a.py", None),
        ("/w/../etc/passwd", None),
        ("relative.py", None),
    ],
)
def test_owner_is_the_innermost_root(absolute: str, expected: WorkspacePath | None) -> None:
    assert owner(["/w", "/w/in"], absolute) == expected


def test_owner_of_real_paths_knows_the_root_itself() -> None:
    roots = {"/link": "/real", "/w": "/w"}
    assert owner_of_real(roots, "/real/a.py") == ("/link", "a.py")
    assert owner_of_real(roots, "/real") == ("/link", "")
    assert owner_of_real(roots, "/realm/a.py") is None
    assert owner_of_real({"/": "/"}, "/etc/passwd") == ("/", "etc/passwd")
