#include "hearth/models/transfer_meter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hearth::models {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t mb = 1'000'000;

FetchProgress at(std::uint64_t done, std::uint64_t total = 1000 * mb) {
  return {FetchStage::download, "example.org", done, total, ""};
}

TEST(TransferMeter, TellsRateAndTimeLeft) {
  TransferMeter meter;
  const auto start = Clock::now();
  EXPECT_THAT(meter.line(at(500 * mb), start),
              AllOf(HasSubstr("50 %"), HasSubstr("500 MB of 1.0 GB"), Not(HasSubstr("left"))));
  const auto line = meter.line(at(510 * mb), start + std::chrono::seconds(1));
  EXPECT_THAT(line,
              AllOf(HasSubstr("10.0 MB/s"), HasSubstr("0:49 left"), HasSubstr("example.org")));
}

TEST(TransferMeter, TheRateIsThatOfTheLastSeconds) {
  TransferMeter meter;
  const auto start = Clock::now();
  std::string line;
  for (int second = 0; second <= 60; ++second) {
    const std::uint64_t done = second < 30 ? 0 : static_cast<std::uint64_t>(second - 30) * 2 * mb;
    line = meter.line(at(done), start + std::chrono::seconds(second));
  }
  EXPECT_THAT(line, HasSubstr("2.0 MB/s"));
}

TEST(TransferMeter, SurvivesAFetchThatBeginsAgain) {
  TransferMeter meter;
  const auto start = Clock::now();
  meter.line(at(500 * mb), start);
  EXPECT_THAT(meter.line(at(1 * mb), start + std::chrono::seconds(1)), Not(HasSubstr("MB/s")));
}

TEST(TransferMeter, WithoutATotalThereIsNoPercentage) {
  TransferMeter meter;
  EXPECT_THAT(meter.line(at(5 * mb, 0), Clock::now()), Not(HasSubstr("%")));
}

}  // namespace
}  // namespace hearth::models
