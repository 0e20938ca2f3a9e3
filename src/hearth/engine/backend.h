#pragma once

#include <string>

namespace hearth::engine {

/// Starts llama.cpp's back ends once per process and sends its messages to our log (at debug
/// level, its warnings and errors too: they are for developers). Thread-safe.
void start_backend();

/// The errors that llama.cpp reported on this thread since the previous call; empty if none.
std::string take_backend_errors();

}  // namespace hearth::engine
