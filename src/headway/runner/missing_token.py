"""A step that has failed and was given an empty GitHub token: what it most likely lacked.

On GitHub there always is one. Here the user gives it, and actions that call GitHub's API end
with whatever their libraries say about an empty token, which seldom is the reason.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from headway.runner.step import Step

VARIABLES = ("GITHUB_TOKEN", "GH_TOKEN")
# What actions call the input whose default is ${{ github.token }}.
_INPUTS = ("token", "github-token", "github_token", "gh-token", "repo-token", "access-token")


def hint(step: Step, inputs: Mapping[str, str]) -> str:
    """One sentence with the mend; "" when the step was given a token, or wanted none."""
    if step.contexts["github"].get("token"):
        return ""
    empty = [f"input {n}" for n, value in inputs.items() if n.lower() in _INPUTS and not value]
    env = {**step.level.environment(), **step.env}
    empty += [f"variable {name}" for name in VARIABLES if env.get(name) == ""]
    if not empty:
        return ""
    if step.job.instance.secrets.get("GITHUB_TOKEN"):
        return f"{empty[0]} is empty, for `permissions` withhold GITHUB_TOKEN from this job"
    return (
        f"{empty[0]} is empty, for this run has no GITHUB_TOKEN; if the step calls GitHub's API,"
        " give it one: headway run -s GITHUB_TOKEN"
    )
