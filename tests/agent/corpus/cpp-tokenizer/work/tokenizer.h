#pragma once

#include <string>
#include <vector>

// Splits an expression such as "3 + total*(x1-2)" into numbers, names and single-character
// operators. White space separates tokens and is dropped.
std::vector<std::string> tokenize(const std::string& text);
