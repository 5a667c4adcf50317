"""Servers that samples are pushed to, and what they have then."""

import json
import time
import urllib.parse
import urllib.request

from peers import Process, free_port, request, wait_for


def get(url, **params):
    with urllib.request.urlopen(f"{url}?{urllib.parse.urlencode(params, doseq=True)}", timeout=30) as answer:
        return answer.read()


class Storage:
    """A process that can be killed and started again on what it has on disk."""

    def __init__(self, folder):
        self.folder = folder
        self.address = f"127.0.0.1:{free_port()}"
        self.url = f"http://{self.address}"
        self.starts = 0
        self.start()

    def start(self):
        self.starts += 1
        name = f"{type(self).__name__.lower()}-{self.address.rpartition(':')[2]}-{self.starts}"
        self.process = Process(name, self.command(), self.folder / f"{name}.log")

        def ready():
            self.process.check()
            try:
                return request(self.url + self.READY)[0] == 200
            except OSError:
                return False

        wait_for(ready, f"{name} to be ready", 30)

    def kill(self):
        self.process.child.kill()
        self.process.child.wait()

    def signal(self, number):
        self.process.child.send_signal(number)


class Prometheus(Storage):
    READY = "/-/ready"
    WRITE = "/api/v1/write"

    def __init__(self, binary, folder, features=()):
        self.binary, self.features = binary, ("native-histograms", "exemplar-storage", *features)
        (folder / "prometheus.yml").write_text("global: {}\n")
        super().__init__(folder)

    def command(self):
        return [
            self.binary,
            f"--config.file={self.folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={self.folder / 'data'}",
            f"--web.listen-address={self.address}",
            "--web.enable-remote-write-receiver",
            f"--enable-feature={','.join(self.features)}",
            "--log.level=warn",
        ]

    def get(self, path, **params):
        return json.loads(get(f"{self.url}/api/v1/{path}", **params))["data"]

    def now(self, query):
        """Value by labels, as they are; that of a native histogram as the API has it."""
        found = {}
        for series in self.get("query", query=query)["result"]:
            value = series["histogram"][1] if "histogram" in series else float(series["value"][1])
            found[frozenset(series["metric"].items())] = value
        return found

    def samples(self, selector):
        """Times and values of each series in the last 10 minutes; ends are no samples."""
        found = self.get("query", query=f"{selector}[10m]")["result"]
        return {frozenset(series["metric"].items()): [(t, float(v)) for t, v in series["values"]] for series in found}

    def exemplars(self, query):
        found = self.get("query_exemplars", query=query, start=time.time() - 600, end=time.time() + 1)
        return [(frozenset(s["seriesLabels"].items()), e) for s in found for e in s["exemplars"]]


class VictoriaMetrics(Storage):
    READY = "/health"
    WRITE = "/api/v1/write"
    OTLP = "/opentelemetry/v1/metrics"

    def __init__(self, binary, folder):
        self.binary = binary
        super().__init__(folder)

    def command(self):
        return [
            self.binary,
            f"-storageDataPath={self.folder / 'data'}",
            f"-httpListenAddr={self.address}",
            "-search.latencyOffset=0s",
            "-search.disableCache",
            "-loggerLevel=WARN",
            "-memory.allowedPercent=10",
        ]

    def samples(self, selector):
        """Times and values of each series, all that were stored in the last 10 minutes; of an end, None."""
        get(f"{self.url}/internal/force_flush")
        around = {"start": time.time() - 600, "end": time.time() + 60}
        lines = get(f"{self.url}/api/v1/export", **{"match[]": selector}).decode().splitlines()
        found = {}
        for series in map(json.loads, lines):
            pairs = zip(series["timestamps"], series["values"])
            key = frozenset(series["metric"].items())
            found.setdefault(key, []).extend((t / 1000, None if v is None else float(v)) for t, v in pairs)
        return {key: sorted(samples, key=lambda sample: sample[0]) for key, samples in found.items()}
