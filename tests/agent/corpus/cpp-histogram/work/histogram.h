#pragma once

#include <map>
#include <string>
#include <vector>

using Counts = std::map<std::string, int>;

// How often each word occurs; letters are compared in lower case.
Counts count_words(const std::string& text);

// One line per word: the word, a colon, a space and its bar. The most frequent word gets a
// bar of `width` stars; the others are in proportion, rounded down.
std::vector<std::string> draw(const Counts& counts, int width);
