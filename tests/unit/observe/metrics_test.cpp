#include "hearth/observe/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hearth::observe {
namespace {

using testing::HasSubstr;

RequestRecord record_of(std::string route, double ttft_ms) {
  RequestRecord record;
  record.route = std::move(route);
  record.scenario = "default";
  record.stop_reason = "end_turn";
  record.prompt_tokens = 100;
  record.reused_tokens = 90;
  record.computed_tokens = 10;
  record.output_tokens = 5;
  record.ttft_ms = ttft_ms;
  return record;
}

TEST(Metrics, AreSumsByRoute) {
  Metrics metrics;
  metrics.add(record_of("p,m", 60));
  metrics.add(record_of("p,m", 600));
  metrics.add(record_of("q,n", 0));
  const std::string text = metrics.text(3);
  EXPECT_THAT(text, HasSubstr("hearth_running_requests 3\n"));
  EXPECT_THAT(text, HasSubstr("hearth_requests_total{route=\"p,m\",scenario=\"default\","
                              "outcome=\"ok\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("hearth_reused_tokens_total{route=\"p,m\"} 180\n"));
  EXPECT_THAT(text, HasSubstr("hearth_output_tokens_total{route=\"q,n\"} 5\n"));
}

TEST(Metrics, TheHistogramIsCumulativeAndLeavesOutWhatHasNoFirstToken) {
  Metrics metrics;
  metrics.add(record_of("p,m", 60));
  metrics.add(record_of("p,m", 600));
  metrics.add(record_of("p,m", 1e6));
  metrics.add(record_of("p,m", 0));
  const std::string text = metrics.text(0);
  const std::string bucket = "hearth_time_to_first_token_seconds_bucket{route=\"p,m\",le=";
  EXPECT_THAT(text, HasSubstr(bucket + "\"0.05\"} 0\n"));
  EXPECT_THAT(text, HasSubstr(bucket + "\"0.1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr(bucket + "\"1\"} 2\n"));
  EXPECT_THAT(text, HasSubstr(bucket + "\"120\"} 2\n"));
  EXPECT_THAT(text, HasSubstr(bucket + "\"+Inf\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("seconds_count{route=\"p,m\"} 3\n"));
}

TEST(Metrics, ErrorsAndCancelledOnesAreTold) {
  Metrics metrics;
  RequestRecord failed = record_of("p,m", 0);
  failed.error = "it is down";
  metrics.add(failed);
  RequestRecord cancelled = record_of("p,m", 0);
  cancelled.stop_reason = "cancelled";
  metrics.add(cancelled);
  const std::string text = metrics.text(0);
  EXPECT_THAT(text, HasSubstr("outcome=\"error\"} 1"));
  EXPECT_THAT(text, HasSubstr("outcome=\"cancelled\"} 1"));
}

TEST(Metrics, LabelsAreEscaped) {
  Metrics metrics;
  metrics.add(record_of("p,a\"b\\c\nd", 0));
  EXPECT_THAT(metrics.text(0), HasSubstr(R"(route="p,a\"b\\c\nd")"));
}

}  // namespace
}  // namespace hearth::observe
