"""A pattern task finds all places of what it wants replaced, and says which of them are shown."""

from __future__ import annotations

from sightline.base.paths import WorkspacePath
from sightline.context.pack import ContextPack
from support.contexts import context_of
from support.graphs import graph_of

FILES = {
    "shop/money.py": """
        def old_round(value):
            return int(value)


        def new_round(value):
            return round(value)
    """,
    "shop/cart.py": """
        import datetime

        from shop.money import old_round


        def total(prices):
            started = datetime.datetime.utcnow()
            for price in prices:
                print(price)
            return old_round(sum(prices)), started
    """,
    "shop/tax.py": """
        from shop import money


        def old_rounding(value):
            return value


        def tax(value):
            return money.old_round(value * 0.19)
    """,
    "tests/test_money.py": """
        import datetime

        from shop.money import old_round


        def test_it():
            assert old_round(1.5) == 1
            assert datetime.datetime.utcnow()
    """,
}
VIEW = graph_of(FILES)


def sites(pack: ContextPack) -> list[str]:
    """Where a reason of the task's own search stands, in the order of the manifest."""
    return [
        f"{piece.path}:{piece.first}-{piece.last}"
        for piece in pack.slices
        if any("sought by the task" in reason for reason in piece.reasons)
    ]


def test_all_uses_of_a_definition_come_in_with_their_reason() -> None:
    pack = context_of(VIEW, "Replace `old_round` by `new_round` everywhere")
    found = pack.sites
    assert found is not None
    assert (found.sought, found.total, found.shown, found.left_out) == (("old_round",), 6, 6, ())
    shown = "\n".join(
        line for file in pack.shown for first, last in file.ranges for line in file.lines[first - 1 : last]
    )
    for line in ("    return money.old_round(value * 0.19)", "    assert old_round(1.5) == 1", "import old_round"):
        assert line in shown
    reasons = {reason for piece in pack.slices for reason in piece.reasons}
    assert {"defines `old_round`, sought by the task", "uses `old_round`, sought by the task"} <= reasons


def test_what_is_no_definition_of_the_workspace_is_looked_for_as_text() -> None:
    pack = context_of(VIEW, "Use `datetime.now(UTC)` instead of `datetime.utcnow()`")
    found = pack.sites
    assert found is not None
    assert (found.total, found.shown) == (2, 2)
    assert [each.split(":")[0] for each in sites(pack)] == ["shop/cart.py", "tests/test_money.py"]


def test_a_longer_name_is_no_site_and_other_tasks_have_none() -> None:
    pack = context_of(VIEW, "Rename `value` to `amount` in `old_rounding`")
    assert pack.sites is not None
    assert all(str(site).startswith("shop/tax.py:") for site in sites(pack))
    assert context_of(VIEW, "Fix the rounding of `old_round`").sites is None
    assert context_of(VIEW, "Use `nothing_here` instead of `also_not_here`").sites is None


def test_what_does_not_fit_is_counted_by_file() -> None:
    many = {f"shop/part{number:02}.py": "import log\n\n" + "log.warn('x')\n\nx = 1\n\n" * 12 for number in range(30)}
    view = graph_of(many)
    pack = context_of(view, "Use `log.warning` instead of `log.warn` everywhere", budget=600)
    found = pack.sites
    assert found is not None
    assert pack.tokens <= 600
    assert found.total == 360
    assert 0 < found.shown < 360
    assert found.shown + sum(count for _, count in found.left_out) == 360
    assert [path for path, _ in found.left_out] == sorted(path for path, _ in found.left_out)
    assert pack == context_of(view, "Use `log.warning` instead of `log.warn` everywhere", budget=600)


def test_sites_in_files_that_must_not_be_shown_are_not_even_counted() -> None:
    def permitted(path: WorkspacePath) -> str | None:
        return "it is private" if path.relative == "shop/tax.py" else None

    pack = context_of(VIEW, "Replace `old_round` by `new_round` everywhere", permitted=permitted)
    assert pack.sites is not None
    assert pack.sites.total == 5
    assert "tax.py" not in pack.text
    assert not [path for path, _ in pack.sites.left_out if "tax" in path]
