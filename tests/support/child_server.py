"""Ends a server that a test started as a process of its own, and that ends by itself when its standard input closes."""

from __future__ import annotations

import asyncio


async def stop(process: asyncio.subprocess.Process) -> None:
    """Closes the standard input of ``process`` and waits; one that does not end within 10 s is killed."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), 10)
    except TimeoutError:
        process.kill()
        await process.wait()
    # Left to the garbage collector the transport warns after the loop is gone.
    process._transport.close()  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  no public way
