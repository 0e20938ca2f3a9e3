#include "hearth/observe/request_record.h"

namespace hearth::observe {

double RequestRecord::decode_rate() const {
  if (output_tokens < 2 || decode_ms <= 0) return 0;
  return (output_tokens - 1) * 1000.0 / decode_ms;
}

json::object to_json_object(const RequestRecord& record) {
  json::object out;
  out["id"] = record.id;
  out["time"] = record.time_ms;
  out["endpoint"] = record.endpoint;
  out["client"] = record.client;
  out["session"] = record.session;
  out["scenario"] = record.scenario;
  out["why"] = record.why;
  out["route"] = record.route;
  out["prompt_tokens"] = record.prompt_tokens;
  out["reused_tokens"] = record.reused_tokens;
  out["computed_tokens"] = record.computed_tokens;
  out["output_tokens"] = record.output_tokens;
  out["queue_ms"] = record.queue_ms;
  out["ttft_ms"] = record.ttft_ms;
  out["prefill_ms"] = record.prefill_ms;
  out["decode_ms"] = record.decode_ms;
  out["decode_per_second"] = record.decode_rate();
  out["total_ms"] = record.total_ms;
  out["stop_reason"] = record.stop_reason;
  out["error"] = record.error.empty() ? json::value(nullptr) : json::value(record.error);
  out["warnings"] = record.warnings;
  out["cache"] = record.cache;
  out["considered"] = record.considered;
  out["fallbacks"] = record.fallbacks;
  return out;
}

}  // namespace hearth::observe
