from office import tickets


class Office:
    """Some desks and the people who wait for one."""

    def __init__(self, desks):
        tickets.reset()
        self.free = list(range(1, desks + 1))
        self.served = {}

    def arrive(self):
        """A visitor comes in; returns the number of their ticket."""
        return tickets.take()

    def call_next(self):
        """Sends the next visitor to a free desk: (ticket, desk), or None if that can't be."""
        if not self.free or tickets.waiting() == 0:
            return None
        ticket = tickets.call()
        desk = self.free.pop(0)
        self.served[ticket] = desk
        return ticket, desk

    def leave(self, ticket):
        """The visitor with this ticket is done, their desk is free again."""
        self.free.append(self.served.pop(ticket))

    def status(self):
        return f"{tickets.waiting()} waiting, {len(self.free)} desks free"
