#include "hearth/provider/fallback.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace hearth::provider {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Sends what it is told to, at once; then is kept until it is dropped.
class Scripted : public Provider {
 public:
  explicit Scripted(std::vector<chat::Event> events) : events_(std::move(events)) {}

  std::unique_ptr<Call> start(chat::Request request, chat::EventSink sink) override {
    asked.push_back(request.model);
    for (const chat::Event& event : events_) sink(event);
    return std::make_unique<Call>();
  }
  std::string name() const override { return "scripted"; }
  std::vector<std::string> models() const override { return {}; }

  std::vector<std::string> asked;

 private:
  std::vector<chat::Event> events_;
};

std::shared_ptr<Scripted> failing(ErrorKind kind, std::vector<chat::Event> before = {}) {
  before.emplace_back(chat::Failed{{kind, "it is down"}});
  return std::make_shared<Scripted>(std::move(before));
}

std::shared_ptr<Scripted> answering(std::string text) {
  return std::make_shared<Scripted>(std::vector<chat::Event>{
      chat::Started{}, chat::TextDelta{std::move(text)}, chat::Finished{}});
}

struct Outcome {
  std::vector<chat::Event> events;
  std::shared_ptr<AttemptTrail> trail = std::make_shared<AttemptTrail>();

  [[nodiscard]] std::string text() const {
    std::string text;
    for (const auto& event : events) {
      if (const auto* delta = std::get_if<chat::TextDelta>(&event)) text += delta->text;
    }
    return text;
  }
  [[nodiscard]] std::string error() const {
    const auto* failed = std::get_if<chat::Failed>(&events.back());
    return failed == nullptr ? "" : failed->error.message;
  }
};

struct Way {
  std::shared_ptr<Provider> provider;
  std::shared_ptr<Health> health = std::make_shared<Health>();
};

Outcome run(const std::vector<Way>& ways) {
  Outcome outcome;
  std::vector<Attempt> attempts;
  for (const Way& way : ways) {
    Attempt attempt;
    attempt.route = "p," + std::to_string(attempts.size());
    attempt.provider = way.provider;
    attempt.health = way.health;
    attempt.request = [route = attempt.route] {
      chat::Request request;
      request.model = route;
      request.warnings.push_back("changed for " + route);
      return request;
    };
    attempts.push_back(std::move(attempt));
  }
  const auto call = start_with_fallback(
      std::move(attempts), [&](chat::Event event) { outcome.events.push_back(std::move(event)); },
      outcome.trail);
  return outcome;
}

TEST(Fallback, TheNextOneAnswersWhereTheFirstFails) {
  const auto second = answering("hello");
  const Outcome outcome = run({{failing(ErrorKind::unavailable)}, {second}});
  EXPECT_EQ(outcome.text(), "hello");
  EXPECT_EQ(outcome.events.size(), 3U);
  EXPECT_THAT(second->asked, ElementsAre("p,1"));
  EXPECT_EQ(outcome.trail->route(), "p,1");
  EXPECT_THAT(outcome.trail->warnings(), ElementsAre("changed for p,1"));
  EXPECT_THAT(outcome.trail->failures(), ElementsAre("p,0 failed: it is down"));
}

TEST(Fallback, AnAnswerStartsOnce) {
  const auto second = answering("hello");
  const Outcome outcome = run({{failing(ErrorKind::timeout, {chat::Started{}})}, {second}});
  EXPECT_TRUE(std::holds_alternative<chat::Started>(outcome.events.at(0)));
  EXPECT_EQ(outcome.events.size(), 3U);
  const Outcome shown =
      run({{failing(ErrorKind::timeout, {chat::Started{}, chat::PrefillProgress{}})}, {second}});
  EXPECT_EQ(shown.events.size(), 4U);
}

TEST(Fallback, WhatHasBegunToAnswerIsNotReplaced) {
  const auto second = answering("other");
  const Outcome outcome =
      run({{failing(ErrorKind::unavailable, {chat::Started{}, chat::TextDelta{"hel"}})}, {second}});
  EXPECT_EQ(outcome.text(), "hel");
  EXPECT_EQ(outcome.error(), "it is down");
  EXPECT_TRUE(second->asked.empty());
}

TEST(Fallback, TheLastErrorTellsThoseBeforeIt) {
  const Outcome outcome =
      run({{failing(ErrorKind::unavailable)}, {failing(ErrorKind::invalid_request)}});
  EXPECT_EQ(outcome.events.size(), 1U);
  EXPECT_THAT(outcome.error(), HasSubstr("it is down; before it, p,0 failed: it is down"));
}

TEST(Fallback, ACancelledOneEnds) {
  const auto second = answering("other");
  const Outcome outcome = run({{failing(ErrorKind::cancelled)}, {second}});
  EXPECT_TRUE(second->asked.empty());
  EXPECT_EQ(outcome.events.size(), 1U);
}

TEST(Fallback, AProviderThatFailedInARowIsLeftAloneWhereThereIsAnother) {
  const auto down = failing(ErrorKind::unavailable);
  const Way first{down};
  const auto second = answering("hello");
  for (int i = 0; i < Health::failures_to_rest + 2; ++i) run({first, {second}});
  EXPECT_EQ(down->asked.size(), static_cast<std::size_t>(Health::failures_to_rest));
  EXPECT_EQ(run({first}).error(), "it is down");
}

TEST(Health, RestsLongerEachTimeAndAnAnswerEndsIt) {
  Health health;
  auto now = Clock::now();
  for (int i = 0; i < Health::failures_to_rest; ++i) health.failed(now);
  EXPECT_TRUE(health.resting(now));
  now += Health::first_rest;
  EXPECT_FALSE(health.resting(now));
  health.failed(now);
  EXPECT_TRUE(health.resting(now + Health::first_rest));
  health.succeeded();
  EXPECT_FALSE(health.resting(now));
}

}  // namespace
}  // namespace hearth::provider
