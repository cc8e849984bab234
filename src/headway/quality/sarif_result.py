"""One SARIF result as a Finding: its rule, severity, place and what identifies it.

Pure functions of `headway.quality.reading.sarif` structs. Section numbers are the standard's.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from headway.quality import advisory, lint, secret
from headway.quality.reading.sarif import (
    ArtifactLocation,
    Location,
    Properties,
    Region,
    Result,
    Rule,
    RuleReference,
    Run,
)
from headway.quality.reading.text import path_of, position
from headway.quality.report import Category, Finding
from headway.quality.severity import WORDS, Severity, of_cvss, of_word

# How a driver's name begins → (our name, as its own format has it; what it looks for).
_TOOLS: dict[str, tuple[str, Category]] = {
    "codeql": ("codeql", "security"),
    "semgrep": ("semgrep", "security"),
    "opengrep": ("semgrep", "security"),
    "trivy": ("trivy", "container"),
    "grype": ("grype", "dependency"),
    "snyk open source": ("snyk", "dependency"),
    "snyk container": ("snyk", "dependency"),
    "snyk iac": ("snyk", "iac"),
    "snyk": ("snyk", "security"),
    "gitleaks": ("gitleaks", "secret"),
    "trufflehog": ("trufflehog", "secret"),
    "eslint": ("eslint", "lint"),
    "ruff": ("ruff", "lint"),
    "flake8": ("flake8", "lint"),
    "pylint": ("pylint", "lint"),
    "mypy": ("mypy", "type"),
    "bandit": ("bandit", "security"),
    "zizmor": ("zizmor", "security"),
    "checkov": ("checkov", "iac"),
    "hadolint": ("hadolint", "container"),
    "osv-scanner": ("osv-scanner", "dependency"),
    "dependency-check": ("dependency-check", "dependency"),
    "npm-audit": ("npm-audit", "dependency"),
    "pip-audit": ("pip-audit", "dependency"),
}
_TAGS: dict[str, Category] = {
    "secret": "secret",
    "secrets": "secret",
    "vulnerability": "dependency",
    "misconfiguration": "iac",
    "license": "license",
}
# The level of every result is "error": these rate nothing themselves.
_PYTHON_LINTERS = ("ruff", "flake8")
_UNRATED: dict[str, Severity] = {"checkov": "medium"}

# How scanners put a package into words.
_PACKAGE = re.compile(
    r"Package: (?P<trivy>\S+)|in \S+ package: (?P<grype>\S+), version"
    r"|a vulnerable (?P<snyk>\S+) package"
)
_VERSION = re.compile(r"Installed Version: (\S+)|, version (\S+) was found")
_FIXED = re.compile(r"Fixed Version: ([^\n]+)")
_TRIVY_MESSAGE = re.compile(r"^Message: (.+)$", re.MULTILINE)
# gitleaks repeats the rule and the file; the rule's own description says more.
_REPEATS = re.compile(r" has detected secret for file ")
_PURE_IDS = re.compile(r"commit|author|email|date|requires login", re.IGNORECASE)


def canonical(driver: str) -> str:
    """Our name for a tool: the one that its own format gives it."""
    return _known(driver)[0]


def looks_at_packages(driver: str) -> bool:
    """True of tools that look for nothing but vulnerable packages."""
    return _known(driver)[1] == "dependency"


def _known(driver: str) -> tuple[str, Category | None]:
    name = driver.strip().lower()
    return next((v for k, v in _TOOLS.items() if name.startswith(k)), (name, None))


def finding(run: Run, rules: Rules, result: Result) -> Finding:
    tool, _ = _known(run.tool.driver.name)
    rule = rules.of(result)
    text = _text(tool, result, rule)
    category = _category(run, rule)
    score = _score(result, rule)
    word = _word(result, rule)
    location = next(iter(result.locations or ()), Location())
    physical = location.physicalLocation
    region = (physical and physical.region) or Region()
    base = Finding(
        rule=result.ruleId or (result.rule and result.rule.id) or rule.id or "unnamed",
        message=_message(tool, result.ruleId or rule.id, text),
        severity=_severity(tool, category, result, rule),
        word=word,
        cvss=score,
        category=category,
        tool=tool,
        file=file_of(run, physical.artifactLocation if physical else None),
        line=position(region.startLine),
        column=position(region.startColumn),
        end_line=position(region.endLine),
        context=_context(result, region, location, category),
        url=rule.helpUri or "",
    )
    return _of_package(base, rule, text) if category == "dependency" else base


class Rules:
    """A run's rules, found as §3.52 says: by index, in the driver or in an extension, else by
    id, where `CA2101/1` is also rule `CA2101` (§3.27.5)."""

    def __init__(self, run: Run) -> None:
        self.driver = run.tool.driver.rules or []
        self.extensions = [extension.rules or [] for extension in run.tool.extensions or ()]
        every = (rule for rules in (self.driver, *self.extensions) for rule in rules)
        self.by_id: dict[str, Rule] = {}
        for rule in every:
            self.by_id.setdefault(rule.id, rule)

    def of(self, result: Result) -> Rule:
        reference = result.rule or RuleReference()
        component = reference.toolComponent
        rules = self.driver
        if component is not None and 0 <= component.index < len(self.extensions):
            rules = self.extensions[component.index]
        index = result.ruleIndex if result.ruleIndex >= 0 else reference.index
        if 0 <= index < len(rules):
            return rules[index]
        wanted = result.ruleId or reference.id or ""
        parent = wanted.rpartition("/")[0]
        return self.by_id.get(wanted) or self.by_id.get(parent) or Rule(id=wanted)


def file_of(run: Run, location: ArtifactLocation | None, depth: int = 4) -> str:
    """The path; §3.4: below a base that is itself relative, that comes before it. A base with an
    absolute URI is the root of the repository, wherever it was on the machine that scanned."""
    if location is None:
        return ""
    artifacts = run.artifacts or []
    if location.uri is None and 0 <= location.index < len(artifacts):
        location = artifacts[location.index].location or location
    path = _path(location.uri or "")
    base = (run.originalUriBaseIds or {}).get(location.uriBaseId or "")
    if base is None or base.uri is None or depth == 0 or _absolute(location.uri or ""):
        return path
    return path if _absolute(base.uri) else file_of(run, base, depth - 1).rstrip("/") + "/" + path


def _absolute(uri: str) -> bool:
    return uri.startswith("/") or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", uri) is not None


def _path(uri: str) -> str:
    if uri.startswith("file:"):
        uri = re.sub(r"^file:(?://[^/]*)?", "", uri)
        uri = re.sub(r"^/([A-Za-z]:/)", r"\1", uri)  # file:///C:/…
    return path_of(unquote(uri))


def _described(rule: Rule) -> str:
    return (rule.shortDescription and rule.shortDescription.text) or ""


def _text(tool: str, result: Result, rule: Rule) -> str:
    """§3.11: in place, or the rule's text of that id with the arguments put in."""
    message = result.message
    text = message.text
    if text is None and message.id is not None:
        known = (rule.messageStrings or {}).get(message.id)
        text = known.text if known else None
    if text is None:
        text = _described(rule) or rule.name or rule.id
    elif tool == "gitleaks" and _REPEATS.search(text):
        text = _described(rule) or "a secret"
    for number, argument in enumerate((message.arguments or ())[:10]):
        text = text.replace(f"{{{number}}}", argument)
    return text


