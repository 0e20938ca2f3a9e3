#include "hearth/agent/mcp/mcp_servers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <thread>
#include <utility>

#include "hearth/agent/plain_text.h"
#include "hearth/agent/tool_schema.h"
#include "hearth/base/utf8.h"

namespace hearth::agent {
namespace {

/// HEARTH_MCP_START_SECONDS, else 30.
std::chrono::milliseconds start_patience() {
  constexpr std::chrono::seconds usual{30};
  const char* wanted = std::getenv("HEARTH_MCP_START_SECONDS");
  const long seconds = wanted == nullptr ? 0 : std::strtol(wanted, nullptr, 10);
  return seconds > 0 ? std::chrono::seconds(seconds) : usual;
}

constexpr std::chrono::seconds call_patience{300};
constexpr std::size_t max_tools = 500;
constexpr std::size_t most_bytes_of_a_result = 40'000;
constexpr std::size_t longest_announcement = 120;

/// As the Messages API takes names: [a-zA-Z0-9_-], at most 64.
std::string api_name(std::string_view server, std::string_view tool) {
  std::string name = fmt::format("mcp__{}__{}", server, tool);
  for (char& c : name) {
    const bool fine = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
    if (!fine) c = '_';
  }
  constexpr std::size_t longest = 64;
  return name.substr(0, longest);
}

std::string first_line(std::string_view text) {
  const std::string plain = without_escapes(to_valid_utf8(text));
  const auto lines = lines_of(plain);
  return lines.empty() ? std::string() : std::string(utf8_prefix(lines[0], longest_announcement));
}

/// The text of a "content" list; what is no text is named.
std::string text_of_content(const json::array& content) {
  std::string text;
  for (const json::value& item : content) {
    const json::object* object = item.if_object();
    if (object == nullptr) continue;
    if (!text.empty()) text += '\n';
    const auto type = find_string(*object, "type").value_or("");
    if (const auto piece = find_string(*object, "text")) {
      text += *piece;
    } else if (const json::object* resource = find_object(*object, "resource")) {
      text += find_string(*resource, "text").value_or("(a resource that is no text)");
    } else {
      text += fmt::format("({} that cannot be shown)", type.empty() ? "something" : type);
    }
  }
  return text;
}

}  // namespace

struct McpServers::Server {
  std::string name;
  std::unique_ptr<McpConnection> connection;
  std::vector<json::object> tools;  ///< as the server lists them
  bool has_resources = false;
  bool has_prompts = false;
  std::string problem;

  void start(const McpServerConfig& config, const std::filesystem::path& folder,
             const std::filesystem::path& log) {
    if (config.connect) {
      connection = config.connect();
    } else if (config.url.empty()) {
      auto connected = connect_stdio(config, folder, log);
      if (!connected) {
        problem = connected.error().message;
        return;
      }
      connection = std::move(*connected);
    } else {
      connection = connect_http(config);
    }
    auto capabilities = json::object{{"roots", json::object()}};
    auto greeted =
        connection->call("initialize",
                         {{"protocolVersion", "2025-06-18"},
                          {"capabilities", std::move(capabilities)},
                          {"clientInfo", json::object{{"name", "hearth"}, {"version", "1"}}}},
                         start_patience(), {});
    if (!greeted) {
      problem = greeted.error().message;
      if (!config.command.empty()) problem += fmt::format(" (its errors: {})", log.string());
      connection.reset();
      return;
    }
    connection->notify("notifications/initialized", {});
    if (const json::object* can = find_object(*greeted, "capabilities")) {
      has_resources = find_object(*can, "resources") != nullptr;
      has_prompts = find_object(*can, "prompts") != nullptr;
      if (find_object(*can, "tools") == nullptr) return;
    }
    list_tools();
  }

