"""Processes of the Python client, scraped by `metrics-multiproc` and by the client's own collector: both must say the
same. `tests/peers/run` installs both versions of the client and starts this."""

import argparse
import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

from prometheus_client import Histogram
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

import pages
from peers import OPENMETRICS, PROTOBUF, TEXT, Process, free_port, page, request, wait_for

HERE = pathlib.Path(__file__).resolve().parent
OWN = ("metrics_core_", "metrics_exposition_", "metrics_multiprocess_")


class Worker:
    """`fleet_worker.py`, or another program like it."""

    def __init__(self, command, folder, number, *identifier):
        self.child = subprocess.Popen(
            [*command, str(number), *identifier],
            env=os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.number = number

    def wait_counted(self):
        line = self.child.stdout.readline()
        if line != f"{self.number}\n":
            raise AssertionError(f"worker {self.number} said {line!r}, and ended with {self.child.wait()}")

    def end(self, kill=False):
        if kill:
            self.child.kill()
        self.child.stdin.close()
        self.child.wait()
        self.child.stdout.close()


def expected(folder):
    """What the client's own collector says: families, and values by name and labels."""
    families, samples = {}, {}
    for family in MultiProcessCollector(None, str(folder)).collect():
        # A gauge that was never set, for instance.
        if family.samples:
            families[family.name] = (family.type, family.documentation)
        for sample in family.samples:
            key = (sample.name, frozenset((k, canonical(k, v)) for k, v in sample.labels.items() if v))
            samples[key] = float(sample.value)
    return families, samples


def canonical(label, value):
    """Bounds are spelled in another way before version 0.26."""
    return float(value) if label == "le" else value


def found(text):
    """The same of a page."""
    families = {family.name: (family.type, family.documentation) for family in pages.families(text)}
    samples = {
        (name, frozenset((k, canonical(k, v)) for k, v in labels)): value
        for (name, labels), value in pages.samples(text).items()
    }
    return (
        {name: family for name, family in families.items() if not name.startswith(OWN)},
        {key: value for key, value in samples.items() if not key[0].startswith(OWN)},
    )


class Fleet(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.resources = contextlib.ExitStack()
        self.addCleanup(self.resources.close)
        self.root = pathlib.Path(self.resources.enter_context(tempfile.TemporaryDirectory(prefix="fleet-")))
        self.folder = self.root / "metrics"
        self.folder.mkdir()
        self.workers = []

    def exporter(self):
        command = [options.target / "debug" / "metrics-multiproc", self.folder, "--addr", "127.0.0.1:0"]
        process = Process("metrics-multiproc", command, self.root / "log")
        self.resources.callback(process.stop)
        process.metrics = process.printed("metrics: ")
        return process

    def start(self, python, *numbers, identifiers=()):
        self.run_workers([python, HERE / "fleet_worker.py"], numbers, identifiers)

    def run_workers(self, command, numbers, identifiers=()):
        started = [Worker(command, self.folder, number, *identifiers[at : at + 1]) for at, number in enumerate(numbers)]
        for worker in started:
            self.resources.callback(worker.end)
            worker.wait_counted()
        self.workers += started

    def assert_same(self, url):
        families, samples = expected(self.folder)
        self.assertGreater(len(samples), 100)
        for accept in (TEXT, OPENMETRICS):
            with self.subTest(accept=accept):
                found_families, found_samples = found(page(url, accept))
                self.assertEqual("", pages.difference(samples, found_samples))
                self.assertEqual(families, found_families)
        return samples

    def check(self, python):
        """Living, killed and forgotten processes of one version."""
        self.start(python, *range(6))
        exporter = self.exporter()
        before = self.assert_same(exporter.metrics)
        for worker in self.workers[:3]:
            worker.end(kill=True)
        self.assert_same(exporter.metrics)
        for worker in self.workers[:2]:
            mark_process_dead(worker.child.pid, str(self.folder))
        after = self.assert_same(exporter.metrics)
        self.assertNotEqual(before, after, "live gauges are gone")
        self.assertIn("liveall", " ".join(name for name, _ in after))
        self.start(python, 6)
        self.assert_same(exporter.metrics)

    def test_this_version(self):
        self.check(sys.executable)

    def test_an_older_version(self):
        self.check(options.old_python)

    def test_both_versions_in_one_folder(self):
        self.start(sys.executable, 10, 11)
        self.start(options.old_python, 12, 13)
        bounds = {dict(labels)["le"] for (name, labels) in self.assert_same(self.exporter().metrics) if "le" in dict(labels)}
        self.assertIn(1e10, bounds)

    def test_beside_processes_of_this_library(self):
        """The mix is the sum of what both counted, by the rules of each type and mode."""
        numbers = (3, 5)
        self.start(sys.executable, 60, 61, 62)
        self.run_workers([options.target / "debug" / "examples" / "fleet"], numbers)
        samples = expected(self.folder)[1]

        def add(name, value, how=lambda before, new: before + new, **labels):
            key = (name, frozenset(labels.items()))
            samples[key] = how(samples[key], value) if key in samples else value

        for worker in self.workers[3:]:
            number = worker.number
            add("fleet_jobs_total", number / 8)
            add("fleet_odd_total", number, zeta="\U0001f600", alpha="new\nline")
            add("fleet_wait_seconds_count", number, queue="été")
            add("fleet_wait_seconds_sum", number * 2.5, queue="été")
            for bound in Histogram.DEFAULT_BUCKETS:
                add("fleet_wait_seconds_bucket", number if bound >= 2.5 else 0, queue="été", le=bound)
            add("fleet_answer_seconds_count", number, route='quo"te')
            add("fleet_answer_seconds_sum", number / 8, route='quo"te')
            add("fleet_all_level", number * 1000, kind="três", pid=str(worker.child.pid))
            add("fleet_min_level", number * 1000, min, kind="três")
            add("fleet_livemax_level", number * 1000, max, kind="três")
            add("fleet_livesum_level", number * 1000, kind="três")
        # Both are started before either has counted.
        recent = ("fleet_mostrecent_level", frozenset({("kind", "três")}))
        exporter = self.exporter()
        for accept in (TEXT, OPENMETRICS):
            found_samples = found(page(exporter.metrics, accept))[1]
            samples[recent] = found_samples[recent]
            self.assertIn(samples[recent], numbers)
            self.assertEqual("", pages.difference(samples, found_samples))

        # Live gauges go with the process, which nobody has to say; counts stay.
        for worker in self.workers[3:]:
            worker.end(kill=True)
        left = found(page(exporter.metrics, TEXT))[1]
        self.assertEqual(samples["fleet_jobs_total", frozenset()], left["fleet_jobs_total", frozenset()])
        alone = expected(self.folder)[1]
        for name in ("fleet_livesum_level", "fleet_livemax_level"):
            key = (name, frozenset({("kind", "três")}))
            self.assertNotEqual(samples[key], left.get(key))
            self.assertEqual(alone.get(key), left.get(key))

    def test_identifiers(self):
        self.start(sys.executable, 20, 21, identifiers=("worker7", "é-8"))
        self.assert_same(self.exporter().metrics)

    def test_an_identifier_that_the_client_cuts(self):
        self.start(sys.executable, 22, identifiers=("pool_a_1",))
        _, samples = found(page(self.exporter().metrics, TEXT))
        self.assertEqual({"pool_a_1"}, {dict(labels)["pid"] for name, labels in samples if name == "fleet_all_level"})

    def test_what_ends_the_scrape_of_the_client(self):
        self.start(sys.executable, 30)
        exporter, (families, samples) = self.exporter(), expected(self.folder)
        good = next(self.folder.glob("histogram_*.db")).read_bytes()
        (self.folder / "counter_1.db").write_bytes(b"")
        (self.folder / "app.db").write_bytes(b"SQLite format 3\0" + bytes(range(256)) * 16)
        (self.folder / "gauge_all_1.db").write_bytes(b"SQLite format 3\0" + bytes(range(256)) * 16)
        (self.folder / "histogram_1.db").write_bytes(good[:8])
        with self.assertRaises(Exception):
            expected(self.folder)
        self.assertEqual((families, samples), found(page(exporter.metrics, TEXT)))

    def test_gunicorn(self):
        """Its workers come and go, the counts stay."""
        address = f"127.0.0.1:{free_port()}"
        # It has a control socket below its home.
        environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(self.folder), "HOME": str(self.root)}
        command = [sys.executable, "-m", "gunicorn", "--config", "fleet_gunicorn.py", "--bind", address, "fleet_app:app"]
        gunicorn = Process("gunicorn", command, self.root / "gunicorn.log", env=environment, cwd=HERE)
        self.resources.callback(gunicorn.stop)

        def get(path):
            gunicorn.check()
            with contextlib.suppress(OSError):
                return request(f"http://{address}{path}")[0] == 200

        wait_for(lambda: get("/first"), "gunicorn")
        for number in range(60):
            wait_for(lambda: get("/exit" if number % 20 == 19 else "/work"), "an answer")
        wait_for(lambda: gunicorn.log.read_text().count("Booting worker") == 6, "three other workers")
        for _ in range(20):
            get("/work")
        exporter = self.exporter()

        def same():
            families, samples = expected(self.folder)
            return found(page(exporter.metrics, TEXT)) == (families, samples) and samples

        samples = wait_for(same, "both collectors to say the same")
        counted = {dict(labels)["path"]: value for (name, labels), value in samples.items() if name == "app_requests_total"}
        # A worker that ends may have counted one that it does not answer.
        self.assertIn(counted["/work"], range(77, 81))
        self.assertGreaterEqual(counted["/exit"], 3)

    def test_promtool_finds_no_fault(self):
        self.start(sys.executable, 40, 41)
        text = page(self.exporter().metrics, TEXT)
        for version in ("2.42", "3"):
            promtool = options.target / "peers" / f"prometheus-{version}" / "usr" / "bin" / "promtool"
            done = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True, timeout=60)
            self.assertEqual((0, ""), (done.returncode, done.stdout + done.stderr))

    def test_formats(self):
        self.start(sys.executable, 50)
        exporter = self.exporter()
        for accept in (TEXT, OPENMETRICS, PROTOBUF):
            status, headers, body = request(exporter.metrics, headers={"Accept": accept})
            self.assertEqual((200, accept), (status, headers["Content-Type"]))
            self.assertTrue(body)
        exporter.child.send_signal(signal.SIGTERM)
        self.assertEqual(0, exporter.child.wait(10))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--target", type=pathlib.Path, required=True)
    parser.add_argument("--old-python", type=pathlib.Path, required=True, help="one with an older prometheus-client")
    options, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
