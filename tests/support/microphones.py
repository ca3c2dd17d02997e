"""Microphones without a sound card: each a sound server of its own with a null sink, behind ALSA and PortAudio."""

import os
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest


class VirtualMicrophones:
    """None at first. What is played to one, it hears; ALSA lists them."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        self._servers: dict[str, subprocess.Popen[bytes]] = {}
        self._formats: dict[str, str] = {}
        self._players: list[subprocess.Popen[bytes]] = []
        self._config = folder / "asound.conf"
        self._config.write_text("</usr/share/alsa/alsa.conf>\n")
        self._environment = {key: value for key, value in os.environ.items() if not key.startswith("PULSE")}
        for variable in ("XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "PULSE_RUNTIME_PATH", "PULSE_STATE_PATH", "HOME"):
            self._environment[variable] = str(folder)
        monkeypatch.setenv("ALSA_CONFIG_PATH", str(self._config))
        monkeypatch.setenv("HOME", str(folder))
        monkeypatch.delenv("PULSE_SERVER", raising=False)

    def add(self, name: str, channels: int = 1, rate_hz: int = 16_000) -> None:
        """A microphone that is plugged in."""
        socket = self._folder / name
        with self._config.open("a") as config:
            hint = f'hint {{ show on description "{name}" }}'
            config.write(f'pcm.{name} {{ type pulse server "unix:{socket}" device "mic.monitor" {hint} }}\n')
        self._formats[name] = f"rate={rate_hz} channels={channels} format=s16le"
        self.plug_in(name)

    def plug_in(self, name: str) -> None:
        """It is there, again."""
        socket = self._folder / name
        options = ("-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--disallow-exit=yes")
        quiet = ("--realtime=no", "--high-priority=no", "--log-target=stderr")
        server = f"module-native-protocol-unix auth-anonymous=1 socket={socket}"
        sink = f"module-null-sink sink_name=mic norewinds=1 {self._formats[name]}"
        self._servers[name] = subprocess.Popen(
            ["pulseaudio", *options, *quiet, "-L", server, "-L", sink],
            env=self._environment,
            stderr=subprocess.DEVNULL,
        )
        asked = ["pactl", "--server", f"unix:{socket}", "info"]
        for _ in range(1200):
            if subprocess.run(asked, capture_output=True, env=self._environment, check=False).returncode == 0:
                return
            time.sleep(0.05)
        raise RuntimeError(f"the sound server of {name} does not answer")

    def unplug(self, name: str) -> None:
        """It is gone at once."""
        server = self._servers.pop(name)
        server.kill()
        server.wait()

    def freeze(self, name: str) -> None:
        """It gives nothing more and does not say so."""
        self._servers[name].send_signal(signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """It gives sound again."""
        self._servers[name].send_signal(signal.SIGCONT)

    def play(self, name: str, path: Path) -> subprocess.Popen[bytes]:
        """Begin to play a file to a microphone; the process that does."""
        socket = f"unix:{self._folder / name}"
        command = ["paplay", "--server", socket, "--device", "mic", str(path)]
        self._players.append(subprocess.Popen(command, env=self._environment))
        return self._players[-1]

    def processes(self) -> list[psutil.Process]:
        """Those of this process that hold a microphone."""
        children = [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]
        return [child for child in children if "pipeline.devices.microphone" in child.cmdline()]

    def held(self) -> int:
        """How many microphones are held."""
        return len(self.processes())

    def close(self) -> None:
        """Nothing plays any more and all are unplugged."""
        for player in self._players:
            player.kill()
            player.wait()
        for name in tuple(self._servers):
            self.unplug(name)
