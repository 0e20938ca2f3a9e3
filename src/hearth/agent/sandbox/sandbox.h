#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/agent/sandbox/network_proxy.h"

namespace hearth::agent {

struct SandboxSettings {
  bool enabled = true;
  bool network = false;
  std::vector<std::string> hosts = {};     ///< without it: patterns of what is reached all the same
  std::vector<std::string> writable = {};  ///< further folders, absolute
  std::vector<std::string> hidden = {};    ///< further files and folders that are not to be seen
  std::vector<std::string> readable = {};  ///< folders that are seen although they lie in /tmp
};

/// Runs shell commands so that they can change nothing but the folder they work in, see no secrets
/// and reach no network, or through a proxy the hosts that were allowed: with bubblewrap, in
/// namespaces of their own.
///
/// In the folder, what would let a command act outside of it later stays read-only: git's hooks and
/// configuration, and the settings of agents. `/tmp` is a folder of the session's own, which also
/// holds the caches of build tools.
class Sandbox {
 public:
  /// `folder` is absolute and real; `scratch` becomes `/tmp`. Tries bubblewrap out; where it does
  /// not work, `works()` is false and `reason()` says why and what to do.
  static Sandbox open(const SandboxSettings& settings, const std::filesystem::path& folder,
                      const std::filesystem::path& scratch);

  [[nodiscard]] bool works() const { return reason_.empty(); }
  [[nodiscard]] const std::string& reason() const { return reason_; }

  /// The words that run `program` inside, beginning in `working_folder`. REQUIRES: works().
  [[nodiscard]] std::vector<std::string> command(const std::vector<std::string>& program,
                                                 const std::filesystem::path& working_folder) const;

  /// The names of our environment's variables that hold secrets or lead out: the program that
  /// makes the sandbox must not get them either, since it can be looked at from inside.
  [[nodiscard]] static std::vector<std::string> secret_variables();

  /// What a failed command's output says about the sandbox: the setting that would have allowed it;
  /// empty if it does not look as if it was in the way.
  [[nodiscard]] std::string hint(std::string_view output) const;

  /// What is new since this was last asked and would be read-only, had it been there before: a
  /// command may have made it. For the model and the person; empty if nothing is.
  [[nodiscard]] std::string news();

 private:
  Sandbox(SandboxSettings settings, std::filesystem::path folder, std::filesystem::path scratch);
  SandboxSettings settings_;
  std::filesystem::path folder_;
  std::filesystem::path scratch_;
  std::string program_;
  std::shared_ptr<NetworkProxy> proxy_;  ///< with SandboxSettings::hosts
  std::string reason_;
  std::vector<std::string> missing_;  ///< what is guarded once it is there
};

}  // namespace hearth::agent
