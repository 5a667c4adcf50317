"""How long requests take while Prometheus scrapes the shop, while it reads as much from elsewhere, and while it stands
still: in turns of some seconds, because a machine is not the same from minute to minute. From elsewhere, because
Prometheus at work on the same few cores costs more than being scraped."""

import contextlib
import math
import os
import signal
import statistics
import time

from peers import OPENMETRICS, Site, request
from shop import VISITORS

SECONDS = 4
BOUND = 1.05


class Latency:
    """`kinds`: by name, the Prometheus servers that run meanwhile."""

    def __init__(self, shop, kinds):
        self.shop, self.kinds = shop, kinds
        self.running = {server for servers in kinds.values() for server in servers}
        self.p99 = {kind: [] for kind in kinds}
        self.failed = self.requests = 0

    def measure(self, rounds):
        order = list(self.kinds)
        with contextlib.ExitStack() as stack:
            # What is stopped could not even be ended.
            for server in self.running:
                stack.callback(go_on, server)
            for round in range(rounds):
                for kind in order if round % 2 == 0 else reversed(order):
                    self._window(kind)

    def _window(self, kind):
        wanted = set(self.kinds[kind])
        for server in self.running - wanted:
            pause(server)
        for server in wanted - self.running:
            go_on(server)
        self.running = wanted
        # What was missed is made up for at once.
        time.sleep(1)
        seen = self.shop.visit("window", "visits", VISITORS, seconds=SECONDS).result()
        self.p99[kind].append(seen["p99"])
        self.failed += seen["failed"]
        self.requests += seen["requests"]

    def ratio(self, kind, other):
        """How many times as long, round by round, and the factor by which that may be wrong: two standard errors."""
        logs = [math.log(one / two) for one, two in zip(self.p99[kind], self.p99[other])]
        error = statistics.stdev(logs) / math.sqrt(len(logs))
        return math.exp(statistics.mean(logs)), math.exp(2 * error)


def pause(server):
    """Between two scrapes: one that was stopped on its way would fail."""
    [last] = server.query("max (timestamp(up))").values()
    while not 0.5 < (time.time() - last) % 1 < 0.7:
        time.sleep(0.05)
    os.kill(server.process.child.pid, signal.SIGSTOP)


def go_on(server):
    os.kill(server.process.child.pid, signal.SIGCONT)


class StandIn(Site):
    """Serves what it has read from a shop, second by second: the same work for Prometheus, and none for the shop."""

    def __init__(self, shop, seconds=30):
        self.pages, self.served = [], 0
        for _ in range(seconds):
            status, headers, body = request(shop.metrics, headers={"Accept": OPENMETRICS})
            self.pages.append((status, headers["Content-Type"], body))
            time.sleep(1)
        super().__init__(self.answer)

    def answer(self, _):
        # Two servers read each page.
        page = self.pages[self.served // 2 % len(self.pages)]
        self.served += 1
        return page
