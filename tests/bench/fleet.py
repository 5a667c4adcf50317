#!/usr/bin/env python3
"""A scrape of the files of many Python processes: the client's own collector, next to this library's.

    tests/bench/fleet.py [--processes 500] [--rounds 5] [--directory DIR]

Each process has 850 keys (50 counters, and 50 histograms of 15 buckets) in two files. Both collectors take turns on
the same directory; each round is a process of its own, whose first scrape knows nothing and whose second one finds the
same keys. Prints the medians of the CPU that a scrape takes, up to the page, how often ours goes into the client's, and
what ours holds in memory. Exits with 1 if that is less than 20 times, again less than 40 times, or if memory grows with
the number of processes. Needs a Python with prometheus-client: that of `tests/peers/run`, unless this one has it.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", CHECKOUT / "target"))
FIRST, AGAIN = 20, 40


def write(directory, processes):
    """The files of so many processes, as the client writes them."""
    import prometheus_client.metrics as metrics
    from prometheus_client import CollectorRegistry, Counter, Histogram
    from prometheus_client.values import MultiProcessValue

    identifier = ""
    metrics.values.ValueClass = MultiProcessValue(lambda: identifier)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(directory)
    for process in range(processes):
        identifier = str(1000 + process)
        registry = CollectorRegistry()
        requests = Counter("shop_requests", "Requests that were answered.", ["route"], registry=registry)
        duration = Histogram("shop_request_duration_seconds", "Time to answer.", ["route"], registry=registry)
        for route in range(50):
            requests.labels(f"/route/{route}").inc(route + process)
            duration.labels(f"/route/{route}").observe((route % 13) / 7)
        metrics.values.ValueClass.close_all_files()


def scrape(directory):
    """Prints what the client takes for a first scrape, and for another one."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    for name in ("warm-up", "first", "again"):
        began = time.thread_time()
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(directory))
        assert generate_latest(registry)
        print(name, (time.thread_time() - began) * 1e3)


def figures(command):
    done = subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True)
    return {name: float(value) for name, value in map(str.split, done.stdout.splitlines())}


def compare(directory, bench, options):
    rounds = [
        (figures([sys.executable, __file__, "--scrape", directory]), figures([bench, directory]))
        for _ in range(options.rounds)
    ]
    failed = False
    print(f"{options.processes} processes, {850 * options.processes} keys, {2 * options.processes} files")
    print(f"{'':8}{'client':>12}{'this':>12}{'ratio':>8}")
    for name, wanted in (("first", FIRST), ("again", AGAIN)):
        client, ours = (statistics.median(each[at][name] for each in rounds) for at in (0, 1))
        print(f"{name:8}{client:9.1f} ms{ours:9.1f} ms{client / ours:7.1f}×")
        failed |= client / ours < wanted
    return failed, rounds[0][1]["held"]


def main(options):
    try:
        import prometheus_client
    except ImportError:
        python = TARGET / "peers" / "venv" / "bin" / "python"
        if not python.exists() or Path(sys.executable) == python:
            sys.exit(f"no prometheus-client here, and no {python}: `tests/peers/run` installs it")
        os.execv(python, [str(python), *sys.argv])
    command = ["cargo", "bench", "--quiet", "-p", "metrics-bench", "--bench", "fleet", "--no-run", "--message-format=json"]
    built = subprocess.run(command, cwd=CHECKOUT, check=True, stdout=subprocess.PIPE, text=True).stdout
    bench = built.split('"executable":"')[-1].split('"')[0]
    with tempfile.TemporaryDirectory(dir=options.directory) as all, tempfile.TemporaryDirectory(dir=options.directory) as few:
        write(all, options.processes)
        failed, held = compare(all, bench, options)
        write(few, max(options.processes // 10, 1))
        held_by_few = figures([bench, few])["held"]
        print(f"held in memory: {held / 1024:.0f} KiB; of a tenth of the processes {held_by_few / 1024:.0f} KiB")
        sys.exit(failed or held > 1.5 * held_by_few)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--processes", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--directory", help="where to write; by default the system's folder for temporary files")
    parser.add_argument("--scrape", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.scrape:
        scrape(options.scrape)
    else:
        main(options)
