"""Local images for those that act's cases name, so that no registry is needed.

They are Debian with what the cases look for: users, entry points, servers. What a case
installs with apt is there already, and apt does nothing.
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import re
import subprocess

import containers

PACKAGES = (
    "curl",
    "git",
    "iputils-ping",
    "mariadb-server",
    "net-tools",
    "nginx-light",
    "nodejs",
    "postgresql",
    "python3",
)
COMMON = """\
RUN ln -sf /bin/true /usr/local/bin/apt && ln -sf /bin/true /usr/local/bin/apt-get && \
    ln -sf /usr/bin/python3 /usr/local/bin/python
"""
NODE_ENTRY = 'case "$1" in -*) exec node "$@";; esac; exec "$@"'
POSTGRES_ENTRY = """\
set -e; cd /tmp; PATH=$PATH:/usr/lib/postgresql/15/bin
echo "$POSTGRES_PASSWORD" > password
initdb -D db -U "$POSTGRES_USER" --pwfile password > /dev/null
exec postgres -D db -h 0.0.0.0
"""
MYSQL_ENTRY = """\
set -e
mysqld --user=mysql --bind-address=0.0.0.0 &
until mysqladmin ping; do sleep 0.2; done
mysql -e "create database $MYSQL_DATABASE; create user '$MYSQL_USER' identified by \
'$MYSQL_PASSWORD'; grant all on $MYSQL_DATABASE.* to '$MYSQL_USER'"
wait
"""
KINDS = {
    "debian": 'CMD ["bash"]\n',
    "node": 'RUN useradd -m node\nENTRYPOINT ["sh", "/entry"]\nCMD ["node"]\n',
    "no bash": 'RUN ["/bin/rm", "-f", "/bin/bash", "/usr/bin/bash"]\nCMD ["sh"]\n',
    "runner": "RUN useradd -m runner\nUSER runner\n",
    "nginx": 'EXPOSE 80\nCMD ["nginx", "-g", "daemon off;"]\n',
    "postgres": "RUN mkdir -p /run/postgresql && chown postgres /run/postgresql\n"
    'EXPOSE 5432\nUSER postgres\nENTRYPOINT ["sh", "/entry"]\n',
    "mysql": "RUN mkdir -p /run/mysqld && chown mysql /run/mysqld\n"
    'EXPOSE 3306\nENTRYPOINT ["sh", "/entry"]\n',
}
ENTRIES = {"node": NODE_ENTRY, "postgres": POSTGRES_ENTRY, "mysql": MYSQL_ENTRY}
NAMES = {
    "alpine:3": "no bash",
    "alpine:3.10": "no bash",
    "alpine:latest": "no bash",
    "catthehacker/ubuntu:runner-latest": "runner",
    "debian:bullseye-slim": "debian",
    "mysql:8": "mysql",
    "nginx:latest": "nginx",
    "node:12-buster-slim": "node",
    "node:16-buster": "node",
    "node:16-buster-slim": "node",
    "postgres:12": "postgres",
    "ubuntu:18.04": "debian",
    "ubuntu:latest": "debian",
}
_NAME = re.compile(r"(?<![\w.-])(?<!\w/)(" + "|".join(map(re.escape, NAMES)) + r")(?![\w.-])")


def replaced(text: str) -> str:
    """The text of a workflow, an action or a Dockerfile, with the stand-ins' names."""
    return _NAME.sub(lambda found: stand_in(NAMES[found[1]]), text)


@functools.cache
def stand_in(kind: str) -> str:
    """The name of a local image; skips the test when there can be none."""
    base = containers.image(*PACKAGES)
    entry = ENTRIES.get(kind, "")
    text = f"FROM {base}\n{COMMON}COPY entry /entry\n{KINDS[kind]}"
    key = hashlib.sha256(f"{text}{entry}".encode()).hexdigest()[:12]
    name = f"localhost/headway-act-{kind.replace(' ', '-')}:{key}"
    folder = containers.CACHE / f"act-{key}"
    folder.mkdir(exist_ok=True)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _engine("image", "inspect", name).returncode != 0:
            (folder / "Dockerfile").write_text(text)
            (folder / "entry").write_text(entry)
            done = _engine("build", "--tag", name, str(folder))
            assert done.returncode == 0, done.stderr
    return name


def _engine(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [containers.engine(), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)
