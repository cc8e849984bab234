"""supervisord that is told when a program ends: `python -P supervisord.py -c CONFIGURATION`.

supervisord itself looks once a second, and once more a second later before it starts the
program again: two seconds without a router. Here SIGCHLD ends its wait, through the wake-up
descriptor that Python has for this, and the look after that one comes at once.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from typing import Any

from supervisor import poller, supervisord  # type: ignore[import-untyped]

SOON = 0.01  # seconds until the look after one in which a program was found to have ended


class WakingPoller(poller.PollPoller):  # type: ignore[misc]
    _wake = -1
    _soon = False

    def poll(self, timeout: float) -> tuple[list[int], list[int]]:
        if self._wake < 0:
            # Only now: before, supervisord closes what it finds open, and forks.
            self._wake, waker = os.pipe()
            os.set_blocking(self._wake, False)
            os.set_blocking(waker, False)
            signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        self._poller.register(self._wake, select.POLLIN)
        found: tuple[list[int], list[int]] = super().poll(SOON if self._soon else timeout)
        self._soon = self._wake in found[0]
        if self._soon:
            os.read(self._wake, 4096)
            found[0].remove(self._wake)
        return found


def main(arguments: list[str]) -> Any:
    vars(poller)["Poller"] = WakingPoller
    return supervisord.main(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
