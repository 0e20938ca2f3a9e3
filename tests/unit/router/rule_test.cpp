#include "hearth/router/rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "hearth/router/glob.h"
#include "hearth/router/router.h"

namespace hearth::router {
namespace {

using testing::HasSubstr;

class Bytes : public TokenCounter {
 public:
  std::size_t count(const chat::Request& request, const Target&) const override {
    ++calls;
    return chat::text_of(request.messages.back()).size();
  }
  std::size_t upper_bound(const chat::Request& request) const override {
    return 2 * chat::text_of(request.messages.back()).size();
  }
  mutable int calls = 0;
};

Result<Config> with_rules(const std::string& rules) {
  return parse_config(
      "{Providers:[{name:'p',models:['def','a','b'],default_params:{top_k:5}}],"
      "Router:{default:'p,def',think:'p,def',rules:" +
          rules + "}}",
      "c", [](const std::string&) { return std::nullopt; });
}

chat::Request saying(std::string text = "hello", std::string model = "claude-sonnet-4") {
  chat::Request request;
  request.model = std::move(model);
  request.messages.push_back({chat::Role::system, {chat::TextBlock{"You are brief.", {}}}});
  request.messages.push_back({chat::Role::user, {chat::TextBlock{std::move(text), {}}}});
  return request;
}

Arrival arrival() {
  return {"/v1/messages",
          [](const std::string& name) { return name == "x-team" ? "kernel" : std::string(); }};
}

Decision decide(const std::string& rules, const chat::Request& request = saying()) {
  auto config = with_rules(rules);
  EXPECT_TRUE(config) << config.error().message;
  if (!config) return {};
  auto decision = Router(std::move(*config)).decide(request, arrival(), Bytes());
  EXPECT_TRUE(decision);
  return std::move(*decision);
}

/// Whether a rule with that condition takes the request.
bool takes(const std::string& when, const chat::Request& request = saying()) {
  return decide("[{when:" + when + ",route:'p,a'}]", request).destination.target.model == "a";
}

TEST(Rules, ConditionsLookAtTheRequest) {
  EXPECT_TRUE(takes("{model:'claude-*'}"));
  EXPECT_FALSE(takes("{model:['gpt-*','o?']}"));
  EXPECT_TRUE(takes("{path:'/v1/messages'}"));
  EXPECT_FALSE(takes("{path:'/v1/chat/*'}"));
  EXPECT_TRUE(takes("{header:{'X-Team':'kern*'}}"));
  EXPECT_FALSE(takes("{header:{'x-other':'*?'}}"));
  EXPECT_TRUE(takes("{message:'*ell*'}"));
  EXPECT_FALSE(takes("{message:'ell'}"));
  EXPECT_TRUE(takes("{system:'*brief*'}"));
  EXPECT_FALSE(takes("{system:'*long*'}"));
  EXPECT_TRUE(takes("{thinking:false}"));
  EXPECT_FALSE(takes("{thinking:true}"));
  EXPECT_TRUE(takes("{}"));
}

TEST(Rules, AllConditionsMustHold) {
  EXPECT_FALSE(takes("{model:'claude-*',message:'nothing'}"));
  EXPECT_FALSE(takes("{model:'claude-*',not:{message:'hel*'}}"));
  EXPECT_TRUE(takes("{model:'claude-*',not:{message:'hel*',path:'/other'}}"));
}

TEST(Rules, ToolsAreLookedUpByName) {
  chat::Request request = saying();
  chat::Tool tool;
  tool.name = "mcp__browser__click";
  request.tools.push_back(tool);
  EXPECT_TRUE(takes("{tools:'mcp__browser__*'}", request));
  EXPECT_FALSE(takes("{tools:['Read','Write']}", request));
}

TEST(Rules, TokensAreCountedOnlyWhereTheBytesDoNotDecide) {
  const chat::Request request = saying(std::string(100, 'x'));
  EXPECT_TRUE(takes("{tokens:{over:99,under:101}}", request));
  EXPECT_FALSE(takes("{tokens:{over:100}}", request));
  EXPECT_FALSE(takes("{tokens:{under:100}}", request));
  const Bytes counter;
  const Router router(with_rules("[{when:{tokens:{over:1000}},route:'p,a'}]").value());
  ASSERT_TRUE(router.decide(request, arrival(), counter));
  EXPECT_EQ(counter.calls, 0);
}

TEST(Rules, TheScenarioIsTheRequestsOwn) {
  EXPECT_TRUE(takes("{scenario:'background'}", saying("x", "claude-3-5-haiku")));
  EXPECT_FALSE(takes("{scenario:['background','image']}"));
}

TEST(Rules, TheFirstThatMatchesDecidesAndIsTold) {
  const Decision decision =
      decide("[{name:'one',when:{model:'x'},route:'p,a'},{name:'two',route:'p,b'},{route:'p,a'}]");
  EXPECT_EQ(decision.destination.target.model, "b");
  EXPECT_EQ(decision.why, "The rule \"two\" matches.");
  EXPECT_EQ(decision.considered.at(1).rule, "one");
  EXPECT_THAT(decision.considered.at(1).outcome, HasSubstr("the model is \"claude-sonnet-4\""));
}

TEST(Rules, OneWithoutARouteAddsItsParameters) {
  const Decision decision = decide(
      "[{when:{model:'claude-*'},params:{temperature:0.1,top_k:7}},{params:{temperature:0.9,min_p:"
      "0.2}}]");
  EXPECT_EQ(decision.destination.target.model, "def");
  EXPECT_EQ(decision.destination.params.sampling.temperature, 0.1);
  EXPECT_EQ(decision.destination.params.sampling.top_k, 7);
  EXPECT_EQ(decision.destination.params.sampling.min_p, 0.2);
}

TEST(Rules, ComeBeforeAnExplicitModel) {
  EXPECT_TRUE(takes("{model:'p,b'}", saying("x", "p,b")));
}

TEST(Rules, MistakesAreErrorsWithTheirPlace) {
  const auto error = [](const std::string& rules) {
    const auto config = with_rules(rules);
    return config ? "no error" : config.error().message;
  };
  EXPECT_THAT(error("[{when:{modle:'x'},route:'p,a'}]"), HasSubstr("Router.rules[0].when.modle"));
  EXPECT_THAT(error("[{when:{scenario:'thinking'},route:'p,a'}]"),
              HasSubstr("there is no scenario"));
  EXPECT_THAT(error("[{route:'p,zzz'}]"), HasSubstr("no model \"zzz\""));
  EXPECT_THAT(error("[{when:{model:'x'}}]"), HasSubstr("expected a route, params, or both"));
  EXPECT_THAT(error("[{when:{tokens:{above:3}},route:'p,a'}]"), HasSubstr("over, under"));
  EXPECT_THAT(error("[{when:{model:[3]},route:'p,a'}]"), HasSubstr("when.model[0]"));
  EXPECT_THAT(error("['x']"), HasSubstr("expected an object"));
  EXPECT_THAT(error("{}"), HasSubstr("expected an array"));
}

TEST(Fallback, IsTheScenariosOwnAndLeavesOutTheRouteItself) {
  auto config = parse_config(
      "{Providers:[{name:'p',models:['a','b','c'],default_params:{max_tokens:10}}],"
      "Router:{default:'p,a',background:'p,b'},"
      "fallback:{default:['p,a','p,b','p,c'],background:'p,c'}}",
      "c", [](const std::string&) { return std::nullopt; });
  ASSERT_TRUE(config) << config.error().message;
  const Router router(std::move(*config));
  const auto plain = router.decide(saying(), {}, Bytes());
  ASSERT_TRUE(plain);
  ASSERT_EQ(plain->fallbacks.size(), 2U);
  EXPECT_EQ(plain->fallbacks.front().target.model, "b");
  EXPECT_EQ(plain->fallbacks.front().params.max_tokens, 10);
  const auto small = router.decide(saying("x", "claude-haiku-4-5"), {}, Bytes());
  EXPECT_EQ(small->fallbacks.at(0).target.model, "c");
}

TEST(Fallback, AnUnknownScenarioIsAnError) {
  const auto config = parse_config("{fallback:{thinking:['p,a']}}", "c",
                                   [](const std::string&) { return std::nullopt; });
  ASSERT_FALSE(config);
  EXPECT_THAT(config.error().message, HasSubstr("fallback.thinking: is no scenario"));
}

TEST(Glob, StarsAndQuestionMarks) {
  EXPECT_TRUE(glob_matches("", ""));
  EXPECT_TRUE(glob_matches("*", ""));
  EXPECT_TRUE(glob_matches("a*b*c", "a--b--b--c"));
  EXPECT_FALSE(glob_matches("a*b*c", "a--c--b"));
  EXPECT_TRUE(glob_matches("?b", "ab"));
  EXPECT_FALSE(glob_matches("?", ""));
  EXPECT_FALSE(glob_matches("ab", "abc"));
  // Not exponential.
  EXPECT_FALSE(glob_matches("*a*a*a*a*a*a*a*a*b", std::string(2000, 'a')));
}

}  // namespace
}  // namespace hearth::router
