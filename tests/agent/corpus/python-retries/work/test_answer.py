import pathlib

import pytest

from client.fetch import fetch_page


def requests_without_an_answer():
    requests = []

    def send(url):
        requests.append(url)
        raise TimeoutError(url)

    fetch_page("/index", send, wait=lambda seconds: None)
    return len(requests)


def test_answer():
    path = pathlib.Path(__file__).with_name("ANSWER.txt")
    if not path.is_file():
        pytest.fail("ANSWER.txt does not exist", pytrace=False)
    answer = path.read_text().strip().strip("`.")
    if answer != str(requests_without_an_answer()):
        pytest.fail("ANSWER.txt does not hold the right number", pytrace=False)
