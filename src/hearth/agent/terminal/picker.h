#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "hearth/agent/terminal/key_decoder.h"
#include "hearth/agent/terminal/styled_text.h"

namespace hearth::agent {

/// Something to choose, below a heading.
class Picker {
 public:
  struct Item {
    std::string text;
    std::string detail = {};  ///< shown behind it
    char key = 0;             ///< chooses it at once
  };

  Picker(std::vector<StyledLine> heading, std::vector<Item> items)
      : heading_(std::move(heading)), items_(std::move(items)) {}

  /// What is shown below the items for the chosen one.
  void set_preview(std::function<std::vector<StyledLine>(std::size_t item)> preview) {
    preview_ = std::move(preview);
  }

  enum class Effect { none, moved, chosen, cancelled };
  Effect apply(const Key& key);
  [[nodiscard]] std::size_t chosen() const { return chosen_; }

  /// At most `rows` lines.
  [[nodiscard]] std::vector<StyledLine> lines(int columns, int rows) const;

 private:
  std::vector<StyledLine> heading_;
  std::vector<Item> items_;
  std::function<std::vector<StyledLine>(std::size_t)> preview_;
  std::size_t chosen_ = 0;
};

}  // namespace hearth::agent
