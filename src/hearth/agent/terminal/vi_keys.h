#pragma once

#include <string>

#include "hearth/agent/terminal/key_decoder.h"
#include "hearth/agent/terminal/line_editor.h"

namespace hearth::agent {

/// vi's keys for a text that is being written: insert and normal mode; counts; h j k l w b e 0 ^ $
/// G f F t T; d c y with these or doubled; x X D C Y s S r ~ J p P u; i a I A o O.
class ViKeys {
 public:
  enum class Mode { insert, normal };

  /// False: the key has no meaning here (Enter, Tab, …); j and k at the text's border too, where a
  /// history may take over.
  bool apply(LineEditor& editor, const Key& key);

  [[nodiscard]] Mode mode() const { return mode_; }
  /// A new text begins.
  void begin();

 private:
  bool apply_normal(LineEditor& editor, char letter);
  bool apply_to_range(LineEditor& editor, char letter);
  bool apply_change(LineEditor& editor, char letter);
  bool enter_insert(LineEditor& editor, char letter);
  /// Where the movement `letter` ends; nothing if it is none.
  std::optional<std::size_t> movement(const LineEditor& editor, char letter) const;
  std::optional<std::size_t> found(const LineEditor& editor, char how, std::string_view what) const;
  void operate(LineEditor& editor, std::size_t from, std::size_t to);
  void operate_on_lines(LineEditor& editor);
  void clear();
  [[nodiscard]] int count() const;

  Mode mode_ = Mode::insert;
  std::string digits_;
  char operator_ = 0;         ///< d, c or y that waits for a movement
  char waiting_ = 0;          ///< f, F, t, T or r that waits for a character
  bool whole_lines_ = false;  ///< what was taken out last
};

}  // namespace hearth::agent
