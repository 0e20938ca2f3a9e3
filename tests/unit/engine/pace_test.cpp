#include "hearth/engine/pace.h"

#include <gtest/gtest.h>

#include "hearth/engine/turns.h"

namespace hearth::engine {
namespace {

using Others = Turns::Others;

TEST(Pace, APieceTakesFiftyMillisecondsOrThreeDecodes) {
  Pace pace(2);
  EXPECT_DOUBLE_EQ(pace.piece_ms(), 50);
  pace.note_decodes(10);
  EXPECT_DOUBLE_EQ(pace.piece_ms(), 50);
  Pace slow(2);
  slow.note_decodes(60);
  EXPECT_DOUBLE_EQ(slow.piece_ms(), 180);
}

TEST(Pace, RowsFollowFromTheRateOfTheirPrompt) {
  const Pace pace(2);
  EXPECT_EQ(pace.rows_in(50, {}, 0, 512), 64);  // 100, but whole tiles
  EXPECT_EQ(pace.rows_in(50, {.rate = {.wide = 0.25}}, 0, 512), 192);
  EXPECT_EQ(pace.rows_in(50, {.rate = {.wide = 1, .narrow = 1}}, 0, 512), 50);
}

TEST(Pace, WhereNarrowBatchesAreDearAWideOneMayTakeLonger) {
  const Pace pace(2);
  EXPECT_EQ(pace.rows_in(50, {.rate = {.wide = 1.7, .narrow = 5.8}}, 0, 512), 64);
  EXPECT_EQ(pace.rows_in(50, {.rate = {.wide = 1.7, .narrow = 2}}, 0, 512), 25);
  // But not for so long that everybody notices.
  EXPECT_EQ(pace.rows_in(50, {.rate = {.wide = 20, .narrow = 56}}, 0, 512), 4);
}

TEST(Pace, DecodesInTheBatchBelongToItsTiles) {
  const Pace pace(2);
  EXPECT_EQ(pace.rows_in(50, {}, 3, 512), 61);
  EXPECT_EQ(pace.rows_in(50, {.rate = {.wide = 1.7, .narrow = 5.8}}, 1, 512), 63);
}

TEST(Pace, APieceIsNeverEmptyNorLargerThanTheBatch) {
  EXPECT_GE(Pace(0).rows_in(50, {}, 0, 512), 1);
  EXPECT_GE(Pace(0.001).rows_in(50, {}, 0, 512), 1);
  EXPECT_EQ(Pace(0.001).rows_in(50, {}, 0, 3), 3);
  EXPECT_EQ(Pace(1000).rows_in(50, {}, 0, 512), 512);
}

TEST(Pace, TheRateIsLearntWithoutWhatDecodesBesideItCost) {
  Pace pace(0);
  pace.note_decodes(20);
  ReadingRate rate;
  pace.note_piece(100, 1, 0, 70, rate);
  EXPECT_DOUBLE_EQ(pace.tokens_per_ms(), 2);
  EXPECT_DOUBLE_EQ(rate.wide, 0.5);
  EXPECT_DOUBLE_EQ(rate.narrow, 0);
  pace.note_piece(10, 0, 100, 20, rate);
  EXPECT_DOUBLE_EQ(rate.narrow, 2);
}

TEST(Pace, APromptThatWasNotReadYetIsJudgedByItsDepth) {
  Pace pace(2);  // 0.5 ms per token
  ReadingRate rate;
  pace.note_piece(100, 0, 10'000, 150, rate);
  EXPECT_EQ(pace.rows_in(50, {.depth = 0}, 0, 512), 64);
  EXPECT_EQ(pace.rows_in(50, {.depth = 5000}, 0, 512), 50);    // 1 ms per token
  EXPECT_EQ(pace.rows_in(50, {.depth = 20'000}, 0, 512), 20);  // 2.5
}

TEST(Pace, APieceAloneTakesTwoSecondsAtMostAndIsNotNarrow) {
  EXPECT_EQ(Pace(0).rows_alone({}, 512), 512);
  EXPECT_EQ(Pace(1).rows_alone({}, 512), 512);
  EXPECT_EQ(Pace(0.2).rows_alone({}, 512), 384);
  EXPECT_EQ(Pace(0.01).rows_alone({}, 512), 128);
  EXPECT_EQ(Pace(0.01).rows_alone({}, 100), 100);
}

TEST(Pace, NoNarrowRestIsLeft) {
  EXPECT_EQ(without_narrow_rest(2000, 512), 512);
  EXPECT_EQ(without_narrow_rest(520, 512), 456);
  EXPECT_EQ(without_narrow_rest(512, 512), 512);
  EXPECT_EQ(without_narrow_rest(30, 512), 30);
}

TEST(Turns, AnswersGetHalfAsMuchTimeAsThePieceBeforeTook) {
  Turns turns(0.25);
  EXPECT_TRUE(turns.longest_is_next(Others::writing));
  turns.note_longest(100);
  EXPECT_TRUE(turns.longest_is_next(Others::nobody));
  EXPECT_FALSE(turns.longest_is_next(Others::writing));
  turns.note_others(50);
  EXPECT_TRUE(turns.longest_is_next(Others::writing));
}

TEST(Turns, WhoWaitsGoesFirstUntilTheLongestIsOwedMuch) {
  Turns turns(0.25);
  EXPECT_FALSE(turns.longest_is_next(Others::waiting));
  turns.note_others(2004);
  EXPECT_TRUE(turns.longest_is_next(Others::waiting));
  // From then on it gets its share.
  double longest = 0;
  double others = 0;
  for (int i = 0; i < 10'000; ++i) {
    if (turns.longest_is_next(Others::waiting)) {
      turns.note_longest(20);
      longest += 20;
    } else {
      turns.note_others(10);
      others += 10;
    }
  }
  EXPECT_NEAR(longest / (longest + others), 0.25, 0.01);
}

TEST(Turns, APieceIsNotBrokenOffTwiceInARowNorIfMuchIsOwed) {
  Turns turns(0.25);
  EXPECT_TRUE(turns.may_break_off());
  turns.note_broken_off();
  EXPECT_FALSE(turns.may_break_off());
  turns.note_longest(100);
  EXPECT_TRUE(turns.may_break_off());
  turns.note_others(4000);
  EXPECT_FALSE(turns.may_break_off());
}

}  // namespace
}  // namespace hearth::engine
