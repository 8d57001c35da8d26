// Long texts in windows: however they are fed, the same bytes come out.
#include "anonymize/text_stream.h"

#include <random>

#include "fixture.h"
#include "hostile.h"

namespace pmx::anonymize {
namespace {

constexpr WindowSizes kSmall{2048, 256};

/// Cuts `text` into pieces and feeds them; `longest` 0: all at once. What came out when something
/// was held back ends with kHeldBack.
constexpr std::string_view kHeldBack = "held back";
template <class Stream>
std::string fed(Stream& stream, std::string_view text, std::mt19937& random, std::size_t longest) {
  std::string out;
  while (!text.empty()) {
    const std::size_t size =
        longest == 0 ? text.size() : std::min<std::size_t>(text.size(), random() % longest + 1);
    if (!stream.feed(text.substr(0, size), out).ok()) return out.append(kHeldBack);
    text.remove_prefix(size);
  }
  return stream.finish(out).ok() ? out : out.append(kHeldBack);
}

std::string shown(Engine& engine, std::string_view text, WindowSizes sizes, std::mt19937& random,
                  std::size_t longest = 0) {
  TextStream stream(engine, sizes);
  return fed(stream, text, random, longest);
}

std::string revealed(Engine& engine, std::string_view text, WindowSizes sizes, std::mt19937& random,
                     std::size_t longest = 0) {
  RevealStream stream(engine, sizes);
  return fed(stream, text, random, longest);
}

/// A log in which known names, addresses and secrets stand.
std::string log_text(std::mt19937& random, std::size_t lines, const char* end = "\n") {
  const char* kMessages[] = {
      "pvedaemon[1234]: <root@pam> starting task on pve-muc-01",
      "payroll-db answers on 10.20.30.40 and fe80::be24:11ff:fe00:1",
      "UPID:pve-muc-02:0000C3AC:00A1B2C3:65F00001:qmstart:105:anna.schmidt@acme-ad:",
      "backup of nautilus to tank-ssd finished, nothing to say of kunde-huber",
      "mail from anna.schmidt@acme-widgets.de, password=tr0ub4dor rejected",
      "kernel: link bc:24:11:0a:1b:2c is up",
      "nothing of interest in this line, 12:34:56 and 8.2.4.1"};
  std::string out;
  for (std::size_t i = 0; i < lines; ++i)
    out += kMessages[random() % std::size(kMessages)] + std::string(end);
  return out;
}

}  // namespace

TEST_CASE("text stream: what fits into a window is what the whole is") {
  std::mt19937 random(7);
  Cluster cluster;
  for (std::size_t i = 0; i < 20; ++i) {
    const std::string text = log_text(random, 40);
    const std::string whole = cluster.text(text);
    CHECK(shown(*cluster.engine, text, {}, random) == whole);
    CHECK(shown(*cluster.engine, text, {}, random, 1 + i * 10) == whole);
    CHECK(revealed(*cluster.engine, whole, {}, random, 1 + i * 10) == cluster.reveal(whole));
  }
  CHECK(shown(*cluster.engine, "", {}, random).empty());
}

TEST_CASE("text stream: a log of many windows is what the whole is, however it is cut") {
  std::mt19937 random(11);
  Cluster cluster;
  const std::string text = log_text(random, 600);
  const std::string whole = cluster.text(text);
  for (const std::size_t longest : {0U, 1U, 7U, 100U, 5000U}) {
    CAPTURE(longest);
    CHECK(shown(*cluster.engine, text, kSmall, random, longest) == whole);
    CHECK(revealed(*cluster.engine, whole, kSmall, random, longest) == cluster.reveal(whole));
  }
}

TEST_CASE("text stream: one line without an end is read with what stands around each window") {
  std::mt19937 random(13);
  Cluster cluster;
  const std::string text = log_text(random, 600, " | ");
  const std::string whole = cluster.text(text);
  const std::string out = shown(*cluster.engine, text, kSmall, random, 300);
  CHECK(out == whole);
  CHECK(revealed(*cluster.engine, out, kSmall, random, 300) == cluster.reveal(whole));
}

TEST_CASE("text stream: any bytes in any pieces give the same bytes") {
  std::mt19937 random(17);
  Cluster cluster;
  int whole = 0;
  for (int i = 0; i < 60; ++i) {
    std::string text;
    while (text.size() < 9000) {
      const bool hostile = random() % 4 == 0;
      if (hostile) text += kHostilePieces[random() % std::size(kHostilePieces)];
      if (random() % 9 == 0) (text += static_cast<char>(random() % 256)) += '\n';
      text += hostile ? "\n" : log_text(random, 1);
    }
    const std::string once = shown(*cluster.engine, text, kSmall, random);
    for (const std::size_t longest : {1U, 40U, 3000U}) {
      CAPTURE(i);
      CHECK(shown(*cluster.engine, text, kSmall, random, longest) == once);
    }
    for (const char* name : {"payroll-db", "pve-muc-01", "kunde-huber", "10.20.30.40"})
      CHECK_FALSE(contains(once, name));
    whole += once.ends_with(kHeldBack) ? 0 : 1;
  }
  CHECK(whole > 30);
}

TEST_CASE("text stream: a PEM block and a quoted secret over the end of a window stay whole") {
  std::mt19937 random(19);
  Cluster cluster;
  const std::string body(200, 'M');
  for (std::size_t before = 1900; before < 2100; before += 7) {
    const std::string filler = log_text(random, 200).substr(0, before);
    for (const std::string& secret :
         {"-----BEGIN PRIVATE KEY-----\n" + body + "\n-----END PRIVATE KEY-----\n",
          "password=\"" + body + "\n" + body.substr(0, 20) + "\"\n"}) {
      const std::string text = filler + "\n" + secret + log_text(random, 60);
      const std::string out = shown(*cluster.engine, text, kSmall, random, 500);
      CHECK_FALSE(contains(out, "MMMM"));
      CHECK(out == cluster.text(text));
    }
  }
}

TEST_CASE("text stream: a value without an end hides the rest of the text") {
  std::mt19937 random(23);
  Cluster cluster;
  std::string body;
  while (body.size() < 9000) body += "TUlJRXZRSUJBREFOQmdrcWhraUc5dzBC\n";
  for (const char* opens : {"-----BEGIN PRIVATE KEY-----\n", "password=\""}) {
    const std::string text = log_text(random, 60) + opens + body + "payroll-db\n";
    const std::string out = shown(*cluster.engine, text, kSmall, random, 700);
    CHECK_FALSE(contains(out, "TUlJ"));
    CHECK_FALSE(contains(out, "payroll-db"));
    CHECK(contains(out, "[secret:"));
    CHECK(out.size() < text.size() / 2);
  }
}

TEST_CASE("text stream: a name that the text announces is known in the windows behind it") {
  std::mt19937 random(29);
  Cluster cluster;
  const std::string text =
      "qm set 105 --name zanzibar\n" + log_text(random, 200) + "then zanzibar was slow\n";
  const std::string out = shown(*cluster.engine, text, kSmall, random, 100);
  CHECK_FALSE(contains(out, "zanzibar"));
}

TEST_CASE("text stream: explanations say the place in all that came out") {
  std::mt19937 random(31);
  Cluster cluster;
  const std::string text = log_text(random, 300);
  TextStream stream(*cluster.engine, kSmall);
  std::string out;
  Explanation why;
  REQUIRE(stream.feed(text, out, &why).ok());
  REQUIRE(stream.finish(out, &why).ok());
  Explanation whole;
  REQUIRE(cluster.engine->anonymize_text(text, &whole).ok());
  REQUIRE(why.size() == whole.size());
  for (std::size_t i = 0; i < why.size(); ++i) {
    CHECK(why[i].begin == whole[i].begin);
    CHECK(why[i].end == whole[i].end);
    CHECK(why[i].classes == whole[i].classes);
    CHECK(why[i].reason == whole[i].reason);
  }
}

TEST_CASE("text stream: what may begin one document is told from lines of them") {
  for (const char* head : {"{", "{\"a\":1", "[1, tr", " {\"a\":\"x\\u00", "{}", "{\"a\":-", ""})
    CHECK_MESSAGE(begins_document(head), head);
  for (const char* head : {"{\"a\":1}\n{", "[2026-11-28 12:00] up", "{a", "[1,]"})
    CHECK_MESSAGE(!begins_document(head), head);
}

}  // namespace pmx::anonymize
