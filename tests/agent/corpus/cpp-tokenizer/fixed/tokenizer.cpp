#include "tokenizer.h"

#include <cctype>
#include <cstddef>

static bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
static bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
static bool is_name(char c) { return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0; }

std::vector<std::string> tokenize(const std::string& text) {
    std::vector<std::string> tokens;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (is_space(c)) continue;
        std::size_t end = i + 1;
        if (is_digit(c)) {
            while (end < text.size() && is_digit(text[end])) ++end;
        } else if (is_name(c)) {
            while (end < text.size() && is_name(text[end])) ++end;
        }
        tokens.push_back(text.substr(i, end - i));
        i = end - 1;
    }
    return tokens;
}
