#pragma once

#include <string>

namespace two_ends {}
