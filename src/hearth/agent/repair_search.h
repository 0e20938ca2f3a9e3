#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "hearth/agent/client.h"
#include "hearth/agent/process.h"
#include "hearth/agent/repair_focus.h"
#include "hearth/agent/repair_prompt.h"
#include "hearth/agent/test_report.h"
#include "hearth/agent/trial.h"
#include "hearth/base/clock.h"

namespace hearth::agent {

struct SearchLimits {
  int attempts = 60;
  int parallel = 4;
  double temperature = 0.8;
  std::uint32_t seed = 0;  ///< of the first candidate; each further one has the next
  std::chrono::seconds time{480};
  std::int64_t tokens = 0;  ///< computed, at most; 0: any
};

/// A state of the file that was tried.
struct Candidate {
  std::string content;
  std::string output;  ///< the check's
  TestReport report;
};

/// Looks for a content of one file with which the check passes: asks for the whole file, its
/// functions and its lines, several at a time from one shared prompt, tries each answer in a copy
/// of the folder while others are still being written, and goes on from what brought the check
/// further. The first that passes ends it. Of a file that is too large to be written as a whole it
/// shows, and asks about, only the functions that the failures point at, until half of the
/// candidates are used up.
class RepairSearch {
 public:
  struct Setting {
    const Server& server;
    std::filesystem::path folder;
    TrialCheck check;
    std::string model;
    SearchLimits limits;
    Sources tests;
    std::string tests_in_file;  ///< put behind every candidate's code: tests the file itself holds
  };
  struct Progress {
    int asked = 0;     ///< candidates begun
    int rejected = 0;  ///< unchanged, repeated or without code
    int tried = 0;
    std::string best;  ///< the best report so far, in words
    std::optional<chat::PrefillProgress> prefill;
    int writing = 0;             ///< being written at present
    int checking = 0;            ///< being tried at present
    std::size_t characters = 0;  ///< written so far by those in work
  };
  struct Result {
    Candidate best;
    int asked = 0;
    int tried = 0;
    chat::Usage usage;
    std::optional<Error> error;  ///< the server failed: the search could not go on
    bool interrupted = false;
  };
  using OnProgress = std::function<void(const Progress&)>;
  /// A candidate was tried: for the record and the person.
  using OnTried = std::function<void(const Candidate&, std::string_view what)>;

  /// `view` describes the file as it is, `start` what the check says of it.
  RepairSearch(Setting setting, RepairView view, Candidate start);

  Result run(const std::stop_token& stop, const OnProgress& on_progress, const OnTried& on_tried);

 private:
  struct Question {
    RepairUnit unit;
    double temperature = 0;
  };
  struct Tried {
    Candidate candidate;
    std::string what;
  };

  [[nodiscard]] bool out_of_budget() const;
  [[nodiscard]] std::vector<Question> functions_and_file(int pass) const;
  [[nodiscard]] std::vector<Question> lines(int pass) const;
  [[nodiscard]] std::string whole(const std::string& code) const;
  /// Asks all questions about `view_`; returns what was tried, the passing one last if one did.
  std::vector<Tried> ask(const std::vector<Question>& questions, const std::stop_token& stop,
                         const OnProgress& on_progress, const OnTried& on_tried);
  /// Tries `code` now. Nothing if it was tried before.
  std::optional<Candidate> try_now(const std::string& code, const std::stop_token& stop);
  void start_from(const Candidate& candidate);
  [[nodiscard]] bool may_focus() const;
  void focus();
  /// Combines what helped, in different places, into one.
  std::vector<Tried> combine(const std::vector<Tried>& better, const std::stop_token& stop,
                             const OnTried& on_tried);
  [[nodiscard]] std::string describe(const RepairUnit& unit) const;
  void count_usage(const chat::Usage& usage);

  Setting setting_;
  RepairView view_;
  std::optional<RepairFocus> focus_;
  Candidate original_;
  Candidate base_;
  Result result_;
  Progress progress_;
  std::set<std::string> known_;  ///< `sameness_key` of what was tried
  Clock::time_point started_ = Clock::now();
};

}  // namespace hearth::agent
