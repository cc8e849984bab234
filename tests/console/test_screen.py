"""What a terminal shows of a run: as much as there is room for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import Script

from headway import events
from headway.console.screen import Screen
from headway.console.style import Style, cells, cut
from headway.console.view import RunView

STYLE = Style(colour=False, unicode=True)


def drawn(
    view: RunView, *, width: int = 60, height: int = 40, last: tuple[bytes, ...] = ()
) -> list[str]:
    screen = Screen(STYLE)
    lines = screen.lines(view, lambda job, step: last, now=1010.0, width=width, height=height)
    assert len(lines) <= height
    for line in lines:
        assert sum(cells(text) for _, text in line) <= width
    return [STYLE.render(line) for line in lines]


@pytest.fixture
def view(script: Script) -> RunView:
    made = RunView()
    script.sinks.append(made.apply)
    return made


def busy(script: Script) -> None:
    script.start("lint", "test (1)", "test (2)", "deploy")
    script(events.JobQueued("package", "package", "package", needs=("lint", "test")))
    script(events.JobStarted("lint"), events.JobStarted("test (1)"))
    script.step("lint", 1, "ruff", seconds=1.0)
    script(events.JobFinished("lint", "success", "success", 2.0))
    script.step("test (1)", 1, "Set up", seconds=3.0)
    script(events.StepStarted("test (1)", 2, "pytest"), at=1004.0)


LAST = (b"##[group]Coverage", b"\x1b[32ma\x1b[2J\tok", b"##[error]b")


def test_all_of_it_where_there_is_room(view: RunView, script: Script) -> None:
    busy(script)
    assert drawn(view, width=44, last=LAST) == [
        "CI · push · main · run 12              10.0s",
        "✓ lint                                  2.0s",
        "  ✓ ruff                                1.0s",
        "● test (1)                             10.0s",
        "  ✓ Set up                              3.0s",
        "  ● pytest                              6.0s",
        "    │ ▸ Coverage",
        "    │ a   ok",
        "    │ b",
        "○ test (2)  waits",
        "○ deploy  waits",
        "○ package  waits for test",
    ]


@pytest.mark.parametrize(
    ("height", "expected"),
    [
        (11, ["✓ lint", "● test (1)", "  ✓ Set", "  ● pyte", "    │ ▸", "    │ a", "    │ b"]),
        (
            9,
            [
                "✓ lint",
                "● test (1)",
                "  ✓ Set",
                "  ● pyte",
                "    │ ▸",
                "    │ a",
                "    │ b",
                "○ 3 jobs wait",
            ],
        ),
        (
            8,
            [
                "✓ 1 job done",
                "● test (1)",
                "  ● pyte",
                "    │ ▸",
                "    │ a",
                "    │ b",
                "○ 3 jobs wait",
            ],
        ),
        (6, ["✓ 1 job done", "● test (1)", "  ● pyte", "    │ b", "○ 3 jobs wait"]),
        (4, ["✓ 1 job done", "● 1 job runs", "○ 3 jobs wait"]),
        (2, ["✓ 1 job done"]),
        (1, []),
    ],
)
def test_less_where_there_is_less(
    view: RunView, script: Script, height: int, expected: list[str]
) -> None:
    busy(script)
    lines = drawn(view, height=height, last=LAST)[1:]
    assert [line[: len(start)] for line, start in zip(lines, expected, strict=False)] == expected
    assert len(lines) == len(expected) + (3 if height == 11 else 0)


def test_what_failed_stays_where_what_passed_is_counted(view: RunView, script: Script) -> None:
    jobs = [f"test ({n})" for n in range(50)]
    script.start(*jobs)
    for job in jobs:
        script(events.JobFinished(job, "success", "failure" if "7" in job else "success", 1.0))
    lines = drawn(view, height=10)
    assert lines[1] == "✓ 45 jobs done"
    assert [line.split("  ")[0] for line in lines[2:]] == [
        f"✗ test ({n})" for n in (7, 17, 27, 37, 47)
    ]


def test_a_cancellation_shows(view: RunView, script: Script) -> None:
    script.start("a")
    script(events.RunCancelling("Ctrl-C"))
    assert drawn(view)[0].endswith("  cancelling, 10.0s")


@settings(max_examples=50)
@given(st.integers(0, 40), st.integers(1, 30), st.integers(1, 120), st.data())
def test_it_always_fits(jobs: int, height: int, width: int, data: st.DataObject) -> None:
    view, script = RunView(), Script()
    script.sinks.append(view.apply)
    names = [data.draw(st.text(max_size=20)) + f"{n}" for n in range(jobs)]
    script.start(*names)
    for name in names:
        if data.draw(st.booleans()):
            script(events.JobStarted(name))
            script(events.StepStarted(name, 1, "漢字 " + name))
        if data.draw(st.booleans()):
            script(events.JobFinished(name, "failure", "failure", 1.0, "because " + name))
    drawn(view, width=width, height=height, last=LAST)


@pytest.mark.parametrize(
    ("text", "columns"),
    [("abc", 3), ("é", 1), ("e\u0301", 1), ("漢字", 4), ("😀", 2), ("\u200b", 0), ("", 0)],
)
def test_columns_of_text(text: str, columns: int) -> None:
    assert cells(text) == columns


def test_cutting_never_splits_a_wide_character() -> None:
    assert [cut("a漢字", n) for n in range(6)] == ["", "a", "a", "a漢", "a漢", "a漢字"]
