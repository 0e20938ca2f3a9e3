#pragma once

#include <cstddef>
#include <stdexcept>
#include <utility>
#include <vector>

// A priority queue: pop() returns the smallest value.
class MinHeap {
public:
    bool empty() const { return items_.empty(); }
    std::size_t size() const { return items_.size(); }

    void push(int value) {
        items_.push_back(value);
        std::size_t i = items_.size() - 1;
        while (i > 0 && items_[i] < items_[(i - 1) / 2]) {
            std::swap(items_[i], items_[(i - 1) / 2]);
            i = (i - 1) / 2;
        }
    }

    int pop() {
        if (items_.empty()) throw std::out_of_range("heap is empty");
        const int top = items_.front();
        items_.front() = items_.back();
        items_.pop_back();
        std::size_t i = 0;
        while (true) {
            const std::size_t left = 2 * i + 1;
            const std::size_t right = 2 * i + 2;
            std::size_t smallest = i;
            if (left < items_.size() && items_[left] < items_[smallest]) smallest = left;
            if (right < items_.size() && items_[right] < items_[i]) smallest = right;
            if (smallest == i) break;
            std::swap(items_[i], items_[smallest]);
            i = smallest;
        }
        return top;
    }

private:
    std::vector<int> items_;
};
