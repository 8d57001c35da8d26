#include "proxmox/endpoint.h"

#include <arpa/inet.h>

#include <charconv>

namespace pmx::proxmox {
namespace {

Error bad_url(const std::string& why) {
  return {Code::kInvalidArgument, "the cluster URL " + why,
          "write it as https://pve1.example.org:8006"};
}

bool is_host_text(std::string_view host) {
  if (host.empty() || host.size() > 255) return false;
  for (const char c : host) {
    const bool good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '.' || c == '-' || c == '_' || c == ':' || c == '%';
    if (!good) return false;
  }
  return true;
}

/// An IPv6 address, also with a zone: "fe80::1%eth0".
bool is_ipv6(std::string_view text) {
  in6_addr address{};
  const std::string plain(text.substr(0, text.find('%')));
  return inet_pton(AF_INET6, plain.c_str(), &address) == 1;
}

/// Splits "host", "host:port", "[v6]" and "[v6]:port".
Result<void> read_authority(std::string_view text, Endpoint& out) {
  std::string_view port;
  bool has_port = false;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return bad_url("has no ']' after its IPv6 address");
    out.host = text.substr(1, close - 1);
    if (!is_ipv6(out.host)) return bad_url("has no IPv6 address in its brackets");
    text.remove_prefix(close + 1);
    if (!text.empty() && text.front() != ':') return bad_url("is malformed after ']'");
    has_port = !text.empty();
    if (has_port) port = text.substr(1);
  } else {
    const std::size_t colon = text.find(':');
    out.host = text.substr(0, colon);
    has_port = colon != std::string_view::npos;
    if (has_port) port = text.substr(colon + 1);
    if (out.host.find(':') != std::string::npos || out.host.find('%') != std::string::npos) {
      return bad_url("has a malformed host");
    }
  }
  if (!is_host_text(out.host)) return bad_url("has no usable host name");
  if (!has_port) return {};
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (error != std::errc() || end != port.data() + port.size() || out.port < 1 ||
      out.port > 65535) {
    return bad_url("has no valid port");
  }
  return {};
}

}  // namespace

std::string Endpoint::authority() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

bool is_loopback_host(std::string_view host) {
  if (host == "localhost" || host == "::1") return true;
  in_addr address{};
  const std::string text(host);
  if (text.find('\0') != std::string::npos) return false;  // inet_pton would stop reading there
  if (inet_pton(AF_INET, text.c_str(), &address) != 1) return false;
  return (ntohl(address.s_addr) >> 24U) == 127U;
}

Result<Endpoint> parse_endpoint(std::string_view url) {
  Endpoint out;
  if (url.starts_with("https://")) {
    url.remove_prefix(8);
  } else if (url.starts_with("http://")) {
    out.tls = false;
    url.remove_prefix(7);
  } else {
    return bad_url("does not start with https://");
  }
  const std::size_t slash = url.find_first_of("/?#");
  const std::string_view authority = url.substr(0, slash);
  std::string_view path = slash == std::string_view::npos ? "" : url.substr(slash);
  if (authority.find('@') != std::string_view::npos) {
    return Error{Code::kInvalidArgument, "the cluster URL contains user information",
                 "give credentials as PROXMOX_MPC_TOKEN, not inside the URL"};
  }
  while (path.ends_with('/')) path.remove_suffix(1);
  if (!path.empty() && path != "/api2/json") return bad_url("has a path or query");
  PMX_TRY_VOID(read_authority(authority, out));
  if (!out.tls && !is_loopback_host(out.host)) {
    return Error{Code::kInvalidArgument,
                 "the cluster URL uses http://, which would send the credentials unencrypted",
                 "use https://; http:// is accepted for loopback addresses only"};
  }
  return out;
}

}  // namespace pmx::proxmox
