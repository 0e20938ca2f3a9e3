#include "two_ends.h"

namespace two_ends {}
