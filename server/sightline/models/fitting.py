"""How much of a context window a prompt may take, which window a prompt needs, and which limit a reply met.

Pure arithmetic on tokens. Knows no server.
"""

from __future__ import annotations

from sightline.models.messages import Finish, ModelRequest, Usage
from sightline.models.tokens import count_messages

#: Tokens kept free for the reply where no limit on output is set; reasoning counts as output.
OUTPUT_RESERVE = 2048
#: No more than this share of a window is kept free for the reply, so that a small window still takes a prompt.
LARGEST_RESERVE_SHARE = 0.5
#: What one of our estimates stands for at most: real prompts held up to 16 % more tokens (see ``tokens.py``).
ESTIMATE_MARGIN = 1.2
#: Tokens by which a server's count of a full window may miss its size: ends of turns, a token not yet written.
FULL_WINDOW_SLACK = 8
#: Tokens of the largest window that a local server is asked for unless the user names a larger one: beside a model of
#: 8 billion parameters it takes 2 to 4 GB.
LARGEST_UNASKED = 32_768


def prompt_size(request: ModelRequest) -> int:
    """Tokens of the prompt as we know them: as counted by the caller, else estimated."""
    return request.prompt_tokens if request.prompt_tokens is not None else count_messages(request.messages)


def window_for(request: ModelRequest) -> int:
    """Tokens of the smallest window to load for ``request``: its prompt, its reply, and what the caller asks for."""
    reply = request.max_output_tokens if request.max_output_tokens is not None else request.reserve
    return max(window_needed(prompt_size(request), reply), request.window or 0)


def rounded_window(tokens: int) -> int:
    """The next power of two: a conversation that grows makes few windows, and so few loads."""
    return 1 << max(0, tokens - 1).bit_length()


def reply_reserve(window: int, max_output_tokens: int | None) -> int:
    """Tokens of ``window`` that are kept for the reply and its reasoning; 0 for a window that is none."""
    wanted = OUTPUT_RESERVE if max_output_tokens is None else max(0, max_output_tokens)
    return min(wanted, int(max(0, window) * LARGEST_RESERVE_SHARE))


def prompt_room(window: int, max_output_tokens: int | None = None, *, exact: bool = False) -> int:
    """Tokens that a prompt may have in ``window`` beside its reply, never negative and never over the window.

    ``exact`` says that the prompt is counted by the model's own vocabulary; otherwise there is room for the error of
    an estimate.
    """
    room = max(0, window) - reply_reserve(window, max_output_tokens)
    return room if exact else int(room / ESTIMATE_MARGIN)


def window_needed(prompt: int, max_output_tokens: int | None = None, *, exact: bool = False) -> int:
    """Tokens of the smallest window in which ``prompt`` tokens and their reply have room."""
    wanted = OUTPUT_RESERVE if max_output_tokens is None else max(0, max_output_tokens)
    largest = max(0, prompt) if exact else int(max(0, prompt) * ESTIMATE_MARGIN) + 1
    # Less than the wanted reserve is enough where the reserve's own bound says so.
    return min(largest + wanted, int(largest / (1 - LARGEST_RESERVE_SHARE)) + 1)


def limit_met(
    finish: Finish, usage: Usage, *, window: int | None, max_output_tokens: int | None, prompt: int | None = None
) -> Finish:
    """``finish``, with ``LENGTH`` told apart: ``WINDOW`` where the window was full before the limit on output was met.

    Servers say "length" for both. ``prompt`` stands in where ``usage`` does not tell the prompt's tokens.
    """
    if finish is not Finish.LENGTH or window is None:
        return finish
    output = usage.output_tokens
    if output is None or (max_output_tokens is not None and output >= max_output_tokens):
        return finish
    read = usage.prompt_tokens or prompt
    if read is None:
        return finish
    return Finish.WINDOW if read + output >= window - FULL_WINDOW_SLACK else finish
