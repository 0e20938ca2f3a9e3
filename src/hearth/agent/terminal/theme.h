#pragma once

#include <string>
#include <string_view>

#include "hearth/agent/terminal/styled_text.h"

namespace hearth::agent {

enum class ColourDepth { none, sixteen, many, millions };
enum class Background { dark, light };

/// What the environment says of the terminal: NO_COLOR (no-color.org), COLORTERM, TERM.
ColourDepth colour_depth(std::string_view no_color, std::string_view colorterm,
                         std::string_view term);

/// The background that a terminal's answer to OSC 11 ("rgb:ffff/ffff/ffff") tells; dark if it
/// cannot be understood.
Background background_of(std::string_view colour);

/// Turns styles into escape sequences (ECMA-48, SGR).
class Theme {
 public:
  explicit Theme(ColourDepth depth, Background background = Background::dark)
      : depth_(depth), background_(background) {}

  /// `line` as it is written; ends in the terminal's own style.
  [[nodiscard]] std::string painted(const StyledLine& line) const;

 private:
  [[nodiscard]] std::string colour_of(Role role) const;

  ColourDepth depth_;
  Background background_;
};

}  // namespace hearth::agent
