import time

from client.retry import GaveUp, with_retries

MIRRORS = ["https://a.example", "https://b.example", "https://c.example"]
LIMIT = 5


def fetch_page(path, send, wait=time.sleep):
    """The page from the first mirror that answers. Of the last one we hope for more."""
    for mirror in MIRRORS:
        limit = LIMIT if mirror != MIRRORS[-1] else 2 * LIMIT
        try:
            return with_retries(lambda: send(mirror + path), limit, wait)
        except GaveUp:
            continue
    return None
