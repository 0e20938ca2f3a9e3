def merge(intervals):
    """Joins (start, end) intervals that overlap or touch; sorted result."""
    merged = []
    for start, end in sorted(intervals):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def total_length(intervals):
    """Length covered by the intervals, with overlaps counted once."""
    return sum(end - start for start, end in merge(intervals))
