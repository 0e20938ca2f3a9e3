#include "hearth/engine/chat_answers.h"

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "hearth/base/log.h"
#include "hearth/engine/answer_record.h"
#include "hearth/engine/grammar_schema.h"
#include "hearth/engine/next_prompt.h"
#include "hearth/engine/output_parser.h"
#include "hearth/engine/probabilities.h"
#include "hearth/engine/task.h"

namespace hearth::engine {
namespace {

namespace asio = boost::asio;
using Strand = asio::strand<asio::thread_pool::executor_type>;

/// One answer between the engine's thread, where its raw output arrives, and the strand, where it
/// is parsed and handed on. Output that arrives while earlier output is parsed is parsed together.
class Answer : public std::enable_shared_from_this<Answer> {
 public:
  Answer(Strand strand, chat::EventSink sink)
      : strand_(std::move(strand)), delivery_(std::move(sink)) {}

  using Prepare = std::move_only_function<Result<Generation>(const Instance&)>;

  /// `request`: whose conversation may go on after this; null: a raw completion.
  void begin(ChatAnswers::FindInstance find_instance, Prepare prepare,
             std::shared_ptr<const chat::Request> request) {
    request_ = std::move(request);
    asio::post(strand_, [self = shared_from_this(), find = std::move(find_instance),
                         make = std::move(prepare)]() mutable { self->run(find, make); });
  }

  void cancel() {
    delivery_.cancel();
    std::unique_ptr<Job> job;
    {
      const std::lock_guard lock(mutex_);
      job = std::move(job_);
    }
  }

 private:
  void run(ChatAnswers::FindInstance& find_instance, Prepare& prepare) {
    if (delivery_.cancelled()) return;
    auto instance = find_instance();
    if (!instance) {
      delivery_.deliver(chat::Failed{instance.error()});
      return;
    }
    instance_ = std::move(*instance);
    auto generation = prepare(*instance_);
    if (!generation) {
      delivery_.deliver(chat::Failed{generation.error()});
      return;
    }
    for (const std::string& warning : generation->prompt.warnings) spdlog::info("{}", warning);
    parser_.emplace(generation->prompt.format);
    echo_ = std::move(generation->echo);
    prompt_ = generation->prompt.tokens;
    sampled_ = generation->sampled;
    auto job = instance_->generate(std::move(*generation),
                                   [self = shared_from_this()](chat::Event event) mutable {
                                     self->arrived(std::move(event));
                                   });
    {
      const std::lock_guard lock(mutex_);
      job_ = std::move(job);
    }
    // Cancelled while the job was being made: cancel() did not see it.
    if (delivery_.cancelled()) cancel();
  }

  void arrived(chat::Event event) {
    const std::lock_guard lock(mutex_);
    arrived_.push_back(std::move(event));
    if (arrived_.size() == 1) {
      asio::post(strand_, [self = shared_from_this()] { self->hand_on(); });
    }
  }

  void hand_on() {
    std::vector<chat::Event> events;
    {
      const std::lock_guard lock(mutex_);
      events.swap(arrived_);
    }
    std::string text;
    for (chat::Event& event : events) {
      if (auto* delta = std::get_if<chat::TextDelta>(&event)) {
        text += delta->text;
        aligner_.add(std::move(delta->tokens));
        continue;
      }
      deliver(parser_->feed(text));
      text.clear();
      auto* finished = std::get_if<chat::Finished>(&event);
      if (finished == nullptr) {
        const bool started = std::holds_alternative<chat::Started>(event);
        delivery_.deliver(std::move(event));
        if (started && !echo_.empty()) delivery_.deliver(chat::TextDelta{std::move(echo_)});
        continue;
      }
      deliver(parser_->finish());
      remember();
      if (finished->reason == chat::StopReason::stop_sequence && !asked_for(*finished)) {
        finished->reason = chat::StopReason::end_turn;
        finished->stop_sequence.clear();
      }
      if (parser_->called_tools() && finished->reason == chat::StopReason::end_turn) {
        finished->reason = chat::StopReason::tool_use;
      }
      delivery_.deliver(std::move(event));
      expect_next();
      return;
    }
    deliver(parser_->feed(text));
  }

  void deliver(std::vector<chat::Event> events) {
    for (chat::Event& event : events) {
      if (auto* delta = std::get_if<chat::TextDelta>(&event)) {
        delta->tokens = aligner_.take(delta->text);
      }
      made_.add(event);
      delivery_.deliver(std::move(event));
    }
  }

  /// False for a stop of the template's own.
  [[nodiscard]] bool asked_for(const chat::Finished& finished) const {
    return !request_ ||
           std::ranges::find(request_->stop, finished.stop_sequence) != request_->stop.end();
  }

