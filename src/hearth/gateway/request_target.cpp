#include "hearth/gateway/request_target.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "hearth/base/percent.h"
#include "hearth/base/utf8.h"

namespace hearth::gateway {
namespace {

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool is_clean(std::string_view text) {
  return std::ranges::none_of(text, is_control) && is_valid_utf8(text);
}

}  // namespace

Result<std::string> path_of_target(std::string_view target) {
  auto path = percent_decoded(target.substr(0, target.find('?')));
  if (path && is_clean(*path)) return std::move(*path);
  return fail(ErrorKind::invalid_request,
              "the address holds an escape (%XX) that is broken or stands for no text; write a "
              "percent sign as %25");
}

std::string query_value(std::string_view target, std::string_view name) {
  const std::size_t mark = target.find('?');
  if (mark == std::string_view::npos) return {};
  std::string_view query = target.substr(mark + 1);
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view field = query.substr(0, end);
    const std::size_t equals = std::min(field.find('='), field.size());
    if (field.substr(0, equals) == name && equals < field.size()) {
      auto value = percent_decoded(field.substr(equals + 1));
      return value && is_clean(*value) ? std::move(*value) : std::string();
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return {};
}

}  // namespace hearth::gateway
