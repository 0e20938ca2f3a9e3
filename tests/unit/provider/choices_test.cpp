#include "hearth/provider/choices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace hearth::provider {
namespace {

using testing::ElementsAre;

/// Several answers whose sinks the test calls itself.
class ChoicesTest : public testing::Test {
 protected:
  void start(std::size_t n, Prompts prompts = Prompts::one) {
    std::vector<StartAnswer> starts;
    sinks_.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
      starts.emplace_back([this, i](chat::EventSink sink) {
        sinks_[i] = std::move(sink);
        return std::make_unique<Call>();
      });
    }
    call_ = start_choices(std::move(starts), prompts,
                          [this](chat::Event event) { told_.push_back(std::move(event)); });
  }

  void say(std::size_t choice, std::string text) {
    sinks_[choice](chat::TextDelta{std::move(text)});
  }
  void end(std::size_t choice, int output_tokens) {
    chat::Finished finished;
    finished.usage.prompt_tokens = 10;
    finished.usage.reused_tokens = choice == 0 ? 0 : 9;
    finished.usage.output_tokens = output_tokens;
    sinks_[choice](finished);
  }

  /// What was told so far: texts, "|" between two answers, "." at the end, "!" for a failure.
  [[nodiscard]] std::string told() const {
    std::string line;
    for (const auto& event : told_) {
      if (const auto* text = std::get_if<chat::TextDelta>(&event)) line += text->text;
      if (std::holds_alternative<chat::Started>(event)) line += ">";
      if (std::holds_alternative<chat::ChoiceFinished>(event)) line += "|";
      if (std::holds_alternative<chat::Finished>(event)) line += ".";
      if (std::holds_alternative<chat::Failed>(event)) line += "!";
    }
    return line;
  }

  std::vector<chat::EventSink> sinks_;
  std::vector<chat::Event> told_;
  std::unique_ptr<Call> call_;
};

TEST_F(ChoicesTest, AreToldOneAfterTheOtherHoweverTheyArrive) {
  start(3);
  for (auto& sink : sinks_) sink(chat::Started{});
  say(1, "b");
  say(0, "a");
  EXPECT_EQ(told(), ">a") << "the first as it comes, and the second held back";
  end(1, 2);
  say(2, "c");
  say(0, "A");
  EXPECT_EQ(told(), ">aA");
  end(0, 1);
  EXPECT_EQ(told(), ">aA|b|c") << "the second was whole already";
  end(2, 3);
  EXPECT_EQ(told(), ">aA|b|c.");
}

TEST_F(ChoicesTest, UsageIsOfAllWithOnePromptCountedOnce) {
  start(2);
  end(0, 5);
  end(1, 7);
  const auto& own = std::get<chat::ChoiceFinished>(told_.front()).end.usage;
  EXPECT_EQ(own.output_tokens, 5);
  const auto& all = std::get<chat::Finished>(told_.back()).usage;
  EXPECT_EQ(all.output_tokens, 12);
  EXPECT_EQ(all.prompt_tokens, 10);
  EXPECT_EQ(all.reused_tokens, 0);
}

TEST_F(ChoicesTest, UsageOfSeveralPromptsIsTheirSum) {
  start(2, Prompts::each_its_own);
  end(0, 5);
  end(1, 7);
  const auto& all = std::get<chat::Finished>(told_.back()).usage;
  EXPECT_EQ(all.prompt_tokens, 20);
  EXPECT_EQ(all.reused_tokens, 9);
}

TEST_F(ChoicesTest, TheFirstFailureEndsEverything) {
  start(3);
  say(0, "a");
  sinks_[1](chat::Failed{{ErrorKind::unavailable, "gone"}});
  EXPECT_EQ(told(), "a") << "it is told in its turn";
  end(0, 1);
  EXPECT_EQ(told(), "a|!");
  say(2, "c");
  end(2, 1);
  EXPECT_EQ(told(), "a|!");
}

TEST_F(ChoicesTest, OneIsPassedThrough) {
  start(1);
  say(0, "a");
  end(0, 1);
  EXPECT_EQ(told(), "a.");
}

}  // namespace
}  // namespace hearth::provider