  /// A client that goes on with this answer sends it back; it is then read as it was written.
  void remember() {
    if (!request_) return;
    instance_->replays().remember(instance_->weights(), {.prompt = std::move(prompt_),
                                                         .sampled = std::move(*sampled_),
                                                         .text = made_.text(),
                                                         .thinking = made_.thinking(),
                                                         .call_id = made_.call_id()});
  }

  void expect_next() {
    if (!request_) return;
    auto prefix =
        next_prompt(instance_->weights(), instance_->replays(), *request_, made_.message());
    if (!prefix.empty()) instance_->expect(request_->session, std::move(prefix));
  }

  Strand strand_;
  Delivery delivery_;
  std::shared_ptr<Instance> instance_;
  std::optional<OutputParser> parser_;
  AnswerRecord made_;
  TokenAligner aligner_;
  std::string echo_;
  std::shared_ptr<const chat::Request> request_;
  std::vector<Token> prompt_;
  std::shared_ptr<std::vector<Token>> sampled_;

  std::mutex mutex_;
  std::unique_ptr<Job> job_;
  std::vector<chat::Event> arrived_;
};

class AnswerJob final : public Job {
 public:
  explicit AnswerJob(std::shared_ptr<Answer> answer) : answer_(std::move(answer)) {}
  ~AnswerJob() override { answer_->cancel(); }

 private:
  std::shared_ptr<Answer> answer_;
};

Result<Generation> prepare_chat(const Instance& instance, const chat::Request& request) {
  auto prompt = render(instance.weights(), request);
  if (!prompt) return pass_on(prompt);
  Generation generation;
  generation.prompt = std::move(*prompt);
  generation.prompt.tokens = instance.replays().replay(instance.weights(), request.messages,
                                                       std::move(generation.prompt.tokens));
  generation.sampled = std::make_shared<std::vector<Token>>();
  generation.sampler.sampling = request.sampling;
  generation.sampler.logit_bias = request.logit_bias;
  generation.sampler.thinking_budget = request.thinking.budget_tokens;
  generation.top_logprobs = request.top_logprobs;
  generation.stops = request.stop;
  generation.stops.insert(generation.stops.end(), generation.prompt.stops.begin(),
                          generation.prompt.stops.end());
  generation.max_tokens = request.max_tokens;
  generation.session = request.session;
  return generation;
}

Result<Generation> prepare_raw(const Instance& instance, ChatAnswers::RawRequest& request) {
  auto prompt = raw_prompt(instance.weights(), request.prompt,
                           request.infill ? Weights::Begin::bare : Weights::Begin::of_sequence);
  if (!prompt) return pass_on(prompt);
  Generation generation;
  if (request.echo) generation.echo = prompt->text;
  if (request.infill) {
    auto around = infill_prompt(instance.weights(), *request.infill, std::move(*prompt));
    if (!around) return pass_on(around);
    *prompt = std::move(*around);
  }
  generation.prompt = std::move(*prompt);
  generation.sampler = std::move(request.sampler);
  if (request.json_schema) {
    auto grammar = schema_grammar(*request.json_schema);
    if (!grammar) return pass_on(grammar);
    generation.sampler.grammar = std::move(*grammar);
  }
  generation.top_logprobs = request.top_logprobs;
  generation.stops = std::move(request.stops);
  generation.max_tokens = request.max_tokens;
  return generation;
}

}  // namespace

struct ChatAnswers::Pool {
  explicit Pool(int n_threads) : threads(static_cast<std::size_t>(n_threads)) {}
  asio::thread_pool threads;
};

ChatAnswers::ChatAnswers(int n_threads) : pool_(std::make_unique<Pool>(n_threads)) {}

ChatAnswers::~ChatAnswers() {
  pool_->threads.join();
}

void ChatAnswers::post(std::move_only_function<void()> work) {
  asio::post(pool_->threads, std::move(work));
}

std::unique_ptr<Job> ChatAnswers::answer(FindInstance find_instance, chat::Request request,
                                         chat::EventSink sink) {
  auto answer =
      std::make_shared<Answer>(asio::make_strand(pool_->threads.executor()), std::move(sink));
  const auto asked = std::make_shared<const chat::Request>(std::move(request));
  answer->begin(
      std::move(find_instance),
      [asked](const Instance& instance) { return prepare_chat(instance, *asked); }, asked);
  return std::make_unique<AnswerJob>(std::move(answer));
}

std::unique_ptr<Job> ChatAnswers::complete(FindInstance find_instance, RawRequest request,
                                           chat::EventSink sink) {
  auto answer =
      std::make_shared<Answer>(asio::make_strand(pool_->threads.executor()), std::move(sink));
  answer->begin(
      std::move(find_instance),
      [request = std::move(request)](const Instance& instance) mutable {
        return prepare_raw(instance, request);
      },
      nullptr);
  return std::make_unique<AnswerJob>(std::move(answer));
}

}  // namespace hearth::engine
