#include "hearth/agent/context/instructions.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "hearth/agent/folder.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/sandbox/secrets.h"
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

  Instructions finish() { return std::move(result_); }

 private:
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
      if (!may_import(file)) {
        result_.problems.push_back(
            fmt::format("@{} leads out of the folder and your instructions, or to a secret, and is "
                        "left out",
                        name));
        continue;
      }
      text += with_imports(file, depth + 1);
    }
    return text;
  }

  /// A cloned repository must not make the model read the user's other files.
  [[nodiscard]] bool may_import(const fs::path& file) const {
    std::error_code ec;
    const fs::path real = fs::canonical(file, ec);
    if (ec || is_secret_name(real.filename().string())) return false;
    const auto below = [&](const fs::path& folder) {
      return is_below(real, fs::weakly_canonical(folder, ec));
    };
    return below(root_) || below(config_dir()) || below(home_dir() / ".claude");
  }

  fs::path root_;
  Instructions result_;
};

/// The folder with `.git` above, or `folder` itself.
fs::path repository_of(const fs::path& folder) {
  std::error_code ec;
  for (fs::path at = folder; at.has_relative_path(); at = at.parent_path()) {
    if (fs::exists(at / ".git", ec)) return at;
  }
  return folder;
}

}  // namespace

Instructions load_instructions(const fs::path& folder) {
  const fs::path root = repository_of(folder);
  Loader loader(root);
  loader.take(config_dir() / "AGENTS.md", "your own AGENTS.md");
  loader.take(home_dir() / ".claude/CLAUDE.md", "your own CLAUDE.md");
  std::vector<fs::path> folders;
  for (fs::path at = folder;; at = at.parent_path()) {
    folders.push_back(at);
    if (at == root || !at.has_relative_path()) break;
  }
  std::ranges::reverse(folders);
  for (const fs::path& at : folders) {
    for (const char* name : {"AGENTS.md", "CLAUDE.md", ".claude/CLAUDE.md", "CLAUDE.local.md"}) {
      loader.take(at / name, (at / name).lexically_relative(folder).generic_string());
    }
  }
  return loader.finish();
}

}  // namespace hearth::agent
