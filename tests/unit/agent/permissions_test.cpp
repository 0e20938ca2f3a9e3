#include "hearth/agent/permission/permissions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "given_rules.h"
#include "test_folder.h"

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
  EXPECT_THAT(permissions.decide("bash", Access::execute, "make").reason,
              HasSubstr("--permission-mode bypassPermissions"));
  EXPECT_FALSE(permissions.decide_check({"pytest", CheckOrigin::found}).allowed);
  EXPECT_TRUE(permissions.decide_check({"pytest", CheckOrigin::task}).allowed);
}

TEST(Permissions, AcceptEditsAllowsEditsAndNoCommands) {
  Permissions permissions(PermissionMode::accept_edits, {});
  EXPECT_TRUE(permissions.decide("edit", Access::edit, "a").allowed);
  EXPECT_FALSE(permissions.decide("bash", Access::execute, "make").allowed);
}

TEST(Permissions, PlanNeverAsks) {
  Permissions permissions(PermissionMode::plan, [](const Question&) {
    ADD_FAILURE() << "asked";
    return Consent::yes;
  });
  EXPECT_FALSE(permissions.decide("write", Access::edit, "a").allowed);
  EXPECT_FALSE(permissions.decide_check({"pytest", CheckOrigin::found}).allowed);
  EXPECT_FALSE(permissions.decide_check({"pytest", CheckOrigin::task}).allowed);
  EXPECT_TRUE(permissions.decide_check({"pytest", CheckOrigin::given}).allowed);
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
  EXPECT_TRUE(permissions.decide("bash", Access::execute, "make").allowed);
  EXPECT_TRUE(permissions.decide("bash", Access::execute, "rm -rf x").allowed);
  EXPECT_EQ(asked, 3);
}

TEST(Permissions, NoIsTheModelsToHear) {
  Permissions permissions(PermissionMode::normal, [](const Question&) { return Consent::no; });
  const Decision decision = permissions.decide("edit", Access::edit, "a.txt");
  EXPECT_FALSE(decision.allowed);
  EXPECT_THAT(decision.reason, HasSubstr("did not allow"));
}

/// "allow", "ask" or "deny" by a rule, "-" where none speaks.
std::string said(const PermissionRules& rules, std::string_view command) {
  const RuleVerdict verdict = rules.of_command(command, parse_shell(command));
  return verdict.effect ? std::string(to_string(*verdict.effect)) : "-";
}

