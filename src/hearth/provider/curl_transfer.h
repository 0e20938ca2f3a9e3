#pragma once

#include <curl/curl.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "hearth/base/clock.h"
#include "hearth/provider/curl_loop.h"

namespace hearth::provider {

/// One transfer and its libcurl handle. Everything but `cancel` belongs to the loop's thread once
/// it has been started.
class CurlTransfer {
 public:
  CurlTransfer(std::shared_ptr<const HttpRequest> request, TransferCallbacks callbacks)
      : request_(std::move(request)), callbacks_(std::move(callbacks)) {}
  ~CurlTransfer();
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  /// Makes the handle. False if libcurl has no memory.
  bool set_up();
  /// Null before set_up and after clean_up.
  [[nodiscard]] CURL* easy() const { return easy_; }
  void clean_up();

  /// No callback runs after it has returned, but for one that called it.
  void cancel();
  [[nodiscard]] bool cancelled() const { return cancelled_; }

  void end(CURLcode code);
  void end(TransferFault fault, std::string reason);
  /// How long nothing may come yet, in milliseconds; 0 or less: it was silent for too long.
  [[nodiscard]] double silence_left_ms() const;

 private:
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  void take_header(std::string_view line);
  void tell_response();
  void take_bytes(std::string_view bytes);

  std::shared_ptr<const HttpRequest> request_;
  TransferCallbacks callbacks_;
  CURL* easy_ = nullptr;
  curl_slist* headers_ = nullptr;
  HttpResponse response_;
  bool response_told_ = false;
  Clock::time_point last_byte_ = Clock::now();
  char reason_[CURL_ERROR_SIZE] = {};
  /// Held while a callback runs; recursive, since a callback may cancel.
  std::recursive_mutex mutex_;
  std::atomic<bool> cancelled_ = false;
};

}  // namespace hearth::provider
