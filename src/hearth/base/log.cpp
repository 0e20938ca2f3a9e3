#include "hearth/base/log.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include <string>

namespace hearth {

Result<void> set_up_log(std::string_view level) {
  const std::string name(level);
  const auto parsed = spdlog::level::from_str(name);
  if (parsed == spdlog::level::off && name != "off") {
    return fail(
        ErrorKind::invalid_request,
        fmt::format("unknown log level '{}'; use trace, debug, info, warn, error or off", name));
  }
  auto logger = std::make_shared<spdlog::logger>(
      "hearth", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  logger->set_pattern("%H:%M:%S.%e %^%l%$ %v");
  logger->set_level(parsed);
  spdlog::set_default_logger(logger);
  return {};
}

}  // namespace hearth
