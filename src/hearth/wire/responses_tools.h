#pragma once

#include <map>
#include <string>
#include <string_view>

#include "hearth/chat/request.h"
#include "hearth/wire/custom_tools.h"
#include "hearth/wire/fields.h"

namespace hearth::wire {

/// What a tool is for a client of the Responses API, where the middle only knows functions.
struct ResponsesTool {
  enum class Kind {
    function,
    custom,  ///< its argument is free text, which the middle carries as the JSON member `input`
  };
  Kind kind = Kind::function;
  std::string space;  ///< the namespace that it is in, or empty
  std::string name;   ///< within that
};

/// The tools of one request by the names that the model sees.
class ResponsesTools {
 public:
  /// The name that the model sees: "SPACE__NAME", or the name where there is no namespace.
  static std::string flat_name(std::string_view space, std::string_view name);

  void add(std::string flat, ResponsesTool tool) {
    tools_.insert_or_assign(std::move(flat), std::move(tool));
  }
  /// A name that was not declared is a plain function.
  [[nodiscard]] ResponsesTool find(const std::string& flat) const;

 private:
  std::map<std::string, ResponsesTool, std::less<>> tools_;
};

/// `tools` of the body or of an item: functions, custom tools and namespaces of these. Tools that
/// the service itself would run (`web_search`, …) are left out with a warning.
void decode_responses_tools(Fields& holder, chat::Request& request, ResponsesTools& names);

/// `tool_choice` and `parallel_tool_calls`. It is an error to demand a tool that is not there.
void decode_responses_tool_choice(Fields& body, chat::Request& request);

}  // namespace hearth::wire
