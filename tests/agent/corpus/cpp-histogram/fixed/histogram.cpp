#include "histogram.h"

#include <algorithm>
#include <cctype>
#include <sstream>

Counts count_words(const std::string& text) {
    Counts counts;
    std::istringstream in(text);
    std::string word;
    while (in >> word) {
        for (char& c : word) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        ++counts[word];
    }
    return counts;
}

std::vector<std::string> draw(const Counts& counts, int width) {
    int most = 0;
    for (const auto& [word, count] : counts) most = std::max(most, count);
    std::vector<std::string> lines;
    for (const auto& [word, count] : counts) {
        const int stars = count * width / most;
        lines.push_back(word + ": " + std::string(stars, '*'));
    }
    return lines;
}
