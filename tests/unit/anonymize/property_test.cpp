// Properties that hold for every document: seeded random documents from all grammars.
#include <random>
#include <set>
#include <thread>

#include "base/json.h"
#include "fixture.h"

namespace pmx::anonymize {
namespace {

class Documents {
 public:
  explicit Documents(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t bound) { return random_() % bound; }

  template <std::size_t N>
  std::string pick(const char* const (&table)[N]) {
    return table[below(N)];
  }

  std::string number(std::size_t low, std::size_t high) {
    return std::to_string(low + below(high - low));
  }

  std::string ipv4() {
    static constexpr const char* kHeads[] = {"10.",     "192.168.", "172.17.",
                                             "100.65.", "203.0.",   "88.198."};
    std::string out = pick(kHeads);
    while (std::count(out.begin(), out.end(), '.') < 3) out += number(0, 255) + ".";
    return out + number(1, 255);
  }

  std::string hex(std::size_t count) {
    std::string out;
    while (out.size() < count) out += "0123456789abcdef"[below(16)];
    return out;
  }

  std::string mac() {
    std::string out = below(2) == 0 ? "BC:24:11" : "52:54:00";
    for (int i = 0; i < 3; ++i) out += ":A" + std::string(1, "0123456789ABCDEF"[below(16)]);
    return out;
  }

  std::string sensitive() {
    static constexpr const char* kNames[] = {"pve-muc-01", "PVE-MUC-02",  "payroll-db", "Nautilus",
                                             "tank-ssd",   "kunde-huber", "munich-prod"};
    switch (below(8)) {
      case 0: return ipv4();
      case 1: return mac();
      case 2: return "2001:db8:" + hex(3) + "::" + number(1, 9999);
      case 3: return hex(8) + "-" + hex(4) + "-4" + hex(3) + "-9" + hex(3) + "-" + hex(12);
      case 4: return "u" + hex(5) + "@acme-ad";
      case 5: return "h" + hex(4) + "x.acme-widgets.de";
      default: return pick(kNames);
    }
  }

  std::string line() {
    static constexpr const char* kBefore[] = {"",   "at ",       "x=", "(", "host ",
                                              "a,", "/mnt/pve/", "[",  "'", "on: "};
    static constexpr const char* kAfter[] = {"",    " done", ",y", ")",  ".",
                                             "/24", "]",     "'",  "\n", " 12:34:56"};
    return pick(kBefore) + sensitive() + pick(kAfter);
  }

  std::string json(int depth = 0) {
    if (depth > 3 || below(3) == 0) return dump_json(Json(line()));
    std::string out = below(2) == 0 ? "[" : "{";
    const bool object = out == "{";
    const std::size_t members = 1 + below(4);
    for (std::size_t i = 0; i < members; ++i) {
      static constexpr const char* kKeys[] = {"id", "note", "status", "cpu", "ip", "log", "text"};
      if (i > 0) out += below(2) == 0 ? "," : " ,\n";
      if (object) out += "\"" + pick(kKeys) + number(0, 99) + "\": ";
      switch (below(4)) {
        case 0: out += number(0, 99999) + ".50e1"; break;
        case 1: out += "null"; break;
        default: out += json(depth + 1);
      }
    }
    return out + (object ? "}" : "]");
  }

