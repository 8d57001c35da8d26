// How the cost of the walk and of the second look grows with hostile input: every piece of the list
// at n, 2n and 4n bytes, as text, inside JSON and as the value of fields. From n to 4n the cost
// grows by 4 when it is linear, by 16 when it is quadratic. Prints the worst rows first.
//
//   ninja -C build/dev anonymize_growth && build/dev/tests/anonymize_growth [BYTES] [PIECE]
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "../unit/anonymize/hostile.h"
#include "anonymize/engine.h"

namespace pmx::anonymize {
namespace {

/// Seconds of processor time this process has used.
double used() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

struct Fixture {
  MemoryMapping mapping;
  std::unique_ptr<Engine> engine;

  Fixture() {
    auto opened = Engine::open(Secret(std::string(32, 'b')), mapping);
    if (!opened.ok()) std::abort();
    engine = std::move(opened).value();
    const std::vector<Name> names{
        {Kind::kNode, "pve-muc-01"},   {Kind::kVm, "nautilus"},           {Kind::kVm, "web"},
        {Kind::kVm, "payroll-db"},     {Kind::kStorage, "tank-ssd"},      {Kind::kHost, "db51"},
        {Kind::kUser, "anna.schmidt"}, {Kind::kDomain, "acme-widgets.de"}};
    if (!engine->learn(names).ok()) std::abort();
  }
};

/// One way to feed a text to the engine.
struct Way {
  const char* name;
  std::function<void(Engine&, const std::string&)> run;
};

const Way kWays[] = {
    {"text", [](Engine& engine,
                const std::string& in) { static_cast<void>(engine.anonymize_text(in).ok()); }},
    {"check",
     [](Engine& engine, const std::string& in) { static_cast<void>(engine.check(in).ok()); }},
    {"reveal",
     [](Engine& engine, const std::string& in) { static_cast<void>(engine.reveal(in).ok()); }},
    {"string",
     [](Engine& engine, const std::string& in) {
       static_cast<void>(engine.anonymize_json("{\"log\":" + json_string(in) + "}").ok());
     }},
    {"twice",
     [](Engine& engine, const std::string& in) {
       static_cast<void>(
           engine.anonymize_json(json_string("{\"log\":" + json_string(in) + "}")).ok());
     }},
    {"tags",
     [](Engine& engine, const std::string& in) {
       static_cast<void>(engine.anonymize_json("{\"tags\":" + json_string(in) + "}").ok());
     }},
    {"hostname",
     [](Engine& engine, const std::string& in) {
       static_cast<void>(
           engine.anonymize_json("{\"vmid\":1,\"hostname\":" + json_string(in) + "}").ok());
     }},
    {"key",
     [](Engine& engine, const std::string& in) {
       static_cast<void>(engine.anonymize_json("{" + json_string(in) + ":1}").ok());
     }},
    {"person",
     [](Engine& engine, const std::string& in) {
       static_cast<void>(
           engine.anonymize_json("{\"userid\":\"a\",\"comment\":" + json_string(in) + "}").ok());
     }},
    {"phone",
     [](Engine& engine, const std::string& in) {
       static_cast<void>(engine.anonymize_json("{\"phone\":" + json_string(in) + "}").ok());
     }},
    {"bare", [](Engine& engine,
                const std::string& in) { static_cast<void>(engine.anonymize_json(in).ok()); }},
};

double cost(const Way& way, const std::string& in) {
  Fixture fixture;
  const double before = used();
  way.run(*fixture.engine, in);
  return used() - before;
}

struct Row {
  double ratio;
  double seconds;
  std::string what;
};

int measure(std::size_t size, std::string_view only) {
  std::vector<Row> rows;
  const double limit = 0.02;
  for (const std::string_view piece : kHostilePieces) {
    if (!only.empty() && piece != only) continue;
    for (const Way& way : kWays) {
      const double once = cost(way, repeated(piece, size));
      const double twice = cost(way, repeated(piece, size * 2));
      double four = twice;
      if (twice > limit / 4) four = cost(way, repeated(piece, size * 4));
      const double ratio = four > limit && once > 0 ? four / once : 1;
      rows.push_back({ratio, four, std::string(way.name) + " " + json_string(piece)});
    }
  }
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.ratio > b.ratio; });
  std::printf("growth from %zu to %zu bytes (linear: 4)\n", size, size * 4);
  for (std::size_t i = 0; i < rows.size() && (i < 40 || rows[i].ratio > 6); ++i)
    std::printf("%6.1f x  %8.3f s  %s\n", rows[i].ratio, rows[i].seconds, rows[i].what.c_str());
  std::sort(rows.begin(), rows.end(),
            [](const Row& a, const Row& b) { return a.seconds > b.seconds; });
  std::printf("slowest at %zu bytes\n", size * 4);
  for (std::size_t i = 0; i < rows.size() && i < 20; ++i)
    std::printf("%6.1f x  %8.3f s  %s\n", rows[i].ratio, rows[i].seconds, rows[i].what.c_str());
  return 0;
}

}  // namespace
}  // namespace pmx::anonymize

int main(int argc, char** argv) {
  const std::size_t size = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 16384;
  return pmx::anonymize::measure(size, argc > 2 ? argv[2] : "");
}
