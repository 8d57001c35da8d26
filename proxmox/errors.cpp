#include "proxmox/errors.h"

#include <array>
#include <string_view>

#include "base/json.h"

namespace pmx::proxmox {
namespace {

constexpr std::size_t kMaxText = 2000;  // of PVE's text in a message

/// One line without surrounding blanks; inner line ends become "; ".
std::string tidy(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (out.size() >= kMaxText) return out + " ...";
    if (c == '\n') {
      if (!out.empty() && !out.ends_with("; ")) out += "; ";
    } else if (static_cast<unsigned char>(c) >= ' ') {
      out += c;
    }
  }
  while (out.ends_with(' ') || out.ends_with(';')) out.pop_back();
  return out;
}

/// What an answer says: the message, or the reason phrase when the body is empty or not JSON.
struct Refusal {
  std::string text;
  std::string fields;  // "param: why; param: why"
  bool missing_thing = false;
};

bool names_missing_thing(std::string_view text) {
  if (text.find("not defined in schema") != std::string_view::npos)
    return false;  // an unknown parameter
  for (const std::string_view mark :
       {"does not exist", "no such ", "No such ", "not found", "hostname lookup", "unknown node",
        "not defined", "no rule at position"}) {
    if (text.find(mark) != std::string_view::npos) return true;
  }
  return false;
}

Refusal read_refusal(const HttpResponse& response) {
  Refusal out;
  const auto body = parse_json(response.body);
  if (body.ok()) {
    out.text = tidy(string_member(*body, "message"));
    const Json* errors = find_member(*body, "errors");
    if (errors != nullptr && errors->is_object()) {
      for (const auto& [key, value] : errors->items()) {
        const auto* why = value.get_ptr<const std::string*>();
        if (why != nullptr && names_missing_thing(*why)) out.missing_thing = true;
        if (!out.fields.empty()) out.fields += "; ";
        out.fields += key + ": " + tidy(why != nullptr ? *why : dump_json(value));
      }
    }
  } else {
    out.text = tidy(response.body);
  }
  if (out.text.empty()) out.text = tidy(response.reason);
  return out;
}

bool is_shell_safe(std::string_view text) {
  for (const char c : text) {
    const bool good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      std::string_view("/._-@!:").find(c) != std::string_view::npos;
    if (!good) return false;
  }
  return !text.empty();
}

/// The smallest built-in role that holds `privilege`, or "" when only a made-to-measure one fits.
std::string_view built_in_role(std::string_view privilege) {
  struct Row {
    std::string_view privilege, role;
  };
  constexpr std::array kRoles{
      Row{"VM.PowerMgmt", "PVEVMUser"},
      Row{"VM.Console", "PVEVMUser"},
      Row{"VM.Backup", "PVEVMUser"},
      Row{"VM.Audit", "PVEAuditor"},
      Row{"Sys.Audit", "PVEAuditor"},
      Row{"Datastore.Audit", "PVEAuditor"},
      Row{"Pool.Audit", "PVEAuditor"},
      Row{"SDN.Audit", "PVEAuditor"},
      Row{"Mapping.Audit", "PVEAuditor"},
      Row{"VM.Snapshot", "PVEVMAdmin"},
      Row{"VM.Snapshot.Rollback", "PVEVMAdmin"},
      Row{"VM.Allocate", "PVEVMAdmin"},
      Row{"VM.Clone", "PVEVMAdmin"},
      Row{"VM.Migrate", "PVEVMAdmin"},
      Row{"Datastore.AllocateSpace", "PVEDatastoreUser"},
      Row{"Datastore.Allocate", "PVEDatastoreAdmin"},
      Row{"Datastore.AllocateTemplate", "PVEDatastoreAdmin"},
      Row{"Pool.Allocate", "PVEPoolAdmin"},
  };
  for (const Row& row : kRoles) {
    if (row.privilege == privilege) return row.role;
  }
  return privilege.starts_with("VM.Config.") ? "PVEVMAdmin" : "";
}

/// Advice for "Permission check failed (/vms/100, VM.PowerMgmt)".
std::string grant_advice(std::string_view text, const Caller& caller) {
  std::string fallback = "see what " + caller.id + " may do with: pveum user " +
                         (caller.is_token ? "token permissions" : "permissions") +
                         " (on a cluster node)";
  if (text.find("not available with API token") != std::string_view::npos) {
    return "PVE takes no API token for this; it needs a login with user and password";
  }
  const std::size_t open = text.find("(/");
  const std::size_t comma = open == std::string_view::npos ? open : text.find(", ", open);
  const std::size_t close = comma == std::string_view::npos ? comma : text.find(')', comma);
  if (close == std::string_view::npos) {
    const bool root_only = text.find("root@pam") != std::string_view::npos;
    return root_only ? "PVE reserves this to root@pam logged in with a ticket; no token or role "
                       "can do it"
                     : fallback;
  }
  const std::string path(text.substr(open + 1, comma - open - 1));
  const std::string wanted(text.substr(comma + 2, close - comma - 2));
  const std::string privilege = wanted.substr(0, wanted.find_first_of("|, "));
  if (!is_shell_safe(path) || !is_shell_safe(privilege) || !is_shell_safe(caller.id)) {
    return fallback;
  }
  std::string role(built_in_role(privilege));
  std::string advice = caller.id + " lacks " + wanted + " on " + path + "; grant it with: ";
  if (role.empty()) {
    role = "mpc-" + privilege;
    advice += "pveum role add " + role + " --privs " + privilege + " && ";
  }
  advice += "pveum acl modify " + path + (caller.is_token ? " --tokens '" : " --users '") +
            caller.id + "' --roles " + role;
  if (caller.is_token) advice += " (with privilege separation the token's user needs it as well)";
  return advice;
}

struct Verdict {
  Code code;
  std::string advice;
};

Verdict judge_500(std::string_view text) {
  struct Row {
    std::string_view mark;
    Code code;
    std::string_view advice;
  };
  constexpr auto kState = Code::kFailedPrecondition;
  constexpr std::array kRows{
      Row{"hostname lookup", Code::kNotFound, "no node of that name is known; list the nodes"},
      Row{"no quorum", kState,
          "the cluster lost quorum and refuses changes; bring nodes back (pvecm status)"},
      Row{"cluster not ready", kState, "the cluster has no quorum; see pvecm status on a node"},
      Row{"/etc/pve/", kState,
          "the cluster file system refused it, often for lost quorum; see pvecm status on a node"},
      Row{"checksum mismatch", kState,
          "somebody changed the configuration meanwhile; read it again and redo the change"},
      Row{"detected modified configuration", kState,
          "somebody changed the configuration meanwhile; read it again and redo the change"},
      Row{"is locked", kState,
          "another operation holds the guest; wait for its task, or look for one that died"},
      Row{"can't lock file", kState, "another operation holds the lock; try again shortly"},
      Row{"got lock request timeout", kState, "another change holds the lock; try again shortly"},
      Row{"already exists", Code::kAlreadyExists, "choose another name or id"},
      Row{"already defined", Code::kAlreadyExists, "choose another name or id"},
      Row{"only root can", Code::kPermissionDenied,
          "PVE reserves this to root@pam logged in with a ticket; no token or role can do it"},
      Row{"Only root can", Code::kPermissionDenied,
          "PVE reserves this to root@pam logged in with a ticket; no token or role can do it"},
  };
  for (const Row& row : kRows) {
    if (text.find(row.mark) != std::string_view::npos) return {row.code, std::string(row.advice)};
  }
  if (names_missing_thing(text)) {
    return {Code::kNotFound,
            "it may have moved to another node, been deleted, or be hidden from these credentials"};
  }
  if (text.find("Parameter verification failed") != std::string_view::npos) {
    return {Code::kInvalidArgument, "correct the named parameter"};
  }
  return {kState, ""};
}

Verdict judge(int status, const Refusal& refusal, const Caller& caller) {
  switch (status) {
    case 400:
      if (refusal.missing_thing) {
        return {Code::kNotFound, "it was deleted, never existed, or lives on another node"};
      }
      return {Code::kInvalidArgument, "correct the named parameters"};
    case 401:
      return {Code::kUnauthenticated,
              caller.is_token
                  ? "check that the token exists, is not expired and enabled, and that "
                    "PROXMOX_MPC_TOKEN reads USER@REALM!ID=UUID; the secret is shown only when the "
                    "token is created"
                  : "check user, realm and password, and that the user is enabled"};
    case 403: return {Code::kPermissionDenied, grant_advice(refusal.text, caller)};
    case 404: return {Code::kNotFound, ""};
    case 500: return judge_500(refusal.text);
    case 501: return {Code::kInvalidArgument, "this PVE version does not know the method or path"};
    case 595:
      return {Code::kUnavailable, "the node is down or cut off; ask /cluster/status who is online"};
    case 596:
    case 597:
    case 599:
      return {Code::kUnavailable,
              "the node did not answer the proxy in time; the work may have been done, so check "
              "before repeating it"};
    default: break;
  }
  if (status >= 500) return {Code::kUnavailable, ""};
  return {Code::kInvalidArgument, status < 400 ? "check that the URL is the PVE API itself" : ""};
}

}  // namespace

Error response_error(const HttpRequest& request, const HttpResponse& response,
                     const Caller& caller) {
  const Refusal refusal = read_refusal(response);
  Verdict verdict = judge(response.status, refusal, caller);
  const std::string what = request.method + " " + request.path;
  std::string message;
  if (verdict.code == Code::kUnauthenticated) {
    message = "the cluster refused the credentials of " + caller.id + " at " + what;
  } else if (response.status >= 595 && response.status <= 599) {
    message = "the cluster could not reach the node for " + what;
  } else {
    message = "the cluster refused " + what;
  }
  message += " (" + std::to_string(response.status) + ")";
  if (!refusal.text.empty()) message += ": " + refusal.text;
  if (!refusal.fields.empty()) message += " [" + refusal.fields + "]";
  return {verdict.code, std::move(message), std::move(verdict.advice)};
}

}  // namespace pmx::proxmox
