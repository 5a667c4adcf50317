"""The peers suite; `tests/peers/run` installs what it needs and starts it.

Starts the examples and real Prometheus servers, and compares what these have scraped with what the programs
counted. Nothing is skipped: a peer that is missing is an error.
"""

import argparse
import contextlib
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from prometheus_client.openmetrics.exposition import escape_label_name, escape_metric_name

import counted
import pages
from driver import OPEN_CARTS, Driver
from odd_values import Odd
from peers import OPENMETRICS, OPENMETRICS_UTF_8, PROTOBUF, TEXT, TEXT_1, Process, Prometheus, Relay, page, request, wait_for

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
SECONDS = 170

peers = contextlib.ExitStack()


def setUpModule():
    """Everything is started at once, because a first scrape takes some seconds."""
    global shop, odd, servers, natives, own_counts, driver, relays, broken
    folder = pathlib.Path(peers.enter_context(tempfile.TemporaryDirectory(prefix="peers-")))
    examples = options.target / "debug" / "examples"

    def start(*args, **kwargs):
        process = Process(*args, **kwargs)
        peers.callback(process.stop)
        return process

    shop = start(
        "shop", [examples / "shop", "--addr", "127.0.0.1:0", "--no-traffic"], folder / "shop.log", end=signal.SIGINT
    )
    odd = start("odd", [examples / "odd"], folder / "odd.log", stdin=Odd().stdin())
    broken = start("broken", [examples / "broken"], folder / "broken.log")
    shop.metrics = shop.printed("metrics: ")
    shop.url = shop.printed("shop: ")
    odd.metrics = odd.printed("metrics: ")
    broken.metrics = broken.printed("metrics: ")
    (folder / "served").mkdir()
    served = start("served", [examples / "served", folder / "served", "hunter2"], folder / "served.log")

    def own_counts():
        return json.loads(request(shop.url + "counts")[2])

    def address(process):
        return process.metrics.removeprefix("http://").removesuffix("/metrics")

    def relay(*args):
        made = Relay(*args)
        peers.callback(made.stop)
        return made

    servers, natives, relays = {}, {}, {}
    for version in ("2.42", "3"):
        relays[version] = relay(shop.metrics)
        jobs = {"seen": (relays[version].address, None), "broken": (address(broken), None)}
        jobs |= served_jobs(served, folder)
        for process in (shop, odd):
            if version == "3":
                jobs[f"{process.name}-text"] = (address(process), "PrometheusText0.0.4")
                jobs[f"{process.name}-text-1"] = (address(process), "PrometheusText1.0.0")
                jobs[f"{process.name}-openmetrics"] = (address(process), "OpenMetricsText1.0.0")
            else:
                jobs[f"{process.name}-text"] = (relay(process.metrics, TEXT).address, None)
                jobs[f"{process.name}-openmetrics"] = (address(process), None)
        binaries = options.target / "peers" / f"prometheus-{version}" / "usr" / "bin"
        servers[version] = Prometheus(binaries, folder / f"prometheus-{version}", jobs)
        peers.callback(servers[version].process.stop)
        # With native histograms Prometheus asks for protobuf first, of all targets.
        relays[f"{version} native"] = relay(odd.metrics)
        jobs = {
            "shop-protobuf": (address(shop), None),
            "odd-protobuf": (relays[f"{version} native"].address, None),
        }
        features = ("native-histograms", "exemplar-storage")
        natives[version] = Prometheus(binaries, folder / f"native-{version}", jobs, features=features)
        peers.callback(natives[version].process.stop)

    driver = Driver(shop.url).drive()
    driver.wait_settled(own_counts)
    for server in (*servers.values(), *natives.values()):
        server.wait_ready()


def served_jobs(served, folder):
    """Of the server of our own: as it is, and with all that it may ask for, or without one thing of that."""
    secured, files = served.printed("secured: "), folder / "served"
    ca = f"ca_file: {files / 'servers.pem'}"
    shown = f"cert_file: {files / 'client.pem'}, key_file: {files / 'client.key'}"

    def job(password, *tls, seldom=()):
        login = f"basic_auth: {{username: prometheus, password: {password}}}"
        return secured, None, "scheme: https", f"tls_config: {{{', '.join(tls)}}}", login, *seldom

    # Each of these is a handshake anew.
    seldom = ("scrape_interval: 5s", "scrape_timeout: 4s")
    return {
        "served": (served.printed("plain: "), None),
        "served-secured": job("hunter2", ca, shown),
        "served-password": job("hunter3", ca, shown, seldom=seldom),
        "served-stranger": job("hunter2", ca, seldom=seldom),
        "served-doubted": job("hunter2", shown, seldom=seldom),
    }


