#include "hearth/agent/lsp/diagnostics.h"

#include <fmt/format.h>

#include <array>

#include "hearth/agent/file_tools.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/source_files.h"
#include "hearth/agent/spawn.h"

namespace hearth::agent {
namespace {

struct KnownServer {
  std::string_view languages;  ///< between blanks, as `language_of` calls them
  std::string_view program;
  std::string_view argument;
};

constexpr std::array known_servers{
    KnownServer{" cpp c ", "clangd", "--background-index=false"},
    KnownServer{" python ", "pyright-langserver", "--stdio"},
    KnownServer{" go ", "gopls", "serve"},
    KnownServer{" rust ", "rust-analyzer", ""},
    KnownServer{" javascript typescript ", "typescript-language-server", "--stdio"},
};

}  // namespace

LanguageServer* Diagnostics::server_for(const std::string& language) {
  for (const KnownServer& known : known_servers) {
    if (known.languages.find(" " + language + " ") == std::string_view::npos) continue;
    const std::string program(known.program);
    const auto running = servers_.find(program);
    if (running != servers_.end()) {
      LanguageServer* server = running->second.get();
      return server != nullptr && !server->gone() ? server : nullptr;
    }
    // Not tried again, whatever comes of it.
    auto& place = servers_[program];
    const std::string path = program_on_path(program);
    if (path.empty()) return nullptr;
    std::vector<std::string> words{path};
    if (!known.argument.empty()) words.emplace_back(known.argument);
    words = in_sandbox_(words);
    if (words.empty()) return nullptr;
    if (auto server = LanguageServer::start(words, folder_.root())) place = std::move(*server);
    return place.get();
  }
  return nullptr;
}

std::string Diagnostics::of(const std::string& name, const std::stop_token& stop) {
  constexpr std::chrono::seconds patience{4};
  constexpr std::size_t most = 8;
  const std::string language(language_of(name));
  if (language.empty()) return {};
  const std::lock_guard lock(mutex_);
  LanguageServer* server = server_for(language);
  const auto path = folder_.resolve(name);
  if (server == nullptr || !path) return {};
  const auto content = read_text_file(*path, name, max_file_bytes);
  if (!content) return {};
  std::string text;
  std::size_t errors = 0;
  for (const Diagnostic& diagnostic : server->diagnose(*path, language, *content, patience, stop)) {
    if (!diagnostic.is_error || ++errors > most) continue;
    text += fmt::format("  line {}: {}\n", diagnostic.line,
                        without_escapes(trimmed(diagnostic.message)));
  }
  if (errors == 0) return {};
  if (errors > most) text += fmt::format("  and {} more\n", errors - most);
  return fmt::format("Errors in {} now:\n{}", name, text);
}

}  // namespace hearth::agent
