#include "app/installation.h"

#include "proxmox/totp.h"
#include "tests/unit/app/workbench.h"
#include "tests/unit/temporary_directory.h"

using pmx::app::ClusterConfig;
using pmx::app::Config;
using pmx::app::Installation;

namespace {

constexpr const char* kTokenSecret = "0d9d7c1e-5b1f-4f5c-9a55-2f6f0b7f3c11";

ClusterConfig cluster_at(const std::string& url) {
  ClusterConfig cluster;
  cluster.url = url;
  cluster.credentials =
      std::move(pmx::proxmox::ApiToken::parse(std::string("blackbird@heron!quill=") + kTokenSecret))
          .value();
  return cluster;
}

/// How many rows the map has on disk.
std::size_t rows_of(Installation& installation) {
  return pmx::state::PseudonymStore(installation.database()).load(0).value().size();
}

/// A state directory, and the configuration of an installation in it.
struct Scene {
  Scene() { config.state_dir = directory.path(); }

  void add(const std::string& name, const std::string& url) {
    config.clusters[name] = cluster_at(url);
  }
  std::unique_ptr<Installation> open() {
    auto opened = Installation::open(config, clock);
    REQUIRE(opened.ok());
    return std::move(opened).value();
  }

  const pmx::testing::TemporaryDirectory directory;
  pmx::app::test::JumpingClock clock;
  Config config;
};

}  // namespace

TEST_CASE("installation: what the configuration itself reveals is known before any call") {
  Scene scene;
  scene.add("home", "https://osprey.example.net:8006");
  const auto installation = scene.open();
  for (const std::string real : {"osprey", "blackbird@heron!quill", kTokenSecret}) {
    CAPTURE(real);
    const auto text = installation->engine().anonymize_text("cannot reach " + real + " now");
    REQUIRE(text.ok());
    CHECK(text->find(real) == std::string::npos);
  }
}

TEST_CASE("installation: no answer holds a login's password, TOTP secret or recovery code") {
  Scene scene;
  scene.add("home", "https://10.1.2.3:8006");
  const char* const totp = "gezdGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
  pmx::proxmox::Login login{"blackbird@heron", pmx::Secret("vK9-mellow-otter")};
  login.totp_key = pmx::proxmox::parse_totp_key(totp).value();
  login.totp_text = pmx::proxmox::totp_text(totp);
  login.recovery = pmx::Secret("12ab-34cd-56ef");
  scene.config.clusters["home"].credentials = std::move(login);
  const auto installation = scene.open();
  for (const std::string real :
       {"vK9-mellow-otter", "12ab-34cd-56ef", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        "gezdgnbvgy3tqojqgezdgnbvgy3tqojq", "gezd gnbv gy3t qojq gezd gnbv gy3t qojq",
        "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"}) {
    CAPTURE(real);
    const auto text = installation->engine().anonymize_text("the note says " + real + " to all");
    REQUIRE(text.ok());
    CHECK(text->find(real) == std::string::npos);
    CHECK_FALSE(installation->engine().check("the note says " + real + " to all").ok());
  }
  CHECK_FALSE(installation->engine().check(totp).ok());  // in whatever case
}

TEST_CASE("installation: one cluster is called default, several by their pseudonyms") {
  Scene scene;
  scene.add("osprey", "https://10.1.2.3:8006");
  {
    const auto installation = scene.open();
    CHECK(installation->clusters().all().front()->title() == "default");
  }
  scene.add("kestrel", "https://10.1.2.4:8006");
  const auto installation = scene.open();
  for (const auto& cluster : installation->clusters().all()) {
    CHECK(cluster->title().starts_with("cl-"));
  }
}

TEST_CASE("installation: a rotation renames the clusters, and both names find them") {
  Scene scene;
  scene.add("osprey", "https://10.1.2.3:8006");
  scene.add("kestrel", "https://10.1.2.4:8006");
  const auto opened = scene.open();
  Installation& installation = *opened;
  const auto& cluster = installation.clusters().all().front();
  const std::string before = cluster->title();
  {
    const auto database = pmx::state::Database::open(scene.directory.path());
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
  Scene scene;
  scene.add("home", "https://10.1.2.3:8006");
  const std::vector<pmx::anonymize::Name> names{{pmx::anonymize::Kind::kVm, "nautilus"}};
  std::string stable;
  std::size_t rows = 0;
  {
    const auto installation = scene.open();
    REQUIRE(installation->engine().learn(names).ok());
    stable = installation->engine().anonymize_text("nautilus is down").value();
    rows = rows_of(*installation);
  }
  scene.config.privacy.mode = pmx::app::PrivacyMode::kSession;
  const auto installation = scene.open();
  CHECK(installation->mode() == pmx::app::PrivacyMode::kSession);
  const std::string shown = installation->engine().anonymize_text("nautilus is down").value();
  CHECK(shown != stable);
  CHECK(shown.find("nautilus") == std::string::npos);
  CHECK_FALSE(installation->pseudonym_counts().value().empty());
  CHECK(installation->engine().anonymize_text("10.9.8.7").ok());
  CHECK(rows_of(*installation) == rows);
}
