"""What runs inside a worker process; started by the executor only.

Frames (8 bytes of length, then a pickle) come in on standard input, the function first, then tasks; they go out on
standard output: one when the function is imported, then one outcome per task. Only the parent writes to it.
"""

import os
import pickle
import queue
import signal
import struct
import sys
import threading
from typing import IO, Any

from electrode_homog.studies.outcome import evaluate

_LENGTH = struct.Struct("<Q")


def write_frame(stream: IO[bytes], content: Any) -> None:
    data = pickle.dumps(content)
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes | None:
    """The pickle of the next frame, or None where the other side is gone."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    data = stream.read(_LENGTH.unpack(head)[0])
    return data if len(data) == _LENGTH.unpack(head)[0] else None


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group: the parent decides
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not mix with the frames
    frames: queue.Queue[bytes] = queue.Queue()
    threading.Thread(target=_receive, args=(sys.stdin.buffer, frames), daemon=True).start()
    function = pickle.loads(frames.get())
    write_frame(out, "ready")
    while True:
        write_frame(out, evaluate(function, pickle.loads(frames.get())))


def _receive(stream: IO[bytes], frames: "queue.Queue[bytes]") -> None:
    while (frame := read_frame(stream)) is not None:
        frames.put(frame)
    os._exit(0)  # the parent is gone, killed perhaps: leave even in the middle of a task
