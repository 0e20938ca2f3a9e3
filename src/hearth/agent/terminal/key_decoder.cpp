#include "hearth/agent/terminal/key_decoder.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace hearth::agent {
namespace {

constexpr char escape_byte = '\x1b';
constexpr std::string_view paste_end = "\x1b[201~";

/// How many bytes the UTF-8 sequence that `first` begins has.
std::size_t utf8_length(unsigned char first) {
  if (first >= 0xF0) return 4;
  if (first >= 0xE0) return 3;
  if (first >= 0xC0) return 2;
  return 1;
}

Key control_key(char byte) {
  switch (byte) {
    case '\r': return {.code = KeyCode::enter};
    case '\n': return {.code = KeyCode::text, .text = "j", .control = true};
    case '\t': return {.code = KeyCode::tab};
    case '\x7f':
    case '\b': return {.code = KeyCode::backspace};
    case '\0': return {.code = KeyCode::text, .text = " ", .control = true};
    default: break;
  }
  return {.code = KeyCode::text,
          .text = std::string(1, static_cast<char>(byte | 0x60)),
          .control = true};
}

std::vector<int> numbers_in(std::string_view parameters) {
  std::vector<int> numbers;
  while (!parameters.empty()) {
    const std::string_view first = parameters.substr(0, parameters.find(';'));
    int number = 0;
    std::from_chars(first.data(), first.data() + first.size(), number);
    numbers.push_back(number);
    parameters.remove_prefix(std::min(parameters.size(), first.size() + 1));
  }
  return numbers;
}

/// xterm's modifier parameter: one more than the sum of 1 (shift), 2 (alt) and 4 (control).
void set_modifiers(Key& key, int parameter) {
  const auto bits = static_cast<unsigned>(std::max(parameter - 1, 0));
  key.shift = key.shift || (bits & 1U) != 0;
  key.alt = (bits & 2U) != 0;
  key.control = (bits & 4U) != 0;
}

std::optional<KeyCode> code_of_final(char last) {
  switch (last) {
    case 'A': return KeyCode::up;
    case 'B': return KeyCode::down;
    case 'C': return KeyCode::right;
    case 'D': return KeyCode::left;
    case 'H': return KeyCode::home;
    case 'F': return KeyCode::end;
    case 'I': return KeyCode::focus_in;
    case 'O': return KeyCode::focus_out;
    default: return std::nullopt;
  }
}

std::optional<KeyCode> code_of_number(int number) {
  switch (number) {
    case 1:
    case 7: return KeyCode::home;
    case 3: return KeyCode::remove;
    case 4:
    case 8: return KeyCode::end;
    case 5: return KeyCode::page_up;
    case 6: return KeyCode::page_down;
    default: return std::nullopt;
  }
}

/// A key that CSI u names by its code point.
std::optional<Key> key_of_code_point(int point) {
  switch (point) {
    case 13: return Key{.code = KeyCode::enter};
    case 9: return Key{.code = KeyCode::tab};
    case 27: return Key{.code = KeyCode::escape};
    case 127: return Key{.code = KeyCode::backspace};
    default: break;
  }
  if (point < 0x20 || point > 0x7E) return std::nullopt;
  return Key{.code = KeyCode::text, .text = std::string(1, static_cast<char>(point))};
}

}  // namespace

std::vector<Key> KeyDecoder::feed(std::string_view bytes) {
  pending_ += bytes;
  std::vector<Key> keys;
  while (!pending_.empty() && (pasting_ ? take_paste(keys) : take(keys))) {
  }
  return keys;
}

std::vector<Key> KeyDecoder::time_out() {
  std::vector<Key> keys;
  if (!waits()) return keys;
  if (pending_.starts_with(escape_byte)) keys.push_back({.code = KeyCode::escape});
  std::string rest = pending_.starts_with(escape_byte) ? pending_.substr(1) : std::string();
  pending_.clear();
  for (Key& key : feed(rest)) keys.push_back(std::move(key));
  return keys;
}

