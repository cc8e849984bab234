"""What an action.yml says ends up in the model; what GitHub's runner passes over, it may have."""

from __future__ import annotations

from textwrap import dedent

import pytest

from headway.workflow.expression import Condition, Template
from headway.workflow.model import Action
from headway.workflow.syntax import read_action


def action(text: str) -> Action:
    found, problems = read_action(dedent(text), "action.yml")
    assert [f"{p.place} {p.message}" for p in problems] == []
    assert found is not None
    return found


def test_a_composite_action() -> None:
    found = action(
        """\
        name: Build
        author: somebody
        description: Builds
        branding: {icon: box, color: green}
        inputs:
          level: {description: How far, required: true}
          kind:
            default: 1.0
            deprecationMessage: use level
            whatever: else
        outputs:
          sum: {description: Of it all, value: '${{ steps.sum.outputs.value }}'}
        runs:
          using: Composite
          steps:
            - id: sum
              run: echo ${{ inputs.level }}
              shell: ${{ inputs.kind }}
            - uses: $/other
              with: {a: b}
              if: always()
        """
    )
    assert (found.path, found.name, found.using) == ("action.yml", "Build", "composite")
    assert (found.inputs["level"].required, found.inputs["level"].default) == (True, None)
    assert (found.inputs["kind"].default, found.inputs["kind"].deprecation) == ("1", "use level")
    assert isinstance(found.outputs["sum"].value, Template)
    assert [(s.id, s.uses) for s in found.steps] == [("sum", None), ("", "$/other")]


def test_a_javascript_action() -> None:
    found = action(
        """\
        runs:
          using: node20
          main: dist/index.js
          pre: setup.js
          pre-if: runner.os == 'Linux'
          post: cleanup.js
          post-if: success()
        """
    )
    assert (found.using, found.main) == ("node20", "dist/index.js")
    assert (found.pre, found.post) == ("setup.js", "cleanup.js")
    assert isinstance(found.pre_if, Condition)
    assert found.pre_if.needs_success is False
    assert found.post_if is not None
    assert found.post_if.raw == "success()"


def test_a_docker_action() -> None:
    found = action(
        """\
        runs:
          using: docker
          image: Dockerfile
          args: ['${{ inputs.a }}', 1]
          env: {A: '${{ inputs.a }}', B: c}
          entrypoint: main.sh
          pre-entrypoint: setup.sh
          post-entrypoint: cleanup.sh
        """
    )
    assert (found.image, found.entrypoint) == ("Dockerfile", "main.sh")
    assert (found.pre_entrypoint, found.post_entrypoint) == ("setup.sh", "cleanup.sh")
    assert [str(getattr(a, "raw", a)) for a in found.args] == ["${{ inputs.a }}", "1"]
    assert found.env["B"] == "c"


@pytest.mark.parametrize("required", ["true", "'true'", "True"])
def test_required_may_be_a_string(required: str) -> None:
    text = f"inputs: {{a: {{required: {required}}}}}\nruns: {{using: node20, main: a.js}}"
    assert action(text).inputs["a"].required


def test_actions_may_be_nested_deeper_than_workflows() -> None:
    text = "branding: " + "[" * 90 + "]" * 90 + "\nruns: {using: node20, main: a.js}"
    assert action(text).main == "a.js"
