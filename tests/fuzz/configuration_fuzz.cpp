// A configuration, with rules; one that is understood routes some requests.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "hearth/router/router.h"

namespace {

using namespace hearth;  // a program of one file

class Bytes final : public router::TokenCounter {
 public:
  std::size_t count(const chat::Request& request, const router::Target&) const override {
    return upper_bound(request) / 4;
  }
};

chat::Request request(std::string model, std::string text) {
  chat::Request asked;
  asked.model = std::move(model);
  asked.session = "one";
  asked.messages.push_back({chat::Role::user, {chat::TextBlock{std::move(text), {}}}});
  return asked;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto environment = [](const std::string& name) -> std::optional<std::string> {
    return name == "KEY" ? std::optional<std::string>("secret") : std::nullopt;
  };
  auto config = router::parse_config(text, "config.json", environment);
  if (!config) return 0;
  const router::Router router(std::move(*config));
  const router::Arrival arrival{"/v1/messages", [](const std::string& name) { return name; }};
  for (const char* model : {"claude-haiku-4-5", "claude-sonnet-4-5", "p,m", ""}) {
    (void)router.decide(request(model, "Explain <CCR-SUBAGENT-MODEL>p,m</CCR-SUBAGENT-MODEL>"),
                        arrival, Bytes());
  }
  return 0;
}
