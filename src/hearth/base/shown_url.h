#pragma once

#include <string>
#include <string_view>

namespace hearth {

/// A URL for people to see: without user, password and query, which may hold a key.
std::string shown_url(std::string_view url);

}  // namespace hearth
