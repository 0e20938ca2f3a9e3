#include "hearth/agent/toolbox.h"

#include <fmt/format.h>

#include <algorithm>

#include "hearth/agent/bash_tool.h"
#include "hearth/agent/search_tools.h"
#include "hearth/agent/tool_schema.h"

namespace hearth::agent {
Toolbox::Toolbox(const Folder& folder, Shell& shell, std::function<bool()> sees_images,
                 Mending mending)
    : mending_(mending) {
  tools_.push_back(make_read_tool(folder, seen_, std::move(sees_images)));
  tools_.push_back(make_edit_tool(folder, seen_, mending));
  tools_.push_back(make_write_tool(folder, seen_));
  tools_.push_back(make_bash_tool(shell));
  tools_.push_back(make_job_tool(shell));
  tools_.push_back(make_grep_tool(folder));
  tools_.push_back(make_glob_tool(folder));
}

void Toolbox::keep_only(const std::vector<std::string>& names) {
  std::erase_if(tools_, [&](const auto& tool) {
    return std::ranges::find(names, tool->description().name) == names.end();
  });
}

std::vector<chat::Tool> Toolbox::descriptions() const {
  std::vector<chat::Tool> descriptions;
  descriptions.reserve(tools_.size());
  for (const auto& tool : tools_) descriptions.push_back(tool->description());
  return descriptions;
}

Tool* Toolbox::find(std::string_view name) const {
  const auto it = std::ranges::find_if(
      tools_, [&](const auto& tool) { return tool->description().name == name; });
  return it == tools_.end() ? nullptr : it->get();
}

std::unique_ptr<Toolbox> Toolbox::for_copy(const Folder& folder, const Folder& copy) const {
  std::unique_ptr<Toolbox> tools(new Toolbox(seen_.moved(folder.root(), copy.root()), mending_));
  tools->add(make_edit_tool(copy, tools->seen_, mending_));
  tools->add(make_write_tool(copy, tools->seen_));
  tools->add_patches(copy);
  tools->also_named_ = folder.root();
  return tools;
}

namespace {

/// What models that are used to such a tool call the listing of a folder, which `read` does.
bool lists_a_folder(std::string_view name) {
  return name == "ls" || name == "LS" || name == "list" || name == "list_dir";
}

}  // namespace

Toolbox::Call Toolbox::prepare(const chat::ToolUseBlock& block, bool malformed) const {
  Call call;
  Tool* found = find(block.name);
  const bool listing = found == nullptr && lists_a_folder(block.name);
  if (listing) found = find("read");
  if (found == nullptr) {
    std::string names;
    for (const auto& tool : tools_) {
      names += (names.empty() ? "" : ", ") + tool->description().name;
    }
    call.error =
        tool_error(fmt::format("There is no tool \"{}\". Use one of: {}.", block.name, names));
    return call;
  }
  if (malformed) {
    call.error = tool_error(
        "The arguments were not a JSON object. Call again, with all quotes and "
        "line ends inside strings escaped.");
    return call;
  }
  if (auto arguments = parse_json(block.arguments); arguments && arguments->is_object()) {
    call.arguments = std::move(arguments->get_object());
  }
  if (listing && !call.arguments.contains("path")) call.arguments["path"] = ".";
  if (auto wrong = mend_arguments(found->description().input_schema, call.arguments)) {
    call.error = tool_error(std::move(*wrong));
    return call;
  }
  if (const auto path = find_string(call.arguments, "path"); also_named_ && path) {
    call.arguments["path"] = name_below(*also_named_, *path);
  }
  call.tool = found;
  call.subject = found->subject(call.arguments);
  return call;
}

}  // namespace hearth::agent
