#include "hearth/cli/trace_command.h"

#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <memory>

#include "hearth/base/json.h"
#include "hearth/cli/finish.h"
#include "hearth/cli/option_checks.h"
#include "hearth/cli/server_calls.h"
#include "hearth/models/byte_size.h"
#include "hearth/trace/report.h"
#include "hearth/trace/session_reader.h"
#include "hearth/trace/simulation.h"

namespace hearth::cli {
namespace {

struct SimulateOptions {
  std::string path;
  trace::SimulationOptions simulation;
  int conversations = 8;
  bool as_json = false;
};

const std::map<std::string, trace::Policy> policies{{"value", trace::Policy::value},
                                                    {"lru", trace::Policy::lru},
                                                    {"belady", trace::Policy::belady}};

std::string name_of(trace::Policy policy) {
  for (const auto& [name, value] : policies) {
    if (value == policy) return name;
  }
  return {};
}

json::object as_json(const trace::Outcome& outcome, const trace::Timeline& timeline,
                     const SimulateOptions& options) {
  const auto& simulation = options.simulation;
  const std::uint64_t block_bytes =
      simulation.bytes_per_token * static_cast<std::uint64_t>(timeline.block_tokens);
  return {
      {"policy", name_of(simulation.policy)},
      {"conversations", options.conversations},
      {"bytes_per_token", simulation.bytes_per_token},
      {"device_bytes", simulation.device_bytes},
      {"host_bytes", simulation.host_bytes},
      {"disk_bytes", simulation.disk_bytes},
      {"working_set_bytes", timeline.n_blocks * block_bytes},
      {"requests", outcome.requests},
      {"prompt_tokens", outcome.prompt_tokens},
      {"fresh_tokens", outcome.fresh_tokens},
      {"hit_tokens", outcome.hit_tokens()},
      {"hit_tokens_device", outcome.hit_device_tokens},
      {"hit_tokens_host", outcome.hit_host_tokens},
      {"hit_tokens_disk", outcome.hit_disk_tokens},
      {"computed_tokens", outcome.computed_tokens()},
      {"recompute_ratio", outcome.recompute_ratio()},
      {"bytes_written", outcome.written_bytes},
      {"evicted", outcome.evicted_entries},
      {"ttft_seconds",
       {{"p50", outcome.ttft.p50}, {"p90", outcome.ttft.p90}, {"p99", outcome.ttft.p99}}},
  };
}

std::string as_text(const trace::Outcome& outcome, const trace::Timeline& timeline,
                    const SimulateOptions& options) {
  const auto& simulation = options.simulation;
  const auto share = [&](std::int64_t tokens) {
    return 100 * static_cast<double>(tokens) /
           static_cast<double>(std::max<std::int64_t>(outcome.prompt_tokens, 1));
  };
  const auto size = models::file_size_in_words;
  const std::uint64_t working_set = timeline.n_blocks *
                                    static_cast<std::uint64_t>(timeline.block_tokens) *
                                    simulation.bytes_per_token;
  std::string text = fmt::format(
      "{} requests, {} conversations at once, {} prompt tokens; all different state: {}\n",
      outcome.requests, options.conversations, outcome.prompt_tokens, size(working_set));
  if (simulation.policy == trace::Policy::belady) {
    text +=
        fmt::format("belady  {} in all tiers together: {:.1f} % hits\n",
                    size(simulation.device_bytes + simulation.host_bytes + simulation.disk_bytes),
                    share(outcome.hit_tokens()));
  } else {
    text += fmt::format("{:8}", name_of(simulation.policy));
    text += fmt::format(
        "{:.1f} % hits: device {:.1f} % ({}), host {:.1f} % ({}), disk {:.1f} % "
        "({})\n",
        share(outcome.hit_tokens()), share(outcome.hit_device_tokens),
        size(simulation.device_bytes), share(outcome.hit_host_tokens), size(simulation.host_bytes),
        share(outcome.hit_disk_tokens), size(simulation.disk_bytes));
  }
  text += fmt::format("computed {} tokens, {} of them fresh: {:.3f} times what is fresh\n",
                      outcome.computed_tokens(), outcome.fresh_tokens, outcome.recompute_ratio());
  text += fmt::format("written to disk {}, evicted {} entries\n", size(outcome.written_bytes),
                      outcome.evicted_entries);
  text += fmt::format(
      "first token, without queueing, at {:g} tokens/s: half within {:.1f} s, 90 % within {:.1f} "
      "s, 99 % within {:.1f} s\n",
      simulation.prefill_tokens_per_second, outcome.ttft.p50, outcome.ttft.p90, outcome.ttft.p99);
  return text;
}

Result<void> simulate(const SimulateOptions& options) {
  if (options.simulation.bytes_per_token == 0) {
    return fail(ErrorKind::invalid_request, "--bytes-per-token: give at least 1");
  }
  auto sessions = trace::read_sessions(options.path);
  if (!sessions) return pass_on(sessions);
  auto timeline = trace::make_timeline(*sessions, options.conversations);
  if (!timeline) return pass_on(timeline);
  const trace::Outcome outcome = trace::simulate(*timeline, options.simulation);
  if (options.as_json) {
    fmt::print("{}\n", to_json(as_json(outcome, *timeline, options)));
  } else {
    fmt::print("{}", as_text(outcome, *timeline, options));
  }
  return {};
}

void add_simulate(CLI::App& trace, int& exit_code) {
  auto options = std::make_shared<SimulateOptions>();
  options->simulation.device_bytes = std::uint64_t{4} << 30;
  options->simulation.host_bytes = std::uint64_t{16} << 30;
  options->simulation.disk_bytes = std::uint64_t{64} << 30;
  CLI::App* command = trace.add_subcommand(
      "simulate", "Play recorded traffic against a cache of some size, without a model");
  trace::SimulationOptions& simulation = options->simulation;
  command->add_option("PATH", options->path, "A folder of traces, or one")->required();
  mapped(command->add_option("--policy", simulation.policy,
                             "value (what Hearth does), lru, or belady, which knows the future"),
         "POLICY", CLI::CheckedTransformer(policies));
  const auto add_size = [&](const char* name, std::uint64_t& value, const char* words) {
    sized(command->add_option(name, value, words));
  };
  add_size("--device", simulation.device_bytes,
           "What the context keeps between requests (default 4GiB)");
  add_size("--host", simulation.host_bytes, "Host memory (default 16GiB)");
  add_size("--disk", simulation.disk_bytes, "Disk (default 64GiB)");
  add_size("--bytes-per-token", simulation.bytes_per_token,
           "KV state of a token; `hearth models` shows it");
  command->get_option("--bytes-per-token")->required();
  checked(command->add_option("--conversations", options->conversations,
                              "Sessions at once (default 8)"),
          "N", CLI::Range(1, 100000));
  checked(command->add_option("--prefill-rate", simulation.prefill_tokens_per_second,
                              "Tokens read per second, for the times (default 500)"),
          "N", CLI::PositiveNumber);
  command->add_flag("--json", options->as_json, "One JSON object");
  command->callback([options, &exit_code] { finish(simulate(*options), exit_code); });
}

struct ReportOptions {
  std::string path;
  bool as_json = false;
};

json::object as_json(const trace::Report::Kind& kind) {
  return {{"requests", kind.requests},
          {"prompt_tokens", kind.prompt_tokens},
          {"fresh_tokens", kind.fresh_tokens}};
}

json::object as_json(const trace::Report& report) {
  json::object fields = as_json(report.all());
  fields["sessions"] = report.sessions;
  fields["output_tokens"] = report.output_tokens;
  fields["begun"] = as_json(report.begun);
  fields["went_on"] = as_json(report.went_on);
  fields["branched"] = as_json(report.branched);
  fields["repeated"] = as_json(report.repeated);
  fields["recorded"] = {{"requests", report.recorded_requests},
                        {"reused_tokens", report.recorded_reused_tokens},
                        {"missed_tokens", report.recorded_missed_tokens},
                        {"fresh_tokens", report.recorded_fresh_tokens}};
  return fields;
}

Result<void> report(const ReportOptions& options) {
  auto sessions = trace::read_sessions(options.path);
  if (!sessions) return pass_on(sessions);
  const trace::Report found = trace::report_on(*sessions);
  fmt::print("{}", options.as_json ? to_json(as_json(found)) + "\n" : trace::in_words(found));
  return {};
}

void add_report(CLI::App& trace, int& exit_code) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* command =
      trace.add_subcommand("report", "What recorded traffic read, and what of it was new");
  command->add_option("PATH", options->path, "A folder of traces, or one")->required();
  command->add_flag("--json", options->as_json, "One JSON object");
  command->callback([options, &exit_code] { finish(report(*options), exit_code); });
}

struct RecordOptions {
  bool stop = false;
  bool status = false;
};

Result<void> record(const RecordOptions& options) {
  const auto server = server_to_ask();
  if (!server) {
    return fail(ErrorKind::unavailable,
                "no server is running whose traffic could be recorded; `hearth serve` starts one");
  }
  auto answer = options.status ? ask(*server, "/trace")
                               : tell(*server, options.stop ? "/trace/stop" : "/trace/start", {});
  if (!answer) return pass_on(answer);
  const auto folder = find_string(*answer, "folder").value_or("");
  if (find_bool(*answer, "recording").value_or(false)) {
    fmt::print(
        "Recording to {}: block hashes and times, no text. {} requests so far.\n"
        "`hearth trace record --stop` ends it.\n",
        folder, find_int(*answer, "requests").value_or(0));
  } else if (folder.empty()) {
    fmt::print("Nothing is being recorded; `hearth trace record` begins.\n");
  } else {
    fmt::print(
        "Recorded {} requests of {} sessions in {}\n`hearth trace report {}` tells what they "
        "were.\n",
        find_int(*answer, "requests").value_or(0), find_int(*answer, "sessions").value_or(0),
        folder, folder);
  }
  return {};
}

void add_record(CLI::App& trace, int& exit_code) {
  auto options = std::make_shared<RecordOptions>();
  CLI::App* command = trace.add_subcommand(
      "record", "Record what the running server serves, as block hashes and times, never text");
  command->add_flag("--stop", options->stop, "End the recording");
  command->add_flag("--status", options->status, "Only say whether one is under way");
  command->callback([options, &exit_code] { finish(record(*options), exit_code); });
}

}  // namespace

void add_trace_command(CLI::App& app, int& exit_code) {
  CLI::App* trace = app.add_subcommand("trace", "Recorded traffic, and what a cache does with it");
  trace->require_subcommand(1);
  add_simulate(*trace, exit_code);
  add_report(*trace, exit_code);
  add_record(*trace, exit_code);
}

}  // namespace hearth::cli
