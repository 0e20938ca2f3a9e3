#include "hearth/provider/replicas.h"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

#include "hearth/provider/fallback.h"

namespace hearth::provider {
namespace {

/// Chains what it is given.
class Chain {
 public:
  void add(std::string_view text) {
    state_ = (state_ ^ std::hash<std::string_view>{}(text)) * 0x9E3779B97F4A7C15;
    state_ ^= state_ >> 29;
  }
  [[nodiscard]] std::uint64_t state() const { return state_; }

 private:
  std::uint64_t state_ = 1;
};

struct AddBlock {
  Chain& chain;

  void operator()(const chat::TextBlock& text) { chain.add(text.text); }
  void operator()(const chat::ImageBlock& image) {
    chain.add(image.url);
    chain.add(image.data);
  }
  void operator()(const chat::DocumentBlock& document) {
    chain.add(document.title);
    chain.add(document.text);
  }
  // Servers' templates drop old thoughts: they do not tell conversations apart.
  void operator()(const chat::ThinkingBlock&) {}
  void operator()(const chat::RedactedThinkingBlock&) {}
  void operator()(const chat::ServerToolBlock&) {}
  void operator()(const chat::ToolUseBlock& use) {
    chain.add(use.name);
    chain.add(use.arguments);
  }
  void operator()(const chat::ToolReferenceBlock& reference) { chain.add(reference.tool_name); }
  void operator()(const chat::ToolResultBlock& result) {
    for (const chat::ResultPart& part : result.content) std::visit(*this, part);
  }
};

}  // namespace

std::size_t KnownPrefixes::known_of(const std::vector<std::uint64_t>& chain) const {
  const std::lock_guard lock(mutex_);
  const auto unknown = std::ranges::find_if(
      chain, [this](std::uint64_t hash) { return known_.find(hash) == nullptr; });
  return static_cast<std::size_t>(unknown - chain.begin());
}

void KnownPrefixes::remember(const std::vector<std::uint64_t>& chain) {
  const std::lock_guard lock(mutex_);
  for (const std::uint64_t hash : chain) known_.use(hash);
}

std::vector<std::uint64_t> prefix_chain(const chat::Request& request) {
  Chain chain;
  chain.add(request.model);
  for (const chat::Tool& tool : request.tools) {
    chain.add(tool.name);
    chain.add(tool.description);
    chain.add(to_json(tool.input_schema));
  }
  std::vector<std::uint64_t> states;
  states.reserve(request.messages.size());
  for (const chat::Message& message : request.messages) {
    chain.add(message.role == chat::Role::assistant ? "assistant" : "other");
    for (const chat::Block& block : message.content) std::visit(AddBlock{chain}, block);
    states.push_back(chain.state());
  }
  return states;
}

ReplicatedProvider::ReplicatedProvider(std::string name,
                                       std::vector<std::shared_ptr<Provider>> servers,
                                       std::vector<std::string> shown)
    : name_(std::move(name)) {
  for (std::size_t i = 0; i < servers.size(); ++i) {
    auto replica = std::make_shared<Replica>();
    replica->server = std::move(servers[i]);
    replica->shown = std::move(shown[i]);
    replicas_.push_back(std::move(replica));
  }
}

std::vector<std::string> ReplicatedProvider::models() const {
  return replicas_.front()->server->models();
}

std::unique_ptr<Call> ReplicatedProvider::start(chat::Request request, chat::EventSink sink) {
  const auto chain = std::make_shared<const std::vector<std::uint64_t>>(prefix_chain(request));
  struct Choice {
    std::shared_ptr<Replica> replica;
    std::size_t known;
    long running;
  };
  std::vector<Choice> choices;
  choices.reserve(replicas_.size());
  for (const auto& replica : replicas_) {
    choices.push_back({replica, replica->prefixes.known_of(*chain), replica->n_running()});
  }
  std::ranges::stable_sort(choices, [](const Choice& a, const Choice& b) {
    return a.known != b.known ? a.known > b.known : a.running < b.running;
  });
  const auto asked = std::make_shared<const chat::Request>(std::move(request));
  std::vector<Attempt> attempts;
  for (const Choice& choice : choices) {
    Attempt attempt;
    attempt.route = choice.replica->shown;
    attempt.provider = choice.replica->server;
    attempt.health = choice.replica->health;
    // Held as long as the attempts are, from when it is this one's turn.
    attempt.request = [asked, chain, replica = choice.replica,
                       in_use = std::shared_ptr<void>()]() mutable {
      in_use = replica->in_use;
      replica->prefixes.remember(*chain);
      return *asked;
    };
    attempts.push_back(std::move(attempt));
  }
  const auto trail = std::make_shared<AttemptTrail>();
  auto naming = [trail, sink = std::move(sink)](chat::Event event) mutable {
    if (auto* started = std::get_if<chat::Started>(&event)) started->server = trail->route();
    sink(std::move(event));
  };
  return start_with_fallback(std::move(attempts), std::move(naming), trail);
}

}  // namespace hearth::provider
