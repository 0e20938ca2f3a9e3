#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gguf_bytes.h"
#include "loopback_server.h"
#include "test_store.h"

#include "hearth/models/download_lock.h"
#include "hearth/models/fetch.h"

namespace hearth::models {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

const TransferLimits quick{std::chrono::milliseconds(500), std::chrono::seconds(1), 1,
                           std::chrono::milliseconds(1)};

struct FetchUrl : testing::Test {
  TestStore store;
  std::string content = tiny_gguf(50'000);
  LoopbackServer server{{.content = content}};

  Result<FetchedUrl> get(const std::string& sha256 = "") {
    return fetch_url(server.url("/dir/m.gguf?download=true"), sha256, {}, {}, quick);
  }
};

TEST_F(FetchUrl, BringsAModelAndItsHash) {
  const auto fetched = get();
  ASSERT_TRUE(fetched) << fetched.error().message;
  EXPECT_EQ(fetched->path, store.file("m.gguf"));
  EXPECT_EQ(fetched->sha256, sha256_of(content));
  EXPECT_FALSE(fetched->was_there);
  EXPECT_EQ(read(fetched->path), content);
}

TEST_F(FetchUrl, KeepsAFileThatIsThereUnlessAnotherHashIsAskedFor) {
  write(store.file("m.gguf"), "mine");
  const auto kept = get();
  ASSERT_TRUE(kept);
  EXPECT_TRUE(kept->was_there);
  EXPECT_EQ(kept->sha256, sha256_of("mine"));
  const auto replaced = get(sha256_of(content));
  ASSERT_TRUE(replaced) << replaced.error().message;
  EXPECT_EQ(read(store.file("m.gguf")), content);
}

TEST_F(FetchUrl, AWrongHashNamesBothAndKeepsNothing) {
  const auto fetched = get(std::string(64, 'a'));
  ASSERT_FALSE(fetched);
  EXPECT_THAT(fetched.error().message,
              AllOf(HasSubstr(std::string(64, 'a')), HasSubstr(sha256_of(content))));
  EXPECT_TRUE(std::filesystem::is_empty(models_dir()));
}

TEST_F(FetchUrl, WhatIsNotAModelIsNotKept) {
  server.behave({.content = "<html>Sign in</html>"});
  const auto fetched = get();
  ASSERT_FALSE(fetched);
  EXPECT_EQ(fetched.error().kind, ErrorKind::invalid_request);
  EXPECT_THAT(fetched.error().message, HasSubstr("not GGUF"));
  EXPECT_TRUE(std::filesystem::is_empty(models_dir()));
}

TEST_F(FetchUrl, ResumesTheSameFile) {
  server.behave({.content = content, .etag = "\"v1\"", .cut_after = 1000, .cuts = 1});
  EXPECT_FALSE(get());
  ASSERT_TRUE(get());
  EXPECT_THAT(server.ranges_asked(), ElementsAre("", "bytes=1000-"));
  EXPECT_EQ(read(store.file("m.gguf")), content);
  EXPECT_FALSE(std::filesystem::exists(store.file("m.gguf.etag")));
}

TEST_F(FetchUrl, NeverJoinsHalvesOfTwoFiles) {
  server.behave({.content = content, .etag = "\"v1\"", .cut_after = 1000, .cuts = 1});
  EXPECT_FALSE(get());
  const std::string newer = tiny_gguf(60'000);
  server.behave({.content = newer, .etag = "\"v2\""});
  ASSERT_TRUE(get());
  EXPECT_EQ(read(store.file("m.gguf")), newer);
}

TEST_F(FetchUrl, WithoutAnEtagItBeginsAgain) {
  server.behave({.content = content, .cut_after = 1000, .cuts = 1});
  EXPECT_FALSE(get());
  ASSERT_TRUE(get());
  EXPECT_THAT(server.ranges_asked(), ElementsAre("", ""));
}

TEST_F(FetchUrl, TwoAtATimeAreNotAllowed) {
  {
    const auto other = DownloadLock::take(store.file("m.gguf.lock"), "m.gguf");
    ASSERT_TRUE(other);
    const auto fetched = get();
    ASSERT_FALSE(fetched);
    EXPECT_EQ(fetched.error().kind, ErrorKind::overloaded);
    EXPECT_THAT(fetched.error().message, AllOf(HasSubstr("m.gguf"), HasSubstr("process")));
    EXPECT_THAT(server.ranges_asked(), SizeIs(0));
  }
  EXPECT_TRUE(get());
}

TEST(FileNameOfUrl, IsTheLastPartOfThePath) {
  EXPECT_EQ(file_name_of_url("https://example.org/a/b.gguf?x=/y#z").value(), "b.gguf");
  EXPECT_EQ(file_name_of_url("https://example.org/a/b").value(), "b.gguf");
}

TEST(FileNameOfUrl, MustNameAFile) {
  for (const char* url :
       {"https://example.org", "https://example.org/", "https://example.org/a/",
        "https://example.org/..", "ftp://example.org/a.gguf", "file:///etc/passwd"}) {
    const auto name = file_name_of_url(url);
    ASSERT_FALSE(name) << url;
    EXPECT_EQ(name.error().kind, ErrorKind::invalid_request);
  }
}

}  // namespace
}  // namespace hearth::models
