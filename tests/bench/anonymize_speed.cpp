// How fast the privacy engine is: log text with and without the second look, beside one combined
// RE2 alternation over the same text; tool results of 100 KB through the whole gate; start and
// memory with 10,000 names. Processor time of this process, the best of some runs: on a shared
// machine the ratio counts, not the absolute figure.
//
// Prints a JSON object a row; compare.py judges them.
//
//   ./dev bench, or: ninja -C build/release anonymize_speed; its argument is megabytes of log text
#include <re2/re2.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "anonymize/engine.h"
#include "base/clock.h"
#include "log_text.h"
#include "sim/cluster.h"

namespace pmx::bench {
namespace {

using anonymize::Engine;
using anonymize::MemoryMapping;
using anonymize::Name;

constexpr int kRuns = 5;
constexpr double kMega = 1e6;

/// Seconds of processor time this process has used.
double used() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

double best_of(int runs, const std::function<void()>& work) {
  double best = 1e9;
  for (int i = 0; i < runs; ++i) {
    const double before = used();
    work();
    best = std::min(best, used() - before);
  }
  return best;
}

double resident_mebibytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) return std::strtod(line.c_str() + 6, nullptr) / 1024;
  return 0;
}

template <class T>
T must(Result<T> result, const char* what) {
  if (result.ok()) return std::move(result).value();
  std::fprintf(stderr, "%s: %s\n", what, result.error().text().c_str());
  std::exit(1);
}

void must(const Result<void>& result, const char* what) {
  if (result.ok()) return;
  std::fprintf(stderr, "%s: %s\n", what, result.error().text().c_str());
  std::exit(1);
}

struct Fixture {
  explicit Fixture(std::size_t count) : names(made_names(count)) {
    engine = must(Engine::open(Secret(std::string(32, 'b')), mapping), "open");
    must(engine->learn(names), "learn");
  }
  std::vector<Name> names;
  MemoryMapping mapping;
  std::unique_ptr<Engine> engine;
};

/// What a tool would look for with one expression: every shape with a group of its own, so that the
/// kind of a hit is known, and a hundred of the names.
double alternation_seconds(std::string_view text, const std::vector<Name>& names) {
  constexpr int kGroups = 13;
  std::string expression =
      "(UPID:[^\\s:]+:[0-9A-Fa-f]{8}:[0-9A-Fa-f]{8,9}:[0-9A-Fa-f]{8}:[^\\s:]+:[^\\s:]*:[^\\s:]+:)"
      "|(\\b(?:\\d{1,3}\\.){3}\\d{1,3}\\b)|(\\b(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}\\b)"
      "|(\\b(?:[0-9A-Fa-f]{1,4}:){2,7}:?(?:[0-9A-Fa-f]{1,4})?\\b)"
      "|(\\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\b)"
      "|([A-Za-z0-9._-]+@[A-Za-z0-9.-]+(?:![A-Za-z0-9._-]+)?)"
      "|(\\b(?:[A-Za-z0-9-]+\\.)+(?:de|com|net|org|local|lan|internal|io)\\b)"
      "|((?i:password|passwd|secret|token|apikey)\\s*[=:]\\s*\\S+)"
      "|(-----BEGIN [A-Z ]+-----)|(eyJ[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+)"
      "|(gh[pousr]_[A-Za-z0-9]{20,}|AKIA[A-Z0-9]{16})|(\\+\\d[\\d /-]{8,})|(\\b(?i:";
  for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 100); ++i)
    expression += (i > 0 ? "|" : "") + RE2::QuoteMeta(names[i].value);
  const RE2 pattern(expression + ")\\b)");
  const re2::StringPiece all(text.data(), text.size());
  std::array<re2::StringPiece, kGroups + 1> groups;
  std::size_t found = 0;
  const double seconds = best_of(kRuns, [&] {
    found = 0;
    for (std::size_t at = 0;
         pattern.Match(all, at, all.size(), RE2::UNANCHORED, groups.data(), kGroups + 1); ++found)
      at = static_cast<std::size_t>(groups[0].data() - all.data()) +
           std::max<std::size_t>(groups[0].size(), 1);
  });
  if (found == 0) std::exit(1);
  return seconds;
}

