"""The generated pages are what the code would generate now, and every page the README names is there."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", REPOSITORY / "tools/generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", sorted(generator().generated()))
def test_a_generated_page_is_up_to_date(name: str) -> None:
    assert (REPOSITORY / name).read_text("utf-8") == generator().generated()[name], "run: make schemas"


@pytest.mark.parametrize("page", sorted(p.relative_to(REPOSITORY) for p in REPOSITORY.glob("docs/**/*.md")), ids=str)
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    text = (REPOSITORY / page).read_text("utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (REPOSITORY / page.parent / target).exists(), f"{page} links to {target}"


def test_every_page_the_readme_names_is_there() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", (REPOSITORY / "README.md").read_text("utf-8")):
        assert (REPOSITORY / target).exists(), target


def test_no_committed_file_names_a_registry() -> None:
    hosts = tuple("".join(parts) for parts in (("pypi", ".org"), ("pythonhosted", ".org"), ("registry.", "npmjs")))
    for file in ("requirements-dev.lock", "client-vscode/package-lock.json", "pyproject.toml", "Makefile"):
        text = (REPOSITORY / file).read_text("utf-8")
        assert not [host for host in hosts if host in text], file
