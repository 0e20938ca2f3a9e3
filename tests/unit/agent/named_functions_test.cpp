#include "hearth/agent/named_functions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_folder.h"

namespace hearth::agent {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<NamedFunction> found_in(const TestFolder& temporary,
                                    const std::vector<std::string>& names) {
  return functions_named(names, *Folder::open(temporary.path()), {});
}

TEST(CodeNames, AreWordsThatLookLikeCode) {
  EXPECT_THAT(code_names("What does `wrap` do, and parse_date(), toString and main(1)?", false),
              ElementsAre("wrap", "parse_date", "toString", "main"));
  EXPECT_THAT(code_names("Explain the ordinal function.", false), ElementsAre("ordinal"));
  EXPECT_THAT(code_names("Say what is in this folder, please.", false), IsEmpty());
  EXPECT_THAT(code_names("", false), IsEmpty());
}

TEST(CodeNames, BesideAWordForThemAreTakenToo) {
  EXPECT_THAT(code_names("What does the function ordinal do?", false),
              testing::Contains("ordinal"));
  EXPECT_THAT(code_names("How does pluralize do it", true), ElementsAre("does", "pluralize"));
  EXPECT_THAT(code_names("a_b a_b a_b", false), ElementsAre("a_b"));
}

TEST(NamedFunctions, AreGivenWithTheirPlace) {
  const TestFolder temporary;
  temporary.write("numbers.py",
                  "import re\n\ndef ordinal(n):\n    return n\n\ndef other(n):\n    return 1\n");
  EXPECT_THAT(
      found_in(temporary, {"ordinal"}),
      ElementsAre(NamedFunction{"ordinal", "numbers.py", 2, 4, "def ordinal(n):\n    return n\n"}));
}

TEST(NamedFunctions, OfTestsAndCallsAreNone) {
  const TestFolder temporary;
  temporary.write("numbers.py", "print(ordinal(1))\n");
  temporary.write("test_numbers.py", "def ordinal(n):\n    return n\n");
  EXPECT_THAT(found_in(temporary, {"ordinal", "absent"}), IsEmpty());
}

TEST(NamedFunctions, ComeInTheOrderOfTheTask) {
  const TestFolder temporary;
  temporary.write("a.js", "function second(a) {\n  return a;\n}\n");
  temporary.write("b.go", "package b\n\nfunc first(a int) int {\n\treturn a\n}\n");
  EXPECT_THAT(
      found_in(temporary, {"first", "second"}),
      ElementsAre(Field(&NamedFunction::file, "b.go"), Field(&NamedFunction::file, "a.js")));
}

TEST(NamedFunctions, OfHiddenFilesAreNone) {
  const TestFolder temporary;
  temporary.write("private/a.py", "def secret(n):\n    return n\n");
  Folder folder = *Folder::open(temporary.path());
  folder.leave_out([](const auto& path) { return path.filename() == "a.py"; });
  EXPECT_THAT(functions_named({"secret"}, folder, {}), IsEmpty());
}

TEST(NamedFunctions, ManyAndLongOnesAreToldByPlace) {
  std::vector<NamedFunction> functions(20, {"f", "a.py", 0, 2, "def f():\n    pass\n"});
  functions.front().end = 500;
  functions.front().code = "long";
  const std::string told = told_functions(functions);
  EXPECT_FALSE(is_shown_in_full(functions.front()));
  EXPECT_THAT(told, Not(HasSubstr("long")));
  EXPECT_THAT(told, HasSubstr("f in a.py, lines 1 to 500\n"));
  EXPECT_THAT(told, HasSubstr("f in a.py, lines 1 to 2:\ndef f():\n    pass\n"));
  EXPECT_THAT(told, HasSubstr("… and 7 more\n"));
  EXPECT_TRUE(told_functions({}).empty());
}

}  // namespace
}  // namespace hearth::agent
