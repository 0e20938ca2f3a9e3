#include "hearth/models/gguf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "gguf_bytes.h"
#include "test_store.h"

namespace hearth::models {
namespace {

using testing::HasSubstr;

constexpr auto absurd = std::numeric_limits<std::uint64_t>::max() - 7;

struct GgufFile : testing::Test {
  TemporaryFolder folder;

  Result<GgufInfo> inspect(std::string_view bytes) {
    write(folder.path() / "m.gguf", bytes);
    return inspect_gguf(folder.path() / "m.gguf");
  }
  void expect_refused(std::string_view bytes, const std::string& reason) {
    const auto info = inspect(bytes);
    ASSERT_FALSE(info);
    EXPECT_EQ(info.error().kind, ErrorKind::invalid_request);
    EXPECT_THAT(info.error().message, HasSubstr(reason));
    EXPECT_THAT(info.error().message, HasSubstr("m.gguf"));
  }
};

TEST_F(GgufFile, TellsWhatItsHeaderSays) {
  const auto info = inspect(tiny_gguf());
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->architecture, "qwen2");
  EXPECT_EQ(info->name, "Tiny");
  EXPECT_EQ(info->context_length, 32768U);
  EXPECT_EQ(info->n_layers, 28U);
  EXPECT_EQ(info->n_heads_kv, 2U);
  EXPECT_EQ(info->key_length, 128U);
  EXPECT_EQ(info->kv_bytes_per_token(), 28U * 1024);
  EXPECT_EQ(info->n_tensors, 1U);
  EXPECT_EQ(info->file_bytes, tiny_gguf().size());
  EXPECT_EQ(info->chat_template, "{{ messages }}");
}

TEST_F(GgufFile, AnArrayOfHeadCountsCountsAsItsLargest) {
  GgufBytes file;
  file.header(0, 2).text_value("general.architecture", "x");
  file.string("x.attention.head_count_kv").number(std::uint32_t{9}).number(std::uint32_t{5});
  file.number(std::uint64_t{3}).number(std::int32_t{0}).number(std::int32_t{4});
  file.number(std::int32_t{2}).align();
  const auto info = inspect(file.bytes);
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->n_heads_kv, 4U);
}

TEST_F(GgufFile, EveryTruncationIsNoticed) {
  const std::string whole = tiny_gguf();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(inspect(whole.substr(0, size))) << size << " of " << whole.size() << " bytes";
  }
}

TEST_F(GgufFile, SaysThatTensorsAreCutOff) {
  const std::string whole = tiny_gguf();
  expect_refused(whole.substr(0, whole.size() - 1), "truncated");
}

TEST_F(GgufFile, RefusesWhatIsNotGguf) {
  expect_refused("", "not GGUF");
  expect_refused("<!DOCTYPE html><html>", "not GGUF");
}

TEST_F(GgufFile, RefusesOtherVersions) {
  expect_refused(GgufBytes().header(0, 0, 1).bytes, "version is 1");
  expect_refused(GgufBytes().header(0, 0, 4).bytes, "version is 4");
  EXPECT_TRUE(inspect(GgufBytes().header(0, 0, 2).align().bytes));
}

TEST_F(GgufFile, AbsurdLengthsAreRefusedBeforeAnythingIsAllocated) {
  expect_refused(GgufBytes().header(0, absurd).bytes, "ends inside its header");
  expect_refused(GgufBytes().header(absurd, 0).bytes, "ends inside its header");
  expect_refused(GgufBytes().header(0, 1).number(absurd).raw("key").bytes, "a string");
  expect_refused(GgufBytes().header(0, 1).string("k").number(8U).number(absurd).bytes, "a string");
  expect_refused(GgufBytes().header(0, 1).string("k").number(9U).number(0U).number(absurd).bytes,
                 "an array");
}

TEST_F(GgufFile, AbsurdTensorsDoNotWrapAround) {
  expect_refused(GgufBytes().header(1, 0).f32_tensor("t", absurd).bytes, "larger than any file");
  expect_refused(GgufBytes().header(1, 0).f32_tensor("t", 8, absurd).bytes, "larger than any file");
  expect_refused(GgufBytes().header(1, 0).f32_tensor("t", 1, absurd - 8).bytes,
                 "larger than any file");
  expect_refused(GgufBytes().header(1, 0).string("t").number(5U).bytes, "four dimensions");
}

TEST_F(GgufFile, ArraysOfArraysDoNotExhaustTheStack) {
  GgufBytes file;
  file.header(0, 1).string("k").number(9U);
  for (int depth = 0; depth < 200'000; ++depth) file.number(9U).number(std::uint64_t{1});
  expect_refused(file.bytes, "array of arrays");
}

TEST_F(GgufFile, RefusesUnknownValueTypes) {
  expect_refused(GgufBytes().header(0, 1).string("k").number(99U).bytes, "unknown type");
}

TEST_F(GgufFile, SaysThatThereIsNoFile) {
  const auto missing = inspect_gguf(folder.path() / "none.gguf");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::not_found);
  const auto a_folder = inspect_gguf(folder.path());
  ASSERT_FALSE(a_folder);
  EXPECT_THAT(a_folder.error().message, HasSubstr("not a file"));
}

}  // namespace
}  // namespace hearth::models
