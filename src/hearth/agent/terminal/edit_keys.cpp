#include "hearth/agent/terminal/edit_keys.h"

namespace hearth::agent {
namespace {

bool apply_control_key(LineEditor& editor, char letter) {
  switch (letter) {
    case 'a': editor.set_cursor(editor.line_begin()); return true;
    case 'e': editor.set_cursor(editor.line_end()); return true;
    case 'b': editor.set_cursor(editor.left()); return true;
    case 'f': editor.set_cursor(editor.right()); return true;
    case 'd': editor.erase(editor.cursor(), editor.right()); return true;
    case 'h': editor.erase(editor.left(), editor.cursor()); return true;
    case 'j': editor.insert("\n"); return true;
    case 'k': {
      const std::size_t end = editor.line_end();
      // At a line's end the line end itself goes.
      editor.erase(editor.cursor(), end == editor.cursor() ? editor.right() : end);
      return true;
    }
    case 'u': editor.erase(editor.line_begin(), editor.cursor()); return true;
    case 'w': editor.erase(editor.word_left(), editor.cursor()); return true;
    case 'y': editor.yank(); return true;
    case '_':
    case '\x7f': editor.undo(); return true;
    default: return false;
  }
}

bool apply_alt_key(LineEditor& editor, char letter) {
  switch (letter) {
    case 'b': editor.set_cursor(editor.word_left()); return true;
    case 'f': editor.set_cursor(editor.word_right()); return true;
    case 'd': editor.erase(editor.cursor(), editor.word_right()); return true;
    default: return false;
  }
}

}  // namespace

bool apply_emacs_key(LineEditor& editor, const Key& key) {
  switch (key.code) {
    case KeyCode::text:
      if (key.control) return apply_control_key(editor, key.text[0]);
      if (key.alt) return apply_alt_key(editor, key.text[0]);
      editor.insert(key.text);
      return true;
    case KeyCode::paste: editor.insert(key.text); return true;
    case KeyCode::backspace:
      editor.erase(key.alt || key.control ? editor.word_left() : editor.left(), editor.cursor());
      return true;
    case KeyCode::remove: editor.erase(editor.cursor(), editor.right()); return true;
    case KeyCode::left:
      editor.set_cursor(key.control || key.alt ? editor.word_left() : editor.left());
      return true;
    case KeyCode::right:
      editor.set_cursor(key.control || key.alt ? editor.word_right() : editor.right());
      return true;
    case KeyCode::home: editor.set_cursor(editor.line_begin()); return true;
    case KeyCode::end: editor.set_cursor(editor.line_end()); return true;
    default: return false;
  }
}

}  // namespace hearth::agent
