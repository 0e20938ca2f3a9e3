import pytest

from shop.inventory import Inventory, OutOfStock


def test_add_and_remove():
    inventory = Inventory("north")
    inventory.add("bolt", 5)
    inventory.remove("bolt", 2)
    assert inventory.stock == {"bolt": 3}


def test_empty_items_disappear():
    inventory = Inventory("north")
    inventory.add("nut")
    inventory.remove("nut")
    assert "nut" not in inventory.stock


def test_remove_too_many():
    inventory = Inventory("north", {"bolt": 1})
    with pytest.raises(OutOfStock):
        inventory.remove("bolt", 2)
    assert inventory.total() == 1


def test_warehouses_are_separate():
    north = Inventory("north")
    south = Inventory("south")
    north.add("washer", 4)
    assert south.total() == 0


def test_initial_stock_is_not_changed():
    delivery = {"bolt": 10}
    inventory = Inventory("east", delivery)
    inventory.remove("bolt", 10)
    assert delivery == {"bolt": 10}


def test_low():
    inventory = Inventory("west", {"nut": 2, "bolt": 9, "gear": 1})
    assert inventory.low(3) == ["gear", "nut"]
