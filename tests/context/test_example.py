"""What is like the thing that a task adds is shown as an example, and nothing where nothing is near."""

from __future__ import annotations

import pytest

from sightline.base.paths import WorkspacePath
from support.contexts import context_of
from support.graphs import graph_of

_EXPORTER = '''
    class {0}Exporter:
        """Writes rows as {0}."""

        def export(self, rows):
            for row in rows:
                self.write(row)
'''
FILES = {
    "shop/exporters/csv_rows.py": _EXPORTER.format("Csv"),
    "shop/exporters/xml_rows.py": _EXPORTER.format("Xml"),
    "shop/exporters/pdf_rows.py": _EXPORTER.format("Pdf"),
    "shop/exporters/base.py": """
        class Exporter:
            def export(self, rows):
                raise NotImplementedError
    """,
    "shop/commands.py": """
        import click


        @click.command()
        def sell(item):
            stock = find(item)
            stock.sell()


        @click.command()
        def buy(item):
            stock = find(item)
            stock.buy()


        def find(item):
            return item
    """,
    "shop/cart.py": """
        def total(prices):
            started = 0
            for price in prices:
                started += price
            return started
    """,
    "tests/test_exporters.py": """
        def test_csv_exporter():
            first = 1
            assert first


        def test_xml_exporter():
            first = 1
            assert first
    """,
}
VIEW = graph_of(FILES)


def test_a_sibling_of_what_is_asked_for_is_the_example() -> None:
    pack = context_of(VIEW, "Add a JSON exporter for the rows of the shop")
    found = pack.example
    assert found is not None
    assert (found.kind, found.name, found.count, found.place) == ("exporter", "CsvExporter", 3, "shop/exporters/")
    assert [name for _, name in found.others] == ["PdfExporter", "XmlExporter"]
    (piece,) = [piece for piece in pack.slices if any("an example of what is asked" in why for why in piece.reasons)]
    assert (str(piece.path), piece.first, piece.last) == (found.path, found.first, found.last)


def test_decorators_make_a_kind_and_one_file_is_the_place() -> None:
    found = context_of(VIEW, "Add a `refund` command").example
    assert found is not None
    assert (found.name, found.path, found.place) == ("sell", "shop/commands.py", "shop/commands.py")


@pytest.mark.parametrize(
    "task",
    [
        "Add a bank account",  # there is nothing of the kind
        "Add a total",  # one alone makes no kind
        "Fix the CSV exporter",  # nothing is added
        "Add support for exporting",
        "Add it",
        "Implement `CsvExporter` for boxed slices",  # what is named is there
        "Add a Refund class",  # everything is a class
    ],
)
def test_where_nothing_is_near_there_is_none(task: str) -> None:
    assert context_of(VIEW, task).example is None


def test_only_what_implements_gets_one() -> None:
    assert context_of(VIEW, "Add a JSON exporter", task_type="document").example is None


def test_it_keeps_to_the_budget_and_to_what_may_be_shown() -> None:
    assert context_of(VIEW, "Add a JSON exporter", budget=60).example is None

    def permitted(path: WorkspacePath) -> str | None:
        return "private" if "csv" in path.relative else None

    pack = context_of(VIEW, "Add a JSON exporter", permitted=permitted)
    assert pack.example is not None
    assert "Csv" not in pack.text + repr(pack.example)
