"""An edit that landed in part: the user decides whether what landed is taken back.

Editors apply files one after the other (VS Code's ``textOnlyTransactional``), and a preview lets the user untick some.
What the checks judged was the whole.
"""

from __future__ import annotations

from lsprotocol import types

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.engine.prepared import PreparedEdit
from sightline.engine.rollback import rollback_of
from sightline.lsp.sending import Sent, same_texts, send
from sightline.lsp.session import Session

TAKE_BACK, KEEP = "Take it back", "Keep it"


#: Files that are as they were before the edit again, and those that are not.
TakenBack = tuple[tuple[WorkspacePath, ...], tuple[WorkspacePath, ...]]


async def offer_rollback(session: Session, prepared: PreparedEdit, sent: Sent) -> TakenBack | None:
    """Asks whether what landed shall be taken back, and takes it back.

    ``None`` if the user keeps it or the editor cannot ask. Text that is not exactly what the edit
    left there is never touched.
    """
    landed, missing = (", ".join(map(str, sorted(paths))) for paths in (sent.seen, sent.missing))
    question = f"The edit was applied in part only. Applied: {landed or 'nothing as it was checked'}. Not: {missing}. "
    why = "" if sent.applied else f"{sent.reason} "
    answer = await session.client.choose(
        types.MessageType.Warning, f"{question}{why}Only the whole edit was checked.", (TAKE_BACK, KEEP)
    )
    if answer != TAKE_BACK:
        return None
    rollback = rollback_of(prepared, session.engine.workspace, same_texts(session))
    if rollback.edit.changes.is_empty:
        if not rollback.left:
            session.engine.taken_back(prepared)
        _tell(session, (), rollback.left, "")
        return (), rollback.left
    try:
        back = await send(session, rollback.edit)
        missing_again, reason = back.missing, "" if back.applied else back.reason
    except SightlineError as error:
        missing_again, reason = frozenset(rollback.files), error.message
    former = {file.path: file.old or file.path for file in prepared.files}
    failed = {path for path in rollback.files if path in missing_again or former[path] in missing_again}
    taken_back = tuple(path for path in rollback.files if path not in failed)
    left = tuple(sorted({*rollback.left, *failed}))
    if not left:
        session.engine.taken_back(prepared)
    _tell(session, taken_back, left, reason)
    return taken_back, left


def _tell(
    session: Session, taken_back: tuple[WorkspacePath, ...], left: tuple[WorkspacePath, ...], reason: str
) -> None:
    done = f"Taken back: {', '.join(map(str, taken_back))}." if taken_back else "Nothing was taken back."
    kept = f" Left as they are, because they hold something else by now: {', '.join(map(str, left))}." if left else ""
    kind = types.MessageType.Warning if left else types.MessageType.Info
    session.client.show(kind, f"{done}{kept} {reason}".strip())
