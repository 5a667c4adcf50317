"""gunicorn's configuration, as the client's documentation has it."""

from prometheus_client import multiprocess

workers = 3


def child_exit(server, worker):
    multiprocess.mark_process_dead(worker.pid)
