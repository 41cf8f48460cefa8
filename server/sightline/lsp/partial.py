"""An edit that landed in part: what landed is taken back, since the checks judged the whole.

Editors apply files one after the other (VS Code's ``textOnlyTransactional``): where one says that it failed, nobody
chose the part, and it is taken back at once. Where it says that all is well, somebody unticked parts in its preview:
then the user is asked (docs/decisions/0002-partial-application.md).
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


async def roll_back(session: Session, prepared: PreparedEdit, sent: Sent) -> TakenBack | None:
    """Takes back what landed: at once if the editor failed, at the user's word if they chose a part.

    ``None`` if the user keeps it or the editor cannot ask. Text that is not exactly what the edit
    left there is never touched.
    """
    if sent.applied and not await _is_unwanted(session, sent):
        return None
    failure = "" if sent.applied else f"The editor applied the edit in part only: {sent.reason}"
    rollback = rollback_of(prepared, session.engine.workspace, same_texts(session))
    # What never was as checked and is edited or deleted in one step is as the user has it: nothing landed there.
    whole = {file.path for file in prepared.files if file.kind in ("edit", "delete")} - sent.seen
    stay = tuple(path for path in rollback.left if path not in whole)
    if rollback.edit.changes.is_empty:
        if not stay:
            session.engine.taken_back(prepared)
        _tell(session, failure, (), stay)
        return (), stay
    try:
        back = await send(session, rollback.edit)
        missing_again, reason = back.missing, "" if back.applied else back.reason
    except SightlineError as error:
        missing_again, reason = frozenset(rollback.files), error.message
    former = {file.path: file.old or file.path for file in prepared.files}
    failed = {path for path in rollback.files if path in missing_again or former[path] in missing_again}
    taken_back = tuple(path for path in rollback.files if path not in failed)
    left = tuple(sorted({*stay, *failed}))
    if not left:
        session.engine.taken_back(prepared)
    _tell(session, failure, taken_back, left, reason)
    return taken_back, left


async def _is_unwanted(session: Session, sent: Sent) -> bool:
    landed, missing = (", ".join(map(str, sorted(paths))) for paths in (sent.seen, sent.missing))
    question = f"The edit was applied in part only. Applied: {landed or 'nothing as it was checked'}. Not: {missing}. "
    answer = await session.client.choose(
        types.MessageType.Warning, f"{question}Only the whole edit was checked.", (TAKE_BACK, KEEP)
    )
    return answer == TAKE_BACK


def _tell(
    session: Session,
    failure: str,
    taken_back: tuple[WorkspacePath, ...],
    left: tuple[WorkspacePath, ...],
    reason: str = "",
) -> None:
    done = f"Taken back: {', '.join(map(str, taken_back))}." if taken_back else "Nothing was taken back."
    kept = f"Left as they are, because they hold something else by now: {', '.join(map(str, left))}." if left else ""
    kind = types.MessageType.Warning if left or failure else types.MessageType.Info
    session.client.show(kind, " ".join(filter(None, (failure, done, kept, reason))))