TEST(PermissionRules, EachPartOfACommandIsLookedAt) {
  const auto some = rules({{Effect::allow, "Bash(git diff:*)"},
                           {Effect::allow, "Bash(npm run *)"},
                           {Effect::allow, "Bash(make all && ./run)"},
                           {Effect::ask, "Bash(git push:*)"},
                           {Effect::deny, "Bash(rm:*)"}});
  const std::vector<std::pair<const char*, const char*>> expected{
      {"git diff", "allow"},
      {"git diff HEAD~1 -- src", "allow"},
      {"git difftool", "-"},
      {"git diff | head -5", "allow"},
      {"git diff; make", "-"},
      {"git diff && npm run build", "allow"},
      {"git diff > out.txt", "-"},
      {"git diff > /dev/null", "allow"},
      {"PAGER='sh -c evil' git diff", "-"},
      {"NO_COLOR=1 git diff", "allow"},
      {"git diff $(make)", "-"},
      {"git diff `make`", "-"},
      {"git diff <(make)", "-"},
      {"echo \"$(rm -rf x)\"", "deny"},
      {"ls\nrm x", "deny"},
      {"git diff || rm -rf .", "deny"},
      {"git diff & rm x", "deny"},
      {"/bin/rm x", "deny"},
      {"env A=b rm x", "deny"},
      {"timeout 5 rm x", "deny"},
      {"nohup nice -n 5 rm x", "deny"},
      {"bash -c 'ls; rm x'", "deny"},
      {"find . -name a -exec rm {} ;", "deny"},
      {"ls | xargs -n 1 rm", "deny"},
      {"if true; then rm x; fi", "deny"},
      {"for f in a b; do rm $f; done", "deny"},
      {"(cd x && rm y)", "deny"},
      {"r'm' x", "deny"},
      {"\\rm x", "deny"},
      {"cat <<EOF\n$(rm x)\nEOF", "deny"},
      {"cat <<'EOF'\n$(rm x)\nEOF", "-"},
      {"npm run", "allow"},
      {"npm run build -- --fast", "allow"},
      {"git push --force", "ask"},
      {"make all && ./run", "allow"},
      {"make all && ./run && ./run", "-"},
      {"sudo rm x", "deny"},
      {"sudo -u root A=b rm x", "deny"},
      {"doas rm x", "deny"},
      {"sudo git diff", "-"},
      {"time rm x", "deny"},
      {"time -p rm x", "deny"},
      {"time -f %e rm x", "deny"},
      {"exec -a other rm x", "deny"},
      {"command rm x", "deny"},
      {"eval 'rm x'", "deny"},
      {"eval rm x", "deny"},
      {"bash -o pipefail -c 'rm x'", "deny"},
      {"bash -euo pipefail -c 'rm x'", "deny"},
      {"case a in a) rm x;; esac", "ask"},
      {"f() { rm x; }; f", "ask"},
      {"time -p { rm x; }", "ask"},
      {"env -S 'rm x'", "ask"},
      {"env $X x", "ask"},
      {"sudo $X x", "ask"},
      {"echo rm x | bash", "ask"},
      {"$X diff", "ask"},
      {"git diff 'unclosed", "ask"},
  };
  for (const auto& [command, effect] : expected) {
    EXPECT_EQ(said(some, command), effect) << command;
  }
}

TEST(PermissionRules, PathsHoldForCommandsThatNameThem) {
  const auto some = rules({{Effect::deny, "Read(private/**)"},
                           {Effect::deny, "Edit(src/**)"},
                           {Effect::ask, "Edit(*.lock)"},
                           {Effect::ask, "Read(secret)"}});
  const std::vector<std::pair<const char*, const char*>> expected{
      {"cat private/x", "deny"},
      {"cat ./private/../private/x", "deny"},
      {"cat /w/private/x", "deny"},
      {"head -n 1 -- private/x", "deny"},
      {"grep secret a private/x", "deny"},
      {"grep private/x a", "-"},
      {"grep -e a private/x", "deny"},
      {"ls private", "deny"},
      {"cd private && cat x", "deny"},
      {"cd sub; cat ../private/x", "deny"},
      {"wc -l < private/x", "deny"},
      {"diff --from-file=private/x y", "deny"},
      {"git show HEAD:private/x", "deny"},
      {"git commit -m private/x", "-"},
      {"cp private/x y", "deny"},
      {"cat $(cat private/x)", "deny"},
      {"cat secret", "ask"},
      {"cat publicly", "-"},
      {"echo x > src/a", "deny"},
      {"echo x >> src/a", "deny"},
      {"echo x 2> src/a", "deny"},
      {"make | tee -a src/a", "deny"},
      {"rm -r src", "deny"},
      {"cp a src/b", "deny"},
      {"cp src/b a", "-"},
      {"sed -i s/a/b/ src/b", "deny"},
      {"sed s/a/b/ src/b", "-"},
      {"touch sub/x.lock", "ask"},
      {"echo src/a", "-"},
  };
  for (const auto& [command, effect] : expected) {
    const RuleVerdict verdict = some.of_files(parse_shell(command), "/w");
    EXPECT_EQ(verdict.effect ? to_string(*verdict.effect) : "-", effect) << command;
  }
}

