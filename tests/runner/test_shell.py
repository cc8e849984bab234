"""GitHub's command line for every shell."""

import pytest

from headway.errors import HeadwayError
from headway.runner.shell import choose, script_text


@pytest.mark.parametrize(
    ("shell", "command"),
    [
        ("", ["bash", "-e", "f"]),
        ("bash", ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "f"]),
        ("sh", ["sh", "-e", "f"]),
        ("python", ["python", "f"]),
        ("pwsh", ["pwsh", "-command", ". 'f'"]),
        ("perl -w {0}", ["perl", "-w", "f"]),
        ("env -S 'a b' {0}", ["env", "-S", "a b", "f"]),
        ("bash -x {0}", ["bash", "-x", "f"]),
    ],
)
def test_commands(shell, command):
    assert choose(shell, lambda program: program).command("f") == command


def test_sh_where_there_is_no_bash():
    assert choose("", lambda p: None if p == "bash" else p).command("f") == ["sh", "-e", "f"]


@pytest.mark.parametrize(
    ("shell", "message"),
    [
        ("bahs", 'unknown shell "bahs"'),
        ("perl", 'unknown shell "perl"'),
        ("cmd", "Windows"),
        ("zzz {0}", "not installed"),
        ("sh 'a {0}", "No closing quotation"),
    ],
)
def test_refused(shell, message):
    with pytest.raises(HeadwayError, match=message):
        choose(shell, lambda program: None if program == "zzz" else program)


def test_powershell_scripts_stop_at_errors():
    text = script_text(choose("pwsh", lambda p: p), "Get-Item x")
    assert text.startswith("$ErrorActionPreference = 'stop'\nGet-Item x\n")
    assert text.endswith("exit $LASTEXITCODE }")
