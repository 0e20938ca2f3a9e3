#include "hearth/kv/disk_format.h"

#include <gtest/gtest.h>

#include <set>

namespace hearth::kv {
namespace {

constexpr Key fingerprint{.high = 1, .low = 2};

EntryInfo entry() {
  return {.kind = EntryKind::rows,
          .parent = {.high = 3, .low = 4},
          .begin = 5,
          .end = 8,
          .tokens = {9, 10, 11},
          .bytes = 1'000'000'000'000,
          .used_ms = -12};
}

TEST(DiskFormat, AKeyDependsOnAllThatNamesAnEntryAndOnNothingElse) {
  std::set<Key> keys;
  const auto note = [&](auto change) {
    EntryInfo changed = entry();
    change(changed);
    keys.insert(key_of(changed));
  };
  note([](EntryInfo&) {});
  note([](EntryInfo& e) { e.parent.high = 30; });
  note([](EntryInfo& e) { e.parent.low = 40; });
  note([](EntryInfo& e) { e.kind = EntryKind::point; });
  note([](EntryInfo& e) { e.begin = 50; });
  note([](EntryInfo& e) { e.end = 80; });
  note([](EntryInfo& e) { e.tokens[2] = 110; });
  EXPECT_EQ(keys.size(), 7U);
  note([](EntryInfo& e) { e.bytes = 1; });
  note([](EntryInfo& e) { e.used_ms = 1; });
  EXPECT_EQ(keys.size(), 7U);
}

// A changed hash would make everything on people's disks unreachable.
TEST(DiskFormat, AKeyIsTheSameInEveryVersion) {
  EXPECT_EQ(key_of(entry()).hex(), "976aaf344c308ec2a2f8ede1b1501ecd");
  EXPECT_EQ((Key{.high = 0xab, .low = 1}.hex()), "00000000000000ab0000000000000001");
}

TEST(DiskFormat, AHeaderGivesBackWhatWasPutIn) {
  const Checksum payload{.high = 13, .low = 14};
  const auto header = encode_disk_header(fingerprint, entry(), payload);
  const auto length = disk_header_bytes(std::span(header).first<disk_header_front>(), fingerprint);
  ASSERT_TRUE(length.has_value()) << length.error().message;
  EXPECT_EQ(*length, header.size());
  EXPECT_EQ(disk_header_bytes(entry()), header.size());

  const auto decoded = decode_disk_header(header, fingerprint);
  ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
  EXPECT_EQ(decoded->key, key_of(entry()));
  EXPECT_EQ(decoded->entry.kind, EntryKind::rows);
  EXPECT_EQ(decoded->entry.parent, entry().parent);
  EXPECT_EQ(decoded->entry.begin, 5);
  EXPECT_EQ(decoded->entry.end, 8);
  EXPECT_EQ(decoded->entry.tokens, entry().tokens);
  EXPECT_EQ(decoded->entry.bytes, 1'000'000'000'000U);
  EXPECT_EQ(decoded->entry.used_ms, -12);
  EXPECT_EQ(decoded->payload, payload);
  EXPECT_EQ(decoded->bytes, header.size());
}

TEST(DiskFormat, NoByteOfAHeaderCanChangeUnnoticed) {
  const auto header = encode_disk_header(fingerprint, entry(), {.high = 13, .low = 14});
  for (std::size_t i = 0; i < header.size(); ++i) {
    auto changed = header;
    changed[i] ^= std::byte{0x10};
    const auto decoded = decode_disk_header(changed, fingerprint);
    ASSERT_FALSE(decoded.has_value()) << "byte " << i;
    EXPECT_EQ(decoded.error().kind, ErrorKind::invalid_request);
  }
}

TEST(DiskFormat, TheLengthOfAHeaderIsNotTakenFromNumbersThatCannotBe) {
  auto header = encode_disk_header(fingerprint, entry(), {});
  header[62] = std::byte{0x7f};  // eight million tokens for a range of three
  EXPECT_FALSE(disk_header_bytes(std::span(header).first<disk_header_front>(), fingerprint));
}

TEST(DiskFormat, ARefusedHeaderSaysWhy) {
  const auto header = encode_disk_header(fingerprint, entry(), {});
  const auto why = [&](std::size_t offset, const Key& wanted = fingerprint) {
    auto changed = header;
    changed[offset] ^= std::byte{2};
    const auto decoded = decode_disk_header(changed, wanted);
    return decoded ? "nothing" : decoded.error().message;
  };
  EXPECT_EQ(why(0), "is no file of the KV cache");
  EXPECT_EQ(why(8), "comes from another kind of machine");
  EXPECT_EQ(why(12), "is of format version 3, not 1");
  EXPECT_EQ(why(16), "belongs to another model");
  EXPECT_EQ(why(90), "has a damaged header");
}

TEST(DiskFormat, AnEntryWithTokensOfAnotherRangeIsNotWritten) {
  EntryInfo wrong = entry();
  wrong.tokens.pop_back();
  EXPECT_THROW(std::ignore = encode_disk_header(fingerprint, wrong, {}), std::logic_error);
}

}  // namespace
}  // namespace hearth::kv
