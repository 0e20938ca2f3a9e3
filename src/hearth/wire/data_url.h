#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hearth::wire {

struct DataUrl {
  std::string media_type;
  std::string base64;
};

/// A `data:` URL (RFC 2397) in base64; empty for any other URL.
std::optional<DataUrl> parse_data_url(std::string_view url);

}  // namespace hearth::wire
