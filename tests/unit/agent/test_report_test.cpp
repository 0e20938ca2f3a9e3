#include "hearth/agent/test_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/agent/source_files.h"

namespace hearth::agent {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view pytest_output =
    "...F.F                                       [100%]\n"
    "=================================== FAILURES ===================================\n"
    "______________________________ test_breaks _____________________________\n"
    "\n"
    "    def test_breaks():\n"
    ">       assert wrap(\"a b\",\n"
    "                    8) == [\"a b\"]\n"
    "E       AssertionError: assert ['a', 'b'] == ['a b']\n"
    "E         \n"
    "E         Use -v to get more diff\n"
    "\n"
    "tests/test_wrap.py:18: AssertionError\n"
    "=========================== short test summary info ============================\n"
    "FAILED tests/test_wrap.py::test_breaks - AssertionError: assert...\n"
    "1 failed, 5 passed in 0.06s\n";

constexpr std::string_view node_output =
    "TAP version 13\n"
    "ok 1 - plain\n"
    "# Subtest: quotes\n"
    "not ok 2 - quotes\n"
    "  ---\n"
    "  duration_ms: 2.42\n"
    "  location: '/x/csv.test.js:3:1'\n"
    "  error: |-\n"
    "    Expected values to be strictly deep-equal:\n"
    "    + actual - expected\n"
    "    \n"
    "      [\n"
    "    +   'a'\n"
    "    -   'b'\n"
    "      ]\n"
    "  code: 'ERR_ASSERTION'\n"
    "  stack: |-\n"
    "    TestContext.<anonymous> (file:///x/csv.test.js:4:10)\n"
    "  ...\n"
    "1..2\n"
    "# pass 1\n"
    "# fail 1\n";

constexpr std::string_view go_output =
    "--- FAIL: TestParse (0.00s)\n"
    "    roman_test.go:15: Parse(\"III\") = -1, want 3\n"
    "    roman_test.go:15: Parse(\"XX\") = 0, want 20\n"
    "FAIL\n"
    "FAIL\texample.com/roman\t0.004s\n";

constexpr std::string_view make_output =
    "g++ -Wall tests/date_test.cpp src/date.cpp -o date_test\n"
    "tests/date_test.cpp:21: is_leap(2000) is 0, expected 1\n"
    "make: *** [Makefile:2: test] Error 1\n";

constexpr std::string_view cargo_output =
    "thread 'tests::it_adds' panicked at src/lib.rs:12:9:\n"
    "assertion `left == right` failed\n"
    "  left: 3\n"
    " right: 4\n"
    "test result: FAILED. 2 passed; 1 failed; 0 ignored\n";

TEST(TestReport, CountsWhatEachProgramTells) {
  EXPECT_EQ(read_report(pytest_output, false).tests_passed, 5);
  EXPECT_EQ(read_report(pytest_output, false).tests_failed, 1);
  EXPECT_EQ(read_report(node_output, false).tests_passed, 1);
  EXPECT_EQ(read_report(node_output, false).tests_failed, 1);
  EXPECT_EQ(read_report(go_output, false).tests_failed, 1);
  EXPECT_EQ(read_report(cargo_output, false).tests_passed, 2);
  EXPECT_EQ(read_report("Ran 5 tests in 0.1s\n\nFAILED (failures=2)\n", false).tests_passed, 3);
  EXPECT_EQ(read_report("50% tests passed, 1 tests failed out of 2\n", false).tests_failed, 1);
}

TEST(TestReport, WhatDoesNotBuildIsTheWorst) {
  const auto broken = read_report("src/a.cpp:3:5: error: expected ';'\n", false);
  const auto failing = read_report(make_output, false);
  EXPECT_FALSE(broken.built);
  EXPECT_TRUE(failing.built);
  EXPECT_TRUE(failing > broken);
  EXPECT_FALSE(read_report("E   SyntaxError: invalid syntax\n1 error in 0.1s\n", false).built);
}

TEST(TestReport, FewerFailuresAreNearer) {
  const auto two = read_report(go_output, false);
  const auto one = read_report(
      "--- FAIL: TestParse (0.00s)\n    roman_test.go:15: Parse(\"XX\") = 0, want 20\n", false);
  EXPECT_TRUE(one > two);
  EXPECT_TRUE(read_report("", true) > one);
}

TEST(TestReport, AProgramThatStopsAtItsFirstFailureGetsFurther) {
  const auto early = read_report("a: a_test.cpp:10: int main(): Assertion `x' failed.\n", false);
  const auto late = read_report("a: a_test.cpp:20: int main(): Assertion `y' failed.\n", false);
  EXPECT_TRUE(late > early);
}

TEST(FailuresIn, PytestGivesStatementAndMessage) {
  EXPECT_THAT(failures_in(pytest_output, {}, 10),
              ElementsAre("assert wrap(\"a b\", 8) == [\"a b\"]",
                          "AssertionError: assert ['a', 'b'] == ['a b']"));
}

TEST(FailuresIn, NodeGivesTheStatementOutOfTheTest) {
  const Sources tests{
      {"csv.test.js",
       "import x;\n\ntest('quotes', () => {\n  assert.deepEqual(f(),\n    ['b']);\n});\n"}};
  const auto lines = failures_in(node_output, tests, 10);
  EXPECT_THAT(lines, Contains("assert.deepEqual(f(), ['b']);"));
  EXPECT_THAT(lines, Contains(HasSubstr("+   'a' -   'b'")));
}

TEST(FailuresIn, OthersGiveTheirMessagesWithoutDecoration) {
  EXPECT_THAT(failures_in(go_output, {{"roman_test.go", ""}}, 10),
              ElementsAre("Parse(\"III\") = -1, want 3", "Parse(\"XX\") = 0, want 20"));
  EXPECT_THAT(failures_in(make_output, {{"tests/date_test.cpp", ""}}, 10),
              ElementsAre("is_leap(2000) is 0, expected 1"));
  EXPECT_THAT(failures_in(cargo_output, {}, 10), Contains("left: 3"));
}

TEST(FailuresIn, AStatementIsAddedOnlyWhereTheOutputDoesNotShowIt) {
  const Sources tests{{"a_test.cpp", "CHECK_EQUAL(is_leap(2000), 1);\nverify(f(3) > 2);\n"}};
  EXPECT_THAT(failures_in("a_test.cpp:1: is_leap(2000) is 0, expected 1\na_test.cpp:2: failed\n",
                          tests, 10),
              ElementsAre("is_leap(2000) is 0, expected 1", "verify(f(3) > 2);", "failed"));
}

TEST(FailuresIn, UnknownOutputGivesItsEnd) {
  EXPECT_THAT(failures_in("a\nb\nc\n", {}, 2), ElementsAre("b", "c"));
}

TEST(SourceFiles, TestsAreToldFromSources) {
  for (const char* name : {"test_a.py", "a_test.go", "src/a.test.js", "a.spec.ts", "tests/x.cpp",
                           "FooTest.java", "conftest.py", "x/__tests__/a.js"}) {
    EXPECT_TRUE(is_test_file(name)) << name;
  }
  for (const char* name : {"a.py", "src/contest.js", "latest.go", "testimony.py", "attest.cpp"}) {
    EXPECT_FALSE(is_test_file(name)) << name;
  }
}

TEST(SourceFiles, RustKeepsItsTestsApart) {
  const auto split = split_source("src/lib.rs", "fn a() {}\n\n#[cfg(test)]\nmod tests {}\n");
  EXPECT_EQ(split.code, "fn a() {}\n\n");
  EXPECT_EQ(split.tests, "#[cfg(test)]\nmod tests {}\n");
}

}  // namespace
}  // namespace hearth::agent
