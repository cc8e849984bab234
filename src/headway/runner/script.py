"""`run:` steps: the script in a file, run by the shell that was asked for."""

from __future__ import annotations

import os

from headway.errors import HeadwayError
from headway.runner import missing_token, shell
from headway.runner.step import Failed
from headway.workflow.expression import resolve, to_text

_NOT_RUN = (126, 127)  # what a container engine answers when a program isn't there

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from headway.runner.containers.sandbox import Sandbox
    from headway.runner.step import Step
    from headway.workflow.model import Data
    from headway.workflow.model import Step as StepModel


def run(step: Step, model: StepModel) -> None:
    """Runs the step's script. Raises Failed when it ends with another code than 0."""
    env = step.environment()
    scope = step.job.scope(step.level, {**step.level.environment(), **step.env}, step.contexts)
    defaults = () if step.level.caller else _defaults(step)

    def setting(own: Data, name: str) -> str:
        for data in (own, *(getattr(d, name) for d in defaults)):
            if data is not None:
                return to_text(resolve(data, scope))
        return ""

    text = to_text(resolve(model.run, scope))
    chosen = _shell(step, setting(model.shell, "shell"), env)
    directory = os.path.join(
        step.job.directory, setting(model.working_directory, "working_directory")
    )
    path = os.path.join(step.job.temp, f"script_{step.number}{chosen.suffix}")
    with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="\n") as file:
        file.write(shell.script_text(chosen, text))
    step.show_command(text, chosen.command("{0}"), env)
    if step.job.sandbox is None and not os.path.isdir(directory):
        raise HeadwayError(f"working-directory {directory} does not exist")
    code = step.program(chosen.command(path), cwd=directory, env=env)
    if code in _NOT_RUN and step.job.sandbox is not None:
        shell.require(chosen.argv[0], lambda p: step.job.which(p, env.get("PATH")))
    finish(step, code)


def _shell(step: Step, named: str, env: Mapping[str, str]) -> shell.Shell:
    """As on GitHub `container:` has sh for its default, and what is there is seen when it runs."""
    if step.job.sandbox is not None and step.job.model.container is not None:
        return shell.choose(named or "sh", lambda program: program)
    return shell.choose(named, lambda p: step.job.which(p, env.get("PATH")))


def _defaults(step: Step) -> tuple[object, ...]:
    return (step.job.model.defaults, step.job.instance.workflow.defaults)


def finish(step: Step, code: int, inputs: Mapping[str, str] | None = None) -> None:
    """Shows a failing program's exit code. Raises Failed for any but 0.

    `inputs` are those of the action, by which it may have lacked a token.
    """
    if code == 0:
        return
    if step.timed_out:
        step.error(f"The step '{step.title}' has timed out.")
        raise Failed("timed out")
    if step.stopped:
        step.error("The operation was canceled.")
        raise Failed("cancelled")
    message = f"Process completed with exit code {code}."
    step.error(message)
    hint = missing_token.hint(step, inputs or {})
    if hint:
        step.say(f"hint: {hint}")
    raise Failed(f"exit code {code}")


def open_shell(step: Step) -> None:
    """An interactive shell where the step failed: its variables, its folder. Returns on exit."""
    import subprocess

    if step.job.sandbox is not None:
        _open_in_container(step, step.job.sandbox)
        return
    env = {**step.environment(), "PS1": f"({step.title}) \\w $ "}
    program = os.environ.get("SHELL") or "/bin/sh"
    arguments = [program, "--norc", "-i"] if program.endswith("bash") else [program, "-i"]
    with step.job.run.recorder.paused():
        print(f"\nstep '{step.title}' failed; leave this shell (exit) to go on", flush=True)
        subprocess.run(arguments, cwd=step.job.directory, env=env, check=False)


def _open_in_container(step: Step, sandbox: Sandbox) -> None:
    import subprocess

    env = step.environment()
    shell = "bash" if step.job.which("bash") else "sh"
    directory = step.job.inside(step.job.directory)
    argv = sandbox.engine.execute(sandbox.name, [shell], directory=directory, env=env)
    argv.insert(2, "--interactive")
    argv.insert(2, "--tty")
    with step.job.run.recorder.paused():
        print(f"\nstep '{step.title}' failed; leave this shell (exit) to go on", flush=True)
        subprocess.run(argv, env=sandbox.engine.variables(env), check=False)
