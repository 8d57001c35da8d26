#include "mcp/schema/format.h"

#include <algorithm>
#include <array>
#include <optional>

#include "mcp/schema/pattern.h"
#include "mcp/schema/uri.h"

namespace pmx::mcp::schema {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

bool all_of(std::string_view text, bool (*is)(char)) {
  return std::all_of(text.begin(), text.end(), is);
}

/// Reads a text from its start; every take… leaves it as it was when it fails.
struct Cursor {
  std::string_view rest;

  bool take(char c) {
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
  }

  /// Exactly `count` digits.
  std::optional<int> digits(std::size_t count) {
    const std::string_view word = rest.substr(0, count);
    if (word.size() < count || !all_of(word, is_digit)) return std::nullopt;
    int value = 0;
    for (const char c : word) value = value * 10 + (c - '0');
    rest.remove_prefix(count);
    return value;
  }

  /// As many digits as there are; how many that was.
  std::size_t skip_digits() {
    std::size_t count = 0;
    while (count < rest.size() && is_digit(rest[count])) ++count;
    rest.remove_prefix(count);
    return count;
  }
};

/// Splits at `separator`; a text without one is one part.
template <class Part>
bool every_part(std::string_view text, char separator, Part part) {
  for (;;) {
    const auto end = text.find(separator);
    if (!part(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

// RFC 3339 section 5.6.

bool take_date(Cursor& at) {
  const auto year = at.digits(4);
  if (!year || !at.take('-')) return false;
  const auto month = at.digits(2);
  if (!month || *month < 1 || *month > 12 || !at.take('-')) return false;
  const auto day = at.digits(2);
  constexpr std::array kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (*year % 4 == 0 && *year % 100 != 0) || *year % 400 == 0;
  const int days = kDays[static_cast<std::size_t>(*month - 1)] + (leap && *month == 2 ? 1 : 0);
  return day && *day >= 1 && *day <= days;
}

/// Minutes east of Greenwich.
std::optional<int> take_offset(Cursor& at) {
  if (at.take('Z') || at.take('z')) return 0;
  const bool west = at.take('-');
  if (!west && !at.take('+')) return std::nullopt;
  const auto hour = at.digits(2);
  if (!hour || *hour > 23 || !at.take(':')) return std::nullopt;
  const auto minute = at.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  return (*hour * 60 + *minute) * (west ? -1 : 1);
}

bool take_time(Cursor& at) {
  const auto hour = at.digits(2);
  if (!hour || *hour > 23 || !at.take(':')) return false;
  const auto minute = at.digits(2);
  if (!minute || *minute > 59 || !at.take(':')) return false;
  const auto second = at.digits(2);
  if (!second || *second > 60) return false;
  if (at.take('.') && at.skip_digits() == 0) return false;
  const auto offset = take_offset(at);
  if (!offset) return false;
  constexpr int kDay = 24 * 60;
  const int utc = (*hour * 60 + *minute - *offset + kDay) % kDay;
  return *second < 60 || utc == kDay - 1;  // leap seconds come at 23:59:60 UTC
}

bool is_date(std::string_view text) {
  Cursor at{text};
  return take_date(at) && at.rest.empty();
}

bool is_time(std::string_view text) {
  Cursor at{text};
  return take_time(at) && at.rest.empty();
}

bool is_date_time(std::string_view text) {
  Cursor at{text};
  return take_date(at) && (at.take('T') || at.take('t')) && take_time(at) && at.rest.empty();
}

/// Numbers with units in their order and without gaps, RFC 3339 appendix A: "1H30M".
bool take_units(Cursor& at, std::string_view units) {
  std::size_t next = std::string_view::npos;
  bool any = false;
  while (!at.rest.empty() && is_digit(at.rest.front())) {
    at.skip_digits();
    if (at.rest.empty()) return false;
    const auto unit = units.find(at.rest.front());
    if (unit == std::string_view::npos || (any && unit != next)) return false;
    at.rest.remove_prefix(1);
    next = unit + 1;
    any = true;
  }
  return any;
}

bool is_duration(std::string_view text) {
  Cursor at{text};
  if (!at.take('P')) return false;
  Cursor weeks = at;
  if (take_units(weeks, "W") && weeks.rest.empty()) return true;
  const bool date = take_units(at, "YMD");
  if (!at.take('T')) return date && at.rest.empty();
  return take_units(at, "HMS") && at.rest.empty();
}

bool is_ipv4(std::string_view text) {
  std::size_t parts = 0;
  return every_part(text, '.',
                    [&parts](std::string_view part) {
                      ++parts;
                      if (part.empty() || part.size() > 3 || !all_of(part, is_digit)) return false;
                      if (part.size() > 1 && part.front() == '0') return false;
                      return part.size() < 3 || part <= "255";
                    }) &&
         parts == 4;
}

/// The groups of one side of "::"; an IPv4 address at the very end counts two. Nothing when broken.
std::optional<std::size_t> ipv6_groups(std::string_view text, bool last) {
  if (text.empty()) return 0;
  std::size_t groups = 0;
  const bool fine = every_part(text, ':', [&](std::string_view part) {
    if (last && part.data() + part.size() == text.data() + text.size() && is_ipv4(part)) {
      groups += 2;
      return true;
    }
    ++groups;
    return !part.empty() && part.size() <= 4 && all_of(part, is_hex);
  });
  if (!fine) return std::nullopt;
  return groups;
}

bool is_ipv6(std::string_view text) {
  const auto gap = text.find("::");
  if (gap == std::string_view::npos) return ipv6_groups(text, true) == std::size_t{8};
  const auto before = ipv6_groups(text.substr(0, gap), false);
  const auto after = ipv6_groups(text.substr(gap + 2), true);
  return before && after && *before + *after < 8;
}

bool is_hostname(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  return every_part(text, '.', [](std::string_view label) {
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           all_of(label, [](char c) { return is_alpha(c) || is_digit(c) || c == '-'; });
  });
}

/// RFC 5321: a dot-atom or a quoted string, at a host name or an address in brackets.
bool is_email(std::string_view text) {
  const auto at = text.rfind('@');
  if (at == std::string_view::npos || at == 0) return false;
  const std::string_view local = text.substr(0, at);
  std::string_view domain = text.substr(at + 1);
  if (domain.starts_with('[') && domain.ends_with(']')) {
    domain = domain.substr(1, domain.size() - 2);
    const bool v6 = domain.starts_with("IPv6:");
    if (!(v6 ? is_ipv6(domain.substr(5)) : is_ipv4(domain))) return false;
  } else if (!is_hostname(domain)) {
    return false;
  }
  if (local.size() >= 2 && local.front() == '"' && local.back() == '"') {
    return local.substr(1, local.size() - 2).find('"') == std::string_view::npos;
  }
  return every_part(local, '.', [](std::string_view atom) {
    return !atom.empty() && all_of(atom, [](char c) {
      return is_alpha(c) || is_digit(c) ||
             std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
    });
  });
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

bool is_pointer(std::string_view text) {
  if (!text.empty() && text.front() != '/') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '~') continue;
    if (i + 1 == text.size() || (text[i + 1] != '0' && text[i + 1] != '1')) return false;
  }
  return true;
}

bool is_relative_pointer(std::string_view text) {
  Cursor at{text};
  if (at.skip_digits() == 0) return false;
  const bool padded = text.starts_with('0') && text.size() - at.rest.size() > 1;
  return !padded && (at.rest == "#" || is_pointer(at.rest));
}

bool is_regex(std::string_view text) { return Pattern::compile(text).ok(); }

/// Characters of a URI (RFC 3986 appendix A) and whole percent escapes, and those in `also`.
bool has_uri_characters(std::string_view text, std::string_view also) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
    } else if (!is_alpha(c) && !is_digit(c) &&
               std::string_view("-._~!$&'()*+,;=:@").find(c) == std::string_view::npos &&
               also.find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

bool is_authority(std::string_view text) {
  const auto at = text.rfind('@');
  if (at != std::string_view::npos) {
    if (text.substr(0, at).find('@') != std::string_view::npos) return false;
    if (!has_uri_characters(text.substr(0, at), "")) return false;
    text.remove_prefix(at + 1);
  }
  std::string_view port;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos || !is_ipv6(text.substr(1, end - 1))) return false;
    port = text.substr(end + 1);
  } else {
    const auto colon = text.find(':');
    if (!has_uri_characters(text.substr(0, colon), "")) return false;
    if (colon != std::string_view::npos) port = text.substr(colon);
  }
  return port.empty() || (port.front() == ':' && all_of(port.substr(1), is_digit));
}

bool is_scheme_character(char c) {
  return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
}

/// The length of "scheme:", or 0.
std::size_t scheme_length(std::string_view text) {
  const auto colon = text.find_first_of(":/?#");
  if (colon == std::string_view::npos || colon == 0 || text[colon] != ':') return 0;
  const std::string_view scheme = text.substr(0, colon);
  return is_alpha(scheme.front()) && all_of(scheme, is_scheme_character) ? colon + 1 : 0;
}

bool is_uri_reference(std::string_view text) {
  const auto [rest, fragment] = split_fragment(text);
  if (!has_uri_characters(fragment, "/?")) return false;
  const std::size_t scheme = scheme_length(rest);
  std::string_view path = rest.substr(scheme);
  const auto question = path.find('?');
  if (question != std::string_view::npos) {
    if (!has_uri_characters(path.substr(question + 1), "/?")) return false;
    path = path.substr(0, question);
  }
  if (path.starts_with("//")) {
    const auto end = std::min(path.find('/', 2), path.size());
    if (!is_authority(path.substr(2, end - 2))) return false;
    path.remove_prefix(end);
  }
  if (scheme == 0 && path.substr(0, path.find('/')).find(':') != std::string_view::npos) {
    return false;
  }
  return has_uri_characters(path, "/");
}

bool is_uri(std::string_view text) { return scheme_length(text) > 0 && is_uri_reference(text); }

/// RFC 6570 as far as its braces go: matched, not nested, with something that can be a name inside.
bool is_uri_template(std::string_view text) {
  bool inside = false;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '\'' || c == '\\' || c == '^' ||
        c == '`' || c == '<' || c == '>') {
      return false;
    }
    if (c == '{') {
      if (inside) return false;
      inside = true;
      start = i;
    } else if (c == '}') {
      if (!inside || i == start + 1) return false;
      inside = false;
    }
  }
  return !inside;
}

constexpr std::array kFormats{
    Format{"date", &is_date},
    Format{"date-time", &is_date_time},
    Format{"duration", &is_duration},
    Format{"email", &is_email},
    Format{"hostname", &is_hostname},
    Format{"ipv4", &is_ipv4},
    Format{"ipv6", &is_ipv6},
    Format{"json-pointer", &is_pointer},
    Format{"regex", &is_regex},
    Format{"relative-json-pointer", &is_relative_pointer},
    Format{"time", &is_time},
    Format{"uri", &is_uri},
    Format{"uri-reference", &is_uri_reference},
    Format{"uri-template", &is_uri_template},
    Format{"uuid", &is_uuid},
};

}  // namespace

const Format* find_format(std::string_view name) {
  const auto known = std::find_if(kFormats.begin(), kFormats.end(),
                                  [name](const Format& format) { return format.name == name; });
  return known == kFormats.end() ? nullptr : &*known;
}

std::vector<std::string_view> format_names() {
  std::vector<std::string_view> names;
  for (const Format& format : kFormats) names.push_back(format.name);
  return names;
}

}  // namespace pmx::mcp::schema
