#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "hearth/base/error.h"

namespace hearth::agent {

struct WebPage {
  std::string url;         ///< where it was found in the end
  std::string media_type;  ///< without parameters, in lower case
  std::string body;
  /// Another host, to which the server wants to send us; then the rest is empty.
  std::string elsewhere;
};

/// The host in a URL, in lower case; empty if it is no http or https URL.
std::string host_of(const std::string& url);

/// `link` as it stands in the page at `url`, as a whole URL.
std::string resolved_link(const std::string& url, const std::string& link);

/// Gets a page, at most 5 MB in 30 s. Redirections are followed on the same host only: another one
/// has its own permission. Errors: invalid_request for other schemes; unavailable, with the status;
/// too_large; cancelled.
Result<WebPage> get_page(const std::string& url, const std::vector<std::string>& headers,
                         const std::stop_token& stop);

}  // namespace hearth::agent
