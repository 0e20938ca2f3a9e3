"""Reports about orders; an order is a dict with customer, quantity and price in cents."""


def money(cents):
    return f"{cents // 100}.{cents % 100:02d}"


def text_report(orders):
    totals = {}
    for order in orders:
        customer = order["customer"]
        if customer not in totals:
            totals[customer] = 0
        totals[customer] += order["quantity"] * order["price"]
    lines = []
    for customer in sorted(totals):
        lines.append(f"{customer:<10}{money(totals[customer]):>10}")
    return "\n".join(lines)


def csv_report(orders):
    totals = {}
    for order in orders:
        amount = order["quantity"] * order["price"]
        totals[order["customer"]] = totals.get(order["customer"], 0) + amount
    lines = ["customer,total"]
    for customer in sorted(totals):
        lines.append(f"{customer},{money(totals[customer])}")
    return "\n".join(lines)


def best_customer(orders):
    totals = {}
    for order in orders:
        name = order["customer"]
        if name in totals:
            totals[name] = totals[name] + order["quantity"] * order["price"]
        else:
            totals[name] = order["quantity"] * order["price"]
    if not totals:
        return None
    return min(totals, key=lambda name: (-totals[name], name))
