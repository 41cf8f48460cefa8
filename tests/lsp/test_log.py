"""The way of the log to the editor must not feed itself, from whatever thread a line comes."""

import asyncio
import logging
import threading

from lsprotocol import types

from sightline.lsp.log import EDITOR_IS_GONE, RedactingFormatter, StreamHandler, end_log, log_to_editor
from support.patience import PATIENCE

log = logging.getLogger("sightline.test")


async def test_sending_a_line_may_log_without_end() -> None:
    sent: list[str] = []

    def send(kind: types.MessageType, line: str) -> None:
        sent.append(line)
        log.error("could not send %s", line)  # what a sender that fails would do

    handler = log_to_editor(send, "info")
    try:
        log.error("first")
        assert sent == ["sightline.test: first"]
    finally:
        end_log(handler)


async def test_a_line_of_another_thread_is_sent_on_the_loop() -> None:
    arrived = asyncio.Event()
    threads: list[int] = []

    def send(kind: types.MessageType, line: str) -> None:
        threads.append(threading.get_ident())
        arrived.set()

    handler = log_to_editor(send, "info")
    try:
        await asyncio.to_thread(log.warning, "from a thread")
        await asyncio.wait_for(arrived.wait(), PATIENCE)
        assert threads == [threading.get_ident()]
    finally:
        end_log(handler)


async def test_what_the_editor_has_is_not_on_standard_error_as_well() -> None:
    sent: list[str] = []
    written: list[bytes] = []
    standard_error = StreamHandler(written.append)
    logging.getLogger().addHandler(standard_error)
    editor = log_to_editor(lambda _, line: sent.append(line), "info")
    logging.getLogger("sightline").setLevel(logging.DEBUG)
    try:
        log.warning("for the editor")
        log.debug("too small for the editor")
        log.error("unreachable", extra=EDITOR_IS_GONE)
        logging.getLogger("another").warning("of a library")
        editor.alone = False
        log.warning("at the end")
    finally:
        logging.getLogger("sightline").setLevel(logging.NOTSET)
        end_log(editor)
        end_log(standard_error)
    assert sent == [f"sightline.test: {line}" for line in ("for the editor", "unreachable", "at the end")]
    assert b"".join(written).decode().splitlines() == [
        "too small for the editor",
        "unreachable",
        "of a library",
        "at the end",
    ]


def test_tracebacks_are_cut_and_redacted() -> None:
    secret = "sk-" + "a1b2c3d4" * 4
    try:
        raise ValueError(secret + " " + "x " * 20_000)
    except ValueError as error:
        told = (type(error), error, error.__traceback__)
    record = logging.LogRecord("sightline", logging.ERROR, "f", 1, "failed", None, told)
    line = RedactingFormatter("%(message)s").format(record)
    assert "ValueError" in line
    assert secret not in line
    assert len(line) <= 8_100
