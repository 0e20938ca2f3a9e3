#include "hearth/agent/permissions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hearth::agent {
namespace {

using testing::HasSubstr;

TEST(Permissions, ReadingIsFreeInEveryMode) {
  for (const auto mode : {PermissionMode::normal, PermissionMode::accept_edits,
                          PermissionMode::plan, PermissionMode::bypass}) {
    EXPECT_TRUE(Permissions(mode, {}).decide("read", Access::read, "a").allowed);
  }
}

TEST(Permissions, HeadlessDenialNamesTheOptionThatWouldAllowIt) {
  Permissions permissions(PermissionMode::normal, {});
  EXPECT_THAT(permissions.decide("edit", Access::edit, "a").reason,
              HasSubstr("--permission-mode acceptEdits"));
  EXPECT_THAT(permissions.decide("bash", Access::execute, "ls").reason,
              HasSubstr("--permission-mode bypassPermissions"));
  EXPECT_FALSE(permissions.decide_check("pytest", false).allowed);
  EXPECT_TRUE(permissions.decide_check("pytest", true).allowed);
}

TEST(Permissions, AcceptEditsAllowsEditsAndNoCommands) {
  Permissions permissions(PermissionMode::accept_edits, {});
  EXPECT_TRUE(permissions.decide("edit", Access::edit, "a").allowed);
  EXPECT_FALSE(permissions.decide("bash", Access::execute, "ls").allowed);
}

TEST(Permissions, PlanNeverAsks) {
  Permissions permissions(PermissionMode::plan, [](const Question&) {
    ADD_FAILURE() << "asked";
    return Consent::yes;
  });
  EXPECT_FALSE(permissions.decide("write", Access::edit, "a").allowed);
  EXPECT_FALSE(permissions.decide_check("pytest", false).allowed);
}

TEST(Permissions, AlwaysCoversLaterEditsButOnlyTheSameCommand) {
  int asked = 0;
  Permissions permissions(PermissionMode::normal, [&](const Question&) {
    ++asked;
    return Consent::always;
  });
  EXPECT_TRUE(permissions.decide("edit", Access::edit, "a").allowed);
  EXPECT_TRUE(permissions.decide("write", Access::edit, "b").allowed);
  EXPECT_EQ(asked, 1);
  EXPECT_TRUE(permissions.decide("bash", Access::execute, "ls").allowed);
  EXPECT_TRUE(permissions.decide("bash", Access::execute, "rm -rf x").allowed);
  EXPECT_EQ(asked, 3);
}

TEST(Permissions, NoIsTheModelsToHear) {
  Permissions permissions(PermissionMode::normal, [](const Question&) { return Consent::no; });
  const Decision decision = permissions.decide("edit", Access::edit, "a.txt");
  EXPECT_FALSE(decision.allowed);
  EXPECT_THAT(decision.reason, HasSubstr("did not allow"));
}

}  // namespace
}  // namespace hearth::agent
