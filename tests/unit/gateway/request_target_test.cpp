#include "hearth/gateway/request_target.h"

#include <gtest/gtest.h>

namespace hearth::gateway {
namespace {

TEST(RequestTarget, EscapesOfAPathAreUndone) {
  EXPECT_EQ(path_of_target("/v1/models/openai%2Fgpt-oss-20b?limit=1").value(),
            "/v1/models/openai/gpt-oss-20b");
  EXPECT_EQ(path_of_target("/a%20b%c3%A4").value(), "/a b\xc3\xa4");
  EXPECT_EQ(path_of_target("/v1/messages?x=%zz").value(), "/v1/messages");
}

TEST(RequestTarget, ABrokenEscapeIsAnError) {
  for (const char* target : {"/a%", "/a%2", "/a%zz", "/a%-1", "/a%00b", "/a%0d%0ax: y", "/a%ff"}) {
    const auto path = path_of_target(target);
    ASSERT_FALSE(path) << target;
    EXPECT_EQ(path.error().kind, ErrorKind::invalid_request);
  }
}

TEST(RequestTarget, ParametersAreReadByName) {
  const char* target = "/v1/models?beta=true&after_id=a%2Cb&limit=20&empty=&bad=%0a";
  EXPECT_EQ(query_value(target, "limit"), "20");
  EXPECT_EQ(query_value(target, "after_id"), "a,b");
  EXPECT_EQ(query_value(target, "empty"), "");
  EXPECT_EQ(query_value(target, "bad"), "");
  EXPECT_EQ(query_value(target, "mit"), "");
  EXPECT_EQ(query_value("/v1/models", "limit"), "");
}

}  // namespace
}  // namespace hearth::gateway
