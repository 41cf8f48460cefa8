"""Frames however they are cut, and a writer that no client can hold up."""

import os
import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.lsp import streams
from sightline.lsp.streams import BoundedWriter, FrameError, frame, read_frames


def reader(data: bytes, cuts: list[int]) -> Callable[[int], bytes]:
    """Gives ``data`` in pieces, as a pipe does."""
    ends = [*sorted({cut for cut in cuts if cut <= len(data)}), len(data)]
    pieces = iter([data[start:end] for start, end in zip([0, *ends], ends, strict=False) if end > start])
    return lambda _: next(pieces, b"")


@given(bodies=st.lists(st.binary(max_size=40), max_size=4), cuts=st.lists(st.integers(0, 300), max_size=20))
def test_frames_survive_every_cut(bodies: list[bytes], cuts: list[int]) -> None:
    data = b"".join(frame(body) for body in bodies)
    assert list(read_frames(reader(data, cuts))) == bodies


def test_other_headers_and_spellings_are_accepted() -> None:
    data = b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-length:  2\r\n\r\n{}"
    assert list(read_frames(reader(data, []))) == [b"{}"]


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"Content-Length: many\r\n\r\n{}",
        b"Content-Length: 99999999999\r\n\r\n",
        b"x" * 10_000,
    ],
)
def test_what_is_no_frame_ends_the_reading(data: bytes) -> None:
    with pytest.raises(FrameError):
        list(read_frames(reader(data, [])))


def test_a_frame_cut_off_by_the_end_is_dropped() -> None:
    data = frame(b"{}") + frame(b"[1,2,3]")[:-1]
    assert list(read_frames(reader(data, []))) == [b"{}"]


class StuckClient:
    """A client that takes its first bytes only when it is told to."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.taken: list[bytes] = []
        self.reached = threading.Event()

    def write(self, data: bytes) -> None:
        self.reached.set()
        self.go.wait()
        self.taken.append(data)


def test_a_stuck_client_costs_only_what_it_can_do_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "CROWDED", 100)
    client = StuckClient()
    writer = BoundedWriter(client.write, pytest.fail)
    writer.put(b"first ")
    client.reached.wait()
    writer.put(b"x" * 200)
    writer.put_if_room(b"a log line")  # more than CROWDED is waiting
    writer.put(b" last")
    assert not writer.flush(0.01)
    client.go.set()
    assert writer.flush(5)
    assert b"".join(client.taken) == b"first " + b"x" * 200 + b" last"
    assert writer.dropped == 1


def test_a_client_that_never_reads_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "OVERFULL", 1000)
    client = StuckClient()
    reasons: list[str] = []
    writer = BoundedWriter(client.write, reasons.append)
    for _ in range(30):
        writer.put(b"x" * 100)
    assert len(reasons) == 1
    client.go.set()


def test_a_broken_pipe_is_told_once() -> None:
    incoming, outgoing = os.pipe()
    os.close(incoming)
    told = threading.Event()
    reasons: list[str] = []

    def lost(reason: str) -> None:
        reasons.append(reason)
        told.set()

    writer = BoundedWriter(lambda data: streams.write_all(outgoing, data), lost)
    writer.put(b"hello")
    assert told.wait(5)
    writer.put(b"again")
    assert not writer.flush(1)
    assert len(reasons) == 1
    os.close(outgoing)
