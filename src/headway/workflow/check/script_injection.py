"""Text that an outsider chooses, put into a script before the script is read."""

from __future__ import annotations

from headway.workflow.check.base import get
from headway.workflow.check.mention import ANY, Mention, mentions
from headway.workflow.expression.node import And, Call, Context, Filter, Index, Or, Property

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.errors import Problem
    from headway.workflow.check.base import Subject, Use
    from headway.workflow.expression import Node as Expression
    from headway.workflow.source import Node

ID = "script-injection"
SUMMARY = "Text that anyone can choose becomes part of a script."

# From GitHub's page "Script injections" (names that end so are open to attackers), narrowed to
# those that somebody without write access can set.
_AUTHOR = ("author.email", "author.name", "committer.email", "committer.name", "message")
UNTRUSTED = frozenset(
    (
        "github.head_ref",
        "github.event.issue.title",
        "github.event.issue.body",
        "github.event.discussion.title",
        "github.event.discussion.body",
        "github.event.comment.body",
        "github.event.review.body",
        "github.event.review_comment.body",
        "github.event.pull_request.title",
        "github.event.pull_request.body",
        "github.event.pull_request.head.ref",
        "github.event.pull_request.head.label",
        "github.event.pull_request.head.repo.default_branch",
        "github.event.pull_request.head.repo.description",
        "github.event.pages.*.page_name",
        "github.event.workflow_run.head_branch",
        "github.event.workflow_run.display_title",
        "github.event.workflow_run.pull_requests.*.head.ref",
        *(f"github.event.commits.*.{name}" for name in _AUTHOR),
        *(f"github.event.head_commit.{name}" for name in _AUTHOR),
        *(f"github.event.workflow_run.head_commit.{name}" for name in _AUTHOR),
    )
)
_PATHS = tuple(tuple(path.split(".")) for path in UNTRUSTED)
_TEXT = frozenset(("format", "join", "toJSON", "fromJSON", "case"))  # functions that pass text on


def check(subject: Subject) -> Iterator[Problem]:
    for use in subject.uses:
        if not is_script(use):
            continue
        for mention in flowing(use):
            origin = untrusted(mention) or _from_env(subject, mention)
            if origin:
                yield subject.about(
                    ID,
                    f"{origin} is text that anyone can choose, and it becomes part of the script",
                    mention,
                    hint=_mend(str(mention)),
                )


def is_script(use: Use) -> bool:
    """Whether the expression's value is put into something that is executed."""
    if use.step is None:
        return False
    if use.key == "run":
        return use.scalar is use.step.get("run")
    is_script = use.step.uses.lower().startswith("actions/github-script@")
    return is_script and use.path[-2:] == ("with", "script")


def flowing(use: Use) -> Iterator[Mention]:
    """The mentions of contexts whose text can be the value: not those only compared."""
    waiting: list[Expression] = [use.tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Context | Property | Index | Filter):
            yield next(mentions(use, node))
        elif isinstance(node, And | Or) or (isinstance(node, Call) and node.name in _TEXT):
            waiting.extend(reversed(node.children()))


def untrusted(mention: Mention) -> str:
    """The mention when an outsider can choose its text or, of an object, a part of it."""
    names = [name.lower() for name in mention.names]
    for path in _PATHS:
        if len(names) <= len(path) and all(map(_same, names, path)):
            return str(mention)
    return ""


def _same(given: str, known: str) -> bool:
    return given in (known, ANY) or (known == ANY and given.isdigit())


def _from_env(subject: Subject, mention: Mention) -> str:
    """`env.TITLE` whose value is untrusted: as an expression it is no safer."""
    if mention.names[0] != "env" or len(mention.names) != 2:
        return ""
    node = _variable(subject, mention.use, mention.name(1))
    for other in subject.uses:
        if other.scalar is node:
            for origin in filter(None, map(untrusted, flowing(other))):
                return f"{mention} (from {origin})"
    return ""


def _variable(subject: Subject, use: Use, name: str) -> Node | None:
    """The value that `env` gives the variable, the nearest first."""
    for owner in (use.step, use.job):
        if owner is not None and (found := get(owner.get("env"), name)) is not None:
            return found
    return get(get(subject.root, "env"), name)


def _mend(mention: str) -> str:
    if mention.startswith("env."):
        return f'read the variable in the script\'s own way, such as "${mention[4:]}"'
    name = mention.rsplit(".", 1)[-1].upper().replace("-", "_").replace(ANY, "VALUE")
    return (
        f'give it to the step as env ({name}: ${{{{ {mention} }}}}) and use "${name}" in the script'
    )
