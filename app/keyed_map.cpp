#include "app/keyed_map.h"

#include "base/crypto.h"
#include "base/files.h"

namespace pmx::app {
namespace {

constexpr std::size_t kKeySize = 32;
constexpr std::size_t kMaxKeyFile = 1 << 20;

}  // namespace

Result<Secret> make_key(std::string bytes, const std::string& origin) {
  const std::size_t size = bytes.size();
  Secret key(std::move(bytes));
  if (size < kKeySize)
    return Error{
        Code::kInvalidArgument,
        origin + " is too short for a key: " + std::to_string(size) + " bytes instead of 32",
        "make another one, in a new file: head -c 32 /dev/urandom > NEWKEY"};
  if (size == kKeySize) return key;
  return crypto::derive_key(key, "anonymize/key-file");
}

Result<Secret> read_key_file(const std::string& path) {
  PMX_TRY(std::string bytes, read_file(path, kMaxKeyFile));
  return make_key(std::move(bytes), path);
}

std::string key_id(const Secret& key) {
  return crypto::hex(crypto::derive_key(key, "anonymize/key-id", 8).expose());
}

Result<std::unique_ptr<KeyedMap>> KeyedMap::open(const std::string& state_dir, const Secret& key,
                                                 anonymize::Engine::PolicyPtr policy) {
  auto map = std::make_unique<KeyedMap>();
  PMX_TRY_VOID(make_private_directory(state_dir));
  PMX_TRY_VOID(make_private_directory(state_dir + "/maps"));
  PMX_TRY(map->database_, state::Database::open(state_dir + "/maps/" + key_id(key), key));
  map->pseudonyms_ = std::make_unique<state::PseudonymStore>(*map->database_);
  PMX_TRY(map->engine_, anonymize::Engine::open(key, *map->pseudonyms_, std::move(policy)));
  return map;
}

}  // namespace pmx::app
