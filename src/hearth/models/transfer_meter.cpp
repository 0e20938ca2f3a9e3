#include "hearth/models/transfer_meter.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>

#include "hearth/models/byte_size.h"

namespace hearth::models {
namespace {

constexpr std::chrono::seconds window{10};
constexpr std::chrono::milliseconds sample_distance{100};

std::string duration(double seconds) {
  const auto whole = std::llround(seconds);
  if (whole >= 3600)
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace

double TransferMeter::bytes_per_second(std::uint64_t done, Clock::time_point now) {
  if (!samples_.empty() && done < samples_.back().done) samples_.clear();
  if (samples_.empty() || now - samples_.back().when >= sample_distance) {
    samples_.push_back({now, done});
  }
  while (samples_.size() > 2 && now - samples_[1].when >= window) samples_.pop_front();
  const double elapsed = ms_between(samples_.front().when, now) / 1000;
  if (elapsed < 0.2) return 0;
  return static_cast<double>(done - samples_.front().done) / elapsed;
}

std::string TransferMeter::line(const FetchProgress& progress, Clock::time_point now) {
  const auto done = static_cast<double>(progress.done);
  const auto total = static_cast<double>(progress.total);
  if (progress.stage == FetchStage::verify) {
    return fmt::format("{:3.0f} %  checking the SHA-256", total > 0 ? 100 * done / total : 0);
  }
  std::string text;
  if (progress.total > 0) {
    text = fmt::format("{:3.0f} %  {} of {}", 100 * done / total, file_size_in_words(progress.done),
                       file_size_in_words(progress.total));
  } else {
    text = file_size_in_words(progress.done);
  }
  if (const double rate = bytes_per_second(progress.done, now); rate > 0) {
    text += fmt::format("  {:.1f} MB/s", rate / 1e6);
    if (total > done) text += fmt::format("  {} left", duration((total - done) / rate));
  }
  return fmt::format("{}  ({})", text, progress.source);
}

}  // namespace hearth::models
