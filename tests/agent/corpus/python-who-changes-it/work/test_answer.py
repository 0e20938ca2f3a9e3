import pathlib

import pytest

import basket

ITEMS = [("tea", 450), ("mug", 1200), ("spoon", 0)]
CALLS = {
    "without_free": (),
    "by_price": (),
    "with_gift": (),
    "with_shipping": (),
    "with_discount": (10,),
    "with_deposit": (2,),
    "cheapest_first_without": ("mug",),
}


def changes_its_list(name):
    items = list(ITEMS)
    getattr(basket, name)(items, *CALLS[name])
    return items != ITEMS


def test_answer():
    path = pathlib.Path(__file__).with_name("ANSWER.txt")
    if not path.is_file():
        pytest.fail("ANSWER.txt does not exist", pytrace=False)
    answer = path.read_text().strip().strip("`.").replace("()", "")
    if answer not in CALLS:
        pytest.fail("ANSWER.txt does not hold the name of a function in basket.py", pytrace=False)
    if not changes_its_list(answer):
        pytest.fail("this function leaves its list alone", pytrace=False)
