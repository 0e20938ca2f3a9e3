#pragma once

#include <memory>
#include <string>

#include "hearth/agent/tool.h"

namespace hearth::agent {

/// Where the web is searched, from the user's settings ("webSearch").
struct WebSearchSettings {
  std::string provider;  ///< "searxng" or "brave"; empty: nowhere
  std::string url;       ///< of the server: needed for searxng
  std::string key;       ///< for brave
};

/// Gets a page as Markdown.
std::unique_ptr<Tool> make_web_fetch_tool();

/// Searches; REQUIRES: settings.provider is not empty.
std::unique_ptr<Tool> make_web_search_tool(WebSearchSettings settings);

}  // namespace hearth::agent
