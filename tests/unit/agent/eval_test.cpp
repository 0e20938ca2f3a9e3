#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_folder.h"

#include "hearth/agent/eval/eval_setting.h"
#include "hearth/agent/eval/eval_summary.h"
#include "hearth/agent/eval/exercism_track.h"
#include "hearth/agent/eval/measured_profile.h"
#include "hearth/agent/eval/results_file.h"

namespace hearth::agent {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Tokens {
  int read = 100;
  int reused = 0;
};

TrialRecord record(const std::string& style, const std::string& kind, bool solved,
                   Tokens tokens = {}, const std::string& setting = "") {
  TrialRecord record;
  record.key = {.model = "m", .style = style, .setting = setting, .task = "t"};
  record.kind = kind;
  record.solved = solved;
  record.usage.prompt_tokens = tokens.read;
  record.usage.reused_tokens = tokens.reused;
  return record;
}

MeasuredProfile measured(const std::vector<TrialRecord>& records, const Profile& before = {}) {
  auto profile = measured_profile(summary_of(records), "m", before, "2026-11-27");
  EXPECT_TRUE(profile) << profile.error().message;
  return profile.value_or(MeasuredProfile{});
}

TEST(EvalSetting, EqualOnesHaveEqualNames) {
  const auto name = [](const char* text) { return EvalSetting::parse(text).value().name(); };
  EXPECT_EQ(name(""), "");
  EXPECT_EQ(name("top_p=0.90, temperature=0"), "temperature=0,top_p=0.9");
  EXPECT_EQ(name("temperature=0.0,top_p=0.9"), name("top_p=0.90, temperature=0"));
}

TEST(EvalSetting, ChangesCandidatesAndSampling) {
  auto setting = EvalSetting::parse("temperature=0.2,top_k=5").value();
  setting.set_attempts(9);
  Profile profile;
  setting.apply(profile);
  EXPECT_EQ(profile.temperature, 0.2);
  EXPECT_EQ(profile.sampling.temperature, 0.2);
  EXPECT_EQ(profile.sampling.top_k, 5);
  EXPECT_EQ(profile.attempts, 9);
}

TEST(EvalSetting, WhatCannotBeSetIsAnError) {
  for (const char* text : {"heat=1", "temperature", "temperature=", "temperature=1x", "top_k=1.5",
                           "attempts=0", "temperature=-1", ",", "top_p=nan"}) {
    EXPECT_FALSE(EvalSetting::parse(text)) << text;
  }
}

TEST(TrialRecord, SurvivesBeingWritten) {
  TrialRecord one = record("forced", "fix", true, {120, 100}, "temperature=0.2");
  one.key.repeat = 3;
  one.key.seed = 1LL << 31;
  one.key.max_turns = 30;
  one.key.time_limit_seconds = 900;
  one.seconds = 1.5;
  one.malformed_calls = 2;
  one.stop_reason = "loop";
  const auto read = trial_record_from(json::value(as_json(one)));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->key, one.key);
  EXPECT_EQ(as_json(*read), as_json(one));
}

TEST(ResultsFile, AnUnfinishedLineIsTakenOff) {
  const TestFolder folder;
  const auto path = folder.path() / "results.jsonl";
  const std::string whole = to_json(json::value(as_json(record("forced", "fix", true)))) + "\n";
  folder.write("results.jsonl", whole + whole.substr(0, whole.size() - 1));
  {
    auto file = ResultsFile::open(path);
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(file->records().size(), 1U);
    EXPECT_FALSE(ResultsFile::open(path)) << "two would write into one another's lines";
    ASSERT_TRUE(file->append(record("native", "fix", false)));
  }
  const auto again = ResultsFile::open(path);
  ASSERT_TRUE(again);
  ASSERT_EQ(again->records().size(), 2U);
  EXPECT_EQ(again->records().back().key.style, "native");
}

