"""Runs programs that execute what a proposal says: in bubblewrap without network where it is there, else as the user.

In the sandbox there are the system's programs, what the program at hand is lent, and a copy of the workspace under the
workspace's own name, so that what was installed with absolute paths works: no home, no other folder of the user's, no
sockets of services, no network but its own loopback. It ends with us, and everything in it with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sightline.base.system import ProcessResult, ProcessTimeout, System
from sightline.checks.policy import CheckPolicy
from sightline.checks.programs import ProgramUnavailable, find_program
from sightline.checks.shadow import Shadow
from sightline.workspace.files import WorkspaceView

SANDBOX = "bubblewrap"
SANDBOX_PROGRAM = "bwrap"
#: Programs and libraries of a system, wherever it keeps them; those that are not there are passed over.
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/opt", "/nix/store", "/gnu/store")
_ENTER = (
    "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL",
    "--proc", "/proc", "--dev", "/dev",
)  # fmt: skip
_HOME = "/tmp/home"  # noqa: S108  within the sandbox, where it is a folder of ours
#: Bounds the data of each process, the size of each file and of a core dump; then it becomes the program.
_LIMITED = 'ulimit -d "$1" 2>/dev/null; ulimit -f "$2" 2>/dev/null; ulimit -c 0 2>/dev/null; shift 2; exec "$@"'
_LARGEST_FILE = 1 << 30
#: Processes of one run at once. A suite on 64 processors has some 200.
MOST_PROCESSES = 400
#: Marks a folder that backups and copies may pass over (bford.info/cachedir).
_CACHE_TAG = b"Signature: 8a477f597d28d172789f06886806bc55\n"
#: Bytes kept of what a program prints.
_OUTPUT = 16 << 20
_PROBE_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolation:
    """How a program will be kept apart; ``program`` is bubblewrap's absolute path, "" for not at all."""

    program: str = ""
    why_not: str = ""

    @property
    def words(self) -> str:
        """For a person, in a report or a question."""
        if self.program:
            return f"isolated by {SANDBOX}, without network"
        return f"not isolated, with your rights and your network ({self.why_not})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One run: ``command`` is a program by absolute path and its arguments, in the folder ``below`` of the copy.

    ``lent`` are absolute folders that it reads and nothing else would show, ``kept`` one that it may write and that
    stays ("" for none). ``command`` and ``variables`` may hold :data:`FILES` and :data:`WORKSPACE` for the room's
    folder of answers and for the copy, since both have other names in a sandbox than outside.
    """

    name: str
    command: Sequence[str]
    below: str = ""
    lent: Sequence[str] = ()
    kept: str = ""
    variables: Mapping[str, str] | None = None


FILES = "{files}"
WORKSPACE = "{workspace}"


async def isolation_for(system: System, policy: CheckPolicy, roots: Sequence[str], root: str) -> Isolation:
    """What can be had here. Raises :class:`ProgramUnavailable` when the user wants a sandbox and there is none."""
    why_not = ""
    try:
        program = find_program(system, SANDBOX_PROGRAM, policy, roots, root)
        enter = [program, *_ENTER, *_system(), "--", "/bin/sh", "-c", "exit 0"]
        done = await system.processes.run(enter, directory="/", seconds=_PROBE_SECONDS)
        if done.code == 0:
            return Isolation(program=program)
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        why_not = f"{SANDBOX} does not work here: {lines[0][:200] if lines else f'exit code {done.code}'}"
    except ProgramUnavailable:
        why_not = f"{SANDBOX} is not installed"
    except (OSError, ProcessTimeout) as error:
        why_not = f"{SANDBOX} does not work here: {error}"
    if policy.executing.isolated:
        hint = 'install it, or set checks.isolation to "preferred"'
        raise ProgramUnavailable(f"what executes the edit runs in a sandbox only, and {why_not}; {hint}")
    return Isolation(why_not=why_not)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A copy of one root of a workspace, ready for programs. ``files`` is a folder beside it for what they answer."""

    system: System
    policy: CheckPolicy
    isolation: Isolation
    root: str
    work: str
    temporary: str
    files: str
    installed: tuple[str, ...]

    async def run(self, job: Job, seconds: float) -> ProcessResult:
        """Runs a job.

        Raises :class:`ProgramUnavailable` when it cannot be started, ``ProcessTimeout``, and ``ProcessGreed`` when it
        takes too much memory or too many processes.
        """
        command, variables, directory = self._outside(job)
        if self.isolation.program:
            command = [*self._sandbox(job), *self._limited(command)]
            directory, variables = "/", {}
        try:
            return await self.system.processes.run(
                command,
                directory=directory,
                seconds=max(seconds, 0.1),
                limit=_OUTPUT,
                memory=self.policy.memory,
                most=MOST_PROCESSES,
                variables=variables,
            )
        except OSError as error:
            raise ProgramUnavailable(f"{job.name} could not be started: {error.strerror or error}") from error

    @property
    def place(self) -> str:
        """Where the programs of this room see the workspace."""
        return self.root if self.isolation.program else self.work

    def _outside(self, job: Job) -> tuple[list[str], dict[str, str], str]:
        """Command, variables and folder of a job, with the names that hold where it runs."""
        places = {FILES: "/tmp/files" if self.isolation.program else self.files, WORKSPACE: self.place}  # noqa: S108

        def named(text: str) -> str:
            for mark, place in places.items():
                text = text.replace(mark, place)
            return text

        variables = {name: named(value) for name, value in (job.variables or {}).items()}
        directory = f"{self.place}/{job.below}" if job.below else self.place
        return [named(word) for word in job.command], variables, directory

    def _sandbox(self, job: Job) -> list[str]:
        _, variables, directory = self._outside(job)
        arguments = [self.isolation.program, *_ENTER, *_system(), "--bind", self.temporary, "/tmp"]  # noqa: S108
        arguments += ["--bind", self.files, "/tmp/files", "--dir", _HOME]  # noqa: S108
        for folder in sorted(set(job.lent)):
            if not folder.startswith(_SYSTEM_BELOW) and not self._too_much(folder):
                arguments += ["--ro-bind-try", folder, folder]
        arguments += ["--bind", self.work, self.root]
        for folder in self.installed:
            arguments += ["--ro-bind", f"{self.root}/{folder}", f"{self.root}/{folder}"]
        if job.kept:
            arguments += ["--bind", job.kept, job.kept]
        for name, value in {"HOME": _HOME, "TMPDIR": "/tmp", **variables}.items():  # noqa: S108
            arguments += ["--setenv", name, value]
        return [*arguments, "--remount-ro", "/", "--chdir", directory, "--"]

    def _too_much(self, folder: str) -> bool:
        """Whether lending a folder would show what a sandbox is to hide."""
        below = folder.rstrip("/") + "/"
        return f"{self.root}/".startswith(below) or f"{self.system.environment.get('HOME', '/')}/".startswith(below)

    def _limited(self, command: Sequence[str]) -> list[str]:
        data, file = str(self.policy.memory >> 10), str(_LARGEST_FILE >> 9)
        return ["/bin/sh", "-c", _LIMITED, "sh", data, file, *command]


_SYSTEM_BELOW = tuple(f"{folder}/" for folder in _SYSTEM)


def _system() -> list[str]:
    return [word for folder in _SYSTEM for word in ("--ro-bind-try", folder, folder)]


def furnish(copy: Shadow, view: WorkspaceView, root: str, isolation: Isolation, policy: CheckPolicy) -> Room:
    """Fills ``copy`` with one root of ``view``. For threads. Raises as :meth:`Shadow.mirror`.

    Without a sandbox, folders of installed packages are links to the user's own.
    """
    installed = copy.mirror(view, root)
    if policy.executing.cache:
        view.system.files.write(f"{policy.executing.cache}/CACHEDIR.TAG", _CACHE_TAG)
    if not isolation.program:
        for folder in installed:
            copy.link(folder, f"{root.rstrip('/')}/{folder}")
    return Room(
        system=view.system.outside(view.roots),
        policy=policy,
        isolation=isolation,
        root=root,
        work=copy.folder,
        temporary=copy.room(),
        files=copy.room(),
        installed=installed,
    )
