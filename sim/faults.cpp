#include "sim/faults.h"

#include <algorithm>
#include <array>

#include "sim/cluster.h"
#include "sim/switch.h"

namespace pmx::sim {
namespace {

struct KindRow {
  std::string_view name;
  FaultKind kind;
  bool has_value;
};
constexpr std::array<KindRow, 7> kKinds{{
    {"latency", FaultKind::kLatency, true},
    {"drop", FaultKind::kDrop, false},
    {"cut", FaultKind::kCut, true},
    {"status", FaultKind::kStatus, true},
    {"garbage", FaultKind::kGarbage, false},
    {"slow", FaultKind::kSlow, true},
    {"certificate", FaultKind::kCertificate, false},
}};

Error invalid(std::string message) {
  return Error{Code::kInvalidArgument, std::move(message), "fault " + std::string(fault_syntax())};
}

const KindRow* find_kind(std::string_view name) {
  const auto found = std::find_if(kKinds.begin(), kKinds.end(),
                                  [&](const KindRow& one) { return one.name == name; });
  return found == kKinds.end() ? nullptr : &*found;
}

/// One "key=value" behind the kind and its value.
Result<void> read_option(const std::string& word, Fault& fault) {
  const auto equals = word.find('=');
  const std::string key = word.substr(0, equals);
  const std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
  if (value.empty()) return invalid("not an option of a fault: '" + word + "'");
  if (key == "node") {
    fault.node = value;
  } else if (key == "path") {
    fault.path = value;
  } else if (key == "reason" && fault.kind == FaultKind::kStatus) {
    fault.reason = value;
  } else if (key == "for") {
    PMX_TRY(fault.left, parse_number(value));
    if (fault.left == 0) return invalid("for= needs at least one request");
  } else {
    return invalid("not an option of a fault: '" + word + "'");
  }
  return {};
}

bool meets(const Fault& fault, std::string_view node, std::string_view path) {
  return (fault.node.empty() || fault.node == node) &&
         (fault.path.empty() || path.starts_with(fault.path));
}

void spoil_by(const Fault& fault, Response& response) {
  switch (fault.kind) {
    case FaultKind::kLatency: response.hold += std::chrono::milliseconds(fault.value); break;
    case FaultKind::kDrop: response.drop = true; break;
    case FaultKind::kCut: response.truncate_after = static_cast<std::size_t>(fault.value); break;
    case FaultKind::kGarbage:
      response.body = response.body.substr(0, response.body.size() / 2) + "\n<html>";
      break;
    case FaultKind::kSlow: response.bytes_per_second = static_cast<std::size_t>(fault.value); break;
    case FaultKind::kStatus:
    case FaultKind::kCertificate: break;
  }
}

/// Whether a fault of this kind acts on a finished answer.
bool spoils(const Fault& fault, const Response& response) {
  if (fault.kind == FaultKind::kStatus || fault.kind == FaultKind::kCertificate) return false;
  const bool needs_body = fault.kind == FaultKind::kCut || fault.kind == FaultKind::kGarbage;
  return !needs_body || !response.body.empty();
}

/// One request fewer to meet; true when it was the last.
bool is_spent(Fault& fault) { return fault.left > 0 && --fault.left == 0; }

}  // namespace

std::string_view fault_syntax() {
  return "latency MILLISECONDS | drop | cut BYTES | status CODE [reason=TEXT] | garbage | "
         "slow BYTES_PER_SECOND | certificate, then [for=REQUESTS] [node=NODE] [path=PREFIX]";
}

std::optional<FaultKind> fault_kind(std::string_view name) {
  const KindRow* row = find_kind(name);
  return row == nullptr ? std::nullopt : std::optional(row->kind);
}

Result<Fault> parse_fault(const std::vector<std::string>& words) {
  const KindRow* kind = words.empty() ? nullptr : find_kind(words.front());
  if (kind == nullptr)
    return invalid(words.empty() ? "which fault?" : "there is no fault '" + words.front() + "'");
  Fault fault;
  fault.kind = kind->kind;
  std::size_t next = 1;
  if (kind->has_value) {
    if (words.size() < 2) return invalid("the fault " + words.front() + " needs a number");
    PMX_TRY(fault.value, parse_number(words[next++]));
  }
  for (; next < words.size(); ++next) PMX_TRY_VOID(read_option(words[next], fault));
  if (fault.kind == FaultKind::kStatus && (fault.value < 200 || fault.value > 599))
    return invalid("not an HTTP status: " + words[1]);
  if (fault.kind == FaultKind::kSlow && fault.value == 0) return invalid("slow needs some speed");
  if (fault.kind == FaultKind::kCertificate && (fault.left > 0 || !fault.path.empty()))
    return invalid("a certificate changes for a node, not for requests");
  return fault;
}

bool Faults::clear(std::optional<FaultKind> kind) {
  return std::erase_if(faults_, [&](const Fault& one) { return !kind || one.kind == *kind; }) > 0;
}

std::optional<Fault> Faults::status(std::string_view node, std::string_view path) {
  const auto found = std::find_if(faults_.begin(), faults_.end(), [&](const Fault& one) {
    return one.kind == FaultKind::kStatus && meets(one, node, path);
  });
  if (found == faults_.end()) return std::nullopt;
  Fault out = *found;
  if (is_spent(*found)) faults_.erase(found);
  return out;
}

void Faults::spoil(std::string_view node, std::string_view path, Response& response) {
  std::erase_if(faults_, [&](Fault& one) {
    if (!meets(one, node, path) || !spoils(one, response)) return false;
    spoil_by(one, response);
    return is_spent(one);
  });
}

bool Faults::changes_certificate(std::string_view node) const {
  return std::any_of(faults_.begin(), faults_.end(), [&](const Fault& one) {
    return one.kind == FaultKind::kCertificate && (one.node.empty() || one.node == node);
  });
}

}  // namespace pmx::sim