TEST(EvalSummary, HasARowForEachWayOfWorking) {
  const std::vector records{record("forced", "fix", true), record("native", "fix", false),
                            record("forced", "write", false),
                            record("forced", "fix", true, {}, "top_k=5")};
  const auto rows = summary_of(records);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].kinds.at("fix").solved, 1);
  EXPECT_EQ(rows[0].all.trials, 2);
  EXPECT_EQ(rows[0].all.rate(), 0.5);
  EXPECT_EQ(rows[2].setting, "top_k=5");
  EXPECT_THAT(summary_table(rows), HasSubstr("m  forced  top_k=5"));
}

TEST(MeasuredProfile, TheStyleThatSolvedMostIsChosenForEachKindOfWork) {
  const auto profile =
      measured({record("native", "fix", false), record("forced", "fix", false),
                record("whole-files", "fix", true), record("native", "write", true),
                record("forced", "write", false), record("whole-files", "write", true)});
  EXPECT_EQ(profile.entry.at("repair"), "whole-files");
  EXPECT_EQ(profile.entry.at("style"), "native") << "whole files are for repairs only";
  EXPECT_EQ(profile.entry.at("measured").at("repair").as_array().size(), 3U);
}

TEST(MeasuredProfile, OfEquallyGoodOnesTheOneThatComputedLess) {
  const auto profile = measured(
      {record("native", "fix", true, {1000, 100}), record("forced", "fix", true, {2000, 1900})});
  EXPECT_EQ(profile.entry.at("repair"), "forced");
}

TEST(MeasuredProfile, AStyleThatWasTriedLessIsNotCompared) {
  const auto profile = measured({record("native", "fix", true), record("native", "fix", true),
                                 record("forced", "fix", true, {1, 0})});
  EXPECT_EQ(profile.entry.at("repair"), "native");
}

TEST(MeasuredProfile, WhatWasNotMeasuredStays) {
  Profile before;
  before.style = StyleName::forced;
  before.attempts = 60;
  const auto profile =
      measured({record("whole-files", "fix", true, {}, "temperature=0.5")}, before);
  EXPECT_EQ(profile.entry.at("style"), "forced");
  EXPECT_EQ(profile.entry.at("attempts"), 60);
  EXPECT_EQ(profile.entry.at("temperature"), 0.5);
  EXPECT_FALSE(profile.entry.contains("sampling")) << "that is the tool styles'";
}

TEST(MeasuredProfile, BaselinesMakeNone) {
  const std::vector records{record("shell-only", "fix", true), record("auto", "fix", true)};
  const auto profile = measured_profile(summary_of(records), "m", {}, "2026-11-27");
  ASSERT_FALSE(profile);
  EXPECT_THAT(profile.error().message, HasSubstr("--style"));
}

TEST(MeasuredProfile, IsForThisModelAloneAndIsRead) {
  const TestFolder folder;
  const auto file = folder.path() / "profiles.json";
  const auto rows = summary_of(std::vector{[] {
    auto one = record("forced", "fix", true);
    one.key.model = "a.b/c+1";
    return one;
  }()});
  const auto profile = measured_profile(rows, "a.b/c+1", {}, "2026-11-27");
  ASSERT_TRUE(profile);
  ASSERT_TRUE(write_profile(file, profile->entry));
  const auto list = ProfileList::load(file);
  ASSERT_TRUE(list) << list.error().message;
  ASSERT_NE(list->find("a.b/c+1"), nullptr);
  EXPECT_EQ(list->find("a.b/c+1")->measured, "2026-11-27");
  EXPECT_EQ(list->find("aXb/c+1"), nullptr);
}

TEST(ExercismTrack, IsToldByTheSolutionAndSkipsNothing) {
  ASSERT_NE(track_of("src/lib.rs"), nullptr);
  EXPECT_EQ(track_of("src/lib.rs")->language, "rust");
  EXPECT_EQ(track_of("Cargo.toml"), nullptr);
  const ExercismTrack& javascript = *track_of("a.js");
  EXPECT_EQ(without_skips(javascript, "xtest('a', f);\ntest.skip('b', f);\nxit('c', f);\n"),
            "test('a', f);\ntest('b', f);\nit('c', f);\n");
}

}  // namespace
}  // namespace hearth::agent
