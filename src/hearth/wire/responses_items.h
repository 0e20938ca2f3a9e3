#pragma once

#include <vector>

#include "hearth/chat/request.h"
#include "hearth/wire/fields.h"
#include "hearth/wire/responses_tools.h"

namespace hearth::wire {

/// Items of the Responses API to messages of the middle: those of one turn of the assistant
/// (reasoning, text, calls) become one message, call outputs in a row one user message. Developer
/// messages become system messages where they stand. Items that only the service itself could have
/// made (`web_search_call`, …) are left out with a warning.
class ResponsesItems {
 public:
  /// `names` gets the tools that items declare. REQUIRES: all outlive it.
  ResponsesItems(chat::Request& request, ResponsesTools& names, Problems& problems)
      : request_(request), names_(names), problems_(problems) {}

  /// Adds `items`, whose place in the body is `path`.
  void add(const json::array& items, const std::string& path);

 private:
  void add_item(const json::object& object, const std::string& path);
  void add_message(Fields& fields);
  void add_reasoning(Fields& fields);
  void add_call(Fields& fields, ResponsesTool::Kind kind);
  void add_output(Fields& fields);
  std::vector<chat::ResultPart> parts_of(Fields& fields, std::string_view key);
  chat::Message& last(chat::Role role, bool of_results);

  chat::Request& request_;
  ResponsesTools& names_;
  Problems& problems_;
  std::vector<std::string> call_ids_;
  bool after_results_ = false;
};

}  // namespace hearth::wire
