"""A real llama.cpp HTTP server over a random model of half a megabyte, in a process of its own.

The model talks nonsense, but windows, overflow errors, slots, usage and cancellation are the real ones. Run as a
script it serves until its standard input ends, so that it never outlives the test that started it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

WIDTH, HEADS, FEED_FORWARD, LAYERS, TRAINED_WINDOW = 64, 4, 128, 2, 4096
SPECIAL_TOKENS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TinyLlama:
    """Where it listens, and what one slot's window holds, in tokens (one a byte of text)."""

    root: str
    window: int
    slots: int

    @property
    def base_url(self) -> str:
        return f"{self.root}/v1"


@asynccontextmanager
async def tiny_llama(*, window: int = 512, slots: int = 2) -> AsyncGenerator[TinyLlama]:
    """A running server; it is gone when the block is left."""
    from support.child_server import stop  # noqa: PLC0415  the server's own process, this file too, has no such module

    with tempfile.TemporaryFile() as log:
        process = await asyncio.create_subprocess_exec(
            # -P: this folder's modules must not stand in for the library's.
            sys.executable, "-P", __file__, "--window", str(window), "--slots", str(slots),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=log,
        )  # fmt: skip
        try:
            if not (root := await _address(process)):
                log.seek(0)
                said = log.read()[-2000:].decode("utf-8", "replace")
                raise RuntimeError(f"the llama.cpp server did not start:\n{said}")
            yield TinyLlama(root=root, window=window, slots=slots)
        finally:
            await stop(process)


async def _address(process: asyncio.subprocess.Process) -> str:
    """The line that names the address, "" when the server ends without it."""
    assert process.stdout is not None
    while line := await asyncio.wait_for(process.stdout.readline(), 60):
        if line.startswith(b"http://"):
            return line.decode().strip()
    return ""


def byte_tokens() -> list[str]:
    """One token a byte, written as GPT-2 writes bytes: itself where it prints, else a letter from U+0100 on."""
    printing = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = (byte for byte in range(256) if byte not in printing)
    stand_ins = {byte: chr(0x100 + number) for number, byte in enumerate(others)}
    return [stand_ins.get(byte, chr(byte)) for byte in range(256)]


def write_model(path: str) -> None:
    """A llama of two layers with random weights (the same every time) and a vocabulary of bytes."""
    import gguf  # noqa: PLC0415  the test's own process has no use for it
    import numpy as np  # noqa: PLC0415  likewise

    random = np.random.default_rng(0)
    tokens = [*byte_tokens(), *SPECIAL_TOKENS]
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("tiny")
    writer.add_file_type(0)
    writer.add_context_length(TRAINED_WINDOW)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.NORMAL] * 256 + [gguf.TokenType.CONTROL] * len(SPECIAL_TOKENS))
    writer.add_token_merges([f"{tokens[0x20]} {tokens[0x20]}"])  # a vocabulary without any merge is refused
    writer.add_bos_token_id(256)
    writer.add_eos_token_id(256)
    writer.add_chat_template(CHAT_TEMPLATE)
    shapes: dict[str, tuple[int, ...]] = {
        "token_embd": (len(tokens), WIDTH), "output_norm": (WIDTH,), "output": (len(tokens), WIDTH),
    }  # fmt: skip
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        shapes |= {block + name: (WIDTH,) for name in ("attn_norm", "ffn_norm")}
        shapes |= {block + f"attn_{name}": (WIDTH, WIDTH) for name in ("q", "k", "v", "output")}
        shapes |= {block + f"ffn_{name}": (FEED_FORWARD, WIDTH) for name in ("gate", "up")}
        shapes[block + "ffn_down"] = (WIDTH, FEED_FORWARD)
    for name, shape in shapes.items():
        weights = np.ones(shape) if name.endswith("norm") else random.standard_normal(shape) * 0.05
        writer.add_tensor(f"{name}.weight", weights.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main() -> None:
    """Serves on a free port of 127.0.0.1, prints the address, and ends with its standard input."""
    llama: Any = import_module("xllamacpp")  # compiled, and without types
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--window", type=int, default=512, help="tokens of one slot")
    parser.add_argument("--slots", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        write_model(f"{folder}/tiny.gguf")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port: int = free.getsockname()[1]
        parameters = llama.CommonParams()
        parameters.model.path = f"{folder}/tiny.gguf"
        parameters.hostnames = ["127.0.0.1"]
        parameters.port = port
        parameters.n_ctx = arguments.window * arguments.slots
        parameters.n_parallel = arguments.slots
        parameters.endpoint_slots = True
        parameters.cpuparams.n_threads = 1  # its threads wait by spinning, which starves a busy machine
        server = llama.Server(parameters)
        print(server.listening_address, flush=True)
        sys.stdin.read()
    # The server's threads are C++'s and are not asked: nothing here is worth a slow goodbye.
    os._exit(0)


if __name__ == "__main__":
    main()
