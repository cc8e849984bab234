"""Real git repositories for tests: small, the same every time, deaf to the user's settings."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_AUTHOR_NAME": "Ada Lovelace",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada Lovelace",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
    "GIT_AUTHOR_DATE": "2024-05-01T12:00:00Z",
    "GIT_COMMITTER_DATE": "2024-05-01T12:00:00Z",
    "LC_ALL": "C",
}


def git(folder: str | Path, *arguments: str) -> str:
    """Runs git in `folder`; what it printed. Raises CalledProcessError, with what it said."""
    variables = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env=variables | ENVIRONMENT,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, arguments, done.stdout, done.stderr)
    return os.fsdecode(done.stdout).rstrip("\n")


class ScratchRepository:
    """A repository in the folder `path`, on branch main; commits nothing by itself."""

    def __init__(self, path: Path, files: dict[str, str] | None = None) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        git(path, "init", "-q", "-b", "main")
        if files is not None:
            self.commit(files)

    def write(self, files: dict[str, str]) -> None:
        for name, content in files.items():
            file = self.path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)

    def commit(self, files: dict[str, str], message: str = "a change") -> str:
        """Writes the files and commits everything; the commit's name."""
        self.write(files)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def git(self, *arguments: str) -> str:
        return git(self.path, *arguments)


def contents(folder: str | Path) -> dict[str, str]:
    """Path → text of every file below `folder` (of a link: where it leads), but for `.git`."""
    found: dict[str, str] = {}
    for path, folders, files in os.walk(folder):
        if ".git" in folders:
            folders.remove(".git")
        links = [name for name in folders if (Path(path) / name).is_symlink()]
        for name in (*files, *links):
            full = Path(path) / name
            text = os.readlink(full) if full.is_symlink() else full.read_text()
            found[str(full.relative_to(folder))] = text
    return found
