"""What is known of a file and a piece, each number by a small workspace in which it differs."""

from __future__ import annotations

import pytest

from sightline.context.board import Board, Piece
from sightline.context.candidates import Gate
from sightline.context.completion import complete, find_anchors
from sightline.context.evidence import EVIDENCE, literals_of
from sightline.context.history.index import NO_HISTORY
from sightline.context.lexical import LexicalIndex
from sightline.context.rank import find, weigh
from sightline.context.request import ContextRequest
from sightline.context.scoring import learned_model
from support.graphs import graph_of

VIEW = graph_of(
    {
        "shop/cart.py": '''
            from shop.tax import rate


            class Cart:
                """A cart of things."""

                def total(self, country):
                    return rate(country) * 2

                def clear_items(self):
                    # forget everything
                    # that is in here
                    self.items = []
            ''',
        "shop/tax.py": "def rate(country):\n    return RATES.get(country, 0.2)\n\n\nRATES = {'de': 0.19}\n",
        "shop/flags.py": "def parse(argv):\n    return '--dry-run' in argv\n",
        "tests/test_tax.py": "from shop.tax import rate\n\n\ndef test_rate():\n    assert rate('de')\n",
    }
)


def board_of(task: str) -> Board:
    index = LexicalIndex()
    index.follow(VIEW)
    board = Board(VIEW, index, ContextRequest(task=task, budget=1000), Gate(VIEW.workspace, lambda _: None), NO_HISTORY)
    find(board)
    return board


def piece_of(board: Board, path: str, first: int) -> Piece:
    return next(piece for piece in board.pieces.values() if piece.path.relative == path and piece.chunk.first == first)


def test_every_number_has_a_known_name() -> None:
    board = board_of("Let `Cart.total` take the rate of --dry-run")
    weigh(board, learned_model().words)
    assert all(piece.evidence.keys() <= EVIDENCE for piece in board.pieces.values())
    assert all(file.evidence.keys() <= EVIDENCE for file in board.files.values())


def test_words_speak_for_the_piece_they_stand_in() -> None:
    board = board_of("clear the items of the cart")
    clear, total = piece_of(board, "shop/cart.py", 10), piece_of(board, "shop/cart.py", 7)
    assert clear.evidence["part_words"] > total.evidence["part_words"]
    assert clear.evidence["whole_name_share"] == 1.0 > total.evidence["whole_name_share"]
    assert clear.evidence["part_comments"] == pytest.approx(0.5)


def test_a_test_is_aside_and_the_code_is_not() -> None:
    board = board_of("rate of a country")
    aside = {path.relative: file.evidence["file_aside"] for path, file in board.files.items()}
    assert (aside["tests/test_tax.py"], aside["shop/tax.py"]) == (1.0, 0.0)


def test_what_the_task_spells_as_code_is_looked_for_as_it_stands() -> None:
    board = board_of("Do not ask for `--dry-run` twice when the rate is parsed")
    assert piece_of(board, "shop/flags.py", 1).evidence["part_snippets"] > 0
    assert board.files[piece_of(board, "shop/flags.py", 1).path].evidence["file_snippets"] == 1.0


def test_relations_to_the_best_pieces_are_evidence_of_their_own() -> None:
    board = board_of("Change `rate`")
    weigh(board, learned_model().words)
    before = piece_of(board, "shop/cart.py", 7).links.copy()
    complete(board, find_anchors(board), ["near_caller", "near_test"])
    caller = piece_of(board, "shop/cart.py", 7)
    assert "near_caller_beyond" not in before
    assert caller.links["near_caller_beyond"] > 0
    assert "calls `rate`" in caller.reasons
    names = {name for piece in board.pieces.values() for name in piece.links if name.startswith("near_")}
    assert names <= {"near_caller", "near_caller_beyond", "near_test", "near_test_beyond"}


def test_names_and_snippets_of_a_task() -> None:
    found = literals_of('Let parse_args take `--dry-run` and "exit code", use HTTPServer instead of `old_name`')
    assert found.names == ("dry", "run", "exit", "code", "old_name", "parse_args", "HTTPServer")
    assert found.snippets[:2] == ("--dry-run", "exit code")
    assert literals_of("").names == ()
