#undef NDEBUG
#include <cassert>
#include <cstdio>

#include "matrix.h"

int main() {
    const Matrix empty;
    assert(transpose(empty) == empty);
    assert(rotate_right(empty) == empty);

    const Matrix wide = {{1, 2, 3}, {4, 5, 6}};
    assert(transpose(wide) == (Matrix{{1, 4}, {2, 5}, {3, 6}}));
    assert(rotate_right(wide) == (Matrix{{4, 1}, {5, 2}, {6, 3}}));

    const Matrix square = {{1, 2}, {3, 4}};
    assert(rotate_right(square) == (Matrix{{3, 1}, {4, 2}}));
    assert(rotate_right(rotate_right(square)) == (Matrix{{4, 3}, {2, 1}}));

    const Matrix column = {{1}, {2}, {3}};
    assert(rotate_right(column) == (Matrix{{3, 2, 1}}));

    std::puts("ok");
}
