// Checks what a server of ours says against the official schemas in schemas/mcp/.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/protocol/versions.h"
#include "mcp/transport/transport.h"

namespace pmx::mcp::test {

/// What is wrong with `json`, a message of the server in `version`; empty = nothing. A result is
/// judged as one of `request_method`; errors, notifications and requests say themselves what they
/// are. A batch is judged member by member and is wrong in versions that have none.
std::vector<std::string> check_message(Version version, std::string_view json,
                                       std::string_view request_method);

/// Sits between a server and its transport, remembers which request each answer belongs to, and
/// judges everything the server writes. Thread-safe.
class OfficialCheck final : public Transport {
 public:
  explicit OfficialCheck(Transport& inner) : inner_(inner) {}

  Result<std::optional<std::string>> read() override;
  Result<void> write_all(std::span<const Cleared> messages) override;

  /// What was wrong so far, with the message.
  [[nodiscard]] std::vector<std::string> violations() const;

  /// How many messages were judged.
  [[nodiscard]] std::size_t judged() const;

 private:
  struct Sent {
    Version version;
    std::string method;
  };

  void remember(const Json& message);
  void judge(const std::string& text);
  void judge_one(const Json& message);
  std::vector<std::string> judge_as(const Json& message, const std::vector<Sent>& candidates) const;

  Transport& inner_;
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<Sent>> sent_;  ///< by id
  std::set<Version> versions_;                     ///< in use on this connection
  std::vector<std::string> violations_;
  std::size_t judged_ = 0;
};

}  // namespace pmx::mcp::test
