"""A shop under load: the process, its memory, and whether Prometheus says of it what it says of itself."""

import json
import pathlib
import signal
import statistics
import threading
import time

import counted
from driver import Driver
from load import Wrk
from peers import Process, request

WORKERS = 64
BLOCKING_THREADS = 512
SERIES = 20_000
# Connections, of which the first keep nearly all threads that block.
BLOCKED = 480
VISITORS = 40


class Shop:
    def __init__(self, target, folder, name):
        self.target, self.folder, self.name = target, folder, name
        # glibc gives so many threads 8 heaps a core, each of which goes on growing for minutes by what hyper's buffers
        # leave unused, with churn or without; one heap does so for the first minute. Some orders panic, and a
        # backtrace reads all of the program's debug information.
        command = ["env", "MALLOC_ARENA_MAX=1", "RUST_BACKTRACE=0", target / "release" / "examples" / "shop"]
        command += ["--addr", "127.0.0.1:0", "--metrics-addr", "127.0.0.1:0"]
        command += ["--no-traffic", "--workers", WORKERS, "--blocking-threads", BLOCKING_THREADS, "--series", SERIES]
        self.process = Process(name, command, folder / f"{name}.log", end=signal.SIGINT)
        self.metrics, self.url = self.process.printed("metrics: "), self.process.printed("shop: ")
        self.address = self.metrics.removeprefix("http://").removesuffix("/metrics")

    def open(self):
        """Lets the visitors in, and has each kind of answer and outcome that there is."""
        self.memory = Memory(self.process.child.pid)
        self.blocked = self.visit("blocked", "visits/blocking", BLOCKED)
        self.visits = self.visit("visits", "visits", VISITORS)
        self.driver = Driver(self.url).drive()

    def visit(self, name, page, connections, **duration):
        return Wrk(self.target, self.folder / f"{self.name}-{name}.log", self.url + page, connections, **duration)

    def own_counts(self):
        return json.loads(request(self.url + "counts")[2])

    def own_visitors(self):
        return json.loads(request(self.url + "visits/counts")[2])

    def others_counted(self):
        """What is not due to wrk, of whose last requests nobody knows the end."""
        return {what: count for what, count in self.own_counts().items() if "/visits" not in what}

    def wait_settled(self):
        """Until nothing is under way: answers whose client is gone, the packing of orders."""
        before = None
        while (now := (self.own_counts(), self.own_visitors())) != before:
            before = now
            time.sleep(2)

    def differences(self, server):
        """How many values were compared with what the shop has counted by itself, and what differs."""
        counts, visitors = self.own_counts(), self.own_visitors()
        expected = {promql: counted.requests(counts) for promql in counted.REQUESTS}
        expected[counted.CALLS] = counted.calls(counts)
        expected[counted.PAYMENTS] = counted.payments(counts)
        expected[counted.VIEWS] = counted.views(counts)
        expected[counted.REVENUE] = [({}, self.driver.revenue)]
        expected["sum (shop_requests_in_progress{JOB})"] = [({}, 0)]
        for column, series in enumerate(
            ("pages_total", "spent_euros_total", "basket", "purchase_euros_count", "purchase_euros_sum")
        ):
            values = {name: [*own, own[1]][column] for name, own in visitors.items()}
            series = f"shop_visitor_{series}{{JOB}}"
            expected[f"sum ({series})"] = [({}, sum(values.values()))]
            expected[f"sum by (visitor) ({series})"] = [({"visitor": name}, value) for name, value in values.items()]
        compared, differing = 0, []
        for promql, values in expected.items():
            found = server.query(promql.replace("JOB", f'instance="{self.address}"'))
            values = {("", frozenset(labels.items())): value for labels, value in values}
            compared += len(values)
            for key in values.keys() | found.keys():
                if values.get(key) != found.get(key):
                    differing.append(f"{promql} {dict(key[1])}: counted {values.get(key)}, found {found.get(key)}")
        return compared, differing


class Memory:
    """Resident memory of a process in MiB and its threads, each second from now on."""

    def __init__(self, pid):
        self.samples, self.threads, self.stopped = [], 0, threading.Event()
        self.status = pathlib.Path(f"/proc/{pid}/status")
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self):
        while not self.stopped.wait(1):
            fields = dict(line.split(":", 1) for line in self.status.read_text().splitlines())
            self.samples.append(int(fields["VmRSS"].split()[0]) / 1024)
            self.threads = max(self.threads, int(fields["Threads"]))

    def stop(self):
        self.stopped.set()

    def minutes(self):
        """Median and highest of each minute."""
        parts = (self.samples[start : start + 60] for start in range(0, len(self.samples), 60))
        return [(statistics.median(part), max(part)) for part in parts]

    def growth(self):
        """The median of the second minute and the highest of the last one."""
        return statistics.median(self.samples[60:120]), max(self.samples[-60:])
