#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include "hearth/observe/request_record.h"

namespace hearth::observe {

/// Sums over the requests since the server began, as Prometheus collects them. Thread-safe.
class Metrics {
 public:
  void add(const RequestRecord& record);

  /// In Prometheus' text format 0.0.4. `n_running`: answers under way.
  [[nodiscard]] std::string text(int n_running) const;

 private:
  /// Upper bounds in seconds; a last bucket holds everything.
  static constexpr std::array first_token_bounds{0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
                                                 5.0,  10., 30.,  60., 120.};

  struct Sums {
    std::int64_t prompt_tokens = 0;
    std::int64_t reused_tokens = 0;
    std::int64_t computed_tokens = 0;
    std::int64_t output_tokens = 0;
    std::array<std::int64_t, first_token_bounds.size() + 1> first_token_counts{};
    double first_token_seconds = 0;
  };
  using RequestKey =
      std::tuple<std::string, std::string, std::string>;  ///< route, scenario, outcome

  mutable std::mutex mutex_;
  std::map<RequestKey, std::int64_t> requests_;
  std::map<std::string, Sums> by_route_;
};

}  // namespace hearth::observe
