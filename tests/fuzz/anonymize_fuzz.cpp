// libFuzzer target: any bytes through text, JSON, restore, reveal and the second look, with a small
// dictionary. Beyond not crashing: text is never refused, and a second pass changes nothing. Inputs
// are mutated with the beginnings of every recognizer beside libFuzzer's own bytes.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "../unit/anonymize/hostile.h"
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
    engine->guard_secret(pmx::Secret("s3cret/x7"));
  }
};

}  // namespace

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t limit);

/// Every other mutation puts a piece into the input, as it is or as it stands in a JSON string.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t limit, unsigned seed) {
  std::minstd_rand random(seed);
  if (random() % 2 == 0) return LLVMFuzzerMutate(data, size, limit);
  std::string piece(
      pmx::anonymize::kHostilePieces[random() % std::size(pmx::anonymize::kHostilePieces)]);
  if (random() % 4 == 0) piece = pmx::anonymize::json_string(piece);
  if (size + piece.size() > limit) return LLVMFuzzerMutate(data, size, limit);
  const std::size_t at = random() % (size + 1);
  std::copy_backward(data + at, data + size, data + size + piece.size());
  std::copy(piece.begin(), piece.end(), data + at);
  return size + piece.size();
}

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
  if (!again.ok() || again.value() != text.value()) std::abort();
  const auto json = engine.anonymize_json(input);
  if (json.ok()) {
    const auto twice = engine.anonymize_json(json.value());
    if (!twice.ok() || twice.value() != json.value()) std::abort();
  }
  for (const char* format : {"pve-node", "pve-guest", "pve-upid", "pve-volume-id", "ip"})
    static_cast<void>(engine.restore(input, format).ok());
  static_cast<void>(engine.reveal(input).ok());
  static_cast<void>(engine.check(input).ok());
  return 0;
}
