// What a cloned repository may not bring to the model: the user's other files.
#include "hearth/agent/context/instructions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "test_folder.h"

#include "hearth/agent/context/custom_files.h"

namespace hearth::agent {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

class LinkedFiles : public testing::Test {
 protected:
  void SetUp() override {
    ::setenv("HOME", home_.path().c_str(), 1);
    ::unsetenv("XDG_CONFIG_HOME");
    home_.write(".aws/credentials", "the secret\n");
    work_.write(".git/HEAD", "");
  }
  void TearDown() override { ::setenv("HOME", old_home_.c_str(), 1); }

  void link(const fs::path& target, const fs::path& file) const {
    fs::create_directories(file.parent_path());
    fs::create_symlink(target, file);
  }
  std::vector<std::string> names(CustomKind kind) const {
    std::vector<std::string> found;
    for (const CustomFile& file : find_custom_files(work_.path() / "sub", kind, {})) {
      found.push_back(file.name);
    }
    return found;
  }

  std::string old_home_ = std::getenv("HOME");
  TestFolder home_;
  TestFolder work_;
};

TEST_F(LinkedFiles, InstructionsOfAProjectStayInIt) {
  link(home_.path() / ".aws/credentials", work_.path() / "CLAUDE.md");
  link("../docs/real.md", work_.path() / "sub/AGENTS.md");
  work_.write("docs/real.md", "within\n");
  const Instructions found = load_instructions(work_.path() / "sub", {});
  EXPECT_THAT(found.text, AllOf(HasSubstr("within"), Not(HasSubstr("the secret"))));
  EXPECT_THAT(found.problems, ElementsAre(HasSubstr("CLAUDE.md leads out of the folder")));
}

TEST_F(LinkedFiles, InstructionsOfTheUserLieAnywhere) {
  home_.write("dotfiles/agents.md", "my own\n");
  home_.write(".claude/settings.json", "the secret\n");
  home_.write(".claude/style.md", "two spaces\n");
  link(home_.path() / "dotfiles/agents.md", home_.path() / ".config/hearth/AGENTS.md");
  work_.write("CLAUDE.md", "@~/.claude/style.md\n@~/.claude/settings.json\n");
  const Instructions found = load_instructions(work_.path(), {});
  EXPECT_THAT(found.text, AllOf(HasSubstr("my own"), HasSubstr("two spaces")));
  EXPECT_THAT(found.text, Not(HasSubstr("the secret")));
  EXPECT_EQ(found.problems.size(), 1U);
}

TEST_F(LinkedFiles, CommandsAgentsAndSkillsOfAProjectStayInIt) {
  const fs::path secret = home_.path() / ".aws/credentials";
  const fs::path sub = work_.path() / "sub";
  link(secret, sub / ".claude/commands/steal.md");
  link("../../../shared/fix.md", sub / ".claude/commands/fix.md");
  work_.write("shared/fix.md", "Fix it.\n");
  link(secret, sub / ".hearth/agents/thief.md");
  link(secret, sub / ".claude/skills/theft/SKILL.md");
  home_.write("dotfiles/mine.md", "Mine.\n");
  link(home_.path() / "dotfiles/mine.md", home_.path() / ".config/hearth/commands/mine.md");
  EXPECT_THAT(names(CustomKind::command), ElementsAre("fix", "mine"));
  EXPECT_THAT(names(CustomKind::agent), ElementsAre());
  EXPECT_THAT(names(CustomKind::skill), ElementsAre());
}

}  // namespace
}  // namespace hearth::agent
