#include "anonymize/blobs.h"

#include "fixture.h"

namespace pmx::anonymize {
namespace {

Blob base64(std::string_view text) {
  SlashChain chain;
  return read_base64(text, 0, chain);
}

}  // namespace

TEST_CASE("blobs: base64 and hex of a text are read and written again") {
  const char* texts[] = {"bmE9bmF1dGlsdXMgcG9ydD0yMiE=", "bmFtZT1uYXV0aWx1cyBwb3J0PTIy",
                         "bmF1dGlsdXM", "6e617574696c7573", "6E617574696C7573"};
  for (const char* text : texts) {
    CAPTURE(text);
    const Blob whole = base64(text);
    const Blob hex = read_hex(text, 0);
    const Blob& found = hex.end > 0 ? hex : whole;
    REQUIRE(found.end == std::string_view(text).size());
    CHECK(contains(found.plain, "nautilus"));
    CHECK(write_blob(found, found.plain) == text);
  }
}

TEST_CASE("blobs: words, digests and paths are none") {
  for (const char* text : {"starting", "pvedaemon", "3f2a9c1d4e5b6a798091a2b3c4d5e6f708192a3b",
                           "usr/share/perl5", "AAAAAAAA", "0123456789abcdef"}) {
    CAPTURE(text);
    CHECK(base64(text).end == 0);
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

TEST_CASE("blobs: a slash is a digit and ends a digit") {
  Cluster cluster;
  REQUIRE(cluster.engine->learn(std::vector<Name>{{Kind::kPerson, "Zo\u00eb Wojtkowiak"}}).ok());
  const std::string blob = "bmE9Wm/DqyBXb2p0a293aWFrIHBvcnQ9MjIh";
  for (const char* around : {"%", "x=%", "(%)", "path /srv/%/log", "path /srv/%/", "/a/b/%",
                             "https://x.lan/a/%/b/c/d", "%/log", "%/srv/data/log", "see % there"}) {
    CAPTURE(around);
    std::string in = around;
    in.replace(in.find('%'), 1, blob);
    const std::string out = cluster.text(in);
    CHECK_FALSE(contains(out, "DqyBXb2p0a293aWFr"));
    CHECK(cluster.text(out) == out);
    CHECK(cluster.reveal(out) == in);
  }
}

TEST_CASE("blobs: fields behind NUL and colours are text") {
  Cluster cluster;
  // \0kelp\0drift4wood, kelp\0nautilus\0drift4wood, ESC[1mnautilus ESC[0m
  for (const char* in : {"AUTH PLAIN AGtlbHAAZHJpZnQ0d29vZA==", "a2VscABuYXV0aWx1cwBkcmlmdDR3b29k",
                         "x=G1sxbW5hdXRpbHVzIBtbMG0="}) {
    CAPTURE(in);
    const std::string out = cluster.text(in);
    CAPTURE(out);
    CHECK_FALSE(contains(out, "ZHJpZnQ0"));
    CHECK_FALSE(contains(out, "dXRpbHVz"));
    CHECK_FALSE(contains(out, "ZnQ0d29v"));
    CHECK(out != in);
    CHECK(cluster.text(out) == out);
  }
}

TEST_CASE("blobs: what is written again comes back as it was, padded or not") {
  Cluster cluster;
  const Blob standard{0, "", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
                      true};
  const Blob open{0, "", standard.alphabet, false};
  const Blob url{0, "", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", false};
  for (const char* name : {"nautilus", "payroll-db", "kunde-huber"})
    for (std::size_t length = 0; length < 6; ++length)
      for (const Blob& form : {standard, open, url}) {
        const std::string plain = "na?>=" + std::string(name) + " port" + std::string(length, '~');
        const std::string in = "x " + write_blob(form, plain) + " y";
        CAPTURE(in);
        const std::string out = cluster.text(in);
        CAPTURE(out);
        CHECK(out != in);
        CHECK(cluster.text(out) == out);
        CHECK(cluster.reveal(out) == in);
      }
}

}  // namespace pmx::anonymize
