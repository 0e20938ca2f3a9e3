#include "hearth/engine/pace.h"

#include <gtest/gtest.h>

namespace hearth::engine {
namespace {

using Company = Pace::Company;

TEST(Pace, APrefillThatIsAloneTakesWholeBatches) {
  EXPECT_EQ(Pace(0).prefill_rows(Company::nobody, 512), 512);
}

TEST(Pace, WithCompanyAPieceTakesFiftyMilliseconds) {
  const Pace pace(2);
  EXPECT_EQ(pace.prefill_rows(Company::expected, 512), 100);
}

TEST(Pace, BesideAnswersAPieceTakesOneAndAHalfDecodes) {
  Pace pace(2);
  pace.note(0, 3, 20);
  EXPECT_EQ(pace.prefill_rows(Company::decoding, 512), 60);
}

TEST(Pace, APieceIsNeverEmptyNorLargerThanTheBatch) {
  EXPECT_GE(Pace(0.001).prefill_rows(Company::expected, 512), 1);
  EXPECT_EQ(Pace(0.001).prefill_rows(Company::expected, 4), 4);
  EXPECT_EQ(Pace(1000).prefill_rows(Company::expected, 512), 512);
}

TEST(Pace, TheRateIsLearntWithoutWhatDecodesBesideItCost) {
  Pace pace(0);
  pace.note(0, 1, 20);
  pace.note(100, 1, 70);
  EXPECT_DOUBLE_EQ(pace.tokens_per_ms(), 2);
}

}  // namespace
}  // namespace hearth::engine
