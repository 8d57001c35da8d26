#include "mcp/transport/http/message.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace pmx::mcp {

const std::string* HttpRequest::header(std::string_view lower_name) const {
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const HttpHeader& header) {
    return header.name == lower_name;
  });
  return found == headers.end() ? nullptr : &found->value;
}

}  // namespace pmx::mcp

namespace pmx::mcp::http {
namespace {

struct Reason {
  int status;
  std::string_view text;
};

constexpr Reason kReasons[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
};

std::string_view reason(int status) {
  for (const Reason& row : kReasons) {
    if (row.status == status) return row.text;
  }
  return "";
}

template <class Number>
void append(std::string& out, Number value, int base = 10) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, base);
  out.append(digits.data(), end.ptr);
}

/// "Date: Sat, 21 Nov 2026 17:00:00 GMT" and a line end, made once a second in each thread.
const std::string& date_line() {
  thread_local std::time_t made = 0;
  thread_local std::string line;
  const std::time_t now = std::time(nullptr);
  if (now == made) return line;
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::array<char, 48> rest{};
  std::strftime(rest.data(), rest.size(), " %Y %H:%M:%S GMT\r\n", &parts);
  line = "Date: ";
  line += kDays[static_cast<std::size_t>(parts.tm_wday)];
  line += parts.tm_mday < 10 ? ", 0" : ", ";
  append(line, parts.tm_mday);
  line += ' ';
  line += kMonths[static_cast<std::size_t>(parts.tm_mon)];
  line += rest.data();
  made = now;
  return line;
}

bool printable(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7f';
  });
}

std::string status_line(int status) {
  std::string out;
  out.reserve(256);
  out += "HTTP/1.1 ";
  append(out, status);
  out += ' ';
  out += reason(status);
  out += "\r\n";
  return out;
}

void append_headers(std::string& out, const std::vector<HttpHeader>& headers) {
  for (const HttpHeader& header : headers) {
    if (header.name.empty() || !printable(header.name) || !printable(header.value)) continue;
    out += header.name;
    out += ": ";
    out += header.value;
    out += "\r\n";
  }
  out += date_line();
}

/// HTTP/1.0 always closes; HTTP/1.1 keeps alive without being told.
void append_connection(std::string& out, const AnswerForm& form) {
  if (form.close || form.http10) out += "Connection: close\r\n";
}

}  // namespace

std::string whole_head(int status, const std::vector<HttpHeader>& headers,
                       std::optional<std::size_t> body_size, const AnswerForm& form) {
  std::string out = status_line(status);
  append_headers(out, headers);
  if (body_size) out += "Content-Type: application/json\r\n";
  if (status != 204 && status != 304) {
    out += "Content-Length: ";
    append(out, body_size.value_or(0));
    out += "\r\n";
  }
  append_connection(out, form);
  out += "\r\n";
  return out;
}

std::string stream_head(const std::vector<HttpHeader>& headers, const AnswerForm& form) {
  std::string out = status_line(200);
  append_headers(out, headers);
  out +=
      "Content-Type: text/event-stream\r\nCache-Control: no-cache, no-transform\r\n"
      "X-Accel-Buffering: no\r\n";
  if (!form.http10) out += "Transfer-Encoding: chunked\r\n";
  append_connection(out, form);
  out += "\r\n";
  return out;
}

std::string refusal(int status) {
  std::string text;
  append(text, status);
  text += ' ';
  text += reason(status);
  text += '\n';
  std::string out = status_line(status);
  out += date_line();
  if (status == 503) out += "Retry-After: 1\r\n";
  out += "Content-Type: text/plain\r\nConnection: close\r\nContent-Length: ";
  append(out, text.size());
  return out + "\r\n\r\n" + text;
}

EventFrame event_frame(std::size_t data_size, std::string_view id,
                       std::optional<std::chrono::milliseconds> retry, bool chunked) {
  std::string fields;
  if (!id.empty() && printable(id)) {
    fields += "id: ";
    fields += id;
    fields += '\n';
  }
  if (retry) {
    fields += "retry: ";
    append(fields, retry->count());
    fields += '\n';
  }
  fields += "data: ";
  EventFrame frame;
  frame.after = chunked ? "\n\n\r\n" : "\n\n";
  if (chunked) {
    append(frame.before, fields.size() + data_size + 2, 16);
    frame.before += "\r\n";
  }
  frame.before += fields;
  return frame;
}

std::string_view keep_alive_comment(bool chunked) { return chunked ? "3\r\n:\n\n\r\n" : ":\n\n"; }

std::string_view stream_end(bool chunked) { return chunked ? "0\r\n\r\n" : ""; }

}  // namespace pmx::mcp::http
