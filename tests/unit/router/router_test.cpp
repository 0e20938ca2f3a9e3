#include "hearth/router/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace hearth::router {
namespace {

using testing::HasSubstr;

class FixedCounter : public TokenCounter {
 public:
  explicit FixedCounter(std::size_t tokens) : tokens_(tokens) {}
  std::size_t count(const chat::Request&, const Target&) const override {
    ++calls;
    return tokens_;
  }
  std::size_t upper_bound(const chat::Request&) const override { return tokens_ * 4; }
  mutable int calls = 0;

 private:
  std::size_t tokens_;
};

Config config_with_all_routes() {
  return parse_config(
             R"({Providers:[{name:'p',models:['def','bg','th','long','web','img','sub']},
                            {name:'q',models:['def']}],
                 Router:{default:'p,def',background:'p,bg',think:'p,th',longContext:'p,long',
                         webSearch:'p,web',image:'p,img'}})",
             "test", [](const std::string&) { return std::nullopt; })
      .value();
}

chat::Message user(std::string text) {
  return {chat::Role::user, {chat::TextBlock{std::move(text), {}}}};
}

chat::Request request_for(std::string model = "claude-sonnet-4") {
  chat::Request request;
  request.model = std::move(model);
  request.messages.push_back(user("hello"));
  return request;
}

void add_web_search(chat::Request& request) {
  chat::Tool tool;
  tool.name = "web_search";
  tool.type = "web_search_20250305";
  request.tools.push_back(tool);
}

void add_image(chat::Request& request) {
  request.messages.back().content.emplace_back(chat::ImageBlock{"image/png", "AA==", "", {}});
}

std::string route(const chat::Request& request, std::size_t tokens = 100) {
  Router router(config_with_all_routes());
  const auto decision = router.decide(request, {}, FixedCounter(tokens));
  if (!decision) return decision.error().message;
  return std::string(to_string(decision->scenario)) + " " + decision->destination.target.model;
}

TEST(Router, FollowsTheClassicRulesInTheirOrder) {
  chat::Request request = request_for("claude-3-5-haiku-20241022");
  request.thinking.mode = chat::Thinking::Mode::enabled;
  add_web_search(request);
  request.messages[0] = user("<CCR-SUBAGENT-MODEL>p,sub</CCR-SUBAGENT-MODEL>hi");
  add_image(request);
  EXPECT_EQ(route(request, 70000), "image img");
  request.messages[0].content.pop_back();
  request.model = "q,def";
  EXPECT_EQ(route(request, 70000), "default def");
  request.model = "claude-3-5-haiku-20241022";
  EXPECT_EQ(route(request, 70000), "longContext long");
  EXPECT_EQ(route(request), "default sub");
  request.messages[0] = user("hi");
  EXPECT_EQ(route(request), "background bg");
  request.model = "claude-sonnet-4";
  EXPECT_EQ(route(request), "webSearch web");
  request.tools.clear();
  EXPECT_EQ(route(request), "think th");
  request.thinking.mode = chat::Thinking::Mode::unset;
  EXPECT_EQ(route(request), "default def");
}

TEST(Router, ThinkingDisabledIsNotThink) {
  chat::Request request = request_for();
  request.thinking.mode = chat::Thinking::Mode::disabled;
  EXPECT_EQ(route(request), "default def");
  request.thinking.mode = chat::Thinking::Mode::adaptive;
  EXPECT_EQ(route(request), "think th");
}

TEST(Router, AnImageInAnEarlierMessageOrOnlyAnAssistantsDoesNotCount) {
  chat::Request request = request_for();
  add_image(request);
  request.messages.push_back(user("and now?"));
  EXPECT_EQ(route(request), "default def");
}

TEST(Router, AnImageInAToolResultCounts) {
  chat::Request request = request_for();
  chat::ToolResultBlock result;
  result.content.emplace_back(chat::ImageBlock{"image/png", "AA==", "", {}});
  request.messages.back().content.emplace_back(result);
  EXPECT_EQ(route(request), "image img");
}

