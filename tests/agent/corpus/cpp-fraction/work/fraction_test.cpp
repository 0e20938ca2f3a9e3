#include "fraction.h"

#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>

static int failed = 0;

static void check(bool good, int line, const char* what) {
    if (good) return;
    std::cout << "fraction_test.cpp:" << line << ": failed: " << what << "\n";
    ++failed;
}
#define CHECK(condition) check((condition), __LINE__, #condition)

static std::string text(const Fraction& fraction) {
    std::ostringstream out;
    out << fraction;
    return out.str();
}

template <class Action>
static bool throws(Action action) {
    try {
        action();
    } catch (const std::invalid_argument&) {
        return true;
    }
    return false;
}

int main() {
    // Always in lowest terms, with the sign above.
    CHECK(Fraction(6, 8).numerator() == 3);
    CHECK(Fraction(6, 8).denominator() == 4);
    CHECK(Fraction(1, -2).numerator() == -1);
    CHECK(Fraction(1, -2).denominator() == 2);
    CHECK(Fraction(-3, -9) == Fraction(1, 3));
    CHECK(Fraction(0, 7).denominator() == 1);
    CHECK(Fraction(5) == Fraction(5, 1));
    CHECK(Fraction() == Fraction(0));

    CHECK(Fraction(1, 2) + Fraction(1, 3) == Fraction(5, 6));
    CHECK(Fraction(1, 2) - Fraction(1, 3) == Fraction(1, 6));
    CHECK(Fraction(1, 6) - Fraction(2, 3) == Fraction(-1, 2));
    CHECK(Fraction(2, 3) * Fraction(3, 4) == Fraction(1, 2));
    CHECK(Fraction(2, 3) / Fraction(-4, 3) == Fraction(-1, 2));
    CHECK(Fraction(1, 2) + 1 == Fraction(3, 2));

    CHECK(Fraction(1, 3) < Fraction(1, 2));
    CHECK(Fraction(-1, 2) < Fraction(-1, 3));
    CHECK(!(Fraction(1, 2) < Fraction(2, 4)));
    CHECK(Fraction(1, 2) != Fraction(1, 3));
    CHECK(!(Fraction(1, 2) != Fraction(2, 4)));

    CHECK(text(Fraction(3, 4)) == "3/4");
    CHECK(text(Fraction(-3, 6)) == "-1/2");
    CHECK(text(Fraction(8, 4)) == "2");
    CHECK(text(Fraction(0, 5)) == "0");

    CHECK(throws([] { Fraction(1, 0); }));
    CHECK(throws([] { Fraction(1, 2) / Fraction(0); }));

    if (failed == 0) std::cout << "all tests passed\n";
    return failed == 0 ? 0 : 1;
}
