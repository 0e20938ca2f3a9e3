#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/chat/request.h"

namespace hearth::agent {

enum class StyleName { native, forced, whole_files };

/// "native", "forced", "whole-files".
std::string_view to_string(StyleName style);
/// Errors: invalid_request, naming the three.
Result<StyleName> parse_style(std::string_view name);

/// How a model is best worked with, as measured.
struct Profile {
  StyleName style = StyleName::native;   ///< for tasks in general
  StyleName repair = StyleName::native;  ///< for a task with a failing check
  int attempts = 40;                     ///< candidates at most, with whole files
  int step_attempts = 1;                 ///< in the other styles: of a change, with a check
  int parallel = 4;                      ///< of both at the same time
  double temperature = 0.8;              ///< of all after the first
  bool patches = false;                  ///< the model is trained on apply_patch
  std::vector<std::string> tools = {};   ///< of the built-in ones, those it is offered; empty: all
  chat::Sampling sampling = {};          ///< of the other styles; unset: the server's
};

/// Profiles and the models they are for: the content of a file of the form of `profiles.json`.
class ProfileList {
 public:
  /// Errors: config, with `name` and what is wrong.
  static Result<ProfileList> parse(std::string_view text, std::string_view name);
  /// The user's own, which `hearth eval --write-profile` writes; empty if there is no such file.
  /// Errors: config.
  static Result<ProfileList> load(const std::filesystem::path& file);

  struct Entry {
    std::string models;         ///< regular expression for a model's name; empty: `below_billions`
    double below_billions = 0;  ///< for models of fewer parameters, as the name tells
    Profile profile;
    std::string measured;  ///< the day it was measured; empty if it does not say
  };
  /// The first entry for a model of this name; null if there is none.
  [[nodiscard]] const Entry* find(std::string_view model) const;

 private:
  std::vector<Entry> entries_;
};

/// ~/.config/hearth/profiles.json: the user's own profiles.
std::filesystem::path own_profiles_file();

struct ProfileInForce {
  Profile profile;
  bool own = false;      ///< out of the user's own
  std::string measured;  ///< as in ProfileList::Entry
};

/// The profile of a model by its name: out of `own`, else out of `profiles.json`, which is part of
/// the program. A model that no entry is for is trusted with native tool calls.
ProfileInForce profile_for(std::string_view model, const ProfileList& own = {});

}  // namespace hearth::agent
