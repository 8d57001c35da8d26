// The pseudonym map of a key that the operator brings along (--key-file), apart from the
// installation's own. It lives in the state directory under the key's id, so that another process
// with the same key undoes what this one did.
#pragma once

#include <memory>
#include <string>

#include "anonymize/engine.h"
#include "base/result.h"
#include "state/database.h"
#include "state/pseudonym_store.h"

namespace pmx::app {

/// The key that `bytes` are: 32, or more that are condensed to 32. kInvalidArgument when there are
/// fewer; `origin` says where they came from.
Result<Secret> make_key(std::string bytes, const std::string& origin);

/// The key in `path`: 32 random bytes, or more that are condensed to 32. kInvalidArgument when it
/// has fewer.
Result<Secret> read_key_file(const std::string& path);

/// Names a key and tells nothing about it: 16 hexadecimal digits.
std::string key_id(const Secret& key);

class KeyedMap {
 public:
  /// Opens or creates maps/<key id> below `state_dir`. The key itself is not written there.
  static Result<std::unique_ptr<KeyedMap>> open(const std::string& state_dir, const Secret& key,
                                                anonymize::Engine::PolicyPtr policy = {});

  [[nodiscard]] anonymize::Engine& engine() { return *engine_; }

 private:
  std::unique_ptr<state::Database> database_;
  std::unique_ptr<state::PseudonymStore> pseudonyms_;
  std::unique_ptr<anonymize::Engine> engine_;
};

}  // namespace pmx::app
