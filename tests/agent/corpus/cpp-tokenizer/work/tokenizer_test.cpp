#undef NDEBUG
#include <cassert>
#include <iostream>

#include "tokenizer.h"

using Tokens = std::vector<std::string>;

int main() {
    assert(tokenize("") == Tokens{});
    assert(tokenize("  ") == Tokens{});
    assert(tokenize("total") == Tokens{"total"});
    assert(tokenize("12 + 7") == (Tokens{"12", "+", "7"}));
    assert(tokenize("a*b") == (Tokens{"a", "*", "b"}));
    assert(tokenize("3 + total*(x1-2)") ==
           (Tokens{"3", "+", "total", "*", "(", "x1", "-", "2", ")"}));
    assert(tokenize("2x") == (Tokens{"2", "x"}));
    assert(tokenize("((1))") == (Tokens{"(", "(", "1", ")", ")"}));
    std::cout << "tokenizer: all tests passed\n";
}
