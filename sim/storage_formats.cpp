#include "sim/storage_formats.h"

#include <array>

#include "base/json.h"
#include "sim/calendar.h"
#include "sim/named_format.h"

namespace pmx::sim {
namespace {

constexpr std::array<NamedFormat, 10> kFormats{{
    {"pve-storage-path", "/[^\\n]*", "value does not look like a valid absolute path"},
    {"pve-storage-content", "images|rootdir|vztmpl|iso|backup|snippets|import|none",
     "invalid content type '%'"},
    {"pve-storage-server", "[a-zA-Z0-9](?:[a-zA-Z0-9\\-.:]*[a-zA-Z0-9])?",
     "value does not look like a valid server name or IP address"},
    {"pve-storage-vgname", "[a-zA-Z0-9][a-zA-Z0-9\\-_.]*[a-zA-Z0-9]",
     "lvm name '%' contains illegal characters"},
    {"pve-storage-portal-dns", "[a-zA-Z0-9\\[][a-zA-Z0-9\\-.:\\[\\]]*",
     "value does not look like a valid portal address"},
    {"pve-volume-id", "[^:]+:.+", "unable to parse volume ID '%'"},
    {"email-or-username",
     "[\\w+\\-~.]+@[a-zA-Z0-9.\\-]+|[^\\s:/@]+@[A-Za-z][A-Za-z0-9.\\-_]+|[^\\s:/@]+",
     "value does not look like a valid email address or user name"},
    {"pve-acme-domain",
     "(?:\\*\\.)?(?:[a-zA-Z0-9](?:[a-zA-Z0-9\\-]*[a-zA-Z0-9])?\\.)*"
     "[a-zA-Z0-9](?:[a-zA-Z0-9\\-]*[a-zA-Z0-9])?",
     "value '%' does not look like a valid domain name!"},
    {"pem-certificate-chain",
     "(?s)\\s*-----BEGIN CERTIFICATE-----\\n.*-----END CERTIFICATE-----\\s*",
     "not a valid PEM-formatted string."},
    {"pem-string", "(?s)\\s*-----BEGIN [A-Z0-9 ]+-----\\n.*-----END [A-Z0-9 ]+-----\\s*",
     "not a valid PEM-formatted string."},
}};

std::string check_batch(std::string_view value) {
  const auto parsed = parse_json(value);
  if (!parsed.ok())
    return "commands param did not contain valid JSON: malformed JSON string, neither tag, array, "
           "object, number, string or atom, at character offset 0 (before \"" +
           std::string(value.substr(0, 20)) +
           "\") at /usr/share/perl5/PVE/API2/Nodes.pm line 99.\n";
  return parsed->is_array() ? "" : "commands is not an array\n";
}

}  // namespace

std::string check_storage_format(std::string_view format, std::string_view value) {
  if (format == "pve-command-batch") return check_batch(value);
  if (format == "pve-calendar-event" && !is_calendar_event(value))
    return "invalid calendar event '" + std::string(value) + "' - unable to parse calendar event\n";
  return check_named(kFormats, format, value);
}

}  // namespace pmx::sim
