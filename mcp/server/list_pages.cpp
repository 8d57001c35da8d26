#include "mcp/server/list_pages.h"

#include <algorithm>
#include <utility>

#include "base/crypto.h"

namespace pmx::mcp {
namespace {

constexpr std::size_t kLists = 32;
constexpr std::size_t kEntries = 50'000;  // of all lists but the latest
constexpr std::size_t kIdBytes = 12;

Error unknown() {
  return Error{Code::kInvalidArgument, "the cursor is not of this list, or too old",
               "ask for the list again without a cursor"};
}

}  // namespace

ListPages::ListPages(std::string method, std::size_t page_size, const Secret& key, Clock& clock)
    : method_(std::move(method)),
      page_size_(std::max<std::size_t>(page_size, 1)),
      cursors_(key, clock, "mcp.cursor") {}

ListPage ListPages::cut(const Kept& list, std::size_t from) const {
  const std::size_t to = std::min(from + page_size_, list.entries->size());
  ListPage page{list.entries, from, to, {}};
  if (to == list.entries->size()) return page;
  const Json place{{"list", list.id}, {"at", to}};
  page.next = cursors_.seal({list.principal, method_, Json::object()}, place);
  return page;
}

ListPage ListPages::first(std::string_view principal, std::vector<Json> entries) {
  Kept list{crypto::hex(crypto::random_bytes(kIdBytes)), std::string(principal),
            std::make_shared<const std::vector<Json>>(std::move(entries))};
  ListPage page = cut(list, 0);
  if (!page.next.empty()) keep(std::move(list));
  return page;
}

void ListPages::keep(Kept list) {
  const std::lock_guard lock(mutex_);
  kept_entries_ += list.entries->size();
  lists_.push_back(std::move(list));
  while (lists_.size() > 1 && (lists_.size() > kLists || kept_entries_ > kEntries)) {
    kept_entries_ -= lists_.front().entries->size();
    lists_.pop_front();
  }
}

Result<ListPage> ListPages::next(std::string_view principal, std::string_view cursor) {
  const auto place = cursors_.open({principal, method_, Json::object()}, cursor, /*once=*/false);
  if (!place.ok()) return unknown();
  const std::string id(string_member(*place, "list"));
  const std::lock_guard lock(mutex_);
  const auto slot =
      std::find_if(lists_.begin(), lists_.end(), [&id](const Kept& list) { return list.id == id; });
  if (slot == lists_.end()) return unknown();
  return cut(*slot, (*place)["at"].get<std::size_t>());
}

}  // namespace pmx::mcp
