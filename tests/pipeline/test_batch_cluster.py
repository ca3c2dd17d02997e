"""The pool of a cluster's workers, on real ones of this machine: what the pool of processes does, it does too."""

import os

import psutil
import pytest

from pipeline.batch.cluster import ClusterPool
from pipeline.batch.cluster_access import is_open_to_others, local_cluster, running_cluster
from pipeline.batch.pool import MOST_TRIES, Ended, Lost, Started
from pipeline.errors import BadInput, MissingFacility


def perform(task, tell):
    tell(0.0, 1.0)
    if task == "poison":
        os._exit(9)
    if task == "no model":
        raise MissingFacility("the model is gone")
    if task == "mistake":
        raise ValueError("a mistake of ours")
    return f"{task} by {os.getpid()}"


def make_perform(threads):
    assert threads == 1
    return perform


@pytest.fixture(scope="module")
def client():
    with local_cluster(2) as client:
        yield client


def work(pool, tasks):
    for task in tasks:
        pool.submit(task, task)
    news = []
    while not pool.is_idle:
        news += pool.news(1.0)
    return news


def test_workers_that_can_do_no_task_end_the_run_with_their_reason(client):
    with ClusterPool(client, make_perform) as pool, pytest.raises(MissingFacility, match="the model is gone"):
        work(pool, ["no model"])


def test_what_a_task_raises_is_raised_where_the_run_is(client):
    with ClusterPool(client, make_perform) as pool, pytest.raises(ValueError, match="a mistake of ours"):
        work(pool, ["mistake"])


def test_what_needs_a_card_waits_and_that_is_said_while_the_rest_goes_on(client):
    said = []
    with ClusterPool(client, make_perform, needs_card=lambda task: task == "card", notice=said.append) as pool:
        for task in ("card", "plain"):
            pool.submit(task, task)
        news = []
        while not (said and any(isinstance(one, Ended) for one in news)):
            news += pool.news(1.0)
        assert not pool.is_idle
    assert [one.key for one in news if isinstance(one, Started)] == ["plain"]
    assert "--resources GPU=1" in said[0]


def test_a_cluster_of_this_machine_listens_on_loopback_only_and_takes_nobody_without_its_keys(client):
    listening = [
        one.laddr
        for process in (psutil.Process(), *psutil.Process().children(recursive=True))
        for one in process.net_connections("tcp")
        if one.status == psutil.CONN_LISTEN
    ]
    assert listening
    assert {address.ip for address in listening} <= {"127.0.0.1", "::1"}
    assert client.scheduler.address.startswith("tls://")


def test_a_task_that_kills_its_worker_is_given_up_after_three_and_stops_no_other(client):
    with ClusterPool(client, make_perform) as pool:
        news = work(pool, ["fine", "poison", "fine too", "and this"])
    assert sorted(one.key for one in news if isinstance(one, Ended)) == ["and this", "fine", "fine too"]
    assert [one for one in news if isinstance(one, Lost)] == [Lost("poison", None)]
    assert [one.key for one in news if isinstance(one, Started)].count("poison") == MOST_TRIES


@pytest.mark.parametrize("address", ["example.org:8786", "http://host:1", "tcp://host", "tcp://host:x", "somewhere"])
def test_an_address_that_is_none_is_refused(address):
    with pytest.raises(BadInput, match="tcp://HOST:PORT"), running_cluster(address, None):
        pass


def test_tls_without_certificates_is_refused():
    with pytest.raises(BadInput, match="--cluster-ca"), running_cluster("tls://127.0.0.1:1", None):
        pass


@pytest.mark.parametrize(
    ("address", "is_open"),
    [("tcp://10.1.2.3:1", True), ("tcp://127.0.0.1:1", False), ("tls://10.1.2.3:1", False), ("tcp://host:1", True)],
)
def test_what_can_be_read_on_its_way_is_known(address, is_open):
    assert is_open_to_others(address) == is_open
