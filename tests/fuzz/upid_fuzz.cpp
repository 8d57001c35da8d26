// libFuzzer target: any text as a task id. One that is taken apart can be put together again.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/percent.h"
#include "proxmox/upid.h"

namespace {

void must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto upid = pmx::proxmox::Upid::parse(text);
  if (!upid.ok()) {
    must(upid.error().code == pmx::Code::kInvalidArgument);
    return 0;
  }
  must(upid->text == text);
  must(text.starts_with("UPID:" + upid->node + ":"));
  must(text.ends_with(":" + upid->type + ":" + upid->id + ":" + upid->user + ":"));
  must(!upid->node.empty() && upid->node.find_first_of(":/% ") == std::string::npos);
  must(upid->starttime >= 0);
  const auto back = pmx::percent_decode(pmx::percent_encode(upid->text));
  must(back.ok() && *back == text);
  return 0;
}
