#pragma once

#include <cstdint>
#include <string>

namespace hearth::engine {

/// Starts llama.cpp's back ends once per process and sends its messages to our log (at debug
/// level, its warnings and errors too: they are for developers). Thread-safe.
void start_backend();

/// Free memory of the GPUs that the engine computes on, in bytes; 0 without one.
std::uint64_t free_gpu_memory();

/// The errors that llama.cpp reported on this thread since the previous call; empty if none.
std::string take_backend_errors();

}  // namespace hearth::engine
