from itertools import zip_longest


def parse(version):
    """'v1.20.3' -> [1, 20, 3]"""
    return [int(part) for part in version.lstrip("v").split(".")]


def compare(left, right):
    """-1, 0 or 1. Missing parts count as zero: 1.2 is the same as 1.2.0."""
    for a, b in zip_longest(parse(left), parse(right), fillvalue=0):
        if a < b:
            return -1
        if a > b:
            return 1
    return 0


def newest(versions):
    best = versions[0]
    for version in versions[1:]:
        if compare(version, best) > 0:
            best = version
    return best
