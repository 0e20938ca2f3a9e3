"""When a job is due, in the notation of cron."""

LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))


def _number(text, low, high):
    if not (text.isascii() and text.isdigit()) or not low <= int(text) <= high:
        raise ValueError(f"{text!r} is not a number from {low} to {high}")
    return int(text)


def _values(field, low, high):
    values = set()
    for part in field.split(","):
        span, slash, step_text = part.partition("/")
        step = _number(step_text, 1, high) if slash else 1
        if span == "*":
            first, last = low, high
        else:
            first_text, dash, last_text = span.partition("-")
            first = _number(first_text, low, high)
            last = _number(last_text, low, high) if dash else first
            if last < first or (slash and not dash):
                raise ValueError(f"{part!r} is not a range")
        values.update(range(first, last + 1, step))
    return values


def matches(expression, moment):
    """Whether a job with this schedule is due in the minute of `moment`, a datetime.

    An expression has five fields, separated by spaces: minute (0 to 59), hour (0 to 23), day of the
    month (1 to 31), month (1 to 12) and day of the week (0 to 6, where 0 is Sunday). The job is due
    if all five match. A field is a list, separated by commas, of

        *       any value
        5       this value
        1-5     the values from 1 to 5
        */15    every 15th value, from the first possible one on
        10-30/5 every fifth value of a range

    Anything else, or a number out of range, is a ValueError.
    """
    fields = expression.split()
    if len(fields) != len(LIMITS):
        raise ValueError(f"{expression!r} has not five fields")
    allowed = [_values(field, *limits) for field, limits in zip(fields, LIMITS)]
    now = (moment.minute, moment.hour, moment.day, moment.month, moment.isoweekday() % 7)
    return all(value in values for value, values in zip(now, allowed))
