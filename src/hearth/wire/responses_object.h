#pragma once

#include <string>
#include <string_view>

#include "hearth/base/json.h"
#include "hearth/wire/answer_blocks.h"
#include "hearth/wire/responses_answer.h"

namespace hearth::wire {

inline constexpr std::string_view response_prefix = "resp_";

/// The id of the output item that `block` becomes: unique, as the response's is.
std::string item_id(const AnswerBlock& block, std::size_t index, const ResponsesShape& shape);

/// The output item of `block`. `text` is all of its text, thoughts or arguments.
json::object output_item(const AnswerBlock& block, const std::string& text, const std::string& id,
                         std::string_view status, const ResponsesShape& shape);

/// The part of a message or reasoning item that holds `text`.
json::object text_part(AnswerBlock::Kind kind, std::string_view text);

bool is_custom(const AnswerBlock& block, const ResponsesShape& shape);

/// The response while it is being made.
json::object response_begun(const ResponsesShape& shape);
/// The response with its end, and the type of the event that carries it.
json::object response_ended(const ResponsesShape& shape, const chat::Finished& end,
                            json::array output);
json::object response_failed(const ResponsesShape& shape, const Error& error, json::array output);

/// "completed", or "incomplete" where a limit cut the answer off.
std::string_view response_status(const chat::Finished& end);

}  // namespace hearth::wire
