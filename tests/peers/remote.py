"""Remote write and OpenTelemetry's protocol to real servers, and what these have then; `tests/peers/run` installs them and
starts this."""

import argparse
import contextlib
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from peers import Dialogue, wait_for
from storages import Prometheus, VictoriaMetrics

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"
WEB = 'a "web"\n'


class Driver(Dialogue):
    """tests/peers/remote.rs"""

    def __init__(self):
        super().__init__(options.target / "debug" / "examples" / "remote")


def expected(works, traces, **labels):
    """What is sent by the second collection, but for native histograms."""

    def key(name, **own):
        return frozenset({"__name__": f"peer_{name}", **labels, **own}.items())

    def histogram(name, short, middle, long):
        total = short + middle + long
        counts = {key(f"{name}_bucket", le=le): n for le, n in (("0.1", short), ("1.0", short + middle), ("+Inf", total))}
        return {**counts, key(f"{name}_count"): total, key(f"{name}_sum"): short / 16 + middle / 2 + long * 2}

    short, middle, long = (len(range(first, works, 3)) for first in range(3))
    return {
        key("jobs_total", queue="mail"): works + traces,
        key("jobs_total", queue=WEB): 2 * works,
        key("level_bytes"): 1.5 * works,
        key("wait_seconds_count"): works,
        key("wait_seconds_sum"): short / 16 + middle / 2 + long * 2,
        **histogram("latency_seconds", short + traces, middle, long),
        **histogram("both", short, middle, long),
        key("build_info", version="1.2"): 1,
        key("door", peer_door="open"): 1,
        key("door", peer_door="shut"): 0,
        key("collections"): 2,
    }


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.resources = contextlib.ExitStack()
        self.addCleanup(self.resources.close)
        self.driver = Driver()
        self.resources.callback(self.driver.stop)

    def storage(self, kind, *path, **how):
        folder = pathlib.Path(self.resources.enter_context(tempfile.TemporaryDirectory(prefix="remote-")))
        storage = kind(options.target.joinpath("peers", *path), folder, **how)
        self.resources.callback(lambda: storage.process.stop())
        return storage

    def check_all_were_kept(self, values):
        """That of each collection there is one sample, and none twice."""
        self.assertEqual(list(range(1, len(values) + 1)), values)

    def push_through(self, storage, how, interrupt):
        """Pushes often while `interrupt` does what it does."""
        self.driver.do("start", *how)

        def values():
            try:
                [samples] = storage.samples("peer_collections").values() or [[]]
            except OSError:
                return []
            return [value for _, value in samples if value is not None]

        wait_for(lambda: len(values()) > 5, "some samples")
        interrupt()
        before = len(values())
        wait_for(lambda: len(values()) > before + 5, "more samples")
        self.driver.do("stop")
        self.check_all_were_kept(wait_for(values, "all samples"))


