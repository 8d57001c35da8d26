// An engine over a map in memory, with the names of a small cluster.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "anonymize/engine.h"

namespace pmx::anonymize {

struct Cluster {
  explicit Cluster(bool with_names = true, char key = 'k') {
    auto opened = Engine::open(Secret(std::string(32, key)), mapping);
    REQUIRE(opened.ok());
    engine = std::move(opened).value();
    if (with_names) REQUIRE(engine->learn(names()).ok());
  }

  static std::vector<Name> names() {
    return {{Kind::kNode, "pve-muc-01"},
            {Kind::kNode, "pve-muc-02"},
            {Kind::kVm, "payroll-db"},
            {Kind::kVm, "nautilus"},
            {Kind::kVm, "web"},
            {Kind::kContainer, "status"},
            {Kind::kStorage, "tank-ssd"},
            {Kind::kPool, "kunde-huber"},
            {Kind::kUser, "anna.schmidt"},
            {Kind::kRealm, "acme-ad"},
            {Kind::kCluster, "munich-prod"},
            {Kind::kDomain, "acme-widgets.de"},
            {Kind::kToken, "monitoring-ro"},
            {Kind::kTag, "huberkunde"}};
  }

  std::string text(std::string_view in) {
    auto out = engine->anonymize_text(in);
    REQUIRE_MESSAGE(out.ok(), in);
    return out.value();
  }
  std::string json(std::string_view in) {
    auto out = engine->anonymize_json(in);
    REQUIRE_MESSAGE(out.ok(), in);
    return out.value();
  }
  std::string name(Kind kind, std::string_view value) {
    auto out = engine->pseudonym(kind, value);
    REQUIRE(out.ok());
    return out.value();
  }
  std::string reveal(std::string_view in) {
    auto out = engine->reveal(in);
    REQUIRE(out.ok());
    return out.value();
  }
  std::string restore(std::string_view in, std::string_view format) {
    auto out = engine->restore(in, format);
    REQUIRE_MESSAGE(out.ok(), in);
    return out.value();
  }
  bool refused(std::string_view in, std::string_view format) {
    auto out = engine->restore(in, format);
    return !out.ok() && out.error().code == Code::kInvalidArgument &&
           out.error().message.find(in) == std::string::npos;
  }

  MemoryMapping mapping;
  std::unique_ptr<Engine> engine;
};

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// A name no list holds is hidden in a text, stays so, and comes back.
inline void check_hides(std::string_view text, std::string_view name) {
  Cluster cluster;
  CAPTURE(text);
  const std::string out = cluster.text(text);
  CAPTURE(out);
  CHECK_FALSE(contains(out, name));
  CHECK(cluster.text(out) == out);
  CHECK(cluster.reveal(out) == text);
}

}  // namespace pmx::anonymize
