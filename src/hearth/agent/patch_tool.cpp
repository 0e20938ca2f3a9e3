#include <fmt/format.h>

#include <map>

#include "hearth/agent/diff.h"
#include "hearth/agent/edit/patch.h"
#include "hearth/agent/file_tools.h"
#include "hearth/agent/tool_schema.h"
#include "hearth/base/file.h"

namespace hearth::agent {
namespace {

/// What becomes of a file: its content before and after; nothing where it is not.
struct PatchedFile {
  std::filesystem::path path;
  std::optional<std::string> before;
  std::optional<std::string> after;
};

class PatchTool final : public Tool {
 public:
  PatchTool(const Folder& folder, SeenFiles& seen) : folder_(folder), seen_(seen) {}

  const chat::Tool& description() const override { return description_; }
  Access access() const override { return Access::edit; }
  std::string subject(const json::object& arguments) const override {
    std::string names;
    for (const std::string& name : subjects(arguments)) {
      names += (names.empty() ? "" : ", ") + name;
    }
    return names;
  }
  std::vector<std::string> subjects(const json::object& arguments) const override {
    std::vector<std::string> names;
    const auto files = parse_patch(find_string(arguments, "patch").value_or(""));
    if (!files) return {""};
    for (const FilePatch& file : *files) {
      names.push_back(file.path);
      if (!file.new_path.empty()) names.push_back(file.new_path);
    }
    return names;
  }

  ToolResult run(const json::object& arguments, const std::stop_token&) override {
    const auto files = parse_patch(find_string(arguments, "patch").value_or(""));
    if (!files) return tool_error(files.error().message);
    // By name, in the order of the patch. All is worked out before anything is written.
    std::vector<std::pair<std::string, PatchedFile>> changes;
    for (const FilePatch& file : *files) {
      if (auto wrong = plan(file, changes)) return tool_error(std::move(*wrong));
    }
    for (std::size_t i = 0; i < changes.size(); ++i) {
      if (const auto done = put(changes[i].second.path, changes[i].second.after); !done) {
        bool back = true;
        for (std::size_t j = 0; j < i; ++j) {
          back = put(changes[j].second.path, changes[j].second.before).has_value() && back;
        }
        return tool_error(done.error().message +
                          (back ? "; nothing was changed" : "; some files are changed already"));
      }
    }
    std::string diff;
    std::string names;
    for (const auto& [name, change] : changes) {
      if (change.after) seen_.note(change.path, *change.after);
      diff += unified_diff(name, change.before.value_or(""), change.after.value_or(""));
      names += (names.empty() ? "" : ", ") + name;
    }
    return {.text = fmt::format("Patched: {}.", names), .is_error = false, .diff = std::move(diff)};
  }

 private:
  /// What is in the way, for the model; nothing if all is well.
  std::optional<std::string> plan(const FilePatch& file,
                                  std::vector<std::pair<std::string, PatchedFile>>& changes) {
    const auto path = folder_.resolve(file.path);
    if (!path) return path.error().message;
    PatchedFile change{.path = *path, .before = {}, .after = {}};
    std::error_code ec;
    if (file.kind == FilePatch::Kind::add) {
      if (std::filesystem::exists(*path, ec)) return file.path + " exists; update it instead";
      change.after = file.content;
      changes.emplace_back(file.path, std::move(change));
      return std::nullopt;
    }
    auto content = read_text_file(*path, file.path, max_file_bytes);
    if (!content) return content.error().message;
    if (seen_.of(*path, *content) == SeenFiles::Knowledge::changed_since) {
      return file.path + " was changed by somebody else since you read it; read it again";
    }
    change.before = std::move(*content);
    if (file.kind == FilePatch::Kind::update) {
      auto after = patched(*change.before, file.hunks);
      if (!after) return fmt::format("{}: {}", file.path, after.error().message);
      if (file.new_path.empty()) {
        change.after = std::move(*after);
      } else {
        const auto target = folder_.resolve(file.new_path);
        if (!target) return target.error().message;
        if (std::filesystem::exists(*target, ec)) return file.new_path + " exists already";
        changes.emplace_back(
            file.new_path, PatchedFile{.path = *target, .before = {}, .after = std::move(*after)});
      }
    }
    changes.emplace_back(file.path, std::move(change));
    return std::nullopt;
  }

  static Result<void> put(const std::filesystem::path& path,
                          const std::optional<std::string>& content) {
    if (content) return write_file_atomically(path, *content);
    std::error_code ec;
    std::filesystem::remove(path, ec);
    if (ec) return fail(ErrorKind::io, fmt::format("{}: {}", path.string(), ec.message()));
    return {};
  }

  const Folder& folder_;
  SeenFiles& seen_;
  chat::Tool description_{
      .name = "apply_patch",
      .description =
          "Change files by a patch: *** Begin Patch, *** Update File: PATH with @@ and "
          "lines with ' ', '-', '+' in front, *** Add File:, *** Delete File:, *** End "
          "Patch.",
      .input_schema = object_schema({{"patch", "string", ""}}),
      .type = {},
      .extra = {}};
};

}  // namespace

std::unique_ptr<Tool> make_patch_tool(const Folder& folder, SeenFiles& seen) {
  return std::make_unique<PatchTool>(folder, seen);
}

}  // namespace hearth::agent
