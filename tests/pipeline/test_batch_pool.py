import os

import pytest

from pipeline.batch.pool import MOST_TRIES, Ended, Lost, ProcessPool, Started
from pipeline.errors import MissingFacility


def perform(task, tell):
    tell(0.0, 1.0)
    if task == "poison":
        os._exit(9)
    if task == "no model":
        raise MissingFacility("the model is gone")
    return f"{task} by {os.getpid()}"


def make_perform():
    return perform


def work(pool, tasks):
    for task in tasks:
        pool.submit(task, task)
    news = []
    while not pool.is_idle:
        news += pool.news(1.0)
    return news


def test_a_process_that_dies_takes_one_task_with_it_and_that_is_tried_again():
    with ProcessPool(make_perform, jobs=1) as pool:
        news = work(pool, ["fine", "poison", "fine too"])
    assert sorted(one.key for one in news if isinstance(one, Ended)) == ["fine", "fine too"]
    assert [one for one in news if isinstance(one, Lost)] == [Lost("poison", 9)]
    assert [one.key for one in news if isinstance(one, Started)].count("poison") == MOST_TRIES


def test_a_process_does_one_task_after_another():
    with ProcessPool(make_perform, jobs=1) as pool:
        done = [one.outcome for one in work(pool, ["a", "b", "c"]) if isinstance(one, Ended)]
    assert [outcome[0] for outcome in done] == ["a", "b", "c"]
    assert len({outcome.split()[-1] for outcome in done}) == 1


def test_what_no_task_can_do_without_ends_the_run():
    with ProcessPool(make_perform, jobs=1) as pool, pytest.raises(MissingFacility, match="the model is gone"):
        work(pool, ["no model", "fine"])


def test_no_process_outlives_the_pool():
    with ProcessPool(make_perform, jobs=1) as pool:
        [ended] = [one for one in work(pool, ["a"]) if isinstance(one, Ended)]
    with pytest.raises(ProcessLookupError):
        os.kill(int(ended.outcome.split()[-1]), 0)
