// Every folder of tests/golden holds input.json ({"convert": WHAT, "input": …}) and expected.json.
// With HEARTH_UPDATE_GOLDEN=1 the expected files are written anew, to be read before a commit.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "event_json.h"

#include "hearth/base/file.h"
#include "hearth/wire/anthropic_answer.h"
#include "hearth/wire/anthropic_decode.h"
#include "hearth/wire/anthropic_encode.h"
#include "hearth/wire/anthropic_events.h"
#include "hearth/wire/gemini_encode.h"
#include "hearth/wire/gemini_events.h"
#include "hearth/wire/ollama_answer.h"
#include "hearth/wire/ollama_decode.h"
#include "hearth/wire/openai_answer.h"
#include "hearth/wire/openai_decode.h"
#include "hearth/wire/openai_encode.h"
#include "hearth/wire/openai_events.h"
#include "hearth/wire/responses_answer.h"
#include "hearth/wire/responses_decode.h"

namespace hearth::wire {
namespace {

namespace fs = std::filesystem;

const fs::path golden_dir = fs::path(HEARTH_SOURCE_DIR) / "tests" / "golden";
const AnswerIdentity identity{"id_1", "test-model", 1700000000};

std::string joined(const json::value& pieces) {
  std::string text;
  for (const json::value& piece : pieces.as_array()) {
    text += std::string_view(piece.as_string());
    text += '\n';
  }
  return text;
}

json::array lines_of(const std::string& text) {
  json::array lines;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

json::value encoded(const json::value& events, StreamEncoder& encoder) {
  std::string text;
  for (const json::value& event : events.as_array()) {
    text += encoder.encode(event_from_json(event.as_object()));
  }
  return lines_of(text);
}

json::value collected(const json::value& events, AnswerCollector& collector) {
  for (const json::value& event : events.as_array()) {
    collector.add(event_from_json(event.as_object()));
  }
  return collector.response().value();
}

json::array decoded(const std::string& bytes, StreamDecoder& decoder, std::size_t cut) {
  std::vector<chat::Event> events = decoder.feed(std::string_view(bytes).substr(0, cut));
  for (auto& event : decoder.feed(std::string_view(bytes).substr(cut))) events.push_back(event);
  for (auto& event : decoder.finish()) events.push_back(event);
  return events_to_json(events);
}

bool is_end(const json::value& event) {
  return event.as_object().contains("finished") || event.as_object().contains("failed");
}

/// What a stream must give whatever is in it: events, of which the last one, and no other, ends.
void expect_one_end(const json::array& events, const std::string& what) {
  ASSERT_FALSE(events.empty()) << what;
  EXPECT_EQ(std::ranges::count_if(events, is_end), 1) << what;
  EXPECT_TRUE(is_end(events.back())) << what;
}

/// The server is gone after so many bytes.
template <class Decoder>
void expect_one_end_wherever_it_breaks_off(const std::string& bytes) {
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    Decoder decoder;
    expect_one_end(decoded(bytes.substr(0, length), decoder, length),
                   "broken off after byte " + std::to_string(length));
  }
}

/// One byte is another: the end of a string or an object, of a line, of the text; not UTF-8.
template <class Decoder>
void expect_one_end_whatever_byte_is_changed(const std::string& bytes) {
  for (const char byte : {'"', '{', '}', '\n', '\\', '9', '\0', '\xff'}) {
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      std::string changed = bytes;
      changed[at] = byte;
      Decoder decoder;
      expect_one_end(decoded(changed, decoder, at), "changed at byte " + std::to_string(at));
    }
  }
}

/// The events, which must be the same wherever the stream is cut in two.
template <class Decoder>
json::value decoded_at_every_cut(const json::value& input) {
  const std::string bytes = joined(input);
  Decoder whole;
  json::array expected = decoded(bytes, whole, bytes.size());
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    Decoder decoder;
    EXPECT_EQ(decoded(bytes, decoder, cut), expected) << "cut at byte " << cut;
  }
  expect_one_end_wherever_it_breaks_off<Decoder>(bytes);
  expect_one_end_whatever_byte_is_changed<Decoder>(bytes);
  return expected;
}

