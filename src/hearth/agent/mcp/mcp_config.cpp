#include "hearth/agent/mcp/mcp_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "hearth/agent/given_json.h"
#include "hearth/base/file.h"
#include "hearth/base/json.h"
#include "hearth/base/xdg.h"

namespace hearth::agent {
namespace fs = std::filesystem;
namespace {

std::string expanded(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t begin = text.find("${");
    const std::size_t end = begin == std::string_view::npos ? begin : text.find('}', begin);
    if (end == std::string_view::npos) break;
    result += text.substr(0, begin);
    std::string name(text.substr(begin + 2, end - begin - 2));
    std::string otherwise;
    if (const std::size_t colon = name.find(":-"); colon != std::string::npos) {
      otherwise = name.substr(colon + 2);
      name.resize(colon);
    }
    const char* value = std::getenv(name.c_str());
    result += value == nullptr ? otherwise : value;
    text.remove_prefix(end + 1);
  }
  return result.append(text);
}

class McpConfigReader {
 public:
  explicit McpConfigReader(McpConfig& config) : config_(config) {}

  /// The file's object; nothing if there is no such file or it is none.
  std::optional<json::object> object_in(const fs::path& file) {
    const auto content = read_file(file);
    return content ? parsed(*content, file) : std::nullopt;
  }

  void take_text(std::string_view text, const fs::path& source) {
    if (const auto object = parsed(text, source)) take(*object, source);
  }

  void take(const json::object& holder, const fs::path& file) {
    const json::object* servers = find_object(holder, "mcpServers");
    if (servers == nullptr) return;
    for (const auto& [key, value] : *servers) {
      const std::string_view name = key;
      const auto problem = [&](std::string_view what) {
        config_.problems.push_back(fmt::format("{}: mcpServers.{}: {}", file.string(), name, what));
      };
      if (!value.is_object()) {
        problem("expected an object");
        continue;
      }
      take_server(name, value.get_object(), problem);
    }
  }

 private:
  std::optional<json::object> parsed(std::string_view text, const fs::path& source) {
    auto value = parse_json(text);
    if (value && value->is_object()) return std::move(value->get_object());
    config_.problems.push_back(fmt::format("{}: {}", source.string(),
                                           value ? "expected an object" : value.error().message));
    return std::nullopt;
  }

  void take_server(std::string_view name, const json::object& object, const auto& problem) {
    McpServerConfig server;
    server.name = name;
    if (find_bool(object, "disabled").value_or(false)) return;
    // The program that started us keeps it, and names it when it greets.
    if (find_string(object, "type") == "sdk") return;
    server.url = expanded(find_string(object, "url").value_or(""));
    if (const auto command = find_string(object, "command")) {
      server.command.push_back(expanded(*command));
    }
    if (server.url.empty() == server.command.empty()) {
      return problem("needs either a \"command\" or a \"url\"");
    }
    if (find_string(object, "type") == "sse") {
      return problem("the transport \"sse\" is not spoken any more; use its URL for \"http\"");
    }
    if (const json::array* arguments = find_array(object, "args")) {
      for (const json::value& argument : *arguments) {
        if (!argument.is_string()) return problem("args: expected strings");
        server.command.push_back(expanded(argument.get_string()));
      }
    }
    if (const json::object* environment = find_object(object, "env")) {
      for (const auto& [key, value] : *environment) {
        if (!value.is_string()) return problem("env: expected strings");
        server.environment.push_back(
            fmt::format("{}={}", std::string_view(key), expanded(value.get_string())));
      }
    }
    if (const json::object* headers = find_object(object, "headers")) {
      for (const auto& [key, value] : *headers) {
        if (!value.is_string()) return problem("headers: expected strings");
        server.headers[std::string(key)] = expanded(value.get_string());
      }
    }
    std::erase_if(config_.servers, [&](const auto& known) { return known.name == server.name; });
    config_.servers.push_back(std::move(server));
  }

  McpConfig& config_;
};

}  // namespace

McpConfig load_mcp_config(const fs::path& folder, bool trusted, const SettingSources& sources) {
  McpConfig config;
  McpConfigReader reader(config);
  const fs::path claude = home_dir() / ".claude.json";
  const auto of_claude = sources.user || sources.local ? reader.object_in(claude) : std::nullopt;
  if (of_claude && sources.user) reader.take(*of_claude, claude);
  if (of_claude && sources.local) {
    const json::object* projects = find_object(*of_claude, "projects");
    const json::object* project =
        projects == nullptr ? nullptr : find_object(*projects, folder.string());
    if (project != nullptr) reader.take(*project, claude);
  }
  const fs::path own = config_dir() / "mcp.json";
  const auto of_ours = sources.user ? reader.object_in(own) : std::nullopt;
  if (of_ours) reader.take(*of_ours, own);
  const fs::path project = folder / ".mcp.json";
  if (!trusted || !sources.project) return config;
  if (const auto object = reader.object_in(project)) reader.take(*object, project);
  return config;
}

Result<void> add_mcp_servers(McpConfig& config, const std::string& file_or_json) {
  const auto given = given_json("--mcp-config", file_or_json);
  if (!given) return std::unexpected(given.error());
  const std::size_t before = config.problems.size();
  McpConfigReader(config).take_text(given->text, given->source);
  if (config.problems.size() == before) return {};
  return fail(ErrorKind::config, config.problems.back());
}

}  // namespace hearth::agent
