"""A carbon of the suite's own, and what is in its files."""

import pathlib
import socket
import sys
import time

import whisper
from carbon.util import TaggedSeries

from peers import Process, free_port, wait_for

CONFIG = """
[cache]
STORAGE_DIR = {folder}
CONF_DIR = {folder}
LOG_DIR = {folder}
PID_DIR = {folder}
LOCAL_DATA_DIR = {folder}/whisper
LINE_RECEIVER_INTERFACE = 127.0.0.1
LINE_RECEIVER_PORT = {line}
ENABLE_UDP_LISTENER = True
UDP_RECEIVER_INTERFACE = 127.0.0.1
UDP_RECEIVER_PORT = {line}
PICKLE_RECEIVER_INTERFACE = 127.0.0.1
PICKLE_RECEIVER_PORT = {pickle}
CACHE_QUERY_INTERFACE = 127.0.0.1
CACHE_QUERY_PORT = {query}
MAX_CREATES_PER_MINUTE = inf
MAX_UPDATES_PER_SECOND = inf
ENABLE_TAGS = False
"""


class Carbon:
    def __init__(self, folder):
        self.folder = folder / "carbon"
        self.folder.mkdir()
        line, pickle, query = free_port(), free_port(), free_port()
        self.line, self.pickle = f"127.0.0.1:{line}", f"127.0.0.1:{pickle}"
        self.port = line
        config = CONFIG.format(folder=self.folder, line=line, pickle=pickle, query=query)
        (self.folder / "carbon.conf").write_text(config)
        (self.folder / "storage-schemas.conf").write_text("[all]\npattern = .*\nretentions = 1s:1h\n")
        self.starts = 0
        self.start()

    def start(self):
        self.starts += 1
        binaries = pathlib.Path(sys.executable).parent
        command = [
            sys.executable, binaries / "carbon-cache.py", f"--config={self.folder / 'carbon.conf'}", "--nodaemon", "start",
        ]
        # It refuses to start where a pid file names a process.
        for stale in self.folder.glob("*.pid"):
            stale.unlink()
        self.process = Process("carbon", command, self.folder / f"log-{self.starts}")

        def ready():
            self.process.check()
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.port)) == 0

        wait_for(ready, "carbon to listen", 30)

    def points(self, name, since):
        """Value by second, of those that it has."""
        tagged = ";" in name
        path = TaggedSeries.encode(TaggedSeries.parse(name).path if tagged else name, sep="/", hash_only=tagged)
        file = self.folder / "whisper" / f"{path}.wsp"
        if not file.exists():
            return {}
        try:
            (start, _, step), values = whisper.fetch(str(file), max(since, int(time.time()) - 3000))
        except whisper.CorruptWhisperFile:
            # Carbon makes it at this moment. One that stays so never has what is waited for.
            return {}
        return {start + step * at: value for at, value in enumerate(values) if value is not None}

    def last(self, name, since):
        found = self.points(name, since)
        return found[max(found)] if found else None

    def check_nothing_was_invalid(self):
        for file in [*self.folder.glob("*.log"), *self.folder.glob("log-*")]:
            for line in file.read_text().splitlines():
                for word in ("invalid", "Traceback", "Error", "rror in"):
                    if word in line:
                        raise AssertionError(f"{file.name}: {line}")
