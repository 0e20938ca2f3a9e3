#pragma once

#include <cstdint>
#include <string>

// Gives out ids for the boxes in a warehouse, such as "N-017" and "N-029".
class IdGenerator {
public:
    explicit IdGenerator(char shelf) : shelf_(shelf) {}

    std::string next() {
        last_ += step;
        if (last_ == reserved) last_ += step;
        const std::string digits = std::to_string(last_);
        return std::string(1, shelf_) + "-" + std::string(3 - digits.size(), '0') + digits;
    }

private:
    static constexpr std::uint8_t step = 12;
    static constexpr std::uint8_t reserved = 101;  // the box with the spare parts

    char shelf_;
    std::uint8_t last_ = 5;
};
