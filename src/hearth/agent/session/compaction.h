#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "hearth/agent/client.h"
#include "hearth/base/error.h"
#include "hearth/chat/request.h"

namespace hearth::agent {

struct Compacted {
  /// What the conversation is from now on: the summary in front, as a user's words.
  std::vector<chat::Message> messages;
  /// The message that stands at `messages[i]`, i > 0, was at `i + shift`.
  std::size_t shift = 0;
  std::string summary;
  /// What was edited, written or read in the part that is gone, as the calls named it: changed
  /// files first, the latest first.
  std::vector<std::string> files;
  chat::Usage usage;
};

/// Makes a long conversation short: `request` (system prompt, tools and all messages so far) is
/// asked for a summary under fixed headings, as one more message, so that nothing of it is read
/// again; what remains is that summary and the last messages verbatim, about `keep_tokens` of them.
/// `wish` (may be empty) says what the summary should keep in view.
/// Errors: the server's; cancelled; invalid_request when there is too little to make shorter.
Result<Compacted> compact(const Server& server, const chat::Request& request, int keep_tokens,
                          const std::string& wish, const std::stop_token& stop);

/// A rough number of tokens, from bytes.
int estimated_tokens(const chat::Message& message);
int estimated_tokens(const std::vector<chat::Message>& messages);

}  // namespace hearth::agent
