#include "hearth/agent/context/instructions.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "hearth/agent/context/project_files.h"
#include "hearth/agent/folder.h"
#include "hearth/agent/plain_text.h"
#include "hearth/base/utf8.h"
#include "hearth/base/xdg.h"

namespace hearth::agent {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t max_file_bytes = 100'000;
constexpr std::size_t max_total_bytes = 40'000;
constexpr int deepest_import = 5;

class Loader {
 public:
  explicit Loader(fs::path root) : root_(std::move(root)) {}

  void take(const fs::path& file, const std::string& title) {
    std::error_code ec;
    if (!fs::exists(file, ec)) return;
    const std::string text = with_imports(file, 0);
    if (trimmed(text).empty()) return;
    if (result_.text.size() + text.size() > max_total_bytes) {
      result_.problems.push_back(fmt::format("{} is left out: instructions are limited to {} bytes",
                                             file.string(), max_total_bytes));
      return;
    }
    result_.text += fmt::format("Instructions in {}:\n{}\n", title, trimmed(text));
  }

  /// The same for a file that the project brings.
  void take_of_project(const fs::path& file, const std::string& title) {
    std::error_code ec;
    if (!fs::exists(file, ec)) return;
    if (project_may_lead_to(file, root_)) return take(file, title);
    result_.problems.push_back(fmt::format("{} leads {}", file.string(), left_out));
  }

  Instructions finish() { return std::move(result_); }

 private:
  static constexpr std::string_view left_out =
      "out of the folder and your instructions, or to a secret, and is left out";

  /// Empty for a file that was taken already.
  std::string with_imports(const fs::path& file, int depth) {
    std::error_code ec;
    const fs::path real = fs::canonical(file, ec);
    if (ec || std::ranges::find(result_.files, real) != result_.files.end()) return {};
    const auto content = read_text_file(real, file.string(), max_file_bytes);
    if (!content) {
      result_.problems.push_back(content.error().message);
      return {};
    }
    result_.files.push_back(real);
    std::string text;
    bool in_code = false;
    const std::string valid = to_valid_utf8(*content);
    for (const std::string_view line : lines_of(valid)) {
      if (trimmed(line).starts_with("```")) in_code = !in_code;
      text.append(line).append("\n");
      if (in_code || line.find('@') == std::string_view::npos) continue;
      text += imported_by(line, real.parent_path(), depth);
    }
    return text;
  }

  std::string imported_by(std::string_view line, const fs::path& base, int depth) {
    static const RE2 reference(R"((?:^|\s)@([~\w./-]*[\w-]))");
    static const RE2 code(R"(`[^`]*`)");
    std::string plain(line);
    RE2::GlobalReplace(&plain, code, "");
    std::string text;
    re2::StringPiece rest = plain;
    std::string name;
    while (RE2::FindAndConsume(&rest, reference, &name)) {
      const fs::path file = name.starts_with("~/") ? home_dir() / name.substr(2) : base / name;
      std::error_code ec;
      // "@someone" is no import.
      if (!fs::is_regular_file(file, ec)) continue;
      if (depth + 1 >= deepest_import) {
        result_.problems.push_back(fmt::format("@{} is nested too deep and left out", name));
        continue;
      }
      if (!project_may_lead_to(file, root_)) {
        result_.problems.push_back(fmt::format("@{} leads {}", name, left_out));
        continue;
      }
      text += with_imports(file, depth + 1);
    }
    return text;
  }

  fs::path root_;
  Instructions result_;
};

}  // namespace

Instructions load_instructions(const fs::path& folder, const SettingSources& sources) {
  const fs::path root = repository_of(folder);
  Loader loader(root);
  if (sources.user) {
    loader.take(config_dir() / "AGENTS.md", "your own AGENTS.md");
    loader.take(home_dir() / ".claude/CLAUDE.md", "your own CLAUDE.md");
  }
  std::vector<fs::path> folders;
  for (fs::path at = folder;; at = at.parent_path()) {
    folders.push_back(at);
    if (at == root || !at.has_relative_path()) break;
  }
  std::ranges::reverse(folders);
  std::vector<const char*> names;
  if (sources.project) names = {"AGENTS.md", "CLAUDE.md", ".claude/CLAUDE.md"};
  if (sources.local) names.push_back("CLAUDE.local.md");
  for (const fs::path& at : folders) {
    for (const char* name : names) {
      loader.take_of_project(at / name, (at / name).lexically_relative(folder).generic_string());
    }
  }
  return loader.finish();
}

}  // namespace hearth::agent
