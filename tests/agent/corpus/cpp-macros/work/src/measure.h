#pragma once

#define SQUARE(x) ((x) * (x))
#define CLAMP(x, low, high) ((x) < (low) ? (low) : (x) > (high) ? (high) : (x))
#define TO_RADIANS(degrees) ((degrees) * 3.14159265358979323846 / 180.0)

struct Point {
    double x;
    double y;
};

double distance(const Point& a, const Point& b);

// The point at this distance from the origin; 0 degrees is to the right, 90 degrees up.
Point from_angle(double degrees, double length);

// The part of the way from a to b: 0 is a, 1 is b. What is beyond these counts as the nearer one.
Point along(const Point& a, const Point& b, double part);

double circle_area(double radius);
