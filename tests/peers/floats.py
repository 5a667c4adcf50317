"""Writes tests/tests/doubles/go.txt anew: 10,000 doubles as Go spells them. By hand, after tests/peers/run has
fetched Prometheus 3, which spells the bounds of the buckets that it scrapes as OpenMetrics wants them: by Go's
`FormatFloat(value, 'g', -1, 64)`, and `.0` behind what has neither point nor exponent."""

import math
import pathlib
import random
import struct
import sys
import tempfile

from peers import TEXT, Prometheus, Site, wait_for

COUNT = 10_000
FILE = pathlib.Path("tests/tests/doubles/go.txt")


def doubles():
    """All kinds that there are, each once: any bits, few digits, whole ones, powers and their neighbours."""
    random.seed(1)
    found = {0.0}

    def add(value):
        # Of zeros Prometheus has one.
        if math.isfinite(value) and value != 0:
            found.add(value)

    for power in range(-324, 309):
        value = float(f"1e{power}")
        for near in (value, math.nextafter(value, math.inf), math.nextafter(value, 0)):
            add(near)
    for power in range(-1074, 1024):
        add(math.ldexp(1.0, power))
    for value in (5e-324, sys.float_info.min, sys.float_info.max, 2.0**53, 2.0**53 + 2, 0.1, 1 / 3):
        add(value)
    while len(found) < COUNT:
        kind = random.randrange(4)
        if kind == 0:
            add(struct.unpack("<d", random.randbytes(8))[0])
        elif kind == 1:
            add(random.randrange(-(10**7), 10**7) / 10 ** random.randrange(8))
        elif kind == 2:
            add(float(random.randrange(10 ** random.randrange(1, 22))))
        else:
            add(float(f"{random.randrange(1, 1000)}e{random.randrange(-20, 21)}"))
    return sorted(found)[:COUNT]


def main():
    wanted = doubles()
    # More digits than needed, so that what comes back was spelled anew.
    lines = [f'x_bucket{{le="{value:.17e}"}} {place}' for place, value in enumerate(wanted)]
    body = "\n".join(["# TYPE x histogram", *lines, ""]).encode()
    binaries = pathlib.Path(sys.argv[1]) / "peers" / "prometheus-3" / "usr" / "bin"
    site = Site(lambda _: (200, TEXT, body))
    with tempfile.TemporaryDirectory() as folder:
        server = Prometheus(binaries, pathlib.Path(folder) / "prometheus", {"floats": (site.address, None)})
        try:
            server.wait_ready()
            found = wait_for(lambda: server.query("x_bucket"), "the buckets")
        finally:
            server.process.stop()
            site.stop()
    spelled = {int(place): dict(labels)["le"] for (_, labels), place in found.items()}
    for place, value in enumerate(wanted):
        if float(spelled[place]) != value:
            raise AssertionError(f"{value!r} came back as {spelled[place]}")
    FILE.write_text("".join(f"{spelled[place]}\n" for place in range(len(wanted))))
    print(f"{len(wanted)} doubles in {FILE}")


if __name__ == "__main__":
    main()
