"""headway.yaml as people write it: what is right, and what isn't."""

from __future__ import annotations

GOOD = {
    "nothing": "",
    "comments only": "# later\n",
    "null": "---\n",
    "a name": "service: shop\n",
    "gates": """
        gates:
          coverage: {min: 85, target: 95, changed: off, measure: branches}
          tests: {skipped: 3, blocking: false}
          performance:
            p95: 300ms
            error_rate: 0.1%
            throughput: 1000/s
            requests:
              checkout: {p99: 1s}
          new_findings: {severity: high}
          report_only: [coverage.changed]
        waivers:
          - rule: B101
            reason: asserts in tests
            owner: ada
            until: 2030-01-31
        quarantine:
          - {test: "tests/*::test_clock", reason: races, owner: ada, until: 2030-02-01}
    """,
    "environments": """
        environments:
          staging:
            command: ./serve --port "$PORT"
            health: {http: /healthz, interval: 500ms}
          production:
            platform: process
            command: [./serve]
            instances: 4
            strategy: canary
            canary:
              steps: [5%, {share: 50%, until: person}, 100%]
              pause: 0
            variables: {LOG: info, http_proxy: a, HTTP_PROXY: b}
            secrets:
              TOKEN: {env: SHOP_TOKEN}
            limits: {memory: 512MiB}
            requires: [staging]
    """,
    "runs": """
        actions:
          allow: [github-owned, "docker/*", "octo/tool@v2", "!octo/old"]
          mirror:
            github.com: https://git.example.com/mirror
            octo/*: /srv/git
        runners:
          ubuntu-latest: {image: "debian:12"}
          self-hosted: host
        cache: {size: 2GiB}
    """,
    "scans and suites": """
        scan:
          exclude: [docs/**]
          parallel: 2
          tools:
            semgrep: {rules: [rules/], time_limit: 1m}
            jscpd: {run: false}
        suites:
          unit:
            backend: {command: pytest, default: true}
            frontend: {command: [npx, vitest, run], directory: web}
          integration:
            backend:
              command: |
                make up
                pytest tests/integration
              env: {URL: "http://127.0.0.1:${DB_PORT}"}
              services:
                db: {image: "postgres:16", ports: [5432], health: pg_isready}
              reports: ["reports/*.xml"]
              needs: [unit/backend]
              serial: true
    """,
}

BAD = {
    "a list": "- service\n",
    "a text": "service\n",
    "an unknown section": "sevrice: shop\n",
    "an unknown key": "gates: {coverge: {min: 80}}\n",
    "a name with a slash": "service: a/b\n",
    "a number for a name": "service: 5\n",
    "a section without a value": "gates:\n",
    "a gate that is a text": "gates: {coverage: {min: high}}\n",
    "more than everything": "gates: {coverage: {min: 101}}\n",
    "no unit": "gates: {performance: {p95: 300}}\n",
    "another unit": "gates: {performance: {p95: 300%}}\n",
    "more than all": "gates: {performance: {error_rate: 101%}}\n",
    "a waiver without a reason": "waivers: [{rule: B101, owner: ada, until: 2030-01-01}]\n",
    "a waiver until someday": "waivers: [{rule: a, reason: b, owner: c, until: someday}]\n",
    "waivers that are no list": "waivers: {rule: B101}\n",
    "an environment with a space": "environments: {a b: {command: x}}\n",
    "an environment without a name": 'environments: {"": {command: x}}\n',
    "a strategy that isn't known": "environments: {a: {command: x, strategy: canry}}\n",
    "no instances": "environments: {a: {command: x, instances: 0}}\n",
    "a variable that is a number": "environments: {a: {command: x, variables: {PORT: 80}}}\n",
    "a runner that isn't known": "runners: {ubuntu-latest: hosts}\n",
    "a runner without an image": "runners: {ubuntu-latest: {}}\n",
    "an empty image": "runners: {ubuntu-latest: {image: ''}}\n",
    "a size without a unit": "cache: {size: 10}\n",
    "a size in quotes without a unit": "cache: {size: '10'}\n",
    "actions as a text": "actions: {allow: docker/*}\n",
    "a suite without a command": "suites: {unit: {a: {}}}\n",
    "a suite without a component": "suites: {unit: {command: pytest}}\n",
    "a port that can't be": (
        "suites: {unit: {a: {command: x, services: {b: {image: c, ports: [0]}}}}}\n"
    ),
    "a tool as a text": "scan: {tools: {ruff: never}}\n",
    "a tool's unknown key": "scan: {tools: {ruff: {rnu: true}}}\n",
}

# What only the reader knows; the schema accepts it.
SUBTLE = {
    "a day that isn't": "waivers: [{rule: a, reason: b, owner: c, until: 2030-02-30}]\n",
    "a waiver for nothing": "waivers: [{reason: b, owner: c, until: 2030-02-03}]\n",
    "no room": "cache: {size: 0B}\n",
    "requires itself": "environments: {a: {command: x, requires: [b]}}\n",
    "a pattern that names nothing": "actions: {allow: [checkout]}\n",
    "a mirror of nothing": "actions: {mirror: {'not a server': /srv}}\n",
    "a process without a command": "environments: {a: {}}\n",
    "a tool that isn't known": "scan: {tools: {ruf: {run: true}}}\n",
    "rules for a tool without": "scan: {tools: {ruff: {rules: [a]}}}\n",
    "a suite called all": "suites: {all: {a: {command: x}}}\n",
    "a suite that needs none that is": "suites: {unit: {a: {command: x, needs: [units]}}}\n",
    "a suite that needs itself": "suites: {unit: {a: {command: x, needs: [unit]}}}\n",
    "a suite elsewhere": "suites: {unit: {a: {command: x, directory: ../b}}}\n",
    "an empty command": "suites: {unit: {a: {command: ' '}}}\n",
    "a key twice": "service: a\nservice: b\n",
}
