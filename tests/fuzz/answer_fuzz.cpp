// libFuzzer target: any bytes as the answer of a cluster, through every decoder of proxmox/ and as
// a refusal. The first line is the status, the second the reason phrase, the rest the body. A
// refusal always becomes an error on one line of bounded length that says what to do.
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "proxmox/decode.h"
#include "proxmox/errors.h"
#include "proxmox/upid.h"

namespace {

using namespace pmx;
using namespace pmx::proxmox;

constexpr std::size_t kMostOfMessage = 20'000;

void must(bool holds) {
  if (!holds) std::abort();
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

void check_error(const Error& error) {
  must(!error.message.empty() && !error.advice.empty());
  must(error.message.size() < kMostOfMessage);
  must(error.message.find('\n') == std::string::npos);
}

void decode_all(const Json& envelope) {
  const Json* data = find_member(envelope, "data");
  if (const auto log = decode_task_log(envelope, 3); log.ok()) {
    must(log->start == 3);
  }
  if (data == nullptr) return;
  if (const auto resources = decode_resources(*data); resources.ok()) {
    for (const Guest& guest : resources->guests) must(guest.vmid > 0 && !guest.node.empty());
  }
  static_cast<void>(decode_cluster_status(*data).ok());
  if (const auto version = decode_version(*data); version.ok()) must(!version->version.empty());
  if (const auto task = decode_task_status(*data); task.ok()) {
    must(!task->running || task->exitstatus.empty());
  }
}

void refuse(const HttpResponse& response) {
  const Caller caller{"ops@pve!mpc", true};
  const HttpRequest request{"PUT", "/nodes/n1/qemu/100/config", {}, {}};
  const Refusal refusal = read_refusal(request, response);
  must(refusal_name(refusal.kind) != "unknown");
  check_error(refusal_error(refusal, caller));
  const auto upid = Upid::parse("UPID:n1:0000AAAA:0000BBBB:66000000:qmstart:100:ops@pve!mpc:");
  check_error(task_error(*upid, response.reason, {response.body, response.reason}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view code = take_line(input);
  HttpResponse response;
  std::from_chars(code.data(), code.data() + code.size(), response.status);
  response.reason = take_line(input);
  response.body = input;
  const auto envelope = parse_json(response.body);
  if (envelope.ok()) decode_all(*envelope);
  for (const std::string& tag : split_tags(input)) must(!tag.empty());
  refuse(response);
  return 0;
}
