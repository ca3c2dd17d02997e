"""Who works through a batch: processes of this machine, or the workers of a cluster."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, Literal

from pipeline.batch.cluster_access import Certificates, is_open_to_others, local_cluster, running_cluster
from pipeline.batch.machine import Share
from pipeline.batch.pool import ProcessPool
from pipeline.batch.states import BatchStates
from pipeline.store import Store
from ui.batch.elsewhere import FinishedHere, maker_for, needs_card
from ui.batch.perform import BatchSetup
from ui.batch.run import Driver
from ui.batch.tasks import FileOutcome, FileTask

LOCAL: Final = "local"
Device = Literal["cpu", "cuda"]


@dataclass(frozen=True, slots=True)
class ClusterChoice:
    """`address` is "local" or a scheduler's; `device` is where recordings are heard by all of its workers."""

    address: str
    device: Device
    certificates: Certificates | None = None


@contextmanager
def pool_of_processes(setup: BatchSetup, share: Share) -> Iterator[Driver]:
    """Processes of this machine."""
    with ProcessPool[FileTask, FileOutcome](setup.performer, share.jobs, share.threads) as pool:
        yield pool


@contextmanager
def cluster(
    setup: BatchSetup, share: Share, choice: ClusterChoice, store: Store, notice: Callable[[str], None]
) -> Iterator[Driver]:
    """Workers of a Dask cluster; `notice` is told what people should know. Raises BadInput, MissingFacility."""
    is_local = choice.address == LOCAL
    if not is_local and is_open_to_others(choice.address):
        notice(f"{choice.address} is not encrypted: what is said in the files can be read on its way. Use tls://.")
    making = replace(setup.making, device=choice.device if setup.choice.engine == "faster-whisper" else None)
    with _client(choice, share, is_local=is_local) as client:
        from pipeline.batch.cluster import ClusterPool

        make = maker_for(making, has_own_threads=not is_local)
        with ClusterPool[FileTask, Any](client, make, partial(needs_card, making), notice) as pool:
            yield FinishedHere(pool, BatchStates(store, setup.out), setup.out)


def _client(choice: ClusterChoice, share: Share, *, is_local: bool) -> Any:
    if is_local:
        return local_cluster(share.jobs, has_card=choice.device == "cuda")
    return running_cluster(choice.address, choice.certificates)
