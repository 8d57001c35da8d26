#include "sim/gzip.h"

#include <doctest/doctest.h>

#include "base/crypto.h"

namespace pmx::sim {

TEST_CASE("gzip: a short text is one stored block between header and checksum") {
  // What `printf abc | gzip -1` has as checksum and length.
  CHECK(crypto::hex(gzip("abc")) ==
        "1f8b08000000000000ff"
        "010300fcff616263"
        "c241243503000000");
  CHECK(crypto::hex(gzip("")) == "1f8b08000000000000ff010000ffff0000000000000000");
}

TEST_CASE("gzip: a long text is split into blocks of which only the last is final") {
  const std::string packed = gzip(std::string(70'000, 'x'));
  CHECK(packed.size() == 10 + 5 + 65535 + 5 + (70'000 - 65535) + 8);
  CHECK(packed[10] == '\0');
  CHECK(packed[10 + 5 + 65535] == '\1');
}

}  // namespace pmx::sim
