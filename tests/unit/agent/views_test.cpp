// Markdown, diffs, source code and tables as lines of a terminal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/agent/diff.h"
#include "hearth/agent/terminal/diff_view.h"
#include "hearth/agent/terminal/markdown_view.h"
#include "hearth/agent/terminal/notification.h"
#include "hearth/agent/terminal/status_line.h"
#include "hearth/agent/terminal/syntax_view.h"
#include "hearth/agent/terminal/theme.h"

namespace hearth::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> texts(const std::vector<StyledLine>& lines) {
  std::vector<std::string> result;
  for (const StyledLine& line : lines) result.push_back(text_of(line));
  return result;
}

std::vector<std::string> markdown(std::string_view text, int columns = 40) {
  return texts(markdown_lines(text, columns));
}

TEST(Wrapping, BreaksBetweenWordsAndWithinLongOnes) {
  const auto lines = [](std::string_view text, int columns, int indent) {
    return texts(wrapped(plain_line(text), columns, indent));
  };
  EXPECT_THAT(lines("one two three", 8, 0), ElementsAre("one two ", "three"));
  EXPECT_THAT(lines("one two three", 9, 2), ElementsAre("one two ", "  three"));
  EXPECT_THAT(lines("abcdefghij", 4, 0), ElementsAre("abcd", "efgh", "ij"));
  EXPECT_THAT(lines("日本語日本", 5, 0), ElementsAre("日本", "語日", "本"));
  EXPECT_THAT(lines("", 10, 0), ElementsAre(""));
  for (int columns = 4; columns < 30; ++columns) {
    for (const auto& line :
         wrapped(plain_line("a 日本語 text\twith some words-in-it 🎉🎉🎉"), columns, 3)) {
      EXPECT_LE(columns_of(line), columns);
    }
  }
}

TEST(Wrapping, CutsToOneLine) {
  EXPECT_EQ(text_of(cut(plain_line("one\ttwo\nthree"), 20)), "one two three");
  EXPECT_EQ(text_of(cut(plain_line("日本語"), 5)), "日本…");
  EXPECT_EQ(text_of(cut(plain_line("日本語"), 4)), "日…");
}

TEST(Wrapping, KeepsStyles) {
  const StyledLine line{{"one ", {}}, {"two", {.bold = true}}, {"!", {}}};
  const auto lines = wrapped(line, 5);
  ASSERT_EQ(lines.size(), 2U);
  // A word of two styles is one word.
  EXPECT_EQ(lines[1], (StyledLine{{"two", {.bold = true}}, {"!", {}}}));
}

TEST(Markdown, BecomesLines) {
  EXPECT_THAT(markdown("# Head\n\ntext *a* **b** `c`\nsame"),
              ElementsAre("Head", "", "text a b c same"));
  EXPECT_THAT(markdown("- one\n- two\n  - deep\n\nafter"),
              ElementsAre("• one", "• two", "  • deep", "", "after"));
  EXPECT_THAT(markdown("3. one\n4. two"), ElementsAre("3. one", "4. two"));
  EXPECT_THAT(markdown("> said\n> more"), ElementsAre("│ said more"));
  EXPECT_THAT(markdown("- [x] done\n- [ ] open"), ElementsAre("☑ done", "☐ open"));
  EXPECT_THAT(markdown("```py\nif x:\n    y\n```"), ElementsAre("  if x:", "      y"));
  EXPECT_THAT(markdown("a <b> &amp; c"), ElementsAre("a <b> & c"));
  EXPECT_THAT(markdown("|a|b|\n|---|---|\n|1|two|"), ElementsAre("a │ b", "──┼────", "1 │ two"));
}

TEST(Markdown, IsNeverWiderThanTheScreen) {
  const std::string text =
      "# A heading that is long\n\n- a list with some words in it\n  - and one in it with more "
      "words\n\n> a quotation of many words\n\n```cpp\nint main() { return "
      "a_long_name_that_goes_on; }\n```\n\n|column one|column two|\n|---|---|\n|some text|and more "
      "text that is long|\n";
  for (int columns = 20; columns < 70; columns += 7) {
    for (const StyledLine& line : markdown_lines(text, columns)) {
      EXPECT_LE(columns_of(line), columns) << text_of(line);
    }
  }
}

