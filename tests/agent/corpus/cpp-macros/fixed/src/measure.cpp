#include "measure.h"

#include <cmath>

double distance(const Point& a, const Point& b) {
    return std::sqrt(square(a.x - b.x) + square(a.y - b.y));
}

Point from_angle(double degrees, double length) {
    return {length * std::cos(to_radians(degrees)), length * std::sin(to_radians(degrees))};
}

Point along(const Point& a, const Point& b, double part) {
    const double share = clamp(part, 0.0, 1.0);
    return {a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)};
}

double circle_area(double radius) {
    return to_radians(180.0) * square(radius);
}
