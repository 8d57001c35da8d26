// The bearer tokens of `serve --http`: who may call, and at which access level. They live in one
// private file of the state directory, made on first use; a running server notices changes. The
// tokens are ours alone: they say nothing to Proxmox VE. Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/config.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"

namespace pmx::app {

struct Token {
  std::string name;  ///< the principal: in the audit trail and in logs
  Access access = Access::kObserve;
  Secret secret;
};

class Tokens {
 public:
  /// The name of their file in the state directory.
  static constexpr const char* kFileName = "tokens.json";

  /// `state_dir`/tokens.json (0600). Made with one token, "local" at the level `first`, when there
  /// is none. kPermissionDenied when others can read it.
  static Result<std::unique_ptr<Tokens>> open(const std::string& state_dir, Access first,
                                              Clock& clock);

  Tokens(std::string path, std::vector<Token> tokens, Clock& clock);

  /// The token that `given` is, or nothing. Compares with all of them in constant time. Looks for
  /// changes of the file at most once a second.
  std::optional<Token> find(std::string_view given);

  [[nodiscard]] std::vector<Token> all() const;

  /// A new token of this name. kAlreadyExists; kInvalidArgument for a name that is not 1 to 64
  /// letters, digits, '-', '_' or '.'.
  Result<Token> add(const std::string& name, Access access);

  /// Gives the name a new secret; the old one ends at once. kNotFound.
  Result<Token> rotate(const std::string& name);

  /// kNotFound.
  Result<void> remove(const std::string& name);

 private:
  void take(std::vector<Token> tokens);
  Result<void> save(const std::vector<Token>& tokens);
  void refresh();

  /// Tells two versions of the file apart, also those of one moment.
  struct Mark {
    std::int64_t modified = 0;  ///< nanoseconds
    std::uint64_t inode = 0;    ///< every save makes a new file
    bool operator==(const Mark&) const = default;
  };
  [[nodiscard]] Mark mark() const;

  const std::string path_;
  Clock& clock_;
  mutable std::mutex mutex_;
  std::vector<Token> tokens_;
  std::vector<std::string> digests_;  // of their secrets, in the same order
  SteadyTime looked_;
  Mark read_;  // of the file as read
};

}  // namespace pmx::app
