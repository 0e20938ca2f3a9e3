from intervals import merge, total_length


def test_nothing_to_merge():
    assert merge([]) == []
    assert merge([(5, 6), (1, 2)]) == [(1, 2), (5, 6)]


def test_overlapping():
    assert merge([(1, 4), (3, 8), (10, 12)]) == [(1, 8), (10, 12)]


def test_touching():
    assert merge([(1, 3), (3, 5)]) == [(1, 5)]


def test_one_inside_another():
    assert merge([(1, 10), (2, 3), (4, 5)]) == [(1, 10)]


def test_total_length():
    assert total_length([(0, 10), (2, 4), (20, 25)]) == 15