TEST(PermissionRules, PathsAreGitignores) {
  const auto some = rules({{Effect::allow, "Edit(src/**)"},
                           {Effect::deny, "Read(secret)"},
                           {Effect::deny, "Edit(/top.txt)"},
                           {Effect::ask, "Edit(*.lock)"},
                           {Effect::allow, "Edit(//abs/dir)"}});
  const auto of = [&](Access access, const char* path) {
    const RuleVerdict verdict =
        some.of_path(access == Access::read ? "read" : "write", access, path);
    return verdict.effect ? std::string(to_string(*verdict.effect)) : "-";
  };
  EXPECT_EQ(of(Access::edit, "/w/src/a/b.cpp"), "allow");
  EXPECT_EQ(of(Access::edit, "/w/src/../top.txt"), "deny");
  EXPECT_EQ(of(Access::edit, "/w/sub/top.txt"), "-");
  EXPECT_EQ(of(Access::edit, "/w/sub/x.lock"), "ask");
  EXPECT_EQ(of(Access::edit, "/w/src/x.lock"), "ask");
  EXPECT_EQ(of(Access::edit, "/abs/dir/x"), "allow");
  EXPECT_EQ(of(Access::read, "/w/a/secret/key"), "deny");
  EXPECT_EQ(of(Access::edit, "/w/a/secret/key"), "-");
}

TEST(PermissionRules, WhatIsNoRuleIsAnErrorThatShowsOne) {
  const auto wrong = parse_permission_rule("Bash(unclosed", Effect::allow, "/w", "s.json");
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message, HasSubstr("Bash(git diff:*)"));
}

TEST(PermissionRules, McpToolsAreNamedByServerOrPattern) {
  for (const char* rule : {"mcp__github", "mcp__github__*", "mcp__git*__make_*",
                           "mcp__github__make_issue", "mcp__*"}) {
    const auto some = rules({{Effect::deny, rule}});
    EXPECT_EQ(some.of_tool("mcp__github__make_issue", "").effect, Effect::deny) << rule;
    EXPECT_EQ(some.of_tool("web_fetch", "").effect, std::nullopt) << rule;
  }
  const auto other = rules({{Effect::deny, "mcp__gitlab__*"}});
  EXPECT_EQ(other.of_tool("mcp__github__make_issue", "").effect, std::nullopt);
}

TEST(Permissions, RulesStandAboveModesAndDeniesAboveAll) {
  Permissions bypass(
      PermissionMode::bypass, {},
      {.rules = rules({{Effect::deny, "Bash(rm:*)"}}), .folder = "/w", .sandboxed = {}});
  EXPECT_FALSE(bypass.decide("bash", Access::execute, "ls && rm x").allowed);
  EXPECT_TRUE(bypass.decide("bash", Access::execute, "make").allowed);
  Permissions normal(PermissionMode::normal, {},
                     {.rules = rules({{Effect::allow, "Bash(make:*)"}, {Effect::ask, "Read(x)"}}),
                      .folder = "/w",
                      .sandboxed = {}});
  EXPECT_TRUE(normal.decide("bash", Access::execute, "make test").allowed);
  EXPECT_FALSE(normal.decide("read", Access::read, "x").allowed);
  EXPECT_TRUE(normal.decide("read", Access::read, "y").allowed);
}

