#pragma once

#include <set>
#include <string>
#include <string_view>

#include "hearth/agent/workplace.h"
#include "hearth/chat/request.h"

namespace hearth::agent {

/// Whether `tool`, by our name, is one of those that may be called at this place at all.
bool is_among_only_tools(const Workplace& workplace, std::string_view tool);

/// Leaves out of the calls that `request` allows what is not to be called here, and `exhausted`
/// tools; all of them where the task can be answered at once. A small model that is forced to
/// call calls what it is told not to, again and again; this way it cannot, while its prompt stays
/// the same.
void allow_tools(chat::Request& request, const Workplace& workplace,
                 const std::set<std::string>& exhausted);

}  // namespace hearth::agent