TEST(Router, ExactlyTheThresholdIsNotLong) {
  EXPECT_EQ(route(request_for(), 60000), "default def");
  EXPECT_EQ(route(request_for(), 60001), "longContext long");
}

TEST(Router, TokensAreCountedOnlyWhenTheBytesDoNotDecide) {
  Router router(config_with_all_routes());
  const FixedCounter small(15000);
  ASSERT_TRUE(router.decide(request_for(), {}, small));
  EXPECT_EQ(small.calls, 0);
  const FixedCounter unsure(15001);
  ASSERT_TRUE(router.decide(request_for(), {}, unsure));
  EXPECT_EQ(unsure.calls, 1);
}

TEST(Router, ALongSessionStaysLongWhileItIsOver20000) {
  Router router(config_with_all_routes());
  chat::Request request = request_for();
  request.session = "s";
  const auto scenario = [&](std::size_t tokens) {
    return router.decide(request, {}, FixedCounter(tokens))->scenario;
  };
  EXPECT_EQ(scenario(30000), Scenario::default_);
  EXPECT_EQ(scenario(70000), Scenario::long_context);
  EXPECT_EQ(scenario(30000), Scenario::long_context);
  EXPECT_EQ(scenario(30000), Scenario::default_) << "only the last request makes it sticky";
  EXPECT_EQ(scenario(70000), Scenario::long_context);
  EXPECT_EQ(scenario(20000), Scenario::default_);
  request.session.clear();
  EXPECT_EQ(scenario(30000), Scenario::default_);
}

TEST(Router, ForgetsTheOldestSessions) {
  Router router(config_with_all_routes());
  chat::Request request = request_for();
  request.session = "old";
  ASSERT_TRUE(router.decide(request, {}, FixedCounter(70000)));
  for (std::size_t i = 0; i < SessionMemory::max_sessions; ++i) {
    request.session = std::to_string(i);
    ASSERT_TRUE(router.decide(request, {}, FixedCounter(10)));
  }
  request.session = "old";
  EXPECT_EQ(router.decide(request, {}, FixedCounter(30000))->scenario, Scenario::default_);
}

TEST(Router, DecidesFromManyThreads) {
  Router router(config_with_all_routes());
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&router, t] {
      chat::Request request = request_for();
      for (int i = 0; i < 500; ++i) {
        request.session = std::to_string((t + i) % 50);
        EXPECT_TRUE(router.decide(request, {}, FixedCounter(70000)));
      }
    });
  }
}

TEST(Router, TheSubagentTagIsRemovedFromThePrompt) {
  chat::Request request = request_for();
  request.messages.insert(
      request.messages.begin(),
      {chat::Role::system,
       {chat::TextBlock{"A", {}}, chat::TextBlock{"B", {}},
        chat::TextBlock{"<CCR-SUBAGENT-MODEL>q,def</CCR-SUBAGENT-MODEL>\nC", {}}}});
  Router router(config_with_all_routes());
  const auto decision = router.decide(request, {}, FixedCounter(10));
  EXPECT_EQ(to_string(decision->destination.target), "q,def");
  apply(decision->destination, decision->subagent_tag, request);
  EXPECT_EQ(request.model, "def");
  EXPECT_EQ(chat::text_of(request.messages[0]), "A\nB\n\nC");
}

TEST(Router, ATagInAToolResultOrForAnUnknownModelIsNotFollowed) {
  chat::Request request = request_for();
  chat::ToolResultBlock result;
  result.content.emplace_back(
      chat::TextBlock{"<CCR-SUBAGENT-MODEL>p,sub</CCR-SUBAGENT-MODEL>", {}});
  request.messages.back().content.emplace_back(result);
  EXPECT_EQ(route(request), "default def");
  request.messages.push_back(user("<CCR-SUBAGENT-MODEL>no,such</CCR-SUBAGENT-MODEL>"));
  EXPECT_EQ(route(request), "default def");
}

