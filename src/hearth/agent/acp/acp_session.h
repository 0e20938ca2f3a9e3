#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "hearth/agent/acp/acp_peer.h"
#include "hearth/agent/session/begin_session.h"

namespace hearth::agent {

/// One session of an editor's. Prompts run in a thread of their own, one at a time.
class AcpSession {
 public:
  /// All but `options` outlives it. Errors: those of begin_session().
  static Result<std::unique_ptr<AcpSession>> open(AgentOptions options, const AgentNeeds& needs,
                                                  AcpPeer& peer);
  ~AcpSession();
  AcpSession(const AcpSession&) = delete;
  AcpSession& operator=(const AcpSession&) = delete;

  [[nodiscard]] const std::string& id() const { return session_->id(); }

  /// Tells the editor the messages that are there already.
  void replay() const;
  /// Tells the editor which commands a prompt may begin with.
  void tell_commands() const;
  /// Runs `task`, with what is `attached`, and then answers the request `request_id`. False if
  /// another one still runs.
  bool prompt(std::string task, std::vector<chat::Block> attached, json::value request_id);
  void cancel();
  /// False if there is no such mode.
  bool set_mode(std::string_view name);
  /// The modes, and which one is on, as the protocol writes them.
  [[nodiscard]] json::object modes() const;

 private:
  AcpSession(AgentOptions options, AcpPeer& peer);
  Consent ask(const Question& question);
  void update(json::object fields) const;

  class Shown;
  AgentOptions options_;
  AcpPeer& peer_;
  std::unique_ptr<Output> output_;
  std::unique_ptr<Session> session_;
  std::stop_source stop_;
  std::atomic<bool> running_ = false;
  std::jthread worker_;
};

}  // namespace hearth::agent
