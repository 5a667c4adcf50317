"""Pushes to real servers, and what these have then; `tests/peers/run` installs them and starts this."""

import argparse
import contextlib
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from prometheus_client import CollectorRegistry, Gauge, Histogram, pushadd_to_gateway
from prometheus_client.bridge.graphite import GraphiteBridge
from prometheus_client.core import GaugeMetricFamily

import pages
from carbon_cache import Carbon
from gateway import Gateway
from peers import Dialogue, Process, free_port, request, wait_for

VALUES = [
    "/api/users", "a b", "tab\tand\nline", "a;b=c", "~home", "100%", "%41", "é ü", "\u2003wide", 'quo"te', "{x}", "..", ".a",
    "a/b", "a.b", "a_b", "!^=", "\x1c", "\x85", "日本", "*?[]", "back\\slash",
]
WHITE = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85"


def escaped(value, special=""):
    """What our bridge must make of a tag's value, or a node, said once more."""

    def one(at, char):
        is_special = char in '%;"' + special or char.isspace() or char in WHITE or (char == "~" and at == 0)
        return "".join(f"%{byte:02X}" for byte in char.encode()) if is_special else char

    return "".join(one(at, char) for at, char in enumerate(value))


class Driver(Dialogue):
    """tests/peers/push.rs"""

    def __init__(self):
        super().__init__(options.target / "debug" / "examples" / "push")

    def sample(self, name, value, labels={}, time="-"):
        texts = [text.encode().hex() for pair in labels.items() for text in pair]
        self.do("sample", name.encode().hex(), value, time, *texts)

    def gateway(self, how, url, options="text", job="suite", grouping={}):
        texts = [text.encode().hex() for pair in (("", job), *grouping.items()) for text in pair][1:]
        return self.say("gateway", how, url, options, *texts)


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.resources = contextlib.ExitStack()
        self.addCleanup(self.resources.close)
        self.folder = pathlib.Path(self.resources.enter_context(tempfile.TemporaryDirectory(prefix="pushes-")))
        self.driver = Driver()
        self.resources.callback(self.driver.stop)


