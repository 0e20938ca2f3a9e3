#undef NDEBUG
#include <cassert>
#include <cstdio>
#include <vector>

#include "heap.h"

static std::vector<int> sorted_by_heap(const std::vector<int>& values) {
    MinHeap heap;
    for (int v : values) heap.push(v);
    std::vector<int> out;
    while (!heap.empty()) out.push_back(heap.pop());
    return out;
}

int main() {
    MinHeap heap;
    assert(heap.empty());
    bool thrown = false;
    try {
        heap.pop();
    } catch (const std::out_of_range&) {
        thrown = true;
    }
    assert(thrown);

    assert(sorted_by_heap({5}) == (std::vector<int>{5}));
    assert(sorted_by_heap({2, 1}) == (std::vector<int>{1, 2}));
    assert(sorted_by_heap({9, 3, 7, 1, 8, 2}) == (std::vector<int>{1, 2, 3, 7, 8, 9}));
    assert(sorted_by_heap({4, 4, 1, 1, 3}) == (std::vector<int>{1, 1, 3, 4, 4}));
    assert(sorted_by_heap({1, 2, 3, 4, 5, 6, 7}) == (std::vector<int>{1, 2, 3, 4, 5, 6, 7}));

    std::puts("ok");
}