 private:
  std::mt19937 random_;
};

bool same_shape(const Json& a, const Json& b) {
  if (a.type() != b.type() || a.size() != b.size()) return false;
  if (a.is_string()) return true;
  if (!a.is_structured()) return a == b;
  auto left = a.begin();
  auto right = b.begin();
  for (; left != a.end(); ++left, ++right)
    if (!same_shape(*left, *right)) return false;
  return true;
}

}  // namespace

TEST_CASE("property: text comes back exactly, stays under a second pass and passes the check") {
  Cluster cluster;
  Documents documents(20260728);
  for (int i = 0; i < 1500; ++i) {
    const std::string in = documents.line() + " " + documents.line();
    CAPTURE(in);
    const std::string out = cluster.text(in);
    CAPTURE(out);
    CHECK(out != in);
    CHECK(cluster.text(out) == out);
    CHECK(cluster.reveal(out) == in);
    CHECK(cluster.engine->check(out).ok());
  }
}

TEST_CASE("property: JSON keeps its shape and comes back exactly") {
  Cluster cluster;
  Documents documents(7);
  for (int i = 0; i < 400; ++i) {
    const std::string in = documents.json();
    CAPTURE(in);
    const std::string out = cluster.json(in);
    CAPTURE(out);
    const auto before = parse_json(in);
    const auto after = parse_json(out);
    REQUIRE(before.ok());
    REQUIRE(after.ok());
    CHECK(same_shape(before.value(), after.value()));
    CHECK(cluster.json(out) == out);
    CHECK(cluster.reveal(out) == in);
    CHECK(cluster.engine->check(out).ok());
  }
}

TEST_CASE("property: distinct values have distinct pseudonyms, in any spelling of the map") {
  Cluster cluster(false);
  std::vector<Name> names;
  for (int i = 0; i < 3000; ++i) names.push_back({Kind::kVm, "guest-" + std::to_string(i) + "x"});
  REQUIRE(cluster.engine->learn(names).ok());
  std::set<std::string> shown;
  for (const Name& name : names) shown.insert(cluster.name(name.kind, name.value));
  CHECK(shown.size() == names.size());
  for (int i = 0; i < 3000; i += 61)
    CHECK(cluster.restore(cluster.name(Kind::kVm, names[static_cast<std::size_t>(i)].value),
                          "pve-guest") == names[static_cast<std::size_t>(i)].value);
}

TEST_CASE("property: planted names do not survive any encoding") {
  Cluster cluster;
  Documents documents(99);
  const char* forms[] = {"nautilus",        "NAUTILUS",           "Nautilus",
                         "%2Fnautilus%2F",  "%252Fnautilus%252F", "\\\"nautilus\\\"",
                         "nautilus2",       "pre_nautilus-post",  "nautilus's",
                         "nautiluses",      "n\\u0061utilus",     "/dev/nautilus/x",
                         "ACME\\\\nautilus"};
  for (const char* form : forms) {
    for (int i = 0; i < 20; ++i) {
      const std::string in = "{\"log\":\"" + documents.number(0, 99) + " " + form + " x\"}";
      const std::string out = cluster.json(in);
      CAPTURE(in);
      CAPTURE(out);
      CHECK_FALSE(contains(out, "autilus"));
      CHECK_FALSE(contains(out, "AUTILUS"));
    }
  }
}

TEST_CASE("property: any bytes are accepted") {
  Cluster cluster;
  std::mt19937 random(5);
  for (int i = 0; i < 400; ++i) {
    std::string in;
    const std::size_t size = random() % 200;
    static constexpr std::string_view kSpice = "%:.@!-+=/\"\\[{$ \n";
    while (in.size() < size)
      in +=
          random() % 2 == 0 ? kSpice[random() % kSpice.size()] : static_cast<char>(random() % 256);
    const std::string out = cluster.text(in);
    CHECK(cluster.text(out) == out);
    static_cast<void>(cluster.engine->anonymize_json(in).ok());
    static_cast<void>(cluster.engine->restore(in, "pve-upid").ok());
    static_cast<void>(cluster.engine->reveal(in).ok());
    static_cast<void>(cluster.engine->check(in).ok());
  }
  CHECK(cluster.text(std::string(2000000, 'a')).size() == 2000000);
  CHECK(cluster.text(std::string(200000, '.')).size() == 200000);
}

TEST_CASE("property: threads agree") {
  Cluster cluster;
  std::vector<std::string> results(4);
  {
    std::vector<std::jthread> threads;
    for (auto& result : results)
      threads.emplace_back([&cluster, &result] {
        Documents documents(3);
        for (int i = 0; i < 50; ++i)
          result += cluster.engine->anonymize_text(documents.line()).value_or("failed");
      });
  }
  for (const auto& result : results) CHECK(result == results.front());
}

}  // namespace pmx::anonymize