class Graphite(Case):
    def setUp(self):
        super().setUp()
        self.carbon = Carbon(self.folder)
        self.resources.callback(lambda: self.carbon.process.stop())

    def expect(self, expected, since):
        """That each of these names has this value as its last one."""

        def find():
            found = {name: self.carbon.last(name, since) for name in expected}
            return found if found == expected else None

        try:
            wait_for(find, "carbon to write")
        except AssertionError:
            self.assertEqual(expected, {name: self.carbon.last(name, since) for name in expected})

    def push_values(self, address, *how):
        since = int(time.time()) - 1
        for number, value in enumerate(VALUES):
            self.driver.sample("g", number + 0.5, {"n": str(number), "value": value})
        self.driver.sample("plain", "inf")
        self.driver.sample("tagged", 3, {"name": "n", "empty": ""})
        self.driver.do("graphite", address, *how)
        return since

    def tagged(self):
        found = {f"g;n={n};value={escaped(value)}": n + 0.5 for n, value in enumerate(VALUES)}
        return {**found, "plain": float("inf"), "tagged;exported_name=n": 3.0}

    def test_tags(self):
        for protocol, address in (("lines", self.carbon.line), ("pickle", self.carbon.pickle), ("udp", self.carbon.line)):
            with self.subTest(protocol=protocol):
                self.driver.do("forget")
                prefix = f"by_{protocol}"
                how = ["tags", f"prefix={prefix}"] + ([protocol] if protocol != "lines" else [])
                since = self.push_values(address, *how)
                self.expect({f"{prefix}.{name}": value for name, value in self.tagged().items()}, since)
        self.carbon.check_nothing_was_invalid()

    def test_paths(self):
        since = self.push_values(self.carbon.line)
        expected = {f"g.n.{n}.value.{escaped(value, './')}": n + 0.5 for n, value in enumerate(VALUES)}
        self.expect({**expected, "plain": float("inf"), "tagged.name.n": 3.0}, since)
        self.carbon.check_nothing_was_invalid()

    def test_times_of_samples(self):
        then = int(time.time()) - 200
        self.driver.sample("old", 7, {"a": "b"}, f"{then}.75")
        self.driver.do("graphite", self.carbon.line, "tags")
        wait_for(lambda: self.carbon.points("old;a=b", then - 10) == {then: 7.0}, "the sample at its time")

    def test_the_example(self):
        since = int(time.time()) - 1
        program = subprocess.Popen(
            [options.target / "debug" / "examples" / "graphite", self.carbon.line],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        out, _ = program.communicate("\n", timeout=30)
        self.assertTrue(out.endswith("\npushed\n"), out)
        self.expect(
            {
                "app_requests_total;endpoint=/api/users": 100.0,
                "app_requests_total;endpoint=/api/orders": 50.0,
                "app_memory_bytes": 1048576.0,
            },
            since,
        )

    def test_killed_and_started_again(self):
        """What was collected while carbon was away is there at its time afterwards."""
        self.driver.sample("before", 1)
        self.driver.do("start", self.carbon.line, "tags")
        self.expect({"before": 1.0}, 0)
        self.carbon.process.child.kill()
        self.carbon.process.child.wait()
        killed = int(time.time())
        self.driver.sample("while_away", 2)
        time.sleep(4)
        self.carbon.start()
        back = int(time.time())
        self.driver.sample("after", 3)
        self.expect({"after": 3.0}, back)
        self.driver.sample("last", 4)
        self.driver.do("stop")
        self.expect({"last": 4.0}, back)
        away = wait_for(lambda: self.carbon.points("while_away", killed), "what waited")
        missing = [second for second in range(killed + 1, back) if second not in away]
        self.assertEqual([], missing)
        self.assertEqual({2.0}, set(away.values()))
        self.carbon.check_nothing_was_invalid()

    def test_stopped_and_continued(self):
        """A carbon that takes no data for a while gets it later."""
        self.carbon.process.child.send_signal(signal.SIGSTOP)
        # More than the buffers of the system take, in few files.
        long = "x" * 14_000
        for number in range(800):
            self.driver.sample("many", number, {"number": f"{number}-{long}"})
        self.assertIn("timed out", self.driver.say("graphite", self.carbon.line, "tags"))
        self.carbon.process.child.send_signal(signal.SIGCONT)
        since = int(time.time()) - 30
        self.driver.do("graphite", self.carbon.line, "tags")
        self.expect({f"many;number={number}-{long}": float(number) for number in range(800)}, since)

    def test_as_python(self):
        """Python's bridge and ours send the same bytes."""
        samples = [({"b": "x.y", "a": value}, number) for number, value in enumerate(VALUES)]
        samples += [({"a": "v", "b": ""}, float(number)) for number in (1e16, 0.1, -2.5e-7, "nan", "inf", 123456789.0)]

        class Collector:
            def collect(self):
                for number, (labels, value) in enumerate(samples):
                    family = GaugeMetricFamily(f"g:{number}", "By the suite.", labels=list(labels))
                    family.add_metric(list(labels.values()), value)
                    yield family

        registry = CollectorRegistry()
        registry.register(Collector())
        for number, (labels, value) in enumerate(samples):
            self.driver.sample(f"g:{number}", value, labels)
        for tags in (False, True):
            for prefix in ("", "web.1"):
                with self.subTest(tags=tags, prefix=prefix):
                    address, got = listen()
                    host, port = address.split(":")
                    GraphiteBridge((host, int(port)), registry, tags=tags).push(prefix)
                    theirs = got()
                    address, got = listen()
                    how = ["python"] + (["tags"] if tags else []) + ([f"prefix={prefix}"] if prefix else [])
                    # The bridge keeps its connection until the driver ends.
                    self.driver.do("graphite", address, *how)
                    self.assertEqual(sorted(theirs), sorted(got(len(theirs))))


def listen():
    """An address, and a function that waits for lines there, without their times."""
    server = socket.create_server(("127.0.0.1", 0))
    lines, done = [], threading.Event()

    def serve():
        connection, _ = server.accept()
        with server, connection, connection.makefile("rb") as file:
            for line in file:
                lines.append(line.rpartition(b" ")[0])
        done.set()

    threading.Thread(target=serve, daemon=True).start()

    def got(count=None):
        if count is None:
            done.wait(10)
        else:
            wait_for(lambda: len(lines) >= count, f"{count} lines")
        return list(lines)

    return "%s:%d" % server.getsockname(), got


class Textfile(Case):
    def setUp(self):
        super().setUp()
        self.file = self.folder / "suite.prom"
        self.driver.sample("suite_temperature_celsius", 21.5, {"room": "à côté", "path": 'C:\\x"y"\n'})
        self.driver.sample("suite_old_celsius", 3, {}, "1500000000")
        self.driver.do("textfile", self.file)

    def test_promtool(self):
        promtool = options.target / "peers" / "prometheus-2.42" / "usr" / "bin" / "promtool"
        done = subprocess.run([promtool, "check", "metrics"], input=self.file.read_bytes(), capture_output=True)
        self.assertEqual((0, b"", b""), (done.returncode, done.stdout, done.stderr))

    def test_node_exporter(self):
        address = f"127.0.0.1:{free_port()}"
        command = [
            options.target / "peers" / "node-exporter" / "usr" / "bin" / "prometheus-node-exporter",
            "--collector.disable-defaults",
            "--collector.textfile",
            f"--collector.textfile.directory={self.folder}",
            f"--web.listen-address={address}",
        ]
        process = Process("node_exporter", command, self.folder / "log")
        self.resources.callback(process.stop)

        def page():
            process.check()
            with contextlib.suppress(OSError):
                return request(f"http://{address}/metrics")[2].decode()

        found = wait_for(page, "node_exporter")
        self.assertIn("\nnode_textfile_scrape_error 0\n", found)
        self.assertIn('\nsuite_temperature_celsius{path="C:\\\\x\\"y\\"\\n",room="à côté"} 21.5\n', found)
        self.assertIn("\nsuite_old_celsius 3\n", found)


class Pushgateway(Case):
    """Each test with both versions."""

    def run(self, result=None):
        for self.version in ("1.5", "1.11"):
            super().run(result)

    def setUp(self):
        super().setUp()
        self.gateway = self.start()

    def start(self, **how):
        binary = options.target / "peers" / f"pushgateway-{self.version}" / "usr" / "bin" / "prometheus-pushgateway"
        gateway = Gateway(binary, self.folder, **how)
        self.resources.callback(lambda: gateway.process.stop())
        return gateway

    def do(self, how, *args, **kwargs):
        self.assertEqual("ok", self.driver.gateway(how, self.gateway.url, *args, **kwargs))

    def test_groups(self):
        """Each value of a grouping key comes back, in each format, in the group in which Python's client puts it."""
        for options in ("text", "protobuf", "text,gzip", "protobuf,gzip"):
            self.driver.do("forget")
            self.driver.sample("g", 0.1 + len(options), {"own": 'à "côté"\n'})
            expected = {}
            for number, value in enumerate(GROUPS):
                grouping = {"k": value, "number": str(number)}
                labels = {("job", value or "j"), ("number", str(number))} | ({("k", value)} if value else set())
                self.do("push", options, job=value or "j", grouping=grouping)
                expected["g", frozenset(labels | {("own", 'à "côté"\n')})] = 0.1 + len(options)
                # Which a router takes away, if they are not in base64.
                if options == "text" and value not in (".", ".."):
                    registry = CollectorRegistry()
                    Gauge("theirs", "By Python.", registry=registry).set(number)
                    pushadd_to_gateway(self.gateway.url, value or "j", registry, grouping)
                    expected["theirs", frozenset(labels)] = number
            self.assertEqual("", pages.difference(expected, self.gateway.samples()), options)
            for number, value in enumerate(GROUPS):
                self.do("delete", options, job=value or "j", grouping={"k": value, "number": str(number)})
            self.assertEqual({}, self.gateway.samples(), options)

    def test_replace_add_and_delete(self):
        def names():
            return sorted(name for name, _ in self.gateway.samples())

        self.driver.sample("a", 1)
        self.driver.sample("b", 1)
        self.do("push")
        self.driver.do("forget")
        self.driver.sample("b", 2)
        self.driver.sample("c", 2)
        self.do("add")
        self.assertEqual(["a", "b", "c"], names())
        self.do("push", grouping={"instance": "x"})
        self.do("push")
        self.assertEqual(["b", "b", "c", "c"], names())
        self.do("delete")
        self.assertEqual(["b", "c"], names())
        self.do("delete", grouping={"instance": "no such group"})
        self.do("delete", grouping={"instance": "x"})
        self.assertEqual([], names())

    def test_many_series_of_a_family(self):
        for number in range(3_000):
            self.driver.sample("many", number, {"number": f"{number:0100}"})
        for options in ("text", "protobuf", "protobuf,gzip"):
            self.do("push", options)
            found = self.gateway.samples()
            self.assertEqual((3_000, sum(range(3_000))), (len(found), sum(found.values())), options)
            self.do("delete")

    def test_times_of_samples_are_left_out(self):
        self.driver.sample("old", 7, {"a": "b"}, "1500000000")
        for options in ("text", "protobuf"):
            self.do("push", options)
            self.assertEqual([7], list(self.gateway.samples().values()))

    def test_errors_have_what_it_says(self):
        registry = CollectorRegistry()
        Histogram("clash", "By Python.", registry=registry)
        pushadd_to_gateway(self.gateway.url, "theirs", registry)
        self.driver.sample("clash_sum", 1)
        self.driver.sample("clash", 1)
        for options in ("text", "protobuf"):
            answer = self.driver.gateway("push", self.gateway.url, options)
            self.assertIn(f"{self.gateway.url}/metrics/job/suite answered 400: ", answer)
            self.assertIn("pushed metrics are invalid or inconsistent with existing metrics: ", answer)
            self.assertIn("clash", answer)
        self.driver.do("forget")
        self.driver.sample("g", 1, {"user": "x"})
        answer = self.driver.gateway("push", self.gateway.url, grouping={"user": "y"})
        self.assertIn("the label `user` is one of metric g and of the grouping key", answer)

    def test_killed_and_started_again(self):
        """It forgot all, and has the newest values after the next push."""
        for number in range(2_000):
            self.driver.sample("many", number, {"number": f"{number:0200}"})
        self.assertEqual("ok", self.driver.gateway("start", self.gateway.url, "protobuf"))
        for kill in range(2):
            wait_for(lambda: sum(self.gateway.samples().values()) == sum(range(2_000)) + kill, "a whole push")
            # Mid-push, as it may be: pushes follow one another.
            self.gateway.process.child.kill()
            self.gateway.process.child.wait()
            self.driver.sample(f"after_kill_{kill}", 1)
            self.gateway.start()
        self.driver.sample("last", 0.5)
        self.driver.do("stop")
        found = self.gateway.samples()
        self.assertEqual((2_003, sum(range(2_000)) + 2.5), (len(found), sum(found.values())))

    def test_stopped_and_continued(self):
        """One that takes connections and says nothing."""
        self.driver.sample("g", 1)
        self.do("push")
        self.gateway.process.child.send_signal(signal.SIGSTOP)
        self.assertIn("time", self.driver.gateway("push", self.gateway.url, "text,short"))
        self.gateway.process.child.send_signal(signal.SIGCONT)
        self.driver.sample("h", 2)
        self.do("push")
        self.assertEqual([1, 2], sorted(self.gateway.samples().values()))

    def test_the_example(self):
        """Of a failure the last success stays."""
        files = self.folder / "files"

        def run():
            example = options.target / "debug" / "examples" / "batch_job"
            done = subprocess.run([example, self.gateway.url, files], capture_output=True, text=True, timeout=30)
            return done.returncode, done.stdout

        def found():
            samples = self.gateway.samples()
            self.assertEqual({frozenset({("job", "count_files"), ("path", str(files))})}, {key[1] for key in samples})
            return {name: value for (name, _), value in samples.items()}

        files.mkdir()
        (files / "one").write_text("12345")
        (files / "two").write_text("123")
        before = time.time()
        self.assertEqual((0, f"counted 2 files in {files}\n"), run())
        first = found()
        self.assertEqual((2, 8, 1), tuple(first[name] for name in ("folder_files", "folder_size_bytes", "batch_job_succeeded")))
        success = first["batch_job_last_success_timestamp_seconds"]
        self.assertTrue(before <= success <= time.time(), success)
        shutil.rmtree(files)
        self.assertEqual((1, ""), run())
        second = found()
        self.assertEqual((0, success), (second["batch_job_succeeded"], second["batch_job_last_success_timestamp_seconds"]))
        self.assertGreater(second["batch_job_last_completion_timestamp_seconds"], success)

    def test_encrypted_with_passwords_and_certificates(self):
        folder = self.folder / "certificates"
        folder.mkdir()
        self.driver.do("certificates", folder)
        gateway = self.start(certificates=folder, password=True)
        self.driver.sample("g", 4711)
        ours = f"certificates={folder}"
        self.assertIn("401", self.driver.gateway("push", gateway.url, f"{ours}"))
        self.assertIn("401", self.driver.gateway("push", gateway.url, f"{ours},password=wrong"))
        self.assertIn("certificate", self.driver.gateway("push", gateway.url, "password=secret"))
        self.assertEqual("ok", self.driver.gateway("push", gateway.url, f"{ours},password=secret,protobuf,gzip"))
        self.assertEqual([4711], list(gateway.samples().values()))


GROUPS = [*VALUES, "", "/", "/var/lib", "a//b", ".", "+", "a+b", " ", "=", "@base64", "\x00\x7f", "\n", "x" * 300, "#?&;:,"]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--target", type=pathlib.Path, required=True)
    options, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
