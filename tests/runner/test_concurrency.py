"""Concurrency groups, within a run and between runs of other processes."""

import time

from headway.runner.concurrency import HELD, REPLACED, WAITING, Claim


def claim(folder, ticket, **options):
    return Claim(str(folder), "octo/hello", "deploy", ticket, **options)


def test_one_holds_one_waits(tmp_path):
    first, second = claim(tmp_path, "1"), claim(tmp_path, "2")
    assert first.poll() == HELD
    assert second.poll() == second.poll() == WAITING
    first.release()
    assert second.poll() == HELD


def test_a_newer_one_replaces_who_waits(tmp_path):
    holder, old, new = (claim(tmp_path, t) for t in "123")
    assert [holder.poll(), old.poll(), new.poll()] == [HELD, WAITING, WAITING]
    assert old.poll() == REPLACED
    holder.release()
    assert old.poll() == REPLACED
    assert new.poll() == HELD


def test_a_queue_replaces_nobody(tmp_path):
    holder, *others = (claim(tmp_path, t, replaces=False) for t in "123")
    assert holder.poll() == HELD
    assert [c.poll() for c in others * 2] == [WAITING] * 4
    holder.release()
    assert others[0].poll() == HELD


def test_the_holder_learns_that_it_should_stop(tmp_path):
    holder = claim(tmp_path, "1")
    holder.poll()
    claim(tmp_path, "2").poll()
    assert not holder.asked_to_stop()
    claim(tmp_path, "3", cancel_in_progress=True).poll()
    assert holder.asked_to_stop()


def test_groups_differ_by_name_without_case_and_by_repository(tmp_path):
    assert Claim(str(tmp_path), "a/b", "Deploy", "1").poll() == HELD
    assert Claim(str(tmp_path), "a/b", "deploy", "2").poll() == WAITING
    assert Claim(str(tmp_path), "a/c", "deploy", "3").poll() == HELD


def test_a_newer_run_takes_the_place_of_the_one_that_goes_on(project):
    project.write(
        ".github/workflows/ci.yml",
        """
        on: push
        concurrency: {group: "g-${{ github.ref }}", cancel-in-progress: true}
        jobs:
          j:
            runs-on: ubuntu-latest
            steps: [{run: 'test -e $HOME/up && exit; touch $HOME/up; sleep 60'}]
        """,
    )
    project.commit()
    first = project.start()
    while not (project.home.parent / "up").exists():
        time.sleep(0.05)
    second = project.run()
    ended = project.finish(first)
    assert second.jobs == {"j": "success"}
    assert "waiting for concurrency group" in second.of("notice")[0]["message"]
    assert ended.jobs == {"j": "cancelled"}
    assert ended.code == 1
    assert "took concurrency group" in ended.of("run.cancelling")[0]["reason"]
