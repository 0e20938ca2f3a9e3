#include "hearth/agent/suspects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_folder.h"

namespace hearth::agent {
namespace {

using testing::ElementsAre;

std::vector<std::string> suspects_in(const TestFolder& temporary, std::string_view task,
                                     std::string_view output) {
  const Folder folder = *Folder::open(temporary.path());
  return find_suspects(folder, task, output, read_tests(folder, output));
}

TEST(Suspects, TheFileThatTheTestImportsIsTheLikeliest) {
  const TestFolder temporary;
  temporary.write("alpha.py", "def other():\n    return 1\n");
  temporary.write("wrap.py", "def wrap():\n    return 1\n");
  temporary.write("test_lines.py", "from wrap import wrap\nassert wrap() == 2\n");
  EXPECT_EQ(suspects_in(temporary, "fix it", "test_lines.py:2: error").front(), "wrap.py");
}

TEST(Suspects, TheFileThatTheTaskNamesComesFirst) {
  const TestFolder temporary;
  temporary.write("a.go", "package a\n");
  temporary.write("b.go", "package a\n");
  temporary.write("a_test.go", "package a\n");
  EXPECT_EQ(suspects_in(temporary, "correct b.go", "").front(), "b.go");
}

TEST(Suspects, AHeaderThatOnlyDeclaresIsNotTriedBesideItsSource) {
  const TestFolder temporary;
  temporary.write("src/date.h", "int day(int a);\n");
  temporary.write("src/date.cpp", "#include \"date.h\"\nint day(int a) {\n  return a;\n}\n");
  temporary.write("tests/date_test.cpp", "#include \"date.h\"\nint main() { return day(1); }\n");
  EXPECT_THAT(
      suspects_in(temporary, "fix src/date.cpp", "tests/date_test.cpp:2: day(1) is 1, want 2"),
      ElementsAre("src/date.cpp"));
}

TEST(Suspects, TestsAreNeverAmongThem) {
  const TestFolder temporary;
  temporary.write("test_a.py", "assert False\n");
  EXPECT_TRUE(suspects_in(temporary, "fix test_a.py", "test_a.py:1: error").empty());
}

}  // namespace
}  // namespace hearth::agent
