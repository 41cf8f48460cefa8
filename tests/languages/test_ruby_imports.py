"""Where required files lie, on small projects."""

from __future__ import annotations

from sightline.languages.resolver import ImportRequest, build_layout, candidates, shapes_layout

FILES = {
    "main.gemspec": "",
    "contrib/contrib.gemspec": "",
    "contrib/lib/extra.rb": "",
    "config/application.rb": "",
    "app/models/user.rb": "",
    "app/models/admin/role.rb": "",
}
LAYOUT = build_layout(FILES, FILES.get)


def _paths(importer: str, module: str, level: int = 0) -> tuple[str, ...]:
    (found,) = candidates(importer, ImportRequest(module=module, level=level), LAYOUT)
    return found.paths


def test_the_gem_of_the_file_comes_first() -> None:
    assert _paths("lib/a.rb", "a/b")[:4] == ("lib/a/b.rb", "test/a/b.rb", "spec/a/b.rb", "a/b.rb")
    assert _paths("contrib/lib/x.rb", "extra")[0] == "contrib/lib/extra.rb"
    assert "contrib/lib/extra.rb" in _paths("lib/a.rb", "extra")


def test_relative_ones_are_seen_from_the_file() -> None:
    assert _paths("lib/a/b.rb", "../c", level=1) == ("lib/c.rb",)
    assert _paths("lib/a/b.rb", "c.rb", level=1) == ("lib/a/c.rb",)
    assert not candidates("a.rb", ImportRequest(module="../c", level=1), LAYOUT)


def test_folders_of_a_rails_application_are_load_paths() -> None:
    assert "app/models/admin/role.rb" in _paths("config/routes.rb", "admin/role")


def test_what_shapes_the_layout() -> None:
    assert shapes_layout(LAYOUT, "new/new.gemspec") and shapes_layout(LAYOUT, "app/jobs/job.rb")
    assert not shapes_layout(LAYOUT, "lib/a.rb")
