#include "hearth/models/http_fetch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loopback_server.h"
#include "test_store.h"

#include "hearth/base/clock.h"
#include "hearth/models/fetch.h"

namespace hearth::models {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

const TransferLimits three_attempts{std::chrono::milliseconds(500), std::chrono::seconds(1), 3,
                                    std::chrono::milliseconds(1)};

struct FetchOverHttp : testing::Test {
  TestStore store;
  std::string content = pattern_bytes(300'000);
  LoopbackServer server{{.content = content}};
  std::stop_source stop;

  ModelSpec spec() {
    ModelSpec model;
    model.name = "tiny";
    model.title = "Tiny";
    model.file = "tiny.gguf";
    model.bytes = content.size();
    model.sha256 = sha256_of(content);
    model.sources = {UrlSource{server.url()}};
    return model;
  }
  Result<std::filesystem::path> get(const ModelSpec& model) {
    return fetch(model, {}, stop.get_token(), three_attempts);
  }
  std::vector<std::string> files() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(models_dir())) {
      names.push_back(entry.path().filename().string());
    }
    std::ranges::sort(names);
    return names;
  }
};

TEST_F(FetchOverHttp, BringsTheWholeFileAndNothingElse) {
  std::uint64_t shown = 0;
  const auto path = fetch(
      spec(), [&](const FetchProgress& progress) { shown = progress.done; }, stop.get_token(),
      three_attempts);
  ASSERT_TRUE(path) << path.error().message;
  EXPECT_EQ(*path, store.file("tiny.gguf"));
  EXPECT_EQ(read(*path), content);
  EXPECT_THAT(files(), ElementsAre("tiny.gguf"));
  EXPECT_EQ(shown, content.size());
}

TEST_F(FetchOverHttp, AFileThatIsThereIsNotFetchedAgain) {
  ASSERT_TRUE(get(spec()));
  ASSERT_TRUE(get(spec()));
  EXPECT_THAT(server.ranges_asked(), SizeIs(1));
}

TEST_F(FetchOverHttp, AFileThatIsThereAndWrongIsReplaced) {
  write(store.file("tiny.gguf"), std::string(content.size(), 'x'));
  ASSERT_TRUE(get(spec()));
  EXPECT_EQ(read(store.file("tiny.gguf")), content);
}

