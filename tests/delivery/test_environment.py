"""Environments: what is left out, what can't be, what differs."""

import json

import pytest
from msgspec.structs import replace
from world import NEW, environment, plan

from headway.delivery.difference import difference
from headway.delivery.environment import Environment, problems
from headway.delivery.rollout.plan import Plan, from_plain, group_name, to_plain


def test_a_command_is_all_that_it_takes():
    it = from_plain({"command": "./serve"}, Environment)
    assert list(it.problems()) == []
    assert (it.strategy, it.instances, it.platform) == ("blue-green", 2, "process")


@pytest.mark.parametrize(
    ("settings", "path", "message"),
    [
        ({"command": ""}, "command", "processes need a command"),
        ({"image": "shop"}, "image", "processes have no image"),
        ({"secrets": {"KEY": {}}}, "secrets.KEY", "exactly one place"),
        ({"secrets": {"KEY": {"env": "A", "file": "b"}}}, "secrets.KEY", "exactly one place"),
        (
            {"secrets": {"KEY": {"env": "A"}}, "variables": {"KEY": "b"}},
            "secrets.KEY",
            "KEY is a variable, too",
        ),
        ({"timeout": "0"}, "timeout", "timeout is 0s"),
        ({"health": {"http": "healthz"}}, "health.http", '"healthz" is not a path'),
        ({"health": {"http": "/", "command": "x"}}, "health.command", "both given"),
        ({"router": {"certificate": "c.pem"}}, "router.certificate", "a certificate and its key"),
        ({"canary": {"steps": ["50%", "5%"]}}, "canary.steps[1]", "doesn't grow"),
        ({"canary": {"steps": ["5"]}}, "canary.steps[0]", '"5" is not a share'),
        ({"canary": {"control": "60%"}}, "canary.control", "more than half"),
        ({"rolling": {"batch": "some"}}, "rolling.batch", "neither a number nor a share"),
        ({"rolling": {"batch": 0}}, "rolling.batch", "nothing would ever be replaced"),
        ({"rolling": {"max_surge": 0}}, "rolling.max_surge", "can't both be 0"),
        ({"shadow": {"share": "0%"}}, "shadow.share", "nothing would be copied"),
        (
            {"ab": {"variants": {"new": {"value": "x"}}}},
            "ab.variants.new.value",
            "a value of what?",
        ),
        ({"smoke": [{"name": "a"}]}, "smoke[0]", "a: there is nothing to run"),
        (
            {"smoke": [{"name": "a", "http": "/"}, {"name": "a", "http": "/"}]},
            "smoke[1].name",
            'two of the name "a"',
        ),
        (
            {"hooks": {"before": [{"name": "a", "command": "b", "workflow": "c"}]}},
            "hooks.before[0]",
            "a: command and workflow are given",
        ),
        ({"error_budget": {"objective": "100%"}}, "error_budget.objective", "less than 100 %"),
        ({"approvals": {"count": 2, "from": ["ana"]}}, "approvals.count", "only 1 may"),
    ],
)
def test_what_cannot_be(settings, path, message):
    ((at, said, _),) = environment(**settings).problems()
    assert at == path
    assert message in said


def test_environments_that_wait_for_each_other():
    both = {
        "staging": environment(requires=["production"]),
        "production": environment(requires=["staging", "stagin"]),
    }
    found = [(path, message) for path, message, _ in problems(both)]
    assert found == [
        ("staging.requires[0]", "staging and production wait for each other"),
        ("production.requires[0]", "production and staging wait for each other"),
        ("production.requires[1]", 'there is no environment "stagin"'),
    ]


def test_a_plan_survives_the_journal():
    it = plan("canary", canary={"steps": ["5%", {"share": "33.3%", "pause": "1h30m"}]}, keep="1m")
    assert from_plain(json.loads(json.dumps(to_plain(it))), Plan) == it


def test_what_differs():
    staging = environment(instances=1, canary={"steps": ["50%"]}, secrets={"KEY": {"env": "A"}})
    production = environment(variables={"MODE": "live"}, canary={"steps": ["5%", "50%"]})
    changes = {c.path: (c.before, c.after) for c in difference(staging, production)}
    assert changes == {
        "instances": (1, 2),
        "secrets.KEY.env": ("A", None),
        "secrets.KEY.file": ("", None),
        "canary.steps[0]": ("50%", "5%"),
        "canary.steps[1]": (None, "50%"),
        "variables.MODE": (None, "live"),
    }


@pytest.mark.parametrize(
    ("version", "digest", "taken", "name"),
    [
        ("v1.2.3", "sha256:a1b2c3d4", (), "v1.2.3-a1b2c3"),
        ("Release 7/x", "a1b2c3d4", (), "release-7-x-a1b2c3"),
        ("äöü", "a1b2c3d4", (), "release-a1b2c3"),
        ("v1", "a1b2c3d4", ("v1-a1b2c3", "v1-a1b2c3_2"), "v1-a1b2c3_3"),
    ],
)
def test_groups_are_words(version, digest, taken, name):
    assert group_name(version, digest, taken) == name


def test_a_group_is_at_full_strength():
    assert plan(instances=5).new == replace(NEW, instances=5)
