#include "hearth/engine/backend.h"

#include <mutex>
#include <string_view>
#include <utility>

#include <ggml-backend.h>
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

std::uint64_t free_gpu_memory() {
  start_backend();
  std::uint64_t dedicated = 0;
  std::uint64_t integrated = 0;
  for (std::size_t i = 0; i < ggml_backend_dev_count(); ++i) {
    ggml_backend_dev_t device = ggml_backend_dev_get(i);
    std::size_t free = 0;
    std::size_t total = 0;
    ggml_backend_dev_memory(device, &free, &total);
    const auto type = ggml_backend_dev_type(device);
    if (type == GGML_BACKEND_DEVICE_TYPE_GPU) dedicated += free;
    if (type == GGML_BACKEND_DEVICE_TYPE_IGPU) integrated += free;
  }
  // The library takes an integrated GPU only where there is no other.
  return dedicated > 0 ? dedicated : integrated;
}

std::string take_backend_errors() {
  return std::exchange(errors, {});
}

}  // namespace hearth::engine
