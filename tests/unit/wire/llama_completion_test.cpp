#include "hearth/wire/llama_completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace hearth::wire {
namespace {

using testing::HasSubstr;

Result<LlamaCompletion> decode_native(std::string_view body) {
  return decode_llama_completion(parse_json(body).value());
}

chat::Finished finished(int output_tokens, chat::StopReason reason = chat::StopReason::end_turn) {
  chat::Finished end;
  end.reason = reason;
  end.usage.prompt_tokens = 4;
  end.usage.output_tokens = output_tokens;
  return end;
}

TEST(LlamaCompletion, ANegativeNumberOfTokensIsNoLimit) {
  EXPECT_EQ(decode_native(R"({"prompt":"a"})")->request.max_tokens, std::nullopt);
  EXPECT_EQ(decode_native(R"({"prompt":"a","n_predict":-1})")->request.max_tokens, std::nullopt);
  EXPECT_EQ(decode_native(R"({"prompt":"a","n_predict":0})")->request.max_tokens, 0);
  EXPECT_EQ(decode_native(R"({"prompt":"a","max_tokens":7})")->request.max_tokens, 7);
}

TEST(LlamaCompletion, RefusesWhatWouldBeWrongWithoutAWordAndWarnsOfTheRest) {
  for (const char* field : {R"("post_sampling_probs":true)", R"("lora":[{"id":0,"scale":1}])",
                            R"("grammar":"root ::= \"a\"","json_schema":{})"}) {
    EXPECT_FALSE(decode_native(R"({"prompt":"a",)" + std::string(field) + "}")) << field;
  }
  EXPECT_TRUE(decode_native(R"({"prompt":"a","post_sampling_probs":false,"lora":[]})"));
  const auto asked = decode_native(R"({"prompt":"a","mirostat":2,"cache_prompt":true})");
  EXPECT_THAT(asked->request.warnings, testing::ElementsAre("ignored the field mirostat"));
}

TEST(LlamaCompletion, AnInfillHasItsPromptBehindThePrefix) {
  const auto asked =
      decode_llama_infill(parse_json(R"({"input_prefix":"a","prompt":"b","input_suffix":"c",
                     "input_extra":[{"filename":"f","text":"t"}]})")
                              .value());
  EXPECT_EQ(asked->request.prompts, std::vector<PromptParts>{{std::string("ab")}});
  EXPECT_EQ(asked->request.infill->suffix, "c");
  EXPECT_EQ(asked->request.infill->others.front().filename, "f");
}

TEST(LlamaCompletion, SeveralAnswersAreAnArrayEachWithItsOwnUsage) {
  LlamaCompletionCollector collector({"id", "m", 1}, *decode_native(R"({"prompt":["a","b"]})"));
  collector.add(chat::TextDelta{"one\n", {}});
  collector.add(chat::ChoiceFinished{finished(2, chat::StopReason::max_tokens)});
  collector.add(chat::TextDelta{"two", {}});
  chat::Finished all = finished(5);
  all.usage.prompt_tokens = 8;
  collector.add(all);
  const json::value answer = collector.response().value();
  ASSERT_EQ(answer.as_array().size(), 2U);
  EXPECT_EQ(answer.at(0).at("content"), "one\n");
  EXPECT_EQ(answer.at(0).at("stop_type"), "limit");
  EXPECT_EQ(answer.at(0).at("has_new_line"), true);
  EXPECT_EQ(answer.at(1).at("index"), 1);
  EXPECT_EQ(answer.at(1).at("stop_type"), "eos");
  EXPECT_EQ(answer.at(1).at("tokens_predicted"), 3);
  EXPECT_EQ(answer.at(1).at("tokens_evaluated"), 4);
}

TEST(LlamaCompletion, OnlyTheFieldsThatWereAskedFor) {
  LlamaCompletionCollector collector({"id", "m", 1}, *decode_native(R"({"prompt":"a","n_predict":9,
                  "response_fields":["content","generation_settings/n_predict","nothing"]})"));
  collector.add(chat::TextDelta{"x", {}});
  collector.add(finished(1));
  const json::object expected{{"content", "x"}, {"generation_settings/n_predict", 9}};
  EXPECT_EQ(collector.response().value(), expected);
}

TEST(LlamaCompletion, StreamsTokensAndEndsWithTheRest) {
  LlamaCompletionStream stream({"id", "m", 1}, *decode_native(R"({"prompt":"a","stream":true})"));
  const std::string delta = stream.encode(chat::TextDelta{"x", {{{7, "x", -0.5}, {}}}});
  EXPECT_THAT(delta, HasSubstr(R"("content":"x","tokens":[7],"stop":false)"));
  const std::string end = stream.encode(finished(1, chat::StopReason::stop_sequence));
  EXPECT_THAT(end, HasSubstr(R"("stop":true)"));
  EXPECT_THAT(end, HasSubstr(R"("stop_type":"word")"));
  EXPECT_TRUE(stream.done());
}

}  // namespace
}  // namespace hearth::wire
