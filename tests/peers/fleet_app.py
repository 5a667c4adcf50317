"""A service that gunicorn runs in several processes, as `fleet_gunicorn.py` says."""

import os

from prometheus_client import Counter, Gauge, Histogram

requests = Counter("app_requests", "Requests that were answered.", ["path"])
busy = Gauge("app_busy", "Requests that are under way.", multiprocess_mode="livesum")
pids = Gauge("app_up", "Workers.", multiprocess_mode="liveall")
duration = Histogram("app_request_seconds", "Time to answer.")


def app(environ, start_response):
    with busy.track_inprogress(), duration.time():
        pids.set(1)
        requests.labels(environ["PATH_INFO"]).inc()
        if environ["PATH_INFO"] == "/exit":
            # Of the worker; gunicorn makes another one.
            os.kill(os.getpid(), 15)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"ok"]
