#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "hearth/base/clock.h"
#include "hearth/models/transfer_meter.h"

namespace hearth::cli {

/// Shows a fetch on standard error: on a terminal a bar in one line that is drawn again, elsewhere
/// a plain line every few seconds.
class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const models::FetchProgress& progress);
  /// Takes the bar away, so that what follows stands on a line of its own.
  void clear();

 private:
  void draw(const std::string& text, const models::FetchProgress& progress);

  bool terminal_;
  bool drawn_ = false;
  std::optional<Clock::time_point> shown_;
  std::string shown_source_;
  models::TransferMeter meter_;
};

}  // namespace hearth::cli
