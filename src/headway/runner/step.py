"""One step while it runs: its log, its commands and files, its processes, how it ended."""

from __future__ import annotations

import os
import threading
import time

from headway import events
from headway.clients.process import Process
from headway.errors import HeadwayError
from headway.journal.logs import LogWriter
from headway.runner.command import (
    SUMMARY_LIMIT,
    Command,
    CommandError,
    parse_pairs,
    protected,
)
from headway.runner.output import Output
from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from headway.runner.job import Job
    from headway.runner.level import Level
    from headway.runner.matcher import Match

FILES = ("env", "output", "path", "state", "step_summary")
OLD_COMMANDS = ("set-env", "add-path")  # disabled for security since 2020
MOST_ANNOTATIONS = 50  # a step; GitHub shows ten of each kind, a local run can show more


class Failed(Exception):
    """The step has failed for a reason that it has already shown."""


class Ending(Value):
    """How a step's work ended: the exit code of its last program, and why it failed."""

    outcome: str
    reason: str = ""
    exit_code: int | None = None


class Step:
    """Carries out the work of one step (`run`), once; `stop` may come from other threads.

    `env` is what its programs get on top of the job's; `outputs` and `state` fill up while it
    works.
    """

    def __init__(
        self,
        job: Job,
        level: Level,
        number: int,
        title: str,
        *,
        id: str = "",
        phase: str = "main",
        env: Mapping[str, str] | None = None,
        state: dict[str, str] | None = None,
    ) -> None:
        self.job = job
        self.level = level
        self.number = number
        self.title = title
        self.id = id
        self.phase = phase
        self.env = dict(env or {})
        self.outputs: dict[str, str] = {}
        self.state = state if state is not None else {}
        self.contexts: dict[str, Any] = dict(level.contexts)
        self.exit_code: int | None = None
        self._command_failed = ""
        self._annotations = 0
        self._lock = threading.Lock()
        self._process: Process | None = None
        self._stopped = False
        self._deadline: float | None = None
        self._timed_out = ""
        self._files: dict[str, str] = {}
        self._log_name = f"{job.log_folder}/{number}.log"
        self._log = LogWriter(os.path.join(job.run.folder, self._log_name))
        self._output = Output(
            job.run.masker,
            job.matchers,
            self._log,
            lambda lines: job.run.recorder.output(job.key, number, lines),
            self._command,
            self._matched,
        )

    # --- the course of a step ------------------------------------------------------------

    def run(self, work: Callable[[Step], None], timeout: float | None = None) -> Ending:
        """Does the work and says how it ended; `timeout` in seconds. Never raises.

        The caller records the ending after `continue-on-error` (see `finish`).
        """
        if timeout is not None:
            self._deadline = time.monotonic() + timeout
            self._timed_out = f"timed out after {timeout / 60:g} minutes"
        try:
            self._make_files()
            work(self)
            reason = ""
        except Failed as failure:
            reason = str(failure) or "failed"
        except (HeadwayError, CommandError) as error:
            reason = str(error)
            self.error(reason)
            if getattr(error, "hint", ""):
                self.say(f"hint: {error.hint}")  # type: ignore[union-attr]
        except OSError as error:
            reason = f"{error.filename or 'the system'}: {error.strerror}"
            self.error(reason)
        self._output.flush()
        try:
            self._take_files()
        except (CommandError, OSError) as error:
            self.error(f"Unable to process a file command: {error}")
            reason = reason or str(error)
        reason = reason or self._command_failed
        if self.timed_out and self._timed_out:
            return Ending(events.FAILURE, self._timed_out, self.exit_code)
        if self._stopped and reason:
            return Ending(events.CANCELLED, "cancelled", self.exit_code)
        return Ending(events.FAILURE if reason else events.SUCCESS, reason, self.exit_code)

    def start_event(self, parent: int) -> events.StepStarted:
        return events.StepStarted(
            job=self.job.key,
            step=self.number,
            name=self.job.run.masker.text(self.title),
            id=self.id,
            parent=parent,
            phase=self.phase,
            log=self._log_name,
        )

    def close(self) -> int:
        """Ends the log; how many lines it has. Says so if some could not be written."""
        lines = self._log.close()
        if self._log.lost:
            lost = f"{self._log.lost} bytes of the log of step {self.number} are lost"
            message = f"{lost}: {self._log.error}"
            self.job.run.recorder.emit(
                events.Notice(message=message, level="error", job=self.job.key)
            )
        return lines

    @property
    def timed_out(self) -> bool:
        return self._deadline is not None and time.monotonic() >= self._deadline

    @property
    def stopped(self) -> bool:
        return self._stopped

    def stop(self) -> None:
        """Asks the step to end, as GitHub does: SIGINT, SIGTERM, SIGKILL."""
        with self._lock:
            self._stopped = True
            if self._process:
                self._process.stop()

    def kill(self) -> None:
        with self._lock:
            self._stopped = True
            if self._process:
                self._process.kill()

    # --- what the work may use -----------------------------------------------------------

    def environment(self) -> dict[str, str]:
        """All variables of a program that this step starts."""
        return self.job.environment(self)

    def program(
        self, argv: Sequence[str], *, cwd: str | None = None, env: Mapping[str, str] | None = None
    ) -> int:
        """Runs a program where the job's steps run, its output into the step's log; its exit
        code."""
        sandbox = self.job.sandbox
        variables = self.environment() if env is None else env
        directory = cwd or self.job.directory
        if sandbox is None:
            return self._watch(lambda: Process(argv, cwd=directory, env=variables))
        return self._watch(lambda: sandbox.start(argv, directory, variables))

    def on_host(
        self, argv: Sequence[str], *, cwd: str = "/", env: Mapping[str, str] = os.environ
    ) -> int:
        """Runs a program on this machine, with the user's variables unless others are given,
        whether or not the job has a container."""
        return self._watch(lambda: Process(argv, cwd=cwd, env=env))

    def _watch(self, start: Callable[[], Process]) -> int:
        left = None if self._deadline is None else max(0.0, self._deadline - time.monotonic())
        with self._lock:
            if self._stopped:
                raise Failed("cancelled")
            process = self._process = start()
        try:
            self.exit_code = process.wait(self._output.feed, left)
        finally:
            with self._lock:
                self._process = None
            self.job.groups.append(process.pid)
        if process.left_open:
            self.say("(a background process still holds this step's output; the rest is dropped)")
        return self.exit_code

    def say(self, text: str) -> None:
        for line in text.split("\n"):
            self._output.line(line)

    def show_command(self, text: str, argv: Sequence[str], env: Mapping[str, str]) -> None:
        """What is about to run, in a group, for those who want to see it (--verbose)."""
        if not self.job.run.info.debug:
            return
        first = text.strip().splitlines()[0] if text.strip() else ""
        variables = [f"  {name}: {value}" for name, value in sorted(self.env.items())]
        lines = [f"##[group]Run {first}", text.rstrip(), f"shell: {' '.join(argv)}"]
        self.say("\n".join([*lines, *(["env:", *variables] if variables else []), "##[endgroup]"]))

    def debug(self, text: str) -> None:
        if self.job.run.info.debug:
            self.say(f"##[debug]{text}")

    def error(self, message: str) -> None:
        self.say(f"##[error]{message}")
        self._annotate("error", message, {})

    def annotate(self, level: str, message: str, properties: Mapping[str, str]) -> None:
        """A notice, warning or error, shown in the log too; properties as in `::error …::`."""
        self.say(f"##[{level}]{message}")
        self._annotate(level, message, properties)

    def _annotate(self, level: str, message: str, properties: Mapping[str, str]) -> None:
        self._annotations += 1
        if self._annotations > MOST_ANNOTATIONS:
            return
        mask = self.job.run.masker.text
        self.job.run.recorder.emit(
            events.Annotation(
                job=self.job.key,
                step=self.number,
                level=level,
                message=mask(message),
                title=mask(properties.get("title", "")),
                file=self.job.relative(properties.get("file", "")),
                line=_number(properties.get("line")),
                end_line=_number(properties.get("endLine")),
                column=_number(properties.get("col") or properties.get("column")),
                end_column=_number(properties.get("endColumn")),
            )
        )

    # --- commands in the output ----------------------------------------------------------

    def _command(self, command: Command) -> str | None:
        try:
            return self._carry_out(command)
        except (CommandError, OSError) as error:
            self._command_failed = str(error)
            self._annotate("error", str(error), {})
            return f"##[error]Unable to process command '{command.name}': {error}"

    def _carry_out(self, command: Command) -> str | None:
        name, data = command.name, command.data
        if name in ("error", "warning", "notice"):
            self._annotate(name, data, command.properties)
            return f"##[{name}]{data}"
        if name in ("group", "endgroup"):
            return f"##[{name}]{data}"
        if name == "debug":
            return f"##[debug]{data}" if self.job.run.info.debug else None
        if name == "add-mask":
            if not data.strip():
                return "##[warning]Can't add secret mask for empty string"
            self.job.run.masker.add(data)
        elif name == "echo":
            if data.lower() not in ("on", "off"):
                raise CommandError(f"::echo:: takes on or off, not '{data}'")
            self._output.echo = data.lower() == "on"
        elif name == "stop-commands":
            if not data or data.lower() in ("pause-logging", "stop-commands"):
                raise CommandError("::stop-commands:: needs a token that is no command")
            self._output.resume_token = data
            return f"::stop-commands::{data}"
        elif name == "add-matcher":
            from headway.runner import matcher

            matcher.add(self.job.matchers, self.job.file(data))
        elif name == "remove-matcher":
            from headway.runner import matcher

            path = self.job.file(data) if data else ""
            matcher.remove(self.job.matchers, command.properties.get("owner", ""), path)
        elif name in ("set-output", "save-state"):
            return self._old_pair(command)
        elif name in OLD_COMMANDS and self._allows_old_commands():
            if name == "add-path":
                self.level.effects.add_path(data)
            else:
                self._old_variable(command)
        elif name in OLD_COMMANDS:
            variable = "GITHUB_ENV" if name == "set-env" else "GITHUB_PATH"
            raise CommandError(f"the command '{name}' is disabled: write to ${variable} instead")
        return None

    def _allows_old_commands(self) -> bool:
        env = {**self.job.run.base_env, **self.level.environment(), **self.env}
        return env.get("ACTIONS_ALLOW_UNSECURE_COMMANDS", "").lower() == "true"

    def _old_variable(self, command: Command) -> None:
        name = command.properties.get("name", "")
        if not name:
            raise CommandError("::set-env:: needs a name")
        refusal = protected(name)
        if refusal:
            raise CommandError(refusal)
        self.level.effects.set_env(name, command.data)

    def _old_pair(self, command: Command) -> str:
        key = command.properties.get("name", "")
        if not key:
            raise CommandError(f"::{command.name}:: needs a name")
        if command.name == "set-output":
            self.outputs[key] = command.data
        else:
            self.state[key] = command.data
        file = "GITHUB_OUTPUT" if command.name == "set-output" else "GITHUB_STATE"
        return f"##[warning]The `{command.name}` command is deprecated: write to ${file} instead"

    def _matched(self, match: Match) -> None:
        level = match.severity if match.severity in ("error", "warning", "notice") else "error"
        file = match.file
        if file and match.from_path and not os.path.isabs(file):
            file = os.path.join(os.path.dirname(match.from_path), file)
        message = f"{match.code}: {match.message}" if match.code else match.message
        place = {"file": file, "line": match.line, "col": match.column}
        self._annotate(level, message, place)

    # --- the files that steps write ------------------------------------------------------

    def _make_files(self) -> None:
        for name in FILES:
            path = os.path.join(self.job.command_folder, f"{name}_{self.number}")
            # A step's files have names of their own, but renaming one that an earlier step
            # left empty takes a fifth of the time of making one.
            unused = self.job.unused_files.get(name)
            if unused:
                os.rename(unused.pop(), path)
            else:
                os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o666))
            if self.job.sandbox is not None:  # whose user may be any
                os.chmod(path, 0o666)
            self._files[name] = path
        files = {name: self.job.inside(path) for name, path in self._files.items()}
        self.contexts["github"] = {**self.contexts["github"], **files}

    def _take_files(self) -> None:
        texts = {name: self._take(name) for name in FILES}
        mask = self.job.run.masker
        for name, value in parse_pairs(texts["env"]).items():
            refusal = protected(name)
            if refusal:
                self.error(refusal)
                self._command_failed = self._command_failed or refusal
            else:
                self.level.effects.set_env(name, value)
        self.outputs.update(parse_pairs(texts["output"]))
        self.state.update(parse_pairs(texts["state"]))
        for folder in texts["path"].splitlines():
            if folder.strip():
                self.level.effects.add_path(folder)
        summary = texts["step_summary"]
        if len(summary.encode("utf-8", "surrogateescape")) > SUMMARY_LIMIT:
            self.error("the step summary is larger than 1024 KiB and was dropped")
        elif summary.strip():
            self.job.run.recorder.emit(
                events.Summary(job=self.job.key, step=self.number, markdown=mask.text(summary))
            )

    def _take(self, name: str) -> str:
        path = self._files.pop(name, "")
        if not path:
            return ""
        try:
            if not os.path.getsize(path):
                self.job.unused_files.setdefault(name, []).append(path)
                return ""
            with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
                text = file.read()
            os.unlink(path)
        except FileNotFoundError:
            return ""  # a step may delete it
        return text


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0
