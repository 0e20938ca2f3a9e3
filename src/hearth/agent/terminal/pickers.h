#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "hearth/agent/session/rewind_places.h"
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

/// Tasks, or a task's steps, the latest first, below a question.
Picker place_picker(std::string_view question, const std::vector<RewindPlace>& places);

/// What goes back to `place`: the conversation, the files, both, or rather to one of its steps.
Picker rewind_picker(std::string_view title, const RewindPlace& place);
inline constexpr std::size_t rewind_conversation_only = 1;
inline constexpr std::size_t rewind_files_only = 2;
inline constexpr std::size_t rewind_to_step = 3;

}  // namespace hearth::agent