def tearDownModule():
    peers.close()


def each(test):
    """Runs `test` for each server and format, with the type of a page of lines that holds the same."""

    def run(self):
        for version, server in servers.items():
            formats = (
                ("text", server, TEXT),
                ("openmetrics", server, OPENMETRICS),
                ("protobuf", natives[version], TEXT),
            )
            for format, server, content_type in formats:
                with self.subTest(prometheus=version, format=format):
                    test(self, server, format, content_type)

    run.__name__ = test.__name__
    return run


class Shop(unittest.TestCase):
    maxDiff = None

    def query(self, server, job, promql, expected):
        """Asks until the answer is as expected: the last scrape may be older than the last request."""
        promql = promql.replace("JOB", f'job="{job}"')
        expected = {("", frozenset(labels.items())): value for labels, value in expected}

        def compare():
            return pages.difference(expected, server.query(promql))

        self.settle(compare, promql)

    def settle(self, compare, what):
        """Waits until `compare` finds no difference."""
        found = None

        def same():
            nonlocal found
            found = compare()
            return not found

        with contextlib.suppress(AssertionError):
            wait_for(same, what)
        self.assertEqual("", found, what)

    def test_the_shop_counts_what_was_done(self):
        self.assertEqual(dict(driver.counts), own_counts())

    @each
    def test_requests(self, server, format, _):
        for promql in counted.REQUESTS:
            self.query(server, f"shop-{format}", promql, counted.requests(own_counts()))

    @each
    def test_instrumented_functions(self, server, format, _):
        expected = counted.calls(own_counts())
        self.assertEqual({"ok", "error", "panic", "cancelled"}, {labels["outcome"] for labels, _ in expected})
        self.query(server, f"shop-{format}", counted.CALLS, expected)

    @each
    def test_till_and_views(self, server, format, _):
        counts, job = own_counts(), f"shop-{format}"
        payments = counted.payments(counts)
        self.assertEqual(4, len(payments))
        self.query(server, job, counted.PAYMENTS, payments)
        views = counted.views(counts)
        self.assertEqual(4, len(views))
        self.query(server, job, counted.VIEWS, views)
        self.query(server, job, counted.REVENUE, [({}, driver.revenue)])

    @each
    def test_gauges(self, server, format, _):
        for name, value in (("open_carts", OPEN_CARTS), ("orders_waiting", 0), ("requests_in_progress", 0)):
            self.query(server, f"shop-{format}", f"sum (shop_{name}{{JOB}})", [({}, value)])

    @each
    def test_quantiles_make_sense(self, server, format, _):
        median = f'histogram_quantile(0.5, sum by (le) (search_duration_seconds_bucket{{job="shop-{format}", outcome="ok"}}))'
        wait_for(lambda: server.query(median), median)
        # Each letter takes 25 ms, and most queries have four.
        [seconds] = server.query(median).values()
        self.assertGreater(seconds, 0.05)
        self.assertLess(seconds, 0.5)

    @each
    def test_every_sample_arrives(self, server, format, content_type):
        job = f'job="shop-{format}"'

        def compare():
            found = server.query(f'{{{job}, __name__!~"up|scrape_.*|metrics_exposition_.*"}}')
            return pages.difference(steady(pages.samples(page(shop.metrics, content_type))), found)

        self.settle(compare, "the page and the series of Prometheus to be the same")

        def compare_numbers():
            samples = len(pages.samples(page(shop.metrics, content_type)))
            found = list(server.query(f"scrape_samples_scraped{{{job}}}").values())
            return "" if found == [samples] else f"expected {samples}, found {found}"

        self.settle(compare_numbers, "all samples of the page to be scraped")
        self.assertEqual([1.0], list(server.query(f"up{{{job}}}").values()))
        self.assertEqual([1.0], list(server.query(f"min_over_time(up{{{job}}}[5m])").values()))

    def test_content_types(self):
        for version, relay in relays.items():
            with self.subTest(prometheus=version):
                wait_for(lambda: relay.seen, "the first scrape")
                asked, answered = relay.seen[-1]
                self.assertIn("application/openmetrics-text", asked)
                expected = PROTOBUF if "native" in version else {"2.42": OPENMETRICS, "3": OPENMETRICS_UTF_8}[version]
                self.assertEqual(expected, answered)

    def test_both_formats_hold_the_same(self):
        def compare():
            text, openmetrics = (steady(pages.samples(page(shop.metrics, accept))) for accept in (TEXT, OPENMETRICS))
            return pages.difference(text, openmetrics)

        # Arenas come and go with the threads of the shop.
        self.settle(compare, "both formats to hold the same")
        self.assertGreater(len(pages.samples(page(shop.metrics, TEXT))), 200)

    def test_promtool_finds_no_fault(self):
        text = page(shop.metrics, TEXT)
        for version, server in servers.items():
            with self.subTest(prometheus=version):
                self.assertEqual((0, ""), server.promtool(text))

    def test_promtool_would_find_one(self):
        for version, server in servers.items():
            with self.subTest(prometheus=version):
                self.assertEqual(3, server.promtool("# TYPE a_total gauge\na_total 1\n")[0])
                self.assertEqual(1, server.promtool('a{b="c} 1\n')[0])

    def test_openmetrics_metadata(self):
        families = {family.name: family for family in pages.families(page(shop.metrics, OPENMETRICS))}
        duration = families["shop_request_duration_seconds"]
        self.assertEqual(("histogram", "seconds"), (duration.type, duration.unit))
        self.assertEqual("Time to answer a request.", duration.documentation)
        self.assertEqual("counter", families["shop_requests"].type)
        self.assertEqual("gauge", families["shop_open_carts"].type)
        self.assertEqual("euros", families["shop_till_revenue_euros"].unit)


