class OutOfStock(Exception):
    pass


class Inventory:
    def __init__(self, name, stock=None):
        self.name = name
        self.stock = dict(stock or {})

    def add(self, item, count=1):
        if count <= 0:
            raise ValueError("count must be positive")
        self.stock[item] = self.stock.get(item, 0) + count

    def remove(self, item, count=1):
        if self.stock.get(item, 0) < count:
            raise OutOfStock(item)
        self.stock[item] -= count
        if self.stock[item] == 0:
            del self.stock[item]

    def total(self):
        return sum(self.stock.values())

    def low(self, limit):
        """Items with fewer than `limit` pieces, by name."""
        return sorted(item for item, count in self.stock.items() if count < limit)
