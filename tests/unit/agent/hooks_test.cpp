#include "hearth/agent/hooks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_folder.h"

namespace hearth::agent {
namespace {

bool a_hook_blocks(const std::string& matcher, std::string_view tool) {
  const Hooks hooks({{.event = "PreToolUse",
                      .matcher = matcher,
                      .command = "guard",
                      .source = "settings.json",
                      .program =
                          [](const json::object&, std::chrono::seconds, const std::stop_token&) {
                            json::object answer{{"decision", "block"}};
                            return Result<json::object>(std::move(answer));
                          }}},
                    "/", "s", "");
  return hooks.run("PreToolUse", tool, {}, {}).blocked.has_value();
}

TEST(Hooks, TheMatcherChoosesTools) {
  EXPECT_TRUE(a_hook_blocks("", "bash"));
  EXPECT_TRUE(a_hook_blocks("*", "bash"));
  EXPECT_TRUE(a_hook_blocks("Bash|Read", "bash"));
  EXPECT_FALSE(a_hook_blocks("Read", "bash"));
}

TEST(Hooks, OneWhoseMatcherCannotBeReadGuardsEveryTool) {
  EXPECT_TRUE(a_hook_blocks("^(?!Read)", "bash"));
  const TestFolder temporary;
  Settings settings;
  const std::string text =
      R"json({"hooks":{"PreToolUse":[{"matcher":"^(?!Read)","hooks":[{"command":"x"}]}]}})json";
  const auto added = add_settings(settings, text, *Folder::open(temporary.path()));
  ASSERT_FALSE(added);
  EXPECT_THAT(added.error().message, testing::HasSubstr("^(?!Read)"));
  EXPECT_EQ(settings.hooks.size(), 1U);
}

}  // namespace
}  // namespace hearth::agent
