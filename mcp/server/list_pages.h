// ListPages: a long list in pages whose cursors stay true while the list changes: each first page
// keeps the list it was cut from, and its cursors name that list and a place in it, sealed. Only
// the latest lists are kept. Thread-safe.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/secret.h"
#include "mcp/server/request_state.h"

namespace pmx::mcp {

/// Entries `from` up to, not including, `to`.
struct ListPage {
  std::shared_ptr<const std::vector<Json>> entries;  // shared with the later pages
  std::size_t from = 0;
  std::size_t to = 0;
  std::string next;  ///< the cursor of what follows; empty = this is the end
};

class ListPages {
 public:
  /// `method`: whose cursors these are. `page_size` > 0. `key`: see RequestStates.
  ListPages(std::string method, std::size_t page_size, const Secret& key, Clock& clock);

  /// The first page of `entries`.
  ListPage first(std::string_view principal, std::vector<Json> entries);

  /// The page that a cursor of this principal names. kInvalidArgument for every other text, after
  /// ten minutes, when the list was dropped for later ones, and in another process.
  Result<ListPage> next(std::string_view principal, std::string_view cursor);

 private:
  struct Kept {
    std::string id;
    std::string principal;
    std::shared_ptr<const std::vector<Json>> entries;
  };

  ListPage cut(const Kept& list, std::size_t from) const;
  void keep(Kept list);

  const std::string method_;
  const std::size_t page_size_;
  mutable RequestStates cursors_;  // sealing changes nothing
  std::mutex mutex_;
  std::deque<Kept> lists_;  // oldest first
  std::size_t kept_entries_ = 0;
};

}  // namespace pmx::mcp
