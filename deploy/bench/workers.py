"""Several departments' workers in one process: `python -m deploy.bench.workers`.

A department runs one of its own, on its own machine. Here they share two cores with everything
else, and the departments are spread over as many processes as the benchmark is told to use. Each
Worker is whole: own connection, broker user, queue, journal and threads.
"""

import json
import os
import signal
import sys
import threading

from onewindow_worker import Result, Task, Worker, approve, log_to_stderr
from onewindow_worker.__main__ import SWITCH

from deploy.bench.worker_settings import ADDRESSES, JOURNALS


def worker(department: str, uri: str, folder: str) -> Worker:
    """A worker whose handler answers at once."""
    made = Worker(department, uri, journal=f"{folder}/{department}.journal")

    @made.task()
    def handle(task: Task) -> Result:
        return approve(f"{task.form['project_name']}: 符合要求", officer="经办人")

    return made


def main() -> int:
    """Run until SIGTERM."""
    log_to_stderr()
    sys.setswitchinterval(SWITCH)  # as the program of the SDK does
    addresses: dict[str, str] = json.loads(os.environ[ADDRESSES])
    workers = [worker(name, uri, os.environ[JOURNALS]) for name, uri in addresses.items()]

    def stop(*_: object) -> None:
        for it in workers:
            it.stop()

    signal.signal(signal.SIGTERM, stop)
    threads = [threading.Thread(target=it.run, name=it.department) for it in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return 0


if __name__ == "__main__":
    sys.exit(main())
