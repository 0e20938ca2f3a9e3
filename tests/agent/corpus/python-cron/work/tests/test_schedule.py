from datetime import datetime

import pytest

from schedule import matches

FRIDAY = datetime(2024, 3, 1, 8, 30)
SUNDAY = datetime(2024, 3, 3, 0, 0)


def minutes(field):
    return [minute for minute in range(60)
            if matches(f"{field} * * * *", FRIDAY.replace(minute=minute))]


def test_any_minute():
    assert minutes("*") == list(range(60))


def test_numbers_and_lists():
    assert minutes("7") == [7]
    assert minutes("0,30,59") == [0, 30, 59]


def test_ranges():
    assert minutes("8-11") == [8, 9, 10, 11]
    assert minutes("5-5") == [5]
    assert minutes("1-3,50-51") == [1, 2, 3, 50, 51]


def test_steps():
    assert minutes("*/20") == [0, 20, 40]
    assert minutes("10-30/7") == [10, 17, 24]
    assert minutes("*/30,5") == [0, 5, 30]


def test_steps_begin_with_the_first_possible_value():
    due = [day for day in range(1, 32) if matches("* * */10 * *", datetime(2024, 1, day))]
    assert due == [1, 11, 21, 31]


def test_all_fields_must_match():
    assert matches("30 8 1 3 5", FRIDAY)
    assert not matches("31 8 1 3 5", FRIDAY)
    assert not matches("30 9 1 3 5", FRIDAY)
    assert not matches("30 8 2 3 5", FRIDAY)
    assert not matches("30 8 1 4 5", FRIDAY)
    assert not matches("30 8 1 3 4", FRIDAY)


def test_the_week_begins_on_sunday():
    assert matches("* * * * 0", SUNDAY)
    assert not matches("* * * * 1-6", SUNDAY)
    assert matches("30 8 * * 1-5", FRIDAY)


def test_seconds_do_not_count():
    assert matches("30 8 * * *", FRIDAY.replace(second=59))


@pytest.mark.parametrize("expression", [
    "",
    "* * * *",
    "* * * * * *",
    "60 * * * *",
    "* 24 * * *",
    "* * 0 * *",
    "* * * 13 *",
    "* * * * 7",
    "x * * * *",
    "1,,2 * * * *",
    "5-1 * * * *",
    "*/0 * * * *",
    "*/x * * * *",
    "-1 * * * *",
    "1- * * * *",
])
def test_errors(expression):
    with pytest.raises(ValueError):
        matches(expression, FRIDAY)


def test_an_error_is_found_even_if_another_field_does_not_match():
    with pytest.raises(ValueError):
        matches("0 0 1 1 9", FRIDAY)