bool KeyDecoder::take(std::vector<Key>& keys) {
  const char first = pending_.front();
  if (first == escape_byte) return take_escape(keys);
  if (static_cast<unsigned char>(first) < 0x20 || first == '\x7f') {
    keys.push_back(control_key(first));
    pending_.erase(0, 1);
    return true;
  }
  const std::size_t length = utf8_length(static_cast<unsigned char>(first));
  if (pending_.size() < length) return false;
  keys.push_back({.code = KeyCode::text, .text = pending_.substr(0, length)});
  pending_.erase(0, length);
  return true;
}

bool KeyDecoder::take_escape(std::vector<Key>& keys) {
  if (pending_.size() < 2) return false;
  const char second = pending_[1];
  if (second == '[') return take_control_sequence(keys);
  if (second == ']') return take_operating_system_command(keys);
  if (second == 'O') {
    if (pending_.size() < 3) return false;
    if (const auto code = code_of_final(pending_[2])) keys.push_back({.code = *code});
    pending_.erase(0, 3);
    return true;
  }
  if (second == escape_byte) {
    keys.push_back({.code = KeyCode::escape});
    pending_.erase(0, 1);
    return true;
  }
  // Esc before a key is that key with Alt.
  const std::size_t length = utf8_length(static_cast<unsigned char>(second));
  if (pending_.size() < 1 + length) return false;
  Key key = static_cast<unsigned char>(second) < 0x20 || second == '\x7f'
                ? control_key(second)
                : Key{.code = KeyCode::text, .text = pending_.substr(1, length)};
  key.alt = true;
  keys.push_back(std::move(key));
  pending_.erase(0, 1 + length);
  return true;
}

bool KeyDecoder::take_control_sequence(std::vector<Key>& keys) {
  std::size_t end = 2;
  while (end < pending_.size() && (pending_[end] < 0x40 || pending_[end] > 0x7E)) ++end;
  if (end >= pending_.size()) return false;
  const std::string parameters = pending_.substr(2, end - 2);
  const char last = pending_[end];
  pending_.erase(0, end + 1);
  const std::vector<int> numbers = numbers_in(parameters);
  const int first = numbers.empty() ? 0 : numbers[0];
  std::optional<Key> key;
  if (last == '~' && first == 200) {
    pasting_ = true;
    return true;
  }
  if (last == '~' && first == 27 && numbers.size() == 3) {
    // xterm's modifyOtherKeys.
    key = key_of_code_point(numbers[2]);
  } else if (last == '~') {
    if (const auto code = code_of_number(first)) key = Key{.code = *code};
  } else if (last == 'u') {
    key = key_of_code_point(first);
  } else if (last == 'Z') {
    key = Key{.code = KeyCode::tab, .shift = true};
  } else if (const auto code = code_of_final(last)) {
    key = Key{.code = *code};
  }
  if (!key) return true;
  if (numbers.size() > 1) set_modifiers(*key, numbers[1]);
  keys.push_back(std::move(*key));
  return true;
}

bool KeyDecoder::take_operating_system_command(std::vector<Key>& keys) {
  std::size_t end = pending_.find('\a');
  std::size_t length = 1;
  if (const std::size_t other = pending_.find("\x1b\\", 2); other < end) {
    end = other;
    length = 2;
  }
  if (end == std::string::npos) return false;
  const std::string_view command = std::string_view(pending_).substr(2, end - 2);
  if (command.starts_with("11;")) {
    keys.push_back({.code = KeyCode::background, .text = std::string(command.substr(3))});
  }
  pending_.erase(0, end + length);
  return true;
}

bool KeyDecoder::take_paste(std::vector<Key>& keys) {
  const std::size_t end = pending_.find(paste_end);
  if (end == std::string::npos) return false;
  std::string text = pending_.substr(0, end);
  pending_.erase(0, end + paste_end.size());
  pasting_ = false;
  // Terminals send a carriage return for each line end.
  std::string lines;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    lines += text[i] == '\r' ? '\n' : text[i];
  }
  keys.push_back({.code = KeyCode::paste, .text = std::move(lines)});
  return true;
}

}  // namespace hearth::agent
