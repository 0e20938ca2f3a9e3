#include "hearth/engine/compute.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include <ggml-cpu.h>

namespace hearth::engine {
namespace {

int physical_cores() {
  std::ifstream file("/proc/cpuinfo");
  std::set<std::string> cores;
  std::string physical_id;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("physical id")) physical_id = line;
    if (line.starts_with("core id")) cores.insert(physical_id + line);
  }
  const int all = static_cast<int>(std::max(std::thread::hardware_concurrency(), 1U));
  const int found = static_cast<int>(cores.size());
  return found > 0 ? std::min(found, all) : all;
}

}  // namespace

int chosen_threads(int asked) {
  return asked > 0 ? asked : physical_cores();
}

ggml_threadpool* shared_threadpool(int n_threads) {
  struct Free {
    void operator()(ggml_threadpool* pool) const { ggml_threadpool_free(pool); }
  };
  static std::mutex mutex;
  static std::map<int, std::unique_ptr<ggml_threadpool, Free>> pools;
  const std::lock_guard lock(mutex);
  auto& pool = pools[n_threads];
  if (!pool) {
    ggml_threadpool_params params = ggml_threadpool_params_default(n_threads);
    pool.reset(ggml_threadpool_new(&params));
  }
  return pool.get();
}

std::mutex& compute_mutex() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace hearth::engine