TEST(Permissions, ACheckIsRunUnaskedOnlyInTheSandboxOrByThePersonsWord) {
  const auto decide = [](PermissionMode mode, bool sandboxed, CheckOrigin origin,
                         PermissionRules some) {
    Permissions permissions(
        mode, {},
        {.rules = std::move(some), .folder = "/w", .sandboxed = [sandboxed] { return sandboxed; }});
    return permissions.decide_check({"pytest", origin});
  };
  const auto edits = PermissionMode::accept_edits;
  EXPECT_TRUE(decide(edits, true, CheckOrigin::found, {}).allowed);
  EXPECT_FALSE(decide(edits, false, CheckOrigin::found, {}).allowed);
  EXPECT_THAT(decide(edits, false, CheckOrigin::found, {}).reason, HasSubstr("bypassPermissions"));
  EXPECT_TRUE(decide(edits, false, CheckOrigin::task, {}).allowed);
  EXPECT_TRUE(
      decide(edits, false, CheckOrigin::found, rules({{Effect::allow, "Bash(pytest)"}})).allowed);
  for (const auto mode : {PermissionMode::normal, edits}) {
    const auto asking = rules({{Effect::ask, "Bash(pytest)"}});
    EXPECT_FALSE(decide(mode, true, CheckOrigin::task, asking).allowed);
    EXPECT_TRUE(decide(mode, true, CheckOrigin::given, asking).allowed);
  }
  for (const auto origin : {CheckOrigin::found, CheckOrigin::task, CheckOrigin::given}) {
    EXPECT_FALSE(
        decide(PermissionMode::bypass, true, origin, rules({{Effect::deny, "Bash"}})).allowed);
    EXPECT_TRUE(decide(PermissionMode::bypass, false, origin, {}).allowed);
  }
}

TEST(Permissions, RulesByPathHoldWhereTheShellIs) {
  Permissions plan(
      PermissionMode::plan, {},
      {.rules = rules({{Effect::deny, "Read(sub/private/**)"}}), .folder = "/w", .sandboxed = {}});
  const auto in = [&](const char* place, const char* command) {
    return plan.decide("bash", Access::execute, command, {}, {.folder = place}).allowed;
  };
  EXPECT_TRUE(in("/w", "cat private/x"));
  EXPECT_FALSE(in("/w/sub", "cat private/x"));
  EXPECT_FALSE(in("", "cat sub/private/x"));
  EXPECT_FALSE(in("/w", "cd sub; (cd other); cat private/x"));
}

TEST(Permissions, WhatCannotBeTakenApartIsAskedAboutInEveryModeWhereCommandsAreDenied) {
  for (const auto mode : {PermissionMode::normal, PermissionMode::accept_edits,
                          PermissionMode::plan, PermissionMode::bypass}) {
    const auto some = rules({{Effect::deny, "Bash(rm:*)"}, {Effect::allow, "Bash"}});
    Permissions permissions(mode, {},
                            {.rules = some, .folder = "/w", .sandboxed = [] { return true; }});
    EXPECT_FALSE(permissions.decide("bash", Access::execute, "case a in a) rm x;; esac").allowed);
  }
  int asked = 0;
  Permissions bypass(
      PermissionMode::bypass,
      [&](const Question&) {
        ++asked;
        return Consent::yes;
      },
      {.rules = rules({{Effect::deny, "Bash(rm:*)"}}), .folder = "/w", .sandboxed = {}});
  EXPECT_TRUE(bypass.decide("bash", Access::execute, "case a in a) ls;; esac").allowed);
  EXPECT_EQ(asked, 1);
  EXPECT_TRUE(bypass.decide("bash", Access::execute, "make").allowed);
  EXPECT_EQ(asked, 1);
  // Rules that ask hold in no mode that allows everything, nor does this one.
  Permissions asks(
      PermissionMode::bypass, {},
      {.rules = rules({{Effect::ask, "Bash(rm:*)"}}), .folder = "/w", .sandboxed = {}});
  EXPECT_TRUE(asks.decide("bash", Access::execute, "case a in a) ls;; esac").allowed);
  const std::string reason =
      Permissions(PermissionMode::bypass, {},
                  {.rules = rules({{Effect::deny, "Bash(rm:*)"}}), .folder = "/w", .sandboxed = {}})
          .decide("bash", Access::execute, "$X y")
          .reason;
  EXPECT_THAT(reason, HasSubstr("deny Bash(rm:*)"));
}

