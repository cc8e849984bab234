"""`headway rollout`: follow what goes out, and say how it shall go on."""

HELP = "follow rollouts, and say how they shall go on"
EXAMPLE = """\
headway rollout status --watch    what goes on, live
headway rollout show 12           what happened to a rollout, and why
headway rollout abort             take back what goes on"""
VERBS = {
    "status": "where a rollout is",
    "show": "show a rollout: its course, its evidence, its incident",
    "list": "list rollouts",
    "promote": "go on without waiting",
    "pause": "stay where it is",
    "resume": "go on after a pause",
    "abort": "take it back",
    "retry": "try again",
    "undo": "return to what served before a rollout",
}
