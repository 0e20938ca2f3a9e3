def wrap(text, width):
    """Splits text into lines of at most `width` characters.

    Breaks only between words. A word longer than `width` gets a line of its own.
    """
    lines = []
    current = []
    length = 0
    for word in text.split():
        if current and length + len(current) + len(word) > width:
            lines.append(" ".join(current))
            current = []
            length = 0
        current.append(word)
        length += len(word)
    if current:
        lines.append(" ".join(current))
    return lines
