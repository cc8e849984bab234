"""`headway release`: immutable versions of a service, named by their content."""

HELP = "make, list, show and forget releases"
EXAMPLE = """\
headway release create v1.2.3 --path build    what is in build/ becomes version v1.2.3
headway release list                          the releases of this service
headway release prune                         forget old ones"""
VERBS = {
    "create": "make a release of a folder, an archive or an image",
    "list": "list releases",
    "show": "show a release: its commit, its verdict, where it serves, its files",
    "prune": "forget the content of old releases",
}
