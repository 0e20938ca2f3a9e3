#include "hearth/wire/answer_encoder.h"

#include "hearth/wire/sse.h"

namespace hearth::wire {

std::string prefill_comment(const chat::PrefillProgress& progress) {
  json::object told{{"computed", progress.computed},
                    {"reused", progress.reused},
                    {"total", progress.total},
                    {"eta_ms", progress.eta_ms}};
  if (progress.estimated) told["estimated"] = true;
  return sse_comment("prefill " + to_json(told));
}

}  // namespace hearth::wire
