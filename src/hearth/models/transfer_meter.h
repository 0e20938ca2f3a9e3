#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "hearth/base/clock.h"
#include "hearth/models/transfer.h"

namespace hearth::models {

/// Turns the progress of one fetch into a line for people:
/// "42 %  470 MB of 1.1 GB  35.2 MB/s  0:18 left  (example.org)". The rate is that of the last
/// seconds, so it does not count what an earlier run had fetched.
class TransferMeter {
 public:
  std::string line(const FetchProgress& progress, Clock::time_point now);

 private:
  struct Sample {
    Clock::time_point when;
    std::uint64_t done;
  };
  double bytes_per_second(std::uint64_t done, Clock::time_point now);

  std::deque<Sample> samples_;
};

}  // namespace hearth::models
