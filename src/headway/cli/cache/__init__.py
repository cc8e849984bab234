"""`headway cache …`: what caches actions have saved on this machine."""

HELP = "list or remove what actions have cached"
EXAMPLE = """\
headway cache list
headway cache remove npm-   all whose key begins so
headway cache clear"""
VERBS = {
    "list": "list this repository's caches, the latest used first",
    "remove": "remove caches by key, or by the beginning of one",
    "clear": "remove all of this repository's caches",
}
