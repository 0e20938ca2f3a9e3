#include "hearth/wire/sse.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hearth::wire {
namespace {

using Seen = std::vector<std::string>;

struct Reader {
  SseParser parser;
  Seen seen;

  void feed(std::string_view bytes) {
    EXPECT_TRUE(parser.feed(
        bytes, [this](const SseEvent& e) { seen.push_back(e.event + "|" + e.data); },
        [this](std::string_view c) { seen.push_back("#" + std::string(c)); }));
  }
};

const std::string stream =
    "\xEF\xBB\xBF"
    "data: first\n\n"
    ": a comment\r\n"
    "event: named\r\ndata: one\r\ndata: two\r\n\r\n"
    "data\rdata: x\r\r"
    "id: 7\nretry: 10\nevent: without data\n\n"
    "data:no space\ndata:  two spaces\n\n"
    "data: \xC3\xBC\n\n";

const Seen expected = {"message|first",
                       "#a comment",
                       "named|one\ntwo",
                       "message|\nx",
                       "message|no space\n two spaces",
                       "message|\xC3\xBC"};

TEST(SseParser, ReadsEveryLineEndCommentAndMultilineData) {
  Reader reader;
  reader.feed(stream);
  EXPECT_EQ(reader.seen, expected);
  EXPECT_FALSE(reader.parser.inside_event());
}

TEST(SseParser, GivesTheSameEventsCutAtEveryByteOffset) {
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    Reader reader;
    reader.feed(std::string_view(stream).substr(0, cut));
    reader.feed(std::string_view(stream).substr(cut));
    EXPECT_EQ(reader.seen, expected) << "cut at byte " << cut;
  }
}

TEST(SseParser, GivesTheSameEventsByteByByte) {
  Reader reader;
  for (const char byte : stream) reader.feed({&byte, 1});
  EXPECT_EQ(reader.seen, expected);
}

TEST(SseParser, TellsAnEventThatNeverEnded) {
  Reader reader;
  reader.feed("data: half\n");
  EXPECT_TRUE(reader.parser.inside_event());
  EXPECT_TRUE(reader.seen.empty());
}

TEST(SseParser, TakesALineOfOneMegabyte) {
  const std::string data(1 << 20, 'x');
  Reader reader;
  reader.feed("data: " + data + "\n\n");
  ASSERT_EQ(reader.seen.size(), 1U);
  EXPECT_EQ(reader.seen[0], "message|" + data);
}

TEST(SseParser, StopsAtALineOverTheLimit) {
  SseParser parser;
  const std::string piece(SseParser::line_limit / 4 + 1, 'x');
  bool read = true;
  for (int i = 0; i < 4; ++i) read = parser.feed(piece, [](const SseEvent&) {});
  EXPECT_FALSE(read);
}

TEST(SseFrame, IsReadBackAsItWasWritten) {
  Reader reader;
  reader.feed(sse_frame("e", "a\nb") + sse_comment("hi") + sse_frame("", ""));
  EXPECT_EQ(reader.seen, (Seen{"e|a\nb", "#hi", "message|"}));
}

}  // namespace
}  // namespace hearth::wire