TEST(Markdown, ALinkShowsItsTarget) {
  EXPECT_THAT(markdown("[your bank](https://evil.example/)", 60),
              ElementsAre("your bank (https://evil.example/)"));
  EXPECT_THAT(markdown("see https://a.example/x", 60), ElementsAre("see https://a.example/x"));
  EXPECT_THAT(markdown("![a picture](https://t.example/p?secret)", 60),
              ElementsAre("image: a picture (https://t.example/p?secret)"));
}

TEST(MarkdownStream, GivesOutWholeBlocksWhereverItIsCut) {
  const std::string text = "one\n\n```\na\n\nb\n```\n\n- x\n\n  y\n\nlast";
  std::vector<std::string> whole;
  MarkdownStream once;
  once.add(text);
  const std::string expected = once.take_whole_blocks();
  EXPECT_EQ(expected, "one\n\n```\na\n\nb\n```\n\n- x\n\n  y\n\n");
  EXPECT_EQ(once.rest(), "last");
  for (std::size_t cut = 0; cut < text.size(); ++cut) {
    MarkdownStream stream;
    stream.add(text.substr(0, cut));
    std::string blocks = stream.take_whole_blocks();
    stream.add(text.substr(cut));
    blocks += stream.take_whole_blocks();
    EXPECT_EQ(blocks, expected) << cut;
  }
}

TEST(DiffView, NumbersLinesOfBothSides) {
  const std::string diff = unified_diff("a.py", "one\ntwo\n-- three\n", "one\n2\n-- three\nfour\n");
  EXPECT_THAT(texts(diff_lines(diff, 80)),
              ElementsAre("a.py", "   1   one", "   2 - two", "   2 + 2", "   3   -- three",
                          "   4 + four"));
  const auto beside = texts(diff_lines(diff, side_by_side_columns));
  ASSERT_EQ(beside.size(), 5U);
  EXPECT_THAT(beside[2], HasSubstr("   2 - two"));
  EXPECT_THAT(beside[2], HasSubstr("│    2 + 2"));
  EXPECT_THAT(beside[4], HasSubstr("│    4 + four"));
  // A removed line that looks like a head is a line.
  const std::string dashes = unified_diff("a.sql", "-- old\nx\n", "x\n");
  EXPECT_THAT(texts(diff_lines(dashes, 80)), ElementsAre("a.sql", "   1 - -- old", "   1   x"));
}

TEST(DiffView, IsNeverWiderThanTheScreen) {
  const std::string diff =
      unified_diff("a", std::string(300, 'x') + "\nsame\n", std::string(200, 'y') + "\nsame\n");
  for (const int columns : {40, 79, 120, 200}) {
    for (const StyledLine& line : diff_lines(diff, columns)) EXPECT_LE(columns_of(line), columns);
  }
}

/// "keyword:if plain: x" and so on.
std::vector<std::pair<Role, std::string>> roles(std::string_view code, std::string_view language) {
  std::vector<std::pair<Role, std::string>> result;
  for (const StyledLine& line : highlighted(code, language)) {
    for (const Span& span : line) result.emplace_back(span.style.role, span.text);
  }
  return result;
}