TEST(Router, AnUnknownExplicitRouteIsRefusedAndTheKnownOnesNamed) {
  Router router(config_with_all_routes());
  const auto decision = router.decide(request_for("nobody,nothing"), {}, FixedCounter(1));
  ASSERT_FALSE(decision);
  EXPECT_EQ(decision.error().kind, ErrorKind::invalid_request);
  EXPECT_THAT(decision.error().message, HasSubstr("q,def"));
}

TEST(Router, EveryDecisionSaysWhy) {
  Router router(config_with_all_routes());
  const auto decision = router.decide(request_for(), {}, FixedCounter(100));
  EXPECT_FALSE(decision->why.empty());
  ASSERT_EQ(decision->considered.size(), 8U);
  EXPECT_EQ(decision->considered.back().rule, "default");
}

TEST(Router, WithoutAConfigurationEveryScenarioHasTheOneModel) {
  Router router(local_models({"qwen", "smol"}));
  const FixedCounter counter(70000);
  for (const char* model : {"claude-sonnet-4", "claude-haiku-4", "qwen", "gpt-5", ""}) {
    chat::Request request = request_for(model);
    request.thinking.mode = chat::Thinking::Mode::enabled;
    EXPECT_EQ(to_string(router.decide(request, {}, counter)->destination.target), "local,qwen")
        << model;
  }
  EXPECT_EQ(counter.calls, 0);
}

TEST(Router, WithoutAConfigurationAKnownNameChoosesAndAnUnknownOneIsAnError) {
  Router router(local_models({"qwen", "smol"}));
  EXPECT_EQ(to_string(router.decide(request_for("smol"), {}, FixedCounter(1))->destination.target),
            "local,smol");
  const auto unknown = router.decide(request_for("no-such-model"), {}, FixedCounter(1));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind, ErrorKind::not_found);
  EXPECT_NE(unknown.error().message.find("there is qwen; smol"), std::string::npos);
}

TEST(Router, WithoutRoutesAModelsNameSelectsIt) {
  Router router(
      parse_config("{Providers:[{name:'p',models:['a','b']}]}", "test", [](const std::string&) {
        return std::nullopt;
      }).value());
  EXPECT_EQ(router.decide(request_for("b"), {}, FixedCounter(1))->destination.target.model, "b");
  EXPECT_EQ(router.decide(request_for("claude-x"), {}, FixedCounter(1))->destination.target.model,
            "a");
}

TEST(Router, NoModelAtAllIsAnErrorThatSaysWhatToDo) {
  Router router(Config{});
  const auto decision = router.decide(request_for(), {}, FixedCounter(1));
  ASSERT_FALSE(decision);
  EXPECT_EQ(decision.error().kind, ErrorKind::config);
}

TEST(Apply, MaxTokensIsACeilingAndTheRestAreDefaults) {
  Destination to;
  to.target = {"p", "m"};
  to.params.max_tokens = 1024;
  to.params.sampling.temperature = 0.2;
  to.params.sampling.top_p = 0.5;
  to.params.other = {{"keep_alive", 5}, {"user", "route"}};
  chat::Request request = request_for();
  request.max_tokens = 128000;
  request.sampling.temperature = 1.0;
  request.extra = {{"user", "client"}};
  apply(to, "", request);
  EXPECT_EQ(request.max_tokens, 1024);
  EXPECT_EQ(request.sampling.temperature, 1.0);
  EXPECT_EQ(request.sampling.top_p, 0.5);
  // Where both go into one body, the client's own counts.
  EXPECT_EQ(to_json(request.provider_extra), R"({"keep_alive":5,"user":"route"})");
  EXPECT_EQ(request.warnings.size(), 1U);
  request.max_tokens = 10;
  apply(to, "", request);
  EXPECT_EQ(request.max_tokens, 10);
}

TEST(TokenCounter, TheBoundIsNeverLessThanTheBytes) {
  class Bytes : public TokenCounter {
    std::size_t count(const chat::Request&, const Target&) const override { return 0; }
  };
  chat::Request request = request_for();
  request.messages.push_back(user(std::string(5000, 'x')));
  EXPECT_GE(Bytes().upper_bound(request), 5005U);
}

}  // namespace
}  // namespace hearth::router
