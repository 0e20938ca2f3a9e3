import ast
import pathlib

import report

ORDERS = [
    {"customer": "Mill", "quantity": 2, "price": 1050},
    {"customer": "Bay", "quantity": 1, "price": 399},
    {"customer": "Mill", "quantity": 1, "price": 5},
    {"customer": "Bay", "quantity": 3, "price": 600},
]


def test_text_report():
    assert report.text_report(ORDERS) == "Bay            21.99\nMill           21.05"
    assert report.text_report([]) == ""


def test_csv_report():
    assert report.csv_report(ORDERS) == "customer,total\nBay,21.99\nMill,21.05"
    assert report.csv_report([]) == "customer,total"


def test_best_customer():
    assert report.best_customer(ORDERS) == "Bay"
    assert report.best_customer([]) is None


def test_of_two_equal_customers_the_first_by_name_is_best():
    orders = [{"customer": "B", "quantity": 1, "price": 7},
              {"customer": "A", "quantity": 7, "price": 1}]
    assert report.best_customer(orders) == "A"


def test_totals_by_customer():
    assert report.totals_by_customer(ORDERS) == {"Mill": 2105, "Bay": 2199}
    assert report.totals_by_customer([]) == {}


def functions():
    source = pathlib.Path(report.__file__).read_text()
    return {node.name: ast.unparse(node) for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.FunctionDef)}


def test_orders_are_added_up_in_one_place():
    adding = [name for name, code in functions().items() if "'quantity'" in code]
    assert adding == ["totals_by_customer"]


def test_all_reports_use_it():
    for name in ("text_report", "csv_report", "best_customer"):
        assert "totals_by_customer(orders)" in functions()[name], name
