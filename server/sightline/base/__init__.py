"""Value types and ports that every room may use.

This room imports nothing of ours and knows no language, no protocol and no model. Its main types are
:class:`~sightline.base.text.Text`, :class:`~sightline.base.changes.ChangeSet`,
:class:`~sightline.base.paths.WorkspacePath`, :class:`~sightline.base.system.System` and
:class:`~sightline.base.errors.SightlineError`. The list is closed: add here only what two rooms need.
"""
