import ast
import pathlib

from office import tickets
from office.desk import Office


def test_visitors_are_called_in_order():
    office = Office(desks=2)
    assert [office.arrive() for _ in range(3)] == [1, 2, 3]
    assert office.call_next() == (1, 1)
    assert office.call_next() == (2, 2)
    assert office.call_next() is None
    office.leave(2)
    assert office.call_next() == (3, 2)


def test_nobody_waits():
    assert Office(desks=1).call_next() is None


def test_status():
    office = Office(desks=3)
    office.arrive()
    office.arrive()
    office.call_next()
    assert office.status() == "1 waiting, 2 desks free"


def test_after_999_comes_1():
    office = Office(desks=1)
    numbers = [office.arrive() for _ in range(1001)]
    assert numbers[998:] == [999, 1, 2]


def test_ticket_queue():
    queue = tickets.TicketQueue()
    assert queue.call() is None
    assert (queue.take(), queue.take()) == (1, 2)
    assert queue.call() == 1
    assert queue.waiting() == 1


def test_offices_have_queues_of_their_own():
    north = Office(desks=1)
    assert (north.arrive(), north.arrive()) == (1, 2)
    south = Office(desks=1)
    assert south.arrive() == 1
    assert north.arrive() == 3
    assert north.status() == "3 waiting, 1 desks free"


def test_no_global_state_is_left():
    tree = ast.parse(pathlib.Path(tickets.__file__).read_text())
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Global)]
    names = [target.id for node in tree.body if isinstance(node, ast.Assign)
             for target in node.targets if isinstance(target, ast.Name)]
    assert [name for name in names if name != name.upper()] == []
    functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert not {"take", "call", "waiting", "reset"} & set(functions)
