#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "test_folder.h"

#include "hearth/agent/shell/shell.h"

namespace hearth::agent {

/// A folder, and commands in a shell there.
class Shells : public testing::Test {
 protected:
  static constexpr std::chrono::seconds patience{30};
  std::string run(Shell& shell, const std::string& line) {
    const auto ran = shell.run(line, patience, {});
    return ran ? ran->result.output : ran.error().message;
  }
  TestFolder temporary_;
  Folder folder_ = *Folder::open(temporary_.path());
};

}  // namespace hearth::agent
