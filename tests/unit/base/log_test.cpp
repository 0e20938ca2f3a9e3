#include "hearth/base/log.h"

#include <gtest/gtest.h>

namespace hearth {
namespace {

TEST(Log, ALineOfJsonIsOneLineWhateverTheMessageHolds) {
  EXPECT_EQ(json_log_line(1700000000007, "warning", "a \"b\"\nc \xff"),
            "{\"time\":\"2023-11-14T22:13:20.007Z\",\"level\":\"warning\","
            "\"message\":\"a \\\"b\\\"\\nc \xEF\xBF\xBD\"}\n");
}

}  // namespace
}  // namespace hearth