class OfPrometheus:
    """What holds of each version of it."""

    def setUp(self):
        super().setUp()
        self.server = self.storage(Prometheus, *self.binary, features=self.features)
        self.write = ("remote", self.server.url + self.server.WRITE)

    def push_twice(self, job, *how):
        """Makes what is expected of 8 works and a trace, and ends none of it."""
        driver = Driver()
        self.resources.callback(driver.stop)
        driver.do("work", 7)
        driver.do(*self.write, f"job={job}", "instance=i1", *how)
        # Of version 1, Prometheus takes an exemplar for a native histogram that it knows already.
        driver.do("work", 1)
        driver.do("trace", TRACE)
        driver.do(*self.write, f"job={job}", "instance=i1", *how)

    def check(self, job):
        found = self.server.now(f'{{job="{job}"}}')
        native = {dict(key)["__name__"]: found.pop(key) for key in list(found) if isinstance(found[key], dict)}
        self.assertEqual(expected(8, 1, job=job, instance="i1"), found)

        def of(short):
            counts = (("0.03125", "0.0625", short), ("0.25", "0.5", 3), ("1", "2", 2))
            buckets = [[0, low, high, str(count)] for low, high, count in counts]
            total = f"{short / 16 + 3 / 2 + 2 * 2:g}"
            return {"count": str(short + 5), "sum": total, "buckets": buckets}

        self.assertEqual({"peer_both": of(3), "peer_native": of(4)}, native)
        traced = {}
        for key, exemplar in self.server.exemplars(f'{{job="{job}"}}'):
            name = dict(key)["__name__"]
            self.assertNotIn(name, traced, "sent once")
            traced[name] = (float(exemplar["value"]), exemplar["labels"])
        labels = {"trace_id": TRACE, "span_id": SPAN}
        every = {"peer_jobs_total": 1, "peer_latency_seconds_bucket": 0.0625, "peer_native": 0.0625}
        self.assertEqual({name: (value, labels) for name, value in every.items()}, traced)

    def test_all_values_in_version_1(self):
        self.push_twice("first", "v1")
        self.check("first")

    def test_all_values_in_the_version_that_it_takes(self):
        self.push_twice("auto")
        self.check("auto")
        self.push_twice("second", "v2")
        if self.takes_second:
            self.check("second")
        else:
            # It answers 204 and keeps nothing: only the fallback has brought the others there.
            self.assertEqual({}, self.server.now('{job="second"}'))

    def test_series_end(self):
        self.driver.do("work", 1)
        mail = 'peer_jobs_total{queue="mail"}'
        self.driver.do(*self.write, "job=ends", "shards=4")
        self.assertEqual([1.0], list(self.server.now(mail).values()))
        self.driver.do("remove", "mail")
        self.driver.do(*self.write, "job=ends", "shards=4")
        self.assertEqual({}, self.server.now(mail))
        self.assertEqual(1, len(self.server.now("peer_level_bytes")), "others go on")
        self.driver.do("start", *self.write, "job=all", "end")
        wait_for(lambda: self.server.now('{job="all"}'), "the first push")
        self.driver.do("stop")
        self.assertEqual({}, self.server.now('{job="all"}'))
        self.assertTrue(self.server.samples('peer_level_bytes{job="all"}'), "they had been there")

    def test_the_example(self):
        instance = run_example("remote_write", self.server.url + self.server.WRITE)
        found = self.server.now('{__name__=~"app_.*"}')
        self.assertEqual(of_example(job="example", instance=instance), found)

    def test_killed_and_started_again(self):
        def interrupt():
            self.server.kill()
            time.sleep(0.5)
            self.server.start()

        self.push_through(self.server, self.write, interrupt)

    def test_stopped_and_continued(self):
        """The server takes connections, and answers no request for longer than a push waits."""

        def interrupt():
            self.server.signal(signal.SIGSTOP)
            time.sleep(3)
            self.server.signal(signal.SIGCONT)

        self.push_through(self.server, self.write, interrupt)


