#include "glob.h"

#include <cstddef>

namespace {

// Whether `c` is among the characters between the brackets: "a-f0-9".
bool among(const std::string& set, char c) {
    for (std::size_t i = 0; i < set.size(); ++i) {
        if (i + 2 < set.size() && set[i + 1] == '-') {
            if (set[i] <= c && c <= set[i + 2]) return true;
            i += 2;
        } else if (set[i] == c) {
            return true;
        }
    }
    return false;
}

// Whether the part of the pattern at `position`, which is not '*', stands for `c`. Moves
// `position` behind that part.
bool match_one(const std::string& pattern, std::size_t& position, char c) {
    const char first = pattern[position];
    if (first == '[') {
        const std::size_t close = pattern.find(']', position + 1);
        if (close != std::string::npos) {
            std::string set = pattern.substr(position + 1, close - position - 1);
            position = close + 1;
            const bool negated = !set.empty() && set[0] == '!';
            if (negated) set.erase(0, 1);
            return among(set, c) != negated;
        }
    }
    ++position;
    return first == '?' || first == c;
}

}  // namespace

bool glob_match(const std::string& pattern, const std::string& name) {
    std::size_t p = 0;
    std::size_t n = 0;
    // Behind the last star, and where what it stands for ends for now.
    std::size_t star = std::string::npos;
    std::size_t star_end = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = ++p;
            star_end = n;
            continue;
        }
        if (p < pattern.size() && match_one(pattern, p, name[n])) {
            ++n;
            continue;
        }
        if (star == std::string::npos) return false;
        p = star;
        n = ++star_end;
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}