/// A client that has a custom tool and one in a namespace.
ResponsesShape responses_shape() {
  ResponsesShape shape;
  shape.identity = {"resp_1", "test-model", 1700000000};
  shape.tools.add("patch", {ResponsesTool::Kind::custom, {}, "patch"});
  shape.tools.add("team__Grep", {ResponsesTool::Kind::function, "team", "Grep"});
  shape.echo = {{"store", false}};
  shape.sealed = true;
  return shape;
}

json::value convert(std::string_view what, const json::value& input) {
  if (what == "anthropic_to_openai") {
    return encode_chat_request(decode_messages_request(input).value());
  }
  if (what == "openai_to_anthropic") {
    return encode_messages_request(decode_chat_request(input).value(), MessagesServer::anthropic);
  }
  if (what == "anthropic_to_anthropic") {
    return encode_messages_request(decode_messages_request(input).value());
  }
  if (what == "openai_to_openai") return encode_chat_request(decode_chat_request(input).value());
  if (what == "anthropic_to_gemini") {
    return encode_gemini_request(decode_messages_request(input).value());
  }
  if (what == "openai_to_gemini") {
    return encode_gemini_request(decode_chat_request(input).value());
  }
  if (what == "events_to_anthropic_stream") {
    MessagesStream stream(identity);
    return encoded(input, stream);
  }
  if (what == "events_to_openai_stream") {
    ChatCompletionStream stream(identity, UsageChunk::send);
    return encoded(input, stream);
  }
  if (what == "events_to_anthropic") {
    MessagesCollector collector(identity);
    return collected(input, collector);
  }
  if (what == "events_to_openai") {
    ChatCompletionCollector collector(identity);
    return collected(input, collector);
  }
  if (what == "events_to_responses_stream") {
    ResponsesStream stream(responses_shape());
    return encoded(input, stream);
  }
  if (what == "events_to_responses") {
    ResponsesCollector collector(responses_shape());
    return collected(input, collector);
  }
  if (what == "events_to_ollama_stream") {
    OllamaStream stream(OllamaForm::chat, identity);
    return encoded(input, stream);
  }
  if (what == "responses_to_openai") {
    return encode_chat_request(decode_responses_request(input, {}).value().request);
  }
  if (what == "ollama_to_openai") return encode_chat_request(decode_ollama_chat(input).value());
  if (what == "anthropic_stream_to_events")
    return decoded_at_every_cut<MessagesEventDecoder>(input);
  if (what == "gemini_stream_to_events") return decoded_at_every_cut<GeminiEventDecoder>(input);
  if (what == "openai_stream_to_events") {
    return decoded_at_every_cut<ChatCompletionEventDecoder>(input);
  }
  throw std::runtime_error("unknown conversion");
}

json::value load(const fs::path& path) {
  return parse_json(read_file(path).value()).value();
}

/// JSON as people read it: one member or item of the two outer levels a line.
std::string readable(const json::value& value, int depth = 0) {
  const std::string indent(static_cast<std::size_t>(depth + 1) * 2, ' ');
  const std::string outdent(static_cast<std::size_t>(depth) * 2, ' ');
  std::string out;
  if (depth < 3 && value.is_object() && !value.get_object().empty()) {
    for (const auto& member : value.get_object()) {
      out += (out.empty() ? "{\n" : ",\n") + indent + to_json(json::value(member.key())) + ": " +
             readable(member.value(), depth + 1);
    }
    return out + "\n" + outdent + "}";
  }
  if (depth < 3 && value.is_array() && !value.get_array().empty()) {
    for (const json::value& item : value.get_array()) {
      out += (out.empty() ? "[\n" : ",\n") + indent + readable(item, depth + 1);
    }
    return out + "\n" + outdent + "]";
  }
  return to_json(value);
}

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, ConvertsAsExpected) {
  const fs::path dir = golden_dir / GetParam();
  const json::value input = load(dir / "input.json");
  const json::value actual = convert(input.at("convert").as_string(), input.at("input"));
  if (std::getenv("HEARTH_UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(write_file_atomically(dir / "expected.json", readable(actual) + "\n"));
  }
  EXPECT_EQ(readable(actual), readable(load(dir / "expected.json")));
}

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(golden_dir)) {
    if (fs::exists(entry.path() / "input.json")) names.push_back(entry.path().filename());
  }
  std::ranges::sort(names);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Files, Golden, testing::ValuesIn(cases()),
                         [](const auto& golden) { return golden.param; });

}  // namespace
}  // namespace hearth::wire