def run_example(name, url):
    """What an example pushes is there when it has ended."""
    program = options.target / "debug" / "examples" / name
    child = subprocess.Popen([program, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    out, _ = child.communicate("\n", timeout=30)
    if child.returncode != 0 or not out.endswith("\npushed\n"):
        raise AssertionError(f"{name} ended with {child.returncode}: {out}")
    return f"process-{child.pid}"


def of_example(**labels):
    def key(name, **own):
        return frozenset({"__name__": f"app_{name}", **labels, **own}.items())

    counts = {"0.01": 0, "0.1": 0, "1.0": 1, "+Inf": 1}
    return {
        key("requests_total", endpoint="/api/users"): 100.0,
        key("requests_total", endpoint="/api/orders"): 50.0,
        key("memory_bytes"): 1048576.0,
        key("response_seconds_count"): 1.0,
        key("response_seconds_sum"): 0.25,
        **{key("response_seconds_bucket", le=le): count for le, count in counts.items()},
    }


class Prometheus2(OfPrometheus, Case):
    binary = ("prometheus-2.42", "usr", "bin", "prometheus")
    features = ()
    takes_second = False


class Prometheus3(OfPrometheus, Case):
    binary = ("prometheus-3", "usr", "bin", "prometheus")
    features = ("created-timestamp-zero-ingestion",)
    takes_second = True

    def test_series_begin_with_zero(self):
        """A sample of 0 when it began to count, which version 2 says."""
        self.driver.do("work", 4)
        time.sleep(0.2)
        for version in ("v1", "v2"):
            self.driver.do(*self.write, f"job={version}", version)
        [one] = self.server.samples('peer_wait_seconds_count{job="v1"}').values()
        self.assertEqual([4.0], [value for _, value in one])
        [two] = self.server.samples('peer_wait_seconds_count{job="v2"}').values()
        self.assertEqual([0.0, 4.0], [value for _, value in two])
        self.assertGreater(two[1][0] - two[0][0], 0.2)
        [level] = self.server.samples('peer_level_bytes{job="v2"}').values()
        self.assertEqual([6.0], [value for _, value in level])


class OfVictoriaMetrics(Case):
    def setUp(self):
        super().setUp()
        self.server = self.storage(VictoriaMetrics, "victoria-metrics", "usr", "bin", "victoria-metrics")

    def check(self, selector, labels, bounds):
        """Last values; native histograms have buckets of its own sort, counts and sums."""
        all_values = expected(8, 1, **labels)
        for short, name in ((3, "both"), (4, "native")):
            counts = (("3.125e-02...6.250e-02", short), ("2.500e-01...5.000e-01", 3), ("1.000e+00...2.000e+00", 2))
            for vmrange, count in counts:
                key = {"__name__": f"peer_{name}_bucket", "vmrange": vmrange, **labels}
                all_values[frozenset(key.items())] = count
            for what, value in (("count", short + 5), ("sum", short / 16 + 3 / 2 + 2 * 2)):
                all_values[frozenset({"__name__": f"peer_{name}_{what}", **labels}.items())] = value
        if not bounds:
            # OTLP has one form of each histogram, and bounds that are numbers.
            def kept(key):
                return not ({"peer_both_bucket"} & set(dict(key).values()) and "le" in dict(key))

            all_values = {key: value for key, value in all_values.items() if kept(key)}
            spelled = lambda key: frozenset((k, "1" if (k, v) == ("le", "1.0") else v) for k, v in key)
            all_values = {spelled(key): value for key, value in all_values.items()}
        def last():
            return {key: samples[-1][1] for key, samples in self.server.samples(selector).items()}

        # What it has taken comes to be found a bit later.
        with contextlib.suppress(AssertionError):
            wait_for(lambda: last() == all_values, "all values", 5)
        self.assertEqual(all_values, last())

    def push_twice(self, *how):
        driver = Driver()
        self.resources.callback(driver.stop)
        driver.do("work", 7)
        driver.do(*how)
        driver.do("work", 1)
        driver.do("trace", TRACE)
        driver.do(*how)

    def test_remote_write(self):
        write = ("remote", self.server.url + self.server.WRITE)
        self.push_twice(*write, "job=auto")
        self.check('{job="auto"}', {"job": "auto"}, bounds=True)
        self.push_twice(*write, "job=first", "v1")
        self.check('{job="first"}', {"job": "first"}, bounds=True)
        self.push_twice(*write, "job=second", "v2")
        self.assertEqual({}, self.server.samples('{job="second"}'), "it says 204 and keeps nothing")

    def test_otlp(self):
        self.push_twice("otlp", self.server.url + self.server.OTLP)
        selector = '{"service.name"="peer"}'
        found = wait_for(lambda: self.server.samples(selector), "some samples")
        [version] = {dict(key).get("scope.version") for key in found}
        labels = {"service.name": "peer", "service.instance.id": "i1", "scope.name": "metrics-exposition"}
        self.check(selector, {**labels, "scope.version": version}, bounds=False)

    def test_the_example_of_otlp(self):
        instance = run_example("otlp", self.server.url + self.server.OTLP)
        selector = f'{{"service.instance.id"="{instance}",__name__=~"app_.*"}}'
        found = wait_for(lambda: self.server.samples(selector), "some samples")
        [version] = {dict(key).get("scope.version") for key in found}
        scope = {"scope.name": "metrics-exposition", "scope.version": version}
        expected = of_example(**{"service.name": "example", "service.instance.id": instance, **scope})
        expected = {frozenset((k, "1" if v == "1.0" else v) for k, v in key): value for key, value in expected.items()}
        self.assertEqual(expected, {key: samples[-1][1] for key, samples in found.items()})

    def away_for_a_while(self):
        self.server.process.stop()
        time.sleep(0.5)
        self.server.start()

    def test_remote_write_stopped_and_started_again(self):
        self.push_through(self.server, ("remote", self.server.url + self.server.WRITE), self.away_for_a_while)

    def test_otlp_stopped_and_started_again(self):
        self.push_through(self.server, ("otlp", self.server.url + self.server.OTLP), self.away_for_a_while)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--target", type=pathlib.Path, required=True)
    options, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
