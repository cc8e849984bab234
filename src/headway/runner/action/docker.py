"""Docker actions: an image, built from the action's Dockerfile or pulled, run for the step.

Sources: "runs for Docker container actions" of GitHub's metadata syntax page, "Dockerfile
support for GitHub Actions", "jobs.<job_id>.steps[*].with.args" and ".entrypoint" of the
workflow syntax page. Folders of the job are mounted below /github, and every variable that
names one of them says where it is in the container.
"""

from __future__ import annotations

import os
import shlex
import threading

from headway.clients import containers
from headway.clients.containers import Container, Mount
from headway.digest import sha256
from headway.errors import HeadwayError, Place
from headway.runner import script
from headway.runner.action import inputs
from headway.runner.services import variables
from headway.runner.step import Failed
from headway.workflow.expression import Scope, resolve, to_text
from headway.workflow.model import Action

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from headway.clients.containers import Engine
    from headway.runner.step import Step
    from headway.workflow.expression import Condition
    from headway.workflow.model import Map

INPUTS = ("entrypoint", "args")  # which every Docker action takes
_IMAGE = "docker://"
_SOCKET = "/var/run/docker.sock"
_building = threading.Lock()


class Docker:
    """A Docker action for one step. `identity` stands for its folder's content; "" when that may
    change."""

    def __init__(
        self, action: Action, folder: str, about: Mapping[str, str], identity: str = ""
    ) -> None:
        self._action = action
        self._folder = folder
        self._about = about
        self._identity = identity
        self._built = ""  # for pre, main and post of one step
        self.has_pre, self.has_post = bool(action.pre_entrypoint), bool(action.post_entrypoint)
        self.pre_if: Condition | None = action.pre_if
        self.post_if: Condition | None = action.post_if

    def run_pre(self, step: Step, with_: Map) -> None:
        self._run(step, with_, self._action.pre_entrypoint)

    def run_main(self, step: Step, with_: Map) -> None:
        self._run(step, with_, self._action.entrypoint)

    def run_post(self, step: Step, with_: Map) -> None:
        self._run(step, with_, self._action.post_entrypoint)

    def _run(self, step: Step, with_: Map, entrypoint: str) -> None:
        step.contexts["github"] = {**step.contexts["github"], **self._about}
        given = inputs.complete(step, with_, self._action.inputs, INPUTS)
        # GitHub takes one program here; with words after it nothing else could be meant.
        program, *words = _words(entrypoint or given.get("entrypoint", "")) or [""]
        engine = containers.needed()
        image = self._built = self._built or self._image(step, engine)
        folders = Folders(step)
        network = str(step.contexts["job"].get("container", {}).get("network") or "")
        host = variables.reach(step.job, engine.host_address(network or engine.default_network))
        container = Container(
            image=image,
            name=f"headway-{step.job.run.info.id}-{step.job.instance.number}-{step.number}",
            entrypoint=program,
            command=(*words, *self._arguments(step, given)),
            env=folders.translated(self._environment(step, given, folders, host)),
            mounts=(*folders.mounts, *_socket(engine)),
            network=network,
            directory=WORKSPACE,
            labels={containers.LABEL: step.job.run.info.id},
        )
        run_container(step, engine, container, given)

    def _arguments(self, step: Step, given: Mapping[str, str]) -> tuple[str, ...]:
        if not self._action.args:
            return tuple(_words(given.get("args", "")))
        scope = _scope(step, given)
        return tuple(to_text(resolve(each, scope)) for each in self._action.args)

    def _environment(
        self, step: Step, given: Mapping[str, str], folders: Folders, host: str
    ) -> dict[str, str]:
        """What the step has set for it, without the variables of the user's machine; `host` is
        where it finds the run's services."""
        scope = _scope(step, given)
        own = {name: to_text(resolve(value, scope)) for name, value in self._action.env.items()}
        env = {name: value for name, value in own.items() if name not in step.env}
        env.update(step.job.step_variables(step))
        env.update(inputs.variables(given))
        env.update({f"STATE_{name}": value for name, value in step.state.items()})
        env.update(variables.for_actions(step.job, host))
        if "ACTIONS_ID_TOKEN_REQUEST_URL" in env:
            env.update(variables.for_identity(step.job, step.contexts["github"], host))
        env["HOME"] = folders.home
        return env

    # --- the image -----------------------------------------------------------------------

    def _image(self, step: Step, engine: Engine) -> str:
        name = self._action.image
        if name.startswith(_IMAGE):
            return pulled(step, engine, name.removeprefix(_IMAGE))
        file = os.path.normpath(os.path.join(self._folder, name))
        if not os.path.isfile(file):
            raise HeadwayError(f"{self._action.path}: image: {name} does not exist")
        if not self._identity:
            # The engine keeps the layers: what didn't change isn't built again.
            place = f"{step.job.run.repository.root}/{step.job.relative(file)}"
            return self._build(step, engine, file, tag("headway-local", place))
        return self._build(step, engine, file, tag("headway-action", self._identity), once=True)

    def _build(
        self, step: Step, engine: Engine, file: str, name: str, *, once: bool = False
    ) -> str:
        with _building:  # ten jobs that use the same action need one image
            if once and engine.image(name):
                return name
            step.say(f"##[group]Building {os.path.basename(file)} of {self._folder}")
            told = os.path.join(step.job.temp, f"image_{step.number}")
            argv = engine.build(os.path.dirname(file), file, name, id_file=told)
            code = step.on_host(argv, cwd=self._folder)
            step.say("##[endgroup]")
        if code:
            if step.stopped or step.timed_out:
                script.finish(step, code)
            step.error(f"The image could not be built from {file}: exit code {code}")
            raise Failed(f"the image could not be built (exit code {code})")
        with open(told, encoding="utf-8") as stream:
            return stream.read().strip()


