#include "mcp/transport/memory.h"

#include <doctest/doctest.h>

#include <thread>

#include "tests/unit/mcp/transport/http_fixture.h"

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::test;

TEST_CASE("memory: messages are read in order, and then the end, for good") {
  MemoryTransport transport;
  transport.push("one");
  transport.push("");
  transport.push("three");
  transport.end();
  for (const char* expected : {"one", "", "three"}) {
    const auto read = transport.read();
    REQUIRE(read.ok());
    CHECK(*read == std::optional<std::string>(expected));
  }
  CHECK(transport.read().value() == std::nullopt);
  CHECK(transport.read().value() == std::nullopt);
}

TEST_CASE("memory: an oversized message is an error in its place, and reading goes on") {
  MemoryTransport transport;
  transport.push("one");
  transport.push_oversized();
  transport.push("two");
  CHECK(transport.read().value() == "one");
  CHECK(transport.read().error().code == Code::kResourceExhausted);
  CHECK(transport.read().value() == "two");
}

TEST_CASE("memory: a reader waits for a message, and for the end") {
  MemoryTransport transport;
  std::vector<std::string> lines;
  std::thread reader([&] {
    while (true) {
      const auto read = transport.read();
      if (!read.ok() || !*read) return;
      lines.push_back(**read);
    }
  });
  transport.push("one");
  transport.push("two");
  transport.end();
  reader.join();
  CHECK(lines == std::vector<std::string>{"one", "two"});
}

TEST_CASE("memory: what was written is kept and can be waited for") {
  MemoryTransport transport;
  CHECK(transport.wait_written(0));
  CHECK_FALSE(transport.wait_written(1, std::chrono::milliseconds(0)));
  std::thread writer([&] { CHECK(transport.write(cleared("a")).ok()); });
  CHECK(transport.wait_written(1));
  writer.join();
  CHECK(transport.written() == std::vector<std::string>{std::string(cleared("a").bytes())});
}

TEST_CASE("memory: a peer that is gone takes nothing more, but what it sent can be read") {
  MemoryTransport transport;
  transport.push("last words");
  CHECK(transport.write(cleared("a")).ok());
  transport.hang_up();
  CHECK(transport.write(cleared("b")).error().code == Code::kUnavailable);
  CHECK(transport.written().size() == 1);
  CHECK(transport.read().value() == "last words");
}
