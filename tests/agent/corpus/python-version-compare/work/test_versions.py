from versions import compare, newest


def test_numbers_not_text():
    assert compare("1.9", "1.10") == -1
    assert compare("10.0", "9.9") == 1


def test_equal():
    assert compare("1.2.3", "v1.2.3") == 0


def test_missing_parts_are_zero():
    assert compare("1.2", "1.2.0") == 0
    assert compare("3", "3.0.0") == 0


def test_longer_is_newer():
    assert compare("1.2", "1.2.1") == -1
    assert compare("2.0.0.1", "2.0") == 1


def test_newest():
    assert newest(["1.4", "1.4.2", "1.3.9"]) == "1.4.2"