class Http(unittest.TestCase):
    def test_headers(self):
        status, headers, body = request(odd.metrics)
        self.assertEqual((200, TEXT), (status, headers["Content-Type"]))
        self.assertEqual("no-store", headers["Cache-Control"])
        self.assertEqual("nosniff", headers["X-Content-Type-Options"])
        self.assertEqual(len(body), int(headers["Content-Length"]))

    def test_parsers(self):
        """Pages with mistakes are refused, or read, as by Python's parsers."""
        program = options.target / "debug" / "examples" / "parse"
        script = pathlib.Path(__file__).with_name("parsers.py")
        done = subprocess.run([sys.executable, script, program, "5000"], stdout=subprocess.PIPE, text=True)
        self.assertEqual(0, done.returncode, done.stdout)

    def test_odd_requests(self):
        for accept in ("", "*/*", "nonsense", "text/html", ";;;q=", "application/openmetrics-text;version=abc", "\xff,/"):
            with self.subTest(accept=accept):
                status, headers, _ = request(odd.metrics, headers={"Accept": accept})
                self.assertEqual((200, TEXT), (status, headers["Content-Type"]))
        status, headers, body = request(odd.metrics, "HEAD")
        self.assertEqual((200, TEXT, b""), (status, headers["Content-Type"], body))
        status, headers, _ = request(odd.metrics, "POST")
        self.assertEqual(405, status)
        allowed = {"GET", "HEAD", "OPTIONS"}
        self.assertEqual(allowed, set(re.split(", *", headers["Allow"])))
        status, headers, body = request(odd.metrics, "OPTIONS")
        self.assertEqual((200, allowed, b""), (status, set(re.split(", *", headers["Allow"])), body))
        self.assertEqual(404, request(odd.metrics + "/no")[0])

    def test_names(self):
        """As the Python client and its users ask for families."""
        status, _, body = request(odd.metrics + "?name[]=every_other&name%5B%5D=every_requests_total&x=y")
        self.assertEqual(200, status)
        self.assertEqual({"every_other", "every_requests"}, {f.name for f in pages.families(body.decode())})

    def test_prometheus_takes_compressed_pages(self):
        for version, relay in relays.items():
            with self.subTest(prometheus=version):
                wait_for(lambda: relay.codings, "the first scrape")
                asked, answered = relay.codings[-1]
                # zstd where it is asked for, which no version does yet.
                self.assertEqual("zstd" if "zstd" in asked else "gzip", answered, asked)
        for version, server in servers.items():
            with self.subTest(prometheus=version):
                counted = 'sum(shop_requests_total{job="seen"})'
                wait_for(lambda: server.query(counted), counted)
                self.assertEqual([1.0], list(server.query('min_over_time(up{job="seen"}[5m])').values()))


