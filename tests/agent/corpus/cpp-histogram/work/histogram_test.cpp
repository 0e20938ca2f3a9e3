#include <cstdio>
#include <string>
#include <vector>

#include "histogram.h"

static int failures = 0;

static void expect_lines(const char* name, const std::vector<std::string>& got,
                         const std::vector<std::string>& want) {
    if (got == want) return;
    ++failures;
    std::printf("FAIL %s\n", name);
    for (const auto& line : want) std::printf("  expected: %s\n", line.c_str());
    for (const auto& line : got) std::printf("  got:      %s\n", line.c_str());
}

int main() {
    const Counts counts = count_words("The cat and the dog and THE bird");
    if (counts.at("the") != 3 || counts.at("and") != 2 || counts.size() != 5) {
        std::printf("FAIL count_words\n");
        ++failures;
    }
    expect_lines("empty", draw({}, 10), {});
    expect_lines("equal counts", draw({{"a", 2}, {"b", 2}}, 3), {"a: ***", "b: ***"});
    expect_lines("half", draw({{"a", 1}, {"b", 2}}, 8), {"a: ****", "b: ********"});
    expect_lines("rounds down", draw({{"x", 3}, {"y", 2}, {"z", 1}}, 10),
                 {"x: **********", "y: ******", "z: ***"});
    if (failures == 0) std::printf("all tests passed\n");
    return failures == 0 ? 0 : 1;
}
