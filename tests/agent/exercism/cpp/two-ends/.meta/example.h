#pragma once

#include <string>

namespace two_ends {

std::string of(const std::string& word);

}
