#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::agent {

enum class KeyCode {
  text,  ///< Key::text holds what was typed
  paste,
  enter,
  tab,
  backspace,
  remove,  ///< the Delete key
  escape,
  up,
  down,
  left,
  right,
  home,
  end,
  page_up,
  page_down,
  focus_in,
  focus_out,
  background,  ///< not a key: the terminal's answer to OSC 11, in Key::text
};

struct Key {
  KeyCode code = KeyCode::text;
  std::string text = {};
  bool control = false;
  bool alt = false;
  bool shift = false;
  bool operator==(const Key&) const = default;
};

/// Whether it is this letter with Control.
inline bool is_control(const Key& key, char letter) {
  return key.code == KeyCode::text && key.control && key.text[0] == letter;
}

/// Takes what a terminal sends apart into keys: UTF-8, xterm's control sequences with modifiers,
/// CSI u, bracketed paste. What it does not know it leaves out as a whole.
class KeyDecoder {
 public:
  /// The keys that `bytes` complete.
  std::vector<Key> feed(std::string_view bytes);

  /// Whether an escape is waiting for what may follow it.
  [[nodiscard]] bool waits() const { return !pasting_ && !pending_.empty(); }

  /// Nothing followed in time: an Esc that waits is the Esc key.
  std::vector<Key> time_out();

 private:
  /// The key at the beginning of `pending_`, which is taken off. False if more is needed.
  bool take(std::vector<Key>& keys);
  bool take_escape(std::vector<Key>& keys);
  bool take_control_sequence(std::vector<Key>& keys);
  bool take_operating_system_command(std::vector<Key>& keys);
  bool take_paste(std::vector<Key>& keys);

  std::string pending_;
  bool pasting_ = false;
};

}  // namespace hearth::agent
