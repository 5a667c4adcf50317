"""A day in production; `tests/day/run` installs what it needs and starts it."""

import argparse
import contextlib
import json
import pathlib
import signal
import statistics
import sys
import tempfile
import time

from latency import BOUND, Latency, StandIn
from peers import Prometheus, wait_for
from shop import BLOCKED, SERIES, WORKERS, Shop

# A shop that is replaced must be there long enough for its memory to be judged.
LIFE = 5
# Memory is flat if the last minute's highest value is at most this much above the second minute's median.
FLAT_FACTOR, FLAT_MIB = 1.03, 3


class Day:
    def __init__(self, folder, stack):
        self.folder, self.stack, self.checks, self.failures = folder, stack, 0, 0
        self.targets, self.shops = folder / "targets.json", []
        self.watch()
        self.servers = self.prometheus("prometheus", self.targets)

    def prometheus(self, name, target):
        """Two of them, niced: they take what the shop leaves, as if they had a machine of their own."""
        binaries = options.target / "peers" / "prometheus-3" / "usr" / "bin"
        servers = []
        for number in (1, 2):
            server = Prometheus(binaries, self.folder / f"{name}-{number}", {"shop": (target, None)}, niceness=19)
            self.stack.callback(server.process.stop)
            servers.append(server)
        for server in servers:
            server.wait_ready()
        return servers

    def watch(self):
        """Tells Prometheus which shops there are."""
        new = self.targets.with_suffix(".new")
        new.write_text(json.dumps([{"targets": [shop.address for shop in self.shops]}]))
        new.rename(self.targets)

    def check(self, passed, text):
        self.checks += 1
        self.failures += not passed
        print("ok    " if passed else "FAILED", text, flush=True)

    def run(self, lives):
        shop = None
        for number, minutes in enumerate(lives, 1):
            before, shop = shop, Shop(options.target, self.folder, f"shop-{number}")
            self.stack.callback(shop.process.stop)
            self.shops.append(shop)
            self.watch()
            self.wait_scraped(shop)
            print(f"{shop.name} opens for {minutes} minutes", flush=True)
            shop.open()
            if before:
                self.close(before)
            self.live(shop, minutes)
        self.latency(shop)
        self.close(shop)

    def live(self, shop, minutes):
        seconds = 60 * minutes
        while len(shop.memory.samples) < seconds:
            time.sleep(0.1)
        for server in self.servers:
            self.scraped(server, shop, seconds)
        shop.memory.stop()
        minutes = (f"{median:.1f} ({highest:.1f})" for median, highest in shop.memory.minutes())
        print("       memory, median and highest of each minute:", *minutes)
        base, last = shop.memory.growth()
        limit = base * FLAT_FACTOR + FLAT_MIB
        text = f"memory: {base:.1f} MiB in the second minute, at most {last:.1f} of {limit:.1f} in the last"
        self.check(last <= limit, text)
        # And the main thread, which waits.
        blocked = shop.memory.threads - WORKERS - 1
        self.check(blocked >= 0.9 * BLOCKED, f"threads: {WORKERS} and {blocked} that block")

    def scraped(self, server, shop, seconds):
        def over(function, series):
            promql = f'{function}_over_time({series}{{instance="{shop.address}"}}[{seconds}s])'
            [value] = server.query(promql).values()
            return value

        up, scrapes, samples = over("min", "up"), over("count", "up"), over("min", "scrape_samples_scraped")
        average, longest = (1000 * over(function, "scrape_duration_seconds") for function in ("avg", "max"))
        text = f"{server.process.name}: up at least {up:.0f} in {scrapes:.0f} scrapes of {seconds} s, {samples:.0f} samples"
        text += f" at least, {average:.0f} ms on average and {longest:.0f} at most"
        # The first and the last second may lie outside.
        self.check(up == 1 and scrapes >= seconds - 2 and samples >= SERIES, text)

    def latency(self, shop):
        shop.visits.stop()
        stand_in = StandIn(shop)
        self.stack.callback(stand_in.stop)
        others = self.prometheus("control", stand_in.address)
        for server in others:
            wait_for(lambda: list(server.query("up").values()) == [1], "a scrape of the stand-in")
        latency = Latency(shop, {"scraped": self.servers, "not scraped": others, "alone": []})
        latency.measure(options.rounds)
        for kind, windows in latency.p99.items():
            each = " ".join(f"{p99:.1f}" for p99 in sorted(windows))
            print(f"       p99 {kind}: median {statistics.median(windows):.2f} ms, of {each}")
        ratio, wrong = latency.ratio("scraped", "alone")
        print(f"       p99 scraped: {ratio:.3f} times as long as alone on the machine, by {wrong:.3f} more or less")
        ratio, wrong = latency.ratio("scraped", "not scraped")
        text = f"p99 scraped: {ratio:.3f} times as long as not scraped, by {wrong:.3f} more or less, at most {BOUND}"
        # A machine that others use too may double it by itself: what cannot be told from noise is no failure.
        self.check(ratio / wrong <= BOUND, text)
        self.check(latency.failed == 0, f"{latency.failed} of {latency.requests} requests failed")

    def close(self, shop):
        for page, wrk in (("/visits", shop.visits), ("/visits/blocking", shop.blocked)):
            seen = wrk.stop()
            text = f"{shop.name} {page}: {seen['requests']} requests, {seen['failed']} failed"
            text += f", p50 {seen['p50']:.1f}, p99 {seen['p99']:.1f}, max {seen['max']:.1f} ms"
            self.check(seen["failed"] == 0 and seen["requests"] > 0, text)
        shop.wait_settled()
        self.check(shop.others_counted() == shop.driver.counts, f"{shop.name} counted what was done")
        self.wait_scraped(shop)
        for server in self.servers:
            compared, differing = shop.differences(server)
            text = f"{server.process.name}: {compared} values, {len(differing)} differ from what {shop.name} counted"
            self.check(not differing, "\n       ".join([text, *differing[:10]]))
            [up] = server.query(f'min_over_time(up{{instance="{shop.address}"}}[1d])').values()
            self.check(up == 1, f"{server.process.name}: up at least {up:.0f} as long as {shop.name} was there")
        self.shops.remove(shop)
        self.watch()
        for server in self.servers:
            left = lambda: any(t["labels"]["instance"] == shop.address for t in server.get("targets")["activeTargets"])
            wait_for(lambda: not left(), f"{server.process.name} to forget {shop.name}")
        status = shop.process.stop()
        self.check(status == 0, f"{shop.name} ended with {status}")

    def wait_scraped(self, shop):
        now = time.time()
        for server in self.servers:
            promql = f'timestamp(up{{instance="{shop.address}"}})'
            wait_for(lambda: any(last > now for last in server.query(promql).values()), f"a scrape of {shop.name}", 60)


def interrupt(*_):
    raise KeyboardInterrupt("ended")


def main():
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    lives = [LIFE] * (options.minutes // LIFE) if options.restarts else [options.minutes]
    with tempfile.TemporaryDirectory(prefix="day-") as folder, contextlib.ExitStack() as stack:
        day = Day(pathlib.Path(folder), stack)
        day.run(lives)
    print(f"day: {day.checks - day.failures} passed, {day.failures} failed")
    return int(day.failures != 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--target", type=pathlib.Path, required=True, help="cargo's target folder")
    parser.add_argument("--minutes", type=int, default=3, help="how long it lasts, without the comparison of latencies")
    parser.add_argument("--rounds", type=int, default=10, help="of the comparison of latencies, 15 seconds each")
    parser.add_argument("--restarts", action="store_true", help=f"a new shop takes over every {LIFE} minutes")
    options = parser.parse_args()
    if options.minutes < (LIFE if options.restarts else 3):
        parser.error("too short to judge")
    sys.exit(main())
