"""A stand-in for the vulnerability services, so that the real auditors have something to find.

    python advisories.py serve PORT_FILE      # OSV and npm's audit endpoints on a loopback port
    python advisories.py safety FOLDER        # a Safety database in FOLDER (2) and FOLDER/3 (3)

The advisories are public facts about old releases; the texts are ours. What the tools print
about them is theirs.
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

PYTHON: list[dict[str, Any]] = [
    {
        "package": "jinja2",
        "id": "PYSEC-2019-217",
        "aliases": ["CVE-2019-10906", "GHSA-462w-v97r-4m45"],
        "below": "2.10.1",
        "cvss": 8.6,
        "vector": "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:N",
        "safety": "37012",
        "text": "str.format_map lets a template leave the sandbox.",
    },
    {
        "package": "urllib3",
        "id": "PYSEC-2019-132",
        "aliases": ["CVE-2019-11236", "GHSA-r64q-w8jr-g9qp"],
        "below": "1.24.3",
        "cvss": 6.1,
        "vector": "CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N",
        "safety": "37055",
        "text": "Line ends in a request parameter reach the headers.",
    },
    {
        "package": "flask",
        "id": "PYSEC-2018-66",
        "aliases": ["CVE-2018-1000656", "GHSA-562c-5r94-xh97"],
        "below": "0.12.3",
        "cvss": 7.5,
        "vector": "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H",
        "safety": "36388",
        "text": "JSON in an unexpected encoding takes a lot of memory.",
    },
]
NPM: list[dict[str, Any]] = [
    {
        "id": 1106913,
        "module_name": "lodash",
        "title": "Command injection in lodash templates",
        "severity": "high",
        "url": "https://github.com/advisories/GHSA-35jh-r3h4-6jhm",
        "vulnerable_versions": "<4.17.21",
        "patched_versions": ">=4.17.21",
        "cves": ["CVE-2021-23337"],
        "cwe": ["CWE-77", "CWE-94"],
        "cvss": {"score": 7.2, "vectorString": "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H"},
    },
    {
        "id": 1097678,
        "module_name": "minimist",
        "title": "Prototype pollution in minimist",
        "severity": "critical",
        "url": "https://github.com/advisories/GHSA-xvch-5gv4-984h",
        "vulnerable_versions": "<1.2.6",
        "patched_versions": ">=1.2.6",
        "cves": ["CVE-2021-44906"],
        "cwe": ["CWE-1321"],
        "cvss": {"score": 9.8, "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"},
    },
]


def osv(package: str) -> dict[str, Any]:
    """What OSV answers for one package at a vulnerable version."""
    return {
        "vulns": [
            {
                "id": one["id"],
                "aliases": one["aliases"],
                "summary": one["text"],
                "details": one["text"],
                "published": "2019-04-07T00:29:00Z",
                "modified": "2024-01-01T00:00:00Z",
                "severity": [{"type": "CVSS_V3", "score": one["vector"]}],
                "affected": [
                    {
                        "package": {"name": package, "ecosystem": "PyPI"},
                        "ranges": [
                            {
                                "type": "ECOSYSTEM",
                                "events": [{"introduced": "0"}, {"fixed": one["below"]}],
                            }
                        ],
                        "versions": [],
                    }
                ],
            }
            for one in PYTHON
            if one["package"] == package.lower()
        ]
    }


def npm_bulk() -> dict[str, Any]:
    """npm 7 and newer: advisories by package; ids of CVEs are not among them."""
    keys = ("id", "url", "title", "severity", "vulnerable_versions", "cwe", "cvss")
    return {one["module_name"]: [{key: one[key] for key in keys}] for one in NPM}


def npm_full(tree: dict[str, Any]) -> dict[str, Any]:
    """npm 6: the whole audit is the registry's answer to the tree that npm sends."""
    counts = dict.fromkeys(("info", "low", "moderate", "high", "critical"), 0)
    advisories: dict[str, Any] = {}
    for one in NPM:
        name = one["module_name"]
        version = tree.get("dependencies", {}).get(name, {}).get("version", "")
        counts[one["severity"]] += 1
        finding = {"version": version, "paths": [name]}
        advisories[str(one["id"])] = {
            **one,
            "findings": [finding],
            "cwe": one["cwe"][0],
            "overview": one["title"],
            "recommendation": f"Upgrade to version {one['patched_versions'][2:]} or later",
            "github_advisory_id": one["url"].rpartition("/")[2],
        }
    metadata = {
        "vulnerabilities": counts,
        "dependencies": len(tree.get("dependencies", {})),
        "devDependencies": 0,
        "optionalDependencies": 0,
        "totalDependencies": len(tree.get("dependencies", {})),
    }
    return {"actions": [], "advisories": advisories, "muted": [], "metadata": metadata}


