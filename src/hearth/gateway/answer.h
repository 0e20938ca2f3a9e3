#pragma once

#include <functional>
#include <memory>

#include "hearth/gateway/exchange.h"
#include "hearth/observe/request_record.h"
#include "hearth/provider/fallback.h"
#include "hearth/provider/provider.h"
#include "hearth/wire/answer_encoder.h"

namespace hearth::gateway {

/// An answer to be made: how to begin it, and how to write it. Exactly one of `stream` and `whole`
/// is set.
struct Answer {
  std::move_only_function<std::unique_ptr<provider::Call>(chat::EventSink)> start;
  std::unique_ptr<wire::StreamEncoder> stream;
  std::unique_ptr<wire::AnswerCollector> whole;
  observe::RequestRecord record;
  /// Told of the record when the answer has ended. May be empty.
  std::move_only_function<void(const observe::RequestRecord&)> on_end;
  /// Where several providers may answer: which did. Null: there is only one.
  std::shared_ptr<const provider::AttemptTrail> trail;
};

/// Makes the answer and sends it, and takes `answer`: pings by wall clock, progress while the
/// prompt is read, the work cancelled when the client goes away. An answer that fails before
/// anything was sent gets its error's status; later it is an error event. Logs the record.
boost::asio::awaitable<void> send_answer(Exchange& exchange, Answer& answer);

}  // namespace hearth::gateway
