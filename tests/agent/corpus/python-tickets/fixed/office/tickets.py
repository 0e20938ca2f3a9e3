"""Numbered tickets: who comes first is called first."""

LAST_NUMBER = 999


class TicketQueue:
    def __init__(self):
        self._next_number = 1
        self._waiting = []

    def take(self):
        """Draws a ticket. After 999 comes 1 again."""
        number = self._next_number
        self._next_number = number + 1 if number < LAST_NUMBER else 1
        self._waiting.append(number)
        return number

    def call(self):
        """The ticket that is next, or None if nobody waits."""
        if not self._waiting:
            return None
        return self._waiting.pop(0)

    def waiting(self):
        return len(self._waiting)
