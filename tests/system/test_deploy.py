"""deploy/compose.yaml as far as it can be checked where there are no containers."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.clusters import Program, cluster
from tests.support.recordings import write_transcripts

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
OURS = {name: shlex.split(one["command"]) for name, one in SERVICES.items() if "command" in one}
MODULES = {"dask": "dask", "earmark": "ui"}


@pytest.fixture(scope="module")
def secrets(tmp_path_factory):
    folder = tmp_path_factory.mktemp("deploy") / "secrets"
    subprocess.run([ROOT / "deploy" / "make-secrets", folder], check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("service", sorted(OURS))
def test_every_command_has_only_options_that_the_program_knows(service):
    program, *arguments = OURS[service]
    command = [sys.executable, "-m", MODULES[program], *arguments, "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout


def test_every_secret_is_made_readable_by_its_owner_only_and_never_anew(secrets):
    for one in COMPOSE["secrets"].values():
        path = secrets.parent / one["file"]
        assert path.stat().st_size
        assert path.stat().st_mode & 0o077 == 0
    again = subprocess.run([ROOT / "deploy" / "make-secrets", secrets], capture_output=True, text=True, check=False)
    assert again.returncode == 2


def test_what_a_service_reads_is_given_to_it():
    for name, service in SERVICES.items():
        assert set(service.get("secrets", ())) <= COMPOSE["secrets"].keys()
        text = " ".join(OURS.get(name, ())) + str(service.get("environment", ""))
        assert set(re.findall(r"/run/secrets/(\w+)", text)) == set(service.get("secrets", ()))
        mounts = {entry.split("}")[-1].split(":")[1] for entry in service.get("volumes", ())}
        for folder in re.findall(r"(?<![\w/])/(?:recordings|models|files|results)\b", text):
            assert folder in mounts, name


def test_the_image_is_built_from_files_that_are_there():
    lines = (ROOT / "deploy" / "Dockerfile").read_text().splitlines()
    copied = [word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]]
    assert copied
    assert [word for word in copied if not (ROOT / word).exists()] == []
    assert (ROOT / "deploy" / SERVICES["server"]["build"]["context"]).resolve() == ROOT


def test_ports_agree_and_are_open_to_this_machine_only():
    for name, service in SERVICES.items():
        for published in service.get("ports", ()):
            host, _, inside = published.split(":")
            assert host == "127.0.0.1"
            assert OURS[name][OURS[name].index("--port") + 1] == inside
    scheduler = f"tls://scheduler:{OURS['scheduler'][OURS['scheduler'].index('--port') + 1]}"
    assert scheduler in OURS["worker"]
    assert OURS["batch"][OURS["batch"].index("--cluster") + 1] == scheduler


def test_no_secret_stands_in_the_file_itself():
    text = (ROOT / "deploy" / "compose.yaml").read_text()
    assert not re.search(r"(?i)(password|secret|token)\s*:\s*[\"']?[a-z0-9]{8,}", text)
    assert "postgresql+psycopg://earmark@postgres/earmark" in text, "the password comes from PGPASSFILE"


@pytest.mark.long
def test_a_batch_runs_over_tls_with_the_certificates_that_are_made(secrets, tmp_path):
    def pem(role):
        files = ("--tls-ca-file", "ca.pem", "--tls-cert", f"{role}.pem", "--tls-key", f"{role}.key")
        return tuple(str(secrets / word) if "." in word else word for word in files)

    write_transcripts(tmp_path / "in", 2)
    where = ("--out", tmp_path / "out", "--workspace", tmp_path / "workspace", "--engine", "pocketsphinx")
    with cluster(tmp_path / "dask", protocol="tls", scheduler=pem("scheduler"), worker=pem("worker")) as begun:
        begun.add_worker("--no-nanny")
        ours = ("--cluster-ca", secrets / "ca.pem", "--cluster-cert", secrets / "driver.pem")
        key = ("--cluster-key", secrets / "driver.key")
        run = Program("ui", "batch", tmp_path / "in", *where, "--cluster", begun.address, *ours, *key)
        assert run.code() == 0, run.text
        shutil.rmtree(tmp_path / "out")
        stranger = Program("ui", "batch", tmp_path / "in", *where, "--cluster", begun.address.replace("tls", "tcp"))
        assert stranger.code() == 3, stranger.text
        assert "no scheduler answers" in stranger.text
