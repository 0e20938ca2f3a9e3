def two_ends(word):
    pass
