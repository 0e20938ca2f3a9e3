// Which JSON library: a request of 267 KB is parsed, walked and written again, by Boost.JSON as the
// project uses it (base/json.h: strict UTF-8, a bound on the depth, key order kept) and by
// nlohmann::ordered_json.
//
//     build/release/bench/json_bench
//
// The body is built here: a system prompt, 20 tools, and 25 rounds of a tool call and its result.

#include "hearth/base/json.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cstdlib>
#include <random>

namespace {

using hearth::json::value;
using Ordered = nlohmann::ordered_json;

constexpr std::size_t body_bytes = 267'000;

class Prose {
 public:
  std::string words(int count) {
    static constexpr std::array<std::string_view, 12> vocabulary = {
        "buffer", "returns", "index", "\"quoted\"", "mutex", "iterator",
        "size",   "error",   "path",  "naïve",      "line",  "value"};
    std::string text;
    for (int i = 0; i < count; ++i) {
      text += vocabulary[random_() % vocabulary.size()];
      text += i % 12 == 11 ? fmt::format(" {{ x{} = y; }}\n", random_() % 1000) : " ";
    }
    return text;
  }

 private:
  std::mt19937 random_{1};
};

value tool(Prose& prose, int index) {
  return {{"name", fmt::format("Tool{}", index)},
          {"description", prose.words(220)},
          {"input_schema",
           {{"type", "object"},
            {"required", value(hearth::json::array{"file_path"})},
            {"properties",
             {{"file_path", {{"type", "string"}, {"description", prose.words(20)}}},
              {"offset", {{"type", "number"}, {"description", prose.words(12)}}}}}}}};
}

std::string request_body() {
  Prose prose;
  hearth::json::array tools;
  for (int i = 0; i < 20; ++i) tools.push_back(tool(prose, i));
  hearth::json::array messages;
  hearth::json::object body{{"model", "m"}, {"max_tokens", 4096}, {"stream", true}};
  body["system"] = hearth::json::array{{{"type", "text"}, {"text", prose.words(2000)}}};
  for (int i = 0; i < 25; ++i) {
    const std::string id = fmt::format("toolu_{}", i);
    const value call = {{"type", "tool_use"},
                        {"id", id},
                        {"name", "Tool1"},
                        {"input", {{"file_path", fmt::format("/src/file{}.cpp", i)}}}};
    const value result = {
        {"type", "tool_result"}, {"tool_use_id", id}, {"content", prose.words(950)}};
    messages.push_back({{"role", "assistant"}, {"content", hearth::json::array{call}}});
    messages.push_back({{"role", "user"}, {"content", hearth::json::array{result}}});
  }
  body["tools"] = std::move(tools);
  body["messages"] = std::move(messages);
  // The last result fills the body up to its size.
  std::string text = hearth::to_json(body);
  const std::string tail(body_bytes > text.size() ? body_bytes - text.size() : 0, 'x');
  text.insert(text.rfind("\"}]}]"), tail);
  return text;
}

std::size_t walk(const value& node) {
  std::size_t bytes = 0;
  if (const auto* object = node.if_object()) {
    for (const auto& member : *object) bytes += member.key().size() + walk(member.value());
  } else if (const auto* array = node.if_array()) {
    for (const value& element : *array) bytes += walk(element);
  } else if (const auto* string = node.if_string()) {
    bytes += string->size();
  }
  return bytes;
}

std::size_t walk(const Ordered& node) {
  std::size_t bytes = 0;
  if (node.is_object()) {
    for (const auto& member : node.items()) bytes += member.key().size() + walk(member.value());
  } else if (node.is_array()) {
    for (const Ordered& element : node) bytes += walk(element);
  } else if (node.is_string()) {
    bytes += node.get_ref<const std::string&>().size();
  }
  return bytes;
}

value parsed_by_boost(const std::string& body) {
  auto parsed = hearth::parse_json(body);
  if (!parsed) std::abort();
  return std::move(*parsed);
}

void boost_parse(benchmark::State& state) {
  const std::string body = request_body();
  for (auto _ : state) benchmark::DoNotOptimize(parsed_by_boost(body));
}

void nlohmann_parse(benchmark::State& state) {
  const std::string body = request_body();
  for (auto _ : state) benchmark::DoNotOptimize(Ordered::parse(body));
}

void boost_walk(benchmark::State& state) {
  const value parsed = parsed_by_boost(request_body());
  for (auto _ : state) benchmark::DoNotOptimize(walk(parsed));
}

void nlohmann_walk(benchmark::State& state) {
  const Ordered parsed = Ordered::parse(request_body());
  for (auto _ : state) benchmark::DoNotOptimize(walk(parsed));
}

void boost_write(benchmark::State& state) {
  const value parsed = parsed_by_boost(request_body());
  for (auto _ : state) benchmark::DoNotOptimize(hearth::to_json(parsed));
}

void nlohmann_write(benchmark::State& state) {
  const Ordered parsed = Ordered::parse(request_body());
  for (auto _ : state) benchmark::DoNotOptimize(parsed.dump());
}

void boost_all(benchmark::State& state) {
  const std::string body = request_body();
  for (auto _ : state) {
    const value parsed = parsed_by_boost(body);
    benchmark::DoNotOptimize(walk(parsed));
    benchmark::DoNotOptimize(hearth::to_json(parsed));
  }
}

void nlohmann_all(benchmark::State& state) {
  const std::string body = request_body();
  for (auto _ : state) {
    const Ordered parsed = Ordered::parse(body);
    benchmark::DoNotOptimize(walk(parsed));
    benchmark::DoNotOptimize(parsed.dump());
  }
}

BENCHMARK(boost_parse)->Unit(benchmark::kMicrosecond);
BENCHMARK(nlohmann_parse)->Unit(benchmark::kMicrosecond);
BENCHMARK(boost_walk)->Unit(benchmark::kMicrosecond);
BENCHMARK(nlohmann_walk)->Unit(benchmark::kMicrosecond);
BENCHMARK(boost_write)->Unit(benchmark::kMicrosecond);
BENCHMARK(nlohmann_write)->Unit(benchmark::kMicrosecond);
BENCHMARK(boost_all)->Unit(benchmark::kMicrosecond);
BENCHMARK(nlohmann_all)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
