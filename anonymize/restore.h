// From pseudonyms back to real values: strictly for typed arguments, leniently for the operator.
// Stateless; the caller holds the ledger's lock.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "anonymize/engine.h"
#include "anonymize/ledger.h"
#include "base/result.h"

namespace pmx::anonymize {

/// See Engine::restore. kNotFound means: has the form of a pseudonym and is not in the ledger; take
/// in what other processes issued and ask again. Pseudonyms of epochs before `oldest` are refused.
Result<std::string> restore_value(const Scheme& scheme, const Ledger& ledger,
                                  std::string_view value, std::string_view format,
                                  std::int64_t oldest);

/// See Engine::standing.
Standing standing_of(const Scheme& scheme, const Ledger& ledger, std::string_view value,
                     std::string_view format);

/// Every issued pseudonym in `text`, in the spelling of the real value; the rest stays.
/// `explanation`, when given, is told what each was restored by, and why what looks like a
/// pseudonym was not.
std::string reveal_text(const Scheme& scheme, const Ledger& ledger, std::string_view text,
                        Explanation* explanation = nullptr);

/// What has the form of a name's pseudonym at `at`. The id of a job has it when it is one, of
/// whichever epoch: real ids look the same.
std::optional<NameShape> read_pseudonym(const Scheme& scheme, const Ledger& ledger,
                                        std::string_view text, std::size_t at);

/// A real address, and the epoch in which its pseudonym was issued.
struct RealAddress {
  std::string text;
  std::int64_t epoch = 0;
};

/// The real address for a pseudonymous one in the same spelling; empty when none was issued.
RealAddress real_ipv4(const Ledger& ledger, std::uint32_t value);
RealAddress real_ipv6(const Ledger& ledger, const struct Ipv6& address);
RealAddress real_mac(const Ledger& ledger, const struct Mac& address);

}  // namespace pmx::anonymize
