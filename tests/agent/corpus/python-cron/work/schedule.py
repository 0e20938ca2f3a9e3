"""When a job is due, in the notation of cron."""


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
    raise NotImplementedError