TEST(Permissions, ACommandThatOnlyLooksIsNotFreeWhereReadingIsGuarded) {
  Permissions plan(
      PermissionMode::plan, {},
      {.rules = rules({{Effect::deny, "Read(private/**)"}}), .folder = "/w", .sandboxed = {}});
  for (const char* command :
       {"cat private/x", "grep -rn x .", "rg x", "cat pri*/x", "git grep x"}) {
    EXPECT_FALSE(plan.decide("bash", Access::execute, command).allowed) << command;
  }
  for (const char* command :
       {"cat src/x", "ls", "git status", "grep x src/a", "find . -name '*.py'"}) {
    EXPECT_TRUE(plan.decide("bash", Access::execute, command).allowed) << command;
  }
  EXPECT_FALSE(plan.decide("glob", Access::read, "private/**").allowed);
  EXPECT_FALSE(plan.decide("grep", Access::read, "private/*.txt").allowed);
  EXPECT_TRUE(plan.decide("grep", Access::read, ".").allowed);
}

TEST(Permissions, ASymbolicLinkHidesNothing) {
  const TestFolder folder;
  folder.write("private/x", "");
  folder.write(".hearth/settings.json", "{}");
  folder.write("keys/id_rsa", "");
  std::filesystem::create_symlink("private", folder.path() / "open");
  std::filesystem::create_symlink(".hearth/settings.json", folder.path() / "plain.json");
  std::filesystem::create_symlink("keys/id_rsa", folder.path() / "plain");
  PermissionRules some;
  some.add(*parse_permission_rule("Read(private/**)", Effect::deny, folder.path(), "s"));
  Permissions permissions(PermissionMode::accept_edits, {},
                          {.rules = some, .folder = folder.path(), .sandboxed = {}});
  EXPECT_FALSE(permissions.decide("read", Access::read, "open/x").allowed);
  EXPECT_FALSE(permissions.decide("write", Access::edit, "plain.json").allowed);
  EXPECT_FALSE(permissions.decide("read", Access::read, "plain").allowed);
  Permissions bypass(PermissionMode::bypass, {},
                     {.rules = some, .folder = folder.path(), .sandboxed = {}});
  EXPECT_FALSE(bypass.decide("bash", Access::execute, "cat open/x").allowed);
}

TEST(Permissions, SecretsAreAskedAboutEvenToBeRead) {
  Permissions permissions(PermissionMode::accept_edits, {});
  for (const char* path : {".env", "keys/server.pem", "a/id_rsa"}) {
    EXPECT_FALSE(permissions.decide("read", Access::read, path).allowed) << path;
  }
  EXPECT_TRUE(permissions.decide("read", Access::read, ".env.example").allowed);
  Permissions allowed(
      PermissionMode::normal, {},
      {.rules = rules({{Effect::allow, "Read(.env)"}}), .folder = "/w", .sandboxed = {}});
  EXPECT_TRUE(allowed.decide("read", Access::read, ".env").allowed);
}

TEST(Permissions, AcceptEditsLetsTheSandboxHoldCommands) {
  Permissions permissions(PermissionMode::accept_edits, {},
                          {.rules = {}, .folder = "/w", .sandboxed = [] { return true; }});
  EXPECT_TRUE(permissions.decide("bash", Access::execute, "make").allowed);
}

TEST(Permissions, WhatGovernsTheAgentIsOnlyChangedByAYes) {
  Permissions permissions(PermissionMode::accept_edits, {},
                          {.rules = rules({{Effect::allow, "Edit"}}),
                           .folder = "/w",
                           .sandboxed = [] { return true; }});
  for (const char* path : {".hearth/settings.json", "a/../.claude/settings.local.json",
                           ".git/hooks/pre-commit", ".mcp.json", "sub/.vscode/tasks.json"}) {
    EXPECT_FALSE(permissions.decide("write", Access::edit, path).allowed) << path;
  }
  EXPECT_FALSE(
      permissions.decide("bash", Access::execute, "echo x > .hearth/settings.json").allowed);
  EXPECT_TRUE(permissions.decide("write", Access::edit, "src/a.cpp").allowed);
}

}  // namespace
}  // namespace hearth::agent
