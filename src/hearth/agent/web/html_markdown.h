#pragma once

#include <string>
#include <string_view>

namespace hearth::agent {

/// What a web page says, as Markdown: headings, paragraphs, lists, tables, code, links with whole
/// addresses (those in the page are relative to `url`). What is not text, and scripts, are left
/// out.
std::string html_as_markdown(std::string_view html, const std::string& url);

}  // namespace hearth::agent
