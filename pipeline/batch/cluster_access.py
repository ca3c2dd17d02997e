"""Ways to a Dask scheduler: a cluster of this machine for one run, or one that is there already."""

import logging
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from pipeline.batch.fetching import INSTALL
from pipeline.errors import BadInput, MissingFacility

_CONNECT_S: Final = 10
_LEAVE_S: Final = 3
_SILENT: Final = logging.CRITICAL + 10


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files: the authority that signed everybody's, and this machine's own."""

    ca: Path
    cert: Path
    key: Path


@contextmanager
def local_cluster(jobs: int, *, has_card: bool = False) -> Iterator[Any]:
    """A client of `jobs` worker processes of this machine, one thread each, reached over loopback only.

    Between them they speak TLS with keys made for this run, since a port of loopback is open to every user of the
    machine, and a worker does what whoever reaches it says.
    """
    _need_dask()
    import dask
    from distributed import LocalCluster, Security

    _silence()
    nothing: dict[str, Any] = {"distributed.scheduler.http.routes": [], "distributed.worker.http.routes": []}
    with dask.config.set(nothing):
        begin: Any = LocalCluster
        cluster = begin(
            n_workers=jobs,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            worker_dashboard_address=None,
            security=Security.temporary(),  # type: ignore[no-untyped-call]
            memory_limit=0,
            resources={"GPU": 1} if has_card else None,
            silence_logs=_SILENT,
        )
        client = _client(cluster, cluster.security)
        try:
            yield client
        finally:
            with suppress(Exception):
                client.close(timeout=_LEAVE_S)
            _end_workers(cluster)
            with suppress(TimeoutError):
                cluster.close(timeout=_LEAVE_S)


def _end_workers(cluster: Any) -> None:
    """At once, as the pool ends its processes: Dask would wait for the file that each is working on."""
    for nanny in cluster.workers.values():
        with suppress(OSError, TypeError):
            nanny.auto_restart = False
            os.kill(nanny.pid, signal.SIGKILL)


@contextmanager
def running_cluster(address: str, certificates: Certificates | None) -> Iterator[Any]:
    """A client of the scheduler at tcp://HOST:PORT or tls://HOST:PORT.

    Raises BadInput for an address that is none or lacks certificates, MissingFacility where nobody answers.
    """
    _check(address)
    _need_dask()
    _silence()
    security = _security(address, certificates)
    try:
        client = _client(address, security)
    except (OSError, TimeoutError) as error:
        raise MissingFacility(
            f"no scheduler answers at {address}. Start it with `dask scheduler`, or check the address"
            f"{' and the certificates' if security else ''}."
        ) from error
    try:
        yield client
    finally:
        with suppress(Exception):
            client.close(timeout=_LEAVE_S)


def is_open_to_others(address: str) -> bool:
    """Whether what goes to this scheduler can be read on its way."""
    parts = urlsplit(address)
    with suppress(ValueError):
        return parts.scheme != "tls" and not ip_address(parts.hostname or "").is_loopback
    return parts.scheme != "tls" and parts.hostname != "localhost"


def _check(address: str) -> None:
    parts = urlsplit(address)
    with suppress(ValueError):
        if parts.scheme in ("tcp", "tls") and parts.hostname and parts.port:
            return
    raise BadInput(f"--cluster {address}: give `local`, or a scheduler as tcp://HOST:PORT or tls://HOST:PORT.")


def _security(address: str, certificates: Certificates | None) -> Any:
    if not address.startswith("tls://"):
        return None
    import dask
    from distributed import Security

    if certificates is None:
        if dask.config.get("distributed.comm.tls.ca-file", None):
            return Security(require_encryption=True)  # type: ignore[no-untyped-call]
        raise BadInput(
            f"--cluster {address}: TLS needs certificates. Give --cluster-ca, --cluster-cert and --cluster-key, or set "
            f"them in Dask's configuration (distributed.comm.tls)."
        )
    for path in (certificates.ca, certificates.cert, certificates.key):
        if not path.is_file():
            raise BadInput(f"{path}: there is no such certificate or key.")
    make: Any = Security
    return make(
        tls_ca_file=str(certificates.ca),
        tls_client_cert=str(certificates.cert),
        tls_client_key=str(certificates.key),
        require_encryption=True,
    )


def _client(where: Any, security: Any) -> Any:
    from distributed import Client

    connect: Any = Client
    return connect(where, security=security, set_as_default=False, timeout=_CONNECT_S)


def _silence() -> None:
    """Dask's own log of this process: what matters is told in our words, and a traceback may hold an address."""
    own = [name for name in logging.root.manager.loggerDict if name.startswith("distributed.")]
    for name in ("distributed", "tornado", "asyncio", *own):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [logging.NullHandler()], False


def _need_dask() -> None:
    try:
        import distributed  # noqa: F401
    except ImportError:
        raise MissingFacility(f"--cluster needs Dask, which is not installed. Install it: {INSTALL}") from None
