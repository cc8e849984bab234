"""Which command line runs a step's script.

Source: "jobs.<job_id>.steps[*].shell" of GitHub's workflow syntax page, for Linux and macOS.
"""

from __future__ import annotations

from headway.errors import HeadwayError, did_you_mean
from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

BUILT_IN = {
    "bash": ("bash --noprofile --norc -e -o pipefail {0}", ".sh"),
    "sh": ("sh -e {0}", ".sh"),
    "python": ("python {0}", ".py"),
    "pwsh": ("pwsh -command \". '{0}'\"", ".ps1"),
}
WINDOWS_ONLY = ("cmd", "powershell")


class Shell(Value):
    """`argv` has `{0}` where the script's path goes; `suffix` is the script file's."""

    argv: tuple[str, ...]
    suffix: str

    def command(self, script: str) -> list[str]:
        return [part.replace("{0}", script) for part in self.argv]


def choose(shell: str, which: Callable[[str], str | None]) -> Shell:
    """The shell for a `shell:` value ("" when a step names none).

    Raises HeadwayError for an unknown name, a template without `{0}`, or a program that
    `which` doesn't find.
    """
    if not shell:
        # Without `shell:` GitHub runs bash with -e only: no pipefail, and sh if there's no bash.
        return Shell(("bash" if which("bash") else "sh", "-e", "{0}"), ".sh")
    name = shell.split()[0]
    if shell in BUILT_IN:
        template, suffix = BUILT_IN[shell]
    elif "{0}" in shell:
        template, suffix = shell, BUILT_IN.get(name, ("", ""))[1]
    elif shell in WINDOWS_ONLY:
        raise HeadwayError(
            f'shell "{shell}" exists on Windows runners only',
            hint="use bash, sh, python or pwsh",
        )
    else:
        raise HeadwayError(
            f'unknown shell "{shell}"',
            hint=f"{did_you_mean(shell, BUILT_IN)} or a command with {{0}} for the script",
        )
    argv = _split(template)
    require(argv[0], which)
    return Shell(tuple(argv), suffix)


def require(program: str, which: Callable[[str], str | None]) -> None:
    """Raises HeadwayError for a shell that `which` doesn't find."""
    if which(program) is None:
        raise HeadwayError(
            f'shell "{program}" is not installed where the job runs',
            hint=f"install {program}, or name another shell with `shell:`",
        )


def _split(template: str) -> list[str]:
    if '"' not in template and "'" not in template:
        return template.split()
    import shlex

    try:
        return shlex.split(template)
    except ValueError as error:
        raise HeadwayError(f"shell {template!r}: {error}", hint="close the quotes") from None


def script_text(shell: Shell, text: str) -> str:
    """The script's contents; PowerShell gets GitHub's error handling around them."""
    if shell.suffix == ".ps1":
        exit_line = "if ((Test-Path -LiteralPath variable:\\LASTEXITCODE)) { exit $LASTEXITCODE }"
        return f"$ErrorActionPreference = 'stop'\n{text}\n{exit_line}"
    return text
