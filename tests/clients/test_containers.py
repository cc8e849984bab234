"""What podman and docker are asked to do."""

import pytest

from headway.clients.containers import Container, Engine, Mount, find
from headway.errors import UsageError


def test_a_container_as_arguments():
    container = Container(
        image="debian:12",
        name="one",
        entrypoint="/bin/sh",
        command=("-c", "true"),
        env={"TOKEN": "s3cret", "HOME": "/github/home", "DOCKER_HOST": "tcp://x"},
        mounts=(Mount("/a", "/b"), Mount("/c", "/d", True)),
        ports=("8080:80",),
        network="net",
        aliases=("db",),
        directory="/github/workspace",
        labels={"dev.headway.run": "1"},
        options=("--cpus", "1"),
    )
    argv = Engine("/usr/bin/docker").run(container, "--rm")
    assert argv == [
        *("/usr/bin/docker", "run", "--rm", "--name", "one", "--workdir", "/github/workspace"),
        *("--network", "net", "--entrypoint", "/bin/sh", "--label=dev.headway.run=1"),
        *("--network-alias=db", "--publish=8080:80", "--volume=/a:/b", "--volume=/c:/d:ro"),
        *("--env=TOKEN", "--env=HOME=/github/home", "--env=DOCKER_HOST=tcp://x"),
        *("--cpus", "1", "debian:12", "-c", "true"),
    ]
    env = Engine("docker").environment(container)
    assert env["TOKEN"] == "s3cret"
    assert env.get("HOME") != "/github/home"
    assert env.get("DOCKER_HOST") != "tcp://x"


@pytest.mark.parametrize(
    ("image", "qualified"),
    [
        ("alpine", "docker.io/library/alpine"),
        ("alpine:3", "docker.io/library/alpine:3"),
        ("octo/tool:1", "docker.io/octo/tool:1"),
        ("ghcr.io/octo/tool", "ghcr.io/octo/tool"),
        ("host:5000/tool", "host:5000/tool"),
        ("localhost/tool", "localhost/tool"),
    ],
)
def test_podman_is_told_the_registry(image, qualified):
    assert Engine("podman").pull(image)[-1] == qualified
    assert Engine("docker").pull(image)[-1] == image


def test_no_engine(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("HEADWAY_CONTAINER_ENGINE", raising=False)
    assert find() is None


def test_podman_is_taken_first_and_docker_only_when_it_answers(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("HEADWAY_CONTAINER_ENGINE", raising=False)
    docker = tmp_path / "docker"
    docker.write_text("#!/bin/sh\nexit 1\n")
    docker.chmod(0o755)
    assert find() is None
    docker.write_text("#!/bin/sh\nexit 0\n")
    assert find().name == "docker"
    (tmp_path / "podman").symlink_to(docker)
    assert find().name == "podman"
    monkeypatch.setenv("HEADWAY_CONTAINER_ENGINE", "docker")
    assert find().name == "docker"
    monkeypatch.setenv("HEADWAY_CONTAINER_ENGINE", "lxc")
    with pytest.raises(UsageError, match="expected podman or docker"):
        find()
