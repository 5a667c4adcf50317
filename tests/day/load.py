"""wrk. Each of its connections asks again as soon as it has its answer, and nearly all of an answer's time is a
wait in the shop: that makes a steady rate of requests, far from what the machine can do."""

import json
import pathlib
import signal

from peers import Process

SCRIPT = pathlib.Path(__file__).with_name("wrk.lua")


class Wrk:
    """Connections that ask for one page, until they are stopped or for some seconds."""

    def __init__(self, target, log, url, connections, seconds=24 * 3600):
        root = target / "peers" / "wrk" / "usr"
        libraries = ":".join(str(folder) for folder in (root / "lib").glob("*-linux-gnu"))
        command = ["env", f"LD_LIBRARY_PATH={libraries}", root / "bin" / "wrk", "--threads=1", f"--script={SCRIPT}"]
        command += [f"--connections={connections}", f"--duration={seconds}s", url]
        self.process = Process("wrk", command, log, end=signal.SIGINT)

    def stop(self):
        self.process.stop()
        return self.result()

    def result(self):
        """What it has seen, once it has ended: requests, failed, and p50, p99, max in milliseconds."""
        self.process.child.wait()
        lines = self.process.log.read_text().splitlines()
        done = [line.removeprefix("done: ") for line in lines if line.startswith("done: ")]
        if len(done) != 1:
            raise AssertionError("wrk failed:\n" + "\n".join(lines))
        seen = json.loads(done[0])
        for figure in ("p50", "p99", "max"):
            seen[figure] /= 1000
        return seen
