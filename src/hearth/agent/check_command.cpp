#include "hearth/agent/check_command.h"

#include <re2/re2.h>

#include <algorithm>
#include <cstdlib>

#include "hearth/agent/plain_text.h"
#include "hearth/agent/search_tools.h"
#include "hearth/agent/source_files.h"
#include "hearth/agent/spawn.h"
#include "hearth/base/file.h"
#include "hearth/base/json.h"

namespace hearth::agent {
namespace {

constexpr std::string_view runners =
    R"((?:\w+=\S+\s+)*(?:python3? -m (?:pytest|unittest)|pytest|py\.test|tox|node --test|npm (?:run )?test|npm t\b|npx (?:jest|vitest|mocha)|yarn test|pnpm (?:run )?test|jest|vitest|mocha|deno test|bun test|go test|go vet|cargo (?:test|check|build)|make|ctest|cmake --build|ninja|bazel test|gradle|\./gradlew|mvn|dotnet test|swift test|rspec|bundle exec|rake|phpunit|zig (?:test|build)|mix test|(?:sh|bash) \S+\.sh|\./\S+|(?:python3?|node|ruby|php) \S*test\S*))";

bool python_has(const std::string& module) {
  return std::system(("python3 -c 'import " + module + "' >/dev/null 2>&1 </dev/null").c_str()) ==
         0;
}

std::optional<std::string> check_of_package(const Folder& folder) {
  const auto text = read_file(folder.root() / "package.json");
  if (!text) return std::nullopt;
  const auto package = parse_json(*text);
  if (!package || !package->is_object()) return std::nullopt;
  const json::object* scripts = find_object(package->get_object(), "scripts");
  const auto test = scripts == nullptr ? std::nullopt : find_string(*scripts, "test");
  // npm's own template has a script that only complains.
  if (!test || test->find("no test specified") != std::string_view::npos) return std::nullopt;
  return "npm test --silent";
}

}  // namespace

std::optional<std::string> check_in_task(std::string_view task) {
  static const RE2 quoted("`(" + std::string(runners) + R"((?:\s[^`]*)?)`)");
  static const RE2 spoken(R"((?i:\b(?:run|running|with|using|by)\s+)()" + std::string(runners) +
                          R"((?:[ \t]+\S+)*))");
  // What is spoken ends with its sentence, or where that goes on in words.
  static const RE2 sentence_end(R"(([^.])[.;,!?:](?:\s.*)?$)");
  static const RE2 words(
      R"(\s+(?:and|to|until|so|then|again|passes|pass|fails|fail|is|are|in|on|which|that|should|succeeds|before|after|for|or|but|it|you|with|first)\b.*)");
  std::string command;
  if (RE2::PartialMatch(task, quoted, &command)) return std::string(trimmed(command));
  if (RE2::PartialMatch(task, spoken, &command)) {
    RE2::Replace(&command, words, "");
    RE2::Replace(&command, sentence_end, "\\1");
    return std::string(trimmed(command));
  }
  return std::nullopt;
}

std::optional<std::string> check_of_folder(const Folder& folder) {
  const auto names = folder.files();
  const auto has = [&](std::string_view name) {
    return std::ranges::find(names, name) != names.end();
  };
  const auto any = [&](std::string_view pattern) {
    return std::ranges::any_of(names, [&](const auto& n) { return glob_matches(pattern, n); });
  };
  const auto any_test = [&](std::string_view language) {
    return std::ranges::any_of(names, [&](const auto& name) {
      return is_test_file(name) && language_of(name) == language;
    });
  };
  if (auto check = check_of_package(folder)) return check;
  if (has("Cargo.toml")) return "cargo test";
  if (has("go.mod")) return "go test ./...";
  for (const char* makefile : {"Makefile", "makefile", "GNUmakefile"}) {
    static const RE2 target(R"((?m)^(test|check)\s*:)");
    const auto text = read_file(folder.root() / makefile);
    std::string name;
    if (text && RE2::PartialMatch(*text, target, &name)) return "make " + name;
  }
  if (any("{test_*,*_test}.py") || any_test("python")) {
    if (!program_on_path("python3").empty() && !python_has("pytest")) return "python3 -m unittest";
    return "python3 -m pytest -q";
  }
  if (any_test("javascript")) return "node --test";
  if (has("CMakeLists.txt")) {
    const auto text = read_file(folder.root() / "CMakeLists.txt");
    if (text && text->find("add_test") != std::string::npos) {
      return "cmake -S . -B build >/dev/null && cmake --build build && ctest --test-dir build "
             "--output-on-failure";
    }
  }
  if (has("pom.xml")) return "mvn -q test";
  if (has("build.gradle") || has("build.gradle.kts")) return "gradle test";
  return std::nullopt;
}

std::optional<CheckCommand> find_check(std::string_view task,
                                       const std::optional<std::string>& typed,
                                       const Folder& folder) {
  if (auto named = check_in_task(typed ? *typed : task)) {
    return CheckCommand{std::move(*named), CheckOrigin::task};
  }
  if (auto named = check_in_task(task)) return CheckCommand{std::move(*named), CheckOrigin::found};
  if (auto found = check_of_folder(folder)) return CheckCommand{.line = std::move(*found)};
  return std::nullopt;
}

}  // namespace hearth::agent
