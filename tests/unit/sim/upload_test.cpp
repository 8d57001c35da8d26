#include "sim/upload.h"

#include <doctest/doctest.h>

#include "base/crypto.h"
#include "tests/unit/sim/harness.h"

namespace pmx::sim {
namespace {

constexpr const char* kType = "multipart/form-data; boundary=\"-x-\"";

std::string form(const std::string& content, const std::string& name, const std::string& bytes) {
  return "---x-\r\nContent-Disposition: form-data; name=\"content\"\r\n\r\n" + content +
         "\r\n---x-\r\nContent-Disposition: form-data; name=\"filename\"; filename=\"" + name +
         "\"\r\nContent-Type: application/octet-stream\r\n\r\n" + bytes + "\r\n---x---\r\n";
}

}  // namespace

TEST_CASE("upload: fields and the file are told apart, whatever bytes the file holds") {
  Json fields = Json::object();
  const std::string bytes("\x1f\x8b\0\r\n\r\n--", 9);
  const auto upload = read_upload(kType, form("vztmpl", "a.tar.gz", bytes), fields);
  REQUIRE(upload.has_value());
  CHECK(upload->name == "a.tar.gz");
  CHECK(upload->size == 9);
  CHECK(upload->is_archive);
  CHECK(upload->sha256 == crypto::hex(crypto::sha256(bytes)));
  CHECK(fields == Json{{"content", "vztmpl"}, {"filename", "a.tar.gz"}});
}

TEST_CASE("upload: what is no form, or breaks off, is no upload") {
  const std::string whole = form("iso", "a.iso", "xxxx");
  for (std::size_t i = 0; i + 12 < whole.size(); ++i) {
    Json fields = Json::object();
    CHECK_FALSE(read_upload(kType, whole.substr(0, i), fields).has_value());
  }
  Json fields = Json::object();
  CHECK_FALSE(read_upload("multipart/form-data", whole, fields).has_value());
}

TEST_CASE("upload: a file becomes a volume when its task ends, under a plain name") {
  Harness pve;
  const std::string storage = "/nodes/" + pve.cluster.nodes().front() + "/storage/local";
  Request request;
  request.method = "POST";
  request.path = storage + "/upload";
  request.headers = {{"authorization", "PVEAPIToken=" + pve.cluster.access().token},
                     {"content-type", kType}};
  request.body = form("iso", "we ird.iso", std::string(5000, 'x'));
  const Json answer = Harness::body(pve.cluster.handle(request));
  pve.clock.tick(std::chrono::seconds{5});
  CHECK(pve.get(Harness::task_path(answer["data"]) + "/status")["exitstatus"] == "OK");
  bool found = false;
  for (const auto& row : pve.get(storage + "/content?content=iso"))
    found = found || (row["volid"] == "local:iso/we_ird.iso" && row["size"] == 5000);
  CHECK(found);
  request.body = form("iso", "a.exe", "x");
  CHECK(Harness::body(pve.cluster.handle(request))["errors"]["filename"] == "wrong file extension");
}

TEST_CASE("upload: a file that is not what its sum says is refused without a word") {
  Harness h;
  const auto send = [&](const std::string& sum) {
    const std::string sums = "---x-\r\nContent-Disposition: form-data; name=\"checksum\"\r\n\r\n" +
                             sum +
                             "\r\n---x-\r\nContent-Disposition: form-data; "
                             "name=\"checksum-algorithm\"\r\n\r\nsha256\r\n";
    Request request;
    request.method = "POST";
    request.path = "/nodes/" + h.cluster.nodes()[0] + "/storage/local/upload";
    request.headers["authorization"] = "PVEAPIToken=" + h.cluster.access().token;
    request.headers["content-type"] = kType;
    request.body = sums + form("iso", "a.iso", "xxxx");
    return h.cluster.handle(request);
  };
  const Response wrong = send(std::string(64, '0'));
  CHECK(wrong.status == 400);
  CHECK(wrong.body.empty());
  CHECK(send(crypto::hex(crypto::sha256("xxxx"))).status == 200);
}

}  // namespace pmx::sim
