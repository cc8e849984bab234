"""The command line: `main` finds the verb, and each verb is a module of its own.

A verb's module has `HELP` (one line), `EXAMPLE` (shown first by --help), `arguments(parser)`
and `main(args) -> int`, the exit code. It is imported only when it is called.
"""
