#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "hearth/agent/folder.h"
#include "hearth/agent/lsp/language_server.h"

namespace hearth::agent {

/// Asks the language servers that are installed (clangd, pyright, gopls, rust-analyzer,
/// typescript-language-server) what they think of a file that was changed. Each is started when it
/// is first of use, and not again once it has ended.
class Diagnostics {
 public:
  /// The words that run a program in the sandbox; empty if there is none: language servers may run
  /// what a folder holds, and are not started without it.
  using InSandbox = std::function<std::vector<std::string>(const std::vector<std::string>& words)>;

  /// `folder` outlives it.
  Diagnostics(const Folder& folder, InSandbox in_sandbox)
      : folder_(folder), in_sandbox_(std::move(in_sandbox)) {}

  /// The errors in the file `name`, for a model; empty if there are none, or nobody knows. May be
  /// called from several threads.
  std::string of(const std::string& name, const std::stop_token& stop);

 private:
  LanguageServer* server_for(const std::string& language);

  const Folder& folder_;
  InSandbox in_sandbox_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<LanguageServer>> servers_;  ///< by program
};

}  // namespace hearth::agent
