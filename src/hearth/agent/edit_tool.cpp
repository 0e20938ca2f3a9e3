#include <fmt/format.h>

#include "hearth/agent/diff.h"
#include "hearth/agent/edit/fuzzy_edit.h"
#include "hearth/agent/file_tools.h"
#include "hearth/agent/nearest_lines.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/tool_schema.h"
#include "hearth/base/file.h"

namespace hearth::agent {
namespace {

struct Step {
  std::string wanted;
  std::string replacement;
  bool replace_all = false;
};

/// The edits of a call, in order: the one in its arguments, then those in "more".
Result<std::vector<Step>> steps_of(const json::object& arguments) {
  std::vector<Step> steps;
  steps.push_back({std::string(*find_string(arguments, "old_string")),
                   std::string(*find_string(arguments, "new_string")),
                   find_bool(arguments, "replace_all").value_or(false)});
  if (const json::array* more = find_array(arguments, "more")) {
    for (const json::value& item : *more) {
      const json::object* edit = item.if_object();
      const auto wanted = edit == nullptr ? std::nullopt : find_string(*edit, "old_string");
      const auto replacement = edit == nullptr ? std::nullopt : find_string(*edit, "new_string");
      if (!wanted || !replacement) {
        return fail(ErrorKind::invalid_request,
                    "each of \"more\" needs the strings old_string and new_string");
      }
      steps.push_back({std::string(*wanted), std::string(*replacement),
                       find_bool(*edit, "replace_all").value_or(false)});
    }
  }
  return steps;
}

/// "Edit 2 of 3: ", where there are several.
std::string which(std::size_t index, std::size_t count) {
  return count < 2 ? "" : fmt::format("Edit {} of {}, nothing was changed: ", index + 1, count);
}

class EditTool final : public Tool {
 public:
  EditTool(const Folder& folder, SeenFiles& seen, Mending mending)
      : folder_(folder), seen_(seen), mending_(mending) {}

  const chat::Tool& description() const override { return description_; }
  Access access() const override { return Access::edit; }
  std::string subject(const json::object& arguments) const override {
    return std::string(find_string(arguments, "path").value_or(""));
  }

  ToolResult run(const json::object& arguments, const std::stop_token&) override {
    const std::string name = subject(arguments);
    const auto path = folder_.resolve(name);
    if (!path) return tool_error(path.error().message);
    const auto content = read_text_file(*path, name, max_file_bytes);
    if (!content) return tool_error(content.error().message);
    switch (seen_.of(*path, *content)) {
      case SeenFiles::Knowledge::never_read:
        return tool_error(name + " has not been read yet; read it, then edit it");
      case SeenFiles::Knowledge::changed_since:
        return tool_error(name + " was changed by somebody else since you read it; read it again");
      case SeenFiles::Knowledge::current: break;
    }
    const auto steps = steps_of(arguments);
    if (!steps) return tool_error(steps.error().message);
    std::string edited = *content;
    std::string notes;
    std::size_t places = 0;
    for (std::size_t i = 0; i < steps->size(); ++i) {
      const Step& step = (*steps)[i];
      const std::string prefix = which(i, steps->size());
      if (step.wanted == step.replacement) {
        return tool_error(prefix + "old_string and new_string are equal; give the changed text");
      }
      FuzzyEdit edit = mending_ == Mending::on
                           ? fuzzy_edit(edited, step.wanted, step.replacement, step.replace_all)
                           : exact_edit(edited, step.wanted, step.replacement, step.replace_all);
      if (auto refused = refusal(name, edited, step, edit)) {
        refused->text.insert(0, prefix);
        return *refused;
      }
      edited = std::move(edit.content);
      places += edit.places;
      if (edit.how != EditMatch::exact) {
        notes += fmt::format(" old_string differed from the file in {}; see what was changed:\n",
                             to_string(edit.how));
      } else if (edit.mended) {
        notes += " Give old_string without line numbers, fences and added escapes. Changed:\n";
      }
    }
    if (edited == *content) {
      return tool_error(name + " has this text already; nothing was changed");
    }
    if (const auto written = write_file_atomically(*path, edited); !written) {
      return tool_error(written.error().message);
    }
    seen_.note(*path, edited);
    std::string diff = unified_diff(name, *content, edited);
    std::string text = fmt::format("{} edited ({} place{}).", name, places, places == 1 ? "" : "s");
    if (!notes.empty()) text += notes + trimmed_in_the_middle(diff, max_shown_diff);
    return {.text = std::move(text), .is_error = false, .diff = std::move(diff)};
  }

 private:
  static constexpr std::size_t max_shown_diff = 2000;

  /// What is in the way of an edit, for the model; nothing if it was applied.
  static std::optional<ToolResult> refusal(std::string_view name, std::string_view content,
                                           const Step& step, const FuzzyEdit& edit) {
    switch (edit.status) {
      case FuzzyEdit::Status::applied: return std::nullopt;
      case FuzzyEdit::Status::unclear:
        return tool_error(
            fmt::format("Not clear what is meant in {}: {}. Read that part again and "
                        "copy the text exactly.",
                        name, edit.reason));
      case FuzzyEdit::Status::ambiguous:
        return tool_error(fmt::format(
            "old_string matches {} times in {}; add lines around it until it is unique, or set "
            "replace_all",
            edit.places, name));
      case FuzzyEdit::Status::not_found: break;
    }
    if (trimmed(step.wanted).empty()) {
      return tool_error("old_string is empty; give the text to replace");
    }
    return no_match(name, content, step.wanted);
  }

  static ToolResult no_match(std::string_view name, std::string_view content,
                             std::string_view wanted) {
    const std::string near = nearest_lines(content, wanted);
    if (near.empty()) {
      return tool_error(
          fmt::format("old_string is not in {}; read the file and copy the text "
                      "exactly, without line numbers",
                      name));
    }
    return tool_error(
        fmt::format("old_string is not in {}. The nearest lines are:\n{}Copy the "
                    "text exactly, without line numbers, and call edit again.",
                    name, near));
  }

  static chat::Tool described() {
    json::object schema = object_schema({{"path", "string", ""},
                                         {"old_string", "string", ""},
                                         {"new_string", "string", ""},
                                         {"replace_all", "boolean", "", false},
                                         {"more", "array", "further edits of this file", false}});
    schema["properties"].as_object()["more"].as_object()["items"] =
        object_schema({{"old_string", "string", ""}, {"new_string", "string", ""}});
    return {.name = "edit",
            .description = "Replace old_string, which must occur once, in a file you have read.",
            .input_schema = std::move(schema),
            .type = {},
            .extra = {}};
  }

  const Folder& folder_;
  SeenFiles& seen_;
  Mending mending_;
  chat::Tool description_ = described();
};

}  // namespace

std::unique_ptr<Tool> make_edit_tool(const Folder& folder, SeenFiles& seen, Mending mending) {
  return std::make_unique<EditTool>(folder, seen, mending);
}

}  // namespace hearth::agent
