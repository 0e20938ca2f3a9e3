"""A program in a terminal of its own: what it writes is read, keys are sent to it."""

import os
import pty
import select
import struct
import fcntl
import termios
import time
from pathlib import Path


class Terminal:
    def __init__(self, arguments: list[str], env: dict[str, str], cwd: Path, columns: int = 100,
                 term: str = "dumb"):
        self.seen = ""
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            os.chdir(cwd)
            os.execve(arguments[0], arguments, {**env, "TERM": term})
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self._from = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # The hang-up ends what still runs there.
        os.close(self._fd)
        if self._pid:
            os.waitpid(self._pid, 0)

    def send(self, keys: str):
        os.write(self._fd, keys.encode())

    def wait_for(self, words: str, patience: float = 20) -> str:
        """What came since the last call, up to `words`."""
        until = time.monotonic() + patience
        while (at := self.seen.find(words, self._from)) < 0:
            if not self._read(until - time.monotonic()):
                raise AssertionError(f"{words!r} did not come; seen:\n{self.seen[self._from:]}")
        before, self._from = self.seen[self._from : at], at + len(words)
        return before

    def exit_code(self, patience: float = 20) -> int:
        until = time.monotonic() + patience
        while self._read(until - time.monotonic()):
            pass
        # Its end was seen, or it is still there.
        while not (ended := os.waitpid(self._pid, os.WNOHANG))[0]:
            if time.monotonic() > until:
                raise AssertionError(f"it did not end; seen:\n{self.seen[self._from:]}")
            time.sleep(0.01)
        status = ended[1]
        self._pid = 0
        return os.waitstatus_to_exitcode(status)

    def _read(self, patience: float) -> bool:
        ready, _, _ = select.select([self._fd], [], [], max(patience, 0))
        try:
            got = os.read(self._fd, 65536) if ready else b""
        except OSError:  # Linux's way to say that the other end is closed
            got = b""
        self.seen += got.decode(errors="replace")
        return bool(got)