def tag(name: str, about: str) -> str:
    """The name of an image that is built here."""
    return f"localhost/{name}:{sha256(about.encode()).hexdigest()[:24]}"


def _scope(step: Step, given: Mapping[str, str]) -> Scope:
    contexts = {**step.contexts, "inputs": dict(given)}
    return step.job.scope(step.level, {**step.level.environment(), **step.env}, contexts)


def _words(text: str) -> list[str]:
    """As the engine's command line would be split."""
    try:
        return shlex.split(text)
    except ValueError as error:
        raise HeadwayError(f"{text}: {error}") from None


def pulled(step: Step, engine: Engine, image: str) -> str:
    """The image's name on this machine, after fetching it if need be. Raises Failed."""
    found = engine.image(image)
    if found:
        return found
    step.say(f"##[group]Pulling {image}")
    code = step.on_host(engine.pull(image))
    step.say("##[endgroup]")
    if code:
        if step.stopped or step.timed_out:
            script.finish(step, code)
        step.error(f"The image {image} is not on this machine and could not be pulled")
        raise Failed(f"image {image} could not be pulled (exit code {code})")
    return engine.qualified(image)


def run_container(
    step: Step, engine: Engine, container: Container, given: Mapping[str, str]
) -> None:
    """Runs it to its end, and removes it however that comes; `given` are the action's inputs.

    Raises Failed.
    """
    step.job.run.note_containers()
    try:
        code = step.on_host(engine.run(container), env=engine.environment(container))
    finally:
        engine.remove(container.name)
    script.finish(step, code, given)


def _socket(engine: Engine) -> tuple[Mount, ...]:
    """docker's own, as on GitHub: some actions start containers themselves."""
    there = engine.name == "docker" and os.path.exists(_SOCKET)
    return (Mount(_SOCKET, _SOCKET),) if there else ()


# --- what it sees --------------------------------------------------------------------------

WORKSPACE = "/github/workspace"


class Folders:
    """The job's folders as a container sees them."""

    def __init__(self, step: Step) -> None:
        job = step.job
        self.home = os.path.join(job.temp, "_github_home")
        workflow = os.path.join(job.temp, "_github_workflow")
        for folder in (self.home, workflow):
            os.makedirs(folder, exist_ok=True)
        self._outside = job.outside  # where the job's own container, if it has one, sees it
        self._event = job.run.event_path()
        copy = os.path.join(workflow, "event.json")
        if not os.path.exists(copy):
            from headway.runner.copying import copy_file

            copy_file(self._event, copy)
        self._mapped = [
            (job.command_folder, "/github/file_commands"),
            (self.home, "/github/home"),
            (workflow, "/github/workflow"),
            (job.directory, WORKSPACE),
            (job.temp, "/github/runner_temp"),
        ]
        self.mounts = tuple(Mount(source, target) for source, target in reversed(self._mapped))

    def translated(self, env: Mapping[str, str]) -> dict[str, str]:
        return {name: self.inside(value) for name, value in env.items()}

    def inside(self, value: str) -> str:
        """A path of this machine as it is in the container; anything else as it is."""
        value = self._outside(value)
        if value == self._event:
            return "/github/workflow/event.json"
        for source, target in self._mapped:
            if value == source or value.startswith(source + os.sep):
                return target + value[len(source) :]
        return value


# --- actions without metadata ----------------------------------------------------------------


def image_action(uses: str) -> Docker:
    """`docker://image[:tag]`."""
    place = Place(uses, 1, 1)
    return Docker(Action(uses, place, "docker", image=uses), "", {})


def folder_action(folder: str, about: Mapping[str, str], identity: str) -> Docker:
    """A folder with a Dockerfile and no action.yml."""
    path = os.path.join(folder, "Dockerfile")
    action = Action(path, Place(path, 1, 1), "docker", image="Dockerfile")
    return Docker(action, folder, about, identity)