  void list_tools() {
    json::object parameters;
    while (tools.size() < max_tools) {
      auto page = connection->call("tools/list", parameters, start_patience(), {});
      if (!page) {
        problem = page.error().message;
        return;
      }
      if (const json::array* list = find_array(*page, "tools")) {
        for (const json::value& tool : *list) {
          if (tool.is_object() && find_string(tool.get_object(), "name")) {
            tools.push_back(tool.get_object());
          }
        }
      }
      const auto next = find_string(*page, "nextCursor");
      if (!next || next->empty()) return;
      parameters = {{"cursor", *next}};
    }
  }
};

namespace {

class McpTool final : public Tool {
 public:
  McpTool(std::shared_ptr<McpConnection> connection, std::string_view server,
          const json::object& listed)
      : connection_(std::move(connection)), name_(*find_string(listed, "name")) {
    description_.name = api_name(server, name_);
    description_.description = find_string(listed, "description").value_or("");
    if (const json::object* schema = find_object(listed, "inputSchema")) {
      description_.input_schema = *schema;
    } else {
      description_.input_schema = {{"type", "object"}, {"properties", json::object()}};
    }
    description_.defer_loading = true;
  }

  const chat::Tool& description() const override { return description_; }
  // Its own word that it only reads (annotations) is no reason to trust it.
  Access access() const override { return Access::execute; }
  std::string subject(const json::object& arguments) const override {
    return std::string(utf8_prefix(to_json(json::value(arguments)), longest_announcement));
  }
  // Permission is for all of it.
  std::vector<std::string> subjects(const json::object& arguments) const override {
    return {to_json(json::value(arguments))};
  }

  ToolResult run(const json::object& arguments, const std::stop_token& stop) override {
    auto result = connection_->call("tools/call", {{"name", name_}, {"arguments", arguments}},
                                    call_patience, stop);
    if (!result) return tool_error(result.error().message);
    std::string text;
    if (const json::array* content = find_array(*result, "content")) {
      text = text_of_content(*content);
    }
    if (text.empty()) {
      if (const json::object* structured = find_object(*result, "structuredContent")) {
        text = to_json(json::value(*structured));
      }
    }
    if (text.empty()) text = "(no output)";
    return {
        .text = trimmed_in_the_middle(without_escapes(to_valid_utf8(text)), most_bytes_of_a_result),
        .is_error = find_bool(*result, "isError").value_or(false),
        .diff = {}};
  }

 private:
  std::shared_ptr<McpConnection> connection_;
  std::string name_;
  chat::Tool description_;
};

/// Lists and reads what a server has beside its tools: resources or prompts.
class McpReadTool final : public Tool {
 public:
  enum class Kind { resources, prompts };
  McpReadTool(std::shared_ptr<McpConnection> connection, std::string_view server, Kind kind)
      : connection_(std::move(connection)), kind_(kind) {
    const bool resources = kind == Kind::resources;
    description_.name = api_name(server, resources ? "read_resource" : "get_prompt");
    description_.description =
        resources ? "A resource of this server by its URI; without, the list of them."
                  : "A prompt of this server by its name; without, the list of them.";
    description_.input_schema = object_schema({{resources ? "uri" : "name", "string", "", false}});
    description_.defer_loading = true;
  }

  const chat::Tool& description() const override { return description_; }
  Access access() const override { return Access::execute; }
  std::string subject(const json::object& arguments) const override {
    return std::string(find_string(arguments, key()).value_or(""));
  }

  ToolResult run(const json::object& arguments, const std::stop_token& stop) override {
    const std::string which = subject(arguments);
    const bool resources = kind_ == Kind::resources;
    auto result = which.empty() ? connection_->call(resources ? "resources/list" : "prompts/list",
                                                    {}, call_patience, stop)
                                : connection_->call(resources ? "resources/read" : "prompts/get",
                                                    {{key(), which}}, call_patience, stop);
    if (!result) return tool_error(result.error().message);
    std::string text;
    if (const json::array* contents = find_array(*result, "contents"); contents && resources) {
      text = text_of_content(*contents);
    } else {
      text = to_json(json::value(*result));
    }
    return {
        .text = trimmed_in_the_middle(without_escapes(to_valid_utf8(text)), most_bytes_of_a_result),
        .is_error = false,
        .diff = {}};
  }