class Broken(unittest.TestCase):
    """A page that breaks off behind its beginning is no page."""

    def one(self, server, promql):
        found = list(server.query(promql).values())
        return found[0] if found else None

    def test_a_page_that_is_broken_off_is_a_failed_scrape(self):
        first, last = 'broken_first{job="broken"}', "count(broken_items_total{job='broken'})"
        for version, server in servers.items():
            with self.subTest(prometheus=version):
                wait_for(lambda: self.one(server, last) == 9000, "the page")
        status, _, _ = request(broken.metrics.replace("/metrics", "/break"))
        self.assertEqual(200, status)
        for version, server in servers.items():
            with self.subTest(prometheus=version):
                wait_for(lambda: self.one(server, 'up{job="broken"}') == 0, "the scrape to fail")
                # What stands before the break was sent, and is not taken.
                wait_for(lambda: self.one(server, first) is None, "the series to be stale")
                self.assertIsNone(self.one(server, last))
                [target] = [t for t in server.get("targets")["activeTargets"] if t["labels"]["job"] == "broken"]
                self.assertEqual("down", target["health"])
        request(broken.metrics.replace("/metrics", "/mend"))
        for version, server in servers.items():
            with self.subTest(prometheus=version):
                wait_for(lambda: self.one(server, last) == 9000, "the page once more")


class Served(unittest.TestCase):
    """The server of our own, with and without TLS, credentials and certificates of clients."""

    def test_who_has_what_it_asks_for_gets_the_page(self):
        for version, server in servers.items():
            for job in ("served", "served-secured"):
                with self.subTest(prometheus=version, job=job):
                    up, jobs = f'up{{job="{job}"}}', f'served_jobs_total{{job="{job}"}}'
                    wait_for(lambda: list(server.query(up).values()) == [1], "a scrape")
                    self.assertEqual([41], list(server.query(jobs).values()))

    def test_who_has_not_is_told_so(self):
        said = {
            "served-password": "401",
            "served-stranger": "certificate required",
            "served-doubted": "certificate signed by unknown authority",
        }
        for version, server in servers.items():
            for job, why in said.items():
                with self.subTest(prometheus=version, job=job):
                    up, jobs = f'up{{job="{job}"}}', f'served_jobs_total{{job="{job}"}}'
                    wait_for(lambda: list(server.query(up).values()) == [0], "a failure")
                    self.assertEqual({}, server.query(jobs))
                    [target] = [t for t in server.get("targets")["activeTargets"] if t["labels"]["job"] == job]
                    self.assertIn(why, target["lastError"])


class OddValues(unittest.TestCase):
    def check(self, found, what):
        self.assertEqual("", pages.difference(Odd().expected(), without_own(found)), what)

    def test_the_python_client_reads_them_back(self):
        for accept in (TEXT, OPENMETRICS):
            with self.subTest(accept=accept):
                self.check(pages.samples(page(odd.metrics, accept)), accept)

    def test_integers_are_exact(self):
        for accept in (TEXT, OPENMETRICS):
            text = page(odd.metrics, accept)
            for n, count in Odd().counts.items():
                self.assertIn(f'\nodd_counts_total{{n="{n}"}} {count}\n', text)

    def test_help(self):
        for accept in (TEXT, OPENMETRICS):
            families = {family.name: family for family in pages.families(page(odd.metrics, accept))}
            for n, text in Odd().helps.items():
                with self.subTest(accept=accept, help=text):
                    self.assertEqual(text, families[f"odd_help_{n}"].documentation)

    @each
    def test_prometheus_reads_them_back(self, server, format, _):
        job = f'job="odd-{format}"'
        promql = f'{{{job}, __name__=~"odd_.*"}}'
        with contextlib.suppress(AssertionError):
            wait_for(lambda: server.query(promql), promql)
        [target] = [t for t in server.get("targets")["activeTargets"] if t["labels"]["job"] == f"odd-{format}"]
        self.assertEqual("", target["lastError"])
        self.check(server.query(promql), promql)


