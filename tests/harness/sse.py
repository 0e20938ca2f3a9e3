"""A strict reader of event streams. What a lenient client would skip is an error here."""

import json
from dataclasses import dataclass


@dataclass
class Event:
    name: str
    data: str

    def json(self):
        return json.loads(self.data)


@dataclass
class Comment:
    text: str


class StreamFault(AssertionError):
    pass


def _frame(lines: list[str]) -> list[Event | Comment]:
    found: list[Event | Comment] = []
    name, data = "", []
    for line in lines:
        if line.startswith(":"):
            found.append(Comment(line[1:].strip()))
        elif line.startswith("event: "):
            name = line[len("event: ") :]
        elif line.startswith("data: "):
            data.append(line[len("data: ") :])
        else:
            raise StreamFault(f"not a line of an event stream: {line!r}")
    if name and not data:
        raise StreamFault(f"the event {name} has no data")
    if data:
        found.append(Event(name, "\n".join(data)))
    return found


def read_events(chunks):
    """Events and comments of a stream of bytes, each as soon as it is complete."""
    rest = b""
    for chunk in chunks:
        rest += chunk
        while b"\n\n" in rest:
            frame, rest = rest.split(b"\n\n", 1)
            text = frame.decode("utf-8")  # invalid UTF-8 is a fault
            if "\r" in text:
                raise StreamFault(f"a carriage return in {text!r}")
            yield from _frame([line for line in text.split("\n") if line])
    if rest:
        raise StreamFault(f"the stream ends inside of a frame: {rest[:200]!r}")
