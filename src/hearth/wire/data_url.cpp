#include "hearth/wire/data_url.h"

namespace hearth::wire {

std::optional<DataUrl> parse_data_url(std::string_view url) {
  constexpr std::string_view scheme = "data:";
  constexpr std::string_view encoding = ";base64,";
  const std::size_t at = url.find(encoding);
  if (!url.starts_with(scheme) || at == std::string_view::npos) return std::nullopt;
  return DataUrl{std::string(url.substr(scheme.size(), at - scheme.size())),
                 std::string(url.substr(at + encoding.size()))};
}

}  // namespace hearth::wire
