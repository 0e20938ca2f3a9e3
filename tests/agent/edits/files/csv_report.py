"""Write and read delimited reports without the csv module."""

import re

HEADER = "id;name;amount\n"
QUOTE = "\""
NUMBER = re.compile(r"^-?\d+(\.\d+)?$")
WHITESPACE = re.compile("[ \\t]+")


def escape_field(value):
    text = str(value)
    if ";" in text or "\"" in text or "\n" in text:
        text = text.replace("\"", "\"\"")
        return "\"" + text + "\""
    return text


def join_row(values):
    return ";".join(escape_field(value) for value in values) + "\n"


def clean(text):
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = WHITESPACE.sub(" ", text)
    return text.strip()


def split_row(line):
    fields = []
    current = ''
    quoted = False
    for char in line.rstrip("\n"):
        if char == '"':
            quoted = not quoted
        elif char == ';' and not quoted:
            fields.append(current)
            current = ''
        else:
            current += char
    fields.append(current)
    return fields


def parse_amount(text):
    if not NUMBER.match(text):
        raise ValueError("bad amount: '%s'" % text)
    return float(text)


def write_report(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as out:
        out.write(HEADER)
        for row in rows:
            out.write(join_row(row))


def read_report(path):
    with open(path, encoding="utf-8") as source:
        first = source.readline()
        if first != HEADER:
            raise ValueError('unexpected header: "%s"' % first.strip())
        rows = []
        for line in source:
            if not line.strip():
                continue
            ident, name, amount = split_row(line)
            rows.append((int(ident), name, parse_amount(amount)))
        return rows


def summary(rows):
    total = sum(amount for _, _, amount in rows)
    return "rows:\t%d\ntotal:\t%.2f\n" % (len(rows), total)
