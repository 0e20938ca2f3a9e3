#include "hearth/agent/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_folder.h"

#include "hearth/agent/profiles_json.h"

namespace hearth::agent {
namespace {

using testing::HasSubstr;

TEST(Profile, IsChosenByNameFamilyAndSize) {
  const auto small = profile_for("qwen2.5-coder-1.5b-instruct-q4_k_m");
  EXPECT_EQ(small.profile.repair, StyleName::whole_files);
  EXPECT_EQ(small.profile.style, StyleName::forced);
  EXPECT_FALSE(small.own);
  EXPECT_EQ(profile_for("SmolLM2-135M-Instruct").profile.style, StyleName::forced);
  EXPECT_EQ(profile_for("someone/new-model-3B-it").profile.repair, StyleName::whole_files);
  EXPECT_EQ(profile_for("gpt-oss-120b").profile.style, StyleName::native);
  EXPECT_EQ(profile_for("qwen3-coder-30b").profile.style, StyleName::native);
  EXPECT_EQ(profile_for("").profile.style, StyleName::native);
}

TEST(Profile, TheProgramsOwnDataIsWellFormed) {
  const auto list = ProfileList::parse(profiles_json, "profiles.json");
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_NE(list->find("anything"), nullptr);
}

TEST(Profile, TheUsersOwnComesFirst) {
  const auto own = ProfileList::parse(R"({"profiles": [{
      "models": "^qwen3", "style": "forced", "repair": "whole-files", "attempts": 7,
      "tools": ["read", "bash"],
      "sampling": {"temperature": 0.2, "top_k": 20}, "measured": {"day": "2026-11-27"}}]})",
                                      "own");
  ASSERT_TRUE(own) << own.error().message;
  const auto found = profile_for("qwen3-coder-30b", *own);
  EXPECT_TRUE(found.own);
  EXPECT_EQ(found.measured, "2026-11-27");
  EXPECT_EQ(found.profile.style, StyleName::forced);
  EXPECT_EQ(found.profile.attempts, 7);
  EXPECT_EQ(found.profile.sampling.temperature, 0.2);
  EXPECT_EQ(found.profile.sampling.top_k, 20);
  EXPECT_EQ(found.profile.tools, (std::vector<std::string>{"read", "bash"}));
  EXPECT_FALSE(profile_for("gpt-oss-120b", *own).own);
}

TEST(Profile, AFileThatHoldsNoneIsAnErrorThatNamesIt) {
  const auto problem = [](const char* text) {
    const auto list = ProfileList::parse(text, "mine.json");
    return list ? "none" : list.error().message;
  };
  EXPECT_THAT(problem("[]"), HasSubstr("mine.json: there is no list"));
  EXPECT_THAT(problem(R"({"profiles":[{"models":".","style":"magic"}]})"),
              HasSubstr("profile 1: \"style\""));
  EXPECT_THAT(problem(R"({"profiles":[{"models":"("}]})"), HasSubstr("\"models\""));
  EXPECT_THAT(problem(R"({"profiles":[{"style":"native"}]})"), HasSubstr("below_billions"));
  EXPECT_THAT(problem(R"({"profiles":[3]})"), HasSubstr("not an object"));
  EXPECT_THAT(problem(R"({"profiles":[{"models":".","tools":[1]}]})"), HasSubstr("\"tools\""));
}

TEST(Profile, WithoutAFileThereAreNoneOfTheUsersOwn) {
  const TestFolder folder;
  const auto list = ProfileList::load(folder.path() / "profiles.json");
  ASSERT_TRUE(list);
  EXPECT_EQ(list->find("x"), nullptr);
}

}  // namespace
}  // namespace hearth::agent
