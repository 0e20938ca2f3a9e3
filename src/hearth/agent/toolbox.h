#pragma once

#include <functional>
#include <memory>
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

  /// One more, at the end. REQUIRES: nothing has been asked of a model yet.
  void add(std::unique_ptr<Tool> tool) { tools_.push_back(std::move(tool)); }

  /// Takes all others away. REQUIRES: as above.
  void keep_only(const std::vector<std::string>& names);

  [[nodiscard]] std::vector<chat::Tool> descriptions() const;

  struct Call {
    Tool* tool = nullptr;
    json::object arguments;
    std::string subject;
    ToolResult error;  ///< if `tool` is null: what the model did wrong, and what is allowed
  };
  /// Understands a call: the tool by its name, the arguments by its schema.
  [[nodiscard]] Call prepare(const chat::ToolUseBlock& block, bool malformed) const;

 private:
  SeenFiles seen_;
  std::vector<std::unique_ptr<Tool>> tools_;
};

}  // namespace hearth::agent
