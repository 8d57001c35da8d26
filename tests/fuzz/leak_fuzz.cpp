// libFuzzer target: the second look at any bytes, and at bytes with a real value planted in them. A
// planted value is found wherever it stands between blanks, as it is and as an entity, with a wide
// letter or something invisible in it; a hit never tells the value.
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "anonymize/engine.h"

namespace {

using pmx::anonymize::Engine;
using pmx::anonymize::Kind;

constexpr std::string_view kPlanted[] = {"pve-muc-01",   "nautilus",        "acme-widgets.de",
                                         "10.17.4.20",   "203.0.113.9",     "bc:24:11:8a:1b:2c",
                                         "s3cret/x7-Yz", "2001:db8:7:1::25"};

void must(bool holds) {
  if (!holds) std::abort();
}

/// The value as it may be written without a backslash or a percent sign.
std::string spelled(std::string_view value, unsigned how) {
  const std::string rest(value.substr(1));
  switch (how % 4) {
    case 1: return "&#" + std::to_string(static_cast<int>(value[0])) + ";" + rest;
    case 2: return value[0] + ("\u200b" + rest);
    case 3: return "\xef\xbc" + std::string(1, static_cast<char>(value[0] - '0' + 0x90)) + rest;
    default: return std::string(value);
  }
}

struct Fixture {
  pmx::anonymize::MemoryMapping mapping;
  std::unique_ptr<Engine> engine;

  Fixture() {
    auto opened = Engine::open(pmx::Secret(std::string(32, 'l')), mapping);
    must(opened.ok());
    engine = std::move(opened).value();
    const std::vector<pmx::anonymize::Name> names{
        {Kind::kNode, "pve-muc-01"}, {Kind::kVm, "nautilus"}, {Kind::kDomain, "acme-widgets.de"}};
    must(engine->learn(names).ok());
    engine->guard_secret(pmx::Secret("s3cret/x7-Yz"));
    for (const std::string_view value : kPlanted) must(engine->anonymize_text(value).ok());
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static std::unique_ptr<Fixture> fixture;
  static unsigned runs = 0;
  if (runs++ % 4096 == 0) fixture = std::make_unique<Fixture>();
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  Engine& engine = *fixture->engine;
  static_cast<void>(engine.check(input).ok());
  if (size == 0) return 0;

  const std::string_view value = kPlanted[data[0] % std::size(kPlanted)];
  const std::size_t at = size > 1 ? data[1] % size : 0;
  // Only digits have their wide form where case 3 looks for it.
  const unsigned how = size > 2 ? data[2] : 0;
  const bool digit = value[0] >= '0' && value[0] <= '9';
  const std::string surface = spelled(value, how % 4 == 3 && !digit ? 2 : how);
  const std::string planted =
      std::string(input.substr(0, at)) + " " + surface + " " + std::string(input.substr(at));
  // A JSON document may swallow the blank before it into an escape; other text cannot.
  if (input.find('\\') == std::string_view::npos) {
    const auto found = engine.check(planted);
    must(!found.ok());
    must(found.error().text().find(value) == std::string::npos);
  }
  return 0;
}
