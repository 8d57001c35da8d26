#include "app/explainer.h"

#include <cstdio>

namespace pmx::app {
namespace {

/// What stands for a whole text in base64 is as long as the text.
constexpr std::size_t kLongest = 60;

std::string shortened(std::string_view shown) {
  std::string out(shown.substr(0, kLongest));
  if (shown.size() > kLongest) out += "...";
  return out;
}

std::string column(std::string text, std::size_t width) {
  if (text.size() < width) text.resize(width, ' ');
  return text + " ";
}

}  // namespace

void Explainer::begin_row(std::size_t row, const Json* id) {
  row_ = row;
  id_ = id != nullptr ? *id : Json();
  line_ = 1;
  column_ = 1;
}

void Explainer::advance(std::string_view passed) {
  for (const char c : passed) {
    const bool continues = (static_cast<unsigned char>(c) & 0xC0) == 0x80;  // UTF-8
    if (!continues) ++column_;
    if (c != '\n') continue;
    ++line_;
    column_ = 1;
  }
}

std::string Explainer::line_of(std::string_view shown, const anonymize::Replaced& why) const {
  std::string place = row_ > 0 ? std::to_string(row_) + ":" : "";
  place += std::to_string(line_) + ":" + std::to_string(column_);
  return column(place, 8) + column(shortened(shown), 20) + column(why.classes, 8) +
         column(why.rule, 12) + why.reason + "\n";
}

std::string Explainer::json_of(std::string_view shown, const anonymize::Replaced& why) const {
  Json json{{"line", line_},        {"column", column_}, {"pseudonym", shortened(shown)},
            {"class", why.classes}, {"rule", why.rule},  {"reason", why.reason}};
  if (row_ > 0) {
    json["row"] = row_;
    json["id"] = id_;
  }
  return dump_json(json) + "\n";
}

void Explainer::tell(std::string_view output, const anonymize::Explanation& explanation) {
  if (!on_) return;
  std::string told;
  std::size_t at = 0;
  for (const anonymize::Replaced& why : explanation) {
    advance(output.substr(at, why.begin - at));
    at = why.begin;
    const std::string_view shown =
        why.shown.empty() ? output.substr(why.begin, why.end - why.begin) : why.shown;
    told += json_ ? json_of(shown, why) : line_of(shown, why);
  }
  advance(output.substr(at));
  std::fwrite(told.data(), 1, told.size(), stderr);
}

}  // namespace pmx::app
