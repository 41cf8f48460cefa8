"""Whether a file's text says that a program wrote it: read once for each text, not for each question."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.context.access import digest_of
from sightline.graph.view import GraphView
from sightline.workspace.origins import origin_by_text

#: Files of which the answer is kept.
_MOST_KNOWN = 1 << 14

_known: OrderedDict[WorkspacePath, tuple[str, bool]] = OrderedDict()
_lock = Lock()


def says_generated(view: GraphView, path: WorkspacePath) -> bool:
    """Whether the text of ``path`` says so by a known rule; not, for a file that cannot be read."""
    digest = digest_of(view, path)
    known = _known.get(path)
    if known is not None and known[0] == digest:
        return known[1]
    try:
        text = view.workspace.read(path).text
    except SightlineError:
        return False
    says = origin_by_text(path.relative, text.data) is not None
    if digest == text.digest:
        with _lock:
            _known[path] = (text.digest, says)
            _known.move_to_end(path)
            if len(_known) > _MOST_KNOWN:
                _known.popitem(last=False)
    return says
