// Log text as nodes of a cluster write it: journal, syslog, task logs, access logs, mail, Ceph.
// Made from a seed; a chosen share of its lines holds sensitive values, the rest holds none.
#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <vector>

#include "anonymize/engine.h"

namespace pmx::bench {

/// `count` names as an inventory has them: guests mostly, some nodes, storages, pools and tags.
std::vector<anonymize::Name> made_names(std::size_t count);

class LogText {
 public:
  LogText(unsigned seed, const std::vector<anonymize::Name>& names)
      : random_(seed), names_(names) {}

  /// Whole lines, about `bytes` of them; `percent` of the lines hold something sensitive.
  std::string make(std::size_t bytes, unsigned percent);

 private:
  std::string line(bool sensitive);
  std::string filled(std::string_view form);
  std::string value(char what);
  std::size_t below(std::size_t bound) { return random_() % bound; }
  std::string number(std::size_t low, std::size_t high);
  std::string hex(std::size_t digits);
  const std::string& name(anonymize::Kind kind);

  std::minstd_rand random_;
  const std::vector<anonymize::Name>& names_;
};

}  // namespace pmx::bench
