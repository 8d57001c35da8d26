// Secrets where programs and files of all kinds put them, and what stands in their places without
// being one.
#include <doctest/doctest.h>

#include <string>

#include "fixture.h"

namespace pmx::anonymize {
namespace {

void check_hidden(std::string_view text, std::string_view secret = "Kq7-Zv3rW9") {
  Cluster cluster(false);
  const std::string out = text.starts_with('{') ? cluster.json(text) : cluster.text(text);
  CHECK_MESSAGE(!contains(out, secret), out);
  CHECK(contains(out, "[secret:"));
  CHECK((text.starts_with('{') ? cluster.json(out) : cluster.text(out)) == out);
}

void check_stays(std::string_view text, std::string_view kept) {
  Cluster cluster(false);
  CHECK_MESSAGE(contains(cluster.text(text), kept), cluster.text(text));
}

}  // namespace

TEST_CASE("secret places: statements, commands and programs that ask for a password") {
  for (const char* text :
       {"SET PASSWORD FOR 'u'@'%' = 'Kq7-Zv3rW9';",
        "GRANT ALL ON a.* TO 'u'@'h' IDENTIFIED BY 'Kq7-Zv3rW9';",
        "ALTER ROLE u PASSWORD 'Kq7-Zv3rW9'", "mysql -h 10.1.2.3 -u tom -p'Kq7-Zv3rW9' tos",
        "mysql -u tom -p\"Kq7-Zv3rW9\" tos", "sshpass -p'Kq7-Zv3rW9' ssh x",
        "(ConvertTo-SecureString \"Kq7-Zv3rW9\" -AsPlainText -Force)",
        "ConvertTo-SecureString -String 'Kq7-Zv3rW9' -Force",
        "net use Z: \\\\nas\\proj /user:jochen Kq7-Zv3rW9",
        "net use Z: \\\\nas\\proj Kq7-Zv3rW9 /user:jochen", "Password for \"tom@pbs\": Kq7-Zv3rW9",
        "Password for tom@pbs: Kq7-Zv3rW9\n", "smtp_sasl_password_maps = static:relay7:Kq7-Zv3rW9"})
    check_hidden(text);
}

TEST_CASE("secret places: elements, objects and attributes whose name says it") {
  for (const char* text :
       {"<wsse:Password Type=\"PasswordText\">Kq7-Zv3rW9</wsse:Password>",
        "<ns:password>Kq7-Zv3rW9</ns:password>",
        R"({"outputs":{"root_password":{"value":"Kq7-Zv3rW9","sensitive":true}}})",
        "  \"root_password\": {\n    \"value\": \"Kq7-Zv3rW9\",\n", "userPassword:: Kq7-Zv3rW9==\n",
        "    client-key-data: Kq7-Zv3rW9\n",
        "https://storage.example.de/x?X-Goog-Signature=Kq7-Zv3rW9",
        "otpauth_url: \"otpauth://totp/PVE:tom?secret=Kq7-Zv3rW9&issuer=PVE\"",
        "vault_token: !vault |\n  Kq7-Zv3rW9\n"})
    check_hidden(text);
  check_hidden("otpauth_url: \"otpauth://totp/PVE:tomasz9?secret=A&issuer=PVE\"", "tomasz9");
}

TEST_CASE("secret places: files of PVE") {
  // OVH_AK=63fe and so on: not one of its names says that it is a secret.
  constexpr std::string_view kData =
      "T1ZIX0FLPWM2M2ZlMzM0MzYyYzZlMmMxZjQzYWUzODFlM2E4MGFkCk9WSF9BUz0yaWs4NTRzaHdybTFubTIy";
  const std::string data(kData);
  check_hidden("ovh: main\n\tapi ovh\n\tdata " + data + "\n\tvalidation-delay 30\n", kData);
  check_hidden(R"({"plugin":"x","type":"dns","api":"ovh","data":"OVH_AK=Kq7-Zv3rW9\nOVH_CK=b"})");
  check_hidden(R"({"plugin":"x","api":"cf","data":"Q0ZfVG9rZW49TldGc2tic1E="})",
               "Q0ZfVG9rZW49TldGc2tic1E");
  check_hidden("webhook: ops\n\theader name=X-Api-Key,value=N0FNZFV3OUph\n", "N0FNZFV3OUph");
  check_hidden("webhook: ops\n\tsecret name=key,value=N0FNZFV3OUph\n", "N0FNZFV3OUph");
  check_stays("webhook: ops\n\tsecret name=key,value=N0FNZFV3OUph\n", "secret name=key,value=[");
  check_stays("webhook: ops\n\theader name=Content-Type,value=YXBwbGljYXRpb24vanNvbg==\n",
              "value=YXBwbGljYXRpb24vanNvbg==");
}

TEST_CASE("secret places: tokens with a form of their own") {
  const std::string x(80, 'x');
  const std::string hex = "41587be97680f3b8194f9e6bbff9a43c";
  for (const std::string& token :
       {"dt0c01.LOSBFTSANOTITW6S3ZHXTJXD." + std::string(64, 'K'),
        "ntn_29638451484" + x.substr(0, 35), std::string("API-4LJWP4QTCDEMXQO3FMQQ5YP84H"),
        "pnu_" + x.substr(0, 36), std::string("LTAI5txaOfYxILzIYyanINVx"),
        "duffel_live_" + x.substr(0, 43),
        std::string("FLWSECK_TEST-3h5g74a17a299ae395gcb1b0a84d2c0c-X"), "SK" + hex,
        "SKa" + hex.substr(1), "shippo_live_" + hex + "7be97680"})
    check_hidden("the token " + token + " of the shop", token);
}

TEST_CASE("secret places: a key of 32 bytes that has no digit") {
  check_hidden("peer: nndoLfwXRRlNzDtDHiaWddUDUUasFseZwYumPfIyRLc=", "nndoLfwXRRlNzDtDHiaWddUDUU");
}

TEST_CASE("secret places: what stands there without being one") {
  check_stays("passwd[8132]: pam_unix(passwd:chauthtok): password changed for tom",
              "pam_unix(passwd:chauthtok): password changed for ");
  check_stays("vault_token: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6638\n",
              "vault_token: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  [");
  check_stays("\tapi cf\n", "\tapi cf\n");
  check_stays("-H 'Authorization: PVEAPIToken=$API_TOKEN'", "PVEAPIToken=$API_TOKEN'");
  check_stays("Offering public key: tom@laptop-of-somebody ED25519 SHA256:x", " ED25519 ");
  check_stays("SK8 board and dt bindings", "SK8 board and dt bindings");
}

TEST_CASE("secret places: base64 of a DNS provider's data stays hidden whatever stands behind it") {
  const std::string data = "Q0ZfVG9rZW49S3E3LVp2M3JXOQ==";  // CF_Token=Kq7-Zv3rW9
  for (const char* behind : {"", " (x) ", ", y", "\\nCF_Account_ID=b77d6d33"})
    check_hidden(R"({"plugin":"a","type":"dns","api":"cf","data":")" + data + behind + "\"}",
                 "Q0ZfVG9rZW4");
  check_hidden(R"({"plugin":"a","type":"dns","api":"cf","data":"CF_Token=Kq7-Zv3rW9"})");
}

