#include "hearth/router/token_estimate.h"

#include <gtest/gtest.h>

#include <string>

#include "hearth/router/router.h"

namespace hearth::router {
namespace {

class BytesCounter final : public TokenCounter {
 public:
  [[nodiscard]] std::size_t count(const chat::Request& request, const Target&) const override {
    return estimated_tokens(request);
  }
};

chat::Request with_tools(int n_tools, bool deferred) {
  chat::Request request;
  request.messages.push_back({chat::Role::user, {chat::TextBlock{std::string(700, 'x'), {}}}});
  for (int i = 0; i < n_tools; ++i) {
    chat::Tool tool;
    tool.name = "tool_" + std::to_string(i);
    tool.description = std::string(2000, 'd');
    tool.input_schema = {{"type", "object"}};
    tool.defer_loading = deferred;
    request.tools.push_back(std::move(tool));
  }
  return request;
}

TEST(TokenEstimate, CountsWhatAModelIsShown) {
  const std::size_t bare = estimated_tokens(with_tools(0, false));
  EXPECT_NEAR(static_cast<double>(bare), 205, 10);
  // 12 tools of about 2050 bytes.
  EXPECT_NEAR(static_cast<double>(estimated_tokens(with_tools(12, false)) - bare), 7030, 150);
  EXPECT_EQ(estimated_tokens(with_tools(12, true)), bare) << "they are not shown yet";
  chat::Request found = with_tools(12, true);
  found.messages[0].content.emplace_back(chat::ToolReferenceBlock{"tool_3"});
  EXPECT_GT(estimated_tokens(found), bare + 500);
}

TEST(TokenEstimate, AnImageIsNotItsBytes) {
  chat::Request request = with_tools(0, false);
  const std::size_t bare = estimated_tokens(request);
  request.messages[0].content.emplace_back(
      chat::ImageBlock{"image/png", std::string(1 << 20, 'A'), {}, {}});
  EXPECT_LT(estimated_tokens(request), bare + 2000);
}

TEST(TokenEstimate, IsNeverAboveTheBound) {
  const BytesCounter counter;
  for (const int n_tools : {0, 1, 40}) {
    const chat::Request request = with_tools(n_tools, false);
    EXPECT_LE(estimated_tokens(request), counter.upper_bound(request));
  }
}

}  // namespace
}  // namespace hearth::router
