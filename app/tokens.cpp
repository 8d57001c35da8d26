#include "app/tokens.h"

#include <sys/stat.h>

#include <algorithm>

#include "base/crypto.h"
#include "base/fields.h"
#include "base/files.h"
#include "base/log.h"

namespace pmx::app {
namespace {

constexpr std::chrono::seconds kLook{1};
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kMaxName = 64;

struct TokenEntry {
  std::string name;
  std::string access;
  std::string token;
  template <class V>
  void fields(V& v) {
    v.required("name", name);
    v.required("access", access);
    v.required("token", token);
  }
};

struct TokenFile {
  std::vector<TokenEntry> tokens;
  template <class V>
  void fields(V& v) {
    v.required("tokens", tokens);
  }
};

Secret new_secret() { return Secret("pmx_" + crypto::hex(crypto::random_bytes(kSecretBytes))); }

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxName &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '.';
         });
}

Error unknown(const std::string& name) {
  return Error{Code::kNotFound, "there is no token named " + name,
               "`proxmox-mpc token list` names them"};
}

Result<std::vector<Token>> parse(const std::string& text, const std::string& path) {
  PMX_TRY(const Json document, parse_json(text));
  const auto file = decode<TokenFile>(document, Unknown::kReject);
  if (!file.ok()) {
    return Error{Code::kInvalidArgument, path + ": " + file.error().message,
                 "mend it, or remove it to have a new one made"};
  }
  std::vector<Token> tokens;
  for (const TokenEntry& entry : file->tokens) {
    PMX_TRY(const Access access, parse_access(entry.access));
    tokens.push_back({entry.name, access, Secret(entry.token)});
  }
  return tokens;
}

Result<std::vector<Token>> load(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && (status.st_mode & 077U) != 0) {
    return Error{Code::kPermissionDenied, path + " is readable by others",
                 "run: chmod 600 " + path + " && proxmox-mpc token rotate NAME"};
  }
  PMX_TRY(const std::string text, read_file(path));
  return parse(text, path);
}

std::string to_text(const std::vector<Token>& tokens) {
  TokenFile file;
  for (const Token& token : tokens) {
    file.tokens.push_back(
        {token.name, std::string(access_name(token.access)), std::string(token.secret.expose())});
  }
  return pretty_json(encode(std::move(file))) + "\n";
}

}  // namespace

Result<std::unique_ptr<Tokens>> Tokens::open(const std::string& state_dir, Access first,
                                             Clock& clock) {
  PMX_TRY_VOID(make_private_directory(state_dir));
  const std::string path = state_dir + "/" + kFileName;
  // Of several processes that start at once, one makes the file and all read it.
  if (!file_exists(path)) {
    PMX_TRY([[maybe_unused]] const bool made,
            create_private_file(path, to_text({{"local", first, new_secret()}})));
  }
  PMX_TRY(auto tokens, load(path));
  return std::make_unique<Tokens>(path, std::move(tokens), clock);
}

Tokens::Tokens(std::string path, std::vector<Token> tokens, Clock& clock)
    : path_(std::move(path)), clock_(clock), looked_(clock.steady()), read_(mark()) {
  take(std::move(tokens));
}

void Tokens::take(std::vector<Token> tokens) {
  tokens_ = std::move(tokens);
  digests_.clear();
  for (const Token& token : tokens_) digests_.push_back(crypto::sha256(token.secret.expose()));
}

Tokens::Mark Tokens::mark() const {
  struct stat status {};
  if (::stat(path_.c_str(), &status) != 0) return {};
  return {std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec,
          status.st_ino};
}

std::optional<Token> Tokens::find(std::string_view given) {
  const std::lock_guard lock(mutex_);
  refresh();
  std::optional<Token> found;
  const std::string digest = crypto::sha256(given);  // equal lengths for the comparison
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    if (crypto::equal_constant_time(digest, digests_[i])) found = tokens_[i];
  }
  return found;
}

std::vector<Token> Tokens::all() const {
  const std::lock_guard lock(mutex_);
  return tokens_;
}

Result<Token> Tokens::add(const std::string& name, Access access) {
  if (!is_name(name)) {
    return Error{Code::kInvalidArgument,
                 "a token's name has 1 to 64 letters, digits, '-', '_' or '.'", ""};
  }
  const std::lock_guard lock(mutex_);
  for (const Token& token : tokens_) {
    if (token.name != name) continue;
    return Error{Code::kAlreadyExists, "there is a token named " + name + " already",
                 "`proxmox-mpc token rotate " + name + "` gives it a new secret"};
  }
  std::vector<Token> changed = tokens_;
  changed.push_back({name, access, new_secret()});
  PMX_TRY_VOID(save(changed));
  return tokens_.back();
}

Result<Token> Tokens::rotate(const std::string& name) {
  const std::lock_guard lock(mutex_);
  std::vector<Token> changed = tokens_;
  const auto slot = std::find_if(changed.begin(), changed.end(),
                                 [&name](const Token& token) { return token.name == name; });
  if (slot == changed.end()) return unknown(name);
  slot->secret = new_secret();
  const Token renewed = *slot;
  PMX_TRY_VOID(save(changed));
  return renewed;
}

Result<void> Tokens::remove(const std::string& name) {
  const std::lock_guard lock(mutex_);
  std::vector<Token> changed = tokens_;
  if (std::erase_if(changed, [&name](const Token& token) { return token.name == name; }) == 0) {
    return unknown(name);
  }
  return save(changed);
}

Result<void> Tokens::save(const std::vector<Token>& tokens) {
  PMX_TRY_VOID(write_private_file(path_, to_text(tokens)));
  take(tokens);
  read_ = mark();
  return {};
}

/// A file that cannot be read any more lets nobody in: fail closed.
void Tokens::refresh() {
  const SteadyTime now = clock_.steady();
  if (now - looked_ < kLook) return;
  looked_ = now;
  const Mark there = mark();
  if (there == read_) return;
  read_ = there;
  auto tokens = load(path_);
  if (!tokens.ok()) {
    log::error(Context{}, "tokens.unreadable", {{"why", tokens.error().text()}});
    return take({});
  }
  take(*std::move(tokens));
}

}  // namespace pmx::app
