// libFuzzer target: any bytes as inbound arguments and as text to reveal, beside real pseudonyms.
// What must hold: an exact pseudonym of the right kind comes back as its value and of another kind
// is refused; what carries the form of a pseudonym but was never issued is refused; what is
// restored is no pseudonym; errors never repeat the argument.
#include <cstdint>
#include <cstdlib>
#include <memory>
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

  Fixture() {
    auto opened = Engine::open(key, mapping);
    must(opened.ok());
    engine = std::move(opened).value();
    const std::vector<pmx::anonymize::Name> names{{Kind::kNode, "pve-muc-01"},
                                                  {Kind::kVm, "nautilus"}};
    must(engine->learn(names).ok());
    node = engine->pseudonym(Kind::kNode, "pve-muc-01").value();
    guest = engine->pseudonym(Kind::kVm, "nautilus").value();
  }
};

/// The first pseudonym stands for something, in any place it can stand in; a forged one for
/// nothing.
void check_pseudonyms(Fixture& fixture, std::string_view input) {
  Engine& engine = *fixture.engine;
  must(engine.restore(fixture.node, "pve-node").value_or("") == "pve-muc-01");
  must(engine.restore(fixture.guest, "pve-guest").value_or("") == "nautilus");
  must(!engine.restore(fixture.guest, "pve-node").ok());
  const std::string forged = fixture.scheme.name(Kind::kVm, input, 7);
  if (forged != fixture.guest) must(!engine.restore(forged, "pve-guest").ok());
  std::string damaged = fixture.guest;
  damaged[damaged.size() - 1 - (input.empty() ? 0 : input.size() % 7)] ^= 1;
  const auto result = engine.restore(damaged, "pve-guest");
  must(!result.ok() || result.value() != "nautilus");
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
    if (!restored.ok()) {
      must(restored.error().code == pmx::Code::kInvalidArgument);
      if (size > 12) must(restored.error().message.find(input) == std::string::npos);
    }
  }
  const auto revealed = engine.reveal(std::string(input) + " " + fixture.guest + " ");
  must(revealed.ok());
  if (input.find_first_of("%\\&=") == std::string_view::npos)
    must(revealed.value().ends_with(" nautilus "));
  return 0;
}
