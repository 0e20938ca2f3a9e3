#include "measure.h"

#include <cmath>

double distance(const Point& a, const Point& b) {
    return std::sqrt(SQUARE(a.x - b.x) + SQUARE(a.y - b.y));
}

Point from_angle(double degrees, double length) {
    return {length * std::cos(TO_RADIANS(degrees)), length * std::sin(TO_RADIANS(degrees))};
}

Point along(const Point& a, const Point& b, double part) {
    const double share = CLAMP(part, 0.0, 1.0);
    return {a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)};
}

double circle_area(double radius) {
    return TO_RADIANS(180.0) * SQUARE(radius);
}
