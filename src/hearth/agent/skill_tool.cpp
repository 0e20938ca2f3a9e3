#include "hearth/agent/skill_tool.h"

#include <fmt/format.h>

#include "hearth/agent/context/custom_files.h"
#include "hearth/agent/context/front_matter.h"
#include "hearth/agent/file_tools.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/tool_schema.h"
#include "hearth/base/utf8.h"

namespace hearth::agent {
namespace {

constexpr std::size_t max_skill_bytes = 60'000;

class SkillTool final : public Tool {
 public:
  SkillTool(const Folder& folder, const SettingSources& sources)
      : folder_(folder), sources_(sources) {}

  const chat::Tool& description() const override { return description_; }
  Access access() const override { return Access::read; }
  std::string subject(const json::object& arguments) const override {
    return std::string(find_string(arguments, "name").value_or(""));
  }

  ToolResult run(const json::object& arguments, const std::stop_token&) override {
    const std::string name = subject(arguments);
    std::string names;
    for (const CustomFile& skill : find_custom_files(folder_.root(), CustomKind::skill, sources_)) {
      names += (names.empty() ? "" : ", ") + skill.name;
      if (skill.name != name) continue;
      const auto text = read_text_file(skill.file, skill.file.string(), max_skill_bytes);
      if (!text) return tool_error(text.error().message);
      const FrontMatter parsed = parse_front_matter(to_valid_utf8(*text));
      return {.text = fmt::format("{}\n(Files of this skill are in {}.)", trimmed(parsed.body),
                                  skill.file.parent_path().string()),
              .is_error = false,
              .diff = {}};
    }
    return tool_error(fmt::format("there is no skill \"{}\"; there are: {}", name, names));
  }

 private:
  const Folder& folder_;
  SettingSources sources_;
  chat::Tool description_{.name = "skill",
                          .description = "The instructions of a skill, before work it is for.",
                          .input_schema = object_schema({{"name", "string", ""}}),
                          .type = {},
                          .extra = {}};
};

}  // namespace

std::unique_ptr<Tool> make_skill_tool(const Folder& folder, const SettingSources& sources) {
  if (find_custom_files(folder.root(), CustomKind::skill, sources).empty()) return nullptr;
  return std::make_unique<SkillTool>(folder, sources);
}

std::string skills_note(const Folder& folder, const SettingSources& sources) {
  constexpr std::size_t max_description = 200;
  std::string note;
  for (const CustomFile& skill : find_custom_files(folder.root(), CustomKind::skill, sources)) {
    const auto text = read_text_file(skill.file, skill.file.string(), max_skill_bytes);
    if (!text) continue;
    const FrontMatter parsed = parse_front_matter(to_valid_utf8(*text));
    note += fmt::format("- {}: {}\n", skill.name,
                        utf8_prefix(parsed.field("description"), max_description));
  }
  return note.empty() ? note : "Skills (call skill for their instructions):\n" + note;
}

}  // namespace hearth::agent
