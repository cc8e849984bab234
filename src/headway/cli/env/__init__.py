"""`headway env`: where releases go, what serves there, what is different."""

HELP = "list, show, compare and stop environments"
EXAMPLE = """\
headway env list                        every environment, and what serves there
headway env show production             its instances, routing and rules
headway env diff staging production     what is different between two
headway env stop staging                take it down"""
VERBS = {
    "list": "list environments, and what serves there",
    "show": "show an environment: releases, instances, traffic, rules",
    "diff": "compare two environments",
    "stop": "take an environment down: its instances, its traffic, its rollouts",
}
