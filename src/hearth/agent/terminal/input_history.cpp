#include "hearth/agent/terminal/input_history.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "hearth/base/json.h"

namespace hearth::agent {

InputHistory::InputHistory(std::filesystem::path file) : file_(std::move(file)) {
  constexpr std::size_t most = 2000;
  std::ifstream in(file_);
  for (std::string line; std::getline(in, line);) {
    const auto value = parse_json(line);
    if (value && value->is_string()) texts_.emplace_back(value->get_string());
  }
  if (texts_.size() > most) {
    texts_.erase(texts_.begin(), texts_.end() - static_cast<std::ptrdiff_t>(most));
  }
  at_ = texts_.size();
}

void InputHistory::add(std::string_view text) {
  const bool again = !texts_.empty() && texts_.back() == text;
  if (!again) texts_.emplace_back(text);
  at_ = texts_.size();
  if (again) return;
  std::error_code ec;
  std::filesystem::create_directories(file_.parent_path(), ec);
  // Tasks may hold what is nobody else's business.
  const int fd = ::open(file_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return;
  const std::string line = to_json(json::value(text)) + "\n";
  // One write, so that programs that write at the same time do not mix.
  [[maybe_unused]] const ssize_t written = ::write(fd, line.data(), line.size());
  ::close(fd);
}

std::optional<std::string> InputHistory::older(std::string_view now) {
  if (at_ == 0) return std::nullopt;
  if (at_ == texts_.size()) being_written_ = now;
  return texts_[--at_];
}

std::optional<std::string> InputHistory::newer() {
  if (at_ >= texts_.size()) return std::nullopt;
  return ++at_ == texts_.size() ? being_written_ : texts_[at_];
}

std::optional<std::string> InputHistory::find(std::string_view words, std::size_t nth) const {
  for (auto text = texts_.rbegin(); text != texts_.rend(); ++text) {
    if (text->find(words) != std::string::npos && nth-- == 0) return *text;
  }
  return std::nullopt;
}

}  // namespace hearth::agent
