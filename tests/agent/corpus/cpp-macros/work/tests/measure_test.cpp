#include "measure.h"

#include <cmath>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

static int failed = 0;

static void check_near(double value, double expected, const std::string& what) {
    if (std::fabs(value - expected) < 1e-9) return;
    std::cout << "failed: " << what << " is " << value << ", expected " << expected << "\n";
    ++failed;
}

static std::string read(const std::string& name) {
    std::ifstream file(name);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

static void check_has(const std::string& name, const std::string& part, bool wanted) {
    if ((read(name).find(part) != std::string::npos) == wanted) return;
    std::cout << "failed: " << name << (wanted ? " should contain " : " should not contain ")
              << part << "\n";
    ++failed;
}

int main() {
    check_near(distance({0, 0}, {3, 4}), 5, "distance to (3, 4)");
    check_near(distance({1, 1}, {1, 1}), 0, "distance to itself");
    check_near(from_angle(0, 2).x, 2, "x at 0 degrees");
    check_near(from_angle(90, 2).y, 2, "y at 90 degrees");
    check_near(from_angle(180, 1).x, -1, "x at 180 degrees");
    check_near(along({0, 0}, {10, 20}, 0.25).x, 2.5, "x along a quarter");
    check_near(along({0, 0}, {10, 20}, 7).y, 20, "y beyond the end");
    check_near(along({0, 0}, {10, 20}, -1).y, 0, "y before the begin");
    check_near(circle_area(2), 12.566370614359172, "area of a circle");

    for (const char* name : {"src/measure.h", "src/measure.cpp"}) {
        check_has(name, "#define", false);
        check_has(name, "SQUARE", false);
        check_has(name, "CLAMP", false);
        check_has(name, "TO_RADIANS", false);
    }
    check_has("src/measure.h", "double square(", true);
    check_has("src/measure.h", "double clamp(", true);
    check_has("src/measure.h", "double to_radians(", true);
    check_has("src/measure.cpp", "square(", true);
    check_has("src/measure.cpp", "clamp(", true);
    check_has("src/measure.cpp", "to_radians(", true);

    if (failed == 0) std::cout << "all tests passed\n";
    return failed == 0 ? 0 : 1;
}
