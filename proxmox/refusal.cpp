#include "proxmox/refusal.h"

#include <array>

#include "base/json.h"

namespace pmx::proxmox {
namespace {

using Kind = RefusalKind;

constexpr int kAnyStatus = 0;

/// A text that holds `mark`, in an answer with `status`, is of `kind`. The first row that fits
/// decides, so what is narrow stands above what is wide.
struct Rule {
  int status;
  std::string_view mark;
  Kind kind;
};

constexpr auto kRules = std::to_array<Rule>({
    {401, "", Kind::kCredentials},
    {403, "not available with API token", Kind::kNoTokens},
    {403, "root@pam", Kind::kRootOnly},
    {403, "", Kind::kForbidden},
    {404, "", Kind::kMissing},
    {501, "", Kind::kUnknownMethod},
    {506, "", Kind::kUnknownMethod},
    {595, "", Kind::kNodeUnreachable},
    {596, "", Kind::kAnswerLost},
    {597, "", Kind::kAnswerLost},
    {598, "", Kind::kAnswerLost},
    {599, "", Kind::kAnswerLost},

    {kAnyStatus, "no quorum", Kind::kNoQuorum},
    {kAnyStatus, "cluster not ready", Kind::kNoQuorum},
    {kAnyStatus, "/etc/pve/", Kind::kNoQuorum},  // the cluster's file system is read-only
    {kAnyStatus, "checksum mismatch", Kind::kChanged},
    {kAnyStatus, "detected modified configuration", Kind::kChanged},
    {kAnyStatus, " is locked", Kind::kLocked},
    {kAnyStatus, "can't lock file", Kind::kBusy},
    {kAnyStatus, "got lock request timeout", Kind::kBusy},
    {kAnyStatus, "nly root ", Kind::kRootOnly},  // "Only root may use this option"
    {kAnyStatus, "root@pam", Kind::kRootOnly},

    {kAnyStatus, "Permission check failed", Kind::kForbidden},  // inside a task, or a 500

    {kAnyStatus, "unexpected status", Kind::kWorkerDied},
    {kAnyStatus, "exec of ", Kind::kNodeLacks},
    {kAnyStatus, "not installed", Kind::kNodeLacks},
    {kAnyStatus, "Can't call method ", Kind::kServerFault},
    {kAnyStatus, "Can't use an undefined value", Kind::kServerFault},
    {kAnyStatus, "Can't locate ", Kind::kServerFault},
    {kAnyStatus, "not implemented for this plugin", Kind::kServerFault},

    {kAnyStatus, "Default gateway already exists", Kind::kWrongState},
    {kAnyStatus, "invalid format - ", Kind::kInvalid},
    {kAnyStatus, "not defined in schema", Kind::kInvalid},
    {kAnyStatus, "proxyto parameter", Kind::kInvalid},
    {kAnyStatus, "no such option", Kind::kInvalid},
    {kAnyStatus, "No such timezone", Kind::kInvalid},
    {kAnyStatus, "migrated to rules", Kind::kUnknownMethod},  // HA groups, since 9.0

    {kAnyStatus, "already exists", Kind::kExists},
    {kAnyStatus, "already defined", Kind::kExists},
    {kAnyStatus, "already a pool member", Kind::kExists},

    {kAnyStatus, "hostname lookup ", Kind::kUnknownNode},
    {kAnyStatus, "unknown node ", Kind::kUnknownNode},
    {kAnyStatus, "no such cluster node ", Kind::kUnknownNode},
    {kAnyStatus, "non-existent node", Kind::kUnknownNode},
    {kAnyStatus, "not a known host of the cluster", Kind::kUnknownNode},

    {kAnyStatus, "(file not found)", Kind::kServerFault},
    {kAnyStatus, "does not exist", Kind::kMissing},
    {kAnyStatus, "no such ", Kind::kMissing},
    {kAnyStatus, "No such ", Kind::kMissing},
    {kAnyStatus, "not found", Kind::kMissing},
    {kAnyStatus, " not defined", Kind::kMissing},
    {kAnyStatus, "no rule at position", Kind::kMissing},
    {kAnyStatus, "could not find target", Kind::kMissing},
    {kAnyStatus, "not HA managed", Kind::kMissing},
    {kAnyStatus, "invalid vnet specified", Kind::kMissing},
    {kAnyStatus, "cannot lookup undefined type", Kind::kMissing},  // of a section that is not there

    {400, "", Kind::kInvalid},
    {kAnyStatus, "Parameter verification failed", Kind::kInvalid},  // a 400 inside a 500
    {kAnyStatus, "does not look like", Kind::kInvalid},
    {kAnyStatus, "is too short", Kind::kInvalid},
    {kAnyStatus, "(reserved name)", Kind::kInvalid},
    {kAnyStatus, "boundary rule broken", Kind::kInvalid},
    {kAnyStatus, "is not a container", Kind::kInvalid},
    {kAnyStatus, "missing value for required option", Kind::kInvalid},
    {kAnyStatus, "must not be identical", Kind::kInvalid},
    {kAnyStatus, "no options specified", Kind::kInvalid},
    {kAnyStatus, "not a valid ", Kind::kInvalid},
    {kAnyStatus, "not allowed for linked clones", Kind::kInvalid},
    {kAnyStatus, "to the same storage with same format", Kind::kInvalid},
    {kAnyStatus, "unable to delete required option", Kind::kInvalid},
    {kAnyStatus, "unable to modify read-only option", Kind::kInvalid},
    {kAnyStatus, "unable to parse ", Kind::kInvalid},
    {kAnyStatus, "wrong interface type", Kind::kInvalid},
    {kAnyStatus, "not assigned a required permission yet", Kind::kInvalid},  // an unknown command

    {500, "", Kind::kWrongState},
});

/// The kind of one text; the answers that no row knows are not PVE's.
Kind judge(int status, std::string_view text) {
  for (const Rule& rule : kRules) {
    const bool fits =
        rule.status == kAnyStatus ? status == 400 || status == 500 : rule.status == status;
    if (fits && text.find(rule.mark) != std::string_view::npos) return rule.kind;
  }
  return Kind::kNotPve;
}

/// The text between `open` and `close`, first place; empty when there is none.
std::string between(std::string_view text, std::string_view open, std::string_view close) {
  const std::size_t at = text.find(open);
  if (at == std::string_view::npos) return "";
  const std::size_t begin = at + open.size();
  const std::size_t end = text.find(close, begin);
  return end == std::string_view::npos ? "" : std::string(text.substr(begin, end - begin));
}

/// The message, or the reason phrase where the body is empty or no JSON.
void read_texts(const HttpResponse& response, Refusal& out) {
  const auto body = parse_json(response.body);
  out.text =
      one_line(body.ok() ? string_member(*body, "message") : std::string_view(response.body));
  if (out.text.empty()) out.text = one_line(response.reason);
  const Json* errors = body.ok() ? find_member(*body, "errors") : nullptr;
  if (errors == nullptr || !errors->is_object()) return;
  for (const auto& [key, value] : errors->items()) {
    const auto* why = value.get_ptr<const std::string*>();
    out.fields[one_line(key)] = one_line(why != nullptr ? *why : dump_json(value));
  }
}

/// The kind that the texts of all parameters give together: what is not just wrong says more.
Kind judge_all(const Refusal& refusal) {
  Kind kind = judge(refusal.status, refusal.text);
  if (refusal.status != 400 && refusal.status != 500) return kind;
  for (const auto& [key, why] : refusal.fields) {
    const Kind own = judge(400, why);
    if (own != Kind::kInvalid) kind = own;
  }
  return kind;
}

void read_details(Refusal& out) {
  if (out.kind == Kind::kForbidden) {
    const std::string told = between(out.text, "(/", ")");
    const std::size_t comma = told.find(", ");
    if (comma == std::string::npos) return;
    out.acl_path = "/" + told.substr(0, comma);
    out.privileges = told.substr(comma + 2);
  }
  if (out.kind == Kind::kLocked) out.lock = between(out.text, " is locked (", ")");
}

}  // namespace

std::string_view refusal_name(RefusalKind kind) {
  switch (kind) {
    case Kind::kInvalid: return "invalid";
    case Kind::kUnknownMethod: return "unknown_method";
    case Kind::kMissing: return "missing";
    case Kind::kUnknownNode: return "unknown_node";
    case Kind::kExists: return "exists";
    case Kind::kCredentials: return "credentials";
    case Kind::kForbidden: return "forbidden";
    case Kind::kRootOnly: return "root_only";
    case Kind::kNoTokens: return "no_tokens";
    case Kind::kLocked: return "locked";
    case Kind::kBusy: return "busy";
    case Kind::kChanged: return "changed";
    case Kind::kNoQuorum: return "no_quorum";
    case Kind::kWrongState: return "wrong_state";
    case Kind::kNodeLacks: return "node_lacks";
    case Kind::kServerFault: return "server_fault";
    case Kind::kWorkerDied: return "worker_died";
    case Kind::kNodeUnreachable: return "node_unreachable";
    case Kind::kAnswerLost: return "answer_lost";
    case Kind::kNotPve: return "not_pve";
  }
  return "unknown";
}

std::string one_line(std::string_view text) {
  constexpr std::size_t kMost = 2000;
  std::string out;
  for (const char c : text) {
    if (out.size() >= kMost) return out + " ...";
    if (c == '\n') {
      if (!out.empty() && !out.ends_with("; ")) out += "; ";
    } else if (static_cast<unsigned char>(c) >= ' ') {
      out += c;
    }
  }
  while (out.ends_with(' ') || out.ends_with(';')) out.pop_back();
  return out;
}

Refusal read_refusal(const HttpRequest& request, const HttpResponse& response) {
  Refusal out;
  out.status = response.status;
  out.method = request.method;
  out.path = request.path;
  read_texts(response, out);
  out.kind = judge_all(out);
  read_details(out);
  return out;
}

Refusal read_task_failure(std::string_view what, std::string_view exitstatus) {
  Refusal out;
  out.path = what;
  out.text = one_line(exitstatus);
  out.kind = judge(500, out.text);
  read_details(out);
  return out;
}

}  // namespace pmx::proxmox
