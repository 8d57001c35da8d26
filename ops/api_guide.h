// The PVE API as something to ask: methods found by plain words, each with a line of ours that says
// what it does. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ops/cluster.h"
#include "proxmox/api_schema.h"
#include "state/text_index.h"

namespace pmx::ops {

/// One release of the API.
class ApiGuide {
 public:
  /// Reads all facts of the release: some ten milliseconds, so only when somebody asks.
  static Result<std::unique_ptr<ApiGuide>> build(proxmox::ApiRelease release);

  [[nodiscard]] const proxmox::ApiSchema& schema() const { return schema_; }

  /// Methods that fit the question, the best first; those of one `verb` ("GET") unless it is empty.
  /// A path finds its own methods, then those below it. Nothing but the API's own words and ours is
  /// looked at.
  Result<std::vector<const proxmox::ApiMethod*>> search(std::string_view question,
                                                        std::string_view verb, std::size_t limit);

  /// What the method does, in a line; a method of the guide's own schema.
  [[nodiscard]] std::string_view summary(const proxmox::ApiMethod& method) const;

  /// Whether some method takes or gives a member of this name: "name", "maxmem", "net0".
  [[nodiscard]] bool is_member_name(std::string_view name) const;

 private:
  explicit ApiGuide(proxmox::ApiRelease release) : schema_(release) {}
  [[nodiscard]] std::vector<const proxmox::ApiMethod*> by_path(std::string_view path,
                                                               std::string_view verb) const;

  const proxmox::ApiSchema schema_;
  std::vector<std::string> summaries_;  ///< in the order of the methods
  std::set<std::string, std::less<>> members_;
  std::unique_ptr<state::TextIndex> index_;
};

/// The guides of all releases, each built when it is first needed, and which one a cluster has.
class ApiGuides {
 public:
  Result<ApiGuide*> of(proxmox::ApiRelease release);

  /// The guide for a question about these clusters; not empty. One that says nothing of its release
  /// is taken for the newest, and a release that not all have is, each with a warning.
  Result<ApiGuide*> for_clusters(const Context& ctx, const std::vector<Cluster*>& clusters,
                                 std::vector<std::string>& warnings);

  /// As the cluster says; asked again after some minutes, because clusters are upgraded.
  Result<proxmox::ApiRelease> release_of(const Context& ctx, Cluster& cluster);

 private:
  struct Known {
    proxmox::ApiRelease release{};
    SteadyTime at;
  };

  std::mutex mutex_;  // guards the members below; never held while a cluster is asked
  std::map<proxmox::ApiRelease, std::unique_ptr<ApiGuide>> guides_;
  std::map<std::string, Known> known_;  // by cluster
};

}  // namespace pmx::ops