class Answers(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        import gzip

        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if body[:2] == b"\x1f\x8b":
            body = gzip.decompress(body)
        asked = json.loads(body or b"{}")
        if self.path.endswith("/advisories/bulk"):
            self.answer(npm_bulk())
        elif self.path.endswith("/security/audits"):
            self.answer(npm_full(asked))
        else:
            self.answer(osv(asked.get("package", {}).get("name", "")))

    def do_GET(self) -> None:
        """npm 7 and newer ask for the versions of a package that has an advisory."""
        name = self.path.strip("/")
        later = {"lodash": ("4.17.20", "4.17.21"), "minimist": ("1.2.5", "1.2.6")}.get(name, ())
        versions = {v: {"name": name, "version": v, "dist": {"tarball": ""}} for v in later}
        tags = {"latest": later[-1]} if later else {}
        self.answer({"name": name, "versions": versions, "dist-tags": tags})

    def answer(self, value: object) -> None:
        data = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        pass


def safety(folder: Path) -> None:
    """Safety's database files: schema 2 keeps packages at the top, schema 2.0 of Safety 3 below."""
    specs = {one["package"]: [f"<{one['below']}"] for one in PYTHON}
    entries: dict[str, Any] = {}
    for one in PYTHON:
        entry = {
            "id": f"pyup.io-{one['safety']}",
            "advisory": one["text"],
            "cve": one["aliases"][0],
            "specs": [f"<{one['below']}"],
            "fixed_versions": [one["below"]],
            "more_info_path": f"/v/{one['safety']}/742",
            "ids": [{"type": "cve", "id": one["aliases"][0]}],
            "vulnerable_spec": [f"<{one['below']}"],
            "transitive": False,
        }
        entries[one["package"]] = [entry]
    scores = {
        one["aliases"][0]: {
            "cvssv3": {"base_score": one["cvss"], "vector_string": one["vector"]},
        }
        for one in PYTHON
    }
    packages = {
        one["package"]: {
            "secure_versions": [one["below"]],
            "insecure_versions": [],
            "latest_secure_version": one["below"],
            "latest_version": one["below"],
            "more_info_path": f"/p/pypi/{one['package']}/742/",
        }
        for one in PYTHON
    }
    meta = {
        "base_domain": "https://data.safetycli.com",
        "cve": scores,
        "packages": packages,
        "severity": {
            f"pyup.io-{one['safety']}": {
                "source": one["aliases"][0],
                "cvssv2": None,
                "cvssv3": scores[one["aliases"][0]]["cvssv3"],
            }
            for one in PYTHON
        },
        "schema_version": "2.0.0",
        "timestamp": 1700000000,
    }
    _write(folder / "insecure.json", {"$meta": meta, **specs})
    _write(folder / "insecure_full.json", {"$meta": meta, **entries})
    for ecosystem in ("", "python"):
        three = folder / "3" / ecosystem
        _write(three / "insecure.json", {"meta": meta, "vulnerable_packages": specs})
        _write(three / "insecure_full.json", {"meta": meta, "vulnerable_packages": entries})


def _write(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))


if __name__ == "__main__":
    verb, where = sys.argv[1], Path(sys.argv[2])
    if verb == "safety":
        safety(where)
    else:
        server = HTTPServer(("127.0.0.1", 0), Answers)
        where.write_text(str(server.server_port))
        server.serve_forever()
