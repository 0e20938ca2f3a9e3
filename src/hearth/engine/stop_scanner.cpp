#include "hearth/engine/stop_scanner.h"

#include <algorithm>

#include "hearth/base/utf8.h"

namespace hearth::engine {
namespace {

/// Length of the longest end of `text` that is a proper beginning of `stop`.
std::size_t begun(std::string_view text, std::string_view stop) {
  for (std::size_t n = std::min(text.size(), stop.size() - 1); n > 0; --n) {
    if (text.ends_with(stop.substr(0, n))) return n;
  }
  return 0;
}

}  // namespace

std::string StopScanner::feed(std::string_view bytes) {
  if (found_) return {};
  held_ += bytes;
  std::size_t first = std::string::npos;
  for (const std::string& stop : stops_) {
    if (stop.empty()) continue;
    const std::size_t at = held_.find(stop);
    if (at < first) {
      first = at;
      found_ = stop;
    }
  }
  if (found_) {
    std::string out = to_valid_utf8(std::string_view(held_).substr(0, first));
    held_.clear();
    return out;
  }
  std::size_t keep = incomplete_utf8_tail(held_);
  for (const std::string& stop : stops_) {
    if (!stop.empty()) keep = std::max(keep, begun(held_, stop));
  }
  std::string out = to_valid_utf8(std::string_view(held_).substr(0, held_.size() - keep));
  held_.erase(0, held_.size() - keep);
  return out;
}

std::string StopScanner::flush() {
  std::string out = to_valid_utf8(held_);
  held_.clear();
  return out;
}

}  // namespace hearth::engine
