"""A LiteLLM proxy with mocked completions, in a process of its own: a server of the chat API that none of us wrote.

It is installed by ``tools/need-litellm``. Run as a script, by that environment's Python, it serves until its standard
input ends.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import tempfile
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

PYTHON = Path(sys.prefix) / "litellm" / "bin" / "python"
KEY = "sk-proxy-0123456789"
REPLY = "Hello from the proxy, in several pieces."
#: Models that answer, and models that fail as LiteLLM's own mocks do.
MOCKED = {
    "mocked": REPLY,
    "limited": "litellm.RateLimitError",
    "small": "litellm.ContextWindowExceededError",
    "broken": "litellm.InternalServerError",
}
_SETTINGS = f"""\
litellm_settings: {{telemetry: false, num_retries: 0}}
router_settings: {{num_retries: 0, disable_cooldowns: true}}
general_settings: {{master_key: {KEY}}}
model_list:
"""
_MODEL = """\
  - model_name: {name}
    litellm_params: {{model: openai/mocked, api_key: none, mock_response: "{reply}"}}
"""


@asynccontextmanager
async def litellm_proxy() -> AsyncGenerator[str]:
    """The base URL of a running proxy; it is gone when the block is left. Starting takes 5 to 60 s."""
    from support.child_server import stop  # noqa: PLC0415  the server's own process, this file too, has no such module

    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as log:
        settings = Path(folder) / "proxy.yaml"
        models = (_MODEL.format(name=name, reply=reply) for name, reply in MOCKED.items())
        settings.write_text(_SETTINGS + "".join(models), encoding="utf-8")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port: int = free.getsockname()[1]
        process = await asyncio.create_subprocess_exec(
            # -P: this folder's modules must not stand in for the library's.
            PYTHON, "-P", __file__, str(settings), str(port),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=log, cwd=folder,
            env={"PATH": os.defpath, "HOME": folder, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "NO_PROXY": "*"},
        )  # fmt: skip
        try:
            assert process.stdout is not None
            if not await asyncio.wait_for(process.stdout.readline(), 240):
                log.seek(0)
                raise RuntimeError(f"the proxy did not start:\n{log.read()[-2000:].decode('utf-8', 'replace')}")
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            await stop(process)


def main() -> None:
    """Serves with the settings of the first argument on the port of the second; prints a line once it does."""
    os.environ["CONFIG_FILE_PATH"] = sys.argv[1]
    told = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # the proxy greets on standard output
    uvicorn: Any = import_module("uvicorn")
    app: Any = import_module("litellm.proxy.proxy_server").app

    server: Any = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning"))
    startup = server.startup

    async def startup_told(sockets: Any = None) -> None:
        await startup(sockets)
        print("serving", file=told, flush=True)

    server.startup = startup_told

    def end_with_standard_input() -> None:
        sys.stdin.read()
        os._exit(0)

    threading.Thread(target=end_with_standard_input, daemon=True).start()
    server.run()


if __name__ == "__main__":
    main()
