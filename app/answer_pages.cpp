#include "app/answer_pages.h"

#include <algorithm>
#include <set>

#include "base/crypto.h"

namespace pmx::app {
namespace {

constexpr std::size_t kMostBytes = 24'000;  // of a page; some 7,000 tokens
constexpr std::size_t kMostKept = 32;
constexpr std::size_t kMostRows = 50'000;  // of all kept lists together, but for the latest
constexpr std::chrono::minutes kHolds{10};

Json with_fields(const Json& row, const std::vector<std::string>& fields) {
  if (fields.empty() || !row.is_object()) return row;
  Json chosen = Json::object();
  for (const std::string& field : fields) {
    if (const Json* value = find_member(row, field)) chosen[field] = *value;
  }
  return chosen;
}

std::vector<Json> lines_of(std::string_view text) {
  std::vector<Json> lines;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    lines.emplace_back(line);
  }
  return lines;
}

/// An object, without the members for which there is no room.
AnswerPage whole_object(const Json& object) {
  AnswerPage page{Json::object(), {}, {}, {}};
  std::size_t bytes = 0;
  for (const auto& [name, value] : object.items()) {
    const std::size_t size = name.size() + dump_json(value).size();
    if (bytes + size > kMostBytes) {
      page.left_out.push_back(name);
      continue;
    }
    bytes += size;
    page.data[name] = value;
  }
  return page;
}

Error unknown() {
  return {Code::kInvalidArgument, "the cursor is not of an answer that is still kept",
          "ask again with path and parameters"};
}

}  // namespace

Result<AnswerPage> AnswerPages::first(std::string_view principal, std::string about, Json data,
                                      const Shape& shape) {
  std::vector<Json> rows;
  if (data.is_array()) {
    for (const Json& row : data) rows.push_back(with_fields(row, shape.fields));
  } else if (data.is_string() && data.get<std::string>().find('\n') != std::string::npos) {
    rows = lines_of(data.get<std::string>());
  } else if (data.is_object()) {
    return whole_object(with_fields(data, shape.fields));
  } else {
    return AnswerPage{std::move(data), {}, {}, {}};
  }
  return cut({0, std::string(principal), std::move(about),
              std::make_shared<const std::vector<Json>>(std::move(rows)), 0, clock_.steady()},
             shape.limit);
}

Result<AnswerPage> AnswerPages::next(std::string_view principal, std::int64_t cursor,
                                     std::size_t limit, std::string& about) {
  Kept list;
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(kept_, cursor, &Kept::cursor);
    if (found == kept_.end() || found->principal != principal ||
        clock_.steady() - found->at >= kHolds)
      return unknown();
    list = *found;
  }
  about = list.about;
  return cut(std::move(list), limit);
}

Result<AnswerPage> AnswerPages::cut(Kept list, std::size_t limit) {
  const std::vector<Json>& rows = *list.rows;
  AnswerPage page{Json::array(), rows.size(), {}, {}};
  std::size_t bytes = 0;
  std::size_t at = list.from;
  for (; at < rows.size() && at - list.from < limit; ++at) {
    bytes += dump_json(rows[at]).size();
    if (bytes > kMostBytes && at > list.from) break;
    page.data.push_back(rows[at]);
  }
  if (at == rows.size()) return page;
  list.from = at;
  PMX_TRY(page.next, keep(std::move(list)));
  return page;
}

Result<std::int64_t> AnswerPages::keep(Kept list) {
  // Chance, so that no number of another process or an earlier start is taken for one of ours.
  constexpr std::size_t kBytes = 6;
  list.cursor = 0;
  for (const char byte : crypto::random_bytes(kBytes))
    list.cursor = list.cursor * 256 + static_cast<unsigned char>(byte);
  list.at = clock_.steady();
  const std::int64_t cursor = list.cursor;
  const std::lock_guard lock(mutex_);
  kept_.push_back(std::move(list));
  make_room();
  return cursor;
}

void AnswerPages::make_room() {
  while (kept_.size() > 1 && (kept_.size() > kMostKept || rows_kept() > kMostRows)) {
    const auto latest = std::prev(kept_.end());
    const auto own = std::find_if(
        kept_.begin(), latest, [&](const Kept& one) { return one.principal == latest->principal; });
    kept_.erase(own == latest ? kept_.begin() : own);
  }
}

/// The pages of one answer share its rows, which count once.
std::size_t AnswerPages::rows_kept() const {
  std::set<Rows> lists;
  for (const Kept& one : kept_) lists.insert(one.rows);
  std::size_t rows = 0;
  for (const Rows& list : lists) rows += list->size();
  return rows;
}

}  // namespace pmx::app