class EveryType(unittest.TestCase):
    """A family of each type, as `every_type.om` has them."""

    def test_the_python_client_knows_the_types(self):
        families = {f.name: f for f in pages.families(page(odd.metrics, OPENMETRICS)) if f.name.startswith("every_")}
        types = {
            "every_requests": "counter", "every_load_ratio": "gauge", "every_latency_seconds": "histogram",
            "every_waiting": "gaugehistogram", "every_size_bytes": "summary", "every_build": "info",
            "every_door": "stateset", "every_other": "unknown",
        }
        self.assertEqual(types, {name: family.type for name, family in families.items()})
        [sample] = [s for s in families["every_requests"].samples if s.exemplar]
        exemplar = sample.exemplar
        self.assertEqual(({"trace_id": "a"}, 1.0, 12.5), (exemplar.labels, exemplar.value, float(exemplar.timestamp)))
        self.assertEqual({20.0}, {float(s.timestamp) for s in families["every_waiting"].samples})

    @each
    def test_prometheus_takes_them(self, server, format, _):
        job = f'job="odd-{format}"'
        for promql, value in (
            ('every_requests_total{JOB, method="get"}', 7),
            ('every_latency_seconds_bucket{JOB, le="+Inf"}', 5),
            ('every_size_bytes{JOB, quantile="0.99"}', 61.5),
            ('every_build_info{JOB, version="1.2"}', 1),
            ('every_door{JOB, every_door="open"}', 1),
            ("every_other{JOB}", -0.5),
        ):
            found = wait_for(lambda: server.query(promql.replace("JOB", job)), promql)
            self.assertEqual([value], list(found.values()), promql)


class Names(unittest.TestCase):
    """With other characters than every reader knows."""

    # Name and labels of a sample, and its value: of each type that has one.
    SAMPLES = (
        ("utf8.http.requests_served_total", {"http.method": "get", "code": "200"}, 7),
        ("utf8.cpu.load_ratio", {'host"\\\n': '\\ " \n'}, 0.25),
        ("utf8.http.latency_seconds_bucket", {"le.to": "a", "le": "+Inf"}, 5),
        ("utf8.http.latency_seconds_sum", {"le.to": "a"}, 4.5),
        ("utf8.body size_bytes", {"content type": "in", "quantile": "0.99"}, 61.5),
        ("utf8.body size_bytes_count", {"content type": "in"}, 4),
        ("utf8.build.of_this_info", {"part.of": "web", "version": "1.2", "commit.hash": "a\nb"}, 1),
        ("utf8.door:花火", {"floor": "1", "utf8.door:花火": "open"}, 1),
        ("utf8.1st", {}, -0.5),
    )

    @staticmethod
    def key(name, labels):
        return name, frozenset(labels.items())

    def test_prometheus_3_gets_them_as_they_are(self):
        for format in ("text-1", "openmetrics"):
            promql = f'{{job="odd-{format}", __name__=~"utf8.*"}}'
            found = wait_for(lambda: servers["3"].query(promql), promql)
            for name, labels, value in self.SAMPLES:
                with self.subTest(format=format, name=name):
                    self.assertEqual(value, found.get(self.key(name, labels)))
            query = f'{{"utf8.http.requests_served_total", "http.method"="get", job="odd-{format}"}}'
            self.assertEqual([7], list(servers["3"].query(query).values()))

    def test_prometheus_2_gets_them_with_underscores(self):
        for format in ("text", "openmetrics"):
            promql = f'{{job="odd-{format}", __name__=~"utf8.*"}}'
            found = wait_for(lambda: servers["2.42"].query(promql), promql)
            for name, labels, value in self.SAMPLES:
                if ":" in name:
                    continue
                with self.subTest(format=format, name=name):
                    labels = {escape_label_name(label, "underscores"): text for label, text in labels.items()}
                    self.assertEqual(value, found.get(self.key(escape_metric_name(name, "underscores"), labels)))

    def test_the_python_client_reads_each_scheme(self):
        for scheme in ("underscores", "dots", "values", "allow-utf-8"):
            for accept in (TEXT_1, OPENMETRICS.removesuffix("; escaping=underscores")):
                accept += f"; escaping={scheme}"
                found = pages.samples(page(odd.metrics, accept))
                name, label = "utf8.http.requests_served_total", "http.method"
                if scheme != "allow-utf-8":
                    name, label = escape_metric_name(name, scheme), escape_label_name(label, scheme)
                labels = {label: "get", "code": "200"}
                with self.subTest(accept=accept):
                    self.assertEqual(7, found.get(self.key(name, labels)))


