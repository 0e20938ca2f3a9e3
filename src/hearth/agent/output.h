#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/agent/outcome.h"
#include "hearth/agent/permission/permissions.h"
#include "hearth/agent/tool.h"
#include "hearth/chat/event.h"
#include "hearth/chat/message.h"

namespace hearth::agent {

struct SessionInfo {
  std::string id;
  std::string folder;
  std::string model;
  std::string style;
  std::string permission_mode;
  std::vector<std::string> tools;
  int window = 0;  ///< the model's, in tokens; 0: not known
  struct McpServer {
    std::string name;
    bool connected = false;
  };
  std::vector<McpServer> mcp_servers = {};
  std::vector<std::string> commands = {};  ///< without the slash
  std::vector<std::string> subagents = {};
  std::vector<std::string> skills = {};
};

/// A call as it is shown before it runs.
struct ShownCall {
  std::string_view id;  ///< empty: the harness's own, not the model's
  std::string_view name;
  std::string_view subject;
  Access access = Access::read;
};

/// Where a session shows itself. What it is given may come from a model or a command: the
/// implementations strip terminal escapes. Subagents call it from several threads.
class Output {
 public:
  virtual ~Output() = default;
  virtual void session(const SessionInfo& info) = 0;
  /// A line that stays.
  virtual void status(std::string_view line) = 0;
  /// A line that the next one replaces: how far something is. Called often; shown as often as it
  /// helps.
  virtual void progress(std::string_view line) = 0;
  /// Which route ("provider,model") answers, where the server has a router.
  virtual void route(std::string_view) {}
  /// How far a prompt is read; a line of progress where nothing better is known.
  virtual void prefill(const chat::PrefillProgress& progress);
  /// A piece of the model's answer as it streams; `message` follows with the whole.
  virtual void text(std::string_view delta) = 0;
  /// A piece of what it thinks before.
  virtual void thinking(std::string_view) {}
  virtual void message(const chat::Message& message, const chat::Usage& usage) = 0;
  virtual void tool_call(const ShownCall& call) = 0;
  virtual void tool_result(const chat::ToolResultBlock& block, const ToolResult& result) = 0;
  virtual void diff(std::string_view unified) = 0;
  /// The end of a run.
  virtual void finished(const Outcome& outcome) = 0;
};

/// "reading the prompt: 512 of 2048 tokens, 10 s left [#####.....]".
std::string prefill_line(const chat::PrefillProgress& progress);

enum class OutputFormat { text, json, stream_json };

/// For a person: the work on `work` (standard output when interactive, standard error when
/// headless, where the result alone goes to standard output), colours only on a terminal.
std::unique_ptr<Output> make_terminal_output(bool interactive);

/// What a program is told before the end: nothing; what happens; also each piece of an answer.
enum class JsonEvents { none, whole, with_pieces };

/// For programs: one JSON object at the end, and one a line as things happen, in the shapes of the
/// Claude Code SDK.
std::unique_ptr<Output> make_json_output(JsonEvents events);

}  // namespace hearth::agent
