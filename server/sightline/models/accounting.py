"""What was asked of models, what it took and what it cost: kept on this machine, and sent nowhere.

One row a request. No prompt, no reply and no path is in it: names of models and tasks, counts, times and prices.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

from sightline.base.database import Connection
from sightline.base.system import Clock
from sightline.models.messages import ModelFailure, Usage

MIGRATIONS = (
    """
    CREATE TABLE request (
        id INTEGER PRIMARY KEY,
        at REAL NOT NULL,
        turn TEXT NOT NULL,
        task TEXT NOT NULL,
        model TEXT NOT NULL,
        served_model TEXT NOT NULL,
        prompt_tokens INTEGER,
        cached_tokens INTEGER,
        output_tokens INTEGER,
        reasoning_tokens INTEGER,
        load_seconds REAL,
        first_token_seconds REAL,
        total_seconds REAL NOT NULL,
        cost REAL,
        verdict TEXT NOT NULL
    );
    CREATE INDEX request_at ON request (at);
    CREATE INDEX request_turn ON request (turn);
    """,
    """
    ALTER TABLE request ADD COLUMN waited REAL;
    ALTER TABLE request ADD COLUMN estimated_tokens INTEGER;
    CREATE INDEX request_waited ON request (model, id) WHERE waited IS NOT NULL;
    """,
)
#: Days after which a row is dropped.
KEPT_DAYS = 400
_DAY = 86_400.0
#: The verdict of a request whose turn is still running, or was cut off.
UNJUDGED = ""
#: The verdict of a reply that was sent back for repair.
REPAIRED = "repaired"


#: Seconds from which on a server had a model to load: Ollama tells of some milliseconds for one that is there.
_LOADED = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRecord:
    """One request. ``model`` is ``PROVIDER:NAME``; ``cost`` is in US dollars, ``None`` where it is not known.

    ``verdict`` is a ``ModelFailure`` value for a request that failed, :data:`UNJUDGED` for one that was answered.
    ``waited`` is how long an idle server with the model ready was waited for the first token, ``None`` where it was not
    idle, the model not ready, or that is not known; ``estimated_tokens`` is our own count of the prompt.
    """

    turn: str
    task: str
    model: str
    served_model: str = ""
    usage: Usage = field(default_factory=Usage)
    first_token_seconds: float | None = None
    total_seconds: float = 0.0
    cost: float | None = None
    verdict: str = UNJUDGED
    waited: float | None = None
    estimated_tokens: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """How long the first token of one request took an idle server: ``seconds`` for ``tokens`` that it had to read.

    ``in_vain``: it had not come by then, and nobody knows how much longer it would have taken.
    """

    seconds: float
    tokens: int
    in_vain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """US dollars, and how many requests are not in them because their price is not known."""

    dollars: float = 0.0
    unknown: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one model did at one kind of task. Times are seconds, ``None`` where no request told any.

    ``verdicts`` counts requests by verdict; ``tokens_per_second`` is of the output, from the first token on. ``loads``
    counts requests for which the model had to be loaded first, which took ``swap_seconds`` in the mean.
    """

    model: str
    task: str
    requests: int
    verdicts: dict[str, int]
    prompt_tokens: int
    cached_tokens: int
    output_tokens: int
    reasoning_tokens: int
    load_seconds: float
    first_token_seconds: float | None
    total_seconds: float
    tokens_per_second: float | None
    spent: Spent
    loads: int = 0
    swap_seconds: float | None = None

    @property
    def hit_rate(self) -> float:
        """Share of the requests that a reply from before answered."""
        return self.verdicts.get("cached", 0) / self.requests if self.requests else 0.0

    @property
    def context_efficiency(self) -> float | None:
        """Tokens written for each one read."""
        return self.output_tokens / self.prompt_tokens if self.prompt_tokens else None

    @property
    def cache_share(self) -> float | None:
        """Share of the prompts' tokens that came from the server's cache."""
        return self.cached_tokens / self.prompt_tokens if self.prompt_tokens else None

    @property
    def success(self) -> float | None:
        """Share of the judged requests that ended well; ``None`` where none was judged."""
        judged = sum(count for verdict, count in self.verdicts.items() if verdict not in (UNJUDGED, "cached"))
        good = self.verdicts.get("accepted", 0) + self.verdicts.get("answered", 0)
        return good / judged if judged else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOutcome:
    """How one model did: ``failed`` lately and has not answered since; ``success`` of its ``judged`` requests."""

    failed: bool
    judged: int
    success: float | None


