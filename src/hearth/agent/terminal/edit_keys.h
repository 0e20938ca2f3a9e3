#pragma once

#include "hearth/agent/terminal/key_decoder.h"
#include "hearth/agent/terminal/line_editor.h"

namespace hearth::agent {

/// What a key does to a text that is being written, with GNU Readline's emacs bindings. False: it
/// has no meaning here.
bool apply_emacs_key(LineEditor& editor, const Key& key);

}  // namespace hearth::agent
