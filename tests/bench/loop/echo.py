"""An idle asyncio process that sends back every line: the noise of the machine itself, measured like the server."""

import asyncio
import os
import sys


async def main() -> None:
    """Echoes standard input until it ends."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        os.write(1, line)


if __name__ == "__main__":
    asyncio.run(main())
