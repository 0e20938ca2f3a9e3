#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "hearth/base/error.h"

namespace hearth::agent {

/// What a language server says of a place in a file.
struct Diagnostic {
  int line = 0;  ///< from 1
  std::string message;
  bool is_error = true;
};

/// A program that speaks the Language Server Protocol 3.17 on its standard input and output.
class LanguageServer {
 public:
  /// Starts `words` in `folder`, the root of what it looks at. Errors: io.
  static Result<std::unique_ptr<LanguageServer>> start(const std::vector<std::string>& words,
                                                       const std::filesystem::path& folder);
  ~LanguageServer();
  LanguageServer(const LanguageServer&) = delete;
  LanguageServer& operator=(const LanguageServer&) = delete;

  /// What it says of `file`, which now has this content; empty if it says nothing in `patience`.
  std::vector<Diagnostic> diagnose(const std::filesystem::path& file, std::string_view language,
                                   const std::string& content, std::chrono::milliseconds patience,
                                   const std::stop_token& stop);

  /// It has ended, or said what makes no sense.
  [[nodiscard]] bool gone() const;

 private:
  struct State;
  explicit LanguageServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hearth::agent
