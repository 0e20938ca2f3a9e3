#pragma once

#include <stop_token>
#include <string_view>

namespace hearth::agent {

class Session;

/// Shows a text, line by line.
void say(Session& session, std::string_view text);

// What the built-in commands do; `arguments` is what stands behind the name.
void undo_changes(Session& session, std::string_view arguments, const std::stop_token& stop);
void show_changes(Session& session, std::string_view arguments, const std::stop_token& stop);
void rewind_tasks(Session& session, std::string_view arguments, const std::stop_token& stop);
void compact_conversation(Session& session, std::string_view arguments,
                          const std::stop_token& stop);
void show_context(Session& session, std::string_view arguments, const std::stop_token& stop);
void show_cost(Session& session, std::string_view arguments, const std::stop_token& stop);
void show_cache(Session& session, std::string_view arguments, const std::stop_token& stop);
void show_or_set_model(Session& session, std::string_view arguments, const std::stop_token& stop);
void show_or_set_permissions(Session& session, std::string_view arguments,
                             const std::stop_token& stop);
void switch_plan_mode(Session& session, std::string_view arguments, const std::stop_token& stop);
void show_mcp_servers(Session& session, std::string_view arguments, const std::stop_token& stop);
void show_agents(Session& session, std::string_view arguments, const std::stop_token& stop);
void show_doctor(Session& session, std::string_view arguments, const std::stop_token& stop);
void show_sessions(Session& session, std::string_view arguments, const std::stop_token& stop);
void export_conversation(Session& session, std::string_view arguments, const std::stop_token& stop);

}  // namespace hearth::agent