TEST_CASE(
    "secret places: what looks like a variable, a service or a tag is a secret all the same") {
  for (const char* text : {"password: root@pam!ci=$WINTER99", "token: ci@pve!x=$WINTER99",
                           "Authorization: PVEAPIToken=root@pam!ci=$WINTER99",
                           R"({"password":"root@pam!ci=$WINTER99"})"})
    check_hidden(text, "WINTER99");
  check_stays("curl -H 'Authorization: PVEAPIToken=$API_TOKEN' x", "$API_TOKEN");
  check_hidden("pam_unix(password: Kq7-Zv3rW9)");
  check_stays("pam_unix(passwd:chauthtok): password changed for x", "chauthtok");
  check_hidden("password: !Kq7-Zv3rW9 |");
  check_hidden("bob:$apr1$abcdefgh$ABCDEFGHIJKLMNOPQRSTU1", "ABCDEFGHIJKLMNOPQRSTU1");
}

TEST_CASE("secret places: data of a DNS provider that names nothing is hidden as a whole") {
  const std::string head = R"({"plugin":"a","type":"dns","api":"ovh","data":")";
  check_hidden(head + R"(Passw0rd=foo"})", "Passw0rd");
  check_hidden(head + R"(c2VjcmV0=c2VjcmV0"})", "c2VjcmV0");
  for (const char* data : {"R0RfS2V5PTEyMzQ1PX4_Pj9-Pz4_c2VjcmV0", "SHORT12"})
    check_hidden("dns: ovh1\n\tapi ovh\n\tdata " + std::string(data) + "\n\tnodes pve1\n", data);
}

}  // namespace pmx::anonymize