void measure_logs(std::size_t bytes, std::size_t count) {
  Fixture fixture(count);
  Engine& engine = *fixture.engine;
  for (const unsigned percent : {1U, 5U, 20U, 100U}) {
    const std::string text = LogText(percent, fixture.names).make(bytes, percent);
    std::string shown = must(engine.anonymize_text(text), "text");  // issues what is new
    const double alone = best_of(kRuns, [&] { shown = must(engine.anonymize_text(text), "text"); });
    const double second = best_of(kRuns, [&] { must(engine.check(shown), "check"); });
    const double pattern = alternation_seconds(text, fixture.names);
    const double size = static_cast<double>(text.size()) / kMega;
    std::printf(
        R"({"row":"log","names":%zu,"percent":%u,"anonymize":%.1f,"both":%.1f,"check":%.1f,"re2":%.1f})"
        "\n",
        count, percent, size / alone, size / (alone + second), size / second, size / pattern);
  }
}

/// Answers of the simulated cluster put together to about 100 KB, as a result and as its text twin.
std::string tool_result(std::string_view path) {
  sim::Cluster cluster({5, 250, 7}, system_clock());
  std::string rows;
  while (rows.size() < 100'000) {
    const auto answer = cluster.handle(
        {"GET",
         std::string(path.substr(0, path.find('?'))),
         path.find('?') == std::string_view::npos ? ""
                                                  : std::string(path.substr(path.find('?') + 1)),
         "",
         {{"authorization", "PVEAPIToken=" + cluster.access().token}}});
    if (answer.status != 200) {
      std::fprintf(stderr, "%s: %d\n", std::string(path).c_str(), answer.status);
      std::exit(1);
    }
    rows += (rows.empty() ? "" : ",") + answer.body;
  }
  return "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[],\"structuredContent\":{\"rows\":"
         "[" +
         rows + "]}}}";
}

/// Seconds for a document that an engine sees first, over a map that has its rows.
double first_seconds(Fixture& fixture, std::string_view json) {
  double best = 1e9;
  for (int i = 0; i < kRuns; ++i) {
    const auto engine = must(Engine::open(Secret(std::string(32, 'b')), fixture.mapping), "open");
    must(engine->learn(fixture.names), "learn");
    const double before = used();
    must(engine->anonymize_json(json), "json");
    best = std::min(best, used() - before);
  }
  return best;
}

void measure_documents() {
  Fixture fixture(100);
  Engine& engine = *fixture.engine;
  for (const char* path : {"/cluster/resources", "/cluster/tasks", "/access/users?full=1"}) {
    const std::string json = tool_result(path);
    std::string shown = must(engine.anonymize_json(json), "json");
    const double alone =
        best_of(kRuns * 4, [&] { shown = must(engine.anonymize_json(json), "json"); });
    const double second = best_of(kRuns * 4, [&] { must(engine.check(shown), "check"); });
    const double hundred = 100'000 / static_cast<double>(json.size()) * 1000;
    std::printf(
        R"({"row":"document","path":"%s","first_ms":%.3f,"anonymize_ms":%.3f,"check_ms":%.3f,"both_ms":%.3f})"
        "\n",
        path, first_seconds(fixture, json) * hundred, alone * hundred, second * hundred,
        (alone + second) * hundred);
  }
}

/// A start: the map's rows are there, and the inventory's names are told again.
void measure_start(std::size_t count) {
  Fixture first(count);
  const double before = resident_mebibytes();
  std::unique_ptr<Engine> engine;
  const double seconds = best_of(1, [&] {
    engine = must(Engine::open(Secret(std::string(32, 'b')), first.mapping), "open");
    must(engine->learn(first.names), "learn");
  });
  std::printf(R"({"row":"start","names":%zu,"ms":%.1f,"mib":%.1f})"
              "\n",
              count, seconds * 1000, resident_mebibytes() - before);
}

}  // namespace
}  // namespace pmx::bench

int main(int argc, char** argv) {
  const double megabytes = argc > 1 ? std::strtod(argv[1], nullptr) : 8;
  const auto bytes = static_cast<std::size_t>(megabytes * pmx::bench::kMega);
  pmx::bench::measure_start(10'000);
  pmx::bench::measure_documents();
  for (const std::size_t count : {100U, 1'000U, 10'000U}) pmx::bench::measure_logs(bytes, count);
}
