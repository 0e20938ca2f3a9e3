import unittest

from two_ends import two_ends


class TwoEndsTest(unittest.TestCase):
    def test_a_word(self):
        self.assertEqual(two_ends("hearth"), "hh")

    def test_no_word(self):
        self.assertEqual(two_ends(""), "")