class Native(unittest.TestCase):
    """What only protobuf has a place for."""

    def histogram(self, server, promql):
        """The only one that it finds."""
        [series] = wait_for(lambda: server.get("query", query=promql)["result"], promql)
        return series["histogram"][1]

    def exemplars(self, server, promql):
        """Labels and value of those that it finds, whatever their time."""

        def find():
            return server.get("query_exemplars", query=promql, start=0, end=time.time() + 600)

        found = [exemplar for series in wait_for(find, f"exemplars of {promql}") for exemplar in series["exemplars"]]
        return {(exemplar["labels"]["trace_id"], float(exemplar["value"])) for exemplar in found}

    def test_buckets_arrive(self):
        for version, server in natives.items():
            for name in ("native_alone", "native_both"):
                with self.subTest(prometheus=version, name=name):
                    found = self.histogram(server, name)
                    self.assertEqual(("5", "4.25"), (found["count"], found["sum"]))
                    # The kind of the bounds, lower and upper bound, count.
                    buckets = [(float(low), float(high), count) for _, low, high, count in found["buckets"]]
                    zero = 2.0**-128
                    self.assertEqual([(-4, -2, "1"), (-zero, zero, "1"), (0.5, 1, "1"), (2, 4, "2")], buckets)

    def test_one_without_buckets_is_native(self):
        # Prometheus 2 does not know the span that says so.
        found = self.histogram(natives["3"], "native_empty")
        self.assertEqual(("0", "0", []), (found["count"], found["sum"], found.get("buckets", [])))
        self.assertEqual({}, natives["3"].query('{__name__=~"native_empty_.*"}'))

    def test_exemplars_arrive(self):
        for version, server in natives.items():
            with self.subTest(prometheus=version):
                self.assertEqual({("a", 1.0)}, self.exemplars(server, "every_requests_total"))
                self.assertEqual({("c", 2e6)}, self.exemplars(server, "every_latency_seconds_bucket"))
        # Prometheus 2 takes those of classic buckets only.
        self.assertEqual({('4bf92f3577b34da6', 3.5)}, self.exemplars(natives["3"], "native_traced"))

    @each
    def test_a_large_family_arrives_whole(self, server, format, _):
        job = f'job="odd-{format}"'
        found = wait_for(lambda: server.query(f"count(native_many_total{{{job}}})"), "the large family")
        self.assertEqual([6000], list(found.values()))
        found = server.query(f"sum(native_many_total{{{job}}})")
        self.assertEqual([sum(range(6000))], list(found.values()))


class Traffic(unittest.TestCase):
    """The shop as a visitor starts it, with its metrics on a second listener."""

    def test_numbers_move_and_every_page_is_valid(self):
        with tempfile.TemporaryDirectory(prefix="peers-") as folder:
            command = [options.target / "debug" / "examples" / "shop", "--addr", "127.0.0.1:0"]
            log = pathlib.Path(folder) / "log"
            busy = Process("shop", command + ["--metrics-addr", "127.0.0.1:0"], log, end=signal.SIGINT)
            try:
                metrics, url = busy.printed("metrics: "), busy.printed("shop: ")
                self.assertEqual(404, request(url + "metrics")[0])
                self.watch(metrics)
                self.assertEqual(0, busy.stop(), "a clean end after Ctrl-C")
            finally:
                busy.stop()

    def watch(self, metrics):
        before, totals, end = {}, [], time.monotonic() + 8
        while time.monotonic() < end:
            for accept in (TEXT, OPENMETRICS):
                families = pages.families(page(metrics, accept))
                now = {
                    (s.name, frozenset(s.labels.items())): s.value
                    for family in families
                    if family.type in ("counter", "histogram")
                    for s in family.samples
                }
                shrunk = [key for key, value in before.items() if now.get(key, -1) < value]
                self.assertEqual([], shrunk, "they went down, or away")
                before = now
            totals.append(sum(value for (name, _), value in now.items() if name == "shop_requests_total"))
            time.sleep(0.02)
        self.assertGreater(totals[-1], 50)
        self.assertGreater(len(set(totals)), 10)


