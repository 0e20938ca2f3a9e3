#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "hearth/agent/session/session_store.h"
#include "hearth/agent/terminal/picker.h"
#include "hearth/agent/terminal/questions.h"

namespace hearth::agent {

/// "yes", "yes, always", "no", below what is asked for: the command, or the change as a diff.
Picker permission_picker(const OpenQuestion& question, int columns);

/// The sessions that worked in `folder`, each with the end of its conversation.
struct SessionPicker {
  Picker picker;
  std::vector<std::string> ids;  ///< of the items
};
SessionPicker session_picker(const std::filesystem::path& store,
                             const std::filesystem::path& folder, int columns);

/// The tasks of a session, the latest first.
Picker task_picker(const std::vector<TaskStart>& tasks);

/// What goes back to before the task `text`.
Picker rewind_picker(std::string_view text);
inline constexpr std::size_t rewind_conversation_only = 1;
inline constexpr std::size_t rewind_files_only = 2;

}  // namespace hearth::agent
