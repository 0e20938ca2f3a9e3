#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::engine {

/// Lets text through until one of several stop texts appears, and holds back what may be the
/// beginning of one or of a UTF-8 code point.
class StopScanner {
 public:
  explicit StopScanner(std::vector<std::string> stops) : stops_(std::move(stops)) {}

  /// The text that may be shown now. After a stop was found, nothing more comes.
  std::string feed(std::string_view bytes);
  /// What was held back, at the end; bytes that are no UTF-8 become U+FFFD.
  std::string flush();
  /// The stop text that was found.
  [[nodiscard]] const std::optional<std::string>& found() const { return found_; }

 private:
  std::vector<std::string> stops_;
  std::string held_;
  std::optional<std::string> found_;
};

}  // namespace hearth::engine
