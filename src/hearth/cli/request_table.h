#pragma once

#include <string>

#include "hearth/observe/request_record.h"

namespace hearth::cli {

/// The heading of the table that `table_row` fills.
std::string table_heading();
/// One request as one line: time, scenario, route, tokens read, reused and written, seconds to the
/// first token and in all, tokens per second, how it ended.
std::string table_row(const observe::RequestRecord& record);

}  // namespace hearth::cli
