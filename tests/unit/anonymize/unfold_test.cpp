#include "anonymize/unfold.h"

#include "anonymize/chars.h"
#include "fixture.h"

namespace pmx::anonymize {
namespace {

std::string meant(std::string_view text) {
  return unfold(text, [](std::string_view, std::size_t) { return std::size_t{0}; }).text;
}

}  // namespace

TEST_CASE("unfold: what is written otherwise is read as it is meant") {
  const std::pair<const char*, const char*> rows[] = {
      {"n&#97;utilus &amp; M&uuml;ller", "nautilus & Müller"},
      {"\\u006eautilus \\x2d", "nautilus -"},
      {"ｎａｕｔｉｌｕｓ", "nautilus"},
      {"n\xD0\xB0utilus", "nautilus"},
      {"nau\xE2\x80\x8Btilus nau\xC2\xADtilus", "nautilus nautilus"},
      {"10[.]1[.]2[.]3", "10.1.2.3"},
      {"10[dot]1(dot)2(.)3", "10.1.2.3"},
      {"\x1B[1;31mnautilus\x1B[0m [0m", "\x1Bnautilus\x1B [0m"},
      {"n&#0000000097;utilus &#x00006e;", "nautilus n"},
      {"M=c3=bcller M=C3=BCller", "Müller Müller"},
      {"Mu\xCC\x88ller", "Müller"},
      {"KEY=\nOTHER=1", "KEY=\nOTHER=1"},
      {"a plain line", "a plain line"}};
  for (const auto& [written, read] : rows) {
    CAPTURE(written);
    CHECK(meant(written) == read);
  }
}

TEST_CASE("unfold: what is read otherwise than it is written is looked for") {
  for (const char* written : {"10[dot]17", "acme(dot)de", "10(.)17", "10[.]17", "M=c3=bcller",
                              "M=C3=BCller", "a=\nb", "a=\r\nb", "&#97;", "\x1B[1m", "\\n", "ü"}) {
    CAPTURE(written);
    CHECK(is_folded(written));
  }
  for (const char* written : {"a plain line", "systemd[1]: x(2) (done)", "a=b c=cfg", ""}) {
    CAPTURE(written);
    CHECK_FALSE(is_folded(written));
  }
}

TEST_CASE("unfold: an address keeps its dots as they were written, and comes back") {
  Cluster cluster;
  for (const char* written : {"10[dot]17[dot]4[dot]20", "10(.)17(.)4(.)20", "10[.]17.4(dot)20"}) {
    CAPTURE(written);
    const std::string out = cluster.text(written);
    CHECK(out != written);
    CHECK(meant(out) == cluster.text("10.17.4.20"));
    CHECK(cluster.reveal(out) == written);
  }
}

TEST_CASE("unfold: a known name in any spelling has one pseudonym and comes back as it was") {
  Cluster cluster;
  const std::string plain = lower(cluster.text("payroll-db"));
  for (const char* written : {"p&#97;yroll-db", "pay\xE2\x80\x8Broll-db", "ｐａｙｒｏｌｌ-db",
                              "p\xD0\xB0yroll-db", "payroll\\u002ddb"}) {
    CAPTURE(written);
    const std::string out = cluster.text(written);
    CHECK(lower(out) == plain);
    CHECK(cluster.text(out) == out);
    CHECK(cluster.reveal(out) == written);
  }
}

TEST_CASE("unfold: quotes, bullets, arrows and icons end a name as a blank does") {
  Cluster cluster;
  const std::string address = cluster.text("203.0.113.9");
  for (const char* mark :
       {"\u201e", "\u201c", "\u201d",     "\u00ab", "\u00bb", "\u2018", "\u2019", "\u2026",
        "\u2022", "\u2192", "\u2502",     "\u2713", "\u00b7", "\u20ac", "\u3002", "\u3001",
        "\uff08", "\uff0c", "\U0001F525", "\ue0b0", "\u2003", "\u2028"}) {
    CAPTURE(mark);
    for (const char* value : {"payroll-db", "pve-muc-01", "203.0.113.9", "10.17.4.20"}) {
      const std::string in = std::string("see ") + mark + value + mark + " there";
      CAPTURE(in);
      const std::string out = cluster.text(in);
      CHECK_FALSE(contains(out, value));
      CHECK(out == std::string("see ") + mark + cluster.text(value) + mark + " there");
      CHECK(cluster.text(out) == out);
      CHECK(cluster.reveal(out) == in);
      CHECK_FALSE(cluster.engine->check(in).ok());
    }
  }
  const std::string secret = cluster.text("password: 4\u20acab\u2022Xyz rest");
  CHECK_FALSE(contains(secret, "4\u20ac"));
  CHECK_FALSE(contains(secret, "Xyz"));
}

TEST_CASE("unfold: a backslash before a known name is no escape") {
  Cluster cluster;
  REQUIRE(cluster.engine->learn(std::vector<Name>{{Kind::kUser, "nadine.k"}}).ok());
  CHECK_FALSE(contains(cluster.text("ACME\\nadine.k logged in"), "nadine"));
  CHECK_FALSE(contains(cluster.text("line\\nnadine.k logged in"), "nadine"));
}

TEST_CASE("unfold: a blank of quoted-printable before a name, and none where there is no such text") {
  Cluster cluster;
  const std::string in = "Gr=C3=B6=C3=9Fe von=20nautilus =3D 64";
  const std::string out = cluster.text(in);
  CHECK(out == "Gr=C3=B6=C3=9Fe von=20" + cluster.text("nautilus") + " =3D 64");
  CHECK(cluster.text(out) == out);
  CHECK(cluster.reveal(out) == in);
  CHECK_FALSE(contains(cluster.text("x=20nautilus"), "nautilus"));
}

TEST_CASE("unfold: the line's end of a document in a document is no letter of what follows") {
  Cluster cluster;
  const std::string in = R"({"log": "up\\n10.1.2.3 answers\\n\\tpve-muc-01"})";
  const std::string out = cluster.json(in);
  CHECK_FALSE(contains(out, "10.1.2.3"));
  CHECK(contains(out, " answers"));
  CHECK(cluster.reveal(out) == in);
}

}  // namespace pmx::anonymize
