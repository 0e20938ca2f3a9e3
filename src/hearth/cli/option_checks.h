#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace hearth::cli {

/// `option` takes what `check` lets through; --help shows `name` for it, and not the check's own
/// words, which say the same again.
inline CLI::Option* checked(CLI::Option* option, const std::string& name, CLI::Validator check) {
  return option->check(check.description(""))->type_name(name);
}

/// The same with a check that also turns what was given into a value.
inline CLI::Option* mapped(CLI::Option* option, const std::string& name, CLI::Validator map) {
  return option->transform(map.description(""))->type_name(name);
}

/// Bytes, such as 4GiB.
inline CLI::Option* sized(CLI::Option* option) {
  return mapped(option, "SIZE", CLI::AsSizeValue(false));
}

}  // namespace hearth::cli
