#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "hearth/base/recent_map.h"
#include "hearth/chat/request.h"

namespace hearth::gateway {

/// True if `request` holds a PDF whose text is not read yet.
bool holds_unread_pdf(const chat::Request& request);

/// Reads the text of PDFs with Poppler's `pdftotext`, and remembers the last ones: a conversation
/// sends its documents again with each request. Thread-safe.
class PdfTexts {
 public:
  /// Fills in the texts; at most 20 seconds each. Where there is none, its place says why, for the
  /// model and in `request.warnings`.
  void read(chat::Request& request);

 private:
  struct Text {
    std::string text;
    std::string problem;  ///< empty if it could be read
  };
  Text text_of(const std::string& base64);

  std::mutex mutex_;
  RecentMap<std::string, Text> known_{32};  ///< by the SHA-256 of the base64
};

}  // namespace hearth::gateway
