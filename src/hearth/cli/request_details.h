#pragma once

#include <string>

#include "hearth/observe/request_record.h"

namespace hearth::cli {

/// All that is known of one request, a line for each thing.
std::string request_details(const observe::RequestRecord& record);

}  // namespace hearth::cli
