"""Source folders from what projects write into their configuration."""

from __future__ import annotations

import pytest

from sightline.languages.resolver import build_layout, is_configuration, shapes_layout


def _roots(path: str, text: str) -> tuple[str, ...]:
    files = {path: text, "pkg/__init__.py": ""}
    return build_layout(files, files.get).python.roots


@pytest.mark.parametrize(
    ("path", "text", "roots"),
    [
        ("pyproject.toml", '[tool.setuptools.packages.find]\nwhere = ["lib"]', ("", "lib")),
        ("pyproject.toml", '[tool.setuptools]\npackage-dir = {"" = "python"}', ("", "python")),
        ("pyproject.toml", '[tool.poetry]\npackages = [{include = "a", from = "code"}]', ("", "code")),
        ("pyproject.toml", '[tool.hatch.build.targets.wheel]\npackages = ["server/app"]', ("", "server")),
        ("pyproject.toml", '[tool.pytest.ini_options]\npythonpath = ["tests", "."]', ("", "tests")),
        ("pyproject.toml", '[tool.mypy]\nmypy_path = "one:two"', ("", "one", "two")),
        ("pyproject.toml", '[tool.ruff]\nsrc = ["app"]', ("", "app")),
        ("pyproject.toml", '[[tool.pyright.executionEnvironments]]\nroot = "x"\nextraPaths = ["y"]', ("", "x", "y")),
        ("services/api/pyproject.toml", '[tool.setuptools.packages.find]\nwhere = ["src"]', ("", "services/api/src")),
        (
            "setup.cfg",
            "[options]\npackage_dir =\n    = lib\n[options.packages.find]\nwhere = other",
            ("", "other", "lib"),
        ),
        ("pytest.ini", "[pytest]\npythonpath = a b", ("", "a", "b")),
        ("setup.py", "setup(package_dir={'': 'source'}, packages=find_packages('source'))", ("", "source")),
        ("pyrightconfig.json", '{ // comment\n "extraPaths": ["vendored",], }', ("", "vendored")),
        ("pyproject.toml", '[tool.ruff]\nsrc = ["../outside", "/absolute", "a/../b"]', ("", "b")),
        ("pyproject.toml", "not [toml", ("",)),
        ("pyproject.toml", "[tool]\nsetuptools = 3\nruff = { src = 4 }\npoetry = { packages = [1] }", ("",)),
        ("setup.cfg", "no section", ("",)),
        ("pyrightconfig.json", "[]", ("",)),
    ],
)
def test_configured_source_folders(path: str, text: str, roots: tuple[str, ...]) -> None:
    assert _roots(path, text) == roots


def test_many_source_folders_are_searched_for_what_they_hold_alone() -> None:
    files = [f"services/s{number}/app{number}/__init__.py" for number in range(50)]
    layout = build_layout(files, lambda _: None).python
    assert layout.roots == ("",)
    assert layout.tops["app7"] == ("services/s7",)


@pytest.mark.parametrize(
    ("path", "shapes"),
    [
        ("pkg/__init__.py", True),
        ("pkg/conftest.py", True),
        ("pyproject.toml", True),
        ("web/package.json", True),
        ("tsconfig.base.json", True),
        ("requirements-dev.txt", True),
        ("services/one/new.py", True),
        ("services/one/app/new.py", False),
        ("services/one/app/more/new.py", False),
        ("plain/new.py", False),
        ("src/first.py", True),
        ("README.md", False),
    ],
)
def test_what_shapes_a_layout(path: str, shapes: bool) -> None:
    layout = build_layout(["services/one/app/__init__.py"], lambda _: None)
    assert shapes_layout(layout, path) is shapes


def test_text_that_shapes_a_layout() -> None:
    assert is_configuration("a/pyproject.toml") and is_configuration("tsconfig.json")
    assert not is_configuration("a/__init__.py")


def test_a_file_that_shapes_nothing_leaves_an_equal_layout() -> None:
    files = ["services/one/app/__init__.py", "services/one/app/a.py", "top.py"]
    before = build_layout(files, lambda _: None)
    for new in ("services/one/app/b.py", "other.py", "folder/deep/c.py"):
        assert not shapes_layout(before, new)
        assert build_layout([*files, new], lambda _: None) == before
