import pytest

from slugs import slugify, unique_slug


@pytest.mark.parametrize("title, slug", [
    ("Hello", "hello"),
    ("Hello World", "hello-world"),
    ("  Two   spaces ", "two-spaces"),
    ("What's new in 3.2?", "what-s-new-in-3-2"),
    ("snake_case and-dashes", "snake-case-and-dashes"),
    ("--- draft ---", "draft"),
    ("!?", ""),
    ("", ""),
])
def test_slugify(title, slug):
    assert slugify(title) == slug


def test_a_free_slug_is_taken_as_it_is():
    assert unique_slug("Hello World", set()) == "hello-world"
    assert unique_slug("Hello World", {"hello"}) == "hello-world"


def test_a_number_makes_a_slug_unique():
    assert unique_slug("News", {"news"}) == "news-2"
    assert unique_slug("News", {"news", "news-2", "news-3"}) == "news-4"


def test_gaps_are_filled():
    assert unique_slug("News", ["news", "news-3"]) == "news-2"


def test_the_taken_slugs_are_not_changed():
    taken = {"news"}
    unique_slug("News", taken)
    assert taken == {"news"}


def test_a_title_without_letters_is_called_page():
    assert unique_slug("!?", set()) == "page"
    assert unique_slug("", {"page"}) == "page-2"
