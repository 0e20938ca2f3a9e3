"""Reports about orders; an order is a dict with customer, quantity and price in cents."""


def money(cents):
    return f"{cents // 100}.{cents % 100:02d}"


def totals_by_customer(orders):
    totals = {}
    for order in orders:
        amount = order["quantity"] * order["price"]
        totals[order["customer"]] = totals.get(order["customer"], 0) + amount
    return totals


def text_report(orders):
    totals = totals_by_customer(orders)
    lines = []
    for customer in sorted(totals):
        lines.append(f"{customer:<10}{money(totals[customer]):>10}")
    return "\n".join(lines)


def csv_report(orders):
    totals = totals_by_customer(orders)
    lines = ["customer,total"]
    for customer in sorted(totals):
        lines.append(f"{customer},{money(totals[customer])}")
    return "\n".join(lines)


def best_customer(orders):
    totals = totals_by_customer(orders)
    if not totals:
        return None
    return min(totals, key=lambda name: (-totals[name], name))
