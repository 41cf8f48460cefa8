#!/usr/bin/env python3
"""How long it takes to judge where a model runs (models/locality.py): 1,000 addresses and names of every kind."""

from __future__ import annotations

import argparse
import json
import statistics
from pathlib import Path
from time import perf_counter

from sightline.models.locality import locality_of

RESULT = Path(__file__).parent / "results" / "locality.json"
ADDRESSES = (
    "http://localhost:11434", "http://127.0.0.1:8080/v1", "http://[::1]:1234/v1", "http://192.168.1.20:11434/v1",
    "http://gpu-box:8000", "http://nas.local/v1", "http://[fd00::1]:8080/v1", "https://api.openai.com/v1",
    "https://openrouter.ai/api/v1", "http://8.8.8.8:11434", "http://2130706433/v1", "", "not an address",
)  # fmt: skip
NAMES = ("qwen2.5-coder:7b", "gpt-oss:120b-cloud", "gpt-4.1", "m-q4_k_m.gguf", "a" * 200)
ROUNDS = 21


def main() -> None:
    """Measures, prints, and writes the summary."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repositories", type=Path, help="not used: this bench reads no code")
    parser.parse_args()
    wanted = [(ADDRESSES[at % len(ADDRESSES)], NAMES[at % len(NAMES)]) for at in range(1000)]
    times: list[float] = []
    for _ in range(ROUNDS):
        begun = perf_counter()
        for address, name in wanted:
            locality_of(address, name)
        times.append((perf_counter() - begun) * 1000)
    median, worst = statistics.median(times), max(times)
    print(f"1,000 checks: {median:.1f} ms (median of {ROUNDS} rounds), {worst:.1f} ms (worst); allowed 100 ms")
    RESULT.write_text(json.dumps({"checks": 1000, "median_ms": round(median, 1), "worst_ms": round(worst, 1)}) + "\n")


if __name__ == "__main__":
    main()
