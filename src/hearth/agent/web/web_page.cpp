#include "hearth/agent/web/web_page.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <memory>

#include "hearth/base/lower_case.h"

namespace hearth::agent {
namespace {

constexpr std::size_t most_page_bytes = 5 << 20;
constexpr long page_patience_s = 30;
constexpr int most_redirections = 5;

std::string part_of_url(const std::string& url, CURLUPart part) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), &curl_url_cleanup);
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return {};
  char* text = nullptr;
  if (curl_url_get(parsed.get(), part, &text, 0) != CURLUE_OK) return {};
  std::string result = text;
  curl_free(text);
  return in_lower_case(std::move(result));
}

struct Download {
  std::string body;
  bool too_large = false;
  const std::stop_token* stop = nullptr;
};

std::size_t on_page_bytes(char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& download = *static_cast<Download*>(user);
  download.body.append(bytes, size * count);
  download.too_large = download.body.size() > most_page_bytes;
  return download.too_large ? 0 : size * count;
}

int on_page_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Download*>(user)->stop->stop_requested() ? 1 : 0;
}

/// One answer. A redirection has its target in `elsewhere`.
Result<WebPage> get_once(const std::string& url, const std::vector<std::string>& headers,
                         const std::stop_token& stop) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle(curl_easy_init(),
                                                                   &curl_easy_cleanup);
  curl_slist* list = nullptr;
  for (const std::string& header : headers) list = curl_slist_append(list, header.c_str());
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> owned(list,
                                                                          &curl_slist_free_all);
  Download download{.body = {}, .stop = &stop};
  curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, list);
  curl_easy_setopt(handle.get(), CURLOPT_USERAGENT, "hearth");
  curl_easy_setopt(handle.get(), CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, &on_page_bytes);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &download);
  curl_easy_setopt(handle.get(), CURLOPT_XFERINFOFUNCTION, &on_page_progress);
  curl_easy_setopt(handle.get(), CURLOPT_XFERINFODATA, &download);
  curl_easy_setopt(handle.get(), CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT, page_patience_s);
  const CURLcode code = curl_easy_perform(handle.get());
  if (stop.stop_requested()) return fail(ErrorKind::cancelled, "interrupted");
  if (download.too_large) {
    return fail(ErrorKind::too_large, fmt::format("{} is larger than 5 MB", url));
  }
  if (code != CURLE_OK) {
    return fail(ErrorKind::unavailable,
                fmt::format("{} cannot be got: {}", url, curl_easy_strerror(code)));
  }
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  char* text = nullptr;
  curl_easy_getinfo(handle.get(), CURLINFO_REDIRECT_URL, &text);
  WebPage page{.url = url, .media_type = {}, .body = std::move(download.body), .elsewhere = {}};
  if (text != nullptr) {
    page.elsewhere = text;
    return page;
  }
  if (status >= 400) {
    return fail(ErrorKind::unavailable, fmt::format("{} answers with status {}", url, status));
  }
  curl_easy_getinfo(handle.get(), CURLINFO_CONTENT_TYPE, &text);
  if (text != nullptr) {
    const std::string type = text;
    page.media_type = in_lower_case(type.substr(0, type.find(';')));
  }
  return page;
}

}  // namespace

std::string host_of(const std::string& url) {
  const std::string scheme = part_of_url(url, CURLUPART_SCHEME);
  return scheme == "http" || scheme == "https" ? part_of_url(url, CURLUPART_HOST) : std::string();
}

std::string resolved_link(const std::string& url, const std::string& link) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), &curl_url_cleanup);
  char* text = nullptr;
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
      curl_url_set(parsed.get(), CURLUPART_URL, link.c_str(), 0) != CURLUE_OK ||
      curl_url_get(parsed.get(), CURLUPART_URL, &text, 0) != CURLUE_OK) {
    return link;
  }
  std::string result = text;
  curl_free(text);
  return result;
}

Result<WebPage> get_page(const std::string& url, const std::vector<std::string>& headers,
                         const std::stop_token& stop) {
  const std::string host = host_of(url);
  if (host.empty()) {
    return fail(
        ErrorKind::invalid_request,
        fmt::format("{} is no http or https address; give one as it stands in a browser", url));
  }
  std::string at = url;
  for (int i = 0; i <= most_redirections; ++i) {
    auto page = get_once(at, headers, stop);
    if (!page || page->elsewhere.empty() || host_of(page->elsewhere) != host) return page;
    at = std::move(page->elsewhere);
  }
  return fail(ErrorKind::unavailable, fmt::format("{} leads from address to address", url));
}

}  // namespace hearth::agent
