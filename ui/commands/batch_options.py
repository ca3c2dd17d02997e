"""The options that only `earmark batch` takes, and what is made of them."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from pipeline.batch.cluster_access import Certificates
from ui.batch.drivers import LOCAL, ClusterChoice
from ui.batch.formats import DEFAULT, FORMATS
from ui.errors import UsageMistake


class ClusterDevice(StrEnum):
    """Where the workers of a scheduler compute; of this machine it is known."""

    CPU = "cpu"
    CUDA = "cuda"


Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PATH]…",
        help="Recordings, videos, transcripts; folders and patterns of them; addresses (s3://, https://, …); "
        "@FILE for a list, one a line.",
    ),
]
Out = Annotated[
    Path, typer.Option("--out", metavar="DIR", help="Where a folder for each file and the summary are written.")
]
Manifest = Annotated[
    Path | None,
    typer.Option(
        "--manifest", metavar="FILE", help="CSV or YAML: file, candidate, role, rubric, plan, speakers of each."
    ),
]
Formats = Annotated[
    list[str] | None,
    typer.Option("--format", metavar="NAME,…", help=f"What to write of each: {', '.join(FORMATS)}."),
]
Jobs = Annotated[
    int | None, typer.Option("--jobs", min=1, help="Files at once; unset, as many as cores and free memory allow.")
]
Watch = Annotated[
    bool, typer.Option("--watch", help="Go on: take each new file once it has stopped growing, until Ctrl-C.")
]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="local|ADDRESS",
        help="Work on Dask: `local` begins workers here, tcp://HOST:PORT or tls://HOST:PORT is a scheduler.",
    ),
]
Device = Annotated[
    ClusterDevice,
    typer.Option(
        "--cluster-device",
        metavar="|".join(ClusterDevice),
        help="Where a scheduler's workers hear recordings: cuda asks for workers begun with --resources GPU=1.",
    ),
]
Ca = Annotated[
    Path | None, typer.Option("--cluster-ca", metavar="FILE", help="tls://: who signed the certificates, PEM.")
]
Cert = Annotated[
    Path | None, typer.Option("--cluster-cert", metavar="FILE", help="tls://: this machine's certificate, PEM.")
]
Key = Annotated[Path | None, typer.Option("--cluster-key", metavar="FILE", help="tls://: this machine's key, PEM.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say only what fails.")]

Pem: TypeAlias = tuple[Path | None, Path | None, Path | None]
"""Who signed the certificates, this machine's certificate and its key."""


def read_formats(given: Sequence[str] | None) -> tuple[str, ...]:
    """What to write of each file, each format once. Raises UsageMistake for one that there is not."""
    names = [name.strip() for one in given or (",".join(DEFAULT),) for name in one.split(",") if name.strip()]
    unknown = [name for name in names if name not in FORMATS]
    if unknown:
        raise UsageMistake(f"--format: there is no format {unknown[0]!r}. There are: {', '.join(FORMATS)}.")
    return tuple(dict.fromkeys(names))


def read_cluster(address: str | None, device: ClusterDevice, pem: Pem, *, is_on_card: bool) -> ClusterChoice | None:
    """The cluster to work on, None for this machine's own processes. `is_on_card`: whether this machine has a card."""
    if address is None:
        if any(pem):
            raise UsageMistake("--cluster-ca, --cluster-cert and --cluster-key go with --cluster tls://HOST:PORT.")
        return None
    ca, cert, key = pem
    if not (ca and cert and key) and any(pem):
        raise UsageMistake("--cluster-ca, --cluster-cert and --cluster-key go together.")
    certificates = Certificates(ca, cert, key) if ca and cert and key else None
    is_card = is_on_card if address == LOCAL else device is ClusterDevice.CUDA
    return ClusterChoice(address, "cuda" if is_card else "cpu", certificates)
