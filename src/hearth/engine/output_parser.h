#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/chat/event.h"

namespace hearth::engine {

struct OutputFormat;

/// Turns a model's output text into events, as it arrives: thinking, text, tool calls.
/// Output that does not fit the format is repaired where it names a known tool, and is text
/// otherwise; it is never an error.
class OutputParser {
 public:
  explicit OutputParser(std::shared_ptr<const OutputFormat> format);
  ~OutputParser();
  OutputParser(const OutputParser&) = delete;
  OutputParser& operator=(const OutputParser&) = delete;

  /// `text` is the next piece of output, whole UTF-8.
  [[nodiscard]] std::vector<chat::Event> feed(std::string_view text);
  /// The rest. True through `called_tools` if the answer holds tool calls.
  [[nodiscard]] std::vector<chat::Event> finish();
  [[nodiscard]] bool called_tools() const { return n_calls_ > 0; }

 private:
  struct Call {
    std::string arguments;  ///< as sent so far
  };

  void take(std::vector<chat::Event>& events, bool is_final);
  [[nodiscard]] std::string_view begun_in(std::string_view content) const;
  void send_thinking(std::vector<chat::Event>& events, const std::string& thinking);
  void send_text(std::vector<chat::Event>& events, std::string_view content);
  void start_call(std::vector<chat::Event>& events, std::string name, std::string id);
  void send_arguments(std::vector<chat::Event>& events, std::size_t index,
                      std::string_view arguments);
  void repair(std::vector<chat::Event>& events, std::string_view content);

  std::shared_ptr<const OutputFormat> format_;
  std::string text_;
  std::string thinking_sent_;
  std::string content_sent_;
  std::vector<Call> calls_;
  int n_calls_ = 0;
};

}  // namespace hearth::engine
