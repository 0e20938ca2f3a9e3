#include "hearth/base/log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include <chrono>
#include <memory>
#include <string>

#include "hearth/base/json.h"
#include "hearth/base/utf8.h"

namespace hearth {
namespace {

class JsonLines final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
    const auto ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(message.time.time_since_epoch());
    const auto level = spdlog::level::to_string_view(message.level);
    line.append(json_log_line(ms.count(), {level.data(), level.size()},
                              {message.payload.data(), message.payload.size()}));
  }
  [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<JsonLines>();
  }
};

}  // namespace

std::string json_log_line(std::int64_t ms, std::string_view level, std::string_view message) {
  constexpr std::int64_t ms_per_s = 1000;
  const auto seconds = static_cast<std::time_t>(ms / ms_per_s);
  const json::object line{
      {"time", fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds), ms % ms_per_s)},
      {"level", level},
      {"message", to_valid_utf8(message)}};
  return to_json(line) + "\n";
}

Result<void> set_up_log(std::string_view level, LogFormat format) {
  const std::string name(level);
  const auto parsed = spdlog::level::from_str(name);
  if (parsed == spdlog::level::off && name != "off") {
    return fail(
        ErrorKind::invalid_request,
        fmt::format("unknown log level '{}'; use trace, debug, info, warn, error or off", name));
  }
  auto logger = std::make_shared<spdlog::logger>(
      "hearth", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  if (format == LogFormat::json) {
    logger->set_formatter(std::make_unique<JsonLines>());
  } else {
    logger->set_pattern("%H:%M:%S.%e %^%l%$ %v");
  }
  logger->set_level(parsed);
  spdlog::set_default_logger(logger);
  return {};
}

}  // namespace hearth
