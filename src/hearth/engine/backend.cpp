#include "hearth/engine/backend.h"

#include <mutex>
#include <string_view>
#include <utility>

#include <llama.h>
#include <log.h>

#include "hearth/base/log.h"

namespace hearth::engine {
namespace {

/// More than this of a burst of errors says nothing new.
constexpr std::size_t longest_report = 600;

thread_local std::string errors;

void forward_message(ggml_log_level level, const char* text, void* /*user_data*/) {
  std::string_view message(text);
  while (!message.empty() && (message.back() == '\n' || message.back() == ' ')) {
    message.remove_suffix(1);
  }
  if (message.empty() || message.find_first_not_of('.') == std::string_view::npos) return;
  if (level == GGML_LOG_LEVEL_ERROR && errors.size() < longest_report) {
    if (!errors.empty()) errors += "; ";
    errors += message;
  }
  // Graph and tensor listings, thousands of lines, are for tracing only.
  const bool chatter = level == GGML_LOG_LEVEL_DEBUG || level == GGML_LOG_LEVEL_CONT;
  spdlog::log(chatter ? spdlog::level::trace : spdlog::level::debug, "llama.cpp: {}", message);
}

}  // namespace

void start_backend() {
  static std::once_flag once;
  std::call_once(once, [] {
    llama_log_set(forward_message, nullptr);
    common_log_set_verbosity_thold(-1);
    llama_backend_init();
  });
}

std::string take_backend_errors() {
  return std::exchange(errors, {});
}

}  // namespace hearth::engine
