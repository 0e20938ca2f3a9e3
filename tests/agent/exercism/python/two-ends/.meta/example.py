def two_ends(word):
    return word[:1] + word[-1:]
