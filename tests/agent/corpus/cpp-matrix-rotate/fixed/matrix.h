#pragma once

#include <cstddef>
#include <vector>

using Matrix = std::vector<std::vector<int>>;

// Swaps rows and columns.
inline Matrix transpose(const Matrix& m) {
    if (m.empty()) return {};
    const std::size_t rows = m.size();
    const std::size_t cols = m[0].size();
    Matrix out(cols, std::vector<int>(rows));
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < cols; ++c)
            out[c][r] = m[r][c];
    return out;
}

// Turns the matrix by a quarter to the right: the first row becomes the last column.
inline Matrix rotate_right(const Matrix& m) {
    if (m.empty()) return {};
    const std::size_t rows = m.size();
    const std::size_t cols = m[0].size();
    Matrix out(cols, std::vector<int>(rows));
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < cols; ++c)
            out[c][rows - 1 - r] = m[r][c];
    return out;
}
