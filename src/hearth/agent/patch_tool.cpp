#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "hearth/agent/diff.h"
#include "hearth/agent/edit/patch.h"
#include "hearth/agent/file_tools.h"
#include "hearth/agent/tool_schema.h"
#include "hearth/base/file.h"

namespace hearth::agent {
namespace {

/// What becomes of a file: its content before and after; nothing where it is not.
struct PatchedFile {
  std::string name;
  std::filesystem::path path;
  std::optional<std::string> before;
  std::optional<std::string> after;
  /// Its permissions, if it was there or comes from a file that was.
  std::optional<std::filesystem::perms> mode;
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
    // In the order of the patch. All is worked out before anything is written.
    Changes changes;
    for (const FilePatch& file : *files) {
      if (auto wrong = plan(file, changes)) return tool_error(std::move(*wrong));
    }
    for (std::size_t i = 0; i < changes.size(); ++i) {
      if (const auto done = put(changes[i], changes[i].after); !done) {
        bool back = true;
        for (std::size_t j = 0; j < i; ++j) {
          back = put(changes[j], changes[j].before).has_value() && back;
        }
        return tool_error(done.error().message +
                          (back ? "; nothing was changed" : "; some files are changed already"));
      }
    }
    std::string diff;
    std::string names;
    for (const PatchedFile& change : changes) {
      if (change.after) seen_.note(change.path, *change.after);
      diff += unified_diff(change.name, change.before.value_or(""), change.after.value_or(""));
      names += (names.empty() ? "" : ", ") + change.name;
    }
    return {.text = fmt::format("Patched: {}.", names), .is_error = false, .diff = std::move(diff)};
  }

 private:
  using Changes = std::vector<PatchedFile>;

  /// What is in the way, for the model; nothing if all is well.
  std::optional<std::string> plan(const FilePatch& file, Changes& changes) {
    if (file.kind == FilePatch::Kind::add) {
      return plan_new(file.path, file.content, {}, changes.size(), changes);
    }
    const auto index = find_or_begin(file.path, changes);
    if (!index) return index.error().message;
    if (!changes[*index].after) return file.path + " is gone after an earlier part of the patch";
    if (file.kind == FilePatch::Kind::remove) {
      changes[*index].after.reset();
      return std::nullopt;
    }
    auto after = patched(*changes[*index].after, file.hunks);
    if (!after) return fmt::format("{}: {}", file.path, after.error().message);
    if (file.new_path.empty()) {
      changes[*index].after = std::move(*after);
      return std::nullopt;
    }
    changes[*index].after.reset();
    // In front of it: it is only removed once the other has been written.
    return plan_new(file.new_path, std::move(*after), changes[*index].mode, *index, changes);
  }

  /// Where in `changes` the file is; what it holds on the disk is taken the first time only.
  Result<std::size_t> find_or_begin(const std::string& name, Changes& changes) const {
    const auto path = folder_.resolve(name);
    if (!path) return std::unexpected(path.error());
    const auto known = std::ranges::find(changes, *path, &PatchedFile::path);
    if (known != changes.end()) return static_cast<std::size_t>(known - changes.begin());
    auto content = read_text_file(*path, name, max_file_bytes);
    if (!content) return std::unexpected(content.error());
    if (seen_.of(*path, *content) == SeenFiles::Knowledge::changed_since) {
      return fail(ErrorKind::invalid_request,
                  name + " was changed by somebody else since you read it; read it again");
    }
    changes.push_back({name, *path, *content, *content, mode_of(*path)});
    return changes.size() - 1;
  }

  /// A file that is not there yet, at `index` in `changes`. Returns what is in the way.
  std::optional<std::string> plan_new(const std::string& name, std::string content,
                                      std::optional<std::filesystem::perms> mode, std::size_t index,
                                      Changes& changes) const {
    const auto path = folder_.resolve(name);
    if (!path) return path.error().message;
    const auto known = std::ranges::find(changes, *path, &PatchedFile::path);
    std::error_code ec;
    if (known == changes.end() ? std::filesystem::exists(*path, ec) : known->after.has_value()) {
      return name + " exists; update it instead, or delete it first";
    }
    if (known == changes.end()) {
      changes.insert(changes.begin() + static_cast<std::ptrdiff_t>(index),
                     {name, *path, std::nullopt, std::move(content), mode});
    } else {
      known->after = std::move(content);
      if (mode) known->mode = mode;
    }
    return std::nullopt;
  }

  static std::optional<std::filesystem::perms> mode_of(const std::filesystem::path& path) {
    std::error_code ec;
    const auto status = std::filesystem::status(path, ec);
    if (ec) return std::nullopt;
    return status.permissions();
  }

  static Result<void> put(const PatchedFile& file, const std::optional<std::string>& content) {
    std::error_code ec;
    if (content) {
      auto written = write_file_atomically(file.path, *content);
      if (written && file.mode) std::filesystem::permissions(file.path, *file.mode, ec);
      return written;
    }
    std::filesystem::remove(file.path, ec);
    if (ec) return fail(ErrorKind::io, fmt::format("{}: {}", file.path.string(), ec.message()));
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
