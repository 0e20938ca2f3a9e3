#pragma once

#include <string>
#include <vector>

#include "hearth/base/json.h"
#include "hearth/chat/request.h"

namespace hearth::wire {

/// The body of a `generateContent` request of Gemini's own API, which is that of
/// `streamGenerateContent` too; the model stands in the URL.
/// - Results of tools come first in the turn that follows the calls; "error" in place of "output"
///   is the key of one that failed. Their images follow as parts of the same turn.
/// - Schemas are cleaned (gemini_schema.h), of functions and of an answer.
/// - Signatures go back on the parts that they came on (gemini_signature.h). A Gemini 3 model
///   refuses a call without one: calls that others made get the mark that the API has for them.
/// - Other thinking is left out, as the API does with it. System messages within the conversation
///   become user text in <system> tags, in place.
/// `provider_extra` is passed on, last; an object in it adds to the one of that name.
json::object encode_gemini_request(const chat::Request& request);

/// What `request` asks that Gemini has no place for, one sentence each.
std::vector<std::string> left_out_of_gemini(const chat::Request& request);

/// `base` is the URL up to `/models`, with it or without; the answer comes as an event stream.
std::string gemini_url(std::string_view base, std::string_view model);

}  // namespace hearth::wire
