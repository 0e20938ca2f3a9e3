"""Numbered tickets: who comes first is called first."""

LAST_NUMBER = 999

_next_number = 1
_waiting = []


def reset():
    global _next_number
    _next_number = 1
    _waiting.clear()


def take():
    """Draws a ticket. After 999 comes 1 again."""
    global _next_number
    number = _next_number
    _next_number = number + 1 if number < LAST_NUMBER else 1
    _waiting.append(number)
    return number


def call():
    """The ticket that is next, or None if nobody waits."""
    if not _waiting:
        return None
    return _waiting.pop(0)


def waiting():
    return len(_waiting)
