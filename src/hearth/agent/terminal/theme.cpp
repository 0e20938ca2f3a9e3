#include "hearth/agent/terminal/theme.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

namespace hearth::agent {
namespace {

struct Rgb {
  int red = 0;
  int green = 0;
  int blue = 0;
};

struct Paint {
  Rgb dark;        ///< on a dark background
  Rgb light;       ///< on a light one
  int of_sixteen;  ///< SGR code; 0: the terminal's own colour
};

Paint paint_of(Role role) {
  switch (role) {
    case Role::plain: break;
    case Role::muted: return {{140, 140, 140}, {110, 110, 110}, 90};
    case Role::accent: return {{235, 145, 70}, {175, 85, 10}, 33};
    case Role::user: return {{130, 180, 255}, {20, 80, 180}, 36};
    case Role::heading: return {{235, 145, 70}, {175, 85, 10}, 33};
    case Role::link: return {{110, 170, 250}, {20, 90, 200}, 34};
    case Role::code: return {{150, 200, 220}, {20, 100, 120}, 36};
    case Role::keyword: return {{200, 150, 230}, {130, 50, 160}, 35};
    case Role::string: return {{160, 200, 120}, {50, 120, 20}, 32};
    case Role::number: return {{230, 170, 110}, {160, 80, 0}, 33};
    case Role::comment: return {{130, 140, 150}, {110, 115, 120}, 90};
    case Role::added: return {{110, 200, 110}, {20, 120, 30}, 32};
    case Role::removed: return {{240, 110, 110}, {180, 30, 30}, 31};
    case Role::warning: return {{230, 190, 80}, {150, 100, 0}, 33};
    case Role::error: return {{245, 100, 100}, {190, 20, 20}, 31};
  }
  return {{}, {}, 0};
}

/// The nearest of the 216 colours of a 256-colour terminal.
int cube_index(const Rgb& colour) {
  const auto level = [](int value) {
    return static_cast<int>(std::lround(std::max(0.0, (value - 55) / 40.0)));
  };
  return 16 + 36 * level(colour.red) + 6 * level(colour.green) + level(colour.blue);
}

}  // namespace

ColourDepth colour_depth(std::string_view no_color, std::string_view colorterm,
                         std::string_view term) {
  if (!no_color.empty() || term == "dumb") return ColourDepth::none;
  if (colorterm == "truecolor" || colorterm == "24bit" || term.ends_with("-direct")) {
    return ColourDepth::millions;
  }
  if (term.find("256") != std::string_view::npos) return ColourDepth::many;
  return ColourDepth::sixteen;
}

Background background_of(std::string_view colour) {
  if (!colour.starts_with("rgb:")) return Background::dark;
  colour.remove_prefix(4);
  std::array<double, 3> parts{};
  for (double& part : parts) {
    const std::string_view digits = colour.substr(0, colour.find('/'));
    unsigned value = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (error != std::errc() || digits.empty()) return Background::dark;
    part = value / (std::pow(16.0, static_cast<double>(digits.size())) - 1);
    colour.remove_prefix(std::min(colour.size(), digits.size() + 1));
  }
  // Rec. 709's weights.
  return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2] > 0.5 ? Background::light
                                                                         : Background::dark;
}

std::string Theme::colour_of(Role role) const {
  const Paint paint = paint_of(role);
  if (paint.of_sixteen == 0) return {};
  const Rgb& rgb = background_ == Background::light ? paint.light : paint.dark;
  switch (depth_) {
    case ColourDepth::none: return {};
    case ColourDepth::sixteen: return fmt::format(";{}", paint.of_sixteen);
    case ColourDepth::many: return fmt::format(";38;5;{}", cube_index(rgb));
    case ColourDepth::millions: return fmt::format(";38;2;{};{};{}", rgb.red, rgb.green, rgb.blue);
  }
  return {};
}

std::string Theme::painted(const StyledLine& line) const {
  std::string text;
  for (const Span& span : line) {
    std::string codes;
    if (span.style.bold) codes += ";1";
    if (span.style.italic) codes += ";3";
    if (span.style.underlined) codes += ";4";
    if (span.style.reversed) codes += ";7";
    if (span.style.struck) codes += ";9";
    codes += colour_of(span.style.role);
    if (codes.empty()) {
      text += span.text;
    } else {
      text += fmt::format("\x1b[{}m{}\x1b[0m", std::string_view(codes).substr(1), span.text);
    }
  }
  return text;
}

}  // namespace hearth::agent
