"""Runs a workflow's graph of jobs: opens them as their needs end, runs them side by side.

One thread decides (`run`); each running job has a thread of its own; everything that happens
reaches the deciding thread as a message.
"""

from __future__ import annotations

import queue
import threading

from headway import events
from headway.errors import HeadwayError, UsageError
from headway.runner.concurrency import HELD, REPLACED, WAITING, Claims
from headway.runner.graph import Call, Entry, Node
from headway.runner.job import Instance, Job, Result
from headway.workflow import plan
from headway.workflow.expression import Scope, resolve, to_text, truthy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from headway.runner.concurrency import Claim
    from headway.runner.run import Run
    from headway.workflow.model import Job as JobModel
    from headway.workflow.model import Workflow

POLL = 0.1  # seconds between looks at concurrency groups
IDLE = 0.5
DEEPEST_CALL = 10  # reusable workflows in each other, GitHub's limit


class Engine:
    """Carries out one run. `cancel` and `kill` may be called from signal handlers."""

    def __init__(
        self,
        run: Run,
        workflow: Workflow,
        inputs: Mapping[str, Any],
        load: Callable[[str, Workflow], Workflow],
        kept: Mapping[str, Result] | None = None,
    ) -> None:
        self._run = run
        self._load = load
        self._kept = dict(kept or {})  # of an earlier attempt: not run again
        self._messages: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._cancelled = ""
        self._number = 0
        self._threads: list[threading.Thread] = []
        self._pending: list[Entry] = []
        self._running: list[Entry] = []
        self._claims = Claims(run)
        self._claim: Claim | None = None  # of the workflow's own concurrency group
        self._held = self._waiting = False
        self._workflow = workflow
        selected = plan.select(workflow, run.options.jobs)
        self._root = Call(workflow, selected, inputs=inputs, secrets=run.info.secrets)
        self._calls = [self._root]

    # --- the loop ------------------------------------------------------------------------

    def run(self) -> str:
        """Runs everything; the conclusion. The caller records the run's start and end."""
        self._announce(self._root)
        while not self._root.done:
            if self._may_begin():
                self._advance()
                self._start_jobs()
            if not self._root.done:
                self._receive()
        for thread in self._threads:
            thread.join()
        if self._claim is not None:
            self._claims.release(self._claim)
        conclusion = plan.combine(n.result for n in self._root.nodes.values())
        if self._cancelled:
            return events.CANCELLED
        return events.SUCCESS if conclusion == events.SKIPPED else conclusion

    def cancel(self, reason: str) -> None:
        self._messages.put(("cancel", reason))

    def kill(self) -> None:
        self._messages.put(("kill", None))

    def _receive(self) -> None:
        waits = self._claims or self._waiting or any(e.claim for e in self._pending)
        try:
            # Never for ever: a signal that comes just before Python begins to wait is only
            # noticed after it.
            kind, value = self._messages.get(timeout=POLL if waits else IDLE)
        except queue.Empty:
            self._claims.watch()
            return
        if kind == "cancel":
            self._cancel(value)
        elif kind == "kill":
            self._kill()
        elif kind == "defect":
            self._kill()
            raise value
        else:
            self._finished(*value)

    def _cancel(self, reason: str) -> None:
        if self._cancelled:
            return
        self._cancelled = reason
        self._run.recorder.emit(events.RunCancelling(reason=reason))
        # Jobs whose condition holds all the same go on: "Workflow cancellation" page.
        for entry in list(self._running):
            if entry.job is not None and not self._still_wanted(entry):
                entry.job.cancel(reason)
        for entry in list(self._pending):
            if not self._still_wanted(entry):
                self._pending.remove(entry)
                self._conclude(entry, Result(events.CANCELLED, events.CANCELLED, {}, reason))

    def _still_wanted(self, entry: Entry) -> bool:
        try:
            return plan.wanted(entry.node.model, self._scope(entry.node.call, entry.node))
        except HeadwayError:
            return False

    def _kill(self) -> None:
        self._cancelled = self._cancelled or "killed"
        self._run.killed.set()
        for entry in list(self._running):
            if entry.job is not None:
                entry.job.kill()
        for entry in list(self._pending):
            self._conclude(entry, Result(events.CANCELLED, events.CANCELLED, {}, "killed"))
        self._pending.clear()

    # --- opening jobs --------------------------------------------------------------------

    def _advance(self) -> None:
        """Opens what has become ready, and closes calls whose jobs have all ended."""
        changed = True
        while changed:
            changed = False
            for call in list(self._calls):
                for node in call.ready():
                    self._open(node)
                    changed = True
                caller = call.caller
                if call.done and caller is not None and caller.result is None:
                    self._end_call(call, caller)
                    changed = True

    def _announce(self, call: Call) -> None:
        """Shows the jobs whose matrix doesn't depend on other jobs before they start."""
        for node in call.nodes.values():
            strategy = node.model.strategy
            if strategy is None or not plan.is_dynamic(strategy.matrix):
                try:
                    self._expand(node)
                except HeadwayError:
                    continue  # said when the job's turn comes

    def _open(self, node: Node) -> None:
        node.opened = True
        scope = self._scope(node.call, node)
        try:
            if not plan.wanted(node.model, scope):
                self._skip(node)
                return
            if node.entries is None:
                self._expand(node)
            self._settings(node, scope)
        except HeadwayError as error:
            self._refuse(node, error)
            return
        for entry in node.entries or ():
            kept = self._kept.get(entry.instance.key)
            if self._run.killed.is_set():
                self._conclude(entry, Result(events.CANCELLED, events.CANCELLED, {}, "killed"))
            elif kept is not None and node.model.uses is None:
                self._conclude(entry, kept)
            elif node.model.uses is not None:
                self._call(entry)
            else:
                entry.instance = entry.instance.replace(needs=node.call.needs(node.model))
                self._pending.append(entry)

    def _settings(self, node: Node, scope: Scope) -> None:
        strategy = node.model.strategy
        if strategy is None:
            return
        node.fail_fast = truthy(resolve(strategy.fail_fast, scope))
        limit = resolve(strategy.max_parallel, scope)
        if limit is not None:
            try:
                node.max_parallel = int(float(to_text(limit)))
            except ValueError:
                node.max_parallel = 0
            if node.max_parallel < 1:
                raise HeadwayError(f"max-parallel: expected a number from 1, got {to_text(limit)}")

    def _skip(self, node: Node) -> None:
        result = events.CANCELLED if self._cancelled and node.model.if_ is None else events.SKIPPED
        reason = self._cancelled or self._why_skipped(node)
        if node.entries is None:
            self._add_entries(node, [{}])
        for entry in node.entries or ():
            self._conclude(entry, Result(result, result, {}, reason))

    def _why_skipped(self, node: Node) -> str:
        if node.model.if_ is not None:
            return f"if: {node.model.if_.raw.strip()}"
        bad = [n for n, r in self._results(node) if r != events.SUCCESS]
        return f"needs {', '.join(bad)}" if bad else "a job before it did not succeed"

    def _results(self, node: Node) -> list[tuple[str, str]]:
        names = plan.ancestors(node.call.workflow, node.model.id)
        return [(n, c.result) for n, c in node.call.nodes.items() if n in names]

    def _refuse(self, node: Node, error: HeadwayError) -> None:
        """A job that can't even be planned has failed."""
        if not node.entries:
            self._add_entries(node, [{}])
        message = f"{error.message} ({error.hint})" if error.hint else error.message
        for entry in node.entries or ():
            notice = events.Notice(message=message, level="error", job=entry.instance.key)
            self._run.recorder.emit(notice)
            self._conclude(entry, Result(events.FAILURE, events.FAILURE, {}, message))

    def _expand(self, node: Node) -> None:
        values = plan.combinations(node.model, self._scope(node.call, node))
        wanted = [v for v in values if self._in_filter(v)]
        if not wanted and self._run.options.matrix:
            raise UsageError(f"--matrix leaves no combination of job {node.model.id}")
        self._add_entries(node, wanted)

    def _in_filter(self, values: Mapping[str, Any]) -> bool:
        wanted: dict[str, set[str]] = {}
        for name, value in self._run.options.matrix:
            wanted.setdefault(name, set()).add(value)
        return all(to_text(values[n]) in w for n, w in wanted.items() if n in values)

    def _add_entries(self, node: Node, combinations: list[dict[str, Any]]) -> None:
        call, model = node.call, node.model
        name = self._workflow.name or self._workflow.path
        node.entries = []
        for index, values in enumerate(combinations):
            self._number += 1
            strategy = {
                "fail-fast": node.fail_fast,
                "job-index": index,
                "job-total": len(combinations),
                "max-parallel": node.max_parallel or len(combinations),
            }
            scope = call.scope(self._run.info, name, False, node, values, strategy)
            instance = Instance(
                key=plan.key(call.prefix, model.id, values),
                model=model,
                workflow=call.workflow,
                caller_name=name,
                caller_path=self._workflow.path,
                permissions=call.permissions,
                name=_best_effort_name(model, values, scope, call.name_prefix),
                matrix=values,
                strategy=strategy,
                inputs=call.inputs,
                secrets=call.secrets,
                env=self._run.options.env,
                number=self._number,
                parent=call.prefix,
            )
            node.entries.append(Entry(node, instance))
        if model.uses is None:
            self._run.recorder.emit(*(entry.queued() for entry in node.entries))

    # --- running jobs --------------------------------------------------------------------

    def _start_jobs(self) -> None:
        for entry in list(self._pending):
            if len(self._running) >= self._run.options.parallel:
                return
            limit = entry.node.max_parallel
            if limit is not None and entry.node.running() >= limit:
                continue
            if not self._claimed(entry):
                continue
            self._pending.remove(entry)
            if entry.result is None:
                self._start(entry)

    def _start(self, entry: Entry) -> None:
        job = entry.job = Job(self._run, entry.instance)
        self._running.append(entry)
        if entry.claim is not None:
            self._claims.held(entry.claim, lambda: job.cancel("a newer run took its group"))

        def work() -> None:
            try:
                result = job.execute()
                self._messages.put(("done", (entry, result)))
                job.clean_up(result)
            except BaseException as defect:  # goes on in the deciding thread
                self._messages.put(("defect", defect))

        self._threads = [t for t in self._threads if t.is_alive()]
        self._threads.append(threading.Thread(target=work, name=entry.instance.key, daemon=True))
        self._threads[-1].start()

    def _finished(self, entry: Entry, result: Result) -> None:
        self._running.remove(entry)
        entry.result = result
        if entry.claim is not None:
            self._claims.release(entry.claim)
        failed = result.conclusion == events.FAILURE
        if failed and entry.node.fail_fast and len(entry.node.entries or ()) > 1:
            self._fail_fast(entry)

    def _fail_fast(self, failed: Entry) -> None:
        reason = f"{failed.instance.key} failed (fail-fast)"
        for entry in failed.node.entries or ():
            if entry.result is not None:
                continue
            if entry.job is not None:
                entry.job.cancel(reason)
            elif entry in self._pending:
                self._pending.remove(entry)
                self._conclude(entry, Result(events.CANCELLED, events.CANCELLED, {}, reason))

    def _conclude(self, entry: Entry, result: Result) -> None:
        """The end of a job that never started here."""
        entry.result = result
        if entry.node.model.uses is not None:
            self._run.recorder.emit(entry.queued())
        self._run.recorder.emit(
            events.JobFinished(
                job=entry.instance.key,
                outcome=result.outcome,
                conclusion=result.conclusion,
                reason=self._run.masker.text(result.reason),
                outputs=dict(result.outputs),
            )
        )

    # --- reusable workflows --------------------------------------------------------------

    def _call(self, entry: Entry) -> None:
        from headway.runner.calls import call_inputs, call_secrets

        node = entry.node
        instance = entry.instance = entry.instance.replace(needs=node.call.needs(node.model))
        scope = self._scope(node.call, node, entry)
        try:
            if instance.key.count(" / ") >= DEEPEST_CALL:
                raise HeadwayError(f"reusable workflows are nested more than {DEEPEST_CALL} deep")
            workflow = self._load(node.model.uses or "", node.call.workflow)
            call = Call(
                workflow,
                set(workflow.jobs),
                inputs=call_inputs(node.model, workflow, scope),
                secrets=call_secrets(node.model, workflow, scope, node.call.secrets),
                caller=entry,
            )
        except HeadwayError as error:
            self._run.recorder.emit(
                events.Notice(message=str(error), level="error", job=instance.key)
            )
            self._conclude(entry, Result(events.FAILURE, events.FAILURE, {}, str(error)))
            return
        self._calls.append(call)
        self._announce(call)

    def _end_call(self, call: Call, caller: Entry) -> None:
        from headway.runner.calls import call_outputs

        self._calls.remove(call)
        result = plan.combine(n.result for n in call.nodes.values())
        outputs: dict[str, str] = {}
        reason = ""
        try:
            outputs = call_outputs(call, self._scope(call))
        except HeadwayError as error:
            result, reason = events.FAILURE, str(error)
            self._run.recorder.emit(
                events.Notice(message=reason, level="error", job=caller.instance.key)
            )
        caller.result = Result(result, result, outputs, reason)
        if result == events.FAILURE and caller.node.fail_fast:
            self._fail_fast(caller)

    # --- concurrency groups --------------------------------------------------------------

    def _may_begin(self) -> bool:
        """Whether the run holds its workflow's group, or needs none."""
        concurrency = self._workflow.concurrency
        if concurrency is None or self._cancelled:
            return True
        if self._claim is None:
            self._claim = self._claims.claim(concurrency, self._scope(self._root), "run")
        state = self._claim.poll()
        group = self._claim.group
        if state == HELD and not self._held:
            self._held = True
            reason = f'a newer run took concurrency group "{group}"'
            self._claims.held(self._claim, lambda: self._cancel(reason))
        elif state == REPLACED:
            self._cancel(f'a newer run waits for concurrency group "{group}"')
        elif state == WAITING and not self._waiting:
            self._waiting = True
            message = f'waiting for concurrency group "{group}"'
            self._run.recorder.emit(events.Notice(message=message))
        return state != WAITING

    def _claimed(self, entry: Entry) -> bool:
        """Whether the job holds its group (or needs none); concludes a job that lost it."""
        concurrency = entry.node.model.concurrency
        if concurrency is None:
            return True
        if entry.claim is None:
            scope = self._scope(entry.node.call, entry.node, entry)
            entry.claim = self._claims.claim(concurrency, scope, str(entry.instance.number))
        state = entry.claim.poll()
        if state == REPLACED:
            reason = f'a newer job waits for concurrency group "{entry.claim.group}"'
            self._conclude(entry, Result(events.CANCELLED, events.CANCELLED, {}, reason))
        elif state == WAITING and not entry.announced:
            entry.announced = True
            message = f'waiting for concurrency group "{entry.claim.group}"'
            self._run.recorder.emit(events.Notice(message=message, job=entry.instance.key))
        return state != WAITING

    def _scope(self, call: Call, node: Node | None = None, entry: Entry | None = None) -> Scope:
        instance = entry.instance if entry else None
        return call.scope(
            self._run.info,
            self._workflow.name or self._workflow.path,
            bool(self._cancelled),
            node,
            instance.matrix if instance else None,
            instance.strategy if instance else None,
        )


def _best_effort_name(model: JobModel, values: Mapping[str, Any], scope: Scope, prefix: str) -> str:
    try:
        return plan.display_name(model, values, scope, prefix)
    except HeadwayError:
        return plan.key(prefix, model.id, values)
