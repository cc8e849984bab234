"""The gates as JUnit XML: what shows tests shows them too."""

from __future__ import annotations

import re
from html import escape

from headway.quality.render import words
from headway.verdict import Result, Verdict

# What XML 1.0 can't hold, in whatever form.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml(verdict: Verdict) -> str:
    """A suite with a case for each gate. What is failed fails, inconclusive is an error, what
    only reports is skipped and says so."""
    results = words.ordered(verdict.results)
    cases = "".join(_case(result) for result in results)
    failed = sum(1 for r in results if r.blocking and r.outcome == "failed")
    errors = sum(1 for r in results if r.blocking and r.outcome in ("inconclusive", "error"))
    skipped = sum(1 for r in results if not r.blocking and r.outcome != "passed")
    counts = _attributes(
        name="headway gate",
        tests=str(len(results)),
        failures=str(failed),
        errors=str(errors),
        skipped=str(skipped),
    )
    when = _attributes(timestamp=verdict.when.rstrip("Z")) if verdict.when else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f"<testsuites{counts}>\n  <testsuite{counts}{when}>\n{cases}"
        "  </testsuite>\n</testsuites>\n"
    )


def _case(result: Result) -> str:
    head = _attributes(classname="headway.gate", name=result.gate, time="0")
    if result.outcome == "passed":
        body = _element("system-out", "", result.message)
    elif not result.blocking:
        message = f"{result.outcome}, not blocking: {result.message}"
        body = _element("skipped", _attributes(message=message), "")
    else:
        name = "failure" if result.outcome == "failed" else "error"
        attributes = _attributes(message=result.message, type=result.outcome)
        body = _element(name, attributes, "\n".join((result.message, *told(result))))
    return f"    <testcase{head}>\n      {body}\n    </testcase>\n"


def told(result: Result) -> list[str]:
    """What a result is about, and the mend."""
    return [*result.details, *([result.hint] if result.hint else [])]


def _element(name: str, attributes: str, text: str) -> str:
    return f"<{name}{attributes}>{_text(text)}</{name}>"


def _attributes(**given: str) -> str:
    return "".join(f' {name}="{_text(value)}"' for name, value in given.items())


def _text(text: str) -> str:
    return escape(_FORBIDDEN.sub("\ufffd", text))
