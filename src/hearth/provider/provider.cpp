#include "hearth/provider/provider.h"

#include <fmt/format.h>

namespace hearth::provider {

std::unique_ptr<Call> Provider::forward(std::string_view endpoint, std::string /*body*/,
                                        chat::EventSink sink) {
  sink(chat::Failed{
      {ErrorKind::invalid_request, fmt::format("{} has no endpoint for {}", name(), endpoint)}});
  return std::make_unique<Call>();
}

std::unique_ptr<Call> Provider::count_remotely(chat::Request /*request*/, chat::EventSink sink) {
  sink(chat::Failed{
      {ErrorKind::invalid_request, fmt::format("{} has no endpoint that counts tokens", name())}});
  return std::make_unique<Call>();
}

}  // namespace hearth::provider