TEST_F(FetchOverHttp, GoesOnAfterEveryCutOfTheConnection) {
  server.behave({.content = content, .cut_after = 100'000});
  const auto path = get(spec());
  ASSERT_TRUE(path) << path.error().message;
  EXPECT_EQ(read(*path), content);
  EXPECT_THAT(server.ranges_asked(), ElementsAre("", "bytes=100000-", "bytes=200000-"));
}

TEST_F(FetchOverHttp, GoesOnWhereAnEarlierRunStopped) {
  write(store.file("tiny.gguf.part"), content.substr(0, 123'456));
  ASSERT_TRUE(get(spec()));
  EXPECT_THAT(server.ranges_asked(), ElementsAre("bytes=123456-"));
  EXPECT_EQ(read(store.file("tiny.gguf")), content);
}

TEST_F(FetchOverHttp, AWholePartIsVerifiedWithoutAsking) {
  write(store.file("tiny.gguf.part"), content);
  ASSERT_TRUE(get(spec()));
  EXPECT_THAT(server.ranges_asked(), SizeIs(0));
}

TEST_F(FetchOverHttp, APartThatIsTooLongIsFetchedAgain) {
  write(store.file("tiny.gguf.part"), content + "more");
  ASSERT_TRUE(get(spec()));
  EXPECT_EQ(read(store.file("tiny.gguf")), content);
}

TEST_F(FetchOverHttp, AServerWithoutRangesIsReadFromTheStart) {
  write(store.file("tiny.gguf.part"), content.substr(0, 1000));
  server.behave({.content = content, .ranges = false});
  ASSERT_TRUE(get(spec()));
  EXPECT_EQ(read(store.file("tiny.gguf")), content);
}

TEST_F(FetchOverHttp, ARangeThatBeginsElsewhereIsNotJoined) {
  write(store.file("tiny.gguf.part"), content.substr(0, 1000));
  server.behave({.content = content, .range_shift = 10});
  const auto path = get(spec());
  ASSERT_TRUE(path) << path.error().message;
  EXPECT_EQ(read(*path), content);
  EXPECT_THAT(server.ranges_asked(), ElementsAre("bytes=1000-", ""));
}

TEST_F(FetchOverHttp, GivesUpAfterAttemptsWithoutProgressAndKeepsThePart) {
  write(store.file("tiny.gguf.part"), content.substr(0, 1000));
  server.behave({.content = content, .status = 503});
  const auto path = get(spec());
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().kind, ErrorKind::unavailable);
  EXPECT_THAT(path.error().message, HasSubstr("503"));
  EXPECT_THAT(server.ranges_asked(), SizeIs(3));
  EXPECT_EQ(read(store.file("tiny.gguf.part")).size(), 1000U);
}

TEST_F(FetchOverHttp, AWrongHashNamesBothAndPoisonsNoResume) {
  auto wrong = spec();
  wrong.sha256 = std::string(64, '0');
  const auto path = get(wrong);
  ASSERT_FALSE(path);
  EXPECT_THAT(path.error().message, AllOf(HasSubstr(wrong.sha256), HasSubstr(sha256_of(content))));
  EXPECT_THAT(files(), SizeIs(0));
  EXPECT_TRUE(get(spec()));
}

TEST_F(FetchOverHttp, ABadPartIsForgottenAndTheNextRunIsRight) {
  write(store.file("tiny.gguf.part"), std::string(1000, 'x'));
  EXPECT_FALSE(get(spec()));
  EXPECT_TRUE(get(spec()));
}

TEST_F(FetchOverHttp, AMissingFileIsNotTriedAgain) {
  server.behave({.content = content, .status = 404});
  const auto path = get(spec());
  ASSERT_FALSE(path);
  EXPECT_THAT(path.error().message, AllOf(HasSubstr("404"), HasSubstr("127.0.0.1")));
  EXPECT_THAT(server.ranges_asked(), SizeIs(1));
  EXPECT_THAT(files(), SizeIs(0));
}

TEST_F(FetchOverHttp, AFileOfAnotherSizeIsRefusedBeforeItIsRead) {
  server.behave({.content = "<html>Log in to this network</html>"});
  const auto path = get(spec());
  ASSERT_FALSE(path);
  EXPECT_THAT(path.error().message, HasSubstr("35 bytes"));
}

TEST_F(FetchOverHttp, FollowsRedirects) {
  server.behave({.content = content, .redirect = server.url()});
  auto model = spec();
  model.sources = {UrlSource{server.url("/start")}};
  const auto path = get(model);
  ASSERT_TRUE(path) << path.error().message;
  EXPECT_EQ(read(*path), content);
}

TEST_F(FetchOverHttp, AStalledConnectionIsGivenUp) {
  server.behave({.content = content, .cut_after = 100'000, .cuts = 1, .stall = true});
  PartFile part = PartFile::open(store.file("x.part")).value();
  const auto start = Clock::now();
  TransferLimits one_attempt = three_attempts;
  one_attempt.attempts = 1;
  std::uint64_t arrived = 0;
  const auto done = http_fetch(
      {server.url(), content.size(), {}}, part, one_attempt,
      [&](const FetchProgress& progress) { arrived = progress.done; }, stop.get_token());
  EXPECT_FALSE(done);
  EXPECT_EQ(arrived, 100'000U);
  EXPECT_LT(ms_since(start), 15'000) << "libcurl measures over five seconds";
}

TEST_F(FetchOverHttp, AnUnreachableHostIsGivenUpAtOnceAndNotAskedAgain) {
  auto model = spec();
  {
    const LoopbackServer closed({});
    model.sources = {UrlSource{fmt::format("http://localhost:{}/m.gguf", closed.port())}};
  }
  const auto start = Clock::now();
  auto path = get(model);
  ASSERT_FALSE(path);
  EXPECT_LT(ms_since(start), 1000);
  model.sources = {UrlSource{fmt::format("http://localhost:{}/m.gguf", server.port())}};
  path = get(model);
  ASSERT_FALSE(path);
  EXPECT_THAT(path.error().message, HasSubstr("out of reach a moment ago"));
  EXPECT_THAT(server.ranges_asked(), SizeIs(0));
}

TEST_F(FetchOverHttp, AHostThatSendsOnToAnUnreachableOneIsGivenUpAtOnce) {
  server.behave({.content = content, .redirect = "http://127.0.0.1:1/m.gguf"});
  PartFile part = PartFile::open(store.file("x.part")).value();
  const auto done = http_fetch({server.url("/start"), content.size(), {}}, part, three_attempts, {},
                               stop.get_token());
  ASSERT_FALSE(done);
  EXPECT_TRUE(done.error().out_of_reach);
  EXPECT_THAT(server.ranges_asked(), SizeIs(1));
}

TEST_F(FetchOverHttp, ABusyHostIsNotOutOfReach) {
  server.behave({.content = content, .status = 503});
  EXPECT_FALSE(get(spec()));
  server.behave({.content = content});
  EXPECT_TRUE(get(spec()));
}

TEST_F(FetchOverHttp, TheNextSourceGoesOnWithWhatTheFirstOneBrought) {
  const LoopbackServer second({.content = content});
  server.behave({.content = content, .status = 404});
  auto model = spec();
  model.sources = {UrlSource{server.url()}, UrlSource{second.url()}};
  write(store.file("tiny.gguf.part"), content.substr(0, 1000));
  std::string note;
  const auto path = fetch(
      model,
      [&](const FetchProgress& progress) {
        if (!progress.note.empty()) note = progress.note;
      },
      stop.get_token(), three_attempts);
  ASSERT_TRUE(path) << path.error().message;
  EXPECT_THAT(note, HasSubstr("404"));
}

TEST_F(FetchOverHttp, AStopKeepsWhatCameAndSaysHowToGoOn) {
  server.behave({.content = content, .cut_after = 100'000, .stall = true});
  const auto path = fetch(
      spec(),
      [&](const FetchProgress& progress) {
        if (progress.done == 100'000) stop.request_stop();
      },
      stop.get_token(), three_attempts);
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().kind, ErrorKind::cancelled);
  EXPECT_THAT(path.error().message, AllOf(HasSubstr("100 kB"), HasSubstr("hearth get tiny")));
  EXPECT_EQ(read(store.file("tiny.gguf.part")).size(), 100'000U);
}

TEST_F(FetchOverHttp, ADiskThatIsTooSmallIsSaidBeforeAnythingIsFetched) {
  auto model = spec();
  model.bytes = std::uint64_t{1} << 60;
  const auto path = get(model);
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().kind, ErrorKind::io);
  EXPECT_THAT(path.error().message,
              AllOf(HasSubstr("disk is too small"), HasSubstr("XDG_DATA_HOME")));
  EXPECT_THAT(server.ranges_asked(), SizeIs(0));
  EXPECT_THAT(files(), SizeIs(0));
}

TEST(HostOf, IsTheHost) {
  EXPECT_EQ(host_of("https://example.org:8443/a/b"), "example.org");
  EXPECT_EQ(host_of("nothing"), "nothing");
}

}  // namespace
}  // namespace hearth::models
