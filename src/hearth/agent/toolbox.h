#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/agent/file_tools.h"
#include "hearth/agent/folder.h"
#include "hearth/agent/mending.h"
#include "hearth/agent/seen_files.h"
#include "hearth/agent/shell/shell.h"
#include "hearth/agent/tool.h"

namespace hearth::agent {

/// The session's tools, in a fixed order: it is part of the prompt.
class Toolbox {
 public:
  /// The tools on files and commands. `folder` and `shell` outlive it. `sees_images`: whether the
  /// model of the moment does; may be empty.
  Toolbox(const Folder& folder, Shell& shell, std::function<bool()> sees_images = {},
          Mending mending = Mending::on);

  /// Patches, for models that are trained on them. REQUIRES: as for add().
  void add_patches(const Folder& folder) { add(make_patch_tool(folder, seen_)); }

  /// The tools that change files, for a copy of `folder`. What was read in the folder counts as
  /// read in the copy, also by its path there. The folders outlive them.
  [[nodiscard]] std::unique_ptr<Toolbox> for_copy(const Folder& folder, const Folder& copy) const;

  /// One more, at the end. REQUIRES: nothing has been asked of a model yet.
  void add(std::unique_ptr<Tool> tool) { tools_.push_back(std::move(tool)); }

  /// Takes all others away. REQUIRES: as above.
  void keep_only(const std::vector<std::string>& names);

  [[nodiscard]] std::vector<chat::Tool> descriptions() const;
  /// Null if there is no such tool.
  [[nodiscard]] Tool* find(std::string_view name) const;

  struct Call {
    Tool* tool = nullptr;
    json::object arguments;
    std::string subject;
    ToolResult error;  ///< if `tool` is null: what the model did wrong, and what is allowed
  };
  /// Understands a call: the tool by its name, the arguments by its schema.
  [[nodiscard]] Call prepare(const chat::ToolUseBlock& block, bool malformed) const;

 private:
  Toolbox(SeenFiles seen, Mending mending) : seen_(std::move(seen)), mending_(mending) {}

  SeenFiles seen_;
  Mending mending_;
  /// Paths in this folder are meant as paths in the one of the tools.
  std::optional<std::filesystem::path> also_named_;
  std::vector<std::unique_ptr<Tool>> tools_;
};

}  // namespace hearth::agent
