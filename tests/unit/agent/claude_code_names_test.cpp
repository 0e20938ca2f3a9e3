#include "hearth/agent/claude_code_names.h"

#include <gtest/gtest.h>

namespace hearth::agent {
namespace {

std::string known(std::string_view tool, std::string_view arguments) {
  return to_json(json::value(known_arguments(tool, parse_json(arguments)->get_object(), "/w")));
}

std::string ours(std::string_view tool, std::string_view arguments) {
  return to_json(json::value(our_arguments(tool, parse_json(arguments)->get_object(), "/w")));
}

TEST(ClaudeCodeNames, GoThereAndBack) {
  const std::string read = R"({"path":"src/a.cpp","offset":3})";
  const std::string told_of_read = R"({"file_path":"/w/src/a.cpp","offset":3})";
  EXPECT_EQ(known("read", read), told_of_read);
  EXPECT_EQ(ours("read", told_of_read), read);
  const std::string bash = R"({"command":"make","timeout":5,"background":true})";
  const std::string told_of_bash = R"({"command":"make","timeout":5000,"run_in_background":true})";
  EXPECT_EQ(known("bash", bash), told_of_bash);
  EXPECT_EQ(ours("bash", told_of_bash), bash);
}

TEST(ClaudeCodeNames, WhatHasOurNamesOrIsElsewhereStays) {
  const std::string write = R"({"path":"a.cpp","content":"x"})";
  EXPECT_EQ(ours("write", write), write);
  EXPECT_EQ(ours("write", R"({"file_path":"/other/a"})"), R"({"path":"/other/a"})");
  EXPECT_EQ(ours("bash", R"({"timeout":1})"), R"({"timeout":1})");
  const std::string foreign = R"({"path":"a","timeout":7})";
  EXPECT_EQ(known("mcp__x__y", foreign), foreign);
}

}  // namespace
}  // namespace hearth::agent