def _message(tool: str, rule: str, text: str) -> str:
    if tool == "trivy" and (short := _TRIVY_MESSAGE.search(text)):
        text = short[1]
    if tool == "bandit":
        text = secret.bandit_message(rule, text)
    return secret.scrub(" ".join(text.split()))[:1000]


def _properties(result: Result, rule: Rule) -> tuple[Properties, Properties]:
    return result.properties or {}, rule.properties or {}


def _category(run: Run, rule: Rule) -> Category:
    properties = rule.properties or {}
    tags = properties.get("tags")
    texts = tags if isinstance(tags, list) else []
    named = {tag.lower() for tag in texts if isinstance(tag, str)}
    for tag, category in _TAGS.items():
        if tag in named:
            return category
    tool, category_of_tool = _known(run.tool.driver.name)
    if tool in _PYTHON_LINTERS:
        return lint.category(rule.id)
    about_security = "security" in named or "security-severity" in properties
    if category_of_tool == "security" and tool == "codeql" and not about_security:
        return "lint"
    if category_of_tool is not None:
        return category_of_tool
    if advisory.ids_in(rule.id):
        return "dependency"
    return "security" if about_security else "lint"


def _score(result: Result, rule: Rule) -> float | None:
    for properties in _properties(result, rule):
        value = properties.get("security-severity", properties.get("cvssv3_baseScore"))
        try:
            score = float(value) if value is not None else None
        except (TypeError, ValueError):
            score = None
        if (known := advisory.score(score)) is not None:
            return known
    return None


def _word(result: Result, rule: Rule) -> str:
    """A severity that the tool puts into the result's properties, else the level (§3.27.10)."""
    for key, value in (result.properties or {}).items():
        named = key.rpartition("/")[2].endswith("severity") and isinstance(value, str)
        if named and value.lower() in WORDS:
            return str(value)
    if result.level is not None:
        return result.level
    if result.kind not in (None, "fail"):
        return "none"
    default = rule.defaultConfiguration
    return (default.level if default else None) or "warning"


def _severity(tool: str, category: Category, result: Result, rule: Rule) -> Severity:
    score, word = _score(result, rule), _word(result, rule)
    if category == "secret":
        return secret.FOUND
    if tool in _PYTHON_LINTERS:
        return lint.severity(result.ruleId or rule.id)
    if score is not None:
        return of_cvss(score)
    return _UNRATED.get(tool) or of_word(word)


def _context(result: Result, region: Region, location: Location, category: Category) -> str:
    """What identifies the place when lines move, in the order of what moves least. Source text
    may hold a secret: its hash does as well."""
    snippet = (region.snippet and region.snippet.text) or ""
    if category == "secret":
        return secret.hashed(snippet.strip())
    for prints in (result.fingerprints, result.partialFingerprints):
        for key, value in (prints or {}).items():
            if value and not _PURE_IDS.search(key) and not _PURE_IDS.search(value):
                return value[:200]
    if snippet:
        return secret.hashed(snippet.strip())
    logical = next(iter(location.logicalLocations or ()), None)
    return ((logical and logical.fullyQualifiedName) or "")[:200]


def _of_package(base: Finding, rule: Rule, text: str) -> Finding:
    """The same advisory and package as in the scanner's own format, as far as it says."""
    from msgspec.structs import replace

    ids = advisory.ids_in(base.rule, rule.id, rule.name or "", text)
    name, aliases = advisory.named(dict.fromkeys(ids)) if ids else (base.rule, ())
    package, version, fixed = (p.search(text) for p in (_PACKAGE, _VERSION, _FIXED))
    return replace(
        base,
        rule=name,
        aliases=aliases,
        package=next((g for g in package.groups() if g), "") if package else "",
        version=next((g for g in version.groups() if g), "") if version else "",
        fixed_version=fixed[1].strip() if fixed else "",
        context="",
    )
