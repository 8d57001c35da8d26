// The state directory of a configuration, opened with the installation's key wherever that comes
// from: its own file there, a file, a systemd credential or a command.
#pragma once

#include <memory>

#include "app/config.h"
#include "state/database.h"

namespace pmx::app {

/// The key of a source that is given. Errors begin with the source's place and hold nothing of the
/// key. A command gets 30 s.
Result<Secret> read_key(const KeySource& source);

/// Opens the state directory of `config`; reads the key first when it comes from elsewhere.
Result<std::unique_ptr<state::Database>> open_state(const Config& config);

}  // namespace pmx::app
