// libFuzzer target: any bytes as inbound arguments and as text to reveal, beside real pseudonyms.
// What must hold: an exact pseudonym of the right kind comes back as its value and of another kind
// is refused; what carries the form of a pseudonym but was never issued is refused; what is
// restored is no pseudonym; errors never repeat the argument.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "anonymize/engine.h"
#include "anonymize/pseudonym.h"

namespace {

using pmx::anonymize::Engine;
using pmx::anonymize::Kind;

void must(bool holds) {
  if (!holds) std::abort();
}

struct Fixture {
  pmx::Secret key{std::string(32, 'r')};
  pmx::anonymize::MemoryMapping mapping;
  pmx::anonymize::Scheme scheme{key};
  std::unique_ptr<Engine> engine;
  std::string node;
  std::string guest;
  std::set<std::string> fixed;  ///< texts of errors that hold nothing of their argument

  Fixture() {
    auto opened = Engine::open(key, mapping);
    must(opened.ok());
    engine = std::move(opened).value();
    const std::vector<pmx::anonymize::Name> names{{Kind::kNode, "pve-muc-01"},
                                                  {Kind::kVm, "nautilus"}};
    must(engine->learn(names).ok());
    node = engine->pseudonym(Kind::kNode, "pve-muc-01").value();
    guest = engine->pseudonym(Kind::kVm, "nautilus").value();
    for (const std::string& refused :
         {guest, scheme.name(Kind::kVm, "x", 7), damaged(node, 1), std::string("[secret:token]")}) {
      const auto result = engine->restore(refused, "pve-node");
      must(!result.ok() && !repeats(result.error(), refused));
      fixed.insert(result.error().text());
    }
  }

  /// A pseudonym with another character `at` its end.
  static std::string damaged(std::string pseudonym, std::size_t at) {
    char& c = pseudonym[pseudonym.size() - at];
    c = c == '7' ? '8' : '7';
    return pseudonym;
  }

  static bool repeats(const pmx::Error& error, std::string_view argument) {
    return error.text().find(argument) != std::string::npos;
  }

  /// Whether all of `value` has the form of a pseudonym; `verified` when its check characters fit.
  [[nodiscard]] bool is_pseudonym(std::string_view value, bool verified) const {
    const auto shape = scheme.read_name(value, 0);
    return shape && shape->end == value.size() && (shape->verified || !verified);
  }
};

/// The first pseudonym stands for something, in any place it can stand in; a forged one for
/// nothing.
void check_pseudonyms(Fixture& fixture, std::string_view input) {
  Engine& engine = *fixture.engine;
  must(engine.restore(fixture.node, "pve-node").value_or("") == "pve-muc-01");
  must(engine.restore(fixture.guest, "pve-guest").value_or("") == "nautilus");
  for (const char* other : {"pve-node", "pve-storage-id", "pve-realm"})
    must(!engine.restore(fixture.guest, other).ok());
  const std::string forged = fixture.scheme.name(Kind::kVm, input, 7);
  if (forged != fixture.guest) must(!engine.restore(forged, "pve-guest").ok());
  const std::string damaged = Fixture::damaged(fixture.guest, 1 + input.size() % 7);
  must(fixture.is_pseudonym(damaged, false) && !engine.restore(damaged, "pve-guest").ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Fixture fixture;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  Engine& engine = *fixture.engine;
  check_pseudonyms(fixture, input);
  for (const char* format :
       {"pve-node", "pve-guest", "pve-storage-id", "pve-userid", "pve-realm", "pve-tokenid",
        "pve-upid", "pve-volume-id", "ip", "mac-addr", "email"}) {
    const auto restored = engine.restore(input, format);
    if (restored.ok()) {
      must(!fixture.is_pseudonym(restored.value(), true));
      continue;
    }
    must(restored.error().code == pmx::Code::kInvalidArgument);
    must(fixture.fixed.contains(restored.error().text()) ||
         !Fixture::repeats(restored.error(), input));
  }
  const auto revealed = engine.reveal(std::string(input) + " " + fixture.guest + " ");
  must(revealed.ok());
  if (input.find_first_of("%\\&=") == std::string_view::npos)
    must(revealed.value().ends_with(" nautilus "));
  return 0;
}
