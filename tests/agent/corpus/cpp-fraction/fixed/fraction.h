#pragma once

#include <numeric>
#include <ostream>
#include <stdexcept>

// A rational number in lowest terms, its denominator positive.
class Fraction {
public:
    Fraction(long long numerator = 0, long long denominator = 1) {
        if (denominator == 0) throw std::invalid_argument("a fraction's denominator is 0");
        const long long sign = denominator < 0 ? -1 : 1;
        const long long divisor = sign * std::gcd(numerator, denominator);
        numerator_ = numerator / divisor;
        denominator_ = denominator / divisor;
    }

    long long numerator() const { return numerator_; }
    long long denominator() const { return denominator_; }

private:
    long long numerator_;
    long long denominator_;
};

inline Fraction operator+(const Fraction& a, const Fraction& b) {
    return {a.numerator() * b.denominator() + b.numerator() * a.denominator(),
            a.denominator() * b.denominator()};
}

inline Fraction operator-(const Fraction& a, const Fraction& b) {
    return {a.numerator() * b.denominator() - b.numerator() * a.denominator(),
            a.denominator() * b.denominator()};
}

inline Fraction operator*(const Fraction& a, const Fraction& b) {
    return {a.numerator() * b.numerator(), a.denominator() * b.denominator()};
}

inline Fraction operator/(const Fraction& a, const Fraction& b) {
    return {a.numerator() * b.denominator(), a.denominator() * b.numerator()};
}

inline bool operator==(const Fraction& a, const Fraction& b) {
    return a.numerator() == b.numerator() && a.denominator() == b.denominator();
}

inline bool operator!=(const Fraction& a, const Fraction& b) { return !(a == b); }

inline bool operator<(const Fraction& a, const Fraction& b) {
    return a.numerator() * b.denominator() < b.numerator() * a.denominator();
}

inline std::ostream& operator<<(std::ostream& out, const Fraction& fraction) {
    out << fraction.numerator();
    if (fraction.denominator() != 1) out << '/' << fraction.denominator();
    return out;
}