class Ledger:
    """All requests. Every method blocks for a write or read of the database: call it in a thread. Safe in several."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._lock = threading.Lock()
        with self._lock:
            connection.execute("DELETE FROM request WHERE at < ?", (clock.now() - KEPT_DAYS * _DAY,))

    def record(self, record: RequestRecord) -> None:
        """Writes one request down."""
        usage = record.usage
        values = (
            self._clock.now(), record.turn, record.task, record.model, record.served_model,
            usage.prompt_tokens, usage.cached_tokens, usage.output_tokens, usage.reasoning_tokens, usage.load_seconds,
            record.first_token_seconds, record.total_seconds, record.cost, record.verdict, record.waited,
            record.estimated_tokens,
        )  # fmt: skip
        with self._lock:
            self._connection.execute(
                "INSERT INTO request (at, turn, task, model, served_model, prompt_tokens, cached_tokens, "
                "output_tokens, reasoning_tokens, load_seconds, first_token_seconds, total_seconds, cost, verdict, "
                "waited, estimated_tokens) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            )

    def judge(self, turn: str, verdict: str) -> None:
        """Says what came of a turn: its last answered request gets ``verdict``, those before it were sent back."""
        with self._lock:
            found = self._connection.execute(
                "SELECT id FROM request WHERE turn = ? AND verdict = ? ORDER BY id", (turn, UNJUDGED)
            ).fetchall()
            rows = [(REPAIRED, row[0]) for row in found[:-1]] + [(verdict, row[0]) for row in found[-1:]]
            self._connection.executemany("UPDATE request SET verdict = ? WHERE id = ?", rows)

    def spent(self, *, since: float = 0.0, turn: str | None = None) -> Spent:
        """What was spent from ``since`` (Unix seconds) on, in one turn or in all."""
        where, values = ("at >= ?", [since]) if turn is None else ("at >= ? AND turn = ?", [since, turn])
        with self._lock:
            dollars, unknown = self._connection.execute(
                # A request that failed before any answer costs nothing that could be known.
                f"SELECT total(cost), count(*) - count(cost) FROM request WHERE {where} "  # noqa: S608  two constants
                "AND prompt_tokens IS NOT NULL",
                values,
            ).fetchone()
        return Spent(dollars=dollars, unknown=unknown)

    def waits(self, model: str, limit: int = 200) -> tuple[Wait, ...]:
        """The last waits for a first token of ``model`` (``PROVIDER:NAME``), the newest first."""
        with self._lock:
            found = self._connection.execute(
                "SELECT waited, coalesce(prompt_tokens, estimated_tokens), coalesce(cached_tokens, 0), verdict = ? "
                "FROM request WHERE model = ? AND waited IS NOT NULL ORDER BY id DESC LIMIT ?",
                (ModelFailure.TIMEOUT.value, model, limit),
            ).fetchall()
        return tuple(
            Wait(seconds=seconds, tokens=max(0, tokens - min(tokens, cached)), in_vain=bool(in_vain))
            for seconds, tokens, cached, in_vain in found
            if tokens is not None
        )

    def rows(self, since: float = 0.0) -> tuple[Row, ...]:
        """What each model did at each kind of task from ``since`` (Unix seconds) on, the most asked first."""
        with self._lock:
            found = self._connection.execute(
                "SELECT model, task, count(*), total(prompt_tokens), total(cached_tokens), total(output_tokens), "
                "total(reasoning_tokens), total(load_seconds), avg(first_token_seconds), total(total_seconds), "
                "total(CASE WHEN total_seconds > first_token_seconds THEN output_tokens END), "
                "total(CASE WHEN output_tokens IS NOT NULL AND total_seconds > first_token_seconds "
                "THEN total_seconds - first_token_seconds END), "
                "total(cost), count(prompt_tokens) - count(cost), "
                "count(CASE WHEN load_seconds >= ? THEN 1 END), avg(CASE WHEN load_seconds >= ? THEN load_seconds END) "
                "FROM request WHERE at >= ? GROUP BY model, task ORDER BY count(*) DESC, model, task",
                (_LOADED, _LOADED, since),
            ).fetchall()
            verdicts: dict[tuple[str, str], dict[str, int]] = {}
            for model, task, verdict, count in self._connection.execute(
                "SELECT model, task, verdict, count(*) FROM request WHERE at >= ? GROUP BY model, task, verdict "
                "ORDER BY verdict",
                (since,),
            ):
                verdicts.setdefault((model, task), {})[verdict] = count
        return tuple(
            Row(
                model=model, task=task, requests=requests, verdicts=verdicts[model, task],
                prompt_tokens=int(prompt), cached_tokens=int(cached), output_tokens=int(output),
                reasoning_tokens=int(reasoning), load_seconds=load, first_token_seconds=first, total_seconds=seconds,
                tokens_per_second=streamed / streaming if streaming else None,
                spent=Spent(dollars=dollars, unknown=unknown), loads=loads, swap_seconds=swap,
            )
            for model, task, requests, prompt, cached, output, reasoning, load, first, seconds, streamed, streaming,
            dollars, unknown, loads, swap in found
        )  # fmt: skip

    def outcomes(self, *, lately: float, since: float) -> dict[str, ModelOutcome]:
        """How each model did from ``since`` (Unix seconds) on, and whether its last request after ``lately`` failed."""
        with self._lock:
            # The last row of each group, as SQLite promises for max() of a single column.
            last = self._connection.execute(
                "SELECT model, verdict, max(id) FROM request WHERE at >= ? AND verdict NOT IN ('cached', 'cancelled') "
                "GROUP BY model",
                (lately,),
            ).fetchall()
            counted = self._connection.execute(
                "SELECT model, count(*), total(verdict IN ('accepted', 'answered')) FROM request "
                "WHERE at >= ? AND verdict NOT IN ('', 'cached', 'cancelled') GROUP BY model",
                (since,),
            ).fetchall()
        failed = {model for model, verdict, _ in last if verdict.startswith("model_")}
        return {
            model: ModelOutcome(failed=model in failed, judged=judged, success=good / judged if judged else None)
            for model, judged, good in counted
        }

    def close(self) -> None:
        """Closes the database."""
        with self._lock:
            self._connection.close()


def prometheus(rows: Iterable[Row]) -> str:
    """The rows in Prometheus' text format (version 0.0.4), counted from the ledger's beginning."""
    rows = tuple(rows)
    families: list[tuple[str, str, list[tuple[dict[str, str], float]]]] = [
        ("sightline_requests_total", "Requests to models, by what came of them.",
         [({**_labels(row), "verdict": verdict or "unjudged"}, count)
          for row in rows for verdict, count in row.verdicts.items()]),
        ("sightline_tokens_total", "Tokens as servers counted them; cached ones are prompt tokens too.",
         [({**_labels(row), "kind": kind}, count) for row in rows for kind, count in (
             ("prompt", row.prompt_tokens), ("cached", row.cached_tokens), ("output", row.output_tokens),
             ("reasoning", row.reasoning_tokens))]),
        ("sightline_request_seconds_total", "Seconds that requests took.",
         [(_labels(row), row.total_seconds) for row in rows]),
        ("sightline_model_loads_total", "Requests for which the model had to be loaded first.",
         [(_labels(row), row.loads) for row in rows]),
        ("sightline_model_load_seconds_total", "Seconds that servers say they took to have models ready.",
         [(_labels(row), row.load_seconds) for row in rows]),
        ("sightline_cost_dollars_total", "US dollars, of the requests whose price is known.",
         [(_labels(row), row.spent.dollars) for row in rows]),
        ("sightline_requests_of_unknown_cost_total", "Requests whose price is not known.",
         [(_labels(row), row.spent.unknown) for row in rows]),
    ]  # fmt: skip
    lines: list[str] = []
    for name, text, samples in families:
        lines += [f"# HELP {name} {text}", f"# TYPE {name} counter"]
        lines += [f"{name}{{{_written(labels)}}} {value:.10g}" for labels, value in samples]
    return "\n".join(lines) + "\n"


def _labels(row: Row) -> dict[str, str]:
    return {"model": row.model, "task": row.task}


def _written(labels: dict[str, str]) -> str:
    escapes = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
    return ",".join(f'{name}="{value.translate(escapes)}"' for name, value in labels.items())
