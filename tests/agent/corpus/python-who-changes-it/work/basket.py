"""What a customer is about to buy: a list of (name, cents) pairs."""

GIFT = ("sticker", 0)


def without_free(items):
    return [item for item in items if item[1] > 0]


def by_price(items):
    items = sorted(items, key=lambda item: item[1])
    return items


def with_gift(items):
    result = list(items)
    result.append(GIFT)
    return result


def with_shipping(items, cents=490):
    total = sum(price for _, price in items)
    if total < 5000:
        items += [("shipping", cents)]
    return items


def with_discount(items, percent):
    items = [(name, price * (100 - percent) // 100) for name, price in items]
    return items


def with_deposit(items, bottles):
    items = items + [("deposit", 25 * bottles)]
    return items


def cheapest_first_without(items, name):
    rest = by_price(items)
    rest = [item for item in rest if item[0] != name]
    rest.reverse()
    rest.sort(key=lambda item: item[1])
    return rest
