#pragma once

#include <cstddef>
#include <stdexcept>
#include <vector>

// A stack of numbers that grows as needed.
class IntStack {
public:
    void push(int value) { data_.push_back(value); }

    // Removes the number that was pushed last and returns it.
    int pop() {
        const int value = top();
        data_.pop_back();
        return value;
    }

    int top() const {
        if (data_.empty()) throw std::out_of_range("the stack is empty");
        return data_.back();
    }

    // The number that lies `depth` below the top.
    int peek(std::size_t depth) const {
        if (depth >= data_.size()) throw std::out_of_range("the stack is not that deep");
        return data_[data_.size() - 1 - depth];
    }

    std::size_t size() const { return data_.size(); }
    bool empty() const { return data_.empty(); }
    void clear() { data_.clear(); }

private:
    std::vector<int> data_;
};
