#include "app/installation.h"

#include <map>

#include "app/cluster_connection.h"
#include "app/demo_http.h"
#include "app/open_state.h"
#include "base/crypto.h"
#include "base/log.h"
#include "proxmox/connection.h"
#include "proxmox/totp.h"

namespace pmx::app {
namespace {

using anonymize::Kind;
using anonymize::Name;

/// "pve.example" of "https://pve.example:8006"; an IPv6 address without its brackets.
std::string host_of(const std::string& url) {
  const std::size_t scheme = url.find("://");
  std::string rest = url.substr(scheme == std::string::npos ? 0 : scheme + 3);
  rest.erase(std::min(rest.find('/'), rest.size()));
  if (rest.starts_with('[')) return rest.substr(1, rest.find(']') - 1);
  return rest.substr(0, rest.rfind(':'));
}

/// What the configuration itself reveals: the host of the URL, the user and token names.
std::vector<Name> names_of_credentials(const proxmox::Credentials& credentials) {
  std::vector<Name> names;
  std::string user;
  if (const auto* token = std::get_if<proxmox::ApiToken>(&credentials)) {
    user = token->id;
    const std::size_t mark = user.find('!');
    if (mark != std::string::npos) {
      names.push_back({Kind::kToken, user.substr(mark + 1)});
      user.erase(mark);
    }
  } else {
    user = std::get<proxmox::Login>(credentials).user;
  }
  const std::size_t at = user.rfind('@');
  names.push_back({Kind::kUser, user.substr(0, at)});
  if (at != std::string::npos) names.push_back({Kind::kRealm, user.substr(at + 1)});
  return names;
}

/// What no answer may hold, whoever wrote it there.
std::vector<Secret> secrets_of(const proxmox::Credentials& credentials) {
  if (const auto* token = std::get_if<proxmox::ApiToken>(&credentials)) return {token->secret};
  const auto& login = std::get<proxmox::Login>(credentials);
  std::vector<Secret> secrets{login.password, login.recovery};
  for (Secret& spelling : proxmox::totp_spellings(login.totp_text))
    secrets.push_back(std::move(spelling));
  return secrets;
}

bool is_address(const std::string& host) {
  return host.find(':') != std::string::npos ||
         host.find_first_not_of("0123456789.") == std::string::npos;
}

/// Most clusters are reached by the names of nodes.
std::vector<Name> names_of_hosts(const proxmox::ConnectionOptions& options) {
  std::vector<Name> names;
  for (const proxmox::Address& address : options.addresses) {
    const std::string host = host_of(address.url);
    if (!is_address(host)) names.push_back({Kind::kNode, host.substr(0, host.find('.'))});
  }
  return names;
}

}  // namespace

Installation::Installation(Clock& clock) : clock_(clock) {}

Installation::~Installation() {
  log::set_redactor({});  // it uses the engine
}

/// The names of the installation's map are known in every session, under pseudonyms of its own.
Result<void> Installation::open_session() {
  constexpr std::size_t kIdBytes = 16;
  PMX_TRY(engine_, anonymize::Engine::open_session(
                       database_->key(), crypto::hex(crypto::random_bytes(kIdBytes)), policy_));
  PMX_TRY(const auto rows, pseudonyms_->load(0));
  return engine_->learn(anonymize::names_of(rows));
}

Result<void> Installation::open_stores(std::unique_ptr<state::Database> database,
                                       PrivacyMode mode) {
  mode_ = mode;
  database_ = std::move(database);
  pseudonyms_ = std::make_unique<state::PseudonymStore>(*database_, clock_);
  if (mode == PrivacyMode::kSession) {
    PMX_TRY_VOID(open_session());
  } else {
    PMX_TRY(engine_, anonymize::Engine::open(database_->key(), *pseudonyms_, policy_));
  }
  inventory_ = std::make_unique<state::InventoryStore>(*database_, clock_);
  audit_ = std::make_unique<state::AuditStore>(*database_);
  spent_ = std::make_unique<state::SpentStore>(*database_, clock_);
  tasks_ = std::make_shared<DurableTasks>(*database_);
  log::set_redactor([engine = engine_.get()](std::string_view line) {
    return engine->mask(line).value_or(" (details withheld: the privacy engine failed)");
  });
  return {};
}

Result<std::vector<state::KindCount>> Installation::pseudonym_counts() {
  if (mode_ == PrivacyMode::kInstallation) return pseudonyms_->counts();
  PMX_TRY(const auto rows, engine_->issued());
  std::map<Kind, std::int64_t> counts;
  for (const auto& row : rows) ++counts[row.kind];
  std::vector<state::KindCount> result;
  result.reserve(counts.size());
  for (const auto& [kind, count] : counts) result.push_back({kind, count});
  return result;
}

Secret Installation::state_key() const {
  if (mode() == PrivacyMode::kSession) return {};
  return crypto::derive_key(database_->key(), "app/request-state");
}

Result<void> Installation::add_cluster(const std::string& name, std::unique_ptr<proxmox::Http> http,
                                       const proxmox::Credentials& credentials) {
  for (const Secret& secret : secrets_of(credentials)) engine_->guard_secret(secret);
  PMX_TRY_VOID(engine_->learn(names_of_credentials(credentials)));
  auto client = std::make_unique<proxmox::Client>(*http, credentials, clock_);
  connections_.push_back({name, std::move(http), std::move(client)});
  return {};
}

Result<void> Installation::finish() {
  std::vector<std::unique_ptr<ops::Cluster>> clusters;
  for (const auto& connection : connections_) {
    std::string title;
    if (connections_.size() == 1) title = "default";
    clusters.push_back(std::make_unique<ops::Cluster>(
        connection.name, title,
        ops::ClusterParts{*connection.client, *engine_, *inventory_, clock_}));
  }
  clusters_ = std::make_unique<ops::Clusters>(std::move(clusters));
  return {};
}

Result<std::unique_ptr<Installation>> Installation::open(const Config& config, Clock& clock) {
  auto installation = std::make_unique<Installation>(clock);
  PMX_TRY(auto database, open_state(config));
  installation->policy_ = config.privacy.policy;
  installation->api_.denied = config.api_denied;
  PMX_TRY_VOID(installation->open_stores(std::move(database), config.privacy.mode));
  for (const auto& [name, cluster] : config.clusters) {
    const proxmox::ConnectionOptions options = connection_of(cluster);
    PMX_TRY_VOID(installation->engine_->learn(names_of_hosts(options)));
    PMX_TRY(auto http, proxmox::Connection::make(options, clock));
    PMX_TRY_VOID(installation->add_cluster(name, std::move(http), cluster.credentials));
  }
  PMX_TRY_VOID(installation->finish());
  return installation;
}

Result<std::unique_ptr<Installation>> Installation::open_demo(Clock& clock, const Secret& key) {
  auto installation = std::make_unique<Installation>(clock);
  PMX_TRY(auto database, state::Database::open_in_memory(key));
  PMX_TRY_VOID(installation->open_stores(std::move(database), PrivacyMode::kInstallation));
  installation->simulated_ = std::make_unique<sim::Cluster>(sim::Options{}, clock);
  auto token = proxmox::ApiToken::parse(installation->simulated_->access().token);
  if (!token.ok()) return token.error();
  PMX_TRY_VOID(installation->add_cluster(
      "demo", std::make_unique<DemoHttp>(*installation->simulated_, clock),
      std::move(token).value()));
  PMX_TRY_VOID(installation->finish());
  return installation;
}

}  // namespace pmx::app