TEST(SyntaxView, KnowsKeywordsStringsNumbersAndComments) {
  using Pair = std::pair<Role, std::string>;
  EXPECT_THAT(
      roles("return 12 # why", "python"),
      ElementsAre(Pair(Role::keyword, "return"), Pair(Role::plain, " "), Pair(Role::number, "12"),
                  Pair(Role::plain, " "), Pair(Role::comment, "# why")));
  EXPECT_THAT(roles("a /* x\ny */ b", "cpp"),
              ElementsAre(Pair(Role::plain, "a "), Pair(Role::comment, "/* x"),
                          Pair(Role::comment, "y */"), Pair(Role::plain, " b")));
  EXPECT_THAT(roles(R"(s = "a \" if")", "js"),
              ElementsAre(Pair(Role::plain, "s = "), Pair(Role::string, R"("a \" if")")));
  EXPECT_THAT(roles("returned it's", "python"), ElementsAre(Pair(Role::plain, "returned it's")));
  EXPECT_THAT(roles("return", "unknown"), ElementsAre(Pair(Role::plain, "return")));
  EXPECT_THAT(roles("", "python"), IsEmpty());
}

TEST(Theme, ColoursAsManyAsTheTerminalHas) {
  const StyledLine line{{"x", {.role = Role::error, .bold = true}}, {"y", {}}};
  EXPECT_EQ(Theme(ColourDepth::none).painted(line), "\x1b[1mx\x1b[0my");
  EXPECT_EQ(Theme(ColourDepth::sixteen).painted(line), "\x1b[1;31mx\x1b[0my");
  EXPECT_THAT(Theme(ColourDepth::many).painted(line), HasSubstr("\x1b[1;38;5;"));
  EXPECT_THAT(Theme(ColourDepth::millions).painted(line), HasSubstr("\x1b[1;38;2;"));
  EXPECT_NE(Theme(ColourDepth::millions, Background::light).painted(line),
            Theme(ColourDepth::millions, Background::dark).painted(line));
}

TEST(Theme, ReadsTheEnvironmentAndTheTerminalsAnswer) {
  EXPECT_EQ(colour_depth("1", "truecolor", "xterm"), ColourDepth::none);
  EXPECT_EQ(colour_depth("", "truecolor", "xterm"), ColourDepth::millions);
  EXPECT_EQ(colour_depth("", "", "xterm-256color"), ColourDepth::many);
  EXPECT_EQ(colour_depth("", "", "xterm"), ColourDepth::sixteen);
  EXPECT_EQ(background_of("rgb:ffff/ffff/ffff"), Background::light);
  EXPECT_EQ(background_of("rgb:1e/1e/1e"), Background::dark);
  EXPECT_EQ(background_of("nonsense"), Background::dark);
  EXPECT_EQ(background_of("rgb:"), Background::dark);
}

TEST(StatusLine, ShowsHowFarAPromptIsRead) {
  Activity activity{.label = "reading", .since = {}, .reading = {}};
  activity.reading =
      chat::PrefillProgress{.computed = 1000, .reused = 3000, .total = 8000, .eta_ms = 12'000};
  const auto lines = texts(activity_lines(activity, {}, 100));
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0],
              HasSubstr("████████████░░░░░░░░░░░░░ 4000 of 8000 tokens, 37 % reused, 12 s left"));
  EXPECT_THAT(activity_lines({}, {}, 100), IsEmpty());
}

TEST(StatusLine, ShowsWhatFillsTheWindow) {
  SessionState state;
  state.ready = true;
  state.model = "m";
  state.window = 32'000;
  state.used = 8'500;
  StatusFacts facts;
  facts.last = {.prompt_tokens = 8000, .reused_tokens = 7600};
  facts.tokens_per_second = 12.34;
  EXPECT_EQ(text_of(status_line(state, facts, "", 100)),
            "m · default · 8.5k of 32k (26 %) · 95 % reused · 12.3 tokens/s · /help");
  EXPECT_EQ(columns_of(status_line(state, facts, "", 20)), 20);
}

TEST(StatusLine, ShowsWhereTheRouterSendsRequests) {
  SessionState state;
  state.ready = true;
  StatusFacts facts;
  const auto shown = [&](const std::string& model, const std::string& route) {
    state.model = model;
    facts.route = route;
    return text_of(status_line(state, facts, "", 100));
  };
  EXPECT_EQ(shown("", ""), "default model · default · /help");
  EXPECT_EQ(shown("", "far,large"), "far,large · default · /help");
  EXPECT_EQ(shown("sonnet", "far,large"), "sonnet → far,large · default · /help");
  EXPECT_EQ(shown("m", "local,m"), "m · default · /help");
  EXPECT_EQ(shown("far,large", "far,large"), "far,large · default · /help");
}

TEST(Notification, IsABellOrATextForTheDesktop) {
  EXPECT_EQ(notification(*parse_notifications("off"), "done"), "");
  EXPECT_EQ(notification(*parse_notifications("bell"), "done"), "\a");
  EXPECT_EQ(notification(*parse_notifications("osc9"), "done"), "\x1b]9;done\x1b\\");
  EXPECT_EQ(notification(*parse_notifications("osc777"), "done"),
            "\x1b]777;notify;Hearth;done\x1b\\");
  EXPECT_FALSE(parse_notifications("loud"));
}

}  // namespace
}  // namespace hearth::agent
