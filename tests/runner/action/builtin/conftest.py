import os

import pytest

from headway.testing.actions import RecordingContext
from headway.testing.repository import ENVIRONMENT, ScratchRepository, contents


@pytest.fixture(autouse=True)
def no_settings_of_the_user(monkeypatch, tmp_path):
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture
def tree(tmp_path):
    """The repository that the run is about."""
    return ScratchRepository(tmp_path / "shop", {"app.py": "print()\n", "lib/a.py": "a = 1\n"})


@pytest.fixture
def new_job(tmp_path, tree):
    """Makes a job's context, in run `run`; all are taken away at the end."""
    made = []

    def new(**options):
        made.append(RecordingContext(tmp_path, tree.path, **options))
        return made[-1]

    yield new
    for one in made:
        one.close()


@pytest.fixture
def job(new_job):
    return new_job()


@pytest.fixture
def write(request):
    """Writes files into a folder, by default the workspace of the fixture `job`."""

    def written(files, root=None):
        root = root or request.getfixturevalue("job").directory
        for name, content in files.items():
            path = os.path.join(root, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as file:
                file.write(content)

    return written


@pytest.fixture(name="tree_of")
def tree_of_fixture():
    return contents