 private:
  [[nodiscard]] std::string_view key() const { return kind_ == Kind::resources ? "uri" : "name"; }

  std::shared_ptr<McpConnection> connection_;
  Kind kind_;
  chat::Tool description_;
};

class LoadTool final : public Tool {
 public:
  explicit LoadTool(std::vector<std::string> names) : names_(std::move(names)) {}

  const chat::Tool& description() const override { return description_; }
  Access access() const override { return Access::read; }
  std::string subject(const json::object& arguments) const override {
    return std::string(find_string(arguments, "name").value_or(""));
  }

  ToolResult run(const json::object& arguments, const std::stop_token&) override {
    const std::string name = subject(arguments);
    if (std::ranges::find(names_, name) == names_.end()) {
      return tool_error(
          fmt::format("there is no tool \"{}\"; there are: {}", name, fmt::join(names_, ", ")));
    }
    ToolResult result{.text = fmt::format("{} can be called now.", name), .diff = {}};
    result.loads = {name};
    return result;
  }

 private:
  std::vector<std::string> names_;
  chat::Tool description_{.name = "load",
                          .description = "Make one of the further tools callable.",
                          .input_schema = object_schema({{"name", "string", ""}}),
                          .type = {},
                          .extra = {}};
};

}  // namespace

McpServers::McpServers(const McpConfig& config, const std::filesystem::path& folder,
                       const std::filesystem::path& log_folder) {
  std::vector<std::jthread> starts;
  starts.reserve(config.servers.size());
  servers_.reserve(config.servers.size());
  for (const McpServerConfig& server : config.servers) {
    auto one = std::make_shared<Server>();
    one->name = server.name;
    servers_.push_back(one);
    starts.emplace_back([one, server, folder, log = log_folder / (server.name + ".log")] {
      one->start(server, folder, log);
    });
  }
}

McpServers::~McpServers() = default;

std::vector<McpServers::State> McpServers::states() const {
  std::vector<State> states;
  states.reserve(servers_.size());
  for (const auto& server : servers_) {
    states.push_back({server->name, server->tools.size(), server->problem});
  }
  return states;
}

std::vector<std::unique_ptr<Tool>> McpServers::tools() {
  std::vector<std::unique_ptr<Tool>> tools;
  for (const auto& server : servers_) {
    if (!server->connection) continue;
    const std::shared_ptr<McpConnection> connection(server, server->connection.get());
    for (const json::object& listed : server->tools) {
      tools.push_back(std::make_unique<McpTool>(connection, server->name, listed));
    }
    if (server->has_resources) {
      tools.push_back(
          std::make_unique<McpReadTool>(connection, server->name, McpReadTool::Kind::resources));
    }
    if (server->has_prompts) {
      tools.push_back(
          std::make_unique<McpReadTool>(connection, server->name, McpReadTool::Kind::prompts));
    }
  }
  return tools;
}

std::string McpServers::note() const {
  std::string note;
  for (const auto& server : servers_) {
    for (const json::object& tool : server->tools) {
      note += fmt::format("- {}: {}\n", api_name(server->name, *find_string(tool, "name")),
                          first_line(find_string(tool, "description").value_or("")));
    }
    if (server->connection && server->has_resources) {
      note += fmt::format("- {}: resources\n", api_name(server->name, "read_resource"));
    }
    if (server->connection && server->has_prompts) {
      note += fmt::format("- {}: prompts\n", api_name(server->name, "get_prompt"));
    }
  }
  return note.empty() ? note : "Further tools (call load before you use one):\n" + note;
}

std::unique_ptr<Tool> make_load_tool(std::vector<std::string> names) {
  return std::make_unique<LoadTool>(std::move(names));
}

}  // namespace hearth::agent
