#include <cstddef>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <vector>

namespace audio {

template <typename T>
class RingBuffer {
public:
    explicit RingBuffer(std::size_t capacity)
        : data_(capacity), head_(0), tail_(0), size_(0) {
        if (capacity == 0) {
            throw std::invalid_argument("capacity must not be zero");
        }
    }

    bool push(const T& value) {
        std::lock_guard<std::mutex> lock(mutex_);
        if (size_ == data_.size()) {
            return false;
        }
        data_[tail_] = value;
        tail_ = (tail_ + 1) % data_.size();
        ++size_;
        return true;
    }

    void push_overwrite(const T& value) {
        std::lock_guard<std::mutex> lock(mutex_);
        if (size_ == data_.size()) {
            head_ = (head_ + 1) % data_.size();
            --size_;
        }
        data_[tail_] = value;
        tail_ = (tail_ + 1) % data_.size();
        ++size_;
    }

    std::optional<T> pop() {
        std::lock_guard<std::mutex> lock(mutex_);
        if (size_ == 0) {
            return std::nullopt;
        }
        T value = data_[head_];
        head_ = (head_ + 1) % data_.size();
        --size_;
        return value;
    }

    std::size_t size() const {
        std::lock_guard<std::mutex> lock(mutex_);
        return size_;
    }

    std::size_t capacity() const {
        return data_.size();
    }

    bool empty() const {
        return size() == 0;
    }

    void clear() {
        std::lock_guard<std::mutex> lock(mutex_);
        head_ = 0;
        tail_ = 0;
        size_ = 0;
    }

private:
    std::vector<T> data_;
    std::size_t head_;
    std::size_t tail_;
    std::size_t size_;
    mutable std::mutex mutex_;
};

double mean(RingBuffer<double>& buffer) {
    double sum   = 0.0;
    int    count = 0;
    while (auto value = buffer.pop()) {
        sum += *value;
        ++count;
    }
    return count > 0 ? sum / count : 0.0;
}

}  // namespace audio
