from textwrapper import wrap


def test_empty_text():
    assert wrap("", 10) == []
    assert wrap("   \n ", 10) == []


def test_one_line():
    assert wrap("red green", 20) == ["red green"]


def test_exact_fit():
    assert wrap("red green blue", 9) == ["red green", "blue"]


def test_breaks_between_words():
    assert wrap("the cat sat on the old mat", 8) == ["the cat", "sat on", "the old", "mat"]


def test_long_word_has_its_own_line():
    assert wrap("an extraordinary day", 6) == ["an", "extraordinary", "day"]


def test_no_line_is_too_long():
    text = "one two three four five six seven eight nine ten eleven twelve"
    for width in range(6, 40):
        for line in wrap(text, width):
            assert len(line) <= width
