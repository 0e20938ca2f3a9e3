#include "hearth/agent/terminal/picker.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace hearth::agent {

Picker::Effect Picker::apply(const Key& key) {
  const std::size_t count = items_.size();
  const bool letter = key.code == KeyCode::text && !key.alt;
  if (key.code == KeyCode::escape || (letter && key.control && key.text == "c")) {
    return Effect::cancelled;
  }
  if (count == 0) return Effect::none;
  if (key.code == KeyCode::enter) return Effect::chosen;
  if (key.code == KeyCode::up || (letter && (key.text == "k" || key.text == "p"))) {
    chosen_ = (chosen_ + count - 1) % count;
    return Effect::moved;
  }
  if (key.code == KeyCode::down || key.code == KeyCode::tab || (letter && key.text == "j")) {
    chosen_ = (chosen_ + 1) % count;
    return Effect::moved;
  }
  if (!letter || key.control) return Effect::none;
  for (std::size_t i = 0; i < count; ++i) {
    const bool numbered = count <= 9 && key.text == std::to_string(i + 1);
    if (!numbered && key.text != std::string(1, items_[i].key)) continue;
    chosen_ = i;
    return Effect::chosen;
  }
  return Effect::none;
}

std::vector<StyledLine> Picker::lines(int columns, int rows) const {
  std::vector<StyledLine> lines;
  const auto wanted = static_cast<std::size_t>(std::max(rows, 3));
  const std::size_t for_items = std::min(items_.size(), std::max<std::size_t>(3, wanted / 2));
  // The heading may be long: what is asked about. Its end is next to the choices.
  const std::size_t for_heading = wanted - std::min(wanted, for_items);
  const std::size_t skipped = heading_.size() - std::min(heading_.size(), for_heading);
  for (std::size_t i = skipped; i < heading_.size(); ++i)
    lines.push_back(cut(heading_[i], columns));
  const std::size_t first = std::min(chosen_ - std::min(chosen_, for_items / 2),
                                     items_.size() - std::min(items_.size(), for_items));
  for (std::size_t i = first; i < first + for_items; ++i) {
    const bool chosen = i == chosen_;
    const std::string number = items_.size() <= 9 ? fmt::format("{}. ", i + 1) : "";
    StyledLine line{
        {chosen ? "❯ " : "  ", {.role = Role::accent}},
        {number + items_[i].text, {.role = chosen ? Role::accent : Role::plain, .bold = chosen}}};
    if (!items_[i].detail.empty()) line.push_back({"  " + items_[i].detail, {.role = Role::muted}});
    lines.push_back(cut(line, columns));
  }
  if (preview_ && !items_.empty() && lines.size() < wanted) {
    for (const StyledLine& line : preview_(chosen_)) {
      if (lines.size() >= wanted) break;
      lines.push_back(cut(line, columns));
    }
  }
  return lines;
}

}  // namespace hearth::agent
