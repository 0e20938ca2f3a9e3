#include "hearth/engine/stop_scanner.h"

#include <gtest/gtest.h>

#include "hearth/base/utf8.h"

namespace hearth::engine {
namespace {

/// The text shown when `text` arrives cut at every `step` bytes.
std::string shown(StopScanner& scanner, std::string_view text, std::size_t step) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += step) out += scanner.feed(text.substr(at, step));
  if (!scanner.found()) out += scanner.flush();
  return out;
}

TEST(StopScanner, FindsAStopHoweverItIsCut) {
  const std::string text = "one two\n\nUser: three";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    StopScanner scanner({"\nUser:", "never"});
    EXPECT_EQ(shown(scanner, text, step), "one two\n") << step;
    EXPECT_EQ(scanner.found(), "\nUser:");
  }
}

TEST(StopScanner, OfTwoStopsTheEarlierWins) {
  StopScanner scanner({"late", "mid"});
  EXPECT_EQ(scanner.feed("a mid late"), "a ");
  EXPECT_EQ(scanner.found(), "mid");
  EXPECT_EQ(scanner.feed("more"), "");
}

TEST(StopScanner, WhatOnlyLookedLikeAStopIsShown) {
  StopScanner scanner({"abc"});
  EXPECT_EQ(scanner.feed("xab"), "x");
  EXPECT_EQ(scanner.feed("d"), "abd");
  EXPECT_EQ(scanner.feed("ab"), "");
  EXPECT_EQ(scanner.flush(), "ab");
}

TEST(StopScanner, CodePointsAreNeverCut) {
  const std::string text = "ü€😀!";
  StopScanner scanner({});
  std::string out;
  for (const char byte : text) {
    const std::string piece = scanner.feed(std::string_view(&byte, 1));
    EXPECT_TRUE(is_valid_utf8(piece));
    out += piece;
  }
  EXPECT_EQ(out, text);
}

TEST(StopScanner, BytesThatAreNoTextBecomeReplacementCharacters) {
  StopScanner scanner({});
  EXPECT_EQ(scanner.feed("a\xFF"), "a\xEF\xBF\xBD");
  EXPECT_EQ(scanner.feed("\xF0\x9F"), "");
  EXPECT_EQ(scanner.flush(), "\xEF\xBF\xBD\xEF\xBF\xBD");
}

}  // namespace
}  // namespace hearth::engine
