#pragma once

#include <array>
#include <cassert>
#include <cstddef>

template <typename T, std::size_t Rows, std::size_t Cols>
class Matrix {
 public:
  Matrix() { data_.fill(T{}); }

  static Matrix identity() {
    static_assert(Rows == Cols, "identity needs a square matrix");
    Matrix m;
    for (std::size_t i = 0; i < Rows; ++i) {
      m(i, i) = T{1};
    }
    return m;
  }

  T& operator()(std::size_t r, std::size_t c) {
    assert(r < Rows && c < Cols);
    return data_[r * Cols + c];
  }

  const T& operator()(std::size_t r, std::size_t c) const {
    assert(r < Rows && c < Cols);
    return data_[r * Cols + c];
  }

  Matrix& operator+=(const Matrix& other) {
    for (std::size_t i = 0; i < Rows * Cols; ++i) {
      data_[i] += other.data_[i];
    }
    return *this;
  }

  Matrix& operator-=(const Matrix& other) {
    for (std::size_t i = 0; i < Rows * Cols; ++i) {
      data_[i] -= other.data_[i];
    }
    return *this;
  }

  Matrix& operator*=(T factor) {
    for (std::size_t i = 0; i < Rows * Cols; ++i) {
      data_[i] *= factor;
    }
    return *this;
  }

  Matrix<T, Cols, Rows> transposed() const {
    Matrix<T, Cols, Rows> result;
    for (std::size_t r = 0; r < Rows; ++r) {
      for (std::size_t c = 0; c < Cols; ++c) {
        result(c, r) = (*this)(r, c);
      }
    }
    return result;
  }

  T trace() const {
    static_assert(Rows == Cols, "trace needs a square matrix");
    T sum{};
    for (std::size_t i = 0; i < Rows; ++i) {
      sum += (*this)(i, i);
    }
    return sum;
  }

 private:
  std::array<T, Rows * Cols> data_;
};

template <typename T, std::size_t N, std::size_t K, std::size_t M>
Matrix<T, N, M> operator*(const Matrix<T, N, K>& a, const Matrix<T, K, M>& b) {
  Matrix<T, N, M> out;
  for (std::size_t i = 0; i < N; ++i) {
    for (std::size_t j = 0; j < M; ++j) {
      T sum{};
      for (std::size_t k = 0; k < K; ++k) {
        sum += a(i, k) * b(k, j);
      }
      out(i, j) = sum;
    }
  }
  return out;
}
