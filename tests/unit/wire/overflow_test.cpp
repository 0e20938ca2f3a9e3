#include "hearth/wire/overflow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "hearth/wire/anthropic_events.h"
#include "hearth/wire/gemini_events.h"
#include "hearth/wire/http_status.h"
#include "hearth/wire/openai_events.h"

namespace hearth::wire {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Error of_words(int status, const std::string& words) {
  return error_of_response(status,
                           to_json(json::object{{"error", json::object{{"message", words}}}}));
}

TEST(Overflow, IsKnownInEveryServersWordsWithItsNumbers) {
  const struct {
    const char* words;
    const char* message;
  } cases[] = {
      {"This model's maximum context length is 8192 tokens. However, your messages resulted in "
       "9001 "
       "tokens.",
       "prompt is too long: 9001 tokens > 8192 maximum"},
      {"This endpoint's maximum context length is 131072 tokens. However, you requested about "
       "200000 "
       "tokens (199000 of text input, 1000 in the output).",
       "prompt is too long: 200000 tokens > 131072 maximum"},
      {"request (5000 tokens) exceeds the available context size (4096 tokens), try increasing it",
       "prompt is too long: 5000 tokens > 4096 maximum"},
      {"The input (5000 tokens) is longer than the model's context length (4096 tokens).",
       "prompt is too long: 5000 tokens > 4096 maximum"},
      {"The input token count (1,100,000) exceeds the maximum number of tokens allowed "
       "(1,048,576).",
       "prompt is too long: 1100000 tokens > 1048576 maximum"},
      {"Trying to keep the first 5000 tokens. However, the model is loaded with context length of "
       "only 4096 tokens",
       "prompt is too long: 5000 tokens > 4096 maximum"},
      {"prompt is too long: 210000 tokens > 200000 maximum",
       "prompt is too long: 210000 tokens > 200000 maximum"},
      {"gpt-4-0613 says: too many tokens", "prompt is too long: gpt-4-0613 says: too many tokens"},
      {"Prompt is too long", "prompt is too long"},
  };
  for (const auto& [words, message] : cases) {
    for (const int status : {400, 413, 500}) {
      const Error error = of_words(status, words);
      EXPECT_EQ(error.kind, ErrorKind::invalid_request) << words;
      EXPECT_EQ(error.message, message);
      EXPECT_TRUE(is_overflow(error));
    }
  }
}

TEST(Overflow, IsKnownByTheNamesInTheErrorObject) {
  const Error told = error_of_response(
      400, R"({"error":{"code":400,"message":"no","type":"exceed_context_size_error",
               "n_prompt_tokens":5000,"n_ctx":4096}})");
  EXPECT_EQ(told.message, "prompt is too long: 5000 tokens > 4096 maximum");
  const Error named =
      error_of_response(400, R"({"error":{"code":"context_length_exceeded","message":"no"}})");
  EXPECT_EQ(named.message, "prompt is too long: no");
}

TEST(Overflow, IsNothingElse) {
  for (const char* words :
       {"max_tokens is too large: 128000. This model's maximum context length is 32768 tokens and "
        "your request has 5000 input tokens",
        "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
        "messages: at least one message is required",
        "Rate limit reached: Limit 6000, Used 5900"}) {
    EXPECT_FALSE(is_overflow(of_words(400, words))) << words;
  }
  EXPECT_FALSE(is_overflow(of_words(429, "too many tokens per minute")));
}

template <class Decoder>
Error failure_of(std::string_view bytes) {
  Decoder decoder;
  auto events = decoder.feed(bytes);
  for (auto& event : decoder.finish()) events.push_back(event);
  const auto* failed = std::get_if<chat::Failed>(&events.back());
  return failed == nullptr ? Error{ErrorKind::internal, "no failure"} : failed->error;
}

TEST(Overflow, IsKnownInAStreamToo) {
  const char* openai =
      "data: {\"error\":{\"message\":\"maximum context length is 4096, you sent 5000\"}}\n\n";
  EXPECT_EQ(failure_of<ChatCompletionEventDecoder>(openai).message,
            "prompt is too long: 5000 tokens > 4096 maximum");
  const char* anthropic =
      "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\","
      "\"message\":\"prompt is too long: 210000 tokens > 200000 maximum\"}}\n\n";
  EXPECT_THAT(failure_of<MessagesEventDecoder>(anthropic).message,
              StartsWith("prompt is too long"));
  const char* gemini =
      "data: {\"error\":{\"code\":400,\"message\":\"exceeds the maximum number of tokens allowed "
      "(1048576)\"}}\n\n";
  EXPECT_THAT(failure_of<GeminiEventDecoder>(gemini).message, HasSubstr("1048576"));
  EXPECT_TRUE(is_overflow(failure_of<GeminiEventDecoder>(gemini)));
}

}  // namespace
}  // namespace hearth::wire
