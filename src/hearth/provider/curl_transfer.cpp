#include "hearth/provider/curl_transfer.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string_view>
#include <utility>

#include "hearth/base/certificates.h"

namespace hearth::provider {
namespace {

TransferFault fault_of(CURLcode code) {
  switch (code) {
    case CURLE_OK: return TransferFault::none;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL: return TransferFault::bad_url;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY: return TransferFault::resolve;
    case CURLE_COULDNT_CONNECT: return TransferFault::refused;
    case CURLE_OPERATION_TIMEDOUT: return TransferFault::connect_timeout;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE: return TransferFault::tls;
    default: return TransferFault::broken;
  }
}

/// The value of `line` if it is the header `name` (lower case).
std::string_view header_value(std::string_view line, std::string_view name) {
  const std::size_t colon = line.find(':');
  if (colon != name.size()) return {};
  const bool same = std::ranges::equal(line.substr(0, colon), name, [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == b;
  });
  if (!same) return {};
  std::string_view value = line.substr(colon + 1);
  value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
  return value.substr(0, value.find_last_not_of(" \t\r\n") + 1);
}

/// Seconds, or a date. Nothing for what is neither.
std::optional<std::chrono::seconds> retry_after_of(std::string_view value) {
  int seconds = 0;
  const auto [end, ec] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (ec == std::errc{} && seconds >= 0) return std::chrono::seconds(seconds);
  const std::time_t date = curl_getdate(std::string(value).c_str(), nullptr);
  if (date < 0) return std::nullopt;
  return std::chrono::seconds(std::max<std::time_t>(0, date - std::time(nullptr)));
}

bool leads_here(const std::string& url) {
  const std::unique_ptr<CURLU, void (*)(CURLU*)> parts(curl_url(), &curl_url_cleanup);
  if (!parts || curl_url_set(parts.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return false;
  char* found = nullptr;
  if (curl_url_get(parts.get(), CURLUPART_HOST, &found, 0) != CURLUE_OK) return false;
  const std::unique_ptr<char, void (*)(void*)> host(found, &curl_free);
  const std::string_view name = host.get();
  return name == "localhost" || name.starts_with("127.") || name == "[::1]";
}

}  // namespace

CurlTransfer::~CurlTransfer() {
  clean_up();
}

bool CurlTransfer::set_up() {
  easy_ = curl_easy_init();
  if (easy_ == nullptr) return false;
  last_byte_ = Clock::now();
  const HttpRequest& request = *request_;
  for (const std::string& header : request.headers) {
    headers_ = curl_slist_append(headers_, header.c_str());
  }
  // Without this, a body over 1 MB waits for a "100 Continue" that few servers send.
  headers_ = curl_slist_append(headers_, "Expect:");
  // Compressed, an answer would come in larger pieces, later. A server that compresses all the same
  // is understood.
  headers_ = curl_slist_append(headers_, "Accept-Encoding: identity");
  curl_easy_setopt(easy_, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(easy_, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  // Over TLS, where the server offers it: many requests share a connection.
  curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  if (const char* file = certificate_file()) curl_easy_setopt(easy_, CURLOPT_CAINFO, file);
  curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy_, CURLOPT_TCP_KEEPALIVE, 1L);
  // Else a cancelled transfer waits for its name resolution.
  curl_easy_setopt(easy_, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_);
  curl_easy_setopt(easy_, CURLOPT_POST, 1L);
  curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, request.body.data());
  curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(request.body.size()));
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(request.connect_timeout.count()));
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, reason_);
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
  if (!request.proxy.empty()) curl_easy_setopt(easy_, CURLOPT_PROXY, request.proxy.c_str());
  // A proxy does not reach this machine's own servers.
  if (leads_here(request.url)) curl_easy_setopt(easy_, CURLOPT_NOPROXY, "*");
  return true;
}

void CurlTransfer::clean_up() {
  if (easy_ != nullptr) curl_easy_cleanup(std::exchange(easy_, nullptr));
  curl_slist_free_all(std::exchange(headers_, nullptr));
}

void CurlTransfer::cancel() {
  const std::lock_guard lock(mutex_);
  cancelled_ = true;
}

void CurlTransfer::end(CURLcode code) {
  end(fault_of(code), reason_[0] != '\0' ? reason_ : curl_easy_strerror(code));
}

void CurlTransfer::end(TransferFault fault, std::string reason) {
  const std::lock_guard lock(mutex_);
  if (!cancelled_ && callbacks_.on_end) callbacks_.on_end({fault, std::move(reason)});
}

double CurlTransfer::silence_left_ms() const {
  return static_cast<double>(request_->silence_timeout.count()) - ms_since(last_byte_);
}

std::size_t CurlTransfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  static_cast<CurlTransfer*>(self)->take_header({data, size * count});
  return size * count;
}

std::size_t CurlTransfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  static_cast<CurlTransfer*>(self)->take_bytes({data, size * count});
  return size * count;
}

void CurlTransfer::take_header(std::string_view line) {
  last_byte_ = Clock::now();
  if (line.starts_with("HTTP/")) {
    response_ = {};
    const std::size_t space = line.find(' ');
    if (space != std::string_view::npos) {
      response_.status = std::atoi(std::string(line.substr(space + 1)).c_str());
    }
  } else if (line == "\r\n" || line == "\n") {
    if (response_.status >= 200) tell_response();
  } else if (const auto type = header_value(line, "content-type"); !type.empty()) {
    response_.content_type = type;
  } else if (const auto after = header_value(line, "retry-after"); !after.empty()) {
    response_.retry_after = retry_after_of(after);
  }
}

void CurlTransfer::tell_response() {
  const std::lock_guard lock(mutex_);
  if (response_told_ || cancelled_) return;
  response_told_ = true;
  if (callbacks_.on_response) callbacks_.on_response(response_);
}

void CurlTransfer::take_bytes(std::string_view bytes) {
  last_byte_ = Clock::now();
  const std::lock_guard lock(mutex_);
  if (!cancelled_ && callbacks_.on_bytes) callbacks_.on_bytes(bytes);
}

}  // namespace hearth::provider
