#include "app/open_state.h"

#include "app/command_output.h"
#include "app/credential.h"
#include "app/keyed_map.h"
#include "base/files.h"

namespace pmx::app {
namespace {

constexpr std::size_t kMaxKey = 65536;

Result<std::string> read_bytes(const KeySource& source) {
  if (!source.command.empty()) return command_output(source.command, system_clock());
  if (!source.credential.empty()) {
    return read_credential(source.directory, source.credential, kMaxKey);
  }
  if (source.file.empty())
    return Error{Code::kInvalidArgument, "is empty", "name a file, a credential or a command"};
  PMX_TRY_VOID(check_private_file(source.file));
  return read_file(source.file, kMaxKey);
}

std::string origin_of(const KeySource& source) {
  if (!source.command.empty()) return "what the command prints";
  return source.credential.empty() ? source.file : "the credential " + source.credential;
}

}  // namespace

Result<Secret> read_key(const KeySource& source) {
  auto bytes = read_bytes(source);
  auto key = bytes.ok() ? make_key(std::move(bytes).value(), origin_of(source))
                        : Result<Secret>(bytes.error());
  if (key.ok()) return key;
  return Error{key.error().code, source.place + key.error().message, key.error().advice};
}

Result<std::unique_ptr<state::Database>> open_state(const Config& config) {
  if (!config.privacy.key.given()) return state::Database::open(config.state_dir);
  PMX_TRY(const Secret key, read_key(config.privacy.key));
  return state::Database::open(config.state_dir, key);
}

}  // namespace pmx::app
