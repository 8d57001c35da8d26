#include "anonymize/blobs.h"

#include "fixture.h"

namespace pmx::anonymize {

TEST_CASE("blobs: base64 and hex of a text are read and written again") {
  const char* texts[] = {"bmE9bmF1dGlsdXMgcG9ydD0yMiE=", "bmFtZT1uYXV0aWx1cyBwb3J0PTIy",
                         "bmF1dGlsdXM", "6e617574696c7573", "6E617574696C7573"};
  for (const char* text : texts) {
    CAPTURE(text);
    const Blob base64 = read_base64(text, 0);
    const Blob hex = read_hex(text, 0);
    const Blob& found = hex.end > 0 ? hex : base64;
    REQUIRE(found.end == std::string_view(text).size());
    CHECK(contains(found.plain, "nautilus"));
    CHECK(contains(std::string(text), write_blob(found, found.plain).substr(0, 10)));
  }
}

TEST_CASE("blobs: words, digests and paths are none") {
  for (const char* text : {"starting", "pvedaemon", "3f2a9c1d4e5b6a798091a2b3c4d5e6f708192a3b",
                           "usr/share/perl5", "AAAAAAAA", "0123456789abcdef"}) {
    CAPTURE(text);
    CHECK(read_base64(text, 0).end == 0);
    CHECK(read_hex(text, 0).end == 0);
  }
}

TEST_CASE("blobs: a known name inside is replaced and comes back") {
  Cluster cluster;
  const std::string in = "content: cGF5cm9sbC1kYiBydW5zIG9uIDEwLjEuMi4z\nx=706179726f6c6c2d6462\n";
  const std::string out = cluster.text(in);
  CHECK_FALSE(contains(out, "cGF5cm9sbC1kYi"));
  CHECK_FALSE(contains(out, "706179726f6c6c"));
  CHECK(cluster.text(out) == out);
  CHECK(cluster.reveal(out) == in);
}

}  // namespace pmx::anonymize
