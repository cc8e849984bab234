"""Whether an expression may stand where it stands: contexts and functions at a workflow key."""

from __future__ import annotations

from headway.errors import did_you_mean
from headway.workflow.expression.contexts import CONTEXTS, SPECIAL, available
from headway.workflow.expression.errors import EvaluationError, ExpressionError
from headway.workflow.expression.function import STATUS, format_pieces
from headway.workflow.expression.node import Call, Context, Literal, Node, walk
from headway.workflow.expression.template import Condition, Template
from headway.workflow.expression.value import to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_WHERE = {"hashFiles": "in steps", **dict.fromkeys(STATUS, 'in "if"')}
_INSTEAD = {
    "secrets": {"if": 'put it into env, and compare env.NAME with "" in the "if" of a step'},
    "env": {"": "use vars, inputs or the outputs of a job in needs"},
    "steps": {"": "outputs of steps reach other jobs by jobs.<job_id>.outputs"},
    "matrix": {"if": "a job's \"if\" is decided before its matrix; use it in a step's"},
    "runner": {"": "the runner is not known before the job runs on it"},
    "jobs": {"": "other jobs are seen through needs"},
}


def check(expression: Node | Template | Condition, key: str) -> list[ExpressionError]:
    """What GitHub would refuse in an expression at a workflow key, in the order of the text.

    `key` is written as in GitHub's documentation: `jobs.<job_id>.steps.run`,
    `on.workflow_call.outputs.<output_id>.value`; keys of action.yml start with `runs.`,
    `inputs.` or `outputs.`. Offsets count in the expression of a Node, in `raw` of the others.
    """
    if isinstance(expression, Node):
        return list(_check(expression, key))
    return [
        error.shifted(part.offset)
        for part in expression.expressions
        for error in _check(part.node, key)
    ]


def _check(node: Node, key: str) -> Iterator[ExpressionError]:
    contexts, functions = available(key)
    if not contexts:
        last = key.rpartition(".")[2]
        yield ExpressionError(f'"{last}" takes no expressions', node.offset, node.length)
        return
    for part in walk(node):
        if isinstance(part, Context) and part.name not in contexts:
            yield _context_error(part, contexts, key)
        elif isinstance(part, Call) and part.name in SPECIAL:
            problem = _function_error(part, functions, key)
            if problem is not None:
                yield problem


def _context_error(node: Context, contexts: tuple[str, ...], key: str) -> ExpressionError:
    if node.name not in CONTEXTS:
        hint = did_you_mean(node.name, contexts)
        if node.name in ("true", "false", "null"):
            hint = f"write {node.name}, in lower case"
        return ExpressionError(f'unknown context "{node.name}"', node.offset, node.length, hint)
    instead = _INSTEAD.get(node.name, {})
    last = key.rpartition(".")[2]
    return ExpressionError(
        f'context "{node.name}" is not available here; available: {", ".join(contexts)}',
        node.offset,
        node.length,
        instead.get(last, instead.get("", "")),
    )


def _function_error(node: Call, functions: tuple[str, ...], key: str) -> ExpressionError | None:
    if node.name not in functions:
        hint = f"it can be used {_WHERE[node.name]}"
        if node.name in STATUS:
            hint += "; elsewhere there is job.status" if ".steps." in key else ""
        message = f'function "{node.name}" is not available here'
        return ExpressionError(message, node.offset, node.length, hint)
    is_job = key.startswith("jobs.") and key.count(".") == 2
    if node.arguments and node.name in STATUS and not is_job:
        message = f"{node.name} takes no arguments here"
        return ExpressionError(
            message, node.offset, node.length, 'only a job\'s "if" may name jobs'
        )
    return None


def sure_failures(node: Node) -> Iterator[ExpressionError]:
    """Calls that fail whenever they are evaluated, though GitHub accepts the workflow.

    A `format` whose constant text is wrong, a `fromJSON` of a constant that isn't JSON, a
    `case` with a constant condition that is no boolean.
    """
    for part in walk(node):
        if not isinstance(part, Call) or not part.arguments:
            continue
        try:
            _try_constant(part)
        except EvaluationError as error:
            yield ExpressionError(error.message, part.offset, part.length, error.hint)


def _try_constant(call: Call) -> None:
    from headway.workflow.expression.evaluator import Scope, evaluate

    first = call.arguments[0]
    if not isinstance(first, Literal):
        return
    if call.name == "format":
        format_pieces(to_text(first.value), len(call.arguments) - 1)
    elif call.name == "fromJSON" or (call.name == "case" and not isinstance(first.value, bool)):
        evaluate(call, Scope({}))
