// libFuzzer target: any bytes through text, JSON, restore, reveal and the second look, with a small
// dictionary. Beyond not crashing: text is never refused, and what the engine wrote it reads again.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "anonymize/engine.h"

namespace {

using pmx::anonymize::Engine;
using pmx::anonymize::Kind;

struct Fixture {
  pmx::anonymize::MemoryMapping mapping;
  std::unique_ptr<Engine> engine;

  Fixture() {
    auto opened = Engine::open(pmx::Secret(std::string(32, 'f')), mapping);
    if (!opened.ok()) std::abort();
    engine = std::move(opened).value();
    const std::vector<pmx::anonymize::Name> names{{Kind::kNode, "pve-muc-01"},
                                                  {Kind::kVm, "nautilus"},
                                                  {Kind::kVm, "web"},
                                                  {Kind::kStorage, "tank-ssd"},
                                                  {Kind::kDomain, "acme-widgets.de"}};
    if (!engine->learn(names).ok()) std::abort();
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A fresh map now and then: rows of earlier inputs must not grow without bound.
  static std::unique_ptr<Fixture> fixture;
  static unsigned runs = 0;
  if (runs++ % 4096 == 0) fixture = std::make_unique<Fixture>();
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  Engine& engine = *fixture->engine;

  const auto text = engine.anonymize_text(input);
  if (!text.ok()) std::abort();
  const auto again = engine.anonymize_text(text.value());
  if (!again.ok()) std::abort();
  const auto json = engine.anonymize_json(input);
  if (json.ok() && !engine.anonymize_json(json.value()).ok()) std::abort();
  for (const char* format : {"pve-node", "pve-guest", "pve-upid", "pve-volume-id", "ip"})
    static_cast<void>(engine.restore(input, format).ok());
  static_cast<void>(engine.reveal(input).ok());
  static_cast<void>(engine.check(input).ok());
  return 0;
}
