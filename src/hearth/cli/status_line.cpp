#include "hearth/cli/status_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <string_view>
#include <vector>

namespace hearth::cli {
namespace {

constexpr std::string_view plain = "\x1b[0m";
constexpr std::string_view powerline_arrow = "\uE0B0";

/// A colour as the numbers that follow 38 or 48; empty: the terminal's own.
using Color = std::string;

std::string as_text_color(const Color& color) {
  return color.empty() ? std::string() : fmt::format("\x1b[38;{}m", color);
}

std::string as_background(const Color& color) {
  return color.empty() ? std::string() : fmt::format("\x1b[48;{}m", color);
}

Color color_of_hex(std::string_view digits) {
  std::string six(digits);
  if (six.size() == 3) six = {six[0], six[0], six[1], six[1], six[2], six[2]};
  unsigned rgb = 0;
  const auto [end, ec] = std::from_chars(six.data(), six.data() + six.size(), rgb, 16);
  if (six.size() != 6 || ec != std::errc{} || end != six.data() + six.size()) return {};
  return fmt::format("2;{};{};{}", rgb >> 16U, (rgb >> 8U) & 255U, rgb & 255U);
}

/// "bright_blue", "bg_bright_blue", "#3af", "33aaff".
Color color_of(std::string_view name) {
  constexpr std::array<std::string_view, 8> names{"black", "red",     "green", "yellow",
                                                  "blue",  "magenta", "cyan",  "white"};
  constexpr std::string_view background = "bg_";
  constexpr std::string_view bright = "bright_";
  if (name.starts_with(background)) name.remove_prefix(background.size());
  const bool is_bright = name.starts_with(bright);
  const auto found = std::ranges::find(names, is_bright ? name.substr(bright.size()) : name);
  if (found != names.end()) {
    return fmt::format("5;{}", (found - names.begin()) + (is_bright ? 8 : 0));
  }
  if (name.starts_with('#')) name.remove_prefix(1);
  return color_of_hex(name);
}

std::string shown_tokens(int tokens) {
  return tokens > 1000 ? fmt::format("{:.1f}k", tokens / 1000.0) : std::to_string(tokens);
}

std::string without_controls(std::string text) {
  std::erase_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  return text;
}

using Variables = std::map<std::string, std::string, std::less<>>;

Variables variables_of(const StatusFacts& facts) {
  return {{"workDirName", without_controls(facts.work_dir_name)},
          {"gitBranch", without_controls(facts.git_branch)},
          {"model", without_controls(facts.model)},
          {"inputTokens", shown_tokens(facts.input_tokens)},
          {"outputTokens", shown_tokens(facts.output_tokens)}};
}

/// An unknown variable is nothing.
std::string replaced(std::string_view text, const Variables& variables) {
  std::string out;
  while (true) {
    const std::size_t begin = text.find("{{");
    const std::size_t end = begin == std::string_view::npos ? begin : text.find("}}", begin);
    if (end == std::string_view::npos) return out += text;
    out += text.substr(0, begin);
    const auto found = variables.find(text.substr(begin + 2, end - begin - 2));
    if (found != variables.end()) out += found->second;
    text.remove_prefix(end + 2);
  }
}

struct Segment {
  std::string text;
  Color color;
  Color background;
};

json::array default_modules(bool powerline) {
  const auto module = [powerline](std::string_view icon, std::string_view text,
                                  std::string_view color) {
    json::object object{{"icon", icon}, {"text", text}};
    object["color"] = powerline ? std::string_view("white") : color;
    if (powerline) object["background"] = color;
    return object;
  };
  return {module("", "{{workDirName}}", "bright_blue"),
          module("", "{{gitBranch}}", "bright_magenta"), module("", "{{model}}", "bright_cyan"),
          module("↑", "{{inputTokens}}", "bright_green"),
          module("↓", "{{outputTokens}}", "bright_yellow")};
}

std::vector<Segment> segments_of(const json::array& modules, const Variables& variables) {
  std::vector<Segment> segments;
  for (const json::value& value : modules) {
    const json::object* module = value.if_object();
    if (module == nullptr || find_string(*module, "type") == "script") continue;
    const auto text_of = [module](std::string_view key) {
      return find_string(*module, key).value_or("");
    };
    std::string text = replaced(text_of("text"), variables);
    if (text.empty()) continue;
    if (const auto icon = text_of("icon"); !icon.empty()) text = fmt::format("{} {}", icon, text);
    segments.push_back(
        {std::move(text), color_of(text_of("color")), color_of(text_of("background"))});
  }
  return segments;
}

std::string in_a_row(const std::vector<Segment>& segments) {
  std::string line;
  for (const Segment& segment : segments) {
    if (!line.empty()) line += ' ';
    line += fmt::format("{}{}{}{}", as_background(segment.background), as_text_color(segment.color),
                        segment.text, plain);
  }
  return line;
}

std::string as_powerline(const std::vector<Segment>& segments) {
  std::string line;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Segment& segment = segments[i];
    const Color next = i + 1 < segments.size() ? segments[i + 1].background : Color();
    line += fmt::format("{}{} {} {}{}{}{}{}", as_background(segment.background),
                        as_text_color(segment.color), segment.text, plain, as_background(next),
                        as_text_color(segment.background), powerline_arrow, plain);
  }
  return line;
}

}  // namespace

std::string status_line(const json::object& settings, const StatusFacts& facts) {
  const std::string_view style = find_string(settings, "currentStyle").value_or("default");
  const bool powerline = style == "powerline";
  const json::object* theme = find_object(settings, style);
  const json::array* own = theme == nullptr ? nullptr : find_array(*theme, "modules");
  const json::array modules = own == nullptr ? default_modules(powerline) : *own;
  const auto segments = segments_of(modules, variables_of(facts));
  return powerline ? as_powerline(segments) : in_a_row(segments);
}

}  // namespace hearth::cli
