"""Whether a workflow runs for an event, told by one-trigger workflows."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headway.errors import Place
from headway.workflow.model import Schedule, Trigger, Workflow
from headway.workflow.trigger import Decision, Happening, decide

PLACE = Place("ci.yml", 1, 1)


def decision(trigger: Trigger, happening: Happening) -> Decision:
    return decide(Workflow("ci.yml", PLACE, on=(trigger,), jobs={}), happening)


def on(event: str, **filters: tuple[str, ...]) -> Trigger:
    return Trigger(event, PLACE, **filters)


def push(ref: str, **more: object) -> Happening:
    return Happening("push", ref=ref, **more)


def pull(base: str = "main", **more: object) -> Happening:
    return Happening("pull_request", **{"action": "opened", "base_ref": base, **more})


MAIN, FIX, TAG = "refs/heads/main", "refs/heads/fix/a", "refs/tags/v1.2"

RUNS = [
    (on("push"), push(MAIN)),
    (on("push"), push(TAG)),
    (on("push", branches=("main", "releases/**")), push("refs/heads/releases/1/a")),
    (on("push", branches_ignore=("wip/**",)), push(FIX)),
    (on("push", branches=("main",), tags=("v*",)), push(TAG)),
    (on("push", branches=("main",), tags=("v*",)), push(MAIN)),
    (on("push", tags_ignore=("beta*",)), push(TAG)),
    (on("push", paths=("src/**",)), push(MAIN, paths=("README.md", "src/a.py"))),
    (on("push", paths_ignore=("**.md",)), push(MAIN, paths=("README.md", "src/a.py"))),
    (on("push", paths=("src/**",)), push(TAG, paths=("README.md",))),
    (on("push", paths=("src/**",)), push(MAIN, paths=None)),
    (on("push", paths=("src/**",)), push(MAIN, paths=("README.md",), commits=1001)),
    (on("push"), push(MAIN, paths=())),
    (on("push"), push(FIX, deleted=True)),
    (on("push"), push(MAIN, message="Explain what skip-checks: true does")),
    (on("pull_request"), pull()),
    (on("pull_request"), pull(action="synchronize")),
    (on("pull_request"), pull(action="")),
    (on("pull_request", types=("labeled",)), pull(action="labeled")),
    (on("pull_request", branches=("main",)), pull(ref="refs/pull/3/merge")),
    (on("pull_request", branches=("main",), paths=("a",)), pull(paths=("a",))),
    (on("issues"), Happening("issues", action="pinned")),
    (on("merge_group", branches=("main",)), Happening("merge_group", base_ref="main")),
    (on("workflow_run", workflows=("CI",)), Happening("workflow_run", workflow="CI")),
    (on("workflow_run", workflows=("*",)), Happening("workflow_run", workflow="CI [old]")),
    (on("workflow_run", workflows=("CI [old]",)), Happening("workflow_run", workflow="CI [old]")),
    (
        on("workflow_run", workflows=("CI",), branches=("main",), types=("completed",)),
        Happening("workflow_run", action="completed", workflow="CI", head_branch="main"),
    ),
    (on("repository_dispatch"), Happening("repository_dispatch", action="anything")),
    (on("repository_dispatch", types=("t",)), Happening("repository_dispatch", action="t")),
    (Trigger("schedule", PLACE, schedules=(Schedule("0 0 * * *", PLACE),)), Happening("schedule")),
    (
        Trigger("schedule", PLACE, schedules=(Schedule("0 0 * * *", PLACE),)),
        Happening("schedule", cron="0 0 * * *"),
    ),
    (on("workflow_dispatch"), Happening("workflow_dispatch", ref=MAIN)),
    (on("pull_request_target"), Happening("pull_request_target", message="[skip ci]")),
]


@pytest.mark.parametrize(("trigger", "happening"), RUNS)
def test_runs(trigger: Trigger, happening: Happening) -> None:
    decided = decision(trigger, happening)
    assert decided.runs, decided.reason


DOES_NOT_RUN = [
    (on("push"), pull(), "it runs on push, not on pull_request"),
    (
        on("push", branches=("main", "releases/**")),
        push(FIX),
        "branch fix/a matches none of branches (main, releases/**)",
    ),
    (
        on("push", branches=("**", "!fix/*")),
        push(FIX),
        'branch fix/a is taken out by "!fix/*" in branches',
    ),
    (on("push", branches_ignore=("fix/*",)), push(FIX), 'matches "fix/*" in branches-ignore'),
    (on("push", branches=("**",)), push(TAG), "tag v1.2 was pushed, and it filters branches only"),
    (on("push", branches_ignore=("a",)), push(TAG), "it filters branches only"),
    (on("push", tags=("v*",)), push(MAIN), "branch main was pushed, and it filters tags only"),
    (on("push", tags=("v2*",), branches=("main",)), push(TAG), "tag v1.2 matches none of tags"),
    (
        on("push", paths=("src/**",)),
        push(MAIN, paths=("README.md",)),
        "no changed file matches paths (src/**)",
    ),
    (
        on("push", paths_ignore=("**.md", "docs/**")),
        push(MAIN, paths=("README.md", "docs/a.png")),
        "every changed file matches paths-ignore (**.md, docs/**)",
    ),
    (on("push", paths=("**",)), push(MAIN, paths=()), "no file changed"),
    (on("push", paths=("**",)), push(FIX, paths=("a",), deleted=True), "no file changed"),
    (
        on("push", branches=("main",), paths=("src/**",)),
        push(FIX, paths=("src/a.py",)),
        "branch fix/a matches none",
    ),
    (on("push"), push(MAIN, message="typo [skip ci]"), "the commit's message has [skip ci]"),
    (on("push"), push(MAIN, message="x\n\n\nskip-checks: true\n"), "skip-checks: true"),
    (on("pull_request"), pull(message="[no ci]"), "[no ci]"),
    (
        on("pull_request"),
        pull(action="labeled"),
        "its activity type is labeled; types has opened, synchronize, reopened, the default",
    ),
    (on("pull_request", types=("opened",)), pull(action="closed"), "types has opened"),
    (on("pull_request", branches=("main",)), pull("dev"), "branch dev matches none of branches"),
    (on("pull_request", branches_ignore=("d*",)), pull("dev"), "in branches-ignore"),
    (on("merge_group", branches=("x",)), Happening("merge_group", base_ref="main"), "none"),
    (
        on("workflow_run", workflows=("CI", "Lint")),
        Happening("workflow_run", workflow="Docs"),
        'it follows CI, Lint, not "Docs"',
    ),
    (
        on("workflow_run", workflows=("CI",), branches=("main",)),
        Happening("workflow_run", workflow="CI", head_branch="dev"),
        "branch dev matches none of branches",
    ),
    (
        on("repository_dispatch", types=("t",)),
        Happening("repository_dispatch", action="other"),
        "types has t",
    ),
    (
        Trigger("schedule", PLACE, schedules=(Schedule("0 0 * * *", PLACE),)),
        Happening("schedule", cron="5 5 * * *"),
        "is not among its schedules (0 0 * * *)",
    ),
]


@pytest.mark.parametrize(("trigger", "happening", "reason"), DOES_NOT_RUN)
def test_does_not_run_and_says_why(trigger: Trigger, happening: Happening, reason: str) -> None:
    decided = decision(trigger, happening)
    assert not decided.runs
    assert reason in decided.reason


@pytest.mark.parametrize(
    ("happening", "reason"),
    [
        (push(MAIN), "on push to main"),
        (push(TAG), "on push to tag v1.2"),
        (Happening("issues", action="opened"), "on issues (opened)"),
    ],
)
def test_says_why_it_runs(happening: Happening, reason: str) -> None:
    assert decision(on(happening.event), happening).reason == reason


def test_pull_request_names_its_base() -> None:
    assert decision(on("pull_request"), pull()).reason == "on pull_request (opened) into main"


def test_only_the_first_300_changed_files_count() -> None:
    paths = (*(f"docs/{n}.md" for n in range(300)), "src/late.py")
    decided = decision(on("push", paths=("src/**",)), push(MAIN, paths=paths))
    assert not decided.runs
    assert decided.reason.endswith("GitHub looks at the first 300 of 301 only")
    assert decision(on("push", paths=("src/**",)), push(MAIN, paths=paths[1:])).runs


NAMES = st.text("ab/*!-.", max_size=12)
FILTER = st.none() | st.lists(NAMES, max_size=4).map(tuple)


@settings(deadline=None)
@given(
    st.sampled_from(["push", "pull_request", "workflow_run", "issues"]),
    st.fixed_dictionaries(
        dict.fromkeys(
            ("branches", "branches_ignore", "tags", "tags_ignore", "paths", "types"), FILTER
        )
    ),
    st.tuples(st.sampled_from(["refs/heads/", "refs/tags/", ""]), NAMES).map("".join),
    st.none() | st.lists(NAMES).map(tuple),
)
def test_any_filters_give_a_decision_with_a_reason(
    event: str,
    filters: dict[str, tuple[str, ...] | None],
    ref: str,
    paths: tuple[str, ...] | None,
) -> None:
    happening = Happening(event, ref=ref, base_ref=ref, head_branch=ref, paths=paths)
    decided = decision(Trigger(event, PLACE, **filters), happening)
    assert decided.reason
    assert "\n" not in decided.reason
