"""What is read from each tool's recorded report: how many findings of which severity, and
whether the report says that the tool could not do its work."""

from __future__ import annotations

from collections import Counter

import pytest

from headway.quality.severity import SCALE

from .findings import recorded, report

# file → tool, findings as "critical/high/medium/low/info", a part of the reason if incomplete
EXPECTED = {
    "bandit-1.7.10/bandit.json": ("bandit", "0/2/2/3/0", ""),
    "bandit-1.9.4/bandit.json": ("bandit", "0/2/2/3/0", ""),
    "bandit-1.9.4/bandit.sarif": ("bandit", "0/2/2/3/0", ""),
    "bandit-1.9.4/broken.json": ("bandit", "0/2/2/3/0", "app/half.py: syntax error"),
    "black-22.12.0/black.txt": ("black", "0/0/0/1/0", ""),
    "black-22.12.0/broken.txt": ("black", "0/0/0/1/0", "app/half.py can't be parsed"),
    "black-26.10.1/black.txt": ("black", "0/0/0/1/0", ""),
    "black-26.10.1/broken.txt": ("black", "0/0/0/1/0", "app/half.py can't be parsed"),
    "black-26.10.1/clean.txt": ("black", "0/0/0/0/0", ""),
    "checkov-2.5.20/list.json": ("checkov", "0/0/17/0/0", ""),
    "checkov-3.3.30/list.json": ("checkov", "0/0/17/0/0", ""),
    "checkov-3.3.30/single.json": ("checkov", "0/0/7/0/0", ""),
    "checkov-3.3.30/checkov.sarif": ("checkov", "0/0/7/0/0", ""),
    "checkov-3.3.30/nothing.json": ("checkov", "0/0/0/0/0", "nothing was checked"),
    "checkov-by-spec/packages.json": ("checkov", "0/1/0/0/0", "half.tf can't be parsed"),
    "checkov-by-spec/secrets.json": ("checkov", "0/1/0/0/0", ""),
    "codeql-by-spec/python.sarif": ("codeql", "1/0/0/2/0", ""),
    "codeql-by-spec/failed.sarif": ("codeql", "0/0/0/0/0", "No source code was seen"),
    "dependency-check-by-spec/report.json": ("dependency-check", "1/0/1/0/0", ""),
    "dependency-check-by-spec/no-data.json": ("dependency-check", "0/0/0/0/0", "NoDataException"),
    "detect-secrets-1.3.0/baseline.json": ("detect-secrets", "0/3/0/0/0", ""),
    "detect-secrets-1.5.0/baseline.json": ("detect-secrets", "0/4/0/0/0", ""),
    "detect-secrets-1.5.0/audited.json": ("detect-secrets", "0/3/0/0/0", ""),
    "docker-bench-by-spec/log.json": ("docker-bench", "0/0/2/0/1", ""),
    "eslint-8.57.1/eslint.json": ("eslint", "0/4/2/0/0", ""),
    "eslint-10.15.0/eslint.json": ("eslint", "0/4/2/0/0", ""),
    "eslint-10.15.0/eslint.sarif": ("eslint", "0/4/2/0/0", ""),
    "eslint-10.15.0/broken.json": ("eslint", "0/5/2/0/0", "half.js: Parsing error"),
    "flake8-5.0.4/flake8.txt": ("flake8", "0/1/4/6/0", ""),
    "flake8-7.5.0/flake8.txt": ("flake8", "0/1/4/6/0", ""),
    "gitleaks-8.30.1/clean.json": ("unknown", "0/0/0/0/0", ""),
    "gitleaks-8.30.1/dir.json": ("gitleaks", "0/3/0/0/0", ""),
    "gitleaks-8.30.1/git.json": ("gitleaks", "0/3/0/0/0", ""),
    "gitleaks-8.30.1/gitleaks.sarif": ("gitleaks", "0/3/0/0/0", ""),
    "gitleaks-by-spec/v7.json": ("gitleaks", "0/1/0/0/0", ""),
    "grype-by-spec/grype.json": ("grype", "0/1/0/0/1", ""),
    "grype-by-spec/grype.sarif": ("grype", "0/1/0/0/0", ""),
    "grype-by-spec/clean.json": ("grype", "0/0/0/0/0", ""),
    "grype-by-spec/no-database.txt": ("grype", "0/0/0/0/0", "no vulnerability database found"),
    "hadolint-2.15.1/hadolint.json": ("hadolint", "0/3/6/2/0", ""),
    "hadolint-2.15.1/hadolint.sarif": ("hadolint", "0/3/6/2/0", ""),
    "isort-5.13.2/isort.txt": ("isort", "0/0/0/1/0", ""),
    "isort-9.0.2/isort.txt": ("isort", "0/0/0/1/0", ""),
    "mypy-0.991/mypy.txt": ("mypy", "0/9/0/0/0", ""),
    "mypy-2.4.1/mypy.txt": ("mypy", "0/9/0/0/0", ""),
    "mypy-2.4.1/columns.txt": ("mypy", "0/9/0/0/0", ""),
    "mypy-2.4.1/pretty.txt": ("mypy", "0/9/0/0/0", ""),
    "mypy-2.4.1/mypy.jsonl": ("mypy", "0/9/0/0/0", ""),
    "mypy-2.4.1/clean.txt": ("mypy", "0/0/0/0/0", ""),
    "npm-6.14.18/audit.json": ("npm-audit", "1/1/0/0/0", ""),
    "npm-11.19.1/audit.json": ("npm-audit", "1/1/0/0/0", ""),
    "npm-6.14.18/unreachable.json": ("npm-audit", "0/0/0/0/0", "may not support audit requests"),
    "npm-11.19.1/unreachable.json": ("npm-audit", "0/0/0/0/0", "405 Method Not Allowed"),
    "npm-by-spec/through.json": ("npm-audit", "1/0/0/0/0", ""),
    "npm-by-spec/clean.json": ("npm-audit", "0/0/0/0/0", ""),
    "pip-audit-2.10.1/pip-audit.json": ("pip-audit", "0/3/0/0/0", ""),
    "pip-audit-2.10.1/skipped.json": ("pip-audit", "0/0/0/0/0", "could not be audited: jinja2"),
    "pip-audit-2.4.14/skipped.json": ("pip-audit", "0/0/0/0/0", "could not be audited: jinja2"),
    "pip-audit-2.10.1/unreachable.txt": ("pip-audit", "0/0/0/0/0", "ConnectionError"),
    "pip-audit-by-spec/list.json": ("pip-audit", "0/1/0/0/0", ""),
    "prettier-2.8.8/prettier.txt": ("prettier", "0/0/0/2/0", ""),
    "prettier-3.10.1/prettier.txt": ("prettier", "0/0/0/2/0", ""),
    "prettier-3.10.1/clean.txt": ("prettier", "0/0/0/0/0", ""),
    "prettier-2.8.8/broken.txt": ("prettier", "0/0/0/2/0", "half.js: SyntaxError"),
    "prettier-3.10.1/broken.txt": ("prettier", "0/0/0/2/0", "half.js: SyntaxError"),
    "pylint-2.17.7/pylint.json": ("pylint", "0/3/10/12/0", ""),
    "pylint-4.1.4/pylint.json": ("pylint", "0/3/10/12/0", ""),
    "pylint-4.1.4/pylint2.json": ("pylint", "0/3/10/12/0", ""),
    "pylint-4.1.4/pylint.txt": ("pylint", "0/3/10/12/0", ""),
    "pylint-4.1.4/clean.txt": ("pylint", "0/0/0/0/0", ""),
    "pyright-1.1.414/pyright.json": ("pyright", "0/5/1/0/0", ""),
    "ruff-0.0.292/ruff.json": ("ruff", "0/1/12/6/0", ""),
    "ruff-0.0.292/ruff.txt": ("ruff", "0/1/12/6/0", ""),
    "ruff-0.17.5/ruff.json": ("ruff", "0/1/12/6/0", ""),
    "ruff-0.17.5/ruff.jsonl": ("ruff", "0/1/12/6/0", ""),
    "ruff-0.17.5/ruff.txt": ("ruff", "0/1/12/6/0", ""),
    "ruff-0.17.5/ruff-concise.txt": ("ruff", "0/1/12/6/0", ""),
    "ruff-0.17.5/ruff.sarif": ("ruff", "0/1/12/6/0", ""),
    "ruff-0.17.5/clean.txt": ("ruff", "0/0/0/0/0", ""),
    "safety-2.3.5/safety.json": ("safety", "0/2/1/0/0", ""),
    "safety-2.3.5/unreachable.txt": ("safety", "0/0/0/0/0", "unable to reach the server"),
    "safety-3.8.1/unreachable.txt": ("safety", "0/0/0/0/0", "ConnectError"),
    "safety-by-spec/check.json": ("safety", "0/1/0/0/0", ""),
    "safety-by-spec/scan.json": ("safety", "0/1/0/0/0", ""),
    "semgrep-1.182.0/semgrep.json": ("semgrep", "0/1/1/1/0", ""),
    "semgrep-1.182.0/semgrep.sarif": ("semgrep", "0/1/1/1/0", ""),
    "semgrep-by-spec/secrets.json": ("semgrep", "0/1/0/0/0", "app/half.py: Syntax error"),
    "snyk-1.1064.0/no-token.txt": ("snyk", "0/0/0/0/0", "requires an authenticated account"),
    "snyk-by-spec/test.json": ("snyk", "0/1/1/0/0", ""),
    "snyk-by-spec/projects.json": ("snyk", "0/1/0/0/0", "supported target files"),
    "snyk-by-spec/container.json": ("snyk", "1/1/0/0/0", ""),
    "snyk-by-spec/iac.json": ("snyk", "0/1/0/0/0", ""),
    "snyk-by-spec/code.sarif": ("snyk", "0/1/0/0/0", ""),
    "trivy-0.59.1/trivy.json": ("trivy", "2/15/4/5/0", ""),
    "trivy-0.59.1/trivy.sarif": ("trivy", "2/15/4/5/0", ""),
    "trivy-0.76.0/trivy.json": ("trivy", "2/14/4/5/0", ""),
    "trivy-0.76.0/trivy.sarif": ("trivy", "2/14/4/5/0", ""),
    "trivy-0.76.0/no-database.txt": ("trivy", "0/0/0/0/0", "failed to download vulnerability DB"),
    "trivy-by-spec/image.json": ("trivy", "1/2/1/0/0", ""),
    "trivy-by-spec/image.sarif": ("trivy", "0/1/0/0/0", ""),
    "trivy-by-spec/list.json": ("trivy", "0/1/0/0/0", ""),
    "trivy-by-spec/clean.json": ("trivy", "0/0/0/0/0", ""),
    "trufflehog-2.2.1/trufflehog.jsonl": ("trufflehog", "0/2/0/0/0", ""),
    "trufflehog-by-spec/v3.jsonl": ("trufflehog", "1/1/0/0/0", ""),
    "tsc-5.9.3/tsc.txt": ("typescript", "0/4/0/0/0", ""),
    "tsc-5.9.3/pretty.txt": ("typescript", "0/4/0/0/0", ""),
    "tsc-7.0.2/tsc.txt": ("typescript", "0/4/0/0/0", ""),
    "tsc-7.0.2/pretty.txt": ("typescript", "0/4/0/0/0", ""),
    "tsc-7.0.2/no-config.txt": ("typescript", "0/1/0/0/0", "path does not exist"),
    "zap-by-spec/report.json": ("zap", "0/1/1/1/1", ""),
    "zap-by-spec/old.json": ("zap", "0/0/0/1/0", ""),
    "zap-by-spec/stopped.json": ("zap", "0/0/0/0/0", "Percentage of responses"),
    "zizmor-1.32.0/zizmor.sarif": ("zizmor", "0/3/2/0/0", ""),
}


@pytest.mark.parametrize("path", EXPECTED)
def test_a_recorded_report(path: str) -> None:
    tool, severities, reason = EXPECTED[path]
    made = report(path)
    counts = Counter(finding.severity for finding in made.findings)
    assert (made.tool, "/".join(str(counts[word]) for word in SCALE)) == (tool, severities)
    assert made.complete is (not reason)
    assert reason in made.reason


@pytest.mark.parametrize("path", recorded())
def test_every_finding_has_a_rule_a_message_and_a_place(path: str) -> None:
    for finding in report(path).findings:
        assert finding.rule
        assert finding.message
        assert finding.file or finding.package or finding.url or finding.context or finding.word
        assert "\\" not in finding.file
        assert min(finding.line, finding.column, finding.end_line) >= 0
