#pragma once

#include <string>
#include <vector>

#include "hearth/agent/context/setting_sources.h"
#include "hearth/agent/folder.h"
#include "hearth/base/error.h"
#include "hearth/base/json.h"

namespace hearth::agent {

struct Subagent {
  std::string name;
  std::string description;
  std::string instructions;
  bool only_reads = false;
  std::vector<std::string> tools = {};  ///< the only ones it has; empty: all
  std::string model = {};               ///< empty: the session's
};

/// The `given` ones, then the folder's and the user's own (`.hearth/agents`, `.claude/agents`), as
/// far as `sources` says, then the built-in ones; of several with one name the first.
std::vector<Subagent> subagents_for(const Folder& folder, const SettingSources& sources,
                                    const std::vector<Subagent>& given);

/// What a model is told of them at the beginning: one line for each that is not built in.
std::string subagents_note(const Folder& folder, const SettingSources& sources,
                           const std::vector<Subagent>& given);

/// Those of `--agents`: `{"NAME": {"description": …, "prompt": …, "tools": […], "model": …}}`.
/// Errors: config, naming the member.
Result<std::vector<Subagent>> parse_subagents(const json::object& definitions);

}  // namespace hearth::agent
