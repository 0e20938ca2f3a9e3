#pragma once

#include <cstddef>
#include <stdexcept>

// A stack of numbers that grows as needed.
class IntStack {
public:
    IntStack() : data_(new int[4]), size_(0), capacity_(4) {}

    IntStack(const IntStack& other)
        : data_(new int[other.capacity_]), size_(other.size_), capacity_(other.capacity_) {
        for (std::size_t i = 0; i < size_; ++i) data_[i] = other.data_[i];
    }

    IntStack& operator=(const IntStack& other) {
        if (this == &other) return *this;
        int* data = new int[other.capacity_];
        for (std::size_t i = 0; i < other.size_; ++i) data[i] = other.data_[i];
        delete[] data_;
        data_ = data;
        size_ = other.size_;
        capacity_ = other.capacity_;
        return *this;
    }

    ~IntStack() { delete[] data_; }

    void push(int value) {
        if (size_ == capacity_) grow();
        data_[size_++] = value;
    }

    // Removes the number that was pushed last and returns it.
    int pop() {
        if (size_ == 0) throw std::out_of_range("the stack is empty");
        return data_[--size_];
    }

    int top() const {
        if (size_ == 0) throw std::out_of_range("the stack is empty");
        return data_[size_ - 1];
    }

    // The number that lies `depth` below the top.
    int peek(std::size_t depth) const {
        if (depth >= size_) throw std::out_of_range("the stack is not that deep");
        return data_[size_ - 1 - depth];
    }

    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    void clear() { size_ = 0; }

private:
    void grow() {
        capacity_ *= 2;
        int* data = new int[capacity_];
        for (std::size_t i = 0; i < size_; ++i) data[i] = data_[i];
        delete[] data_;
        data_ = data;
    }

    int* data_;
    std::size_t size_;
    std::size_t capacity_;
};
