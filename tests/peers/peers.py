"""Processes that the suite starts, and how to talk to them. Everything listens on loopback."""

import ctypes
import http.client
import http.server
import json
import pathlib
import signal
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request

TEXT = "text/plain; version=0.0.4; charset=utf-8"
TEXT_1 = "text/plain; version=1.0.0; charset=utf-8"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores"
OPENMETRICS_UTF_8 = "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8"
PROTOBUF = (
    "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; escaping=underscores"
)

_libc = ctypes.CDLL(None)


def _die_with_parent():
    PR_SET_PDEATHSIG = 1
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """A child, stopped by its own pid; it dies with the suite, however that ends."""

    def __init__(self, name, command, log, stdin=None, end=signal.SIGTERM, env=None, cwd=None):
        self.name, self.end, self.log = name, end, pathlib.Path(log)
        with open(log, "wb") as out:
            self.child = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                preexec_fn=_die_with_parent,
                env=env,
                cwd=cwd,
            )
        if stdin is not None:
            self.child.stdin.write(stdin)
            self.child.stdin.close()

    def stop(self):
        """Ends it, and says with which status."""
        if self.child.poll() is None:
            self.child.send_signal(self.end)
            try:
                self.child.wait(10)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        return self.child.returncode

    def check(self):
        if self.child.poll() is not None:
            raise AssertionError(f"{self.name} ended with {self.child.returncode}:\n{self.log.read_text()[-4000:]}")

    def printed(self, word):
        """What stands behind `word` on a line of its output."""

        def find():
            self.check()
            for line in self.log.read_text().splitlines(keepends=True):
                if line.startswith(word) and line.endswith("\n"):
                    return line.removeprefix(word).strip()

        return wait_for(find, f"{self.name} to print {word!r}")


class Dialogue:
    """A program that answers each line of its standard input by one: `ok`, or what went wrong."""

    def __init__(self, program):
        self.child = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def say(self, *words):
        self.child.stdin.write(" ".join(map(str, words)) + "\n")
        self.child.stdin.flush()
        return self.child.stdout.readline().strip()

    def do(self, *words):
        answer = self.say(*words)
        if answer != "ok":
            raise AssertionError(f"{words}: {answer}")

    def stop(self):
        self.child.stdin.close()
        self.child.wait(20)
        self.child.stdout.close()


def wait_for(find, what, seconds=20):
    """The first result of `find` that is not false."""
    end = time.monotonic() + seconds
    while True:
        found = find()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.1)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def request(url, method="GET", headers={}):
    """Status, headers, body; no status is an exception."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    try:
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def page(url, accept):
    status, headers, body = request(url, headers={"Accept": accept})
    if status != 200 or headers["Content-Type"] != accept:
        raise AssertionError(f"asked {url} for {accept}: {status} {headers['Content-Type']}")
    return body.decode()


class Prometheus:
    """A server that scrapes `jobs`: by name, an address or a file of targets that may change, for Prometheus 3 a
    protocol or None, and perhaps more of the job's configuration. `features` are switched on."""

    def __init__(self, binaries, folder, jobs, niceness=0, features=()):
        self.binaries = pathlib.Path(binaries)
        folder.mkdir()
        self.url = f"http://127.0.0.1:{free_port()}"
        lines = ["global: {scrape_interval: 1s, scrape_timeout: 900ms}", "scrape_configs:"]
        for job, (address, protocol, *more) in jobs.items():
            more = "".join(f", {line}" for line in more)
            only = f", scrape_protocols: [{protocol}]" if protocol else ""
            fixed = f"static_configs: [{{targets: ['{address}']}}]"
            targets = f"file_sd_configs: [{{files: ['{address}']}}]" if isinstance(address, pathlib.Path) else fixed
            lines.append(f"- {{job_name: {job}, {targets}{only}{more}}}")
        config = folder / "prometheus.yml"
        config.write_text("\n".join(lines) + "\n")
        command = [
            *("nice", "-n", niceness),
            self.binaries / "prometheus",
            f"--config.file={config}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address={self.url.removeprefix('http://')}",
            *(f"--enable-feature={feature}" for feature in features),
        ]
        self.process = Process(folder.name, command, folder / "log")

    def wait_ready(self):
        def ready():
            self.process.check()
            try:
                return request(f"{self.url}/-/ready")[0] == 200
            except OSError:
                return False

        wait_for(ready, f"{self.process.name} to be ready", 30)

    def get(self, path, **params):
        with urllib.request.urlopen(f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(params)}", timeout=60) as answer:
            answer = json.load(answer)
        if answer["status"] != "success":
            raise AssertionError(answer)
        return answer["data"]

    def query(self, promql):
        """Value by labels, without those that Prometheus adds."""
        found = {}
        for series in self.get("query", query=promql)["result"]:
            labels = series["metric"]
            for added in ("job", "instance"):
                labels.pop(added, None)
            key = (labels.pop("__name__", ""), frozenset(labels.items()))
            if key in found:
                raise AssertionError(f"{promql}: {key} twice")
            found[key] = float(series["value"][1])
        return found

    def promtool(self, text):
        """Exit status and output of `promtool check metrics`."""
        done = subprocess.run(
            [self.binaries / "promtool", "check", "metrics"],
            input=text.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=30,
        )
        return done.returncode, done.stdout.decode()


class Site:
    """Answers each request with what `answer` makes of its headers: a status, a content type, a body and perhaps
    more headers."""

    def __init__(self, answer):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                status, content_type, body, *more = answer(self.headers)
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                for header in more:
                    self.send_header(*header)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Relay(Site):
    """Stands between a scraper and `target`, and keeps what both say. Prometheus 2 always asks for
    OpenMetrics: with `accept` it is made to take something else."""

    def __init__(self, target, accept=None):
        self.seen, self.codings, self.target, self.accept = [], [], target, accept
        super().__init__(self.answer)

    def answer(self, headers):
        asked, codings = headers["Accept"], headers["Accept-Encoding"]
        passed_on = {"Accept": self.accept or asked, "Accept-Encoding": codings}
        status, answered, body = request(self.target, headers=passed_on)
        self.seen.append((asked, answered["Content-Type"]))
        coding = answered["Content-Encoding"] or "identity"
        self.codings.append((codings, coding))
        return status, answered["Content-Type"], body, ("Content-Encoding", coding)
