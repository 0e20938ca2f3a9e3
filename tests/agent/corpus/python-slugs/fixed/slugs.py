import re


def slugify(title):
    """The title in lower case, with one dash for everything between letters and digits."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def unique_slug(title, taken):
    """A slug that is not among `taken`: the plain one, or the first free one with a number."""
    base = slugify(title) or "page"
    slug = base
    number = 2
    while slug in taken:
        slug = f"{base}-{number}"
        number += 1
    return slug
