#include "hearth/agent/web/web_tools.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>

#include "hearth/agent/plain_text.h"
#include "hearth/agent/tool_schema.h"
#include "hearth/agent/web/html_markdown.h"
#include "hearth/agent/web/web_page.h"
#include "hearth/base/utf8.h"

namespace hearth::agent {
namespace {

constexpr std::size_t shown_page_bytes = 20'000;

class WebFetchTool final : public Tool {
 public:
  const chat::Tool& description() const override { return description_; }
  Access access() const override { return Access::network; }
  std::string subject(const json::object& arguments) const override {
    return std::string(find_string(arguments, "url").value_or(""));
  }

  ToolResult run(const json::object& arguments, const std::stop_token& stop) override {
    const auto page = get_page(subject(arguments), {}, stop);
    if (!page) return tool_error(page.error().message);
    if (!page->elsewhere.empty()) {
      return tool_error(
          fmt::format("The address leads to {}; fetch that if it is wanted", page->elsewhere));
    }
    const bool text = page->media_type.starts_with("text/") || page->media_type.empty() ||
                      page->media_type.find("json") != std::string::npos ||
                      page->media_type.find("xml") != std::string::npos;
    if (!text) {
      return tool_error(fmt::format("{} is of type {}, which cannot be read as text", page->url,
                                    page->media_type));
    }
    const bool html = page->media_type == "text/html" || page->media_type.contains("xhtml");
    const std::string whole =
        to_valid_utf8(html ? html_as_markdown(page->body, page->url) : page->body);
    const auto offset = static_cast<std::size_t>(
        std::max<std::int64_t>(0, find_int(arguments, "offset").value_or(0)));
    if (offset >= whole.size()) {
      return tool_error(
          fmt::format("the page has only {} bytes; use a smaller offset", whole.size()));
    }
    std::string shown = to_valid_utf8(std::string_view(whole).substr(offset, shown_page_bytes));
    if (offset + shown_page_bytes < whole.size()) {
      shown += fmt::format("\n({} bytes more; read on with offset {})\n",
                           whole.size() - offset - shown_page_bytes, offset + shown_page_bytes);
    }
    return {.text = std::move(shown), .is_error = false, .diff = {}};
  }

 private:
  chat::Tool description_{.name = "web_fetch",
                          .description = "Get a web page as Markdown.",
                          .input_schema = object_schema(
                              {{"url", "string", ""}, {"offset", "integer", "first byte", false}}),
                          .type = {},
                          .extra = {}};
};

std::string url_escaped(const std::string& text) {
  char* encoded = curl_easy_escape(nullptr, text.c_str(), static_cast<int>(text.size()));
  if (encoded == nullptr) return {};
  std::string result = encoded;
  curl_free(encoded);
  return result;
}

class WebSearchTool final : public Tool {
 public:
  explicit WebSearchTool(WebSearchSettings settings) : settings_(std::move(settings)) {}

  const chat::Tool& description() const override { return description_; }
  Access access() const override { return Access::network; }
  std::string subject(const json::object& arguments) const override {
    return std::string(find_string(arguments, "query").value_or(""));
  }

  ToolResult run(const json::object& arguments, const std::stop_token& stop) override {
    const bool brave = settings_.provider == "brave";
    const std::string query = url_escaped(subject(arguments));
    std::string base = settings_.url;
    if (base.empty()) base = "https://api.search.brave.com";
    while (base.ends_with('/')) base.pop_back();
    std::vector<std::string> headers{"Accept: application/json"};
    if (brave) headers.push_back("X-Subscription-Token: " + settings_.key);
    const auto page = get_page(brave ? fmt::format("{}/res/v1/web/search?q={}", base, query)
                                     : fmt::format("{}/search?format=json&q={}", base, query),
                               headers, stop);
    if (!page) return tool_error("The search failed: " + page.error().message);
    const auto answer = parse_json(page->body);
    const json::object* object = answer ? answer->if_object() : nullptr;
    if (object != nullptr && brave) object = find_object(*object, "web");
    const json::array* results = object == nullptr ? nullptr : find_array(*object, "results");
    if (results == nullptr) {
      return tool_error(fmt::format(
          "{} did not answer with results in JSON; a SearXNG server must have `json` among its "
          "search formats",
          base));
    }
    return {.text = listed(*results, brave), .is_error = false, .diff = {}};
  }

 private:
  static std::string listed(const json::array& results, bool brave) {
    constexpr std::size_t most = 8;
    std::string text;
    for (std::size_t i = 0; i < std::min(results.size(), most); ++i) {
      const json::object* result = results[i].if_object();
      if (result == nullptr) continue;
      text +=
          fmt::format("{}. {}\n   {}\n   {}\n", i + 1, find_string(*result, "title").value_or(""),
                      find_string(*result, "url").value_or(""),
                      find_string(*result, brave ? "description" : "content").value_or(""));
    }
    return text.empty() ? "Nothing was found." : to_valid_utf8(text);
  }

  WebSearchSettings settings_;
  chat::Tool description_{.name = "web_search",
                          .description = "Search the web.",
                          .input_schema = object_schema({{"query", "string", ""}}),
                          .type = {},
                          .extra = {}};
};

}  // namespace

std::unique_ptr<Tool> make_web_fetch_tool() {
  return std::make_unique<WebFetchTool>();
}

std::unique_ptr<Tool> make_web_search_tool(WebSearchSettings settings) {
  return std::make_unique<WebSearchTool>(std::move(settings));
}

}  // namespace hearth::agent
