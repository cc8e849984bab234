"""Rules in CEL, the Common Expression Language, over the evidence.

The library is loaded only when there are rules. It is the language's own (C++) implementation:
types are checked before anything is evaluated, regular expressions take linear time, an
expression nests no deeper than 32 and goes through no more than 10,000 elements.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from headway.errors import did_you_mean
from headway.quality.case import Case
from headway.quality.new_code import coverage as of_changes

LONGEST = 4000  # characters of an expression

Record = dict[str, Any]

VARIABLES: dict[str, str] = {
    "measures": "map(string, double): all measures by name, as measures['coverage.percent']",
    "baseline": "map(string, double): the baseline's measures; empty without one",
    "findings": "list: rule severity category tool file line package version fixed message"
    " fingerprint new",
    "tests": "list: id name suite file outcome seconds attempts quarantined",
    "coverage": "map(string, map): percent lines covered",
    "complexity": "list: file name line cyclomatic cognitive length",
    "load": "list: tool name requests p50 p95 p99 error_rate throughput",
    "components": "list: name version licenses",
    "reports": "list: source tool kind complete",
    "scores": "map(string, double): security quality",
    "changed": "map: known files lines covered percent",
    "commit": "map: sha branch dirty",
}


class Mistake(Struct, frozen=True):
    """What is wrong with a rule, and where in its text; lines and columns count from 1."""

    message: str
    hint: str = ""
    line: int = 1
    column: int = 1


def check(text: str) -> list[Mistake]:
    """The mistakes of an expression, found without evidence."""
    compiled = _compile(text)
    return [compiled] if isinstance(compiled, Mistake) else []


def evaluate(text: str, facts: Facts) -> bool | Mistake:
    """Whether the rule holds for the evidence."""
    compiled = _compile(text)
    if isinstance(compiled, Mistake):
        return compiled
    used = {name: facts.get(name) for name in VARIABLES if re.search(rf"\b{name}\b", text)}
    try:
        answer = compiled.eval(data=used)
    except (RuntimeError, TypeError, ValueError, OverflowError) as error:
        # The others: evidence that the language has no value for, such as an endless integer.
        return _at_evaluation(str(error), facts)
    value = answer.value()
    if isinstance(value, bool):
        return value
    if answer.type().name() == "ERROR":
        return _at_evaluation(str(value), facts)
    name = answer.type().name().lower()
    return Mistake(f"the rule's answer is of type {name}", "it should be true or false")


class Facts:
    """The variables, each made when a rule first uses it."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._made: dict[str, Any] = {}

    def get(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = _MAKERS[name](self._case)
        return self._made[name]


def _findings(case: Case) -> list[Record]:
    from headway.quality.baseline import new

    fresh: set[str] = set()
    if case.baseline is not None:
        fresh = {one.fingerprint for one in new(case.open, case.baseline, case.diff)}
    return [
        {
            "rule": one.rule,
            "severity": one.severity,
            "category": one.category,
            "tool": one.tool,
            "file": one.file,
            "line": one.line,
            "package": one.package,
            "version": one.version,
            "fixed": one.fixed_version,
            "message": one.message,
            "fingerprint": one.fingerprint,
            "new": one.fingerprint in fresh,
        }
        for one in case.open
    ]


def _tests(case: Case) -> list[Record]:
    return [
        {
            "id": one.id,
            "name": one.name,
            "suite": one.suite,
            "file": one.file,
            "outcome": one.outcome,
            "seconds": float(one.seconds),
            "attempts": one.attempts,
            "quarantined": case.quarantine.holds(one.id),
        }
        for one in case.evidence.tests
    ]


def _coverage(case: Case) -> Record:
    return {
        one.path: {
            "percent": 100.0 * one.hit / one.total if one.total else 100.0,
            "lines": one.total,
            "covered": one.hit,
        }
        for one in case.evidence.coverage
    }


def _complexity(case: Case) -> list[Record]:
    return [
        {
            "file": one.file,
            "name": one.name,
            "line": one.line,
            "cyclomatic": float(one.cyclomatic or 0),
            "cognitive": float(one.cognitive or 0),
            "length": one.length or 0,
        }
        for one in case.evidence.complexity
    ]


def _load(case: Case) -> list[Record]:
    from headway.quality import load

    found = []
    for run in case.evidence.load:
        for one in run.results:
            record: Record = {"tool": run.tool, "name": one.name, "requests": one.requests}
            for measure in load.UNITS:
                value = load.value(one, measure)
                if value is not None:
                    record[measure] = value
            found.append(record)
    return found


def _changed(case: Case) -> Record:
    if case.diff is None:
        return {"known": False, "files": [], "lines": 0, "covered": 0, "percent": 100.0}
    counted = of_changes(case.diff, case.evidence.coverage)
    return {
        "known": True,
        "files": [one.path for one in case.diff.files],
        "lines": counted.total,
        "covered": counted.hit,
        "percent": counted.percent,
    }


def _components(case: Case) -> list[Record]:
    return [
        {"name": one.name, "version": one.version, "licenses": list(one.licenses)}
        for one in case.evidence.components
    ]


def _reports(case: Case) -> list[Record]:
    return [
        {"source": one.source, "tool": one.tool, "kind": one.kind, "complete": one.complete}
        for one in case.evidence.reports
    ]


def _commit(case: Case) -> Record:
    commit = case.evidence.commit
    return {"sha": commit.sha, "branch": commit.branch, "dirty": commit.dirty}


_MAKERS: dict[str, Callable[[Case], Any]] = {
    "measures": lambda case: case.measures,
    "baseline": lambda case: case.baseline_measures,
    "findings": _findings,
    "tests": _tests,
    "coverage": _coverage,
    "complexity": _complexity,
    "load": _load,
    "components": _components,
    "reports": _reports,
    "scores": lambda case: {one.name: one.value for one in case.known_scores},
    "changed": _changed,
    "commit": _commit,
}


def _compile(text: str) -> Any:
    """The library's expression, or a Mistake."""
    if len(text) > LONGEST:
        return Mistake(f"the rule has {len(text)} characters", f"{LONGEST} are the most")
    if not text.strip():
        return Mistake("the rule is empty", "write an expression that is true or false")
    if not text.isprintable() and re.search("[\ud800-\udfff]", text):
        return Mistake("the rule has characters that are none")
    try:
        expression = _environment().compile(text)
    except RuntimeError as error:
        return _at_compilation(str(error))
    kind = expression.return_type().name()
    if kind not in ("BOOL", "DYN"):
        return Mistake(f"the rule's answer is of type {kind.lower()}", "compare it with something")
    return expression


_ENVIRONMENT: list[Any] = []  # made once, when the first rule is met


def _environment() -> Any:
    if not _ENVIRONMENT:
        from cel_expr_python import cel  # type: ignore[import-untyped]

        kind = cel.Type
        record = kind.Map(kind.STRING, kind.DYN)
        types = {"list": kind.List(record), "map": record}
        _ENVIRONMENT.append(
            cel.NewEnv(
                variables={
                    name: kind.Map(kind.STRING, record)
                    if name == "coverage"
                    else types[re.split(r"\W", said)[0]]
                    for name, said in VARIABLES.items()
                }
            )
        )
    return _ENVIRONMENT[0]


_PLACE = re.compile(r"ERROR: <input>:(\d+):(\d+): ([^\n]*)")


def _at_compilation(text: str) -> Mistake:
    found = _PLACE.search(text)
    if found is None:
        said = re.sub(r"^[A-Z_]+: |\s*\[[A-Z_]+\]\s*$", "", text.partition("\n")[0])
        return Mistake(f"the rule can't be read: {said}", "make it shorter, or two of it")
    line, column, message = int(found[1]), int(found[2]), found[3]
    message = re.sub(r" \(in container ''\)| \[[A-Z_]+\]", "", message)
    hint = ""
    if name := re.search(r"undeclared reference to '([^']*)'", message):
        message = f'nothing is called "{name[1]}"'
        hint = did_you_mean(name[1], VARIABLES)
    elif overload := re.search(r"no matching overload for '([^']*)' applied to '([^']*)'", message):
        operator = overload[1].strip("_@").replace("_", " ").strip() or overload[1]
        message = f"{operator} can't be applied to {overload[2]}"
    elif syntax := re.search(r"(?:mismatched|extraneous) input ('[^']*')", message):
        what = "the end of the rule" if "EOF" in syntax[1] else syntax[1]
        message = f"{what} wasn't expected here"
    return Mistake(message, hint, line, column)


def _at_evaluation(text: str, facts: Facts) -> Mistake:
    said = re.sub(r"^[A-Z_]+: |\s*\[[A-Z_]+\]\s*$", "", text)
    if name := re.search(r'Key not found in map : "([^"]*)"', said):
        known = facts.get("measures")
        hint = did_you_mean(name[1], known) if "." in name[1] else ""
        other = "test for it first, as `has(x.y)` or `'y' in x`"
        return Mistake(f'there is no "{name[1]}" in the evidence', hint or other)
    if "Iteration budget" in said:
        hint = "use `measures`, which has the counts, or fewer macros inside one another"
        return Mistake("the rule goes through more than 10,000 elements", hint)
    return Mistake(f"the rule can't be evaluated: {said}", "see the types of the variables")
