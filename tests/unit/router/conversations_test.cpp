#include "hearth/router/conversations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "hearth/router/router.h"

namespace hearth::router {
namespace {

using testing::HasSubstr;

constexpr double limit = 20;

/// A route that reads 1,000 tokens and writes 10 in a second.
RouteUse slow(int prompt, int computed) {
  return {"p,slow", prompt, computed, 100, computed / 1000.0, 10};
}

/// One that reads 100 and writes 20.
RouteUse fast_writer(int prompt, int computed) {
  return {"p,writer", prompt, computed, 100, computed / 100.0, 5};
}

TEST(Conversations, NothingIsWeighedBeforeTheRatesAreKnown) {
  Conversations conversations;
  EXPECT_FALSE(conversations.weigh("c", 1000, "p,writer", limit));
  conversations.ended("c", 40000, slow(10000, 10000));
  EXPECT_FALSE(conversations.weigh("c", 40000, "p,writer", limit));
  conversations.ended("d", 4000, fast_writer(1000, 1000));
  EXPECT_TRUE(conversations.weigh("c", 40000, "p,writer", limit));
  EXPECT_FALSE(conversations.weigh("c", 40000, "p,slow", limit)) << "it is there already";
}

TEST(Conversations, ReadingAndWritingAreSeconds) {
  Conversations conversations;
  conversations.ended("d", 4000, fast_writer(1000, 1000));
  conversations.ended("c", 40000, slow(10000, 10000));
  // A tenth more text: 11,000 tokens there, 1,000 here; 100 tokens are written in 5 s, not in 10.
  const auto weighed = conversations.weigh("c", 44000, "p,writer", limit);
  ASSERT_TRUE(weighed);
  EXPECT_NEAR(weighed->lost, 110 - 1, 0.1);
  EXPECT_NEAR(weighed->gained, 5, 0.1);
  EXPECT_TRUE(weighed->stays);
  EXPECT_EQ(weighed->from, "p,slow");
}

TEST(Conversations, WhatTheOtherRouteHasReadCounts) {
  Conversations conversations;
  conversations.ended("c", 36000, fast_writer(9000, 9000));
  conversations.ended("c", 40000, slow(10000, 10000));
  const auto weighed = conversations.weigh("c", 40000, "p,writer", limit);
  ASSERT_TRUE(weighed);
  EXPECT_NEAR(weighed->lost, 10, 0.1);
  EXPECT_FALSE(weighed->stays);
}

TEST(Conversations, OnceItHasStayedItTakesLessToStay) {
  Conversations conversations;
  conversations.ended("d", 4000, fast_writer(1000, 1000));
  conversations.ended("c", 8000, slow(2000, 2000));
  // 15 seconds on balance: under the limit, over half of it.
  EXPECT_FALSE(conversations.weigh("c", 8000, "p,writer", limit)->stays);
  EXPECT_TRUE(conversations.weigh("c", 8000, "p,writer", 10)->stays);
  EXPECT_TRUE(conversations.weigh("c", 8000, "p,writer", limit)->stays);
}

TEST(Conversations, TheOldestAreForgotten) {
  Conversations conversations;
  conversations.ended("d", 4000, fast_writer(1000, 1000));
  for (std::size_t i = 0; i < Conversations::most; ++i) {
    conversations.ended(std::to_string(i), 4000, slow(1000, 1000));
  }
  EXPECT_TRUE(conversations.weigh("0", 4000, "p,writer", limit));
  conversations.ended("more", 4000, slow(1000, 1000));
  EXPECT_FALSE(conversations.weigh("0", 4000, "p,writer", limit));
}

class Counter : public TokenCounter {
  std::size_t count(const chat::Request&, const Target&) const override { return 10; }
};

chat::Request asked(bool thinks, std::string session = "s") {
  chat::Request request;
  request.model = "claude-sonnet-4-5";
  request.session = std::move(session);
  request.messages.push_back({chat::Role::user, {chat::TextBlock{"hello", {}}}});
  if (thinks) request.thinking.mode = chat::Thinking::Mode::enabled;
  return request;
}

Config config_with(const std::string& more = "") {
  return parse_config(
             "{Providers:[{name:'p',models:['slow','writer']}],"
             "Router:{default:'p,slow',think:'p,writer'" +
                 more + "}}",
             "c", [](const std::string&) { return std::nullopt; })
      .value();
}

/// A conversation of 10,000 tokens on the default route, and a request of it that thinks.
Result<Decision> thinks_in_mid_conversation(const Router& router) {
  const Counter counter;
  router.learn("other", 4000, fast_writer(1000, 1000));
  const auto first = router.decide(asked(false), {}, counter);
  router.learn(first->conversation, first->bytes, slow(10000, 10000));
  return router.decide(asked(true), {}, counter);
}

TEST(Sticky, AConversationStaysWhereAChangeCostsTooMuchAndSaysSo) {
  const Router router(config_with());
  const auto decision = thinks_in_mid_conversation(router);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->scenario, Scenario::think);
  EXPECT_EQ(to_string(decision->destination.target), "p,slow");
  EXPECT_THAT(decision->why, HasSubstr("stays on its route"));
  EXPECT_EQ(decision->considered.back().rule, "sticky");
  EXPECT_THAT(decision->considered.back().outcome, HasSubstr("loses 100.0 s of reading"));
}

TEST(Sticky, AnotherConversationOfTheSessionGoesWhereTheRulesSay) {
  const Router router(config_with());
  ASSERT_TRUE(thinks_in_mid_conversation(router));
  chat::Request other = asked(true);
  other.messages.front().content = {chat::TextBlock{"a subagent's task", {}}};
  EXPECT_EQ(router.decide(other, {}, Counter())->destination.target.model, "writer");
}

TEST(Sticky, CanBeSwitchedOffAndItsLimitBeSet) {
  for (const char* more : {",stickByCache:false", ",maxSwitchSeconds:1000"}) {
    const Router router(config_with(more));
    EXPECT_EQ(thinks_in_mid_conversation(router)->destination.target.model, "writer") << more;
  }
}

}  // namespace
}  // namespace hearth::router
