// `token`: the bearer tokens of `serve --http`, for the operator's eyes.
#include "app/commands.h"
#include "app/tokens.h"

#include <cstdio>

namespace pmx::app {
namespace {

Result<int> print_secret(const Token& token) {
  std::printf("%s\n", std::string(token.secret.expose()).c_str());
  return 0;
}

int list(const std::vector<Token>& tokens) {
  for (const Token& token : tokens) {
    std::printf("%-24s %s\n", token.name.c_str(), std::string(access_name(token.access)).c_str());
  }
  return 0;
}

Result<int> show(const Tokens& tokens, const std::string& name) {
  for (const Token& token : tokens.all()) {
    if (token.name == name) return print_secret(token);
  }
  return Error{Code::kNotFound, "there is no token named " + name,
               "`proxmox-mpc token list` names them"};
}

}  // namespace

Result<int> token_command(const CommandLine& line) {
  Overrides overrides = line.overrides;
  PMX_TRY(const Access wanted,
          typed_access(overrides.access.empty() ? "observe" : overrides.access));
  overrides.access.clear();  // of the new token, not of the server
  PMX_TRY(const Config config, load_local_config(overrides, process_environment()));
  PMX_TRY(const auto tokens, Tokens::open(config.state_dir, config.access, system_clock()));
  const std::string& verb = line.token_verb;
  if (verb == "list") return list(tokens->all());
  if (verb == "show") return show(*tokens, line.token_name);
  if (verb == "remove") {
    PMX_TRY_VOID(tokens->remove(line.token_name));
    return 0;
  }
  PMX_TRY(const Token token,
          verb == "add" ? tokens->add(line.token_name, wanted) : tokens->rotate(line.token_name));
  return print_secret(token);
}

}  // namespace pmx::app