class Lint(unittest.TestCase):
    """Lint's pages as `promtool` sees them, and its program on what runs."""

    PROMLINT = {
        "help", "metric-units", "counter", "gauge", "histogram-summary-reserved", "metric-type-in-name",
        "reserved-chars", "camel-case", "unit-abbreviations", "duplicate-metric",
    }
    # Rules that are younger than the servers.
    YOUNGER = {"2.42": {"duplicate-metric", "gauge"}, "3": {"gauge"}}

    def lint(self, *args):
        command = [options.target / "debug" / "metrics-lint", *args]
        done = subprocess.run(command, capture_output=True, timeout=60, text=True)
        return done.returncode, done.stdout + done.stderr

    def test_promtool_finds_the_same_words(self):
        compared = 0
        for path in sorted((REPOSITORY / "tests/tests/lint/pages").glob("*.prom")):
            text = path.read_text()
            # promtool knows no quoted names.
            if '{"' in text:
                continue
            status, found = self.lint(path)
            self.assertIn(status, (0, 1), found)
            ours = [re.fullmatch(r"(.*) \[(.*)\]", line).groups() for line in found.splitlines()]
            for version, server in servers.items():
                with self.subTest(page=path.name, prometheus=version):
                    rules = self.PROMLINT - self.YOUNGER[version]
                    expected = {line for line, rule in ours if rule in rules}
                    status, output = server.promtool(text)
                    # It says the same for each series.
                    self.assertEqual((3 if expected else 0, expected), (status, set(output.splitlines())))
                    compared += len(expected)
        self.assertGreater(compared, 40)

    def test_the_shop_is_clean(self):
        self.assertEqual((0, ""), self.lint(shop.metrics))

    def test_the_program_finds_what_is_odd(self):
        status, found = self.lint(odd.metrics)
        self.assertEqual(1, status, found)
        self.assertIn('odd_texts label "text" has ', found)


class Golden(unittest.TestCase):
    def test_the_python_client_reads_each_page(self):
        read = 0
        for path in sorted((REPOSITORY / "tests").rglob("golden/**/*")):
            if path.suffix in (".txt", ".prom", ".om", ".text", ".openmetrics"):
                with self.subTest(page=str(path.relative_to(REPOSITORY))):
                    pages.samples(path.read_bytes().decode())
                read += 1
        self.assertGreater(read, 0, "there are no golden pages")


def without_own(samples):
    own = ("metrics_core_", "metrics_exposition_", "every_", "native_", "utf8_")
    return {key: value for key, value in samples.items() if not key[0].startswith(own)}


def steady(samples):
    """Without those that each scrape changes."""
    return {key: value for key, value in samples.items() if not key[0].startswith("metrics_exposition_")}


def interrupt(number, _):
    # Any other exception would be one test's error, and the next test would begin.
    late = number == signal.SIGALRM
    raise KeyboardInterrupt(f"the suite took more than {SECONDS} s" if late else "ended")


def main():
    for number in (signal.SIGALRM, signal.SIGTERM):
        signal.signal(number, interrupt)
    signal.alarm(SECONDS)
    try:
        result = unittest.main(argv=[sys.argv[0], "--verbose", *rest], exit=False).result
    finally:
        signal.alarm(0)
        peers.close()
    failed = len(result.failures) + len(result.errors) + len(result.skipped) + (result.testsRun == 0)
    print(f"peers suite: {max(result.testsRun - failed, 0)} passed, {failed} failed")
    return int(failed != 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--target", type=pathlib.Path, required=True, help="cargo's target folder")
    options, rest = parser.parse_known_args()
    sys.exit(main())
