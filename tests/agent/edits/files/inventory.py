"""Stock keeping for a small warehouse."""

from dataclasses import dataclass, field
from datetime import date


LOW_STOCK_LIMIT = 10
MAX_BATCH = 500


class StockError(Exception):
    """Raised when a movement cannot be booked."""


@dataclass
class Item:
    sku: str
    name: str
    quantity: int = 0
    price_cents: int = 0
    tags: list = field(default_factory=list)

    def value(self):
        return self.quantity * self.price_cents


class Inventory:
    def __init__(self, owner, currency="EUR"):
        self.owner = owner
        self.currency = currency
        self.items = {}
        self.log = []

    def register(self, item):
        if item.sku in self.items:
            raise StockError(f"duplicate sku: {item.sku}")
        self.items[item.sku] = item

    def add(self, sku, amount):
        item = self.items.get(sku)
        if item is None:
            raise StockError(f"unknown sku: {sku}")
        if amount <= 0:
            raise StockError("amount must be positive")
        if amount > MAX_BATCH:
            raise StockError("batch too large")
        item.quantity += amount
        self.log.append((date.today(), "add", sku, amount))
        return item.quantity

    def remove(self, sku, amount):
        item = self.items.get(sku)
        if item is None:
            raise StockError(f"unknown sku: {sku}")
        if amount <= 0:
            raise StockError("amount must be positive")
        if amount > item.quantity:
            raise StockError("not enough stock")
        item.quantity -= amount
        self.log.append((date.today(), "remove", sku, amount))
        return item.quantity

    def low_stock(self):
        result = []
        for item in self.items.values():
            if item.quantity < LOW_STOCK_LIMIT:
                result.append(item)
        return sorted(result, key=lambda item: item.sku)

    def total_value(self):
        total = 0
        for item in self.items.values():
            total += item.value()
        return total

    def report(self):
        lines = [f"Inventory of {self.owner}"]
        for item in self.items.values():
            marker = "!" if item.quantity < LOW_STOCK_LIMIT else " "
            lines.append(f"{marker} {item.sku:<10} {item.quantity:>6}")
        lines.append(f"Total: {self.total_value() / 100:.2f} {self.currency}")
        return "\n".join(lines)
