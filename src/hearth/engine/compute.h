#pragma once

#include <mutex>

struct ggml_threadpool;

namespace hearth::engine {

/// Threads to compute with where `asked` is 0: one for each core, without its hyper-threads (after
/// /proc/cpuinfo; all processors where it does not say).
int chosen_threads(int asked);

/// One pool of compute threads per thread count, for all contexts: no two of them compute at once,
/// so more threads would only spin against each other.
ggml_threadpool* shared_threadpool(int n_threads);

/// Held by whoever computes.
std::mutex& compute_mutex();

}  // namespace hearth::engine
