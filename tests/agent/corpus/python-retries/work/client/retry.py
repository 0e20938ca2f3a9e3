class GaveUp(Exception):
    pass


def with_retries(action, limit, wait):
    """Tries an action again when it times out; between two tries it waits, longer each time."""
    delay = 1
    for attempt in range(1, limit):
        try:
            return action()
        except TimeoutError:
            wait(delay)
            delay *= 2
    raise GaveUp(f"no answer after {limit} attempts")
