#include "proxmox/form.h"

#include "base/percent.h"

namespace pmx::proxmox {
namespace {

constexpr std::size_t kMaxBody = std::size_t{512} << 10;
constexpr std::size_t kMaxLine = std::size_t{8} << 10;
constexpr std::size_t kAroundPath = 32;  // method, prefix, version and blanks of the request line

}  // namespace

std::string encode_form(const Params& params) {
  std::string out;
  for (const auto& [key, value] : params) {
    if (!out.empty()) out += '&';
    out += percent_encode(key) + '=' + percent_encode(value);
  }
  return out;
}

Result<void> check_request_size(std::string_view method, std::string_view path,
                                const Params& params) {
  const bool form = method == "POST" || method == "PUT";
  const std::size_t encoded = encode_form(params).size();
  const bool fits = form ? encoded <= kMaxBody : path.size() + encoded + kAroundPath <= kMaxLine;
  if (fits) return {};
  return Error{Code::kInvalidArgument,
               form ? "the parameters are more than the 512 KiB that PVE takes"
                    : "the parameters are more than the 8 KiB that PVE takes in a URL",
               "send less at once"};
}

}  // namespace pmx::proxmox
