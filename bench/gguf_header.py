"""Reads the key-value pairs of a GGUF file, and writes a copy that has another chat template.

The copy is for benchmarks of what a template does: both servers and the renderer then get the same
model with the same template from the file itself, without an option that only one of them has.
"""

import pathlib
import shutil
import struct

NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
STRING, ARRAY = 8, 9
TEMPLATE = "tokenizer.chat_template"


class Reader:
    def __init__(self, file):
        self.file = file

    def take(self, code):
        return struct.unpack("<" + code, self.file.read(struct.calcsize("<" + code)))[0]

    def string(self):
        return self.file.read(self.take("Q"))

    def value(self, kind):
        if kind == STRING:
            return self.string().decode("utf-8", "replace")
        if kind == ARRAY:
            # Vocabularies have 150,000 entries that nobody here asks for.
            kind, count = self.take("I"), self.take("Q")
            if kind == STRING:
                for _ in range(count):
                    self.file.seek(self.take("Q"), 1)
            elif kind == ARRAY:
                for _ in range(count):
                    self.value(ARRAY)
            else:
                self.file.seek(count * struct.calcsize("<" + NUMBERS[kind]), 1)
            return None
        return self.take(NUMBERS[kind])

    def start(self):
        """Numbers of tensors and of pairs."""
        if self.file.read(4) != b"GGUF":
            raise SystemExit(f"{self.file.name} is not a GGUF file")
        self.take("I")
        return self.take("Q"), self.take("Q")


def read(path):
    """The pairs; arrays are left out (None)."""
    with open(path, "rb") as file:
        reader = Reader(file)
        _, pairs = reader.start()
        return {reader.string().decode(): reader.value(reader.take("I")) for _ in range(pairs)}


def trained_context(metadata):
    return metadata[metadata["general.architecture"] + ".context_length"]


def copy_with_template(source, destination, template):
    """Tensors are addressed from the end of the header, so only the header is written anew."""
    with open(source, "rb") as file:
        reader = Reader(file)
        tensors, pairs = reader.start()
        header = bytearray()
        alignment = 32
        found = False
        for _ in range(pairs):
            begin = file.tell()
            key = reader.string().decode()
            kind = reader.take("I")
            value = reader.value(kind)
            end = file.tell()
            if key == "general.alignment":
                alignment = value
            if key == TEMPLATE:
                found = True
                continue
            file.seek(begin)
            header += file.read(end - begin)
        header += _string(TEMPLATE.encode()) + struct.pack("<I", STRING) + _string(template.encode())
        begin = file.tell()
        for _ in range(tensors):
            reader.string()
            file.seek(8 * reader.take("I") + 4 + 8, 1)  # shape, type, offset
        end = file.tell()
        file.seek(begin)
        names = file.read(end - begin)
        with open(destination, "wb") as copy:
            copy.write(b"GGUF" + struct.pack("<IQQ", 3, tensors, pairs + (not found)))
            copy.write(header + names)
            copy.write(bytes(-copy.tell() % alignment))
            file.seek(end + -end % alignment)
            shutil.copyfileobj(file, copy, 1 << 20)
    return pathlib.Path(destination)


def _string(data):
    return struct.pack("<Q", len(data)) + data
