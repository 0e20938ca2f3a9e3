#include "hearth/cli/serve_command.h"

#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <thread>

#include <malloc.h>

#include "hearth/base/log.h"
#include "hearth/base/trimmed.h"
#include "hearth/cli/build_services.h"
#include "hearth/cli/file_watch.h"
#include "hearth/cli/finish.h"
#include "hearth/cli/option_checks.h"
#include "hearth/cli/server_state.h"
#include "hearth/cli/socket_activation.h"
#include "hearth/gateway/server.h"

namespace hearth::cli {
namespace {

struct ServeOptions {
  ServiceOptions services;
  std::vector<std::string> hosts;
  int port = -1;
  double idle_exit_minutes = 0;
  int stop_timeout_seconds = 5;
  std::string log_level;
  std::string log_format;
};

/// Bodies of hundreds of kilobytes come and go with each request. Left to itself glibc gives their
/// memory back at once, and the system clears it anew for the next one.
void keep_freed_memory() {
  constexpr int own_pages_from_bytes = 4 << 20;
  constexpr int kept_bytes = 4 << 20;
  ::mallopt(M_MMAP_THRESHOLD, own_pages_from_bytes);
  ::mallopt(M_TRIM_THRESHOLD, kept_bytes);
}

std::string log_level(const ServeOptions& options, const router::Config& config) {
  if (!options.log_level.empty()) return options.log_level;
  return config.log_level.empty() ? "info" : config.log_level;
}

LogFormat log_format(const ServeOptions& options, const router::Config& config) {
  const std::string& name = options.log_format.empty() ? config.log_format : options.log_format;
  return name == "json" ? LogFormat::json : LogFormat::text;
}

/// Each of `texts` may be a list with commas. Errors: invalid_request.
Result<std::vector<gateway::ListenAddress>> addresses_of(const std::vector<std::string>& texts) {
  std::vector<gateway::ListenAddress> addresses;
  for (std::string_view text : texts) {
    while (true) {
      const std::size_t comma = std::min(text.find(','), text.size());
      auto address = gateway::parse_listen_address(trimmed(text.substr(0, comma)));
      if (!address) return pass_on(address);
      addresses.push_back(std::move(*address));
      if (comma == text.size()) break;
      text.remove_prefix(comma + 1);
    }
  }
  return addresses;
}

Result<gateway::ServerOptions> server_options_for(const ServeOptions& options,
                                                  const router::Config& config) {
  gateway::ServerOptions server;
  const std::vector<std::string>& hosts = options.hosts.empty() ? config.hosts : options.hosts;
  if (!hosts.empty()) {
    auto addresses = addresses_of(hosts);
    if (!addresses) return pass_on(addresses);
    server.addresses = std::move(*addresses);
  }
  if (config.port) server.port = static_cast<std::uint16_t>(*config.port);
  if (options.port >= 0) server.port = static_cast<std::uint16_t>(options.port);
  if (options.idle_exit_minutes > 0) {
    server.idle_exit =
        std::chrono::seconds(static_cast<std::int64_t>(options.idle_exit_minutes * 60));
  }
  server.stop_patience = std::chrono::seconds(options.stop_timeout_seconds);
  return server;
}

/// Of the configuration, which may be made later, and of what it names. Null where they cannot be
/// watched.
std::unique_ptr<FileWatch> watch_config(const ServiceOptions& options, BuiltServices& built) {
  const auto files = [file = expected_config_file(options), &built] {
    std::vector<std::filesystem::path> watched{file};
    const auto routes = built.services->routes();
    const std::string& prompt = routes->router->config().rewrite_system_prompt;
    if (!prompt.empty()) watched.emplace_back(prompt);
    return watched;
  };
  auto watch = FileWatch::start(files, [&built] { built.reload(); });
  if (watch) return std::move(*watch);
  spdlog::warn("{}", watch.error().message);
  return nullptr;
}

/// Each connection takes one, each model and each stored state a few.
void allow_many_open_files() {
  constexpr rlim_t enough = 65'536;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= enough) return;
  limit.rlim_cur = std::min(limit.rlim_max, enough);
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
}

Result<void> run_serve(ServeOptions& options) {
  keep_freed_memory();
  allow_many_open_files();
  auto result = build_services(options.services);
  if (!result) return pass_on(result);
  BuiltServices& built = **result;
  gateway::Services& services = *built.services;
  gateway::ServerOptions server_options;
  {
    const auto routes = services.routes();
    const router::Config& config = routes->router->config();
    const std::string level = log_level(options, config);
    if (auto set = set_up_log(level, log_format(options, config)); !set) return set;
    auto made = server_options_for(options, config);
    if (!made) return pass_on(made);
    server_options = std::move(*made);
  }
  auto inherited = inherited_socket();
  if (!inherited) return pass_on(inherited);
  server_options.listening = *inherited;
  for (const std::string& warning : built.warnings) spdlog::warn("{}", warning);
  const auto reload = [&built] {
    boost::asio::post(built.services->workers, [&built] { built.reload(); });
  };
  gateway::Server* running = nullptr;
  const bool in_terminal = ::isatty(STDIN_FILENO) == 1;
  server_options.on_hangup = [&] {
    // A terminal that was closed sends the same signal.
    if (in_terminal && ::isatty(STDIN_FILENO) != 1) {
      running->stop();
    } else {
      reload();
    }
  };
  auto server = gateway::Server::listen(server_options, services, *built.network);
  if (!server) return pass_on(server);
  running = server->get();

  ::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> urls = (*server)->urls();
  const auto entry = ServerEntry::make({::getpid(), urls.front()});
  if (!entry) spdlog::warn("{}", entry.error().message);
  fmt::print("Hearth listens on {}\n", urls.front());
  for (std::size_t i = 1; i < urls.size(); ++i) fmt::print("and on {}\n", urls[i]);
  std::fflush(stdout);
  built.preload();
  const auto watch = watch_config(options.services, built);
  const std::string why = (*server)->run();
  spdlog::info("stopped: {}", why);
  return {};
}

Result<void> run_stop() {
  const auto state = running_server();
  if (!state) {
    fmt::print("No server is running.\n");
    return {};
  }
  if (::kill(state->pid, SIGTERM) != 0) {
    return fail(ErrorKind::forbidden,
                fmt::format("the server (process {}) is not yours to end", state->pid));
  }
  const auto until = Clock::now() + std::chrono::seconds(15);
  while (::kill(state->pid, 0) == 0) {
    if (Clock::now() > until) {
      return fail(
          ErrorKind::timeout,
          fmt::format("the server (process {}) was asked to stop and still runs", state->pid));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  fmt::print("Stopped the server at {}.\n", state->url);
  return {};
}

}  // namespace

void add_serve_commands(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ServeOptions>();
  CLI::App* serve =
      app.add_subcommand("serve", "The server: Anthropic and OpenAI APIs on one loopback port");
  serve
      ->add_option("--model", options->services.models,
                   "NAME, PATH or NAME=PATH; may be given several times, the first is the default")
      ->type_name("MODEL");
  serve
      ->add_option("--config", options->services.config_file,
                   "A configuration (Claude Code Router's, or the same in JSON5)")
      ->type_name("FILE");
  serve
      ->add_option("--listen,--host", options->hosts,
                   "Address to listen on, with a port (127.0.0.1:9000, [::1]:9000) or without "
                   "(default 127.0.0.1); may be given several times")
      ->type_name("ADDRESS");
  checked(serve->add_option("--port", options->port, "Port (default 8484; 0: any free one)"), "N",
          CLI::Range(0, 65535));
  checked(serve->add_option(
              "--context", options->services.context,
              "Window in tokens (default: the smallest of the trained length, 65536 and what "
              "memory allows)"),
          "N", CLI::Range(256, 16777216));
  checked(serve->add_option("--threads", options->services.threads,
                            "Threads to compute with (default: the physical cores)"),
          "N", CLI::Range(1, 512));
  serve
      ->add_option("--gpu-layers", options->services.gpu_layers,
                   "Layers to keep on the GPU: a number, or all")
      ->type_name("N");
  checked(
      serve->add_option("--flash-attention", options->services.flash_attention, "auto, on or off"),
      "WHEN", CLI::IsMember({"auto", "on", "off"}));
  checked(serve->add_option("--mode", options->services.mode,
                            "fast, or exact: the same answers to the last bit whatever is cached, "
                            "one request after the other"),
          "MODE", CLI::IsMember({"fast", "exact"}));
  serve
      ->add_option("--chat-template", options->services.chat_template,
                   "A file with a Jinja template, or chatml, instead of the model's own")
      ->type_name("FILE");
  checked(serve->add_option("--prefill-share", options->services.prefill_share,
                            "Share of the time that the longest prompt being read gets at least "
                            "while others are served, in per cent (default 25)"),
          "PERCENT", CLI::Range(1, 90));
  sized(serve->add_option(
      "--kv-device", options->services.kv_device_bytes,
      "Device memory for the KV state that all requests of a model share, such as 2GiB "
      "(default: one window of --context tokens)"));
  sized(serve->add_option(
      "--kv-host", options->services.kv_host_bytes,
      "Host memory for KV state that is not in use, such as 4GiB (default: a quarter of "
      "what is free, at most 8GiB; 0: none)"));
  sized(serve->add_option(
      "--kv-disk", options->services.kv_disk_bytes,
      "Disk space for KV state, which outlives the server (default: a tenth of what is "
      "free, at most 32GiB; 0: none)"));
  serve
      ->add_option("--max-body", options->services.max_body_bytes,
                   "Largest request body in bytes (default 33554432)")
      ->type_name("BYTES");
  checked(serve->add_option("--max-connections", options->services.max_connections,
                            "Connections that are served at a time; others get 503 (default 2048)"),
          "N", CLI::Range(1, 1'000'000));
  serve
      ->add_option("--idle-exit", options->idle_exit_minutes,
                   "Stop when nothing was asked for this many minutes")
      ->type_name("MINUTES");
  checked(serve->add_option("--stop-timeout", options->stop_timeout_seconds,
                            "How long a stop waits for running answers (default 5)"),
          "SECONDS", CLI::Range(0, 86400));
  serve->add_option("--log-level", options->log_level, "trace, debug, info, warn, error or off")
      ->type_name("LEVEL");
  checked(serve->add_option("--log-format", options->log_format,
                            "text, or json: one object a line (default text)"),
          "FORMAT", CLI::IsMember({"text", "json"}));
  serve->callback([options, &exit_code] { finish(run_serve(*options), exit_code); });

  CLI::App* stop = app.add_subcommand("stop", "Ends the server that was started on this account");
  stop->callback([&exit_code] { finish(run_stop(), exit_code); });
}

}  // namespace hearth::cli
