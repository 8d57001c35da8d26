#include "app/installation.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

#include "tests/unit/app/workbench.h"

using pmx::app::ClusterConfig;
using pmx::app::Config;
using pmx::app::Installation;

namespace {

struct StateDirectory {
  StateDirectory() { REQUIRE(mkdtemp(path.data()) != nullptr); }
  StateDirectory(const StateDirectory&) = delete;
  StateDirectory& operator=(const StateDirectory&) = delete;
  ~StateDirectory() { std::filesystem::remove_all(path); }

  std::string path = "/tmp/pmx-installation-XXXXXX";
};

constexpr const char* kTokenSecret = "0d9d7c1e-5b1f-4f5c-9a55-2f6f0b7f3c11";

ClusterConfig cluster_at(const std::string& url) {
  ClusterConfig cluster;
  cluster.url = url;
  cluster.credentials =
      std::move(pmx::proxmox::ApiToken::parse(std::string("blackbird@heron!quill=") + kTokenSecret))
          .value();
  return cluster;
}

}  // namespace

TEST_CASE("installation: what the configuration itself reveals is known before any call") {
  const StateDirectory directory;
  pmx::app::test::JumpingClock clock;
  Config config;
  config.state_dir = directory.path;
  config.clusters["home"] = cluster_at("https://osprey.example.net:8006");
  auto installation = Installation::open(config, clock);
  REQUIRE(installation.ok());
  for (const std::string real : {"osprey", "blackbird@heron!quill", kTokenSecret}) {
    CAPTURE(real);
    const auto text = (*installation)->engine().anonymize_text("cannot reach " + real + " now");
    REQUIRE(text.ok());
    CHECK(text->find(real) == std::string::npos);
  }
}

TEST_CASE("installation: one cluster is called default, several by their pseudonyms") {
  const StateDirectory directory;
  pmx::app::test::JumpingClock clock;
  Config config;
  config.state_dir = directory.path;
  config.clusters["osprey"] = cluster_at("https://10.1.2.3:8006");
  {
    auto installation = Installation::open(config, clock);
    REQUIRE(installation.ok());
    CHECK((*installation)->clusters().all().front()->title() == "default");
  }
  config.clusters["kestrel"] = cluster_at("https://10.1.2.4:8006");
  auto installation = Installation::open(config, clock);
  REQUIRE(installation.ok());
  for (const auto& cluster : (*installation)->clusters().all()) {
    CHECK(cluster->title().starts_with("cl-"));
  }
}

TEST_CASE("installation: a rotation renames the clusters, and both names find them") {
  const StateDirectory directory;
  pmx::app::test::JumpingClock clock;
  Config config;
  config.state_dir = directory.path;
  config.clusters["osprey"] = cluster_at("https://10.1.2.3:8006");
  config.clusters["kestrel"] = cluster_at("https://10.1.2.4:8006");
  auto opened = Installation::open(config, clock);
  REQUIRE(opened.ok());
  Installation& installation = **opened;
  const auto& cluster = installation.clusters().all().front();
  const std::string before = cluster->title();
  {
    const auto database = pmx::state::Database::open(directory.path);
    REQUIRE(database.ok());
    REQUIRE(pmx::state::PseudonymStore(**database).rotate(std::chrono::hours(1)).ok());
  }
  const std::string after = cluster->title();
  CHECK(after != before);
  for (const auto& title : {before, after}) {
    const auto name = installation.engine().restore(title, "pve-cluster");
    REQUIRE(name.ok());
    CHECK(installation.clusters().find(*name).ok());
  }
}

TEST_CASE("installation: a session has pseudonyms of its own, knows the map's names, adds no row") {
  const StateDirectory directory;
  pmx::app::test::JumpingClock clock;
  Config config;
  config.state_dir = directory.path;
  config.clusters["home"] = cluster_at("https://10.1.2.3:8006");
  const std::vector<pmx::anonymize::Name> names{{pmx::anonymize::Kind::kVm, "nautilus"}};
  std::string stable;
  {
    auto installation = Installation::open(config, clock);
    REQUIRE(installation.ok());
    REQUIRE((*installation)->engine().learn(names).ok());
    stable = (*installation)->engine().anonymize_text("nautilus is down").value();
  }
  config.privacy.mode = pmx::app::PrivacyMode::kSession;
  auto installation = Installation::open(config, clock);
  REQUIRE(installation.ok());
  CHECK((*installation)->mode() == pmx::app::PrivacyMode::kSession);
  const std::string shown = (*installation)->engine().anonymize_text("nautilus is down").value();
  CHECK(shown != stable);
  CHECK(shown.find("nautilus") == std::string::npos);
  CHECK_FALSE((*installation)->pseudonym_counts().value().empty());
  CHECK((*installation)->engine().anonymize_text("10.9.8.7").ok());
  pmx::state::PseudonymStore map((*installation)->database());
  const auto kept = map.load(0);
  for (const auto& row : kept.value()) CHECK(row.real.find("10.9.8") == std::string::npos);
}
