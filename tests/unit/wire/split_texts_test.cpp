// Texts that a server cuts in the midst of a character.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "hearth/wire/anthropic_events.h"
#include "hearth/wire/openai_events.h"

namespace hearth::wire {
namespace {

std::string text_of_answer(StreamDecoder& decoder, const std::vector<std::string>& events) {
  std::string bytes;
  for (const std::string& event : events) bytes += "data: " + event + "\n\n";
  std::string text;
  for (const chat::Event& event : decoder.feed(bytes)) {
    if (const auto* delta = std::get_if<chat::TextDelta>(&event)) text += delta->text;
    if (const auto* failed = std::get_if<chat::Failed>(&event)) return failed->error.message;
  }
  return text;
}

std::string delta_with(const std::string& text) {
  return R"({"choices":[{"delta":{"content":")" + text + R"("}}]})";
}

TEST(SplitTexts, ASurrogatePairInTwoDeltasIsOneCharacter) {
  ChatCompletionEventDecoder decoder;
  EXPECT_EQ(text_of_answer(decoder, {delta_with(R"(a\ud83d)"), delta_with(R"(\ude00b\ud83d)"),
                                     R"({"choices":[],"usage":{"prompt_tokens":1}})",
                                     delta_with(R"(\uDE01)"), delta_with("c")}),
            "a\U0001F600b\U0001F601c");
  MessagesEventDecoder messages;
  EXPECT_EQ(
      text_of_answer(
          messages,
          {R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})",
           R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\ud83d"}})",
           R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\ude00"}})"}),
      "\U0001F600");
}

TEST(SplitTexts, HalfACharacterFailsNoAnswer) {
  ChatCompletionEventDecoder decoder;
  EXPECT_EQ(text_of_answer(decoder, {delta_with(R"(\ude00a)"), delta_with(R"(b\ud83dc)"),
                                     delta_with(R"(d\ud83d)"), delta_with("e")}),
            "\uFFFDab\uFFFDcde");
}

}  // namespace
}  // namespace hearth::wire
