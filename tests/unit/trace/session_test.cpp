#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>

#include <stdlib.h>

#include "hearth/trace/report.h"
#include "hearth/trace/session_reader.h"
#include "hearth/trace/session_writer.h"

namespace hearth::trace {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view two_lines = R"({"id": "a", "block_size": 64, "requests": [
  {"t": 0, "type": "n", "in": 150, "out": 10, "api_time": 2.5, "hash_ids": [1, 2]},
  {"t": 20, "type": "subagent", "agent_id": "x", "requests": [
    {"t": 0, "type": "n", "in": 70, "out": 3, "hash_ids": [9]},
    {"t": 5, "type": "n", "in": 130, "out": 3, "hash_ids": [9, 10], "reused": 60}]},
  {"t": 22, "type": "s", "in": 200, "out": 1, "hash_ids": [1, 2, 3]}]})";

TEST(SessionReader, SubAgentsStandAmongTheRequestsByTime) {
  const auto session = parse_session(two_lines, "a.json");
  ASSERT_TRUE(session.has_value()) << session.error().message;
  ASSERT_EQ(session->requests.size(), 4U);
  EXPECT_EQ(session->requests[1].agent, "x");
  EXPECT_EQ(session->requests[1].seconds, 20);
  EXPECT_EQ(session->requests[2].agent, "");
  EXPECT_EQ(session->requests[2].blocks, (std::vector<std::int64_t>{1, 2, 3}));
  EXPECT_EQ(session->requests[3].seconds, 25);
  EXPECT_EQ(session->requests[3].reused_tokens, 60);
  EXPECT_EQ(session->requests[0].reused_tokens, -1);
  EXPECT_EQ(session->requests[0].api_seconds, 2.5);
}

TEST(SessionReader, WhatIsWrongIsSaidWithItsPlace) {
  const auto message = [](std::string_view text) {
    const auto session = parse_session(text, "bad.json");
    return session ? std::string() : session.error().message;
  };
  EXPECT_TRUE(message("{").contains("bad.json"));
  EXPECT_TRUE(message("[]").contains("expected an object"));
  EXPECT_TRUE(message("{}").contains("requests"));
  EXPECT_TRUE(message(R"({"requests": [3]})").contains("requests[0]"));
  EXPECT_TRUE(message(R"({"requests": [{"t": 0, "hash_ids": []}]})").contains("requests[0].in"));
  EXPECT_TRUE(message(R"({"requests": [{"t": 0, "in": 3}]})").contains("hash_ids"));
  EXPECT_TRUE(message(R"({"requests": [{"t": 0, "in": 3, "hash_ids": ["x"]}]})").contains("whole"));
  EXPECT_TRUE(message(R"({"block_size": 0, "requests": []})").contains("block_size"));
}

TEST(SessionWriter, WhatIsWrittenIsReadAsItWas) {
  const auto session = parse_session(two_lines, "a");
  ASSERT_TRUE(session.has_value());
  const auto again = parse_session(to_json_text(*session), "a");
  ASSERT_TRUE(again.has_value()) << again.error().message;
  ASSERT_EQ(again->requests.size(), session->requests.size());
  for (std::size_t i = 0; i < session->requests.size(); ++i) {
    const Request& was = session->requests[i];
    const Request& is = again->requests[i];
    EXPECT_EQ(is.seconds, was.seconds);
    EXPECT_EQ(is.blocks, was.blocks);
    EXPECT_EQ(is.prompt_tokens, was.prompt_tokens);
    EXPECT_EQ(is.output_tokens, was.output_tokens);
    EXPECT_EQ(is.reused_tokens, was.reused_tokens);
    EXPECT_EQ(is.agent, was.agent);
  }
}

class FilesTest : public ::testing::Test {
 protected:
  FilesTest() {
    std::string pattern = (fs::temp_directory_path() / "hearth-trace-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~FilesTest() override { fs::remove_all(folder_); }

  void write(const std::string& name, std::string_view content) {
    std::ofstream(folder_ / name, std::ios::binary) << content;
  }
  std::string compressed(const std::string& name) {
    gzFile file = gzopen((folder_ / name).c_str(), "wb");
    gzwrite(file, two_lines.data(), static_cast<unsigned>(two_lines.size()));
    gzclose(file);
    std::ifstream in(folder_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  fs::path folder_;
};

TEST_F(FilesTest, AFolderIsReadByNamePlainAndCompressed) {
  write("b.json", two_lines);
  compressed("a.json.gz");
  write("readme.txt", "no trace");
  const auto sessions = read_sessions(folder_);
  ASSERT_TRUE(sessions.has_value()) << sessions.error().message;
  ASSERT_EQ(sessions->size(), 2U);
  EXPECT_EQ((*sessions)[0].name, "a.json.gz");
  EXPECT_EQ((*sessions)[0].requests.size(), (*sessions)[1].requests.size());
}

TEST_F(FilesTest, ACutOffOrEmptyFileIsAnError) {
  const std::string whole = compressed("a.json.gz");
  write("a.json.gz", std::string_view(whole).substr(0, whole.size() / 2));
  EXPECT_FALSE(read_sessions(folder_).has_value());
  write("a.json.gz", "");
  EXPECT_FALSE(read_sessions(folder_).has_value());
  fs::remove(folder_ / "a.json.gz");
  const auto none = read_sessions(folder_);
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().kind, ErrorKind::not_found);
  EXPECT_FALSE(read_sessions(folder_ / "nowhere").has_value());
}

TEST(Report, RequestsAreCountedByWhatTheyShareWithEarlierOnes) {
  const std::string text = R"({"requests": [
    {"t": 0, "in": 150, "out": 1, "hash_ids": [1, 2]},
    {"t": 1, "in": 260, "out": 1, "hash_ids": [1, 2, 3, 4], "reused": 100},
    {"t": 2, "in": 260, "out": 1, "hash_ids": [1, 2, 3, 5]},
    {"t": 3, "in": 140, "out": 1, "hash_ids": [1, 2]},
    {"t": 4, "in": 70, "out": 1, "hash_ids": [8]}]})";
  const auto session = parse_session(text, "a");
  ASSERT_TRUE(session.has_value());
  const Report report = report_on({*session});
  EXPECT_EQ(report.begun.requests, 2);
  EXPECT_EQ(report.went_on.requests, 1);
  EXPECT_EQ(report.went_on.fresh_tokens, 260 - 128);
  EXPECT_EQ(report.branched.requests, 1);
  EXPECT_EQ(report.branched.fresh_tokens, 260 - 192);
  EXPECT_EQ(report.repeated.requests, 1);
  EXPECT_EQ(report.recorded_requests, 1);
  EXPECT_EQ(report.recorded_missed_tokens, 28);
  EXPECT_TRUE(in_words(report).contains("28 read although"));
}

}  // namespace
}  // namespace hearth::trace
