#include <iostream>

#include "date.h"

static int failed = 0;

#define CHECK_EQUAL(expression, expected)                                            \
    do {                                                                             \
        const int value = (expression);                                              \
        if (value != (expected)) {                                                   \
            std::cout << __FILE__ << ":" << __LINE__ << ": " #expression " is "      \
                      << value << ", expected " << (expected) << "\n";               \
            ++failed;                                                                \
        }                                                                            \
    } while (false)

int main() {
    CHECK_EQUAL(is_leap(2023), 0);
    CHECK_EQUAL(is_leap(2024), 1);
    CHECK_EQUAL(is_leap(1900), 0);
    CHECK_EQUAL(is_leap(2000), 1);
    CHECK_EQUAL(days_in_month(2000, 2), 29);
    CHECK_EQUAL(days_in_month(2023, 12), 31);

    CHECK_EQUAL(day_of_year({2023, 1, 1}), 1);
    CHECK_EQUAL(day_of_year({2023, 3, 1}), 60);
    CHECK_EQUAL(day_of_year({2024, 3, 1}), 61);
    CHECK_EQUAL(day_of_year({2023, 12, 31}), 365);

    CHECK_EQUAL(days_between({2023, 5, 10}, {2023, 5, 10}), 0);
    CHECK_EQUAL(days_between({2023, 12, 31}, {2024, 1, 1}), 1);
    CHECK_EQUAL(days_between({2000, 1, 1}, {2001, 1, 1}), 366);
    CHECK_EQUAL(days_between({2024, 2, 1}, {2023, 2, 1}), -365);

    if (failed == 0) std::cout << "ok\n";
    return failed == 0 ? 0 : 1;
}
