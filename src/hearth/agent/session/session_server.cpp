// The server that a session talks to, and where candidates are tried.
#include "hearth/agent/reach_server.h"
#include "hearth/agent/session/session.h"
#include "hearth/base/environment.h"

namespace hearth::agent {

bool Session::is_our_server() const {
  return options_.server.empty() && environment_variable("HEARTH_URL").empty();
}

Result<void> Session::reach_our_server(const std::stop_token& stop) {
  if (!is_our_server()) return {};
  OwnServer own = needs_.own_server ? needs_.own_server() : OwnServer{};
  // The one that this session has talked to so far.
  own.url = server_.url;
  const ServerWish wish{.named = {},
                        .own = std::move(own),
                        .interactive = interactive_,
                        .idle_exit_minutes = options_.idle_exit_minutes};
  const auto reached =
      reach_server(wish, needs_.ensure_model, stop,
                   {.status = [&](std::string_view line) { output_.status(line); },
                    .progress = [&](std::string_view line) { output_.progress(line); }});
  if (!reached) return std::unexpected(reached.error());
  return {};
}

std::optional<TrialSandbox> Session::trial_sandbox() {
  TrialSandbox sandbox{settings_.sandbox, settings_.environment};
  if (options_.measured) return sandbox;
  if (!shell_.sandboxed()) return std::nullopt;
  // One for all trials: each has a /tmp of its own, in which Go would compile its library anew.
  if (!build_caches_) {
    if (auto made = TemporaryFolder::make()) build_caches_.emplace(std::move(*made));
  }
  if (build_caches_) {
    sandbox.settings.writable.push_back(build_caches_->path().string());
    sandbox.environment.push_back("GOCACHE=" + (build_caches_->path() / "go").string());
  }
  return sandbox;
}

}  // namespace hearth::agent
