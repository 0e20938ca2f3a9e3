from office.tickets import TicketQueue


class Office:
    """Some desks and the people who wait for one."""

    def __init__(self, desks):
        self.queue = TicketQueue()
        self.free = list(range(1, desks + 1))
        self.served = {}

    def arrive(self):
        """A visitor comes in; returns the number of their ticket."""
        return self.queue.take()

    def call_next(self):
        """Sends the next visitor to a free desk: (ticket, desk), or None if that can't be."""
        if not self.free or self.queue.waiting() == 0:
            return None
        ticket = self.queue.call()
        desk = self.free.pop(0)
        self.served[ticket] = desk
        return ticket, desk

    def leave(self, ticket):
        """The visitor with this ticket is done, their desk is free again."""
        self.free.append(self.served.pop(ticket))

    def status(self):
        return f"{self.queue.waiting()} waiting, {len(self.free)} desks free"
