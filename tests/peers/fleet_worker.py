"""A process of the fleet, by any version of the Python client: `fleet_worker.py NUMBER [IDENTIFIER]`, with the folder in
PROMETHEUS_MULTIPROC_DIR. Counts something of each sort, prints its number, and waits for the end of its input.

All amounts are multiples of 1/8, so that sums do not depend on the order."""

import random
import sys

import prometheus_client
from prometheus_client import Counter, Gauge, Histogram, Summary, values

number = int(sys.argv[1])
if len(sys.argv) > 2:
    identifier = sys.argv[2]
    values.ValueClass = values.MultiProcessValue(lambda: identifier)
    prometheus_client.metrics.values.ValueClass = values.ValueClass
rng = random.Random(number)
MODES = (
    "all", "liveall", "min", "livemin", "max", "livemax", "sum", "livesum", "mostrecent", "livemostrecent",
)
ODD = ("", "plain", 'quo"te', "back\\slash", "new\nline", "à côté", "日本", "\U0001f600", "\x7f\t", "a=\"b\",")


def amount(top=1000):
    return rng.randrange(top * 8) / 8


plain = Counter("fleet_jobs", "Jobs done.")
plain.inc(amount())
odd = Counter("fleet_odd", 'Hélp with "quotes", \\ and\na line. 日本', ["zeta", "alpha"])
for value in rng.sample(ODD, 6):
    odd.labels(value, rng.choice(ODD)).inc(amount())
# Made, and never counted in.
odd.labels("never", "never")

short = Histogram("fleet_wait_seconds", "Time in the queue.", ["queue"])
for queue in ("mail", "print", "été"):
    for _ in range(rng.randrange(20)):
        short.labels(queue).observe(amount(12))
wide = Histogram("fleet_size_bytes", "Sizes.", buckets=(0, 1, 1e5, 1e6, 123456789.5, 1e10, 1e16, 2.5e22))
for _ in range(rng.randrange(50)):
    wide.observe(rng.choice((0.0, 0.5, 1e5, 2e6, 5e9, 1e11, 2e13)))
summary = Summary("fleet_answer_seconds", "Time to answer.", ["route"])
for route in rng.sample(ODD, 4):
    for _ in range(rng.randrange(5)):
        summary.labels(route).observe(amount(3))
for mode in MODES:
    gauge = Gauge(f"fleet_{mode}_level", f"A level, {mode}.", ["kind"], multiprocess_mode=mode)
    for kind in rng.sample(("one", "two", "três"), 2):
        gauge.labels(kind).set(amount() - 500)
    if "mostrecent" not in mode:
        gauge.labels("moved").inc(amount())
        gauge.labels("moved").dec(amount())
    gauge.labels("untouched")

print(number, flush=True)
sys.stdin.read()
